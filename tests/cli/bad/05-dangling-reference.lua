-- expect: 05-dangling-reference.lua:18: site 'tartu': region: there is no region 'eee' (did
--   you mean 'ee'?)
hanse_schema = 1
scenario{ title = "t", start = "2026-01-05", horizon = 2*year, base_year = 2025,
  reference_accelerator = "card" }
jurisdiction{ name = "EE" }
firm{ name = "maker", home = "EE" }
pool{ name = "all" }
region{ name = "ee", jurisdiction = "EE", pool = "all", population = 1e6*person,
  electricity_price = 0.1*EUR/kWh, carbon_intensity = 400*g/kWh, pue = 1.3 }
operator{ name = "uni", home = "EE", type = "university", cost_of_capital = 0.04/year }
accelerator{ name = "card", vendor = "maker", fab = "maker", peak = 900*TFLOP/s,
  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.2*kW,
  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year,
  tpp = 15832, performance_density = 19, hazard = 0.05/year }
maintenance{ name = "care", repairable_share = 0.5, repair_time = 3*day, lead_time = 2*month }
site{ name = "tartu", operator = "uni",
  region = "eee" }
