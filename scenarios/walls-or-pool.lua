-- Walls or a pool: what does walling cost against pooling among small states?
--
-- Four states with the same hardware, whose days are shifted against each other, one of them
-- with a quarter more people, under the same demand: walled, in two pools of partners, in an
-- open pool under one law and under today's, with only some data shared, and renting abroad.
-- What queues alone say is in walls-or-pool-queues.lua.
--
-- Correlation, two statements, both tested in tests/theory/test_walls_or_pool.c. In the fluid
-- rule (capacity = mean + z standard deviations of a period's demand) the saving of a pool
-- goes to 0 as the correlation of the states' demand goes to 1. In the simulation identical
-- arrival epochs and sizes save exactly nothing, while identical rates still leave Erlang's
-- saving, since it is the epochs, not the rates, that even out.
hanse_schema = 1

scenario{
  title = "Walls or a pool",
  question = "How much more hardware do small states need behind walls than in a common pool?",
  start = "2026-01-05", horizon = 12*month, base_year = 2025, replications = 20, central = 5,
  reference_accelerator = "gpu",
}

bloc{name = "union", label = "the union", state_data = false}
bloc{name = "compact", label = "a compact on state data"}
firm{name = "vendor", home = "abroad"}
jurisdiction{name = "abroad", label = "Abroad"}
operator{name = "secretariat", label = "secretariat of the pool", home = "s1", type = "state",
  cost_of_capital = assumption(0.03/year, "public")}
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
  lead_time = assumption(30*day, "warranty")}
model{name = "open", parameters = assumption(70e9, "a good open model"),
  bytes_per_parameter = assumption(1*B, "8 bits"),
  kv_per_token = assumption(160*kB/token, "its cache"), batch = assumption(64, "under load")}

-- A day with one peak at 14 h, local; the states lie three hours apart, so their peaks do too.
local week = {}
for hour = 0, 167 do
  week[hour + 1] = 1 + 0.8*math.cos(2*math.pi*(hour % 24 - 14)/24)
end

for i = 1, 4 do
  local name = "s" .. i
  jurisdiction{name = name, label = "State " .. i, blocs = {"union", "compact"},
    public_data = "any", personal_data = "bloc", confidential_data = "home",
    state_data = "home"}
  pool{name = "pool_" .. i, label = "pool of state " .. i, coordinator = "secretariat",
    partners = {"union"}, public_shared = "nobody", personal_shared = "nobody",
    confidential_shared = "nobody", state_shared = "nobody"}
  region{
    name = name, label = "State " .. i, jurisdiction = name, pool = "pool_" .. i,
    population = assumption((i == 4 and 1.25e6 or 1e6)*person, "like neighbours; one grew"),
    electricity_price = assumption(0.12*EUR/kWh, "industrial"),
    carbon_intensity = assumption(200*g/kWh, "mixed grid"), pue = assumption(1.2, "temperate"),
    utc_offset = assumption((3*i - 6)*h, "three hours apart"),
    latitude = assumption(55*degree, "as far north"),
    longitude = assumption((45*i - 90)*degree, "three hours apart"),
  }
  operator{name = name .. "_state", home = name, type = "state",
    cost_of_capital = assumption(0.03/year, "public")}
  site{name = name .. "_hall", label = "hall of state " .. i, region = name,
    operator = name .. "_state", staff_cost = assumption(20*EUR/h, "two people"),
    groups = {{accelerator = "gpu", count = assumption(8, "for a peak of 1.5 times the mean"),
      maintenance = "care"}}}
end

cloud{name = "api", label = "foreign API", provider = "vendor", host = "abroad",
  prompt_price = assumption(0.6*EUR/Mtoken, "70B class"),
  output_price = assumption(0.8*EUR/Mtoken, "70B class")}

local function calls(name, label, data_class, share)
  workload{
    name = name, label = label, data_class = data_class, model = "open",
    prompts_start = assumption(share*1.3*prompt/person/day, "an example"),
    prompts_cap = assumption(share*1.3*prompt/person/day, "no growth: one question at a time"),
    growth = 0/year, prompt_tokens = assumption(1000*token/prompt, "an example"),
    output_tokens = assumption(250*token/prompt, "an example"), profile = week,
    cloud = "api", cloud_use = "never",
  }
end
calls("public", "information", "public", 0.25)
calls("citizens", "citizens' assistant", "personal", 0.5)
calls("state", "administration", "state", 0.25)

-- == The same demand under every rule.

local classes = {"public", "personal", "confidential", "state"}
local function sharing(how, which, members)
  local set = {}
  for i = 1, 4 do
    for _, class in ipairs(which) do
      set["pool.pool_" .. i .. "." .. class .. "_shared"] = how
    end
    if members then set["pool.pool_" .. i .. ".partners"] = members(i) end
  end
  return set
end
override{name = "open", set = sharing("all", classes)}
override{name = "partners", set = sharing("partners", classes, function(i)
  return {"pool_" .. (i % 2 == 1 and i + 1 or i - 1)}
end)}
override{name = "by_class", set = sharing("all", {"public", "personal"})}
override{name = "treaty", set = (function()
  local set = {}
  for i = 1, 4 do
    set["jurisdiction.s" .. i .. ".confidential_data"] = "bloc"
    set["jurisdiction.s" .. i .. ".state_data"] = "bloc"
  end
  return set
end)()}
override{name = "cloud", set = {
  ["workload.public.cloud_use"] = "always", ["workload.citizens.cloud_use"] = "always",
  ["workload.state.cloud_use"] = "always"}}

case{name = "walled", label = "walled silos"}
case{name = "partners", label = "two pools of partners, one law", with = {"partners", "treaty"}}
case{name = "open", label = "open pool, one law", with = {"open", "treaty"}}
case{name = "lawful", label = "open pool, state data at home", with = {"open"}}
case{name = "by_class", label = "only public and personal shared", with = {"by_class"}}
case{name = "cloud", label = "rent what may go abroad", with = {"cloud"}}

window{name = "settled", label = "after the first month", from = 1*month, to = 12*month}
headline{name = "served", text = "of demand is served at once in an open pool under one law",
  output = "on_time_share", case = "open"}
chart{kind = "bars", output = "on_time_share", label = "Served behind walls and in pools"}
