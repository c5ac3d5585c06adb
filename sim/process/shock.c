#include "sim/process/shock.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/cause.h"
#include "sim/process/cloud.h"
#include "sim/process/export.h"
#include "sim/process/fleet.h"
#include "sim/process/islands.h"
#include "sim/process/jump.h"
#include "sim/process/power.h"
#include "sim/process/procure.h"
#include "sim/process/stack.h"
#include "sim/process/supply.h"
#include "sim/process/world.h"

enum { EVENT_WITHDRAW, EVENT_RETURN };

struct state {
    hanse_ref withdrawn;   /* uint8_t per withdraw: active now */
    hanse_ref in_window;   /* uint8_t per withdraw: by its dates */
    hanse_ref silicon_cut; /* uint8_t [accelerators]: by a withdrawal */
    hanse_ref spares_cut;  /* uint8_t [accelerators]: by a withdrawal */
    hanse_ref cloud_cut, model_cut, pool_cut, link_cut, plant_cut; /* uint8_t per row */
    hanse_ref site_cut;                       /* uint8_t [sites]: enum hanse_block bits */
    struct hanse_withdraw denied[HANSE_CUTS]; /* by a denial experiment, active now */
    int32_t n_denied;
    struct hanse_withdraw announced[HANSE_CUTS]; /* by one, to come */
    int32_t n_announced;
    double announced_h; /* when */
};

static struct state *shocks(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_SHOCK]);
}

static const struct hanse_withdraw *withdraws(const struct hanse_world *world, int32_t *n)
{
    *n = world->tables.n_withdraws;
    return world->tables.withdraws;
}

static struct hanse_actor firm(const struct hanse_world *world, int32_t index)
{
    return (struct hanse_actor){world->tables.kind_firm, index};
}

static struct hanse_actor jurisdiction(const struct hanse_world *world, int32_t index)
{
    return (struct hanse_actor){world->tables.kind_jurisdiction, index};
}

static bool made_or_sold_by(const struct hanse_world *world, struct hanse_actor actor,
                            const struct hanse_accelerator *accelerator)
{
    return hanse__actor_covers(world, actor, firm(world, accelerator->vendor)) ||
           hanse__actor_covers(world, actor, firm(world, accelerator->fab));
}

/* --- questions --------------------------------------------------------------------------- */

static bool on_axis(const struct hanse_withdraw *w, enum hanse_axis axis)
{
    return w->axis == (int32_t)axis || w->axis == HANSE_AXIS_ALL;
}

/* Does a denial experiment withdraw whom `target` needs on the axis? */
static bool denied(const struct hanse_world *world, enum hanse_axis axis,
                   struct hanse_actor target)
{
    const struct state *s = shocks(world);
    for (int32_t i = 0; i < s->n_denied; i++) {
        if (on_axis(&s->denied[i], axis) &&
            hanse__actor_covers(world, s->denied[i].actor, target)) {
            return true;
        }
    }
    return false;
}

bool hanse__shock_spares_cut(const struct hanse_world *world, int32_t group)
{
    const uint8_t *cut = hanse__at(world, shocks(world)->spares_cut);
    return cut[world->tables.groups[group].accelerator] ||
           hanse__export_spares_cut(world, group);
}

bool hanse__shock_silicon_cut(const struct hanse_world *world, int32_t group)
{
    const uint8_t *cut = hanse__at(world, shocks(world)->silicon_cut);
    return cut[world->tables.groups[group].accelerator];
}

bool hanse__shock_withdrawn(const struct hanse_world *world, enum hanse_axis axis,
                            struct hanse_actor target)
{
    int32_t n;
    const struct hanse_withdraw *w = withdraws(world, &n);
    const uint8_t *active = hanse__at(world, shocks(world)->withdrawn);
    for (int32_t i = 0; i < n; i++) {
        if (active[i] && on_axis(&w[i], axis) &&
            hanse__actor_covers(world, w[i].actor, target)) {
            return true;
        }
    }
    return denied(world, axis, target);
}

bool hanse__shock_cloud_cut(const struct hanse_world *world, int32_t cloud)
{
    return ((const uint8_t *)hanse__at(world, shocks(world)->cloud_cut))[cloud];
}

