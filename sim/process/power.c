#include "sim/process/power.h"

#include <math.h>
#include <string.h>

#include "sim/model/noun_table.h"
#include "sim/process/account.h"
#include "sim/process/climate.h"
#include "sim/process/fleet.h"
#include "sim/process/power_inside.h"

enum {
    EVENT_SITE_OUT,
    EVENT_SITE_BACK,
    EVENT_PLANT_OUT,
    EVENT_PLANT_BACK,
    EVENT_REGION_OUT,
    EVENT_REGION_BACK
};

/* --- who has a grid ----------------------------------------------------------------------- */

bool hanse__plant_on_grid(const struct hanse_world *world, int32_t plant)
{
    const struct hanse_plant *p = &world->tables.plants[plant];
    const struct hanse_plant_state *state = &hanse__plants(world)[plant];
    const uint8_t *region_out = hanse__at(world, hanse__power(world)->region_out);
    return p->grid && !state->out && region_out[p->region] == 0 &&
           (state->cut & (HANSE_PLANT_GRID_WITHDRAWN | HANSE_PLANT_STRUCK)) == 0;
}

void hanse__plant_touch(struct hanse_world *world, int32_t plant)
{
    struct hanse_plant_state *state = &hanse__plants(world)[plant];
    double since = fmax(state->since_h, (double)world->moving.hour);
    if (hanse__plant_on_grid(world, plant)) {
        state->up_h += world->moving.now_h - since;
    }
    state->since_h = world->moving.now_h;
    world->moving.changes++;
}

void hanse__plant_cut(struct hanse_world *world, int32_t plant, unsigned bits, unsigned mask)
{
    struct hanse_plant_state *state = &hanse__plants(world)[plant];
    if ((state->cut & mask) != bits) {
        hanse__plant_touch(world, plant);
        state->cut = (uint8_t)((state->cut & ~mask) | bits);
    }
}

void hanse__power_settle(struct hanse_world *world, int64_t from, int64_t to)
{
    for (int32_t i = 0; i < world->tables.n_plants; i++) {
        struct hanse_plant_state *state = &hanse__plants(world)[i];
        double since = fmax(state->since_h, (double)from);
        if (hanse__plant_on_grid(world, i)) {
            state->up_h += (double)to - since;
        }
        state->since_h = (double)to;
        state->grid_share = state->up_h / (double)(to - from);
        state->up_h = 0.0;
    }
}

/* --- interruptions ------------------------------------------------------------------------ */

/* Sites without a plant go dark with the grid. */
static void follow_site(struct hanse_world *world, int32_t site)
{
    const struct hanse_power *s = hanse__power(world);
    const struct hanse_site *where = &world->tables.sites[site];
    const uint8_t *site_out = hanse__at(world, s->site_out);
    const uint8_t *region_out = hanse__at(world, s->region_out);
    const int32_t *first = hanse__at(world, s->site_first);
    const int32_t *next = hanse__at(world, s->group_next);
    bool out = where->plant < 0 && (site_out[site] || region_out[where->region] != 0);
    for (int32_t g = first[site]; g >= 0; g = next[g]) {
        hanse__fleet_block(world, g, HANSE_BLOCK_OUTAGE, out);
    }
}

static void set_region(struct hanse_world *world, int32_t region, uint8_t bit, bool out)
{
    const struct hanse_tables *t = &world->tables;
    uint8_t *region_out = hanse__at(world, hanse__power(world)->region_out);
    if (((region_out[region] & bit) != 0) == out) {
        return;
    }
    for (int32_t i = 0; i < t->n_plants; i++) {
        if (t->plants[i].region == region) {
            hanse__plant_touch(world, i);
        }
    }
    region_out[region] = (uint8_t)(out ? region_out[region] | bit : region_out[region] & ~bit);
    for (int32_t i = 0; i < t->n_sites; i++) {
        if (t->sites[i].region == region) {
            follow_site(world, i);
        }
    }
}

void hanse__grid_struck(struct hanse_world *world, int32_t region, bool out)
{
    set_region(world, region, HANSE_REGION_STRUCK, out);
}

