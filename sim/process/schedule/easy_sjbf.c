#include "sim/process/schedule/backfill.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    return hanse__backfill_init(scheduler, true, true);
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->key = row->job.estimate_s;
    return hanse__backfill_submitted(scheduler, id);
}

const struct hanse_policy hanse__policy_easy_sjbf = {
    .name = "easy-sjbf",
    .doc = "EASY backfilling that tries the shortest jobs first.",
    .rule = "As easy, but the rest of the queue is walked by estimate, the least first (ties: "
            "submitted first). The head is still the job submitted first.",
    .source = "Tsafrir, Etsion and Feitelson, IEEE TPDS 18(6), 2007",
    .init = init,
    .submitted = submitted,
    .ended = hanse__backfill_ended,
    .withdrawn = hanse__backfill_withdrawn,
    .changed = hanse__backfill_changed,
    .pass = hanse__backfill_pass,
    .check = hanse__backfill_check,
};
