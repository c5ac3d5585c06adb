#include "sim/process/procure.h"

#include <math.h>
#include <stdio.h>

#include "sim/process/account.h"
#include "sim/process/cause.h"
#include "sim/process/export.h"
#include "sim/process/fleet.h"
#include "sim/process/jump.h"
#include "sim/process/market.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_ASK };
enum { MEMORIES = 4 };

struct desk {         /* one per procurement */
    int32_t asked;    /* times so far */
    int32_t month;    /* first month not yet looked at */
    bool exercised;   /* its option */
    int64_t ordered;  /* devices, ever */
    int64_t retired;  /* in exchange for delivered ones */
    double spent_eur; /* at the prices of the days of order */
    double memory[MEMORIES];
};

/* What a policy sees. */
struct view {
    int32_t index, group;
    double unserved_share, on_time_share;
    double announced_h; /* until a withdrawal that will stop what it buys; -1 none */
    bool signal;
};

/* What it wants. */
struct wish {
    int32_t group; /* for which it buys */
    double buy, budget_eur, spares, retire, pay_eur;
};

static struct desk *desk_at(const struct hanse_world *world, int32_t index)
{
    return (struct desk *)hanse__at(world, world->moving.state[HANSE_MECHANISM_PROCURE]) +
           index;
}

static int32_t buyer_of(const struct hanse_world *world, int32_t index)
{
    return world->tables.n_purchases + index;
}

/* --- seeing ------------------------------------------------------------------------------ */

/* An output of the group's region summed over workloads and the months [from, to). */
static double in_months(const struct hanse_world *world, int32_t group, const char *output,
                        int32_t from, int32_t to)
{
    const struct hanse_tables *t = &world->tables;
    int32_t region = t->sites[t->groups[group].site].region;
    const struct hanse_column *c =
        &world->layout->columns[hanse_layout_find(world->layout, output)];
    const double *series = hanse__at(world, world->moving.series);
    double sum = 0.0;
    for (int32_t m = from; m < to; m++) {
        for (int32_t w = 0; w < t->n_workloads; w++) {
            size_t item = (size_t)region * (size_t)t->n_workloads + (size_t)w;
            sum += series[c->offset + (size_t)m * (size_t)c->n_items + item];
        }
    }
    return sum;
}

static struct view look(struct hanse_world *world, int32_t index)
{
    const struct hanse_procurement *p = &world->tables.procurements[index];
    struct desk *desk = desk_at(world, index);
    struct view view = {.index = index, .group = p->terms.group};
    int32_t now = world->moving.month;
    double demand = in_months(world, view.group, "demand", desk->month, now);
    if (demand > 0.0) {
        double unserved = in_months(world, view.group, "unserved", desk->month, now);
        double on_time = in_months(world, view.group, "on_time", desk->month, now);
        view.unserved_share = unserved / demand;
        view.on_time_share = on_time / demand;
    }
    view.announced_h = hanse__shock_announced_h(world, view.group, p->terms.payment);
    view.signal =
        (p->signal >= 0 && hanse__cause_holds(world, p->signal)) || view.announced_h >= 0.0;
    desk->month = now;
    return view;
}

/* Devices of an operator that a vendor sold, installed or ordered; all vendors for -1. */
static double vendor_devices(const struct hanse_world *world, int32_t operator_, int32_t vendor)
{
    const struct hanse_tables *t = &world->tables;
    double sum = 0.0;
    for (int32_t g = 0; g < t->n_groups; g++) {
        bool theirs = vendor < 0 || t->accelerators[t->groups[g].accelerator].vendor == vendor;
        if (theirs && hanse__site_owner(world, t->groups[g].site) == operator_) {
            sum += hanse__fleet_groups(world)[g].installed +
                   (double)hanse__supply_pipeline(world, g);
        }
    }
    return sum;
}

static double vendor_share(const struct hanse_world *world, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    int32_t owner = hanse__site_owner(world, t->groups[group].site);
    double all = vendor_devices(world, owner, -1);
    int32_t vendor = t->accelerators[t->groups[group].accelerator].vendor;
    return all > 0.0 ? vendor_devices(world, owner, vendor) / all : 0.0;
}

/* --- named policies ---------------------------------------------------------------------- */

typedef void policy(struct hanse_world *world, const struct hanse_procurement *p,
                    const struct view *view, struct wish *wish);

