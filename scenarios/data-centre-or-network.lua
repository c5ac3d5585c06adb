-- A national data centre or a decentralised network? The same devices and the same demand,
-- once in one hall and once in twenty, and five factors as numbers:
--
--   upfront cost     investment: devices with what surrounds them, spares, buildings
--   control          on_time_share while the firm whose software runs the one hall is withdrawn
--   resilience       on_time_share while a storm is over the capital
--   heavy training   batch_on_time_share of jobs of 64 devices at once, which fit into no
--                    small site
--   fit              on_time_share of the workload that must be near its people
--
-- They are the figures below: rows of the summary's scorecard, of the page, and of the chart
-- (hanse plot data-centre-or-network.h5).
--
-- What queues say about the same (one M/M/c against N of M/M/(c/N)) are the stations; what
-- independence says (k of n sites up, with and without a common cause) is tested in
-- tests/theory/test_walls_or_pool.c. Every site, order and person here is an assumption.
hanse_schema = 1

scenario{
  title = "A national data centre or a network",
  question = "What does one hall give up, and what does a network of twenty?",
  hypothetical = true, start = "2026-01-05", horizon = 12*month, base_year = 2025,
  replications = 20, central = 5, reference_accelerator = "gpu",
}

jurisdiction{name = "home", label = "Home"}
jurisdiction{name = "abroad", label = "Abroad"}
firm{name = "vendor", label = "vendor of devices and of the hall's software", home = "abroad"}
pool{name = "national", label = "national pool", federated = true}
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

local places = 20
local per_place = 8 -- devices, an assumption; the hall has them all

operator{name = "state", home = "home", type = "state",
  cost_of_capital = assumption(0.03/year, "public")}
