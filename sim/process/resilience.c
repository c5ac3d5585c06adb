#include "sim/process/resilience.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/model/derive.h"
#include "sim/process/cause.h"
#include "sim/process/currency.h"
#include "sim/process/export.h"
#include "sim/process/hazard.h"
#include "sim/process/islands.h"
#include "sim/process/jump.h"
#include "sim/process/shock.h"
#include "sim/process/viewer.h"
#include "sim/process/world.h"

/* More links than this are one row together. */
enum { LINKS_APART = 16 };

enum {
    OUT_EPISODES,
    OUT_OPEN,
    OUT_DEPTHS,
    OUT_DURATIONS,
    OUT_AREAS,
    OUT_WORK,
    OUT_RECOVERIES,
};

enum { EVENT_BEGIN, EVENT_END };

struct episode { /* of a shock */
    bool begins; /* with the next hour */
    bool open;
    int32_t holding;   /* how many things of the row hold now */
    int32_t month;     /* in which it began */
    int64_t began;     /* hour */
    int64_t last_lost; /* by anybody, or the hour it last held */
};

struct harm { /* of a viewer in an episode */
    double depth;
    int64_t recovery_h;
};

struct state {
    int32_t n_shocks, n_viewers, n_open;
    hanse_ref episodes;   /* struct episode [shocks] */
    hanse_ref harms;      /* struct harm [shocks × viewers] */
    hanse_ref week;       /* float [viewers × 168]: Q of the last week's hours */
    hanse_ref references; /* float [shocks × viewers × 168] */
};

static struct state *resilience(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_RESILIENCE]);
}

static const struct hanse_shock *shocks(const struct hanse_world *world, int32_t *n)
{
    return hanse_scenario_table(world->scenario, &hanse_kind_shock, n);
}

/* --- the rows ---------------------------------------------------------------------------- */

/* Every struct of these kinds starts with name and label. */
static const struct hanse_kind *const SHOCKS[] = {
    &hanse_kind_withdraw,    &hanse_kind_restriction, &hanse_kind_hazard,  &hanse_kind_cause,
    &hanse_kind_devaluation, &hanse_kind_jump,        &hanse_kind_takeover};

static enum hanse_status add_shock(struct hanse_deriving *deriving,
                                   const struct hanse_kind *kind, const char *name)
{
    const struct hanse_scenario *scenario = hanse__derive_scenario(deriving);
    int32_t n, index = hanse_scenario_find(scenario, kind, name);
    char path[256];
    const char *texts[2] = {name, path};
    void *row;
    snprintf(path, sizeof path, "%s/%s", kind->name, name);
    if (index >= 0) {
        const char *rows = hanse_scenario_table(scenario, kind, &n);
        memcpy(texts, rows + (size_t)index * kind->size, sizeof texts);
    }
    HANSE_TRY(hanse__derive_row(deriving, path, index >= 0 ? texts[1] : path, &row));
    struct hanse_shock *shock = row;
    shock->kind = hanse_scenario_kind(scenario, kind->name);
    shock->index = index;
    return HANSE_OK;
}

static enum hanse_status add_all(struct hanse_deriving *deriving, const struct hanse_kind *kind)
{
    const char *name;
    for (size_t i = 0; (name = hanse__derive_declared(deriving, kind->name, i)) != NULL; i++) {
        HANSE_TRY(add_shock(deriving, kind, name));
    }
    return HANSE_OK;
}

/* A cable cut each, or one row for all where there are many. */
static enum hanse_status add_links(struct hanse_deriving *deriving)
{
    if (hanse__derive_declared(deriving, hanse_kind_link.name, LINKS_APART) == NULL) {
        return add_all(deriving, &hanse_kind_link);
    }
    void *row;
    HANSE_TRY(hanse__derive_row(deriving, "link", "any link", &row));
    struct hanse_shock *shock = row;
    shock->kind = hanse_scenario_kind(hanse__derive_scenario(deriving), hanse_kind_link.name);
    shock->index = -1;
    shock->any = true;
    return HANSE_OK;
}

static enum hanse_status derive_shocks(struct hanse_deriving *deriving)
{
    for (size_t i = 0; i < sizeof SHOCKS / sizeof *SHOCKS; i++) {
        HANSE_TRY(add_all(deriving, SHOCKS[i]));
    }
    return add_links(deriving);
}

const struct hanse_kind hanse_kind_shock = {
    .name = "shock",
    .doc = "each withdrawal, restriction, hazard, cause, devaluation, jump and takeover, each "
           "link's break (all together where there are more than 16 links)",
    .size = sizeof(struct hanse_shock),
    .derive = derive_shocks,
};

/* --- beginning and end -------------------------------------------------------------------- */

