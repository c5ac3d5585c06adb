-- expect: 32-require-absolute.lua:4: require: a module's name is letters, digits, '_' and '-',
--   its folders before dots; got '/etc/passwd'
hanse_schema = 1
require("/etc/passwd")
