-- expect: 45-error-nil.lua:3: error: its message must be a text, got a nil
hanse_schema = 1
error(nil)
