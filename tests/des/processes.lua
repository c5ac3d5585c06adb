-- Processes, events and interrupts, with ties on purpose.
local check = require "check"
local des = require "hanse.des"
local that, equal, raises = check.that, check.equal, check.raises

-- A list that prints as one text.
local function journal()
  local list = {}
  return function(text) list[#list + 1] = tostring(text) end,
    function() return table.concat(list, " ") end
end

that("a hold lasts as long as it says", function()
  local env, ends = des.Environment(), {}
  env:process(function() env:hold(2) ends[1] = env.now env:hold(0.5) ends[2] = env.now end)
  env:process(function() env:hold(1) end)
  equal(env:run(), 2.5)
  equal(ends[1], 2)
  equal(ends[2], 2.5)
end)

that("processes that wake at one time go in the order they lay down", function()
  local env = des.Environment()
  local note, noted = journal()
  for i = 1, 20 do
    env:process(function() env:hold(1) note(i) env:hold(1) note(i) end)
  end
  env:run()
  local list = {}
  for i = 1, 20 do list[i] = i end
  equal(noted(), table.concat(list, " ") .. " " .. table.concat(list, " "))
end)

that("an interrupt and the end of the hold at one time: the next hold is not cut", function()
  local env, ends = des.Environment(), {}
  local sleeper
  -- The interrupter lies down first, so it acts at time 5 before the sleeper's wake-up.
  env:process(function() env:hold(5) sleeper:interrupt("now") end)
  sleeper = env:process(function()
    local whole, cause = env:try_hold(5)
    equal(whole, false)
    equal(cause, "now")
    equal(env.now, 5)
    env:hold(3)
    ends[1] = env.now
  end)
  env:run()
  equal(ends[1], 8)
end)

that("a wake-up that came before the interrupt leaves it to the next wait", function()
  local env, seen = des.Environment(), {}
  local sleeper = env:process(function()
    equal(env:try_hold(5), true)
    local whole, cause = env:try_hold(3)
    seen = {env.now, whole, cause}
  end)
  env:process(function() env:hold(5) sleeper:interrupt("late") end)
  env:run()
  equal(seen[1], 5)
  equal(seen[2], false)
  equal(seen[3], "late")
end)

that("two events at one time wake a waiter once", function()
  local env, wakes = des.Environment(), 0
  local a, b = env:event(), env:event()
  env:process(function()
    env:wait_any(a, b)
    wakes = wakes + 1
    equal(env.now, 1)
    env:hold(10)
    equal(env.now, 11)
    wakes = wakes + 1
  end)
  env:process(function() env:hold(1) a:succeed() b:succeed() end)
  env:run()
  equal(wakes, 2)
end)

that("two timeouts due at one time end one wait", function()
  local env, at = des.Environment()
  env:process(function()
    env:wait_any(env:timeout(4, "x"), env:timeout(4, "y"))
    env:hold(6)
    at = env.now
  end)
  env:run()
  equal(at, 10)
end)

that("an event that came at the time of an interrupt does not end the next wait", function()
  local env, at = des.Environment()
  local event = env:event()
  local waiter = env:process(function()
    local ok, cause = des.catch(env.wait, env, event)
    equal(ok, false)
    equal(cause, "stop")
    env:hold(7)
    at = env.now
  end)
  env:process(function() env:hold(1) event:succeed() waiter:interrupt("stop") end)
  env:run()
  equal(at, 8)
end)

that("an event that a process no longer waits for does not end its next wait", function()
  local env, at = des.Environment()
  local event = env:event()
  local waiter = env:process(function()
    des.catch(env.wait, env, event)
    equal(env.now, 1)
    env:hold(7)
    at = env.now
  end)
  env:process(function() env:hold(1) waiter:interrupt() env:hold(1) event:succeed() end)
  env:run()
  equal(at, 8)
end)

that("a hold that ends as something else does lets that go first", function()
  local env = des.Environment()
  local note, noted = journal()
  env:process(function() env:hold(2) note("a") end)
  env:process(function() env:hold(1) env:hold(1) note("b") end)
  env:run()
  equal(noted(), "a b")
end)

that("a run that was stopped stands still at that time", function()
  local env = des.Environment()
  env:process(function() env:hold(1) env:stop() env:hold(5) end)
  equal(env:run(), 1)
  equal(env:run(), 6)
end)

that("interrupts in one instant are met one after the other", function()
  local env = des.Environment()
  local note, noted = journal()
  local p = env:process(function()
    for _ = 1, 4 do
      local whole, cause = env:try_hold(10)
      note(env.now .. ":" .. tostring(cause))
    end
  end)
  env:process(function() env:hold(1) p:interrupt("a") p:interrupt("b") p:interrupt("c") end)
  env:run()
  equal(noted(), "1.0:a 1.0:b 1.0:c 11.0:nil")
end)

that("holding again after each of a hundred interrupts lasts as long as it says", function()
  local env, left, n = des.Environment(), 1000.0, 0
  local worker = env:process(function()
    while left > 0 do
      local started = env.now
      if env:try_hold(left) then left = 0 else left = left - (env.now - started) n = n + 1 end
    end
    equal(env.now, 1000.0)
  end)
  env:process(function() for _ = 1, 100 do env:hold(5) worker:interrupt() end end)
  env:run()
  equal(n, 100)
  equal(left, 0)
end)

that("a process is an event: its end, with what it returned", function()
  local env, got, at = des.Environment()
  local child = env:process("child", function(a, b) env:hold(3) return a + b end, 2, 5)
  env:process(function() got = env:wait(child) at = env.now end)
  env:run()
  equal(got, 7)
  equal(at, 3)
  equal(child:value(), 7)
  equal(child:is_alive(), false)
  equal(child:name(), "child")
end)

that("waiting for what has happened does not wait", function()
  local env, got = des.Environment()
  local event = env:event():succeed(42)
  env:process(function() got = env:wait(event) equal(env.now, 0) end)
  env:run()
  equal(got, 42)
end)

that("any_of gives the event that came and its value, all_of every value", function()
  local env = des.Environment()
  env:process(function()
    local slow, fast = env:timeout(5, "slow"), env:timeout(2, "fast")
    local which, value = env:wait_any(slow, fast)
    equal(which, fast)
    equal(value, "fast")
    equal(env.now, 2)
    local a, b = env:wait_all(slow, fast)
    equal(a, "slow")
    equal(b, "fast")
    equal(env.now, 5)
  end)
  env:run()
end)

that("conditions of conditions work", function()
  local env, at = des.Environment()
  local a, b, c = env:event(), env:event(), env:event()
  env:process(function() env:wait(env:all_of(env:any_of(a, b), c)) at = env.now end)
  env:process(function() env:hold(1) b:succeed() env:hold(2) c:succeed() a:succeed() end)
  env:run()
  equal(at, 3)
end)

that("what any_of decided stays decided", function()
  local env = des.Environment()
  local a, b = env:event(), env:event()
  local first = env:any_of(a, b)
  b:succeed("b")
  a:succeed("a")
  equal(first:value(), b)
  equal(env:any_of(a, b):value(), a)
end)

that("conditions that nobody keeps leave the lists of their events", function()
  local env = des.Environment()
  local shared = env:event()
  for _ = 1, 1000 do env:any_of(shared, env:event()) env:all_of(env:event(), shared) end
  collectgarbage()
  collectgarbage()
  shared:succeed()
  env:run()
  collectgarbage()
end)

that("an interrupt that is not met ends the run with its cause", function()
  for cause, text in pairs{fire = "interrupted: fire", [7] = "interrupted: 7"} do
    local env = des.Environment()
    local p = env:process("guard", function() env:hold(9) end)
    env:process(function() env:hold(1) p:interrupt(cause) end)
    raises("process 'guard' at time 1.0: " .. text, env.run, env)
  end
  local env = des.Environment()
  local p = env:process(function() env:hold(9) end)
  env:process(function() p:interrupt({}) end)
  raises("process '1' at time 0.0: interrupted with a table", env.run, env)
end)

that("a failed event raises at those who wait", function()
  local env, message = des.Environment()
  local event = env:event()
  env:process(function()
    local ok, err = pcall(env.wait, env, env:all_of(event, env:timeout(9)))
    message = tostring(err)
    equal(env.now, 4)
  end)
  env:process(function() env:hold(4) event:fail("no power") end)
  env:run()
  equal(message, "no power")
end)

that("an error in a process that another waits for goes to that one", function()
  local env, message = des.Environment()
  local child = env:process("child", function() env:hold(1) error("broken", 0) end)
  env:process(function()
    local ok, err = pcall(env.wait, env, child)
    message = err
  end)
  env:run()
  equal(message, "broken")
end)

that("an error in a process that nobody waits for names it and the time", function()
  local env = des.Environment()
  env:process("pump 7", function() env:hold(2.5) local nothing = nil; return nothing.x end)
  raises("process 'pump 7' at time 2.5: ", env.run, env)
  local other = des.Environment()
  other:process(function() other:hold(1) error({code = 1}) end)
  raises("process '1' at time 1.0: table", other.run, other)
end)

that("a run goes on after an error", function()
  local env, at = des.Environment()
  env:process(function() env:hold(1) error("x") end)
  env:process(function() env:hold(2) at = env.now end)
  raises("x", env.run, env)
  env:run()
  equal(at, 2)
end)

that("a run until a time ends before what happens then", function()
  local env, n = des.Environment(), 0
  env:process(function() while true do env:hold(1) n = n + 1 end end)
  equal(env:run(5), 5)
  equal(n, 4)
  equal(env:run(5.5), 5.5)
  equal(n, 5)
  env = des.Environment()
  env:process(function() env:hold(5) n = 0 end)
  env:run(1)
  env:run(5) -- the wake-up was scheduled before the end
  equal(n, 5)
end)

that("a run until an event gives its value and goes no further", function()
  local env = des.Environment()
  local event = env:event()
  env:process(function() env:hold(3) event:succeed("done") env:hold(100) end)
  equal(env:run(event), "done")
  equal(env.now, 3)
  raises("nothing is left to happen", env.run, env, env:event())
end)

that("a process that is killed lets go of all and lies still", function()
  local env, n, at = des.Environment(), 0
  local desk = des.Resource(env)
  local event = env:event()
  local victim = env:process(function() desk:request() env:hold(100) n = n + 1 end)
  local waiter = env:process(function() env:wait(event) n = n + 1 end)
  env:process(function() desk:request() at = env.now end)
  env:process(function()
    env:hold(5)
    equal(victim:kill(), true)
    equal(victim:kill(), false)
    equal(waiter:kill(), true)
    event:succeed()
  end)
  env:run()
  equal(n, 0)
  equal(at, 5)
end)

that("a process killed before it starts never starts", function()
  local env, ran = des.Environment(), false
  env:process(function() ran = true end):kill()
  env:process(function() env:hold(1) end)
  env:run()
  equal(ran, false)
end)

that("to-be-closed variables of a killed process are closed", function()
  local env, closed = des.Environment(), false
  local p = env:process(function()
    local guard <close> = setmetatable({}, {__close = function() closed = true end})
    env:hold(10)
  end)
  env:process(function() env:hold(1) p:kill() end)
  env:run()
  equal(closed, true)
end)

that("a hundred thousand processes at once are normal", function()
  local env, n = des.Environment(), 0
  local draw = env:stream("holds")
  for _ = 1, 100000 do
    env:process(function() env:hold(draw:uniform(0, 10)) env:hold(1) n = n + 1 end)
  end
  env:run(0.5)
  equal(env:count(), 100000)
  env:run()
  equal(n, 100000)
  equal(env:count(), 0)
end)

that("random processes under collection end as the clock says", function()
  local env, n = des.Environment(), 0
  local draw = env:stream("x")
  local function one(depth)
    local started, length = env.now, draw:uniform()
    env:wait_any(env:timeout(length), env:event(), env:timeout(length + 1))
    if math.abs(env.now - started - length) > 1e-9 then error("cut short") end
    if depth > 0 then env:process(one, depth - 1) env:process(one, depth - 1) end
    n = n + 1
  end
  collectgarbage("setpause", 1)
  env:process(one, 12)
  env:run()
  collectgarbage("setpause", 200)
  equal(n, 2 ^ 13 - 1)
end)

that("environments that are dropped are collected", function()
  collectgarbage()
  local before = collectgarbage("count")
  for i = 1, 200 do
    local env = des.Environment()
    local store = des.Store(env)
    for _ = 1, 20 do env:process(function() store:get() end) end
    env:run(1)
  end
  collectgarbage()
  collectgarbage()
  local more = collectgarbage("count") - before
  if more > 500 then error(("%d KiB stay"):format(more)) end
end)

that("handlers run by kind with their entity; ties by priority", function()
  local env = des.Environment()
  local note, noted = journal()
  local tick = env:on("tick", function(entity) note("tick" .. entity) end)
  env:on("tock", function(entity) note("tock" .. entity) env:schedule(1, "tick", 9) end)
  env:schedule(2, tick, 1)
  env:schedule(2, "tock", 2)
  env:schedule(2, "tick", 3, -1)
  local dropped = env:schedule(2, "tick", 4)
  equal(env:cancel(dropped), true)
  equal(env:cancel(dropped), false)
  env:run()
  equal(noted(), "tick3 tick1 tock2 tick9")
  env:on("bad", function() error("oops") end)
  env:schedule(1, "bad")
  raises("handler 'bad' at time 4.0: ", env.run, env)
end)

that("what makes no sense is refused with a sentence", function()
  local env = des.Environment()
  local function in_process(part, body)
    local inner = des.Environment()
    inner:process(function() body(inner) end)
    raises(part, inner.run, inner)
  end
  in_process("hold: the delay: must be >= 0 and finite, got -1", function(e) e:hold(-1) end)
  in_process("must be >= 0 and finite, got nan", function(e) e:hold(0 / 0) end)
  in_process("must be >= 0 and finite, got inf", function(e) e:hold(math.huge) end)
  in_process("number expected", function(e) e:hold("x") end)
  in_process("cannot wait for its own end", function(e) e:wait(e:active_process()) end)
  in_process("cannot interrupt itself", function(e) e:active_process():interrupt() end)
  in_process("cannot kill itself", function(e) e:active_process():kill() end)
  in_process("coroutine.yield in a process", function() coroutine.yield() end)
  in_process("in no other coroutine", function(e)
    local ok, message = coroutine.resume(coroutine.create(function() e:hold(1) end))
    error(message)
  end)
  in_process("runs already", function(e) e:run() end)
  in_process("another environment", function(e) e:wait(env:event()) end)
  raises("only a process can wait", env.hold, env, 1)
  raises("timeout: the delay: must be", env.timeout, env, -2)
  raises("event expected, got table", env.any_of, env, {})
  raises("function expected", env.process, env, 3)
  raises("happened already", function() env:event():succeed():succeed() end)
  raises("a timeout happens by itself", function() env:timeout(1):succeed() end)
  raises("has not happened yet", function() env:event():value() end)
  raises("there is no 'holt'", function() env:holt(1) end)
  raises("must end at or after", env.run, env, -1)
  raises("must end at or after", env.run, env, 0 / 0)
  raises("no handler for kind 'x'", env.schedule, env, 1, "x")
  raises("seed: must be an integer >= 0", des.Environment, {seed = 1.5})
  local over = env:process(function() end)
  env:run()
  raises("is over", over.interrupt, over)
end)

check.done()
