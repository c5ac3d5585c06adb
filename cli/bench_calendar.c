/*
 * The event list alone, in the hold model: n events are pending; each step takes the next and
 * schedules another one later. The time of a step includes drawing the increment.
 *
 * The ladder and the reference heap run in turn within each repetition, so that their ratio
 * survives a busy machine.
 */
#include "cli/bench.h"

#include <math.h>
#include <stdio.h>

#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"

enum { LADDER, HEAP, N_KINDS };

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
    double now;
};

static enum hanse_status put(struct run *run, const struct hold *hold, uint32_t entity)
{
    struct hanse_event event = {.time = run->now + hold->increment->draw(&run->stream),
                                .entity = entity};
    return hanse_calendar_schedule(&run->calendar, &event,
                                   run->handles != NULL ? &run->handles[entity] : NULL);
}

static enum hanse_status cancel_one(struct run *run, const struct hold *hold)
{
    uint32_t entity = (uint32_t)((uint64_t)hanse_stream_bits(&run->stream) * hold->n >> 32);
    hanse_calendar_cancel(&run->calendar, run->handles[entity]);
    run->until_cancel = hold->cancel_every;
    return put(run, hold, entity);
}

static enum hanse_status steps(struct run *run, const struct hold *hold, uint32_t n_steps)
{
    for (uint32_t i = 0; i < n_steps; i++) {
        struct hanse_event event;
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
        uint32_t n_steps = hold->n < 200000 ? 200000 : hold->n;
        status = measure_run(&run, hold, n_steps, ns);
    }
    hanse__free(run.handles);
    hanse_arena_fini(&run.arena);
    return status;
}

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

enum hanse_status hanse_bench_calendar(struct hanse_bench *bench)
{
    static const struct {
        const char *name;
        uint32_t every;
    } cancels[] = {{"handles kept", 0}, {"10 % cancelled", 10}, {"50 % cancelled", 2}};
    uint32_t most = bench->quick ? 10000 : 1000000;
    for (uint32_t n = 100; n <= most; n *= 10) {
        if (bench->pending != 0 && bench->pending != n) {
            continue;
        }
        for (int i = 0; i < N_INCREMENTS; i++) {
            struct hold hold = {.increment = &increments[i], .n = n};
            HANSE_TRY(hold_rows(bench, increments[i].name, &hold));
        }
        for (int i = 0; i < 3; i++) {
            struct hold hold = {&increments[0], n, cancels[i].every, true};
            HANSE_TRY(hold_rows(bench, cancels[i].name, &hold));
        }
    }
    return HANSE_OK;
}
