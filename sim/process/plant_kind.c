/* The kind "plant", and what a site on one must be. */
#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"
#include "sim/process/power.h"

static enum hanse_status check_plant(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n_plants, n_sites;
    const struct hanse_plant *p = (const struct hanse_plant *)hanse_scenario_table(
                                      scenario, &hanse_kind_plant, &n_plants) +
                                  index;
    const struct hanse_site *sites = hanse_scenario_table(scenario, &hanse_kind_site, &n_sites);
    for (int32_t i = 0; i < n_sites; i++) {
        if (sites[i].plant == index && sites[i].region != p->region) {
            return hanse_scenario_reject(scenario, &hanse_kind_plant, index, "region",
                                         "must be the region of site '%s', which it feeds",
                                         sites[i].name);
        }
        if (sites[i].plant == index && sites[i].batch_share > 0.0) {
            return hanse_scenario_reject(scenario, &hanse_kind_site, i, "batch_share",
                                         "must be 0 on a plant: its devices sleep by the hour, "
                                         "which batch jobs can't; got %g",
                                         sites[i].batch_share);
        }
    }
    if (p->hydro_profile.count != 0 && p->hydro_profile.count != 12) {
        return hanse_scenario_reject(scenario, &hanse_kind_plant, index, "hydro_profile",
                                     "must have 12 monthly factors, got %d",
                                     (int)p->hydro_profile.count);
    }
    if (p->solar_kw > 0.0) {
        HANSE_TRY(hanse__region_needs_position(scenario, p->region,
                                               "how high the sun stands over a plant's panels "
                                               "goes by latitude"));
    }
    if (p->refuel_every_h > 0.0 && p->tank_kwh <= 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_plant, index, "refuel_every",
                                     "needs a tank to fill, but tank is 0");
    }
    if (p->capital_eur > 0.0 && p->life_h <= 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_plant, index, "life",
                                     "must be > 0 where there is capital, got %g h", p->life_h);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_plant, member)
static const struct hanse_field FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_plant),
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .flags = HANSE_REQUIRED,
     .doc = "where it stands: sun, tariff, interruptions of its grid"},
    {.key = "supplier",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(supplier),
     .needs = "grid = true",
     .doc = "of its grid power; the region's grid if not given"},
    {.key = "fuel_supplier",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(fuel_supplier),
     .needs = "diesel > 0",
     .doc = "who fills the tank; withdrawn on the axis power, it isn't filled"},
    {.key = "grid",
     .type = HANSE_FLAG,
     .offset = AT(grid),
     .fallback = 1,
     .doc = "it is connected to the grid"},
    {.key = "grid_limit",
     .type = HANSE_NUMBER,
     .unit = "kW",
     .offset = AT(grid_limit_kw),
     .low = 0,
     .high = 1e9,
     .needs = "grid = true",
     .doc = "most it takes from the grid; 0: no limit"},
    {.key = "solar",
     .type = HANSE_NUMBER,
     .unit = "kW",
     .offset = AT(solar_kw),
     .low = 0,
     .high = 1e9,
     .doc = "peak power of its panels"},
    {.key = "hydro",
     .type = HANSE_NUMBER,
     .unit = "kW",
     .offset = AT(hydro_kw),
     .low = 0,
     .high = 1e9,
     .doc = "power of its turbines in a mean month"},
    {.key = "hydro_profile",
     .type = HANSE_SERIES,
     .unit = "1",
     .offset = AT(hydro_profile),
     .needs = "hydro > 0",
     .doc = "12 factors on that, by month from hour 0; constant when not given"},
    {.key = "battery",
     .type = HANSE_NUMBER,
     .unit = "kWh",
     .offset = AT(battery_kwh),
     .low = 0,
     .high = 1e9,
     .needs = "battery_power > 0",
     .doc = "capacity of its battery; full at hour 0"},
    {.key = "battery_power",
     .type = HANSE_NUMBER,
     .unit = "kW",
     .offset = AT(battery_kw),
     .low = 0,
     .high = 1e9,
     .needs = "battery > 0",
     .doc = "most that goes in or out"},
    {.key = "battery_efficiency",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(battery_efficiency),
     .flags = HANSE_LOW_OPEN,
     .fallback = 0.9,
     .low = 0,
     .high = 1,
     .needs = "battery > 0",
     .doc = "round trip"},
    {.key = "battery_first",
     .type = HANSE_FLAG,
     .offset = AT(battery_first),
     .fallback = 0,
     .needs = "battery > 0",
     .doc = "the battery covers the load before the grid does"},
    {.key = "grid_charges",
     .type = HANSE_FLAG,
     .offset = AT(grid_charges),
     .fallback = 1,
     .needs = "battery > 0",
     .doc = "the grid fills the battery when there is room"},
    {.key = "diesel",
     .type = HANSE_NUMBER,
     .unit = "kW",
     .offset = AT(diesel_kw),
     .low = 0,
     .high = 1e9,
     .doc = "power of its generator"},
    {.key = "tank",
     .type = HANSE_NUMBER,
     .unit = "kWh",
     .offset = AT(tank_kwh),
     .low = 0,
     .high = 1e12,
     .needs = "diesel > 0",
     .doc = "fuel on site as electricity, full at hour 0; 0: never scarce"},
    {.key = "refuel_every",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(refuel_every_h),
     .low = 0,
     .high = 876000,
     .needs = "diesel > 0",
     .doc = "time between fillings; 0: never filled again"},
    {.key = "fuel_cost",
     .type = HANSE_NUMBER,
     .unit = "EUR/kWh",
     .offset = AT(fuel_eur_per_kwh),
     .low = 0,
     .high = 100,
     .needs = "diesel > 0",
     .doc = "fuel for a unit of electricity"},
    {.key = "fuel_carbon",
     .type = HANSE_NUMBER,
     .unit = "g/kWh",
     .offset = AT(fuel_g_per_kwh),
     .low = 0,
     .high = 5000,
     .needs = "diesel > 0",
     .doc = "emissions of that"},
    {.key = "capital",
     .type = HANSE_NUMBER,
     .unit = "EUR",
     .offset = AT(capital_eur),
     .low = 0,
     .high = 1e12,
     .doc = "what it cost, paid as an annuity"},
    {.key = "life",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(life_h),
     .low = 0,
     .high = 100 * 8760.0,
     .needs = "capital > 0",
     .doc = "years over which that is annuitised"},
    {.key = "cost_of_capital",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(cost_of_capital_per_year),
     .low = 0,
     .high = 1,
     .needs = "capital > 0",
     .doc = "real rate of the annuity"},
    {.key = "upkeep",
     .type = HANSE_NUMBER,
     .unit = "EUR/h",
     .offset = AT(upkeep_eur_per_h),
     .low = 0,
     .high = 1e6,
     .doc = "keeping it"},
};
#undef AT

const struct hanse_kind hanse_kind_plant = {
    .name = "plant",
    .doc =
        "Power behind the meter of the sites that name it: sun, water, battery, diesel, grid.",
    .size = sizeof(struct hanse_plant),
    .fields = FIELDS,
    .n_fields = HANSE_COUNT(FIELDS),
    .check = check_plant,
};
