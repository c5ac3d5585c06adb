/*
 * A contest: several policies on one workload, side by side, and what each is worth.
 *
 * Each contender replays a source of its own over the same jobs, so that no more of the
 * workload is held than its jobs alive, times the number of threads. Contenders share nothing:
 * what comes out does not depend on how many threads there are.
 *
 * The figures are those of sim/process/schedule/metrics.h under the names that result files,
 * tables and scripts use; `less_is_better` says which end of a ranking is the top.
 */
#ifndef HANSE_SIM_STUDY_CONTEST_H
#define HANSE_SIM_STUDY_CONTEST_H

#include "sim/process/schedule/replay.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_job_figure {
    const char *name; /* "wait_time_mean" */
    const char *unit; /* UDUNITS; "1" for counts and ratios */
    const char *long_name;
    bool less_is_better;
    bool whole;    /* a count */
    size_t offset; /* where it lies in struct hanse_aggregates */
};

/* The table, n_figures rows that live for good. */
HANSE_API const struct hanse_job_figure *hanse_job_figures(uint32_t *n_figures);
/* The figure of that row; NaN where there was no job. */
HANSE_API double hanse_job_figure_value(const struct hanse_aggregates *aggregates,
                                        uint32_t row);
/* The row of that name. HANSE_ERR_INPUT with the nearest one. */
HANSE_API enum hanse_status hanse_job_figure_find(struct hanse_context *ctx, const char *name,
                                                  uint32_t *row);

struct hanse_contender {
    struct hanse_replay replay;
    /* Opens its source, in the thread that replays it; `state` is the caller's. It may change
     * `replay` still. */
    enum hanse_status (*open)(void *state, struct hanse_context *ctx,
                              struct hanse_job_source *source);
    /* Called after the replay, whatever came of it, if _open succeeded. May be NULL. */
    void (*close)(void *state);
    /* Where its finished jobs go; NULL: nowhere. */
    const struct hanse_finished_sink *sink;
    /* Shown its metrics when all jobs have ended. May be NULL. */
    enum hanse_status (*done)(void *state, struct hanse_context *ctx,
                              const struct hanse_metrics *metrics);
    void *state;
    struct hanse_aggregates aggregates; /* comes out */
};

/* Runs all. threads 0: as many as there are processors. The first failure by order of
 * contenders is the one returned, and its message is left on ctx. `stop`, which may be NULL,
 * is looked at now and then: HANSE_ERR_INTERRUPTED once it is not 0. */
HANSE_API enum hanse_status hanse_contest_run(struct hanse_context *ctx,
                                              struct hanse_contender *contenders, uint32_t n,
                                              uint32_t threads, bool (*stop)(void));

/* order[n]: contenders from the best by a figure; equal ones in the order given, those without
 * a figure last. */
HANSE_API void hanse_contest_rank(const struct hanse_contender *contenders, uint32_t n,
                                  uint32_t figure, uint32_t *order);

#ifdef __cplusplus
}
#endif
#endif