bool hanse__shock_model_cut(const struct hanse_world *world, int32_t model)
{
    return ((const uint8_t *)hanse__at(world, shocks(world)->model_cut))[model];
}

bool hanse__shock_pool_cut(const struct hanse_world *world, int32_t pool)
{
    return ((const uint8_t *)hanse__at(world, shocks(world)->pool_cut))[pool];
}

/* --- withdrawals ------------------------------------------------------------------------- */

/* Why the withdrawal cuts a site off: enum hanse_block bits. */
static unsigned site_cut_by(const struct hanse_world *world, const struct hanse_withdraw *w,
                            int32_t index)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *site = &t->sites[index];
    const struct hanse_region *region = &t->regions[site->region];
    struct hanse_actor owner = {t->kind_operator, hanse__site_owner(world, index)};
    struct hanse_actor power =
        site->power_supplier.kind >= 0 ? site->power_supplier : region->grid;
    unsigned cut = 0;
    if ((on_axis(w, HANSE_AXIS_TERRITORY) &&
         hanse__actor_covers(world, w->actor, jurisdiction(world, region->jurisdiction))) ||
        (on_axis(w, HANSE_AXIS_OWNERSHIP) && hanse__actor_covers(world, w->actor, owner))) {
        cut |= HANSE_BLOCK_SHOCK;
    }
    for (int32_t i = 0; on_axis(w, HANSE_AXIS_CONTROL) && i < site->controllers.count; i++) {
        if (hanse__actor_covers(world, w->actor, site->controllers.items[i])) {
            cut |= HANSE_BLOCK_SHOCK;
        }
    }
    if (on_axis(w, HANSE_AXIS_POWER) && site->plant < 0 &&
        hanse__actor_covers(world, w->actor, power)) {
        cut |= HANSE_BLOCK_SHOCK_POWER;
    }
    if (on_axis(w, HANSE_AXIS_NETWORK) &&
        hanse__actor_covers(world, w->actor, site->uplink_owner)) {
        cut |= HANSE_BLOCK_SHOCK_NETWORK;
    }
    return cut;
}

/* What the withdrawal takes from a plant: HANSE_PLANT_… bits. */
static unsigned plant_cut_by(const struct hanse_world *world, const struct hanse_withdraw *w,
                             const struct hanse_plant *plant)
{
    struct hanse_actor grid =
        plant->supplier.kind >= 0 ? plant->supplier : world->tables.regions[plant->region].grid;
    unsigned cut = 0;
    if (on_axis(w, HANSE_AXIS_POWER)) {
        cut |= hanse__actor_covers(world, w->actor, grid) ? HANSE_PLANT_GRID_WITHDRAWN : 0;
        cut |= hanse__actor_covers(world, w->actor, plant->fuel_supplier)
                   ? HANSE_PLANT_FUEL_WITHDRAWN
                   : 0;
    }
    return cut;
}

/* A withdrawal of a share reaches each site by the site's own luck. */
static bool reaches_site(const struct hanse_world *world, const struct hanse_withdraw *w,
                         int32_t site)
{
    if (w->share >= 1.0) {
        return true;
    }
    int32_t n;
    int32_t index = (int32_t)(w - withdraws(world, &n));
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_withdraw, index) ^
                      hanse_scenario_entity(world->scenario, &hanse_kind_site, site);
    struct hanse_purpose_key key = hanse_purpose_key(world->seed, "withdrawn share");
    return hanse_uniform_at(key, world->replication, entity, 0) < w->share;
}

static void cut_hardware(struct hanse_world *world, const struct hanse_withdraw *w)
{
    const struct hanse_tables *t = &world->tables;
    uint8_t *site = hanse__at(world, shocks(world)->site_cut);
    uint8_t *silicon = hanse__at(world, shocks(world)->silicon_cut);
    uint8_t *spares = hanse__at(world, shocks(world)->spares_cut);
    for (int32_t i = 0; i < t->n_sites; i++) {
        site[i] |= reaches_site(world, w, i) ? (uint8_t)site_cut_by(world, w, i) : 0;
    }
    uint8_t *link = hanse__at(world, shocks(world)->link_cut);
    for (int32_t i = 0; i < t->n_links; i++) {
        link[i] |= on_axis(w, HANSE_AXIS_NETWORK) &&
                   hanse__actor_covers(world, w->actor, t->links[i].owner);
    }
    uint8_t *plant = hanse__at(world, shocks(world)->plant_cut);
    for (int32_t i = 0; i < t->n_plants; i++) {
        plant[i] |= (uint8_t)plant_cut_by(world, w, &t->plants[i]);
    }
    for (int32_t i = 0; i < t->n_accelerators; i++) {
        bool theirs = made_or_sold_by(world, w->actor, &t->accelerators[i]);
        silicon[i] |= on_axis(w, HANSE_AXIS_SILICON) && theirs;
        spares[i] |= on_axis(w, HANSE_AXIS_SPARES) && theirs;
    }
}

