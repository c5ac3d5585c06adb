/* What scenarios say about latency, and what comes out; see latency.h. */
#include <math.h>
#include <string.h>

#include "sim/process/islands.h"
#include "sim/process/latency_inside.h"

/* --- serving --------------------------------------------------------------------------------
 */

static enum hanse_status check_arrivals(const struct hanse_scenario *scenario, int32_t index,
                                        const char *text)
{
    struct hanse_arrivals arrivals = {0};
    struct hanse_context *ctx = hanse_context_create();
    enum hanse_status status =
        ctx != NULL ? hanse_arrivals_parse(ctx, text, 1.0, &arrivals) : HANSE_ERR_MEMORY;
    if (status == HANSE_OK) {
        hanse_variate_fini(&arrivals.gap);
    } else if (status != HANSE_ERR_MEMORY) {
        status = hanse_scenario_reject(scenario, &hanse_kind_serving, index, "arrivals", "%s",
                                       hanse_context_message(ctx));
    }
    hanse_context_destroy(ctx);
    return status;
}

static enum hanse_status check_workload(const struct hanse_scenario *scenario, int32_t index,
                                        const struct hanse_serving *s,
                                        const struct hanse_workload *w)
{
    if (w->give_up_h > 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_serving, index, "workload",
                                     "'%s' waits up to %g h: what is to be answered in seconds "
                                     "has no give_up",
                                     w->name, w->give_up_h);
    }
    if (w->tokens_trend_per_year != 0.0 || w->efficiency_trend_per_year != 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_serving, index, "workload",
                                     "'%s' has tokens_trend %g and efficiency_trend %g a year; "
                                     "the latencies of a serving hold for steady lengths and "
                                     "compute per token, so both must be 0",
                                     w->name, w->tokens_trend_per_year,
                                     w->efficiency_trend_per_year);
    }
    int32_t n;
    const struct hanse_model *models = hanse_scenario_table(scenario, &hanse_kind_model, &n);
    if ((double)s->chunk < floor(models[w->model].batch)) {
        return hanse_scenario_reject(scenario, &hanse_kind_serving, index, "chunk",
                                     "must be no fewer tokens than the model's batch (%g), got "
                                     "%lld",
                                     models[w->model].batch, (long long)s->chunk);
    }
    return HANSE_OK;
}

/* Work that a smaller model takes over is not followed into its engines. */
static enum hanse_status check_plain(const struct hanse_scenario *scenario, int32_t index,
                                     const struct hanse_workload *w)
{
    return w->substitute < 0
               ? HANSE_OK
               : hanse_scenario_reject(scenario, &hanse_kind_serving, index, "workload",
                                       "'%s' has a substitute, with which a "
                                       "serving does not go together",
                                       w->name);
}

static enum hanse_status check_serving(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_serving *rows = hanse_scenario_table(scenario, &hanse_kind_serving, &n);
    const struct hanse_serving *s = &rows[index];
    for (int32_t i = 0; i < index; i++) {
        if (rows[i].workload == s->workload) {
            return hanse_scenario_reject(scenario, &hanse_kind_serving, index, "workload",
                                         "has a serving already, '%s'", rows[i].name);
        }
    }
    const struct hanse_workload *workloads =
        hanse_scenario_table(scenario, &hanse_kind_workload, &n);
    HANSE_TRY(check_workload(scenario, index, s, &workloads[s->workload]));
    HANSE_TRY(check_plain(scenario, index, &workloads[s->workload]));
    return check_arrivals(scenario, index, s->arrivals);
}

