#include "sim/process/dispatch.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/cloud.h"
#include "sim/process/demand.h"
#include "sim/process/fleet.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum {
    OUT_DEMAND,
    OUT_ON_TIME,
    OUT_LATE,
    OUT_DROPPED,
    OUT_UNSERVED,
    OUT_BACKLOG,
    OUT_POOL,
    OUT_CLOUD,
    OUT_CLOUD_COST
};

enum { POOL_ROUNDS = 8 }; /* help among regions settles in two or three */

struct state {
    int32_t n_regions, n_workloads;
    hanse_ref order;      /* int32_t [workloads]: by tier, then name */
    hanse_ref speeds;     /* double [accelerators × workloads] */
    hanse_ref capacity;   /* double [regions × workloads]: work per hour, all free */
    hanse_ref allowed;    /* uint8_t [workloads × origins × destinations] */
    hanse_ref base;       /* double [regions × workloads]: mean work per hour today */
    hanse_ref price;      /* double [workloads]: cloud EUR per work today */
    hanse_ref shape;      /* double [regions × workloads × 168]: profile in hours of UTC */
    hanse_ref free;       /* double [regions]: share of device time still free this hour */
    hanse_ref left;       /* double [regions × workloads]: asked and not served this hour */
    hanse_ref served;     /* double [regions × workloads]: served this hour */
    hanse_ref reach;      /* double [regions × workloads]: free capacity in reach */
    hanse_ref busy;       /* double [regions]: sum over hours not booked yet */
    hanse_ref ring;       /* double: waiting work by hour of arrival, per cell */
    hanse_ref ring_start; /* uint32_t [workloads]: where a workload's rings start */
    hanse_ref waiting;    /* double [regions × workloads]: sum of its ring */
    hanse_ref oldest;     /* int64_t [regions × workloads]: no waiting work is older */
    int64_t day;          /* for which base and price hold; -1 none */
    uint64_t changes;     /* of the fleet, for which capacity holds */
    int32_t settled;      /* capacity was computed from an hour without changes */
    double served_sum, cloud_eur;
};

/* Pointers into the arena, good within one sweep. */
struct sweep {
    struct hanse_world *world;
    struct state *s;
    const struct hanse_workload *workloads;
    const int32_t *order;
    const uint8_t *allowed;
    const uint32_t *ring_start;
    const double *capacity, *base, *price, *shape;
    double *free, *left, *served, *reach, *busy, *ring, *waiting;
    int64_t *oldest;
    double *demand, *on_time, *late, *dropped, *unserved, *pool, *cloud, *cloud_cost;
    int R, W;
    int64_t hour;
};

static struct state *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

const double *hanse__dispatch_busy_h(const struct hanse_world *world)
{
    return hanse__at(world, dispatch(world)->busy);
}

double hanse__dispatch_served(const struct hanse_world *world)
{
    return dispatch(world)->served_sum;
}

double hanse__dispatch_cloud_eur(const struct hanse_world *world)
{
    return dispatch(world)->cloud_eur;
}

void hanse__dispatch_booked(struct hanse_world *world)
{
    struct state *s = dispatch(world);
    memset(hanse__at(world, s->busy), 0, (size_t)s->n_regions * sizeof(double));
    s->served_sum = s->cloud_eur = 0.0;
}

/* --- before the hours -------------------------------------------------------------------- */

static void find_capacity(struct hanse_world *world, struct state *s)
{
    const struct hanse_tables *t = &world->tables;
    double *capacity = hanse__at(world, s->capacity);
    const double *speeds = hanse__at(world, s->speeds);
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    memset(capacity, 0, (size_t)(t->n_regions * n) * sizeof *capacity);
    for (int32_t g = 0; g < t->n_groups; g++) {
        const struct hanse_site *site = &t->sites[t->groups[g].site];
        double devices = groups[g].mean_available * (1.0 - site->batch_share);
        const double *speed = speeds + (size_t)t->groups[g].accelerator * (size_t)n;
        for (int32_t w = 0; w < n; w++) {
            if (!hanse__shock_model_cut(world, workloads[w].model)) {
                capacity[site->region * n + w] += devices * speed[w];
            }
        }
    }
}

