#include "sim/process/supply.h"

#include <math.h>

#include "sim/process/account.h"
#include "sim/process/fleet.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_ORDER, EVENT_ARRIVE };
enum { OUT_DELIVERED, OUT_PIPELINE };

struct book {          /* one per purchase */
    int32_t orders;    /* placed so far, for their sizes and dates */
    int32_t shipments; /* accepted so far: the count of the lead-time draws */
    int32_t deferred;  /* devices whose order the supplier could not take yet */
    int32_t pipeline;  /* devices ordered and not usable, held and deferred ones included */
    int32_t held;      /* devices at the border */
    double held_price; /* price of one of them; the dearest if several orders wait */
};

struct shipment {
    int32_t purchase, count;
    double price_eur;
};

struct state {
    struct hanse_purpose_key lead_key;
    hanse_ref books;
    hanse_ref shipments; /* struct shipment [capacity] */
    uint32_t n_shipments, capacity;
};

static struct state *supply(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_SUPPLY]);
}

static struct book *book_at(const struct hanse_world *world, int32_t purchase)
{
    return (struct book *)hanse__at(world, supply(world)->books) + purchase;
}

static const struct hanse_purchase *purchases(const struct hanse_world *world, int32_t *n)
{
    *n = world->tables.n_purchases;
    return world->tables.purchases;
}

static int32_t region_of(const struct hanse_world *world, int32_t group)
{
    return world->tables.sites[world->tables.groups[group].site].region;
}

/* Price of one device now: p(t) = p(0) · exp(trend · t). */
static double price_now(const struct hanse_world *world, int32_t group)
{
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[group].accelerator];
    return a->price_eur * exp(a->price_trend_per_year * world->moving.now_h / HANSE_YEAR_H);
}

static enum hanse_status ship(struct hanse_world *world, int32_t index, int32_t count)
{
    int32_t n;
    const struct hanse_purchase *p = &purchases(world, &n)[index];
    struct state *s = supply(world);
    if (s->n_shipments == s->capacity) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 16;
        hanse_ref grown = hanse_arena_resize(&world->arena, s->shipments,
                                             s->capacity * sizeof(struct shipment),
                                             capacity * sizeof(struct shipment));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = supply(world);
        s->shipments = grown;
        s->capacity = capacity;
    }
    uint32_t number = s->n_shipments++;
    struct shipment *shipment = (struct shipment *)hanse__at(world, s->shipments) + number;
    *shipment = (struct shipment){index, count, price_now(world, p->group)};
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_purchase, index);
    uint32_t draw = (uint32_t)book_at(world, index)->shipments++;
    double u = hanse_uniform_at(s->lead_key, world->replication, entity, draw);
    double lead = hanse__duration_draw(&p->lead, u);
    return hanse__schedule(world, HANSE_MECHANISM_SUPPLY, EVENT_ARRIVE, HANSE_ORDER_FREES,
                           number, world->moving.now_h + lead);
}

static enum hanse_status deliver(struct hanse_world *world, int32_t purchase, int32_t count,
                                 double price_eur)
{
    int32_t n;
    const struct hanse_purchase *p = &purchases(world, &n)[purchase];
    book_at(world, purchase)->pipeline -= count;
    if (count == 0) {
        return HANSE_OK;
    }
    hanse__cells(world, HANSE_MECHANISM_SUPPLY, OUT_DELIVERED)[region_of(world, p->group)] +=
        count;
    HANSE_TRY(hanse__account_capital(world, p->group, count, price_eur, 0.0));
    return hanse__fleet_add(world, p->group, count);
}

static enum hanse_status arrive(struct hanse_world *world, int32_t purchase, int32_t count,
                                double price_eur)
{
    int32_t n;
    const struct hanse_purchase *p = &purchases(world, &n)[purchase];
    struct hanse_admission admission = hanse__shock_admit(world, p->group, p->payment, count);
    struct book *book = book_at(world, purchase);
    int32_t held = count - admission.passed - admission.cancelled;
    if (held > 0) {
        book->held_price = fmax(price_eur, book->held > 0 ? book->held_price : 0.0);
        book->held += held;
    }
    book->pipeline -= admission.cancelled;
    return deliver(world, purchase, admission.passed, price_eur);
}

