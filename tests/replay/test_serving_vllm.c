/*
 * A real run of vLLM 0.19 (Llama 3.1 8B on one RTX 4090, 300 requests of 858 + 653 tokens on
 * average at ten a second, far more than it can serve) against the serving engine. The step's
 * cost comes from the published profile of that card's layers; the engine's sizes from the
 * run's configuration: 256 sequences, 2,048 tokens a step, 2,588 blocks of 16. Nothing is
 * fitted to the run. Read in place below HANSE_TEST_DATA.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "sim/process/serving/serving.h"
#include "sim/stats/curve.h"
#include "tests/close.h"
#include "tests/coverage.h"
#include "tests/layers.h"

enum { LAYERS = 32, REQUESTS = 300 };

#define RUN "vllm-rtx4090-llama31-8b/"

static struct hanse_context *ctx;

#define OK(call)                                                                               \
    do {                                                                                       \
        if ((call) != HANSE_OK) {                                                              \
            fail_msg("%s: %s", #call, hanse_context_message(ctx));                             \
        }                                                                                      \
    } while (0)

static FILE *open_gz(const char *name)
{
    char path[1024], command[1100];
    path_of(path, sizeof path, name);
    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    FILE *file = popen(command, "r");
    assert_non_null(file);
    return file;
}

static int cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static const struct hanse_transformer LLAMA_3_8B = {.name = "llama-3-8b",
                                                    .layers = 32,
                                                    .hidden = 4096,
                                                    .heads = 32,
                                                    .kv_heads = 8,
                                                    .width = 128,
                                                    .ffn = 14336,
                                                    .vocabulary = 128256,
                                                    .gated = true};

/* The card by its published layers, memory as its datasheet says times what copies reach. */
static void read_cost(struct hanse_serving_cost *cost)
{
    static const char *const TABLES[] = {RUN "profile_dense.csv.gz",
                                         RUN "profile_per_sequence.csv.gz",
                                         RUN "profile_attention.csv.gz"};
    const struct hanse_layers_settings settings = {.precision = HANSE_BF16,
                                                   .model = &LLAMA_3_8B};
    const struct hanse_parallel alone = {1, 1, 1};
    const struct hanse_engine none = {.device_factor = 1.0};
    struct hanse_profile card = {.name = "RTX 4090", .memory_byte_per_s = 0.92 * 1008e9};
    struct hanse_device_law *law;
    fill_from_tables(ctx, &settings, TABLES, sizeof TABLES / sizeof *TABLES, "LLMServingSim",
                     &card);
    OK(hanse_device_law_create(ctx, &card, HANSE_BF16, NULL, &law));
    OK(hanse_serving_cost_init(ctx, law, &LLAMA_3_8B, &alone, &none, 2048, 256, cost));
    hanse_device_law_destroy(law);
    hanse_profile_fini(&card);
}

struct measured {
    struct hanse_request request;
    double ttft, tpot, all;
};