static void find_allowed(struct hanse_world *world, struct state *s)
{
    const struct hanse_tables *t = &world->tables;
    uint8_t *allowed = hanse__at(world, s->allowed);
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    for (int32_t w = 0; w < n; w++) {
        for (int32_t from = 0; from < t->n_regions; from++) {
            const struct hanse_region *a = &t->regions[from];
            for (int32_t to = 0; to < t->n_regions; to++) {
                const struct hanse_region *b = &t->regions[to];
                bool together = a->pool == b->pool && (a->jurisdiction == b->jurisdiction ||
                                                       !hanse__shock_pool_cut(world, a->pool));
                *allowed++ = from != to && together &&
                             hanse__data_allowed(world, workloads[w].data_class,
                                                 a->jurisdiction, b->jurisdiction);
            }
        }
    }
}

/* Capacity as it stands in [from, to). Hours in which something changed have a mean of their
 * own, so the first quiet stretch after them computes it once more. */
static void refresh(struct hanse_world *world, struct state *s)
{
    bool changed = s->changes != world->moving.changes;
    if (changed || !s->settled) {
        find_capacity(world, s);
        find_allowed(world, s);
        s->changes = world->moving.changes;
        s->settled = !changed;
    }
}

/* --- one hour ---------------------------------------------------------------------------- */

static bool may_use_cloud(const struct sweep *h, int32_t w, int32_t region)
{
    const struct hanse_workload *workload = &h->workloads[w];
    if (workload->cloud_use == HANSE_CLOUD_NEVER ||
        hanse__shock_cloud_cut(h->world, workload->cloud)) {
        return false;
    }
    return hanse__data_allowed(h->world, workload->data_class,
                               h->world->tables.regions[region].jurisdiction,
                               h->world->tables.clouds[workload->cloud].host);
}

static void serve_by_cloud(struct sweep *h, int32_t w, enum hanse_cloud_use use)
{
    if (h->workloads[w].cloud_use != (int32_t)use) {
        return;
    }
    for (int r = 0; r < h->R; r++) {
        int cell = r * h->W + w;
        if (h->left[cell] > 0.0 && may_use_cloud(h, w, r)) {
            double eur = h->left[cell] * h->price[w];
            h->cloud[cell] += h->left[cell];
            h->cloud_cost[cell] += eur;
            h->s->cloud_eur += eur;
            h->served[cell] += h->left[cell];
            h->left[cell] = 0.0;
        }
    }
}

/* Every region serves its own; workloads of the tier in proportion. */
static void serve_own(struct sweep *h, int first, int last)
{
    for (int r = 0; r < h->R; r++) {
        double asked = 0.0; /* share of the region's device time that the tier would take */
        for (int k = first; k < last; k++) {
            int cell = r * h->W + h->order[k];
            asked += h->capacity[cell] > 0.0 ? h->left[cell] / h->capacity[cell] : 0.0;
        }
        double scale = asked > h->free[r] ? h->free[r] / asked : 1.0;
        for (int k = first; k < last; k++) {
            int cell = r * h->W + h->order[k];
            if (h->capacity[cell] > 0.0) {
                double x = scale * h->left[cell];
                h->served[cell] += x;
                h->left[cell] = scale < 1.0 ? h->left[cell] - x : 0.0;
            }
        }
        h->free[r] = asked > h->free[r] ? 0.0 : h->free[r] - asked;
    }
}

