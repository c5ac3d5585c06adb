#include "sim/process/account.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/batch.h"
#include "sim/process/dispatch.h"
#include "sim/process/fleet.h"
#include "sim/process/jump.h"
#include "sim/process/market.h"
#include "sim/process/place.h"
#include "sim/process/reliability.h"
#include "sim/process/world.h"

enum { EVENT_PAID_OFF };
enum {
    OUT_CAPITAL,
    OUT_INVESTMENT,
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
    OUT_LOSS,
    OUT_SERVED_NOW
};

struct loan {
    int32_t group;
    double eur_per_h;
};

struct state {
    hanse_ref ledgers; /* struct ledger [groups] */
    hanse_ref loans;   /* struct loan [capacity] */
    hanse_ref first;   /* int32_t [sites]: where a site's groups begin; they stand together */
    uint32_t n_loans, capacity;
    int64_t swept_h; /* up to which hour the meters stand */
};

/* A group's open page. */
struct ledger {
    double eur_per_h;        /* annuities running now */
    double invested;         /* what its devices cost, for upkeep */
    double devices;          /* available since from_h, mean */
    int64_t from_h;          /* booked up to here */
    struct hanse_meter read; /* its place's meter then */
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

static struct ledger *ledger_of(const struct hanse_world *world, int32_t group)
{
    return (struct ledger *)hanse__at(world, books(world)->ledgers) + group;
}

static void book(struct hanse_world *world, int32_t group);

static void invest(struct hanse_world *world, int32_t site, double eur)
{
    int32_t region = world->tables.sites[site].region;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_INVESTMENT)[region] += eur;
}

enum hanse_status hanse__account_capital(struct hanse_world *world, int32_t group,
                                         int32_t count, double price_eur, double age_h)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    const struct hanse_operator *owner =
        &t->operators[hanse__site_owner(world, t->groups[group].site)];
    book(world, group);
    struct state *s = books(world);
    double capital = count * price_eur * (1.0 + a->surround_cost);
    ledger_of(world, group)->invested += capital;
    invest(world, t->groups[group].site, capital);
    if (age_h >= a->life_h) {
        return HANSE_OK;
    }
    double rate =
        capital / HANSE_YEAR_H *
        hanse_annuity_per_year(owner->cost_of_capital_per_year, a->life_h / HANSE_YEAR_H);
    ledger_of(world, group)->eur_per_h += rate;
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
static void pay_once(struct hanse_world *world, int output, int32_t site, double eur)
{
    int32_t region = world->tables.sites[site].region;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, output)[region] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_FLEET_COST)[region] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SITE_COST)[site] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST)[0] += eur;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST_NOW)[0] +=
        eur * discount(world, world->moving.now_h);
}

void hanse__account_plant(struct hanse_world *world, int32_t site, double energy_eur,
                          double fixed_eur, double grams)
{
    int32_t region = world->tables.sites[site].region;
    double eur = energy_eur + fixed_eur;
#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_ACCOUNT, output)
    CELLS(OUT_ENERGY_COST)[region] += energy_eur;
    CELLS(OUT_OPERATIONS)[region] += fixed_eur;
    CELLS(OUT_FLEET_COST)[region] += eur;
    CELLS(OUT_CARBON)[region] += grams * 1e-6;
    CELLS(OUT_SITE_COST)[site] += eur;
    CELLS(OUT_COST)[0] += eur;
    CELLS(OUT_COST_NOW)
    [0] += eur * discount(world, (double)world->moving.hour - 0.5 * HANSE_MONTH_H);
#undef CELLS
}

void hanse__account_pay_site(struct hanse_world *world, int32_t site, double eur)
{
    pay_once(world, OUT_OPERATIONS, site, eur);
}

void hanse__account_spare(struct hanse_world *world, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    double price_eur = hanse__market_price(world, group);
    pay_once(world, OUT_SPARES, t->groups[group].site, price_eur);
    invest(world, t->groups[group].site, price_eur);
}

/* Groups are sorted by name, and theirs begin with their site's. */
static void find_first_groups(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    int32_t *first = hanse__at(world, books(world)->first);
    for (int32_t i = 0; i < t->n_sites; i++) {
        first[i] = t->n_groups;
    }
    for (int32_t g = t->n_groups - 1; g >= 0; g--) {
        first[t->groups[g].site] = g;
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_ACCOUNT] = ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(struct ledger), &ref));
    books(world)->ledgers = ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_sites, sizeof(int32_t), &ref));
    books(world)->first = ref;
    find_first_groups(world);
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_accelerator *a = &t->accelerators[t->groups[g].accelerator];
        HANSE_TRY(hanse__account_capital(world, g, (int32_t)t->groups[g].count, a->price_eur,
                                         t->groups[g].age_h));
        int32_t stock = hanse__fleet_groups(world)[g].stock;
        pay_once(world, OUT_SPARES, t->groups[g].site, stock * a->price_eur);
        invest(world, t->groups[g].site, stock * a->price_eur);
    }
    for (int32_t i = 0; i < t->n_sites; i++) {
        invest(world, i, t->sites[i].building_eur);
    }
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    struct state *s = books(world);
    struct loan loan = ((struct loan *)hanse__at(world, s->loans))[event->entity];
    book(world, loan.group);
    ledger_of(world, loan.group)->eur_per_h -= loan.eur_per_h;
    return HANSE_OK;
}

