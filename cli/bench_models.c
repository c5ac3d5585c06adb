/*
 * Models written as C handlers on the calendar: M/M/1, an open Jackson network, PHOLD.
 *
 * A speed means nothing when the simulation is wrong, so the two that have exact answers are
 * held against them first: mean number in system L and mean time in system W, each within its
 * own 99.99 % interval from 16 batch means. Both start in their stationary law. The seed is
 * fixed; with another, a right program would fail about once in 3,000 figures. The Jackson
 * network runs at utilisation 0.5, where a batch outlasts the network's memory several times.
 */
#include "cli/bench.h"

#include <math.h>
#include <stdio.h>

#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/process/replication.h"

enum { ARRIVAL, DEPARTURE };

enum { BATCHES = 16 };
enum { LOOK_AHEAD = 4 }; /* events ahead whose state is fetched */

/* Student's t, 15 degrees of freedom, two-sided 99.99 %. */
static const double T_QUANTILE = 5.239088;

/* --- what is observed ------------------------------------------------------------------- */

struct watch {
    double now;
    double area; /* of the number in system over time, since the batch began */
    double began;
    uint64_t in_system;
    uint64_t done;
    uint32_t n_batches;
    double number[BATCHES];  /* L of each batch */
    double sojourn[BATCHES]; /* W, by Little's law within the batch */
};

static inline void watch_until(struct watch *w, double time)
{
    w->area += (double)w->in_system * (time - w->now);
    w->now = time;
}

static void watch_batch(struct watch *w)
{
    w->number[w->n_batches] = w->area / (w->now - w->began);
    w->sojourn[w->n_batches] = w->area / (double)w->done;
    w->n_batches++;
    w->area = 0.0;
    w->done = 0;
    w->began = w->now;
}

static bool mean_holds(struct hanse_bench *bench, const char *name, const char *what,
                       const double *x, double exact)
{
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < BATCHES; i++) {
        sum += x[i];
    }
    double mean = sum / BATCHES;
    for (int i = 0; i < BATCHES; i++) {
        squares += (x[i] - mean) * (x[i] - mean);
    }
    double half_width = T_QUANTILE * sqrt(squares / (BATCHES - 1) / BATCHES);
    if (fabs(mean - exact) <= half_width) {
        return true;
    }
    hanse_bench_wrong(bench, name, what, exact, mean, half_width);
    return false;
}

/* Geometric, P(N >= k) = rho^k: a stationary M/M/1. */
static uint32_t stationary(struct hanse_stream *stream, double rho)
{
    return (uint32_t)(hanse_stream_exponential(stream) / -log(rho));
}

/* --- M/M/1 ------------------------------------------------------------------------------- */

struct mm1 {
    const struct hanse_observer *observer; /* who is told of events: nobody */
    struct hanse_calendar calendar;
    struct hanse_stream arrivals;
    struct hanse_stream services;
    double mean_gap;
    struct watch watch;
};

static enum hanse_status after(struct hanse_calendar *calendar, double time, uint16_t kind,
                               uint32_t entity)
{
    struct hanse_event event = {.time = time, .kind = kind, .entity = entity};
    return hanse_calendar_schedule(calendar, &event, NULL);
}

static enum hanse_status mm1_serve(struct mm1 *m)
{
    return after(&m->calendar, m->watch.now + hanse_stream_exponential(&m->services), DEPARTURE,
                 0);
}

static enum hanse_status mm1_arrival(struct mm1 *m)
{
    if (m->watch.in_system++ == 0) {
        HANSE_TRY(mm1_serve(m));
    }
    return after(&m->calendar,
                 m->watch.now + m->mean_gap * hanse_stream_exponential(&m->arrivals), ARRIVAL,
                 0);
}

static enum hanse_status mm1_departure(struct mm1 *m)
{
    m->watch.done++;
    return --m->watch.in_system > 0 ? mm1_serve(m) : HANSE_OK;
}

static enum hanse_status mm1_handle(struct mm1 *m, const struct hanse_event *event)
{
    return event->kind == ARRIVAL ? mm1_arrival(m) : mm1_departure(m);
}

