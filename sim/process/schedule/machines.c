/*
 * The machine set: machines 0 ... n - 1, told apart. What is free is a set of machines as a
 * step function of time: steps in order of time, each with the bits of its free machines.
 *
 * A job holds the lowest machines among those free over its whole window. Windows are half
 * open: a machine given back at t is free for a job that starts at t.
 */
#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/resource.h"

static const uint32_t NONE = UINT32_MAX;

struct machines {
    hanse_ref times; /* double [room]; the last step lasts for ever */
    hanse_ref sets;  /* uint64_t [room][words]: free machines */
    hanse_ref held;  /* uint64_t [slots][words]: machines of each slot; free ones linked */
    hanse_ref scratch;
    uint32_t n_steps, room, n_slots, spare;
    uint32_t n, words;
    double now_s;
};

static struct machines *machines_of(const struct hanse_resource *view)
{
    return hanse_arena_at(view->arena, view->state);
}

static double *times_of(const struct hanse_resource *view)
{
    return hanse_arena_at(view->arena, machines_of(view)->times);
}

static uint64_t *set_of(const struct hanse_resource *view, uint32_t step)
{
    const struct machines *m = machines_of(view);
    return (uint64_t *)hanse_arena_at(view->arena, m->sets) + (size_t)step * m->words;
}

static uint64_t *held_by(const struct hanse_resource *view, uint32_t slot)
{
    const struct machines *m = machines_of(view);
    return (uint64_t *)hanse_arena_at(view->arena, m->held) + (size_t)slot * m->words;
}

static uint32_t count_bits(const uint64_t *set, uint32_t words)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < words; i++) {
        n += (uint32_t)__builtin_popcountll(set[i]);
    }
    return n;
}

/* Keeps the n lowest. */
static void keep_lowest(uint64_t *set, uint32_t words, uint32_t n)
{
    for (uint32_t i = 0; i < words; i++) {
        uint32_t here = (uint32_t)__builtin_popcountll(set[i]);
        while (here > n) {
            set[i] &= ~(UINT64_C(1) << (63 - __builtin_clzll(set[i])));
            here--;
        }
        n -= here;
    }
}

/* --- steps ------------------------------------------------------------------------------- */

static enum hanse_status advance(struct hanse_resource *view, double now_s)
{
    struct machines *m = machines_of(view);
    double *times = times_of(view);
    uint32_t past = 0;
    while (past + 1 < m->n_steps && times[past + 1] <= now_s) {
        past++;
    }
    m->n_steps -= past;
    memmove(times, times + past, m->n_steps * sizeof *times);
    memmove(set_of(view, 0), set_of(view, past),
            (size_t)m->n_steps * m->words * sizeof(uint64_t));
    times[0] = now_s;
    m->now_s = now_s;
    return HANSE_OK;
}

static enum hanse_status grow_steps(struct hanse_resource *view)
{
    const struct machines *m = machines_of(view);
    uint32_t old = m->room, room = old == 0 ? 16 : 2 * old;
    size_t bytes = m->words * sizeof(uint64_t);
    hanse_ref times =
        hanse_arena_resize(view->arena, m->times, old * sizeof(double), room * sizeof(double));
    if (times == 0) {
        return HANSE_ERR_MEMORY;
    }
    machines_of(view)->times = times;
    hanse_ref sets =
        hanse_arena_resize(view->arena, machines_of(view)->sets, old * bytes, room * bytes);
    if (sets == 0) {
        return HANSE_ERR_MEMORY;
    }
    machines_of(view)->sets = sets;
    machines_of(view)->room = room;
    return HANSE_OK;
}

/* The step that starts at time_s, made if need be. */
static enum hanse_status cut(struct hanse_resource *view, double time_s, uint32_t *step)
{
    if (machines_of(view)->n_steps == machines_of(view)->room) {
        HANSE_TRY(grow_steps(view));
    }
    struct machines *m = machines_of(view);
    double *times = times_of(view);
    uint32_t at = m->n_steps;
    while (times[at - 1] > time_s) {
        at--;
    }
    *step = at;
    if (times[at - 1] == time_s) {
        *step = at - 1;
        return HANSE_OK;
    }
    size_t bytes = m->words * sizeof(uint64_t);
    memmove(times + at + 1, times + at, (m->n_steps - at) * sizeof *times);
    memmove(set_of(view, at + 1), set_of(view, at), (m->n_steps - at) * bytes);
    memcpy(set_of(view, at), set_of(view, at - 1), bytes);
    times[at] = time_s;
    m->n_steps++;
    return HANSE_OK;
}

