-- expect: 20-nan.lua:3: quantity: must be a finite number, got nan
hanse_schema = 1
region{ name = "ee", population = (0/0)*person }
