/*
 * The serving engine against a simulator that steps one step and one request at a time, over
 * random workloads with caches so small that requests are preempted; and against queues with
 * known answers.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/stream.h"
#include "sim/process/serving/serving.h"

enum { MOST = 4000 };

static struct hanse_context *ctx;

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

#define OK(call)                                                                               \
    do {                                                                                       \
        if ((call) != HANSE_OK) {                                                              \
            fail_msg("%s: %s", #call, hanse_context_message(ctx));                             \
        }                                                                                      \
    } while (0)

/* --- the plain simulator -------------------------------------------------------------------
 */

struct plain {
    uint32_t computed, target, written, blocks, preemptions;
    double first_s, end_s;
};

struct world {
    const struct hanse_serving_cost *cost;
    struct hanse_replica_rules rules;
    const struct hanse_request *requests;
    struct plain plain[MOST];
    uint32_t n, running[MOST], n_running, waiting[MOST], n_waiting;
    uint64_t free_blocks;
};

static uint32_t blocks_for(const struct world *w, uint32_t tokens)
{
    return (tokens + w->rules.block_tokens - 1) / w->rules.block_tokens;
}

static void preempt_youngest(struct world *w)
{
    uint32_t i = w->running[--w->n_running];
    struct plain *p = &w->plain[i];
    w->free_blocks += p->blocks;
    p->target = w->requests[i].prompt + p->written;
    p->blocks = p->computed = 0;
    p->preemptions++;
    memmove(w->waiting + 1, w->waiting, w->n_waiting++ * sizeof *w->waiting);
    w->waiting[0] = i;
}

/* Blocks for the request at place `at` of the running; false when it was preempted itself. */
static bool get_blocks(struct world *w, uint32_t at, uint32_t tokens, bool *preempted)
{
    struct plain *p = &w->plain[w->running[at]];
    while (blocks_for(w, p->computed + tokens) - p->blocks > w->free_blocks) {
        bool itself = at == w->n_running - 1;
        preempt_youngest(w);
        *preempted = true;
        if (itself) {
            return false;
        }
    }
    uint32_t more = blocks_for(w, p->computed + tokens) - p->blocks;
    w->free_blocks -= more;
    p->blocks += more;
    return true;
}

struct tally {
    uint32_t tokens, yielding;
    double context, looked_at;
};

/* Computes so many tokens of a request in this step. */
static void compute(struct world *w, uint32_t i, uint32_t tokens, struct tally *tally,
                    bool *yields)
{
    struct plain *p = &w->plain[i];
    if (p->computed >= p->target) {
        tally->context += p->computed + 1;
    } else {
        tally->looked_at += tokens * (p->computed + 0.5 * tokens);
    }
    p->computed += tokens;
    tally->tokens += tokens;
    yields[i] = p->computed >= p->target;
    tally->yielding += yields[i];
}

/* One step from now_s; returns its end. */
static double step(struct world *w, double now_s)
{
    const struct hanse_serving_cost *c = w->cost;
    static bool yields[MOST];
    struct tally tally = {0};
    uint32_t budget = c->max_tokens;
    bool preempted = false;
    memset(yields, 0, sizeof yields);
    for (uint32_t at = 0; at < w->n_running && budget > 0; at++) {
        uint32_t i = w->running[at];
        struct plain *p = &w->plain[i];
        uint32_t left = p->computed < p->target ? p->target - p->computed : 1;
        uint32_t tokens = left < budget ? left : budget;
        if (!get_blocks(w, at, tokens, &preempted)) {
            break;
        }
        compute(w, i, tokens, &tally, yields);
        budget -= tokens;
    }
    while (!preempted && w->n_waiting > 0 && budget > 0 && w->n_running < c->max_sequences) {
        uint32_t i = w->waiting[0];
        struct plain *p = &w->plain[i];
        uint32_t tokens = p->target < budget ? p->target : budget;
        if (blocks_for(w, tokens) > w->free_blocks) {
            break;
        }
        memmove(w->waiting, w->waiting + 1, --w->n_waiting * sizeof *w->waiting);
        w->running[w->n_running++] = i;
        p->blocks = blocks_for(w, tokens);
        w->free_blocks -= p->blocks;
        compute(w, i, tokens, &tally, yields);
        budget -= tokens;
    }
    double device = c->tokens_s[tally.tokens] + c->sequences_s[tally.yielding] +
                    c->context_s * tally.context + c->chunk_s * tally.looked_at;
    double end_s = now_s + fmax(c->host_s, c->device_factor * device) + c->gap_s;
    uint32_t kept = 0;
    for (uint32_t at = 0; at < w->n_running; at++) {
        uint32_t i = w->running[at];
        struct plain *p = &w->plain[i];
        if (yields[i]) {
            p->first_s = p->written == 0 ? end_s : p->first_s;
            p->written++;
        }
        if (p->written == w->requests[i].output) {
            p->end_s = end_s;
            w->free_blocks += p->blocks;
        } else {
            w->running[kept++] = i;
        }
    }
    w->n_running = kept;
    return end_s;
}

