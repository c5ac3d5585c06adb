#include "sim/process/export.h"

#include <math.h>
#include <string.h>

#include "sim/process/cause.h"
#include "sim/process/fleet.h"
#include "sim/process/jump.h"
#include "sim/process/shock.h"
#include "sim/process/supply.h"
#include "sim/process/world.h"

enum { EVENT_RESTRICT, EVENT_LIFT, EVENT_YEAR };

struct rule {       /* one per restriction */
    bool in_window; /* by its dates */
    bool in_force;  /* and its cause holds */
    double since_h; /* when it last came into force */
};

struct state {
    struct hanse_purpose_key denial_key, licence_key, overcompliance_key;
    hanse_ref rules;     /* struct rule [restrictions] */
    hanse_ref used;      /* double [restrictions × jurisdictions]: TPP let in, in all */
    hanse_ref used_year; /* the same, this year of the rule */
    hanse_ref exempt;    /* double [restrictions × operators]: TPP exempted this year */
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_EXPORT]);
}

static struct rule *rule_at(const struct hanse_world *world, int32_t restriction)
{
    return (struct rule *)hanse__at(world, state_of(world)->rules) + restriction;
}

/* --- what a rule controls ---------------------------------------------------------------- */

struct hanse_limb hanse_limb_open(void)
{
    const struct hanse_span all = {0.0, HANSE_SPAN_END};
    return (struct hanse_limb){.restriction = -1,
                               .tpp = all,
                               .performance_density = all,
                               .memory_bandwidth_gbps = all,
                               .interconnect_gbps = all};
}

static bool asks(const struct hanse_span *span)
{
    return span->from > 0.0 || span->below < HANSE_SPAN_END;
}

static enum hanse_caught within(const struct hanse_span *span, double x)
{
    if (!asks(span)) {
        return HANSE_CAUGHT;
    }
    if (isnan(x)) {
        return HANSE_CAUGHT_UNKNOWN;
    }
    return x >= span->from && x < span->below ? HANSE_CAUGHT : HANSE_CAUGHT_NOT;
}

enum hanse_caught hanse_limb_catches(const struct hanse_limb *limb,
                                     const struct hanse_export_metrics *metrics)
{
    const enum hanse_caught each[] = {
        within(&limb->tpp, metrics->tpp),
        within(&limb->performance_density, metrics->performance_density),
        within(&limb->memory_bandwidth_gbps, metrics->memory_bandwidth_gbps),
        within(&limb->interconnect_gbps, metrics->interconnect_gbps),
        limb->data_centre_only && !metrics->data_centre ? HANSE_CAUGHT_NOT : HANSE_CAUGHT,
    };
    enum hanse_caught least = HANSE_CAUGHT;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        least = each[i] < least ? each[i] : least;
    }
    return least;
}

static bool controls(const struct hanse_world *world, int32_t restriction, int32_t accelerator)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_restriction *r = &t->restrictions[restriction];
    const struct hanse_accelerator *a = &t->accelerators[accelerator];
    if (a->tpp >= r->tpp_over ||
        (a->tpp >= r->dense_tpp_over && a->performance_density >= r->density_over)) {
        return true;
    }
    for (int32_t i = 0; i < r->parts.count; i++) {
        if (r->parts.items[i] == accelerator) {
            return true;
        }
    }
    const struct hanse_export_metrics metrics = {a->tpp, a->performance_density,
                                                 a->bandwidth_gbps, a->interconnect_gbps,
                                                 a->data_centre};
    for (int32_t i = 0; i < t->n_limbs; i++) {
        if (t->limbs[i].restriction == restriction &&
            hanse_limb_catches(&t->limbs[i], &metrics) == HANSE_CAUGHT) {
            return true;
        }
    }
    return false;
}

static bool reaches_maker(const struct hanse_world *world, const struct hanse_restriction *r,
                          int32_t accelerator)
{
    const struct hanse_accelerator *a = &world->tables.accelerators[accelerator];
    int32_t kind = world->tables.kind_firm;
    return hanse__actor_covers(world, r->authority, (struct hanse_actor){kind, a->vendor}) ||
           hanse__actor_covers(world, r->authority, (struct hanse_actor){kind, a->fab});
}

static bool names_target(const struct hanse_world *world, const struct hanse_restriction *r,
                         int32_t destination)
{
    struct hanse_actor place = {world->tables.kind_jurisdiction, destination};
    for (int32_t i = 0; i < r->targets.count; i++) {
        if (hanse__actor_covers(world, r->targets.items[i], place)) {
            return true;
        }
    }
    return false;
}

