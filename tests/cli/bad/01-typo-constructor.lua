-- expect: 01-typo-constructor.lua:3: unknown name 'sitee' (did you mean 'site'?)
hanse_schema = 1
sitee{ name = "tartu" }
