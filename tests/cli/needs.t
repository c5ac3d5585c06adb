# Keys that do nothing beside the others of their row are refused, unless a case can wake them.

$ mkdir -p n && cp -r tests/cli/good/helpers n/ && sed 's/^pool{ name = "all"/&, priority_half_life = 1*day, scheduler = "easy"/' tests/cli/good/world.lua >n/world.lua && hanse check -q n/world.lua
n/world.lua:13: pool 'all': priority_half_life: does nothing here: it needs scheduler = priority, but scheduler is easy
[exit 2]

$ hanse check -q n/world.lua --set 'pool.all.scheduler="priority"'

$ hanse check -q n/world.lua --set 'pool.all.scheduler="fcfs"'

$ (cat n/world.lua; echo 'override{name = "p", set = {["pool.all.scheduler"] = "priority"}} case{name = "p", with = {"p"}}') >n/cases.lua && hanse check -q n/cases.lua

$ (cat tests/cli/good/world.lua; echo 'override{name = "p", set = {["pool.all.priority_backfill"] = false}} case{name = "p", with = {"p"}}') >n/late.lua && hanse check -q n/late.lua
...n/late.lua:29: override 'p': pool 'all': priority_backfill: does nothing here: it needs scheduler = priority, but scheduler is fcfs
[exit 2]

$ (cat tests/cli/good/world.lua; echo 'plant{name = "yard", region = "ee", battery_efficiency = 0.8}') >n/plant.lua && hanse check -q n/plant.lua
...plant 'yard': battery_efficiency: does nothing here: it needs battery > 0, but battery is 0
[exit 2]

$ (cat tests/cli/good/world.lua; echo 'plant{name = "yard", region = "ee", battery_efficiency = 0.8, battery = p.growth*kWh, battery_power = p.growth*kW, tank = 0*kWh}') >n/plant.lua && hanse check -q n/plant.lua

$ (cat tests/cli/good/world.lua; echo 'cause{name = "war", from = 0*h, to = 1*year, delay_time = 3*month}') >n/cause.lua && hanse check -q n/cause.lua
...cause 'war': delay_time: does nothing here: it needs after given, but after is not given
[exit 2]

$ (cat tests/cli/good/world.lua; echo 'cause{name = "war", from = 0*h, to = 1*year, lasts_time = 3*month}') >n/cause.lua && hanse check -q n/cause.lua
...cause 'war': lasts_time: does nothing here: it needs rate > 0 or after given, but rate is 0, after is not given
[exit 2]

$ (cat tests/cli/good/world.lua; echo 'takeover{name = "t", operator = "o", sort = "bankruptcy", from = 0*h, closed_time = 1*day, closed_cv = 2} operator{name = "o", home = "home", type = "state", cost_of_capital = 0/year}') >n/law.lua && hanse check -q n/law.lua
...takeover 't': closed_cv: does nothing here: it needs closed_law = lognormal, but closed_law is constant
[exit 2]

$ hanse deny scenarios/who-can-stop-us.lua -n 2 -q --set denial.tomorrow.notice=6*month
--set: denial 'tomorrow': notice: does nothing here: only policies with recourse adapt hear it, and recourse is operate
[exit 2]
