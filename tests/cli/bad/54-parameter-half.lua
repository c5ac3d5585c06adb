-- expect: 54-parameter-half.lua:3: param 'x': needs either value, or low, mid and high
hanse_schema = 1
params{ x = { low = 3, high = 4 } }
