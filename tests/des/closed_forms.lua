-- Every closed form of hanse.queue: figures worked by hand or by the table of another program
-- (GNU Octave's queueing package), and that wrong figures are named.
local check = require "check"
local queue = require "hanse.queue"

local function close(got, wanted, what)
  if not (math.abs(got - wanted) <= 1e-9 * math.abs(wanted)) then
    error(("%s: wanted %.12g, got %.12g"):format(what or "value", wanted, got), 2)
  end
end

check.that("stations", function()
  close(queue.mmc{lambda = 3, mu = 4}.response_time, 1)
  close(queue.md1{lambda = 0.8, service_time = 1}.wait_time, 2)
  close(queue.mminf{lambda = 18, mu = 3}.in_system, 6)
  close(queue.ggc{lambda = 0.7, service_time = 1, scv = 4}.wait_time,
    queue.mg1{lambda = 0.7, service_time = 1, scv = 4}.wait_time)
  close(queue.finite_source{failure_rate = 0.002, repair_rate = 0.05, crews = 2, machines = 32,
    up = 28}.enough_up_probability, 0.92235163951)
end)

check.that("counts of servers and spares", function()
  check.equal(queue.servers{lambda = 320, mu = 1}, 352)
  check.equal(queue.trunks{load = 18, chance = 0.99}, 28)
  local ready, fill = queue.spares{in_repair = 18}
  check.equal(ready, 25)
  check.equal(fill, 26)
  close(queue.k_of_n{n = 2, k = 1, availability = 0.9}, 0.99)
end)

check.that("servers of their own rates", function()
  local units = {{capacity = 50, availability = 0.95, count = 2, down = 24},
                 {capacity = 100, availability = 0.9, down = 48}}
  local adequacy = queue.units{units = units, load = 120, value = 2}
  close(adequacy.lolh, 895.71)
  close(adequacy.lolev, 19.846875)
  close(adequacy.cost_unserved, 2 * 22294.2)
  close(queue.units{units = units, load = {120, 0}}.eue, 22294.2 / 2)
  close(queue.elcc{units = units, load = 120}[1], 47.05)
  close(queue.mmc_breakdowns{lambda = 0.6, mu = 1, failure_rate = 0.01,
                             repair_rate = 0.1}.response_time, 65 / 11)
  local station, busy = queue.unequal{lambda = 0.864, rates = {0.35, 1}}
  close(busy[1] * 0.35 + busy[2], 0.864)
  close(station.response_time, 2.52378595501, "response")
end)

check.that("networks", function()
  local s = queue.jackson{lambda = {0.54, 0.18, 0.09}, service_time = {0.4, 0.5, 0.3},
    servers = {1, 2, 2}, routing = {{0, 0.5, 0.3}, {0.2, 0, 0.4}, {0.1, 0.3, 0}}}
  close(s[1].in_system, 0.427196921103)
  close(s[3].response_time, 0.302526768385)
  local c, cycles = queue.closed{customers = 10, think = 3, visits = {16, 10, 5},
    service_time = {0.125, 0.3, 0.2}, servers = {1, 1, 2}}
  close(c[2].in_system, 6.88136570875)
  close(cycles * 16, 5.27141965154)
  local open = queue.classes{lambda = {0.4, 0.4}, service_time = {{0.5, 0.2, 0.1},
    {0.3, 0.4, 0.2}}, visits = {{1, 1.5, 1}, {1, 0.5, 0.7}}}
  close(open[2][1].response_time, 0.441176470588)
  local closed = queue.closed_classes{customers = {1, 1}, demand = {{1}, {0.5}}, think = {4, 2}}
  close(closed[1][1].in_system, 0.375 / 1.625)
end)

check.that("wrong figures are named", function()
  check.raises("did you mean 'lambda'", queue.mminf, {lamda = 1, mu = 1})
  check.raises("lambda: must have 1 to 1 numbers, got 0", queue.jackson,
    {lambda = {}, service_time = {1}, routing = {{0}}})
  check.raises("routing: must be a list of 2 lists", queue.jackson,
    {lambda = {1, 1}, service_time = {1, 1}, routing = {{0, 0}}})
  check.raises("its lists must be of one length", queue.classes,
    {lambda = {1, 1}, service_time = {{1, 1}, {1}}})
  check.raises("servers[1]: a whole number is needed", queue.closed,
    {customers = 2, service_time = {1}, servers = {1.5}})
  check.raises("rates[2]: a number is needed, got string", queue.unequal,
    {lambda = 1, rates = {1, "fast"}})
  check.raises("no figure 'capcity', did you mean 'capacity'?", queue.units,
    {units = {{capcity = 1, availability = 1}}, load = 1})
  check.raises("availability of group 1", queue.units,
    {units = {{capacity = 1, availability = 2}}, load = 1})
  check.raises("load: a number or a list", queue.elcc,
    {units = {{capacity = 1, availability = 1}}, load = "x"})
  check.raises("offered load", queue.mmc_breakdowns,
    {lambda = 1, mu = 1, failure_rate = 1, repair_rate = 1})
  check.raises("below the servers' sum", queue.unequal, {lambda = 3, rates = {1, 1}})
end)

check.done()
