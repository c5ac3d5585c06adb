-- expect: 34-reference-escape.lua:4: reference: a table's name is letters, digits, '_' and
--   '-', got '../../secret'
hanse_schema = 1
reference "../../secret"