static struct episode *episode_of(const struct hanse_world *world, int32_t shock)
{
    return (struct episode *)hanse__at(world, resilience(world)->episodes) + shock;
}

/* Which row a thing is: -1 none. */
static int32_t find_shock(const struct hanse_world *world, int32_t kind, int32_t index)
{
    int32_t n;
    const struct hanse_shock *rows = shocks(world, &n);
    for (int32_t s = 0; s < n; s++) {
        if (rows[s].kind == kind && (rows[s].any || rows[s].index == index)) {
            return s;
        }
    }
    return -1;
}

static void begin(struct hanse_world *world, int32_t shock)
{
    struct episode *e = episode_of(world, shock);
    e->begins = true;
    e->holding++;
}

static void end(struct hanse_world *world, int32_t shock)
{
    struct episode *e = episode_of(world, shock);
    e->holding -= e->holding > 0;
}

static bool is_beginning(uint32_t what)
{
    return what == HANSE_NOTE_WITHDRAWN || what == HANSE_NOTE_RESTRICTED ||
           what == HANSE_NOTE_STRUCK || what == HANSE_NOTE_BROKEN || what == HANSE_NOTE_BEGUN ||
           what == HANSE_NOTE_CLOSED;
}

/* Jumps that hang on a cause hold while it does, within their window. */
static void follow_jumps(struct hanse_world *world, int32_t cause, bool begins)
{
    const struct hanse_tables *t = &world->tables;
    int32_t kind = hanse_scenario_kind(world->scenario, hanse_kind_jump.name);
    double now = world->moving.now_h;
    for (int32_t j = 0; j < t->n_jumps; j++) {
        const struct hanse_jump *jump = &t->jumps[j];
        int32_t shock = find_shock(world, kind, j);
        if (jump->cause == cause && shock >= 0 && now >= jump->from_h && now < jump->to_h) {
            if (begins) {
                begin(world, shock);
            } else {
                end(world, shock);
            }
        }
    }
}

void hanse__resilience_note(struct hanse_world *world, uint32_t what, uint32_t kind,
                            uint32_t entity)
{
    if (world->moving.state[HANSE_MECHANISM_RESILIENCE] == 0 ||
        resilience(world)->n_shocks == 0) {
        return;
    }
    int32_t shock = find_shock(world, (int32_t)kind, (int32_t)entity);
    if (shock >= 0 && is_beginning(what)) {
        begin(world, shock);
    } else if (shock >= 0) {
        end(world, shock);
    }
    if (what == HANSE_NOTE_BEGUN || what == HANSE_NOTE_ENDED) {
        follow_jumps(world, (int32_t)entity, what == HANSE_NOTE_BEGUN);
    }
}

/* What leaves no note: devaluations, which nothing ends, and jumps without a cause. */
static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    if (event->kind % 16 == EVENT_END) {
        end(world, (int32_t)event->entity);
        return HANSE_OK;
    }
    int32_t n;
    const struct hanse_shock *shock = &shocks(world, &n)[event->entity];
    begin(world, (int32_t)event->entity);
    if (shock->kind == hanse_scenario_kind(world->scenario, hanse_kind_devaluation.name)) {
        end(world, (int32_t)event->entity);
    }
    return HANSE_OK;
}

static enum hanse_status schedule(struct hanse_world *world, int what, int32_t shock,
                                  double time_h)
{
    return hanse__schedule(world, HANSE_MECHANISM_RESILIENCE, what,
                           what == EVENT_BEGIN ? HANSE_ORDER_BEGINS : HANSE_ORDER_ENDS,
                           (uint32_t)shock, time_h);
}

static enum hanse_status schedule_dated(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    int32_t kind = hanse_scenario_kind(world->scenario, hanse_kind_jump.name);
    for (int32_t j = 0; j < t->n_jumps; j++) {
        int32_t shock = find_shock(world, kind, j);
        if (shock >= 0 && t->jumps[j].cause < 0 && t->jumps[j].to_h > t->jumps[j].from_h) {
            HANSE_TRY(schedule(world, EVENT_BEGIN, shock, t->jumps[j].from_h));
            HANSE_TRY(schedule(world, EVENT_END, shock, t->jumps[j].to_h));
        }
    }
    kind = hanse_scenario_kind(world->scenario, hanse_kind_devaluation.name);
    for (int32_t d = 0; d < t->n_devaluations; d++) {
        int32_t shock = find_shock(world, kind, d);
        if (shock >= 0) {
            HANSE_TRY(schedule(world, EVENT_BEGIN, shock, t->devaluations[d].at_h));
        }
    }
    return HANSE_OK;
}

/* --- one hour ---------------------------------------------------------------------------- */

