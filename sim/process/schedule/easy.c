#include "sim/process/schedule/backfill.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    return hanse__backfill_init(scheduler, true, true);
}

/* All keys are equal: the order is that of submission. */
static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    hanse__row(scheduler, id)->key = 0.0;
    return hanse__backfill_submitted(scheduler, id);
}

const struct hanse_policy hanse__policy_easy = {
    .name = "easy",
    .doc = "EASY backfilling: a job may go before the head if that does not delay the head.",
    .rule = "Start the head of the queue, in order of submission, while it fits. Then reserve "
            "for the head the earliest time at which, by estimates, it fits. Then walk the "
            "rest of the queue once, in order: start a job that fits now beside the "
            "reservation.",
    .source = "Lifka, JSSPP 1995; Mu'alem and Feitelson, IEEE TPDS 12(6), 2001",
    .init = init,
    .submitted = submitted,
    .ended = hanse__backfill_ended,
    .withdrawn = hanse__backfill_withdrawn,
    .changed = hanse__backfill_changed,
    .pass = hanse__backfill_pass,
    .check = hanse__backfill_check,
};
