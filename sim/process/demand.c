#include "sim/process/demand.h"

#include <math.h>
#include <stdio.h>

#include "sim/process/cloud.h"
#include "sim/process/currency.h"
#include "sim/process/islands.h"
#include "sim/process/jump.h"
#include "sim/process/latency.h"
#include "sim/process/steps.h"
#include "sim/process/substitute.h"
#include "sim/process/world.h"

const struct hanse_workload *hanse__workloads(const struct hanse_world *world, int32_t *n)
{
    *n = world->tables.n_workloads;
    return world->tables.workloads;
}

/* Device-seconds of one prompt on an accelerator, by a model. */
static double request_by(const struct hanse_world *world, const struct hanse_workload *w,
                         int32_t model, const struct hanse_accelerator *accelerator)
{
    struct hanse_service service =
        hanse__service(world, accelerator, model, w->prompt_tokens, w->output_tokens);
    return hanse_service_request_s(&service, w->prompt_tokens, w->output_tokens);
}

static double request_s(const struct hanse_world *world, const struct hanse_workload *w,
                        const struct hanse_accelerator *accelerator)
{
    return request_by(world, w, w->model, accelerator);
}

static double prompts_per_person_h(const struct hanse_workload *w, double years)
{
    double ratio = w->prompts_cap / w->prompts_start - 1.0;
    return w->prompts_cap / (1.0 + ratio * exp(-w->growth_per_year * years)) / 24.0;
}

static bool asks_in(const struct hanse_workload *w, int32_t region)
{
    for (int32_t i = 0; i < w->regions.count; i++) {
        if (w->regions.items[i] == region) {
            return true;
        }
    }
    return w->regions.count == 0;
}

void hanse__demand_at(const struct hanse_world *world, double t_h, double *work_per_h,
                      double *cloud_eur_per_work)
{
    int32_t n_workloads;
    const struct hanse_workload *workloads = hanse__workloads(world, &n_workloads);
    double years = t_h / HANSE_YEAR_H;
    for (int32_t i = 0; i < n_workloads; i++) {
        const struct hanse_workload *w = &workloads[i];
        double first_work = request_s(world, w, &world->reference) / 3600.0;
        double tokens = exp(w->tokens_trend_per_year * years);
        double work = first_work * tokens * exp(-w->efficiency_trend_per_year * years);
        double per_person_h = prompts_per_person_h(w, years) * work;
        for (int32_t r = 0; r < world->tables.n_regions; r++) {
            work_per_h[r * n_workloads + i] =
                asks_in(w, r) ? world->tables.regions[r].population * per_person_h *
                                    hanse__jump_demand(world, t_h, r, i)
                              : 0.0;
        }
        cloud_eur_per_work[i] = 0.0;
        if (w->cloud >= 0) {
            const struct hanse_cloud *c = &world->tables.clouds[w->cloud];
            double eur = w->prompt_tokens * c->prompt_price_eur_per_token +
                         w->output_tokens * c->output_price_eur_per_token;
            cloud_eur_per_work[i] = eur * tokens * exp(c->price_trend_per_year * years) / work *
                                    hanse__exchange(world, c->currency) *
                                    hanse__jump_cloud_price(world, t_h, w->cloud);
        }
    }
}

double hanse__demand_prompt_work(const struct hanse_world *world, int32_t workload)
{
    return request_s(world, &world->tables.workloads[workload], &world->reference) / 3600.0;
}

void hanse__demand_bytes(const struct hanse_world *world, double t_h, double *in, double *out)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    for (int32_t i = 0; i < n; i++) {
        const struct hanse_workload *w = &workloads[i];
        /* Prompts of a unit of work; tokens grow as the work per prompt does, so that only the
         * falling compute per token is left. */
        double prompts = 3600.0 / request_s(world, w, &world->reference) *
                         exp(w->efficiency_trend_per_year * t_h / HANSE_YEAR_H);
        in[i] = prompts * w->prompt_tokens * w->prompt_bytes_per_token;
        out[i] = prompts * w->output_tokens * w->output_bytes_per_token;
    }
}

