-- expect: 67-close-bomb.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
local t = setmetatable({}, { __close = function() while true do end end })
do local x <close> = t while true do end end
