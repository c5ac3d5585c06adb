#include "sim/process/fleet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/account.h"
#include "sim/process/fleet_inside.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_FAIL, EVENT_REPAIRED, EVENT_SPARE };
static const uint32_t NO_SLOT = UINT32_MAX;

struct slot {
    double birth_h; /* when its device was new; before 0 for devices there from the start */
    uint32_t group;
    uint32_t failures;    /* so far: the count of its next draws */
    uint32_t next;        /* EMPTY: the next empty slot; WORKING: print of its failure's time */
    uint32_t number : 30; /* within its group */
    uint32_t condition : 2;
};
enum { WORKING, IN_REPAIR, EMPTY };

struct state {
    struct hanse_purpose_key fail_key, fate_key, repair_key, lead_key;
    hanse_ref groups;   /* struct hanse_group_state [n_groups] */
    hanse_ref entities; /* uint64_t [n_groups] */
    hanse_ref slots;    /* struct slot [capacity] */
    hanse_ref listed;   /* int32_t [n_groups]: groups that changed of late */
    hanse_ref levels;   /* int64_t [n_regions]: devices available now */
    uint32_t n_slots, capacity;
    int32_t n_listed;
};

static struct state *fleet(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_FLEET]);
}

struct hanse_group_state *hanse__fleet_groups(const struct hanse_world *world)
{
    return hanse__at(world, fleet(world)->groups);
}

static struct slot *slot_at(const struct hanse_world *world, uint32_t slot)
{
    return (struct slot *)hanse__at(world, fleet(world)->slots) + slot;
}

static const struct hanse_maintenance *maintenance_of(const struct hanse_world *world,
                                                      int32_t group)
{
    return &world->tables.maintenances[world->tables.groups[group].maintenance];
}

static int32_t region_of(const struct hanse_world *world, int32_t group)
{
    return world->tables.sites[world->tables.groups[group].site].region;
}

static double uniform(const struct hanse_world *world, struct hanse_purpose_key key,
                      const struct slot *slot)
{
    const uint64_t *entities = hanse__at(world, fleet(world)->entities);
    uint64_t entity = hanse_entity_number(entities[slot->group], slot->number);
    return hanse_uniform_at(key, world->replication, entity, slot->failures);
}

/* --- standing ---------------------------------------------------------------------------- */

/* What the group's working devices count as now; HANSE_STANDINGS: nothing. */
static enum hanse_standing standing_of(const struct hanse_group_state *g)
{
    if (g->blocked == 0) {
        return HANSE_STANDING_AVAILABLE;
    }
    if ((g->blocked & HANSE_BLOCK_ANY_OTHER) != 0) {
        return HANSE_STANDINGS;
    }
    bool only_power = (g->blocked & ~HANSE_BLOCK_ANY_POWER) == 0;
    return only_power ? HANSE_STANDING_DARK : HANSE_STANDING_OFFLINE;
}

static void integrate(struct hanse_group_state *g, double to_h)
{
    enum hanse_standing standing = standing_of(g);
    if (standing != HANSE_STANDINGS) {
        g->hours[standing] += (to_h - g->since_h) * g->working;
    }
    g->since_h = to_h;
}

void hanse__fleet_touch(struct hanse_world *world, int32_t group)
{
    struct state *s = fleet(world);
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    if (!g->listed) {
        int32_t *listed = hanse__at(world, s->listed);
        listed[s->n_listed++] = group;
        g->listed = true;
        g->since_h =
            (double)world->moving.hour; /* its levels held all through what was swept */
    }
    g->touched = true;
    integrate(g, world->moving.now_h);
    world->moving.changes++;
}

/* A change of the group's level, between the touch and here, enters its region's. */
static void follow_level(struct hanse_world *world, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    int64_t *levels = hanse__at(world, fleet(world)->levels);
    int32_t now = hanse__group_available(g);
    levels[region_of(world, group)] += now - g->counted;
    g->counted = now;
}

