#include "sim/process/schedule/backfill.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    return hanse__backfill_init(scheduler, false, false);
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->key = row->job.estimate_s;
    return hanse__backfill_submitted(scheduler, id);
}

const struct hanse_policy hanse__policy_sjf = {
    .name = "sjf",
    .doc = "Shortest job first, by estimate; nothing starts before the shortest.",
    .rule = "Start the waiting job with the least estimate (ties: submitted first) while it "
            "fits. When it does not fit, nothing else starts.",
    .source = "Krueger, Lai and Radiya, IEEE TPDS 5(5), 1994",
    .init = init,
    .submitted = submitted,
    .ended = hanse__backfill_ended,
    .withdrawn = hanse__backfill_withdrawn,
    .changed = hanse__backfill_changed,
    .pass = hanse__backfill_pass,
    .check = hanse__backfill_check,
};
