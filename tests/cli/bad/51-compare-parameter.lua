-- expect: 51-compare-parameter.lua:5: comparison: a parameter's value is not known while the
--   scenario is declared; use min, max or cases
hanse_schema = 1
local p = params{ x = { value = 2*h } }
if p.x > 1*h then pool{ name = "all" } end
