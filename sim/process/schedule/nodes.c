/*
 * Typed nodes in time: the resource view over a park and its bookings.
 *
 * Where no reservation is, what is free now can only grow, so a job that fits now keeps its
 * room: the park alone decides. A node with reservations is looked at over the whole time the
 * job would run there: per resource, the most that is taken at any instant of it counts.
 */
#include "sim/process/schedule/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/booking.h"

static uint64_t holds_over(const struct hanse_resource *view, const struct hanse_job *job,
                           double from_s)
{
    uint64_t tasks = 0;
    struct hanse_room room;
    for (uint32_t n = 0; n < hanse__park_of(view)->n_nodes && tasks < job->width; n++) {
        tasks +=
            hanse__booking_holds(view, n, job->need, from_s, from_s + job->estimate_s, &room);
    }
    return tasks;
}

/* --- choosing ----------------------------------------------------------------------------- */

struct choice {
    struct hanse__claim claim;
    double score;
};

/* The node joins the choice if it holds a task over all of [start_s, end_s) and scores higher,
 * or as high and stands before. */
static void consider(const struct hanse_resource *view, uint32_t node, uint32_t need,
                     double start_s, double end_s, struct choice *best)
{
    struct hanse_room room;
    uint32_t gpus = 0;
    if (hanse__booking_holds(view, node, need, start_s, end_s, &room) == 0) {
        return;
    }
    double score = hanse__park_score(view->arena, hanse__bookings_of(view)->park, node, &room,
                                     hanse__need_at(view, need), &gpus);
    if (best->claim.node == HANSE__NO_NODE || score > best->score ||
        (score == best->score && node < best->claim.node)) {
        *best = (struct choice){{node, gpus}, score};
    }
}

/* For a start at this instant the park knows all nodes but those with reservations; for later
 * each is asked. The random placement draws for this instant alone; a reservation it puts on
 * the first node that fits. */
static enum hanse_status choose(struct hanse_resource *view, const struct hanse_job *job,
                                double start_s, struct hanse__claim *claim)
{
    const struct hanse__bookings *t = hanse__bookings_of(view);
    struct choice best = {{HANSE__NO_NODE, 0}, 0.0};
    bool now = start_s <= t->now_s;
    if (now) {
        HANSE_TRY(
            hanse__park_choose(view->arena, t->park, job->need, &best.claim, &best.score));
    }
    const struct hanse__park *park = hanse__park_of(view);
    bool drawn = park->placement == HANSE_PLACE_RANDOM && best.claim.node != HANSE__NO_NODE;
    for (uint32_t n = 0; n < park->n_nodes && !drawn && (!now || park->n_booked > 0); n++) {
        if (!now || hanse__node_booked(view, n) > 0) {
            consider(view, n, job->need, start_s, start_s + job->estimate_s, &best);
        }
    }
    *claim = best.claim;
    return HANSE_OK;
}

/* --- the view ----------------------------------------------------------------------------- */

static enum hanse_status advance(struct hanse_resource *view, double now_s)
{
    hanse__booking_advance(view, now_s);
    return HANSE_OK;
}