#define AT(member) offsetof(struct hanse_serving, member)
static const struct hanse_field SERVING_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "workload",
     .type = HANSE_REFERENCE,
     .options = "workload",
     .offset = AT(workload),
     .flags = HANSE_REQUIRED,
     .doc = "what is served so"},
    {.key = "ttft_target",
     .type = HANSE_NUMBER,
     .unit = "s",
     .offset = AT(ttft_target_s),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 3600,
     .doc = "longest time to the first token that is in time; 0: any"},
    {.key = "tpot_target",
     .type = HANSE_NUMBER,
     .unit = "s/token",
     .offset = AT(tpot_target_s),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 3600,
     .doc = "longest mean time per output token after the first; 0: any"},
    {.key = "prompt_variation",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(prompt_variation),
     .flags = HANSE_CERTAIN,
     .fallback = 1,
     .low = 0,
     .high = 5,
     .doc = "of prompt lengths, standard deviation over mean, gamma law; 0: all alike"},
    {.key = "output_variation",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(output_variation),
     .flags = HANSE_CERTAIN,
     .fallback = 1,
     .low = 0,
     .high = 5,
     .doc = "of answer lengths, likewise"},
    {.key = "arrivals",
     .type = HANSE_TEXT,
     .offset = AT(arrivals),
     .fallback_text = "poisson",
     .doc = "how requests come within the hour: poisson, a law of gaps such as "
            "gamma/mean:1/scv:4, or mmpp/RATE/STAY/…"},
    {.key = "chunk",
     .type = HANSE_INTEGER,
     .offset = AT(chunk),
     .fallback = 2048,
     .low = 1,
     .high = 131072,
     .doc = "tokens a step computes at most: prompts are read in such chunks"},
    {.key = "block",
     .type = HANSE_INTEGER,
     .offset = AT(block),
     .fallback = 16,
     .low = 1,
     .high = 4096,
     .doc = "tokens of a block of the paged cache"},
    {.key = "step_time",
     .type = HANSE_NUMBER,
     .unit = "s",
     .offset = AT(step_s),
     .low = 0,
     .high = 10,
     .doc = "least time of a step: the engine's host; 0: the device alone counts"},
    {.key = "queue",
     .type = HANSE_INTEGER,
     .offset = AT(queue),
     .low = 0,
     .high = 1000000,
     .doc = "requests that may wait at a replica, more are refused; 0: as many as the model's "
            "batch (an assumption)"},
    {.key = "routing",
     .type = HANSE_CHOICE,
     .options = HANSE_ROUTING_WORDS,
     .offset = AT(routing),
     .fallback_text = "least_requests",
     .doc = "which replica a request goes to"},
    {.key = "replicas",
     .type = HANSE_INTEGER,
     .offset = AT(replicas),
     .fallback = 8,
     .low = 1,
     .high = 256,
     .doc = "replicas behind the router that the congestion law is found with"},
    {.key = "requests",
     .type = HANSE_INTEGER,
     .offset = AT(requests),
     .fallback = 20000,
     .low = 100,
     .high = 10000000,
     .doc = "requests simulated at each load of the law"},
};
#undef AT

const struct hanse_kind hanse_kind_serving = {
    .name = "serving",
    .doc = "How a workload is served request by request, and how fast it has to be.",
    .size = sizeof(struct hanse_serving),
    .fields = SERVING_FIELDS,
    .n_fields = sizeof SERVING_FIELDS / sizeof *SERVING_FIELDS,
    .check = check_serving,
};

/* --- opening --------------------------------------------------------------------------------
 */

