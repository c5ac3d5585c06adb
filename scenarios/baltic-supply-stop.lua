-- Three Baltic states under a hypothetical supply stop.
--
-- What share of their people's inference demand is still served on time when accelerators stop
-- arriving for 24 months, two years from now? What do a stock, a common pool, walls or renting
-- change?
--
-- No rule in force restricts exports to these states: the stop is hypothetical. The fleet is
-- illustrative: no site, operator or order below is a real one. People, electricity, carbon,
-- token lengths and failure rates come from scenarios/reference with their sources; the rest is
-- assumed, says so, and is argued for in docs/assumptions.md. Ten years by the hour from
-- 2026-01-01.
hanse_schema = 1

scenario{
  title = "Three Baltic states under a hypothetical supply stop",
  question = "What share of citizens' inference demand survives a 24-month stop of accelerator "
    .. "deliveries that begins in two years?",
  hypothetical = true,
  start = "2026-01-01",
  horizon = 10*year,
  replications = 200,
  currency = "EUR",
  base_year = 2025,
  discount_rate = assumption(0.03/year, "real social discount rate"),
  reference_accelerator = "h100",
}

local chips, countries = reference "accelerators", reference "regions"
local workloads, prices = reference "workloads", reference "consortia"

-- == Uncertain inputs. low and high are 5 % and 95 % quantiles, drawn once per replication.

local asked = prompt/person/day
local function offer(subject, metric)
  return prices:find{category = "api_price", subject = subject, metric = metric}
    :quantity("value")
end
local p = params{
  citizen_prompts = {
    low = 0.5*asked, high = 1.6*asked,
    mid = workloads:find{metric = "US prompts per inhabitant per day"}
      :quantity("value", asked), unit = "prompt/person/day",
    label = "citizens' prompts per head and day at the start", evidence = "derived",
    source = "mid: US traffic of one vendor over population, July 2025 (workloads.csv); low "
      .. "and high assumed around it, the world being at 0.305"},
  prompts_ceiling = {
    low = 3.5*asked, mid = 6*asked, high = 9*asked, unit = "prompt/person/day",
    label = "the same in the long run", evidence = "assumption",
    source = "active weekly users asked 3.57 a day (workloads.csv); everybody becomes one, and "
      .. "programs ask on their behalf"},
  adoption = {
    low = 0.40/year, mid = 0.55/year, high = 0.80/year, unit = "1/year",
    label = "rate of the logistic curve of prompts", evidence = "assumption",
    source = "slower than the 1.4 a year of the world's early traffic (workloads.csv)"},
  tokens_trend = {
    low = 0.10/year, mid = 0.20/year, high = 0.30/year, unit = "1/year",
    label = "yearly growth of tokens per prompt and answer", evidence = "assumption",
    source = "well below the three- and fourfold growth on one API market in 2025, driven by "
      .. "programs (workloads.csv)"},
  efficiency_trend = {
    low = 0.08/year, mid = 0.15/year, high = 0.25/year, unit = "1/year",
    label = "yearly fall of compute per token at fixed quality", evidence = "assumption",
    source = "the part of algorithmic progress that is not spent on better models"},
  compute_efficiency = {
    low = 0.30, mid = 0.40, high = 0.50, min = 0.05, max = 0.8, unit = "1",
    label = "achieved share of fp8 peak in prefill", evidence = "assumption",
    source = "between training (0.38 to 0.45) and matrices alone (0.70) in "
      .. "measured_performance.csv"},
  memory_efficiency = {
    low = 0.45, mid = 0.60, high = 0.75, min = 0.05, max = 0.95, unit = "1",
    label = "achieved share of bandwidth in decode", evidence = "assumption",
    source = "decode at batch 32 and 64 0.49 and 0.65, streaming 0.83 to 0.89 "
      .. "(measured_performance.csv)"},
  hazard = {
    low = 0.05/year, mid = 0.09/year,
    high = reference("reliability"):find{metric = "GPU-attributed interruption rate"}
      :quantity("value"), max = 0.1106/year, unit = "1/year",
    label = "failures per device and year", evidence = "derived",
    source = "high: 268 GPU-attributed interruptions on 16,384 GPUs in 54 days, an upper bound "
      .. "on loss (reliability.csv); mid: GPU and memory causes only; low assumed"},
  repairable_share = {
    low = 0.3, mid = 0.5, high = 0.7, max = 1, unit = "1",
    label = "share of failures mended without a part", evidence = "assumption",
    source = "resets, reseating and cables; no figure found"},
  order_lead = {
    low = 8*week, mid = 26*week, high = 52*week, unit = "week",
    label = "time from order to use", evidence = "aggregator",
    source = "quoted lead times 2023 to 2026 (reliability.csv)"},
  b200_price = {
    low = chips.b200_sxm_180gb:quantity("price_usd_low", USD), mid = 37.5*kUSD,
    high = chips.b200_sxm_180gb:quantity("price_usd_high", USD), unit = "kUSD",
    label = "price of a B200", evidence = "unverified",
    source = "street prices, recalled (accelerators.csv)"},
  price_trend = {
    low = -0.35/year, mid = -0.20/year, high = -0.10/year, unit = "1/year",
    label = "yearly change of price per unit of work", evidence = "assumption",
    source = "stands in for newer generations"},
  power_price = {
    low = 0.8, mid = 1, high = 1.3, unit = "1",
    label = "electricity price relative to 2024", evidence = "assumption",
    source = "spread of recent years"},
  usd_per_eur = {
    low = 1.04*USD/EUR, mid = 1.082*USD/EUR, high = 1.18*USD/EUR, unit = "USD/EUR",
    label = "exchange rate", evidence = "aggregator",
    source = "average of 2023/24 and closing rates of 2024 and 2025 (money.csv)"},
  api_prompt = {
    low = offer("DeepInfra", "Llama-3.3-70B fp8, prompt"),
    mid = offer("Amazon Bedrock", "Llama-3.1-70B, prompt"),
    high = offer("Together AI", "Llama-3-70B, prompt"), unit = "USD/Mtoken",
    label = "foreign API, price of prompt tokens", evidence = "aggregator",
    source = "offers for 70B-class open models (consortia.csv)"},
  api_output = {
    low = offer("DeepInfra", "Llama-3.3-70B fp8, output"),
    mid = offer("Together AI", "Llama-3-70B, output"),
    high = offer("Amazon Bedrock", "Llama-3.1-70B, output"), unit = "USD/Mtoken",
    label = "foreign API, price of generated tokens", evidence = "aggregator",
    source = "offers for 70B-class open models (consortia.csv)"},
}

