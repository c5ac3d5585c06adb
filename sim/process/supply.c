#include "sim/process/supply.h"

#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/account.h"
#include "sim/process/export.h"
#include "sim/process/fleet.h"
#include "sim/process/market.h"
#include "sim/process/procure.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_ORDER, EVENT_ARRIVE, EVENT_USABLE, EVENT_LAUNCH };
enum { OUT_DELIVERED, OUT_PIPELINE };

enum parcel_state {
    PARCEL_WAITING,
    PARCEL_BOOKED,
    PARCEL_MOVING,
    PARCEL_HELD,
    PARCEL_PREPARING,
    PARCEL_DONE,
    PARCEL_STATES
};

struct parcel {
    int32_t buyer, group, count;
    int32_t state;                 /* enum parcel_state */
    int32_t refused_by;            /* restriction that keeps it waiting; -1 something else */
    bool exempt;                   /* export rules pass it over */
    double accepted_h, licensed_h; /* by the supplier; from when its lead time may run */
    double site_ready_h;           /* grid connection and permit are there */
    double levy;                   /* factor of its price */
    double price_eur;              /* of one device, once accepted */
    double budget_eur;             /* > 0: buys what this buys on the day it is placed */
};

struct book {           /* one per buyer */
    int32_t orders;     /* dated ones so far, for their sizes and dates */
    uint32_t placed;    /* orders so far: the count of the draws for grid and permit */
    uint32_t asked;     /* times rules were asked: the count of the draws for licences */
    uint32_t shipments; /* accepted so far: the count of the draws of lead times */
    int64_t pipeline;   /* devices ordered and not usable */
    int64_t cancelled;  /* devices lost at the border */
};

struct state {
    struct hanse_purpose_key lead_key, grid_key, permit_key;
    hanse_ref books;   /* struct book [buyers] */
    hanse_ref parcels; /* struct parcel [capacity] */
    uint32_t n_parcels, capacity;
    uint32_t n_in[PARCEL_STATES];
};

static struct state *supply(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_SUPPLY]);
}

static struct book *book_at(const struct hanse_world *world, int32_t buyer)
{
    return (struct book *)hanse__at(world, supply(world)->books) + buyer;
}

static struct parcel *parcel_at(const struct hanse_world *world, uint32_t parcel)
{
    return (struct parcel *)hanse__at(world, supply(world)->parcels) + parcel;
}

/* Buyers are the purchases, then the procurements. */
static const struct hanse_terms *terms_of(const struct hanse_world *world, int32_t buyer)
{
    const struct hanse_tables *t = &world->tables;
    return buyer < t->n_purchases ? &t->purchases[buyer].terms
                                  : &t->procurements[buyer - t->n_purchases].terms;
}

static int32_t n_buyers(const struct hanse_world *world)
{
    return world->tables.n_purchases + world->tables.n_procurements;
}

static uint64_t entity_of(const struct hanse_world *world, int32_t buyer)
{
    int32_t n = world->tables.n_purchases;
    return buyer < n
               ? hanse_scenario_entity(world->scenario, &hanse_kind_purchase, buyer)
               : hanse_scenario_entity(world->scenario, &hanse_kind_procurement, buyer - n);
}

static int32_t region_of(const struct hanse_world *world, int32_t group)
{
    return world->tables.sites[world->tables.groups[group].site].region;
}

static const struct hanse_accelerator *type_of(const struct hanse_world *world, int32_t group)
{
    return &world->tables.accelerators[world->tables.groups[group].accelerator];
}

static bool crosses_border(const struct hanse_world *world, const struct hanse_terms *terms,
                           int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    return terms->supplier < 0 || hanse__supplier_place(world, terms->supplier) !=
                                      t->regions[region_of(world, group)].jurisdiction;
}

/* --- parcels ----------------------------------------------------------------------------- */