/* What a group used over the hours being booked. */
struct use {
    double available_h, busy_h, energy_kwh, energy_eur, energy_g;
};

/* Batch devices are known by the stretch, not by the hour: their energy counts at the mean of
 * the hours. */
static struct use use_of(struct hanse_world *world, int32_t group, const struct ledger *ledger,
                         const struct hanse_meter *now)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *site = &t->sites[t->groups[group].site];
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    double flow = ledger->devices * (1.0 - site->batch_share);
    double batch_h = hanse__batch_take_busy_h(world, group, books(world)->swept_h);
    double full_kw = a->power_kw - a->idle_power_kw;
    double up_h = now->up[HANSE_METER_HOURS] - ledger->read.up[HANSE_METER_HOURS];
    double energy[HANSE_METER_SUMS];
    for (int i = HANSE_METER_KWH; i < HANSE_METER_SUMS; i++) {
        double up = now->up[i] - ledger->read.up[i];
        double busy = now->busy[i] - ledger->read.busy[i];
        energy[i] = a->idle_power_kw * ledger->devices * up + full_kw * flow * busy;
        energy[i] += batch_h != 0.0 ? full_kw * batch_h * up / up_h : 0.0;
    }
    double busy_h = now->busy[HANSE_METER_HOURS] - ledger->read.busy[HANSE_METER_HOURS];
    return (struct use){
        .available_h = ledger->devices * up_h,
        .busy_h = flow * busy_h + batch_h,
        .energy_kwh = energy[HANSE_METER_KWH],
        .energy_eur = energy[HANSE_METER_EUR],
        .energy_g = energy[HANSE_METER_GRAMS],
    };
}

/* Books what a group cost and used over the hours swept since the last time. */
static void book(struct hanse_world *world, int32_t group)
{
    struct ledger *ledger = ledger_of(world, group);
    int64_t from = ledger->from_h, to = books(world)->swept_h;
    if (from == to) {
        return;
    }
    const struct hanse_tables *t = &world->tables;
    int32_t site = t->groups[group].site;
    int32_t r = t->sites[site].region;
    struct hanse_meter now = hanse__meters(world)[hanse__place_of_group(world, group)];
    struct use use = use_of(world, group, ledger, &now);
    ledger->read = now;
    ledger->from_h = to;
    double elapsed = (double)(to - from);
    double capital_eur = ledger->eur_per_h * elapsed;
    double upkeep_eur =
        ledger->invested * t->sites[site].operations_share_per_year * elapsed / HANSE_YEAR_H;
    double eur = capital_eur + use.energy_eur + upkeep_eur;
#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_ACCOUNT, output)
    CELLS(OUT_CAPITAL)[r] += capital_eur;
    CELLS(OUT_ENERGY_COST)[r] += use.energy_eur;
    CELLS(OUT_OPERATIONS)[r] += upkeep_eur;
    CELLS(OUT_FLEET_COST)[r] += eur;
    CELLS(OUT_ENERGY)[r] += use.energy_kwh;
    CELLS(OUT_CARBON)[r] += use.energy_g * 1e-6;
    CELLS(OUT_BUSY)[r] += use.busy_h;
    CELLS(OUT_AVAILABLE)[r] += use.available_h;
    CELLS(OUT_SITE_ENERGY)[site] += use.energy_kwh;
    CELLS(OUT_SITE_COST)[site] += eur;
    CELLS(OUT_COST)[0] += eur;
    CELLS(OUT_COST_NOW)[0] += eur * discount(world, 0.5 * (double)(from + to));
#undef CELLS
}

void hanse__account_follow(struct hanse_world *world)
{
    int32_t n;
    const int32_t *listed = hanse__fleet_listed(world, &n);
    for (int32_t i = 0; i < n; i++) {
        double devices = hanse__fleet_groups(world)[listed[i]].mean[HANSE_STANDING_AVAILABLE];
        if (ledger_of(world, listed[i])->devices != devices) {
            book(world, listed[i]);
            ledger_of(world, listed[i])->devices = devices;
        }
    }
}