static void serve_plainly(struct world *w)
{
    double now_s = 0.0;
    uint32_t next = 0;
    w->free_blocks = w->rules.blocks;
    while (next < w->n || w->n_running > 0 || w->n_waiting > 0) {
        if (w->n_running == 0 && w->n_waiting == 0) {
            now_s = fmax(now_s, w->requests[next].arrival_s + w->cost->request_s);
        }
        while (next < w->n && w->requests[next].arrival_s + w->cost->request_s <= now_s) {
            w->plain[next].target = w->requests[next].prompt;
            w->waiting[w->n_waiting++] = next++;
        }
        now_s = step(w, now_s);
    }
}

/* --- the comparison ------------------------------------------------------------------------
 */

struct got {
    struct hanse_served served[MOST];
    uint32_t n;
};

static void keep(void *self, const struct hanse_served *served)
{
    struct got *got = self;
    got->served[served->request.number] = *served;
    got->n++;
}

/* Tables that are nothing like a device's, so that a wrong index shows. */
static void make_cost(struct hanse_serving_cost *cost, uint32_t tokens, uint32_t sequences,
                      double host_s)
{
    *cost = (struct hanse_serving_cost){.max_tokens = tokens,
                                        .max_sequences = sequences,
                                        .context_s = 1.3e-7,
                                        .chunk_s = 2.1e-9,
                                        .host_s = host_s,
                                        .device_factor = 1.1};
    cost->tokens_s = malloc((tokens + 1) * sizeof *cost->tokens_s);
    cost->sequences_s = malloc((sequences + 1) * sizeof *cost->sequences_s);
    assert_true(cost->tokens_s != NULL && cost->sequences_s != NULL);
    for (uint32_t n = 0; n <= tokens; n++) {
        cost->tokens_s[n] = 5e-3 + 1e-5 * n + 1e-4 * (n % 7);
    }
    for (uint32_t n = 0; n <= sequences; n++) {
        cost->sequences_s[n] = 2e-4 + 3e-6 * n * n;
    }
}

static void free_cost(struct hanse_serving_cost *cost)
{
    free(cost->tokens_s);
    free(cost->sequences_s);
}

static void near(double got, double want, uint64_t number)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1.0, fabs(want)))) {
        fail_msg("request %llu: got %.15g, want %.15g", (unsigned long long)number, got, want);
    }
}

/* Random sizes from few blocks (preemption) to plenty; slow and fast arrivals; host and device
 * bound, with and without gaps; here a request's time outside the engine passes before it is
 * queued, there it is added at the end. Every first and last token of every request at the same
 * time, to rounding. */
