#include "sim/process/cause.h"

#include <math.h>
#include <stdio.h>

#include "sim/process/export.h"
#include "sim/process/jump.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_BEGIN, EVENT_END, EVENT_ARISE, EVENT_ASK };

struct moving {
    int32_t holds;   /* beginnings that have not ended */
    uint32_t begun;  /* so far: the count of the draws of their times */
    uint32_t arisen; /* epochs of the random process so far */
};

struct state {
    struct hanse_purpose_key epoch_key, lasts_key, delay_key, chance_key;
    hanse_ref causes; /* struct moving [n_causes] */
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_CAUSE]);
}

static struct moving *moving(const struct hanse_world *world, int32_t cause)
{
    return (struct moving *)hanse__at(world, state_of(world)->causes) + cause;
}

bool hanse__cause_holds(const struct hanse_world *world, int32_t cause)
{
    return cause < 0 || moving(world, cause)->holds > 0;
}

uint32_t hanse__cause_begun(const struct hanse_world *world, int32_t cause)
{
    return moving(world, cause)->begun;
}

static double uniform(const struct hanse_world *world, struct hanse_purpose_key key,
                      int32_t cause, uint32_t count)
{
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_cause, cause);
    return hanse_uniform_at(key, world->replication, entity, count);
}

static enum hanse_status plan(struct hanse_world *world, int what, enum hanse_order order,
                              int32_t cause, double time_h)
{
    return hanse__schedule(world, HANSE_MECHANISM_CAUSE, what, order, (uint32_t)cause, time_h);
}

/* What hangs on causes looks again. */
static enum hanse_status tell(struct hanse_world *world, int32_t cause,
                              enum hanse_note_what what)
{
    HANSE_TRY(hanse__note(world, what, &hanse_kind_cause, cause, 0.0));
    HANSE_TRY(hanse__jump_refresh(world));
    HANSE_TRY(hanse__export_refresh(world));
    return hanse__shock_refresh(world);
}

/* Causes that follow this one, each by its own luck. */
static enum hanse_status bring_others(struct hanse_world *world, int32_t cause, uint32_t count)
{
    for (int32_t i = 0; i < world->tables.n_causes; i++) {
        const struct hanse_cause *c = &world->tables.causes[i];
        const struct state *s = state_of(world);
        if (c->after != cause || uniform(world, s->chance_key, i, count) >= c->probability) {
            continue;
        }
        double delay_h =
            hanse__duration_draw(&c->delay, uniform(world, s->delay_key, i, count));
        double at_h = world->moving.now_h + delay_h;
        if (at_h >= c->from_h && at_h < c->to_h) {
            HANSE_TRY(plan(world, EVENT_BEGIN, HANSE_ORDER_BEGINS, i, at_h));
        }
    }
    return HANSE_OK;
}

static bool is_dated(const struct hanse_cause *c)
{
    return c->rate_per_h <= 0.0 && c->after < 0 && hanse_policy_hook(c->when) < 0;
}

static enum hanse_status begin_for(struct hanse_world *world, int32_t cause, double lasts_h)
{
    struct moving *m = moving(world, cause);
    uint32_t count = m->begun++;
    m->holds++;
    HANSE_TRY(plan(world, EVENT_END, HANSE_ORDER_ENDS, cause, world->moving.now_h + lasts_h));
    if (m->holds == 1) {
        HANSE_TRY(tell(world, cause, HANSE_NOTE_BEGUN));
    }
    return bring_others(world, cause, count);
}

static enum hanse_status begin(struct hanse_world *world, int32_t cause)
{
    const struct hanse_cause *c = &world->tables.causes[cause];
    if (is_dated(c)) {
        return begin_for(world, cause, c->to_h - c->from_h);
    }
    double u = uniform(world, state_of(world)->lasts_key, cause, moving(world, cause)->begun);
    return begin_for(world, cause, hanse__duration_draw(&c->lasts, u));
}

static enum hanse_status end(struct hanse_world *world, int32_t cause)
{
    struct moving *m = moving(world, cause);
    m->holds--;
    return m->holds == 0 ? tell(world, cause, HANSE_NOTE_ENDED) : HANSE_OK;
}

/* --- random epochs ----------------------------------------------------------------------- */

static enum hanse_status plan_epoch(struct hanse_world *world, int32_t cause, double after_h)
{
    const struct hanse_cause *c = &world->tables.causes[cause];
    uint32_t count = moving(world, cause)->arisen++;
    double at_h =
        after_h - log(uniform(world, state_of(world)->epoch_key, cause, count)) / c->rate_per_h;
    return at_h < c->to_h ? plan(world, EVENT_ARISE, HANSE_ORDER_BEGINS, cause, at_h)
                          : HANSE_OK;
}

/* --- scripted ---------------------------------------------------------------------------- */

