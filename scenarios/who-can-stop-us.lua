-- Who can stop a small state's compute, and how long does it last without them?
--
-- One state, two sites. The university runs its own cards. A telecom rents out cards under a
-- management layer whose maker abroad can switch them off. New cards come once a year from one
-- vendor abroad. `hanse deny` withdraws everyone in turn. The state is made up and its round
-- figures are assumptions; failure rates and device data come from scenarios/reference.
hanse_schema = 1

scenario{
  title = "Who can stop a small state's compute?",
  question = "What share of demand is still served when an actor stops, for any reason?",
  hypothetical = true,
  start = "2026-01-01",
  horizon = 5*year,
  replications = 64,
  currency = "EUR",
  base_year = 2025,
  reference_accelerator = "h100",
}

local chips, failures = reference "accelerators", reference "reliability"
local h100 = chips.h100_sxm5_80gb
local round = "a round figure for the example"

jurisdiction{name = "home", label = "the state"}
jurisdiction{name = "abroad", label = "the vendor's state"}
jurisdiction{name = "island", label = "the foundry's state"}
firm{name = "vendor", label = "accelerator vendor", home = "abroad"}
firm{name = "foundry", label = "foundry", home = "island", compelled_by = {"abroad"}}
firm{name = "manager", label = "maker of the management layer", home = "abroad"}
firm{name = "renter", label = "foreign API provider", home = "abroad"}
firm{name = "grid", label = "grid operator", home = "home"}
operator{name = "university", home = "home", type = "university",
  cost_of_capital = assumption(0.03/year, round)}
operator{name = "telecom", home = "home", type = "telecom",
  cost_of_capital = assumption(0.06/year, round)}

accelerator{
  name = "h100", label = "H100", vendor = "vendor", fab = "foundry",
  peak = h100:quantity("peak_fp8_dense_tflops", TFLOP/s),
  memory = h100:quantity("mem_gib", GiB), bandwidth = h100:quantity("mem_bw_gbs", GB/s),
  power = assumption(1.05*kW, "an eighth of a server's 8.4 kW"),
  idle_power = assumption(0.32*kW, "0.3 of full load"),
  compute_efficiency = assumption(0.4, "achieved share of peak in prefill"),
  memory_efficiency = assumption(0.6, "achieved share of bandwidth in decode"),
  price = assumption(30e3*EUR, round), life = assumption(5*year, "book life"),
  tpp = h100:quantity("tpp"), performance_density = h100:quantity("performance_density"),
  hazard = failures:find{metric = "GPU-attributed interruption rate"}:quantity("value"),
}
maintenance{
  name = "care", repairable_share = assumption(0.5, round),
  repair_time = assumption(48*h, "two days"), spares_share = assumption(0.02, round),
  lead_time = assumption(30*day, "replacement under warranty"),
}

pool{name = "national", label = "the national pool", coordinator = "university",
  votes = "stake", majority = assumption(0.5, "a simple majority")}
region{
  name = "home", label = "the state", jurisdiction = "home", pool = "national", grid = "grid",
  population = assumption(1.3e6*person, round),
  electricity_price = assumption(0.12*EUR/kWh, round),
  carbon_intensity = assumption(250*g/kWh, round), pue = assumption(1.3, round),
}
site{name = "campus", label = "campus", region = "home", operator = "university",
  verified_by = {"university"},
  groups = {{accelerator = "h100", count = assumption(9, round), maintenance = "care",
    age = assumption(2*year, round)}}}
site{name = "exchange", label = "telecom hall", region = "home", operator = "telecom",
  controllers = {"manager"},
  groups = {{accelerator = "h100", count = assumption(7, round), maintenance = "care",
    age = assumption(1*year, round)}}}
purchase{name = "yearly", label = "yearly tender", group = "campus/h100",
  count = assumption(3, round), from = 6*month, every = 1*year,
  lead_time = assumption(6*month, round), payment = "vendor"}

model{name = "open70b", label = "open model of 70 billion parameters", weights_held = true,
  parameters = assumption(70e9, "size class of good open models"),
  bytes_per_parameter = assumption(1*B, "8-bit weights"),
  kv_per_token = assumption(163840*B/token, "80 layers x 8 heads x 128 x 2 at 8 bits"),
  batch = assumption(64, "requests decoded together")}
cloud{name = "api", label = "foreign API", provider = "renter", host = "abroad",
  payment = "renter", prompt_price = assumption(0.8*EUR/Mtoken, round),
  output_price = assumption(0.8*EUR/Mtoken, round)}

local function calls(name, label, data_class, tier, prompts, cloud_use)
  workload{
    name = name, label = label, data_class = data_class, tier = tier, model = "open70b",
    prompts_start = assumption(prompts*prompt/person/day, round),
    prompts_cap = assumption(2*prompts*prompt/person/day, round),
    growth = assumption(0.3/year, round),
    prompt_tokens = assumption(1200*token/prompt, "a conversation"),
    output_tokens = assumption(250*token/prompt, "an answer"),
    cloud = "api", cloud_use = cloud_use,
  }
end
calls("state", "administration", "state", 1, 0.4, "never")
calls("people", "citizens", "personal", 2, 1.6, "never")
calls("open", "public information", "public", 3, 0.6, "overflow")

denial{
  name = "tomorrow", label = "Withdrawals after a year", at = 12*month, lasts = 36*month,
  floor = assumption(0.8, "what the state calls enough"), viewers = {"home"},
}

override{name = "own_layer", set = {
  ["site.exchange.controllers"] = absent}}
override{name = "cloud", set = {
  ["purchase.yearly.count"] = 0,
  ["workload.people.cloud_use"] = "overflow",
  ["jurisdiction.home.personal_data"] = "any"}}
case{name = "baseline", label = "as it is"}
case{name = "own_layer", label = "own management layer", with = {"own_layer"}}
case{name = "cloud", label = "rent instead of buying", with = {"cloud"}}

window{name = "denied", label = "after the withdrawal", from = 12*month, to = 48*month}
headline{name = "served", text = "of demand is served on time", output = "on_time_share",
  case = "baseline", window = "denied", floor = 0.8}
chart{kind = "heat", label = "What is lost without whom, axis by axis"}
