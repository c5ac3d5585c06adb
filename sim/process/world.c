#include "sim/process/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/batch.h"
#include "sim/process/cause.h"
#include "sim/process/cloud.h"
#include "sim/process/currency.h"
#include "sim/process/demand.h"
#include "sim/process/eligible.h"
#include "sim/process/export.h"
#include "sim/process/fleet.h"
#include "sim/process/hazard.h"
#include "sim/process/islands.h"
#include "sim/process/jump.h"
#include "sim/process/latency.h"
#include "sim/process/market.h"
#include "sim/process/network.h"
#include "sim/process/power.h"
#include "sim/process/procure.h"
#include "sim/process/replication.h"
#include "sim/process/resilience.h"
#include "sim/process/shock.h"
#include "sim/process/stack.h"
#include "sim/process/supply.h"
#include "sim/process/viewer.h"

static const char *const NOTE_NAMES[HANSE_NOTE_WHATS] = {
    [HANSE_NOTE_WITHDRAWN] = "withdrawn",   [HANSE_NOTE_RETURNED] = "returned",
    [HANSE_NOTE_RESTRICTED] = "restricted", [HANSE_NOTE_LIFTED] = "lifted",
    [HANSE_NOTE_BROKEN] = "broken",         [HANSE_NOTE_MENDED] = "mended",
    [HANSE_NOTE_CLOSED] = "closed",         [HANSE_NOTE_TAKEN_OVER] = "taken over",
    [HANSE_NOTE_BEGUN] = "begun",           [HANSE_NOTE_ENDED] = "ended",
    [HANSE_NOTE_STRUCK] = "struck",         [HANSE_NOTE_OVER] = "over",
};

const char *hanse_note_name(uint32_t what)
{
    return what < HANSE_NOTE_WHATS ? NOTE_NAMES[what] : NULL;
}

void hanse__world_read_tables(struct hanse_world *world)
{
    const struct hanse_scenario *s = world->scenario;
    struct hanse_tables *t = &world->tables;
    int32_t one;
    t->settings = hanse_scenario_table(s, &hanse_kind_scenario, &one);
    t->blocs = hanse_scenario_table(s, &hanse_kind_bloc, &t->n_blocs);
    t->jurisdictions = hanse_scenario_table(s, &hanse_kind_jurisdiction, &t->n_jurisdictions);
    t->firms = hanse_scenario_table(s, &hanse_kind_firm, &t->n_firms);
    t->operators = hanse_scenario_table(s, &hanse_kind_operator, &t->n_operators);
    t->pools = hanse_scenario_table(s, &hanse_kind_pool, &t->n_pools);
    t->regions = hanse_scenario_table(s, &hanse_kind_region, &t->n_regions);
    t->accelerators = hanse_scenario_table(s, &hanse_kind_accelerator, &t->n_accelerators);
    t->models = hanse_scenario_table(s, &hanse_kind_model, &t->n_models);
    t->sites = hanse_scenario_table(s, &hanse_kind_site, &t->n_sites);
    t->groups = hanse_scenario_table(s, &hanse_kind_group, &t->n_groups);
    t->maintenances = hanse_scenario_table(s, &hanse_kind_maintenance, &t->n_maintenances);
    t->withdraws = hanse_scenario_table(s, &hanse_kind_withdraw, &t->n_withdraws);
    t->restrictions = hanse_scenario_table(s, &hanse_kind_restriction, &t->n_restrictions);
    t->causes = hanse_scenario_table(s, &hanse_kind_cause, &t->n_causes);
    t->limbs = hanse_scenario_table(s, &hanse_kind_limb, &t->n_limbs);
    t->suppliers = hanse_scenario_table(s, &hanse_kind_supplier, &t->n_suppliers);
    t->rivals = hanse_scenario_table(s, &hanse_kind_rival, &t->n_rivals);
    t->procurements = hanse_scenario_table(s, &hanse_kind_procurement, &t->n_procurements);
    t->crews = hanse_scenario_table(s, &hanse_kind_crew, &t->n_crews);
    t->stacks = hanse_scenario_table(s, &hanse_kind_stack, &t->n_stacks);
    t->ports = hanse_scenario_table(s, &hanse_kind_port, &t->n_ports);
    t->jumps = hanse_scenario_table(s, &hanse_kind_jump, &t->n_jumps);
    t->takeovers = hanse_scenario_table(s, &hanse_kind_takeover, &t->n_takeovers);
    t->purchases = hanse_scenario_table(s, &hanse_kind_purchase, &t->n_purchases);
    t->clouds = hanse_scenario_table(s, &hanse_kind_cloud, &t->n_clouds);
    t->workloads = hanse_scenario_table(s, &hanse_kind_workload, &t->n_workloads);
    t->batches = hanse_scenario_table(s, &hanse_kind_batch, &t->n_batches);
    t->stations = hanse_scenario_table(s, &hanse_kind_station, &t->n_stations);
    t->routes = hanse_scenario_table(s, &hanse_kind_route, &t->n_routes);
    t->links = hanse_scenario_table(s, &hanse_kind_link, &t->n_links);
    t->currencies = hanse_scenario_table(s, &hanse_kind_currency, &t->n_currencies);
    t->devaluations = hanse_scenario_table(s, &hanse_kind_devaluation, &t->n_devaluations);
    t->hazards = hanse_scenario_table(s, &hanse_kind_hazard, &t->n_hazards);
    t->plants = hanse_scenario_table(s, &hanse_kind_plant, &t->n_plants);
    t->eligibilities = hanse_scenario_table(s, &hanse_kind_eligibility, &t->n_eligibilities);
    t->servings = hanse_scenario_table(s, &hanse_kind_serving, &t->n_servings);
    t->openings = hanse_scenario_table(s, &hanse_kind_opening, &t->n_openings);
    t->shortfalls = hanse_scenario_table(s, &hanse_kind_shortfall, &t->n_shortfalls);
    t->kind_firm = hanse_scenario_kind(s, "firm");
    t->kind_operator = hanse_scenario_kind(s, "operator");
    t->kind_jurisdiction = hanse_scenario_kind(s, "jurisdiction");
    t->kind_pool = hanse_scenario_kind(s, "pool");
    t->kind_bloc = hanse_scenario_kind(s, "bloc");
}

