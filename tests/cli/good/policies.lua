-- A nation whose buyer and whose crises are functions of its own. For tests.
hanse_schema = 1
scenario{
  title = "Policies", start = "2026-01-01", horizon = 3*year, replications = 6, central = 2,
  base_year = 2025, reference_accelerator = "gpu",
}
jurisdiction{name = "here"}
firm{name = "maker", home = "here"}
operator{name = "state", home = "here", type = "state", cost_of_capital = 0.03/year}
pool{name = "national", coordinator = "state"}
region{
  name = "capital", jurisdiction = "here", pool = "national", population = 1e6*person,
  electricity_price = 0.12*EUR/kWh, carbon_intensity = 200*g/kWh, pue = 1.2,
}
accelerator{
  name = "gpu", vendor = "maker", fab = "maker", peak = 1000*TFLOP/s, memory = 80*GiB,
  bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.3*kW, compute_efficiency = 0.4,
  memory_efficiency = 0.6, price = 25*kEUR, life = 5*year, tpp = 16000,
  performance_density = 19, hazard = 0.09/year,
}
maintenance{name = "care", repairable_share = 0.5, repair_time = 24*h, lead_time = 30*day}
site{name = "hall", region = "capital", operator = "state",
  groups = {{accelerator = "gpu", count = 4, maintenance = "care"}}}
model{name = "open", parameters = 70e9, bytes_per_parameter = 1*B, kv_per_token = 160*kB/token,
  batch = 64}
workload{
  name = "assistant", data_class = "personal", model = "open",
  prompts_start = 2*prompt/person/day, prompts_cap = 2*prompt/person/day,
  prompt_tokens = 1000*token/prompt, output_tokens = 250*token/prompt,
}
cause{name = "crisis", from = 0*h, to = 3*year, when = function(view)
  if view.month == 5 then return {lasts_months = 2} end
end}
procurement{
  name = "desk", group = "hall/gpu", lead_time = 1*month, lead_law = "constant",
  policy = function(view)
    -- Two a quarter, twice, remembered in memory_1: variables of its own would not last.
    if view.memory_1 < 2 then
      return {buy = 2, memory_1 = view.memory_1 + 1}
    end
  end,
}
override{name = "typo", set = {["procurement.desk.policy"] = function(view)
  return {bye = view.working}
end}}
override{name = "blind", set = {["procurement.desk.policy"] = function(view)
  return {buy = view.instaled}
end}}
override{name = "greedy", set = {["procurement.desk.policy"] = function(view)
  return {buy = 0.5}
end}}
override{name = "nothing", set = {["procurement.desk.policy"] = "nothing"}}