/* As a replication does it: the observer is told before and after each event, if there is one.
 */
static enum hanse_status mm1_handle_observed(struct mm1 *m, const struct hanse_event *event)
{
    if (m->observer == NULL) {
        return mm1_handle(m, event);
    }
    m->observer->begin(m->observer->self, event->time, "mm1", "");
    enum hanse_status status = mm1_handle(m, event);
    m->observer->end(m->observer->self);
    return status;
}

static enum hanse_status mm1_batch(struct mm1 *m, uint64_t n_customers, bool observed)
{
    struct hanse_event event;
    while (m->watch.done < n_customers && hanse_calendar_next(&m->calendar, &event)) {
        watch_until(&m->watch, event.time);
        HANSE_TRY(observed ? mm1_handle_observed(m, &event) : mm1_handle(m, &event));
    }
    watch_batch(&m->watch);
    return HANSE_OK;
}

static enum hanse_status mm1_run(struct mm1 *m, double rho, uint64_t n_customers,
                                 int repetition, bool observed)
{
    hanse_stream_init(&m->arrivals, 1, (uint32_t)repetition, 0, "arrival");
    hanse_stream_init(&m->services, 1, (uint32_t)repetition, 0, "service");
    m->mean_gap = 1.0 / rho;
    m->watch.in_system = stationary(&m->services, rho);
    HANSE_TRY(
        after(&m->calendar, m->mean_gap * hanse_stream_exponential(&m->arrivals), ARRIVAL, 0));
    if (m->watch.in_system > 0) {
        HANSE_TRY(mm1_serve(m));
    }
    for (int b = 0; b < BATCHES; b++) {
        HANSE_TRY(mm1_batch(m, n_customers / BATCHES, observed));
    }
    return HANSE_OK;
}

static enum hanse_status mm1_measure(struct hanse_bench *bench, struct mm1 *m, double rho,
                                     uint64_t n_customers, int repetition, bool observed,
                                     double *ns)
{
    struct hanse_arena arena;
    *m = (struct mm1){.observer = NULL};
    HANSE_TRY(hanse_arena_init(&arena, bench->ctx, 1 << 16));
    enum hanse_status status = hanse_calendar_init(&m->calendar, &arena, HANSE_CALENDAR_LADDER);
    double start = hanse_bench_clock();
    if (status == HANSE_OK) {
        status = mm1_run(m, rho, n_customers, repetition, observed);
    }
    *ns = (hanse_bench_clock() - start) / (double)n_customers * 1e9;
    hanse_arena_fini(&arena);
    return status;
}

enum hanse_status hanse_bench_mm1(struct hanse_bench *bench)
{
    const char *name = "M/M/1, C handlers";
    const double rho = 0.9;
    uint64_t n_customers = bench->quick ? 800000 : 4000000;
    double speed[HANSE_BENCH_MOST], times_bare[HANSE_BENCH_MOST], tracing[HANSE_BENCH_MOST];
    bool right = true;
    for (int r = 0; r < bench->repetitions; r++) {
        struct mm1 m;
        double ns, observed, bare;
        HANSE_TRY(mm1_measure(bench, &m, rho, n_customers, r, true, &observed));
        HANSE_TRY(mm1_measure(bench, &m, rho, n_customers, r, false, &ns));
        HANSE_TRY(hanse_bench_bare(bench, 2, &bare));
        speed[r] = 1e3 / ns;
        times_bare[r] = ns / (2.0 * bare); /* a customer comes and goes */
        tracing[r] = (observed - ns) / 2.0;
        right = right && mean_holds(bench, name, "L", m.watch.number, rho / (1.0 - rho)) &&
                mean_holds(bench, name, "W", m.watch.sojourn, 1.0 / (1.0 - rho));
    }
    if (right) {
        hanse_bench_row(bench, name, n_customers, "million customers/s", speed);
        hanse_bench_row(bench, "M/M/1 / bare list", n_customers, "1", times_bare);
        hanse_bench_row(bench, "cost of tracing that is off", n_customers, "ns", tracing);
    }
    return HANSE_OK;
}

