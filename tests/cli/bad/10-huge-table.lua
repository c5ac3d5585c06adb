-- expect: 10-huge-table.lua:...: memory: at most 1 GiB, passed here
hanse_schema = 1
local t = {}
for i = 1, 1e9 do
  t[i] = { i, i, i, i }
end
