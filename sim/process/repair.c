/* What becomes of a device that fails or grows old: repair, parts, spares, an empty slot. */
#include <math.h>

#include "sim/process/account.h"
#include "sim/process/fleet_inside.h"
#include "sim/process/shock.h"

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

enum hanse_status hanse__fleet_order_spare(struct hanse_world *world, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->on_order++;
    g->acquired++;
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
    hanse__fleet_follow_level(world, (int32_t)s->group);
    return hanse__slot_start(world, slot, world->moving.now_h);
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

static void put_in_line(struct hanse_world *world, uint32_t slot, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
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

/* A device is gone for good and its slot wants another: from the shelf or in its turn. */
static enum hanse_status replace(struct hanse_world *world, uint32_t slot, int32_t group,
                                 bool *filled)
{
    *filled = hanse__fleet_groups(world)[group].stock > 0 && may_use_stock(world);
    if (*filled) {
        HANSE_TRY(fill_slot(world, slot));
    } else {
        put_in_line(world, slot, group);
    }
    return maintenance_of(world, group)->reorder ? hanse__fleet_order_spare(world, group)
                                                 : HANSE_OK;
}

/* --- repair ------------------------------------------------------------------------------ */

static enum hanse_status start_repair(struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    const struct hanse_maintenance *m = maintenance_of(world, (int32_t)s->group);
    double u = slot_uniform(world, fleet(world)->repair_key, s, s->failures - 1);
    double time_h = hanse__duration_draw(&m->repair, u);
    return hanse__schedule(world, HANSE_MECHANISM_FLEET, EVENT_REPAIRED, HANSE_ORDER_FREES,
                           slot, world->moving.now_h + time_h);
}

static struct crew_state *crew_of(const struct hanse_world *world, int32_t group)
{
    int32_t crew = maintenance_of(world, group)->crew;
    return crew >= 0 ? (struct crew_state *)hanse__at(world, fleet(world)->crews) + crew : NULL;
}

/* The device stays in its slot and is mended, by a crew when crews are scarce. */
static enum hanse_status mend(struct hanse_world *world, uint32_t slot, int32_t group)
{
    struct crew_state *crew = crew_of(world, group);
    slot_at(world, slot)->condition = IN_REPAIR;
    slot_at(world, slot)->next = NO_SLOT;
    hanse__fleet_groups(world)[group].in_repair++;
    if (crew == NULL) {
        return start_repair(world, slot);
    }
    if (crew->busy < world->tables.crews[maintenance_of(world, group)->crew].count) {
        crew->busy++;
        return start_repair(world, slot);
    }
    *(crew->last == NO_SLOT ? &crew->first : &slot_at(world, crew->last)->next) = slot;
    crew->last = slot;
    hanse__fleet_groups(world)[group].waiting++;
    return HANSE_OK;
}

/* A crew is free: it takes the slot that has waited longest. */
static enum hanse_status free_crew(struct hanse_world *world, int32_t group)
{
    struct crew_state *crew = crew_of(world, group);
    if (crew == NULL) {
        return HANSE_OK;
    }
    uint32_t slot = crew->first;
    if (slot == NO_SLOT) {
        crew->busy--;
        return HANSE_OK;
    }
    crew->first = slot_at(world, slot)->next;
    crew->last = crew->first == NO_SLOT ? NO_SLOT : crew->last;
    hanse__fleet_groups(world)[slot_at(world, slot)->group].waiting--;
    return start_repair(world, slot);
}

/* --- loss and age ------------------------------------------------------------------------ */

/* A dead device gives parts. Where the shelf is empty and the parts of the dead suffice, they
 * mend one of them. */
static bool salvages(struct hanse_world *world, int32_t group)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->parts += maintenance_of(world, group)->salvage;
    if (g->stock > 0 || g->parts < 1.0 - 1e-9 || !may_use_stock(world)) {
        return false;
    }
    g->parts -= 1.0;
    g->dead--;
    return true;
}

static enum hanse_status lose(struct hanse_world *world, uint32_t slot, int32_t group)
{
    int32_t region = region_of(world, group);
    bool filled;
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_LOST)[region] += 1.0;
    hanse__fleet_groups(world)[group].dead++;
    if (salvages(world, group)) {
        hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_SALVAGED)[region] += 1.0;
        return mend(world, slot, group);
    }
    HANSE_TRY(replace(world, slot, group, &filled));
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_FILLED)[region] += filled;
    return HANSE_OK;
}

static void stop_working(struct hanse_world *world, int32_t group)
{
    hanse__fleet_touch(world, group);
    hanse__fleet_groups(world)[group].working--;
    hanse__fleet_follow_level(world, group);
}

static enum hanse_status fail(struct hanse_world *world, uint32_t slot)
{
    struct slot *s = slot_at(world, slot);
    if (!hanse__slot_fails_now(world, slot)) {
        return HANSE_OK;
    }
    int32_t group = (int32_t)s->group;
    stop_working(world, group);
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_FAILURES)[region_of(world, group)] += 1.0;
    double fate = slot_uniform(world, fleet(world)->fate_key, s, s->failures);
    s->failures++;
    return fate >= maintenance_of(world, group)->repairable_share ? lose(world, slot, group)
                                                                  : mend(world, slot, group);
}

