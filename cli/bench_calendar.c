/*
 * The event list alone, in the hold model: n events are pending; each step takes the next and
 * schedules another one later. The time of a step includes drawing the increment.
 *
 * What is compared runs in turn within each repetition, so that ratios and differences survive
 * a busy machine: the ladder, the reference heap, the *bare list*, and for what something costs
 * the plain exponential case. The bare list is the ladder's own entries, pushed and popped
 * without a calendar around them: no kinds and entities, no names to cancel by, no checks.
 *
 * Cancels: after every second (tenth) step an event drawn at random is cancelled and scheduled
 * anew, so a step is one take, 1.5 schedules, half a cancel and half a dead entry. "Moved" does
 * it by hanse_calendar_reschedule. "Fetched ahead" knows four cancels before whom they hit, as
 * models often do, and uses hanse_calendar_look and _fetch.
 */
#include "cli/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine/calendar.h"
#include "sim/engine/ladder.h"
#include "sim/engine/stream.h"

enum { LADDER, HEAP, N_KINDS };
enum { VICTIMS = 4, LOOK_AHEAD = 4 };

struct increment {
    const char *name;
    double (*draw)(struct hanse_stream *stream);
};

/* One case of the hold model. */
struct hold {
    const struct increment *increment;
    uint32_t n;
    uint32_t cancel_every; /* steps; 0 never */
    bool handles;          /* keep each event's handle, as models that cancel do */
    bool moved;            /* reschedule instead of cancel and schedule */
    bool ahead;            /* fetch what is to come */
    bool ties;             /* eight or so at one instant, of several classes */
};

static double bimodal(struct hanse_stream *stream)
{
    double u = hanse_stream_uniform(stream);
    return u < 0.9 ? u : 100.0 * u;
}

/* Pareto with shape 2, by inversion: finite mean, infinite variance. */
static double heavy(struct hanse_stream *stream)
{
    return 1.0 / sqrt(hanse_stream_uniform(stream));
}

static double tied(struct hanse_stream *stream)
{
    return (double)(1 + hanse_stream_bits(stream) % 4);
}

static const struct increment increments[] = {
    {"exponential", hanse_stream_exponential},
    {"uniform", hanse_stream_uniform},
    {"bimodal", bimodal},
    {"heavy-tailed", heavy},
    {"tied", tied},
};

enum { N_INCREMENTS = sizeof increments / sizeof *increments };

struct run {
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_stream stream;
    hanse_handle *handles;
    uint32_t until_cancel;
    uint32_t victims[VICTIMS]; /* whom the next cancels hit, when that is known ahead */
    uint32_t n_cancels;
    double now;
};

/* Up to the next of the instants that eight events share in the mean, in one of four classes.
 */
static void tie(struct hanse_event *event, uint32_t n)
{
    double grid = 8.0 / n;
    event->order = (uint8_t)(event->entity & 3);
    event->time = ceil(event->time / grid) * grid;
}

static enum hanse_status put(struct run *run, const struct hold *hold, uint32_t entity)
{
    struct hanse_event event = {.time = run->now + hold->increment->draw(&run->stream),
                                .entity = entity};
    if (hold->ties) {
        tie(&event, hold->n);
    }
    return hanse_calendar_schedule(&run->calendar, &event,
                                   run->handles != NULL ? &run->handles[entity] : NULL);
}

static uint32_t draw_victim(struct run *run, const struct hold *hold)
{
    uint32_t victim = (uint32_t)((uint64_t)hanse_stream_bits(&run->stream) * hold->n >> 32);
    if (!hold->ahead) {
        return victim;
    }
    uint32_t *newest = &run->victims[run->n_cancels % VICTIMS];
    uint32_t near = run->victims[(run->n_cancels + VICTIMS / 2) % VICTIMS];
    uint32_t now = *newest;
    *newest = victim;
    run->n_cancels++;
    __builtin_prefetch(&run->handles[victim], 1);
    hanse_calendar_fetch(&run->calendar, run->handles[near]);
    return now;
}

static enum hanse_status cancel_one(struct run *run, const struct hold *hold)
{
    uint32_t entity = draw_victim(run, hold);
    run->until_cancel = hold->cancel_every;
    if (hold->moved) {
        return hanse_calendar_reschedule(&run->calendar, run->handles[entity],
                                         run->now + hold->increment->draw(&run->stream));
    }
    hanse_calendar_cancel(&run->calendar, run->handles[entity]);
    return put(run, hold, entity);
}

