-- First steps: one country, one data centre, one kind of question.
-- Run it:      hanse run scenarios/first-steps.lua
-- Then try:    hanse run scenarios/first-steps.lua --set group.hall/gpu.count=24
-- Every number here is an assumption made for this example.
hanse_schema = 1

scenario{
  title = "First steps", question = "Is one data centre enough for five years?",
  start = "2026-01-01", horizon = 5*year, replications = 60, base_year = 2025,
  reference_accelerator = "gpu",
}

local p = params{
  growth = {low = 0.2/year, mid = 0.4/year, high = 0.6/year, unit = "1/year",
    label = "growth of demand", source = "an example", evidence = "assumption"},
}

jurisdiction{name = "home_land", label = "Home"}
jurisdiction{name = "abroad", label = "Abroad"}
firm{name = "vendor", home = "home_land"}
firm{name = "renter", home = "abroad"}
operator{name = "state", home = "home_land", type = "state", cost_of_capital = 0.03/year}
pool{name = "national", coordinator = "state"}
region{
  name = "capital", jurisdiction = "home_land", pool = "national", population = 1e6*person,
  electricity_price = 0.12*EUR/kWh, carbon_intensity = 200*g/kWh, pue = 1.2, utc_offset = 1*h,
}

accelerator{
  name = "gpu", vendor = "vendor", fab = "vendor",
  peak = 1000*TFLOP/s, memory = 80*GiB, bandwidth = 3350*GB/s,
  power = 1*kW, idle_power = 0.3*kW, compute_efficiency = 0.4, memory_efficiency = 0.6,
  price = 25*kEUR, surround_cost = 0.6, life = 5*year,
  tpp = 16000, performance_density = 19, hazard = 0.09/year,
}
maintenance{name = "care", repairable_share = 0.5, repair_time = 48*h, spares_share = 0.05,
  lead_time = 30*day}
site{
  name = "hall", region = "capital", operator = "state",
  staff_cost = 20*EUR/h, operations_share = 0.05/year,
  groups = {{accelerator = "gpu", count = 16, maintenance = "care"}},
}

model{name = "open", parameters = 70e9, bytes_per_parameter = 1*B, kv_per_token = 160*kB/token,
  batch = 64}
cloud{name = "api", label = "foreign API", provider = "renter", host = "abroad",
  prompt_price = 0.5*EUR/Mtoken, output_price = 0.7*EUR/Mtoken}
workload{
  name = "assistant", data_class = "personal", model = "open",
  prompts_start = 1*prompt/person/day, prompts_cap = 5*prompt/person/day, growth = p.growth,
  prompt_tokens = 1000*token/prompt, output_tokens = 250*token/prompt,
  cloud = "api", cloud_use = "never",
}

override{name = "bigger", set = {["group.hall/gpu.count"] = 32}}
-- Renting personal answers abroad takes a law that lets them go.
override{name = "cloud", set = {["group.hall/gpu.count"] = 0,
  ["workload.assistant.cloud_use"] = "always",
  ["jurisdiction.home_land.personal_data"] = "any"}}
case{name = "as_planned"}
case{name = "twice_as_big", with = {"bigger"}}
case{name = "rented", with = {"cloud"}}
headline{name = "served", text = "of questions are answered at once",
  output = "on_time_share", case = "as_planned", floor = 0.95}