/* Free capacity that each origin's leftover of the tier may use; false when none may. */
static bool find_reach(struct sweep *h, int first, int last)
{
    bool any = false;
    for (int k = first; k < last; k++) {
        int w = h->order[k];
        for (int from = 0; from < h->R; from++) {
            double reach = 0.0;
            const uint8_t *allowed = h->allowed + (size_t)(w * h->R + from) * (size_t)h->R;
            if (h->left[from * h->W + w] > 0.0) {
                for (int to = 0; to < h->R; to++) {
                    reach += allowed[to] ? h->free[to] * h->capacity[to * h->W + w] : 0.0;
                }
            }
            h->reach[from * h->W + w] = reach;
            any |= reach > 0.0;
        }
    }
    return any;
}

/* Grants for one destination. An origin's leftover spread in proportion to free capacity asks
 * each destination in reach for the same multiple, left ÷ reach, of what it has free. */
static void help_from(struct sweep *h, int to, int first, int last, double *granted_share)
{
    double load = 0.0;
    for (int k = first; k < last; k++) {
        int w = h->order[k];
        for (int from = 0; from < h->R; from++) {
            int cell = from * h->W + w;
            if (h->reach[cell] > 0.0 && h->allowed[(w * h->R + from) * h->R + to] &&
                h->capacity[to * h->W + w] > 0.0) {
                load += h->left[cell] / h->reach[cell];
            }
        }
    }
    *granted_share = load > 1.0 ? 1.0 / load : 1.0;
    double used = load > 1.0 ? 1.0 : load;
    h->reach[h->R * h->W + to] = used;
}

static bool help_round(struct sweep *h, int first, int last)
{
    if (!find_reach(h, first, last)) {
        return false;
    }
    double *used = h->reach + h->R * h->W;
    double *share = used + h->R;
    for (int to = 0; to < h->R; to++) {
        help_from(h, to, first, last, &share[to]);
    }
    for (int k = first; k < last; k++) {
        int w = h->order[k];
        for (int from = 0; from < h->R; from++) {
            int cell = from * h->W + w;
            if (h->reach[cell] <= 0.0) {
                continue;
            }
            double x = 0.0;
            for (int to = 0; to < h->R; to++) {
                if (h->allowed[(w * h->R + from) * h->R + to]) {
                    x += share[to] * h->free[to] * h->capacity[to * h->W + w] *
                         (h->left[cell] / h->reach[cell]);
                }
            }
            /* All but rounding is all: crumbs would keep the rounds going. */
            x = x >= h->left[cell] * (1.0 - 1e-12) ? h->left[cell] : x;
            h->served[cell] += x;
            h->pool[cell] += x;
            h->left[cell] -= x;
        }
    }
    for (int to = 0; to < h->R; to++) {
        h->free[to] *= 1.0 - used[to];
    }
    return true;
}

/* Serves waiting work oldest first, then drops what has waited long enough. */
static void settle_waiting(struct sweep *h, int cell, const struct hanse_workload *workload,
                           double *ring, double arrived)
{
    int64_t length = (int64_t)workload->give_up_h + 1;
    int64_t deadline = (int64_t)workload->deadline_h;
    double served = h->served[cell];
    ring[h->hour % length] = arrived;
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
    if (at <= h->hour - (length - 1)) {
        double *bucket = &ring[at % length];
        h->dropped[cell] += *bucket;
        h->waiting[cell] -= *bucket;
        *bucket = 0.0;
        at++;
    }
    h->oldest[cell] = at;
    h->waiting[cell] += arrived - h->served[cell];
    if (at > h->hour || h->waiting[cell] < 0.0) {
        h->waiting[cell] = 0.0; /* nothing waits; drops the rounding */
    }
}

static void settle(struct sweep *h, int cell, int w, double arrived)
{
    const struct hanse_workload *workload = &h->workloads[w];
    h->demand[cell] += arrived;
    h->s->served_sum += h->served[cell];
    if (workload->give_up_h == 0.0) {
        h->on_time[cell] += h->served[cell];
        h->dropped[cell] += h->left[cell];
        return;
    }
    int64_t length = (int64_t)workload->give_up_h + 1;
    double *ring = h->ring + h->ring_start[w] + (size_t)(cell / h->W) * (size_t)length;
    settle_waiting(h, cell, workload, ring, arrived);
}

