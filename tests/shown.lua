-- Costs that a reader can work out: a building of rate 0 over ten years costs a tenth of its
-- price a year, and nothing else costs anything.
hanse_schema = 1
scenario{title = "Shown", start = "2026-01-01", horizon = 1*year, base_year = 2025,
  replications = 3, central = 0, reference_accelerator = "card", discount_rate = 0/year}
jurisdiction{name = "A"}
firm{name = "maker", home = "A"}
pool{name = "pool"}
operator{name = "owner", home = "A", type = "state", cost_of_capital = 0/year}
region{name = "a", jurisdiction = "A", pool = "pool", population = 1*person,
  electricity_price = 0*EUR/kWh, carbon_intensity = 300*g/kWh, pue = 1.2}
accelerator{name = "card", vendor = "maker", fab = "maker", peak = 989*TFLOP/s,
  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.3*kW,
  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 25000*EUR, life = 5*year,
  tpp = 15832, performance_density = 19.45, hazard = 0/year}
site{name = "hall", region = "a", operator = "owner", building_life = 10*year,
  building = 1*MEUR}
site{name = "annex", region = "a", operator = "owner"}
for name, price in pairs{b1 = 2, b2 = 2, a2 = 4} do
  override{name = name, set = {["site.hall.building"] = price*MEUR}}
end
case{name = "a1", label = "bold, calm"}
for _, name in ipairs{"a2", "b1", "b2"} do case{name = name, with = {name}} end
for _, name in ipairs{"a1", "a2", "b1", "b2"} do
  cell{name = name, policy = name < "b" and "bold" or "careful", case = name,
    world = name:sub(2) == "1" and "calm" or "storm"}
end
figure{name = "second", label = "cost of the hall", output = "site_cost", of = "hall",
  place = 2, better = "less"}
figure{name = "first", label = "spent at once", output = "investment", place = 1,
  better = "less"}
chart{kind = "regret", output = "cost", label = "Bold or careful"}
