/*
 * M/M/c whose servers break: against what it must become at its edges, against the whole Markov
 * chain cut off far out, and against a simulation on the calendar and the streams.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/stats/interval.h"
#include "sim/stats/queueing.h"
#include "sim/stats/queueing_inside.h"
#include "sim/stats/tally.h"
#include "sim/stats/timeweighted.h"
#include "tests/close.h"

static int make_context(void **state)
{
    *state = hanse_context_create();
    return *state ? 0 : -1;
}

static int drop_context(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

struct station {
    double lambda, mu;
    int64_t c;
    struct hanse_breakdowns stop;
};

static struct hanse_queue solve(void *ctx, const struct station *s)
{
    struct hanse_queue q;
    double up;
    if (hanse_queue_mmc_breakdowns(ctx, s->lambda, s->mu, s->c, &s->stop, &q, &up) !=
        HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    return q;
}

static void rare_breakdowns_leave_mmc(void **state)
{
    for (int64_t c = 1; c <= 40; c += 3) {
        const struct station s = {0.8 * (double)c, 1.0, c, {1e-12, 1.0, 1}};
        struct hanse_queue plain, q = solve(*state, &s);
        assert_int_equal(hanse_queue_mmc(*state, s.lambda, s.mu, c, &plain), HANSE_OK);
        assert_close(q.in_system, plain.in_system, 1e-9);
        assert_close(q.wait_probability, plain.wait_probability, 1e-9);
        assert_within(q.empty_probability, plain.empty_probability, 1e-11);
        const struct station never = {s.lambda, 1.0, c, {0.0, 1.0, 1}};
        assert_close(solve(*state, &never).in_system, plain.in_system, 0.0);
    }
}

/* Avi-Itzhak and Naor 1963: a server that fails idle or not. */
static void one_server_is_avi_itzhaks_and_naors(void **state)
{
    for (int i = 1; i <= 30; i++) {
        const struct station s = {0.02 * i, 1.0, 1, {0.03 * i, 2.0 + 0.1 * i, 1}};
        const struct hanse_interruption stop = {s.stop.failure_rate, 1.0 / s.stop.repair_rate,
                                                1.0, false};
        struct hanse_queue known, q = solve(*state, &s);
        assert_int_equal(hanse_queue_interrupted(*state, s.lambda, 1.0, 1.0, &stop, &known),
                         HANSE_OK);
        assert_close(q.response_time, known.response_time, 1e-11);
        assert_close(q.utilization, known.utilization, 1e-11);
    }
}

/* Breakdowns that come and go at once only slow the servers down: M/M/c of rate mu A. */
static void quick_breakdowns_are_slower_servers(void **state)
{
    const struct station s = {3.0, 1.0, 5, {0.25e7, 1e7, 5}};
    struct hanse_queue slower, q = solve(*state, &s);
    assert_int_equal(hanse_queue_mmc(*state, 3.0, 0.8, 5, &slower), HANSE_OK);
    /* Not exactly: with customers for all, a broken server's goes to a free one. */
    assert_true(q.response_time < slower.response_time);
    const struct station one = {0.5, 1.0, 1, {0.25e7, 1e7, 1}};
    assert_int_equal(hanse_queue_mmc(*state, 0.5, 0.8, 1, &slower), HANSE_OK);
    assert_close(solve(*state, &one).response_time, slower.response_time, 1e-5);
}

static double rate_from_to(const struct station *s, int64_t n, int64_t i, int64_t m, int64_t j)
{
    int64_t up = s->c - i;
    if (i == j) {
        return m == n + 1 ? s->lambda : m == n - 1 ? (double)(n < up ? n : up) * s->mu : 0.0;
    }
    if (m != n) {
        return 0.0;
    }
    int64_t mended = i < s->stop.crews ? i : s->stop.crews;
    return j == i + 1   ? (double)up * s->stop.failure_rate
           : j == i - 1 ? (double)mended * s->stop.repair_rate
                        : 0.0;
}

