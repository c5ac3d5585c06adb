#include "cli/queue_models.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/distribution.h"
#include "sim/stats/queueing.h"
#include "sim/stats/stock.h"

/* Options differ between models in meaning, not in spelling: -c is always servers or crews. */
const struct hanse_queue_option hanse_queue_keys[HANSE_QUEUE_N_KEYS] = {
    [HANSE_QUEUE_LAMBDA] = {"lambda", 'l', HANSE_CLI_NUMBER, "RATE", "arrivals per s", 0},
    [HANSE_QUEUE_MU] = {"mu", 'm', HANSE_CLI_NUMBER, "RATE", "services per s of one server", 0},
    [HANSE_QUEUE_LOAD] = {"load", 'a', HANSE_CLI_NUMBER, "ERLANG", "offered load", 0},
    [HANSE_QUEUE_SERVERS] = {"servers", 'c', HANSE_CLI_INTEGER, "N", "servers", 0},
    [HANSE_QUEUE_PLACES] = {"places", 'K', HANSE_CLI_INTEGER, "N", "room, servers included", 0},
    [HANSE_QUEUE_TIME] = {"time", 't', HANSE_CLI_NUMBER, "S", "a wait, in s (default 0)", 0.0},
    [HANSE_QUEUE_SPAN] = {"time", 't', HANSE_CLI_NUMBER, "S", "time since the stop began", 0},
    [HANSE_QUEUE_CHANCE] = {"chance", 'p', HANSE_CLI_NUMBER, "P",
                            "which quantile of the wait (default 0.95)", 0.95},
    [HANSE_QUEUE_GOAL] = {"chance", 'p', HANSE_CLI_NUMBER, "P",
                          "probability to reach (default 0.95)", 0.95},
    [HANSE_QUEUE_SCV] = {"scv", 0, HANSE_CLI_NUMBER, "X",
                         "squared coefficient of variation of service (default 1)", 1.0},
    [HANSE_QUEUE_FAILURES] = {"failure-rate", 'f', HANSE_CLI_NUMBER, "RATE",
                              "failures per s while up", 0},
    [HANSE_QUEUE_DOWN] = {"down", 0, HANSE_CLI_NUMBER, "S", "mean time down", 0},
    [HANSE_QUEUE_DOWN_SCV] = {"down-scv", 0, HANSE_CLI_NUMBER, "X",
                              "squared coefficient of variation of the time down (default 1)",
                              1.0},
    [HANSE_QUEUE_ONLY_BUSY] = {"only-busy", 0, HANSE_CLI_FLAG, NULL,
                               "it fails only while serving", 0},
    [HANSE_QUEUE_CREWS] = {"crews", 'c', HANSE_CLI_INTEGER, "N", "repair crews", 0},
    [HANSE_QUEUE_MACHINES] = {"machines", 'n', HANSE_CLI_INTEGER, "N",
                              "machines or units in all", 0},
    [HANSE_QUEUE_UP] = {"up", 'k', HANSE_CLI_INTEGER, "K", "wanted up, of all (default all)",
                        -1},
    [HANSE_QUEUE_FAST] = {"fast", 0, HANSE_CLI_NUMBER, "RATE",
                          "services per s of the faster server", 0},
    [HANSE_QUEUE_SLOW] = {"slow", 0, HANSE_CLI_NUMBER, "RATE",
                          "services per s of the slower server", 0},
    [HANSE_QUEUE_LAMBDAS] = {"lambda", 'l', HANSE_CLI_TEXT, "X,…",
                             "arrivals per s from outside", 0},
    [HANSE_QUEUE_SERVICES] = {"service", 's', HANSE_CLI_TEXT, "X,…", "mean service times, in s",
                              0},
    [HANSE_QUEUE_SERVER_LIST] = {"servers", 'c', HANSE_CLI_TEXT, "N,…",
                                 "servers of each (default 1)", 0},
    [HANSE_QUEUE_ROUTING] = {"routing", 'r', HANSE_CLI_TEXT, "P,…;P,…",
                             "chance of going from (row) to (column)", 0},
    [HANSE_QUEUE_VISITS] = {"visits", 'v', HANSE_CLI_TEXT, "X,…", "visits per cycle", 0},
    [HANSE_QUEUE_CUSTOMERS] = {"customers", 'n', HANSE_CLI_INTEGER, "N", "customers in all", 0},
    [HANSE_QUEUE_THINK] = {"think", 'z', HANSE_CLI_NUMBER, "S", "think time (default 0)", 0.0},
    [HANSE_QUEUE_AVAILABILITY] = {"availability", 'a', HANSE_CLI_NUMBER, "P", "of one unit", 0},
    [HANSE_QUEUE_COMMON] = {"common", 0, HANSE_CLI_NUMBER, "P",
                            "share of unavailability from a cause common to all (default 0)",
                            0.0},
    [HANSE_QUEUE_IN_REPAIR] = {"in-repair", 'm', HANSE_CLI_NUMBER, "X",
                               "mean number in repair: failures per s × repair time", 0},
    [HANSE_QUEUE_REPAIR_TIME] = {"repair-time", 0, HANSE_CLI_NUMBER, "S", "mean repair time",
                                 0},
    [HANSE_QUEUE_DEVICES] = {"devices", 'n', HANSE_CLI_INTEGER, "N", "devices at the start", 0},
    [HANSE_QUEUE_AGE] = {"age", 0, HANSE_CLI_NUMBER, "S", "their age at the start (default 0)",
                         0.0},
    [HANSE_QUEUE_SHAPE] = {"shape", 0, HANSE_CLI_NUMBER, "X",
                           "Weibull shape; --failure-rate is 1 / scale (default 1: constant)",
                           1.0},
    [HANSE_QUEUE_DEMAND] = {"demand", 'd', HANSE_CLI_NUMBER, "N", "devices needed", 0},
    [HANSE_QUEUE_RATES] = {"rates", 0, HANSE_CLI_TEXT, "X,…", "services per s of each server",
                           0},
    [HANSE_QUEUE_ARRIVAL_SCV] = {"arrival-scv", 0, HANSE_CLI_NUMBER, "X",
                                 "squared coefficient of variation of the gaps (default 1)",
                                 1.0},
    [HANSE_QUEUE_CLASS_LAMBDAS] = {"lambda", 'l', HANSE_CLI_TEXT, "X,…",
                                   "arrivals per s of each class", 0},
    [HANSE_QUEUE_CLASS_SERVICES] = {"service", 's', HANSE_CLI_TEXT, "X,…;X,…",
                                    "mean service times: a row per class, in s", 0},
    [HANSE_QUEUE_CLASS_VISITS] = {"visits", 'v', HANSE_CLI_TEXT, "X,…;X,…",
                                  "visits: a row per class (default 1)", 0},
    [HANSE_QUEUE_POPULATIONS] = {"customers", 'n', HANSE_CLI_TEXT, "N,…",
                                 "customers of each class", 0},
    [HANSE_QUEUE_DEMANDS] = {"demand", 'd', HANSE_CLI_TEXT, "X,…;X,…",
                             "visits × service time: a row per class, in s", 0},
    [HANSE_QUEUE_THINKS] = {"think", 'z', HANSE_CLI_TEXT, "X,…",
                            "think time of each class, in s (default 0)", 0},
    [HANSE_QUEUE_SHORT] = {"short", 0, HANSE_CLI_NUMBER, "COST", "cost of a unit too few", 0},
    [HANSE_QUEUE_OVER] = {"over", 0, HANSE_CLI_NUMBER, "COST", "cost of a unit too many", 0},
    [HANSE_QUEUE_REPAIR_RATE] = {"repair-rate", 'r', HANSE_CLI_NUMBER, "RATE",
                                 "repairs per s of one crew", 0},
    [HANSE_QUEUE_REPAIRMEN] = {"crews", 0, HANSE_CLI_INTEGER, "N",
                               "repair crews (default: one per server)", -1},
    [HANSE_QUEUE_UNIT_CAPACITIES] = {"capacity", 0, HANSE_CLI_TEXT, "X,…",
                                     "capacity of a unit, group by group", 0},
    [HANSE_QUEUE_UNIT_AVAILABILITIES] = {"availability", 'a', HANSE_CLI_TEXT, "P,…",
                                         "of a unit of each group, the common cause aside", 0},
    [HANSE_QUEUE_UNIT_COUNTS] = {"count", 'n', HANSE_CLI_TEXT, "N,…",
                                 "units of each group (default 1)", 0},
    [HANSE_QUEUE_UNIT_DOWN] = {"down", 0, HANSE_CLI_TEXT, "H,…",
                               "mean time down of a unit of each group, in h; for lolev", 0},
    [HANSE_QUEUE_UNIT_LOAD] = {"load", 'l', HANSE_CLI_TEXT, "X,…",
                               "load, constant or hour by hour; the hours repeat", 0},
    [HANSE_QUEUE_CAUSE] = {"common-outage", 0, HANSE_CLI_NUMBER, "P",
                           "chance that a common cause has all units down (default 0)", 0.0},
    [HANSE_QUEUE_CAUSE_DOWN] = {"common-down", 0, HANSE_CLI_NUMBER, "H",
                                "mean time it lasts, in h; for lolev", 0.0},
    [HANSE_QUEUE_VALUE] = {"value", 'v', HANSE_CLI_NUMBER, "COST",
                           "worth of a unit of load unserved for an hour (default 0)", 0.0},
    [HANSE_QUEUE_STATES] = {"states", 0, HANSE_CLI_FLAG, NULL, "list the capacity states", 0},
    [HANSE_QUEUE_CURVE] = {"curve", 0, HANSE_CLI_FLAG, NULL,
                           "list hours a year by size of shortfall", 0},
    [HANSE_QUEUE_BY] = {"by", 0, HANSE_CLI_TEXT, "FIGURE",
                        "what must be as before: eue, lolh or lole (default eue)", 0},
};

