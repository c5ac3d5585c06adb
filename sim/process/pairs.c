#include "sim/process/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/carry.h"
#include "sim/process/cloud.h"
#include "sim/process/islands.h"
#include "sim/process/latency.h"
#include "sim/process/power.h"

struct ask {
    int32_t place;
    double work;
};

struct ranked {
    double score;
    int32_t place;
};

struct hanse__pairs {
    bool chosen, carries; /* some cell chooses its places; some link has a bandwidth */
    hanse_ref how;        /* uint8_t [cells]: enum hanse_siting; never BY_POOL */
    hanse_ref reach;      /* uint8_t [workloads × regions × places]: enum hanse_stage */
    hanse_ref power;     /* double [places × workloads]: kW that a unit of work an hour adds */
    hanse_ref by_tariff; /* struct ranked [2][workloads × places]: by price, by carbon */
    hanse_ref by_latency; /* struct ranked [regions × places] */
    hanse_ref asks;       /* struct ask [places] */
    hanse_ref taken;      /* double [places]: share of what was free, in this round */
    struct hanse__carry carry;
};

static struct hanse_dispatch *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

static struct hanse__pairs *pairs_of(const struct hanse_world *world)
{
    return hanse__at(world, dispatch(world)->pairs);
}

/* --- start ------------------------------------------------------------------------------- */

/* How a cell's work is placed; true when it chooses for itself. */
static bool find_how(const struct hanse_world *world, int32_t region, int32_t workload,
                     uint8_t *how)
{
    int32_t n;
    int32_t own = hanse__workloads(world, &n)[workload].placement;
    *how = (uint8_t)(own != HANSE_SITING_BY_POOL
                         ? own
                         : world->tables.pools[world->tables.regions[region].pool].placement);
    return *how != HANSE_SITING_LOCAL;
}

static bool any_chosen(const struct hanse_world *world)
{
    uint8_t how;
    for (int32_t w = 0; w < dispatch(world)->n_workloads; w++) {
        for (int32_t r = 0; r < world->tables.n_regions; r++) {
            if (find_how(world, r, w, &how)) {
                return true;
            }
        }
    }
    return false;
}

static enum hanse_status take_pairs(struct hanse_world *world, struct hanse__pairs *s)
{
    size_t R = (size_t)world->tables.n_regions, W = (size_t)dispatch(world)->n_workloads;
    size_t P = (size_t)hanse__n_places(world);
    HANSE_TRY(hanse__take(world, R * W, 1, &s->how));
    HANSE_TRY(hanse__take(world, W * R * P, 1, &s->reach));
    HANSE_TRY(hanse__take(world, P, sizeof(struct ask), &s->asks));
    HANSE_TRY(hanse__take(world, P, sizeof(double), &s->taken));
    if (s->chosen) {
        HANSE_TRY(hanse__take(world, P * W, sizeof(double), &s->power));
        HANSE_TRY(hanse__take(world, 2 * W * P, sizeof(struct ranked), &s->by_tariff));
        HANSE_TRY(hanse__take(world, R * P, sizeof(struct ranked), &s->by_latency));
    }
    return s->carries ? hanse__carry_init(world, &s->carry) : HANSE_OK;
}

enum hanse_status hanse__pairs_init(struct hanse_world *world)
{
    struct hanse__pairs s = {.chosen = any_chosen(world),
                             .carries = hanse__carry_wanted(world)};
    if (!s.chosen && !s.carries) {
        return HANSE_OK;
    }
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    HANSE_TRY(take_pairs(world, &s));
    int32_t W = dispatch(world)->n_workloads;
    uint8_t *how = hanse__at(world, s.how);
    for (int32_t cell = 0; cell < world->tables.n_regions * W; cell++) {
        find_how(world, cell / W, cell % W, &how[cell]);
    }
    dispatch(world)->pairs = ref;
    *pairs_of(world) = s;
    return HANSE_OK;
}

bool hanse__pairs_chosen(const struct hanse_world *world, int32_t cell)
{
    if (dispatch(world)->pairs == 0) {
        return false;
    }
    const uint8_t *how = hanse__at(world, pairs_of(world)->how);
    return how[cell] != HANSE_SITING_LOCAL;
}

/* --- orders of places --------------------------------------------------------------------- */

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = (x->score > y->score) - (x->score < y->score);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