/* The chain cut off where less than 1e-12 is beyond, solved as one. */
static void the_whole_chain_agrees(void **state)
{
    enum { LEVELS = 150 };
    static const struct station STATIONS[] = {
        {1.0, 1.0, 2, {0.2, 0.8, 1}},
        {0.5, 1.0, 3, {0.1, 0.5, 1}},
        {0.5, 0.5, 3, {0.3, 0.9, 3}},
        {1.1, 1.0, 4, {0.5, 0.9, 2}},
    };
    for (size_t k = 0; k < sizeof STATIONS / sizeof *STATIONS; k++) {
        const struct station *s = &STATIONS[k];
        size_t m = (size_t)s->c + 1, states = m * LEVELS;
        double *q = calloc(states * states, sizeof *q), *p = calloc(states, sizeof *p);
        assert_true(q != NULL && p != NULL);
        for (size_t a = 0; a < states; a++) {
            for (size_t b = 0; b < states; b++) {
                q[a * states + b] = rate_from_to(s, (int64_t)(a / m), (int64_t)(a % m),
                                                 (int64_t)(b / m), (int64_t)(b % m));
            }
        }
        hanse__queue_solve_chain(q, states, p);
        double whole = 0.0, in_system = 0.0, busy = 0.0, waits = 0.0;
        for (size_t a = 0; a < states; a++) {
            double n = (double)(a / m), up = (double)(m - 1 - a % m);
            whole += p[a];
            in_system += n * p[a];
            busy += fmin(n, up) * p[a];
            waits += n >= up ? p[a] : 0.0;
        }
        struct hanse_queue got = solve(*state, s);
        assert_close(got.in_system, in_system / whole, 1e-8);
        assert_close(got.utilization, busy / whole / (double)s->c, 1e-9);
        assert_close(got.wait_probability, waits / whole, 1e-9);
        assert_close(got.utilization, s->lambda / s->mu / (double)s->c, 1e-11);
        free(q);
        free(p);
    }
}

/* --- simulation --------------------------------------------------------------------------- */

enum { ARRIVE, DEPART, FAIL, MEND, SERVERS = 8, WARM = 2000, CUSTOMERS = 20000, RUNS = 20 };

struct run {
    const struct station *s;
    struct hanse_calendar calendar;
    struct hanse_stream arrivals, services, failures, repairs;
    bool up[SERVERS], busy[SERVERS];
    hanse_handle departure[SERVERS];
    int64_t present, in_service, down, mending;
    struct hanse_timeweighted number;
};

static hanse_handle plan(struct run *run, int kind, double time, int64_t who)
{
    const struct hanse_event event = {
        .time = time, .kind = (uint16_t)kind, .entity = (uint32_t)who};
    hanse_handle handle;
    assert_int_equal(hanse_calendar_schedule(&run->calendar, &event, &handle), HANSE_OK);
    return handle;
}

static double wait_of(struct hanse_stream *stream, double rate)
{
    return hanse_stream_exponential(stream) / rate;
}

/* Whoever can be served is, and whoever can be mended. */
static void begin_work(struct run *run, double now)
{
    const struct station *s = run->s;
    for (int64_t i = 0; i < s->c && run->in_service < run->present; i++) {
        if (run->up[i] && !run->busy[i]) {
            run->busy[i] = true;
            run->in_service++;
            run->departure[i] = plan(run, DEPART, now + wait_of(&run->services, s->mu), i);
        }
    }
    while (run->mending < s->stop.crews && run->mending < run->down) {
        run->mending++;
        plan(run, MEND, now + wait_of(&run->repairs, s->stop.repair_rate), 0);
    }
}

static void break_down(struct run *run, int64_t i)
{
    run->up[i] = false;
    run->down++;
    if (run->busy[i]) {
        run->busy[i] = false;
        run->in_service--;
        hanse_calendar_cancel(&run->calendar, run->departure[i]);
    }
}

/* Which of those down is mended first doesn't matter: they are alike. */
static void mend(struct run *run, double now)
{
    int64_t i = 0;
    while (run->up[i]) {
        i++;
    }
    run->up[i] = true;
    run->down--;
    run->mending--;
    plan(run, FAIL, now + wait_of(&run->failures, run->s->stop.failure_rate), i);
}

static void handle(struct run *run, const struct hanse_event *event)
{
    double now = event->time;
    switch (event->kind) {
    case ARRIVE:
        run->present++;
        plan(run, ARRIVE, now + wait_of(&run->arrivals, run->s->lambda), 0);
        break;
    case DEPART:
        run->present--;
        run->in_service--;
        run->busy[event->entity] = false;
        break;
    case FAIL:
        break_down(run, (int64_t)event->entity);
        break;
    default:
        mend(run, now);
    }
    begin_work(run, now);
    hanse_timeweighted_set(&run->number, now, (double)run->present);
}

