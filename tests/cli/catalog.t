# The reference tables as the program prints them.

$ hanse catalog
accelerators ... devices...
...
hour_of_week ...

$ hanse catalog regions EST | head -3
id                         EST...
country                    Estonia...
population                 1372341 person ... aggregator [1]

$ hanse catalog regions EST | grep -c unverified
3

$ hanse catalog exports US-2025-01b --csv | tail -1 | cut -d, -f1,2,3,4
US-2025-01b,2025-01-13,2025-05-15,2025-05-13

$ hanse catalog accelerators --format json | grep -c '"id": '
46

$ hanse catalog devices a100_sxm_80gb --format json | grep '"tpp": [0-9]'
   "tpp": 4992.0,

$ hanse catalog hour_of_week --csv | wc -l
169

$ hanse catalog failures Llama | grep 0.1106
Llama 3 405B ... GPU-attributed interruption rate ... 0.1106 ... 1/year ... D

$ hanse catalog acelerators
hanse catalog: no table 'acelerators', did you mean 'accelerators'?
Try 'hanse catalog --help'.
[exit 2]

$ hanse catalog regions ESX
hanse catalog: regions: nothing is called 'ESX', did you mean 'EST'?
Try 'hanse catalog --help'.
[exit 2]

$ hanse catalog regions EST LVA
...
[exit 2]
