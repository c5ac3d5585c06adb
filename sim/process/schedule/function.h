/*
 * Policies that are functions of the user's: what such a function sees of a scheduler and what
 * it may do, the same in a replay and in a nation.
 *
 * For each pass the function is called with a view. It sees what a policy in C sees, and no
 * more. Jobs are named by numbers that hold while they wait.
 *
 *     view.now()               s since the start
 *     view.processors()        of the whole machine; of a pool its devices
 *     view.first()             the waiting job that was submitted first; nil: none waits
 *     view.next(job)           the one submitted after it; nil: none
 *     view.number(job)         in its log; .submit(job) and .estimate(job) in s, .width(job)
 *     view.user(job)           whom it is counted against; in a nation its class of jobs
 *     view.fits_now(job)       could it have its room now, for its whole estimate?
 *     view.earliest(job)       when it could, at the earliest, in s; nil: never on this machine
 *     view.take(job)           it starts now; it must fit
 *     view.take(job, start)    room is held for it from `start` on, which must be the earliest;
 *                              from now on: it starts
 *     view.release(job)        gives such a hold back
 *
 * Holds last for the pass: the next one begins without any. So nothing is remembered but what
 * the scheduler knows itself, and a copy of its arena is a copy of all.
 *
 * The methods are written for the hooks of hook.h; what language the function is in, they don't
 * know. Their `self` is the struct hanse_scheduler that passes.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_FUNCTION_H
#define HANSE_SIM_PROCESS_SCHEDULE_FUNCTION_H

#include "sim/process/hook.h"
#include "sim/process/schedule/scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The view's methods, *n of them. HANSE_ERR_DOMAIN: the function asked for what is not allowed,
 * with the rule. */
HANSE_API const struct hanse_hook_method *hanse_function_methods(size_t *n);

/* To be done before each call: gives back what the last pass held. False: nobody waits, and
 * there is nothing to ask. */
HANSE_API enum hanse_status hanse_function_begin(struct hanse_scheduler *scheduler,
                                                 bool *anybody);

/* The functions of a policy's table that such a policy has no use for. */
HANSE_API enum hanse_status hanse_function_init(struct hanse_scheduler *scheduler,
                                                const double *params);
HANSE_API enum hanse_status hanse_function_job(struct hanse_scheduler *scheduler, uint32_t id);
HANSE_API enum hanse_status hanse_function_ended(struct hanse_scheduler *scheduler, uint32_t id,
                                                 bool early);
HANSE_API enum hanse_status hanse_function_changed(struct hanse_scheduler *scheduler);

#ifdef __cplusplus
}
#endif
#endif
