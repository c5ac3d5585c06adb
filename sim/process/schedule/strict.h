/*
 * Strict queues on machines where jobs differ in where they may run: who waits keeps those
 * behind it from all that it could run on, and from nothing else.
 *
 * Jobs of one need and width are alike to the machine, so of each such sort only the first is
 * looked at, in the policy's order over all sorts, and a sort whose first does not fit is done
 * for the pass. A pass costs what it starts and the number of sorts, however long the queue.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_STRICT_H
#define HANSE_SIM_PROCESS_SCHEDULE_STRICT_H

#include "sim/process/schedule/scheduler.h"

/* Does the machine tell them apart? If not, a policy that wants this needs no such queue. */
static inline bool hanse__strict_wanted(const struct hanse_scheduler *scheduler)
{
    return scheduler->view.kind->bar != NULL;
}

/* The policy's state is this from now on. */
enum hanse_status hanse__strict_init(struct hanse_scheduler *scheduler);
/* The row's key must be set: least first, ties by submission. */
enum hanse_status hanse__strict_submitted(struct hanse_scheduler *scheduler, uint32_t id);
enum hanse_status hanse__strict_withdrawn(struct hanse_scheduler *scheduler, uint32_t id);
enum hanse_status hanse__strict_pass(struct hanse_scheduler *scheduler);

#endif