/* Is some member of a single market that the destination is in left free? */
static bool comes_in_elsewhere(const struct hanse_world *world,
                               const struct hanse_restriction *r, int32_t destination)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_list *blocs = &t->jurisdictions[destination].blocs;
    for (int32_t b = 0; b < blocs->count; b++) {
        struct hanse_actor bloc = {t->kind_bloc, blocs->items[b]};
        for (int32_t j = 0; j < t->n_jurisdictions; j++) {
            struct hanse_actor member = {t->kind_jurisdiction, j};
            if (t->blocs[blocs->items[b]].intra_bloc_transfer &&
                hanse__actor_covers(world, bloc, member) && !names_target(world, r, j)) {
                return true;
            }
        }
    }
    return false;
}

static bool targets(const struct hanse_world *world, const struct hanse_restriction *r,
                    int32_t destination)
{
    return names_target(world, r, destination) && !comes_in_elsewhere(world, r, destination);
}

static int32_t destination_of(const struct hanse_world *world, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    return t->regions[t->sites[t->groups[group].site].region].jurisdiction;
}

/* Is the rule in force against this destination, for devices it reaches? */
static bool bears_on(const struct hanse_world *world, int32_t restriction, int32_t group)
{
    const struct hanse_restriction *r = &world->tables.restrictions[restriction];
    return rule_at(world, restriction)->in_force &&
           targets(world, r, destination_of(world, group)) &&
           reaches_maker(world, r, world->tables.groups[group].accelerator);
}

static bool catches(const struct hanse_world *world, int32_t restriction, int32_t group)
{
    return bears_on(world, restriction, group) &&
           controls(world, restriction, world->tables.groups[group].accelerator);
}

static enum hanse_effect effect_of(const struct hanse_restriction *r)
{
    if (r->effect >= 0) {
        return (enum hanse_effect)r->effect;
    }
    bool capped = r->allowance_tpp > 0.0 || r->allowance_tpp_per_year > 0.0;
    return capped ? HANSE_EFFECT_CAP : HANSE_EFFECT_BAN;
}

/* --- questions --------------------------------------------------------------------------- */

bool hanse__export_spares_cut(const struct hanse_world *world, int32_t group)
{
    for (int32_t i = 0; i < world->tables.n_restrictions; i++) {
        const struct hanse_restriction *r = &world->tables.restrictions[i];
        /* Caps and licences are about new devices; replacing a lost one adds none. */
        if (r->spares && effect_of(r) == HANSE_EFFECT_BAN && catches(world, i, group)) {
            return true;
        }
    }
    return false;
}

bool hanse__export_firmware_cut(const struct hanse_world *world, int32_t accelerator,
                                int32_t jurisdiction)
{
    for (int32_t i = 0; i < world->tables.n_restrictions; i++) {
        const struct hanse_restriction *r = &world->tables.restrictions[i];
        if (r->firmware && rule_at(world, i)->in_force && targets(world, r, jurisdiction) &&
            reaches_maker(world, r, accelerator) && controls(world, i, accelerator)) {
            return true;
        }
    }
    return false;
}

bool hanse__export_restricted(const struct hanse_world *world, int32_t group)
{
    for (int32_t i = 0; i < world->tables.n_restrictions; i++) {
        if (effect_of(&world->tables.restrictions[i]) != HANSE_EFFECT_NONE &&
            catches(world, i, group)) {
            return true;
        }
    }
    return false;
}

bool hanse__export_refuses(const struct hanse_world *world, int32_t restriction, int32_t group)
{
    return bears_on(world, restriction, group);
}

/* --- orders ------------------------------------------------------------------------------ */

static double *exempted(const struct hanse_world *world, int32_t restriction, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    int32_t buyer = hanse__site_owner(world, t->groups[group].site);
    double *all = hanse__at(world, state_of(world)->exempt);
    return &all[(size_t)restriction * (size_t)t->n_operators + (size_t)buyer];
}

static int32_t fitting(double left_tpp, double tpp, int32_t count)
{
    return tpp > 0.0 ? (int32_t)fmax(0.0, fmin(count, floor(left_tpp / tpp))) : count;
}

/* What every rule that catches the order would let through exempt; uses it up. */
static int32_t use_exemptions(struct hanse_world *world, const struct hanse_export_order *order)
{
    const struct hanse_tables *t = &world->tables;
    double tpp = t->accelerators[t->groups[order->group].accelerator].tpp;
    int32_t exempt = order->count;
    bool caught = false;
    for (int32_t i = 0; i < t->n_restrictions; i++) {
        if (catches(world, i, order->group)) {
            double left =
                t->restrictions[i].exempt_tpp_per_year - *exempted(world, i, order->group);
            exempt = fitting(left, tpp, exempt);
            caught = true;
        }
    }
    for (int32_t i = 0; caught && i < t->n_restrictions; i++) {
        if (catches(world, i, order->group)) {
            *exempted(world, i, order->group) += exempt * tpp;
        }
    }
    return caught ? exempt : 0;
}

