-- A bank whose customers lose patience: they leave the line when they have waited too long.
--
--   hanse study scenarios/des/bank.lua [customers]
--
-- Arrivals at random, two clerks, patience exponential: the Erlang A model. Its line is a chain
-- of births and deaths, so the share of customers who leave unserved has an exact value:
-- with k customers present the chain falls at rate min(k, c) mu + max(0, k - c) theta.
local des = require "hanse.des"

local lambda, mu, theta, clerks = 1.0, 0.45, 0.2, 2
local customers = tonumber(arg and arg[1]) or 200000
local warmup = customers // 20

-- Share that reneges: theta times the mean number waiting, over lambda.
local function exact_share()
  local weight, sum, waiting = 1.0, 1.0, 0.0
  for k = 1, 400 do
    weight = weight * lambda / (math.min(k, clerks) * mu + math.max(0, k - clerks) * theta)
    sum = sum + weight
    waiting = waiting + math.max(0, k - clerks) * weight
  end
  return theta * waiting / sum / lambda
end

local env = des.Environment{seed = 2}
local counter = des.Resource(env, clerks)
local arrivals, services = env:stream "arrivals", env:stream "services"
local patience = env:stream "patience"
local reneged = des.batches()

local function customer(i)
  local served = counter:request(0, patience:exponential(1 / theta))
  if served then
    env:hold(services:exponential(1 / mu))
    counter:release()
  end
  if i > warmup then
    reneged:add(served and 0 or 1)
  end
end

env:process("door", function()
  for i = 1, customers do
    env:hold(arrivals:exponential(1 / lambda))
    env:process(customer, i)
  end
end)

env:run()

local low, high, share = reneged:interval(0.99)
local exact = exact_share()
print(("reneged %.4f, 99 %% interval %.4f to %.4f, exact %.4f: %s"):format(
  share, low, high, exact, low <= exact and exact <= high and "agrees" or "differs"))
