#include "sim/process/schedule/booking.h"

#include <math.h>

#include "sim/base/assert.h"

/* --- heaps -------------------------------------------------------------------------------- */

static bool goes_before(const struct hanse_resource *view, uint32_t a, uint32_t b)
{
    const struct hanse__hold *x = hanse__hold_at(view, a), *y = hanse__hold_at(view, b);
    double when_x = x->phase == HANSE__BOOKED ? x->start_s : x->end_s;
    double when_y = y->phase == HANSE__BOOKED ? y->start_s : y->end_s;
    return when_x < when_y || (when_x == when_y && a < b);
}

static void put(const struct hanse_resource *view, const struct hanse__heap *heap, uint32_t at,
                uint32_t number)
{
    ((uint32_t *)hanse_arena_at(view->arena, heap->items))[at] = number;
    hanse__hold_at(view, number)->at = at;
}

static void sift(const struct hanse_resource *view, const struct hanse__heap *heap, uint32_t at,
                 uint32_t number)
{
    while (at > 0 && goes_before(view, number, hanse__in_heap(view, heap, (at - 1) / 2))) {
        put(view, heap, at, hanse__in_heap(view, heap, (at - 1) / 2));
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < heap->n && goes_before(view, hanse__in_heap(view, heap, child + 1),
                                               hanse__in_heap(view, heap, child))) {
            child++;
        }
        if (child >= heap->n || !goes_before(view, hanse__in_heap(view, heap, child), number)) {
            break;
        }
        put(view, heap, at, hanse__in_heap(view, heap, child));
        at = child;
    }
    put(view, heap, at, number);
}

/* There is room: _reserve saw to it. */
static void push(const struct hanse_resource *view, struct hanse__heap *heap, uint32_t number)
{
    heap->n++;
    sift(view, heap, heap->n - 1, number);
}

static void drop(const struct hanse_resource *view, struct hanse__heap *heap, uint32_t number)
{
    uint32_t at = hanse__hold_at(view, number)->at;
    uint32_t last = hanse__in_heap(view, heap, --heap->n);
    if (last != number) {
        sift(view, heap, at, last);
    }
}

/* --- holds -------------------------------------------------------------------------------- */

static enum hanse_status grow_heap(struct hanse_resource *view, bool booked, uint32_t capacity)
{
    struct hanse__heap heap =
        booked ? hanse__bookings_of(view)->booked : hanse__bookings_of(view)->running;
    hanse_ref items = hanse_arena_resize(
        view->arena, heap.items, heap.capacity * sizeof(uint32_t), capacity * sizeof(uint32_t));
    if (items == 0) {
        return HANSE_ERR_MEMORY;
    }
    heap.items = items;
    heap.capacity = capacity;
    *(booked ? &hanse__bookings_of(view)->booked : &hanse__bookings_of(view)->running) = heap;
    return HANSE_OK;
}

enum hanse_status hanse__booking_reserve(struct hanse_resource *view)
{
    struct hanse__bookings *t = hanse__bookings_of(view);
    if (t->spare != HANSE__NO_HOLD) {
        return HANSE_OK;
    }
    uint32_t n = t->n_holds, grown = n == 0 ? 64 : 2 * n;
    HANSE_TRY(grow_heap(view, true, grown));
    HANSE_TRY(grow_heap(view, false, grown));
    hanse_ref holds =
        hanse_arena_resize(view->arena, hanse__bookings_of(view)->holds,
                           n * sizeof(struct hanse__hold), grown * sizeof(struct hanse__hold));
    if (holds == 0) {
        return HANSE_ERR_MEMORY;
    }
    t = hanse__bookings_of(view);
    t->holds = holds;
    t->n_holds = grown;
    for (uint32_t i = grown; i-- > n;) {
        hanse__hold_at(view, i)->peer = t->spare;
        t->spare = i;
    }
    return HANSE_OK;
}

static void add_booked(const struct hanse_resource *view, uint32_t node, int sign)
{
    struct hanse__park *park = hanse__park_of(view);
    ((uint32_t *)hanse_arena_at(view->arena, park->booked))[node] += (uint32_t)sign;
    park->n_booked += (uint32_t)sign;
    hanse__park_changed(view->arena, hanse__bookings_of(view)->park, node);
}

