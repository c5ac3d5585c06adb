-- How many accelerators answer a country in time, and not only in the mean?
--
-- A citizens' assistant of 1.3 million people has to begin its answer within two seconds and
-- to go on at seventeen tokens a second or more. The fleet that has the capacity is not the
-- fleet that has the speed: engines that are nearly full make everybody wait. One Tuesday
-- evening is simulated request by request, beside the same hours at flow resolution.
-- Token lengths and devices come from scenarios/reference. What a step of the engine takes is
-- predicted from the device's profile and the model's architecture, kernel by kernel
-- (docs/prediction.md), with the profile's spread and that of an engine nobody measured; the
-- rest is assumed and says so.
hanse_schema = 1

scenario{
  title = "An assistant that answers in time",
  question = "How many accelerators keep the first token within two seconds, evening included?",
  start = "2026-01-05", horizon = 1*year, replications = 60, base_year = 2025,
  reference_accelerator = "h100",
}

local chips, workloads = reference "accelerators", reference "workloads"
local h100 = chips.h100_sxm5_80gb

jurisdiction{name = "home_land", label = "Home"}
firm{name = "vendor", home = "home_land"}
operator{name = "state", home = "home_land", type = "state",
  cost_of_capital = assumption(0.03/year, "public")}
pool{name = "national", coordinator = "state"}
region{
  name = "home_grid", label = "Home", jurisdiction = "home_land", pool = "national",
  population = assumption(1.3e6*person, "a small state"),
  electricity_price = assumption(0.12*EUR/kWh, "industrial"),
  carbon_intensity = assumption(200*g/kWh, "mixed grid"), pue = assumption(1.2, "temperate"),
  utc_offset = 2*h,
}

accelerator{
  name = "h100", vendor = "vendor", fab = "vendor",
  profile = "h100_sxm5_80gb", profile_precision = "fp8",
  peak = h100:quantity("peak_fp8_dense_tflops", TFLOP/s),
  memory = h100:quantity("mem_gib", GiB),
  bandwidth = h100:quantity("mem_bw_gbs", GB/s), power = assumption(1.3*kW, "with its server"),
  idle_power = assumption(0.4*kW, "a third"),
  interconnect = 2*h100:quantity("interconnect_gbs_unidir", GB/s),
  price = assumption(28*kEUR, "street price"),
  surround_cost = assumption(0.6, "server, network, hall"), life = assumption(5*year, "usual"),
  tpp = h100:quantity("tpp"), performance_density = h100:quantity("performance_density"),
  hazard = assumption(0.09/year, "as in docs/assumptions.md"),
}
maintenance{name = "care", repairable_share = assumption(0.5, "resets and cables"),
  repair_time = assumption(48*h, "two days"), spares_share = assumption(0.05, "on the shelf"),
  lead_time = assumption(30*day, "warranty")}
site{
  name = "hall", region = "home_grid", operator = "state",
  staff_cost = assumption(20*EUR/h, "two people"),
  groups = {{accelerator = "h100", maintenance = "care",
    count = assumption(44, "what the evening's peak needs when engines are full")}},
}

-- One device holds the weights and a cache for some 30 conversations at once.
model{name = "open70b", label = "open model of 70 billion parameters",
  architecture = "llama-3-70b", bytes_per_parameter = assumption(1*B, "8 bits"),
  batch = assumption(64, "at once on a replica, if the cache held them")}

local week = {}
for i, row in ipairs(reference("hour_of_week"):list()) do
  week[i] = row:quantity("value")
end
local function conversation(metric)
  return workloads:find{subject = "Azure LLM 2023 conv", metric = metric .. " tokens, mean"}
    :quantity("value", token/prompt)
end
workload{
  name = "assistant", label = "citizens' assistant", data_class = "personal", model = "open70b",
  prompts_start = assumption(4*prompt/person/day, "a habit that has spread"),
  prompts_cap = assumption(4*prompt/person/day, "no growth: one question at a time"),
  growth = 0/year, prompt_tokens = conversation("prompt"),
  output_tokens = conversation("output"), profile = week,
}

serving{
  name = "assistant", label = "the assistant", workload = "assistant",
  ttft_target = assumption(2*s, "as MLPerf's servers of 70 billion parameters have to"),
  tpot_target = assumption(0.06*s/token, "seventeen a second, faster than people read"),
  prompt_variation = assumption(0.96, "the same conversations, standard deviation over mean"),
  output_variation = assumption(0.77, "likewise"),
}
-- Hour 42 is Tuesday 18:00 UTC, 20:00 local time.
opening{name = "evening", label = "a Tuesday evening", serving = "assistant",
  from = 40*h, to = 44*h, replicas = 8}

override{name = "more", set = {["group.hall/h100.count"] = 56}}
override{name = "many", set = {["group.hall/h100.count"] = 72}}
case{name = "enough", label = "44: enough in the mean"}
case{name = "more", label = "56", with = {"more"}}
case{name = "many", label = "72", with = {"many"}}
headline{name = "in_time", text = "of prompts are answered in time",
  output = "on_time_share", case = "enough", floor = 0.95}
