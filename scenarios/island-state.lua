-- An island state: two cables, one coast of storms. What is left of its AI when cables break,
-- when a cyclone comes, and when it rents everything from abroad?
--
-- People, electricity and carbon are Malta's (reference/regions.csv); storms, cables and
-- hardware are illustrative: no such storm season, cable or hall is meant.
hanse_schema = 1

scenario{
  title = "An island state on two cables",
  question = "How much does an island serve by itself when it is cut off?",
  hypothetical = true, start = "2026-01-05", horizon = 5*year, base_year = 2025,
  replications = 60, central = 10, reference_accelerator = "gpu",
}

local place = reference("regions").MLT
local faults = reference "reliability"
local p = params{
  cable_faults = {low = 0.1/year, mid = 0.25/year, high = 0.5/year, unit = "1/year",
    label = "breaks of a cable a year", evidence = "assumption",
    source = "150 to 200 faults a year on 500 to 570 systems worldwide (reliability.csv)"},
  cyclones = {low = 0.1/year, mid = 0.2/year, high = 0.4/year, unit = "1/year",
    label = "severe storms a year", evidence = "assumption", source = "an example"},
  value = {low = 5*EUR/H100_h, mid = 20*EUR/H100_h, high = 80*EUR/H100_h,
    unit = "EUR/H100_h", label = "value of unserved compute", evidence = "assumption",
    source = "some two to forty times what an hour costs; no market tells"},
  usd_per_eur = {low = 1.04*USD/EUR, mid = 1.082*USD/EUR, high = 1.18*USD/EUR,
    unit = "USD/EUR", label = "exchange rate", evidence = "aggregator", source = "money.csv"},
}

bloc{name = "union", label = "the single market"}
jurisdiction{name = "island", label = "the island", blocs = {"union"}}
jurisdiction{name = "mainland", label = "the mainland", blocs = {"union"}}
jurisdiction{name = "abroad", label = "Abroad"}
firm{name = "vendor", label = "vendor and API provider", home = "abroad"}
firm{name = "grid", label = "the island's utility", home = "island"}
firm{name = "oil", label = "fuel importer", home = "abroad"}
operator{name = "state", home = "island", type = "state",
  cost_of_capital = assumption(0.04/year, "public")}
pool{name = "island", label = "the island's pool", coordinator = "state", seat = "island"}
pool{name = "mainland", label = "the mainland's pool", coordinator = "vendor"}
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

currency{name = "dollar", label = "US dollar", volatility = assumption(0.08, "major pairs"),
  drift = assumption(0/year, "no view")}
region{
  name = "island", label = "the island", jurisdiction = "island", pool = "island",
    grid = "grid",
  population = place:quantity("population", person),
  electricity_price = place:quantity("electricity_price_usd_kwh", USD/kWh)/p.usd_per_eur,
  carbon_intensity = place:quantity("carbon_intensity_g_kwh", g/kWh),
  pue = assumption(1.15, "free cooling in winter"),
  temperature = assumption(19*K, "Mediterranean"),
  temperature_season = assumption(7.5*K, "likewise"),
  temperature_day = assumption(3.5*K, "likewise"),
  pue_per_kelvin = assumption(0.015/K, "the fit behind pue_model in regions.csv"),
  utc_offset = 1*h, latitude = assumption(35.9*degree, "its place"),
  longitude = assumption(14.4*degree, "its place"),
  solar_capacity_factor = place:quantity("solar_capacity_factor"),
  solar_variation = assumption(0.3, "clouds"),
  saidi = assumption(6*h/year, "a small grid"), saifi = assumption(4/year, "likewise"),
  outage_shared = assumption(0.4, "one grid, few plants"),
}
region{
  name = "mainland", label = "the landing on the mainland", jurisdiction = "mainland",
  pool = "mainland", population = 0*person, electricity_price = assumption(0.15*EUR/kWh,
    "an example"),
  carbon_intensity = assumption(250*g/kWh, "an example"), pue = assumption(1.2, "an example"),
  latitude = assumption(37.5*degree, "nearest coast"), longitude = assumption(15.1*degree,
    "an example"),
}

local mend = faults:find{subject = "global", metric = "mean repair time"}:quantity("value")
local function cable(name, label, rate)
  link{name = name, label = label, from = "island", to = "mainland", owner = "vendor",
    failure_rate = rate, repair_time = mend,
    bandwidth = assumption(60*MB/s, "the share of its waves leased for this")}
end
cable("east", "eastern cable", p.cable_faults)
cable("west", "western cable", p.cable_faults)
hazard{name = "landing", label = "both cables at the shared landing", links = {"east", "west"},
  rate = assumption(0.05/year, "an anchor or a quake"), duration_time = mend}
hazard{name = "cyclone", label = "a severe storm", latitude = assumption(35.9*degree,
  "the island"),
  longitude = assumption(14.4*degree, "likewise"), radius = assumption(50*km, "all of it"),
  rate = p.cyclones, duration_time = assumption(96*h, "four days without the grid"),
  effect = "power", links = {"west"}}

