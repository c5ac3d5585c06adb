#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"
#include "sim/process/schedule/strict.h"

/* No state where all want the same: the queue in order of submission is the scheduler's own. */
static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    return hanse__strict_wanted(scheduler) ? hanse__strict_init(scheduler) : HANSE_OK;
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    hanse__row(scheduler, id)->key = 0.0; /* ties go by submission */
    return hanse__strict_wanted(scheduler) ? hanse__strict_submitted(scheduler, id) : HANSE_OK;
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    (void)scheduler, (void)id, (void)early;
    return HANSE_OK;
}

static enum hanse_status withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    return hanse__strict_wanted(scheduler) ? hanse__strict_withdrawn(scheduler, id) : HANSE_OK;
}

static enum hanse_status changed(struct hanse_scheduler *scheduler)
{
    (void)scheduler;
    return HANSE_OK;
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    if (hanse__strict_wanted(scheduler)) {
        return hanse__strict_pass(scheduler);
    }
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
    .rule = "Start the head of the queue, in order of submission, while it fits. On hardware "
            "of several kinds a job that waits keeps back only those that want what it could "
            "run on.",
    .source = "Feitelson, Rudolph and Schwiegelshohn, JSSPP 2004",
    .init = init,
    .submitted = submitted,
    .ended = ended,
    .withdrawn = withdrawn,
    .changed = changed,
    .pass = pass,
};
