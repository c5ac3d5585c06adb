#include "sim/process/account.h"

#include <math.h>

#include "sim/process/batch.h"
#include "sim/process/dispatch.h"
#include "sim/process/fleet.h"
#include "sim/process/world.h"

enum { EVENT_PAID_OFF };
enum {
    OUT_CAPITAL,
    OUT_SPARES,
    OUT_ENERGY_COST,
    OUT_OPERATIONS,
    OUT_FLEET_COST,
    OUT_ENERGY,
    OUT_CARBON,
    OUT_BUSY,
    OUT_AVAILABLE,
    OUT_SITE_ENERGY,
    OUT_SITE_COST,
    OUT_COST,
    OUT_COST_NOW,
    OUT_SERVED_NOW
};

struct loan {
    int32_t group;
    double eur_per_h;
};

struct state {
    hanse_ref eur_per_h; /* double [groups]: annuities running now */
    hanse_ref invested;  /* double [groups]: what its devices cost, for upkeep */
    hanse_ref loans;     /* struct loan [capacity] */
    uint32_t n_loans, capacity;
    hanse_ref devices;    /* double [groups]: mean_available that held since from_h */
    int64_t from_h, to_h; /* swept and not yet booked */
};

static struct state *books(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_ACCOUNT]);
}

double hanse_annuity_per_year(double rate_per_year, double life_years)
{
    if (rate_per_year == 0.0) {
        return 1.0 / life_years;
    }
    return rate_per_year / -expm1(-life_years * log1p(rate_per_year));
}

static double discount(const struct hanse_world *world, double t_h)
{
    return exp(-log1p(world->tables.settings->discount_rate_per_year) * t_h / HANSE_YEAR_H);
}

static void book(struct hanse_world *world);

enum hanse_status hanse__account_capital(struct hanse_world *world, int32_t group,
                                         int32_t count, double price_eur, double age_h)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    const struct hanse_operator *owner =
        &t->operators[t->sites[t->groups[group].site].operator_];
    book(world);
    struct state *s = books(world);
    double capital = count * price_eur * (1.0 + a->surround_cost);
    ((double *)hanse__at(world, s->invested))[group] += capital;
    if (age_h >= a->life_h) {
        return HANSE_OK;
    }
    double rate =
        capital / HANSE_YEAR_H *
        hanse_annuity_per_year(owner->cost_of_capital_per_year, a->life_h / HANSE_YEAR_H);
    ((double *)hanse__at(world, s->eur_per_h))[group] += rate;
    if (s->n_loans == s->capacity) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 32;
        hanse_ref grown =
            hanse_arena_resize(&world->arena, s->loans, s->capacity * sizeof(struct loan),
                               capacity * sizeof(struct loan));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = books(world);
        s->loans = grown;
        s->capacity = capacity;
    }
    uint32_t number = s->n_loans++;
    ((struct loan *)hanse__at(world, s->loans))[number] = (struct loan){group, rate};
    return hanse__schedule(world, HANSE_MECHANISM_ACCOUNT, EVENT_PAID_OFF, HANSE_ORDER_BOOKS,
                           number, world->moving.now_h + a->life_h - age_h);
}

/* Paid once, outside the hours: into region, site, total and discounted total alike. */
static void pay_once(struct hanse_world *world, int32_t site, double eur)
{
    int32_t region = world->tables.sites[site].region;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SPARES)[region] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_FLEET_COST)[region] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SITE_COST)[site] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST)[0] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST_NOW)[0] +=
        eur * discount(world, world->moving.now_h);
}

void hanse__account_spare(struct hanse_world *world, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    double trend = exp(a->price_trend_per_year * world->moving.now_h / HANSE_YEAR_H);
    pay_once(world, t->groups[group].site, a->price_eur * trend);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_ACCOUNT] = ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(double), &ref));
    books(world)->eur_per_h = ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(double), &ref));
    books(world)->invested = ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(double), &ref));
    books(world)->devices = ref;
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_accelerator *a = &t->accelerators[t->groups[g].accelerator];
        HANSE_TRY(hanse__account_capital(world, g, (int32_t)t->groups[g].count, a->price_eur,
                                         t->groups[g].age_h));
        int32_t stock = hanse__fleet_groups(world)[g].stock;
        pay_once(world, t->groups[g].site, stock * a->price_eur);
    }
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    book(world);
    struct state *s = books(world);
    struct loan loan = ((struct loan *)hanse__at(world, s->loans))[event->entity];
    ((double *)hanse__at(world, s->eur_per_h))[loan.group] -= loan.eur_per_h;
    return HANSE_OK;
}

