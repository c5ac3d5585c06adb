/*
 * Dispatch: which hardware serves which demand, hour by hour.
 *
 * Within a region all devices share the load evenly, so a region is one number: the share of
 * its device time still free in the hour. Tiers are served in order. Within a tier
 *
 *   1. every region serves its own people, workloads in proportion when there is too little;
 *   2. what is left goes to the pool: each origin spreads it over the regions that may process
 *      it, in proportion to their free capacity, and a region asked for more than it has grants
 *      everyone the same share; rounds repeat until nothing moves;
 *   3. what is left then goes to the foreign API where allowed, else waits, else is dropped.
 *
 * No order of declaration or name decides anything. Demand that may wait is served oldest
 * first; demand = on_time + late + dropped + growth of the backlog, in every hour.
 */
#ifndef HANSE_SIM_PROCESS_DISPATCH_H
#define HANSE_SIM_PROCESS_DISPATCH_H

#include "sim/process/mechanism.h"

struct hanse_world;

extern const struct hanse_mechanism hanse_mechanism_dispatch;

/* Of the hours swept and not yet booked: device-time share used by the flow, summed over hours
 * [regions]. */
const double *hanse__dispatch_busy_h(const struct hanse_world *world);
/* Reference work served on time or late in them, and what the clouds took for it. */
double hanse__dispatch_served(const struct hanse_world *world);
double hanse__dispatch_cloud_eur(const struct hanse_world *world);
/* They are in the books now: starts from nothing. */
void hanse__dispatch_booked(struct hanse_world *world);

#endif
