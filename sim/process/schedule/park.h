/*
 * The inside of typed nodes: what is free, what fits, and which node scores highest. No time
 * here; nodes.c adds it. Not installed.
 *
 * Scores are kept per need and node, in a tournament tree that holds the best node of each
 * need. A placement changes one node, so when a need comes again only the nodes on which
 * something happened since are scored anew: some tens of scores per task instead of one per
 * node.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_PARK_H
#define HANSE_SIM_PROCESS_SCHEDULE_PARK_H

#include "sim/process/schedule/nodes.h"

enum { HANSE__NO_NODE = UINT32_MAX };

/* The mix of typical needs, per type of GPU: those it may serve, by processors needed. */
struct hanse__typical {
    int64_t cpu_milli;
    double share;
    double beyond; /* sum of the shares from here on */
    uint16_t gpus, gpu_milli;
};

struct hanse__park {
    hanse_ref nodes, rooms; /* struct hanse_node, struct hanse_room [n_nodes] */
    hanse_ref tasks;        /* uint32_t [n_nodes][HANSE_NODE_GPUS_MOST + 1]: by GPUs used */
    hanse_ref fragments;    /* double [n_nodes] */
    hanse_ref closed;       /* uint8_t [n_nodes] */
    hanse_ref booked;       /* uint32_t [n_nodes]: reservations that have not begun */
    hanse_ref needs;        /* struct hanse_need [n_needs] */
    hanse_ref typical;      /* struct hanse__typical, type after type */
    hanse_ref caches;       /* struct cache [n_needs] */
    hanse_ref log;          /* uint32_t [n_nodes]: a ring of the nodes that changed */
    hanse_ref stream;       /* struct hanse_stream */
    uint32_t typical_first[HANSE_GPU_TYPES_MOST + 1];
    double idle[HANSE_GPU_TYPES_MOST]; /* share of the mix that no GPU of this type can serve */
    uint64_t changes;                  /* how many were ever written to the log */
    uint64_t gpu_milli, gpu_milli_used;
    double fragmented; /* sum of the fragments */
    int64_t cpu_most;  /* of the largest node */
    uint32_t gpus_most;
    uint32_t n_nodes, n_needs, n_booked;
    uint32_t leaves;    /* a power of two >= n_nodes: width of the trees */
    uint32_t cacheable; /* how many needs more may have a cache */
    uint8_t placement, exact;
};

/* What a task takes on a node: room and the GPUs, as bits. */
struct hanse__claim {
    uint32_t node, gpus;
};

/* A copy of the description in the arena; `*ref` is where the park lies. */
enum hanse_status hanse__park_create(struct hanse_arena *arena, const struct hanse_nodes *nodes,
                                     hanse_ref *ref);

static inline struct hanse__park *hanse__park_at(const struct hanse_arena *arena, hanse_ref ref)
{
    return (struct hanse__park *)hanse_arena_at(arena, ref);
}

/* How many tasks of the need this much room on this node holds. */
uint32_t hanse__park_holds(const struct hanse_node *node, const struct hanse_room *room,
                           const struct hanse_need *need);

/* The score of a node for a task that fits there, and the GPUs it would get. */
double hanse__park_score(const struct hanse_arena *arena, hanse_ref ref, uint32_t node,
                         const struct hanse_room *room, const struct hanse_need *need,
                         uint32_t *gpus);

/* The node for one task of the need in row `row` now; .node = HANSE__NO_NODE when it fits
 * nowhere. Nodes with reservations are left to the caller. Errors: memory. */
enum hanse_status hanse__park_choose(struct hanse_arena *arena, hanse_ref ref, uint32_t row,
                                     struct hanse__claim *claim, double *score);

/* Could one task start now on a node without reservations? */
bool hanse__park_fits(const struct hanse_arena *arena, hanse_ref ref, uint32_t row);

/* Takes or (sign < 0) gives back. */
void hanse__park_claim(struct hanse_arena *arena, hanse_ref ref, struct hanse__claim claim,
                       const struct hanse_need *need, int sign);
/* The node is to be scored anew. */
void hanse__park_changed(struct hanse_arena *arena, hanse_ref ref, uint32_t node);

double hanse__park_fragment(const struct hanse_arena *arena, const struct hanse__park *park,
                            const struct hanse_node *node, const struct hanse_room *room);
enum hanse_status hanse__park_mix(struct hanse_arena *arena, hanse_ref ref,
                                  const struct hanse_nodes *nodes);

static inline bool hanse__need_shares(const struct hanse_need *need)
{
    return need->gpus == 1 && need->gpu_milli < HANSE_GPU_MILLI;
}

/* Is a task's need served by this type of GPU? */
static inline bool hanse__need_accepts(const struct hanse_need *need, uint32_t type)
{
    return need->types == 0 || (need->types >> type & 1U) != 0;
}

#endif