static enum hanse_status check_opening(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_opening *o = hanse_scenario_table(scenario, &hanse_kind_opening, &n);
    const struct hanse_settings *s = hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    o += index;
    if (o->from_h != floor(o->from_h) || o->to_h != floor(o->to_h)) {
        return hanse_scenario_reject(scenario, &hanse_kind_opening, index, "from",
                                     "from and to must be whole hours, got %g and %g h",
                                     o->from_h, o->to_h);
    }
    if (!(o->to_h > o->from_h) || o->to_h > s->horizon_h) {
        return hanse_scenario_reject(scenario, &hanse_kind_opening, index, "to",
                                     "must be past from (%g h) and not past the horizon, got "
                                     "%g h",
                                     o->from_h, o->to_h);
    }
    double month_end = (floor(o->from_h / HANSE_MONTH_H) + 1.0) * HANSE_MONTH_H;
    if (o->to_h > month_end) {
        return hanse_scenario_reject(scenario, &hanse_kind_opening, index, "to",
                                     "must lie in the same month of 730 h as from, which ends "
                                     "at %g h, got %g h",
                                     month_end, o->to_h);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_opening, member)
static const struct hanse_field OPENING_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "serving",
     .type = HANSE_REFERENCE,
     .options = "serving",
     .offset = AT(serving),
     .flags = HANSE_REQUIRED,
     .doc = "whose requests are simulated"},
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .doc = "where they are served; everywhere when not given"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 100 * 8760.0,
     .doc = "first hour, from hour 0; whole hours"},
    {.key = "to",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(to_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 100 * 8760.0,
     .doc = "end, not included; in the same month of 730 h"},
    {.key = "replicas",
     .type = HANSE_INTEGER,
     .offset = AT(replicas),
     .fallback = 8,
     .low = 1,
     .high = 65536,
     .doc = "replicas simulated at most at a place for each accelerator; they stand for all"},
};
#undef AT

const struct hanse_kind hanse_kind_opening = {
    .name = "opening",
    .doc = "Hours of a serving opened up: simulated request by request.",
    .size = sizeof(struct hanse_opening),
    .fields = OPENING_FIELDS,
    .n_fields = sizeof OPENING_FIELDS / sizeof *OPENING_FIELDS,
    .check = check_opening,
};

/* --- outputs --------------------------------------------------------------------------------
 */

#define BY(kind)                                                                               \
    {                                                                                          \
        kind, NULL                                                                             \
    }
#define SUM(number, kind, name, unit, text)                                                    \
    [number] = {name, unit, text, BY(kind), HANSE_SUM, NULL, NULL}
#define COUNTS(number, kind, name, text)                                                       \
    [number] = {name, "1", text, BY(kind), HANSE_COUNTS, NULL, NULL}
#define RATIO(kind, name, unit, text, above, below)                                            \
    {                                                                                          \
        name, unit, text, BY(kind), HANSE_RATIO, above, below                                  \
    }
#define QUANTILES(kind, prefix, unit, text, counts)                                            \
    {prefix "_p50", unit, text ", median", BY(kind), HANSE_P50, counts, NULL},                 \
        {prefix "_p95", unit, text ", 95th percentile", BY(kind), HANSE_P95, counts, NULL},    \
    {                                                                                          \
        prefix "_p99", unit, text ", 99th percentile", BY(kind), HANSE_P99, counts, NULL       \
    }

