/*
 * The count machine: processors that are all alike.
 *
 * It begins in a plain form: what is free now, the ends of what runs, and room for one
 * reservation ahead. That is all that policies with a single reservation need, and several
 * times cheaper than a timetable. With a second reservation it turns to a timetable, for good.
 * The answers are the same in both.
 */
#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/ends.h"
#include "sim/process/schedule/resource.h"
#include "sim/process/schedule/timetable.h"

struct count {
    uint32_t processors;
    hanse_ref table; /* a timetable; 0 in the plain form */
    double now_s;
    /* The plain form. */
    hanse_ref ends;
    uint32_t free;        /* now */
    uint32_t ahead_width; /* of the reservation ahead; 0 none */
    double ahead_s, ahead_end_s;
    int64_t extra; /* free at ahead_s beside the reservation, when nothing more is taken */
};

static inline struct count *count_of(const struct hanse_resource *view)
{
    return hanse_arena_at(view->arena, view->state);
}

/* --- the plain form ---------------------------------------------------------------------- */

/* Free at time_s, but for the reservation ahead. */
static int64_t free_at(const struct hanse_resource *view, double time_s)
{
    const struct count *c = count_of(view);
    return (int64_t)c->free + hanse__ends_until(view->arena, c->ends, time_s);
}

/* When so many are free, but for the reservation ahead. */
static double when_free(const struct hanse_resource *view, uint32_t width)
{
    const struct count *c = count_of(view);
    return width <= c->free ? c->now_s
                            : hanse__ends_reach(view->arena, c->ends, width - c->free);
}

static bool plainly_fits(const struct count *c, const struct hanse_job *job)
{
    return job->width <= c->free && (c->ahead_width == 0 || (int64_t)job->width <= c->extra ||
                                     c->now_s + job->estimate_s <= c->ahead_s);
}

/* What is free grows with time, but for the stretch of the reservation ahead. */
static double plainly_earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct count *c = count_of(view);
    double begins_s = when_free(view, job->width);
    if (c->ahead_width == 0 || (int64_t)job->width <= c->extra ||
        begins_s + job->estimate_s <= c->ahead_s || begins_s >= c->ahead_end_s) {
        return begins_s;
    }
    /* Beside it, or behind it. */
    double beside_s = when_free(view, job->width + c->ahead_width);
    return fmin(fmax(beside_s, begins_s), c->ahead_end_s);
}

static enum hanse_status run_plainly(struct hanse_resource *view, uint32_t width, double end_s,
                                     uint32_t *slot)
{
    struct count *c = count_of(view);
    HANSE_CHECK(width <= c->free);
    c->free -= width;
    if (end_s > c->ahead_s) {
        c->extra -= width;
    }
    return hanse__ends_put(view->arena, c->ends, end_s, width, slot);
}

static enum hanse_status advance_plainly(struct hanse_resource *view)
{
    struct count *c = count_of(view);
    c->free += hanse__ends_pass(view->arena, c->ends, c->now_s);
    if (c->ahead_width == 0 || c->now_s < c->ahead_s) {
        return HANSE_OK;
    }
    /* The reservation begins: it runs. */
    uint32_t width = c->ahead_width, slot;
    c->ahead_width = 0;
    c->ahead_s = HUGE_VAL;
    return c->ahead_end_s > c->now_s ? run_plainly(view, width, c->ahead_end_s, &slot)
                                     : HANSE_OK;
}

/* From here on the order of the ends matters. So no slot is needed for the reservation when it
 * begins to run: sorted ends are found by their times. */
static enum hanse_status reserve_ahead(const struct hanse_resource *view, uint32_t width,
                                       double start_s, double end_s)
{
    HANSE_TRY(hanse__ends_sort(view->arena, count_of(view)->ends));
    struct count *c = count_of(view);
    c->ahead_width = width;
    c->ahead_s = start_s;
    c->ahead_end_s = end_s;
    c->extra = free_at(view, start_s) - width;
    HANSE_CHECK(c->extra >= 0);
    return HANSE_OK;
}

/* Writes all that is planned into a timetable. */
static enum hanse_status turn(struct hanse_resource *view)
{
    struct hanse_arena *arena = view->arena;
    hanse_ref table = hanse__timetable_create(arena, (int32_t)count_of(view)->processors);
    if (table == 0) {
        return HANSE_ERR_MEMORY;
    }
    double now_s = count_of(view)->now_s;
    hanse__timetable_advance(arena, table, now_s);
    uint32_t n = hanse__ends_size(arena, count_of(view)->ends);
    for (uint32_t i = 0; i < n; i++) {
        double end_s;
        uint32_t width;
        hanse__ends_at(arena, count_of(view)->ends, i, &end_s, &width);
        HANSE_TRY(hanse__timetable_add(arena, table, now_s, end_s, -(int32_t)width));
    }
    const struct count *c = count_of(view);
    if (c->ahead_width > 0) {
        HANSE_TRY(hanse__timetable_add(arena, table, c->ahead_s, c->ahead_end_s,
                                       -(int32_t)c->ahead_width));
    }
    count_of(view)->table = table;
    return HANSE_OK;
}

/* --- the view ---------------------------------------------------------------------------- */

static enum hanse_status advance(struct hanse_resource *view, double now_s)
{
    struct count *c = count_of(view);
    if (now_s <= c->now_s) {
        return HANSE_OK;
    }
    c->now_s = now_s;
    if (c->table == 0) {
        return advance_plainly(view);
    }
    hanse__timetable_advance(view->arena, c->table, now_s);
    return HANSE_OK;
}

static bool fits_now(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct count *c = count_of(view);
    if (c->table == 0) {
        return plainly_fits(c, job);
    }
    return job->width <= c->processors &&
           hanse__timetable_holds(view->arena, c->table, c->now_s, c->now_s + job->estimate_s,
                                  (int32_t)job->width);
}