static enum hanse_status new_parcel(struct hanse_world *world, const struct parcel *parcel,
                                    uint32_t *number)
{
    struct state *s = supply(world);
    if (s->n_parcels == s->capacity) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 16;
        hanse_ref grown =
            hanse_arena_resize(&world->arena, s->parcels, s->capacity * sizeof(struct parcel),
                               capacity * sizeof(struct parcel));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = supply(world);
        s->parcels = grown;
        s->capacity = capacity;
    }
    *number = s->n_parcels++;
    *parcel_at(world, *number) = *parcel;
    supply(world)->n_in[parcel->state]++;
    return HANSE_OK;
}

static void set_state(struct hanse_world *world, uint32_t parcel, enum parcel_state state)
{
    struct state *s = supply(world);
    struct parcel *p = parcel_at(world, parcel);
    s->n_in[p->state]--;
    s->n_in[state]++;
    p->state = state;
}

/* Parts `count` from a parcel as one of its own, otherwise alike. */
static enum hanse_status split(struct hanse_world *world, uint32_t parcel, int32_t count,
                               uint32_t *part)
{
    struct parcel copy = *parcel_at(world, parcel);
    HANSE_ASSERT(count > 0 && count <= copy.count);
    if (count == copy.count) {
        *part = parcel;
        return HANSE_OK;
    }
    copy.count = count;
    HANSE_TRY(new_parcel(world, &copy, part));
    parcel_at(world, parcel)->count -= count;
    return HANSE_OK;
}

static void finish(struct hanse_world *world, uint32_t parcel)
{
    const struct parcel *p = parcel_at(world, parcel);
    book_at(world, p->buyer)->pipeline -= p->count;
    set_state(world, parcel, PARCEL_DONE);
}

static enum hanse_status plan(struct hanse_world *world, int what, enum hanse_order order,
                              uint32_t entity, double time_h)
{
    return hanse__schedule(world, HANSE_MECHANISM_SUPPLY, what, order, entity, time_h);
}

/* --- getting there ----------------------------------------------------------------------- */

static double draw(const struct hanse_world *world, struct hanse_purpose_key key, int32_t buyer,
                   uint32_t number, const struct hanse_duration *duration)
{
    return hanse__duration_draw(
        duration, hanse_uniform_at(key, world->replication, entity_of(world, buyer), number));
}

/* Accepted at the price of the day: on its way. */
static enum hanse_status leave(struct hanse_world *world, uint32_t parcel, double price_factor)
{
    struct parcel *p = parcel_at(world, parcel);
    const struct hanse_terms *terms = terms_of(world, p->buyer);
    p->price_eur = hanse__market_price(world, p->group) * p->levy * price_factor;
    uint32_t number = book_at(world, p->buyer)->shipments++;
    double lead_h = draw(world, supply(world)->lead_key, p->buyer, number, &terms->lead);
    double start_h = fmax(world->moving.now_h, p->licensed_h);
    set_state(world, parcel, PARCEL_MOVING);
    return plan(world, EVENT_ARRIVE, HANSE_ORDER_FREES, parcel, start_h + lead_h);
}

enum hanse_status hanse__supply_grant(struct hanse_world *world, uint32_t parcel, int32_t count,
                                      double price_factor)
{
    uint32_t part;
    HANSE_TRY(split(world, parcel, count, &part));
    return leave(world, part, price_factor);
}

static enum hanse_status accept(struct hanse_world *world, uint32_t parcel)
{
    struct parcel *p = parcel_at(world, parcel);
    const struct hanse_terms *terms = terms_of(world, p->buyer);
    p->accepted_h = world->moving.now_h;
    if (terms->supplier < 0) {
        return leave(world, parcel, 1.0);
    }
    set_state(world, parcel, PARCEL_BOOKED);
    return hanse__market_book(world,
                              &(struct hanse_booking){.supplier = terms->supplier,
                                                      .consortium = terms->consortium,
                                                      .parcel = parcel,
                                                      .count = p->count,
                                                      .entity = entity_of(world, p->buyer)});
}

static void wait_for(struct hanse_world *world, uint32_t parcel, int32_t refused_by)
{
    parcel_at(world, parcel)->refused_by = refused_by;
    set_state(world, parcel, PARCEL_WAITING);
}

