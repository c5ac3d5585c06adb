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
 * Repairs all begin at once, or by crews: then a device waits its turn, first come first
 * served over all groups that share the crew (machine repair with limited repairmen, Palm
 * 1947). A lost device gives parts: with `salvage` s, of n lost ones floor(n·s) are mended from
 * them when the shelf is empty (cannibalisation). At `retire_age` a device goes; its slot takes
 * a spare as if it were lost (`replace`), or goes too. A delivery brings its share of spares.
 * In every group, always: acquired = working + in repair + on the shelf + on order + dead.
 *
 * A group whose site is cut off keeps its devices but none is available. Why it is cut off is
 * kept, so that what goes unserved can be told apart: for want of power, of network, or another
 * reason.
 *
 * Work per event does not depend on how many groups there are: a change puts its group on a
 * list, and a sweep looks only at the groups on it. The others' means are their levels.
 */
#ifndef HANSE_SIM_PROCESS_FLEET_H
#define HANSE_SIM_PROCESS_FLEET_H

#include <stdbool.h>

#include "sim/engine/stream.h"
#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_maintenance {
    const char *name, *label;
    double repairable_share, spares_share, retire_age_h, salvage;
    struct hanse_duration repair, lead;
    bool reorder, replace;
    int32_t crew;
};

struct hanse_crew { /* people who mend */
    const char *name, *label;
    int64_t count;
};

/* What a working device is fit for. */
enum hanse_standing {
    HANSE_STANDING_AVAILABLE,
    HANSE_STANDING_DARK,    /* but for want of power */
    HANSE_STANDING_OFFLINE, /* but for want of a network */
    HANSE_STANDINGS,
};

struct hanse_group_state {
    int32_t installed;  /* slots */
    int32_t working;    /* slots with a working device */
    int32_t in_repair;  /* slots whose device is being repaired or waits for a crew */
    int32_t waiting;    /* of them waiting */
    int32_t empty;      /* slots waiting for a spare */
    int32_t stock;      /* spares on the shelf */
    int32_t on_order;   /* spares ordered, not yet on the shelf: in transit, held or deferred */
    int32_t held;       /* of them at the border until supply reopens */
    int32_t deferred;   /* of them not accepted by the supplier yet */
    uint8_t blocked;    /* site cut off: enum hanse_block bits */
    bool listed;        /* changed since the last sweep but one */
    bool touched;       /* changed since the last sweep */
    bool mixed;         /* its means were of an hour within which it changed */
    int32_t counted;    /* in its region's level */
    uint32_t numbered;  /* slots ever: the next one's number */
    int64_t acquired;   /* devices ever bought, spares on order included */
    int64_t dead;       /* devices lost for good or retired */
    double parts;       /* of dead devices: how many of them could be mended with it */
    double spares_due;  /* fraction of a spare that deliveries have not brought yet */
    uint32_t shipments; /* spare orders so far: the count of the lead-time draws */
    uint32_t first_empty, last_empty; /* slots waiting, first in first out; UINT32_MAX none */
    double since_h;                /* up to when the integrals below go, for a listed group */
    double hours[HANSE_STANDINGS]; /* device-hours by standing since the last sweep */
    double mean[HANSE_STANDINGS];  /* devices by standing, mean over the hours being swept */
};

/* Why a group is cut off; bits, one for each mechanism and cause. */
enum hanse_block {
    HANSE_BLOCK_SHOCK = 1,           /* withdrawn: territory, owner, controller */
    HANSE_BLOCK_SHOCK_POWER = 2,     /* withdrawn: power */
    HANSE_BLOCK_SHOCK_NETWORK = 4,   /* withdrawn: network */
    HANSE_BLOCK_OUTAGE = 8,          /* the grid is out */
    HANSE_BLOCK_HAZARD = 16,         /* struck */
    HANSE_BLOCK_HAZARD_POWER = 32,   /* without power */
    HANSE_BLOCK_HAZARD_NETWORK = 64, /* without a network */
    HANSE_BLOCK_TAKEOVER = 128,      /* its operator is gone */
    HANSE_BLOCK_ANY_POWER =
        HANSE_BLOCK_SHOCK_POWER | HANSE_BLOCK_OUTAGE | HANSE_BLOCK_HAZARD_POWER,
    HANSE_BLOCK_ANY_OTHER = HANSE_BLOCK_SHOCK | HANSE_BLOCK_HAZARD | HANSE_BLOCK_TAKEOVER,
};

extern const struct hanse_kind hanse_kind_maintenance, hanse_kind_crew;
extern const struct hanse_mechanism hanse_mechanism_fleet;

struct hanse_group_state *hanse__fleet_groups(const struct hanse_world *world);

/* Devices of the group that can work now. */
static inline int32_t hanse__group_available(const struct hanse_group_state *group)
{
    return group->blocked > 0 ? 0 : group->working;
}

/* Brings a group's integrals up to now. Call before changing what they integrate. */
void hanse__fleet_touch(struct hanse_world *world, int32_t group);

/* Closes the integrals for a sweep of hours [from, to) and sets the means. */
void hanse__fleet_settle(struct hanse_world *world, int64_t from, int64_t to);

/* The groups whose means the last settling may have changed. */
const int32_t *hanse__fleet_listed(const struct hanse_world *world, int32_t *n);

/* Cuts a group off for a reason or lifts it; nothing happens when it stood so before. */
void hanse__fleet_block(struct hanse_world *world, int32_t group, enum hanse_block reason,
                        bool blocked);

/* Loses a share of the working devices of marked sites, each as if it had failed past repair;
 * which ones is drawn by (device, cause, event). */
struct hanse_destruction {
    hanse_ref marks;   /* uint8_t: what is marked; the arena may move while devices go */
    size_t first_mark; /* where those of the sites start */
    double share;
    struct hanse_purpose_key key;
    uint64_t cause;
    uint32_t event;
};
enum hanse_status hanse__fleet_destroy(struct hanse_world *world,
                                       const struct hanse_destruction *what);

/* Adds devices of an age to a group, in slots of their own. */
enum hanse_status hanse__fleet_add(struct hanse_world *world, int32_t group, int32_t count,
                                   double age_h);

/* Orders one spare device to the group's shelf, paid today. */
enum hanse_status hanse__fleet_order_spare(struct hanse_world *world, int32_t group);

/* Working devices of at least an age, and the age of the oldest (0: none works). */
double hanse__fleet_older(const struct hanse_world *world, int32_t group, double age_h);
double hanse__fleet_oldest_h(const struct hanse_world *world, int32_t group);
/* Takes the oldest working devices out of service, slots and all; says how many there were. */
enum hanse_status hanse__fleet_retire(struct hanse_world *world, int32_t group, int32_t count,
                                      int32_t *retired);

/* Lets go what waited for supply to reopen, where it has. */
enum hanse_status hanse__fleet_release(struct hanse_world *world);

#endif
