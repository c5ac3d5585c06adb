#include "sim/process/reliability.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/demand.h"
#include "sim/process/resilience.h"
#include "sim/process/viewer.h"
#include "sim/process/world.h"

#define ROUNDING 1e-9 /* of an hour's demand */

enum {
    OUT_LOLH,
    OUT_LOLE,
    OUT_LOLEV,
    OUT_VIEWER_LOLH,
    OUT_VIEWER_LOLE,
    OUT_VIEWER_LOLEV,
    OUT_TIER_LOLH,
    OUT_TIER_LOLE,
    OUT_TIER_LOLEV,
    OUT_MISSED,
    OUT_EUE,
    OUT_COST,
    OUT_VIEWER_DEMAND,
    OUT_VIEWER_MISSED,
    OUT_VIEWER_EUE,
    OUT_SHORTFALL,
};

/* Whose load is watched: a viewer's of some tiers. */
struct watch {
    int64_t last_lost; /* hour; -2 none */
    int64_t last_day;  /* that was counted; -1 none */
};

struct state {
    int32_t n_viewers, n_workloads, n_regions, n_sizes, all;
    hanse_ref watches; /* struct watch [viewers × (workloads + 1)]; the last: all workloads */
    hanse_ref sees;    /* uint8_t [viewers × regions] */
    hanse_ref asked, lost; /* double [viewers × (workloads + 1)]: this hour, tiers added up */
};

static struct state *reliability(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_RELIABILITY]);
}

#define CELLS(output) hanse__cells(world, HANSE_MECHANISM_RELIABILITY, output)

/* --- one hour ---------------------------------------------------------------------------- */

static void add_to(double *restrict sums, const double *restrict values, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        sums[i] += values[i];
    }
}

/* Sums up the regions that a viewer sees, by workload and, behind, all together. */
static void look(const struct hanse_world *world, int32_t viewer, const double *arrived,
                 const double *missed)
{
    const struct state *s = reliability(world);
    int32_t W = s->n_workloads;
    const uint8_t *sees = (const uint8_t *)hanse__at(world, s->sees) + viewer * s->n_regions;
    double *asked = (double *)hanse__at(world, s->asked) + viewer * (W + 1);
    double *lost = (double *)hanse__at(world, s->lost) + viewer * (W + 1);
    double all_asked = 0.0, all_lost = 0.0;
    memset(asked, 0, (size_t)W * sizeof *asked);
    memset(lost, 0, (size_t)W * sizeof *lost);
    for (int32_t r = 0; r < s->n_regions; r++) {
        if (sees[r]) {
            add_to(asked, arrived + r * W, W);
            add_to(lost, missed + r * W, W);
        }
    }
    for (int32_t w = 0; w < W; w++) {
        all_asked += asked[w];
        all_lost += lost[w];
    }
    asked[W] = all_asked;
    lost[W] = all_lost;
}

static bool is_lost(double lost, double asked)
{
    return lost > ROUNDING * asked && lost > 0.0;
}

/* Counts a watch's hour with a loss: the hour, its day, the beginning of an event. */
static void count(struct watch *watch, int64_t hour, double *hours, double *days,
                  double *events)
{
    *hours += 1.0;
    if (hour / 24 != watch->last_day) {
        watch->last_day = hour / 24;
        *days += 1.0;
    }
    *events += watch->last_lost != hour - 1 ? 1.0 : 0.0;
    watch->last_lost = hour;
}

/* By workload: demand of its tier or of a more important one was lost. */
static void count_tiers(struct hanse_world *world, int64_t hour, int32_t viewer,
                        const double *asked, const double *lost)
{
    const struct state *s = reliability(world);
    int32_t W;
    const struct hanse_workload *workloads = hanse__workloads(world, &W);
    struct watch *watches = (struct watch *)hanse__at(world, s->watches) + viewer * (W + 1);
    double *hours = CELLS(OUT_TIER_LOLH), *days = CELLS(OUT_TIER_LOLE),
           *events = CELLS(OUT_TIER_LOLEV);
    int64_t first = INT64_MAX; /* the most important tier that lost something */
    for (int32_t w = 0; w < W; w++) {
        if (workloads[w].tier < first && is_lost(lost[w], asked[w])) {
            first = workloads[w].tier;
        }
    }
    for (int32_t w = 0; w < W; w++) {
        if (workloads[w].tier >= first) {
            int32_t cell = viewer * W + w;
            count(&watches[w], hour, &hours[cell], &days[cell], &events[cell]);
        }
    }
}