static void link_to_node(const struct hanse_resource *view, uint32_t number)
{
    struct hanse__hold *hold = hanse__hold_at(view, number);
    uint32_t *first = hanse__first_at(view, hold->claim.node);
    hold->prev = HANSE__NO_HOLD;
    hold->next = *first;
    if (*first != HANSE__NO_HOLD) {
        hanse__hold_at(view, *first)->prev = number;
    }
    *first = number;
}

static void leave_node(const struct hanse_resource *view, uint32_t number)
{
    const struct hanse__hold *hold = hanse__hold_at(view, number);
    *(hold->prev == HANSE__NO_HOLD ? hanse__first_at(view, hold->claim.node)
                                   : &hanse__hold_at(view, hold->prev)->next) = hold->next;
    if (hold->next != HANSE__NO_HOLD) {
        hanse__hold_at(view, hold->next)->prev = hold->prev;
    }
}

static void claim(struct hanse_resource *view, const struct hanse__hold *hold, int sign)
{
    hanse__park_claim(view->arena, hanse__bookings_of(view)->park, hold->claim,
                      hanse__need_at(view, hold->need), sign);
}

static void begin(struct hanse_resource *view, uint32_t number)
{
    struct hanse__hold *hold = hanse__hold_at(view, number);
    drop(view, &hanse__bookings_of(view)->booked, number);
    add_booked(view, hold->claim.node, -1);
    hold->phase = HANSE__RUNNING;
    claim(view, hold, +1);
    push(view, &hanse__bookings_of(view)->running, number);
}

/* Its room is free from here on, but its slot stays the caller's. */
static void finish(struct hanse_resource *view, uint32_t number)
{
    struct hanse__hold *hold = hanse__hold_at(view, number);
    if (hold->phase == HANSE__RUNNING) {
        drop(view, &hanse__bookings_of(view)->running, number);
        claim(view, hold, -1);
    } else {
        drop(view, &hanse__bookings_of(view)->booked, number);
        add_booked(view, hold->claim.node, -1);
    }
    leave_node(view, number);
    hold->phase = HANSE__OVER;
}

void hanse__booking_close(struct hanse_resource *view, uint32_t node, double opens_s)
{
    struct hanse__bookings *t = hanse__bookings_of(view);
    uint8_t *closed =
        (uint8_t *)hanse_arena_at(view->arena, hanse__park_of(view)->closed) + node;
    uint8_t now = opens_s > t->now_s;
    t->n_closed += (uint32_t)(now - *closed);
    *closed = now;
    *hanse__opens_at(view, node) = opens_s;
    hanse__park_changed(view->arena, t->park, node);
}

static void reopen(struct hanse_resource *view)
{
    const struct hanse__bookings *t = hanse__bookings_of(view);
    for (uint32_t n = 0; t->n_closed > 0 && n < hanse__park_of(view)->n_nodes; n++) {
        double opens_s = *hanse__opens_at(view, n);
        if (opens_s > -HUGE_VAL && opens_s <= t->now_s) {
            hanse__booking_close(view, n, -HUGE_VAL);
        }
    }
}

void hanse__booking_advance(struct hanse_resource *view, double now_s)
{
    struct hanse__bookings *t = hanse__bookings_of(view);
    t->now_s = now_s;
    reopen(view);
    for (;;) {
        double end_s = t->running.n
                           ? hanse__hold_at(view, hanse__in_heap(view, &t->running, 0))->end_s
                           : HUGE_VAL;
        double start_s =
            t->booked.n ? hanse__hold_at(view, hanse__in_heap(view, &t->booked, 0))->start_s
                        : HUGE_VAL;
        if (end_s <= start_s && end_s <= now_s) {
            finish(view, hanse__in_heap(view, &t->running, 0));
        } else if (start_s <= now_s) {
            begin(view, hanse__in_heap(view, &t->booked, 0));
        } else {
            return;
        }
    }
}

/* --- what is free over a time ------------------------------------------------------------- */