static void buy_nothing(struct hanse_world *world, const struct hanse_procurement *p,
                        const struct view *view, struct wish *wish)
{
}

static void fill_shelf(const struct hanse_world *world, int32_t group, double target,
                       struct wish *wish)
{
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    wish->spares = fmax(0.0, target - g->stock - g->on_order);
}

static void keep_stock(struct hanse_world *world, const struct hanse_procurement *p,
                       const struct view *view, struct wish *wish)
{
    fill_shelf(world, view->group, (double)p->stock, wish);
}

static void stockpile(struct hanse_world *world, const struct hanse_procurement *p,
                      const struct view *view, struct wish *wish)
{
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[view->group];
    fill_shelf(world, view->group, (double)llround(p->stock_share * g->installed), wish);
}

static void replace_at_age(struct hanse_world *world, const struct hanse_procurement *p,
                           const struct view *view, struct wish *wish)
{
    const struct desk *desk = desk_at(world, view->index);
    int64_t under_way = hanse__supply_pipeline_of(world, buyer_of(world, view->index));
    int64_t due = desk->ordered - under_way - desk->retired; /* delivered, not exchanged yet */
    wish->retire = (double)due;
    double old = hanse__fleet_older(world, view->group, p->age_h);
    wish->buy = fmax(0.0, old - (double)(due + under_way));
}

static void buy_on_unserved(struct hanse_world *world, const struct hanse_procurement *p,
                            const struct view *view, struct wish *wish)
{
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[view->group];
    double u = fmin(view->unserved_share, 0.99);
    if (u <= p->threshold) {
        return;
    }
    double missing = fmax(1.0, g->working) * u / (1.0 - u);
    double coming = (double)hanse__supply_pipeline(world, view->group);
    wish->buy = fmin((double)p->count, fmax(0.0, ceil(missing - coming)));
}

static void keep_option(struct hanse_world *world, const struct hanse_procurement *p,
                        const struct view *view, struct wish *wish)
{
    struct desk *desk = desk_at(world, view->index);
    if (desk->exercised) {
        return;
    }
    if (view->signal) {
        desk->exercised = true;
        wish->buy = (double)p->count;
    } else {
        wish->pay_eur = p->premium_eur;
    }
}

static void diversify(struct hanse_world *world, const struct hanse_procurement *p,
                      const struct view *view, struct wish *wish)
{
    double least = vendor_share(world, wish->group);
    for (int32_t i = 0; i < p->groups.count; i++) {
        double share = vendor_share(world, p->groups.items[i]);
        if (share < least) {
            least = share;
            wish->group = p->groups.items[i];
        }
    }
    wish->buy = (double)p->count;
}

static policy *const POLICIES[HANSE_PROCURE_POLICIES] = {
    [HANSE_PROCURE_NOTHING] = buy_nothing,
    [HANSE_PROCURE_KEEP_STOCK] = keep_stock,
    [HANSE_PROCURE_STOCKPILE] = stockpile,
    [HANSE_PROCURE_REPLACE_AT_AGE] = replace_at_age,
    [HANSE_PROCURE_BUY_ON_UNSERVED] = buy_on_unserved,
    [HANSE_PROCURE_KEEP_OPTION] = keep_option,
    [HANSE_PROCURE_DIVERSIFY] = diversify,
};

/* --- functions --------------------------------------------------------------------------- */