static void count_sizes(struct hanse_world *world, int32_t viewer, double asked, double lost)
{
    const struct hanse_tables *t = &world->tables;
    double *hours = CELLS(OUT_SHORTFALL) + viewer * t->n_shortfalls;
    for (int32_t i = 0; i < t->n_shortfalls; i++) {
        if (lost < (t->shortfalls[i].size - ROUNDING) * asked) {
            return; /* they grow */
        }
        hours[i] += 1.0;
    }
}

static void count_viewer(struct hanse_world *world, int64_t hour, int32_t v)
{
    const struct state *s = reliability(world);
    int32_t W = s->n_workloads;
    const double *asked = (const double *)hanse__at(world, s->asked) + v * (W + 1);
    const double *lost = (const double *)hanse__at(world, s->lost) + v * (W + 1);
    if (!is_lost(lost[W], asked[W])) {
        return;
    }
    struct watch *watch = (struct watch *)hanse__at(world, s->watches) + v * (W + 1) + W;
    double *hours = CELLS(OUT_VIEWER_LOLH), *days = CELLS(OUT_VIEWER_LOLE),
           *events = CELLS(OUT_VIEWER_LOLEV);
    count(watch, hour, &hours[v], &days[v], &events[v]);
    if (v == s->all) { /* the same, plain for tables and charts */
        CELLS(OUT_LOLH)[0] = hours[v];
        CELLS(OUT_LOLE)[0] = days[v];
        CELLS(OUT_LOLEV)[0] = events[v];
    }
    count_tiers(world, hour, v, asked, lost);
    count_sizes(world, v, asked[W], lost[W]);
}

static void add_missed(struct hanse_world *world, const double *missed)
{
    const struct state *s = reliability(world);
    int32_t W;
    const struct hanse_workload *workloads = hanse__workloads(world, &W);
    double *sum = CELLS(OUT_MISSED), *eue = CELLS(OUT_EUE), *cost = CELLS(OUT_COST);
    for (int32_t r = 0, cell = 0; r < s->n_regions; r++) {
        for (int32_t w = 0; w < W; w++, cell++) {
            double x = missed[cell];
            if (x > 0.0) {
                sum[cell] += x;
                eue[cell] += x;
                cost[cell] += x * workloads[w].value_unserved_eur;
            }
        }
    }
}

void hanse__reliability_hour(struct hanse_world *world, int64_t hour, const double *arrived,
                             double *missed)
{
    const struct state *s = reliability(world);
    if (missed == NULL) {
        hanse__resilience_hour(world, hour, NULL, NULL, 0);
        return;
    }
    add_missed(world, missed);
    for (int32_t v = 0; v < s->n_viewers; v++) {
        look(world, v, arrived, missed);
        count_viewer(world, hour, v);
    }
    int32_t stride = s->n_workloads + 1;
    const double *asked = hanse__at(world, s->asked), *lost = hanse__at(world, s->lost);
    hanse__resilience_hour(world, hour, asked + stride - 1, lost + stride - 1, stride);
    memset(missed, 0, (size_t)(s->n_regions * s->n_workloads) * sizeof *missed);
}

double hanse__reliability_cost_eur(struct hanse_world *world)
{
    const struct state *s = reliability(world);
    const double *cost = CELLS(OUT_COST);
    double sum = 0.0;
    for (int32_t cell = 0; cell < s->n_regions * s->n_workloads; cell++) {
        sum += cost[cell];
    }
    return sum;
}

