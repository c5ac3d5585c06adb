-- Spares: how fast does a fleet decay without them, and what stock is enough?
--
-- A fleet whose every failure needs a new device from abroad, at the failure rate measured on a
-- large training run, and a lead time chosen so that 18 devices are on order on average. Palm's
-- theorem (1938): the number on order is Poisson whatever the lead time's law, so with a stock
-- of s the share of failures filled at once is P(X <= s - 1). At a mean of 18 that passes 95 %
-- from s = 26 on. From year 3 to 5 the maker sends nothing. The fleet is illustrative.
hanse_schema = 1

scenario{
  title = "Spares", question = "How fast does capacity decay without spares, and what stock is "
    .. "enough?",
  hypothetical = true, start = "2026-01-01", horizon = 6*year, replications = 40, central = 5,
  base_year = 2025, reference_accelerator = "gpu",
}

local fleet = assumption(2000, "illustrative fleet")
local rate = reference("reliability"):find{metric = "GPU-attributed interruption rate"}
  :quantity("value")
-- 18 = fleet x rate x lead time.
local lead = sourced(18/(2000*0.1106)*year, "18 on order on average over the fleet's failures",
  "derived")
local chip = (reference "accelerators").h100_sxm5_80gb

jurisdiction{name = "here", label = "Here"}
jurisdiction{name = "abroad", label = "Abroad"}
firm{name = "maker", label = "accelerator vendor", home = "abroad"}
firm{name = "renter", label = "foreign API provider", home = "abroad"}
operator{name = "state", label = "the state", home = "here", type = "state",
  cost_of_capital = assumption(0.03/year, "public")}
pool{name = "national", label = "national pool", coordinator = "state"}
region{
  name = "capital", label = "Capital", jurisdiction = "here", pool = "national",
  population = assumption(10*Mperson, "a round number"),
  electricity_price = assumption(0.12*EUR/kWh, "about the European mean of 2024"),
  carbon_intensity = assumption(250*g/kWh, "about the European mean of 2024"),
  pue = assumption(1.3, "a modern hall"),
}
accelerator{
  name = "gpu", label = "H100", vendor = "maker", fab = "maker",
  peak = chip:quantity("peak_fp8_dense_tflops", TFLOP/s),
  memory = chip:quantity("mem_gib", GiB),
  bandwidth = chip:quantity("mem_bw_gbs", GB/s),
  power = sourced(1.05*kW, "8.4 kW measured for a node of eight (measured_performance.csv)",
    "derived"),
  idle_power = assumption(0.32*kW, "0.3 of full load, mostly the server"),
  compute_efficiency = assumption(0.4, "see docs/assumptions.md"),
  memory_efficiency = assumption(0.6, "see docs/assumptions.md"),
  price = assumption(25*kEUR, "street price of an H100 in 2025"),
  life = assumption(5*year, "book life"), tpp = chip:quantity("tpp"),
  performance_density = chip:quantity("performance_density"), hazard = rate,
}
maintenance{
  name = "care", label = "replacement only",
  repairable_share = assumption(0, "the upper bound on loss: interruptions are not all losses"),
  repair_time = assumption(48*h, "two days to swap a part"),
  lead_time = lead, lead_law = "lognormal",
  lead_cv = assumption(0.5, "by Palm's theorem it doesn't matter"),
}
site{name = "hall", label = "the hall", region = "capital", operator = "state",
  groups = {{accelerator = "gpu", count = fleet, maintenance = "care"}}}

cloud{name = "api", label = "foreign API", provider = "renter", host = "abroad",
  prompt_price = assumption(0.5*EUR/Mtoken, "about list price of 70B-class models in 2025"),
  output_price = assumption(0.7*EUR/Mtoken, "about list price of 70B-class models in 2025")}
model{name = "open", label = "open model of 70 billion parameters",
  parameters = assumption(70e9, "size class of Llama 3.3 70B"),
  bytes_per_parameter = assumption(1*B, "8-bit weights"),
  kv_per_token = assumption(160*kB/token, "published shape of Llama 3 70B at 8 bits"),
  batch = assumption(64, "requests decoded together under load")}
workload{
  name = "assistant", label = "citizens' assistant", data_class = "public", model = "open",
  prompts_start = assumption(45*prompt/person/day, "so that nearly the whole fleet is busy"),
  prompts_cap = assumption(45*prompt/person/day, "constant, so that only the fleet moves"),
  prompt_tokens = assumption(1000*token/prompt, "a page"),
  output_tokens = assumption(250*token/prompt, "a paragraph"),
  cloud = "api", cloud_use = "never",
}

-- Two years in which the maker sends no spare; of no length in the undisturbed cases.
withdraw{name = "stop", label = "no spares", actor = "maker", axis = "spares",
  from = 3*year, to = 3*year}

override{name = "stop", set = {["withdraw.stop.to"] = assumption(5*year, "hypothetical")}}
override{name = "palm", set = {["group.hall/gpu.spares"] = sourced(26,
  "the least stock with a fill rate of 95 % at a mean of 18 (Palm, 1938)", "derived")}}
override{name = "pile", set = {["group.hall/gpu.spares"] = assumption(460,
  "26 and two years' losses, 2000 x 0.1106 x 2 = 442, most of them")}}
override{name = "salvage", set = {["maintenance.care.salvage"] = assumption(0.5,
  "parts of two dead devices mend one")}}
override{name = "cloud", set = {["workload.assistant.cloud_use"] = "overflow"}}

case{name = "palm", label = "26 spares", with = {"palm"}}
case{name = "none", label = "no spares"}
case{name = "palm_stop", label = "26 spares, stop", with = {"palm", "stop"}}
case{name = "none_stop", label = "no spares, stop", with = {"stop"}}
case{name = "pile_stop", label = "460 spares, stop", with = {"pile", "stop"}}
case{name = "salvage_stop", label = "26, parts of the dead, stop",
  with = {"palm", "salvage", "stop"}}
case{name = "cloud", label = "26, stop, rent what lacks",
  with = {"palm", "stop", "cloud"}}

window{name = "steady", label = "years 2 and 3", from = 12*month, to = 36*month}
window{name = "stop", label = "the stop", from = 36*month, to = 60*month, shade = true}
window{name = "last_month", label = "last month of the stop", from = 59*month, to = 60*month}
headline{name = "filled", text = "of failures are filled at once from the shelf",
  output = "fill_rate", case = "palm", window = "steady", floor = 0.95}
chart{kind = "lines", output = "capacity_available", label = "Decay by stock of spares"}
