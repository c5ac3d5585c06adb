-- A small scenario that check.t asks about.
hanse_schema = 1
local shared = require "helpers.shared"
local p = params{
  growth = { low = 1, mid = 2, high = 4, label = "growth", evidence = "assumption",
             source = "made up" },
  delay = { value = 2*month, unit = "month" },
}
scenario{ title = "t", start = "2026-01-05", horizon = 2*year, base_year = 2025,
          reference_accelerator = "card" }
jurisdiction{ name = "home" }
firm{ name = "maker", home = "home" }
pool{ name = "all" }
region{
  name = "ee", jurisdiction = "home", pool = "all",
  population = sourced(1e6*person, "count", "primary")*p.growth,
  electricity_price = shared.price, carbon_intensity = 400*g/kWh, pue = 1.3,
}
accelerator{
  name = "card", vendor = "maker", fab = "maker", peak = 900*TFLOP/s, memory = 80*GiB,
  bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.2*kW, compute_efficiency = 0.4,
  memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year, tpp = 15832,
  performance_density = 19, hazard = 0.05/year,
}
override{ name = "efficient", set = { ["region.ee.pue"] = 1.1 } }
override{ name = "dear", set = { ["region.ee.electricity_price"] = 0.3*EUR/kWh } }
case{ name = "baseline", label = "as it is" }
case{ name = "better", label = "a better building", with = { "efficient" } }