void hanse_queue_say(struct hanse_queue_answer *answer, const char *name, double value,
                     const char *unit)
{
    answer->figures[answer->n_figures++] = (struct hanse_queue_figure){name, unit, value};
}

void hanse_queue_say_all(struct hanse_queue_answer *answer, const struct hanse_queue *queue)
{
    hanse_queue_say(answer, "utilization", queue->utilization, "1");
    hanse_queue_say(answer, "throughput", queue->throughput, "1/s");
    hanse_queue_say(answer, "in_system", queue->in_system, "1");
    hanse_queue_say(answer, "in_queue", queue->in_queue, "1");
    hanse_queue_say(answer, "response_time", queue->response_time, "s");
    hanse_queue_say(answer, "wait_time", queue->wait_time, "s");
    hanse_queue_say(answer, "empty_probability", queue->empty_probability, "1");
    hanse_queue_say(answer, "wait_probability", queue->wait_probability, "1");
    hanse_queue_say(answer, "loss_probability", queue->loss_probability, "1");
}

/* --- models ---------------------------------------------------------------------------------
 */

static enum hanse_status ask_erlang_b(struct hanse_context *ctx,
                                      const struct hanse_queue_query *q,
                                      struct hanse_queue_answer *answer)
{
    double b;
    HANSE_TRY(hanse_queue_erlang_b(ctx, q->number[HANSE_QUEUE_LOAD],
                                   q->count[HANSE_QUEUE_SERVERS], &b));
    hanse_queue_say(answer, "loss_probability", b, "1");
    hanse_queue_say(answer, "carried_load", q->number[HANSE_QUEUE_LOAD] * (1.0 - b), "erlang");
    return HANSE_OK;
}

