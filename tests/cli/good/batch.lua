-- A nation whose batch jobs are ordered by functions of its own. For tests.
hanse_schema = 1
scenario{
  title = "Batch", start = "2026-01-01", horizon = 3*month, replications = 2, central = 1,
  base_year = 2025, reference_accelerator = "gpu",
}
jurisdiction{name = "here"}
jurisdiction{name = "there"}
firm{name = "maker", home = "there"}
operator{name = "state", home = "here", type = "state", cost_of_capital = 0.03/year}
operator{name = "agency", home = "there", type = "state", cost_of_capital = 0.03/year}
denial{name = "tomorrow", at = 1*month, lasts = 1*month, floor = 0.5}
pool{name = "national", coordinator = "agency"}
local function place(name, jurisdiction)
  region{
    name = name, jurisdiction = jurisdiction, pool = "national", population = 1e6*person,
    electricity_price = 0.12*EUR/kWh, carbon_intensity = 200*g/kWh, pue = 1.2,
  }
end
place("capital", "here")
place("border", "there")
local function device(name, peak)
  accelerator{
    name = name, vendor = "maker", fab = "maker", peak = peak*TFLOP/s, memory = 80*GiB,
    bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.3*kW, compute_efficiency = 0.4,
    memory_efficiency = 0.6, price = 25*kEUR, life = 5*year, tpp = 16000,
    performance_density = 19, hazard = 2/year,
  }
end
device("gpu", 1000)
device("old", 400)
maintenance{name = "care", repairable_share = 0.9, repair_time = 48*h, lead_time = 30*day}
site{name = "hall", region = "capital", operator = "state", batch_share = 0.8,
  groups = {{accelerator = "gpu", count = 12, maintenance = "care"},
            {accelerator = "old", count = 8, maintenance = "care"}}}
site{name = "barn", region = "border", operator = "state", batch_share = 0.8,
  groups = {{accelerator = "gpu", count = 8, maintenance = "care"}}}
local function jobs(name, region, span, rate)
  batch{name = name, region = region, data_class = "public", rate = rate/h, width_max = 8,
    runtime = 4*h, runtime_cv = 1.5, overestimate = 2, deadline = 1*day, span = span,
    checkpoint = "daly", checkpoint_cost = 0.05*h, restart_cost = 0.1*h}
end
jobs("study", "capital", "site", 0.5)
jobs("audit", "border", "group", 0.5)

model{name = "open", parameters = 70e9, bytes_per_parameter = 1*B, kv_per_token = 160*kB/token,
  batch = 64}
workload{
  name = "assistant", data_class = "personal", model = "open",
  prompts_start = 2*prompt/person/day, prompts_cap = 2*prompt/person/day,
  prompt_tokens = 1000*token/prompt, output_tokens = 250*token/prompt,
}

-- EASY backfilling, as scenarios/policies/easy.lua has it.
local function easy(view)
  local job = view.first()
  while job and view.fits_now(job) do
    local behind = view.next(job)
    view.take(job)
    job = behind
  end
  local start = job and view.earliest(job)
  if not job then
    return
  end
  if start then
    view.take(job, start)
  end
  job = view.next(job)
  while job do
    local behind = view.next(job)
    if view.fits_now(job) then
      view.take(job)
    end
    job = behind
  end
end
local function with(name, scheduler)
  override{name = name, set = {["pool.national.scheduler"] = scheduler}}
end
with("lua", easy)
with("easy", "easy")
with("lua_fcfs", function(view)
  local job = view.first()
  while job and view.fits_now(job) do
    view.take(job)
    job = view.first()
  end
end)
with("fcfs", "fcfs")
with("typo", function(view) view.take(view.frist()) end)
with("wild", function(view) view.take(77) end)
with("late", function(view) view.take(view.first(), 1e12) end)
with("wide", function(view)
  while true do view.take(view.first()) end
end)
with("answering", function() return {start = 1} end)
with("priority", "priority")
with("young", "priority")
-- Where any job could run on any group, fcfs has one queue.
override{name = "narrow", set = {["batch.study.width_max"] = 4, ["batch.audit.width_max"] = 4,
  ["batch.study.span"] = "group"}}
override{name = "short", set = {["pool.national.priority_half_life"] = 1*day}}
override{name = "ages", set = {["pool.national.priority_age_weight"] = 1e6}}
