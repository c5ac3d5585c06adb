-- expect: 65-move-bomb.lua:3: instructions: at most 100000000, passed here
hanse_schema = 1
table.move({}, 1, 4e9, 2)