/* An episode's figure of a viewer, in the month in which the episode began. */
static double *cell(const struct hanse_world *world, int output, int32_t month, int32_t shock,
                    int32_t viewer)
{
    const struct state *s = resilience(world);
    const struct hanse_column *column =
        &world->layout->columns[world->first_column[HANSE_MECHANISM_RESILIENCE] + output];
    double *series = hanse__at(world, world->moving.series);
    return series + column->offset + (size_t)month * (size_t)column->n_items +
           (size_t)(shock * s->n_viewers + viewer);
}

static void open_episode(struct hanse_world *world, int32_t shock, int64_t hour)
{
    struct state *s = resilience(world);
    struct episode *e = episode_of(world, shock);
    e->begins = false;
    e->last_lost = hour;
    if (e->open) {
        return;
    }
    e->open = true;
    e->began = hour;
    e->month = world->moving.month;
    s->n_open++;
    size_t week = (size_t)s->n_viewers * HANSE_WEEK_H;
    float *reference = (float *)hanse__at(world, s->references) + (size_t)shock * week;
    memcpy(reference, hanse__at(world, s->week), week * sizeof *reference);
    struct harm *harms = (struct harm *)hanse__at(world, s->harms) + shock * s->n_viewers;
    memset(harms, 0, (size_t)s->n_viewers * sizeof *harms);
    for (int32_t v = 0; v < s->n_viewers; v++) {
        *cell(world, OUT_EPISODES, e->month, shock, v) += 1.0;
        *cell(world, OUT_OPEN, e->month, shock, v) += 1.0;
    }
}

static void open_episodes(struct hanse_world *world, int64_t hour)
{
    for (int32_t i = 0; i < resilience(world)->n_shocks; i++) {
        if (episode_of(world, i)->begins) {
            open_episode(world, i, hour);
        }
    }
}

/* A viewer's hour in an episode. */
static void suffer(struct hanse_world *world, int32_t shock, int32_t viewer, int64_t hour,
                   double loss, double asked)
{
    const struct state *s = resilience(world);
    struct episode *e = episode_of(world, shock);
    struct harm *harm =
        (struct harm *)hanse__at(world, s->harms) + shock * s->n_viewers + viewer;
    int64_t recovery_h = hour + 1 - e->began;
    *cell(world, OUT_DEPTHS, e->month, shock, viewer) += fmax(0.0, loss - harm->depth);
    *cell(world, OUT_DURATIONS, e->month, shock, viewer) += 1.0;
    *cell(world, OUT_AREAS, e->month, shock, viewer) += loss;
    *cell(world, OUT_WORK, e->month, shock, viewer) += loss * asked;
    *cell(world, OUT_RECOVERIES, e->month, shock, viewer) +=
        (double)(recovery_h - harm->recovery_h);
    harm->depth = fmax(harm->depth, loss);
    harm->recovery_h = recovery_h;
    e->last_lost = hour;
}

static void look(struct hanse_world *world, int32_t shock, int64_t hour, const double *asked,
                 const double *lost, int32_t stride)
{
    const struct state *s = resilience(world);
    const float *reference = (const float *)hanse__at(world, s->references) +
                             (size_t)shock * (size_t)s->n_viewers * HANSE_WEEK_H +
                             hour % HANSE_WEEK_H;
    double tolerance = world->tables.settings->resilience_tolerance;
    for (int32_t v = 0; v < s->n_viewers; v++) {
        double a = asked[v * stride], was = reference[(size_t)v * HANSE_WEEK_H];
        double loss = a > 0.0 ? was - fmax(0.0, 1.0 - lost[v * stride] / a) : 0.0;
        if (loss > tolerance) {
            suffer(world, shock, v, hour, loss, a);
        }
    }
}

static void close_episode(struct hanse_world *world, int32_t shock)
{
    struct state *s = resilience(world);
    struct episode *e = episode_of(world, shock);
    e->open = false;
    s->n_open--;
    for (int32_t v = 0; v < s->n_viewers; v++) {
        *cell(world, OUT_OPEN, e->month, shock, v) -= 1.0;
    }
}

static void look_at_open(struct hanse_world *world, int64_t hour, const double *asked,
                         const double *lost, int32_t stride)
{
    for (int32_t i = 0; i < resilience(world)->n_shocks; i++) {
        struct episode *e = episode_of(world, i);
        if (!e->open) {
            continue;
        }
        if (lost != NULL) {
            look(world, i, hour, asked, lost, stride);
        }
        e->last_lost = e->holding > 0 ? hour : e->last_lost;
        if (hour - e->last_lost >= HANSE_WEEK_H) {
            close_episode(world, i);
        }
    }
}

