-- expect: 21-infinite.lua:3: quantity: must be a finite number, got inf
hanse_schema = 1
region{ name = "ee", population = 1/0*person }