static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    books(world)->swept_h = to;
}

/* People a site pays: the minimum on call, more when the devices in it need them. */
static double staff_of(const struct hanse_world *world, int32_t site)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *s = &t->sites[site];
    if (!(s->devices_per_person > 0.0)) {
        return s->staff_minimum;
    }
    double devices = 0.0;
    const int32_t *first = hanse__at(world, books(world)->first);
    for (int32_t g = first[site]; g < t->n_groups && t->groups[g].site == site; g++) {
        devices += hanse__fleet_groups(world)[g].installed;
    }
    return fmax(s->staff_minimum, ceil(devices / s->devices_per_person));
}

static double building_eur_per_h(const struct hanse_world *world, int32_t site)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *s = &t->sites[site];
    if (s->building_eur == 0.0) {
        return 0.0;
    }
    double rate = t->operators[hanse__site_owner(world, site)].cost_of_capital_per_year;
    return s->building_eur / HANSE_YEAR_H *
           hanse_annuity_per_year(rate, s->building_life_h / HANSE_YEAR_H);
}

/* Building and staff, whatever the site's state, and what was rented. */
static void book_the_rest(struct hanse_world *world, double hours)
{
    const struct hanse_tables *t = &world->tables;
    double *capital = hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_CAPITAL);
    double *operations = hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_OPERATIONS);
    double *fleet_cost = hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_FLEET_COST);
    double *site_cost = hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SITE_COST);
    double total = hanse__dispatch_take_cloud_eur(world);
    for (int32_t i = 0; i < t->n_sites; i++) {
        double staff_eur = t->sites[i].staff_cost_eur_per_h * hours;
        if (t->sites[i].wage_eur_per_h > 0.0) {
            staff_eur += staff_of(world, i) * t->sites[i].wage_eur_per_h * hours;
        }
        double building_eur = building_eur_per_h(world, i) * hours;
        capital[t->sites[i].region] += building_eur;
        operations[t->sites[i].region] += staff_eur;
        fleet_cost[t->sites[i].region] += staff_eur + building_eur;
        site_cost[i] += staff_eur + building_eur;
        total += staff_eur + building_eur;
    }
    double served = hanse__dispatch_take_served(world) + hanse__batch_take_served(world);
    double factor = discount(world, (double)books(world)->swept_h - 0.5 * hours);
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST)[0] += total;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST_NOW)[0] += total * factor;
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SERVED_NOW)[0] += served * factor;
}

/* The total is what regions and clouds were charged, to rounding. */
static inline bool money_adds_up(const struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_column *cloud =
        &world->layout->columns[hanse_layout_find(world->layout, "cost_cloud")];
    const double *series = hanse__at(world, world->moving.series);
    double sum = 0.0, total = hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST)[0];
    for (int32_t r = 0; r < t->n_regions; r++) {
        sum += hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_FLEET_COST)[r];
    }
    double by_site = 0.0; /* what sites were charged is what regions were */
    for (int32_t i = 0; i < t->n_sites; i++) {
        by_site += hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_SITE_COST)[i];
    }
    if (fabs(sum - by_site) > 1e-9 * fmax(1.0, fabs(sum))) {
        return false;
    }
    for (int32_t i = 0; i < cloud->n_items; i++) {
        sum += series[cloud->offset + (size_t)world->moving.month * (size_t)cloud->n_items +
                      (size_t)i];
    }
    return fabs(sum - total) <= 1e-9 * fmax(1.0, fabs(total));
}

static void month(struct hanse_world *world, int32_t which)
{
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        book(world, g);
        memset(&ledger_of(world, g)->read, 0, sizeof(struct hanse_meter));
    }
    hanse__meters_reset(world);
    book_the_rest(world, HANSE_MONTH_H);
    hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_LOSS)[0] =
        hanse__cells(world, HANSE_MECHANISM_ACCOUNT, OUT_COST)[0] +
        hanse__reliability_cost_eur(world);
    HANSE_CHECK(money_adds_up(world));
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
    [OUT_CAPITAL] = {"cost_capital", "EUR", "capital cost of devices and buildings, annuities",
                     BY_REGION, HANSE_SUM, NULL, NULL},
    [OUT_INVESTMENT] = {"investment", "EUR",
                        "devices with what surrounds them, spares and buildings, when bought; "
                        "what stands at hour 0 at hour-0 prices",
                        BY_REGION, HANSE_SUM, NULL, NULL},
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
    [OUT_LOSS] = {"loss", "EUR", "all costs, and the worth of what was not served when due",
                  WHOLE, HANSE_SUM, NULL, NULL},
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