static double luck(const struct hanse_world *world, struct hanse_purpose_key key,
                   int32_t restriction, const struct hanse_export_order *order)
{
    uint64_t rule =
        hanse_scenario_entity(world->scenario, &hanse_kind_restriction, restriction);
    return hanse_uniform_at(key, world->replication, rule ^ order->entity, order->number);
}

static void apply_licence(const struct hanse_world *world, int32_t restriction,
                          const struct hanse_export_order *order, struct hanse_ruling *ruling)
{
    const struct hanse_restriction *r = &world->tables.restrictions[restriction];
    const struct state *s = state_of(world);
    if (luck(world, s->denial_key, restriction, order) < r->denial) {
        ruling->refused_by = restriction;
        return;
    }
    double u = luck(world, s->licence_key, restriction, order);
    ruling->wait_h = fmax(ruling->wait_h, hanse__duration_draw(&r->licence, u));
}

struct hanse_ruling hanse__export_rule(struct hanse_world *world,
                                       const struct hanse_export_order *order)
{
    struct hanse_ruling ruling = {.refused_by = -1, .price_factor = 1.0};
    ruling.exempt = use_exemptions(world, order);
    for (int32_t i = 0; i < world->tables.n_restrictions && ruling.refused_by < 0; i++) {
        const struct hanse_restriction *r = &world->tables.restrictions[i];
        if (!bears_on(world, i, order->group)) {
            continue;
        }
        if (!controls(world, i, world->tables.groups[order->group].accelerator)) {
            double u = luck(world, state_of(world)->overcompliance_key, i, order);
            ruling.refused_by = u < r->overcompliance ? i : -1;
            continue;
        }
        ruling.price_factor *= 1.0 + r->levy;
        if (effect_of(r) == HANSE_EFFECT_BAN) {
            ruling.refused_by = i;
        } else if (effect_of(r) == HANSE_EFFECT_LICENCE) {
            apply_licence(world, i, order, &ruling);
        }
    }
    return ruling;
}

/* --- the border -------------------------------------------------------------------------- */

/* A cap's room left for a destination: the less of "in all" and "this year". */
static double room_left(const struct hanse_world *world, int32_t restriction, int32_t place)
{
    const struct hanse_restriction *r = &world->tables.restrictions[restriction];
    size_t cell = (size_t)restriction * (size_t)world->tables.n_jurisdictions + (size_t)place;
    const double *used = hanse__at(world, state_of(world)->used);
    const double *used_year = hanse__at(world, state_of(world)->used_year);
    double ever = r->allowance_tpp > 0.0 ? r->allowance_tpp - used[cell] : INFINITY;
    double year = r->allowance_tpp_per_year > 0.0 ? r->allowance_tpp_per_year - used_year[cell]
                                                  : INFINITY;
    return fmin(ever, year);
}

static void use_room(struct hanse_world *world, int32_t restriction, int32_t place, double tpp)
{
    size_t cell = (size_t)restriction * (size_t)world->tables.n_jurisdictions + (size_t)place;
    ((double *)hanse__at(world, state_of(world)->used))[cell] += tpp;
    ((double *)hanse__at(world, state_of(world)->used_year))[cell] += tpp;
}

struct hanse_admission hanse__export_admit(struct hanse_world *world, int32_t group,
                                           int32_t count, double accepted_h)
{
    const struct hanse_tables *t = &world->tables;
    double tpp = t->accelerators[t->groups[group].accelerator].tpp;
    int32_t place = destination_of(world, group);
    int32_t passed = count;
    for (int32_t i = 0; i < t->n_restrictions; i++) {
        const struct hanse_restriction *r = &t->restrictions[i];
        enum hanse_effect effect = effect_of(r);
        if (effect == HANSE_EFFECT_NONE || !catches(world, i, group)) {
            continue;
        }
        if (effect == HANSE_EFFECT_CAP) {
            passed = fitting(room_left(world, i, place), tpp, passed);
        } else if (accepted_h >= rule_at(world, i)->since_h) {
            continue; /* under this very rule, so with its licence */
        } else if (r->pipeline == HANSE_PIPELINE_CANCELLED) {
            return (struct hanse_admission){0, count};
        } else if (r->pipeline == HANSE_PIPELINE_HELD) {
            passed = 0;
        }
    }
    for (int32_t i = 0; i < t->n_restrictions; i++) {
        if (effect_of(&t->restrictions[i]) == HANSE_EFFECT_CAP && catches(world, i, group)) {
            use_room(world, i, place, passed * tpp);
        }
    }
    return (struct hanse_admission){passed, 0};
}

/* --- coming into force ------------------------------------------------------------------- */

