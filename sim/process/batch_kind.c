/* What a scenario may say of a class of batch jobs. */
#include <stddef.h>

#include "sim/model/nouns.h"
#include "sim/model/scenario.h"
#include "sim/process/batch.h"
#include "sim/process/batch_work.h"
#include "sim/process/demand.h"
#include "sim/process/schedule/interruption.h"
#include "sim/process/steps.h"

static enum hanse_status refuse(const struct hanse_scenario *scenario, int32_t index,
                                const char *key, const char *rule)
{
    return hanse_scenario_reject(scenario, &hanse_kind_batch, index, key, "%s", rule);
}

static enum hanse_status check_work(const struct hanse_scenario *scenario, int32_t index,
                                    const struct hanse_batch *b)
{
    bool training = b->work == HANSE_WORK_TRAINING, calls = b->work == HANSE_WORK_INFERENCE;
    if ((b->work == HANSE_WORK_GIVEN) != (b->runtime_h > 0.0)) {
        return refuse(scenario, index, "runtime",
                      "must be > 0 h with work = given, and is not given otherwise");
    }
    if ((training || calls) && b->model < 0) {
        return refuse(scenario, index, "model", "must be named where work follows from it");
    }
    if (training != (b->tokens > 0.0)) {
        return refuse(scenario, index, "tokens",
                      "must be > 0 with work = training, and is not given otherwise");
    }
    if (calls != (b->prompts > 0.0 && b->prompt_tokens > 0.0 && b->answer_tokens > 0.0)) {
        return refuse(scenario, index, "prompts",
                      "prompts, prompt_tokens and answer_tokens must be > 0 with work = "
                      "inference, and are not given otherwise");
    }
    if ((training && b->span == HANSE_SPAN_POOL) != (b->step_tokens > 0.0)) {
        return refuse(scenario, index, "step_tokens",
                      "must be > 0 for training over several sites (span = pool), and is not "
                      "given otherwise");
    }
    return HANSE_OK;
}

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
    HANSE_TRY(check_work(scenario, index, b));
    if (b->work == HANSE_WORK_INFERENCE) {
        HANSE_TRY(hanse__steps_check(scenario, b->model, b->prompt_tokens, b->answer_tokens,
                                     "inference jobs"));
    }
    HANSE_TRY(hanse__check_nearest(scenario, b->placement));
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
     .low = 0,
     .high = 87600,
     .doc = "mean runtime on the reference accelerator; needed with work = given"},
    {.key = "work",
     .type = HANSE_CHOICE,
     .options = HANSE_WORK_WORDS,
     .offset = AT(work),
     .fallback_text = "given",
     .doc =
         "what a job's work is: given by runtime, or follows from training or calling a model"},
    {.key = "model",
     .type = HANSE_REFERENCE,
     .options = "model",
     .offset = AT(model),
     .doc = "model that is trained or called; while it is withdrawn no job starts"},
    {.key = "tokens",
     .type = HANSE_NUMBER,
     .unit = "token",
     .offset = AT(tokens),
     .low = 0,
     .high = 1e18,
     .doc = "tokens a job trains on; needed with work = training"},
    {.key = "trained_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(trained_share),
     .fallback = 1,
     .low = 0,
     .high = 1,
     .needs = "work = training",
     .doc = "share of the parameters that is trained: adapters train a few per mille"},
    {.key = "step_tokens",
     .type = HANSE_NUMBER,
     .unit = "token",
     .offset = AT(step_tokens),
     .low = 0,
     .high = 1e12,
     .doc = "tokens of a step, over all devices; needed by training with span = pool"},
    {.key = "inner_steps",
     .type = HANSE_INTEGER,
     .offset = AT(inner_steps),
     .fallback = 1,
     .low = 1,
     .high = 1e9,
     .needs = "step_tokens > 0",
     .doc = "steps between two sums over links; 1: synchronous"},
    {.key = "exchanged_bytes",
     .type = HANSE_NUMBER,
     .unit = "B",
     .offset = AT(exchanged_bytes),
     .fallback = 2,
     .low = 0,
     .high = 1e6,
     .needs = "step_tokens > 0",
     .doc = "of each trained parameter in a sum over links"},
    {.key = "prompts",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(prompts),
     .low = 0,
     .high = 1e15,
     .needs = "work = inference",
     .doc = "prompts of a job; given with the next two"},
    {.key = "prompt_tokens",
     .type = HANSE_NUMBER,
     .unit = "token",
     .offset = AT(prompt_tokens),
     .low = 0,
     .high = 1e7,
     .needs = "work = inference",
     .doc = "mean length of a prompt"},
    {.key = "answer_tokens",
     .type = HANSE_NUMBER,
     .unit = "token",
     .offset = AT(answer_tokens),
     .low = 0,
     .high = 1e7,
     .needs = "work = inference",
     .doc = "mean length of an answer"},
    {.key = "input",
     .type = HANSE_NUMBER,
     .unit = "B",
     .offset = AT(input_bytes),
     .low = 0,
     .high = 1e21,
     .doc = "data a job away from home fetches before its work"},
    {.key = "output",
     .type = HANSE_NUMBER,
     .unit = "B",
     .offset = AT(output_bytes),
     .low = 0,
     .high = 1e21,
     .doc = "data it sends home after it"},
    {.key = "value",
     .type = HANSE_NUMBER,
     .unit = "EUR/H100_h",
     .offset = AT(value_eur),
     .low = 0,
     .high = 1e9,
     .doc = "worth of its work, done on time"},
    {.key = "finish_within",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(finish_within_h),
     .low = 0,
     .high = 876000,
     .doc = "a job on time must also end within so many hours; 0: no matter"},
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
     .options = "group site pool",
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
     .needs = "checkpoint = every",
     .doc = "work between two checkpoints"},
    {.key = "checkpoint_cost",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(checkpoint_cost_h),
     .low = 0,
     .high = 8760,
     .needs = "checkpoint != none",
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
