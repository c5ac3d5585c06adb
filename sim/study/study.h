/*
 * A study: tasks (case, replication) run over threads into a sink.
 *
 * The task is the only unit of work. Finished records go to the sink one at a time, in
 * whatever order they finish; the sink must not care. Results never depend on the number of
 * threads, because a record depends on nothing but (scenario, seed, replication, central).
 *
 * Beside `n_replications` sampled tasks a case has `n_central` tasks with all uncertain inputs
 * at their mid values. Their spread is simulation error alone; the sampled ones' spread holds
 * the inputs' too. That is how the two are told apart.
 */
#ifndef HANSE_SIM_STUDY_STUDY_H
#define HANSE_SIM_STUDY_STUDY_H

#include <signal.h>

#include "sim/process/replication.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_study {
    const struct hanse_scenario *const *cases;
    const char *const *case_names;
    const char *const *case_labels;
    uint32_t n_cases;
    uint32_t n_replications;
    uint32_t n_central;
    /* Replications that tasks are numbered for, when a stop rule may ask for more than there
     * are now; 0: n_replications. */
    uint32_t n_planned;
    uint64_t seed;
    struct hanse_hook_maker hooks; /* of scenarios with functions; zero: none */
    struct hanse_layout layout;
};

/* Tasks are numbered case by case: first the sampled replications, then the central ones. */
static inline uint32_t hanse_study_n_planned(const struct hanse_study *study)
{
    return study->n_planned > study->n_replications ? study->n_planned : study->n_replications;
}

/* How many numbers there are; with a stop rule not all of them are run. */
static inline uint64_t hanse_study_n_tasks(const struct hanse_study *study)
{
    return (uint64_t)study->n_cases * (hanse_study_n_planned(study) + study->n_central);
}

/* How many tasks are run with the present n_replications. */
static inline uint64_t hanse_study_n_turns(const struct hanse_study *study)
{
    return (uint64_t)study->n_cases * (study->n_replications + study->n_central);
}

static inline uint64_t hanse_study_task(const struct hanse_study *study, uint32_t case_index,
                                        uint32_t replication, bool central)
{
    uint32_t planned = hanse_study_n_planned(study);
    return (uint64_t)case_index * (planned + study->n_central) + (central ? planned : 0) +
           replication;
}

/* Where records go. `record` is called by one thread at a time, in finishing order. */
struct hanse_sink {
    void *self;
    enum hanse_status (*begin)(void *self, struct hanse_context *ctx,
                               const struct hanse_study *study);
    enum hanse_status (*record)(void *self, struct hanse_context *ctx,
                                const struct hanse_record *record);
    enum hanse_status (*end)(void *self, struct hanse_context *ctx);
};

struct hanse_run_options {
    int threads;                       /* 0: all processors */
    const volatile sig_atomic_t *stop; /* not NULL and nonzero: finish tasks in flight, stop */
    const unsigned char *done; /* n_tasks flags of tasks to skip (resume); may be NULL */
    /* Called after each record by one thread at a time; may be NULL. */
    void (*progress)(void *self, uint64_t n_done, uint64_t n_tasks,
                     const struct hanse_record *record);
    void *progress_self;
};

struct hanse_run_report {
    uint64_t n_done;   /* tasks run now */
    uint64_t n_failed; /* of them */
    uint64_t n_events; /* calendar events in all */
    double wall_s;
};

/* HANSE_ERR_INTERRUPTED when stopped, HANSE_ERR_REPLICATION when some task failed (the rest
 * is in the sink), else the sink's or the machine's trouble. */
HANSE_API enum hanse_status hanse_study_run(struct hanse_context *ctx,
                                            const struct hanse_study *study,
                                            const struct hanse_sink *sink,
                                            const struct hanse_run_options *options,
                                            struct hanse_run_report *report);

/* --- views: what people look at ---------------------------------------------------------- */

/* A view is an output summed over some of its dimensions: the total ("demand"), by one
 * dimension ("demand_by_region") or by both ("demand_by_region_workload"). */
struct hanse_view {
    int32_t column;
    int32_t n_dims;
    int32_t dims[2]; /* which of the column's dimensions are kept, ascending */
    int32_t n_items;
    char name[96];
};
/* Lists every view of the layout; count first with views = NULL. */
HANSE_API size_t hanse_views(const struct hanse_layout *layout, struct hanse_view *views,
                             size_t capacity);

/* A window over which the summary is taken: months [from, to). The first is the horizon. */
struct hanse_window {
    const char *name;
    const char *label;
    int32_t from_month, to_month;
};
HANSE_API size_t hanse_windows(const struct hanse_scenario *scenario,
                               struct hanse_window *windows, size_t capacity);

/* out[months × items] from a record's series; ratios with a zero denominator give NaN. */
HANSE_API void hanse_view_series(const struct hanse_layout *layout,
                                 const struct hanse_view *view, const double *series,
                                 double *out);
/* out[items]: the view reduced over a window; means and last values of an empty one are NaN. */
HANSE_API void hanse_view_summary(const struct hanse_layout *layout,
                                  const struct hanse_view *view,
                                  const struct hanse_window *window, const double *series,
                                  double *out);

#ifdef __cplusplus
}
#endif
#endif