-- == Law and firms.

bloc{name = "eu", label = "European Union"}
bloc{name = "baltic", label = "the three Baltic states"}
for name, label in pairs{ee = "Estonia", lv = "Latvia", lt = "Lithuania"} do
  jurisdiction{name = name, label = label, blocs = {"eu", "baltic"}, public_data = "any",
    personal_data = "bloc", confidential_data = "home", state_data = "home"}
end
jurisdiction{name = "ie", label = "Ireland", blocs = {"eu"}}
jurisdiction{name = "us", label = "United States"}
jurisdiction{name = "tw", label = "Taiwan"}

firm{name = "vendor", label = "accelerator vendor", home = "us"}
firm{name = "foundry", label = "foundry", home = "tw"}
firm{name = "hyperscaler", label = "foreign API provider", home = "us"}
firm{name = "lab", label = "maker of the open model", home = "us"}

-- == The model everybody calls. Its weights are at home.

model{
  name = "open70b", label = "open model of 70 billion parameters", provider = "lab",
  weights_held = true,
  parameters = assumption(70e9, "size class of Llama 3.3 70B, a good open model"),
  bytes_per_parameter = assumption(1*B, "8-bit weights"),
  kv_per_token = sourced(163840*B/token,
    "80 layers x 8 heads x 128 x 2 at 8 bits, from the published shape of Llama 3 70B",
    "derived"),
  batch = assumption(64, "requests decoded together under load"),
}

-- == Devices.

local function device(name, label, row, peak, spec)
  accelerator{
    name = name, label = label, vendor = "vendor", fab = "foundry",
    peak = chips[row]:quantity(peak, TFLOP/s),
    memory = chips[row]:quantity("mem_gib", GiB),
    bandwidth = chips[row]:quantity("mem_bw_gbs", GB/s),
    power = spec.power, idle_power = spec.idle_power,
    compute_efficiency = spec.efficiency,
    memory_efficiency = p.memory_efficiency,
    price = spec.price/p.usd_per_eur,
    price_trend = p.price_trend,
    surround_cost = assumption(0.65, "server, network and building, see docs/assumptions.md"),
    life = assumption(5*year, "book life; devices work on after it"),
    tpp = chips[row]:quantity("tpp"),
    performance_density = spec.density or chips[row]:quantity("performance_density"),
    hazard = p.hazard,
  }
