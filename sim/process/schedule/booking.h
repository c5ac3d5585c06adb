/*
 * Bookings: who holds what of a park, from when to when. Part of typed nodes; not installed.
 *
 * Each task of a job holds room on one node over [start, end). Holds that have begun are in
 * the park's books; reservations are not, until their time comes. Two heaps say what happens
 * next: which hold is over by its estimate, which reservation begins.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_BOOKING_H
#define HANSE_SIM_PROCESS_SCHEDULE_BOOKING_H

#include "sim/process/schedule/park.h"

enum { HANSE__NO_HOLD = UINT32_MAX };
enum hanse__phase { HANSE__FREE, HANSE__BOOKED, HANSE__RUNNING, HANSE__OVER };

struct hanse__hold {
    double start_s, end_s;
    struct hanse__claim claim;
    uint32_t need;
    uint32_t peer;       /* the next task of the same job; free ones: the next free */
    uint32_t next, prev; /* on its node, unless it is over */
    uint32_t at;         /* where it stands in its heap */
    uint8_t phase;
};

struct hanse__heap { /* of holds that are booked, by start, or running, by end */
    hanse_ref items;
    uint32_t n, capacity;
};

struct hanse__bookings {
    hanse_ref park;
    hanse_ref firsts; /* uint32_t [n_nodes]: a node's holds */
    hanse_ref opens;  /* double [n_nodes]: takes nothing before; -infinity: it is in service */
    hanse_ref holds;
    hanse_ref words; /* uint64_t: scratch of `machines` */
    uint32_t n_holds, spare, n_closed;
    struct hanse__heap booked, running;
    double now_s;
};

static inline struct hanse__bookings *hanse__bookings_of(const struct hanse_resource *view)
{
    return hanse_arena_at(view->arena, view->state);
}

static inline struct hanse__park *hanse__park_of(const struct hanse_resource *view)
{
    return hanse__park_at(view->arena, hanse__bookings_of(view)->park);
}

static inline struct hanse__hold *hanse__hold_at(const struct hanse_resource *view,
                                                 uint32_t number)
{
    return (struct hanse__hold *)hanse_arena_at(view->arena, hanse__bookings_of(view)->holds) +
           number;
}

static inline uint32_t *hanse__first_at(const struct hanse_resource *view, uint32_t node)
{
    return (uint32_t *)hanse_arena_at(view->arena, hanse__bookings_of(view)->firsts) + node;
}

static inline const struct hanse_node *hanse__node_at(const struct hanse_resource *view,
                                                      uint32_t node)
{
    return (const struct hanse_node *)hanse_arena_at(view->arena, hanse__park_of(view)->nodes) +
           node;
}

static inline const struct hanse_need *hanse__need_at(const struct hanse_resource *view,
                                                      uint32_t need)
{
    return (const struct hanse_need *)hanse_arena_at(view->arena, hanse__park_of(view)->needs) +
           need;
}

static inline double *hanse__opens_at(const struct hanse_resource *view, uint32_t node)
{
    return (double *)hanse_arena_at(view->arena, hanse__bookings_of(view)->opens) + node;
}

static inline uint32_t hanse__node_booked(const struct hanse_resource *view, uint32_t node)
{
    return ((const uint32_t *)hanse_arena_at(view->arena, hanse__park_of(view)->booked))[node];
}

static inline uint32_t hanse__in_heap(const struct hanse_resource *view,
                                      const struct hanse__heap *heap, uint32_t at)
{
    return ((const uint32_t *)hanse_arena_at(view->arena, heap->items))[at];
}

/* Sees to it that the next _add finds room. */
enum hanse_status hanse__booking_reserve(struct hanse_resource *view);

/* One more task that holds `what` over [start_s, end_s), before `peer` of the same job. */
uint32_t hanse__booking_add(struct hanse_resource *view, struct hanse__claim what,
                            uint32_t need, double start_s, double end_s, uint32_t peer);

/* Gives back all tasks of a slot; the slot is void afterwards. */
void hanse__booking_release(struct hanse_resource *view, uint32_t slot);

/* The node takes nothing before opens_s; -infinity: it is back in service. */
void hanse__booking_close(struct hanse_resource *view, uint32_t node, double opens_s);

/* At one instant what ends goes before what begins. */
void hanse__booking_advance(struct hanse_resource *view, double now_s);

/* What the node's holds take at an instant. */
struct hanse_room hanse__booking_use(const struct hanse_resource *view, uint32_t node,
                                     double when_s);

/* How many tasks of a need the node holds over all of [from_s, to_s), and what is free of it
 * over that time. */
uint32_t hanse__booking_holds(const struct hanse_resource *view, uint32_t node, uint32_t need,
                              double from_s, double to_s, struct hanse_room *room);

#endif