static void stretches_give_what_single_steps_give(void **state)
{
    static struct world w;
    static struct hanse_request requests[MOST];
    static struct got got;
    uint64_t preemptions = 0;
    for (uint64_t trial = 0; trial < 300; trial++) {
        struct hanse_stream s;
        hanse_stream_init(&s, 11, 0, trial, "serving test");
        struct hanse_serving_cost cost;
        uint32_t sequences = 2 + (uint32_t)(hanse_stream_uniform(&s) * 30);
        uint32_t tokens = sequences + (uint32_t)(hanse_stream_uniform(&s) * 200);
        make_cost(&cost, tokens, sequences, trial % 3 == 0 ? 8e-3 : 0.0);
        cost.gap_s = trial % 2 == 0 ? 3e-3 : 0.0;
        cost.request_s = trial % 4 < 2 ? 4e-3 : 0.0;
        memset(&w, 0, sizeof w);
        w.cost = &cost;
        w.rules.block_tokens = 1 + (uint32_t)(hanse_stream_uniform(&s) * 16);
        w.rules.blocks = 100 / w.rules.block_tokens + 2 +
                         (uint64_t)(hanse_stream_uniform(&s) * hanse_stream_uniform(&s) * 300);
        w.requests = requests;
        w.n = 150;
        double now = 0.0, pace = 0.3 * hanse_stream_uniform(&s);
        for (uint32_t i = 0; i < w.n; i++) {
            now += pace * hanse_stream_exponential(&s) * (i % 5 != 0);
            requests[i] =
                (struct hanse_request){now, i, 1 + (uint32_t)(hanse_stream_uniform(&s) * 60),
                                       1 + (uint32_t)(hanse_stream_uniform(&s) * 40)};
        }
        serve_plainly(&w);
        struct hanse_replica *replica;
        got.n = 0;
        OK(hanse_replica_create(ctx, &cost, &w.rules, keep, &got, &replica));
        for (uint32_t i = 0; i < w.n; i++) {
            hanse_replica_advance(replica, requests[i].arrival_s);
            OK(hanse_replica_arrive(replica, &requests[i]));
        }
        hanse_replica_finish(replica);
        assert_int_equal(got.n, w.n);
        for (uint32_t i = 0; i < w.n; i++) {
            near(got.served[i].first_s, w.plain[i].first_s, i);
            near(got.served[i].end_s, w.plain[i].end_s, i);
            assert_int_equal(got.served[i].preemptions, w.plain[i].preemptions);
            preemptions += w.plain[i].preemptions;
        }
        hanse_replica_destroy(replica);
        free_cost(&cost);
    }
    /* The comparison compared something. */
    assert_true(preemptions > 1000);
}

/* --- by hand ---------------------------------------------------------------------------------
 */

struct list {
    const struct hanse_request *items;
    uint32_t n, at;
};

static enum hanse_status next_of(void *self, struct hanse_context *unused,
                                 struct hanse_request *request, bool *more)
{
    struct list *list = self;
    *more = list->at < list->n;
    if (*more) {
        *request = list->items[list->at++];
    }
    return HANSE_OK;
}

/* A prompt of 100 in steps of 64: two steps, the second with 36; then nine tokens decoded at
 * contexts 101 … 109. */
static void one_request_takes_its_steps(void **state)
{
    struct hanse_serving_cost c;
    make_cost(&c, 64, 8, 0.0);
    const struct hanse_serving_rules rules = {.replica = {16, 100}, .replicas = 1};
    const struct hanse_request request = {3.0, 0, 100, 10};
    struct list list = {&request, 1, 0};
    const struct hanse_request_source source = {&list, next_of};
    struct got got = {.n = 0};
    struct hanse_serving_report report;
    OK(hanse_serve(ctx, &c, &rules, &source, keep, &got, &report));
    double first = 1.1 * (c.tokens_s[64] + c.sequences_s[0] + c.chunk_s * 64 * 32.0) +
                   1.1 * (c.tokens_s[36] + c.sequences_s[1] + c.chunk_s * 36 * (64 + 18.0));
    double rest = 0.0;
    for (int k = 1; k <= 9; k++) {
        rest += 1.1 * (c.tokens_s[1] + c.sequences_s[1] + c.context_s * (100 + k));
    }
    near(got.served[0].first_s, 3.0 + first, 0);
    near(got.served[0].end_s, 3.0 + first + rest, 0);
    near(report.ttft.mean, first, 0);
    near(report.tpot.mean, rest / 9.0, 0);
    assert_int_equal(report.steps, 11);
    free_cost(&c);
}

