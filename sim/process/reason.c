/*
 * Why work was not served: what would have to be otherwise for it to be served this hour.
 *
 * Asked in a fixed order, each of what the one before could not explain, tiers in their order,
 * and no hardware explains twice:
 *
 *   network   devices free that law allows and that full links, no path or no coordinator
 *             keep out of reach
 *   law       devices free and within reach of the network that the origin's rules or its pool
 *             put out of bounds
 *   network   again: working devices that were cut off
 *   power     devices within reach that worked but had no power
 *   law, network, price again: a foreign API that would have been used, had the law let it, a
 *             path led there, it been cheap enough; that explains all that is left
 *   capacity  the rest
 */
#include <string.h>

#include "sim/process/dispatch_inside.h"
#include "sim/process/fleet.h"
#include "sim/process/islands.h"
#include "sim/process/pairs.h"

/* The hour as it stands, for trying what would be served if: whatever a round serves there
 * counts as explained by `reason`. */
static struct hanse_sweep suppose(const struct hanse_sweep *h, enum hanse_reason reason,
                                  const double *capacity)
{
    size_t cells = (size_t)h->R * (size_t)h->W;
    struct hanse_sweep what = *h;
    what.left = h->rest;
    what.served = h->why + (size_t)reason * cells;
    what.free = h->spare;
    what.capacity = capacity;
    what.pool = what.hosted = h->ignored;
    what.used = NULL;
    what.late_now = NULL; /* nobody is answered */
    what.pairs = NULL;    /* where there is room is asked, not which is taken first */
    what.control.did = h->control.ignored;
    return what;
}

static void try_stage(struct hanse_sweep *what, enum hanse_stage stage)
{
    for (int32_t first = 0, last; first < what->W; first = last) {
        last = hanse__tier_end(what, first);
        for (int round = 0; round < HANSE_ROUNDS; round++) {
            if (hanse__route_round(what, stage, first, last) != HANSE_ROUND_OPEN) {
                break;
            }
        }
    }
}

/* Everything free in the origin's part of the network: what law allows of it is taken. Asked as
 * one heap, since its places don't matter here. */
static void try_law(struct hanse_sweep *what, int32_t k, const int32_t *components)
{
    int32_t w = what->order[k], R = what->R;
    double *free = what->by_part, *asked = what->by_part + R;
    memset(free, 0, 2 * (size_t)R * sizeof *free);
    for (int32_t p = 0; p < what->P; p++) {
        free[components[what->places[p].region]] +=
            what->free[p] * what->capacity[p * what->W + w];
    }
    for (int32_t r = 0; r < R; r++) {
        asked[components[r]] += what->left[r * what->W + w];
    }
    for (int32_t r = 0; r < R; r++) {
        int32_t cell = r * what->W + w, part = components[r];
        double share = asked[part] > free[part] ? free[part] / asked[part] : 1.0;
        double x = free[part] > 0.0 ? share * what->left[cell] : 0.0;
        what->served[cell] += x;
        what->left[cell] = share < 1.0 || free[part] <= 0.0 ? what->left[cell] - x : 0.0;
    }
    for (int32_t p = 0; p < what->P; p++) {
        int32_t part = components[what->places[p].region];
        double used = free[part] > 0.0 ? asked[part] / free[part] : 0.0;
        what->free[p] *= used < 1.0 ? 1.0 - used : 0.0;
    }
}

static bool any_spare(const struct hanse_sweep *h)
{
    for (int32_t p = 0; p < h->P; p++) {
        if (h->spare[p] > 0.0) {
            return true;
        }
    }
    return false;
}

static void find_law(struct hanse_sweep *h)
{
    if (!any_spare(h)) {
        return;
    }
    const int32_t *components = hanse__components(h->world);
    struct hanse_sweep what = suppose(h, HANSE_REASON_LAW, h->capacity);
    for (int32_t k = 0; k < h->W; k++) {
        try_law(&what, k, components);
    }
}

static void all_spare(struct hanse_sweep *h)
{
    for (int32_t p = 0; p < h->P; p++) {
        h->spare[p] = 1.0;
    }
}

/* Free and in reach, and still not used: the links there are full. */
static void find_full(struct hanse_sweep *h)
{
    if (h->pairs != NULL && hanse__pairs_carry(h)) {
        struct hanse_sweep what = suppose(h, HANSE_REASON_NETWORK, h->capacity);
        try_stage(&what, HANSE_STAGE_REACH);
    }
}

static void find_beyond(struct hanse_sweep *h)
{
    memcpy(h->spare, h->free, (size_t)h->P * sizeof *h->spare);
    find_full(h);
    const int32_t *starts = h->route_first + HANSE_STAGE_BEYOND * (h->W + 1);
    if (starts[0] != starts[h->W]) {
        struct hanse_sweep what = suppose(h, HANSE_REASON_NETWORK, h->capacity);
        try_stage(&what, HANSE_STAGE_BEYOND);
    }
}

static void find_offline(struct hanse_sweep *h)
{
    if (hanse__any_standing(h->world, HANSE_STANDING_OFFLINE)) {
        struct hanse_sweep what = suppose(
            h, HANSE_REASON_NETWORK, hanse__place_capacity(h->world, HANSE_STANDING_OFFLINE));
        all_spare(h);
        try_stage(&what, HANSE_STAGE_REACH);
    }
}

static void find_power(struct hanse_sweep *h)
{
    if (hanse__any_standing(h->world, HANSE_STANDING_DARK)) {
        struct hanse_sweep what = suppose(h, HANSE_REASON_POWER,
                                          hanse__place_capacity(h->world, HANSE_STANDING_DARK));
        all_spare(h);
        try_stage(&what, HANSE_STAGE_REACH);
    }
    bool asleep = false;
    for (int32_t p = 0; p < h->P; p++) {
        h->spare[p] = 1.0 - h->powered[p];
        asleep |= h->spare[p] > 0.0;
    }
    if (asleep) {
        struct hanse_sweep what = suppose(h, HANSE_REASON_POWER, h->capacity);
        try_stage(&what, HANSE_STAGE_REACH);
    }
}

static enum hanse_reason reason_of_cloud(const struct hanse_sweep *h, int32_t cell)
{
    switch ((enum cloud_way)h->cloud_way[cell]) {
    case CLOUD_LAW:
        return HANSE_REASON_LAW;
    case CLOUD_NETWORK:
        return HANSE_REASON_NETWORK;
    case CLOUD_ALWAYS:
    case CLOUD_OVERFLOW: /* it was there and was not taken, or the links there are full */
        return hanse__rent_affords(h, cell % h->W, cell / h->W) ? HANSE_REASON_NETWORK
                                                                : HANSE_REASON_PRICE;
    default:
        return HANSE_REASON_CAPACITY;
    }
}

void hanse__reasons_find(struct hanse_sweep *h)
{
    size_t cells = (size_t)h->R * (size_t)h->W;
    memcpy(h->rest, h->left, cells * sizeof *h->rest);
    memset(h->why, 0, HANSE_REASONS * cells * sizeof *h->why);
    find_beyond(h);
    find_law(h); /* of the spare that the first question left */
    find_offline(h);
    find_power(h);
    for (size_t i = 0; i < cells; i++) {
        enum hanse_reason reason = reason_of_cloud(h, (int32_t)i);
        h->why[(size_t)reason * cells + i] += h->rest[i];
    }
}