/* Is the k-th workload by tier shed together with `tier`? Where nobody reacts, all are. */
static bool in_tier(const struct sweep *h, int k, int64_t tier)
{
    return h->workloads[h->order[k]].tier == tier ||
           h->world->moving.recourse == HANSE_RECOURSE_FROZEN;
}

static void sweep_hour(struct sweep *h)
{
    int week_hour = (int)(h->hour % HANSE_WEEK_H);
    for (int r = 0; r < h->R; r++) {
        h->free[r] = 1.0;
        for (int w = 0; w < h->W; w++) {
            int cell = r * h->W + w;
            double arrived =
                h->base[cell] * h->shape[(size_t)cell * HANSE_WEEK_H + (size_t)week_hour];
            h->left[cell] = arrived + h->waiting[cell];
            h->served[cell] = 0.0;
        }
    }
    for (int first = 0, last; first < h->W; first = last) {
        int64_t tier = h->workloads[h->order[first]].tier;
        bool short_of = false;
        for (last = first; last < h->W && in_tier(h, last, tier); last++) {
            serve_by_cloud(h, h->order[last], HANSE_CLOUD_ALWAYS);
        }
        serve_own(h, first, last);
        for (int k = first; k < last; k++) {
            for (int r = 0; r < h->R; r++) {
                short_of |= h->left[r * h->W + h->order[k]] > 0.0;
            }
        }
        for (int round = 0; short_of && round < POOL_ROUNDS; round++) {
            if (!help_round(h, first, last)) {
                break;
            }
        }
        for (int k = first; short_of && k < last; k++) {
            serve_by_cloud(h, h->order[k], HANSE_CLOUD_OVERFLOW);
        }
    }
    for (int r = 0; r < h->R; r++) {
        h->busy[r] += 1.0 - h->free[r];
        for (int w = 0; w < h->W; w++) {
            int cell = r * h->W + w;
            double arrived =
                h->base[cell] * h->shape[(size_t)cell * HANSE_WEEK_H + (size_t)week_hour];
            settle(h, cell, w, arrived);
        }
    }
}

static struct sweep open_sweep(struct hanse_world *world)
{
    struct state *s = dispatch(world);
    int32_t n;
#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_DISPATCH, output)
    return (struct sweep){
        .world = world,
        .s = s,
        .workloads = hanse__workloads(world, &n),
        .order = hanse__at(world, s->order),
        .allowed = hanse__at(world, s->allowed),
        .ring_start = hanse__at(world, s->ring_start),
        .capacity = hanse__at(world, s->capacity),
        .base = hanse__at(world, s->base),
        .price = hanse__at(world, s->price),
        .shape = hanse__at(world, s->shape),
        .free = hanse__at(world, s->free),
        .left = hanse__at(world, s->left),
        .served = hanse__at(world, s->served),
        .reach = hanse__at(world, s->reach),
        .busy = hanse__at(world, s->busy),
        .ring = hanse__at(world, s->ring),
        .waiting = hanse__at(world, s->waiting),
        .oldest = hanse__at(world, s->oldest),
        .demand = CELLS(OUT_DEMAND),
        .on_time = CELLS(OUT_ON_TIME),
        .late = CELLS(OUT_LATE),
        .dropped = CELLS(OUT_DROPPED),
        .unserved = CELLS(OUT_UNSERVED),
        .pool = CELLS(OUT_POOL),
        .cloud = CELLS(OUT_CLOUD),
        .cloud_cost = CELLS(OUT_CLOUD_COST),
        .R = s->n_regions,
        .W = s->n_workloads,
    };
#undef CELLS
}