static double real(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static int by_arrival(const void *a, const void *b)
{
    const struct measured *p = a, *q = b;
    return p->request.arrival_s < q->request.arrival_s   ? -1
           : p->request.arrival_s > q->request.arrival_s ? 1
                                                         : 0;
}

static void read_requests(struct measured *m)
{
    char line[1024];
    double first = 0.0;
    uint32_t n = 0;
    FILE *file = open_gz(RUN "requests.jsonl.gz");
    while (fgets(line, sizeof line, file) != NULL && n < REQUESTS) {
        json_t *row = json_loads(line, 0, NULL);
        assert_non_null(row);
        double queued = real(row, "queued_ts"), output = real(row, "output_toks");
        first = n == 0 ? queued : fmin(first, queued);
        m[n].request = (struct hanse_request){queued, n, (uint32_t)real(row, "input_toks"),
                                              (uint32_t)output};
        m[n].ttft = real(row, "first_token_ts") - queued;
        m[n].all = real(row, "last_token_ts") - queued;
        m[n].tpot = (m[n].all - m[n].ttft) / (output - 1.0);
        json_decref(row);
        n++;
    }
    pclose(file);
    assert_int_equal(n, REQUESTS);
    for (uint32_t i = 0; i < n; i++) {
        m[i].request.arrival_s -= first;
    }
    qsort(m, n, sizeof *m, by_arrival);
    for (uint32_t i = 0; i < n; i++) {
        m[i].request.number = i;
    }
}

static void keep(void *self, const struct hanse_served *served)
{
    struct measured *got = (struct measured *)self + served->request.number;
    got->request = served->request;
    got->ttft = served->first_s - served->request.arrival_s;
    got->all = served->end_s - served->request.arrival_s;
    got->tpot = (got->all - got->ttft) / (served->request.output - 1.0);
}

static double part(const struct measured *m, int which)
{
    return which == 0 ? m->ttft : which == 1 ? m->tpot : m->all;
}

static double quantile(const struct measured *m, int which, double p)
{
    double x[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
        x[i] = part(&m[i], which);
    }
    qsort(x, REQUESTS, sizeof *x, cmp);
    return x[(int)(p * (REQUESTS - 1))];
}

static double mean(const struct measured *m, int which)
{
    double sum = 0.0;
    for (int i = 0; i < REQUESTS; i++) {
        sum += part(&m[i], which) / REQUESTS;
    }
    return sum;
}

/* The run on a device and an engine so much slower than they are taken for. */
static void simulate(const struct measured *measured, const struct hanse_serving_cost *tables,
                     double slower, struct measured *got)
{
    struct hanse_serving_cost cost = *tables;
    const struct hanse_replica_rules rules = {16, 2588};
    struct hanse_replica *replica;
    hanse_serving_cost_slow(&cost, slower);
    OK(hanse_replica_create(ctx, &cost, &rules, keep, got, &replica));
    for (int i = 0; i < REQUESTS; i++) {
        hanse_replica_advance(replica, measured[i].request.arrival_s);
        OK(hanse_replica_arrive(replica, &measured[i].request));
    }
    hanse_replica_finish(replica);
    hanse_replica_destroy(replica);
}

static void surround(struct hanse_serving_cost *cost, const struct hanse_engine *engine)
{
    cost->host_s = engine->step_s + LAYERS * engine->layer_s;
    cost->gap_s = engine->gap_s;
    cost->request_s = engine->request_s;
    cost->device_factor = engine->device_factor;
}

/* Mean and median of each part within 10 %, the 95th percentile within 20 %: +6, +4, +6 % in
 * the means. The run caches prefixes, so a preempted request reads less again than it does
 * here. */
static void a_real_run_is_met_in_its_parts(void **state)
{
    static const char *const NAMES[] = {"ttft", "tpot", "end to end"};
    static struct measured measured[REQUESTS], got[REQUESTS];
    struct hanse_serving_cost cost;
    read_requests(measured);
    read_cost(&cost);
    simulate(measured, &cost, 1.0, got);
    double worst = 0.0, worst_tail = 0.0;
    for (int w = 0; w < 3; w++) {
        const double a[] = {mean(got, w), quantile(got, w, 0.5), quantile(got, w, 0.95)};
        const double b[] = {mean(measured, w), quantile(measured, w, 0.5),
                            quantile(measured, w, 0.95)};
        print_message("%-10s mean %8.3f s (%+.1f %%), median %8.3f s (%+.1f %%), p95 %8.3f s "
                      "(%+.1f %%)\n",
                      NAMES[w], a[0], 100.0 * (a[0] / b[0] - 1.0), a[1],
                      100.0 * (a[1] / b[1] - 1.0), a[2], 100.0 * (a[2] / b[2] - 1.0));
        worst = fmax(worst, fmax(fabs(a[0] / b[0] - 1.0), fabs(a[1] / b[1] - 1.0)));
        worst_tail = fmax(worst_tail, fabs(a[2] / b[2] - 1.0));
    }
    assert_true(worst <= 0.10);
    assert_true(worst_tail <= 0.20);
    /* One point, the mean time per token, is the row of engines.csv. */
    assert_close(shipped_engine(ctx, "vllm-0.19").device_factor,
                 mean(measured, 1) / mean(got, 1), 0.02);
    hanse_serving_cost_fini(&cost);
}

/* Means within 90 % intervals around the shipped engine (of whose parts the time per token was
 * its point) and around one that nobody named. A published profile's spread is 0.1. */
static void intervals_hold_the_run(void **state)
{
    static struct measured measured[REQUESTS], got[REQUESTS], low[REQUESTS], high[REQUESTS];
    struct hanse_serving_cost cost;
    const struct hanse_engine engines[] = {shipped_engine(ctx, "vllm-0.19"),
                                           hanse_engine_unknown()};
    read_requests(measured);
    read_cost(&cost);
    for (int e = 0; e < 2; e++) {
        double spread = exp(1.6448536 * hypot(0.1, engines[e].log_sd));
        surround(&cost, &engines[e]);
        simulate(measured, &cost, 1.0, got);
        simulate(measured, &cost, 1.0 / spread, low);
        simulate(measured, &cost, spread, high);
        for (int w = 0; w < 3; w++) {
            double real = mean(measured, w);
            print_message("%s: %.4g s (%+.1f %%), 90 %% interval %.4g – %.4g, measured %.4g\n",
                          e == 0 ? "vllm-0.19" : "not known", mean(got, w),
                          100.0 * (mean(got, w) / real - 1.0), mean(low, w), mean(high, w),
                          real);
            assert_true(mean(low, w) <= real && real <= mean(high, w));
        }
    }
    hanse_serving_cost_fini(&cost);
}

static int set_up(void **state)
{
    ctx = hanse_context_create();
    return ctx == NULL;
}

static int tear_down(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_run_is_met_in_its_parts),
        cmocka_unit_test(intervals_hold_the_run),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