/* Entities of interruptions: sites, then plants, then regions. */
static uint64_t entity_of(const struct hanse_world *world, int32_t index, int32_t *region)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_kind *kind = &hanse_kind_site;
    *region = index < t->n_sites ? t->sites[index].region : 0;
    if (index >= t->n_sites) {
        index -= t->n_sites;
        kind = &hanse_kind_plant;
        *region = index < t->n_plants ? t->plants[index].region : index - t->n_plants;
        if (index >= t->n_plants) {
            index -= t->n_plants;
            kind = &hanse_kind_region;
        }
    }
    return hanse_scenario_entity(world->scenario, kind, index);
}

static double draw(const struct hanse_world *world, struct hanse_purpose_key key, int32_t index)
{
    int32_t region;
    uint64_t entity = entity_of(world, index, &region);
    const uint32_t *counts = hanse__at(world, hanse__power(world)->counts);
    return hanse_uniform_at(key, world->replication, entity, counts[index]);
}

/* Schedules the next interruption of a site, plant or region; `share` of all are of its sort.
 */
static enum hanse_status schedule_out(struct hanse_world *world, int32_t index, int what,
                                      uint32_t entity, double share)
{
    int32_t region;
    entity_of(world, index, &region);
    const struct hanse_region *r = &world->tables.regions[region];
    double rate =
        share * r->saifi_per_year / HANSE_YEAR_H / (1.0 - r->saidi_h_per_year / HANSE_YEAR_H);
    if (!(rate > 0.0)) {
        return HANSE_OK;
    }
    double wait = -log(draw(world, hanse__power(world)->when_key, index)) / rate;
    return hanse__schedule(world, HANSE_MECHANISM_POWER, what, HANSE_ORDER_NEEDS, entity,
                           world->moving.now_h + wait);
}

static double own_share(const struct hanse_world *world, int32_t region)
{
    return 1.0 - world->tables.regions[region].outage_shared;
}

static enum hanse_status go_out(struct hanse_world *world, int32_t index, int back,
                                uint32_t entity, double *length_h)
{
    int32_t region;
    entity_of(world, index, &region);
    const struct hanse_region *r = &world->tables.regions[region];
    *length_h = -log(draw(world, hanse__power(world)->length_key, index)) *
                r->saidi_h_per_year / r->saifi_per_year;
    uint32_t *counts = hanse__at(world, hanse__power(world)->counts);
    counts[index]++;
    return hanse__schedule(world, HANSE_MECHANISM_POWER, back, HANSE_ORDER_FREES, entity,
                           world->moving.now_h + *length_h);
}

static enum hanse_status handle_site(struct hanse_world *world, int32_t site, bool out)
{
    int32_t region = world->tables.sites[site].region;
    double length = 0.0;
    uint8_t *site_out = hanse__at(world, hanse__power(world)->site_out);
    site_out[site] = out;
    follow_site(world, site);
    if (!out) {
        return schedule_out(world, site, EVENT_SITE_OUT, (uint32_t)site,
                            own_share(world, region));
    }
    HANSE_TRY(go_out(world, site, EVENT_SITE_BACK, (uint32_t)site, &length));
    hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_OUTAGES)[region] += 1.0;
    hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_OUTAGE_HOURS)[region] += length;
    return HANSE_OK;
}

static enum hanse_status handle_plant(struct hanse_world *world, int32_t plant, bool out)
{
    int32_t region = world->tables.plants[plant].region;
    int32_t index = world->tables.n_sites + plant;
    double length;
    hanse__plant_touch(world, plant);
    hanse__plants(world)[plant].out = out;
    return out ? go_out(world, index, EVENT_PLANT_BACK, (uint32_t)plant, &length)
               : schedule_out(world, index, EVENT_PLANT_OUT, (uint32_t)plant,
                              own_share(world, region));
}

static enum hanse_status handle_region(struct hanse_world *world, int32_t region, bool out)
{
    const struct hanse_tables *t = &world->tables;
    int32_t index = t->n_sites + t->n_plants + region;
    double length = 0.0;
    set_region(world, region, HANSE_REGION_OUT, out);
    if (!out) {
        return schedule_out(world, index, EVENT_REGION_OUT, (uint32_t)region,
                            t->regions[region].outage_shared);
    }
    HANSE_TRY(go_out(world, index, EVENT_REGION_BACK, (uint32_t)region, &length));
    double sites = 0.0;
    for (int32_t i = 0; i < t->n_sites; i++) {
        sites += t->sites[i].region == region && t->sites[i].plant < 0;
    }
    hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_OUTAGES)[region] += sites;
    hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_OUTAGE_HOURS)[region] +=
        sites * length;
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t index = (int32_t)event->entity;
    switch (event->kind % 16) {
    case EVENT_SITE_OUT:
        return handle_site(world, index, true);
    case EVENT_SITE_BACK:
        return handle_site(world, index, false);
    case EVENT_PLANT_OUT:
        return handle_plant(world, index, true);
    case EVENT_PLANT_BACK:
        return handle_plant(world, index, false);
    case EVENT_REGION_OUT:
        return handle_region(world, index, true);
    default:
        return handle_region(world, index, false);
    }
}

