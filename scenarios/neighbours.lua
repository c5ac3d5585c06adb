-- Neighbours: one has hardware and few people, the other people and little hardware. What does
-- a common pool serve, and what remains when its coordinator goes? Every number is an
-- assumption made for this example.
hanse_schema = 1

scenario{
  title = "Neighbours", question = "What is a common pool worth to two unequal neighbours?",
  start = "2026-01-01", horizon = 1*year, replications = 20, central = 5, base_year = 2025,
  reference_accelerator = "gpu",
}

bloc{name = "union"}
jurisdiction{name = "abroad"}
firm{name = "vendor", home = "west"}
firm{name = "renter", home = "abroad"}
operator{name = "office", home = "west", type = "state", cost_of_capital = 0.03/year}
pool{name = "common", coordinator = "office"}
accelerator{
  name = "gpu", vendor = "vendor", fab = "vendor",
  peak = 1000*TFLOP/s, memory = 80*GiB, bandwidth = 3350*GB/s,
  power = 1*kW, idle_power = 0.3*kW, compute_efficiency = 0.4, memory_efficiency = 0.6,
  price = 25*kEUR, life = 5*year, tpp = 16000, performance_density = 19, hazard = 0/year,
}
maintenance{name = "care", repairable_share = 0.5, repair_time = 24*h, lead_time = 30*day}
model{name = "open", parameters = 70e9, bytes_per_parameter = 1*B, kv_per_token = 160*kB/token,
  batch = 64}

for _, place in ipairs{
  {name = "west", people = 2e6, devices = 8},
  {name = "east", people = 0.25e6, devices = 32},
} do
  jurisdiction{name = place.name, blocs = {"union"}, personal_data = "bloc"}
  region{
    name = place.name, jurisdiction = place.name, pool = "common",
    population = place.people*person, electricity_price = 0.12*EUR/kWh,
    carbon_intensity = 200*g/kWh, pue = 1.2, utc_offset = 1*h,
  }
  operator{name = place.name .. "_state", home = place.name, type = "state",
    cost_of_capital = 0.03/year}
  site{name = place.name .. "_hall", region = place.name, operator = place.name .. "_state",
    groups = {{accelerator = "gpu", count = place.devices, maintenance = "care"}}}
end

cloud{name = "api", provider = "renter", host = "abroad",
  prompt_price = 0.5*EUR/Mtoken, output_price = 0.7*EUR/Mtoken}
workload{
  name = "assistant", data_class = "personal", model = "open",
  prompts_start = 1*prompt/person/day, prompts_cap = 1*prompt/person/day, growth = 0/year,
  prompt_tokens = 1000*token/prompt, output_tokens = 250*token/prompt,
  cloud = "api", cloud_use = "never",
}

withdraw{name = "coordinator", actor = "office", axis = "coordinator",
  from = 6*month, to = 9*month}
window{name = "together", from = 0*month, to = 6*month}
window{name = "apart", from = 6*month, to = 9*month, shade = true}

override{name = "walls", set = {
  ["jurisdiction.west.personal_data"] = "home", ["jurisdiction.east.personal_data"] = "home"}}
override{name = "cloud", set = {["workload.assistant.cloud_use"] = "always",
  ["jurisdiction.west.personal_data"] = "any", ["jurisdiction.east.personal_data"] = "any"}}
case{name = "pooled"}
case{name = "walled", with = {"walls"}}
case{name = "rented", with = {"cloud"}}
headline{name = "served", text = "of demand is served on time in the common pool",
  output = "on_time_share", case = "pooled", window = "together"}
