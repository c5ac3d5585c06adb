#include "sim/process/fleet_inside.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/account.h"
#include "sim/process/replication.h"

struct hanse_group_state *hanse__fleet_groups(const struct hanse_world *world)
{
    return hanse__at(world, fleet(world)->groups);
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
    struct fleet_state *s = fleet(world);
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

void hanse__fleet_follow_level(struct hanse_world *world, int32_t group)
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
        hanse__fleet_follow_level(world, group);
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
    struct fleet_state *s = fleet(world);
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

/* Perfect capacity in place of a site's devices, if that is asked for. */
static void stand_in(const struct hanse_world *world, int32_t group,
                     struct hanse_group_state *g)
{
    const struct hanse_stand_in *perfect = world->stand_in;
    if (perfect != NULL && perfect->site == world->tables.groups[group].site) {
        memset(g->mean, 0, sizeof g->mean);
        g->mean[HANSE_STANDING_AVAILABLE] = perfect->share * g->installed;
    }
}

void hanse__fleet_settle(struct hanse_world *world, int64_t from, int64_t to)
{
    double hours = (double)(to - from);
    struct fleet_state *s = fleet(world);
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
        HANSE_CHECK(hanse__group_conserves(g));
        available[region_of(world, listed[i])] +=
            g->hours[HANSE_STANDING_AVAILABLE] - hours * hanse__group_available(g);
        set_means(g, hours);
        stand_in(world, listed[i], g);
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

bool hanse__slot_fails_now(const struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    return s->condition == WORKING && s->next == print_of(world->moving.now_h);
}

enum hanse_status hanse__slot_schedule_failure(struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[s->group].accelerator];
    if (a->hazard_per_h <= 0.0) {
        return HANSE_OK;
    }
    double now = world->moving.now_h;
    double e = -log(slot_uniform(world, fleet(world)->fail_key, s, s->failures));
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

enum hanse_status hanse__slot_start(struct hanse_world *world, uint32_t slot, double birth_h)
{
    struct slot *s = slot_at(world, slot);
    double retire_h = maintenance_of(world, (int32_t)s->group)->retire_age_h;
    s->birth_h = birth_h;
    s->condition = WORKING;
    if (retire_h > 0.0) {
        HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_FLEET, EVENT_RETIRE, HANSE_ORDER_NEEDS,
                                  slot, fmax(world->moving.now_h, birth_h + retire_h)));
    }
    return hanse__slot_schedule_failure(world, slot);
}

/* Appends slots for devices of the given birth. */
static enum hanse_status append(struct hanse_world *world, int32_t group, int32_t count,
                                double birth_h)
{
    struct fleet_state *f = fleet(world);
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
            .number = g->numbered + (uint32_t)i,
        };
    }
    g->numbered += (uint32_t)count;
    g->acquired += count;
    g->installed += count;
    g->working += count;
    hanse__fleet_follow_level(world, group);
    for (int32_t i = 0; i < count; i++) {
        HANSE_TRY(hanse__slot_start(world, first + (uint32_t)i, birth_h));
    }
    return HANSE_OK;
}

enum hanse_status hanse__fleet_add(struct hanse_world *world, int32_t group, int32_t count,
                                   double age_h)
{
    hanse__fleet_touch(world, group);
    HANSE_TRY(append(world, group, count, world->moving.now_h - age_h));
    return hanse__fleet_stock_up(world, group, count);
}

/* How likely a device of the group fails before the end. */
static double chance_to_fail(const struct hanse_world *world, const struct hanse_group *group)
{
    const struct hanse_accelerator *a = &world->tables.accelerators[group->accelerator];
    double used = pow(a->hazard_per_h * group->age_h, a->hazard_shape);
    double at_end = pow(a->hazard_per_h * (group->age_h + world->horizon_h), a->hazard_shape);
    return a->hazard_per_h > 0.0 ? -expm1(used - at_end) : 0.0;
}

/* Room in the calendar for what is known of every device and loan at the start: no more is
 * pending later. Failures are as many as expected and four standard deviations more. */
static enum hanse_status reserve_events(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    double events = 0.0, variance = 0.0, p = 0.0;
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_group *group = &t->groups[g];
        double count = (double)group->count;
        if (g == 0 || group->accelerator != group[-1].accelerator ||
            group->age_h != group[-1].age_h) {
            p = chance_to_fail(world, group);
        }
        double retire_h = maintenance_of(world, g)->retire_age_h;
        double paid_h = t->accelerators[group->accelerator].life_h - group->age_h;
        events += p * count;
        variance += p * (1.0 - p) * count;
        events += retire_h > 0.0 && retire_h - group->age_h < world->horizon_h ? count : 0.0;
        events += paid_h < world->horizon_h ? 1.0 : 0.0;
    }
    return hanse_calendar_reserve(&world->calendar,
                                  (uint64_t)ceil(events + 4.0 * sqrt(variance)));
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct fleet_state), &ref));
    world->moving.state[HANSE_MECHANISM_FLEET] = ref;
    struct fleet_state s = {
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
    HANSE_TRY(reserve_events(world));
    HANSE_TRY(
        hanse__take(world, (size_t)t->n_groups, sizeof(struct hanse_group_state), &s.groups));
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(uint64_t), &s.entities));
    HANSE_TRY(hanse__take(world, s.capacity, sizeof(struct slot), &s.slots));
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(int32_t), &s.listed));
    HANSE_TRY(hanse__take(world, (size_t)t->n_regions, sizeof(int64_t), &s.levels));
    HANSE_TRY(hanse__take(world, (size_t)t->n_crews, sizeof(struct crew_state), &s.crews));
    *fleet(world) = s;
    for (int32_t c = 0; c < t->n_crews; c++) {
        struct crew_state *crew = (struct crew_state *)hanse__at(world, s.crews) + c;
        crew->first = crew->last = NO_SLOT;
    }
    uint64_t *entities = hanse__at(world, s.entities);
    for (int32_t g = 0; g < t->n_groups; g++) {
        entities[g] = hanse_scenario_entity(world->scenario, &hanse_kind_group, g);
    }
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_maintenance *m = maintenance_of(world, g);
        struct hanse_group_state *group = &hanse__fleet_groups(world)[g];
        group->first_empty = group->last_empty = NO_SLOT;
        group->acquired = group->stock =
            (int32_t)(t->groups[g].spares +
                      llround(m->spares_share * (double)t->groups[g].count));
        HANSE_TRY(append(world, g, (int32_t)t->groups[g].count, -t->groups[g].age_h));
        hanse__fleet_touch(world, g);
    }
    return HANSE_OK;
}

static void month(struct hanse_world *world, int32_t which)
{
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    double *spares = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_SPARES);
    double *on_order = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_ON_ORDER);
    double *installed = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_INSTALLED);
    double *down = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_DOWN);
    double *queue = hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_QUEUE);
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        int32_t region = region_of(world, g);
        HANSE_CHECK(hanse__group_conserves(&groups[g]));
        spares[region] += groups[g].stock;
        on_order[region] += groups[g].on_order;
        installed[region] += groups[g].installed;
        down[region] += groups[g].installed - groups[g].working;
        queue[region] += groups[g].waiting;
    }
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_maintenance, &hanse_kind_crew};

static const char *const EVENT_NAMES[] = {[EVENT_FAIL] = "fail",
                                          [EVENT_REPAIRED] = "repaired",
                                          [EVENT_SPARE] = "spare",
                                          [EVENT_RETIRE] = "retire"};

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
    .handle = hanse__fleet_event,
    .month = month,
};