static bool fits_now(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct hanse__bookings *t = hanse__bookings_of(view);
    if (job->width == 1 && hanse__park_fits(view->arena, t->park, job->need)) {
        return true;
    }
    if (job->width == 1 && hanse__park_of(view)->n_booked == 0) {
        return false;
    }
    return holds_over(view, job, t->now_s) >= job->width;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The instants at which a job could begin to fit: now, and wherever a hold ends. */
static double *instants(const struct hanse_resource *view, uint32_t *n)
{
    const struct hanse__bookings *t = hanse__bookings_of(view);
    double *times = hanse__alloc(
        view->arena->ctx, (size_t)t->running.n + t->booked.n + t->n_closed + 1, sizeof *times);
    if (times == NULL) {
        return NULL;
    }
    *n = 0;
    times[(*n)++] = t->now_s;
    for (uint32_t i = 0; i < t->running.n; i++) {
        times[(*n)++] = hanse__hold_at(view, hanse__in_heap(view, &t->running, i))->end_s;
    }
    for (uint32_t i = 0; i < t->booked.n; i++) {
        times[(*n)++] = hanse__hold_at(view, hanse__in_heap(view, &t->booked, i))->end_s;
    }
    for (uint32_t i = 0; t->n_closed > 0 && i < hanse__park_of(view)->n_nodes; i++) {
        double opens_s = *hanse__opens_at(view, i);
        if (opens_s > t->now_s) {
            times[(*n)++] = opens_s;
        }
    }
    qsort(times, *n, sizeof *times, by_time);
    return times;
}

/* Without reservations room only grows, so halving finds the instant. */
static double earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    uint32_t n, low = 0;
    double *times = instants(view, &n);
    if (times == NULL) {
        return HUGE_VAL;
    }
    if (hanse__bookings_of(view)->booked.n == 0) {
        uint32_t high = n;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (holds_over(view, job, times[middle]) >= job->width) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
    } else {
        while (low < n && holds_over(view, job, times[low]) < job->width) {
            low++;
        }
    }
    double found = low < n ? times[low] : HUGE_VAL;
    hanse__free(times);
    return found;
}

static enum hanse_status take(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot)
{
    enum hanse_status status = HANSE_OK;
    *slot = HANSE__NO_HOLD;
    if (start_s == HUGE_VAL) {
        return HANSE_OK; /* the machine as it is can't hold it: nothing to hold */
    }
    for (uint32_t i = 0; i < job->width && status == HANSE_OK; i++) {
        struct hanse__claim best = {HANSE__NO_NODE, 0};
        status = hanse__booking_reserve(view);
        status = status == HANSE_OK ? choose(view, job, start_s, &best) : status;
        if (status == HANSE_OK) {
            HANSE_ASSERT(best.node != HANSE__NO_NODE);
            *slot = hanse__booking_add(view, best, job->need, start_s,
                                       start_s + job->estimate_s, *slot);
        }
    }
    if (status != HANSE_OK) {
        hanse__booking_release(view, *slot);
    }
    return status;
}

static enum hanse_status release(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s)
{
    (void)job, (void)start_s, (void)at_s; /* it is now or the hold is over by itself */
    hanse__booking_release(view, slot);
    return HANSE_OK;
}

static const uint64_t *machines(const struct hanse_resource *view, uint32_t slot,
                                uint32_t *n_words)
{
    uint64_t *words = hanse_arena_at(view->arena, hanse__bookings_of(view)->words);
    *n_words = (hanse__park_of(view)->n_nodes + 63) / 64;
    memset(words, 0, *n_words * sizeof *words);
    for (; slot != HANSE__NO_HOLD; slot = hanse__hold_at(view, slot)->peer) {
        uint32_t node = hanse__hold_at(view, slot)->claim.node;
        words[node / 64] |= UINT64_C(1) << (node % 64);
    }
    return words;
}

static enum hanse_status close_nodes(struct hanse_resource *view, uint32_t first, uint32_t n,
                                     double until_s)
{
    for (uint32_t i = first; i < first + n && i < hanse__park_of(view)->n_nodes; i++) {
        hanse__booking_close(view, i, until_s);
    }
    return HANSE_OK;
}

/* What the park says is free is the nodes less what runs there; nothing is taken twice, now or
 * when a reservation begins. */
static void check(const struct hanse_resource *view)
{
    const struct hanse__park *park = hanse__park_of(view);
    double now_s = hanse__bookings_of(view)->now_s;
    for (uint32_t n = 0; n < park->n_nodes; n++) {
        const struct hanse_node *node = hanse__node_at(view, n);
        const struct hanse_room room = hanse_nodes_room(view, n);
        struct hanse_room use = hanse__booking_use(view, n, now_s);
        HANSE_ASSERT(room.cpu_milli == node->cpu_milli - use.cpu_milli);
        HANSE_ASSERT(room.memory_mib == node->memory_mib - use.memory_mib);
        for (uint32_t g = 0; g < node->gpus; g++) {
            HANSE_ASSERT(room.gpu_milli[g] + use.gpu_milli[g] == HANSE_GPU_MILLI);
        }
        for (uint32_t h = *hanse__first_at(view, n); h != HANSE__NO_HOLD;
             h = hanse__hold_at(view, h)->next) {
            use = hanse__booking_use(view, n, hanse__hold_at(view, h)->start_s);
            HANSE_ASSERT(hanse__hold_at(view, h)->start_s <= now_s ||
                         use.cpu_milli <= node->cpu_milli);
            for (uint32_t g = 0; g < node->gpus; g++) {
                HANSE_ASSERT(hanse__hold_at(view, h)->start_s <= now_s ||
                             use.gpu_milli[g] <= HANSE_GPU_MILLI);
            }
        }
    }
}

