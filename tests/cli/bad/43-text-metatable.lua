-- expect: 43-text-metatable.lua:4: getmetatable: only a table's can be had, not that of a
--   string
hanse_schema = 1
getmetatable("").__index = function() return print end
