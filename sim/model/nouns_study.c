/* Nouns of the study itself: what is asked, over which time, what the page leads with. */
#include <math.h>
#include <stdio.h>

#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"

/* Months are 730 h and every result is kept by the month, so what bounds results must be whole
 * months. */
enum { MONTH_H = 730 };

static bool whole_months(double hours)
{
    return fmod(hours, MONTH_H) == 0.0;
}

#define AT(member) offsetof(struct hanse_settings, member)
static const struct hanse_field SCENARIO_FIELDS[] = {
    {.key = "title",
     .type = HANSE_TEXT,
     .offset = AT(title),
     .flags = HANSE_REQUIRED,
     .doc = "title of the study, heads the report"},
    {.key = "question",
     .type = HANSE_TEXT,
     .offset = AT(question),
     .doc = "the question the study answers, in one sentence"},
    {.key = "hypothetical",
     .type = HANSE_FLAG,
     .offset = AT(hypothetical),
     .doc = "the shocks have no basis in a rule in force; the page says so"},
    {.key = "start",
     .type = HANSE_TEXT,
     .offset = AT(start),
     .flags = HANSE_REQUIRED,
     .doc = "date of hour 0, YYYY-MM-DD, from 00:00 UTC; no leap days"},
    {.key = "horizon",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(horizon_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = MONTH_H,
     .high = 100 * 8760.0,
     .doc = "simulated time; whole months of 730 h"},
    {.key = "seed",
     .type = HANSE_INTEGER,
     .offset = AT(seed),
     .fallback = 1,
     .low = 0,
     .high = 9007199254740992.0,
     .doc = "seed of all random streams"},
    {.key = "replications",
     .type = HANSE_INTEGER,
     .offset = AT(replications),
     .fallback = 200,
     .low = 1,
     .high = 1e6,
     .doc = "replications with uncertain inputs drawn"},
    {.key = "central",
     .type = HANSE_INTEGER,
     .offset = AT(central),
     .fallback = 20,
     .low = 0,
     .high = 1e6,
     .doc = "further replications with inputs at mid, to tell simulation error from spread"},
    {.key = "currency",
     .type = HANSE_TEXT,
     .offset = AT(currency),
     .fallback_text = "EUR",
     .doc = "currency of all money, real"},
    {.key = "base_year",
     .type = HANSE_INTEGER,
     .offset = AT(base_year),
     .flags = HANSE_REQUIRED,
     .low = 1990,
     .high = 2100,
     .doc = "year whose prices all money is in"},
    {.key = "discount_rate",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(discount_rate_per_year),
     .fallback = 0.03,
     .low = -0.5,
     .high = 1,
     .doc = "real social discount rate for the levelised cost"},
    {.key = "resilience_tolerance",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(resilience_tolerance),
     .flags = HANSE_CERTAIN,
     .fallback = 0.01,
     .low = 0,
     .high = 1,
     .doc = "share of an hour's demand; a shock's loss up to this counts as recovered"},
    {.key = "detour",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(detour),
     .fallback = 3,
     .low = 1,
     .high = 20,
     .doc = "length of a network path over the great circle; the default is the median of "
            "round trips over 2,500 to 5,000 km, 0.0297 ms/km (reference/networks.csv)"},
    {.key = "reference_accelerator",
     .type = HANSE_REFERENCE,
     .options = "accelerator",
     .offset = AT(reference_accelerator),
     .flags = HANSE_REQUIRED,
     .doc = "device whose hours, at its mid efficiency, are the unit of reference work"},
};

static enum hanse_status check_settings(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_settings *s = hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    if (!whole_months(s[index].horizon_h)) {
        return hanse_scenario_reject(scenario, &hanse_kind_scenario, index, "horizon",
                                     "must be whole months of 730 h, got %g h",
                                     s[index].horizon_h);
    }
    int year, month, day, end = 0;
    if (sscanf(s[index].start, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
        s[index].start[end] != '\0' || month < 1 || month > 12 || day < 1 || day > 31) {
        return hanse_scenario_reject(scenario, &hanse_kind_scenario, index, "start",
                                     "must be a date YYYY-MM-DD, got '%s'", s[index].start);
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_scenario = {
    .name = "scenario",
    .doc = "What is studied and for how long.",
    .size = sizeof(struct hanse_settings),
    .fields = SCENARIO_FIELDS,
    .n_fields = HANSE_COUNT(SCENARIO_FIELDS),
    .check = check_settings,
    .min_rows = 1,
    .max_rows = 1,
};
#undef AT

#define AT(member) offsetof(struct hanse_window_noun, member)
static const struct hanse_field WINDOW_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_window_noun),
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 100 * 8760.0,
     .doc = "start; whole months"},
    {.key = "to",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(to_h),
     .flags = HANSE_REQUIRED | HANSE_CERTAIN,
     .low = 0,
     .high = 100 * 8760.0,
     .doc = "end; whole months"},
    {.key = "shade", .type = HANSE_FLAG, .offset = AT(shade), .doc = "shaded in charts"},
};

static enum hanse_status check_window(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_window_noun *w = hanse_scenario_table(scenario, &hanse_kind_window, &n);
    const struct hanse_settings *s = hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    w += index;
    if (!whole_months(w->from_h) || !whole_months(w->to_h)) {
        return hanse_scenario_reject(
            scenario, &hanse_kind_window, index, "from",
            "from and to must be whole months of 730 h, got %g and %g h", w->from_h, w->to_h);
    }
    if (w->to_h < w->from_h || (n > 0 && w->to_h > s->horizon_h)) {
        return hanse_scenario_reject(scenario, &hanse_kind_window, index, "to",
                                     "must not be before from nor past the horizon, got %g h",
                                     w->to_h);
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_window = {
    .name = "window",
    .doc = "A stretch of time for which the summary is also taken.",
    .size = sizeof(struct hanse_window_noun),
    .fields = WINDOW_FIELDS,
    .n_fields = HANSE_COUNT(WINDOW_FIELDS),
    .check = check_window,
};
#undef AT
