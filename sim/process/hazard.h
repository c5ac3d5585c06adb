/*
 * Hazards: one cause that strikes several things at once.
 *
 * Common causes are objects of their own, never hidden in rates: a cable landing that carries
 * two cables, a storm over a coast, a software update, a blackout of two grids. A hazard
 * strikes at a date (from, to) or at random (`rate`, `duration_…`), and what it strikes is
 * listed, or lies within `radius` of its centre: regions, sites, links. Each site in its reach
 * is struck with chance `reach`, drawn by (hazard, site, event); links, and grids as a whole,
 * always.
 *
 *   all       sites stand still, their plants too
 *   power     the grids of its regions go out, plants there have only their own power; sites
 *             listed by name go dark
 *   network   its regions lose all their links and work on as islands; sites listed by name
 *             are cut off
 *
 * Links listed go down whatever the effect. `destroyed` is the share of struck sites' working
 * devices that is lost for good, each as if it had failed past repair.
 */
#ifndef HANSE_SIM_PROCESS_HAZARD_H
#define HANSE_SIM_PROCESS_HAZARD_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

enum hanse_strike { HANSE_STRIKE_ALL, HANSE_STRIKE_POWER, HANSE_STRIKE_NETWORK };
#define HANSE_STRIKE_WORDS "all power network"

struct hanse_hazard {
    const char *name, *label;
    struct hanse_list regions, sites, links;
    double latitude, longitude, radius_m;
    int32_t effect;
    double reach, destroyed;
    double from_h, to_h, rate_per_h;
    struct hanse_duration duration;
};

extern const struct hanse_kind hanse_kind_hazard;
extern const struct hanse_mechanism hanse_mechanism_hazard;

#endif