/* What export rules say to a parcel that must cross the border. */
static enum hanse_status ask_rules(struct hanse_world *world, uint32_t parcel)
{
    struct parcel p = *parcel_at(world, parcel);
    const struct hanse_export_order order = {
        .group = p.group,
        .count = p.count,
        .entity = entity_of(world, p.buyer),
        .number = book_at(world, p.buyer)->asked++,
    };
    struct hanse_ruling ruling = hanse__export_rule(world, &order);
    if (ruling.exempt > 0) {
        uint32_t part;
        HANSE_TRY(split(world, parcel, ruling.exempt, &part));
        parcel_at(world, part)->exempt = true;
        HANSE_TRY(accept(world, part));
        if (part == parcel) {
            return HANSE_OK;
        }
    }
    if (ruling.refused_by >= 0) {
        wait_for(world, parcel, ruling.refused_by);
        return HANSE_OK;
    }
    parcel_at(world, parcel)->levy = ruling.price_factor;
    parcel_at(world, parcel)->licensed_h = world->moving.now_h + ruling.wait_h;
    return accept(world, parcel);
}

/* Money that waited buys what it buys now. */
static void resize_to_budget(struct hanse_world *world, uint32_t parcel)
{
    struct parcel *p = parcel_at(world, parcel);
    const struct hanse_terms *terms = terms_of(world, p->buyer);
    if (p->budget_eur <= 0.0) {
        return;
    }
    double share =
        terms->supplier >= 0 ? world->tables.suppliers[terms->supplier].price_share : 1.0;
    double price_eur = hanse__market_price(world, p->group) * share;
    int32_t count = (int32_t)fmin(floor(p->budget_eur / price_eur * (1.0 + 1e-12)), 1e8);
    book_at(world, p->buyer)->pipeline += count - p->count;
    p->count = count;
}

/* Tries to place an order with its supplier. */
static enum hanse_status place(struct hanse_world *world, uint32_t parcel)
{
    int32_t group = parcel_at(world, parcel)->group;
    const struct hanse_terms *terms = terms_of(world, parcel_at(world, parcel)->buyer);
    bool foreign = crosses_border(world, terms, group);
    resize_to_budget(world, parcel);
    if (world->moving.now_h < type_of(world, group)->launch_h ||
        hanse__shock_withdrawn(world, HANSE_AXIS_PAYMENT, terms->payment) ||
        (foreign && hanse__shock_silicon_cut(world, group))) {
        wait_for(world, parcel, -1);
        return HANSE_OK;
    }
    return foreign ? ask_rules(world, parcel) : accept(world, parcel);
}

enum hanse_status hanse__supply_order(struct hanse_world *world, int32_t buyer, int32_t group,
                                      int32_t count, double budget_eur)
{
    uint32_t parcel;
    if (count <= 0 && budget_eur <= 0.0) {
        return HANSE_OK;
    }
    book_at(world, buyer)->pipeline += count;
    struct state *s = supply(world);
    const struct hanse_terms *terms = terms_of(world, buyer);
    uint32_t number = book_at(world, buyer)->placed++;
    double grid_h = draw(world, s->grid_key, buyer, number, &terms->grid);
    double permit_h = draw(world, s->permit_key, buyer, number, &terms->permit);
    const struct parcel made = {
        .buyer = buyer,
        .group = group,
        .count = count,
        .budget_eur = budget_eur,
        .state = PARCEL_WAITING,
        .refused_by = -1,
        .levy = 1.0,
        .site_ready_h = world->moving.now_h + fmax(grid_h, permit_h),
    };
    HANSE_TRY(new_parcel(world, &made, &parcel));
    return place(world, parcel);
}

/* --- arriving ---------------------------------------------------------------------------- */

