#include "sim/process/market.h"

#include <math.h>
#include <stdlib.h>

#include "sim/process/currency.h"
#include "sim/process/jump.h"
#include "sim/process/law.h"
#include "sim/process/supply.h"
#include "sim/process/world.h"

enum { EVENT_SHARE };
enum { OUT_ASKED, OUT_PROMISED, OUT_RIVALS };
static const uint32_t NO_PARCEL = UINT32_MAX;

struct entry { /* an order in a book */
    uint64_t entity;
    int32_t supplier, consortium;
    uint32_t parcel; /* NO_PARCEL: a rival's */
    int32_t left;    /* devices it still waits for; 0: the entry is free */
    double placed_h;
};

/* An entry while it is being ranked, so that it can be sorted by itself. */
struct ranked {
    double rank; /* lower is served first */
    double luck, placed_h, remainder;
    uint32_t entry;
    int32_t left, consortium, granted;
};

struct shop {
    double carried;  /* fraction of a device promised so far */
    int64_t stock;   /* left of it */
    uint32_t rounds; /* sharings so far */
};

struct state {
    struct hanse_purpose_key luck_key, rival_key;
    hanse_ref shops;   /* struct shop [suppliers] */
    hanse_ref entries; /* struct entry [capacity] */
    hanse_ref ranked;  /* struct ranked [capacity]: for one sharing */
    uint32_t n_entries, capacity;
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_MARKET]);
}

static struct entry *entry_at(const struct hanse_world *world, uint32_t entry)
{
    return (struct entry *)hanse__at(world, state_of(world)->entries) + entry;
}

static struct shop *shop_at(const struct hanse_world *world, int32_t supplier)
{
    return (struct shop *)hanse__at(world, state_of(world)->shops) + supplier;
}

int32_t hanse__supplier_place(const struct hanse_world *world, int32_t supplier)
{
    const struct hanse_supplier *s = &world->tables.suppliers[supplier];
    return s->place >= 0 ? s->place : world->tables.firms[s->firm].home;
}

double hanse__market_price(const struct hanse_world *world, int32_t group)
{
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[group].accelerator];
    double years = fmax(0.0, world->moving.now_h - a->launch_h) / HANSE_YEAR_H;
    int32_t home = world->tables.firms[a->vendor].home;
    int32_t money = home >= 0 ? world->tables.jurisdictions[home].currency : -1;
    return a->price_eur * fmax(a->price_floor, exp(a->price_trend_per_year * years)) *
           hanse__exchange(world, money) *
           hanse__jump_device_price(world, world->tables.groups[group].accelerator);
}

/* --- the book ---------------------------------------------------------------------------- */

static enum hanse_status grow(struct hanse_world *world)
{
    struct state *s = state_of(world);
    uint32_t capacity = s->capacity ? 2 * s->capacity : 16;
    hanse_ref entries =
        hanse_arena_resize(&world->arena, s->entries, s->capacity * sizeof(struct entry),
                           capacity * sizeof(struct entry));
    if (entries == 0) {
        return HANSE_ERR_MEMORY;
    }
    state_of(world)->entries = entries;
    hanse_ref ranked;
    HANSE_TRY(hanse__take(world, capacity, sizeof(struct ranked), &ranked));
    state_of(world)->ranked = ranked;
    state_of(world)->capacity = capacity;
    return HANSE_OK;
}

static enum hanse_status new_entry(struct hanse_world *world, const struct entry *entry)
{
    uint32_t at = 0;
    while (at < state_of(world)->n_entries && entry_at(world, at)->left > 0) {
        at++;
    }
    if (at == state_of(world)->capacity) {
        HANSE_TRY(grow(world));
    }
    *entry_at(world, at) = *entry;
    struct state *s = state_of(world);
    s->n_entries = at == s->n_entries ? at + 1 : s->n_entries;
    return HANSE_OK;
}

enum hanse_status hanse__market_book(struct hanse_world *world,
                                     const struct hanse_booking *booking)
{
    return new_entry(world, &(struct entry){.entity = booking->entity,
                                            .supplier = booking->supplier,
                                            .consortium = booking->consortium,
                                            .parcel = booking->parcel,
                                            .left = booking->count,
                                            .placed_h = world->moving.now_h});
}

int32_t hanse__market_withdraw(struct hanse_world *world, uint32_t parcel)
{
    for (uint32_t i = 0; i < state_of(world)->n_entries; i++) {
        struct entry *e = entry_at(world, i);
        if (e->left > 0 && e->parcel == parcel) {
            int32_t left = e->left;
            e->left = 0;
            return left;
        }
    }
    return 0;
}