end

local function list_price(row)
  local chip = chips[row]
  return (chip:quantity("price_usd_low", USD) + chip:quantity("price_usd_high", USD))/2
end

local idle = "0.3 of full load, mostly the server"
local scaled = "share of the server as for H100, scaled by thermal design power"
device("a100", "A100 80 GB", "a100_sxm_80gb", "peak_bf16_dense_tflops", {
  efficiency = p.compute_efficiency + 0.1, price = list_price("a100_sxm_80gb"),
  power = assumption(0.65*kW, scaled), idle_power = assumption(0.20*kW, idle)})
device("h100", "H100", "h100_sxm5_80gb", "peak_fp8_dense_tflops", {
  efficiency = p.compute_efficiency, price = list_price("h100_sxm5_80gb"),
  power = sourced(1.05*kW, "8.4 kW measured for a node of eight (measured_performance.csv)",
    "derived"),
  idle_power = assumption(0.32*kW, idle)})
device("h200", "H200", "h200_sxm_141gb", "peak_fp8_dense_tflops", {
  efficiency = p.compute_efficiency, price = list_price("h200_sxm_141gb"),
  power = assumption(1.05*kW, scaled), idle_power = assumption(0.32*kW, idle)})
device("b200", "B200", "b200_sxm_180gb", "peak_fp8_dense_tflops", {
  efficiency = p.compute_efficiency, price = p.b200_price,
  power = assumption(1.45*kW, scaled), idle_power = assumption(0.44*kW, idle),
  density = assumption(20, "die area not known; above 5.92 as every part of this class")})

maintenance{
  name = "care", label = "repair and spares",
  repairable_share = p.repairable_share,
  repair_time = assumption(48*h, "two days to reset, reseat or swap a cable"),
  spares_share = assumption(0.02, "two in a hundred on the shelf"),
  lead_time = assumption(30*day, "replacement under warranty, no stop"),
}

-- == Places and their hardware.

pool{name = "baltic", label = "Baltic pool", coordinator = "consortium"}
operator{name = "consortium", label = "coordinator of the pool", home = "lv", type = "state",
  cost_of_capital = assumption(0.03/year, "public")}

local places = {
  {code = "ee", row = "EST", name = "estonia", label = "Estonia", latitude = 58.4,
    longitude = 26.7, a100 = 40, h100 = 16, h200 = 16, jobs = 0.20,
    order = 16, first = 3, every = 2},
  {code = "lv", row = "LVA", name = "latvia", label = "Latvia", latitude = 56.9,
    longitude = 24.1, a100 = 24, h100 = 16, h200 = 8, jobs = 0.15,
    order = 32, first = 15, every = 2},
  {code = "lt", row = "LTU", name = "lithuania", label = "Lithuania", latitude = 54.7,
    longitude = 25.3, a100 = 48, h100 = 32, h200 = 16, jobs = 0.30,
    order = 24, first = 3, every = 1},
}

local function own_site(place, sort, label, capital_cost, staff, groups, batch_share)
  local operator_name = place.code .. "_" .. sort
  label = label .. " in " .. place.label
  operator{name = operator_name, label = label, home = place.code, type = sort,
    cost_of_capital = assumption(capital_cost/year, "real rate usual for such an owner")}
  site{
    name = operator_name, label = label, region = place.name, operator = operator_name,
    uplink_owner = place.code .. "_telecom",
    batch_share = batch_share,
    staff_cost = assumption(staff*EUR/h, "1 to 2.5 people at 70,000 EUR a year"),
    operations_share = assumption(0.05/year, "upkeep and support contracts"),
    groups = groups,
  }
end

local function devices(accelerator_name, count, age, why, spares)
  return {accelerator = accelerator_name, count = assumption(count, "illustrative fleet"),
    age = assumption(age*year, why), maintenance = "care",
    spares = assumption(spares, "beside the share; an eighth of a tender for what is to come")}
end

