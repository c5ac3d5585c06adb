-- expect: 29-deep-recursion.lua:...: stack overflow...
hanse_schema = 1
local function f(n) return 1 + f(n + 1) end
f(1)