static enum hanse_status ask_erlang_c(struct hanse_context *ctx,
                                      const struct hanse_queue_query *q,
                                      struct hanse_queue_answer *answer)
{
    double c;
    HANSE_TRY(hanse_queue_erlang_c(ctx, q->number[HANSE_QUEUE_LOAD],
                                   q->count[HANSE_QUEUE_SERVERS], &c));
    hanse_queue_say(answer, "wait_probability", c, "1");
    return HANSE_OK;
}

static enum hanse_status ask_servers_of(struct hanse_context *ctx,
                                        const struct hanse_queue_query *q, int64_t servers,
                                        struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    double lambda = q->number[HANSE_QUEUE_LAMBDA], mu = q->number[HANSE_QUEUE_MU], tail,
           quantile;
    HANSE_TRY(hanse_queue_mmc(ctx, lambda, mu, servers, &queue));
    HANSE_TRY(hanse_queue_mmc_wait_tail(ctx, lambda, mu, servers, q->number[HANSE_QUEUE_TIME],
                                        &tail));
    HANSE_TRY(hanse_queue_mmc_wait_quantile(ctx, lambda, mu, servers,
                                            q->number[HANSE_QUEUE_CHANCE], &quantile));
    hanse_queue_say(answer, "offered_load", lambda / mu, "erlang");
    hanse_queue_say_all(answer, &queue);
    hanse_queue_say(answer, "wait_quantile", quantile, "s");
    hanse_queue_say(answer, "wait_tail", tail, "1");
    return HANSE_OK;
}