void hanse__fleet_block(struct hanse_world *world, int32_t group, enum hanse_block reason,
                        bool blocked)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    if (((g->blocked & reason) != 0) != blocked) {
        hanse__fleet_touch(world, group);
        g->blocked = (uint8_t)(blocked ? g->blocked | reason : g->blocked & ~reason);
        follow_level(world, group);
    }
}

const int32_t *hanse__fleet_listed(const struct hanse_world *world, int32_t *n)
{
    *n = fleet(world)->n_listed;
    return hanse__at(world, fleet(world)->listed);
}

/* Forgets the groups that have been quiet for a whole sweep. */
static void unlist_quiet(struct hanse_world *world)
{
    struct state *s = fleet(world);
    int32_t *listed = hanse__at(world, s->listed);
    struct hanse_group_state *groups = hanse__fleet_groups(world);
    int32_t kept = 0;
    for (int32_t i = 0; i < s->n_listed; i++) {
        struct hanse_group_state *g = &groups[listed[i]];
        if (g->touched || g->mixed) {
            listed[kept++] = listed[i];
        } else {
            g->listed = false;
        }
    }
    s->n_listed = kept;
}

static void set_means(struct hanse_group_state *g, double hours)
{
    for (int i = 0; i < HANSE_STANDINGS; i++) {
        g->mean[i] = g->hours[i] / hours;
        g->hours[i] = 0.0;
    }
}

void hanse__fleet_settle(struct hanse_world *world, int64_t from, int64_t to)
{
    double hours = (double)(to - from);
    struct state *s = fleet(world);
    double *available = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_AVAILABLE);
    const int64_t *levels = hanse__at(world, s->levels);
    for (int32_t r = 0; r < world->tables.n_regions; r++) {
        available[r] += hours * (double)levels[r];
    }
    unlist_quiet(world);
    const int32_t *listed = hanse__at(world, s->listed);
    struct hanse_group_state *groups = hanse__fleet_groups(world);
    for (int32_t i = 0; i < s->n_listed; i++) {
        struct hanse_group_state *g = &groups[listed[i]];
        integrate(g, (double)to);
        HANSE_CHECK(g->working + g->in_repair + g->empty == g->installed);
        available[region_of(world, listed[i])] +=
            g->hours[HANSE_STANDING_AVAILABLE] - hours * hanse__group_available(g);
        set_means(g, hours);
        g->mixed = g->touched;
        g->touched = false;
    }
}

/* A device that was destroyed leaves the event of its failure behind. The slot remembers which
 * time its present device's failure has, as 32 bits of it, and takes no other for it. */
static uint32_t print_of(double time_h)
{
    uint64_t bits;
    memcpy(&bits, &time_h, sizeof bits);
    return (uint32_t)(bits ^ bits >> 32);
}

/* Schedules the slot's next failure, given that its device works now. */
static enum hanse_status schedule_failure(struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[s->group].accelerator];
    if (a->hazard_per_h <= 0.0) {
        return HANSE_OK;
    }
    double now = world->moving.now_h;
    double e = -log(uniform(world, fleet(world)->fail_key, s));
    double wait;
    if (a->hazard_shape == 1.0) {
        wait = e / a->hazard_per_h;
    } else {
        double age = now - s->birth_h;
        double used = pow(a->hazard_per_h * age, a->hazard_shape);
        wait = pow(used + e, 1.0 / a->hazard_shape) / a->hazard_per_h - age;
    }
    double when = now + fmax(wait, 0.0);
    slot_at(world, slot)->next = print_of(when);
    return hanse__schedule(world, HANSE_MECHANISM_FLEET, EVENT_FAIL, HANSE_ORDER_NEEDS, slot,
                           when);
}

static enum hanse_status start_slot(struct hanse_world *world, uint32_t slot, double birth_h)
{
    slot_at(world, slot)->birth_h = birth_h;
    slot_at(world, slot)->condition = WORKING;
    return schedule_failure(world, slot);
}