/* Takes a step out when it equals the one before it. */
static void join(struct hanse_resource *view, uint32_t step)
{
    struct machines *m = machines_of(view);
    size_t bytes = m->words * sizeof(uint64_t);
    if (step == 0 || memcmp(set_of(view, step), set_of(view, step - 1), bytes) != 0) {
        return;
    }
    m->n_steps--;
    double *times = times_of(view);
    memmove(times + step, times + step + 1, (m->n_steps - step) * sizeof *times);
    memmove(set_of(view, step), set_of(view, step + 1), (m->n_steps - step) * bytes);
}

/* Takes the slot's machines out of [from_s, to_s), or puts them back. */
static enum hanse_status change(struct hanse_resource *view, uint32_t slot, double from_s,
                                double to_s, bool taken)
{
    uint32_t from, to;
    HANSE_TRY(cut(view, from_s, &from));
    HANSE_TRY(cut(view, to_s, &to));
    const struct machines *m = machines_of(view);
    const uint64_t *held = held_by(view, slot);
    for (uint32_t step = from; step < to; step++) {
        uint64_t *set = set_of(view, step);
        for (uint32_t i = 0; i < m->words; i++) {
            HANSE_CHECK((set[i] & held[i]) == (taken ? held[i] : 0));
            set[i] = taken ? set[i] & ~held[i] : set[i] | held[i];
        }
    }
    join(view, to);
    join(view, from);
    return HANSE_OK;
}

/* --- windows ----------------------------------------------------------------------------- */

/* The machines free over [time of step, start_s + length_s) into scratch; true when enough. */
static bool window(const struct hanse_resource *view, uint32_t step, double start_s,
                   double length_s, uint32_t width)
{
    const struct machines *m = machines_of(view);
    const double *times = times_of(view);
    uint64_t *free = hanse_arena_at(view->arena, m->scratch);
    memcpy(free, set_of(view, step), m->words * sizeof *free);
    bool enough = count_bits(free, m->words) >= width;
    for (step++; enough && step < m->n_steps && times[step] < start_s + length_s; step++) {
        const uint64_t *set = set_of(view, step);
        for (uint32_t i = 0; i < m->words; i++) {
            free[i] &= set[i];
        }
        enough = count_bits(free, m->words) >= width;
    }
    return enough;
}

static bool fits_now(const struct hanse_resource *view, const struct hanse_job *job)
{
    return window(view, 0, machines_of(view)->now_s, job->estimate_s, job->width);
}

static double earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct machines *m = machines_of(view);
    const double *times = times_of(view);
    for (uint32_t step = 0; job->width <= m->n && step < m->n_steps; step++) {
        if (window(view, step, times[step], job->estimate_s, job->width)) {
            return times[step];
        }
    }
    return HUGE_VAL;
}

/* --- slots ------------------------------------------------------------------------------- */

static enum hanse_status new_slot(struct hanse_resource *view, uint32_t *slot)
{
    struct machines *m = machines_of(view);
    if (m->spare == NONE) {
        uint32_t old = m->n_slots, grown = old == 0 ? 16 : 2 * old;
        size_t bytes = m->words * sizeof(uint64_t);
        hanse_ref held = hanse_arena_resize(view->arena, m->held, old * bytes, grown * bytes);
        if (held == 0) {
            return HANSE_ERR_MEMORY;
        }
        m = machines_of(view);
        m->held = held;
        m->n_slots = grown;
        for (uint32_t i = grown; i-- > old;) {
            held_by(view, i)[0] = m->spare;
            m->spare = i;
        }
    }
    *slot = m->spare;
    m->spare = (uint32_t)held_by(view, *slot)[0];
    return HANSE_OK;
}

