#include "sim/process/place.h"

#include <math.h>
#include <string.h>

#include "sim/process/climate.h"
#include "sim/process/control.h"
#include "sim/process/demand.h"
#include "sim/process/eligible.h"
#include "sim/process/fleet.h"
#include "sim/process/replication.h"
#include "sim/process/shock.h"
#include "sim/process/stack.h"
#include "sim/process/substitute.h"
#include "sim/process/world.h"

static const double PARTS = HANSE__PARTS;

struct counted {
    int64_t parts[HANSE_STANDINGS]; /* of a group, as it entered its place */
};

struct state {
    int32_t n_places, n_workloads, n_types;
    hanse_ref places;  /* struct hanse_place [places] */
    hanse_ref of_site; /* int32_t [sites] */
    hanse_ref meters;  /* struct hanse_meter [places] */
    hanse_ref weights; /* double [places][meter sums]: of a kilowatt of equipment for an hour */
    hanse_ref counted; /* struct counted [groups] */
    hanse_ref speeds;  /* double [types × workloads] */
    hanse_ref small_speeds,
        small;          /* with substitutes, of those that can work; 0: none is named */
    hanse_ref devices;  /* int64_t parts [standings][places × types], less those for batch */
    hanse_ref capacity; /* double [standings][places × workloads] */
    hanse_ref row;      /* double [workloads]: scratch */
    int64_t total[HANSE_STANDINGS]; /* parts in all places */
};

static struct state *own(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.places);
}

int32_t hanse__n_places(const struct hanse_world *world)
{
    return own(world)->n_places;
}

const struct hanse_place *hanse__places(const struct hanse_world *world)
{
    return hanse__at(world, own(world)->places);
}

int32_t hanse__place_of_group(const struct hanse_world *world, int32_t group)
{
    const int32_t *of_site = hanse__at(world, own(world)->of_site);
    return of_site[world->tables.groups[group].site];
}

struct hanse_meter *hanse__meters(const struct hanse_world *world)
{
    return hanse__at(world, own(world)->meters);
}

void hanse__meters_reset(struct hanse_world *world)
{
    memset(hanse__meters(world), 0, (size_t)own(world)->n_places * sizeof(struct hanse_meter));
}

void hanse__meters_price(struct hanse_world *world, const struct hanse_tariff *tariffs)
{
    const struct hanse_place *places = hanse__places(world);
    double(*weights)[HANSE_METER_SUMS] = hanse__at(world, own(world)->weights);
    for (int32_t p = 0; p < own(world)->n_places; p++) {
        const struct hanse_tariff *t = &tariffs[places[p].region];
        bool on_grid = places[p].plant < 0; /* a plant sends its own bill */
        weights[p][HANSE_METER_HOURS] = 1.0;
        weights[p][HANSE_METER_KWH] = t->pue;
        weights[p][HANSE_METER_EUR] = on_grid ? t->pue * t->eur_per_kwh : 0.0;
        weights[p][HANSE_METER_GRAMS] = on_grid ? t->pue * t->g_per_kwh : 0.0;
    }
}

void hanse__meters_read(struct hanse_world *world, const double *powered, const double *free)
{
    const struct state *s = own(world);
    struct hanse_meter *meters = hanse__at(world, s->meters);
    const double(*weights)[HANSE_METER_SUMS] = hanse__at(world, s->weights);
    for (int32_t p = 0; p < s->n_places; p++) {
        double up = powered[p], busy = powered[p] - free[p];
        for (int i = 0; i < HANSE_METER_SUMS; i++) {
            meters[p].up[i] += up * weights[p][i];
            meters[p].busy[i] += busy * weights[p][i];
        }
    }
}

static size_t cells_of(const struct state *s)
{
    return (size_t)s->n_places * (size_t)s->n_workloads;
}

const double *hanse__place_capacity(const struct hanse_world *world, int standing)
{
    const struct state *s = own(world);
    const double *capacity = hanse__at(world, s->capacity);
    return capacity + (size_t)standing * cells_of(s);
}

bool hanse__any_standing(const struct hanse_world *world, int standing)
{
    return own(world)->total[standing] != 0;
}

static int64_t *devices_at(const struct hanse_world *world, int standing, int32_t place)
{
    const struct state *s = own(world);
    int64_t *devices = hanse__at(world, s->devices);
    return devices +
           ((size_t)standing * (size_t)s->n_places + (size_t)place) * (size_t)s->n_types;
}

double hanse__place_devices(const struct hanse_world *world, int32_t place, int32_t type)
{
    return (double)devices_at(world, HANSE_STANDING_AVAILABLE, place)[type] / PARTS;
}

int64_t hanse__place_parts(const struct hanse_world *world, int32_t group)
{
    const struct counted *counted = hanse__at(world, own(world)->counted);
    return counted[group].parts[HANSE_STANDING_AVAILABLE];
}

/* --- following the fleet ------------------------------------------------------------------ */