static enum hanse_status steps(struct run *run, const struct hold *hold, uint32_t n_steps)
{
    for (uint32_t i = 0; i < n_steps; i++) {
        struct hanse_event event;
        if (hold->ahead && hanse_calendar_look(&run->calendar, LOOK_AHEAD, &event)) {
            __builtin_prefetch(&run->handles[event.entity], 1);
        }
        hanse_calendar_next(&run->calendar, &event);
        run->now = event.time;
        HANSE_TRY(put(run, hold, event.entity));
        if (hold->cancel_every != 0 && --run->until_cancel == 0) {
            HANSE_TRY(cancel_one(run, hold));
        }
    }
    return HANSE_OK;
}

/* Fills, warms up, measures: nanoseconds per step. */
static enum hanse_status measure_run(struct run *run, const struct hold *hold, uint32_t n_steps,
                                     double *ns)
{
    for (uint32_t i = 0; i < hold->n; i++) {
        HANSE_TRY(put(run, hold, i));
    }
    HANSE_TRY(steps(run, hold, n_steps));
    double start = hanse_bench_clock();
    HANSE_TRY(steps(run, hold, n_steps));
    *ns = (hanse_bench_clock() - start) / n_steps * 1e9;
    return HANSE_OK;
}

static uint32_t steps_for(uint32_t n)
{
    return n < 200000 ? 200000 : n;
}

static enum hanse_status measure(struct hanse_bench *bench, const struct hold *hold, int kind,
                                 double *ns)
{
    struct run run = {.until_cancel = hold->cancel_every};
    HANSE_TRY(hanse_arena_init(&run.arena, bench->ctx, 1 << 20));
    enum hanse_status status =
        hanse_calendar_init(&run.calendar, &run.arena,
                            kind == LADDER ? HANSE_CALENDAR_LADDER : HANSE_CALENDAR_HEAP);
    if (status == HANSE_OK && hold->handles) {
        run.handles = hanse__alloc(bench->ctx, hold->n, sizeof *run.handles);
        status = run.handles == NULL ? HANSE_ERR_MEMORY : HANSE_OK;
    }
    if (status == HANSE_OK) {
        hanse_stream_init(&run.stream, 1, 0, hold->n, "bench");
        status = measure_run(&run, hold, steps_for(hold->n), ns);
    }
    hanse__free(run.handles);
    hanse_arena_fini(&run.arena);
    return status;
}

/* --- the bare list ------------------------------------------------------------------------ */

static void bare_steps(struct hanse_arena *arena, struct hanse__calendar *state,
                       struct hanse_stream *stream, uint32_t n_steps)
{
    for (uint32_t i = 0; i < n_steps; i++) {
        double time;
        struct hanse__entry entry = *hanse__ladder_front(arena, state);
        hanse__ladder_drop(state);
        memcpy(&time, &entry.time, sizeof time);
        time += hanse_stream_exponential(stream);
        memcpy(&entry.time, &time, sizeof time);
        hanse__ladder_push(arena, state, entry);
    }
}

static enum hanse_status bare_fill(struct hanse_arena *arena, struct hanse_calendar *calendar,
                                   struct hanse_stream *stream, uint32_t n)
{
    HANSE_TRY(hanse_calendar_init(calendar, arena, HANSE_CALENDAR_LADDER));
    HANSE_TRY(hanse__ladder_grow(arena, calendar->state, n + 64));
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    for (uint32_t i = 0; i < n; i++) {
        double time = hanse_stream_exponential(stream);
        struct hanse__entry entry = hanse__entry_of(0, 0, 0, 0);
        memcpy(&entry.time, &time, sizeof time);
        hanse__ladder_push(arena, state, entry);
    }
    return HANSE_OK;
}

enum hanse_status hanse_bench_bare(struct hanse_bench *bench, uint32_t n, double *ns)
{
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_stream stream;
    uint32_t n_steps = steps_for(n);
    hanse_stream_init(&stream, 1, 0, n, "bench");
    HANSE_TRY(hanse_arena_init(&arena, bench->ctx, 1 << 20));
    enum hanse_status status = bare_fill(&arena, &calendar, &stream, n);
    if (status == HANSE_OK) {
        struct hanse__calendar *state = hanse__calendar_of(&calendar);
        bare_steps(&arena, state, &stream, n_steps);
        double start = hanse_bench_clock();
        bare_steps(&arena, state, &stream, n_steps);
        *ns = (hanse_bench_clock() - start) / n_steps * 1e9;
    }
    hanse_arena_fini(&arena);
    return status;
}

/* --- rows -------------------------------------------------------------------------------- */