/* Twice as slow: every step, gap and time outside twice as long, so all latencies are. The gap
 * of 3 ms comes once a step of 11, the 7 ms of the request once. */
static void a_slower_engine_takes_as_much_longer(void **state)
{
    struct hanse_serving_cost c;
    const struct hanse_serving_rules rules = {.replica = {16, 100}, .replicas = 1};
    const struct hanse_request request = {0.0, 0, 100, 10};
    struct hanse_serving_report plain, gaps, slow;
    struct hanse_serving_report *const reports[] = {&plain, &gaps, &slow};
    make_cost(&c, 64, 8, 8e-3);
    for (int i = 0; i < 3; i++) {
        struct list list = {&request, 1, 0};
        const struct hanse_request_source source = {&list, next_of};
        c.gap_s = i == 0 ? 0.0 : 3e-3;
        c.request_s = i == 0 ? 0.0 : 7e-3;
        if (i == 2) {
            hanse_serving_cost_slow(&c, 2.0);
        }
        OK(hanse_serve(ctx, &c, &rules, &source, NULL, NULL, reports[i]));
    }
    near(gaps.end_to_end.mean, plain.end_to_end.mean + 11 * 3e-3 + 7e-3, 0);
    near(gaps.ttft.mean, plain.ttft.mean + 2 * 3e-3 + 7e-3, 0);
    near(gaps.tpot.mean, plain.tpot.mean + 3e-3, 0);
    near(slow.ttft.mean, 2.0 * gaps.ttft.mean, 0);
    near(slow.tpot.mean, 2.0 * gaps.tpot.mean, 0);
    near(slow.end_to_end.mean, 2.0 * gaps.end_to_end.mean, 0);
    near(gaps.busy_s, plain.busy_s + 11 * 3e-3, 0);
    free_cost(&c);
}

/* One sequence at a time, one step a request (output 1): a single server with the step as its
 * service time. M/D/1 at ρ = 0.7: mean wait ρ s / (2 (1 − ρ)) = 1.1667 s of service. Over
 * 400,000 requests in 400 batches a right program leaves the 99.9 % interval once in 1,000. */
static void one_sequence_is_a_single_server_queue(void **state)
{
    enum { BATCHES = 400, EACH = 1000 };
    struct hanse_serving_cost c;
    make_cost(&c, 64, 1, 0.0);
    struct hanse_replica_rules rules = {16, 100};
    struct hanse_replica *replica;
    static struct got got;
    struct hanse_stream s;
    hanse_stream_init(&s, 5, 0, 0, "serving queue");
    double service = 1.1 * (c.tokens_s[10] + c.sequences_s[1] + c.chunk_s * 50.0);
    double now = 0.0;
    struct hanse_tally means = {0};
    OK(hanse_replica_create(ctx, &c, &rules, keep, &got, &replica));
    for (int b = 0; b < BATCHES; b++) {
        double sum = 0.0;
        for (uint64_t i = 0; i < EACH; i++) {
            now += service / 0.7 * hanse_stream_exponential(&s);
            hanse_replica_advance(replica, now);
            OK(hanse_replica_arrive(replica, &(struct hanse_request){now, i, 10, 1}));
        }
        hanse_replica_finish(replica);
        for (int i = 0; i < EACH; i++) {
            sum += got.served[i].end_s - got.served[i].request.arrival_s;
        }
        hanse_tally_add(&means, sum / EACH);
        /* The next batch begins with an idle server long after: its start is biased low, which
         * a longer batch would hide; here both sides are told. */
        now += 1000.0;
    }
    struct hanse_interval x = hanse_tally_interval(&means, 0.999);
    double want = service * (1.0 + 0.7 / (2.0 * 0.3));
    /* An idle start lowers the mean over 1,000 arrivals by less than 1 %. */
    if (!(x.high >= want * 0.99 && x.low <= want)) {
        fail_msg("got %g (%g to %g), want %g", x.mean, x.low, x.high, want);
    }
    hanse_replica_destroy(replica);
    free_cost(&c);
}

/* Four alike requests at once on four replicas: by turns each replica gets one; the shortest
 * queue does the same; all take as long as one alone. */