/* By the service law, or where a serving says how it is served, by the engine's own. */
void hanse__demand_speeds(const struct hanse_world *world, double *speeds)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    for (int32_t i = 0; i < n; i++) {
        double reference_s = request_s(world, &workloads[i], &world->reference);
        for (int32_t a = 0; a < world->tables.n_accelerators; a++) {
            double rate_per_s = hanse__latency_rate_per_s(world, a, i);
            speeds[a * n + i] = rate_per_s > 0.0
                                    ? reference_s * rate_per_s
                                    : reference_s / request_s(world, &workloads[i],
                                                              &world->tables.accelerators[a]);
        }
    }
}

/* Without links latency goes by the distance between regions. */
static enum hanse_status check_positions(const struct hanse_scenario *scenario)
{
    int32_t n_links, n_regions;
    (void)hanse_scenario_table(scenario, &hanse_kind_link, &n_links);
    (void)hanse_scenario_table(scenario, &hanse_kind_region, &n_regions);
    for (int32_t i = 0; n_links == 0 && n_regions > 1 && i < n_regions; i++) {
        HANSE_TRY(hanse__region_needs_position(
            scenario, i,
            "work has a latency_limit or goes to the nearest, and latency goes by distance"));
    }
    return HANSE_OK;
}

enum hanse_status hanse__check_nearest(const struct hanse_scenario *scenario, int32_t placement)
{
    int32_t n;
    const struct hanse_pool *pools = hanse_scenario_table(scenario, &hanse_kind_pool, &n);
    bool nearest = placement == HANSE_SITING_NEAREST;
    for (int32_t i = 0; placement == HANSE_SITING_BY_POOL && i < n; i++) {
        nearest |= pools[i].placement == HANSE_SITING_NEAREST;
    }
    return nearest ? check_positions(scenario) : HANSE_OK;
}

void hanse__demand_small_speeds(const struct hanse_world *world, double *speeds)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    for (int32_t i = 0; i < n; i++) {
        double reference_s = request_s(world, &workloads[i], &world->reference);
        int32_t model = workloads[i].substitute;
        for (int32_t a = 0; a < world->tables.n_accelerators; a++) {
            speeds[a * n + i] = model >= 0
                                    ? reference_s / request_by(world, &workloads[i], model,
                                                               &world->tables.accelerators[a])
                                    : 0.0;
        }
    }
}

static enum hanse_status check_substitute(const struct hanse_scenario *scenario, int32_t index,
                                          const struct hanse_workload *w)
{
    if (w->substitute >= 0 && !(w->quality > 0.0)) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "quality",
                                     "must say what share of the model's quality its "
                                     "substitute reaches, > 0");
    }
    if (w->substitute < 0 && w->quality > 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "quality",
                                     "is that of a substitute, but none is given");
    }
    if (w->substitute >= 0 && w->substitute == w->model) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "substitute",
                                     "must be another model than the wanted one");
    }
    return HANSE_OK;
}

static enum hanse_status check_steps(const struct hanse_scenario *scenario,
                                     const struct hanse_workload *w)
{
    char what[160];
    snprintf(what, sizeof what, "workload '%.100s'", w->name);
    HANSE_TRY(hanse__steps_check(scenario, w->model, w->prompt_tokens, w->output_tokens, what));
    return w->substitute >= 0 ? hanse__steps_check(scenario, w->substitute, w->prompt_tokens,
                                                   w->output_tokens, what)
                              : HANSE_OK;
}