static void cut_services(struct hanse_world *world, const struct hanse_withdraw *w)
{
    const struct hanse_tables *t = &world->tables;
    uint8_t *cloud = hanse__at(world, shocks(world)->cloud_cut);
    uint8_t *model = hanse__at(world, shocks(world)->model_cut);
    uint8_t *pool = hanse__at(world, shocks(world)->pool_cut);
    const struct hanse_cloud *c = t->clouds;
    for (int32_t i = 0; i < t->n_clouds; i++) {
        struct hanse_actor host = jurisdiction(world, c[i].host);
        cloud[i] |=
            (on_axis(w, HANSE_AXIS_CLOUD) &&
             hanse__actor_covers(world, w->actor, firm(world, c[i].provider))) ||
            (on_axis(w, HANSE_AXIS_TERRITORY) && hanse__actor_covers(world, w->actor, host)) ||
            (on_axis(w, HANSE_AXIS_PAYMENT) &&
             hanse__actor_covers(world, w->actor, c[i].payment));
    }
    for (int32_t i = 0; i < t->n_models; i++) {
        model[i] |= on_axis(w, HANSE_AXIS_MODEL) &&
                    (!t->models[i].weights_held || t->models[i].licence_binds) &&
                    hanse__actor_covers(world, w->actor, t->models[i].provider);
    }
    for (int32_t i = 0; i < t->n_pools; i++) {
        pool[i] |= on_axis(w, HANSE_AXIS_COORDINATOR) &&
                   hanse__actor_covers(world, w->actor, t->pools[i].coordinator);
    }
}

static void clear_cuts(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    struct state s = *shocks(world);
    memset(hanse__at(world, s.site_cut), 0, (size_t)t->n_sites);
    memset(hanse__at(world, s.silicon_cut), 0, (size_t)t->n_accelerators);
    memset(hanse__at(world, s.spares_cut), 0, (size_t)t->n_accelerators);
    memset(hanse__at(world, s.cloud_cut), 0, (size_t)t->n_clouds);
    memset(hanse__at(world, s.model_cut), 0, (size_t)t->n_models);
    memset(hanse__at(world, s.pool_cut), 0, (size_t)t->n_pools);
    memset(hanse__at(world, s.link_cut), 0, (size_t)t->n_links);
    memset(hanse__at(world, s.plant_cut), 0, (size_t)t->n_plants);
}

/* Works out afresh what is cut: withdrawals overlap, so undoing one by one would not do. */
static void mark_cuts(struct hanse_world *world)
{
    struct state s = *shocks(world);
    int32_t n_withdraws;
    const struct hanse_withdraw *w = withdraws(world, &n_withdraws);
    const uint8_t *active = hanse__at(world, s.withdrawn);
    clear_cuts(world);
    for (int32_t i = 0; i < n_withdraws + s.n_denied; i++) {
        if (i >= n_withdraws || active[i]) {
            const struct hanse_withdraw *one =
                i < n_withdraws ? &w[i] : &s.denied[i - n_withdraws];
            cut_hardware(world, one);
            cut_services(world, one);
        }
    }
}

