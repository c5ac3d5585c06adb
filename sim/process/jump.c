#include "sim/process/jump.h"

#include <math.h>

#include "sim/process/cause.h"
#include "sim/process/control.h"
#include "sim/process/fleet.h"
#include "sim/process/world.h"

enum { EVENT_DUE, EVENT_REOPEN };

struct state {
    struct hanse_purpose_key key;
    hanse_ref owners;   /* int32_t [sites]: operator now */
    hanse_ref happened; /* uint8_t [takeovers] */
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_JUMP]);
}

/* --- jumps ------------------------------------------------------------------------------- */

/* An empty list means everything. */
static bool among(const struct hanse_list *list, int32_t row)
{
    for (int32_t i = 0; i < list->count; i++) {
        if (list->items[i] == row) {
            return true;
        }
    }
    return list->count == 0;
}

static bool holds(const struct hanse_world *world, const struct hanse_jump *jump,
                  enum hanse_jumps what, double t_h)
{
    return jump->what == (int32_t)what && t_h >= jump->from_h && t_h < jump->to_h &&
           hanse__cause_holds(world, jump->cause);
}

double hanse__jump_demand(const struct hanse_world *world, double t_h, int32_t region,
                          int32_t workload)
{
    double factor = 1.0;
    for (int32_t i = 0; i < world->tables.n_jumps; i++) {
        const struct hanse_jump *j = &world->tables.jumps[i];
        if (holds(world, j, HANSE_JUMP_DEMAND, t_h) && among(&j->regions, region) &&
            among(&j->workloads, workload)) {
            factor *= j->factor;
        }
    }
    return factor;
}

double hanse__jump_device_price(const struct hanse_world *world, int32_t accelerator)
{
    double factor = 1.0;
    for (int32_t i = 0; i < world->tables.n_jumps; i++) {
        const struct hanse_jump *j = &world->tables.jumps[i];
        if (holds(world, j, HANSE_JUMP_DEVICE_PRICE, world->moving.now_h) &&
            among(&j->accelerators, accelerator)) {
            factor *= j->factor;
        }
    }
    return factor;
}

double hanse__jump_cloud_price(const struct hanse_world *world, double t_h, int32_t cloud)
{
    double factor = 1.0;
    for (int32_t i = 0; i < world->tables.n_jumps; i++) {
        const struct hanse_jump *j = &world->tables.jumps[i];
        if (holds(world, j, HANSE_JUMP_CLOUD_PRICE, t_h) && among(&j->clouds, cloud)) {
            factor *= j->factor;
        }
    }
    return factor;
}

/* --- takeovers --------------------------------------------------------------------------- */

int32_t hanse__site_owner(const struct hanse_world *world, int32_t site)
{
    return ((const int32_t *)hanse__at(world, state_of(world)->owners))[site];
}

static void block_sites_of(struct hanse_world *world, int32_t owner, bool closed)
{
    const struct hanse_tables *t = &world->tables;
    for (int32_t g = 0; g < t->n_groups; g++) {
        if (hanse__site_owner(world, t->groups[g].site) == owner) {
            hanse__fleet_block(world, g, HANSE_BLOCK_TAKEOVER, closed);
        }
    }
}

static enum hanse_status hand_over(struct hanse_world *world, int32_t index)
{
    const struct hanse_takeover *o = &world->tables.takeovers[index];
    int32_t *owners = hanse__at(world, state_of(world)->owners);
    block_sites_of(world, o->operator_, false);
    for (int32_t i = 0; i < world->tables.n_sites; i++) {
        owners[i] = owners[i] == o->operator_ ? o->successor : owners[i];
    }
    world->moving.changes++;
    world->moving.rules++;
    HANSE_TRY(hanse__control_owners(world));
    return hanse__note(world, HANSE_NOTE_TAKEN_OVER, &hanse_kind_takeover, index, 0.0);
}

static enum hanse_status happen(struct hanse_world *world, int32_t index)
{
    const struct hanse_takeover *o = &world->tables.takeovers[index];
    uint8_t *happened = hanse__at(world, state_of(world)->happened);
    if (happened[index] || world->moving.now_h < o->from_h ||
        !hanse__cause_holds(world, o->cause)) {
        return HANSE_OK;
    }
    happened[index] = 1;
    HANSE_TRY(hanse__note(world, HANSE_NOTE_CLOSED, &hanse_kind_takeover, index, 0.0));
    block_sites_of(world, o->operator_, true);
    world->moving.changes++;
    if (o->successor < 0) {
        return HANSE_OK;
    }
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_takeover, index);
    double u = hanse_uniform_at(state_of(world)->key, world->replication, entity, 0);
    double closed_h = hanse__duration_draw(&o->closed, u);
    return closed_h > 0.0
               ? hanse__schedule(world, HANSE_MECHANISM_JUMP, EVENT_REOPEN, HANSE_ORDER_FREES,
                                 (uint32_t)index, world->moving.now_h + closed_h)
               : hand_over(world, index);
}