static enum hanse_status check_workload(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_workload *w = hanse_scenario_table(scenario, &hanse_kind_workload, &n);
    w += index;
    if (w->cloud_use != HANSE_CLOUD_NEVER && w->cloud < 0) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "cloud_use",
                                     "needs a cloud to use, but none is given");
    }
    if (w->deadline_h > w->give_up_h) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "deadline",
                                     "must not be past give_up (%g h), got %g h", w->give_up_h,
                                     w->deadline_h);
    }
    if (w->give_up_h != floor(w->give_up_h) || w->deadline_h != floor(w->deadline_h)) {
        return hanse_scenario_reject(
            scenario, &hanse_kind_workload, index, "give_up",
            "deadline and give_up must be whole hours, got %g and %g h", w->deadline_h,
            w->give_up_h);
    }
    if (w->latency_limit_s > 0.0) {
        HANSE_TRY(check_positions(scenario));
    }
    HANSE_TRY(hanse__check_nearest(scenario, w->placement));
    HANSE_TRY(check_substitute(scenario, index, w));
    HANSE_TRY(check_steps(scenario, w));
    double sum = 0.0;
    for (int32_t i = 0; i < w->profile.count; i++) {
        if (!(w->profile.items[i] >= 0.0)) {
            return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "profile",
                                         "must not be negative, got %g at hour %d",
                                         w->profile.items[i], (int)i);
        }
        sum += w->profile.items[i];
    }
    if (w->profile.count > 0 && fabs(sum / HANSE_WEEK_H - 1.0) > 1e-6) {
        return hanse_scenario_reject(scenario, &hanse_kind_workload, index, "profile",
                                     "must have mean 1 over the week, got %.9g",
                                     sum / HANSE_WEEK_H);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_workload, member)
#define TREND(word, member, text)                                                              \
    {                                                                                          \
        .key = word, .type = HANSE_NUMBER, .unit = "1/year", .offset = AT(member), .low = -5,  \
        .high = 5, .doc = text                                                                 \
    }
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "regions",
     .type = HANSE_REFERENCES,
     .options = "region",
     .offset = AT(regions),
     .doc = "regions that ask it; all when not given"},
    {.key = "data_class",
     .type = HANSE_CHOICE,
     .options = HANSE_DATA_CLASS_WORDS,
     .offset = AT(data_class),
     .flags = HANSE_REQUIRED,
     .doc = "sensitivity of its data"},
    {.key = "tier",
     .type = HANSE_INTEGER,
     .offset = AT(tier),
     .fallback = 1,
     .low = 1,
     .high = 1000,
     .doc = "priority: 1 is served first; equal tiers share in proportion"},
    {.key = "model",
     .type = HANSE_REFERENCE,
     .options = "model",
     .offset = AT(model),
     .flags = HANSE_REQUIRED,
     .doc = "language model it calls"},
    {.key = "substitute",
     .type = HANSE_REFERENCE,
     .options = "model",
     .offset = AT(substitute),
     .doc = "smaller model that answers where the wanted one can't; see substitute_when"},
    {.key = "substitute_when",
     .type = HANSE_CHOICE,
     .options = HANSE_SUBSTITUTE_WORDS,
     .offset = AT(substitute_when),
     .fallback_text = "either",
     .needs = "substitute given",
     .doc =
         "while the wanted model is withdrawn (licence), for what hardware and API leave over "
         "(capacity), or either"},
    {.key = "quality",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(quality),
     .low = 0,
     .high = 1,
     .doc = "the substitute's, as a share of the wanted model's; needed with one"},
    {.key = "prompts_start",
     .type = HANSE_NUMBER,
     .unit = "prompt/person/day",
     .offset = AT(prompts_start),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e6,
     .doc = "prompts per inhabitant and day at hour 0"},
    {.key = "prompts_cap",
     .type = HANSE_NUMBER,
     .unit = "prompt/person/day",
     .offset = AT(prompts_cap),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e6,
     .doc = "prompts per inhabitant and day in the long run"},
    TREND("growth", growth_per_year, "rate of the logistic curve between the two"),
    {.key = "prompt_tokens",
     .type = HANSE_NUMBER,
     .unit = "token/prompt",
     .offset = AT(prompt_tokens),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e7,
     .doc = "mean length of a prompt"},
    {.key = "output_tokens",
     .type = HANSE_NUMBER,
     .unit = "token/prompt",
     .offset = AT(output_tokens),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e7,
     .doc = "mean length of an answer"},
    TREND("tokens_trend", tokens_trend_per_year, "continuous yearly growth of both lengths"),
    TREND("efficiency_trend", efficiency_trend_per_year,
          "continuous yearly fall of compute per token at fixed quality"),
    {.key = "profile",
     .type = HANSE_SERIES,
     .unit = "1",
     .offset = AT(profile),
     .count = HANSE_WEEK_H,
     .doc = "168 hourly factors from Monday 00:00 local, mean 1"},
    {.key = "deadline",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(deadline_h),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 8760,
     .doc = "served within so many hours counts as on time; 0: within the hour"},
    {.key = "give_up",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(give_up_h),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 8760,
     .doc = "waits so many hours and is dropped then; 0: dropped within the hour"},
    {.key = "latency_limit",
     .type = HANSE_NUMBER,
     .unit = "s",
     .offset = AT(latency_limit_s),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 60,
     .doc = "longest one-way network latency to where it is served; 0: any"},
    {.key = "placement",
     .type = HANSE_CHOICE,
     .options = HANSE_SITING_WORDS " by_pool",
     .offset = AT(placement),
     .fallback_text = "by_pool",
     .doc = "where its work goes among all open to it; unless given, as its pool's says"},
    {.key = "prompt_bytes",
     .type = HANSE_NUMBER,
     .unit = "B/token",
     .offset = AT(prompt_bytes_per_token),
     .fallback = 4,
     .low = 0,
     .high = 1e9,
     .doc = "what a token of a prompt takes on a link; 4: plain text (assumption)"},
    {.key = "output_bytes",
     .type = HANSE_NUMBER,
     .unit = "B/token",
     .offset = AT(output_bytes_per_token),
     .fallback = 4,
     .low = 0,
     .high = 1e9,
     .doc = "what a token of an answer takes; streamed in events of its own far more than 4"},
    {.key = "value_unserved",
     .type = HANSE_NUMBER,
     .unit = "EUR/H100_h",
     .offset = AT(value_unserved_eur),
     .low = 0,
     .high = 1e9,
     .doc =
         "what a unit of work is worth that is not served when it is due; only `cost_unserved` "
         "knows it"},
    {.key = "price_limit",
     .type = HANSE_NUMBER,
     .unit = "EUR/H100_h",
     .offset = AT(price_limit_eur),
     .low = 0,
     .high = 1e6,
     .needs = "cloud_use given",
     .doc = "most it pays a foreign API per unit of work, in home money at hour-0 rates; "
            "dropped rather than dearer; 0: any"},
    {.key = "cloud",
     .type = HANSE_REFERENCE,
     .options = "cloud",
     .offset = AT(cloud),
     .needs = "cloud_use given",
     .doc = "foreign API it may use"},
    {.key = "cloud_use",
     .type = HANSE_CHOICE,
     .options = "never overflow always",
     .offset = AT(cloud_use),
     .fallback_text = "never",
     .doc = "when: never, for what the pool can't serve, or before the pool"},
};
#undef AT

