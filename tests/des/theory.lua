-- Queues with an exact answer, simulated through hanse.des in both ways of writing.
--
-- A hundred seeds each; at least 95 of the 99 % intervals must cover the exact mean time. Of a
-- right program's intervals 99 in 100 do, and fewer than 95 of 100 only once in 2,000.
local check = require "check"
local hanse = require "hanse"
local des = require "hanse.des"

local seeds = 100

local function covers(exact, simulate)
  local n = 0
  for seed = 1, seeds do
    local times = des.batches()
    simulate(des.Environment{seed = seed}, times)
    local low, high = times:interval(0.99)
    if low <= exact and exact <= high then
      n = n + 1
    end
  end
  if n < 95 then
    error(("only %d of %d intervals cover %g"):format(n, seeds, exact), 2)
  end
end

-- Customers of a station with c servers, a process each.
local function station(lambda, mu, c, n, warmup)
  return function(env, times)
    local servers = des.Resource(env, c)
    local arrivals, services = env:stream "arrivals", env:stream "services"
    local function customer(i)
      local arrived = env.now
      servers:request()
      env:hold(services:exponential(1 / mu))
      servers:release()
      if i > warmup then times:add(env.now - arrived) end
    end
    env:process(function()
      for i = 1, n do
        env:hold(arrivals:exponential(1 / lambda))
        env:process(customer, i)
      end
    end)
    env:run()
  end
end

check.that("M/M/1 with a process per customer", function()
  local exact = hanse.queue.mmc{lambda = 0.5, mu = 1}.response_time
  covers(exact, station(0.5, 1, 1, 10000, 200))
end)

check.that("M/M/3 with a process per customer", function()
  local exact = hanse.queue.mmc{lambda = 1.8, mu = 1, c = 3}.response_time
  covers(exact, station(1.8, 1, 3, 10000, 300))
end)

check.that("M/M/1 with two processes and a store", function()
  local exact = hanse.queue.mmc{lambda = 0.5, mu = 1}.response_time
  covers(exact, function(env, times)
    local line = des.Store(env)
    local arrivals, services = env:stream "arrivals", env:stream "services"
    env:process(function()
      for _ = 1, 10000 do
        env:hold(arrivals:exponential(2))
        line:put(env.now)
      end
    end)
    env:process(function()
      for i = 1, 10000 do
        local arrived = line:get()
        env:hold(services:exponential(1))
        if i > 200 then times:add(env.now - arrived) end
      end
    end)
    env:run()
  end)
end)

check.that("M/M/1 with handlers", function()
  local exact = hanse.queue.mmc{lambda = 0.5, mu = 1}.response_time
  covers(exact, function(env, times)
    local arrivals, services = env:stream "arrivals", env:stream "services"
    local arrived, first, last = {}, 1, 0
    env:on("arrival", function()
      last = last + 1
      arrived[last] = env.now
      if last == first then env:schedule(services:exponential(1), "departure") end
      if last < 10000 then env:schedule(arrivals:exponential(2), "arrival") end
    end)
    env:on("departure", function()
      if first > 200 then times:add(env.now - arrived[first]) end
      arrived[first] = nil
      first = first + 1
      if first <= last then env:schedule(services:exponential(1), "departure") end
    end)
    env:schedule(arrivals:exponential(2), "arrival")
    env:run()
  end)
end)

check.that("a repair shop with two crews for eight machines", function()
  local exact = hanse.queue.finite_source{failure_rate = 0.1, repair_rate = 0.5, crews = 2,
    machines = 8}.response_time
  covers(exact, function(env, times)
    local crews = des.Resource(env, 2)
    local fails, repairs = env:stream "fails", env:stream "repairs"
    local n = 0
    for _ = 1, 8 do
      env:process(function()
        while true do
          env:hold(fails:exponential(10))
          local failed = env.now
          crews:request()
          env:hold(repairs:exponential(2))
          crews:release()
          n = n + 1
          if n > 200 then times:add(env.now - failed) end
        end
      end)
    end
    env:run(14000)
  end)
end)

check.that("M/D/1", function()
  local exact = hanse.queue.mg1{lambda = 0.5, service_time = 1, scv = 0}.response_time
  covers(exact, function(env, times)
    local server = des.Resource(env)
    local arrivals = env:stream "arrivals"
    local function customer(i)
      local arrived = env.now
      local unit <close> = server:request()
      env:hold(1)
      if i > 200 then times:add(env.now - arrived) end
    end
    env:process(function()
      for i = 1, 10000 do
        env:hold(arrivals:exponential(2))
        env:process(customer, i)
      end
    end)
    env:run()
  end)
end)

check.that("M/M/1 whose server breaks down, idle or not, and loses no work", function()
  local exact = hanse.queue.interrupted{lambda = 0.4, service_time = 1, failure_rate = 0.1,
    down_time = 2}.response_time
  covers(exact, function(env, times)
    local server = des.PreemptiveResource(env)
    local arrivals, services = env:stream "arrivals", env:stream "services"
    local fails = env:stream "fails"
    local function customer(i)
      local arrived, left = env.now, services:exponential(1)
      server:request(2)
      while left > 0 do
        local started = env.now
        if env:try_hold(left) then break end
        left = left - (env.now - started)
        server:request(1) -- before those who were not served yet
      end
      server:release()
      if i > 300 then times:add(env.now - arrived) end
    end
    env:process(function()
      for i = 1, 15000 do
        env:hold(arrivals:exponential(2.5))
        env:process(customer, i)
      end
      env:stop()
    end)
    env:process(function()
      while true do
        env:hold(fails:exponential(10))
        server:request(0)
        env:hold(fails:exponential(2))
        server:release()
      end
    end)
    env:run()
  end)
end)

check.that("two stations in a row", function()
  local exact = hanse.queue.mmc{lambda = 0.5, mu = 1}.response_time
    + hanse.queue.mmc{lambda = 0.5, mu = 0.8}.response_time
  covers(exact, function(env, times)
    local first, second = des.Resource(env), des.Resource(env)
    local arrivals, services = env:stream "arrivals", env:stream "services"
    local function customer(i)
      local arrived = env.now
      first:request()
      env:hold(services:exponential(1))
      first:release()
      second:request()
      env:hold(services:exponential(1.25))
      second:release()
      if i > 300 then times:add(env.now - arrived) end
    end
    env:process(function()
      for i = 1, 10000 do
        env:hold(arrivals:exponential(2))
        env:process(customer, i)
      end
    end)
    env:run()
  end)
end)

check.done()
