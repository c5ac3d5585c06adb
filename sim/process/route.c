#include <math.h>
#include <string.h>

#include "sim/process/dispatch_inside.h"
#include "sim/process/eligible.h"
#include "sim/process/islands.h"
#include "sim/process/latency.h"
#include "sim/process/pairs.h"
#include "sim/process/shock.h"

/* --- who may serve whom ------------------------------------------------------------------- */

static bool names_pool(const struct hanse_world *world, int32_t pool, int32_t other_region)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_region *other = &t->regions[other_region];
    const struct hanse_actor_list *partners = &t->pools[pool].partners;
    for (int32_t i = 0; i < partners->count; i++) {
        struct hanse_actor partner = partners->items[i];
        struct hanse_actor where = {t->kind_jurisdiction, other->jurisdiction};
        if ((partner.kind == t->kind_pool && partner.index == other->pool) ||
            hanse__actor_covers(world, partner, where)) {
            return true;
        }
    }
    return false;
}

static bool shares(const struct hanse_world *world, int32_t data_class, int32_t region,
                   int32_t other)
{
    int32_t pool = world->tables.regions[region].pool;
    int32_t share = world->tables.pools[pool].shares[data_class];
    return share == HANSE_SHARE_ALL ||
           (share == HANSE_SHARE_PARTNERS && names_pool(world, pool, other));
}

/* The last stage of the way from a region to a place for a workload, or HANSE_STAGES: law
 * forbids. */
static enum hanse_stage way(struct hanse_world *world, const struct hanse_workload *w,
                            int32_t from, const struct hanse_place *place)
{
    const struct hanse_region *a = &world->tables.regions[from];
    const struct hanse_region *b = &world->tables.regions[place->region];
    bool own_pool = a->pool == b->pool;
    if (!hanse__eligible(world, w->data_class, a->jurisdiction, place->site) ||
        (!own_pool && !(shares(world, w->data_class, from, place->region) &&
                        shares(world, w->data_class, place->region, from)))) {
        return HANSE_STAGES;
    }
    if (from == place->region) {
        return HANSE_STAGE_OWN;
    }
    const int32_t *components = hanse__components(world);
    const int32_t *islands = hanse__islands(world);
    bool together =
        own_pool ? islands[from] == islands[place->region]
                 : hanse__coordinated(world, from) && hanse__coordinated(world, place->region);
    if (components[from] != components[place->region] || !together ||
        (w->latency_limit_s > 0.0 &&
         hanse__latency_s(world, from, place->region) > w->latency_limit_s)) {
        return HANSE_STAGE_BEYOND;
    }
    if (!own_pool) {
        return HANSE_STAGE_PARTNER;
    }
    return a->jurisdiction == b->jurisdiction ? HANSE_STAGE_MEMBER : HANSE_STAGE_POOL;
}

/* --- lists of places ---------------------------------------------------------------------- */

static struct hanse_dispatch *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

/* Makes room for `more` elements behind `used` ones. */
static enum hanse_status make_room(struct hanse_world *world, hanse_ref *ref, size_t *room,
                                   size_t used, size_t more, size_t size)
{
    if (used + more <= *room) {
        return HANSE_OK;
    }
    size_t wanted = used + more > 2 * *room ? used + more : 2 * *room;
    hanse_ref grown = hanse_arena_resize(&world->arena, *ref, *room * size, wanted * size);
    if (grown == 0) {
        return HANSE_ERR_MEMORY;
    }
    *ref = grown;
    *room = wanted;
    return HANSE_OK;
}

static bool in_stage(enum hanse_stage way_there, enum hanse_stage stage)
{
    if (stage == HANSE_STAGE_BEYOND) {
        return way_there == HANSE_STAGE_BEYOND;
    }
    return way_there <= HANSE_STAGE_PARTNER && way_there <= stage;
}

/* The places of a stage, ways[] being known, into `list`; how many. */
static int32_t list_places(const uint8_t *ways, int32_t n_places, enum hanse_stage stage,
                           int32_t *list)
{
    int32_t n = 0;
    for (int32_t p = 0; p < n_places; p++) {
        if (in_stage((enum hanse_stage)ways[p], stage)) {
            list[n++] = p;
        }
    }
    return n;
}