static enum hanse_status ask_function(struct hanse_world *world, const struct view *view,
                                      struct wish *wish)
{
    const struct hanse_procurement *p = &world->tables.procurements[view->index];
    struct desk desk = *desk_at(world, view->index);
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[view->group];
    const struct hanse_hook_number numbers[] = {
        {"year", world->moving.now_h / HANSE_YEAR_H},
        {"period", desk.asked},
        {"installed", g->installed},
        {"working", g->working},
        {"in_repair", g->in_repair},
        {"empty", g->empty},
        {"stock", g->stock},
        {"spares_on_order", g->on_order},
        {"pipeline", (double)hanse__supply_pipeline(world, view->group)},
        {"oldest_years", hanse__fleet_oldest_h(world, view->group) / HANSE_YEAR_H},
        {"price", hanse__market_price(world, view->group)},
        {"spent", desk.spent_eur},
        {"unserved_share", view->unserved_share},
        {"on_time_share", view->on_time_share},
        {"restricted", hanse__export_restricted(world, view->group)},
        {"signal", view->signal},
        {"announced_h", view->announced_h},
        {"vendor_share", vendor_share(world, view->group)},
        {"memory_1", desk.memory[0]},
        {"memory_2", desk.memory[1]},
        {"memory_3", desk.memory[2]},
        {"memory_4", desk.memory[3]},
    };
    struct hanse_hook_answer answers[] = {
        {"buy", 0.0, 0.0, 1e8, true},
        {"budget", 0.0, 0.0, 1e15, false},
        {"spares", 0.0, 0.0, 1e8, true},
        {"retire", 0.0, 0.0, 1e8, true},
        {"memory_1", desk.memory[0], -1e300, 1e300, false},
        {"memory_2", desk.memory[1], -1e300, 1e300, false},
        {"memory_3", desk.memory[2], -1e300, 1e300, false},
        {"memory_4", desk.memory[3], -1e300, 1e300, false},
    };
    char what[160];
    snprintf(what, sizeof what, "procurement '%s': policy", p->name);
    const struct hanse_hook_call call = {
        .hook = hanse_policy_hook(p->policy),
        .what = what,
        .numbers = numbers,
        .n_numbers = sizeof numbers / sizeof *numbers,
        .answers = answers,
        .n_answers = sizeof answers / sizeof *answers,
    };
    HANSE_TRY(world->hooks.call(world->hooks.self, world->ctx, &call));
    wish->buy = answers[0].number;
    wish->budget_eur = answers[1].number;
    wish->spares = answers[2].number;
    wish->retire = answers[3].number;
    for (int i = 0; i < MEMORIES; i++) {
        desk_at(world, view->index)->memory[i] = answers[4 + i].number;
    }
    return HANSE_OK;
}

/* --- doing ------------------------------------------------------------------------------- */

static enum hanse_status carry_out(struct hanse_world *world, int32_t index,
                                   const struct wish *wish)
{
    int32_t count = (int32_t)fmin(wish->buy, 1e8);
    struct desk *desk = desk_at(world, index);
    desk->ordered += count;
    desk->spent_eur +=
        count * hanse__market_price(world, wish->group) + wish->budget_eur + wish->pay_eur;
    if (wish->pay_eur > 0.0) {
        hanse__account_pay_site(world, world->tables.groups[wish->group].site, wish->pay_eur);
    }
    if (wish->retire >= 1.0) {
        int32_t retired;
        HANSE_TRY(hanse__fleet_retire(world, wish->group, (int32_t)wish->retire, &retired));
        desk_at(world, index)->retired += retired;
    }
    for (double i = 0.0; i < wish->spares; i += 1.0) {
        HANSE_TRY(hanse__fleet_order_spare(world, wish->group));
    }
    HANSE_TRY(hanse__supply_order(world, buyer_of(world, index), wish->group, count, 0.0));
    return hanse__supply_order(world, buyer_of(world, index), wish->group, 0, wish->budget_eur);
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t index = (int32_t)event->entity;
    const struct hanse_procurement *p = &world->tables.procurements[index];
    struct view view = look(world, index);
    struct wish wish = {.group = p->terms.group};
    double next_h = p->from_h + (desk_at(world, index)->asked + 1) * p->every_h;
    bool asks = world->moving.recourse == HANSE_RECOURSE_ADAPT;
    if (asks && hanse_policy_hook(p->policy) >= 0) {
        HANSE_TRY(ask_function(world, &view, &wish));
    } else if (asks) {
        POLICIES[p->policy](world, p, &view, &wish);
    }
    desk_at(world, index)->asked++;
    if (next_h < p->until_h) {
        HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_PROCURE, EVENT_ASK, HANSE_ORDER_NEEDS,
                                  (uint32_t)index, next_h));
    }
    return carry_out(world, index, &wish);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_procurements, sizeof(struct desk), &ref));
    world->moving.state[HANSE_MECHANISM_PROCURE] = ref;
    for (int32_t i = 0; i < t->n_procurements; i++) {
        if (t->procurements[i].from_h < t->procurements[i].until_h) {
            HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_PROCURE, EVENT_ASK,
                                      HANSE_ORDER_NEEDS, (uint32_t)i,
                                      t->procurements[i].from_h));
        }
    }
    return HANSE_OK;
}