static enum hanse_status hold_rows(struct hanse_bench *bench, const char *name,
                                   const struct hold *hold)
{
    static const char *const suffixes[] = {"", " (heap)"};
    double ns[N_KINDS][HANSE_BENCH_MOST];
    double ratio[HANSE_BENCH_MOST];
    for (int i = 0; i < bench->repetitions; i++) {
        for (int kind = 0; kind < N_KINDS; kind++) {
            HANSE_TRY(measure(bench, hold, kind, &ns[kind][i]));
        }
        ratio[i] = ns[LADDER][i] / ns[HEAP][i];
    }
    char full[80];
    for (int kind = 0; kind < N_KINDS; kind++) {
        snprintf(full, sizeof full, "hold, %s%s", name, suffixes[kind]);
        hanse_bench_row(bench, full, hold->n, "ns", ns[kind]);
    }
    snprintf(full, sizeof full, "hold, %s: ladder / heap", name);
    hanse_bench_row(bench, full, hold->n, "1", ratio);
    return HANSE_OK;
}

/* What the calendar adds to the bare list, and the list's share of a step. */
static enum hanse_status bare_rows(struct hanse_bench *bench, uint32_t n)
{
    const struct hold plain = {.increment = &increments[0], .n = n};
    double bare[HANSE_BENCH_MOST], ratio[HANSE_BENCH_MOST];
    for (int i = 0; i < bench->repetitions; i++) {
        double ns;
        HANSE_TRY(hanse_bench_bare(bench, n, &bare[i]));
        HANSE_TRY(measure(bench, &plain, LADDER, &ns));
        ratio[i] = ns / bare[i];
    }
    hanse_bench_row(bench, "hold, bare list", n, "ns", bare);
    hanse_bench_row(bench, "hold, exponential / bare list", n, "1", ratio);
    return HANSE_OK;
}

/* A case beside the plain one: how many times as long, or how much longer. */
static enum hanse_status beside_plain(struct hanse_bench *bench, const char *name,
                                      const struct hold *hold, bool difference)
{
    const struct hold plain = {.increment = &increments[0], .n = hold->n};
    double samples[HANSE_BENCH_MOST];
    for (int i = 0; i < bench->repetitions; i++) {
        double with, without;
        HANSE_TRY(measure(bench, hold, LADDER, &with));
        HANSE_TRY(measure(bench, &plain, LADDER, &without));
        samples[i] = difference ? with - without : with / without;
    }
    char full[80];
    snprintf(full, sizeof full, difference ? "cost of %s" : "hold, %s / exponential", name);
    hanse_bench_row(bench, full, hold->n, difference ? "ns" : "1", samples);
    return HANSE_OK;
}

static enum hanse_status cost_rows(struct hanse_bench *bench, uint32_t n)
{
    const struct increment *exponential = &increments[0];
    HANSE_TRY(bare_rows(bench, n));
    HANSE_TRY(beside_plain(
        bench, "ties", &(struct hold){.increment = exponential, .n = n, .ties = true}, true));
    HANSE_TRY(beside_plain(bench, "handles",
                           &(struct hold){.increment = exponential, .n = n, .handles = true},
                           true));
    return beside_plain(
        bench, "handles, fetched ahead",
        &(struct hold){.increment = exponential, .n = n, .handles = true, .ahead = true}, true);
}

static enum hanse_status cancel_rows(struct hanse_bench *bench, uint32_t n)
{
    static const struct {
        const char *name;
        uint32_t every;
        bool moved, ahead;
    } cancels[] = {
        {"handles kept", 0, false, false},
        {"10 % cancelled", 10, false, false},
        {"50 % cancelled", 2, false, false},
        {"50 % moved", 2, true, false},
        {"50 % cancelled, fetched ahead", 2, false, true},
        {"50 % moved, fetched ahead", 2, true, true},
    };
    for (size_t i = 0; i < sizeof cancels / sizeof *cancels; i++) {
        struct hold hold = {.increment = &increments[0],
                            .n = n,
                            .cancel_every = cancels[i].every,
                            .handles = true,
                            .moved = cancels[i].moved,
                            .ahead = cancels[i].ahead};
        HANSE_TRY(hold_rows(bench, cancels[i].name, &hold));
        if (cancels[i].every == 2) {
            HANSE_TRY(beside_plain(bench, cancels[i].name, &hold, false));
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_bench_calendar(struct hanse_bench *bench)
{
    uint32_t most = bench->quick ? 10000 : 1000000;
    for (uint32_t n = 100; n <= most; n *= 10) {
        if (bench->pending != 0 && bench->pending != n) {
            continue;
        }
        for (int i = 0; i < N_INCREMENTS; i++) {
            struct hold hold = {.increment = &increments[i], .n = n};
            HANSE_TRY(hold_rows(bench, increments[i].name, &hold));
        }
        HANSE_TRY(cost_rows(bench, n));
        HANSE_TRY(cancel_rows(bench, n));
    }
    return HANSE_OK;
}
