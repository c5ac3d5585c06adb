#include "sim/process/schedule/backfill.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"
#include "sim/process/schedule/strict.h"

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    return hanse__strict_wanted(scheduler) ? hanse__strict_init(scheduler)
                                           : hanse__backfill_init(scheduler, false, false);
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->key = row->job.estimate_s;
    return hanse__strict_wanted(scheduler) ? hanse__strict_submitted(scheduler, id)
                                           : hanse__backfill_submitted(scheduler, id);
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    return hanse__strict_wanted(scheduler) ? HANSE_OK
                                           : hanse__backfill_ended(scheduler, id, early);
}

static enum hanse_status withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    return hanse__strict_wanted(scheduler) ? hanse__strict_withdrawn(scheduler, id)
                                           : hanse__backfill_withdrawn(scheduler, id);
}

static enum hanse_status changed(struct hanse_scheduler *scheduler)
{
    return hanse__strict_wanted(scheduler) ? HANSE_OK : hanse__backfill_changed(scheduler);
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    return hanse__strict_wanted(scheduler) ? hanse__strict_pass(scheduler)
                                           : hanse__backfill_pass(scheduler);
}

static void check(const struct hanse_scheduler *scheduler)
{
    if (!hanse__strict_wanted(scheduler)) {
        hanse__backfill_check(scheduler);
    }
}

const struct hanse_policy hanse__policy_sjf = {
    .name = "sjf",
    .doc = "Shortest job first, by estimate; nothing starts before the shortest.",
    .rule = "Start the waiting job with the least estimate (ties: submitted first) while it "
            "fits. When it does not fit, nothing else starts on what it could run on.",
    .source = "Krueger, Lai and Radiya, IEEE TPDS 5(5), 1994",
    .init = init,
    .submitted = submitted,
    .ended = ended,
    .withdrawn = withdrawn,
    .changed = changed,
    .pass = pass,
    .check = check,
};
