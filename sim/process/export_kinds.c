/* The field tables of export regimes. */
#include <math.h>

#include "sim/process/export.h"

#define AT(member) offsetof(struct hanse_restriction, member)
#define TPP "total processing performance"
static const struct hanse_field RESTRICTION_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "authority",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(authority),
     .flags = HANSE_REQUIRED,
     .doc = "who makes the rule; it reaches devices sold or made by firms it can compel"},
    {.key = "targets",
     .type = HANSE_ACTORS,
     .options = "jurisdiction bloc",
     .offset = AT(targets),
     .flags = HANSE_REQUIRED,
     .doc = "destinations it is against"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "start, from hour 0"},
    {.key = "to",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(to_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 8.76e9,
     .doc = "end, not included; the same as from: no effect"},
    {.key = "cause",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(cause),
     .doc = "in force only while this cause holds too"},
    {.key = "effect",
     .type = HANSE_CHOICE,
     .options = HANSE_EFFECT_WORDS,
     .offset = AT(effect),
     .doc = "what it does to orders; not given: cap with an allowance, else ban"},
    {.key = "tpp_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(tpp_over),
     .fallback = 1e12,
     .low = 0,
     .high = 1e12,
     .doc = "controls devices of at least this " TPP},
    {.key = "dense_tpp_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(dense_tpp_over),
     .fallback = 1e12,
     .low = 0,
     .high = 1e12,
     .needs = "density_over given",
     .doc = "and those of at least this one that are also at least density_over dense"},
    {.key = "density_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(density_over),
     .fallback = 1e12,
     .low = 0,
     .high = 1e12,
     .needs = "dense_tpp_over given",
     .doc = "performance density, see dense_tpp_over"},
    {.key = "limbs",
     .type = HANSE_CHILDREN,
     .options = "limb",
     .doc = "further conditions, each enough by itself"},
    {.key = "parts",
     .type = HANSE_REFERENCES,
     .options = "accelerator",
     .offset = AT(parts),
     .doc = "devices it controls by name"},
    {.key = "allowance",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(allowance_tpp),
     .low = 0,
     .high = 1e15,
     .doc = TPP " each target may import in all; 0: no such cap"},
    {.key = "allowance_per_year",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(allowance_tpp_per_year),
     .low = 0,
     .high = 1e15,
     .doc = TPP " each target may import in each year of the rule; 0: no such cap"},
    {.key = "exempt_per_year",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(exempt_tpp_per_year),
     .low = 0,
     .high = 1e15,
     .doc = TPP " each operator may order in each year of the rule untouched by it"},
    HANSE_DURATION_FIELDS("licence", AT(licence), "mean time until a licence is granted", 0,
                          "lognormal", 0.5),
    {.key = "denial",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(denial),
     .low = 0,
     .high = 1,
     .doc = "probability that a licence is refused; the order waits until the rule goes"},
    {.key = "levy",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(levy),
     .low = 0,
     .high = 10,
     .doc = "share of the price that is paid on top for controlled devices"},
    {.key = "overcompliance",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(overcompliance),
     .low = 0,
     .high = 1,
     .doc = "probability that suppliers refuse a lawful order for a target; it waits likewise"},
    {.key = "pipeline",
     .type = HANSE_CHOICE,
     .options = "held delivered cancelled",
     .offset = AT(pipeline),
     .fallback_text = "held",
     .needs = "effect != cap|none",
     .doc = "what becomes of orders under way when a ban or licence rule starts"},
    {.key = "spares",
     .type = HANSE_FLAG,
     .offset = AT(spares),
     .fallback = 1,
     .needs = "effect != cap|licence|none",
     .doc = "under a ban spare devices are controlled too"},
    {.key = "firmware",
     .type = HANSE_FLAG,
     .offset = AT(firmware),
     .doc = "support of controlled devices in the target countries ends"},
};
#undef AT

static bool has_limb(const struct hanse_scenario *scenario, int32_t restriction)
{
    int32_t n;
    const struct hanse_limb *limbs = hanse_scenario_table(scenario, &hanse_kind_limb, &n);
    for (int32_t i = 0; i < n; i++) {
        if (limbs[i].restriction == restriction) {
            return true;
        }
    }
    return false;
}

