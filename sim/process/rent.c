/*
 * Renting: what a foreign API serves, where law and network let it and its price is paid.
 */
#include "sim/process/cloud.h"
#include "sim/process/currency.h"
#include "sim/process/dispatch_inside.h"
#include "sim/process/islands.h"
#include "sim/process/pairs.h"
#include "sim/process/shock.h"

static struct hanse_dispatch *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

static enum cloud_way find_way(struct hanse_world *world, const struct hanse_workload *w,
                               int32_t region)
{
    if (w->cloud_use == HANSE_CLOUD_NEVER) {
        return CLOUD_NEVER;
    }
    const struct hanse_cloud *cloud = &world->tables.clouds[w->cloud];
    if (!hanse__data_allowed(world, w->data_class, world->tables.regions[region].jurisdiction,
                             cloud->host)) {
        return CLOUD_LAW;
    }
    if (hanse__shock_cloud_cut(world, w->cloud)) {
        return CLOUD_CUT;
    }
    if (cloud->region >= 0) {
        const int32_t *components = hanse__components(world);
        if (components[cloud->region] != components[region] ||
            (w->latency_limit_s > 0.0 &&
             hanse__latency_s(world, region, cloud->region) > w->latency_limit_s)) {
            return CLOUD_NETWORK;
        }
    }
    return w->cloud_use == HANSE_CLOUD_ALWAYS ? CLOUD_ALWAYS : CLOUD_OVERFLOW;
}

void hanse__rent_ways(struct hanse_world *world)
{
    int32_t W;
    const struct hanse_workload *workloads = hanse__workloads(world, &W);
    dispatch(world)->cloud_ways = 0;
    for (int32_t r = 0; r < world->tables.n_regions; r++) {
        for (int32_t w = 0; w < W; w++) {
            enum cloud_way way = find_way(world, &workloads[w], r);
            uint8_t *ways = hanse__at(world, dispatch(world)->cloud_way);
            ways[r * W + w] = (uint8_t)way;
            dispatch(world)->cloud_ways |= 1u << way;
        }
    }
}

/* Would the region's people pay today's price? Their money may have lost worth since hour 0. */
bool hanse__rent_affords(const struct hanse_sweep *h, int32_t w, int32_t region)
{
    double most = h->workloads[w].price_limit_eur;
    const struct hanse_tables *t = &h->world->tables;
    int32_t home = t->regions[region].jurisdiction;
    return most == 0.0 ||
           h->price[w] <= most * hanse__exchange(h->world, t->jurisdictions[home].currency);
}

/* Is the cloud's money foreign to the region? */
static bool foreign_money(const struct hanse_sweep *h, int32_t w, int32_t region)
{
    const struct hanse_tables *t = &h->world->tables;
    return t->clouds[h->workloads[w].cloud].currency !=
           t->jurisdictions[t->regions[region].jurisdiction].currency;
}

static bool wants(const struct hanse_sweep *h, int32_t w, int32_t region, enum cloud_way use)
{
    int32_t cell = region * h->W + w;
    return h->left[cell] > 0.0 && h->cloud_way[cell] == (uint8_t)use &&
           hanse__rent_affords(h, w, region);
}

static void buy(struct hanse_sweep *h, int32_t w, int32_t region, double work)
{
    int32_t cell = region * h->W + w;
    double eur = work * h->price[w];
    h->cloud[cell] += work;
    h->cloud_cost[cell] += eur;
    h->cloud_foreign[cell] += foreign_money(h, w, region) ? eur : 0.0;
    h->s->cloud_eur += eur;
    h->served[cell] += work;
    h->left[cell] -= work;
}

/* The same where links have a bandwidth, and the API's host is a region: what they let through.
 */
static void rent_over_links(struct hanse_sweep *h, int32_t w, enum cloud_way use)
{
    for (int round = 0; round < HANSE_ROUNDS; round++) {
        bool moved = false;
        hanse__pairs_clear(h);
        for (int32_t r = 0; r < h->R; r++) {
            moved |= wants(h, w, r, use) && hanse__pairs_ask_cloud(h, w, r);
        }
        for (int32_t r = 0; moved && r < h->R; r++) {
            if (wants(h, w, r, use)) {
                buy(h, w, r, hanse__pairs_grant_cloud(h, w, r));
            }
        }
        if (!moved) {
            return;
        }
        hanse__pairs_settle(h);
    }
}

void hanse__rent(struct hanse_sweep *h, int32_t w, enum cloud_way use)
{
    int32_t cloud = h->workloads[w].cloud;
    if (cloud < 0 || !(h->s->cloud_ways >> use & 1u)) {
        return;
    }
    if (hanse__pairs_carry(h) && h->world->tables.clouds[cloud].region >= 0) {
        rent_over_links(h, w, use);
        return;
    }
    for (int32_t r = 0; r < h->R; r++) {
        if (wants(h, w, r, use)) {
            buy(h, w, r, h->left[r * h->W + w]);
        }
    }
}
