/*
 * The fleet: devices that fail, are repaired or replaced from spares, and age.
 *
 * Every device position (slot) of a group has a failure time of its own, drawn statelessly
 * from (slot, number of failures so far). With Weibull shape k and hazard h the age at failure
 * has the cumulative hazard (h·a)^k; given that a device of age a works, it fails at
 *
 *     T = ((h·a)^k + E)^(1/k) / h,   E exponential with mean 1
 *
 * which for k = 1 is a constant rate h. A failed device is repaired on site with probability
 * `repairable_share` (it keeps its age: minimal repair). Otherwise it is lost, and its slot
 * takes a spare from the group's shelf, at once while there are any; each lost device orders
 * one replacement to the shelf (base stock, (S−1, S)), which arrives after the lead time unless
 * supply is cut. With ample stock the number on order is Poisson(n·h·T) whatever the lead
 * time's law (Palm 1938).
 *
 * A group whose site is cut off keeps its devices but none is available.
 */
#ifndef HANSE_SIM_PROCESS_FLEET_H
#define HANSE_SIM_PROCESS_FLEET_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_maintenance {
    const char *name, *label;
    double repairable_share, spares_share;
    struct hanse_duration repair, lead;
    bool reorder;
};

struct hanse_group_state {
    int32_t installed;  /* slots */
    int32_t working;    /* slots with a working device */
    int32_t in_repair;  /* slots whose device is being repaired */
    int32_t empty;      /* slots waiting for a spare */
    int32_t stock;      /* spares on the shelf */
    int32_t on_order;   /* spares ordered, not yet on the shelf: in transit, held or deferred */
    int32_t held;       /* of them at the border until supply reopens */
    int32_t deferred;   /* of them not accepted by the supplier yet */
    int32_t blocked;    /* site cut off */
    uint32_t shipments; /* spare orders so far: the count of the lead-time draws */
    uint32_t first_empty, last_empty; /* slots waiting, first in first out; UINT32_MAX none */
    double available_h; /* device-hours available since the last sweep, up to since_h */
    double since_h;
    double mean_available; /* devices available, mean over the hours being swept */
};

extern const struct hanse_kind hanse_kind_maintenance;
extern const struct hanse_mechanism hanse_mechanism_fleet;

struct hanse_group_state *hanse__fleet_groups(const struct hanse_world *world);

/* Devices of the group that can work now. */
static inline int32_t hanse__group_available(const struct hanse_group_state *group)
{
    return group->blocked > 0 ? 0 : group->working;
}

/* Brings a group's integrals up to now. Call before changing what they integrate. */
void hanse__fleet_touch(struct hanse_world *world, int32_t group);

/* Closes the integrals for a sweep of hours [from, to) and sets every mean_available. */
void hanse__fleet_settle(struct hanse_world *world, int64_t from, int64_t to);

/* Cuts a site's groups off or restores them. */
void hanse__fleet_block(struct hanse_world *world, int32_t group, bool blocked);

/* Adds new devices to a group: slots that start at age 0. */
enum hanse_status hanse__fleet_add(struct hanse_world *world, int32_t group, int32_t count);

/* Lets go what waited for supply to reopen, where it has. */
enum hanse_status hanse__fleet_release(struct hanse_world *world);

#endif