static enum hanse_status plan(struct hanse_world *world, int what, enum hanse_order order,
                              int32_t index, double time_h)
{
    return hanse__schedule(world, HANSE_MECHANISM_EXPORT, what, order, (uint32_t)index, time_h);
}

static enum hanse_status release(struct hanse_world *world)
{
    world->moving.changes++;
    HANSE_TRY(hanse__fleet_release(world));
    return hanse__supply_release(world);
}

static bool counts_years(const struct hanse_restriction *r)
{
    return r->allowance_tpp_per_year > 0.0 || r->exempt_tpp_per_year > 0.0;
}

static enum hanse_status follow(struct hanse_world *world, int32_t index, bool *changed)
{
    const struct hanse_restriction *r = &world->tables.restrictions[index];
    struct rule *rule = rule_at(world, index);
    bool now = rule->in_window && hanse__cause_holds(world, r->cause);
    if (now == rule->in_force) {
        return HANSE_OK;
    }
    rule->in_force = now;
    rule->since_h = world->moving.now_h;
    *changed = true;
    if (now && counts_years(r)) {
        HANSE_TRY(plan(world, EVENT_YEAR, HANSE_ORDER_BEGINS, index,
                       world->moving.now_h + HANSE_YEAR_H));
    }
    return hanse__note(world, now ? HANSE_NOTE_RESTRICTED : HANSE_NOTE_LIFTED,
                       &hanse_kind_restriction, index, 0.0);
}

enum hanse_status hanse__export_refresh(struct hanse_world *world)
{
    bool changed = false;
    for (int32_t i = 0; i < world->tables.n_restrictions; i++) {
        HANSE_TRY(follow(world, i, &changed));
    }
    return changed ? release(world) : HANSE_OK;
}

/* A year of the rule is full: allowances and exemptions of the next one. An event of a time
 * when the rule was out of force in between comes too early and is passed over. */
static enum hanse_status turn_year(struct hanse_world *world, int32_t index)
{
    const struct hanse_tables *t = &world->tables;
    const struct rule *rule = rule_at(world, index);
    double years = (world->moving.now_h - rule->since_h) / HANSE_YEAR_H;
    if (!rule->in_force || fabs(years - round(years)) > 1e-9) {
        return HANSE_OK;
    }
    size_t n = (size_t)t->n_jurisdictions, m = (size_t)t->n_operators;
    double *used = hanse__at(world, state_of(world)->used_year);
    double *exempt = hanse__at(world, state_of(world)->exempt);
    memset(used + (size_t)index * n, 0, n * sizeof *used);
    memset(exempt + (size_t)index * m, 0, m * sizeof *exempt);
    HANSE_TRY(
        plan(world, EVENT_YEAR, HANSE_ORDER_BEGINS, index, world->moving.now_h + HANSE_YEAR_H));
    return release(world);
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t index = (int32_t)event->entity;
    int what = event->kind % 16;
    if (what == EVENT_YEAR) {
        return turn_year(world, index);
    }
    rule_at(world, index)->in_window = what == EVENT_RESTRICT;
    return hanse__export_refresh(world);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    size_t n = (size_t)t->n_restrictions;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_EXPORT] = ref;
    struct state s = {
        .denial_key = hanse_purpose_key(world->seed, "licence denied"),
        .licence_key = hanse_purpose_key(world->seed, "licence time"),
        .overcompliance_key = hanse_purpose_key(world->seed, "overcompliance"),
    };
    HANSE_TRY(hanse__take(world, n, sizeof(struct rule), &s.rules));
    HANSE_TRY(hanse__take(world, n * (size_t)t->n_jurisdictions, sizeof(double), &s.used));
    HANSE_TRY(hanse__take(world, n * (size_t)t->n_jurisdictions, sizeof(double), &s.used_year));
    HANSE_TRY(hanse__take(world, n * (size_t)t->n_operators, sizeof(double), &s.exempt));
    *state_of(world) = s;
    for (int32_t i = 0; i < t->n_restrictions; i++) {
        const struct hanse_restriction *r = &t->restrictions[i];
        if (r->to_h > r->from_h) {
            HANSE_TRY(plan(world, EVENT_RESTRICT, HANSE_ORDER_BEGINS, i, r->from_h));
            HANSE_TRY(plan(world, EVENT_LIFT, HANSE_ORDER_ENDS, i, r->to_h));
        }
    }
    return HANSE_OK;
}

static const char *const EVENT_NAMES[] = {
    [EVENT_RESTRICT] = "restrict", [EVENT_LIFT] = "lift", [EVENT_YEAR] = "year"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_restriction, (int32_t)event->entity, text, size);
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_restriction, &hanse_kind_limb};

const struct hanse_mechanism hanse_mechanism_export = {
    .name = "export",
    .doc = "Export regimes: bans, caps, licences, levies.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