const struct hanse_output hanse__latency_outputs[HANSE_LATENCY_TABLE] = {
    SUM(HANSE_LATENCY_PROMPTS, "serving", "serving_prompts", "1",
        "prompts served on own hardware"),
    SUM(HANSE_LATENCY_ON_TIME, "serving", "serving_in_time", "1",
        "of them within the latency targets"),
    SUM(HANSE_LATENCY_TOKENS, "serving", "serving_tokens", "1", "tokens of their answers"),
    SUM(HANSE_LATENCY_JOULE, "serving", "serving_energy", "J",
        "energy of the engines that serve, by their steps"),
    SUM(HANSE_LATENCY_TTFT_SUM, "serving", "ttft_sum", "s", "sum of times to first token"),
    SUM(HANSE_LATENCY_TPOT_SUM, "serving", "tpot_sum", "s",
        "sum over answers of time per output token"),
    COUNTS(HANSE_LATENCY_TTFT, "serving", "ttft_counts", "prompts by time to first token"),
    COUNTS(HANSE_LATENCY_TPOT, "serving", "tpot_counts", "prompts by time per output token"),
    SUM(HANSE_OPENED_REQUESTS, "opening", "opened_requests", "1",
        "requests that came in the opened hours"),
    SUM(HANSE_OPENED_SERVED, "opening", "opened_served", "1", "of them served"),
    SUM(HANSE_OPENED_LONGER, "opening", "opened_longer", "1",
        "of them with answers of two tokens and more"),
    SUM(HANSE_OPENED_REFUSED, "opening", "opened_refused", "1",
        "of the requests refused, for the queue was full"),
    SUM(HANSE_OPENED_PREEMPTED, "opening", "opened_preempted", "1",
        "preemptions for want of cache"),
    SUM(HANSE_OPENED_ON_TIME, "opening", "opened_in_time", "1",
        "requests served within the latency targets"),
    SUM(HANSE_OPENED_TOKENS, "opening", "opened_tokens", "1", "tokens of the answers"),
    SUM(HANSE_OPENED_JOULE, "opening", "opened_energy", "J", "energy of the engines"),
    SUM(HANSE_OPENED_TTFT_SUM, "opening", "opened_ttft_sum", "s",
        "sum of times to first token"),
    SUM(HANSE_OPENED_TPOT_SUM, "opening", "opened_tpot_sum", "s",
        "sum over answers of time per output token"),
    SUM(HANSE_OPENED_ALL_SUM, "opening", "opened_end_to_end_sum", "s",
        "sum of times from arrival to last token"),
    COUNTS(HANSE_OPENED_TTFT, "opening", "opened_ttft_counts",
           "requests by time to first token"),
    COUNTS(HANSE_OPENED_TPOT, "opening", "opened_tpot_counts",
           "requests by time per output token"),
    COUNTS(HANSE_OPENED_ALL, "opening", "opened_end_to_end_counts",
           "requests by time to last token"),
    SUM(HANSE_OPENED_FLOW, "opening", "opened_flow_requests", "1",
        "requests in the opened hours, at flow resolution"),
    SUM(HANSE_OPENED_FLOW_ON_TIME, "opening", "opened_flow_in_time", "1",
        "of them served within the targets, by the congestion law"),
    RATIO("serving", "serving_in_time_share", "1",
          "share of served prompts within the latency targets", "serving_in_time",
          "serving_prompts"),
    RATIO("serving", "ttft_mean", "s", "time to first token, mean", "ttft_sum",
          "serving_prompts"),
    RATIO("serving", "tpot_mean", "s", "time per output token, mean", "tpot_sum",
          "serving_prompts"),
    RATIO("serving", "energy_per_token", "J", "energy of the engines per output token",
          "serving_energy", "serving_tokens"),
    QUANTILES("serving", "ttft", "s", "time to first token", "ttft_counts"),
    QUANTILES("serving", "tpot", "s", "time per output token", "tpot_counts"),
    RATIO("opening", "opened_in_time_share", "1",
          "share of requests in the opened hours within the latency targets", "opened_in_time",
          "opened_requests"),
    RATIO("opening", "opened_flow_in_time_share", "1",
          "the same share by the congestion law, at flow resolution", "opened_flow_in_time",
          "opened_flow_requests"),
    RATIO("opening", "opened_refused_share", "1", "share of requests refused", "opened_refused",
          "opened_requests"),
    RATIO("opening", "opened_energy_per_token", "J",
          "energy of the engines per output token, opened hours", "opened_energy",
          "opened_tokens"),
    RATIO("opening", "opened_ttft_mean", "s", "time to first token in opened hours, mean",
          "opened_ttft_sum", "opened_served"),
    RATIO("opening", "opened_tpot_mean", "s", "time per output token in opened hours, mean",
          "opened_tpot_sum", "opened_longer"),
    RATIO("opening", "opened_end_to_end_mean", "s", "time to last token in opened hours, mean",
          "opened_end_to_end_sum", "opened_served"),
    QUANTILES("opening", "opened_ttft", "s", "time to first token in opened hours",
              "opened_ttft_counts"),
    QUANTILES("opening", "opened_tpot", "s", "time per output token in opened hours",
              "opened_tpot_counts"),
    QUANTILES("opening", "opened_end_to_end", "s", "time to last token in opened hours",
              "opened_end_to_end_counts"),
};
