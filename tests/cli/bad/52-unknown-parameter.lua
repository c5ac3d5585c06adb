-- expect: 52-unknown-parameter.lua:5: params: there is no parameter 'growht' (did you mean
--   'growth'?)
hanse_schema = 1
local p = params{ growth = { value = 2 } }
local x = 2*p.growht