static double simulate(void *ctx, const struct station *s, uint32_t replication)
{
    struct hanse_arena arena;
    struct run run = {.s = s};
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    assert_int_equal(hanse_calendar_init(&run.calendar, &arena, HANSE_CALENDAR_LADDER),
                     HANSE_OK);
    struct hanse_stream *const streams[] = {&run.arrivals, &run.services, &run.failures,
                                            &run.repairs};
    for (uint64_t i = 0; i < 4; i++) {
        hanse_stream_init(streams[i], 11, replication, i, "breakdowns");
    }
    for (int64_t i = 0; i < s->c; i++) {
        run.up[i] = true;
        plan(&run, FAIL, wait_of(&run.failures, s->stop.failure_rate), i);
    }
    plan(&run, ARRIVE, wait_of(&run.arrivals, s->lambda), 0);
    double warm = WARM / s->lambda, end = warm + CUSTOMERS / s->lambda;
    struct hanse_event event;
    hanse_timeweighted_init(&run.number, 0.0, 0.0);
    while (hanse_calendar_next_before(&run.calendar, warm, &event)) {
        handle(&run, &event);
    }
    hanse_timeweighted_init(&run.number, warm, (double)run.present);
    while (hanse_calendar_next_before(&run.calendar, end, &event)) {
        handle(&run, &event);
    }
    double mean = hanse_timeweighted_mean(&run.number, end);
    hanse_arena_fini(&arena);
    return mean;
}

/* Six stations, 99 % intervals of 20 runs: a right program fails one station in a hundred, so
 * all but one must hold; two fail in one set of seeds of 700. */
static void simulated_stations_hold_the_closed_form(void **state)
{
    static const struct station STATIONS[] = {
        {1.0, 1.0, 2, {0.2, 0.8, 1}},  {2.0, 1.0, 4, {0.05, 0.2, 1}},
        {2.5, 1.0, 5, {0.1, 0.5, 2}},  {4.0, 1.0, 8, {0.1, 0.4, 3}},
        {0.5, 1.0, 1, {0.05, 0.5, 1}}, {3.0, 2.0, 3, {0.02, 0.1, 2}},
    };
    int missed = 0;
    for (size_t k = 0; k < sizeof STATIONS / sizeof *STATIONS; k++) {
        struct hanse_tally tally = {0};
        for (uint32_t r = 0; r < RUNS; r++) {
            hanse_tally_add(&tally, simulate(*state, &STATIONS[k], r));
        }
        double want = solve(*state, &STATIONS[k]).in_system;
        struct hanse_interval got = hanse_tally_interval(&tally, 0.99);
        double half = 0.5 * (got.high - got.low);
        missed += want < got.low || want > got.high;
        assert_true(half < 0.2 * want);
    }
    assert_true(missed <= 1);
}

static void refused(void *ctx, const struct station *s, const char *words)
{
    struct hanse_queue q;
    assert_int_equal(
        hanse_queue_mmc_breakdowns(ctx, s->lambda, s->mu, s->c, &s->stop, &q, NULL),
        HANSE_ERR_DOMAIN);
    if (!strstr(hanse_context_message(ctx), words)) {
        fail_msg("'%s' lacks '%s'", hanse_context_message(ctx), words);
    }
}

static void arguments_out_of_range_are_named(void **state)
{
    refused(*state, &(struct station){0.0, 1.0, 2, {0.1, 1.0, 1}}, "arrival rate");
    refused(*state, &(struct station){1.0, 1.0, 0, {0.1, 1.0, 1}}, "servers");
    refused(*state, &(struct station){1.0, 1.0, 129, {0.1, 1.0, 1}}, "1..128");
    refused(*state, &(struct station){1.0, 1.0, 2, {-0.1, 1.0, 1}}, "failure rate");
    refused(*state, &(struct station){1.0, 1.0, 2, {0.1, 0.0, 1}}, "repair rate");
    refused(*state, &(struct station){1.0, 1.0, 2, {0.1, 1.0, 0}}, "crews");
    refused(*state, &(struct station){1.0, 1.0, 2, {1.0, 1.0, 2}}, "capacity");
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(rare_breakdowns_leave_mmc),
        with_context(one_server_is_avi_itzhaks_and_naors),
        with_context(quick_breakdowns_are_slower_servers),
        with_context(the_whole_chain_agrees),
        with_context(simulated_stations_hold_the_closed_form),
        with_context(arguments_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
