/* Nouns of place. */
#include <math.h>

#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"

#define AT(member) offsetof(struct hanse_region, member)
static const struct hanse_field REGION_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_region),
    {.key = "jurisdiction",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(jurisdiction),
     .flags = HANSE_REQUIRED,
     .doc = "whose territory it is"},
    {.key = "pool",
     .type = HANSE_REFERENCE,
     .options = "pool",
     .offset = AT(pool),
     .flags = HANSE_REQUIRED,
     .doc = "pool that serves its demand"},
    {.key = "grid",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(grid),
     .doc = "who supplies its electricity"},
    {.key = "population",
     .type = HANSE_NUMBER,
     .unit = "person",
     .offset = AT(population),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e10,
     .doc = "inhabitants"},
    {.key = "electricity_price",
     .type = HANSE_NUMBER,
     .unit = "EUR/kWh",
     .offset = AT(electricity_price_eur_per_kwh),
     .flags = HANSE_REQUIRED,
     .low = -1,
     .high = 10,
     .doc = "price of electricity to a data centre"},
    {.key = "carbon_intensity",
     .type = HANSE_NUMBER,
     .unit = "g/kWh",
     .offset = AT(carbon_intensity_g_per_kwh),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 3000,
     .doc = "emissions per electricity used"},
    {.key = "pue",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(pue),
     .flags = HANSE_REQUIRED,
     .low = 1,
     .high = 5,
     .doc = "facility energy over equipment energy"},
    {.key = "utc_offset",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(utc_offset_h),
     .flags = HANSE_CERTAIN,
     .low = -12,
     .high = 14,
     .doc = "local time less UTC, rounded to whole hours for profiles"},
    {.key = "latitude",
     .type = HANSE_NUMBER,
     .unit = "degree",
     .offset = AT(latitude),
     .low = -90,
     .high = 90,
     .doc = "north positive; needed, with longitude, where anything goes by distance"},
    {.key = "longitude",
     .type = HANSE_NUMBER,
     .unit = "degree",
     .offset = AT(longitude),
     .low = -180,
     .high = 180,
     .doc = "east positive"},
    {.key = "price_profile",
     .type = HANSE_SERIES,
     .unit = "1",
     .offset = AT(price_profile),
     .doc = "hourly factors on the price, mean 1: 24 or 168 or 8760 from 1 January, local"},
    {.key = "carbon_profile",
     .type = HANSE_SERIES,
     .unit = "1",
     .offset = AT(carbon_profile),
     .doc = "hourly factors on the carbon intensity, likewise"},
    {.key = "temperature",
     .type = HANSE_NUMBER,
     .unit = "K",
     .offset = AT(temperature_k),
     .low = -60,
     .high = 60,
     .needs = "pue_per_kelvin > 0",
     .doc = "mean of the year, above freezing"},
    {.key = "temperature_season",
     .type = HANSE_NUMBER,
     .unit = "K",
     .offset = AT(temperature_season_k),
     .low = 0,
     .high = 60,
     .needs = "pue_per_kelvin > 0",
     .doc = "how much warmer the warmest day is than the year"},
    {.key = "temperature_day",
     .type = HANSE_NUMBER,
     .unit = "K",
     .offset = AT(temperature_day_k),
     .low = 0,
     .high = 40,
     .needs = "pue_per_kelvin > 0",
     .doc = "how much warmer 15 h is than the day"},
    {.key = "cooling_above",
     .type = HANSE_NUMBER,
     .unit = "K",
     .offset = AT(cooling_above_k),
     .fallback = 15,
     .low = -60,
     .high = 60,
     .needs = "pue_per_kelvin > 0",
     .doc = "temperature above which heat adds to the PUE"},
    {.key = "pue_per_kelvin",
     .type = HANSE_NUMBER,
     .unit = "1/K",
     .offset = AT(pue_per_kelvin),
     .low = 0,
     .high = 1,
     .doc = "what a kelvin above that adds; `pue` is then the figure without heat"},
    {.key = "solar_capacity_factor",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(solar_capacity_factor),
     .low = 0,
     .high = 0.5,
     .doc = "yearly mean yield of solar panels over their peak power"},
    {.key = "solar_variation",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(solar_variation),
     .low = 0,
     .high = 0.57,
     .needs = "solar_capacity_factor > 0",
     .doc = "coefficient of variation of a day's yield, by the weather"},
    {.key = "saidi",
     .type = HANSE_NUMBER,
     .unit = "h/year",
     .offset = AT(saidi_h_per_year),
     .low = 0,
     .high = 8000,
     .doc = "hours a year a customer of its grid is without power (SAIDI)"},
    {.key = "saifi",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(saifi_per_year),
     .low = 0,
     .high = 10000,
     .doc = "interruptions a year of such a customer (SAIFI)"},
    {.key = "outage_shared",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(outage_shared),
     .low = 0,
     .high = 1,
     .needs = "saifi > 0",
     .doc = "share of these that strike the whole region at once, a common cause"},
};

enum hanse_status hanse__region_needs_position(const struct hanse_scenario *scenario,
                                               int32_t region, const char *why)
{
    int32_t n;
    const struct hanse_region *r = hanse_scenario_table(scenario, &hanse_kind_region, &n);
    r += region;
    if (r->latitude != 0.0 || r->longitude != 0.0) {
        return HANSE_OK;
    }
    return hanse_scenario_reject(scenario, &hanse_kind_region, region, "latitude",
                                 "it must say where it is, latitude and longitude: %s", why);
}

static enum hanse_status check_profile(const struct hanse_scenario *scenario, int32_t index,
                                       const char *key, const struct hanse_series *profile)
{
    double sum = 0.0;
    for (int32_t i = 0; i < profile->count; i++) {
        sum += profile->items[i];
    }
    if (profile->count != 0 && profile->count != 24 && profile->count != 168 &&
        profile->count != 8760) {
        return hanse_scenario_reject(scenario, &hanse_kind_region, index, key,
                                     "must have 24, 168 or 8760 factors, got %d",
                                     (int)profile->count);
    }
    if (profile->count > 0 && fabs(sum / profile->count - 1.0) > 1e-6) {
        return hanse_scenario_reject(scenario, &hanse_kind_region, index, key,
                                     "must have mean 1, got %.9g", sum / profile->count);
    }
    return HANSE_OK;
}

static enum hanse_status check_region(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_region *r = hanse_scenario_table(scenario, &hanse_kind_region, &n);
    r += index;
    HANSE_TRY(check_profile(scenario, index, "price_profile", &r->price_profile));
    HANSE_TRY(check_profile(scenario, index, "carbon_profile", &r->carbon_profile));
    if ((r->saidi_h_per_year > 0.0) != (r->saifi_per_year > 0.0)) {
        return hanse_scenario_reject(scenario, &hanse_kind_region, index, "saidi",
                                     "saidi and saifi go together, got %g h/year and %g/year",
                                     r->saidi_h_per_year, r->saifi_per_year);
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_region = {
    .name = "region",
    .doc = "A place on one grid in one jurisdiction, where people ask and machines stand.",
    .size = sizeof(struct hanse_region),
    .fields = REGION_FIELDS,
    .n_fields = HANSE_COUNT(REGION_FIELDS),
    .check = check_region,
};
#undef AT
