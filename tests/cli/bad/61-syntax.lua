-- expect: 61-syntax.lua:4: unexpected symbol near '}'
hanse_schema = 1
pool{ name = "all",
  label = }
