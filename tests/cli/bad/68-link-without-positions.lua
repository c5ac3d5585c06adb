-- expect: 68-link-without-positions.lua:13: region 'b': latitude: it must say where it is,
--   latitude and longitude: a link from or to it has no latency of its own, so it goes by
--   distance
hanse_schema = 1
scenario{title = "t", start = "2026-01-05", horizon = 1*year, base_year = 2025,
  reference_accelerator = "card"}
jurisdiction{name = "EE"}
firm{name = "maker", home = "EE"}
pool{name = "all"}
for name, north in pairs{a = 59.4, b = 0} do
  region{name = name, jurisdiction = "EE", pool = "all", population = 1e6*person,
    electricity_price = 0.1*EUR/kWh, carbon_intensity = 400*g/kWh, pue = 1.3,
    latitude = north*degree}
end
link{name = "cable", from = "a", to = "b"}
accelerator{name = "card", vendor = "maker", fab = "maker", peak = 900*TFLOP/s,
  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.2*kW,
  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year,
  tpp = 15832, performance_density = 19, hazard = 0.05/year}