/* --- the rest ---------------------------------------------------------------------------- */

/* A month's sum of an output of any mechanism over all its items. */
static double sum_of(const struct hanse_world *world, const char *output, int32_t month)
{
    const struct hanse_column *c =
        &world->layout->columns[hanse_layout_find(world->layout, output)];
    const double *cells = (const double *)hanse__at(world, world->moving.series) + c->offset +
                          (size_t)month * (size_t)c->n_items;
    double sum = 0.0;
    for (int32_t i = 0; i < c->n_items; i++) {
        sum += cells[i];
    }
    return sum;
}

/* What is missed or dropped has a reason, all of it, once; looked at in debug builds. */
static inline bool reasons_add_up(const struct hanse_world *world, int32_t month)
{
    static const char *const REASONS[] = {"capacity", "law", "network", "power", "price"};
    static const char *const WHAT[] = {"missed", "dropped"};
    bool right = true;
    for (int i = 0; i < 2; i++) {
        double all = sum_of(world, WHAT[i], month), parts = 0.0;
        for (int r = 0; r < 5; r++) {
            char name[32];
            snprintf(name, sizeof name, "%s_%s", WHAT[i], REASONS[r]);
            parts += sum_of(world, name, month);
        }
        right = right && fabs(all - parts) <= 1e-9 * (all + parts);
    }
    return right;
}

static void month(struct hanse_world *world, int32_t which)
{
    HANSE_CHECK(reasons_add_up(world, which));
    const struct state *s = reliability(world);
    int32_t W = s->n_workloads, R = s->n_regions;
    const uint8_t *sees = hanse__at(world, s->sees);
    const struct hanse_column *column =
        &world->layout->columns[hanse_layout_find(world->layout, "demand")];
    const double *series = hanse__at(world, world->moving.series);
    const double *asked = series + column->offset + (size_t)which * (size_t)(R * W);
    const double *lost = CELLS(OUT_MISSED);
    for (int32_t v = 0; v < s->n_viewers; v++) {
        double demand = 0.0, missed = 0.0;
        for (int32_t cell = 0; cell < R * W; cell++) {
            demand += sees[v * R + cell / W] ? asked[cell] : 0.0;
            missed += sees[v * R + cell / W] ? lost[cell] : 0.0;
        }
        CELLS(OUT_VIEWER_DEMAND)[v] = demand;
        CELLS(OUT_VIEWER_MISSED)[v] = missed;
        CELLS(OUT_VIEWER_EUE)[v] = missed;
    }
}