void hanse__pairs_follow(struct hanse_world *world, const uint8_t *ways)
{
    if (dispatch(world)->pairs == 0) {
        return;
    }
    const struct hanse__pairs *s = pairs_of(world);
    int32_t R = world->tables.n_regions, P = hanse__n_places(world);
    memcpy(hanse__at(world, s->reach), ways,
           (size_t)dispatch(world)->n_workloads * (size_t)R * (size_t)P);
    for (int32_t r = 0; s->chosen && r < R; r++) {
        struct ranked *near =
            (struct ranked *)hanse__at(world, s->by_latency) + (size_t)r * (size_t)P;
        for (int32_t p = 0; p < P; p++) {
            int32_t there = hanse__places(world)[p].region;
            near[p] = (struct ranked){hanse__latency_s(world, r, there), p};
        }
        qsort(near, (size_t)P, sizeof *near, by_score);
    }
}

/* Full less idle power of a place's devices over the work they do in an hour. */
void hanse__pairs_open(struct hanse_sweep *h)
{
    const struct hanse__pairs *s = h->pairs;
    const struct hanse_tables *t = &h->world->tables;
    double *power = s != NULL && s->chosen ? hanse__at(h->world, s->power) : NULL;
    for (int32_t p = 0; power != NULL && p < h->P; p++) {
        double added_kw = 0.0;
        for (int32_t a = 0; a < t->n_accelerators; a++) {
            added_kw += hanse__place_devices(h->world, p, a) *
                        (t->accelerators[a].power_kw - t->accelerators[a].idle_power_kw);
        }
        for (int32_t w = 0; w < h->W; w++) {
            double capacity = h->capacity[p * h->W + w];
            power[p * h->W + w] = capacity > 0.0 ? added_kw / capacity : 0.0;
        }
    }
}

/* Places by what a unit of a workload's work costs, or emits, in this hour. */
static void rank_by_tariff(const struct hanse_sweep *h, int32_t w, int which)
{
    const struct hanse__pairs *s = h->pairs;
    const double *power = hanse__at(h->world, s->power);
    struct ranked *ranks = (struct ranked *)hanse__at(h->world, s->by_tariff) +
                           ((size_t)which * (size_t)h->W + (size_t)w) * (size_t)h->P;
    for (int32_t p = 0; p < h->P; p++) {
        const struct hanse_tariff *t = &h->tariffs[h->places[p].region];
        double by = t->pue * (which == 0 ? t->eur_per_kwh : t->g_per_kwh);
        if (h->places[p].plant >= 0) {
            by *= 1.0 - hanse__plant_free_share(h->world, h->places[p].plant, t->pue);
        }
        ranks[p] = (struct ranked){power[p * h->W + w] * by, p};
    }
    qsort(ranks, (size_t)h->P, sizeof *ranks, by_score);
}

void hanse__pairs_hour(struct hanse_sweep *h)
{
    if (h->pairs == NULL) {
        return;
    }
    for (int32_t w = 0; h->pairs->chosen && w < h->W; w++) {
        rank_by_tariff(h, w, 0);
        rank_by_tariff(h, w, 1);
    }
    if (h->pairs->carries) {
        hanse__carry_hour(h->world, &h->pairs->carry, h->hour);
    }
}

/* --- who asks what ------------------------------------------------------------------------ */

/* Is there a path over links that are not full, quick enough for the workload? */
static bool path_open(const struct hanse_sweep *h, int32_t w, int32_t from, int32_t to)
{
    double s = hanse__carry_latency_s(h->world, &h->pairs->carry, from, to);
    double most = h->workloads[w].latency_limit_s;
    return s < INFINITY && (most == 0.0 || s <= most);
}

/* May work of the cell go to the place now, at this stage; how much could it find there? */
static double room(const struct hanse_sweep *h, int32_t cell, int32_t place,
                   enum hanse_stage stage)
{
    int32_t r = cell / h->W, w = cell % h->W, there = h->places[place].region;
    const uint8_t *reach = hanse__at(h->world, h->pairs->reach);
    if (reach[((size_t)w * (size_t)h->R + (size_t)r) * (size_t)h->P + (size_t)place] > stage) {
        return 0.0;
    }
    if (h->pairs->carries && !path_open(h, w, r, there)) {
        return 0.0;
    }
    return h->free[place] * h->capacity[place * h->W + w];
}

