-- expect: 12-endless-loop-in-pcall.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
while true do
  pcall(function() while true do end end)
end