static enum hanse_status deliver(struct hanse_world *world, uint32_t parcel)
{
    struct parcel p = *parcel_at(world, parcel);
    const struct hanse_terms *terms = terms_of(world, p.buyer);
    double age_h = terms->supplier >= 0 ? world->tables.suppliers[terms->supplier].age_h : 0.0;
    finish(world, parcel);
    hanse__cells(world, HANSE_MECHANISM_SUPPLY, OUT_DELIVERED)[region_of(world, p.group)] +=
        p.count;
    HANSE_TRY(hanse__account_capital(world, p.group, p.count, p.price_eur, 0.0));
    return hanse__fleet_add(world, p.group, p.count, age_h);
}

static enum hanse_status make_ready(struct hanse_world *world, uint32_t parcel)
{
    double ready_h = parcel_at(world, parcel)->site_ready_h;
    if (ready_h <= world->moving.now_h) {
        return deliver(world, parcel);
    }
    set_state(world, parcel, PARCEL_PREPARING);
    return plan(world, EVENT_USABLE, HANSE_ORDER_FREES, parcel, ready_h);
}

static struct hanse_admission admit(struct hanse_world *world, const struct parcel *p)
{
    const struct hanse_terms *terms = terms_of(world, p->buyer);
    if (hanse__shock_withdrawn(world, HANSE_AXIS_PAYMENT, terms->payment)) {
        return (struct hanse_admission){0, 0};
    }
    if (!crosses_border(world, terms, p->group)) {
        return (struct hanse_admission){p->count, 0};
    }
    if (hanse__shock_silicon_cut(world, p->group)) {
        return (struct hanse_admission){0, 0};
    }
    return p->exempt ? (struct hanse_admission){p->count, 0}
                     : hanse__export_admit(world, p->group, p->count, p->accepted_h);
}

static enum hanse_status arrive(struct hanse_world *world, uint32_t parcel)
{
    struct hanse_admission admission = admit(world, parcel_at(world, parcel));
    int32_t held = parcel_at(world, parcel)->count - admission.passed - admission.cancelled;
    uint32_t part;
    if (admission.cancelled > 0) {
        HANSE_TRY(split(world, parcel, admission.cancelled, &part));
        book_at(world, parcel_at(world, part)->buyer)->cancelled += admission.cancelled;
        finish(world, part);
    }
    if (admission.passed > 0) {
        HANSE_TRY(split(world, parcel, admission.passed, &part));
        HANSE_TRY(make_ready(world, part));
    }
    if (held > 0) {
        set_state(world, parcel, PARCEL_HELD);
    }
    return HANSE_OK;
}

static bool may_try_again(const struct hanse_world *world, const struct parcel *p)
{
    return p->state == PARCEL_WAITING &&
           (p->refused_by < 0 || !hanse__export_refuses(world, p->refused_by, p->group));
}

enum hanse_status hanse__supply_release(struct hanse_world *world)
{
    if (supply(world)->n_in[PARCEL_WAITING] + supply(world)->n_in[PARCEL_HELD] == 0) {
        return HANSE_OK;
    }
    uint32_t n = supply(world)->n_parcels; /* those split off are looked at by whom they left */
    for (uint32_t i = 0; i < n; i++) {
        if (parcel_at(world, i)->state == PARCEL_HELD) {
            HANSE_TRY(arrive(world, i));
        } else if (may_try_again(world, parcel_at(world, i))) {
            HANSE_TRY(place(world, i));
        }
    }
    return HANSE_OK;
}

/* --- dated orders ------------------------------------------------------------------------ */

static enum hanse_status order(struct hanse_world *world, int32_t index)
{
    const struct hanse_purchase *p = &world->tables.purchases[index];
    struct book *book = book_at(world, index);
    double years = book->orders * p->every_h / HANSE_YEAR_H;
    double wanted = (double)p->count * exp(p->growth_per_year * years);
    book->orders++;
    if (!(wanted < 1e8)) {
        return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                           "purchase '%s': an order of at most 1e8 devices, got %g", p->name,
                           wanted);
    }
    double next_h = p->from_h + book->orders * p->every_h;
    if (p->every_h > 0.0 && next_h < p->until_h) {
        HANSE_TRY(plan(world, EVENT_ORDER, HANSE_ORDER_NEEDS, (uint32_t)index, next_h));
    }
    double money = p->budget_eur * exp(p->growth_per_year * years);
    return hanse__supply_order(world, index, p->terms.group, (int32_t)lround(wanted), money);
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    switch (event->kind % 16) {
    case EVENT_ORDER:
        return order(world, (int32_t)event->entity);
    case EVENT_ARRIVE:
        return arrive(world, event->entity);
    case EVENT_USABLE:
        return deliver(world, event->entity);
    default:
        return hanse__supply_release(world);
    }
}

