#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/account.h"
#include "sim/process/climate.h"
#include "sim/process/dispatch.h"
#include "sim/process/place.h"
#include "sim/process/power_inside.h"

/* What a plant can still do and did in the hour, kWh. */
struct balance {
    double load;                     /* what its sites took */
    double sun, water, grid, diesel; /* in */
    double charged, discharged;      /* at the battery's terminals */
    double curtailed;
};

static double efficiency_one_way(const struct hanse_plant *plant)
{
    return sqrt(plant->battery_efficiency);
}

static double most_discharge(const struct hanse_plant *plant,
                             const struct hanse_plant_state *state)
{
    return fmin(plant->battery_kw, state->stored_kwh * efficiency_one_way(plant));
}

static double most_charge(const struct hanse_plant *plant,
                          const struct hanse_plant_state *state)
{
    double room = plant->battery_kwh - state->stored_kwh;
    return fmin(plant->battery_kw, fmax(0.0, room) / efficiency_one_way(plant));
}

static double most_grid(const struct hanse_plant *plant, const struct hanse_plant_state *state)
{
    double limit = plant->grid_limit_kw > 0.0 ? plant->grid_limit_kw : INFINITY;
    return state->grid_share > 0.0 ? limit * state->grid_share : 0.0;
}

static double most_diesel(const struct hanse_plant *plant,
                          const struct hanse_plant_state *state)
{
    return plant->tank_kwh > 0.0 ? fmin(plant->diesel_kw, state->fuel_kwh) : plant->diesel_kw;
}

/* --- before the hour ---------------------------------------------------------------------- */

static double water_share(const struct hanse_world *world, const struct hanse_plant *plant)
{
    int32_t n = plant->hydro_profile.count;
    return n > 0 ? plant->hydro_profile.items[world->moving.month % n] : 1.0;
}

static void refuel(const struct hanse_plant *plant, struct hanse_plant_state *state,
                   int64_t hour)
{
    if (plant->refuel_every_h <= 0.0 || (double)hour < state->next_refuel_h) {
        return;
    }
    while (state->next_refuel_h <= (double)hour) {
        state->next_refuel_h += plant->refuel_every_h;
    }
    if ((state->cut & HANSE_PLANT_FUEL_WITHDRAWN) == 0) {
        state->fuel_kwh = plant->tank_kwh;
    }
}

static void add_needs(const struct hanse_world *world)
{
    const struct hanse_place *places = hanse__places(world);
    struct hanse_plant_state *plants = hanse__plants(world);
    for (int32_t i = 0; i < world->tables.n_plants; i++) {
        plants[i].need_kw = 0.0;
    }
    for (int32_t p = 0; p < hanse__n_places(world); p++) {
        for (int32_t a = 0; places[p].plant >= 0 && a < world->tables.n_accelerators; a++) {
            plants[places[p].plant].need_kw +=
                hanse__place_devices(world, p, a) * world->tables.accelerators[a].power_kw;
        }
    }
}

static void open_plant(struct hanse_world *world, int32_t i, int64_t hour, double pue)
{
    const struct hanse_plant *plant = &world->tables.plants[i];
    struct hanse_plant_state *state = &hanse__plants(world)[i];
    const double *means = hanse__at(world, hanse__power(world)->sun_means);
    refuel(plant, state, hour);
    bool struck = (state->cut & HANSE_PLANT_STRUCK) != 0;
    state->sun_kwh =
        struck || plant->solar_kw <= 0.0
            ? 0.0
            : plant->solar_kw * hanse__solar(world, plant->region, hour, means[plant->region]);
    state->water_kwh = struck ? 0.0 : plant->hydro_kw * water_share(world, plant);
    double have = struck ? 0.0
                         : state->sun_kwh + state->water_kwh + most_grid(plant, state) +
                               most_discharge(plant, state) + most_diesel(plant, state);
    double need = state->need_kw * pue;
    double before = state->powered;
    state->powered = need > 0.0 ? fmin(1.0, have / need) : 1.0;
    /* A battery emptied by subtraction may keep a crumb: that is no waking. */
    if (before <= 1e-9 && state->powered > 1e-9) {
        hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_PLANT_WAKES)[i] += 1.0;
    }
}

void hanse__power_open(struct hanse_world *world, int64_t hour, double *powered)
{
    if (world->tables.n_plants == 0) {
        return;
    }
    add_needs(world);
    const struct hanse_tariff *tariffs = hanse__dispatch_tariffs(world);
    for (int32_t i = 0; i < world->tables.n_plants; i++) {
        open_plant(world, i, hour, tariffs[world->tables.plants[i].region].pue);
    }
    const struct hanse_place *places = hanse__places(world);
    for (int32_t p = 0; p < hanse__n_places(world); p++) {
        if (places[p].plant >= 0) {
            powered[p] = hanse__plants(world)[places[p].plant].powered;
        }
    }
}

/* --- after it ----------------------------------------------------------------------------- */

static double take(double *rest, double most)
{
    double x = fmin(*rest, most);
    *rest -= x;
    return x;
}

