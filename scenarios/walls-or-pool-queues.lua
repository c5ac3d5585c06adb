-- Walls or a pool, as queues: N small states of 20 erlang each. How many servers do they need
-- for at most 5 % of calls to wait, each behind its wall or all in one pool?
--
-- Erlang's delay formula says 29 behind each wall, and for N = 1, 2, 4, 8, 16 in a pool 29,
-- 52, 97, 183, 352. The first case has those and the second one fewer in every station: the
-- simulated share that waits must come out on the two sides of 5 % (0.0492 and 0.0557 for N =
-- 16).
hanse_schema = 1

scenario{
  title = "Walls or a pool, as queues",
  question = "How many servers do N states need apart, and how many together?",
  start = "2026-01-05", horizon = 4*month, base_year = 2025, replications = 10, central = 0,
  reference_accelerator = "gpu",
}

-- Every scenario has a reference device; here nothing uses it.
jurisdiction{name = "abroad"}
firm{name = "vendor", home = "abroad"}
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

local states = {1, 2, 4, 8, 16} -- N
local erlang = assumption(20, "offered load of a state, as question 3 states it")
local target = 0.05 -- P(wait), likewise

-- Erlang's delay formula by the recursion of his loss formula.
local function waits(load, servers)
  local blocking = 1
  for k = 1, servers do blocking = load*blocking/(k + load*blocking) end
  return blocking/(1 - load/servers*(1 - blocking))
end

local function needs(load)
  local servers = math.floor(load) + 1
  while waits(load, servers) > target do servers = servers + 1 end
  return servers
end

local function pooled(n) return n == 1 and "1 state alone" or n .. " states pooled" end

local one_fewer = {}
local function queue(name, label, load, servers)
  station{name = name, label = label, arrival_rate = load*2/h, service_rate = 2/h,
    servers = servers}
  one_fewer["station." .. name .. ".servers"] = servers - 1
end
queue("walled", string.format("a walled state: %d servers", needs(20)), 20, needs(20))
for _, n in ipairs(states) do
  queue(string.format("pool_%02d", n), string.format("%s: %d servers, walled %d",
    pooled(n), needs(20*n), n*needs(20)), 20*n, needs(20*n))
end

override{name = "one_fewer", set = one_fewer}
-- The do-nothing alternative has no line at all: nobody waits for a foreign API, so renting is
-- a station with servers to spare.
local rented = {}
for _, n in ipairs(states) do
  rented["station." .. string.format("pool_%02d", n) .. ".servers"] = 40*n
end
rented["station.walled.servers"] = 40
override{name = "cloud", set = rented}
case{name = "enough", label = "as Erlang asks"}
case{name = "one_fewer", label = "one server fewer", with = {"one_fewer"}}
case{name = "cloud", label = "rented: twice its load", with = {"cloud"}}
window{name = "settled", label = "after the first month", from = 1*month, to = 4*month}
headline{name = "busy", text = "of all server time is at work",
  output = "station_utilization", case = "enough", window = "settled"}
local function share(name, label, place)
  figure{name = name, label = label .. ": share that waits", of = name, place = place,
    output = "station_wait_probability", window = "settled", better = "less"}
end
share("walled", string.format("a walled state, %d servers", needs(20)), 0)
for place, n in ipairs(states) do
  share(string.format("pool_%02d", n), string.format("%s, %d servers, walled %d",
    pooled(n), needs(20*n), n*needs(20)), place)
end
chart{kind = "dots", label = "Who has to wait, walled and pooled"}
