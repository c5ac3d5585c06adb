-- expect: 26-rep-bomb.lua:3: rep: a text of at most 4 MiB, got 1000000000000 times 1 bytes
hanse_schema = 1
local s = ("x"):rep(1e12)
