#include "sim/process/denial.h"

#include <math.h>

#include "sim/process/world.h"

#define AT(member) offsetof(struct hanse_denial, member)
static const struct hanse_field DENIAL_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "at",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(at_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 876000,
     .doc = "when the actors stop; whole months"},
    {.key = "lasts",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(lasts_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = HANSE_MONTH_H,
     .high = 876000,
     .doc = "for how long; whole months, at most to the horizon"},
    {.key = "notice",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(notice_h),
     .flags = HANSE_CERTAIN,
     .low = 0,
     .high = 876000,
     .doc = "how long before it is announced; with recourse adapt, to procurements that keep "
            "an option or are functions"},
    {.key = "actors",
     .type = HANSE_ACTORS,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(actors),
     .doc = "who is withdrawn, one after the other; every firm, jurisdiction and bloc when "
            "not given"},
    {.key = "viewers",
     .type = HANSE_ACTORS,
     .options = "jurisdiction bloc",
     .offset = AT(viewers),
     .doc = "for whose demand; what lies outside a viewer is foreign to it; every "
            "jurisdiction with inhabitants when not given"},
    {.key = "recourse",
     .type = HANSE_CHOICE,
     .options = HANSE_RECOURSE_WORDS,
     .offset = AT(recourse),
     .fallback_text = "operate",
     .doc = "how far the denied world may react"},
    {.key = "floor",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(floor),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 1,
     .doc = "share of demand below which survival is counted as over"},
    {.key = "pairs",
     .type = HANSE_FLAG,
     .offset = AT(pairs),
     .fallback = 1,
     .doc = "withdraw actors two by two as well, for synergy"},
};
#undef AT

static enum hanse_status check_denial(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_denial *d = hanse_scenario_table(scenario, &hanse_kind_denial, &n);
    const struct hanse_settings *s = hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    d += index;
    if (fmod(d->at_h, HANSE_MONTH_H) != 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_denial, index, "at",
                                     "must be whole months of 730 h, got %g h", d->at_h);
    }
    if (fmod(d->lasts_h, HANSE_MONTH_H) != 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_denial, index, "lasts",
                                     "must be whole months of 730 h, got %g h", d->lasts_h);
    }
    if (d->notice_h > d->at_h) {
        return hanse_scenario_reject(scenario, &hanse_kind_denial, index, "notice",
                                     "must be at most the time until 'at', %g h, got %g h",
                                     d->at_h, d->notice_h);
    }
    if (n > 0 && d->at_h + d->lasts_h > s->horizon_h) {
        return hanse_scenario_reject(scenario, &hanse_kind_denial, index, "lasts",
                                     "must end by the horizon, %g h, got an end at %g h",
                                     s->horizon_h, d->at_h + d->lasts_h);
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_denial = {
    .name = "denial",
    .doc = "Experiments for `hanse deny`: actors are withdrawn at a date, one after the other.",
    .size = sizeof(struct hanse_denial),
    .fields = DENIAL_FIELDS,
    .n_fields = sizeof DENIAL_FIELDS / sizeof *DENIAL_FIELDS,
    .check = check_denial,
};
