-- expect: 18-debug.lua:3: debug: not available, a scenario cannot look behind the language
hanse_schema = 1
debug.sethook()