/* A route of this stage and workload with exactly these places, or none. */
static struct hanse_route *find_route(const struct hanse_world *world,
                                      const struct hanse_routes *routes, size_t first,
                                      const int32_t *list, int32_t n)
{
    struct hanse_route *all = hanse__at(world, routes->routes);
    const int32_t *places = hanse__at(world, routes->places);
    for (size_t i = first; i < routes->n_routes; i++) {
        if (all[i].n_places == n &&
            memcmp(places + all[i].first_place, list, (size_t)n * sizeof *list) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

static enum hanse_status new_route(struct hanse_world *world, struct hanse_routes *routes,
                                   int32_t workload, int32_t n, struct hanse_route **route)
{
    HANSE_TRY(make_room(world, &routes->routes, &routes->routes_room, routes->n_routes, 1,
                        sizeof(struct hanse_route)));
    HANSE_TRY(make_room(world, &routes->places, &routes->places_room, routes->n_places,
                        (size_t)n, sizeof(int32_t)));
    int32_t *places = hanse__at(world, routes->places);
    if (n > 0) {
        memcpy(places + routes->n_places, hanse__at(world, routes->scratch),
               (size_t)n * sizeof *places);
    }
    *route = (struct hanse_route *)hanse__at(world, routes->routes) + routes->n_routes++;
    **route = (struct hanse_route){
        .workload = workload, .first_place = (int32_t)routes->n_places, .n_places = n};
    routes->n_places += (size_t)n;
    return HANSE_OK;
}

/* --- routes ------------------------------------------------------------------------------- */

/* Which route each region's cell takes: [regions], -1 none; counted first, listed then. */
static enum hanse_status list_cells(struct hanse_world *world, struct hanse_routes *routes,
                                    size_t first, int32_t workload, const int32_t *taken)
{
    int32_t R = world->tables.n_regions, W = dispatch(world)->n_workloads;
    HANSE_TRY(make_room(world, &routes->cells, &routes->cells_room, routes->n_cells, (size_t)R,
                        sizeof(int32_t)));
    struct hanse_route *all = hanse__at(world, routes->routes);
    int32_t *cells = hanse__at(world, routes->cells);
    for (size_t i = first; i < routes->n_routes; i++) {
        all[i].first_cell = (int32_t)routes->n_cells;
        for (int32_t r = 0; r < R; r++) {
            if (taken[r] == (int32_t)i) {
                cells[routes->n_cells++] = r * W + workload;
            }
        }
        all[i].n_cells = (int32_t)routes->n_cells - all[i].first_cell;
    }
    return HANSE_OK;
}

/* Routes of one workload at one stage. An origin whose places are those of the stage before
 * takes none: nothing would be free there. */
static enum hanse_status find_stage(struct hanse_world *world, struct hanse_routes *routes,
                                    enum hanse_stage stage, int32_t workload,
                                    const uint8_t *ways, int32_t *taken)
{
    int32_t R = world->tables.n_regions, P = hanse__n_places(world);
    size_t first = routes->n_routes;
    for (int32_t r = 0; r < R; r++) {
        taken[r] = -1;
        if (stage <= HANSE_STAGE_PARTNER &&
            hanse__pairs_chosen(world, r * dispatch(world)->n_workloads + workload)) {
            continue;
        }
        const uint8_t *here = ways + (size_t)r * (size_t)P;
        int32_t *list = hanse__at(world, routes->scratch);
        int32_t n = list_places(here, P, stage, list);
        bool staged = stage > HANSE_STAGE_OWN && stage <= HANSE_STAGE_PARTNER;
        if (n == 0 ||
            (staged && n == list_places(here, P, (enum hanse_stage)(stage - 1), list + P))) {
            continue;
        }
        struct hanse_route *route = find_route(world, routes, first, list, n);
        if (route == NULL) {
            HANSE_TRY(new_route(world, routes, workload, n, &route));
        }
        taken[r] = (int32_t)(route - (struct hanse_route *)hanse__at(world, routes->routes));
    }
    return list_cells(world, routes, first, workload, taken);
}

static void find_ways(struct hanse_world *world, int32_t workload, uint8_t *ways)
{
    int32_t P = hanse__n_places(world), n;
    const struct hanse_workload *w = &hanse__workloads(world, &n)[workload];
    const struct hanse_place *places = hanse__places(world);
    for (int32_t r = 0; r < world->tables.n_regions; r++) {
        for (int32_t p = 0; p < P; p++) {
            *ways++ = (uint8_t)way(world, w, r, &places[p]);
        }
    }
}

/* Two workloads that differ in data class or latency limit only by name have the same ways. */
static bool same_ways(const struct hanse_workload *a, const struct hanse_workload *b)
{
    return a->data_class == b->data_class && a->latency_limit_s == b->latency_limit_s;
}

static enum hanse_status find_all(struct hanse_world *world, uint8_t *ways, int32_t *taken)
{
    struct hanse_dispatch *s = dispatch(world);
    int32_t W = s->n_workloads, n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    struct hanse_routes routes = s->routes;
    routes.n_routes = routes.n_places = routes.n_cells = 0;
    size_t per = (size_t)s->n_regions * (size_t)hanse__n_places(world);
    const int32_t *order = hanse__at(world, s->order);
    for (int32_t w = 0; w < W; w++) {
        int32_t like = 0;
        while (!same_ways(&workloads[like], &workloads[w])) {
            like++;
        }
        if (like < w) {
            memcpy(ways + (size_t)w * per, ways + (size_t)like * per, per);
        } else {
            find_ways(world, w, ways + (size_t)w * per);
        }
    }
    enum hanse_status status = HANSE_OK;
    for (int stage = 0; stage < HANSE_STAGES; stage++) {
        for (int32_t k = 0; k <= W && status == HANSE_OK; k++) {
            int32_t *first = hanse__at(world, routes.first);
            first[stage * (W + 1) + k] = (int32_t)routes.n_routes;
            if (k < W) {
                order = hanse__at(world, dispatch(world)->order);
                status = find_stage(world, &routes, (enum hanse_stage)stage, order[k],
                                    ways + (size_t)order[k] * per, taken);
            }
        }
    }
    dispatch(world)->routes = routes;
    hanse__pairs_follow(world, ways);
    return status;
}

enum hanse_status hanse__routes_find(struct hanse_world *world)
{
    const struct hanse_dispatch *s = dispatch(world);
    size_t per = (size_t)s->n_regions * (size_t)hanse__n_places(world);
    uint8_t *ways = hanse__alloc(world->ctx, per * (size_t)s->n_workloads + 1, 1);
    int32_t *taken = hanse__alloc(world->ctx, (size_t)s->n_regions + 1, sizeof *taken);
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (ways != NULL && taken != NULL) {
        status = find_all(world, ways, taken);
    }
    hanse__free(ways);
    hanse__free(taken);
    return status;
}

enum hanse_status hanse__routes_init(struct hanse_world *world)
{
    struct hanse_routes routes = {0};
    size_t W = (size_t)dispatch(world)->n_workloads;
    HANSE_TRY(hanse__take(world, HANSE_STAGES * (W + 1), sizeof(int32_t), &routes.first));
    HANSE_TRY(hanse__take(world, 2 * (size_t)hanse__n_places(world), sizeof(int32_t),
                          &routes.scratch));
    routes.routes_room = routes.places_room = routes.cells_room = 64;
    HANSE_TRY(hanse__take(world, 64, sizeof(struct hanse_route), &routes.routes));
    HANSE_TRY(hanse__take(world, 64, sizeof(int32_t), &routes.places));
    HANSE_TRY(hanse__take(world, 64, sizeof(int32_t), &routes.cells));
    dispatch(world)->routes = routes;
    return HANSE_OK;
}

/* --- a round ------------------------------------------------------------------------------ */

/* Finds what the route's origins ask of its places; false when they ask or find nothing. */
static bool look(struct hanse_sweep *h, struct hanse_route *route)
{
    double left = 0.0, reach = 0.0;
    const int32_t *cells = h->route_cells + route->first_cell;
    for (int32_t i = 0; i < route->n_cells; i++) {
        left += h->left[cells[i]];
    }
    route->asks = 0.0;
    if (!(left > 0.0)) {
        return false;
    }
    const int32_t *places = h->route_places + route->first_place;
    for (int32_t i = 0; i < route->n_places; i++) {
        reach += h->free[places[i]] * h->capacity[places[i] * h->W + route->workload];
    }
    route->reach = reach;
    /* Of a place that several workloads filled but for rounding there may be 1e-320 left. */
    double asks = reach > 0.0 ? left / reach : 0.0;
    route->asks = asks < HUGE_VAL ? asks : 0.0;
    return route->asks > 0.0;
}

static void put_load(struct hanse_sweep *h, const struct hanse_route *route)
{
    const int32_t *places = h->route_places + route->first_place;
    for (int32_t i = 0; i < route->n_places; i++) {
        if (h->capacity[places[i] * h->W + route->workload] > 0.0) {
            h->load[places[i]] += route->asks;
        }
    }
}

static void grant(struct hanse_sweep *h, const struct hanse_route *route,
                  enum hanse_stage stage)
{
    bool helped = stage != HANSE_STAGE_OWN;
    const int32_t *places = h->route_places + route->first_place;
    int32_t w = route->workload;
    double granted = 0.0; /* of the reach */
    hanse__latency_grant(h, route);
    for (int32_t i = 0; i < route->n_places; i++) {
        int32_t p = places[i];
        double free = h->free[p] * h->capacity[p * h->W + w];
        double x = h->load[p] > 1.0 ? free / h->load[p] : free;
        hanse__sweep_did(h, p, w, route->asks * x);
        granted += x;
    }
    if (stage == HANSE_STAGE_POOL || stage == HANSE_STAGE_PARTNER) {
        hanse__control_granted(h, route);
    }
    /* All but rounding is all: crumbs would keep the rounds going. */
    double share = granted / route->reach;
    share = share >= 1.0 - 1e-12 ? 1.0 : share;
    const int32_t *cells = h->route_cells + route->first_cell;
    for (int32_t i = 0; i < route->n_cells; i++) {
        int32_t cell = cells[i];
        double x = share * h->left[cell];
        h->served[cell] += x;
        h->pool[cell] += helped ? x : 0.0;
        h->left[cell] = share < 1.0 ? h->left[cell] - x : 0.0;
    }
}

/* Takes what was granted off what places have free. False when none of them has anything left:
 * every route that asked for one is through then. */
static bool take_load(struct hanse_sweep *h)
{
    bool open = false;
    for (int32_t p = 0; p < h->P; p++) {
        double load = h->load[p];
        h->free[p] *= load < 1.0 ? 1.0 - load : 0.0;
        open |= load > 0.0 && load < 1.0;
        h->load[p] = 0.0;
    }
    return open;
}

enum hanse_round hanse__route_round(struct hanse_sweep *h, enum hanse_stage stage,
                                    int32_t first, int32_t last)
{
    if (h->pairs != NULL && hanse__pairs_carry(h)) {
        return hanse__pairs_round(h, stage, first, last) ? HANSE_ROUND_OPEN : HANSE_ROUND_IDLE;
    }
    const int32_t *starts = h->route_first + stage * (h->W + 1);
    bool moved = false, chosen = false;
    for (int32_t i = starts[first]; i < starts[last]; i++) {
        if (look(h, &h->routes[i])) {
            put_load(h, &h->routes[i]);
            moved = true;
        }
    }
    if (h->pairs != NULL) {
        chosen = hanse__pairs_ask(h, first, last);
        moved |= chosen;
    }
    for (int32_t i = starts[first]; moved && i < starts[last]; i++) {
        if (h->routes[i].asks > 0.0) {
            grant(h, &h->routes[i], stage);
        }
    }
    if (!moved) {
        return HANSE_ROUND_IDLE;
    }
    if (chosen) {
        hanse__pairs_grant(h, first, last);
    }
    return take_load(h) || chosen ? HANSE_ROUND_OPEN : HANSE_ROUND_LAST;
}
