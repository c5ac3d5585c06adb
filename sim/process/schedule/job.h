/*
 * A job as a scheduler sees it, and where jobs come from.
 *
 * A job is rigid: it needs `width` processors together, from its start until its end. The
 * scheduler plans with `estimate_s`, which the user stated; `runtime_s` is what the job truly
 * takes, and a policy never reads it. A job runs no longer than its estimate: then it is
 * killed, so runtime_s <= estimate_s. Whoever makes jobs cuts the runtime.
 *
 * A source hands out jobs in batches, in the order of their submission, so that a log of any
 * length is replayed in the memory of the jobs alive.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_JOB_H
#define HANSE_SIM_PROCESS_SCHEDULE_JOB_H

#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_job {
    double submit_s;   /* >= 0 */
    double runtime_s;  /* > 0 and <= estimate_s */
    double estimate_s; /* > 0, finite */
    int64_t number;    /* as its log names it; reported, never compared */
    uint32_t width;    /* processors, >= 1 */
    uint32_t need; /* row of the machine's table of constraints (type, memory, links); 0 none */
    int32_t user;  /* whom fair share counts it against; < 0 unknown: one user of its own */
    int32_t group; /* < 0 unknown */
    int32_t queue; /* the log's queue; < 0 unknown */
    int32_t partition; /* < 0 unknown */
};

/* A stream of jobs. submit_s never falls from one job to the next; equal times keep the order
 * of the log. */
struct hanse_job_source {
    void *state;
    /* Writes up to `room` jobs and says how many; 0 is the end. */
    enum hanse_status (*next)(void *state, struct hanse_context *ctx, struct hanse_job *jobs,
                              uint32_t room, uint32_t *count);
};

/* A source over n jobs in memory; they stay the caller's and outlive the source. `*at` counts
 * those handed out and starts at 0. */
struct hanse_job_array {
    const struct hanse_job *jobs;
    uint64_t n, at;
};
HANSE_API struct hanse_job_source hanse_job_array_source(struct hanse_job_array *array);

#ifdef __cplusplus
}
#endif
#endif
