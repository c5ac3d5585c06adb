-- expect: 17-load.lua:3: load: not available, a scenario is one text; share code with require
hanse_schema = 1
load("return 1")()