static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    struct state *s = dispatch(world);
    refresh(world, s);
    struct sweep h = open_sweep(world);
    for (h.hour = from; h.hour < to; h.hour++) {
        if (h.hour / 24 != s->day) {
            s->day = h.hour / 24;
            hanse__demand_at(world, (double)s->day * 24.0 + 12.0, hanse__at(world, s->base),
                             hanse__at(world, s->price));
        }
        sweep_hour(&h);
    }
}

static void month(struct hanse_world *world, int32_t which)
{
    struct sweep h = open_sweep(world);
    double *backlog = hanse__cells(world, HANSE_MECHANISM_DISPATCH, OUT_BACKLOG);
    for (int cell = 0; cell < h.R * h.W; cell++) {
        backlog[cell] = h.waiting[cell];
        h.unserved[cell] = h.late[cell] + h.dropped[cell];
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

static void find_shapes(const struct hanse_world *world, struct state *s)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    double *shape = hanse__at(world, s->shape);
    for (int32_t r = 0; r < s->n_regions; r++) {
        for (int32_t w = 0; w < n; w++) {
            for (int64_t hour = 0; hour < HANSE_WEEK_H; hour++) {
                int local =
                    hanse__hour_of_week(world, hour, world->tables.regions[r].utc_offset_h);
                *shape++ =
                    workloads[w].profile.count > 0 ? workloads[w].profile.items[local] : 1.0;
            }
        }
    }
}

static enum hanse_status take_rings(struct hanse_world *world, struct state *s)
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

static enum hanse_status init(struct hanse_world *world)
{
    struct state s = {.n_regions = world->tables.n_regions, .day = -1, .changes = UINT64_MAX};
    const struct hanse_workload *workloads = hanse__workloads(world, &s.n_workloads);
    size_t R = (size_t)s.n_regions, W = (size_t)s.n_workloads, cells = R * W;
    const struct {
        hanse_ref *ref;
        size_t n, size;
    } blocks[] = {
        {&s.order, W, sizeof(int32_t)},
        {&s.speeds, (size_t)world->tables.n_accelerators * W, sizeof(double)},
        {&s.capacity, cells, sizeof(double)},
        {&s.allowed, cells * R, 1},
        {&s.base, cells, sizeof(double)},
        {&s.price, W, sizeof(double)},
        {&s.shape, cells * HANSE_WEEK_H, sizeof(double)},
        {&s.free, R, sizeof(double)},
        {&s.left, cells, sizeof(double)},
        {&s.served, cells, sizeof(double)},
        {&s.reach, cells + 2 * R, sizeof(double)}, /* and used, granted shares */
        {&s.busy, R, sizeof(double)},
        {&s.ring_start, W, sizeof(uint32_t)},
        {&s.waiting, cells, sizeof(double)},
        {&s.oldest, cells, sizeof(int64_t)},
    };
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    world->moving.state[HANSE_MECHANISM_DISPATCH] = ref;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        HANSE_TRY(hanse__take(world, blocks[i].n, blocks[i].size, blocks[i].ref));
    }
    HANSE_TRY(take_rings(world, &s));
    find_order(workloads, s.n_workloads, hanse__at(world, s.order));
    find_shapes(world, &s);
    hanse__demand_speeds(world, hanse__at(world, s.speeds));
    *dispatch(world) = s;
    return HANSE_OK;
}

#define BY_BOTH                                                                                \
    {                                                                                          \
        "region", "workload"                                                                   \
    }
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
    [OUT_POOL] = {"served_by_pool", "H100_h", "of the served: in other regions of the pool",
                  BY_BOTH, HANSE_SUM, NULL, NULL},
    [OUT_CLOUD] = {"served_by_cloud", "H100_h", "of the served: by a foreign API", BY_BOTH,
                   HANSE_SUM, NULL, NULL},
    [OUT_CLOUD_COST] = {"cost_cloud", "EUR", "cost of foreign APIs", BY_BOTH, HANSE_SUM, NULL,
                        NULL},
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
    .hours = hours,
    .month = month,
};
