-- An emerging pool: a low-income country gathers what it has. A university, an ex-mining shed
-- and a telecom's masts, long grid outages, sun off the grid, and a foreign API priced in
-- money that the country does not print.
--
-- People, electricity, carbon and interruptions are Kenya's (reference/); hardware, plants and
-- habits are illustrative: no site here is a real one.
hanse_schema = 1

scenario{
  title = "An emerging pool",
  question = "What can scattered hardware serve where the grid is weak and the dollar dear?",
  start = "2026-01-05", horizon = 5*year, base_year = 2025, replications = 60, central = 10,
  reference_accelerator = "gpu",
}

local place = reference("regions").KEN
local grid = reference "reliability"
local p = params{
  prompts = {low = 0.01*prompt/person/day, mid = 0.03*prompt/person/day,
    high = 0.06*prompt/person/day, unit = "prompt/person/day", label = "prompts per head",
    evidence = "assumption", source = "a tenth of the world's 0.305 (workloads.csv)"},
  value = {low = 2*EUR/H100_h, mid = 10*EUR/H100_h, high = 40*EUR/H100_h,
    unit = "EUR/H100_h", label = "value of unserved compute", evidence = "assumption",
    source = "from half to ten times what renting an hour costs; no market tells"},
  usd_per_eur = {low = 1.04*USD/EUR, mid = 1.082*USD/EUR, high = 1.18*USD/EUR,
    unit = "USD/EUR", label = "exchange rate", evidence = "aggregator", source = "money.csv"},
  outage = {low = 0.7, mid = 1, high = 2, unit = "1",
    label = "interruptions relative to 2022/23",
    evidence = "assumption", source = "regulator's figures are per customer of the whole grid"},
}

bloc{name = "community", label = "regional community"}
jurisdiction{name = "home", label = "the country", blocs = {"community"}, currency = "shilling"}
jurisdiction{name = "abroad", label = "Abroad"}
currency{name = "shilling", label = "home money",
  drift = assumption(-0.05/year, "loses to the euro"), volatility = assumption(0.12, "managed"),
  jump_rate = assumption(0.15/year, "a devaluation in seven years"),
  jump_mean = assumption(-0.2, "of a fifth"), jump_deviation = assumption(0.05, "spread")}
currency{name = "dollar", label = "US dollar", volatility = assumption(0.08, "major pairs")}
firm{name = "vendor", label = "vendor and API provider", home = "abroad"}
firm{name = "utility", label = "the utility", home = "home"}
operator{name = "university", label = "university", home = "home", type = "university",
  cost_of_capital = assumption(0.08/year, "public, poor")}
operator{name = "miner", label = "former miner", home = "home", type = "miner",
  cost_of_capital = assumption(0.20/year, "private")}
operator{name = "telecom", label = "telecom", home = "home", type = "telecom",
  cost_of_capital = assumption(0.15/year, "private")}
pool{name = "pool", label = "the country's pool", federated = true}
certification{name = "health", label = "may hold patients' data"}
eligibility{name = "patients", label = "personal data only with certified operators",
  data_class = "personal", operator_type = "miner", needs = "health"}
accelerator{
  name = "gpu", vendor = "vendor", fab = "vendor",
  peak = assumption(1000*TFLOP/s, "a round H100"), memory = assumption(80*GiB, "likewise"),
  bandwidth = assumption(3350*GB/s, "likewise"), power = assumption(1*kW, "with its server"),
  idle_power = assumption(0.3*kW, "with its server"),
  compute_efficiency = assumption(0.4, "in prefill"),
  memory_efficiency = assumption(0.6, "in decode"), price = assumption(25*kEUR, "street"),
  surround_cost = assumption(0.65, "server, network, building"),
  life = assumption(5*year, "book life"), tpp = assumption(16000, "dense fp8"),
  performance_density = assumption(19, "of that"), hazard = assumption(0.09/year, "failures"),
}
maintenance{name = "care", repairable_share = assumption(0.5, "resets and cables"),
  repair_time = assumption(48*h, "two days"), spares_share = assumption(0.05, "on the shelf"),
  lead_time = assumption(60*day, "by ship")}
