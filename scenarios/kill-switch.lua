-- Two halls, one remote key: what a vendor with a live control over half of the hardware can
-- switch off, and what is left. All silicon is foreign in every case: what shows is who holds
-- the operating layer, not who made the chips. Every number is an assumption made for this
-- example.
hanse_schema = 1

scenario{
  title = "A remote key", question = "What is still served when the vendor turns its key?",
  hypothetical = true, start = "2026-01-01", horizon = 2*year, replications = 20, central = 5,
  base_year = 2025, reference_accelerator = "gpu",
}

jurisdiction{name = "here", label = "Here"}
jurisdiction{name = "abroad", label = "Abroad"}
jurisdiction{name = "elsewhere", label = "Elsewhere"}
firm{name = "maker", home = "abroad"}
firm{name = "subsidiary", home = "here", parent = "maker"}
firm{name = "renter", label = "foreign API provider", home = "elsewhere"}
operator{name = "state", home = "here", type = "state", cost_of_capital = 0.03/year}
pool{name = "national", coordinator = "state"}
region{
  name = "capital", jurisdiction = "here", pool = "national", population = 1e6*person,
  electricity_price = 0.12*EUR/kWh, carbon_intensity = 200*g/kWh, pue = 1.2, utc_offset = 1*h,
}
-- What the cards are programmed with. As shipped it runs on whatever the maker does.
stack{name = "tools", label = "the maker's software", vendor = "maker",
  ageing = assumption(0.2/year, "new models' kernels come without support no more")}
cloud{name = "api", label = "foreign API", provider = "renter", host = "elsewhere",
  prompt_price = assumption(0.5*EUR/Mtoken, "about list price of 70B-class models in 2025"),
  output_price = assumption(0.7*EUR/Mtoken, "about list price of 70B-class models in 2025")}
accelerator{
  name = "gpu", vendor = "maker", stack = "tools", fab = "maker",
  peak = 1000*TFLOP/s, memory = 80*GiB, bandwidth = 3350*GB/s,
  power = 1*kW, idle_power = 0.3*kW, compute_efficiency = 0.4, memory_efficiency = 0.6,
  price = 25*kEUR, life = 5*year, tpp = 16000, performance_density = 19, hazard = 0/year,
}
maintenance{name = "care", repairable_share = 0.5, repair_time = 24*h, lead_time = 30*day}
-- The same hardware twice; one hall's management software answers to the maker's subsidiary.
site{name = "free", region = "capital", operator = "state",
  groups = {{accelerator = "gpu", count = 10, maintenance = "care"}}}
site{name = "tied", region = "capital", operator = "state", controllers = {"subsidiary"},
  groups = {{accelerator = "gpu", count = 10, maintenance = "care"}}}

model{name = "open", parameters = 70e9, bytes_per_parameter = 1*B, kv_per_token = 160*kB/token,
  batch = 64}
-- More than twenty devices can serve, by day and night, so that half of the hardware is half of
-- what is served.
workload{
  name = "assistant", data_class = "personal", model = "open",
  prompts_start = 5*prompt/person/day, prompts_cap = 5*prompt/person/day, growth = 0/year,
  prompt_tokens = 1000*token/prompt, output_tokens = 250*token/prompt,
  cloud = "api", cloud_use = "never",
}

withdraw{name = "key", label = "the vendor turns its key", actor = "maker", axis = "control",
  from = 12*month, to = 15*month}
window{name = "before", from = 6*month, to = 12*month}
window{name = "cut", from = 12*month, to = 15*month, shade = true}
window{name = "after", from = 15*month, to = 21*month}

override{name = "no_key", set = {["withdraw.key"] = absent}}
-- The same cards under an operating layer of one's own.
override{name = "own_layer", set = {["site.tied.controllers"] = {}}}
-- Everything under the maker's layer, coordinator and all.
override{name = "their_layer", set = {["site.free.controllers"] = {"subsidiary"},
  ["site.tied.controllers"] = {"subsidiary"}, ["pool.national.coordinator"] = "subsidiary"}}
-- The key reaches only the sites whose firmware has it, each with an even chance.
override{name = "patchy", set = {["withdraw.key.share"] = assumption(0.5, "an even chance")}}
-- The software asks the maker for leave to run.
override{name = "licence", set = {["stack.tools.live"] = true}}
override{name = "cloud", set = {["workload.assistant.cloud_use"] = "overflow",
  ["jurisdiction.here.personal_data"] = "any"}}
case{name = "turned", label = "half tied"}
case{name = "never", label = "no key", with = {"no_key"}}
case{name = "own_layer", label = "foreign chips, own layer", with = {"own_layer"}}
case{name = "their_layer", label = "foreign layer", with = {"their_layer"}}
case{name = "patchy", label = "key in half of the firmware",
  with = {"patchy"}}
case{name = "licence", label = "live software licence", with = {"licence"}}
case{name = "cloud", label = "rent when short", with = {"cloud"}}
headline{name = "served", text = "of demand is served on time while the key is turned",
  output = "on_time_share", case = "turned", window = "cut"}
chart{kind = "bars", output = "on_time_share", label = "Served while the key is turned"}