/* Appends slots for devices of the given birth. */
static enum hanse_status append(struct hanse_world *world, int32_t group, int32_t count,
                                double birth_h)
{
    struct state *f = fleet(world);
    if (f->n_slots + (uint32_t)count > f->capacity) {
        uint32_t capacity = f->capacity * 2;
        capacity =
            capacity < f->n_slots + (uint32_t)count ? f->n_slots + (uint32_t)count : capacity;
        hanse_ref grown =
            hanse_arena_resize(&world->arena, f->slots, f->capacity * sizeof(struct slot),
                               capacity * sizeof(struct slot));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        f = fleet(world);
        f->slots = grown;
        f->capacity = capacity;
    }
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    uint32_t first = f->n_slots;
    f->n_slots += (uint32_t)count;
    for (int32_t i = 0; i < count; i++) {
        *slot_at(world, first + (uint32_t)i) = (struct slot){
            .group = (uint32_t)group,
            .number = (uint32_t)(g->installed + i),
        };
    }
    g->installed += count;
    g->working += count;
    follow_level(world, group);
    for (int32_t i = 0; i < count; i++) {
        HANSE_TRY(start_slot(world, first + (uint32_t)i, birth_h));
    }
    return HANSE_OK;
}

enum hanse_status hanse__fleet_add(struct hanse_world *world, int32_t group, int32_t count,
                                   double age_h)
{
    hanse__fleet_touch(world, group);
    return append(world, group, count, world->moving.now_h - age_h);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_FLEET] = ref;
    struct state s = {
        .fail_key = hanse_purpose_key(world->seed, "failure"),
        .fate_key = hanse_purpose_key(world->seed, "repairable"),
        .repair_key = hanse_purpose_key(world->seed, "repair"),
        .lead_key = hanse_purpose_key(world->seed, "spare lead time"),
    };
    int64_t devices = 1;
    for (int32_t g = 0; g < t->n_groups; g++) {
        devices += t->groups[g].count;
    }
    if (devices > INT32_MAX) {
        return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                           "groups: at most %d devices in all, got %lld", INT32_MAX,
                           (long long)devices);
    }
    s.capacity = (uint32_t)devices;
    HANSE_TRY(
        hanse__take(world, (size_t)t->n_groups, sizeof(struct hanse_group_state), &s.groups));
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(uint64_t), &s.entities));
    HANSE_TRY(hanse__take(world, s.capacity, sizeof(struct slot), &s.slots));
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(int32_t), &s.listed));
    HANSE_TRY(hanse__take(world, (size_t)t->n_regions, sizeof(int64_t), &s.levels));
    *fleet(world) = s;
    uint64_t *entities = hanse__at(world, s.entities);
    for (int32_t g = 0; g < t->n_groups; g++) {
        entities[g] = hanse_scenario_entity(world->scenario, &hanse_kind_group, g);
    }
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_maintenance *m = maintenance_of(world, g);
        struct hanse_group_state *group = &hanse__fleet_groups(world)[g];
        group->first_empty = group->last_empty = NO_SLOT;
        group->stock = (int32_t)(t->groups[g].spares +
                                 llround(m->spares_share * (double)t->groups[g].count));
        HANSE_TRY(append(world, g, (int32_t)t->groups[g].count, -t->groups[g].age_h));
        hanse__fleet_touch(world, g);
    }
    return HANSE_OK;
}

/* --- spares ------------------------------------------------------------------------------ */