enum hanse_status hanse__supply_release(struct hanse_world *world)
{
    int32_t n;
    const struct hanse_purchase *p = purchases(world, &n);
    for (int32_t i = 0; i < n; i++) {
        struct book *book = book_at(world, i);
        int32_t held = book->held;
        book->held = 0;
        if (held > 0) {
            HANSE_TRY(arrive(world, i, held, book->held_price));
            book = book_at(world, i);
        }
        if (book->deferred > 0 && !hanse__shock_orders_cut(world, p[i].group, p[i].payment)) {
            int32_t deferred = book->deferred;
            book->deferred = 0;
            HANSE_TRY(ship(world, i, deferred));
        }
    }
    return HANSE_OK;
}

static enum hanse_status order(struct hanse_world *world, int32_t index)
{
    int32_t n;
    const struct hanse_purchase *p = &purchases(world, &n)[index];
    struct book *book = book_at(world, index);
    double years = book->orders * p->every_h / HANSE_YEAR_H;
    double wanted = (double)p->count * exp(p->growth_per_year * years);
    book->orders++;
    if (!(wanted < 1e8)) {
        return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                           "purchase '%s': an order of at most 1e8 devices, got %g", p->name,
                           wanted);
    }
    int32_t count = (int32_t)lround(wanted);
    book->pipeline += count;
    double next_h = p->from_h + book->orders * p->every_h;
    if (p->every_h > 0.0 && next_h < p->until_h) {
        HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_SUPPLY, EVENT_ORDER, HANSE_ORDER_NEEDS,
                                  (uint32_t)index, next_h));
    }
    if (hanse__shock_orders_cut(world, p->group, p->payment)) {
        book_at(world, index)->deferred += count;
        return HANSE_OK;
    }
    return count > 0 ? ship(world, index, count) : HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    if (event->kind % 16 == EVENT_ORDER) {
        return order(world, (int32_t)event->entity);
    }
    const struct shipment *all = hanse__at(world, supply(world)->shipments);
    struct shipment s = all[event->entity];
    return arrive(world, s.purchase, s.count, s.price_eur);
}

static void month(struct hanse_world *world, int32_t which)
{
    int32_t n;
    const struct hanse_purchase *p = purchases(world, &n);
    double *pipeline = hanse__cells(world, HANSE_MECHANISM_SUPPLY, OUT_PIPELINE);
    for (int32_t i = 0; i < n; i++) {
        pipeline[region_of(world, p[i].group)] += book_at(world, i)->pipeline;
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    int32_t n;
    const struct hanse_purchase *p = purchases(world, &n);
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_SUPPLY] = ref;
    supply(world)->lead_key = hanse_purpose_key(world->seed, "lead time");
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(struct book), &ref));
    supply(world)->books = ref;
    for (int32_t i = 0; i < n; i++) {
        if (p[i].from_h < p[i].until_h) {
            HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_SUPPLY, EVENT_ORDER,
                                      HANSE_ORDER_NEEDS, (uint32_t)i, p[i].from_h));
        }
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_purchase, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "group",
     .type = HANSE_REFERENCE,
     .options = "group",
     .offset = AT(group),
     .flags = HANSE_REQUIRED,
     .doc = "device group it adds to, \"site/group\""},
    {.key = "count",
     .type = HANSE_INTEGER,
     .offset = AT(count),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e8,
     .doc = "devices in the first order"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "date of the first order"},
    {.key = "every",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(every_h),
     .low = 0,
     .high = 876000,
     .doc = "time between orders; 0: one order"},
    {.key = "until",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(until_h),
     .fallback = 876000,
     .low = 0,
     .high = 876000,
     .doc = "no orders from here on"},
    {.key = "growth",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(growth_per_year),
     .low = -5,
     .high = 5,
     .doc = "continuous yearly growth of the order's size"},
    HANSE_DURATION_FIELDS("lead", AT(lead), "mean time from order to usable", HANSE_REQUIRED,
                          "lognormal", 0.5),
    {.key = "payment",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(payment),
     .doc = "who carries the payment"},
};
#undef AT

const struct hanse_kind hanse_kind_purchase = {
    .name = "purchase",
    .doc = "Orders of new devices for a group, once or at intervals.",
    .size = sizeof(struct hanse_purchase),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
};
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

static const char *const EVENT_NAMES[] = {[EVENT_ORDER] = "order", [EVENT_ARRIVE] = "arrive"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int32_t purchase = (int32_t)event->entity;
    if (event->kind % 16 == EVENT_ARRIVE) {
        const struct shipment *all = hanse__at(world, supply(world)->shipments);
        purchase = all[event->entity].purchase;
    }
    hanse__name_row(world, &hanse_kind_purchase, purchase, text, size);
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
