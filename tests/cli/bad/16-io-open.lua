-- expect: 16-io-open.lua:3: io: not available, a scenario has no access to files
hanse_schema = 1
local f = io.open("/etc/passwd")