static void count(struct hanse_world *world, int32_t group)
{
    struct state *s = own(world);
    const struct hanse_tables *t = &world->tables;
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    struct counted *before = (struct counted *)hanse__at(world, s->counted) + group;
    int32_t place = hanse__place_of_group(world, group);
    int32_t type = t->groups[group].accelerator;
    double flow = 1.0 - t->sites[t->groups[group].site].batch_share;
    for (int i = 0; i < HANSE_STANDINGS; i++) {
        int64_t parts = llround(g->mean[i] * flow * PARTS);
        int64_t more = parts - before->parts[i];
        if (more != 0) {
            devices_at(world, i, place)[type] += more;
            s->total[i] += more;
            before->parts[i] = parts;
            if (i == HANSE_STANDING_AVAILABLE) {
                hanse__control_counted(world, group, more);
            }
            ((struct hanse_place *)hanse__at(world, s->places))[place].changed = true;
        }
    }
}

/* What the place would do with the workload's substitute. */
static double small_of(const struct hanse_world *world, const int64_t *devices, int32_t w,
                       int32_t home)
{
    const struct state *s = own(world);
    const double *speeds = hanse__at(world, s->small_speeds);
    double sum = 0.0;
    for (int32_t a = 0; a < s->n_types; a++) {
        sum += (double)devices[a] / PARTS * speeds[a * s->n_workloads + w] *
               hanse__stack_factor(world, a, w, home);
    }
    return sum;
}

/* With substitutes: what the place does of a workload whose model is withdrawn, and, of the
 * devices that can work, what it would do with the smaller model. */
static void find_small(struct hanse_world *world, int32_t place, int standing,
                       const int64_t *devices, double *capacity)
{
    const struct state *s = own(world);
    int32_t home = world->tables.regions[hanse__places(world)[place].region].jurisdiction;
    double *small = (double *)hanse__at(world, s->small) + place * s->n_workloads;
    for (int32_t w = 0; w < s->n_workloads; w++) {
        double x = small_of(world, devices, w, home);
        capacity[w] = hanse__substituted(world, w) ? x : capacity[w];
        if (standing == HANSE_STANDING_AVAILABLE) {
            small[w] = x;
        }
    }
}

const double *hanse__place_small(const struct hanse_world *world)
{
    return hanse__at(world, own(world)->small);
}

/* What a place's devices of a standing can do now, into row[workloads]. */
static void measure(struct hanse_world *world, int32_t place, int standing, double *row)
{
    const struct state *s = own(world);
    const double *speeds = hanse__at(world, s->speeds);
    int32_t W = s->n_workloads;
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    int32_t home = world->tables.regions[hanse__places(world)[place].region].jurisdiction;
    const int64_t *devices = devices_at(world, standing, place);
    memset(row, 0, (size_t)W * sizeof *row);
    for (int32_t a = 0; a < s->n_types; a++) {
        double units = (double)devices[a] / PARTS;
        for (int32_t w = 0; w < W && devices[a] != 0; w++) {
            double factor = hanse__stack_factor(world, a, w, home);
            row[w] += units * speeds[a * W + w] * factor;
            if (standing == HANSE_STANDING_AVAILABLE) {
                bool small = s->small != 0 && hanse__substituted(world, w);
                const double *now = small ? hanse__at(world, s->small_speeds) : speeds;
                hanse__control_speed(world, place, a, w, now[a * W + w] * factor);
            }
        }
    }
    for (int32_t w = 0; w < W; w++) {
        if (hanse__shock_model_cut(world, workloads[w].model)) {
            row[w] = 0.0;
        }
    }
}

static void find_capacity(struct hanse_world *world, int32_t place)
{
    const struct state *s = own(world);
    double *row = hanse__at(world, s->row);
    size_t bytes = (size_t)s->n_workloads * sizeof *row;
    for (int i = 0; i < HANSE_STANDINGS; i++) {
        double *capacity = (double *)hanse__at(world, s->capacity) + (size_t)i * cells_of(s) +
                           (size_t)place * (size_t)s->n_workloads;
        measure(world, place, i, row);
        if (s->small != 0) {
            find_small(world, place, i, devices_at(world, i, place), row);
        }
        if (memcmp(row, capacity, bytes) != 0) {
            if (i == HANSE_STANDING_AVAILABLE) {
                hanse__control_read(world, place);
            }
            memcpy(capacity, row, bytes);
        }
    }
}

void hanse__places_follow(struct hanse_world *world, bool all)
{
    int32_t n_listed;
    const int32_t *listed = hanse__fleet_listed(world, &n_listed);
    for (int32_t i = 0; i < n_listed; i++) {
        count(world, listed[i]);
    }
    struct hanse_place *places = hanse__at(world, own(world)->places);
    for (int32_t p = 0; p < own(world)->n_places; p++) {
        if (places[p].changed || all) {
            find_capacity(world, p);
            places[p].changed = false;
        }
    }
}

/* --- finding them ------------------------------------------------------------------------- */