static void fill_state(struct hanse_world *world)
{
    struct state *s = reliability(world);
    const struct hanse_viewer *viewers = hanse__viewers(world, &s->n_viewers);
    struct watch *watches = hanse__at(world, s->watches);
    uint8_t *sees = hanse__at(world, s->sees);
    for (int32_t i = 0; i < s->n_viewers * (s->n_workloads + 1); i++) {
        watches[i] = (struct watch){-2, -1};
    }
    for (int32_t v = 0; v < s->n_viewers; v++) {
        s->all = viewers[v].jurisdiction < 0 && viewers[v].bloc < 0 ? v : s->all;
        for (int32_t r = 0; r < s->n_regions; r++) {
            *sees++ = hanse__viewer_sees(world, &viewers[v], r);
        }
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    struct state s = {.n_regions = world->tables.n_regions};
    hanse__viewers(world, &s.n_viewers);
    hanse__workloads(world, &s.n_workloads);
    size_t cells = (size_t)s.n_viewers * (size_t)(s.n_workloads + 1);
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    world->moving.state[HANSE_MECHANISM_RELIABILITY] = ref;
    HANSE_TRY(hanse__take(world, cells, sizeof(struct watch), &s.watches));
    HANSE_TRY(hanse__take(world, (size_t)(s.n_viewers * s.n_regions), 1, &s.sees));
    HANSE_TRY(hanse__take(world, cells, sizeof(double), &s.asked));
    HANSE_TRY(hanse__take(world, cells, sizeof(double), &s.lost));
    *reliability(world) = s;
    fill_state(world);
    return HANSE_OK;
}

#define BY_BOTH                                                                                \
    {                                                                                          \
        "region", "workload"                                                                   \
    }
#define BY_VIEWER                                                                              \
    {                                                                                          \
        "viewer", NULL                                                                         \
    }
#define BY_TIER                                                                                \
    {                                                                                          \
        "viewer", "workload"                                                                   \
    }
#define WHOLE                                                                                  \
    {                                                                                          \
        NULL, NULL                                                                             \
    }
static const struct hanse_output OUTPUTS[] = {
    [OUT_LOLH] = {"lolh", "h/year", "loss-of-load hours a year", WHOLE, HANSE_PER_YEAR, NULL,
                  NULL, HANSE_OVERLAP_NONE},
    [OUT_LOLE] = {"lole", "day/year", "days a year with a loss of load", WHOLE, HANSE_PER_YEAR,
                  NULL, NULL, HANSE_OVERLAP_NONE},
    [OUT_LOLEV] = {"lolev", "1/year", "losses of load begun a year", WHOLE, HANSE_PER_YEAR,
                   NULL, NULL, HANSE_OVERLAP_NONE},
    [OUT_VIEWER_LOLH] = {"lolh_by_viewer", "h/year", "loss-of-load hours a year", BY_VIEWER,
                         HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_VIEWER_LOLE] = {"lole_by_viewer", "day/year", "days a year with a loss of load",
                         BY_VIEWER, HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_VIEWER_LOLEV] = {"lolev_by_viewer", "1/year", "losses of load begun a year", BY_VIEWER,
                          HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_TIER_LOLH] = {"lolh_by_viewer_workload", "h/year",
                       "hours a year in which demand of the workload's tier or of a more "
                       "important one was lost",
                       BY_TIER, HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_TIER_LOLE] = {"lole_by_viewer_workload", "day/year", "days a year with such an hour",
                       BY_TIER, HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_TIER_LOLEV] = {"lolev_by_viewer_workload", "1/year", "runs of such hours a year",
                        BY_TIER, HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_MISSED] = {"missed", "H100_h", "demand not served when it was due", BY_BOTH, HANSE_SUM,
                    NULL, NULL, HANSE_OVERLAP_NONE},
    [OUT_EUE] = {"eue", "H100_h/year", "unserved work a year: not served when it was due",
                 BY_BOTH, HANSE_PER_YEAR, NULL, NULL},
    [OUT_COST] = {"cost_unserved", "EUR", "worth of what was not served when due; no payment",
                  BY_BOTH, HANSE_SUM, NULL, NULL},
    [OUT_VIEWER_DEMAND] = {"demand_by_viewer", "H100_h", "demand", BY_VIEWER, HANSE_SUM, NULL,
                           NULL, HANSE_OVERLAP_ALL},
    [OUT_VIEWER_MISSED] = {"missed_by_viewer", "H100_h", "demand not served when it was due",
                           BY_VIEWER, HANSE_SUM, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_VIEWER_EUE] = {"eue_by_viewer", "H100_h/year", "unserved work a year", BY_VIEWER,
                        HANSE_PER_YEAR, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_SHORTFALL] = {"shortfall_hours",
                       "h/year",
                       "hours a year in which at least that share of the demand was lost",
                       {"viewer", "shortfall"},
                       HANSE_PER_YEAR,
                       NULL,
                       NULL,
                       HANSE_OVERLAP_ALL},
    {"neue", "1", "share of demand not served when it was due", BY_BOTH, HANSE_RATIO, "missed",
     "demand", HANSE_OVERLAP_NONE},
    {"neue_by_viewer", "1", "share of demand not served when it was due", BY_VIEWER,
     HANSE_RATIO, "missed_by_viewer", "demand_by_viewer", true},
};

const struct hanse_mechanism hanse_mechanism_reliability = {
    .name = "reliability",
    .doc = "How often, how long and by how much demand is not served in time.",
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .month = month,
};