static const struct hanse_resource_kind kind = {
    .name = "nodes",
    .doc = "Nodes with processors, memory and GPUs of a type, shared or whole.",
    .advance = advance,
    .fits_now = fits_now,
    .earliest = earliest,
    .take = take,
    .release = release,
    .machines = machines,
    .close = close_nodes,
    .check = check,
};

enum hanse_status hanse_resource_init_nodes(struct hanse_resource *view,
                                            struct hanse_arena *arena,
                                            const struct hanse_nodes *nodes)
{
    struct hanse__bookings t = {.spare = HANSE__NO_HOLD, .now_s = -HUGE_VAL};
    *view = (struct hanse_resource){.kind = &kind, .arena = arena};
    HANSE_TRY(hanse__park_create(arena, nodes, &t.park));
    t.firsts = hanse_arena_take(arena, nodes->n_nodes * sizeof(uint32_t));
    t.opens = hanse_arena_take(arena, nodes->n_nodes * sizeof(double));
    t.words = hanse_arena_take(arena, (nodes->n_nodes + 63) / 64 * sizeof(uint64_t));
    view->state = hanse_arena_take(arena, sizeof t);
    if (t.firsts == 0 || t.opens == 0 || t.words == 0 || view->state == 0) {
        return HANSE_ERR_MEMORY;
    }
    *hanse__bookings_of(view) = t;
    uint64_t gpus = hanse__park_of(view)->gpu_milli / HANSE_GPU_MILLI;
    view->units = nodes->n_nodes;
    view->processors = gpus > 0 ? (uint32_t)gpus : nodes->n_nodes;
    for (uint32_t n = 0; n < nodes->n_nodes; n++) {
        *hanse__first_at(view, n) = HANSE__NO_HOLD;
        *hanse__opens_at(view, n) = -HUGE_VAL;
    }
    return HANSE_OK;
}

/* --- asked from outside ------------------------------------------------------------------- */

struct hanse_room hanse_nodes_room(const struct hanse_resource *view, uint32_t node)
{
    return ((const struct hanse_room *)hanse_arena_at(view->arena,
                                                      hanse__park_of(view)->rooms))[node];
}

double hanse_nodes_fragment(const struct hanse_resource *view, uint32_t node)
{
    return ((const double *)hanse_arena_at(view->arena, hanse__park_of(view)->fragments))[node];
}

struct hanse_nodes_totals hanse_nodes_totals(const struct hanse_resource *view)
{
    const struct hanse__park *park = hanse__park_of(view);
    return (struct hanse_nodes_totals){park->gpu_milli, park->gpu_milli_used, park->fragmented};
}

uint32_t hanse_nodes_of_slot(const struct hanse_resource *view, uint32_t slot, uint32_t *nodes,
                             uint32_t *gpus, uint32_t room)
{
    uint32_t n = 0;
    for (; slot != HANSE__NO_HOLD; slot = hanse__hold_at(view, slot)->peer, n++) {
        const struct hanse__claim claim = hanse__hold_at(view, slot)->claim;
        if (n < room) {
            nodes[n] = claim.node;
            if (gpus != NULL) {
                gpus[n] = claim.gpus;
            }
        }
    }
    return n;
}

void hanse_nodes_close(struct hanse_resource *view, uint32_t node, bool closed)
{
    hanse__booking_close(view, node, closed ? HUGE_VAL : -HUGE_VAL);
}
