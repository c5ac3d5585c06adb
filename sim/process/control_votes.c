/* Who makes a pool's rules. */
#include <string.h>

#include "sim/process/control_inside.h"
#include "sim/process/fleet.h"
#include "sim/process/jump.h"

/* Shares are sums of quotients: what differs by less is the same. */
static const double ALIKE = 1e-9;

static void by_seat(const struct hanse_world *world, int32_t pool, double *votes)
{
    const struct hanse_tables *t = &world->tables;
    for (int32_t r = 0; r < t->n_regions; r++) {
        if (t->regions[r].pool == pool) {
            votes[t->regions[r].jurisdiction] = 1.0;
        }
    }
}

static void by_stake(const struct hanse_world *world, int32_t pool, double *votes)
{
    const struct hanse_tables *t = &world->tables;
    for (int32_t g = 0; g < t->n_groups; g++) {
        int32_t site = t->groups[g].site;
        if (t->regions[t->sites[site].region].pool == pool) {
            int32_t home = t->operators[hanse__site_owner(world, site)].home;
            votes[home] += hanse__fleet_groups(world)[g].installed *
                           t->accelerators[t->groups[g].accelerator].price_eur;
        }
    }
}

static double total(const double *votes, int32_t n)
{
    double sum = 0.0;
    for (int32_t j = 0; j < n; j++) {
        sum += votes[j];
    }
    return sum;
}

void hanse__votes_count(const struct hanse_world *world, int32_t pool, double *votes)
{
    const struct hanse_tables *t = &world->tables;
    int32_t n = t->n_jurisdictions;
    memset(votes, 0, (size_t)n * sizeof *votes);
    switch (t->pools[pool].votes) {
    case HANSE_VOTES_STAKE:
        by_stake(world, pool, votes);
        break;
    case HANSE_VOTES_CONTRIBUTION: {
        const double *credit = hanse__at(world, hanse__control_of(world)->credit);
        memcpy(votes, credit + (size_t)pool * (size_t)n, (size_t)n * sizeof *votes);
        break;
    }
    default:
        break;
    }
    if (!(total(votes, n) > 0.0)) {
        by_seat(world, pool, votes);
    }
    double sum = total(votes, n);
    for (int32_t j = 0; j < n && sum > 0.0; j++) {
        votes[j] /= sum;
    }
}

bool hanse__votes_veto(double share, double majority)
{
    return share > 0.0 && share >= 1.0 - majority - ALIKE;
}

double hanse__votes_fewest(const double *votes, int32_t n, double majority)
{
    double taken = 0.0, last = 2.0;
    int32_t at = -1, fewest = 0;
    /* The greatest shares first; equal ones by number, which changes no count. */
    while (!hanse__votes_veto(taken, majority) && fewest < n) {
        int32_t best = -1;
        for (int32_t j = 0; j < n; j++) {
            bool after = votes[j] < last || (votes[j] == last && j > at);
            if (after && (best < 0 || votes[j] > votes[best])) {
                best = j;
            }
        }
        if (best < 0 || votes[best] <= 0.0) {
            break;
        }
        taken += votes[best];
        last = votes[best];
        at = best;
        fewest++;
    }
    return fewest;
}
