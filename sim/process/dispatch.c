#include "sim/process/dispatch.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/cloud.h"
#include "sim/process/currency.h"
#include "sim/process/dispatch_inside.h"
#include "sim/process/fleet.h"
#include "sim/process/islands.h"
#include "sim/process/latency.h"
#include "sim/process/pairs.h"
#include "sim/process/power.h"
#include "sim/process/reliability.h"
#include "sim/process/substitute.h"

enum {
    OUT_DEMAND,
    OUT_ON_TIME,
    OUT_LATE,
    OUT_DROPPED,
    OUT_UNSERVED,
    OUT_BACKLOG,
    OUT_OVERDUE,
    OUT_POOL,
    OUT_HOSTED,
    OUT_CLOUD,
    OUT_CLOUD_COST,
    OUT_CLOUD_FOREIGN,
    OUT_DROPPED_FOR,
    OUT_MISSED_FOR = OUT_DROPPED_FOR + HANSE_REASONS,
};

static struct hanse_dispatch *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

const struct hanse_tariff *hanse__dispatch_tariffs(const struct hanse_world *world)
{
    return hanse__at(world, dispatch(world)->tariffs);
}

double hanse__dispatch_take_served(struct hanse_world *world)
{
    double served = dispatch(world)->served_sum;
    dispatch(world)->served_sum = 0.0;
    return served;
}

double hanse__dispatch_take_cloud_eur(struct hanse_world *world)
{
    double eur = dispatch(world)->cloud_eur;
    dispatch(world)->cloud_eur = 0.0;
    return eur;
}

/* --- before the hours -------------------------------------------------------------------- */

static enum hanse_status changed(struct hanse_world *world)
{
    if (dispatch(world)->rules != world->moving.rules) {
        HANSE_TRY(hanse__routes_find(world));
        hanse__rent_ways(world);
        dispatch(world)->rules = world->moving.rules;
    }
    return HANSE_OK;
}

/* --- one hour ---------------------------------------------------------------------------- */

/* Adds what waited until it was too late, by what stood in its way this hour: had the obstacle
 * not been, it would have gone first, for the hour's arrivals could have waited. */
static void blame(const struct hanse_sweep *h, int32_t cell, double *const *outputs, double x)
{
    size_t cells = (size_t)h->R * (size_t)h->W;
    for (int i = HANSE_REASON_CAPACITY + 1; i < HANSE_REASONS && h->left[cell] > 0.0; i++) {
        double part = fmin(x, h->why[(size_t)i * cells + (size_t)cell]);
        outputs[i][cell] += part;
        x -= part;
    }
    outputs[HANSE_REASON_CAPACITY][cell] += x;
}

/* Serves waiting work oldest first, then drops what has waited long enough. */
static void settle_waiting(struct hanse_sweep *h, int cell,
                           const struct hanse_workload *workload, double *ring)
{
    int64_t length = (int64_t)workload->give_up_h + 1;
    int64_t deadline = (int64_t)workload->deadline_h;
    double served = h->served[cell];
    ring[h->hour % length] = h->arrived[cell];
    int64_t at = h->oldest[cell];
    for (; at <= h->hour && served > 0.0; at++) {
        double *bucket = &ring[at % length];
        double x = fmin(*bucket, served);
        *(h->hour - at <= deadline ? &h->on_time[cell] : &h->late[cell]) += x;
        *bucket -= x;
        served -= x;
        if (*bucket > 0.0) {
            break;
        }
    }
    if (h->hour - deadline >= at) {
        blame(h, cell, h->missed_for,
              hanse__miss(h, cell, ring[(h->hour - deadline) % length]));
    }
    if (at <= h->hour - (length - 1)) {
        double *bucket = &ring[at % length];
        h->dropped[cell] += *bucket;
        blame(h, cell, h->dropped_for, *bucket);
        h->waiting[cell] -= *bucket;
        *bucket = 0.0;
        at++;
    }
    h->oldest[cell] = at;
    h->waiting[cell] += h->arrived[cell] - h->served[cell];
    if (at > h->hour || h->waiting[cell] < 0.0) {
        h->waiting[cell] = 0.0; /* nothing waits; drops the rounding */
    }
}