static enum hanse_status take(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot)
{
    uint32_t step;
    HANSE_TRY(new_slot(view, slot));
    HANSE_TRY(cut(view, start_s, &step));
    bool enough = window(view, step, start_s, job->estimate_s, job->width);
    HANSE_ASSERT(enough);
    const struct machines *m = machines_of(view);
    uint64_t *free = hanse_arena_at(view->arena, m->scratch);
    keep_lowest(free, m->words, job->width);
    memcpy(held_by(view, *slot), free, m->words * sizeof *free);
    return change(view, *slot, start_s, start_s + job->estimate_s, true);
}

static enum hanse_status release(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s)
{
    double end_s = start_s + job->estimate_s;
    if (at_s < end_s) {
        HANSE_TRY(change(view, slot, at_s, end_s, false));
    }
    struct machines *m = machines_of(view);
    held_by(view, slot)[0] = m->spare;
    m->spare = slot;
    return HANSE_OK;
}

/* The slot is only needed to name the machines. */
static enum hanse_status close(struct hanse_resource *view, uint32_t first, uint32_t n,
                               double until_s)
{
    uint32_t slot;
    HANSE_TRY(new_slot(view, &slot));
    struct machines *m = machines_of(view);
    uint64_t *held = held_by(view, slot);
    memset(held, 0, m->words * sizeof *held);
    for (uint32_t i = first; i < first + n && i < m->n; i++) {
        held[i / 64] |= UINT64_C(1) << (i % 64);
    }
    HANSE_TRY(change(view, slot, m->now_s, until_s, true));
    m = machines_of(view);
    held_by(view, slot)[0] = m->spare;
    m->spare = slot;
    return HANSE_OK;
}

/* A job that fits now fits into what is free now; of later steps nothing is said. */
static void limits(const struct hanse_resource *view, struct hanse_limits *limits)
{
    limits->now = count_bits(set_of(view, 0), machines_of(view)->words);
    limits->until_s = HUGE_VAL;
    limits->after = limits->now;
}

static const uint64_t *held_machines(const struct hanse_resource *view, uint32_t slot,
                                     uint32_t *n_words)
{
    *n_words = machines_of(view)->words;
    return held_by(view, slot);
}

/* Machines outside the machine never appear, and in the end all are free. */
static void check(const struct hanse_resource *view)
{
    const struct machines *m = machines_of(view);
    const double *times = times_of(view);
    for (uint32_t step = 0; step < m->n_steps; step++) {
        HANSE_ASSERT(step == 0 || times[step] > times[step - 1]);
        HANSE_ASSERT(m->n % 64 == 0 || set_of(view, step)[m->words - 1] >> m->n % 64 == 0);
    }
    HANSE_ASSERT(count_bits(set_of(view, m->n_steps - 1), m->words) == m->n);
}

static const struct hanse_resource_kind kind = {
    .name = "machines",
    .doc = "Machines told apart: a job takes the lowest free ones, a reservation is a time and "
           "a set.",
    .advance = advance,
    .fits_now = fits_now,
    .earliest = earliest,
    .take = take,
    .release = release,
    .limits = limits,
    .machines = held_machines,
    .close = close,
    .check = check,
};

enum hanse_status hanse_resource_init_machines(struct hanse_resource *view,
                                               struct hanse_arena *arena, uint32_t n)
{
    if (n == 0 || n > UINT32_C(1) << 24) {
        return hanse__fail(arena->ctx, HANSE_ERR_DOMAIN,
                           "machine: machines must be 1 ... 16777216, got %u", n);
    }
    *view = (struct hanse_resource){.kind = &kind, .arena = arena, .processors = n};
    view->state = hanse_arena_take(arena, sizeof(struct machines));
    if (view->state == 0) {
        return HANSE_ERR_MEMORY;
    }
    uint32_t words = (n + 63) / 64;
    *machines_of(view) = (struct machines){
        .n = n, .words = words, .spare = NONE, .n_steps = 1, .now_s = -HUGE_VAL};
    hanse_ref scratch = hanse_arena_take(arena, words * sizeof(uint64_t));
    if (scratch == 0) {
        return HANSE_ERR_MEMORY;
    }
    machines_of(view)->scratch = scratch;
    HANSE_TRY(grow_steps(view));
    times_of(view)[0] = -HUGE_VAL;
    memset(set_of(view, 0), 0xff, words * sizeof(uint64_t));
    if (n % 64 != 0) {
        set_of(view, 0)[words - 1] = (UINT64_C(1) << n % 64) - 1;
    }
    return HANSE_OK;
}
