-- expect: 33-require-missing.lua:4: require: there is no module 'nowhere' in the scenario's
--   folder or the library
hanse_schema = 1
require "nowhere"