/* The function sees the month and a chance of its own; lasts_months > 0 begins the cause. */
static enum hanse_status ask(struct hanse_world *world, int32_t cause)
{
    const struct hanse_cause *c = &world->tables.causes[cause];
    const struct moving *m = moving(world, cause);
    uint32_t month = (uint32_t)llround(world->moving.now_h / HANSE_MONTH_H);
    const struct hanse_hook_number numbers[] = {
        {"month", month},
        {"year", world->moving.now_h / HANSE_YEAR_H},
        {"holds", m->holds > 0},
        {"begun", m->begun},
        {"chance", uniform(world, state_of(world)->chance_key, cause, month)},
    };
    struct hanse_hook_answer answers[] = {{"lasts_months", 0.0, 0.0, 1200.0, false}};
    char what[160];
    snprintf(what, sizeof what, "cause '%s': when", c->name);
    const struct hanse_hook_call call = {
        .hook = hanse_policy_hook(c->when),
        .what = what,
        .numbers = numbers,
        .n_numbers = sizeof numbers / sizeof *numbers,
        .answers = answers,
        .n_answers = 1,
    };
    HANSE_TRY(world->hooks.call(world->hooks.self, world->ctx, &call));
    double next_h = world->moving.now_h + HANSE_MONTH_H;
    if (next_h < c->to_h) {
        HANSE_TRY(plan(world, EVENT_ASK, HANSE_ORDER_BEGINS, cause, next_h));
    }
    return answers[0].number > 0.0 ? begin_for(world, cause, answers[0].number * HANSE_MONTH_H)
                                   : HANSE_OK;
}

/* --- the mechanism ----------------------------------------------------------------------- */

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t cause = (int32_t)event->entity;
    switch (event->kind % 16) {
    case EVENT_BEGIN:
        return begin(world, cause);
    case EVENT_END:
        return end(world, cause);
    case EVENT_ARISE:
        HANSE_TRY(plan_epoch(world, cause, world->moving.now_h));
        return begin(world, cause);
    default:
        return ask(world, cause);
    }
}

static enum hanse_status start_cause(struct hanse_world *world, int32_t cause)
{
    const struct hanse_cause *c = &world->tables.causes[cause];
    if (!(c->to_h > c->from_h) || c->after >= 0) {
        return HANSE_OK;
    }
    if (c->rate_per_h > 0.0) {
        return plan_epoch(world, cause, c->from_h);
    }
    if (hanse_policy_hook(c->when) >= 0) {
        return plan(world, EVENT_ASK, HANSE_ORDER_BEGINS, cause,
                    ceil(c->from_h / HANSE_MONTH_H) * HANSE_MONTH_H);
    }
    return plan(world, EVENT_BEGIN, HANSE_ORDER_BEGINS, cause, c->from_h);
}

static enum hanse_status init(struct hanse_world *world)
{
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_CAUSE] = ref;
    struct state s = {
        .epoch_key = hanse_purpose_key(world->seed, "cause epoch"),
        .lasts_key = hanse_purpose_key(world->seed, "cause lasts"),
        .delay_key = hanse_purpose_key(world->seed, "cause delay"),
        .chance_key = hanse_purpose_key(world->seed, "cause chance"),
    };
    HANSE_TRY(
        hanse__take(world, (size_t)world->tables.n_causes, sizeof(struct moving), &s.causes));
    *state_of(world) = s;
    for (int32_t i = 0; i < world->tables.n_causes; i++) {
        HANSE_TRY(start_cause(world, i));
    }
    return HANSE_OK;
}

/* One way of coming about, and all that it needs. */
static enum hanse_status check_cause(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_cause *all = hanse_scenario_table(scenario, &hanse_kind_cause, &n);
    const struct hanse_cause *c = &all[index];
    bool scripted = hanse_policy_hook(c->when) >= 0;
    if ((c->rate_per_h > 0.0) + (c->after >= 0) + scripted > 1) {
        return hanse_scenario_reject(scenario, &hanse_kind_cause, index, "rate",
                                     "a cause comes about by its rate, after another cause or "
                                     "by a function, only one of the three");
    }
    if ((c->rate_per_h > 0.0 || c->after >= 0) && c->lasts.mean_h <= 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_cause, index, "lasts_time",
                                     "must be > 0 for a cause that is not dated, got %g h",
                                     c->lasts.mean_h);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_cause, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "start, from hour 0; of a cause that is not dated, when it may first begin"},
    {.key = "to",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(to_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 8.76e9,
     .doc = "end, not included; of a cause that is not dated, from when it begins no more"},
    {.key = "rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(rate_per_h),
     .low = 0,
     .high = 1,
     .doc = "rate of a Poisson process at whose epochs it begins; 0: not random"},
    {.key = "after",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(after),
     .flags = HANSE_ACYCLIC,
     .doc = "another cause whose beginnings bring this one"},
    {.key = "probability",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(probability),
     .fallback = 1,
     .low = 0,
     .high = 1,
     .needs = "after given",
     .doc = "with which each of them does"},
    HANSE_DURATION_FIELDS_WHERE("after given", "delay", AT(delay), "mean time between the two",
                                0, "constant", 0.5),
    HANSE_DURATION_FIELDS_WHERE("rate > 0 or after given", "lasts", AT(lasts),
                                "mean time it holds when random or following", 0, "exponential",
                                1),
    {.key = "when",
     .type = HANSE_POLICY,
     .options = "always",
     .offset = AT(when),
     .fallback_text = "always",
     .doc = "a function that is asked every month and answers lasts_months"},
};
#undef AT

const struct hanse_kind hanse_kind_cause = {
    .name = "cause",
    .doc = "What sets shocks off together: dated, random, following another or scripted.",
    .size = sizeof(struct hanse_cause),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_cause,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_cause};

static const char *const EVENT_NAMES[] = {
    [EVENT_BEGIN] = "begin", [EVENT_END] = "end", [EVENT_ARISE] = "arise", [EVENT_ASK] = "ask"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_cause, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_cause = {
    .name = "cause",
    .doc = "What sets shocks off.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