static void settle(struct hanse_sweep *h, int cell, int w)
{
    const struct hanse_workload *workload = &h->workloads[w];
    if (workload->give_up_h == 0.0) {
        double late = h->late_now != NULL ? fmin(h->late_now[cell], h->served[cell]) : 0.0;
        h->on_time[cell] += h->served[cell] - late;
        h->late[cell] += late;
        h->missed_for[HANSE_REASON_CAPACITY][cell] += late;
        if (h->left[cell] + late > 0.0) {
            hanse__miss(h, cell, h->left[cell] + late);
        }
        if (h->left[cell] > 0.0) {
            h->dropped[cell] += h->left[cell];
            blame(h, cell, h->dropped_for, h->left[cell]);
            blame(h, cell, h->missed_for, h->left[cell]);
        }
        return;
    }
    int64_t length = (int64_t)workload->give_up_h + 1;
    double *ring = h->ring + h->ring_start[w] + (size_t)(cell / h->W) * (size_t)length;
    settle_waiting(h, cell, workload, ring);
}

#ifdef HANSE_DEBUG_CHECKS
static double accounted(const struct hanse_sweep *h, int cell)
{
    return h->on_time[cell] + h->late[cell] + h->dropped[cell] + h->waiting[cell];
}
#endif

/* In a debug build a cell's demand must be what was served, dropped or waits since. */
static void settle_checked(struct hanse_sweep *h, int cell, int w)
{
#ifdef HANSE_DEBUG_CHECKS
    double was = accounted(h, cell);
    settle(h, cell, w);
    double is = accounted(h, cell);
    HANSE_CHECK(fabs(is - was - h->arrived[cell]) <= 1e-9 * (is + was + 1.0));
#else
    settle(h, cell, w);
#endif
}

static bool short_of(const struct hanse_sweep *h, int32_t first, int32_t last)
{
    for (int32_t k = first; k < last; k++) {
        for (int32_t r = 0; r < h->R; r++) {
            if (h->left[r * h->W + h->order[k]] > 0.0) {
                return true;
            }
        }
    }
    return false;
}

/* Serves workloads order[first … last), which are one tier. True when something is left. */
static bool serve_tier(struct hanse_sweep *h, int32_t first, int32_t last)
{
    for (int32_t k = first; k < last; k++) {
        hanse__rent(h, h->order[k], CLOUD_ALWAYS);
    }
    bool more = true;
    for (int stage = 0; more && stage <= HANSE_STAGE_PARTNER; stage++) {
        for (int round = 0; more && round < HANSE_ROUNDS; round++) {
            enum hanse_round end = hanse__route_round(h, (enum hanse_stage)stage, first, last);
            more = end == HANSE_ROUND_IDLE || short_of(h, first, last);
            if (end != HANSE_ROUND_OPEN) {
                break;
            }
        }
    }
    for (int32_t k = first; more && k < last; k++) {
        hanse__rent(h, h->order[k], CLOUD_OVERFLOW);
    }
    for (int32_t k = first; more && h->used != NULL && k < last; k++) {
        hanse__substitute(h, k);
    }
    return more && short_of(h, first, last);
}

static void open_hour(struct hanse_sweep *h)
{
    int32_t cells = h->R * h->W;
    const double *shape = h->shape + (size_t)(h->hour % HANSE_WEEK_H) * (size_t)cells;
    for (int32_t i = 0; i < cells; i++) {
        double arrived = h->base[i] * shape[i];
        h->arrived[i] = arrived;
        h->demand[i] += arrived;
        h->left[i] = arrived + h->waiting[i];
        h->served[i] = 0.0;
    }
    for (int32_t p = 0; p < h->P; p++) {
        h->powered[p] = 1.0;
    }
    hanse__power_open(h->world, h->hour, h->powered);
    memcpy(h->free, h->powered, (size_t)h->P * sizeof *h->free);
    hanse__pairs_hour(h);
}

static void close_hour(struct hanse_sweep *h)
{
    hanse__power_close(h->world, h->hour, h->powered, h->free);
    hanse__meters_read(h->world, h->powered, h->free);
    if (h->used != NULL) {
        hanse__substitute_close(h);
    }
    double served = h->s->served_sum;
    for (int32_t i = 0; i < h->R * h->W;
         i++) { /* by itself, or the sum would not stay in a register */
        served += h->served[i];
    }
    h->s->served_sum = served;
    for (int32_t r = 0, cell = 0; r < h->R; r++) {
        for (int32_t w = 0; w < h->W; w++, cell++) {
            settle_checked(h, cell, w);
        }
    }
    hanse__reliability_hour(h->world, h->hour, h->arrived, h->missing ? h->missed : NULL);
    h->missing = false;
}

static void sweep_hour(struct hanse_sweep *h)
{
    open_hour(h);
    bool left = false;
    hanse__latency_begin(h);
    for (int32_t first = 0, last; first < h->W; first = last) {
        last = hanse__tier_end(h, first);
        left |= serve_tier(h, first, last);
    }
    if (left) {
        hanse__reasons_find(h);
    }
    hanse__latency_settle(h);
    close_hour(h);
}

