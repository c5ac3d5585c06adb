/*
 * Typed nodes: a machine of nodes with processors, memory and GPUs of a type.
 *
 * A need says what one task takes of one node: processor time, memory, and either a share of
 * one GPU or several whole, idle GPUs of that node. A job has `width` tasks of its need, all at
 * once; each lies on one node, several may lie on the same. Processors, memory, the GPU's type
 * and whole GPUs are hard constraints: where one does not hold, the task does not go.
 *
 * Among the nodes that fit, a placement chooses the one with the highest score; the first in
 * the table wins a tie. The rules and their numbers are those of the published comparison
 * (Weng, Yang, Yu, Wang, Tang, Yang, Zhang: "Beware of Fragmentation: Scheduling GPU-Sharing
 * Workloads with Fragmentation Gradient Descent", USENIX ATC 2023, and its artefact), where a
 * score is a whole number from 0 to 100, rounded down. With `exact` it is not rounded.
 * docs/scheduling.md has the equations.
 *
 * Fragmentation of a node (section 4 of the paper), over the mix M of typical needs m with
 * shares p_m, where R_g is what is free of GPU g:
 *
 *     F(n) = sum_m p_m F(n, m)
 *     F(n, m) = sum of R_g over all g               when the node can't run m, or m needs no
 * GPU = sum of R_g over the g with R_g < m  otherwise
 *
 * Gradient descent puts a task where F grows least. The mix is the most frequent needs that
 * together make up the share `popularity` of the workload.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_NODES_H
#define HANSE_SIM_PROCESS_SCHEDULE_NODES_H

#include "sim/process/schedule/resource.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_NODE_GPUS_MOST = 16, HANSE_GPU_TYPES_MOST = 64, HANSE_GPU_MILLI = 1000 };

struct hanse_node {
    int64_t cpu_milli, memory_mib; /* >= 0 */
    uint32_t gpus;                 /* <= HANSE_NODE_GPUS_MOST */
    uint32_t type;                 /* of its GPUs: a number the caller gives, < 64 */
};

struct hanse_need {
    int64_t cpu_milli, memory_mib; /* >= 0 */
    uint32_t gpus;                 /* 0: none */
    uint32_t gpu_milli;            /* of each GPU; below 1000 only with gpus = 1 */
    uint64_t types;                /* bit t: type t will do; 0: any */
};

enum hanse_placement {
    HANSE_PLACE_RANDOM,
    HANSE_PLACE_FIRST_FIT,
    HANSE_PLACE_BEST_FIT,
    HANSE_PLACE_WORST_FIT,
    HANSE_PLACE_DOT_PRODUCT,
    HANSE_PLACE_GPU_CLUSTERING,
    HANSE_PLACE_GPU_PACKING,
    HANSE_PLACE_FGD,
    HANSE_PLACEMENTS,
};

struct hanse_placement_rule {
    const char *name; /* "best-fit" */
    const char *doc;  /* the exact rule in a sentence or two */
    const char *source;
};

/* Never NULL for the placements above. */
HANSE_API const struct hanse_placement_rule *hanse_placement_rule(enum hanse_placement place);

/* The placement of that name; HANSE_ERR_INPUT with "did you mean". */
HANSE_API enum hanse_status hanse_placement_find(struct hanse_context *ctx, const char *name,
                                                 enum hanse_placement *place);

struct hanse_nodes {
    const struct hanse_node *nodes; /* in the order that breaks ties */
    uint32_t n_nodes;
    const struct hanse_need *needs; /* a job's `need` is a row of these */
    uint32_t n_needs;
    const double *counts; /* how often each need occurs in the workload; NULL: once each */
    double popularity;    /* of the mix, in (0, 1]; 0 means 0.95, the published value */
    enum hanse_placement placement;
    bool exact;
    uint64_t seed; /* of the random placement */
    uint32_t replication;
};

/* Copies what `nodes` describes into the arena. HANSE_ERR_DOMAIN names the row that is out of
 * range. */
HANSE_API enum hanse_status hanse_resource_init_nodes(struct hanse_resource *view,
                                                      struct hanse_arena *arena,
                                                      const struct hanse_nodes *nodes);

/* What is free of a node now. */
struct hanse_room {
    int64_t cpu_milli, memory_mib;
    uint16_t gpu_milli[HANSE_NODE_GPUS_MOST];
};
HANSE_API struct hanse_room hanse_nodes_room(const struct hanse_resource *view, uint32_t node);

/* F(n) of a node as it is now, in thousandths of a GPU. */
HANSE_API double hanse_nodes_fragment(const struct hanse_resource *view, uint32_t node);

struct hanse_nodes_totals {
    uint64_t gpu_milli, gpu_milli_used;
    double gpu_milli_fragmented; /* sum of F(n) */
};
HANSE_API struct hanse_nodes_totals hanse_nodes_totals(const struct hanse_resource *view);

/* Where the tasks of a slot lie: writes up to `room` nodes and, in `gpus`, bits of the GPUs
 * used there; returns the number of tasks. `gpus` may be NULL. */
HANSE_API uint32_t hanse_nodes_of_slot(const struct hanse_resource *view, uint32_t slot,
                                       uint32_t *nodes, uint32_t *gpus, uint32_t room);

/* Takes a node out of service, or back. What runs there stays on the books until it is
 * released, but nothing new comes. */
HANSE_API void hanse_nodes_close(struct hanse_resource *view, uint32_t node, bool closed);

#ifdef __cplusplus
}
#endif
#endif