static double earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct count *c = count_of(view);
    if (job->width > c->processors) {
        return HUGE_VAL;
    }
    if (c->table == 0) {
        return plainly_earliest(view, job);
    }
    return hanse__timetable_earliest(view->arena, c->table, c->now_s, (int32_t)job->width,
                                     job->estimate_s, HUGE_VAL);
}

/* From start_s on the job's own processors are enough, so only what lies before is asked. In
 * the plain form the reservation ahead is the job's own. */
static double sooner(const struct hanse_resource *view, const struct hanse_job *job,
                     double start_s, uint32_t slot)
{
    const struct count *c = count_of(view);
    (void)slot;
    if (c->table == 0) {
        return fmin(start_s, when_free(view, job->width));
    }
    return hanse__timetable_earliest(view->arena, c->table, c->now_s, (int32_t)job->width,
                                     job->estimate_s, start_s);
}

static enum hanse_status take(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot)
{
    struct count *c = count_of(view);
    double end_s = start_s + job->estimate_s;
    *slot = 0;
    if (c->table == 0 && start_s <= c->now_s) {
        return run_plainly(view, job->width, end_s, slot);
    }
    if (c->table == 0 && c->ahead_width == 0) {
        return reserve_ahead(view, job->width, start_s, end_s);
    }
    if (c->table == 0) {
        HANSE_TRY(turn(view));
    }
    return hanse__timetable_add(view->arena, count_of(view)->table, start_s, end_s,
                                -(int32_t)job->width);
}

static enum hanse_status release(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s)
{
    struct count *c = count_of(view);
    double end_s = start_s + job->estimate_s;
    if (at_s >= end_s) {
        return HANSE_OK;
    }
    if (c->table != 0) {
        return hanse__timetable_add(view->arena, c->table, at_s, end_s, (int32_t)job->width);
    }
    if (start_s > c->now_s) {
        c->ahead_width = 0;
        c->ahead_s = HUGE_VAL;
        return HANSE_OK;
    }
    c->free += job->width;
    if (end_s > c->ahead_s) {
        c->extra += job->width;
    }
    hanse__ends_drop(view->arena, c->ends, end_s, job->width, slot);
    return HANSE_OK;
}

static uint32_t greatest(const struct hanse_resource *view, double from_s, double to_s)
{
    const struct count *c = count_of(view);
    if (c->table == 0) {
        return c->processors;
    }
    return (uint32_t)hanse__timetable_greatest(view->arena, c->table, from_s, to_s);
}

static void limits(const struct hanse_resource *view, struct hanse_limits *limits)
{
    const struct count *c = count_of(view);
    int32_t after;
    if (c->table == 0) {
        bool free = c->ahead_width == 0 || c->extra >= (int64_t)c->free;
        *limits =
            (struct hanse_limits){c->free, c->ahead_s, free ? c->free : (uint32_t)c->extra};
        return;
    }
    limits->now = (uint32_t)hanse__timetable_now(view->arena, c->table);
    limits->until_s = HUGE_VAL;
    limits->after = limits->now;
    if (hanse__timetable_dip(view->arena, c->table, &limits->until_s, &after)) {
        limits->after = (uint32_t)after;
    }
}

static enum hanse_status close(struct hanse_resource *view, uint32_t first, uint32_t n,
                               double until_s)
{
    const struct count *c = count_of(view);
    (void)first;
    if (c->table == 0) {
        uint32_t slot;
        return run_plainly(view, n, until_s, &slot);
    }
    return hanse__timetable_add(view->arena, c->table, c->now_s, until_s, -(int32_t)n);
}

/* No more is taken than there is, at any time; in the end all is free. */
static void check_table(const struct hanse_resource *view)
{
    const struct count *c = count_of(view);
    double time_s, before_s = -HUGE_VAL;
    int32_t level, before = -1;
    uint32_t n = hanse__timetable_steps(view->arena, c->table);
    for (uint32_t i = 0; i < n; i++) {
        hanse__timetable_step(view->arena, c->table, i, &time_s, &level);
        HANSE_ASSERT(level >= 0 && level <= (int32_t)c->processors);
        HANSE_ASSERT(i == 0 || (time_s > before_s && level != before));
        before_s = time_s;
        before = level;
    }
    HANSE_ASSERT(hanse__timetable_end(view->arena, c->table) == (int32_t)c->processors);
}

static void check(const struct hanse_resource *view)
{
    const struct count *c = count_of(view);
    if (c->table != 0) {
        check_table(view);
        return;
    }
    double before_s = c->now_s;
    uint32_t sum = c->free, n = hanse__ends_size(view->arena, c->ends);
    for (uint32_t i = 0; i < n; i++) {
        double end_s;
        uint32_t width;
        hanse__ends_at(view->arena, c->ends, i, &end_s, &width);
        HANSE_ASSERT(end_s > before_s && width > 0);
        before_s = hanse__ends_sorted(view->arena, c->ends) ? end_s : c->now_s;
        sum += width;
    }
    HANSE_ASSERT(sum == c->processors);
    HANSE_ASSERT(c->ahead_width == 0 ||
                 (c->extra >= 0 && c->extra == free_at(view, c->ahead_s) - c->ahead_width));
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
    hanse_ref ends = view->state == 0 ? 0 : hanse__ends_create(arena);
    if (ends == 0) {
        return HANSE_ERR_MEMORY;
    }
    *count_of(view) = (struct count){.processors = processors,
                                     .ends = ends,
                                     .free = processors,
                                     .now_s = -HUGE_VAL,
                                     .ahead_s = HUGE_VAL};
    return HANSE_OK;
}
