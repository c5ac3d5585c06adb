/*
 * Models written in Lua on hanse.des: M/M/1 by two processes and a store, by a process per
 * customer; a Jackson network by handlers; a hundred thousand processes that hold.
 *
 * The three queues are held against their exact means first, each within its own 99.99 %
 * interval from batch means. The seed is fixed; with another, a right program would fail about
 * once in 3,000 runs.
 */
#include <math.h>

#include "cli/bench.h"
#include "scripting/analyst.h"

/* A model is a Lua function of its size and seed. It returns the mean, the half width of its
 * 99.99 % interval, the exact mean, how much it did and the processor seconds this took. */
struct model {
    const char *name, *what, *unit, *text;
    double n, n_quick;
};

static const char *const store_text =
    "local n, seed = ...\n"
    "local des = require 'hanse.des'\n"
    "local env = des.Environment{seed = seed // 1 | 0}\n"
    "local line, times = des.Store(env), des.batches()\n"
    "local arrivals, services = env:stream 'arrivals', env:stream 'services'\n"
    "env:process(function()\n"
    "  for _ = 1, n do\n"
    "    env:hold(arrivals:exponential(1.25))\n"
    "    line:put(env.now)\n"
    "  end\n"
    "end)\n"
    "env:process(function()\n"
    "  for _ = 1, n do\n"
    "    local arrived = line:get()\n"
    "    env:hold(services:exponential(1))\n"
    "    times:add(env.now - arrived)\n"
    "  end\n"
    "end)\n"
    "local clock = os.clock()\n"
    "env:run()\n"
    "clock = os.clock() - clock\n"
    "local _, _, mean, half = times:interval(0.9999)\n"
    "return mean, half, 5, n, clock\n";

static const char *const process_text =
    "local n, seed = ...\n"
    "local des = require 'hanse.des'\n"
    "local env = des.Environment{seed = seed // 1 | 0}\n"
    "local server, times = des.Resource(env), des.batches()\n"
    "local arrivals, services = env:stream 'arrivals', env:stream 'services'\n"
    "local function customer()\n"
    "  local arrived = env.now\n"
    "  server:request()\n"
    "  env:hold(services:exponential(1))\n"
    "  server:release()\n"
    "  times:add(env.now - arrived)\n"
    "end\n"
    "env:process(function()\n"
    "  for _ = 1, n do\n"
    "    env:hold(arrivals:exponential(1.25))\n"
    "    env:process(customer)\n"
    "  end\n"
    "end)\n"
    "local clock = os.clock()\n"
    "env:run()\n"
    "clock = os.clock() - clock\n"
    "local _, _, mean, half = times:interval(0.9999)\n"
    "return mean, half, 5, n, clock\n";

static const char *const jackson_text =
    "local n, seed = ...\n"
    "local des = require 'hanse.des'\n"
    "local env = des.Environment{seed = seed // 1 | 0}\n"
    "local nodes, load = 10000, 0.5\n"
    "local chance, times = env:stream 'chance', env:stream 'times'\n"
    "local here, inside, means, served = {}, env:level(0), des.batches(), 0\n"
    "for i = 1, nodes do here[i] = 0 end\n"
    "local done, arrive\n"
    "local function join(i)\n"
    "  local k = here[i] + 1\n"
    "  here[i] = k\n"
    "  if k == 1 then env:schedule(times:exponential(1), done, i) end\n"
    "end\n"
    "done = env:on('done', function(i)\n"
    "  served = served + 1\n"
    "  local left = here[i] - 1\n"
    "  here[i] = left\n"
    "  if left > 0 then env:schedule(times:exponential(1), done, i) end\n"
    "  if chance:uniform() < 0.5 then inside:add(-1) else join(chance:integer(1, nodes)) end\n"
    "end)\n"
    "arrive = env:on('arrive', function()\n"
    "  inside:add(1)\n"
    "  join(chance:integer(1, nodes))\n"
    "  env:schedule(times:exponential(2 / (nodes * load)), arrive)\n"
    "end)\n"
    "env:schedule(0, arrive)\n"
    "local clock = os.clock()\n"
    "env:run(40)\n"
    "local batch = (n / (nodes * load) - 40) / 36\n"
    "for i = 1, 36 do\n"
    "  inside:reset()\n"
    "  env:run(40 + i * batch)\n"
    "  means:add(inside:mean() / nodes)\n"
    "end\n"
    "clock = os.clock() - clock\n"
    "local _, _, mean, half = means:interval(0.9999)\n"
    "return mean, half, load / (1 - load), served, clock\n";

static const char *const crowd_text = "local n, seed = ...\n"
                                      "local des = require 'hanse.des'\n"
                                      "local env = des.Environment{seed = seed // 1 | 0}\n"
                                      "local draw, holds = env:stream 'holds', 0\n"
                                      "for _ = 1, 100000 do\n"
                                      "  env:process(function()\n"
                                      "    while true do\n"
                                      "      env:hold(draw:exponential(1))\n"
                                      "      holds = holds + 1\n"
                                      "    end\n"
                                      "  end)\n"
                                      "end\n"
                                      "env:run(1)\n"
                                      "local before = holds\n"
                                      "local clock = os.clock()\n"
                                      "env:run(1 + n / 100000)\n"
                                      "clock = os.clock() - clock\n"
                                      "holds = holds - before\n"
                                      "return holds / n, 4 / math.sqrt(n), 1, holds, clock\n";

static enum hanse_status measure(struct hanse_bench *bench, const struct model *model)
{
    double samples[HANSE_BENCH_MOST];
    double n = bench->quick ? model->n_quick : model->n;
    const double arguments[] = {n, 1.0};
    for (int i = 0; i < bench->repetitions; i++) {
        double results[5];
        HANSE_TRY(
            hanse_analyst_call(bench->ctx, model->name, model->text, arguments, 2, results, 5));
        if (!(fabs(results[0] - results[2]) <= results[1])) {
            hanse_bench_wrong(bench, model->name, model->what, results[2], results[0],
                              results[1]);
            return HANSE_OK;
        }
        samples[i] = 1e-6 * results[3] / results[4];
    }
    hanse_bench_row(bench, model->name, (uint64_t)n, model->unit, samples);
    return HANSE_OK;
}

enum hanse_status hanse_bench_lua(struct hanse_bench *bench)
{
    const struct model models[] = {
        {"Lua M/M/1, two processes and a store", "the mean time in the system",
         "million customers/s", store_text, 1e6, 2e5},
        {"Lua M/M/1, a process per customer", "the mean time in the system",
         "million customers/s", process_text, 5e5, 1e5},
        {"Lua Jackson network, handlers", "the mean number at a node", "million services/s",
         jackson_text, 2e6, 6e5},
        {"Lua, 10^5 processes that hold", "the rate of holds", "million holds/s", crowd_text,
         1e6, 2e5},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        HANSE_TRY(measure(bench, &models[i]));
    }
    return HANSE_OK;
}