/* Ships spares that the supplier accepted: each has its own lead time. */
static enum hanse_status ship(struct hanse_world *world, int32_t group, int32_t count)
{
    const struct hanse_maintenance *m = maintenance_of(world, group);
    const uint64_t *entities = hanse__at(world, fleet(world)->entities);
    uint64_t entity = entities[group];
    struct hanse_purpose_key key = fleet(world)->lead_key;
    for (int32_t i = 0; i < count; i++) {
        uint32_t number = hanse__fleet_groups(world)[group].shipments++;
        double u = hanse_uniform_at(key, world->replication, entity, number);
        double lead = hanse__duration_draw(&m->lead, u);
        HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_FLEET, EVENT_SPARE, HANSE_ORDER_FREES,
                                  (uint32_t)group, world->moving.now_h + lead));
    }
    return HANSE_OK;
}

static enum hanse_status order_spare(struct hanse_world *world, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->on_order++;
    hanse__account_spare(world, group);
    if (hanse__shock_spares_cut(world, group)) {
        g->deferred++;
        return HANSE_OK;
    }
    return ship(world, group, 1);
}

static bool may_use_stock(const struct hanse_world *world)
{
    return world->moving.recourse != HANSE_RECOURSE_FROZEN;
}

static enum hanse_status fill_slot(struct hanse_world *world, uint32_t slot)
{
    struct slot *s = slot_at(world, slot);
    hanse__fleet_touch(world, (int32_t)s->group);
    struct hanse_group_state *g = &hanse__fleet_groups(world)[s->group];
    g->stock--;
    g->working++;
    follow_level(world, (int32_t)s->group);
    return start_slot(world, slot, world->moving.now_h);
}

static enum hanse_status put_on_shelf(struct hanse_world *world, int32_t group, int32_t count)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->on_order -= count;
    g->stock += count;
    while (g->stock > 0 && g->first_empty != NO_SLOT && may_use_stock(world)) {
        uint32_t slot = g->first_empty;
        g->first_empty = slot_at(world, slot)->next;
        if (g->first_empty == NO_SLOT) {
            g->last_empty = NO_SLOT;
        }
        g->empty--;
        HANSE_TRY(fill_slot(world, slot));
        g = &hanse__fleet_groups(world)[group];
    }
    return HANSE_OK;
}

enum hanse_status hanse__fleet_release(struct hanse_world *world)
{
    for (int32_t i = 0; i < world->tables.n_groups; i++) {
        struct hanse_group_state *g = &hanse__fleet_groups(world)[i];
        if ((g->held == 0 && g->deferred == 0) || hanse__shock_spares_cut(world, i)) {
            continue;
        }
        int32_t held = g->held;
        int32_t deferred = g->deferred;
        g->held = g->deferred = 0;
        HANSE_TRY(put_on_shelf(world, i, held));
        HANSE_TRY(ship(world, i, deferred));
    }
    return HANSE_OK;
}

/* --- events ------------------------------------------------------------------------------ */

static enum hanse_status lose(struct hanse_world *world, uint32_t slot, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    int32_t region = region_of(world, group);
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_LOST)[region] += 1.0;
    if (g->stock > 0 && may_use_stock(world)) {
        hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_FILLED)[region] += 1.0;
        HANSE_TRY(fill_slot(world, slot));
    } else {
        slot_at(world, slot)->next = NO_SLOT;
        slot_at(world, slot)->condition = EMPTY;
        if (g->last_empty == NO_SLOT) {
            g->first_empty = slot;
        } else {
            slot_at(world, g->last_empty)->next = slot;
        }
        g->last_empty = slot;
        g->empty++;
    }
    return maintenance_of(world, group)->reorder ? order_spare(world, group) : HANSE_OK;
}