const struct hanse_kind hanse_kind_workload = {
    .name = "workload",
    .doc = "A class of inference demand at flow resolution.",
    .size = sizeof(struct hanse_workload),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_workload,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_workload};

#define BY_BOTH                                                                                \
    {                                                                                          \
        "region", "workload"                                                                   \
    }
static const struct hanse_output OUTPUTS[] = {
    [HANSE_DEMAND_SUBSTITUTED] = {"substituted", "H100_h",
                                  "work of any region done by hardware here with the smaller "
                                  "model; of the wanted model's work",
                                  BY_BOTH, HANSE_SUM, NULL, NULL},
    [HANSE_DEMAND_QUALITY_LOST] = {"quality_lost", "H100_h",
                                   "substituted work times the quality that it lacks", BY_BOTH,
                                   HANSE_SUM, NULL, NULL},
};

static void month(struct hanse_world *world, int32_t which)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    const double *substituted =
        hanse__cells(world, HANSE_MECHANISM_DEMAND, HANSE_DEMAND_SUBSTITUTED);
    double *lost = hanse__cells(world, HANSE_MECHANISM_DEMAND, HANSE_DEMAND_QUALITY_LOST);
    for (int32_t i = 0; i < world->tables.n_regions * n; i++) {
        lost[i] = substituted[i] * (1.0 - workloads[i % n].quality);
    }
}

const struct hanse_mechanism hanse_mechanism_demand = {
    .name = "demand",
    .doc = "Inference demand: people, prompts, tokens, reference work.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .month = month,
};
