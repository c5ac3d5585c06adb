-- expect: 63-function-as-value.lua:4: region 'ee': pue: expected a number,
--   got a function
hanse_schema = 1
region{ name = "ee", pue = function() return 1 end }