static void routers_spread_what_comes_together(void **state)
{
    struct hanse_serving_cost c;
    make_cost(&c, 64, 8, 0.0);
    struct hanse_request requests[4];
    for (uint64_t i = 0; i < 4; i++) {
        requests[i] = (struct hanse_request){0.0, i, 20, 10};
    }
    const enum hanse_routing rules[] = {HANSE_ROUTING_ROUND_ROBIN, HANSE_ROUTING_LEAST_REQUESTS,
                                        HANSE_ROUTING_LEAST_TOKENS};
    struct hanse_serving_report report;
    double alone = 0.0;
    for (int k = 0; k < 4; k++) {
        struct list list = {requests, k == 0 ? 1 : 4, 0};
        const struct hanse_request_source source = {&list, next_of};
        const struct hanse_serving_rules r = {.replica = {16, 100},
                                              .replicas = k == 0 ? 1 : 4,
                                              .routing = rules[k == 0 ? 0 : k - 1],
                                              .active_watt = 700.0,
                                              .idle_watt = 100.0};
        OK(hanse_serve(ctx, &c, &r, &source, NULL, NULL, &report));
        if (k == 0) {
            alone = report.end_to_end.mean;
            near(report.joule, 700.0 * alone, 0);
        } else {
            near(report.end_to_end.max, alone, 0);
            near(report.busy_s, 4.0 * alone, 0);
        }
    }
    free_cost(&c);
}

/* Four requests start, 64 fill the queue to its last place, and of the four two are preempted
 * as they grow: they find room, and every request is served once. */
static void the_preempted_find_room_in_a_full_queue(void **state)
{
    enum { N = 68 };
    struct hanse_serving_cost c;
    make_cost(&c, 64, 16, 0.0);
    struct hanse_request requests[N];
    for (uint64_t i = 0; i < N; i++) {
        requests[i] = (struct hanse_request){i < 4 ? 0.0 : 1e-6, i, 20, 60};
    }
    static struct got got;
    struct list list = {requests, N, 0};
    const struct hanse_request_source source = {&list, next_of};
    const struct hanse_serving_rules rules = {.replica = {16, 8}, .replicas = 1};
    struct hanse_serving_report report;
    OK(hanse_serve(ctx, &c, &rules, &source, keep, &got, &report));
    assert_int_equal(report.requests, N);
    assert_true(report.preemptions > 0);
    for (uint64_t i = 0; i < N; i++) {
        assert_int_equal(got.served[i].request.number, i);
        assert_true(got.served[i].end_s > 0.0);
    }
    free_cost(&c);
}

static void what_cannot_be_served_is_refused(void **state)
{
    struct hanse_serving_cost c;
    make_cost(&c, 64, 8, 0.0);
    struct hanse_replica_rules rules = {16, 4};
    struct hanse_replica *replica;
    OK(hanse_replica_create(ctx, &c, &rules, keep, NULL, &replica));
    assert_int_equal(hanse_replica_arrive(replica, &(struct hanse_request){0.0, 0, 60, 6}),
                     HANSE_ERR_DOMAIN); /* 65 tokens of cache, 64 there */
    OK(hanse_replica_arrive(replica, &(struct hanse_request){0.0, 0, 60, 5}));
    assert_int_equal(hanse_replica_arrive(replica, &(struct hanse_request){0.0, 1, 0, 5}),
                     HANSE_ERR_DOMAIN);
    hanse_replica_destroy(replica);
    rules.blocks = 0;
    assert_int_equal(hanse_replica_create(ctx, &c, &rules, keep, NULL, &replica),
                     HANSE_ERR_DOMAIN);
    free_cost(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_give_what_single_steps_give),
        cmocka_unit_test(one_request_takes_its_steps),
        cmocka_unit_test(a_slower_engine_takes_as_much_longer),
        cmocka_unit_test(one_sequence_is_a_single_server_queue),
        cmocka_unit_test(routers_spread_what_comes_together),
        cmocka_unit_test(the_preempted_find_room_in_a_full_queue),
        cmocka_unit_test(what_cannot_be_served_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