/* What a group used over the hours being booked. */
struct use {
    double available_h, busy_h, energy_kwh;
};

static struct use use_of(const struct hanse_world *world, int32_t group, double hours)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *site = &t->sites[t->groups[group].site];
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    double devices = ((const double *)hanse__at(world, books(world)->devices))[group];
    double flow_busy = hanse__dispatch_busy_h(world)[site->region];
    struct use use = {
        .available_h = devices * hours,
        .busy_h =
            devices * (1.0 - site->batch_share) * flow_busy + hanse__batch_busy_h(world, group),
    };
    use.energy_kwh =
        t->regions[site->region].pue *
        (a->idle_power_kw * use.available_h + (a->power_kw - a->idle_power_kw) * use.busy_h);
    return use;
}

/* Books the hours swept since the last time, over which neither availability nor annuities
 * changed. An event that changes nothing must leave every figure as it was, to the bit, so a
 * sweep that such an event cut in two is booked as one. */
static void book(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    struct state *s = books(world);
    int64_t from = s->from_h, to = s->to_h;
    if (from == to) {
        return;
    }
    s->from_h = to;
    const double *eur_per_h = hanse__at(world, s->eur_per_h);
    const double *invested = hanse__at(world, s->invested);
    double elapsed = (double)(to - from);
#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_ACCOUNT, output)
    double *capital = CELLS(OUT_CAPITAL), *energy_cost = CELLS(OUT_ENERGY_COST);
    double *operations = CELLS(OUT_OPERATIONS), *fleet_cost = CELLS(OUT_FLEET_COST);
    double *energy = CELLS(OUT_ENERGY), *carbon = CELLS(OUT_CARBON), *busy = CELLS(OUT_BUSY);
    double *available = CELLS(OUT_AVAILABLE);
    double *site_energy = CELLS(OUT_SITE_ENERGY), *site_cost = CELLS(OUT_SITE_COST);
    double total = hanse__dispatch_cloud_eur(world);
    for (int32_t g = 0; g < t->n_groups; g++) {
        int32_t site = t->groups[g].site;
        int32_t r = t->sites[site].region;
        struct use use = use_of(world, g, elapsed);
        double capital_eur = eur_per_h[g] * elapsed;
        double energy_eur = use.energy_kwh * t->regions[r].electricity_price_eur_per_kwh;
        double upkeep_eur =
            invested[g] * t->sites[site].operations_share_per_year * elapsed / HANSE_YEAR_H;
        capital[r] += capital_eur;
        energy_cost[r] += energy_eur;
        operations[r] += upkeep_eur;
        fleet_cost[r] += capital_eur + energy_eur + upkeep_eur;
        energy[r] += use.energy_kwh;
        carbon[r] += use.energy_kwh * t->regions[r].carbon_intensity_g_per_kwh * 1e-6;
        busy[r] += use.busy_h;
        available[r] += use.available_h;
        site_energy[site] += use.energy_kwh;
        site_cost[site] += capital_eur + energy_eur + upkeep_eur;
        total += capital_eur + energy_eur + upkeep_eur;
    }
    for (int32_t i = 0; i < t->n_sites; i++) {
        double staff_eur = t->sites[i].staff_cost_eur_per_h * elapsed;
        operations[t->sites[i].region] += staff_eur;
        fleet_cost[t->sites[i].region] += staff_eur;
        site_cost[i] += staff_eur;
        total += staff_eur;
    }
    double served = hanse__dispatch_served(world) + hanse__batch_served(world);
    double factor = discount(world, 0.5 * (double)(from + to));
    CELLS(OUT_COST)[0] += total;
    CELLS(OUT_COST_NOW)[0] += total * factor;
    CELLS(OUT_SERVED_NOW)[0] += served * factor;
#undef CELLS
    hanse__dispatch_booked(world);
    hanse__batch_booked(world);
}