bool hanse__in_bloc(const struct hanse_jurisdiction *jurisdiction, int32_t bloc)
{
    for (int32_t i = 0; i < jurisdiction->blocs.count; i++) {
        if (jurisdiction->blocs.items[i] == bloc) {
            return true;
        }
    }
    return false;
}

static bool covers_jurisdiction(const struct hanse_tables *t, struct hanse_actor actor,
                                int32_t jurisdiction)
{
    if (jurisdiction < 0) {
        return false;
    }
    if (actor.kind == t->kind_jurisdiction) {
        return actor.index == jurisdiction;
    }
    return actor.kind == t->kind_bloc &&
           hanse__in_bloc(&t->jurisdictions[jurisdiction], actor.index);
}

static bool covers_one_of(const struct hanse_tables *t, struct hanse_actor actor,
                          const struct hanse_actor_list *compelled_by)
{
    for (int32_t i = 0; i < compelled_by->count; i++) {
        struct hanse_actor by = compelled_by->items[i];
        if ((by.kind == actor.kind && by.index == actor.index) ||
            (by.kind == t->kind_jurisdiction && covers_jurisdiction(t, actor, by.index))) {
            return true;
        }
    }
    return false;
}

bool hanse__actor_covers(const struct hanse_world *world, struct hanse_actor actor,
                         struct hanse_actor target)
{
    const struct hanse_tables *t = &world->tables;
    if (actor.kind < 0 || target.kind < 0) {
        return false;
    }
    if (actor.kind == target.kind && actor.index == target.index) {
        return true;
    }
    if (target.kind == t->kind_jurisdiction) {
        return covers_jurisdiction(t, actor, target.index);
    }
    if (target.kind == t->kind_operator) {
        return covers_jurisdiction(t, actor, t->operators[target.index].home) ||
               covers_one_of(t, actor, &t->operators[target.index].compelled_by);
    }
    if (target.kind != t->kind_firm) {
        return false;
    }
    for (int32_t firm = target.index; firm >= 0; firm = t->firms[firm].parent) {
        if ((actor.kind == t->kind_firm && actor.index == firm) ||
            covers_jurisdiction(t, actor, t->firms[firm].home) ||
            covers_one_of(t, actor, &t->firms[firm].compelled_by) ||
            covers_one_of(t, actor, &t->firms[firm].stands_for)) {
            return true;
        }
    }
    return false;
}

