-- expect: 31-require-escape.lua:4: require: a module's name is letters, digits, '_' and '-',
--   its folders before dots; got '../../secret'
hanse_schema = 1
require("../../secret")
