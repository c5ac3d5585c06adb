-- expect: 46-finaliser.lua:4: setmetatable: '__gc' is not available, results may not depend on
--   when memory is freed
hanse_schema = 1
setmetatable({}, { __gc = function() while true do end end })
