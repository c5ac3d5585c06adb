-- expect: 04-bare-number.lua:4: region 'ee': electricity_price: needs its unit, such as
--   0.12*EUR/kWh, got the bare number 0.12
hanse_schema = 1
region{ name = "ee", electricity_price = 0.12 }
