-- expect: 37-wrong-schema.lua:3: hanse_schema: must be 1, got 2
hanse_schema = 2
pool{ name = "all" }