/* --- months and start --------------------------------------------------------------------- */

/* A plant's costs go to its sites by their installed devices; without any, nowhere. */
static void bill(struct hanse_world *world, int32_t plant)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_plant *p = &t->plants[plant];
    struct hanse_plant_state *state = &hanse__plants(world)[plant];
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    double annuity = p->life_h > 0.0 ? hanse_annuity_per_year(p->cost_of_capital_per_year,
                                                              p->life_h / HANSE_YEAR_H)
                                     : 0.0;
    double fixed =
        HANSE_MONTH_H * (p->capital_eur * annuity / HANSE_YEAR_H + p->upkeep_eur_per_h);
    hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_PLANT_COST)[plant] +=
        state->eur + fixed;
    double devices = 0.0;
    for (int32_t g = 0; g < t->n_groups; g++) {
        devices += t->sites[t->groups[g].site].plant == plant ? groups[g].installed : 0.0;
    }
    for (int32_t g = 0; g < t->n_groups && devices > 0.0; g++) {
        if (t->sites[t->groups[g].site].plant == plant) {
            double share = groups[g].installed / devices;
            hanse__account_plant(world, t->groups[g].site, share * state->eur, share * fixed,
                                 share * state->grams);
        }
    }
    state->eur = state->grams = 0.0;
}

static void month(struct hanse_world *world, int32_t which)
{
    double *stored = hanse__cells(world, HANSE_MECHANISM_POWER, HANSE_OUT_PLANT_STORED);
    for (int32_t i = 0; i < world->tables.n_plants; i++) {
        bill(world, i);
        stored[i] = hanse__plants(world)[i].stored_kwh;
    }
}

static enum hanse_status take_state(struct hanse_world *world, struct hanse_power *s)
{
    const struct hanse_tables *t = &world->tables;
    size_t sites = (size_t)t->n_sites, plants = (size_t)t->n_plants;
    size_t regions = (size_t)t->n_regions;
    HANSE_TRY(hanse__take(world, plants, sizeof(struct hanse_plant_state), &s->plants));
    HANSE_TRY(hanse__take(world, sites + plants + regions, sizeof(uint32_t), &s->counts));
    HANSE_TRY(hanse__take(world, sites, 1, &s->site_out));
    HANSE_TRY(hanse__take(world, regions, 1, &s->region_out));
    HANSE_TRY(hanse__take(world, regions, sizeof(double), &s->sun_means));
    HANSE_TRY(hanse__take(world, sites, sizeof(int32_t), &s->site_first));
    return hanse__take(world, (size_t)t->n_groups, sizeof(int32_t), &s->group_next);
}

static void list_groups(const struct hanse_world *world, const struct hanse_power *s)
{
    const struct hanse_tables *t = &world->tables;
    int32_t *first = hanse__at(world, s->site_first), *next = hanse__at(world, s->group_next);
    for (int32_t i = 0; i < t->n_sites; i++) {
        first[i] = -1;
    }
    for (int32_t g = t->n_groups; g-- > 0;) {
        next[g] = first[t->groups[g].site];
        first[t->groups[g].site] = g;
    }
}