bool hanse__data_allowed(const struct hanse_world *world, int32_t data_class, int32_t from,
                         int32_t in)
{
    const struct hanse_jurisdiction *home = &world->tables.jurisdictions[from];
    if (from == in || home->trust[data_class] == HANSE_TRUST_ANY) {
        return true;
    }
    if (home->trust[data_class] == HANSE_TRUST_HOME) {
        return false;
    }
    for (int32_t i = 0; i < home->blocs.count; i++) {
        int32_t bloc = home->blocs.items[i];
        if (world->tables.blocs[bloc].circulates[data_class] &&
            hanse__in_bloc(&world->tables.jurisdictions[in], bloc)) {
            return true;
        }
    }
    return false;
}

enum hanse_status hanse__schedule(struct hanse_world *world, int mechanism, int what,
                                  enum hanse_order order, uint32_t entity, double time_h)
{
    if (!(time_h < world->horizon_h)) {
        return HANSE_OK;
    }
    struct hanse_event event = {
        .time = time_h,
        .kind = (uint16_t)(mechanism * 16 + what),
        .order = (uint8_t)order,
        .entity = entity,
    };
    return hanse_calendar_schedule(&world->calendar, &event, NULL);
}

enum hanse_status hanse__note(struct hanse_world *world, enum hanse_note_what what,
                              const struct hanse_kind *kind, int32_t entity, double value)
{
    struct hanse_moving *m = &world->moving;
    if (m->n_notes == m->notes_capacity) {
        uint32_t capacity = m->notes_capacity ? 2 * m->notes_capacity : 16;
        hanse_ref grown = hanse_arena_resize(&world->arena, m->notes,
                                             m->notes_capacity * sizeof(struct hanse_note),
                                             capacity * sizeof(struct hanse_note));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        m->notes = grown;
        m->notes_capacity = capacity;
    }
    uint32_t of = (uint32_t)hanse_scenario_kind(world->scenario, kind->name);
    hanse__resilience_note(world, what, of, (uint32_t)entity);
    struct hanse_note *notes = hanse__at(world, m->notes);
    notes[m->n_notes++] = (struct hanse_note){
        .time_h = m->now_h,
        .what = what,
        .kind = of,
        .entity = (uint32_t)entity,
        .value = value,
    };
    return HANSE_OK;
}

enum hanse_status hanse__take(struct hanse_world *world, size_t n, size_t size, hanse_ref *ref)
{
    *ref = hanse_arena_take(&world->arena, (n > 0 ? n : 1) * size);
    return *ref != 0 ? HANSE_OK : HANSE_ERR_MEMORY;
}

/* Weekday of a Gregorian date, 0 = Monday (Zeller's congruence). */
static int weekday(const char *date)
{
    int year = 1970, month = 1, day = 1;
    sscanf(date, "%d-%d-%d", &year, &month, &day);
    if (month < 3) {
        month += 12;
        year--;
    }
    int from_saturday =
        (day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7;
    return (from_saturday + 5) % 7;
}

int hanse__hour_of_week(const struct hanse_world *world, int64_t hour, double utc_offset_h)
{
    int64_t local = hour + 24 * weekday(world->tables.settings->start) + llround(utc_offset_h);
    return (int)((local % HANSE_WEEK_H + HANSE_WEEK_H) % HANSE_WEEK_H);
}

void hanse__name_row(const struct hanse_world *world, const struct hanse_kind *kind,
                     int32_t index, char *text, size_t size)
{
    int32_t n;
    const char *rows = hanse_scenario_table(world->scenario, kind, &n);
    const char *name; /* the first member of every kind's struct */
    memcpy(&name, rows + (size_t)index * kind->size, sizeof name);
    snprintf(text, size, "%s/%s", kind->name, name);
}