static enum hanse_status ask_mm1(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                 struct hanse_queue_answer *answer)
{
    return ask_servers_of(ctx, q, 1, answer);
}

static enum hanse_status ask_mmc(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                 struct hanse_queue_answer *answer)
{
    return ask_servers_of(ctx, q, q->count[HANSE_QUEUE_SERVERS], answer);
}

static enum hanse_status ask_servers(struct hanse_context *ctx,
                                     const struct hanse_queue_query *q,
                                     struct hanse_queue_answer *answer)
{
    struct hanse_queue_query same = *q;
    int64_t servers;
    same.number[HANSE_QUEUE_CHANCE] = q->number[HANSE_QUEUE_GOAL];
    HANSE_TRY(hanse_queue_mmc_servers(ctx, q->number[HANSE_QUEUE_LAMBDA],
                                      q->number[HANSE_QUEUE_MU], q->number[HANSE_QUEUE_TIME],
                                      1.0 - q->number[HANSE_QUEUE_GOAL], &servers));
    hanse_queue_say(answer, "servers", (double)servers, "1");
    return ask_servers_of(ctx, &same, servers, answer);
}

static enum hanse_status ask_mmck(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                  struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    HANSE_TRY(hanse_queue_mmck(ctx, q->number[HANSE_QUEUE_LAMBDA], q->number[HANSE_QUEUE_MU],
                               q->count[HANSE_QUEUE_SERVERS], q->count[HANSE_QUEUE_PLACES],
                               &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_mm1k(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                  struct hanse_queue_answer *answer)
{
    struct hanse_queue_query one = *q;
    one.count[HANSE_QUEUE_SERVERS] = 1;
    return ask_mmck(ctx, &one, answer);
}

static enum hanse_status ask_mminf(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                   struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    HANSE_TRY(hanse_queue_mminf(ctx, q->number[HANSE_QUEUE_LAMBDA], q->number[HANSE_QUEUE_MU],
                                &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_ggc(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                 struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    HANSE_TRY(hanse_queue_ggc(ctx, q->number[HANSE_QUEUE_LAMBDA],
                              q->number[HANSE_QUEUE_ARRIVAL_SCV],
                              1.0 / q->number[HANSE_QUEUE_MU], q->number[HANSE_QUEUE_SCV],
                              q->count[HANSE_QUEUE_SERVERS], &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_trunks(struct hanse_context *ctx,
                                    const struct hanse_queue_query *q,
                                    struct hanse_queue_answer *answer)
{
    struct hanse_queue_query found = *q;
    HANSE_TRY(hanse_queue_loss_servers(ctx, q->number[HANSE_QUEUE_LOAD],
                                       1.0 - q->number[HANSE_QUEUE_GOAL],
                                       &found.count[HANSE_QUEUE_SERVERS]));
    hanse_queue_say(answer, "servers", (double)found.count[HANSE_QUEUE_SERVERS], "1");
    return ask_erlang_b(ctx, &found, answer);
}

static enum hanse_status ask_mg1(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                 struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    HANSE_TRY(hanse_queue_mg1(ctx, q->number[HANSE_QUEUE_LAMBDA],
                              1.0 / q->number[HANSE_QUEUE_MU], q->number[HANSE_QUEUE_SCV],
                              &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_md1(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                 struct hanse_queue_answer *answer)
{
    struct hanse_queue_query constant = *q;
    constant.number[HANSE_QUEUE_SCV] = 0.0;
    return ask_mg1(ctx, &constant, answer);
}

static enum hanse_status ask_breakdowns(struct hanse_context *ctx,
                                        const struct hanse_queue_query *q,
                                        struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    const struct hanse_interruption stop = {
        q->number[HANSE_QUEUE_FAILURES], q->number[HANSE_QUEUE_DOWN],
        q->number[HANSE_QUEUE_DOWN_SCV], q->flag[HANSE_QUEUE_ONLY_BUSY]};
    HANSE_TRY(hanse_queue_interrupted(ctx, q->number[HANSE_QUEUE_LAMBDA],
                                      1.0 / q->number[HANSE_QUEUE_MU],
                                      q->number[HANSE_QUEUE_SCV], &stop, &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_repair(struct hanse_context *ctx,
                                    const struct hanse_queue_query *q,
                                    struct hanse_queue_answer *answer)
{
    struct hanse_queue shop;
    double enough;
    int64_t n = q->count[HANSE_QUEUE_MACHINES],
            k = q->count[HANSE_QUEUE_UP] < 0 ? n : q->count[HANSE_QUEUE_UP];
    HANSE_TRY(hanse_queue_finite_source(ctx, q->number[HANSE_QUEUE_FAILURES],
                                        q->number[HANSE_QUEUE_MU], q->count[HANSE_QUEUE_CREWS],
                                        n, &shop));
    HANSE_TRY(hanse_queue_finite_source_up(ctx, q->number[HANSE_QUEUE_FAILURES],
                                           q->number[HANSE_QUEUE_MU],
                                           q->count[HANSE_QUEUE_CREWS], n, k, &enough));
    hanse_queue_say_all(answer, &shop);
    hanse_queue_say(answer, "expected_up", (double)n - shop.in_system, "1");
    hanse_queue_say(answer, "enough_up_probability", enough, "1");
    return HANSE_OK;
}

static enum hanse_status ask_unequal(struct hanse_context *ctx,
                                     const struct hanse_queue_query *q,
                                     struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    HANSE_TRY(hanse_queue_two_unequal(ctx, q->number[HANSE_QUEUE_LAMBDA],
                                      q->number[HANSE_QUEUE_FAST], q->number[HANSE_QUEUE_SLOW],
                                      &queue));
    hanse_queue_say_all(answer, &queue);
    return HANSE_OK;
}

static enum hanse_status ask_k_of_n(struct hanse_context *ctx,
                                    const struct hanse_queue_query *q,
                                    struct hanse_queue_answer *answer)
{
    double enough;
    int64_t n = q->count[HANSE_QUEUE_MACHINES],
            k = q->count[HANSE_QUEUE_UP] < 0 ? n : q->count[HANSE_QUEUE_UP];
    HANSE_TRY(hanse_k_of_n_common(ctx, n, k, q->number[HANSE_QUEUE_AVAILABILITY],
                                  q->number[HANSE_QUEUE_COMMON], &enough));
    hanse_queue_say(answer, "expected_up", (double)n * q->number[HANSE_QUEUE_AVAILABILITY],
                    "1");
    hanse_queue_say(answer, "enough_up_probability", enough, "1");
    hanse_queue_say(answer, "too_few_probability", 1.0 - enough, "1");
    return HANSE_OK;
}

static enum hanse_status ask_spares(struct hanse_context *ctx,
                                    const struct hanse_queue_query *q,
                                    struct hanse_queue_answer *answer)
{
    int64_t ready, fill;
    double mean = q->number[HANSE_QUEUE_IN_REPAIR];
    HANSE_TRY(hanse_stock_ready(ctx, mean, q->number[HANSE_QUEUE_GOAL], &ready));
    HANSE_TRY(hanse_stock_fill(ctx, mean, q->number[HANSE_QUEUE_GOAL], &fill));
    hanse_queue_say(answer, "stock_no_backorder", (double)ready, "1");
    hanse_queue_say(answer, "no_backorder_probability", hanse_poisson_at_most(ready, mean),
                    "1");
    hanse_queue_say(answer, "stock_fill_rate", (double)fill, "1");
    hanse_queue_say(answer, "fill_rate", hanse_poisson_at_most(fill - 1, mean), "1");
    return HANSE_OK;
}

static enum hanse_status ask_fleet(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                   struct hanse_queue_answer *answer)
{
    double down, enough;
    int64_t n = q->count[HANSE_QUEUE_MACHINES],
            k = q->count[HANSE_QUEUE_UP] < 0 ? n : q->count[HANSE_QUEUE_UP];
    HANSE_TRY(hanse_fleet_unavailability(ctx, q->number[HANSE_QUEUE_FAILURES],
                                         q->number[HANSE_QUEUE_REPAIR_TIME], &down));
    HANSE_TRY(hanse_k_of_n(ctx, n, k, 1.0 - down, &enough));
    hanse_queue_say(answer, "unavailability", down, "1");
    hanse_queue_say(answer, "expected_up", (double)n * (1.0 - down), "1");
    hanse_queue_say(answer, "enough_up_probability", enough, "1");
    return HANSE_OK;
}

static enum hanse_status ask_stop(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                  struct hanse_queue_answer *answer)
{
    double survival, fluid, finite;
    const struct hanse_vintage fleet = {
        (double)q->count[HANSE_QUEUE_DEVICES], q->number[HANSE_QUEUE_AGE],
        q->number[HANSE_QUEUE_SHAPE], 1.0 / q->number[HANSE_QUEUE_FAILURES]};
    HANSE_TRY(hanse_vintage_survival(ctx, &fleet, q->number[HANSE_QUEUE_SPAN], &survival));
    HANSE_TRY(hanse_fluid_share(ctx, &fleet, 1, q->number[HANSE_QUEUE_SPAN],
                                q->number[HANSE_QUEUE_DEMAND], &fluid));
    HANSE_TRY(hanse_fleet_share(ctx, q->count[HANSE_QUEUE_DEVICES], survival,
                                q->number[HANSE_QUEUE_DEMAND], &finite));
    hanse_queue_say(answer, "survival", survival, "1");
    hanse_queue_say(answer, "served_share_fluid", fluid, "1");
    hanse_queue_say(answer, "served_share", finite, "1");
    return HANSE_OK;
}

static enum hanse_status ask_newsvendor(struct hanse_context *ctx,
                                        const struct hanse_queue_query *q,
                                        struct hanse_queue_answer *answer)
{
    double fractile, z;
    HANSE_TRY(hanse_stock_newsvendor(ctx, q->number[HANSE_QUEUE_SHORT],
                                     q->number[HANSE_QUEUE_OVER], &fractile, &z));
    hanse_queue_say(answer, "fractile", fractile, "1");
    hanse_queue_say(answer, "z", z, "1");
    return HANSE_OK;
}

/* --- the table
 * -------------------------------------------------------------------------------- */

const struct hanse_queue_model hanse_queue_models[HANSE_QUEUE_N_MODELS] = {
    {"erlang-b",
     "Erlang B: loss when none may wait",
     "hanse queue erlang-b --load 18 -c 20",
     {HANSE_QUEUE_LOAD, HANSE_QUEUE_SERVERS, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_erlang_b},
    {"erlang-c",
     "Erlang C: chance of waiting",
     "hanse queue erlang-c --load 18 -c 20",
     {HANSE_QUEUE_LOAD, HANSE_QUEUE_SERVERS, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_erlang_c},
    {"mm1",
     "M/M/1",
     "hanse queue mm1 --lambda 3 --mu 4",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_END},
     {HANSE_QUEUE_TIME, HANSE_QUEUE_CHANCE, HANSE_QUEUE_END},
     ask_mm1},
    {"mmc",
     "M/M/c: waits, their tail and quantile",
     "hanse queue mmc --lambda 18 --mu 1 -c 20",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_SERVERS, HANSE_QUEUE_END},
     {HANSE_QUEUE_TIME, HANSE_QUEUE_CHANCE, HANSE_QUEUE_END},
     ask_mmc},
    {"servers",
     "fewest servers with P(wait <= time) >= chance",
     "hanse queue servers --lambda 20 --mu 1 --time 0.1 --chance 0.95",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_END},
     {HANSE_QUEUE_TIME, HANSE_QUEUE_GOAL, HANSE_QUEUE_END},
     ask_servers},
    {"mmck",
     "M/M/c/K: a bounded room",
     "hanse queue mmck --lambda 18 --mu 1 -c 20 -K 30",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_SERVERS, HANSE_QUEUE_PLACES,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_mmck},
    {"mm1k",
     "M/M/1/K: one server, a bounded room",
     "hanse queue mm1k --lambda 0.9 --mu 1 -K 10",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_PLACES, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_mm1k},
    {"mminf",
     "M/M/infinity: nobody waits",
     "hanse queue mminf --lambda 18 --mu 1",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_mminf},
    {"trunks",
     "fewest servers with Erlang B <= 1 - chance",
     "hanse queue trunks --load 18 --chance 0.99",
     {HANSE_QUEUE_LOAD, HANSE_QUEUE_END},
     {HANSE_QUEUE_GOAL, HANSE_QUEUE_END},
     ask_trunks},
    {"md1",
     "M/D/1: constant service",
     "hanse queue md1 --lambda 0.8 --mu 1",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_md1},
    {"mg1",
     "M/G/1: Pollaczek–Khinchine",
     "hanse queue mg1 --lambda 0.8 --mu 1 --scv 4",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_END},
     {HANSE_QUEUE_SCV, HANSE_QUEUE_END},
     ask_mg1},
    {"ggc",
     "G/G/c, approximate: Allen–Cunneen",
     "hanse queue ggc --lambda 18 --mu 1 -c 20 --arrival-scv 4 --scv 0.5",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_SERVERS, HANSE_QUEUE_END},
     {HANSE_QUEUE_ARRIVAL_SCV, HANSE_QUEUE_SCV, HANSE_QUEUE_END},
     ask_ggc},
    {"breakdowns",
     "M/G/1 with preemptive-resume breakdowns",
     "hanse queue breakdowns --lambda 0.6 --mu 1 --failure-rate 0.01 --down 10",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_FAILURES, HANSE_QUEUE_DOWN,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_SCV, HANSE_QUEUE_DOWN_SCV, HANSE_QUEUE_ONLY_BUSY, HANSE_QUEUE_END},
     ask_breakdowns},
    {"mmc-breakdowns",
     "M/M/c, servers break and are repaired",
     "hanse queue mmc-breakdowns --lambda 3 --mu 1 -c 5 -f 0.1 -r 0.5 --crews 2",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_MU, HANSE_QUEUE_SERVERS, HANSE_QUEUE_FAILURES,
      HANSE_QUEUE_REPAIR_RATE, HANSE_QUEUE_END},
     {HANSE_QUEUE_REPAIRMEN, HANSE_QUEUE_END},
     hanse_queue_ask_mmc_breakdowns},
    {"repair",
     "M/M/c//N: machines and repair crews",
     "hanse queue repair -n 10 --failure-rate 0.05 --mu 1 -c 2",
     {HANSE_QUEUE_MACHINES, HANSE_QUEUE_FAILURES, HANSE_QUEUE_MU, HANSE_QUEUE_CREWS,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_UP, HANSE_QUEUE_END},
     ask_repair},
    {"unequal",
     "M/M/2 with unequal servers",
     "hanse queue unequal --lambda 0.9 --fast 1 --slow 0.5",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_FAST, HANSE_QUEUE_SLOW, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_unequal},
    {"asymmetric",
     "M/M/c with servers of any rates, fastest first",
     "hanse queue asymmetric --lambda 1.2 --rates 1,0.5,0.25",
     {HANSE_QUEUE_LAMBDA, HANSE_QUEUE_RATES, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     hanse_queue_ask_asymmetric},
    {"jackson",
     "open network of M/M/c stations",
     "hanse queue jackson --lambda 0.3,0 --service 1,0.5 --routing \"0,0.5;0.2,0\"",
     {HANSE_QUEUE_LAMBDAS, HANSE_QUEUE_SERVICES, HANSE_QUEUE_ROUTING, HANSE_QUEUE_END},
     {HANSE_QUEUE_SERVER_LIST, HANSE_QUEUE_END},
     hanse_queue_ask_jackson},
    {"closed",
     "closed network: exact mean values",
     "hanse queue closed -n 10 --visits 16,10,5 --service 0.125,0.3,0.2 -c 1,1,2 --think 3",
     {HANSE_QUEUE_CUSTOMERS, HANSE_QUEUE_VISITS, HANSE_QUEUE_SERVICES, HANSE_QUEUE_END},
     {HANSE_QUEUE_SERVER_LIST, HANSE_QUEUE_THINK, HANSE_QUEUE_END},
     hanse_queue_ask_closed},
    {"classes",
     "open network with classes of customers",
     "hanse queue classes --lambda 0.3,0.1 --service \"0.5,0.2;0.3,0.4\"",
     {HANSE_QUEUE_CLASS_LAMBDAS, HANSE_QUEUE_CLASS_SERVICES, HANSE_QUEUE_END},
     {HANSE_QUEUE_CLASS_VISITS, HANSE_QUEUE_END},
     hanse_queue_ask_classes},
    {"closed-classes",
     "closed network with classes: exact mean values",
     "hanse queue closed-classes -n 3,2 --demand \"1,2;0.5,1\" --think 4,0",
     {HANSE_QUEUE_POPULATIONS, HANSE_QUEUE_DEMANDS, HANSE_QUEUE_END},
     {HANSE_QUEUE_THINKS, HANSE_QUEUE_END},
     hanse_queue_ask_closed_classes},
    {"k-of-n",
     "k of n units up, with common cause",
     "hanse queue k-of-n -n 20 -k 18 --availability 0.95 --common 0.1",
     {HANSE_QUEUE_MACHINES, HANSE_QUEUE_AVAILABILITY, HANSE_QUEUE_END},
     {HANSE_QUEUE_UP, HANSE_QUEUE_COMMON, HANSE_QUEUE_END},
     ask_k_of_n},
    {"units",
     "units against a load: LOLE, LOLH, LOLEV, EUE",
     "hanse queue units --capacity 50,100 --count 2,1 -a 0.95,0.9 --load 120 --down 24,48",
     {HANSE_QUEUE_UNIT_CAPACITIES, HANSE_QUEUE_UNIT_AVAILABILITIES, HANSE_QUEUE_UNIT_LOAD,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_UNIT_COUNTS, HANSE_QUEUE_UNIT_DOWN, HANSE_QUEUE_CAUSE, HANSE_QUEUE_CAUSE_DOWN,
      HANSE_QUEUE_VALUE, HANSE_QUEUE_STATES, HANSE_QUEUE_CURVE, HANSE_QUEUE_END},
     hanse_queue_ask_units},
    {"elcc",
     "what one unit is worth in perfect capacity",
     "hanse queue elcc --capacity 50,100 --count 2,1 -a 0.95,0.9 --load 120",
     {HANSE_QUEUE_UNIT_CAPACITIES, HANSE_QUEUE_UNIT_AVAILABILITIES, HANSE_QUEUE_UNIT_LOAD,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_UNIT_COUNTS, HANSE_QUEUE_CAUSE, HANSE_QUEUE_BY, HANSE_QUEUE_END},
     hanse_queue_ask_elcc},
    {"spares",
     "Palm: spare stock for a fill rate",
     "hanse queue spares --in-repair 18 --chance 0.95",
     {HANSE_QUEUE_IN_REPAIR, HANSE_QUEUE_END},
     {HANSE_QUEUE_GOAL, HANSE_QUEUE_END},
     ask_spares},
    {"fleet",
     "finite fleet without spares",
     "hanse queue fleet -n 300 -k 290 --failure-rate 1.26e-5 --repair-time 168",
     {HANSE_QUEUE_MACHINES, HANSE_QUEUE_FAILURES, HANSE_QUEUE_REPAIR_TIME, HANSE_QUEUE_END},
     {HANSE_QUEUE_UP, HANSE_QUEUE_END},
     ask_fleet},
    {"stop",
     "what a supply stop leaves of a fleet",
     "hanse queue stop -n 300 --failure-rate 0.1106 --time 2 --demand 240",
     {HANSE_QUEUE_DEVICES, HANSE_QUEUE_FAILURES, HANSE_QUEUE_SPAN, HANSE_QUEUE_DEMAND,
      HANSE_QUEUE_END},
     {HANSE_QUEUE_AGE, HANSE_QUEUE_SHAPE, HANSE_QUEUE_END},
     ask_stop},
    {"newsvendor",
     "how much to buy of what may be short or over",
     "hanse queue newsvendor --short 9 --over 1",
     {HANSE_QUEUE_SHORT, HANSE_QUEUE_OVER, HANSE_QUEUE_END},
     {HANSE_QUEUE_END},
     ask_newsvendor},
};