static struct hanse_sweep open_sweep(struct hanse_world *world)
{
    struct hanse_dispatch *s = dispatch(world);
    int32_t n;
#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_DISPATCH, output)
    struct hanse_sweep h = {
        .world = world,
        .s = s,
        .workloads = hanse__workloads(world, &n),
        .places = hanse__places(world),
        .order = hanse__at(world, s->order),
        .ring_start = hanse__at(world, s->ring_start),
        .cloud_way = hanse__at(world, s->cloud_way),
        .capacity = hanse__place_capacity(world, HANSE_STANDING_AVAILABLE),
        .base = hanse__at(world, s->base),
        .price = hanse__at(world, s->price),
        .shape = hanse__at(world, s->shape),
        .arrived = hanse__at(world, s->arrived),
        .left = hanse__at(world, s->left),
        .served = hanse__at(world, s->served),
        .missed = hanse__at(world, s->missed),
        .rest = hanse__at(world, s->rest),
        .why = hanse__at(world, s->why),
        .powered = hanse__at(world, s->powered),
        .free = hanse__at(world, s->free),
        .load = hanse__at(world, s->load),
        .spare = hanse__at(world, s->spare),
        .tariffs = hanse__at(world, s->tariffs),
        .used = s->used != 0 ? hanse__at(world, s->used) : NULL,
        .substituted = hanse__cells(world, HANSE_MECHANISM_DEMAND, HANSE_DEMAND_SUBSTITUTED),
        .pairs = s->pairs != 0 ? hanse__at(world, s->pairs) : NULL,
        .by_part = hanse__at(world, s->by_part),
        .ignored = hanse__at(world, s->ignored),
        .ring = hanse__at(world, s->ring),
        .waiting = hanse__at(world, s->waiting),
        .oldest = hanse__at(world, s->oldest),
        .routes = hanse__at(world, s->routes.routes),
        .route_places = hanse__at(world, s->routes.places),
        .route_cells = hanse__at(world, s->routes.cells),
        .route_first = hanse__at(world, s->routes.first),
        .demand = CELLS(OUT_DEMAND),
        .on_time = CELLS(OUT_ON_TIME),
        .late = CELLS(OUT_LATE),
        .dropped = CELLS(OUT_DROPPED),
        .pool = CELLS(OUT_POOL),
        .hosted = CELLS(OUT_HOSTED),
        .cloud = CELLS(OUT_CLOUD),
        .cloud_cost = CELLS(OUT_CLOUD_COST),
        .cloud_foreign = CELLS(OUT_CLOUD_FOREIGN),
        .control = hanse__control_open(world),
        .R = s->n_regions,
        .W = s->n_workloads,
        .P = hanse__n_places(world),
    };
    for (int i = 0; i < HANSE_REASONS; i++) {
        h.dropped_for[i] = CELLS(OUT_DROPPED_FOR + i);
        h.missed_for[i] = CELLS(OUT_MISSED_FOR + i);
    }
#undef CELLS
    return h;
}

static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    hanse__places_follow(world, dispatch(world)->seen != world->moving.rules);
    dispatch(world)->seen = world->moving.rules;
    hanse__power_settle(world, from, to);
    struct hanse_sweep h = open_sweep(world);
    hanse__pairs_open(&h);
    for (h.hour = from; h.hour < to; h.hour++) {
        hanse__currency_hour(world, h.hour);
        if (h.hour / 24 != h.s->day) {
            h.s->day = h.hour / 24;
            hanse__demand_at(world, (double)h.s->day * 24.0 + 12.0, hanse__at(world, h.s->base),
                             hanse__at(world, h.s->price));
        }
        if (h.s->moving_tariffs || !h.s->tariffs_known) {
            hanse__tariffs(world, h.hour, h.tariffs);
            h.s->tariffs_known = true;
            hanse__meters_price(world, h.tariffs);
        }
        sweep_hour(&h);
    }
}

/* Of what waits in a cell, what is past its deadline. */
static double overdue_in(const struct hanse_sweep *h, int32_t cell, int64_t now)
{
    const struct hanse_workload *w = &h->workloads[cell % h->W];
    int64_t length = (int64_t)w->give_up_h + 1, deadline = (int64_t)w->deadline_h;
    if (length == 1) {
        return 0.0;
    }
    const double *ring =
        h->ring + h->ring_start[cell % h->W] + (size_t)(cell / h->W) * (size_t)length;
    double sum = 0.0;
    for (int64_t at = h->oldest[cell]; at < now - deadline; at++) {
        sum += ring[at % length];
    }
    return sum;
}

