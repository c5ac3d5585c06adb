-- expect: 25-string-bomb.lua:4: text: at most 4 MiB long, got ... bytes
hanse_schema = 1
local s = "0123456789"
while true do s = s .. s end
