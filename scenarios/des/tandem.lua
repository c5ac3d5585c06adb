-- Three stations in a row, with one, two and one server.
--
--   hanse study scenarios/des/tandem.lua [customers]
--
-- What leaves an M/M/c queue is a Poisson stream again (Burke, 1956), so every station is an
-- M/M/c of its own and the mean times add up.
local hanse = require "hanse"
local des = require "hanse.des"

local lambda = 0.7
local stations = {{mu = 1.0, c = 1}, {mu = 0.5, c = 2}, {mu = 1.25, c = 1}}
local customers = tonumber(arg and arg[1]) or 200000
local warmup = customers // 20

local env = des.Environment{seed = 5}
local arrivals = env:stream "arrivals"
local times = des.batches()
for i, station in ipairs(stations) do
  station.servers = des.Resource(env, {capacity = station.c, monitor = true})
  station.services = env:stream("services/" .. i)
end

local function customer(i)
  local arrived = env.now
  for _, station in ipairs(stations) do
    station.servers:request()
    env:hold(station.services:exponential(1 / station.mu))
    station.servers:release()
  end
  if i > warmup then
    times:add(env.now - arrived)
  end
end

env:process("arrivals", function()
  for i = 1, customers do
    env:hold(arrivals:exponential(1 / lambda))
    env:process(customer, i)
  end
end)

env:run()

local exact = 0.0
for i, station in ipairs(stations) do
  local queue = hanse.queue.mmc{lambda = lambda, mu = station.mu, c = station.c}
  exact = exact + queue.response_time
  print(("station %d: utilization %.3f, exact %.3f"):format(i, station.servers:utilization(),
    queue.utilization))
end
local low, high, mean = times:interval(0.99)
print(("time in system %.4f, 99 %% interval %.4f to %.4f, exact %.4f: %s"):format(
  mean, low, high, exact, low <= exact and exact <= high and "agrees" or "differs"))
