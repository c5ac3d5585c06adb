# The closed forms as a Lua program reaches them.

$ hanse study tests/des/closed_forms.lua
5 of 5 claims hold
