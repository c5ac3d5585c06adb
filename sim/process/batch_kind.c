/* What a scenario may say of a class of batch jobs. */
#include <stddef.h>

#include "sim/model/nouns.h"
#include "sim/model/scenario.h"
#include "sim/process/batch.h"
#include "sim/process/schedule/interruption.h"

static enum hanse_status check_batch(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_batch *b = hanse_scenario_table(scenario, &hanse_kind_batch, &n);
    b += index;
    if (b->width_max < b->width_min) {
        return hanse_scenario_reject(scenario, &hanse_kind_batch, index, "width_max",
                                     "must not be below width_min (%lld), got %lld",
                                     (long long)b->width_min, (long long)b->width_max);
    }
    if (b->checkpoint == HANSE_CHECKPOINT_EVERY && b->checkpoint_interval_h <= 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_batch, index, "checkpoint_interval",
                                     "must be > 0 h with checkpoint = every, got %g",
                                     b->checkpoint_interval_h);
    }
    if (b->checkpoint > HANSE_CHECKPOINT_EVERY && b->checkpoint_cost_h <= 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_batch, index, "checkpoint_cost",
                                     "must be > 0 h for an optimum, got %g",
                                     b->checkpoint_cost_h);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_batch, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .flags = HANSE_REQUIRED,
     .doc = "region that submits it; its pool runs it"},
    {.key = "data_class",
     .type = HANSE_CHOICE,
     .options = HANSE_DATA_CLASS_WORDS,
     .offset = AT(data_class),
     .flags = HANSE_REQUIRED,
     .doc = "sensitivity of its data"},
    {.key = "rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(rate_per_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e6,
     .doc = "jobs submitted per hour"},
    {.key = "width_min",
     .type = HANSE_INTEGER,
     .offset = AT(width_min),
     .fallback = 1,
     .low = 1,
     .high = 1e6,
     .doc = "fewest devices of a job"},
    {.key = "width_max",
     .type = HANSE_INTEGER,
     .offset = AT(width_max),
     .fallback = 1,
     .low = 1,
     .high = 1e6,
     .doc = "most devices of a job"},
    {.key = "runtime",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(runtime_h),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 87600,
     .doc = "mean runtime on the reference accelerator"},
    {.key = "runtime_cv",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(runtime_cv),
     .fallback = 1,
     .low = 0,
     .high = 100,
     .doc = "its coefficient of variation"},
    {.key = "overestimate",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(overestimate),
     .fallback = 1,
     .low = 1,
     .high = 1e6,
     .doc = "what users state, over what a job takes; schedulers plan with it"},
    {.key = "span",
     .type = HANSE_CHOICE,
     .options = "group site",
     .offset = AT(span),
     .fallback_text = "group",
     .doc = "what a job's devices may be spread over; mixed, it runs at its slowest member"},
    {.key = "placement",
     .type = HANSE_CHOICE,
     .options = HANSE_SITING_WORDS " by_pool",
     .offset = AT(placement),
     .fallback_text = "by_pool",
     .doc =
         "where it runs among all open to it: local is best fit; unless given, as its pool's "
         "says"},
    {.key = "memory",
     .type = HANSE_NUMBER,
     .unit = "GiB",
     .offset = AT(memory_gib),
     .low = 0,
     .high = 1e6,
     .doc = "least memory of a device it can run on"},
    {.key = "interconnect",
     .type = HANSE_NUMBER,
     .unit = "GB/s",
     .offset = AT(interconnect_gbps),
     .low = 0,
     .high = 1e6,
     .doc = "least transfer rate between devices it can run on"},
    {.key = "checkpoint",
     .type = HANSE_CHOICE,
     .options = "none every young daly",
     .offset = AT(checkpoint),
     .fallback_text = "none",
     .doc = "when a job saves its work: never, each checkpoint_interval, or at the optimum"},
    {.key = "checkpoint_interval",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(checkpoint_interval_h),
     .low = 0,
     .high = 87600,
     .doc = "work between two checkpoints; needed with checkpoint = every"},
    {.key = "checkpoint_cost",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(checkpoint_cost_h),
     .low = 0,
     .high = 8760,
     .doc = "time that one takes; the optima need it"},
    {.key = "restart_cost",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(restart_cost_h),
     .low = 0,
     .high = 8760,
     .doc = "time before a stopped job works again"},
    {.key = "deadline",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(deadline_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "a job that starts within so many hours counts as on time"},
};
#undef AT

const struct hanse_kind hanse_kind_batch = {
    .name = "batch",
    .doc = "A class of batch jobs, discrete, run by the pool's scheduler.",
    .size = sizeof(struct hanse_batch),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_batch,
};
