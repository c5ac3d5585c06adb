-- A gas station: cars queue for the pump, the pump draws on a tank, a truck fills the tank.
--
--   hanse study scenarios/des/gas-station.lua [cars]
--
-- The truck is called while enough is left for the time it takes, so the tank never runs dry
-- and the pump is an M/G/1 queue: the mean wait is Pollaczek's and Khinchine's. What was
-- delivered, less what is left, must be what was sold, to rounding.
local hanse = require "hanse"
local des = require "hanse.des"

local between_cars, low_l, high_l, flow_l_per_s = 60.0, 20.0, 60.0, 1.0
local tank_l, call_at_l, truck_s = 4000.0, 2000.0, 600.0
local cars = tonumber(arg and arg[1]) or 200000
local warmup = cars // 20

local env = des.Environment{seed = 4}
local pump = des.Resource(env, 1)
local tank = des.Container(env, {capacity = tank_l, level = tank_l})
local low_level = env:event()
local arrivals, fills = env:stream "arrivals", env:stream "fills"
local waits = des.batches()
local sold_l, delivered_l, trips, dry = 0.0, tank_l, 0, 0

local function car(i)
  local arrived = env.now
  local litres = fills:uniform(low_l, high_l)
  pump:request()
  if i > warmup then
    waits:add(env.now - arrived)
  end
  if tank:level() < litres then
    dry = dry + 1
  end
  tank:get(litres)
  sold_l = sold_l + litres
  env:hold(litres / flow_l_per_s)
  pump:release()
  if tank:level() < call_at_l and not low_level:triggered() then
    low_level:succeed()
  end
end

env:process("truck", function()
  while true do
    env:wait(low_level)
    env:hold(truck_s)
    local litres = tank:capacity() - tank:level()
    tank:put(litres)
    delivered_l = delivered_l + litres
    trips = trips + 1
    low_level = env:event()
  end
end)

env:process("road", function()
  for i = 1, cars do
    env:hold(arrivals:exponential(between_cars))
    env:process(car, i)
  end
end)

env:run()

local mean_s = (low_l + high_l) / 2 / flow_l_per_s
local scv = (high_l - low_l) ^ 2 / 12 / ((low_l + high_l) / 2) ^ 2
local exact = hanse.queue.mg1{lambda = 1 / between_cars, service_time = mean_s, scv = scv}
local low, high, wait = waits:interval(0.99)
local balance = math.abs(delivered_l - tank:level() - sold_l) / sold_l
print(("wait %.2f s, 99 %% interval %.2f to %.2f, exact %.2f: %s"):format(wait, low, high,
  exact.wait_time, low <= exact.wait_time and exact.wait_time <= high and "agrees"
  or "differs"))
print(("%d trips, tank dry %d times, litres %s"):format(trips, dry,
  balance < 1e-9 and "balance" or "are lost"))
