#include "sim/process/carry.h"

#include <math.h>
#include <string.h>

#include "sim/process/demand.h"
#include "sim/process/islands.h"
#include "sim/process/world.h"

/* Within this share of an hour's bytes a link counts as full. */
static const double FULL = 1e-9;

bool hanse__carry_wanted(const struct hanse_world *world)
{
    for (int32_t i = 0; i < world->tables.n_links; i++) {
        if (world->tables.links[i].bandwidth_byte_per_s > 0.0) {
            return true;
        }
    }
    return false;
}

enum hanse_status hanse__carry_init(struct hanse_world *world, struct hanse__carry *carry)
{
    size_t L = (size_t)world->tables.n_links, R = (size_t)world->tables.n_regions;
    int32_t n;
    hanse__workloads(world, &n);
    const struct {
        hanse_ref *ref;
        size_t n, size;
    } blocks[] = {
        {&carry->left, 2 * L, sizeof(double)},
        {&carry->asked, 2 * L, sizeof(double)},
        {&carry->carried, 2 * L, sizeof(double)},
        {&carry->full, L, 1},
        {&carry->latency, 2 * R * R, sizeof(double)},
        {&carry->next, 2 * R * R, sizeof(int32_t)},
        {&carry->in, (size_t)n, sizeof(double)},
        {&carry->out, (size_t)n, sizeof(double)},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        HANSE_TRY(hanse__take(world, blocks[i].n, blocks[i].size, blocks[i].ref));
    }
    carry->day = -1;
    carry->rules = UINT64_MAX;
    return HANSE_OK;
}

/* --- paths -------------------------------------------------------------------------------- */

static double hour_bytes(const struct hanse_link *link)
{
    return link->bandwidth_byte_per_s > 0.0
               ? link->bandwidth_byte_per_s * (1.0 - link->batch_share) * 3600.0
               : INFINITY;
}

/* Quickest paths over open links, with the first link of each; Floyd (1962). Of paths that are
 * equally quick the first found stays, in the order of names. */
static void find_paths(const struct hanse_world *world, const struct hanse__carry *carry,
                       double *latency, int32_t *next, bool but_full)
{
    int32_t R = world->tables.n_regions;
    const uint8_t *full = hanse__at(world, carry->full);
    for (int32_t i = 0; i < R * R; i++) {
        latency[i] = i % (R + 1) == 0 ? 0.0 : INFINITY;
        next[i] = -1;
    }
    for (int32_t i = 0; i < world->tables.n_links; i++) {
        const struct hanse_link *link = &world->tables.links[i];
        double s = hanse__link_latency_s(world, i);
        if (s < latency[link->from * R + link->to] && !(but_full && full[i])) {
            latency[link->from * R + link->to] = latency[link->to * R + link->from] = s;
            next[link->from * R + link->to] = next[link->to * R + link->from] = i;
        }
    }
    for (int32_t via = 0; via < R; via++) {
        for (int32_t a = 0; a < R; a++) {
            for (int32_t b = 0; latency[a * R + via] < INFINITY && b < R; b++) {
                double s = latency[a * R + via] + latency[via * R + b];
                if (s < latency[a * R + b]) {
                    latency[a * R + b] = s;
                    next[a * R + b] = next[a * R + via];
                }
            }
        }
    }
}

static size_t table_of(const struct hanse_world *world, const struct hanse__carry *carry)
{
    size_t R = (size_t)world->tables.n_regions;
    return carry->any_full ? R * R : 0;
}

double hanse__carry_latency_s(const struct hanse_world *world, const struct hanse__carry *carry,
                              int32_t from, int32_t to)
{
    const double *latency =
        (const double *)hanse__at(world, carry->latency) + table_of(world, carry);
    return latency[from * world->tables.n_regions + to];
}

/* The next link on the way to a region and the direction it is taken in: 2 × link +
 * (backwards); moves on. */
static int32_t step(const struct hanse_world *world, const int32_t *next, int32_t *at,
                    int32_t to)
{
    int32_t i = next[*at * world->tables.n_regions + to];
    const struct hanse_link *link = &world->tables.links[i];
    int32_t backwards = link->from != *at;
    *at = backwards ? link->from : link->to;
    return 2 * i + backwards;
}