static void remember(const struct hanse_world *world, int64_t hour, const double *asked,
                     const double *lost, int32_t stride)
{
    const struct state *s = resilience(world);
    float *level = (float *)hanse__at(world, s->week) + hour % HANSE_WEEK_H;
    for (int32_t v = 0; v < s->n_viewers; v++, level += HANSE_WEEK_H) {
        bool some = asked != NULL && lost != NULL;
        double a = some ? asked[v * stride] : 0.0;
        *level = some && a > 0.0 ? (float)fmax(0.0, 1.0 - lost[v * stride] / a) : 1.0F;
    }
}

void hanse__resilience_hour(struct hanse_world *world, int64_t hour, const double *asked,
                            const double *lost, int32_t stride)
{
    if (resilience(world)->n_shocks == 0) {
        return;
    }
    open_episodes(world, hour);
    if (resilience(world)->n_open > 0) {
        look_at_open(world, hour, asked, lost, stride);
    }
    remember(world, hour, asked, lost, stride);
}

/* --- start -------------------------------------------------------------------------------- */

static enum hanse_status init(struct hanse_world *world)
{
    struct state s = {0};
    shocks(world, &s.n_shocks);
    hanse__viewers(world, &s.n_viewers);
    size_t pairs = (size_t)s.n_shocks * (size_t)s.n_viewers;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    world->moving.state[HANSE_MECHANISM_RESILIENCE] = ref;
    HANSE_TRY(hanse__take(world, (size_t)s.n_shocks, sizeof(struct episode), &s.episodes));
    HANSE_TRY(hanse__take(world, pairs, sizeof(struct harm), &s.harms));
    HANSE_TRY(hanse__take(world, pairs * HANSE_WEEK_H, sizeof(float), &s.references));
    HANSE_TRY(hanse__take(world, (size_t)s.n_viewers * HANSE_WEEK_H, sizeof(float), &s.week));
    *resilience(world) = s;
    float *week = hanse__at(world, s.week);
    for (int32_t i = 0; i < s.n_viewers * HANSE_WEEK_H; i++) {
        week[i] = 1.0F;
    }
    return schedule_dated(world);
}

#define BY_SHOCK                                                                               \
    {                                                                                          \
        "shock", "viewer"                                                                      \
    }
static const struct hanse_output OUTPUTS[] = {
    [OUT_EPISODES] = {"shock_episodes", "1", "times the shock began", BY_SHOCK, HANSE_SUM, NULL,
                      NULL, HANSE_OVERLAP_ALL},
    [OUT_OPEN] = {"shock_episodes_open", "1", "of them not over by the horizon", BY_SHOCK,
                  HANSE_SUM, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_DEPTHS] = {"shock_depths", "1", "greatest losses of served share, added up", BY_SHOCK,
                    HANSE_SUM, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_DURATIONS] = {"shock_durations", "h", "hours with a loss", BY_SHOCK, HANSE_SUM, NULL,
                       NULL, HANSE_OVERLAP_ALL},
    [OUT_AREAS] = {"shock_areas", "h", "loss of served share over time", BY_SHOCK, HANSE_SUM,
                   NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_WORK] = {"shock_lost_work", "H100_h", "demand lost against the level before", BY_SHOCK,
                  HANSE_SUM, NULL, NULL, HANSE_OVERLAP_ALL},
    [OUT_RECOVERIES] = {"shock_recoveries", "h", "times to recover, added up", BY_SHOCK,
                        HANSE_SUM, NULL, NULL, HANSE_OVERLAP_ALL},
    {"resilience_depth", "1", "greatest loss of served share, mean per episode", BY_SHOCK,
     HANSE_RATIO, "shock_depths", "shock_episodes", true},
    {"resilience_duration", "h", "hours with a loss, mean per episode", BY_SHOCK, HANSE_RATIO,
     "shock_durations", "shock_episodes", true},
    {"resilience_area", "h", "loss of served share over time, mean per episode", BY_SHOCK,
     HANSE_RATIO, "shock_areas", "shock_episodes", true},
    {"resilience_lost_work", "H100_h", "demand lost, mean per episode", BY_SHOCK, HANSE_RATIO,
     "shock_lost_work", "shock_episodes", true},
    {"resilience_recovery", "h",
     "from its beginning to the last hour with a loss, mean per "
     "episode",
     BY_SHOCK, HANSE_RATIO, "shock_recoveries", "shock_episodes", true},
};

static const char *const EVENT_NAMES[] = {[EVENT_BEGIN] = "begin", [EVENT_END] = "end"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int32_t n;
    snprintf(text, size, "%s", shocks(world, &n)[event->entity].name);
}

const struct hanse_mechanism hanse_mechanism_resilience = {
    .name = "resilience",
    .doc = "What each shock takes from the people, and how soon they have it back.",
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