/* A period's demand of a rival joins what it still waits for. */
static enum hanse_status rival_asks(struct hanse_world *world, int32_t index)
{
    const struct hanse_rival *r = &world->tables.rivals[index];
    const struct hanse_supplier *s = &world->tables.suppliers[r->supplier];
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_rival, index);
    double years = world->moving.now_h / HANSE_YEAR_H;
    double mean = r->per_year * exp(r->growth_per_year * years) * s->period_h / HANSE_YEAR_H;
    const struct hanse_duration spread = {mean, r->cv, HANSE_LAW_LOGNORMAL};
    uint32_t round = shop_at(world, r->supplier)->rounds;
    double u = hanse_uniform_at(state_of(world)->rival_key, world->replication, entity, round);
    double wanted = r->cv > 0.0 ? hanse__duration_draw(&spread, u) : mean;
    if (!(wanted < 1e9)) {
        return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                           "rival '%s': a period's demand of at most 1e9 devices, got %g",
                           r->name, wanted);
    }
    int32_t count = (int32_t)lround(wanted);
    for (uint32_t i = 0; count > 0 && i < state_of(world)->n_entries; i++) {
        struct entry *e = entry_at(world, i);
        if (e->left > 0 && e->parcel == NO_PARCEL && e->entity == entity) {
            e->left = e->left < 1000000000 ? e->left + count : e->left;
            return HANSE_OK;
        }
    }
    struct entry entry = {.entity = entity,
                          .supplier = r->supplier,
                          .consortium = -1,
                          .parcel = NO_PARCEL,
                          .left = count,
                          .placed_h = world->moving.now_h};
    return count > 0 ? new_entry(world, &entry) : HANSE_OK;
}

/* --- sharing ----------------------------------------------------------------------------- */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_rank(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = compare(a->rank, b->rank);
    order = order != 0 ? order : compare(a->luck, b->luck);
    return order != 0 ? order : compare(a->placed_h, b->placed_h);
}

static int by_remainder(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = compare(b->remainder, a->remainder);
    order = order != 0 ? order : compare(a->luck, b->luck);
    return order != 0 ? order : compare(a->placed_h, b->placed_h);
}

/* What an entry and its consortium ask for together. */
static double joint_size(const struct ranked *list, uint32_t n, uint32_t which)
{
    double sum = list[which].left;
    for (uint32_t i = 0; i < n && list[which].consortium >= 0; i++) {
        bool other = i != which && list[i].consortium == list[which].consortium;
        sum += other ? list[i].left : 0;
    }
    return sum;
}

static void rank_entries(struct hanse_world *world, int32_t supplier, struct ranked *list,
                         uint32_t n)
{
    int32_t rule = world->tables.suppliers[supplier].allocation;
    uint32_t round = shop_at(world, supplier)->rounds;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t entity = entry_at(world, list[i].entry)->entity;
        list[i].luck =
            hanse_uniform_at(state_of(world)->luck_key, world->replication, entity, round);
        list[i].rank = rule == HANSE_ALLOCATION_BIG_FIRST    ? -joint_size(list, n, i)
                       : rule == HANSE_ALLOCATION_FIRST_COME ? list[i].placed_h
                       : rule == HANSE_ALLOCATION_LOTTERY    ? list[i].luck
                                                             : 0.0;
    }
}

/* Shares `budget` devices among entries of one rank; returns what is left of it. */
static int64_t share_rank(struct ranked *list, uint32_t n, int64_t budget)
{
    int64_t asked = 0, given = 0;
    for (uint32_t i = 0; i < n; i++) {
        asked += list[i].left;
    }
    bool all = asked <= budget;
    for (uint32_t i = 0; i < n; i++) {
        double part =
            all ? list[i].left : (double)list[i].left * (double)budget / (double)asked;
        list[i].granted = (int32_t)floor(part);
        list[i].remainder = part - floor(part);
        given += list[i].granted;
    }
    if (!all) {
        qsort(list, n, sizeof *list, by_remainder);
        for (uint32_t i = 0; i < n && given < budget; i++, given++) {
            list[i].granted++;
        }
    }
    return budget - given;
}

/* Shares the promise among the listed entries, rank by rank. */
static void share(struct hanse_world *world, int32_t supplier, uint32_t n, int64_t budget)
{
    struct ranked *list = hanse__at(world, state_of(world)->ranked);
    rank_entries(world, supplier, list, n);
    qsort(list, n, sizeof *list, by_rank);
    for (uint32_t first = 0, last; first < n; first = last) {
        double rank = list[first].rank;
        for (last = first + 1; last < n && list[last].rank == rank;) {
            last++;
        }
        budget = share_rank(list + first, last - first, budget);
    }
}

