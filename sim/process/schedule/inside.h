/*
 * The inside of a scheduler, for the files of this folder: what its functions reach, without a
 * call.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_INSIDE_H
#define HANSE_SIM_PROCESS_SCHEDULE_INSIDE_H

#include "sim/process/schedule/scheduler.h"

struct hanse__scheduler {
    hanse_ref rows; /* struct hanse_job_row [n_rows]; free ones linked by next */
    uint32_t n_rows, spare;
    uint32_t first, last;                 /* the queue */
    uint32_t started_first, started_last; /* started, not yet taken by the driver */
    uint64_t n_waiting, n_running, n_submitted;
    uint64_t n_placed; /* waiting jobs with a reservation */
    double now_s;
    hanse_ref policy;
};

static inline struct hanse__scheduler *hanse__scheduler(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, scheduler->state);
}

static inline struct hanse_job_row *hanse__row(const struct hanse_scheduler *scheduler,
                                               uint32_t id)
{
    const struct hanse__scheduler *s = hanse__scheduler(scheduler);
    return (struct hanse_job_row *)hanse_arena_at(scheduler->arena, s->rows) + id;
}

static inline double hanse__now_s(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->now_s;
}

static inline uint32_t hanse__first(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->first;
}

#endif
