/* Latency in the hourly sweep; see latency.h. */
#include "sim/process/latency.h"

#include <math.h>
#include <string.h>

#include "sim/process/latency_inside.h"
#include "sim/process/stack.h"

/* A place is full when this share of its time is taken. */
static const double FULL = 1.0 - 1e-9;

/* --- what was granted -----------------------------------------------------------------------
 */

void hanse__latency_begin(struct hanse_sweep *h)
{
    if (h->world->tables.n_servings == 0) {
        return;
    }
    const struct hanse_latency *s = hanse__latency(h->world);
    h->late_now = hanse__at(h->world, s->late);
    h->serving_of = hanse__at(h->world, s->serving_of);
    struct hanse_latency_own *own = h->world->latency_own;
    own->n_granted = own->n_amounts = 0;
    memset(h->late_now, 0, (size_t)h->R * (size_t)h->W * sizeof *h->late_now);
}

/* A grant with its places and cells. */
struct grant {
    int32_t workload, n_places, n_cells;
    const int32_t *places, *cells;
    double *amounts; /* by places, then by cells */
};

static struct grant grant_of(const struct hanse_sweep *h, const struct hanse_granted *g)
{
    double *amounts = h->world->latency_own->amounts + g->first;
    if (g->route < 0) {
        return (struct grant){g->cell % h->W, 1, 1, &g->place, &g->cell, amounts};
    }
    const struct hanse_route *route = &h->routes[g->route];
    return (struct grant){route->workload,
                          route->n_places,
                          route->n_cells,
                          h->route_places + route->first_place,
                          h->route_cells + route->first_cell,
                          amounts};
}

/* Keeps a grant, with room for so many amounts; NULL when the workload has no serving, or no
 * memory is left, which is the sweep's trouble. */
static double *keep(struct hanse_sweep *h, int32_t workload, struct hanse_granted g,
                    int32_t n_amounts)
{
    struct hanse_latency_own *own = h->world->latency_own;
    g.serving = h->late_now != NULL ? h->serving_of[workload] : -1;
    if (g.serving < 0 || h->world->trouble != HANSE_OK) {
        return NULL;
    }
    h->world->trouble = hanse__reserve(h->world->ctx, &own->granted, &own->granted_capacity,
                                       own->n_granted + 1, sizeof *own->granted);
    if (h->world->trouble == HANSE_OK) {
        h->world->trouble =
            hanse__reserve(h->world->ctx, &own->amounts, &own->amounts_capacity,
                           own->n_amounts + (size_t)n_amounts, sizeof *own->amounts);
    }
    if (h->world->trouble != HANSE_OK) {
        return NULL;
    }
    g.first = own->n_amounts;
    own->granted[own->n_granted++] = g;
    own->n_amounts += (size_t)n_amounts;
    return own->amounts + g.first;
}

void hanse__latency_grant(struct hanse_sweep *h, const struct hanse_route *route)
{
    const struct hanse_granted g = {.route = (int32_t)(route - h->routes)};
    double *amounts = keep(h, route->workload, g, route->n_places + route->n_cells);
    double granted = 0.0;
    const int32_t *places = h->route_places + route->first_place;
    for (int32_t i = 0; amounts != NULL && i < route->n_places; i++) {
        int32_t p = places[i];
        double free = h->free[p] * h->capacity[p * h->W + route->workload];
        double x = h->load[p] > 1.0 ? free / h->load[p] : free;
        amounts[i] = route->asks * x;
        granted += x;
    }
    const int32_t *cells = h->route_cells + route->first_cell;
    double share = fmin(1.0, granted / route->reach);
    for (int32_t i = 0; amounts != NULL && i < route->n_cells; i++) {
        amounts[route->n_places + i] = share * h->left[cells[i]];
    }
}

void hanse__latency_gave(struct hanse_sweep *h, int32_t cell, int32_t place, double work)
{
    const struct hanse_granted g = {.route = -1, .cell = cell, .place = place};
    double *amounts = work > 0.0 ? keep(h, cell % h->W, g, 2) : NULL;
    if (amounts != NULL) {
        amounts[0] = amounts[1] = work;
    }
}

/* --- an hour's latencies --------------------------------------------------------------------
 */

/* Asked over granted, of a grant's origins; both count what they got by any. */
static double excess(const struct hanse_sweep *h, const struct grant *g, const double *by_cell)
{
    double left = 0.0, granted = 0.0;
    for (int32_t i = 0; i < g->n_cells; i++) {
        left += h->left[g->cells[i]];
        granted += by_cell[g->cells[i]];
    }
    return granted > 0.0 ? 1.0 + left / granted : 1.0;
}

