-- expect: 09-cycle-table.lua:6: jurisdiction 'EE': blocs: item 1: expected a number, text,
--   true or false, got a table
hanse_schema = 1
local blocs = {}
blocs[1] = blocs
jurisdiction{ name = "EE", blocs = blocs }
