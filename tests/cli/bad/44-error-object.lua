-- expect: 44-error-object.lua:3: error: its message must be a text, got a table
hanse_schema = 1
error({ code = 1 })