/* --- open Jackson network ---------------------------------------------------------------- */

/* n nodes with service rate 1. Customers come to each node at rate RHO × LEAVE; after a
 * service one leaves with probability LEAVE, else goes to any node alike. By symmetry every
 * node then sees rate RHO, L per node is RHO / (1 - RHO), and a visit lasts 1 / (1 - RHO). */
static const double RHO = 0.5;
static const double LEAVE = 0.25;

struct jackson {
    struct hanse_calendar calendar;
    struct hanse_stream stream;
    uint32_t n;
    uint32_t *queue; /* customers at each node */
    struct watch watch;
};

static uint32_t any_of(struct hanse_stream *stream, uint32_t n)
{
    return (uint32_t)((uint64_t)hanse_stream_bits(stream) * n >> 32);
}

static enum hanse_status jackson_serve(struct jackson *j, uint32_t node)
{
    return after(&j->calendar, j->watch.now + hanse_stream_exponential(&j->stream), DEPARTURE,
                 node);
}

static enum hanse_status jackson_join(struct jackson *j, uint32_t node)
{
    return j->queue[node]++ == 0 ? jackson_serve(j, node) : HANSE_OK;
}

static enum hanse_status jackson_next_arrival(struct jackson *j)
{
    double rate = RHO * LEAVE * j->n;
    return after(&j->calendar, j->watch.now + hanse_stream_exponential(&j->stream) / rate,
                 ARRIVAL, 0);
}

static enum hanse_status jackson_arrival(struct jackson *j)
{
    j->watch.in_system++;
    HANSE_TRY(jackson_join(j, any_of(&j->stream, j->n)));
    return jackson_next_arrival(j);
}

static enum hanse_status jackson_departure(struct jackson *j, uint32_t node)
{
    j->watch.done++;
    if (--j->queue[node] > 0) {
        HANSE_TRY(jackson_serve(j, node));
    }
    if (hanse_stream_bits(&j->stream) < LEAVE * 0x1p32) {
        j->watch.in_system--;
        return HANSE_OK;
    }
    return jackson_join(j, any_of(&j->stream, j->n));
}

static enum hanse_status jackson_batch(struct jackson *j, uint64_t n_services)
{
    struct hanse_event event;
    while (j->watch.done < n_services && hanse_calendar_next(&j->calendar, &event)) {
        watch_until(&j->watch, event.time);
        HANSE_TRY(event.kind == ARRIVAL ? jackson_arrival(j)
                                        : jackson_departure(j, event.entity));
    }
    watch_batch(&j->watch);
    return HANSE_OK;
}

static enum hanse_status jackson_run(struct jackson *j, uint64_t n_services, int repetition)
{
    hanse_stream_init(&j->stream, 2, (uint32_t)repetition, 0, "jackson");
    for (uint32_t i = 0; i < j->n; i++) {
        j->queue[i] = stationary(&j->stream, RHO);
        j->watch.in_system += j->queue[i];
        if (j->queue[i] > 0) {
            HANSE_TRY(jackson_serve(j, i));
        }
    }
    HANSE_TRY(jackson_next_arrival(j));
    for (int b = 0; b < BATCHES; b++) {
        HANSE_TRY(jackson_batch(j, n_services / BATCHES));
    }
    return HANSE_OK;
}

