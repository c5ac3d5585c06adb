-- A machine shop: machines break, one repairman mends them, and has other work when none is
-- broken, which a broken machine interrupts.
--
--   hanse study scenarios/des/machine-shop.lua [hours]
--
-- Because broken machines preempt the other work, they see the repair shop of the books: a
-- finite source with one crew (Palm). Exact are the mean number of machines that run, and the
-- share of time the repairman gives to other work: that no machine is broken.
local hanse = require "hanse"
local des = require "hanse.des"

local machines, mttf, mttr = 10, 100.0, 8.0
local hours = tonumber(arg and arg[1]) or 400000
local batch = hours / 60

local env = des.Environment{seed = 3}
local repairman = des.PreemptiveResource(env, 1)
local breakdowns, repairs = env:stream "breakdowns", env:stream "repairs"
local other = env:stream "other work"
local up = env:level(machines)
local working = env:level(0)
local ups, shares = des.batches(), des.batches()

local function machine()
  while true do
    env:hold(breakdowns:exponential(mttf))
    up:add(-1)
    repairman:request(1)
    env:hold(repairs:exponential(mttr))
    repairman:release()
    up:add(1)
  end
end

-- Work that is done bit by bit; an interruption loses none of it.
local function other_work()
  while true do
    local left = other:uniform(10, 50)
    while left > 0 do
      repairman:request(2)
      working:set(1)
      local started = env.now
      local whole = env:try_hold(left)
      working:set(0)
      if whole then
        repairman:release()
      end
      left = whole and 0 or left - (env.now - started)
    end
  end
end

for i = 1, machines do
  env:process("machine " .. i, machine)
end
env:process("other work", other_work)

env:run(batch)
for i = 2, 60 do
  up:reset()
  working:reset()
  env:run(i * batch)
  ups:add(up:mean())
  shares:add(working:mean())
end

local exact = hanse.queue.finite_source{failure_rate = 1 / mttf, repair_rate = 1 / mttr,
  crews = 1, machines = machines}

local function report(what, batches, answer)
  local low, high, mean = batches:interval(0.99)
  print(("%s %.4f, 99 %% interval %.4f to %.4f, exact %.4f: %s"):format(what, mean, low, high,
    answer, low <= answer and answer <= high and "agrees" or "differs"))
end

report("machines up", ups, machines - exact.in_system)
report("share of other work", shares, exact.empty_probability)
