#include "sim/process/stack.h"

#include <math.h>

#include "sim/process/account.h"
#include "sim/process/export.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_MONTH, EVENT_BEGUN, EVENT_PORTED };

struct state {
    struct hanse_purpose_key key;
    hanse_ref ported;      /* uint8_t [ports]: done */
    hanse_ref unsupported; /* double [accelerators × jurisdictions]: hours without support */
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_STACK]);
}

static double *unsupported_h(const struct hanse_world *world, int32_t accelerator,
                             int32_t jurisdiction)
{
    double *all = hanse__at(world, state_of(world)->unsupported);
    return &all[(size_t)accelerator * (size_t)world->tables.n_jurisdictions +
                (size_t)jurisdiction];
}

static struct hanse_actor vendor_of(const struct hanse_world *world,
                                    const struct hanse_stack *stack)
{
    return (struct hanse_actor){world->tables.kind_firm, stack->vendor};
}

double hanse__stack_factor(const struct hanse_world *world, int32_t accelerator,
                           int32_t workload, int32_t jurisdiction)
{
    const struct hanse_tables *t = &world->tables;
    int32_t index = t->accelerators[accelerator].stack;
    if (index < 0) {
        return 1.0;
    }
    const struct hanse_stack *stack = &t->stacks[index];
    if (stack->live &&
        hanse__shock_withdrawn(world, HANSE_AXIS_CONTROL, vendor_of(world, stack))) {
        return 0.0;
    }
    double years = *unsupported_h(world, accelerator, jurisdiction) / HANSE_YEAR_H;
    double factor = exp(-stack->ageing_per_year * years);
    const uint8_t *ported = hanse__at(world, state_of(world)->ported);
    for (int32_t i = 0; i < t->n_ports; i++) {
        if (t->ports[i].stack == index && t->ports[i].workload == workload) {
            factor *= ported[i] ? t->ports[i].efficiency : 0.0;
        }
    }
    return factor;
}

static bool supported(const struct hanse_world *world, int32_t accelerator,
                      int32_t jurisdiction)
{
    const struct hanse_stack *stack =
        &world->tables.stacks[world->tables.accelerators[accelerator].stack];
    return world->moving.now_h < stack->support_until_h &&
           !hanse__shock_withdrawn(world, HANSE_AXIS_SPARES, vendor_of(world, stack)) &&
           !hanse__export_firmware_cut(world, accelerator, jurisdiction);
}

static enum hanse_status plan(struct hanse_world *world, int what, int32_t index, double time_h)
{
    return hanse__schedule(world, HANSE_MECHANISM_STACK, what, HANSE_ORDER_FREES,
                           (uint32_t)index, time_h);
}

/* Speeds have changed: capacities are worked out anew. */
static void tell(struct hanse_world *world)
{
    world->moving.changes++;
    world->moving.rules++;
}

/* Another month with or without support. */
static enum hanse_status count_month(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    bool changed = false;
    for (int32_t a = 0; a < t->n_accelerators; a++) {
        for (int32_t j = 0; j < t->n_jurisdictions && t->accelerators[a].stack >= 0; j++) {
            double *hours = unsupported_h(world, a, j);
            double now = supported(world, a, j) ? 0.0 : *hours + HANSE_MONTH_H;
            changed |= now != *hours;
            *hours = now;
        }
    }
    if (changed) {
        tell(world);
    }
    return plan(world, EVENT_MONTH, 0, world->moving.now_h + HANSE_MONTH_H);
}

static enum hanse_status begin_port(struct hanse_world *world, int32_t index)
{
    const struct hanse_port *p = &world->tables.ports[index];
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_port, index);
    double u = hanse_uniform_at(state_of(world)->key, world->replication, entity, 0);
    if (p->payer >= 0) {
        hanse__account_pay_site(world, p->payer, p->cost_eur);
    }
    return plan(world, EVENT_PORTED, index,
                world->moving.now_h + hanse__duration_draw(&p->porting, u));
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    switch (event->kind % 16) {
    case EVENT_MONTH:
        return count_month(world);
    case EVENT_BEGUN:
        return begin_port(world, (int32_t)event->entity);
    default:
        ((uint8_t *)hanse__at(world, state_of(world)->ported))[event->entity] = 1;
        tell(world);
        return HANSE_OK;
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_STACK] = ref;
    struct state s = {.key = hanse_purpose_key(world->seed, "porting")};
    HANSE_TRY(hanse__take(world, (size_t)t->n_ports, 1, &s.ported));
    HANSE_TRY(hanse__take(world, (size_t)t->n_accelerators * (size_t)t->n_jurisdictions,
                          sizeof(double), &s.unsupported));
    *state_of(world) = s;
    for (int32_t i = 0; i < t->n_ports; i++) {
        HANSE_TRY(plan(world, EVENT_BEGUN, i, t->ports[i].from_h));
    }
    return t->n_stacks > 0 ? plan(world, EVENT_MONTH, 0, HANSE_MONTH_H) : HANSE_OK;
}

