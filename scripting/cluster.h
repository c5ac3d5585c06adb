/*
 * Nodes and the tasks for them, from two tables: the format of published GPU cluster traces.
 *
 * Columns go by name, in any order and beside any others. Nodes: cpu_milli, memory_mib, gpu
 * (how many) and model (of its GPUs; empty without any). Tasks: cpu_milli, memory_mib, num_gpu,
 * gpu_milli (of each GPU, 1 ... 1000), and if there is such a column gpu_spec: the models that
 * will do, separated by '|', empty for any. Where tasks have creation_time and deletion_time
 * (s), they can be replayed in time: submitted at the first, running from scheduled_time (or
 * creation) to deletion. Plain or gzip.
 *
 * A task with num_gpu = 1 and gpu_milli < 1000 shares a GPU. Tasks that need the same share a
 * row of needs.
 */
#ifndef HANSE_SCRIPTING_CLUSTER_H
#define HANSE_SCRIPTING_CLUSTER_H

#include "sim/process/schedule/nodes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_cluster {
    struct hanse_node *nodes;
    struct hanse_need *needs;
    struct hanse_job *tasks; /* by submission where they have times; runtime 0 where not */
    char **types;            /* GPU models: a node's type is one of them */
    size_t n_nodes, n_needs, n_tasks, n_types;
    bool timed;         /* tasks have times */
    uint64_t too_short; /* tasks left out of a timed replay: they ran 0 s or less */

    size_t room_nodes, room_needs, room_tasks, room_types; /* the reader's own */
    struct hanse_context *ctx;
};

/* Reads both tables. HANSE_ERR_INPUT as "path:line: column: rule, got value". Finish it with
 * _fini in any case. */
enum hanse_status hanse_cluster_read(struct hanse_context *ctx, const char *nodes_path,
                                     const char *tasks_path, struct hanse_cluster *cluster);
void hanse_cluster_fini(struct hanse_cluster *cluster);

#ifdef __cplusplus
}
#endif
#endif