plant{name = "backup", label = "sun, battery and diesel at the hall", region = "island",
  supplier = "grid", fuel_supplier = "oil", solar = assumption(40*kW, "its roof"),
  battery = assumption(60*kWh, "two hours"), battery_power = assumption(40*kW, "likewise"),
  diesel = assumption(20*kW, "half of the load"), tank = assumption(1500*kWh, "three days"),
  refuel_every = assumption(7*day, "a weekly truck"),
  fuel_cost = assumption(0.35*EUR/kWh, "diesel"), fuel_carbon = assumption(800*g/kWh, "diesel"),
  capital = assumption(120*kEUR, "all of it"), life = assumption(15*year, "mixed"),
  cost_of_capital = assumption(0.04/year, "public")}
site{name = "hall", label = "the island's hall", region = "island", operator = "state",
  plant = "backup", staff_cost = assumption(25*EUR/h, "three people"),
  operations_share = assumption(0.06/year, "far from service"),
  groups = {{accelerator = "gpu", count = assumption(16, "half of the demand"),
    maintenance = "care"}}}

cloud{name = "api", label = "foreign API", provider = "vendor", host = "mainland",
  region = "mainland", currency = "dollar",
  prompt_price = assumption(0.6*USD/Mtoken, "70B class")/p.usd_per_eur,
  output_price = assumption(0.8*USD/Mtoken, "70B class")/p.usd_per_eur}
-- Visitors send pictures of what they see: through one cable alone they don't all fit.
local text = assumption(4*B/token, "plain text")
local pictures = assumption(2*kB/token, "a picture of 2 MB for a thousand tokens")
local function calls(name, label, data_class, tier, prompts, bytes)
  workload{
    name = name, label = label, data_class = data_class, tier = tier, model = "open",
    prompts_start = assumption(prompts*prompt/person/day, "an example"),
    prompts_cap = assumption(4*prompts*prompt/person/day, "an example"),
    growth = assumption(0.4/year, "an example"),
    prompt_tokens = assumption(1000*token/prompt, "an example"),
    output_tokens = assumption(250*token/prompt, "an example"),
    prompt_bytes = bytes, value_unserved = p.value, cloud = "api", cloud_use = "overflow",
  }
end
calls("state", "administration and rescue", "state", 1, 0.4, text)
calls("citizens", "citizens' assistant", "personal", 2, 2.0, text)
calls("visitors", "tourism", "public", 3, 1.2, pictures)

-- The one dated test of the plan: a storm that takes grid and both cables in the third year.
hazard{name = "worst", label = "the worst week", regions = {"island"}, effect = "power",
  links = {"east", "west"}, from = 30*month, to = assumption(30*month + 168*h, "a week")}
window{name = "worst", label = "the month of the worst week", from = 30*month, to = 31*month,
  shade = true}

override{name = "third_cable", set = {["hazard.landing.rate"] = 0/year,
  ["link.west.failure_rate"] = assumption(0.05/year, "a protected route")}}
override{name = "own", set = {["group.hall/gpu.count"] = assumption(48, "all of the demand"),
  ["plant.backup.diesel"] = assumption(60*kW, "all of the load"),
  ["plant.backup.battery"] = assumption(240*kWh, "four hours"),
  ["plant.backup.battery_power"] = assumption(80*kW, "likewise"),
  ["plant.backup.solar"] = assumption(150*kW, "a field"),
  ["plant.backup.tank"] = assumption(10000*kWh, "a week"),
  ["plant.backup.capital"] = assumption(500*kEUR, "all of it")}}
override{name = "no_fuel", set = {["plant.backup.diesel"] = 0*kW, ["plant.backup.solar"] = 0*kW,
  ["plant.backup.battery"] = 0*kWh}}
override{name = "cloud", set = {["group.hall/gpu.count"] = 0,
  ["workload.state.cloud_use"] = "always", ["workload.citizens.cloud_use"] = "always",
  ["workload.visitors.cloud_use"] = "always"}}
case{name = "baseline", label = "half at home, two cables"}
case{name = "third_cable", label = "a protected route", with = {"third_cable"}}
case{name = "own", label = "all at home, own power", with = {"own"}}
case{name = "no_backup", label = "without its own power", with = {"no_fuel"}}
case{name = "cloud", label = "rent everything", with = {"cloud"}}
headline{name = "served", text = "of demand is served on time",
  output = "on_time_share", case = "baseline", window = "worst"}
figure{name = "worst", label = "served in the month of the worst week",
  output = "on_time_share", window = "worst", place = 1}
figure{name = "dropped", label = "lost to the network", output = "dropped_network",
  better = "less", place = 2}
figure{name = "unserved", label = "worth of what is unserved", output = "cost_unserved",
  better = "less", place = 3}
figure{name = "cost", label = "all costs", output = "cost", better = "less", place = 4}
chart{kind = "bars", output = "on_time_share", label = "Served in the month of the worst week"}
