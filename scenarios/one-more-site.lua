-- What reliability does the plan give, and what is one more site worth?
--
-- A country of a million people runs its AI on twelve sites: eight universities, three telecom
-- halls, one data centre. Each is up or down as a whole, by itself; once in a while one
-- software update takes all of them at once. Demand follows the week.
--
--   lole, lolh, lolev, eue    days, hours and times a year, and work, that demand is short
--   shortfall_hours           hours a year by how much of demand is missing: the chart,
--                             hanse plot one-more-site.h5 --kind shortfall
--   hanse credit              what each site is worth in perfect capacity
--
-- Without the update and with devices that don't fail, the sites are two-state units and
-- `hanse queue units` gives the same figures exactly (tests/cli/one_more_site.sh).
--
-- An invented country; every figure is an assumption unless it says otherwise.
hanse_schema = 1

scenario{
  title = "One more site",
  question = "What reliability does the plan give, and what is one more site worth?",
  start = "2026-01-05", horizon = 1*year, base_year = 2025, replications = 200, central = 20,
  reference_accelerator = "gpu",
}

local p = params{
  prompts = {low = 13*prompt/person/day, mid = 14*prompt/person/day,
    high = 15*prompt/person/day, unit = "prompt/person/day",
    label = "prompts a head and day", evidence = "assumption", source = "an example"},
  value = {low = 5*EUR/H100_h, mid = 20*EUR/H100_h, high = 80*EUR/H100_h,
    unit = "EUR/H100_h", label = "value of unserved compute", evidence = "assumption",
    source = "some two to forty times what an hour costs; no market tells"},
  updates = {low = 0.1/year, mid = 0.5/year, high = 1/year, unit = "1/year",
    label = "updates that take all sites", evidence = "assumption", source = "an example"},
  usd_per_eur = {low = 1.04*USD/EUR, mid = 1.082*USD/EUR, high = 1.18*USD/EUR,
    unit = "USD/EUR", label = "exchange rate", evidence = "aggregator", source = "money.csv"},
}

jurisdiction{name = "home", label = "the country"}
jurisdiction{name = "abroad", label = "Abroad"}
firm{name = "vendor", label = "vendor and API provider", home = "abroad"}
operator{name = "state", home = "home", type = "state",
  cost_of_capital = assumption(0.04/year, "public")}
operator{name = "universities", home = "home", type = "university",
  cost_of_capital = assumption(0.04/year, "public")}
operator{name = "telecom", home = "home", type = "telecom",
  cost_of_capital = assumption(0.07/year, "private")}
pool{name = "national", label = "the national pool", coordinator = "state"}
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
maintenance{name = "care", repairable_share = assumption(1, "whole sites are what fails here"),
  repair_time = assumption(48*h, "two days")}
model{name = "open", parameters = assumption(70e9, "a good open model"),
  bytes_per_parameter = assumption(1*B, "8 bits"),
  kv_per_token = assumption(160*kB/token, "its cache"), batch = assumption(64, "under load")}

-- How often a year a site of each sort goes down, and for how many hours in all. The places are
-- one country; a region each, for its own kind of building. People live in the first.
local function place(name, label, people, outages, hours, pue)
  region{
    name = name, label = label, jurisdiction = "home", pool = "national", population = people,
    electricity_price = assumption(0.15*EUR/kWh, "an example"),
    carbon_intensity = assumption(250*g/kWh, "an example"), pue = pue,
    saifi = assumption(outages/year, "an example"),
    saidi = assumption(hours*h/year, "an example"),
  }
end
place("campus", "on campus", 1e6*person, 6, 438, assumption(1.5, "a room in a building"))
place("exchange", "in exchanges", 0*person, 2, 175.2, assumption(1.4, "an exchange"))
place("centre", "in the data centre", 0*person, 1, 43.8, assumption(1.2, "a modern hall"))

local function put(name, label, where, owner, devices)
  site{name = name, label = label, region = where, operator = owner,
    staff_cost = assumption(devices*0.5*EUR/h, "half an hour's wage for eight devices a day"),
    operations_share = assumption(0.05/year, "service and network"),
    groups = {{accelerator = "gpu", count = devices, maintenance = "care"}}}
end
for i = 1, 8 do
  put("university" .. i, "university " .. i, "campus", "universities", 8)
end
for i = 1, 3 do
  put("exchange" .. i, "exchange " .. i, "exchange", "telecom", 16)
end
put("hall", "the data centre", "centre", "state", 40)
put("ninth", "a ninth university", "campus", "universities", 0)

hazard{name = "update", label = "an update takes all sites", regions = {"campus", "exchange",
  "centre"}, rate = p.updates, duration_time = assumption(24*h, "a day to roll back"),
  duration_law = "exponential"}

-- The week in local time: quiet nights, busy working hours, less at weekends.
local week = {}
for d = 1, 7 do
  for h = 0, 23 do
    local level = h < 7 and 0.5 or h < 9 and 0.9 or h < 18 and 1.3 or h < 23 and 1.1 or 0.8
    week[#week + 1] = level*(d <= 5 and 1 or 0.8)
  end
end
local sum = 0
for _, x in ipairs(week) do
  sum = sum + x
end
for i = 1, #week do
  week[i] = week[i]*#week/sum
end

cloud{name = "api", label = "foreign API", provider = "vendor", host = "abroad",
  prompt_price = assumption(0.6*USD/Mtoken, "70B class")/p.usd_per_eur,
  output_price = assumption(0.8*USD/Mtoken, "70B class")/p.usd_per_eur}
workload{
  name = "citizens", label = "citizens and administration", data_class = "personal", tier = 1,
  model = "open", regions = {"campus"}, prompts_start = p.prompts, prompts_cap = p.prompts,
  prompt_tokens = assumption(1000*token/prompt, "an example"),
  output_tokens = assumption(250*token/prompt, "an example"),
  profile = week, value_unserved = p.value, cloud = "api", cloud_use = "never",
}

override{name = "ninth", set = {["group.ninth/gpu.count"] = assumption(8, "as the others")}}
override{name = "hall", set = {["group.hall/gpu.count"] = assumption(48, "eight more")}}
override{name = "no_update", set = {["hazard.update.rate"] = 0/year}}
override{name = "cloud", set = {["workload.citizens.cloud_use"] = "overflow",
  ["jurisdiction.home.personal_data"] = "any"}}
case{name = "plan", label = "twelve sites"}
case{name = "ninth", label = "one more university", with = {"ninth"}}
case{name = "hall", label = "as much in the data centre", with = {"hall"}}
case{name = "no_update", label = "nobody can take all sites", with = {"no_update"}}
case{name = "cloud", label = "rent what is short abroad", with = {"cloud"}}
headline{name = "eue", text = "of work is not served when it is due", output = "eue",
  case = "ninth"}
figure{name = "lole", label = "days a year with a loss (LOLE)", output = "lole",
  better = "less", place = 1}
figure{name = "lolh", label = "hours a year with a loss (LOLH)", output = "lolh",
  better = "less", place = 2}
figure{name = "eue", label = "unserved work a year (EUE)", output = "eue", better = "less",
  place = 3}
figure{name = "worth", label = "worth of what is unserved", output = "cost_unserved",
  better = "less", place = 4}
figure{name = "cost", label = "all costs", output = "cost", better = "less", place = 5}
chart{kind = "shortfall", label = "How much of demand is missing, and for how long"}
