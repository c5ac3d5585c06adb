-- M/M/1: customers arrive at random, one server serves them in order of arrival.
--
--   hanse study scenarios/des/mm1.lua [customers]
--
-- Two processes live as long as the run does: one brings customers, one serves them; a store
-- is the line between them. Batch means give the interval of the time in the system, whose
-- exact mean is 1 / (mu - lambda).
local hanse = require "hanse"
local des = require "hanse.des"

local lambda, mu = 0.8, 1.0
local customers = tonumber(arg and arg[1]) or 400000
local warmup = customers // 20

local env = des.Environment{seed = 1}
local arrivals, services = env:stream "arrivals", env:stream "services"
local line = des.Store(env)
local times = des.batches()

env:process("arrivals", function()
  for _ = 1, customers do
    env:hold(arrivals:exponential(1 / lambda))
    line:put(env.now)
  end
end)

env:process("server", function()
  for i = 1, customers do
    local arrived = line:get()
    env:hold(services:exponential(1 / mu))
    if i > warmup then
      times:add(env.now - arrived)
    end
  end
end)

env:run()

local low, high, mean = times:interval(0.99)
local exact = hanse.queue.mmc{lambda = lambda, mu = mu}.response_time
print(("time in system %.4f, 99 %% interval %.4f to %.4f, exact %.4f: %s"):format(
  mean, low, high, exact, low <= exact and exact <= high and "agrees" or "differs"))
