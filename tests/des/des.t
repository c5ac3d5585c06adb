# hanse.des: its behaviour claim by claim, and the shipped examples against their exact answers.
# An example's 99 % interval misses a right program's answer once in 100 seeds; the seeds are
# fixed.

$ hanse study tests/des/processes.lua
33 of 33 claims hold

$ hanse study tests/des/shared.lua
30 of 30 claims hold

$ hanse study tests/des/random.lua
1 of 1 claims hold

$ sed -n '/^```lua$/,/^```$/p' docs/des.md | grep -v '^```' >tutorial.lua
> hanse study tutorial.lua
99...	7...

$ hanse study scenarios/des/mm1.lua
time in system ... exact 5.0000: agrees

$ hanse study scenarios/des/bank.lua
reneged ... exact 0.2565: agrees

$ hanse study scenarios/des/machine-shop.lua
machines up ... exact 8.4756: agrees
share of other work ... exact 0.3220: agrees

$ hanse study scenarios/des/gas-station.lua
wait ... exact 43.33: agrees
... trips, tank dry 0 times, litres balance

$ hanse study scenarios/des/tandem.lua
...
time in system ... exact 9.0731: agrees

$ hanse study scenarios/des/jackson.lua
customers per node ... exact 1.0000: agrees

$ hanse study scenarios/des/jackson.lua 100 400000 >a && hanse study scenarios/des/jackson.lua \
>   100 400000 >b && cmp a b && cat a
customers per node ...