static uint32_t list_entries(const struct hanse_world *world, int32_t supplier, int64_t *asked)
{
    struct ranked *list = hanse__at(world, state_of(world)->ranked);
    uint32_t n = 0;
    *asked = 0;
    for (uint32_t i = 0; i < state_of(world)->n_entries; i++) {
        const struct entry *e = entry_at(world, i);
        if (e->left > 0 && e->supplier == supplier) {
            list[n++] = (struct ranked){.entry = i,
                                        .left = e->left,
                                        .consortium = e->consortium,
                                        .placed_h = e->placed_h};
            *asked += e->left;
        }
    }
    return n;
}

/* Hands out what was granted. */
static enum hanse_status hand_out(struct hanse_world *world, int32_t supplier, uint32_t n,
                                  double price_factor)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ranked r = ((const struct ranked *)hanse__at(world, state_of(world)->ranked))[i];
        struct entry *e = entry_at(world, r.entry);
        uint32_t parcel = e->parcel;
        e->left -= r.granted;
        if (r.granted > 0 && parcel != NO_PARCEL) {
            HANSE_TRY(hanse__supply_grant(world, parcel, r.granted, price_factor));
        } else if (r.granted > 0) {
            hanse__cells(world, HANSE_MECHANISM_MARKET, OUT_RIVALS)[supplier] += r.granted;
        }
    }
    return HANSE_OK;
}

/* The period's promise: new capacity and, when that is not enough, stock. */
static int64_t promise(struct hanse_world *world, int32_t supplier, int64_t asked)
{
    const struct hanse_supplier *s = &world->tables.suppliers[supplier];
    struct shop *shop = shop_at(world, supplier);
    double made = shop->carried + s->capacity_per_year * s->period_h / HANSE_YEAR_H;
    int64_t fresh = (int64_t)floor(made);
    shop->carried = made - floor(made);
    int64_t from_stock = asked > fresh ? asked - fresh : 0;
    from_stock = from_stock < shop->stock ? from_stock : shop->stock;
    shop->stock -= from_stock;
    return fresh + from_stock;
}

static enum hanse_status plan_sharing(struct hanse_world *world, int32_t supplier)
{
    double next_h = world->moving.now_h + world->tables.suppliers[supplier].period_h;
    return hanse__schedule(world, HANSE_MECHANISM_MARKET, EVENT_SHARE, HANSE_ORDER_BOOKS,
                           (uint32_t)supplier, next_h);
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t supplier = (int32_t)event->entity;
    const struct hanse_supplier *s = &world->tables.suppliers[supplier];
    for (int32_t r = 0; r < world->tables.n_rivals; r++) {
        if (world->tables.rivals[r].supplier == supplier) {
            HANSE_TRY(rival_asks(world, r));
        }
    }
    int64_t asked;
    uint32_t n = list_entries(world, supplier, &asked);
    int64_t promised = promise(world, supplier, asked);
    share(world, supplier, n, promised);
    shop_at(world, supplier)->rounds++;
    hanse__cells(world, HANSE_MECHANISM_MARKET, OUT_ASKED)[supplier] += (double)asked;
    hanse__cells(world, HANSE_MECHANISM_MARKET, OUT_PROMISED)[supplier] += (double)promised;
    double load = promised > 0 ? (double)asked / (double)promised : 1.0;
    HANSE_TRY(hand_out(world, supplier, n, s->price_share * pow(fmax(1.0, load), s->scarcity)));
    return plan_sharing(world, supplier);
}

static enum hanse_status init(struct hanse_world *world)
{
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_MARKET] = ref;
    struct state s = {
        .luck_key = hanse_purpose_key(world->seed, "allocation"),
        .rival_key = hanse_purpose_key(world->seed, "rival demand"),
    };
    HANSE_TRY(
        hanse__take(world, (size_t)world->tables.n_suppliers, sizeof(struct shop), &s.shops));
    *state_of(world) = s;
    HANSE_TRY(grow(world));
    for (int32_t i = 0; i < world->tables.n_suppliers; i++) {
        shop_at(world, i)->stock = world->tables.suppliers[i].stock;
        HANSE_TRY(plan_sharing(world, i));
    }
    return HANSE_OK;
}

/* --- tables ------------------------------------------------------------------------------ */

