-- Random models: processes that do anything to each other, at whole times so that most things
-- tie. A hold that was not interrupted must last as long as it says, a filter must be obeyed,
-- no capacity may be passed, and where nobody is left nobody holds anything.
local check = require "check"
local des = require "hanse.des"

local function model(seed)
  local env = des.Environment{seed = seed}
  local dice = env:stream "dice"
  local function roll(low, high) return dice:integer(low, high) end
  local desks = {des.Resource(env, 2), des.PriorityResource(env),
    des.PreemptiveResource(env, {capacity = 2, monitor = true})}
  local plain, filtered, sorted = des.Store(env, 3), des.FilterStore(env, 3),
    des.PriorityStore(env, 4)
  local tank = des.Container(env, {capacity = 10, level = 5})
  local processes, events = {}, {}
  local started, wrong, wholes = 0, nil, 0
  local body

  local function spawn()
    if started < 1500 then
      started = started + 1
      processes[roll(1, 40)] = env:process(body, roll(3, 12))
    end
  end

  local function hold(delay)
    local began = env.now
    if env:try_hold(delay) then
      wholes = wholes + 1
      if env.now - began ~= delay then
        wrong = ("a hold of %g took %g"):format(delay, env.now - began)
      end
    end
  end

  local function other()
    local process = processes[roll(1, 40)]
    return process ~= env:active_process() and process or nil
  end

  local function either(event, patience)
    env:wait_any(event, env:timeout(patience))
    event:cancel()
  end

  local acts = {
    function() hold(roll(0, 3)) end,
    function() hold(1) hold(1) end,
    function()
      local desk = desks[roll(1, 3)]
      desk:request{priority = roll(0, 2), patience = roll(0, 3), preempt = roll(0, 1) == 0}
      hold(roll(0, 2))
      pcall(desk.release, desk)
    end,
    function()
      local request = desks[roll(1, 3)]:request_event(roll(0, 2))
      env:wait_any(request, env:timeout(roll(0, 2)))
      if roll(1, 3) > 1 then request:cancel() end
    end,
    function() local unit <close> = desks[1]:request(0, roll(0, 2)) hold(roll(0, 2)) end,
    function() plain:put(roll(1, 5), roll(0, 2)) end,
    function() plain:get(roll(0, 2)) end,
    function() filtered:put(roll(1, 5), roll(0, 2)) end,
    function()
      local least = roll(1, 5)
      local item = filtered:get(function(i) return i >= least end, roll(0, 2))
      if item and item < least then wrong = "a filter let the wrong item pass" end
    end,
    function() sorted:put(roll(1, 5), roll(1, 5), roll(0, 2)) end,
    function() sorted:get(roll(0, 2)) end,
    function() either(sorted:get_event(), 1) end,
    function() either(plain:put_event(7), 1) end,
    function() tank:put(roll(1, 5), roll(0, 2)) end,
    function() tank:get(roll(1, 5), roll(0, 2)) end,
    function() either(tank:get_event(roll(1, 5)), roll(0, 2)) end,
    function()
      local event = events[roll(1, 10)]
      if event then env:wait_any(event, env:timeout(roll(0, 3))) end
    end,
    function()
      local i = roll(1, 10)
      local event = events[i]
      events[i] = env:event()
      if event and roll(1, 5) > 1 then event:succeed(i) elseif event then event:fail("no") end
    end,
    function()
      local process = other()
      if process and process:is_alive() then process:interrupt(roll(1, 3)) end
    end,
    function()
      local process = other()
      if process and roll(1, 5) < 3 then process:kill() end
    end,
    function()
      local process = other()
      if process then env:wait_any(process, env:timeout(2)) end
    end,
    function()
      env:wait_all(env:timeout(roll(0, 2)), env:any_of(env:timeout(1), env:event()))
    end,
    function() env:any_of(events[roll(1, 10)] or env:event(), env:event()) end,
    spawn,
    function() spawn() spawn() end,
    function() collectgarbage("step") end,
  }

  function body(n)
    for _ = 1, n do
      pcall(acts[roll(1, #acts)])
    end
    if roll(1, 20) == 1 then error("the end") end
  end

  for _ = 1, 30 do spawn() end
  for _ = 1, 300 do
    local ok, message = pcall(env.run, env, env.now + 1)
    if not ok and not message:find("the end", 1, true) then error(message) end
    spawn()
    if desks[1]:count() > 2 or desks[2]:count() > 1 or desks[3]:count() > 2 or plain:count() > 3
      or sorted:count() > 4 or tank:level() < 0 or tank:level() > 10 then
      error("a capacity was passed")
    end
  end
  if wrong then error(wrong) end
  check.equal(wholes > 500, true, "enough holds")
  if env:count() == 0 then
    for i = 1, 3 do
      check.equal(desks[i]:count(), 0, "units held by nobody")
    end
  end
  return env:count()
end

check.that("random models keep what they promise", function()
  local empty = 0
  for seed = 1, 20 do
    empty = empty + (model(seed) == 0 and 1 or 0)
  end
  check.equal(empty > 0, true, "models in which nobody is left")
end)

check.done()
