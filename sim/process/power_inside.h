/*
 * Inside power: what its files share. power.c has the grids and their interruptions, plant.c a
 * plant's hour.
 */
#ifndef HANSE_SIM_PROCESS_POWER_INSIDE_H
#define HANSE_SIM_PROCESS_POWER_INSIDE_H

#include "sim/process/power.h"
#include "sim/process/world.h"

enum {
    HANSE_OUT_PLANT_LOAD,
    HANSE_OUT_PLANT_SUN,
    HANSE_OUT_PLANT_WATER,
    HANSE_OUT_PLANT_GRID,
    HANSE_OUT_PLANT_DIESEL,
    HANSE_OUT_PLANT_CURTAILED,
    HANSE_OUT_PLANT_LOST,
    HANSE_OUT_PLANT_STORED,
    HANSE_OUT_PLANT_ASLEEP,
    HANSE_OUT_PLANT_WAKES,
    HANSE_OUT_PLANT_COST,
    HANSE_OUT_OUTAGES,
    HANSE_OUT_OUTAGE_HOURS,
};

/* A plant in motion. */
struct hanse_plant_state {
    double stored_kwh, fuel_kwh;
    double next_refuel_h;
    double up_h, since_h; /* hours the grid was there since the last sweep, up to since_h */
    double grid_share;    /* of the hours being swept */
    double powered;       /* share of its devices under power this hour */
    double need_kw;       /* of its equipment, all at full load */
    double sun_kwh, water_kwh; /* this hour */
    double eur, grams;         /* of energy, not booked yet */
    uint8_t cut;               /* HANSE_PLANT_… bits */
    bool out;                  /* its own interruption */
};

struct hanse_power {
    struct hanse_purpose_key when_key, length_key;
    hanse_ref plants;     /* struct hanse_plant_state [plants] */
    hanse_ref counts;     /* uint32_t [sites + plants + regions]: interruptions so far */
    hanse_ref site_out;   /* uint8_t [sites] */
    hanse_ref region_out; /* uint8_t [regions]: bits below */
    hanse_ref sun_means;  /* double [regions] */
    hanse_ref site_first, group_next; /* int32_t: groups of a site, a list; -1 ends */
};
enum { HANSE_REGION_OUT = 1, HANSE_REGION_STRUCK = 2 };

static inline struct hanse_power *hanse__power(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_POWER]);
}

static inline struct hanse_plant_state *hanse__plants(const struct hanse_world *world)
{
    return hanse__at(world, hanse__power(world)->plants);
}

/* Is the plant connected to a live grid now? */
bool hanse__plant_on_grid(const struct hanse_world *world, int32_t plant);
/* Brings a plant's hours on the grid up to now; call before it loses or regains it. */
void hanse__plant_touch(struct hanse_world *world, int32_t plant);

#endif