model{name = "open", parameters = assumption(70e9, "a good open model"),
  bytes_per_parameter = assumption(1*B, "8 bits"),
  kv_per_token = assumption(160*kB/token, "its cache"), batch = assumption(64, "under load")}

accelerator{
  name = "gaming", label = "used gaming card", vendor = "vendor", fab = "vendor",
  peak = assumption(70*TFLOP/s, "dense, two generations old"), memory = assumption(24*GiB,
    "an example"),
  bandwidth = assumption(936*GB/s, "an example"), power = assumption(0.4*kW, "with its host"),
  idle_power = assumption(0.1*kW, "with its host"), compute_efficiency = assumption(0.35,
    "an example"),
  memory_efficiency = assumption(0.5, "an example"), price = assumption(0.6*kEUR,
    "second hand"),
  surround_cost = assumption(0.5, "racks and fans"), life = assumption(3*year, "used"),
  tpp = assumption(1136, "below every threshold"), performance_density = assumption(1.8,
    "an example"),
  hazard = assumption(0.2/year, "used, hot"),
}

local function where(name, label, people, latitude, longitude, outages)
  region{
    name = name, label = label, jurisdiction = "home", pool = "pool", grid = "utility",
    population = people*place:quantity("population", person),
    electricity_price = place:quantity("electricity_price_usd_kwh", USD/kWh)/p.usd_per_eur,
    carbon_intensity = place:quantity("carbon_intensity_g_kwh", g/kWh),
    pue = assumption(1.3, "plain air"), temperature = assumption(22*K,
      "highlands warmer at noon"),
    temperature_day = assumption(6*K, "an example"), pue_per_kelvin = assumption(0.015/K,
      "regions.csv"),
    utc_offset = 3*h, latitude = assumption(latitude*degree, "its place"),
    longitude = assumption(longitude*degree, "its place"),
    solar_capacity_factor = place:quantity("solar_capacity_factor"),
    solar_variation = assumption(0.35, "rains"),
    saidi = outages*p.outage*grid:find{subject = "Kenya", metric = "SAIDI",
      period = "FY2022-23"}
      :quantity("value"),
    saifi = p.outage*grid:find{subject = "Kenya", metric = "SAIFI", period = "FY2022-23"}
      :quantity("value"),
    outage_shared = assumption(0.5, "national blackouts and feeders"),
  }
end
where("capital", "the capital", assumption(0.2, "a fifth lives there"), -1.3, 36.8, 1)
where("coast", "the coast", assumption(0.1, "a tenth"), -4.0, 39.7, 1.5)
where("plateau", "the plateau", assumption(0.7, "the rest"), 0.5, 35.3, 3)
link{name = "north", label = "fibre to the plateau", from = "capital", to = "plateau",
  owner = "telecom", failure_rate = assumption(6/year, "road works"),
  repair_time = assumption(36*h, "a crew on the road")}
link{name = "south", label = "fibre to the coast", from = "capital", to = "coast",
  owner = "telecom", failure_rate = assumption(4/year, "road works"),
  repair_time = assumption(24*h, "a crew on the road")}
region{name = "sea", label = "beyond the submarine cable", jurisdiction = "abroad",
  pool = "elsewhere", population = 0*person, electricity_price = assumption(0.1*EUR/kWh,
    "an example"),
  carbon_intensity = assumption(300*g/kWh, "an example"), pue = assumption(1.2, "an example"),
  latitude = assumption(25*degree, "the Gulf"), longitude = assumption(55*degree, "the Gulf")}
pool{name = "elsewhere"}
link{name = "cable", label = "submarine cable", from = "coast", to = "sea", owner = "vendor",
  failure_rate = assumption(0.3/year, "reliability.csv counts 0.3 a system"),
  repair_time = grid:find{subject = "global", metric = "mean repair time"}:quantity("value")}

plant{name = "campus", label = "the university's generator", region = "capital",
  diesel = assumption(30*kW, "all of it"), tank = assumption(1000*kWh, "two days"),
  refuel_every = assumption(7*day, "weekly"), fuel_cost = assumption(0.40*EUR/kWh, "diesel"),
  fuel_carbon = assumption(800*g/kWh, "diesel"), battery = assumption(10*kWh, "minutes"),
  battery_power = assumption(30*kW, "likewise")}
