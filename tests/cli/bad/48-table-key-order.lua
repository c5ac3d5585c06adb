-- expect: 48-table-key-order.lua:4: pairs: keys must be numbers, texts or true and false, got
--   a table, whose order is not known
hanse_schema = 1
for k in pairs({ [{}] = 1 }) do end
