-- Buy now, wait, or keep the option?
--
-- One budget, a price that falls 30 % a year, and a stop of exports that may come. Waiting two
-- years buys 1/0.7^2 = 2.04 times the hardware: if it can still be bought. Three rules (now,
-- wait, option) in three worlds (no stop, a stop of two years, a stop until the end); every
-- case is one cell of the regret table, the loss being cost plus the worth of what goes
-- unserved. All figures are assumptions of this example but the price path, which is the
-- question's.
hanse_schema = 1

scenario{
  title = "Buy now or wait", question = "Buy now, buy later, or keep the option, when prices "
    .. "fall 30 % a year and exports may stop?",
  hypothetical = true, start = "2026-01-01", horizon = 8*year, replications = 20, central = 5,
  base_year = 2025, reference_accelerator = "gpu",
}

local budget = assumption(25*MEUR, "1,000 devices at today's price")
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
  power = assumption(1.05*kW, "with its share of the server"),
  idle_power = assumption(0.32*kW, "0.3 of full load, mostly the server"),
  compute_efficiency = assumption(0.4, "see docs/assumptions.md"),
  memory_efficiency = assumption(0.6, "see docs/assumptions.md"),
  price = assumption(25*kEUR, "street price of an H100 in 2025"),
  price_trend = sourced(math.log(0.7)/year, "falls 30 % a year: the question's", "assumption"),
  life = assumption(8*year, "the horizon, so that nothing is bought twice"),
  tpp = chip:quantity("tpp"), performance_density = chip:quantity("performance_density"),
  hazard = assumption(0/year, "one generation that doesn't fail, to see the price alone"),
}
maintenance{name = "care", repairable_share = 1, repair_time = assumption(48*h, "two days"),
  lead_time = assumption(30*day, "of no effect here")}
site{name = "hall", label = "the hall", region = "capital", operator = "state",
  groups = {{accelerator = "gpu", count = 0, maintenance = "care"}}}

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
  prompts_start = assumption(60*prompt/person/day, "more than all of it can serve"),
  prompts_cap = assumption(60*prompt/person/day, "constant"),
  prompt_tokens = assumption(1000*token/prompt, "a page"),
  output_tokens = assumption(250*token/prompt, "a paragraph"),
  cloud = "api", cloud_use = "never",
  value_unserved = assumption(2*EUR/H100_h, "about what renting an H100 costs by the hour"),
}

purchase{name = "tender", label = "the tender", group = "hall/gpu", budget = budget, from = 0*h,
  lead_time = assumption(1*month, "so short that the date of order is what counts"),
  lead_law = "constant"}
-- The option: a right to a thousand devices for a yearly fee, used when the talk of a stop
-- begins, half a year before it.
cause{name = "talk", label = "talk of a stop", from = 18*month, to = 18*month}
procurement{name = "option", label = "option on 1,000 devices", group = "hall/gpu",
  policy = "nothing", count = assumption(1000, "as many as the budget buys today"),
  premium = assumption(250*kEUR, "a hundredth of the budget each quarter"), signal = "talk",
  lead_time = assumption(1*month, "as for the tender"), lead_law = "constant"}
restriction{name = "stop", label = "hypothetical stop of exports", authority = "abroad",
  targets = {"here"}, from = 24*month, to = 24*month,
  tpp_over = assumption(4800, "as in the rule of October 2023")}

override{name = "wait", set = {["purchase.tender.from"] = 24*month}}
override{name = "option", set = {["purchase.tender.budget"] = 0*EUR,
  ["procurement.option.policy"] = "keep_option"}}
override{name = "stop2", set = {["restriction.stop.to"] = 48*month,
  ["cause.talk.to"] = 48*month}}
override{name = "for_good", set = {["restriction.stop.to"] = 8*year,
  ["cause.talk.to"] = 8*year}}
override{name = "cloud", set = {["purchase.tender.budget"] = 0*EUR,
  ["workload.assistant.cloud_use"] = "always"}}

-- Three policies in three worlds. Who buys now or rents has what he has before any stop; that
-- what he holds is the same in all worlds is what the first two columns of cells say.
case{name = "now", label = "now"}
case{name = "wait", label = "wait, no stop", with = {"wait"}}
case{name = "wait_stop2", label = "wait, stop of two years", with = {"wait", "stop2"}}
case{name = "wait_for_good", label = "wait, stop for good", with = {"wait", "for_good"}}
case{name = "option", label = "option, no stop", with = {"option"}}
case{name = "option_stop2", label = "option, stop of two years", with = {"option", "stop2"}}
case{name = "option_for_good", label = "option, stop for good", with = {"option", "for_good"}}
case{name = "cloud", label = "rent, buy nothing", with = {"cloud"}}
local worlds = {"no stop", "a stop of two years", "a stop for good"}
for policy, cases in pairs{
  ["buy now"] = {"now", "now", "now"},
  ["buy in two years"] = {"wait", "wait_stop2", "wait_for_good"},
  ["an option"] = {"option", "option_stop2", "option_for_good"},
  ["rent"] = {"cloud", "cloud", "cloud"},
} do
  for i, world in ipairs(worlds) do
    cell{name = policy:gsub(" ", "_") .. "_" .. i, policy = policy, world = world,
      case = cases[i]}
  end
end
chart{kind = "regret", output = "loss", label = "Buy now, wait, or keep the option?"}

window{name = "stop", label = "years 3 and 4", from = 24*month, to = 48*month, shade = true}
window{name = "after", label = "years 5 to 8", from = 48*month, to = 96*month}
headline{name = "served", text = "of demand is served on time", output = "on_time_share",
  case = "now"}