static enum hanse_status check_port(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_port *ports = hanse_scenario_table(scenario, &hanse_kind_port, &n);
    const struct hanse_port *p = &ports[index];
    for (int32_t i = 0; i < index; i++) {
        if (ports[i].stack == p->stack && ports[i].workload == p->workload) {
            return hanse_scenario_reject(scenario, &hanse_kind_port, index, "workload",
                                         "is ported to this stack by '%s' already",
                                         ports[i].name);
        }
    }
    if (p->cost_eur > 0.0 && p->payer < 0) {
        return hanse_scenario_reject(scenario, &hanse_kind_port, index, "cost",
                                     "needs a payer, but none is given");
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_stack, member)
static const struct hanse_field STACK_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "vendor",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = AT(vendor),
     .flags = HANSE_REQUIRED,
     .doc = "who supports it"},
    {.key = "live",
     .type = HANSE_FLAG,
     .offset = AT(live),
     .doc = "needs a live licence: stops when the vendor is withdrawn on axis control"},
    {.key = "firmware_open_to",
     .type = HANSE_ACTORS,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(firmware_open_to),
     .doc = "who may inspect its firmware and drivers beside those who can compel the vendor; "
            "nobody when not given, as for closed firmware"},
    {.key = "support_until",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(support_until_h),
     .fallback = 876000,
     .low = 0,
     .high = 876000,
     .doc = "date at which support ends anyway"},
    {.key = "ageing",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(ageing_per_year),
     .low = 0,
     .high = 10,
     .doc = "continuous yearly fall of speeds while there is no support"},
};
#undef AT
const struct hanse_kind hanse_kind_stack = {
    .name = "stack",
    .doc = "A software stack that accelerators are programmed with.",
    .size = sizeof(struct hanse_stack),
    .fields = STACK_FIELDS,
    .n_fields = sizeof STACK_FIELDS / sizeof *STACK_FIELDS,
};

#define AT(member) offsetof(struct hanse_port, member)
static const struct hanse_field PORT_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "stack",
     .type = HANSE_REFERENCE,
     .options = "stack",
     .offset = AT(stack),
     .flags = HANSE_REQUIRED,
     .doc = "where to"},
    {.key = "workload",
     .type = HANSE_REFERENCE,
     .options = "workload",
     .offset = AT(workload),
     .flags = HANSE_REQUIRED,
     .doc = "what is ported"},
    {.key = "efficiency",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(efficiency),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 2,
     .doc = "its speed there relative to what the device's figures say"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .low = 0,
     .high = 876000,
     .doc = "when porting begins; until it is done the workload does not run on the stack"},
    HANSE_DURATION_FIELDS("porting", AT(porting), "mean time it takes", 0, "lognormal", 0.5),
    {.key = "cost",
     .type = HANSE_NUMBER,
     .unit = "EUR",
     .offset = AT(cost_eur),
     .low = 0,
     .high = 1e12,
     .doc = "what it costs, paid when it begins"},
    {.key = "payer",
     .type = HANSE_REFERENCE,
     .options = "site",
     .offset = AT(payer),
     .needs = "cost > 0",
     .doc = "site whose operations pay"},
};
#undef AT
const struct hanse_kind hanse_kind_port = {
    .name = "port",
    .doc = "A workload's port to a software stack.",
    .size = sizeof(struct hanse_port),
    .fields = PORT_FIELDS,
    .n_fields = sizeof PORT_FIELDS / sizeof *PORT_FIELDS,
    .check = check_port,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_stack, &hanse_kind_port};

static const char *const EVENT_NAMES[] = {
    [EVENT_MONTH] = "month", [EVENT_BEGUN] = "begun", [EVENT_PORTED] = "ported"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    if (event->kind % 16 == EVENT_MONTH) {
        text[0] = '\0';
        return;
    }
    hanse__name_row(world, &hanse_kind_port, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_stack = {
    .name = "stack",
    .doc = "Software stacks, porting and support.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