void hanse__account_follow(struct hanse_world *world)
{
    double *devices = hanse__at(world, books(world)->devices);
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    int32_t n = world->tables.n_groups;
    int32_t same = 0;
    while (same < n && devices[same] == groups[same].mean_available) {
        same++;
    }
    if (same < n) {
        book(world);
        for (int32_t g = 0; g < n; g++) {
            devices[g] = groups[g].mean_available;
        }
    }
}

static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    books(world)->to_h = to;
}

static void month(struct hanse_world *world, int32_t which)
{
    book(world);
}

#define BY_REGION                                                                              \
    {                                                                                          \
        "region", NULL                                                                         \
    }
#define BY_SITE                                                                                \
    {                                                                                          \
        "site", NULL                                                                           \
    }
#define WHOLE                                                                                  \
    {                                                                                          \
        NULL, NULL                                                                             \
    }
static const struct hanse_output OUTPUTS[] = {
    [OUT_CAPITAL] = {"cost_capital", "EUR", "capital cost of devices, annuities", BY_REGION,
                     HANSE_SUM, NULL, NULL},
    [OUT_SPARES] = {"cost_spares", "EUR", "spare devices, paid when ordered", BY_REGION,
                    HANSE_SUM, NULL, NULL},
    [OUT_ENERGY_COST] = {"cost_energy", "EUR", "electricity", BY_REGION, HANSE_SUM, NULL, NULL},
    [OUT_OPERATIONS] = {"cost_operations", "EUR", "staff and upkeep", BY_REGION, HANSE_SUM,
                        NULL, NULL},
    [OUT_FLEET_COST] = {"cost_fleet", "EUR", "cost of own hardware, all of the above",
                        BY_REGION, HANSE_SUM, NULL, NULL},
    [OUT_ENERGY] = {"energy", "kWh", "electricity used, with cooling", BY_REGION, HANSE_SUM,
                    NULL, NULL},
    [OUT_CARBON] = {"carbon", "t", "emissions of that electricity, CO2 equivalent", BY_REGION,
                    HANSE_SUM, NULL, NULL},
    [OUT_BUSY] = {"device_hours_busy", "h", "device-hours at work", BY_REGION, HANSE_SUM, NULL,
                  NULL},
    [OUT_AVAILABLE] = {"device_hours_available", "h", "device-hours up and not cut off",
                       BY_REGION, HANSE_SUM, NULL, NULL},
    [OUT_SITE_ENERGY] = {"site_energy", "kWh", "electricity used, with cooling", BY_SITE,
                         HANSE_SUM, NULL, NULL},
    [OUT_SITE_COST] = {"site_cost", "EUR", "cost of own hardware", BY_SITE, HANSE_SUM, NULL,
                       NULL},
    [OUT_COST] = {"cost", "EUR", "all costs: own hardware and foreign APIs", WHOLE, HANSE_SUM,
                  NULL, NULL},
    [OUT_COST_NOW] = {"cost_discounted", "EUR", "the same, discounted to hour 0", WHOLE,
                      HANSE_SUM, NULL, NULL},
    [OUT_SERVED_NOW] = {"served_discounted", "H100_h", "served work, discounted to hour 0",
                        WHOLE, HANSE_SUM, NULL, NULL},
    {"utilization", "1", "device-hours at work over those available", BY_REGION, HANSE_RATIO,
     "device_hours_busy", "device_hours_available"},
    {"lcoc", "EUR/H100_h", "levelised cost of compute served", WHOLE, HANSE_RATIO,
     "cost_discounted", "served_discounted"},
};

static const char *const EVENT_NAMES[] = {[EVENT_PAID_OFF] = "paid_off"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    const struct loan *loans = hanse__at(world, books(world)->loans);
    hanse__name_row(world, &hanse_kind_group, loans[event->entity].group, text, size);
}

const struct hanse_mechanism hanse_mechanism_account = {
    .name = "account",
    .doc = "Money, energy and carbon.",
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .hours = hours,
    .month = month,
};