#define AT(member) offsetof(struct hanse_supplier, member)
static const struct hanse_field SUPPLIER_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "firm",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = AT(firm),
     .flags = HANSE_REQUIRED,
     .doc = "who sells"},
    {.key = "place",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(place),
     .doc = "where its goods stand; the firm's home when not given"},
    {.key = "capacity",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(capacity_per_year),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e12,
     .doc = "devices it can promise to all its buyers; what a period does not use is gone"},
    {.key = "stock",
     .type = HANSE_INTEGER,
     .offset = AT(stock),
     .low = 0,
     .high = 1e9,
     .doc = "devices in store at hour 0, sold when capacity is not enough"},
    {.key = "age",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(age_h),
     .low = 0,
     .high = 50 * 8760.0,
     .doc = "age of what it sells; second-hand goods"},
    {.key = "price_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(price_share),
     .fallback = 1,
     .low = 0,
     .high = 100,
     .doc = "its price relative to the accelerator's"},
    {.key = "period",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(period_h),
     .fallback = 730,
     .low = 1,
     .high = 87600,
     .doc = "time between two sharings of what it can promise"},
    {.key = "allocation",
     .type = HANSE_CHOICE,
     .options = HANSE_ALLOCATION_WORDS,
     .offset = AT(allocation),
     .fallback_text = "big_first",
     .doc = "who is served first"},
    {.key = "scarcity",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(scarcity),
     .low = 0,
     .high = 10,
     .doc = "elasticity: price · (asked / promised)^scarcity when more is asked"},
};
#undef AT
const struct hanse_kind hanse_kind_supplier = {
    .name = "supplier",
    .doc = "Who sells devices, how many it can promise and to whom first.",
    .size = sizeof(struct hanse_supplier),
    .fields = SUPPLIER_FIELDS,
    .n_fields = sizeof SUPPLIER_FIELDS / sizeof *SUPPLIER_FIELDS,
};

#define AT(member) offsetof(struct hanse_rival, member)
static const struct hanse_field RIVAL_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "supplier",
     .type = HANSE_REFERENCE,
     .options = "supplier",
     .offset = AT(supplier),
     .flags = HANSE_REQUIRED,
     .doc = "from whom it buys"},
    {.key = "demand",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(per_year),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e10,
     .doc = "devices it asks for, as of hour 0, in equal orders once a period"},
    {.key = "growth",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(growth_per_year),
     .low = -5,
     .high = 5,
     .doc = "continuous yearly growth of that"},
    {.key = "cv",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(cv),
     .low = 0,
     .high = 10,
     .doc = "coefficient of variation of a period's order, lognormal; 0: none"},
};
#undef AT
const struct hanse_kind hanse_kind_rival = {
    .name = "rival",
    .doc = "Other buyers of a supplier, whose orders compete.",
    .size = sizeof(struct hanse_rival),
    .fields = RIVAL_FIELDS,
    .n_fields = sizeof RIVAL_FIELDS / sizeof *RIVAL_FIELDS,
};

static const struct hanse_field CONSORTIUM_FIELDS[] = {
    {.key = "label",
     .type = HANSE_TEXT,
     .offset = offsetof(struct hanse_consortium, label),
     .doc = "name for people"}};
const struct hanse_kind hanse_kind_consortium = {
    .name = "consortium",
    .doc = "Buyers that order as one.",
    .size = sizeof(struct hanse_consortium),
    .fields = CONSORTIUM_FIELDS,
    .n_fields = sizeof CONSORTIUM_FIELDS / sizeof *CONSORTIUM_FIELDS,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_supplier, &hanse_kind_rival,
                                                 &hanse_kind_consortium};

static const struct hanse_output OUTPUTS[] = {
    [OUT_ASKED] = {"supplier_asked",
                   "1",
                   "devices asked for, at each sharing",
                   {"supplier"},
                   HANSE_SUM,
                   NULL,
                   NULL},
    [OUT_PROMISED] = {"supplier_promised",
                      "1",
                      "devices that could be promised, at each sharing",
                      {"supplier"},
                      HANSE_SUM,
                      NULL,
                      NULL},
    [OUT_RIVALS] = {"supplier_to_rivals",
                    "1",
                    "devices promised to rivals",
                    {"supplier"},
                    HANSE_SUM,
                    NULL,
                    NULL},
};

static const char *const EVENT_NAMES[] = {[EVENT_SHARE] = "share"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_supplier, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_market = {
    .name = "market",
    .doc = "Suppliers, their order books and prices.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
