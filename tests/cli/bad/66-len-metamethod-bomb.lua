-- expect: 66-len-metamethod-bomb.lua:6: instructions: at most 100000000, passed here
hanse_schema = 1
local t = setmetatable({}, { __len = function() return 1 << 60 end })
table.insert(t, 1, 1)
t[1] = nil
while true do table.insert(t, 1) table.remove(t) end
