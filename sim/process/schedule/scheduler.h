/*
 * A scheduler: one queue and one machine under one policy, driven by whoever keeps the clock.
 *
 * The driver (the replay of a log, a national model) says what happens: a job is submitted, a
 * job ended, the machine changed. Then it asks for a pass, and takes what was started:
 *
 *     hanse_scheduler_submit(s, now, &job, &id);      any number of events at one instant
 *     hanse_scheduler_pass(s, now);                   what may start, starts
 *     while (hanse_scheduler_started(s, &id)) { ... } the driver schedules their ends
 *
 * Order and number of passes at one instant are the driver's: replays of count machines pass
 * after each event, submissions first; replays of machine sets once per instant.
 *
 * Jobs are named by 32-bit ids, which are reused after hanse_scheduler_end. All state lies in
 * one arena without pointers; a copy of the arena is a copy of the scheduler.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_SCHEDULER_H
#define HANSE_SIM_PROCESS_SCHEDULE_SCHEDULER_H

#include "sim/process/schedule/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* No job: the end of a list. */
#define HANSE_NO_JOB UINT32_MAX

/* A job inside a scheduler. */
enum hanse_job_state { HANSE_JOB_FREE, HANSE_JOB_WAITING, HANSE_JOB_RUNNING };

struct hanse_job_row {
    struct hanse_job job;
    double start_s;      /* while running: its start; the policy's reservation while waiting */
    uint64_t order;      /* of submission: 0, 1, ... over the scheduler's life */
    uint32_t slot;       /* what it holds of the machine */
    uint32_t next, prev; /* its neighbours in the queue, by submission; HANSE_NO_JOB none */
    double key;          /* the policy's own: what it sorts by */
    uint8_t state;       /* enum hanse_job_state */
    uint8_t placed;      /* the policy holds a reservation for it at start_s */
};

struct hanse_scheduler {
    const struct hanse_policy *policy;
    struct hanse_resource view;
    struct hanse_arena *arena; /* the view's */
    hanse_ref state;
    void *user; /* the caller's, for policies written outside the library */
};

/* `params` as hanse_policy_standards lays them out; NULL: the standards. The view is the
 * scheduler's from now on and lies in `arena`. */
HANSE_API enum hanse_status hanse_scheduler_init(struct hanse_scheduler *scheduler,
                                                 struct hanse_arena *arena,
                                                 const struct hanse_resource *view,
                                                 const struct hanse_policy *policy,
                                                 const double *params);

/* A job comes to the end of the queue. HANSE_ERR_DOMAIN for a job that no machine like this
 * could run, or whose times make no sense. */
HANSE_API enum hanse_status hanse_scheduler_submit(struct hanse_scheduler *scheduler,
                                                   double now_s, const struct hanse_job *job,
                                                   uint32_t *id);

/* A running job is over, at now_s <= its start + estimate. The id is free afterwards. */
HANSE_API enum hanse_status hanse_scheduler_end(struct hanse_scheduler *scheduler, double now_s,
                                                uint32_t id);

/* A running job is stopped and waits again, at its place in the order of submission: before
 * all jobs submitted after it. `estimate_s` and `runtime_s` are what it still needs. */
HANSE_API enum hanse_status hanse_scheduler_requeue(struct hanse_scheduler *scheduler,
                                                    double now_s, uint32_t id,
                                                    double estimate_s, double runtime_s);

/* A waiting job leaves without having run. */
HANSE_API enum hanse_status hanse_scheduler_withdraw(struct hanse_scheduler *scheduler,
                                                     double now_s, uint32_t id);

/* The machine behind the view changes, by its owner's hand. All reservations are given back,
 * so this comes before a change that takes room away; the next pass plans anew. */
HANSE_API enum hanse_status hanse_scheduler_changed(struct hanse_scheduler *scheduler,
                                                    double now_s);

HANSE_API enum hanse_status hanse_scheduler_pass(struct hanse_scheduler *scheduler,
                                                 double now_s);

/* Takes the next job that passes have started and nobody has taken yet, in the order of the
 * decisions; false when there is none. */
HANSE_API bool hanse_scheduler_started(struct hanse_scheduler *scheduler, uint32_t *id);

/* When a pass is wanted though nothing happens; +infinity never. */
HANSE_API double hanse_scheduler_due_s(const struct hanse_scheduler *scheduler);

HANSE_API uint64_t hanse_scheduler_waiting(const struct hanse_scheduler *scheduler);
HANSE_API uint64_t hanse_scheduler_running(const struct hanse_scheduler *scheduler);

/* --- for policies and drivers ------------------------------------------------------------ */

/* The row of a job; valid until the next submission. */
HANSE_API struct hanse_job_row *hanse_scheduler_row(const struct hanse_scheduler *scheduler,
                                                    uint32_t id);
/* The queue in order of submission: ids, HANSE_NO_JOB at its end; go on with row->next. */
HANSE_API uint32_t hanse_scheduler_first(const struct hanse_scheduler *scheduler);
HANSE_API double hanse_scheduler_now_s(const struct hanse_scheduler *scheduler);

/* Starts a waiting job now; its room is taken unless the policy holds a reservation for it
 * that begins now. */
HANSE_API enum hanse_status hanse_scheduler_start(struct hanse_scheduler *scheduler,
                                                  uint32_t id);

/* Holds room for a waiting job from start_s on, which the view's `earliest` has said; gives it
 * back. */
HANSE_API enum hanse_status hanse_scheduler_reserve(struct hanse_scheduler *scheduler,
                                                    uint32_t id, double start_s);
HANSE_API enum hanse_status hanse_scheduler_unreserve(struct hanse_scheduler *scheduler,
                                                      uint32_t id);

/* Where a policy keeps its state: set it in init, read it everywhere. */
HANSE_API hanse_ref *hanse_scheduler_policy_state(const struct hanse_scheduler *scheduler);

#ifdef __cplusplus
}
#endif
#endif