enum hanse_status hanse__jump_refresh(struct hanse_world *world)
{
    for (int32_t i = 0; i < world->tables.n_takeovers; i++) {
        HANSE_TRY(happen(world, i));
    }
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    return event->kind % 16 == EVENT_DUE ? happen(world, (int32_t)event->entity)
                                         : hand_over(world, (int32_t)event->entity);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_JUMP] = ref;
    struct state s = {.key = hanse_purpose_key(world->seed, "takeover")};
    HANSE_TRY(hanse__take(world, (size_t)t->n_sites, sizeof(int32_t), &s.owners));
    HANSE_TRY(hanse__take(world, (size_t)t->n_takeovers, 1, &s.happened));
    *state_of(world) = s;
    for (int32_t i = 0; i < t->n_sites; i++) {
        ((int32_t *)hanse__at(world, s.owners))[i] = t->sites[i].operator_;
    }
    for (int32_t i = 0; i < t->n_takeovers; i++) {
        HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_JUMP, EVENT_DUE, HANSE_ORDER_BEGINS,
                                  (uint32_t)i, t->takeovers[i].from_h));
    }
    return HANSE_OK;
}

/* --- tables ------------------------------------------------------------------------------ */

#define AT(member) offsetof(struct hanse_jump, member)
static const struct hanse_field JUMP_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "what",
     .type = HANSE_CHOICE,
     .options = HANSE_JUMP_WORDS,
     .offset = AT(what),
     .flags = HANSE_REQUIRED,
     .doc = "what jumps"},
    {.key = "factor",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(factor),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e6,
     .doc = "what it is multiplied with"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "start, from hour 0"},
    {.key = "to",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(to_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 8.76e9,
     .doc = "end, not included; the same as from: no effect"},
    {.key = "cause",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(cause),
     .doc = "it holds only while this cause does too"},
    {.key = "regions",
     .type = HANSE_REFERENCES,
     .options = "region",
     .offset = AT(regions),
     .doc = "of demand: regions that ask it; all when not given"},
    {.key = "workloads",
     .type = HANSE_REFERENCES,
     .options = "workload",
     .offset = AT(workloads),
     .doc = "of demand: workloads; all when not given"},
    {.key = "accelerators",
     .type = HANSE_REFERENCES,
     .options = "accelerator",
     .offset = AT(accelerators),
     .doc = "of device prices: accelerators; all when not given"},
    {.key = "clouds",
     .type = HANSE_REFERENCES,
     .options = "cloud",
     .offset = AT(clouds),
     .doc = "of API prices: clouds; all when not given"},
};
#undef AT

static enum hanse_status check_jump(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_jump *j = hanse_scenario_table(scenario, &hanse_kind_jump, &n);
    j += index;
    const struct {
        int32_t what, count;
        const char *key;
    } lists[] = {{HANSE_JUMP_DEMAND, j->regions.count, "regions"},
                 {HANSE_JUMP_DEMAND, j->workloads.count, "workloads"},
                 {HANSE_JUMP_DEVICE_PRICE, j->accelerators.count, "accelerators"},
                 {HANSE_JUMP_CLOUD_PRICE, j->clouds.count, "clouds"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (lists[i].count > 0 && lists[i].what != j->what) {
            return hanse_scenario_reject(scenario, &hanse_kind_jump, index, lists[i].key,
                                         "means nothing for what jumps here");
        }
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_jump = {
    .name = "jump",
    .doc = "Demand or a price is another for a time.",
    .size = sizeof(struct hanse_jump),
    .fields = JUMP_FIELDS,
    .n_fields = sizeof JUMP_FIELDS / sizeof *JUMP_FIELDS,
    .check = check_jump,
};

#define AT(member) offsetof(struct hanse_takeover, member)
static const struct hanse_field TAKEOVER_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "operator",
     .type = HANSE_REFERENCE,
     .options = "operator",
     .offset = AT(operator_),
     .flags = HANSE_REQUIRED,
     .doc = "who goes"},
    {.key = "sort",
     .type = HANSE_CHOICE,
     .options = "bankruptcy nationalisation",
     .offset = AT(sort),
     .flags = HANSE_REQUIRED,
     .doc = "how; a nationalisation needs a successor"},
    {.key = "successor",
     .type = HANSE_REFERENCE,
     .options = "operator",
     .offset = AT(successor),
     .doc = "whose the sites are then; none: they stay closed"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "when; with a cause, from when on"},
    {.key = "cause",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(cause),
     .doc = "it happens when this cause holds"},
    HANSE_DURATION_FIELDS("closed", AT(closed), "mean time the sites stand still", 0,
                          "constant", 0.5),
};
#undef AT

static enum hanse_status check_takeover(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_takeover *o = hanse_scenario_table(scenario, &hanse_kind_takeover, &n);
    o += index;
    if (o->sort == HANSE_TAKEOVER_NATIONALISATION && o->successor < 0) {
        return hanse_scenario_reject(scenario, &hanse_kind_takeover, index, "successor",
                                     "must be given for a nationalisation");
    }
    if (o->successor == o->operator_) {
        return hanse_scenario_reject(scenario, &hanse_kind_takeover, index, "successor",
                                     "must be another operator");
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_takeover = {
    .name = "takeover",
    .doc = "An operator goes bankrupt or is nationalised.",
    .size = sizeof(struct hanse_takeover),
    .fields = TAKEOVER_FIELDS,
    .n_fields = sizeof TAKEOVER_FIELDS / sizeof *TAKEOVER_FIELDS,
    .check = check_takeover,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_jump, &hanse_kind_takeover};

static const char *const EVENT_NAMES[] = {[EVENT_DUE] = "due", [EVENT_REOPEN] = "reopen"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_takeover, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_jump = {
    .name = "jump",
    .doc = "Jumps of prices and demand, and operators that go.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