/* Covers the load; what comes in too much goes to the battery. */
static struct balance cover(const struct hanse_plant *plant,
                            const struct hanse_plant_state *state, double load)
{
    struct balance b = {.load = load, .sun = state->sun_kwh, .water = state->water_kwh};
    double rest = load - fmin(load, b.sun + b.water);
    double surplus = b.sun + b.water - (load - rest);
    double battery = most_discharge(plant, state);
    if (plant->battery_first) {
        b.discharged = take(&rest, battery);
        b.grid = take(&rest, most_grid(plant, state));
    } else {
        b.grid = take(&rest, most_grid(plant, state));
        b.discharged = take(&rest, battery);
    }
    b.diesel = take(&rest, most_diesel(plant, state));
    HANSE_ASSERT(rest <= 1e-9 * load);
    b.load -= rest; /* what rounding took too much of */
    if (b.discharged > 0.0) {
        b.curtailed = surplus;
        return b;
    }
    double room = most_charge(plant, state);
    b.charged = take(&surplus, room);
    b.curtailed = surplus;
    if (plant->grid_charges) {
        double more = fmin(room - b.charged, most_grid(plant, state) - b.grid);
        b.charged += more;
        b.grid += more;
    }
    return b;
}

static void note(struct hanse_world *world, int32_t i, const struct balance *b, double lost)
{
#define ADD(output, x) hanse__cells(world, HANSE_MECHANISM_POWER, output)[i] += (x)
    ADD(HANSE_OUT_PLANT_LOAD, b->load);
    ADD(HANSE_OUT_PLANT_SUN, b->sun);
    ADD(HANSE_OUT_PLANT_WATER, b->water);
    ADD(HANSE_OUT_PLANT_GRID, b->grid);
    ADD(HANSE_OUT_PLANT_DIESEL, b->diesel);
    ADD(HANSE_OUT_PLANT_CURTAILED, b->curtailed);
    ADD(HANSE_OUT_PLANT_LOST, lost);
    ADD(HANSE_OUT_PLANT_ASLEEP, 1.0 - hanse__plants(world)[i].powered);
#undef ADD
}

static void close_plant(struct hanse_world *world, int32_t i, double load,
                        const struct hanse_tariff *tariff)
{
    const struct hanse_plant *plant = &world->tables.plants[i];
    struct hanse_plant_state *state = &hanse__plants(world)[i];
    struct balance b = cover(plant, state, load);
    double one_way = efficiency_one_way(plant);
    double before = state->stored_kwh;
    double more = b.charged * one_way - b.discharged / one_way;
    state->stored_kwh = fmin(plant->battery_kwh, fmax(0.0, before + more));
    double lost = b.charged * (1.0 - one_way) + b.discharged * (1.0 / one_way - 1.0);
    state->fuel_kwh = fmax(0.0, state->fuel_kwh - b.diesel);
    HANSE_CHECK(fabs(b.sun + b.water + b.grid + b.diesel - b.load -
                     (state->stored_kwh - before) - b.curtailed - lost) <=
                1e-9 * (b.sun + b.water + b.grid + b.diesel + b.load + before + 1.0));
    state->eur += b.grid * tariff->eur_per_kwh + b.diesel * plant->fuel_eur_per_kwh;
    state->grams += b.grid * tariff->g_per_kwh + b.diesel * plant->fuel_g_per_kwh;
    note(world, i, &b, lost);
}

/* What a place's equipment took: powered devices idle, those at work more. */
static double equipment_kwh(const struct hanse_world *world, int32_t place, double powered,
                            double busy)
{
    double kwh = 0.0;
    for (int32_t a = 0; a < world->tables.n_accelerators; a++) {
        const struct hanse_accelerator *type = &world->tables.accelerators[a];
        kwh += hanse__place_devices(world, place, a) *
               (type->idle_power_kw * powered + (type->power_kw - type->idle_power_kw) * busy);
    }
    return kwh;
}

void hanse__power_close(struct hanse_world *world, int64_t hour, const double *powered,
                        const double *free)
{
    const struct hanse_tables *t = &world->tables;
    if (t->n_plants == 0) {
        return;
    }
    struct hanse_plant_state *plants = hanse__plants(world);
    for (int32_t i = 0; i < t->n_plants; i++) {
        plants[i].need_kw = 0.0; /* from here on: the load's */
    }
    const struct hanse_place *places = hanse__places(world);
    for (int32_t p = 0; p < hanse__n_places(world); p++) {
        if (places[p].plant >= 0) {
            plants[places[p].plant].need_kw +=
                equipment_kwh(world, p, powered[p], powered[p] - free[p]);
        }
    }
    const struct hanse_tariff *tariffs = hanse__dispatch_tariffs(world);
    for (int32_t i = 0; i < t->n_plants; i++) {
        const struct hanse_tariff *tariff = &tariffs[t->plants[i].region];
        close_plant(world, i, plants[i].need_kw * tariff->pue, tariff);
    }
}

double hanse__plant_free_share(const struct hanse_world *world, int32_t plant, double pue)
{
    const struct hanse_plant_state *s = &hanse__plants(world)[plant];
    double free_kwh = s->sun_kwh + s->water_kwh, need_kwh = s->need_kw * pue;
    return free_kwh < need_kwh ? free_kwh / need_kwh : 1.0;
}
