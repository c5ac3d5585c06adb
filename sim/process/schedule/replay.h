/*
 * Replay: a log of jobs through one scheduler, exactly.
 *
 * Jobs stream in from a source, finished jobs stream out to a sink, in the order in which they
 * end; memory holds the jobs alive and no others. Time is in seconds from the log's origin.
 *
 * Events at one instant (docs/scheduling.md): all submissions in the order of the log, then all
 * ends in the order of their starts. On a count machine one scheduling pass follows each event,
 * as in pyss; on machine sets one pass follows all of an instant, as in Batsim. Failures come
 * after the ends: what is done at that instant is done.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_REPLAY_H
#define HANSE_SIM_PROCESS_SCHEDULE_REPLAY_H

#include "sim/process/schedule/interruption.h"
#include "sim/process/schedule/metrics.h"
#include "sim/process/schedule/scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_finished {
    struct hanse_job job;
    uint64_t order; /* of submission: 0, 1, ... */
    double start_s, end_s;
    const uint64_t *machines; /* bits, where the machine has numbers; else NULL */
    uint32_t n_words;
};

/* Where finished jobs go; each function may be NULL. */
struct hanse_finished_sink {
    void *state;
    enum hanse_status (*begin)(void *state, struct hanse_context *ctx);
    enum hanse_status (*job)(void *state, struct hanse_context *ctx,
                             const struct hanse_finished *job);
    enum hanse_status (*end)(void *state, struct hanse_context *ctx);
};

enum hanse_passes {
    HANSE_PASS_BY_VIEW, /* what the view's publication does: see above */
    HANSE_PASS_EACH,    /* after each event */
    HANSE_PASS_INSTANT, /* once, after all events of an instant */
};

struct hanse_replay {
    const struct hanse_policy *policy;
    const double *params; /* as hanse_policy_standards lays them out; NULL: the standards */
    void *user;           /* for policies made outside the library */
    uint32_t processors;
    bool machine_sets; /* count otherwise */
    /* Makes another view (typed nodes) in the arena; NULL: one of the two above. */
    enum hanse_status (*make_view)(void *state, struct hanse_arena *arena,
                                   struct hanse_resource *view);
    void *view_state;
    enum hanse_passes passes;
    /* Nodes fail and jobs go again (interruption.h); NULL: never. A finished job's start is
     * then its first one, and the metrics' wait is all the time it was not on the machine. */
    const struct hanse_interruptions *interruptions;
    struct hanse_interruption_report *report; /* filled in at the end; may be NULL */
    /* Asked now and then with the number of jobs ended and the time; true stops the replay
     * with HANSE_ERR_INTERRUPTED. May be NULL. */
    bool (*progress)(void *state, uint64_t ended, double now_s);
    void *progress_state;
};

/* Runs to the last end. `sink` and `metrics` may be NULL; metrics must be initialised. Threads
 * may run replays side by side, each with its own context. */
HANSE_API enum hanse_status hanse_replay_run(struct hanse_context *ctx,
                                             const struct hanse_replay *replay,
                                             struct hanse_job_source *source,
                                             const struct hanse_finished_sink *sink,
                                             struct hanse_metrics *metrics);

#ifdef __cplusplus
}
#endif
#endif
