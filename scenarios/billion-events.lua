-- A billion events: customers in a network of 10,000 queues, the engine's own measuring stick.
-- No country, no devices: it shows how fast the calendar, the random streams and the results
-- are together, on a model whose exact answer is known.
--
-- A torus of 100 × 100 stations. After a service a customer goes to the station on the right,
-- below, or fifty columns over, a quarter each, and leaves with the last quarter. Customers
-- come from outside at an eighth of the service rate, and as all stations are alike, together
-- with those passed on at half of it. By Jackson's theorem each is then an M/M/1 queue at
-- utilisation 0.5, with one customer in it on average, who stays for two mean services.
hanse_schema = 1

local side = 100
local rate = 5/h

scenario{
  title = "A billion events",
  question = "How many customers wait in a network of 10,000 queues?",
  start = "2026-01-01", horizon = 2*month, base_year = 2025,
  replications = 24, central = 0, reference_accelerator = "card",
}

-- Every scenario has a reference device; here nothing uses it.
jurisdiction{ name = "nowhere" }
firm{ name = "maker", home = "nowhere" }
accelerator{
  name = "card", vendor = "maker", fab = "maker", peak = 990*TFLOP/s, memory = 80*GiB,
  bandwidth = 3350*GB/s, power = 0.7*kW, idle_power = 0.1*kW, compute_efficiency = 0.4,
  memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year, tpp = 15824,
  performance_density = 19, hazard = 0.1/year,
}

local function place(row, column)
  return string.format("q%04d", row % side * side + column % side)
end

for row = 0, side - 1 do
  for column = 0, side - 1 do
    station{
      name = place(row, column), service_rate = rate, arrival_rate = rate/8,
      routes = {
        { to = place(row, column + 1), probability = 0.25 },
        { to = place(row + 1, column), probability = 0.25 },
        { to = place(row, column + side//2), probability = 0.25 },
      },
    }
  end
end

-- It starts empty; the second month has forgotten that.
window{ name = "settled", from = 1*month, to = 2*month, label = "second month" }
headline{ name = "waiting", text = "customers in the network", output = "station_in_system",
          case = "baseline", window = "settled" }
case{ name = "baseline", label = "utilisation 0.5" }
