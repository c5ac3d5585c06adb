-- expect: 14-goto-loop.lua:4: instructions: at most 100000000, passed here
hanse_schema = 1
::again::
goto again
