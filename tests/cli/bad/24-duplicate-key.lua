-- expect: 24-duplicate-key.lua:5: key 'label' is set twice, first on line 4
hanse_schema = 1
pool{ name = "all",
  label = "one",
  label = "two" }