static const int32_t *next_of(const struct hanse_world *world, const struct hanse__carry *carry)
{
    return (const int32_t *)hanse__at(world, carry->next) + table_of(world, carry);
}

/* --- an hour ------------------------------------------------------------------------------ */

void hanse__carry_hour(struct hanse_world *world, struct hanse__carry *carry, int64_t hour)
{
    double *left = hanse__at(world, carry->left);
    for (int32_t i = 0; i < world->tables.n_links; i++) {
        left[2 * i] = left[2 * i + 1] = hour_bytes(&world->tables.links[i]);
    }
    if (carry->any_full) {
        memset(hanse__at(world, carry->full), 0, (size_t)world->tables.n_links);
        carry->any_full = false;
    }
    if (carry->rules != world->moving.rules) {
        find_paths(world, carry, hanse__at(world, carry->latency),
                   hanse__at(world, carry->next), false);
        carry->rules = world->moving.rules;
    }
    if (carry->day != hour / 24) {
        carry->day = hour / 24;
        hanse__demand_bytes(world, (double)carry->day * 24.0 + 12.0,
                            hanse__at(world, carry->in), hanse__at(world, carry->out));
    }
}

/* --- a round ------------------------------------------------------------------------------ */

void hanse__carry_clear(const struct hanse_world *world, const struct hanse__carry *carry)
{
    size_t size = 2 * (size_t)world->tables.n_links * sizeof(double);
    memset(hanse__at(world, carry->asked), 0, size);
    memset(hanse__at(world, carry->carried), 0, size);
}

/* Adds the bytes of work to `sums`, along its path there and back. */
static void along(const struct hanse_world *world, const struct hanse__carry *carry,
                  int32_t workload, int32_t from, int32_t to, double work, double *sums)
{
    double in = work * ((const double *)hanse__at(world, carry->in))[workload];
    double out = work * ((const double *)hanse__at(world, carry->out))[workload];
    for (int32_t at = from; at != to;) {
        int32_t way = step(world, next_of(world, carry), &at, to);
        sums[way] += in;
        sums[way ^ 1] += out;
    }
}

void hanse__carry_ask(const struct hanse_world *world, const struct hanse__carry *carry,
                      int32_t workload, int32_t from, int32_t to, double work)
{
    along(world, carry, workload, from, to, work, hanse__at(world, carry->asked));
}

double hanse__carry_share(const struct hanse_world *world, const struct hanse__carry *carry,
                          int32_t workload, int32_t from, int32_t to)
{
    const double *left = hanse__at(world, carry->left);
    const double *asked = hanse__at(world, carry->asked);
    double share = 1.0;
    for (int32_t at = from; at != to;) {
        int32_t way = step(world, next_of(world, carry), &at, to);
        for (int32_t d = 0; d < 2; d++, way ^= 1) {
            share = asked[way] > left[way] ? fmin(share, left[way] / asked[way]) : share;
        }
    }
    return share;
}

void hanse__carry_book(const struct hanse_world *world, const struct hanse__carry *carry,
                       int32_t workload, int32_t from, int32_t to, double work)
{
    along(world, carry, workload, from, to, work, hanse__at(world, carry->carried));
}

void hanse__carry_settle(struct hanse_world *world, struct hanse__carry *carry)
{
    double *left = hanse__at(world, carry->left);
    const double *carried = hanse__at(world, carry->carried);
    uint8_t *full = hanse__at(world, carry->full);
    bool more = false;
    for (int32_t i = 0; i < world->tables.n_links; i++) {
        double whole = hour_bytes(&world->tables.links[i]);
        left[2 * i] -= carried[2 * i];
        left[2 * i + 1] -= carried[2 * i + 1];
        hanse__link_carried(world, i, carried[2 * i] + carried[2 * i + 1]);
        if (!full[i] && whole < INFINITY &&
            fmin(left[2 * i], left[2 * i + 1]) <= FULL * whole) {
            full[i] = 1;
            more = true;
        }
    }
    if (more) {
        size_t R = (size_t)world->tables.n_regions;
        carry->any_full = true;
        find_paths(world, carry, (double *)hanse__at(world, carry->latency) + R * R,
                   (int32_t *)hanse__at(world, carry->next) + R * R, true);
    }
}
