/*
 * The packing experiment: how full do typed nodes get before tasks no longer fit?
 *
 * Tasks of a workload arrive in random order and never leave. First the workload is filled up,
 * with tasks drawn from itself with replacement, or thinned, until its requests for GPUs come
 * to `fill` times what there is; nodes are put in random order, too, since order breaks ties. A
 * task that fits nowhere is turned away. What is asked: the share of GPUs allocated against the
 * share requested so far. It is the comparison of Weng et al. (USENIX ATC 2023, section 6);
 * published curves are means over ten replications.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_PACKING_H
#define HANSE_SIM_PROCESS_SCHEDULE_PACKING_H

#include "sim/process/schedule/nodes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_packing {
    struct hanse_nodes nodes; /* its counts may be NULL: then counted from the tasks */
    const uint32_t *tasks;    /* the need of each, n_tasks of them */
    uint32_t n_tasks;
    double fill;   /* requested GPUs / GPUs, > 0; published: 1.3 */
    bool in_order; /* keep tasks and nodes in their order */
};

/* By whole percent of the GPUs requested so far: means over the tasks at which the request
 * rounds to it; where there is none, the percent before counts. */
struct hanse_packing_point {
    double allocated_pct; /* of the GPUs */
    double
        fragmented_pct; /* of what is not allocated, that no typical task can use; sum of F */
};

enum { HANSE_PACKING_POINTS = 1001 };

struct hanse_packing_result {
    uint64_t tasks, placed; /* after filling up */
    uint32_t n_points;      /* points[p] for 0 ... floor(100 fill) percent, at most 1000 */
    struct hanse_packing_point points[HANSE_PACKING_POINTS];
};

/* One replication; its luck is a function of (seed, replication). HANSE_ERR_DOMAIN: no GPUs, a
 * fill that is not in (0, 10], no task that asks for a GPU. */
HANSE_API enum hanse_status hanse_packing_run(struct hanse_context *ctx,
                                              const struct hanse_packing *packing,
                                              uint32_t replication,
                                              struct hanse_packing_result *result);

#ifdef __cplusplus
}
#endif
#endif
