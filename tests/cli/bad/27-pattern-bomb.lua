-- expect: 27-pattern-bomb.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
local s = ("a"):rep(200)
s:find(("a-"):rep(100) .. "b")
