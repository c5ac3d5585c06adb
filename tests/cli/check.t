# What a scenario says once resolved, and who said it.

$ hanse check tests/cli/good/world.lua | grep -E '^case|param|region.ee.p|electr|central|^$'
case baseline: as it is
  param.delay ... 2 month ... tests/cli/good/world.lua:7
  param.growth ... 2 (1 to 4) ... tests/cli/good/world.lua:5  assumption  made up
  region.ee.electricity_price ... 0.12 EUR/kWh ... tests/cli/good/world.lua:17  assumption  a round number
  region.ee.pool ... all ... tests/cli/good/world.lua:15
  region.ee.population ... 2000000 person (uncertain) ... tests/cli/good/world.lua:16  assumption  count; made up
  region.ee.price_profile ... - ... default
  region.ee.pue ... 1.3 ... tests/cli/good/world.lua:17
  region.ee.pue_per_kelvin ... 0 1/K ... default
  scenario.scenario.central ... 20 ... default

case better: a better building
~ region.ee.pue ... 1.1 ... override efficient at tests/cli/good/world.lua:25

$ hanse check tests/cli/good/world.lua --with efficient,dear --set region.ee.population=3*Mperson |
> grep -E '^case|ee.pue|ee.popu|ee.elec'
case efficient+dear: efficient+dear
  region.ee.electricity_price ... 0.3 EUR/kWh ... override dear at tests/cli/good/world.lua:26
  region.ee.population ... 3000000 person ... --set
  region.ee.pue ... 1.1 ... override efficient at tests/cli/good/world.lua:25
  region.ee.pue_per_kelvin ... 0 1/K ... default

$ hanse check -q tests/cli/good/world.lua

$ hanse check tests/cli/good/world.lua --format json --with efficient | grep -A 9 '"pue"' | head -6
...
          "value": 1.1...,
          "unit": ...,
          "uncertain": false,
          "origin": "override",
...
$ hanse check tests/cli/good/world.lua --with eficient
case 'eficient': there is no override 'eficient' (did you mean 'efficient'?)
[exit 2]

$ hanse check tests/cli/good/world.lua --set region.ee.pue=1.2 --set region.ee.pue=1.4
--set region.ee.pue and --set region.ee.pue: both set one path, 'region.ee.pue'
[exit 2]

$ hanse check tests/cli/good/world.lua --set region.ee.pue=1.2*kW
--set: region 'ee': pue: expected a plain number, got kW
[exit 2]

$ hanse check tests/cli/good/world.lua --set 'region.ee.pue=os.execute("true")'
--set region.ee.pue: os: not available, a scenario has no access to the machine or its clock
[exit 2]

$ hanse check tests/cli/good/nothing.lua
tests/cli/good/nothing.lua: No such file or directory
[exit 2]
