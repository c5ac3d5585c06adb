-- expect: 53-parameter-order.lua:3: param 'x': must have low <= mid <= high, got 3, 2, 4
hanse_schema = 1
params{ x = { low = 3, mid = 2, high = 4 } }
