-- expect: 58-missing-name.lua:3: pool: name: must be given, as in pool{ name = "…" }
hanse_schema = 1
pool{ label = "x" }
