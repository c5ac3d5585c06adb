-- expect: 13-endless-xpcall-handler.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
local function spin()
  while true do end
end
xpcall(spin, spin)