/* --- table ------------------------------------------------------------------------------- */

static enum hanse_status check_procurement(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_procurement *p =
        hanse_scenario_table(scenario, &hanse_kind_procurement, &n);
    p += index;
    const struct {
        int32_t policy;
        bool given;
        const char *key;
    } needs[] = {
        {HANSE_PROCURE_KEEP_STOCK, p->stock > 0, "stock"},
        {HANSE_PROCURE_STOCKPILE, p->stock_share > 0.0, "stock_share"},
        {HANSE_PROCURE_REPLACE_AT_AGE, p->age_h > 0.0, "age"},
        {HANSE_PROCURE_BUY_ON_UNSERVED, p->count > 0, "count"},
        {HANSE_PROCURE_KEEP_OPTION, p->count > 0, "count"},
        {HANSE_PROCURE_KEEP_OPTION, p->signal >= 0, "signal"},
        {HANSE_PROCURE_DIVERSIFY, p->count > 0, "count"},
        {HANSE_PROCURE_DIVERSIFY, p->groups.count > 0, "groups"},
    };
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (p->policy == needs[i].policy && !needs[i].given) {
            return hanse_scenario_reject(scenario, &hanse_kind_procurement, index, needs[i].key,
                                         "must be given for this policy");
        }
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_procurement, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "policy",
     .type = HANSE_POLICY,
     .options = HANSE_PROCURE_WORDS,
     .offset = AT(policy),
     .flags = HANSE_REQUIRED,
     .doc = "how it decides; a function gets a view and returns what to buy"},
    HANSE_TERMS_FIELDS(AT(terms), "policy != keep_stock|stockpile"),
    {.key = "groups",
     .type = HANSE_REFERENCES,
     .options = "group",
     .offset = AT(groups),
     .needs = "policy = diversify",
     .doc = "further groups that 'diversify' may buy for"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .low = 0,
     .high = 876000,
     .doc = "when it decides for the first time"},
    {.key = "every",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(every_h),
     .fallback = 2190,
     .low = 1,
     .high = 876000,
     .doc = "time between decisions; a quarter"},
    {.key = "until",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(until_h),
     .fallback = 876000,
     .low = 0,
     .high = 876000,
     .doc = "no decisions from here on"},
    {.key = "count",
     .type = HANSE_INTEGER,
     .offset = AT(count),
     .low = 0,
     .high = 1e8,
     .needs = "policy = buy_on_unserved|keep_option|diversify",
     .doc = "devices of an order; of buy_on_unserved the most"},
    {.key = "stock",
     .type = HANSE_INTEGER,
     .offset = AT(stock),
     .low = 0,
     .high = 1e8,
     .needs = "policy = keep_stock",
     .doc = "spares that keep_stock keeps, on the shelf or on order"},
    {.key = "stock_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(stock_share),
     .low = 0,
     .high = 10,
     .needs = "policy = stockpile",
     .doc = "spares that stockpile keeps, as a share of the devices installed"},
    {.key = "age",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(age_h),
     .low = 0,
     .high = 876000,
     .needs = "policy = replace_at_age",
     .doc = "age from which replace_at_age replaces a device"},
    {.key = "threshold",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(threshold),
     .low = 0,
     .high = 1,
     .needs = "policy = buy_on_unserved",
     .doc = "share of demand unserved above which buy_on_unserved buys"},
    {.key = "signal",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(signal),
     .needs = "policy = keep_option|function",
     .doc = "cause whose beginning keep_option takes as its sign"},
    {.key = "premium",
     .type = HANSE_NUMBER,
     .unit = "EUR",
     .offset = AT(premium_eur),
     .low = 0,
     .high = 1e12,
     .needs = "policy = keep_option",
     .doc = "what keep_option pays each period until then"},
};
#undef AT

const struct hanse_kind hanse_kind_procurement = {
    .name = "procurement",
    .doc = "A buyer that looks at the fleet at intervals and decides what to order.",
    .size = sizeof(struct hanse_procurement),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_procurement,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_procurement};

static const char *const EVENT_NAMES[] = {[EVENT_ASK] = "ask"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_procurement, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_procure = {
    .name = "procure",
    .doc = "Policies that decide every quarter what to buy.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
