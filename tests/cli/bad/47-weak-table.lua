-- expect: 47-weak-table.lua:4: setmetatable: '__mode' is not available, results may not depend
--   on when memory is freed
hanse_schema = 1
setmetatable({}, { __mode = "k" })
