/*
 * Dispatch: which hardware serves which demand, hour by hour.
 *
 * Within a place (place.h) all devices share the load evenly, so a place is one number: the
 * share of its device time still free in the hour. Tiers are served in order. Within a tier
 *
 *   1. every region serves its own people, workloads in proportion when there is too little;
 *   2. what is left goes to the origin's other regions, then to its pool, then to pools that
 *      share with it: each origin spreads it over the places that may process it, in proportion
 *      to their free capacity, and a place asked for more than it has grants everyone the same
 *      share; rounds repeat until nothing moves;
 *   3. what is left then goes to the foreign API where allowed, else waits, else is dropped.
 *
 * No order of declaration or name decides anything. Demand that may wait is served oldest
 * first; demand = on_time + late + dropped + growth of the backlog, in every hour. What is
 * dropped, or passes its deadline, is told apart by what stood in its way in that hour
 * (reason.c).
 *
 * Where work may go is found when law, network or coordinators change, as *routes*: origins of
 * a workload that may use the same places share one, so an hour costs what the routes hold and
 * not origins times places.
 */
#ifndef HANSE_SIM_PROCESS_DISPATCH_H
#define HANSE_SIM_PROCESS_DISPATCH_H

#include "sim/process/mechanism.h"

struct hanse_world;

extern const struct hanse_mechanism hanse_mechanism_dispatch;

/* Tariffs of the hour being served [regions]. */
struct hanse_tariff;
const struct hanse_tariff *hanse__dispatch_tariffs(const struct hanse_world *world);

/* Reference work served on time or late since the last asking, and what the clouds took. */
double hanse__dispatch_take_served(struct hanse_world *world);
double hanse__dispatch_take_cloud_eur(struct hanse_world *world);

#endif
