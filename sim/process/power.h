/*
 * Power: grids that go out, and plants behind the meter.
 *
 * A region's grid interrupts a site SAIFI times a year for SAIDI hours in all (IEEE 1366):
 * interruptions begin at rate f / (1 − U) per hour of service, f = SAIFI, U = SAIDI / 8,760,
 * and last SAIDI / SAIFI on average, exponential; so both figures come out as given. The share
 * `outage_shared` of them takes the whole region at once: the common cause; the others strike
 * each site and each plant by itself.
 *
 * A *plant* feeds the sites that name it: sun, water, battery and diesel beside, or instead of,
 * the grid. Every hour, with an equipment energy need E for all working devices at full load,
 *
 *     powered = min(1, (sun + water + grid + battery + diesel) / (PUE · E))
 *
 * is the share of its devices that stay on; the others sleep, draw nothing and wake when there
 * is power again. What the load then really takes is covered in this order: sun and water, the
 * grid (after the battery with `battery_first`), the battery, diesel. Surplus charges the
 * battery, the rest of it is curtailed; the grid fills up what room is left. With round-trip
 * efficiency e a kilowatt-hour in stores √e, and one out takes 1/√e. In every hour
 *
 *     sun + water + grid + diesel = load + change of stored + curtailed + lost.
 *
 * The order is the merit order of marginal cost with a battery that is kept for outages; it is
 * a rule, not an optimisation over the days to come.
 */
#ifndef HANSE_SIM_PROCESS_POWER_H
#define HANSE_SIM_PROCESS_POWER_H

#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_plant {
    const char *name, *label;
    int32_t region;
    struct hanse_actor supplier, fuel_supplier;
    bool grid, battery_first, grid_charges;
    double grid_limit_kw;
    double solar_kw, hydro_kw;
    struct hanse_series hydro_profile;
    double battery_kwh, battery_kw, battery_efficiency;
    double diesel_kw, tank_kwh, refuel_every_h, fuel_eur_per_kwh, fuel_g_per_kwh;
    double capital_eur, life_h, cost_of_capital_per_year, upkeep_eur_per_h;
};

extern const struct hanse_kind hanse_kind_plant;
extern const struct hanse_mechanism hanse_mechanism_power;

/* What a plant has lost; bits. */
enum { HANSE_PLANT_GRID_WITHDRAWN = 1, HANSE_PLANT_FUEL_WITHDRAWN = 2, HANSE_PLANT_STRUCK = 4 };
/* Sets these bits of a plant; nothing happens where they stand so. */
void hanse__plant_cut(struct hanse_world *world, int32_t plant, unsigned bits, unsigned mask);

/* A region's grid goes out for a reason beside the interruptions above, or comes back. */
void hanse__grid_struck(struct hanse_world *world, int32_t region, bool out);

/* At the start of a sweep of hours [from, to): how long each grid was there. */
void hanse__power_settle(struct hanse_world *world, int64_t from, int64_t to);
/* Before an hour is served: the share of each place under power, into powered[places]. */
void hanse__power_open(struct hanse_world *world, int64_t hour, double *powered);
/* After it: balances every plant; free[places] is the share of device time not used. */
void hanse__power_close(struct hanse_world *world, int64_t hour, const double *powered,
                        const double *free);

/* Share of a plant's full load that the hour's sun and water cover, once power is open. */
double hanse__plant_free_share(const struct hanse_world *world, int32_t plant, double pue);

#endif