static void month(struct hanse_world *world, int32_t which)
{
    struct hanse_sweep h = open_sweep(world);
    double *backlog = hanse__cells(world, HANSE_MECHANISM_DISPATCH, OUT_BACKLOG);
    double *overdue = hanse__cells(world, HANSE_MECHANISM_DISPATCH, OUT_OVERDUE);
    double *unserved = hanse__cells(world, HANSE_MECHANISM_DISPATCH, OUT_UNSERVED);
    for (int cell = 0; cell < h.R * h.W; cell++) {
        backlog[cell] = h.waiting[cell];
        overdue[cell] = overdue_in(&h, cell, world->moving.hour);
        unserved[cell] = h.late[cell] + h.dropped[cell];
    }
}

/* --- start ------------------------------------------------------------------------------- */

static void find_order(const struct hanse_workload *workloads, int32_t n, int32_t *order)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t at = i;
        for (; at > 0 && workloads[order[at - 1]].tier > workloads[i].tier; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

static void find_shapes(const struct hanse_world *world, struct hanse_dispatch *s)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    double *shape = hanse__at(world, s->shape);
    for (int64_t hour = 0; hour < HANSE_WEEK_H; hour++) {
        for (int32_t r = 0; r < s->n_regions; r++) {
            int local = hanse__hour_of_week(world, hour, world->tables.regions[r].utc_offset_h);
            for (int32_t w = 0; w < n; w++) {
                *shape++ =
                    workloads[w].profile.count > 0 ? workloads[w].profile.items[local] : 1.0;
            }
        }
    }
}

static enum hanse_status take_rings(struct hanse_world *world, struct hanse_dispatch *s)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    size_t total = 0;
    for (int32_t w = 0; w < n; w++) {
        uint32_t *starts = hanse__at(world, s->ring_start);
        starts[w] = (uint32_t)total;
        if (workloads[w].give_up_h > 0.0) {
            total += (size_t)s->n_regions * ((size_t)workloads[w].give_up_h + 1);
        }
    }
    return hanse__take(world, total, sizeof(double), &s->ring);
}

static enum hanse_status take_blocks(struct hanse_world *world, struct hanse_dispatch *s)
{
    size_t R = (size_t)s->n_regions, W = (size_t)s->n_workloads, cells = R * W;
    size_t P = (size_t)hanse__n_places(world);
    const struct {
        hanse_ref *ref;
        size_t n, size;
    } blocks[] = {
        {&s->order, W, sizeof(int32_t)},
        {&s->base, cells, sizeof(double)},
        {&s->price, W, sizeof(double)},
        {&s->shape, cells * HANSE_WEEK_H, sizeof(double)},
        {&s->arrived, cells, sizeof(double)},
        {&s->left, cells, sizeof(double)},
        {&s->served, cells, sizeof(double)},
        {&s->missed, cells, sizeof(double)},
        {&s->rest, cells, sizeof(double)},
        {&s->why, cells * HANSE_REASONS, sizeof(double)},
        {&s->cloud_way, cells, 1},
        {&s->powered, P, sizeof(double)},
        {&s->free, P, sizeof(double)},
        {&s->load, P, sizeof(double)},
        {&s->spare, P, sizeof(double)},
        {&s->by_part, 2 * R, sizeof(double)},
        {&s->tariffs, R, sizeof(struct hanse_tariff)},
        {&s->ignored, cells, sizeof(double)},
        {&s->ring_start, W, sizeof(uint32_t)},
        {&s->waiting, cells, sizeof(double)},
        {&s->oldest, cells, sizeof(int64_t)},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        HANSE_TRY(hanse__take(world, blocks[i].n, blocks[i].size, blocks[i].ref));
    }
    return take_rings(world, s);
}

static enum hanse_status init(struct hanse_world *world)
{
    HANSE_TRY(hanse__latency_prepare(world));
    HANSE_TRY(hanse__places_init(world));
    struct hanse_dispatch s = {.n_regions = world->tables.n_regions,
                               .day = -1,
                               .rules = UINT64_MAX,
                               .seen = UINT64_MAX};
    s.moving_tariffs = hanse__tariffs_move(world);
    const struct hanse_workload *workloads = hanse__workloads(world, &s.n_workloads);
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    world->moving.state[HANSE_MECHANISM_DISPATCH] = ref;
    HANSE_TRY(take_blocks(world, &s));
    find_order(workloads, s.n_workloads, hanse__at(world, s.order));
    find_shapes(world, &s);
    *dispatch(world) = s;
    HANSE_TRY(hanse__routes_init(world));
    HANSE_TRY(hanse__substitute_init(world));
    return hanse__pairs_init(world);
}