static enum hanse_status check_restriction(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_restriction *r =
        hanse_scenario_table(scenario, &hanse_kind_restriction, &n);
    r += index;
    bool capped = r->allowance_tpp > 0.0 || r->allowance_tpp_per_year > 0.0;
    bool thresholds = r->tpp_over < 1e12 || r->dense_tpp_over < 1e12;
    if (!thresholds && r->parts.count == 0 && !has_limb(scenario, index)) {
        return hanse_scenario_reject(scenario, &hanse_kind_restriction, index, "tpp_over",
                                     "controls nothing: give a threshold, limbs or parts");
    }
    if (r->effect == HANSE_EFFECT_CAP && !capped) {
        return hanse_scenario_reject(scenario, &hanse_kind_restriction, index, "effect",
                                     "a cap needs an allowance > 0, none is given; without one "
                                     "it is a ban");
    }
    if (r->effect >= 0 && r->effect != HANSE_EFFECT_CAP && capped) {
        return hanse_scenario_reject(scenario, &hanse_kind_restriction, index, "allowance",
                                     "is for effect 'cap'");
    }
    bool licensed = r->licence.mean_h > 0.0 || r->denial > 0.0;
    if (licensed && r->effect != HANSE_EFFECT_LICENCE) {
        return hanse_scenario_reject(scenario, &hanse_kind_restriction, index, "denial",
                                     "denial and licence_time are for effect 'licence'");
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_restriction = {
    .name = "restriction",
    .doc = "An export rule on devices past a threshold, against jurisdictions, for a time.",
    .size = sizeof(struct hanse_restriction),
    .fields = RESTRICTION_FIELDS,
    .n_fields = sizeof RESTRICTION_FIELDS / sizeof *RESTRICTION_FIELDS,
    .check = check_restriction,
};

#define AT(member) offsetof(struct hanse_limb, member)
#define SPAN(word, member, of, what)                                                           \
    {.key = word "_from",                                                                      \
     .type = HANSE_NUMBER,                                                                     \
     .unit = (of),                                                                             \
     .offset = AT(member.from),                                                                \
     .low = 0,                                                                                 \
     .high = HANSE_SPAN_END,                                                                   \
     .doc = what " of at least this"},                                                         \
    {                                                                                          \
        .key = word "_below", .type = HANSE_NUMBER, .unit = (of), .offset = AT(member.below),  \
        .fallback = HANSE_SPAN_END, .low = 0, .high = HANSE_SPAN_END,                          \
        .doc = what " of less than this"                                                       \
    }
static const struct hanse_field LIMB_FIELDS[] = {
    {.key = "restriction",
     .type = HANSE_REFERENCE,
     .options = "restriction",
     .offset = AT(restriction),
     .flags = HANSE_REQUIRED,
     .doc = "rule it belongs to"},
    SPAN("tpp", tpp, "1", TPP),
    SPAN("density", performance_density, "1", "performance density"),
    SPAN("memory_bandwidth", memory_bandwidth_gbps, "GB/s", "memory bandwidth"),
    SPAN("interconnect", interconnect_gbps, "GB/s", "transfer rate to other chips"),
    {.key = "data_centre_only",
     .type = HANSE_FLAG,
     .offset = AT(data_centre_only),
     .doc = "only devices designed or marketed for data centres"},
};
#undef AT

static enum hanse_status check_limb(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_limb *limb = hanse_scenario_table(scenario, &hanse_kind_limb, &n);
    limb += index;
    const struct hanse_span *const spans[] = {&limb->tpp, &limb->performance_density,
                                              &limb->memory_bandwidth_gbps,
                                              &limb->interconnect_gbps};
    bool asks = false;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        asks |= spans[i]->from > 0.0 || spans[i]->below < HANSE_SPAN_END;
    }
    if (!asks) {
        return hanse_scenario_reject(scenario, &hanse_kind_limb, index, NULL,
                                     "asks nothing: give at least one threshold");
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_limb = {
    .name = "limb",
    .doc = "Conditions of an export rule that hold together; a device that meets them is "
           "controlled.",
    .size = sizeof(struct hanse_limb),
    .fields = LIMB_FIELDS,
    .n_fields = sizeof LIMB_FIELDS / sizeof *LIMB_FIELDS,
    .check = check_limb,
};