plant{name = "masts", label = "sun and battery at the masts, off the grid", region = "plateau",
  grid = false, solar = assumption(40*kW, "panels"), battery = assumption(80*kWh,
    "a night of half"),
  battery_power = assumption(20*kW, "likewise"), capital = assumption(60*kEUR, "all of it"),
  life = assumption(10*year, "batteries"), cost_of_capital = assumption(0.15/year, "private")}
site{name = "campus", region = "capital", operator = "university", plant = "campus",
  staff_cost = assumption(6*EUR/h, "local wages"),
  groups = {{accelerator = "gpu", count = assumption(8, "one donated server"),
    maintenance = "care"}}}
site{name = "shed", region = "coast", operator = "miner", staff_cost = assumption(3*EUR/h,
  "an example"),
  groups = {{accelerator = "gaming", count = assumption(80, "left from mining"),
    maintenance = "care"}}}
site{name = "masts", region = "plateau", operator = "telecom", plant = "masts",
  staff_cost = assumption(2*EUR/h, "an example"),
  groups = {{accelerator = "gaming", count = assumption(20, "bought used"),
    maintenance = "care"}}}

cloud{name = "api", label = "foreign API in dollars", provider = "vendor", host = "abroad",
  region = "sea", currency = "dollar",
  prompt_price = assumption(0.6*USD/Mtoken, "70B class")/p.usd_per_eur,
  output_price = assumption(0.8*USD/Mtoken, "70B class")/p.usd_per_eur}
local function calls(name, label, data_class, tier, share)
  workload{
    name = name, label = label, data_class = data_class, tier = tier, model = "open",
    prompts_start = share*p.prompts, prompts_cap = 6*share*p.prompts,
    growth = assumption(0.6/year, "from a small start"),
    prompt_tokens = assumption(800*token/prompt, "an example"),
    output_tokens = assumption(200*token/prompt, "an example"),
    deadline = tier > 2 and 6*h or 0*h, give_up = tier > 2 and 12*h or 0*h,
    cloud = "api", cloud_use = "never", value_unserved = p.value,
    price_limit = assumption(4.5*EUR/H100_h, "what a small firm pays at today's rate"),
  }
end
calls("clinics", "clinics", "personal", 1, assumption(0.2, "an example"))
calls("schools", "schools", "public", 2, assumption(0.5, "an example"))
calls("fields", "advice to farmers, can wait", "public", 3, assumption(0.3, "an example"))

override{name = "grid_only", set = {["plant.campus.diesel"] = 0*kW,
  ["plant.masts.solar"] = assumption(8*kW, "what was there")}}
override{name = "more_sun", set = {["plant.masts.solar"] = assumption(90*kW, "a field"),
  ["plant.masts.battery"] = assumption(240*kWh, "a night"),
  ["plant.masts.capital"] = assumption(150*kEUR, "all of it")}}
override{name = "follow_sun", set = {["pool.pool.placement"] = "greenest"}}
override{name = "uncertified", set = {["eligibility.patients"] = absent}}
override{name = "cloud", set = {["workload.schools.cloud_use"] = "always",
  ["workload.fields.cloud_use"] = "always", ["workload.clinics.cloud_use"] = "always"}}
case{name = "baseline", label = "what there is, pooled"}
case{name = "grid_only", label = "no diesel and little sun", with = {"grid_only"}}
case{name = "more_sun", label = "more sun and battery", with = {"more_sun"}}
case{name = "follow_sun", label = "work follows the sun", with = {"follow_sun"}}
case{name = "uncertified", label = "patients' data anywhere", with = {"uncertified"}}
case{name = "cloud", label = "rent in dollars", with = {"cloud"}}
window{name = "last", label = "last year", from = 48*month, to = 60*month}
headline{name = "served", text = "of demand is served on time", output = "on_time_share",
  case = "baseline", floor = 0.5}
figure{name = "served", label = "served on time", output = "on_time_share", place = 1}
figure{name = "unserved", label = "worth of what is unserved", output = "cost_unserved",
  better = "less", place = 2}
figure{name = "cost", label = "all costs", output = "cost", better = "less", place = 3}
figure{name = "carbon", label = "carbon", output = "carbon", better = "less", place = 4}
chart{kind = "bars", output = "on_time_share", label = "Served by what is added"}