static enum hanse_status recompute(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    struct state s = *shocks(world);
    mark_cuts(world);
    const uint8_t *site_cut = hanse__at(world, s.site_cut);
    static const enum hanse_block WHYS[] = {HANSE_BLOCK_SHOCK, HANSE_BLOCK_SHOCK_POWER,
                                            HANSE_BLOCK_SHOCK_NETWORK};
    for (int32_t g = 0; g < t->n_groups; g++) {
        for (size_t i = 0; i < sizeof WHYS / sizeof *WHYS; i++) {
            unsigned cut = site_cut[t->groups[g].site] & WHYS[i];
            hanse__fleet_block(world, g, WHYS[i], cut != 0);
        }
    }
    const uint8_t *link_cut = hanse__at(world, s.link_cut);
    for (int32_t i = 0; i < t->n_links; i++) {
        hanse__link_fault(world, i, HANSE_LINK_WITHDRAWN, link_cut[i]);
    }
    const uint8_t *plant_cut = hanse__at(world, s.plant_cut);
    for (int32_t i = 0; i < t->n_plants; i++) {
        hanse__plant_cut(world, i, plant_cut[i],
                         HANSE_PLANT_GRID_WITHDRAWN | HANSE_PLANT_FUEL_WITHDRAWN);
    }
    world->moving.changes++;
    world->moving.rules++;
    HANSE_TRY(hanse__fleet_release(world));
    return hanse__supply_release(world);
}

/* --- denial experiments ------------------------------------------------------------------ */

static void fill_in(struct hanse_withdraw *withdraws, const struct hanse_cut *cuts, size_t n)
{
    HANSE_ASSERT(n <= HANSE_CUTS);
    for (size_t i = 0; i < n; i++) {
        withdraws[i] = (struct hanse_withdraw){
            .actor = cuts[i].actor, .axis = cuts[i].axis, .cause = -1, .share = 1.0};
    }
}

static void set_denied(struct hanse_world *world, const struct hanse_cut *cuts, size_t n)
{
    struct state *s = shocks(world);
    fill_in(s->denied, cuts, n);
    s->n_denied = (int32_t)n;
}

void hanse__shock_announce(struct hanse_world *world, const struct hanse_cut *cuts, size_t n,
                           double at_h)
{
    struct state *s = shocks(world);
    fill_in(s->announced, cuts, n);
    s->n_announced = (int32_t)n;
    s->announced_h = at_h;
}

double hanse__shock_announced_h(const struct hanse_world *world, int32_t group,
                                struct hanse_actor payment)
{
    const struct hanse_tables *t = &world->tables;
    const struct state *s = shocks(world);
    const struct hanse_accelerator *card = &t->accelerators[t->groups[group].accelerator];
    for (int32_t i = 0; i < s->n_announced; i++) {
        const struct hanse_withdraw *w = &s->announced[i];
        bool goods = on_axis(w, HANSE_AXIS_SILICON) || on_axis(w, HANSE_AXIS_SPARES);
        if ((goods && made_or_sold_by(world, w->actor, card)) ||
            (on_axis(w, HANSE_AXIS_PAYMENT) && hanse__actor_covers(world, w->actor, payment))) {
            return s->announced_h - world->moving.now_h;
        }
    }
    return -1.0;
}

enum hanse_status hanse__shock_deny(struct hanse_world *world, const struct hanse_cut *cuts,
                                    size_t n)
{
    set_denied(world, cuts, n);
    shocks(world)->n_announced = 0;
    return recompute(world);
}

size_t hanse__shock_footprint_size(const struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    return (size_t)t->n_sites + 2 * (size_t)t->n_accelerators + (size_t)t->n_clouds +
           (size_t)t->n_models + (size_t)t->n_pools + (size_t)t->n_links + (size_t)t->n_plants +
           (size_t)t->n_purchases + (size_t)t->n_procurements + 2 * (size_t)t->n_stacks;
}

static uint8_t *append_marks(const struct hanse_world *world, uint8_t *to, hanse_ref from,
                             int32_t n)
{
    if (n > 0) {
        memcpy(to, hanse__at(world, from), (size_t)n);
    }
    return to + n;
}