local tender = "so that at mid inputs few calls are turned away and orders must go on"
for _, place in ipairs(places) do
  firm{name = place.code .. "_grid", label = "grid operator", home = place.code}
  region{
    name = place.name, label = place.label, jurisdiction = place.code, pool = "baltic",
    grid = place.code .. "_grid",
    population = countries[place.row]:quantity("population", person),
    electricity_price = countries[place.row]:quantity("electricity_price_usd_kwh", USD/kWh)
      /p.usd_per_eur*p.power_price,
    carbon_intensity = countries[place.row]:quantity("carbon_intensity_g_kwh", g/kWh),
    pue = countries[place.row]:quantity("pue_model"),
    utc_offset = assumption(2*h, "Eastern European Time; summer time is left out"),
    latitude = place.latitude*degree, longitude = place.longitude*degree,
  }
  own_site(place, "university", "university", 0.03, 8,
    {devices("a100", place.a100, 4, "bought in 2022", 0)},
    assumption(0.5, "half for science"))
  own_site(place, "telecom", "telecom", 0.06, 12,
    {devices("h100", place.h100, 2, "bought in 2024", 0)}, 0)
  own_site(place, "data_centre", "data centre", 0.08, 20,
    {devices("h200", place.h200, 1, "bought in 2025", 0),
      devices("b200", 0, 0, "none yet", place.order//8)}, 0)
  purchase{
    name = place.code .. "_tender", label = "tender",
    group = place.code .. "_data_centre/b200",
    count = assumption(place.order, tender), from = assumption(place.first*month, tender),
    every = assumption(place.every*year, tender),
    growth = assumption(0.04/year, "orders grow with the budget"), lead_time = p.order_lead,
    lead_law = "lognormal", lead_cv = assumption(0.3, "deliveries of one order vary little"),
  }
  purchase{
    name = place.code .. "_stock", label = "order for the stock",
    group = place.code .. "_data_centre/b200",
    count = 0, from = assumption(12*month, "in time for the stop to find it installed"),
    lead_time = p.order_lead, lead_law = "lognormal",
    lead_cv = assumption(0.3, "as for tenders"),
  }
  batch{
    name = place.code .. "_science", label = "fine-tuning and science", region = place.name,
    data_class = "public", rate = assumption(place.jobs/h, "two thirds of what is set aside"),
    width_max = assumption(8, "one server"),
    runtime = workloads:find{subject = "Helios all four", metric = "GPU-job run time, mean"}
      :quantity("value"),
    runtime_cv = assumption(2, "heavy tail, less heavy than Helios"),
    deadline = assumption(24*h, "starts within a day"),
  }
end

-- == Demand.

cloud{
  name = "api", label = "foreign API", provider = "hyperscaler", host = "ie",
  payment = "hyperscaler",
  prompt_price = p.api_prompt/p.usd_per_eur,
  output_price = p.api_output/p.usd_per_eur,
  price_trend = p.price_trend,
}

local per_call = token/prompt
local week_profile = {}
for i, row in ipairs(reference("hour_of_week"):list()) do
  week_profile[i] = row:quantity("value")
end

local function trace(kind, metric)
  return workloads:find{subject = "Azure LLM 2023 " .. kind, metric = metric .. " tokens, mean"}
    :quantity("value", per_call)
end

local function calls(name, label, data_class, tier, share, prompt_tokens, output_tokens)
  workload{
    name = name, label = label, data_class = data_class, tier = tier, model = "open70b",
    prompts_start = p.citizen_prompts*share, prompts_cap = p.prompts_ceiling*share,
    growth = p.adoption, tokens_trend = p.tokens_trend, efficiency_trend = p.efficiency_trend,
    prompt_tokens = prompt_tokens, output_tokens = output_tokens,
    profile = week_profile, cloud = "api", cloud_use = "never",
  }
end

calls("state", "administration", "state", 1, 0.10,
  assumption(2500*per_call, "documents"), assumption(400*per_call, "drafts"))
calls("assistant", "citizens' assistant", "personal", 2, 1,
  trace("conv", "prompt"), trace("conv", "output"))
calls("office", "assistance in firms", "confidential", 2, 0.60,
  trace("code", "prompt"), trace("code", "output"))
calls("public", "translation and information", "public", 3, 0.25,
  trace("conv", "prompt"), trace("conv", "output"))

-- == Shocks. In the baseline both windows have no length and do nothing.

local states = {"ee", "lv", "lt"}
local hypothetical = "hypothetical; no rule in force restricts these states"
local limits, rules = reference "export_thresholds", "US-2023-10a"
restriction{
  name = "stop", label = "hypothetical supply stop", authority = "us", targets = states,
  from = assumption(24*month, hypothetical), to = assumption(24*month, hypothetical),
  tpp_over = limits:find{rule = rules, limb = 1, metric = "tpp"}:quantity("low"),
  dense_tpp_over = limits:find{rule = rules, limb = 2, metric = "tpp"}:quantity("low"),
  density_over = limits:find{rule = rules, limb = 2, metric = "performance_density"}
    :quantity("low")*mm^2,
}
restriction{
  name = "tier2", label = "tier-2 cap of January 2025, rescinded before effect",
  authority = "us", targets = states, from = 0*h, to = 0*h,
  tpp_over = limits:find{rule = rules, limb = 1, metric = "tpp"}:quantity("low"),
  -- 49,901 H100 equivalents a country for 2025 to 2027, announced 2025-01-13 for 2025-05-15,
  -- rescinded on 2025-05-13.
  allowance = limits:find{rule = "US-2025-01b"}:quantity("high")
    *chips.h100_sxm5_80gb:quantity("tpp"),
}

override{name = "stop24", set = {
  ["restriction.stop.to"] = assumption(48*month, hypothetical)}}
local stock = "half a tender of spares, a tenth elsewhere, one tender more"
override{name = "stockpile", set = {
  ["maintenance.care.spares_share"] = assumption(0.10, stock),
  ["group.ee_data_centre/b200.spares"] = assumption(8, stock),
  ["group.lv_data_centre/b200.spares"] = assumption(16, stock),
  ["group.lt_data_centre/b200.spares"] = assumption(12, stock),
  ["purchase.ee_stock.count"] = assumption(16, stock),
  ["purchase.lv_stock.count"] = assumption(32, stock),
  ["purchase.lt_stock.count"] = assumption(24, stock),
}}
override{name = "tier2_cap", set = {
  ["restriction.tier2.to"] = sourced(24*month, "the cap ran to the end of 2027", "aggregator")}}
override{name = "treaty", set = {
  ["jurisdiction.ee.confidential_data"] = "bloc", ["jurisdiction.ee.state_data"] = "bloc",
  ["jurisdiction.lv.confidential_data"] = "bloc", ["jurisdiction.lv.state_data"] = "bloc",
  ["jurisdiction.lt.confidential_data"] = "bloc", ["jurisdiction.lt.state_data"] = "bloc",
}}
override{name = "walls", set = {
  ["jurisdiction.ee.personal_data"] = "home",
  ["jurisdiction.lv.personal_data"] = "home",
  ["jurisdiction.lt.personal_data"] = "home",
}}
override{name = "cloud", set = {
  ["purchase.ee_tender.count"] = 0,
  ["purchase.lv_tender.count"] = 0,
  ["purchase.lt_tender.count"] = 0,
  -- All four would; the law lets only two go.
  ["workload.assistant.cloud_use"] = "always", ["workload.office.cloud_use"] = "always",
  ["workload.public.cloud_use"] = "always", ["workload.state.cloud_use"] = "always",
}}

case{name = "baseline", label = "baseline"}
case{name = "stop24", label = "24-month stop", with = {"stop24"}}
case{name = "stop24_stockpile", label = "stop, with a stock", with = {"stop24", "stockpile"}}
case{name = "diffusion", label = "tier-2 cap of 2025", with = {"tier2_cap"}}
case{name = "pooled", label = "stop, all data pooled",
  with = {"stop24", "treaty"}}
case{name = "walled", label = "stop, data walled", with = {"stop24", "walls"}}
case{name = "cloud", label = "rent, buy nothing", with = {"cloud"}}

-- Who can stop it? `hanse deny` withdraws each of these in the month the stop would begin.
denial{
  name = "from2028", label = "withdrawals from 2028", at = 24*month, lasts = 24*month,
  floor = 0.9,
  actors = {"vendor", "foundry", "hyperscaler", "lab", "us", "tw", "ie", "ee", "lv", "lt",
    "consortium", "eu"},
  viewers = {"ee", "lv", "lt", "baltic"},
}

window{name = "stop", label = "the stop", from = 24*month, to = 48*month, shade = true}
window{name = "last_year", label = "last year of the stop", from = 36*month, to = 48*month}
headline{
  name = "served", text = "of demand is served on time while the stop lasts",
  output = "on_time_share", case = "stop24", window = "stop", floor = 0.9,
}
chart{kind = "fan", output = "on_time_share"}
