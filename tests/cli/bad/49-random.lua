-- expect: 49-random.lua:3: attempt to call a nil value (field 'random')
hanse_schema = 1
local x = math.random()