struct look {
    const struct hanse_latency *state;
    int32_t serving, workload, place;
    double load;    /* offered, over saturation */
    double prompts; /* served */
};

/* An accelerator's part of a place's capacity, and how much slower its stack makes it. */
static double capacity_part(const struct hanse_sweep *h, const struct look *look, int32_t type,
                            double *slower)
{
    double devices = hanse__place_devices(h->world, look->place, type);
    int32_t region = h->places[look->place].region;
    int32_t home = h->world->tables.regions[region].jurisdiction;
    if (!(devices > 0.0)) {
        return 0.0;
    }
    double factor = hanse__stack_factor(h->world, type, look->workload, home);
    *slower = factor > 0.0 ? 1.0 / factor : 1.0;
    return devices * factor * hanse__latency_rate_per_s(h->world, type, look->workload);
}

/* Counts prompts on one accelerator by load; a slowed one's at once, by how slow it is. */
static void count_prompts(struct hanse_sweep *h, const struct look *look, int32_t type,
                          double prompts, double slower)
{
    const struct hanse_latency *s = look->state;
    int32_t engine = look->serving * s->n_types + type;
    const struct hanse_serving_law *law =
        (const struct hanse_serving_law *)hanse__at(h->world, s->laws) + engine;
    struct hanse_law_place at = hanse_serving_law_place(look->load);
    double parts[2] = {prompts * (1.0 - at.more), prompts * at.more};
    double *tally =
        (double *)hanse__at(h->world, s->tally) + (ptrdiff_t)engine * HANSE_SERVING_LOADS;
    for (int i = 0; i < 2; i++) {
        if (slower == 1.0) {
            tally[at.i + (uint32_t)i] += parts[i];
            continue;
        }
        const struct hanse_serving_point *p = &law->points[at.i + (uint32_t)i];
#define CELL(output, wide) hanse__latency_cell(h->world, output, look->serving, wide)
        hanse_latency_add(CELL(HANSE_LATENCY_TTFT, HANSE_LATENCY_BINS), p->ttft, parts[i],
                          slower);
        hanse_latency_add(CELL(HANSE_LATENCY_TPOT, HANSE_LATENCY_BINS), p->tpot, parts[i],
                          slower);
        *CELL(HANSE_LATENCY_TTFT_SUM, 1) += parts[i] * p->ttft_s * slower;
        *CELL(HANSE_LATENCY_TPOT_SUM, 1) += parts[i] * p->tpot_s * slower;
        *CELL(HANSE_LATENCY_JOULE, 1) +=
            parts[i] * p->joule_per_token * slower *
            h->world->tables.workloads[look->workload].output_tokens;
#undef CELL
    }
}

/* Share of what a place served in time; counts its prompts. */
static double share_in_time(struct hanse_sweep *h, const struct look *look)
{
    const struct hanse_latency *s = look->state;
    const struct hanse_serving_law *laws = hanse__at(h->world, s->laws);
    double all = 0.0, in_time = 0.0, slower = 1.0;
    for (int32_t a = 0; a < s->n_types; a++) {
        all += capacity_part(h, look, a, &slower);
    }
    for (int32_t a = 0; a < s->n_types && all > 0.0; a++) {
        double part = capacity_part(h, look, a, &slower) / all;
        if (part > 0.0) {
            double share = hanse_serving_law_on_time(&laws[look->serving * s->n_types + a],
                                                     look->load, slower);
            in_time += part * fmin(1.0, share * fmax(1.0, look->load));
            count_prompts(h, look, a, part * look->prompts, slower);
        }
    }
    return in_time;
}

static double load_of(const struct hanse_sweep *h, int32_t place, double over)
{
    if (!(h->powered[place] > 0.0)) {
        return 0.0;
    }
    double busy = (h->powered[place] - h->free[place]) / h->powered[place];
    return busy >= FULL ? over : busy;
}

