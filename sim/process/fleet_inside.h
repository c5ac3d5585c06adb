/*
 * Inside the fleet: what its files share. fleet.c keeps slots and integrals, repair.c says what
 * becomes of a device that fails or grows old, maintenance.c describes kinds and outputs.
 */
#ifndef HANSE_SIM_PROCESS_FLEET_INSIDE_H
#define HANSE_SIM_PROCESS_FLEET_INSIDE_H

#include "sim/process/fleet.h"
#include "sim/process/world.h"

enum { EVENT_FAIL, EVENT_REPAIRED, EVENT_SPARE, EVENT_RETIRE };

enum {
    OUT_INSTALLED,
    OUT_AVAILABLE,
    OUT_DOWN,
    OUT_FAILURES,
    OUT_LOST,
    OUT_SPARES,
    OUT_FILLED,
    OUT_ON_ORDER,
    OUT_SALVAGED,
    OUT_RETIRED,
    OUT_QUEUE,
    OUT_RATE, /* the fill rate: a ratio of two others */
    OUT_COUNT
};

extern const struct hanse_output hanse__fleet_outputs[OUT_COUNT];

#define NO_SLOT UINT32_MAX

struct slot {
    double birth_h; /* when its device was new; before 0 for devices there from the start */
    uint32_t group;
    uint32_t failures; /* so far: the count of its next draws */
    uint32_t next;     /* EMPTY: the next empty slot; IN_REPAIR: the next that waits for a crew;
                        * WORKING: print of its failure's time */
    uint32_t number : 30; /* within its group */
    uint32_t condition : 2;
};
enum { WORKING, IN_REPAIR, EMPTY, GONE };

struct crew_state {
    int32_t busy;
    uint32_t first, last; /* slots that wait for it, first in first out */
    int32_t waiting;
};

struct fleet_state {
    struct hanse_purpose_key fail_key, fate_key, repair_key, lead_key;
    hanse_ref groups;   /* struct hanse_group_state [n_groups] */
    hanse_ref entities; /* uint64_t [n_groups] */
    hanse_ref slots;    /* struct slot [capacity] */
    hanse_ref listed;   /* int32_t [n_groups]: groups that changed of late */
    hanse_ref levels;   /* int64_t [n_regions]: devices available now */
    hanse_ref crews;    /* struct crew_state [n_crews] */
    uint32_t n_slots, capacity;
    int32_t n_listed;
};

static inline struct fleet_state *fleet(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_FLEET]);
}

static inline struct slot *slot_at(const struct hanse_world *world, uint32_t slot)
{
    return (struct slot *)hanse__at(world, fleet(world)->slots) + slot;
}

static inline const struct hanse_maintenance *maintenance_of(const struct hanse_world *world,
                                                             int32_t group)
{
    return &world->tables.maintenances[world->tables.groups[group].maintenance];
}

static inline int32_t region_of(const struct hanse_world *world, int32_t group)
{
    return world->tables.sites[world->tables.groups[group].site].region;
}

/* A draw of a device of the slot: of its failure number `count`. */
static inline double slot_uniform(const struct hanse_world *world, struct hanse_purpose_key key,
                                  const struct slot *slot, uint32_t count)
{
    const uint64_t *entities = hanse__at(world, fleet(world)->entities);
    uint64_t entity = hanse_entity_number(entities[slot->group], slot->number);
    return hanse_uniform_at(key, world->replication, entity, count);
}

/* Whatever was ever acquired works, is mended, lies on the shelf, is on order or is dead. */
static inline bool hanse__group_conserves(const struct hanse_group_state *g)
{
    return g->working + g->in_repair + g->empty == g->installed &&
           g->acquired == (int64_t)g->working + g->in_repair + g->stock + g->on_order + g->dead;
}

/* A change of the group's level, between the touch and here, enters its region's. */
void hanse__fleet_follow_level(struct hanse_world *world, int32_t group);
/* Is an event at this time the slot's failure, and not one of a device that is gone? */
bool hanse__slot_fails_now(const struct hanse_world *world, uint32_t slot);
/* Schedules the slot's next failure, given that its device works now. */
enum hanse_status hanse__slot_schedule_failure(struct hanse_world *world, uint32_t slot);
/* A device born then works in the slot from now on. */
enum hanse_status hanse__slot_start(struct hanse_world *world, uint32_t slot, double birth_h);

/* repair.c: what becomes of devices. */
enum hanse_status hanse__fleet_event(struct hanse_world *world,
                                     const struct hanse_event *event);
/* Devices that a group's maintenance wants on the shelf for `count` more. */
enum hanse_status hanse__fleet_stock_up(struct hanse_world *world, int32_t group,
                                        int32_t count);

#endif
