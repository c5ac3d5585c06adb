/*
 * The count machine: processors that are all alike. What is free is a step function of time.
 */
#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/resource.h"
#include "sim/process/schedule/timetable.h"

struct count {
    hanse_ref free; /* a timetable */
    uint32_t processors;
    double now_s;
};

static struct count *count_of(const struct hanse_resource *view)
{
    return hanse_arena_at(view->arena, view->state);
}

static enum hanse_status advance(struct hanse_resource *view, double now_s)
{
    struct count *c = count_of(view);
    if (now_s > c->now_s) {
        c->now_s = now_s;
        hanse__timetable_advance(view->arena, c->free, now_s);
    }
    return HANSE_OK;
}

static bool fits_now(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct count *c = count_of(view);
    return job->width <= c->processors &&
           hanse__timetable_holds(view->arena, c->free, c->now_s, c->now_s + job->estimate_s,
                                  (int32_t)job->width);
}

static double earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct count *c = count_of(view);
    if (job->width > c->processors) {
        return HUGE_VAL;
    }
    return hanse__timetable_earliest(view->arena, c->free, c->now_s, (int32_t)job->width,
                                     job->estimate_s, HUGE_VAL);
}

/* From start_s on the job's own processors are enough, so only what lies before is asked. */
static double sooner(const struct hanse_resource *view, const struct hanse_job *job,
                     double start_s, uint32_t slot)
{
    const struct count *c = count_of(view);
    (void)slot;
    return hanse__timetable_earliest(view->arena, c->free, c->now_s, (int32_t)job->width,
                                     job->estimate_s, start_s);
}

static enum hanse_status take(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot)
{
    *slot = 0;
    return hanse__timetable_add(view->arena, count_of(view)->free, start_s,
                                start_s + job->estimate_s, -(int32_t)job->width);
}

static enum hanse_status release(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s)
{
    double end_s = start_s + job->estimate_s;
    (void)slot;
    if (at_s >= end_s) {
        return HANSE_OK;
    }
    return hanse__timetable_add(view->arena, count_of(view)->free, at_s, end_s,
                                (int32_t)job->width);
}

static uint32_t greatest(const struct hanse_resource *view, double from_s, double to_s)
{
    return (uint32_t)hanse__timetable_greatest(view->arena, count_of(view)->free, from_s, to_s);
}

static void limits(const struct hanse_resource *view, struct hanse_limits *limits)
{
    int32_t after;
    hanse_ref table = count_of(view)->free;
    limits->now = (uint32_t)hanse__timetable_now(view->arena, table);
    limits->until_s = HUGE_VAL;
    limits->after = limits->now;
    if (hanse__timetable_dip(view->arena, table, &limits->until_s, &after)) {
        limits->after = (uint32_t)after;
    }
}

static enum hanse_status close(struct hanse_resource *view, uint32_t first, uint32_t n,
                               double until_s)
{
    const struct count *c = count_of(view);
    (void)first;
    return hanse__timetable_add(view->arena, c->free, c->now_s, until_s, -(int32_t)n);
}

/* No more is taken than there is, at any time; in the end all is free. */
static void check(const struct hanse_resource *view)
{
    const struct count *c = count_of(view);
    double time_s, before_s = -HUGE_VAL;
    int32_t level, before = -1;
    uint32_t n = hanse__timetable_steps(view->arena, c->free);
    for (uint32_t i = 0; i < n; i++) {
        hanse__timetable_step(view->arena, c->free, i, &time_s, &level);
        HANSE_ASSERT(level >= 0 && level <= (int32_t)c->processors);
        HANSE_ASSERT(i == 0 || (time_s > before_s && level != before));
        before_s = time_s;
        before = level;
    }
    HANSE_ASSERT(hanse__timetable_end(view->arena, c->free) == (int32_t)c->processors);
}

static const struct hanse_resource_kind kind = {
    .name = "count",
    .doc = "Processors that are all alike: only their number matters.",
    .advance = advance,
    .fits_now = fits_now,
    .earliest = earliest,
    .sooner = sooner,
    .take = take,
    .release = release,
    .greatest = greatest,
    .limits = limits,
    .close = close,
    .check = check,
};

enum hanse_status hanse_resource_init_count(struct hanse_resource *view,
                                            struct hanse_arena *arena, uint32_t processors)
{
    if (processors == 0 || processors > INT32_MAX) {
        return hanse__fail(arena->ctx, HANSE_ERR_DOMAIN,
                           "machine: processors must be 1 ... 2147483647, got %u", processors);
    }
    *view = (struct hanse_resource){.kind = &kind, .arena = arena, .processors = processors};
    view->state = hanse_arena_take(arena, sizeof(struct count));
    if (view->state == 0) {
        return HANSE_ERR_MEMORY;
    }
    hanse_ref table = hanse__timetable_create(arena, (int32_t)processors);
    if (table == 0) {
        return HANSE_ERR_MEMORY;
    }
    *count_of(view) =
        (struct count){.free = table, .processors = processors, .now_s = -HUGE_VAL};
    return HANSE_OK;
}