static enum hanse_status fail(struct hanse_world *world, uint32_t slot)
{
    struct slot *s = slot_at(world, slot);
    if (s->condition != WORKING || s->next != print_of(world->moving.now_h)) {
        return HANSE_OK;
    }
    int32_t group = (int32_t)s->group;
    const struct hanse_maintenance *m = maintenance_of(world, group);
    hanse__fleet_touch(world, group);
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->working--;
    follow_level(world, group);
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_FAILURES)[region_of(world, group)] += 1.0;
    double fate = uniform(world, fleet(world)->fate_key, s);
    double u = uniform(world, fleet(world)->repair_key, s);
    s->failures++;
    if (fate >= m->repairable_share) {
        return lose(world, slot, group);
    }
    slot_at(world, slot)->condition = IN_REPAIR;
    g->in_repair++;
    double time = hanse__duration_draw(&m->repair, u);
    return hanse__schedule(world, HANSE_MECHANISM_FLEET, EVENT_REPAIRED, HANSE_ORDER_FREES,
                           slot, world->moving.now_h + time);
}

enum hanse_status hanse__fleet_destroy(struct hanse_world *world,
                                       const struct hanse_destruction *what)
{
    uint32_t n = fleet(world)->n_slots;
    for (uint32_t i = 0; i < n; i++) {
        const struct slot *s = slot_at(world, i);
        int32_t group = (int32_t)s->group;
        const uint8_t *marked = (uint8_t *)hanse__at(world, what->marks) + what->first_mark;
        if (s->condition != WORKING || !marked[world->tables.groups[group].site]) {
            continue;
        }
        const uint64_t *entities = hanse__at(world, fleet(world)->entities);
        uint64_t device = hanse_entity_number(entities[group], s->number);
        if (hanse_uniform_at(what->key, world->replication,
                             hanse_entity_number(what->cause, device),
                             what->event) < what->share) {
            hanse__fleet_touch(world, group);
            hanse__fleet_groups(world)[group].working--;
            follow_level(world, group);
            HANSE_TRY(lose(world, i, group));
        }
    }
    return HANSE_OK;
}

static enum hanse_status repaired(struct hanse_world *world, uint32_t slot)
{
    int32_t group = (int32_t)slot_at(world, slot)->group;
    hanse__fleet_touch(world, group);
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->in_repair--;
    g->working++;
    slot_at(world, slot)->condition = WORKING;
    follow_level(world, group);
    return schedule_failure(world, slot);
}

static enum hanse_status spare_arrives(struct hanse_world *world, int32_t group)
{
    if (hanse__shock_spares_cut(world, group)) {
        hanse__fleet_groups(world)[group].held++;
        return HANSE_OK;
    }
    return put_on_shelf(world, group, 1);
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    switch (event->kind % 16) {
    case EVENT_FAIL:
        return fail(world, event->entity);
    case EVENT_REPAIRED:
        return repaired(world, event->entity);
    default:
        return spare_arrives(world, (int32_t)event->entity);
    }
}

static void month(struct hanse_world *world, int32_t which)
{
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    double *spares = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_SPARES);
    double *on_order = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_ON_ORDER);
    double *installed = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_INSTALLED);
    double *down = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_DOWN);
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        int32_t region = region_of(world, g);
        HANSE_CHECK(groups[g].working + groups[g].in_repair + groups[g].empty ==
                    groups[g].installed);
        spares[region] += groups[g].stock;
        on_order[region] += groups[g].on_order;
        installed[region] += groups[g].installed;
        down[region] += groups[g].installed - groups[g].working;
    }
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_maintenance};

static const char *const EVENT_NAMES[] = {
    [EVENT_FAIL] = "fail", [EVENT_REPAIRED] = "repaired", [EVENT_SPARE] = "spare"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    bool of_group = event->kind % 16 == EVENT_SPARE;
    int32_t group =
        of_group ? (int32_t)event->entity : (int32_t)slot_at(world, event->entity)->group;
    hanse__name_row(world, &hanse_kind_group, group, text, size);
    if (!of_group) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "/%u", slot_at(world, event->entity)->number);
    }
}

const struct hanse_mechanism hanse_mechanism_fleet = {
    .name = "fleet",
    .doc = "Devices fail with age, are repaired or replaced from spares.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = hanse__fleet_outputs,
    .n_outputs = OUT_COUNT,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .month = month,
};
