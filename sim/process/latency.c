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

static double *amounts_of(const struct hanse_latency_own *own, const struct hanse_granted *g)
{
    return own->amounts + g->first;
}

static enum hanse_status make_room(struct hanse_sweep *h, const struct hanse_route *route)
{
    struct hanse_latency_own *own = h->world->latency_own;
    size_t more = (size_t)route->n_places + (size_t)route->n_cells;
    HANSE_TRY(hanse__reserve(h->world->ctx, &own->granted, &own->granted_capacity,
                             own->n_granted + 1, sizeof *own->granted));
    return hanse__reserve(h->world->ctx, &own->amounts, &own->amounts_capacity,
                          own->n_amounts + more, sizeof *own->amounts);
}

void hanse__latency_grant(struct hanse_sweep *h, const struct hanse_route *route)
{
    struct hanse_latency_own *own = h->world->latency_own;
    int32_t serving = h->late_now != NULL ? h->serving_of[route->workload] : -1;
    if (serving < 0 || h->world->trouble != HANSE_OK) {
        return;
    }
    h->world->trouble = make_room(h, route);
    if (h->world->trouble != HANSE_OK) {
        return;
    }
    const struct hanse_granted g = {(int32_t)(route - h->routes), serving, own->n_amounts};
    own->granted[own->n_granted++] = g;
    double *amounts = amounts_of(own, &g), granted = 0.0;
    const int32_t *places = h->route_places + route->first_place;
    for (int32_t i = 0; i < route->n_places; i++) {
        int32_t p = places[i];
        double free = h->free[p] * h->capacity[p * h->W + route->workload];
        double x = h->load[p] > 1.0 ? free / h->load[p] : free;
        amounts[i] = route->asks * x;
        granted += x;
    }
    const int32_t *cells = h->route_cells + route->first_cell;
    double share = fmin(1.0, granted / route->reach);
    for (int32_t i = 0; i < route->n_cells; i++) {
        amounts[route->n_places + i] = share * h->left[cells[i]];
    }
    own->n_amounts += (size_t)route->n_places + (size_t)route->n_cells;
}

/* --- an hour's latencies --------------------------------------------------------------------
 */

/* Asked over granted, of a route's origins; both count what they got by any route. */
static double excess(const struct hanse_sweep *h, const struct hanse_route *route,
                     const double *by_cell)
{
    const int32_t *cells = h->route_cells + route->first_cell;
    double left = 0.0, granted = 0.0;
    for (int32_t i = 0; i < route->n_cells; i++) {
        left += h->left[cells[i]];
        granted += by_cell[cells[i]];
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

static void settle_one(struct hanse_sweep *h, const struct hanse_latency *s,
                       const struct hanse_granted *g, const double *by_cell)
{
    const struct hanse_route *route = &h->routes[g->route];
    const double *amounts = amounts_of(h->world->latency_own, g);
    const int32_t *places = h->route_places + route->first_place;
    double over = excess(h, route, by_cell), served = 0.0, in_time = 0.0;
    double work = ((const double *)hanse__at(h->world, s->work))[g->serving];
    for (int32_t i = 0; i < route->n_places; i++) {
        if (!(amounts[i] > 0.0)) {
            continue;
        }
        const struct look look = {s,
                                  g->serving,
                                  route->workload,
                                  places[i],
                                  load_of(h, places[i], over),
                                  amounts[i] / work};
        double share = share_in_time(h, &look);
        served += amounts[i];
        in_time += share * amounts[i];
        *hanse__latency_cell(h->world, HANSE_LATENCY_ON_TIME, g->serving, 1) +=
            share * look.prompts;
        hanse__openings_note(h, g->serving, places[i], amounts[i], look.load, share);
    }
    double late = served > 0.0 ? 1.0 - in_time / served : 0.0;
    const int32_t *cells = h->route_cells + route->first_cell;
    for (int32_t i = 0; i < route->n_cells; i++) {
        h->late_now[cells[i]] += fmax(0.0, late) * amounts[route->n_places + i];
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
        const struct hanse_route *route = &h->routes[own->granted[i].route];
        const double *amounts = amounts_of(own, &own->granted[i]) + route->n_places;
        for (int32_t k = 0; k < route->n_cells; k++) {
            by_cell[(h->route_cells + route->first_cell)[k]] += amounts[k];
        }
    }
    for (size_t i = 0; i < own->n_granted; i++) {
        settle_one(h, s, &own->granted[i], by_cell);
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