/* What rules on operators let a site do, as a number; alike sites have the same. */
static uint64_t rights_of(const struct hanse_world *world, int32_t site)
{
    uint64_t rights = 0;
    if (world->tables.n_eligibilities == 0) {
        return rights;
    }
    for (int32_t c = 0; c < HANSE_DATA_CLASSES; c++) {
        for (int32_t j = 0; j < world->tables.n_jurisdictions; j++) {
            uint64_t right = hanse__operator_eligible(world, c, j, site) ? 1 : 2;
            rights = hanse_entity_number(rights, right);
        }
    }
    return rights;
}

/* Perfect capacity in place of the site's needs no power. */
static int32_t plant_of(const struct hanse_world *world, int32_t site)
{
    bool perfect = world->stand_in != NULL && world->stand_in->site == site;
    return perfect ? -1 : world->tables.sites[site].plant;
}

/* The place of such sites if there is one already, else -1. */
static int32_t find_place(const struct hanse_world *world, const struct state *s,
                          int32_t latest, int32_t site, uint64_t rights)
{
    const struct hanse_place *places = hanse__at(world, s->places);
    int32_t region = world->tables.sites[site].region;
    int32_t plant = plant_of(world, site);
    /* Sites of a region tend to follow one another in kind, so look at the latest first. */
    if (latest >= 0 && places[latest].rights == rights && places[latest].plant == plant) {
        return latest;
    }
    for (int32_t p = 0; p < s->n_places; p++) {
        if (places[p].region == region && places[p].plant == plant &&
            places[p].rights == rights) {
            return p;
        }
    }
    return -1;
}

static enum hanse_status new_place(struct hanse_world *world, struct state *s, int32_t *room,
                                   int32_t site, uint64_t rights)
{
    if (s->n_places == *room) {
        size_t size = sizeof(struct hanse_place), used = (size_t)*room * size;
        hanse_ref grown = hanse_arena_resize(&world->arena, s->places, used, 2 * used);
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s->places = grown;
        *room *= 2;
    }
    struct hanse_place *places = hanse__at(world, s->places);
    places[s->n_places++] = (struct hanse_place){world->tables.sites[site].region,
                                                 plant_of(world, site), site, true, rights};
    return HANSE_OK;
}

/* Puts every site into its place. */
static enum hanse_status place_sites(struct hanse_world *world, struct state *s,
                                     hanse_ref latest_ref)
{
    const struct hanse_tables *t = &world->tables;
    int32_t room = 16;
    HANSE_TRY(hanse__take(world, (size_t)room, sizeof(struct hanse_place), &s->places));
    memset(hanse__at(world, latest_ref), -1, (size_t)t->n_regions * sizeof(int32_t));
    for (int32_t i = 0; i < t->n_sites; i++) {
        int32_t *latest = (int32_t *)hanse__at(world, latest_ref) + t->sites[i].region;
        uint64_t rights = rights_of(world, i);
        int32_t place = find_place(world, s, *latest, i, rights);
        if (place < 0) {
            place = s->n_places;
            HANSE_TRY(new_place(world, s, &room, i, rights));
        }
        ((int32_t *)hanse__at(world, s->of_site))[i] = place;
        ((int32_t *)hanse__at(world, latest_ref))[t->sites[i].region] = place;
    }
    return HANSE_OK;
}

static enum hanse_status take_cells(struct hanse_world *world)
{
    struct state s = *own(world);
    size_t places = (size_t)s.n_places;
    HANSE_TRY(hanse__take(world, places, sizeof(struct hanse_meter), &s.meters));
    HANSE_TRY(hanse__take(world, HANSE_METER_SUMS * places, sizeof(double), &s.weights));
    HANSE_TRY(hanse__take(world, HANSE_STANDINGS * places * (size_t)s.n_types, sizeof(int64_t),
                          &s.devices));
    HANSE_TRY(hanse__take(world, HANSE_STANDINGS * cells_of(&s), sizeof(double), &s.capacity));
    if (hanse__substitute_named(world)) {
        HANSE_TRY(hanse__take(world, cells_of(&s), sizeof(double), &s.small));
        HANSE_TRY(hanse__take(world, (size_t)s.n_types * (size_t)s.n_workloads, sizeof(double),
                              &s.small_speeds));
        hanse__demand_small_speeds(world, hanse__at(world, s.small_speeds));
    }
    HANSE_TRY(hanse__take(world, (size_t)s.n_workloads, sizeof(double), &s.row));
    *own(world) = s;
    return HANSE_OK;
}

enum hanse_status hanse__places_init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.places = ref;
    struct state s = {.n_types = t->n_accelerators};
    hanse__workloads(world, &s.n_workloads);
    hanse_ref latest_ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_sites, sizeof(int32_t), &s.of_site));
    HANSE_TRY(hanse__take(world, (size_t)t->n_groups, sizeof(struct counted), &s.counted));
    HANSE_TRY(hanse__take(world, (size_t)s.n_types * (size_t)s.n_workloads, sizeof(double),
                          &s.speeds));
    HANSE_TRY(hanse__take(world, (size_t)t->n_regions, sizeof(int32_t), &latest_ref));
    hanse__demand_speeds(world, hanse__at(world, s.speeds));
    HANSE_TRY(place_sites(world, &s, latest_ref));
    *own(world) = s;
    return take_cells(world);
}
