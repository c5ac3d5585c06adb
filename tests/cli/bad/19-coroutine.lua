-- expect: 19-coroutine.lua:3: coroutine: not available, a scenario declares and is done
hanse_schema = 1
coroutine.wrap(function() while true do end end)()