/* In proportion to what is free, as routes do. */
static int32_t ask_evenly(const struct hanse_sweep *h, int32_t cell, enum hanse_stage stage,
                          struct ask *asks)
{
    int32_t n = 0;
    double sum = 0.0;
    for (int32_t p = 0; p < h->P; p++) {
        double x = room(h, cell, p, stage);
        if (x > 0.0) {
            asks[n++] = (struct ask){p, x};
            sum += x;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        asks[i].work *= h->left[cell] / sum;
    }
    return n;
}

/* From the first place on, each for what it has. Of equal ones the own region's go first. */
static int32_t ask_in_order(const struct hanse_sweep *h, int32_t cell,
                            const struct ranked *ranks, struct ask *asks)
{
    int32_t n = 0, end;
    double left = h->left[cell];
    for (int32_t i = 0; i < h->P && left > 0.0; i = end) {
        for (end = i + 1; end < h->P && ranks[end].score == ranks[i].score;) {
            end++;
        }
        for (int32_t k = i; k < 2 * end - i && left > 0.0; k++) {
            int32_t place = ranks[k < end ? k : k - (end - i)].place;
            bool own = h->places[place].region == cell / h->W;
            double x = own == (k < end) ? room(h, cell, place, HANSE_STAGE_PARTNER) : 0.0;
            if (x > 0.0) {
                asks[n++] = (struct ask){place, fmin(x, left)};
                left = x < left ? left - x : 0.0;
            }
        }
    }
    return n;
}

static int32_t asks_of(const struct hanse_sweep *h, int32_t cell, enum hanse_stage stage,
                       struct ask **asks)
{
    const struct hanse__pairs *s = h->pairs;
    size_t P = (size_t)h->P;
    uint8_t how = ((const uint8_t *)hanse__at(h->world, s->how))[cell];
    *asks = hanse__at(h->world, s->asks);
    if (!(h->left[cell] > 0.0)) {
        return 0;
    }
    if (how == HANSE_SITING_LOCAL) {
        return ask_evenly(h, cell, stage, *asks);
    }
    const struct ranked *ranks =
        how == HANSE_SITING_NEAREST
            ? (const struct ranked *)hanse__at(h->world, s->by_latency) +
                  (size_t)(cell / h->W) * P
            : (const struct ranked *)hanse__at(h->world, s->by_tariff) +
                  ((how == HANSE_SITING_CHEAPEST ? 0 : (size_t)h->W) + (size_t)(cell % h->W)) *
                      P;
    return ask_in_order(h, cell, ranks, *asks);
}

/* --- rounds ------------------------------------------------------------------------------- */

/* The next cell of a round from (k, r) on: of workload order[k] in region r. */
struct turn {
    int32_t k, r, last;
    bool all;
};

static bool next_cell(const struct hanse_sweep *h, struct turn *turn, int32_t *cell)
{
    const uint8_t *how = hanse__at(h->world, h->pairs->how);
    for (; turn->k < turn->last; turn->k++, turn->r = 0) {
        while (turn->r < h->R) {
            *cell = turn->r++ * h->W + h->order[turn->k];
            if (turn->all || how[*cell] != HANSE_SITING_LOCAL) {
                return true;
            }
        }
    }
    return false;
}

static bool load_places(const struct hanse_sweep *h, enum hanse_stage stage, struct turn turn)
{
    bool moved = false;
    struct ask *asks;
    for (int32_t cell; next_cell(h, &turn, &cell);) {
        int32_t n = asks_of(h, cell, stage, &asks);
        for (int32_t i = 0; i < n; i++) {
            int32_t p = asks[i].place;
            h->load[p] += asks[i].work / (h->free[p] * h->capacity[p * h->W + cell % h->W]);
            moved = true;
        }
    }
    return moved;
}

static double by_place(const struct hanse_sweep *h, const struct ask *ask)
{
    return h->load[ask->place] > 1.0 ? ask->work / h->load[ask->place] : ask->work;
}

static void load_links(struct hanse_sweep *h, enum hanse_stage stage, struct turn turn)
{
    struct ask *asks;
    hanse__pairs_clear(h);
    for (int32_t cell; next_cell(h, &turn, &cell);) {
        int32_t n = asks_of(h, cell, stage, &asks);
        for (int32_t i = 0; i < n; i++) {
            hanse__carry_ask(h->world, &h->pairs->carry, cell % h->W, cell / h->W,
                             h->places[asks[i].place].region, by_place(h, &asks[i]));
        }
    }
}

/* Books what a cell gets of what it asked. */
static void book(struct hanse_sweep *h, int32_t cell, const struct ask *asks, int32_t n)
{
    int32_t r = cell / h->W, w = cell % h->W;
    double *taken = hanse__at(h->world, h->pairs->taken), got = 0.0;
    for (int32_t i = 0; i < n; i++) {
        int32_t p = asks[i].place, there = h->places[p].region;
        double x = by_place(h, &asks[i]);
        if (h->pairs->carries && there != r) {
            x *= hanse__carry_share(h->world, &h->pairs->carry, w, r, there);
            hanse__carry_book(h->world, &h->pairs->carry, w, r, there, x);
        }
        hanse__latency_gave(h, cell, p, x);
        hanse__sweep_did(h, p, w, x);
        hanse__control_gave(h, cell, p, x);
        h->pool[cell] += there != r ? x : 0.0;
        taken[p] += x / (h->free[p] * h->capacity[p * h->W + w]);
        got += x;
    }
    /* All but rounding is all: crumbs would keep the rounds going. */
    bool all = got >= h->left[cell] * (1.0 - 1e-12);
    h->served[cell] += all ? h->left[cell] : got;
    h->left[cell] = all ? 0.0 : h->left[cell] - got;
}

static void grant(struct hanse_sweep *h, enum hanse_stage stage, struct turn turn)
{
    struct ask *asks;
    for (int32_t cell; next_cell(h, &turn, &cell);) {
        int32_t n = asks_of(h, cell, stage, &asks);
        book(h, cell, asks, n);
    }
}

bool hanse__pairs_ask(struct hanse_sweep *h, int32_t first, int32_t last)
{
    return load_places(h, HANSE_STAGE_PARTNER, (struct turn){first, 0, last, false});
}

void hanse__pairs_grant(struct hanse_sweep *h, int32_t first, int32_t last)
{
    grant(h, HANSE_STAGE_PARTNER, (struct turn){first, 0, last, false});
}

bool hanse__pairs_round(struct hanse_sweep *h, enum hanse_stage stage, int32_t first,
                        int32_t last)
{
    struct turn all = {first, 0, last, true};
    double *taken = hanse__at(h->world, h->pairs->taken);
    bool moved = load_places(h, stage, all);
    if (moved) {
        memset(taken, 0, (size_t)h->P * sizeof *taken);
        load_links(h, stage, all);
        grant(h, stage, all);
        hanse__pairs_settle(h);
    }
    for (int32_t p = 0; moved && p < h->P; p++) {
        h->free[p] *= taken[p] < 1.0 - 1e-12 ? 1.0 - taken[p] : 0.0;
        h->load[p] = 0.0;
    }
    return moved;
}

/* --- links -------------------------------------------------------------------------------- */

bool hanse__pairs_carry(const struct hanse_sweep *h)
{
    return h->pairs != NULL && h->pairs->carries;
}

void hanse__pairs_clear(struct hanse_sweep *h)
{
    hanse__carry_clear(h->world, &h->pairs->carry);
}

void hanse__pairs_settle(struct hanse_sweep *h)
{
    hanse__carry_settle(h->world, &h->pairs->carry);
}

static int32_t host_of(const struct hanse_sweep *h, int32_t w)
{
    return h->world->tables.clouds[h->workloads[w].cloud].region;
}

bool hanse__pairs_ask_cloud(struct hanse_sweep *h, int32_t w, int32_t region)
{
    if (!path_open(h, w, region, host_of(h, w))) {
        return false;
    }
    hanse__carry_ask(h->world, &h->pairs->carry, w, region, host_of(h, w),
                     h->left[region * h->W + w]);
    return true;
}

double hanse__pairs_grant_cloud(struct hanse_sweep *h, int32_t w, int32_t region)
{
    int32_t host = host_of(h, w);
    if (!path_open(h, w, region, host)) {
        return 0.0;
    }
    double work = h->left[region * h->W + w] *
                  hanse__carry_share(h->world, &h->pairs->carry, w, region, host);
    hanse__carry_book(h->world, &h->pairs->carry, w, region, host, work);
    return work;
}