static enum hanse_status start_interruptions(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    for (int32_t i = 0; i < t->n_sites; i++) {
        if (t->sites[i].plant < 0) {
            HANSE_TRY(schedule_out(world, i, EVENT_SITE_OUT, (uint32_t)i,
                                   own_share(world, t->sites[i].region)));
        }
    }
    for (int32_t i = 0; i < t->n_plants; i++) {
        HANSE_TRY(schedule_out(world, t->n_sites + i, EVENT_PLANT_OUT, (uint32_t)i,
                               own_share(world, t->plants[i].region)));
    }
    for (int32_t i = 0; i < t->n_regions; i++) {
        HANSE_TRY(schedule_out(world, t->n_sites + t->n_plants + i, EVENT_REGION_OUT,
                               (uint32_t)i, t->regions[i].outage_shared));
    }
    return HANSE_OK;
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct hanse_power), &ref));
    world->moving.state[HANSE_MECHANISM_POWER] = ref;
    struct hanse_power s = {.when_key = hanse_purpose_key(world->seed, "interruption"),
                            .length_key = hanse_purpose_key(world->seed, "its length")};
    HANSE_TRY(take_state(world, &s));
    *hanse__power(world) = s;
    list_groups(world, &s);
    double *means = hanse__at(world, s.sun_means);
    for (int32_t i = 0; i < t->n_plants; i++) {
        struct hanse_plant_state *state = &hanse__plants(world)[i];
        int32_t region = t->plants[i].region;
        state->stored_kwh = t->plants[i].battery_kwh;
        state->fuel_kwh = t->plants[i].tank_kwh;
        state->next_refuel_h = t->plants[i].refuel_every_h;
        state->powered = 1.0;
        means[region] = hanse__sun_mean(t->regions[region].latitude);
    }
    return start_interruptions(world);
}

/* --- tables ------------------------------------------------------------------------------- */

static const struct hanse_kind *const KINDS[] = {&hanse_kind_plant};

#define BY_PLANT                                                                               \
    {                                                                                          \
        "plant", NULL                                                                          \
    }
#define FLOW(name, text)                                                                       \
    {                                                                                          \
        name, "kWh", text, BY_PLANT, HANSE_SUM, NULL, NULL                                     \
    }
static const struct hanse_output OUTPUTS[] = {
    [HANSE_OUT_PLANT_LOAD] = FLOW("plant_load", "what the plant's sites took, with cooling"),
    [HANSE_OUT_PLANT_SUN] = FLOW("plant_solar", "sun that fell on its panels, as power"),
    [HANSE_OUT_PLANT_WATER] = FLOW("plant_hydro", "water that came, as power"),
    [HANSE_OUT_PLANT_GRID] = FLOW("plant_grid", "taken from the grid"),
    [HANSE_OUT_PLANT_DIESEL] = FLOW("plant_diesel", "made from diesel"),
    [HANSE_OUT_PLANT_CURTAILED] = FLOW("plant_curtailed", "sun and water that found no use"),
    [HANSE_OUT_PLANT_LOST] = FLOW("plant_lost", "lost in the battery"),
    [HANSE_OUT_PLANT_STORED] = {"plant_stored", "kWh", "in the battery at the end of the month",
                                BY_PLANT, HANSE_LAST, NULL, NULL},
    [HANSE_OUT_PLANT_ASLEEP] = {"plant_asleep", "1",
                                "share of its devices asleep for want of power, mean over time",
                                BY_PLANT, HANSE_MEAN, NULL, NULL},
    [HANSE_OUT_PLANT_WAKES] = {"plant_wakes", "1", "times its sites woke from full sleep",
                               BY_PLANT, HANSE_SUM, NULL, NULL},
    [HANSE_OUT_PLANT_COST] = {"plant_cost", "EUR", "its grid power, fuel, capital and upkeep",
                              BY_PLANT, HANSE_SUM, NULL, NULL},
    [HANSE_OUT_OUTAGES] = {"grid_interruptions",
                           "1",
                           "interruptions of sites straight on the grid",
                           {"region", NULL},
                           HANSE_SUM,
                           NULL,
                           NULL},
    [HANSE_OUT_OUTAGE_HOURS] = {"grid_interrupted",
                                "h",
                                "their length, counted where they begin",
                                {"region", NULL},
                                HANSE_SUM,
                                NULL,
                                NULL},
};

static const char *const EVENT_NAMES[] = {
    [EVENT_SITE_OUT] = "site_out",     [EVENT_SITE_BACK] = "site_back",
    [EVENT_PLANT_OUT] = "plant_out",   [EVENT_PLANT_BACK] = "plant_back",
    [EVENT_REGION_OUT] = "region_out", [EVENT_REGION_BACK] = "region_back"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int what = event->kind % 16;
    const struct hanse_kind *kind = what <= EVENT_SITE_BACK    ? &hanse_kind_site
                                    : what <= EVENT_PLANT_BACK ? &hanse_kind_plant
                                                               : &hanse_kind_region;
    hanse__name_row(world, kind, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_power = {
    .name = "power",
    .doc = "Grids go out; plants feed their sites from sun, water, battery, diesel and grid.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .month = month,
};
