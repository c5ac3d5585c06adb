# Closed forms at the prompt: what has no value is null in JSON; the model may stand after common
# options; every example that --help shows works.

$ hanse queue mmc --lambda 18 --mu 1 -c 20
offered_load                         18 erlang
utilization                         0.9
...
wait_time                     0.2753845 s
...
wait_probability               0.550769
...

$ hanse queue servers --lambda 320 --mu 1 | head -1
servers                             352

$ hanse queue servers --lambda 160 --mu 1 --time 0.1 | head -1
servers                             174

$ hanse queue spares --in-repair 18
stock_no_backorder                   25
...
stock_fill_rate                      26
...

$ hanse queue k-of-n -n 20 -k 18 --availability 0.95 --common 0.1 | grep enough
enough_up_probability        0.93667282

$ hanse queue units --capacity 50,100 --count 2,1 -a 0.95,0.9 --load 120 --down 24,48 --states
capacity_installed                  200
capacity_available                  185
loss_probability                0.10225
lole                           37.32125 d/yr
lolh                             895.71 h/yr
lolev                         19.846875 1/yr
eue                             22294.2 h/yr
neue                        0.021208333

      capacity    probability        at_most entered_per_yr
           200        0.81225              1              0
           150         0.0855        0.18775      47.678125
           100         0.0925        0.10225      19.846875
            50         0.0095        0.00975       5.246875
             0        0.00025        0.00025       0.228125

$ hanse queue units --capacity 1 --count 20 -a 0.955 --common-outage 0.005 --load 18 --value 10
...
loss_probability            0.063327183
...
lolev                           unknown 1/yr
...
cost_unserved                 14122.687 1/yr

$ hanse queue units --capacity 1 --count 4 -a 0.5 --load 2,3 --curve | tail -1
             3              1         273.75

$ hanse queue elcc --capacity 50,100,10 --count 2,1,1 -a 0.95,0.9,1 --load 120
...
         group          units       capacity           elcc     elcc_share
             1              2             50         47.275         0.9455
             2              1            100      45.666667     0.45666667
             3              1             10             10              1

