-- A small nation over two years, which is quick and has a bit of everything.
hanse_schema = 1
scenario{title = "Two years", start = "2026-01-01", horizon = 2*year, base_year = 2025,
  replications = 30, central = 4, reference_accelerator = "card"}
local p = params{
  prompts = {low = 2*prompt/person/day, mid = 4*prompt/person/day, high = 8*prompt/person/day,
    unit = "prompt/person/day", label = "prompts", source = "made up", evidence = "assumption"},
}
jurisdiction{name = "A"}
jurisdiction{name = "far"}
firm{name = "maker", home = "far"}
pool{name = "pool"}
operator{name = "owner", home = "A", type = "state", cost_of_capital = 0.05/year}
region{name = "a", jurisdiction = "A", pool = "pool", population = 1e6*person,
  electricity_price = 0.1*EUR/kWh, carbon_intensity = 300*g/kWh, pue = 1.2}
accelerator{name = "card", vendor = "maker", fab = "maker", peak = 989*TFLOP/s,
  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.3*kW,
  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 25000*EUR, life = 5*year,
  tpp = 15832, performance_density = 19.45, hazard = 0.5/year}
maintenance{name = "care", repairable_share = 0.4, repair_time = 48*h, lead_time = 30*day}
model{name = "m", parameters = 8e9, kv_per_token = 131072*B/token}
site{name = "hall", region = "a", operator = "owner", batch_share = 0.3,
  groups = {{accelerator = "card", count = 8, maintenance = "care"}}}
workload{name = "chat", data_class = "public", model = "m", prompts_start = p.prompts,
  prompts_cap = 2*p.prompts, growth = 0.5/year, prompt_tokens = 1000*token/prompt,
  output_tokens = 200*token/prompt, give_up = 6*h, deadline = 2*h}
batch{name = "jobs", region = "a", data_class = "public", rate = 0.2/h, runtime = 4*h,
  deadline = 8*h}
restriction{name = "stop", authority = "far", targets = {"A"}, from = 6*month, to = 18*month,
  tpp_over = 4800}
override{name = "removed", set = {["restriction.stop"] = absent}}
override{name = "no_length", set = {["restriction.stop.to"] = 6*month}}
window{name = "then", from = 6*month, to = 18*month}