static void settle_one(struct hanse_sweep *h, const struct hanse_latency *s, int32_t serving,
                       const struct grant *g, const double *by_cell)
{
    double over = excess(h, g, by_cell), served = 0.0, in_time = 0.0;
    double work = ((const double *)hanse__at(h->world, s->work))[serving];
    for (int32_t i = 0; i < g->n_places; i++) {
        if (!(g->amounts[i] > 0.0)) {
            continue;
        }
        const struct look look = {s,
                                  serving,
                                  g->workload,
                                  g->places[i],
                                  load_of(h, g->places[i], over),
                                  g->amounts[i] / work};
        double share = share_in_time(h, &look);
        served += g->amounts[i];
        in_time += share * g->amounts[i];
        *hanse__latency_cell(h->world, HANSE_LATENCY_ON_TIME, serving, 1) +=
            share * look.prompts;
        hanse__openings_note(h, serving, g->places[i], g->amounts[i], look.load, share);
    }
    double late = served > 0.0 ? 1.0 - in_time / served : 0.0;
    for (int32_t i = 0; i < g->n_cells; i++) {
        h->late_now[g->cells[i]] += fmax(0.0, late) * g->amounts[g->n_places + i];
    }
}

void hanse__latency_settle(struct hanse_sweep *h)
{
    if (h->late_now == NULL) {
        return;
    }
    const struct hanse_latency_own *own = h->world->latency_own;
    const struct hanse_latency *s = hanse__latency(h->world);
    double *by_cell = hanse__at(h->world, s->by_cell);
    memset(by_cell, 0, (size_t)h->R * (size_t)h->W * sizeof *by_cell);
    for (size_t i = 0; i < own->n_granted; i++) {
        struct grant g = grant_of(h, &own->granted[i]);
        for (int32_t k = 0; k < g.n_cells; k++) {
            by_cell[g.cells[k]] += g.amounts[g.n_places + k];
        }
    }
    for (size_t i = 0; i < own->n_granted; i++) {
        struct grant g = grant_of(h, &own->granted[i]);
        settle_one(h, s, own->granted[i].serving, &g, by_cell);
    }
    hanse__openings_close_hour(h);
}

/* --- a month --------------------------------------------------------------------------------
 */

static void book(struct hanse_world *world, const struct hanse_latency *s, int32_t serving,
                 int32_t type)
{
    int32_t engine = serving * s->n_types + type;
    const struct hanse_serving_law *law =
        (const struct hanse_serving_law *)hanse__at(world, s->laws) + engine;
    double *tally =
        (double *)hanse__at(world, s->tally) + (ptrdiff_t)engine * HANSE_SERVING_LOADS;
    double tokens =
        world->tables.workloads[world->tables.servings[serving].workload].output_tokens;
#define CELL(output, wide) hanse__latency_cell(world, output, serving, wide)
    for (int i = 0; i < HANSE_SERVING_LOADS; i++) {
        const struct hanse_serving_point *p = &law->points[i];
        if (tally[i] > 0.0) {
            hanse_latency_add(CELL(HANSE_LATENCY_TTFT, HANSE_LATENCY_BINS), p->ttft, tally[i],
                              1.0);
            hanse_latency_add(CELL(HANSE_LATENCY_TPOT, HANSE_LATENCY_BINS), p->tpot, tally[i],
                              1.0);
            *CELL(HANSE_LATENCY_TTFT_SUM, 1) += tally[i] * p->ttft_s;
            *CELL(HANSE_LATENCY_TPOT_SUM, 1) += tally[i] * p->tpot_s;
            *CELL(HANSE_LATENCY_JOULE, 1) += tally[i] * p->joule_per_token * tokens;
        }
        tally[i] = 0.0;
    }
    double prompts = 0.0;
    const double *counts = CELL(HANSE_LATENCY_TTFT, HANSE_LATENCY_BINS);
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        prompts += counts[i];
    }
    *CELL(HANSE_LATENCY_PROMPTS, 1) = prompts;
    *CELL(HANSE_LATENCY_TOKENS, 1) = prompts * tokens;
#undef CELL
}

static void month(struct hanse_world *world, int32_t which)
{
    if (world->tables.n_servings == 0) {
        return;
    }
    const struct hanse_latency *s = hanse__latency(world);
    for (int32_t i = 0; i < s->n_servings; i++) {
        for (int32_t a = 0; a < s->n_types; a++) {
            book(world, s, i, a);
        }
    }
}

static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    if (world->tables.n_openings > 0 && world->trouble == HANSE_OK) {
        world->trouble = hanse__openings_run(world, from, to);
    }
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_serving, &hanse_kind_opening};

const struct hanse_mechanism hanse_mechanism_latency = {
    .name = "latency",
    .doc = "How fast workloads are answered: congestion laws, and hours opened request by "
           "request.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = hanse__latency_outputs,
    .n_outputs = HANSE_LATENCY_TABLE,
    .init = hanse__openings_init,
    .hours = hours,
    .month = month,
};
