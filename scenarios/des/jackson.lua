-- Jackson's network with handlers in place of processes: what a model of many nodes and
-- nothing but queues is written in when speed matters.
--
--   hanse study scenarios/des/jackson.lua [nodes [services]]
--
-- Customers come to a node chosen at random; after each service they leave with probability
-- 1/2, else go to another node chosen at random. So every node has the throughput
-- 2 * arrivals / nodes and is an M/M/1 of its own (Jackson, 1957).
local hanse = require "hanse"
local des = require "hanse.des"

local nodes = tonumber(arg and arg[1]) or 1000
local services = tonumber(arg and arg[2]) or 1000000
local load, leave = 0.5, 0.5
local arrival_rate = nodes * load * leave

local env = des.Environment{seed = 6}
local chance, times = env:stream "chance", env:stream "times"
local here = {}
for i = 1, nodes do
  here[i] = 0
end
local in_network = env:level(0)
local means = des.batches()

local done
local function join(i)
  local n = here[i] + 1
  here[i] = n
  if n == 1 then
    env:schedule(times:exponential(1), done, i)
  end
end

done = env:on("done", function(i)
  local left = here[i] - 1
  here[i] = left
  if left > 0 then
    env:schedule(times:exponential(1), done, i)
  end
  if chance:uniform() < leave then
    in_network:add(-1)
  else
    join(chance:integer(1, nodes))
  end
end)

local arrive
arrive = env:on("arrive", function()
  in_network:add(1)
  join(chance:integer(1, nodes))
  env:schedule(times:exponential(1 / arrival_rate), arrive)
end)

env:schedule(0, arrive)
local batch = services / (nodes * load) / 40
env:run(4 * batch)
for i = 5, 40 do
  in_network:reset()
  env:run(i * batch)
  means:add(in_network:mean() / nodes)
end

local exact = hanse.queue.mmc{lambda = load, mu = 1}.in_system
local low, high, mean = means:interval(0.99)
print(("customers per node %.4f, 99 %% interval %.4f to %.4f, exact %.4f: %s"):format(
  mean, low, high, exact, low <= exact and exact <= high and "agrees" or "differs"))