void hanse__shock_footprint(struct hanse_world *world, const struct hanse_cut *cuts, size_t n,
                            uint8_t *footprint)
{
    const struct hanse_tables *t = &world->tables;
    struct state before = *shocks(world);
    set_denied(world, cuts, n);
    clear_cuts(world);
    struct state s = *shocks(world);
    for (int32_t i = 0; i < s.n_denied; i++) {
        cut_hardware(world, &s.denied[i]);
        cut_services(world, &s.denied[i]);
    }
    uint8_t *to = append_marks(world, footprint, s.site_cut, t->n_sites);
    to = append_marks(world, to, s.silicon_cut, t->n_accelerators);
    to = append_marks(world, to, s.spares_cut, t->n_accelerators);
    to = append_marks(world, to, s.cloud_cut, t->n_clouds);
    to = append_marks(world, to, s.model_cut, t->n_models);
    to = append_marks(world, to, s.pool_cut, t->n_pools);
    to = append_marks(world, to, s.link_cut, t->n_links);
    to = append_marks(world, to, s.plant_cut, t->n_plants);
    for (int32_t p = 0; p < t->n_purchases; p++) {
        *to++ = denied(world, HANSE_AXIS_PAYMENT, t->purchases[p].terms.payment);
    }
    for (int32_t p = 0; p < t->n_procurements; p++) {
        *to++ = denied(world, HANSE_AXIS_PAYMENT, t->procurements[p].terms.payment);
    }
    for (int32_t i = 0; i < t->n_stacks; i++) {
        struct hanse_actor vendor = {t->kind_firm, t->stacks[i].vendor};
        *to++ = denied(world, HANSE_AXIS_CONTROL, vendor);
        *to++ = denied(world, HANSE_AXIS_SPARES, vendor);
    }
    *shocks(world) = before;
    mark_cuts(world);
}

/* Which withdrawals hold: in their window, and their cause too. */
static enum hanse_status follow(struct hanse_world *world, int32_t index, bool *changed)
{
    int32_t n;
    const struct hanse_withdraw *w = &withdraws(world, &n)[index];
    uint8_t *in_window = hanse__at(world, shocks(world)->in_window);
    uint8_t *active = hanse__at(world, shocks(world)->withdrawn);
    bool now = in_window[index] && hanse__cause_holds(world, w->cause);
    if (now == active[index]) {
        return HANSE_OK;
    }
    active[index] = now;
    *changed = true;
    return hanse__note(world, now ? HANSE_NOTE_WITHDRAWN : HANSE_NOTE_RETURNED,
                       &hanse_kind_withdraw, index, 0.0);
}

enum hanse_status hanse__shock_refresh(struct hanse_world *world)
{
    bool changed = false;
    for (int32_t i = 0; i < world->tables.n_withdraws; i++) {
        HANSE_TRY(follow(world, i, &changed));
    }
    return changed ? recompute(world) : HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    uint8_t *in_window = hanse__at(world, shocks(world)->in_window);
    in_window[event->entity] = event->kind % 16 == EVENT_WITHDRAW;
    return hanse__shock_refresh(world);
}

static enum hanse_status schedule_window(struct hanse_world *world, int begin, int end,
                                         int32_t index, double from_h, double to_h)
{
    if (!(to_h > from_h)) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_SHOCK, begin, HANSE_ORDER_BEGINS,
                              (uint32_t)index, from_h));
    return hanse__schedule(world, HANSE_MECHANISM_SHOCK, end, HANSE_ORDER_ENDS, (uint32_t)index,
                           to_h);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    int32_t n_withdraws;
    const struct hanse_withdraw *w = withdraws(world, &n_withdraws);
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_SHOCK] = ref;
    struct state s = {0};
    HANSE_TRY(hanse__take(world, (size_t)n_withdraws, 1, &s.withdrawn));
    HANSE_TRY(hanse__take(world, (size_t)n_withdraws, 1, &s.in_window));
    HANSE_TRY(hanse__take(world, (size_t)t->n_accelerators, 1, &s.silicon_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_accelerators, 1, &s.spares_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_clouds, 1, &s.cloud_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_models, 1, &s.model_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_pools, 1, &s.pool_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_links, 1, &s.link_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_plants, 1, &s.plant_cut));
    HANSE_TRY(hanse__take(world, (size_t)t->n_sites, 1, &s.site_cut));
    *shocks(world) = s;
    for (int32_t i = 0; i < n_withdraws; i++) {
        HANSE_TRY(
            schedule_window(world, EVENT_WITHDRAW, EVENT_RETURN, i, w[i].from_h, w[i].to_h));
    }
    return HANSE_OK;
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_withdraw, &hanse_kind_denial};

static const char *const EVENT_NAMES[] = {
    [EVENT_WITHDRAW] = "withdraw", [EVENT_RETURN] = "return"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_withdraw, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_shock = {
    .name = "shock",
    .doc = "Withdrawals of actors.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