/* The slot's device leaves; another takes its place or the slot goes with it. */
static enum hanse_status retire(struct hanse_world *world, uint32_t slot, bool with_slot)
{
    int32_t group = (int32_t)slot_at(world, slot)->group;
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    bool filled;
    g->dead++;
    hanse__cells(world, HANSE_MECHANISM_FLEET, OUT_RETIRED)[region_of(world, group)] += 1.0;
    if (!with_slot) {
        return replace(world, slot, group, &filled);
    }
    slot_at(world, slot)->condition = GONE;
    g->installed--;
    return HANSE_OK;
}

static bool is_too_old(const struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    double limit_h = maintenance_of(world, (int32_t)s->group)->retire_age_h;
    return limit_h > 0.0 && world->moving.now_h - s->birth_h >= limit_h - 1e-6;
}

/* Of a device that is being mended the age is looked at when that is done. */
static enum hanse_status come_of_age(struct hanse_world *world, uint32_t slot)
{
    const struct slot *s = slot_at(world, slot);
    int32_t group = (int32_t)s->group;
    if (s->condition != WORKING || !is_too_old(world, slot)) {
        return HANSE_OK;
    }
    stop_working(world, group);
    return retire(world, slot, !maintenance_of(world, group)->replace);
}

double hanse__fleet_older(const struct hanse_world *world, int32_t group, double age_h)
{
    double n = 0.0;
    for (uint32_t i = 0; i < fleet(world)->n_slots; i++) {
        const struct slot *s = slot_at(world, i);
        n += (int32_t)s->group == group && s->condition == WORKING &&
             world->moving.now_h - s->birth_h >= age_h;
    }
    return n;
}

static uint32_t oldest(const struct hanse_world *world, int32_t group)
{
    uint32_t found = NO_SLOT;
    for (uint32_t i = 0; i < fleet(world)->n_slots; i++) {
        const struct slot *s = slot_at(world, i);
        if ((int32_t)s->group == group && s->condition == WORKING &&
            (found == NO_SLOT || s->birth_h < slot_at(world, found)->birth_h)) {
            found = i;
        }
    }
    return found;
}

double hanse__fleet_oldest_h(const struct hanse_world *world, int32_t group)
{
    uint32_t slot = oldest(world, group);
    return slot != NO_SLOT ? world->moving.now_h - slot_at(world, slot)->birth_h : 0.0;
}

enum hanse_status hanse__fleet_retire(struct hanse_world *world, int32_t group, int32_t count,
                                      int32_t *retired)
{
    *retired = 0;
    for (uint32_t slot; *retired < count && (slot = oldest(world, group)) != NO_SLOT;) {
        stop_working(world, group);
        HANSE_TRY(retire(world, slot, true));
        (*retired)++;
    }
    return HANSE_OK;
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
            stop_working(world, group);
            HANSE_TRY(lose(world, i, group));
        }
    }
    return HANSE_OK;
}

static enum hanse_status repaired(struct hanse_world *world, uint32_t slot)
{
    int32_t group = (int32_t)slot_at(world, slot)->group;
    hanse__fleet_touch(world, group);
    hanse__fleet_groups(world)[group].in_repair--;
    HANSE_TRY(free_crew(world, group));
    if (is_too_old(world, slot)) {
        return retire(world, slot, !maintenance_of(world, group)->replace);
    }
    hanse__fleet_groups(world)[group].working++;
    slot_at(world, slot)->condition = WORKING;
    hanse__fleet_follow_level(world, group);
    return hanse__slot_schedule_failure(world, slot);
}

static enum hanse_status spare_arrives(struct hanse_world *world, int32_t group)
{
    if (hanse__shock_spares_cut(world, group)) {
        hanse__fleet_groups(world)[group].held++;
        return HANSE_OK;
    }
    return put_on_shelf(world, group, 1);
}

/* What is delivered brings its share of spares along, paid and put on the shelf with it. */
enum hanse_status hanse__fleet_stock_up(struct hanse_world *world, int32_t group, int32_t count)
{
    struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    g->spares_due += maintenance_of(world, group)->spares_share * count;
    int32_t spares = (int32_t)floor(g->spares_due + 1e-9);
    g->spares_due -= spares;
    g->acquired += spares;
    g->on_order += spares;
    for (int32_t i = 0; i < spares; i++) {
        hanse__account_spare(world, group);
    }
    return spares > 0 ? put_on_shelf(world, group, spares) : HANSE_OK;
}

enum hanse_status hanse__fleet_event(struct hanse_world *world, const struct hanse_event *event)
{
    switch (event->kind % 16) {
    case EVENT_FAIL:
        return fail(world, event->entity);
    case EVENT_REPAIRED:
        return repaired(world, event->entity);
    case EVENT_RETIRE:
        return come_of_age(world, event->entity);
    default:
        return spare_arrives(world, (int32_t)event->entity);
    }
}