static enum hanse_status jackson_measure(struct hanse_bench *bench, struct jackson *j,
                                         uint64_t n_services, int repetition, double *speed)
{
    struct hanse_arena arena;
    j->queue = hanse__alloc(bench->ctx, j->n, sizeof *j->queue);
    if (j->queue == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_arena_init(&arena, bench->ctx, 1 << 20);
    if (status == HANSE_OK) {
        status = hanse_calendar_init(&j->calendar, &arena, HANSE_CALENDAR_LADDER);
        double start = hanse_bench_clock();
        if (status == HANSE_OK) {
            status = jackson_run(j, n_services, repetition);
        }
        *speed = (double)n_services / (hanse_bench_clock() - start) * 1e-6;
        hanse_arena_fini(&arena);
    }
    hanse__free(j->queue);
    return status;
}

enum hanse_status hanse_bench_jackson(struct hanse_bench *bench)
{
    const char *name = "Jackson network, C handlers";
    const uint32_t n = 10000;
    uint64_t n_services = bench->quick ? 1000000 : 5000000;
    double speed[HANSE_BENCH_MOST], times_bare[HANSE_BENCH_MOST];
    bool right = true;
    for (int r = 0; r < bench->repetitions; r++) {
        struct jackson j = {.n = n};
        double bare;
        HANSE_TRY(jackson_measure(bench, &j, n_services, r, &speed[r]));
        HANSE_TRY(hanse_bench_bare(bench, (uint32_t)(n * RHO), &bare));
        /* A service is its own end and its part of a customer's arrival. */
        times_bare[r] = 1e3 / speed[r] / ((1.0 + LEAVE) * bare);
        right = right && mean_holds(bench, name, "L", j.watch.number, n * RHO / (1.0 - RHO)) &&
                mean_holds(bench, name, "W of a visit", j.watch.sojourn, 1.0 / (1.0 - RHO));
    }
    if (right) {
        hanse_bench_row(bench, name, n, "million services/s", speed);
        hanse_bench_row(bench, "Jackson network / bare list", n, "1", times_bare);
    }
    return HANSE_OK;
}

/* --- PHOLD ------------------------------------------------------------------------------- */

/* Fujimoto's synthetic load: n objects and n messages; whoever gets one sends one on, to any
 * object, after an exponential delay. */
static enum hanse_status phold_run(struct hanse_calendar *calendar, struct hanse_stream *stream,
                                   uint32_t *received, uint32_t n, uint32_t n_events,
                                   double *speed)
{
    for (uint32_t i = 0; i < n; i++) {
        HANSE_TRY(after(calendar, hanse_stream_exponential(stream), 0, i));
    }
    double start = hanse_bench_clock();
    struct hanse_event event;
    for (uint32_t i = 0; i < n_events; i++) {
        if (hanse_calendar_look(calendar, LOOK_AHEAD, &event)) {
            __builtin_prefetch(&received[event.entity], 1);
        }
        hanse_calendar_next(calendar, &event);
        received[event.entity]++;
        HANSE_TRY(after(calendar, event.time + hanse_stream_exponential(stream), 0,
                        any_of(stream, n)));
    }
    *speed = n_events / (hanse_bench_clock() - start) * 1e-6;
    return HANSE_OK;
}

enum hanse_status hanse_bench_phold(struct hanse_bench *bench)
{
    uint32_t n = bench->quick ? 100000 : 1000000;
    double speed[HANSE_BENCH_MOST], times_bare[HANSE_BENCH_MOST];
    for (int r = 0; r < bench->repetitions; r++) {
        struct hanse_stream stream;
        struct hanse_calendar calendar;
        struct hanse_arena arena;
        uint32_t *received = hanse__alloc(bench->ctx, n, sizeof *received);
        if (received == NULL) {
            return HANSE_ERR_MEMORY;
        }
        enum hanse_status status = hanse_arena_init(&arena, bench->ctx, 1 << 20);
        if (status == HANSE_OK) {
            hanse_stream_init(&stream, 3, (uint32_t)r, 0, "phold");
            status = hanse_calendar_init(&calendar, &arena, HANSE_CALENDAR_LADDER);
            if (status == HANSE_OK) {
                status = phold_run(&calendar, &stream, received, n, 2 * n, &speed[r]);
            }
            hanse_arena_fini(&arena);
        }
        hanse__free(received);
        HANSE_TRY(status);
        double bare;
        HANSE_TRY(hanse_bench_bare(bench, n, &bare));
        times_bare[r] = 1e3 / speed[r] / bare;
    }
    hanse_bench_row(bench, "PHOLD", n, "million events/s", speed);
    hanse_bench_row(bench, "PHOLD / bare list", n, "1", times_bare);
    return HANSE_OK;
}