$ hanse queue elcc --capacity 10 -a 0.9 --load 10 --format json | grep -A4 '"groups"'
 "groups": [
  {
   "group": 1.0,
   "units": 1.0,
   "capacity": 10.0,

$ hanse queue mmc-breakdowns --lambda 0.6 --mu 1 -c 1 -f 0.01 -r 0.1 | grep response
response_time                 5.9090909 s

$ hanse queue asymmetric --lambda 0.3 --rates 1,0.05 | grep '^response'
response_time                 3.0411653 s

$ hanse queue units --capacity 50,100 -a 0.9 --load 10
...--availability: must be one number for each of 2 groups, got 1
[exit 2]

$ hanse queue units --capacity 50 -a 1.5 --load 10
...units: availability of group 1 must be in [0, 1], got 1.5
[exit 2]

$ hanse queue units --capacity 50 --count 0 -a 0.5 --load 10
...--count: must be whole numbers in 1..1048575, got 0
[exit 2]

$ hanse queue units --capacity 50 -a 0.5 --load -1
...load: hour 1 must be >= 0 and finite, got -1
[exit 2]

$ hanse queue units --capacity 50 -a 0.5 --load 10 --states --curve
...--states and --curve: one at a time
[exit 2]

$ hanse queue elcc --capacity 50 -a 0.5 --load 10 --by eu
...--by: must be eue, lolh or lole, got 'eu'
[exit 2]

$ hanse queue breakdowns --lambda 0.6 --mu 1 -f 0.01 --down 10 | grep empty
empty_probability               unknown

$ hanse queue breakdowns --lambda 0.6 --mu 1 -f 0.01 --down 10 --only-busy | grep empty
empty_probability                  0.34

$ hanse queue md1 --lambda 0.8 --mu 1 --format json
{
 "model": "md1",
 "inputs": {
  "lambda": 0.8,
  "mu": 1.0
 },
 "results": {
  "utilization": 0.8,
...
  "wait_time": 2.0,
...
 },
 "units": {
...
}

$ hanse queue --format json breakdowns --lambda 0.6 --mu 1 -f 0.01 --down 10 | grep empty | head -1
  "empty_probability": null,

$ hanse queue jackson --lambda 0.3,0 --service 1,0.5 --routing '0,0.5;0.2,0'
throughput                          0.3 1/s
in_system                    0.59090909
response_time                  1.969697 s

station         visits    utilization     throughput      in_system  response_time
      1      1.1111111     0.33333333     0.33333333            0.5            1.5
      2     0.55555556    0.083333333     0.16666667    0.090909091     0.54545455

$ hanse queue --help | sed '1,/Models:/d;/^Options/,$d' | grep -c '^  [a-z]'
28

$ hanse queue asymmetric --lambda 0.864 --rates 0.35,1
utilization                  0.64369867
throughput                        0.864 1/s
in_system                     2.1805511
...
mean_rate_response_time       2.5092844 s
mean_rate_in_system           2.1680217

$ hanse queue classes --lambda 0.4,0.4 --service '0.5,0.2;0.3,0.4' --visits '1,1.5;1,0.5' | tail -3
    1.2            1.5           0.12            0.6           0.15           0.25
    2.1              1           0.12            0.4     0.17647059     0.44117647
    2.2            0.5           0.08            0.2            0.1            0.5

$ hanse queue closed-classes -n 1,1 --demand '1;0.5' --think 4,2 --format json | grep -A7 '"stations"'
 "stations": [
  {
   "class": 1,
   "station": 1,
   "visits": 1.0,
   "utilization": 0.192307692307692,
   "throughput": 0.192307692307692,
   "in_system": 0.230769230769231,

$ hanse queue trunks --load 18 --chance 0.99
servers                              28
loss_probability           0.0070906343
carried_load                  17.872369 erlang

$ hanse queue mminf --lambda 18 --mu 3 | grep in_system
in_system                             6

$ hanse queue mm1k --lambda 1 --mu 1 -K 4 | grep loss
loss_probability                    0.2

$ hanse queue ggc --lambda 18 --mu 1 -c 20 --arrival-scv 4 | grep wait
wait_time                    0.68846126 s
wait_probability                unknown

$ hanse queue mmc --lambda 9999.9 --mu 1 -c 10000 | grep wait_time
wait_time                     9.9875057 s

$ hanse queue asymmetric --lambda 2 --rates 1,0.5
...arrival rate must be below the servers' sum 1.5, got 2
[exit 2]

$ hanse queue classes --lambda 0.4,0.4 --service '0.5,0.2,0.1'
...--service: must be 2 rows of one length, got '0.5,0.2,0.1'
[exit 2]

$ hanse queue closed-classes -n 1.5,1 --demand '1;0.5'
...--customers: must be whole numbers, got 1.5
[exit 2]

$ hanse queue trunks --load 18 --chance 1
...probability must be in (0, 1), got 0
[exit 2]

$ hanse queue --help | awk '/^  [a-z]/ && $1 != "hanse" { print $1 }' |
>     while read -r model; do
>         example=$(hanse queue "$model" --help | sed '1,/^Example:/d')
>         eval "$example" >/dev/null || echo "$model: its example fails"
>     done

$ hanse queue mmmc
hanse queue: no model 'mmmc', did you mean 'mmc'?
Try 'hanse queue --help'.
[exit 2]

$ hanse queue
hanse queue: needs MODEL
Try 'hanse queue --help'.
[exit 2]

$ hanse queue mmc --lamda 3
hanse queue mmc: no option --lamda, did you mean '--lambda'?
Try 'hanse queue mmc --help'.
[exit 2]

$ hanse queue mmc --lambda 3 --mu 1
hanse queue mmc: needs --servers N: servers
Try 'hanse queue mmc --help'.
[exit 2]

$ hanse queue mmc --lambda 20 --mu 1 -c 20
...offered load must be below the 20 servers' capacity, got 20 erlang
[exit 2]

$ hanse queue jackson --lambda 1,2 --service 1 --routing 0
...--lambda: must be at most 1 numbers, got '1,2'
[exit 2]

$ hanse queue jackson --lambda 1 --service one --routing 0
...--service: must be numbers with commas between, got 'one'
[exit 2]

$ hanse queue closed -n 2 --service 1,1 --visits 1
...--visits: must be 2 numbers, got 1
[exit 2]

$ hanse queue jackson --lambda 0.1 --service 1 --routing 0 -c 1.5
...--servers: must be whole numbers, got 1.5
[exit 2]

$ hanse queue mmc --lambda 2 --mu 1 -c 3 | diff - <(sed -n '/^\$ hanse queue mmc/,/^```/p' docs/queueing.md | sed '1d;$d')

$ hanse queue units --capacity 50,100 --count 2,1 -a 0.95,0.9 --load 120 --down 24,48 | diff - <(sed -n '/^\$ hanse queue units/,/^```/p' docs/reliability.md | sed '1d;$d')

$ hanse queue elcc --capacity 50,100 --count 2,1 -a 0.95,0.9 --load 120 | diff - <(sed -n '/^\$ hanse queue elcc/,/^```/p' docs/reliability.md | sed '1d;$d')