for i = 1, places do
  local name = string.format("p%02d", i)
  region{
    name = name, label = "Place " .. i, jurisdiction = "home", pool = "national",
    population = assumption(0.1e6*person, "twenty equal places"),
    electricity_price = assumption(0.12*EUR/kWh, "industrial"),
    carbon_intensity = assumption(200*g/kWh, "mixed grid"), pue = assumption(1.35,
      "a small room"),
    latitude = assumption((46 + 0.3*(i % 5))*degree, "a country 150 km by 300 km"),
    longitude = assumption((14 + 0.8*(i//5))*degree, "likewise"), utc_offset = 1*h,
    saidi = assumption(3*h/year, "a good grid"), saifi = assumption(1.5/year, "likewise"),
    outage_shared = assumption(0.2, "one interruption in five takes a whole place"),
  }
  operator{name = name .. "_node", label = "node of place " .. i, home = "home",
    type = i % 2 == 0 and "university" or "telecom",
    cost_of_capital = assumption(0.06/year, "mixed owners")}
  site{name = name, label = "node " .. i, region = name, operator = name .. "_node",
    staff_cost = assumption(5*EUR/h, "a share of a person at each"),
    building = assumption(0.25*MEUR, "a room with power and cooling for 10 kW"),
    operations_share = assumption(0.07/year, "upkeep of many small sites"),
    groups = {{accelerator = "gpu", count = per_place, maintenance = "care"}}}
end
-- The hall stands in the first place; in the network it is empty.
region{name = "capital", label = "the hall's grid", jurisdiction = "home", pool = "national",
  population = 0*person, electricity_price = assumption(0.10*EUR/kWh, "a bigger customer"),
  carbon_intensity = assumption(200*g/kWh, "mixed grid"), pue = assumption(1.15,
    "a large hall"),
  latitude = assumption(46*degree, "the first place's"), longitude = assumption(14*degree,
    "likewise"),
  utc_offset = 1*h, saidi = assumption(0.3*h/year, "two feeders"),
  saifi = assumption(0.2/year, "likewise")}
site{name = "hall", label = "national data centre", region = "capital", operator = "state",
  controllers = {"vendor"}, staff_cost = assumption(60*EUR/h, "six people"),
  operations_share = assumption(0.04/year, "one large site"),
  building = assumption(2.5*MEUR, "a hall for 200 kW, at half the price per kW"),
  batch_share = assumption(0.5, "training"),
  groups = {{accelerator = "gpu", count = 0, maintenance = "care"}}}

cloud{name = "api", label = "foreign API", provider = "vendor", host = "abroad",
  prompt_price = assumption(0.6*EUR/Mtoken, "70B class"),
  output_price = assumption(0.8*EUR/Mtoken, "70B class")}

local function calls(name, label, data_class, prompts, limit)
  workload{
    name = name, label = label, data_class = data_class, model = "open",
    prompts_start = assumption(prompts*prompt/person/day, "an example"),
    prompts_cap = assumption(prompts*prompt/person/day, "no growth: one question at a time"),
    growth = 0/year, prompt_tokens = assumption(1000*token/prompt, "an example"),
    output_tokens = assumption(250*token/prompt, "an example"),
    latency_limit = limit, cloud = "api", cloud_use = "never",
  }
end
calls("assistant", "citizens' assistant", "public", 3, 0*s)
-- One millisecond one way is 67 km at a detour of 3: speech and control want to be near.
calls("nearby", "speech and control, nearby", "public", 1, assumption(0.001*s, "one way"))

local jobs = {region = "p01", data_class = "public", deadline = assumption(24*h,
  "within a day"),
  runtime = assumption(24*h, "a fine-tuning run"), runtime_cv = assumption(1, "spread")}
local function training(name, label, width, rate)
  batch{name = name, label = label, region = jobs.region, data_class = jobs.data_class,
    rate = rate, width_min = width, width_max = width, runtime = jobs.runtime,
    runtime_cv = jobs.runtime_cv, deadline = jobs.deadline}
end
training("heavy", "training on 64 devices at once", 64, assumption(1/week, "an example"))
training("light", "fine-tuning on 2 devices", 2, assumption(1/day, "an example"))

withdraw{name = "key", label = "the hall's software vendor stops", actor = "vendor",
  axis = "control", from = 6*month, to = 7*month}
hazard{name = "storm", label = "a storm over the capital",
  latitude = assumption(46*degree, "the capital"), longitude = assumption(14*degree,
    "likewise"),
  radius = assumption(60*km, "the capital and the place next to it"), from = 9*month,
  to = 10*month}

-- == Queues: 160 erlang of capacity, loaded to 0.9: one station, or twenty.
station{name = "one_hall", label = "one M/M/160", arrival_rate = 144*0.5/h,
  service_rate = 0.5/h,
  servers = 160}
station{name = "one_of_twenty", label = "one of twenty M/M/8", arrival_rate = 7.2*0.5/h,
  service_rate = 0.5/h, servers = 8}

local hall = {["group.hall/gpu.count"] = places*per_place}
local network = {}
for i = 1, places do
  local name = string.format("p%02d", i)
  hall["group." .. name .. "/gpu.count"] = 0
  hall["site." .. name .. ".staff_cost"] = 0*EUR/h
  hall["site." .. name .. ".building"] = 0*EUR
  network["site." .. name .. ".batch_share"] = assumption(0.5, "training")
end
network["site.hall.staff_cost"] = 0*EUR/h
network["site.hall.building"] = 0*EUR
override{name = "hall", set = hall}
override{name = "network", set = network}
override{name = "cloud", set = {
  ["workload.assistant.cloud_use"] = "always", ["workload.nearby.cloud_use"] = "always"}}
case{name = "network", label = "a network of twenty", with = {"network"}}
case{name = "hall", label = "one national data centre", with = {"hall"}}
case{name = "cloud", label = "a network, all calls rented", with = {"network", "cloud"}}

window{name = "key", label = "control: the key is turned", from = 6*month, to = 7*month}
window{name = "storm", label = "resilience: the storm", from = 9*month, to = 10*month,
  shade = true}
window{name = "calm", label = "before both", from = 1*month, to = 6*month}
headline{name = "storm", text = "of calls are served during the storm",
  output = "on_time_share", case = "network", window = "storm"}
figure{name = "upfront", label = "upfront cost", output = "investment", better = "less",
  place = 1}
figure{name = "control", label = "control: calls served while the key is turned",
  output = "on_time_share", window = "key", place = 2}
figure{name = "resilience", label = "resilience: calls served during the storm",
  output = "on_time_share", window = "storm", place = 3}
figure{name = "training", label = "heavy training: jobs of 64 devices on time",
  output = "batch_on_time_share", of = "heavy", place = 4}
figure{name = "fit", label = "fit: speech and control served within a millisecond",
  output = "on_time_share", of = "nearby", window = "calm", place = 5}
chart{kind = "dots", label = "A data centre or a network, on five counts"}