static void add_use(const struct hanse_resource *view, const struct hanse__hold *hold,
                    struct hanse_room *use)
{
    const struct hanse_need *need = hanse__need_at(view, hold->need);
    use->cpu_milli += need->cpu_milli;
    use->memory_mib += need->memory_mib;
    for (uint32_t g = 0; g < HANSE_NODE_GPUS_MOST; g++) {
        use->gpu_milli[g] += (hold->claim.gpus >> g & 1U) ? (uint16_t)need->gpu_milli : 0;
    }
}

/* What the node's holds take at an instant. */
struct hanse_room hanse__booking_use(const struct hanse_resource *view, uint32_t node,
                                     double when_s)
{
    struct hanse_room use = {0};
    for (uint32_t h = *hanse__first_at(view, node); h != HANSE__NO_HOLD;
         h = hanse__hold_at(view, h)->next) {
        const struct hanse__hold *hold = hanse__hold_at(view, h);
        if (hold->start_s <= when_s && when_s < hold->end_s) {
            add_use(view, hold, &use);
        }
    }
    return use;
}

static void keep_most(struct hanse_room *most, const struct hanse_room *use)
{
    most->cpu_milli = use->cpu_milli > most->cpu_milli ? use->cpu_milli : most->cpu_milli;
    most->memory_mib = use->memory_mib > most->memory_mib ? use->memory_mib : most->memory_mib;
    for (uint32_t g = 0; g < HANSE_NODE_GPUS_MOST; g++) {
        most->gpu_milli[g] =
            use->gpu_milli[g] > most->gpu_milli[g] ? use->gpu_milli[g] : most->gpu_milli[g];
    }
}

uint32_t hanse__booking_holds(const struct hanse_resource *view, uint32_t node, uint32_t need,
                              double from_s, double to_s, struct hanse_room *room)
{
    const struct hanse_node *n = hanse__node_at(view, node);
    if (from_s < *hanse__opens_at(view, node)) {
        return 0;
    }
    struct hanse_room most = hanse__booking_use(view, node, from_s);
    uint32_t h = hanse__node_booked(view, node) ? *hanse__first_at(view, node) : HANSE__NO_HOLD;
    for (; h != HANSE__NO_HOLD; h = hanse__hold_at(view, h)->next) {
        double start_s = hanse__hold_at(view, h)->start_s;
        if (start_s > from_s && start_s < to_s) {
            struct hanse_room use = hanse__booking_use(view, node, start_s);
            keep_most(&most, &use);
        }
    }
    *room = (struct hanse_room){.cpu_milli = n->cpu_milli - most.cpu_milli,
                                .memory_mib = n->memory_mib - most.memory_mib};
    for (uint32_t g = 0; g < n->gpus; g++) {
        room->gpu_milli[g] = (uint16_t)(HANSE_GPU_MILLI - most.gpu_milli[g]);
    }
    return hanse__park_holds(n, room, hanse__need_at(view, need));
}

/* --- slots -------------------------------------------------------------------------------- */

uint32_t hanse__booking_add(struct hanse_resource *view, struct hanse__claim what,
                            uint32_t need, double start_s, double end_s, uint32_t peer)
{
    struct hanse__bookings *t = hanse__bookings_of(view);
    uint32_t number = t->spare;
    struct hanse__hold *hold = hanse__hold_at(view, number);
    t->spare = hold->peer;
    *hold = (struct hanse__hold){.start_s = start_s,
                                 .end_s = end_s,
                                 .claim = what,
                                 .need = need,
                                 .peer = peer,
                                 .phase = start_s > t->now_s ? HANSE__BOOKED : HANSE__RUNNING};
    link_to_node(view, number);
    if (hold->phase == HANSE__BOOKED) {
        add_booked(view, what.node, +1);
        push(view, &t->booked, number);
    } else {
        claim(view, hold, +1);
        push(view, &t->running, number);
    }
    return number;
}

void hanse__booking_release(struct hanse_resource *view, uint32_t slot)
{
    while (slot != HANSE__NO_HOLD) {
        struct hanse__hold *hold = hanse__hold_at(view, slot);
        uint32_t peer = hold->peer;
        if (hold->phase != HANSE__OVER) {
            finish(view, slot);
        }
        hold->phase = HANSE__FREE;
        hold->peer = hanse__bookings_of(view)->spare;
        hanse__bookings_of(view)->spare = slot;
        slot = peer;
    }
}
