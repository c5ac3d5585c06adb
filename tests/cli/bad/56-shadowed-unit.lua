-- expect: 56-shadowed-unit.lua:3: kW: is a name of hanse's own, use 'local kW'
hanse_schema = 1
kW = 3