#define BY_BOTH                                                                                \
    {                                                                                          \
        "region", "workload"                                                                   \
    }
#define DROPPED_FOR(word, reason)                                                              \
    [OUT_DROPPED_FOR + (reason)] = {"dropped_" word,                                           \
                                    "H100_h",                                                  \
                                    "demand dropped for want of " word,                        \
                                    BY_BOTH,                                                   \
                                    HANSE_SUM,                                                 \
                                    NULL,                                                      \
                                    NULL}
#define MISSED_FOR(word, reason)                                                               \
    [OUT_MISSED_FOR + (reason)] = {"missed_" word,                                             \
                                   "H100_h",                                                   \
                                   "demand past its deadline for want of " word,               \
                                   BY_BOTH,                                                    \
                                   HANSE_SUM,                                                  \
                                   NULL,                                                       \
                                   NULL}
static const struct hanse_output OUTPUTS[] = {
    [OUT_DEMAND] = {"demand", "H100_h", "demand, reference work", BY_BOTH, HANSE_SUM, NULL,
                    NULL},
    [OUT_ON_TIME] = {"on_time", "H100_h", "demand served on time", BY_BOTH, HANSE_SUM, NULL,
                     NULL},
    [OUT_LATE] = {"late", "H100_h", "demand served late", BY_BOTH, HANSE_SUM, NULL, NULL},
    [OUT_DROPPED] = {"dropped", "H100_h", "demand dropped", BY_BOTH, HANSE_SUM, NULL, NULL},
    [OUT_UNSERVED] = {"unserved", "H100_h", "demand late or dropped", BY_BOTH, HANSE_SUM, NULL,
                      NULL},
    [OUT_BACKLOG] = {"backlog", "H100_h", "demand waiting at the end of the month", BY_BOTH,
                     HANSE_LAST, NULL, NULL},
    [OUT_OVERDUE] = {"backlog_overdue", "H100_h", "of it past its deadline", BY_BOTH,
                     HANSE_LAST, NULL, NULL},
    [OUT_POOL] = {"served_by_pool", "H100_h", "of the served: in other regions of the pool",
                  BY_BOTH, HANSE_SUM, NULL, NULL},
    [OUT_HOSTED] = {"hosted", "H100_h", "work of any region done by hardware here", BY_BOTH,
                    HANSE_SUM, NULL, NULL},
    [OUT_CLOUD] = {"served_by_cloud", "H100_h", "of the served: by a foreign API", BY_BOTH,
                   HANSE_SUM, NULL, NULL},
    [OUT_CLOUD_COST] = {"cost_cloud", "EUR", "cost of foreign APIs", BY_BOTH, HANSE_SUM, NULL,
                        NULL},
    [OUT_CLOUD_FOREIGN] = {"cost_cloud_foreign", "EUR", "of it in money foreign to the payer",
                           BY_BOTH, HANSE_SUM, NULL, NULL},
    DROPPED_FOR("capacity", HANSE_REASON_CAPACITY),
    DROPPED_FOR("law", HANSE_REASON_LAW),
    DROPPED_FOR("network", HANSE_REASON_NETWORK),
    DROPPED_FOR("power", HANSE_REASON_POWER),
    DROPPED_FOR("price", HANSE_REASON_PRICE),
    MISSED_FOR("capacity", HANSE_REASON_CAPACITY),
    MISSED_FOR("law", HANSE_REASON_LAW),
    MISSED_FOR("network", HANSE_REASON_NETWORK),
    MISSED_FOR("power", HANSE_REASON_POWER),
    MISSED_FOR("price", HANSE_REASON_PRICE),
    {"on_time_share", "1", "share of demand served on time", BY_BOTH, HANSE_RATIO, "on_time",
     "demand"},
    {"unserved_share", "1", "share of demand late or dropped", BY_BOTH, HANSE_RATIO, "unserved",
     "demand"},
    {"cloud_share", "1", "share of demand served by a foreign API", BY_BOTH, HANSE_RATIO,
     "served_by_cloud", "demand"},
};

const struct hanse_mechanism hanse_mechanism_dispatch = {
    .name = "dispatch",
    .doc = "Hardware serves demand: own region, pool, foreign API, backlog.",
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .changed = changed,
    .hours = hours,
    .month = month,
};