int64_t hanse__supply_pipeline(const struct hanse_world *world, int32_t group)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < supply(world)->n_parcels; i++) {
        const struct parcel *p = parcel_at(world, i);
        sum += p->group == group && p->state != PARCEL_DONE ? p->count : 0;
    }
    return sum;
}

int64_t hanse__supply_pipeline_of(const struct hanse_world *world, int32_t buyer)
{
    return book_at(world, buyer)->pipeline;
}

static void month(struct hanse_world *world, int32_t which)
{
    double *pipeline = hanse__cells(world, HANSE_MECHANISM_SUPPLY, OUT_PIPELINE);
    for (uint32_t i = 0; i < supply(world)->n_parcels; i++) {
        const struct parcel *p = parcel_at(world, i);
        pipeline[region_of(world, p->group)] += p->state != PARCEL_DONE ? p->count : 0;
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_SUPPLY] = ref;
    supply(world)->lead_key = hanse_purpose_key(world->seed, "lead time");
    supply(world)->grid_key = hanse_purpose_key(world->seed, "grid connection");
    supply(world)->permit_key = hanse_purpose_key(world->seed, "permit");
    HANSE_TRY(hanse__take(world, (size_t)n_buyers(world), sizeof(struct book), &ref));
    supply(world)->books = ref;
    for (int32_t i = 0; i < t->n_purchases; i++) {
        if (t->purchases[i].from_h < t->purchases[i].until_h) {
            HANSE_TRY(plan(world, EVENT_ORDER, HANSE_ORDER_NEEDS, (uint32_t)i,
                           t->purchases[i].from_h));
        }
    }
    for (int32_t a = 0; a < t->n_accelerators; a++) {
        if (t->accelerators[a].launch_h > 0.0) {
            HANSE_TRY(plan(world, EVENT_LAUNCH, HANSE_ORDER_ENDS, (uint32_t)a,
                           t->accelerators[a].launch_h));
        }
    }
    return HANSE_OK;
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_purchase};

static const struct hanse_output OUTPUTS[] = {
    [OUT_DELIVERED] = {"deliveries",
                       "1",
                       "new devices that became usable",
                       {"region"},
                       HANSE_SUM,
                       NULL,
                       NULL},
    [OUT_PIPELINE] = {"pipeline",
                      "1",
                      "devices ordered and not yet usable, end of the month",
                      {"region"},
                      HANSE_LAST,
                      NULL,
                      NULL},
};

static const char *const EVENT_NAMES[] = {[EVENT_ORDER] = "order",
                                          [EVENT_ARRIVE] = "arrive",
                                          [EVENT_USABLE] = "usable",
                                          [EVENT_LAUNCH] = "launch"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int what = event->kind % 16;
    if (what == EVENT_LAUNCH) {
        hanse__name_row(world, &hanse_kind_accelerator, (int32_t)event->entity, text, size);
        return;
    }
    int32_t buyer =
        what == EVENT_ORDER ? (int32_t)event->entity : parcel_at(world, event->entity)->buyer;
    int32_t n = world->tables.n_purchases;
    hanse__name_row(world, buyer < n ? &hanse_kind_purchase : &hanse_kind_procurement,
                    buyer < n ? buyer : buyer - n, text, size);
}

const struct hanse_mechanism hanse_mechanism_supply = {
    .name = "supply",
    .doc = "Orders of new devices and their delivery.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .month = month,
};
