-- expect: 50-unit-mismatch.lua:3: addition: both sides need one unit, got h and kWh
hanse_schema = 1
local x = 1*h + 1*kWh
