/*
 * An order: waiting jobs sorted by a key, ties by submission, with a way to pass over those
 * that can't start.
 *
 * A backfilling policy walks its queue in a fixed order and starts what fits. Most of a long
 * queue does not fit, so the walk asks for the next job that may: narrower than what is free,
 * and either short enough or narrow enough (struct hanse_limits). Jobs lie in blocks of up to
 * 64, in order. Each block knows, for each class of width (1, 2-3, 4-7, ...), the shortest
 * estimate among its jobs up to that class, and passes a walk by when even that is too long.
 * The bounds may be too low after a job has left; a walk that searched a block in vain sets
 * them right. So the walk visits the same jobs in the same order as one that looks at each.
 *
 * Lives in an arena, without pointers.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_ORDER_H
#define HANSE_SIM_PROCESS_SCHEDULE_ORDER_H

#include "sim/process/schedule/resource.h"

struct hanse__ordered {
    double key;
    uint64_t order; /* among equal keys */
    double estimate_s;
    uint32_t width;
    uint32_t id;
};

/* A place in an order; valid until it changes, but for _take, which says what follows. */
struct hanse__place {
    uint32_t block, at;
};

hanse_ref hanse__order_create(struct hanse_arena *arena);
enum hanse_status hanse__order_put(struct hanse_arena *arena, hanse_ref order,
                                   const struct hanse__ordered *job);
/* The place of the job with this key and order; it must be there. */
struct hanse__place hanse__order_find(const struct hanse_arena *arena, hanse_ref order,
                                      double key, uint64_t submitted);
/* Takes out what is at a place; the place is then that of the job behind it. */
void hanse__order_take(struct hanse_arena *arena, hanse_ref order, struct hanse__place *place);

/* The job at `place` or the first behind it; NULL past the last. Moves `place` to it. Valid
 * until the order changes. */
const struct hanse__ordered *hanse__order_at(const struct hanse_arena *arena, hanse_ref order,
                                             struct hanse__place *place);
/* The same, but the first that `limits` do not rule out when it starts at now_s. */
const struct hanse__ordered *hanse__order_next(const struct hanse_arena *arena, hanse_ref order,
                                               const struct hanse_limits *limits, double now_s,
                                               struct hanse__place *place);

/* Empties it. */
void hanse__order_clear(struct hanse_arena *arena, hanse_ref order);
uint64_t hanse__order_size(const struct hanse_arena *arena, hanse_ref order);

#endif
