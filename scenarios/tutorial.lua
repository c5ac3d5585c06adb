-- A first scenario: one country, one university, and a supplier who stops for two years.
-- Every figure is made up. What has a unit carries it: 5*year, 30e3*EUR, 0.12*EUR/kWh.
hanse_schema = 1

scenario{
  title = "Tutorial: a university and a supply stop",
  question = "What share of its citizens' prompts does a country still serve?",
  hypothetical = true,
  start = "2026-01-05", horizon = 6*year, base_year = 2025,
  replications = 100, central = 20, reference_accelerator = "card",
}

-- What nobody knows exactly: 5 %, 50 % and 95 % quantiles. Each replication draws its own.
local p = params{
  prompts = { label = "prompts per head once the habit has spread", unit = "prompt/person/day",
              low = 0.5*prompt/person/day, mid = 1*prompt/person/day,
              high = 2*prompt/person/day },
  hazard = { label = "device failures", unit = "1/year",
             low = 0.05/year, mid = 0.1/year, high = 0.2/year },
}

jurisdiction{ name = "home", label = "Our country" }
jurisdiction{ name = "abroad" }
firm{ name = "maker", home = "abroad", label = "The maker of the cards" }
operator{ name = "university", home = "home", type = "university", cost_of_capital = 0.04/year }
pool{ name = "national", coordinator = "university" }

region{
  name = "capital", jurisdiction = "home", pool = "national", population = 3e6*person,
  electricity_price = 0.12*EUR/kWh, carbon_intensity = 200*g/kWh, pue = 1.3,
}

accelerator{
  name = "card", vendor = "maker", fab = "maker", peak = 990*TFLOP/s, memory = 80*GiB,
  bandwidth = 3350*GB/s, power = 1.2*kW, idle_power = 0.2*kW, compute_efficiency = 0.4,
  memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year, tpp = 15824,
  performance_density = 19, hazard = p.hazard,
}

-- A third of the failures is mended on site; for the others a new card is ordered.
maintenance{
  name = "contract", repairable_share = 1/3, repair_time = 3*day, lead_time = 2*month,
}

site{
  name = "campus", region = "capital", operator = "university",
  groups = { { name = "cards", accelerator = "card", count = 32, maintenance = "contract" } },
}

model{ name = "assistant", parameters = 70e9, kv_per_token = 320*KiB/token }

workload{
  name = "chat", data_class = "personal", model = "assistant",
  prompts_start = 0.5*p.prompts, prompts_cap = p.prompts, growth = 1/year,
  prompt_tokens = 800*token/prompt, output_tokens = 250*token/prompt,
}

-- The question: from the second year on the maker delivers nothing for two years.
withdraw{ name = "stop", actor = "maker", axis = "all", from = 1*year, to = 3*year }
window{ name = "stop", from = 1*year, to = 3*year, label = "during the stop", shade = true }
headline{ name = "served", text = "prompts served on time during the stop",
          output = "on_time_share", case = "stop", window = "stop" }

override{ name = "no_stop", set = { ["withdraw.stop"] = absent } }
case{ name = "baseline", label = "no stop", with = { "no_stop" } }
case{ name = "stop", label = "two years without the maker" }
