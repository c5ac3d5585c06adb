-- expect: 11-endless-loop.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
local n = 0
while true do n = n + 1 end
