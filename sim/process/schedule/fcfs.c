#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"

/* No state: the queue in order of submission is the scheduler's own. */
static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)scheduler;
    (void)params;
    return HANSE_OK;
}

static enum hanse_status nothing(struct hanse_scheduler *scheduler, uint32_t id)
{
    (void)scheduler;
    (void)id;
    return HANSE_OK;
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    (void)early;
    return nothing(scheduler, id);
}

static enum hanse_status changed(struct hanse_scheduler *scheduler)
{
    return nothing(scheduler, HANSE_NO_JOB);
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    for (;;) {
        uint32_t head = hanse__first(scheduler);
        if (head == HANSE_NO_JOB || !scheduler->view.kind->fits_now(
                                        &scheduler->view, &hanse__row(scheduler, head)->job)) {
            return HANSE_OK;
        }
        HANSE_TRY(hanse_scheduler_start(scheduler, head));
    }
}

const struct hanse_policy hanse__policy_fcfs = {
    .name = "fcfs",
    .doc = "First come, first served: nothing starts before the job submitted first.",
    .rule = "Start the head of the queue, in order of submission, while it fits.",
    .source = "Feitelson, Rudolph and Schwiegelshohn, JSSPP 2004",
    .init = init,
    .submitted = nothing,
    .ended = ended,
    .withdrawn = nothing,
    .changed = changed,
    .pass = pass,
};
