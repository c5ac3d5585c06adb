#include "sim/process/replication.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/account.h"
#include "sim/process/fleet.h"
#include "sim/process/latency.h"
#include "sim/process/shock.h"
#include "sim/process/steps.h"
#include "sim/process/world.h"

struct hanse_worker {
    struct hanse_world world;
    struct hanse_scenario *instance; /* private copy of `instance_of`, patched */
    const struct hanse_scenario *instance_of;
    double *inputs;
    size_t n_inputs, inputs_capacity;
    struct hanse_hook_maker maker;
};

enum hanse_status hanse_worker_create(struct hanse_context *ctx, struct hanse_worker **worker)
{
    *worker = hanse__alloc(ctx, 1, sizeof **worker);
    if (*worker == NULL) {
        return HANSE_ERR_MEMORY;
    }
    (*worker)->world.ctx = ctx;
    enum hanse_status status = hanse_arena_init(&(*worker)->world.arena, ctx, 1 << 20);
    if (status != HANSE_OK) {
        hanse__free(*worker);
        *worker = NULL;
    }
    return status;
}

void hanse_worker_hooks(struct hanse_worker *worker, const struct hanse_hook_maker *maker)
{
    worker->maker = maker != NULL ? *maker : (struct hanse_hook_maker){0};
}

void hanse_worker_stand_in(struct hanse_worker *worker, const struct hanse_stand_in *stand_in)
{
    worker->world.stand_in = stand_in;
}

static void drop_hooks(struct hanse_worker *worker)
{
    if (worker->world.hooks.self != NULL) {
        worker->maker.unmake(&worker->world.hooks);
    }
    worker->world.hooks = (struct hanse_hooks){0};
}

/* A replication's own functions, fresh: what one left in its variables must not reach another,
 * or results would depend on which thread ran what before. */
static enum hanse_status fresh_hooks(struct hanse_worker *worker,
                                     const struct hanse_scenario *scenario)
{
    drop_hooks(worker);
    if (!hanse_scenario_has_hooks(scenario)) {
        return HANSE_OK;
    }
    if (worker->maker.make == NULL) {
        return hanse__fail(worker->world.ctx, HANSE_ERR_INPUT,
                           "policies: one is a function of the scenario, and this worker was "
                           "given no maker of hooks");
    }
    return worker->maker.make(worker->maker.self, worker->world.ctx, &worker->world.hooks);
}

void hanse_worker_destroy(struct hanse_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    drop_hooks(worker);
    hanse_scenario_destroy(worker->instance);
    hanse__latency_own_destroy(worker->world.latency_own);
    hanse_arena_fini(&worker->world.arena);
    hanse__free(worker->inputs);
    hanse__free(worker);
}

void hanse_worker_observe(struct hanse_worker *worker, const struct hanse_observer *observer)
{
    worker->world.observer = observer;
}

void hanse__worker_use_calendar(struct hanse_worker *worker, enum hanse_calendar_kind kind)
{
    worker->world.calendar_kind = kind;
}

/* --- start ------------------------------------------------------------------------------- */

/* Draws the inputs and patches them into the worker's own copy of the scenario. */
static enum hanse_status draw_inputs(struct hanse_worker *worker,
                                     const struct hanse_scenario *scenario, uint64_t seed,
                                     uint32_t replication, bool central)
{
    struct hanse_context *ctx = worker->world.ctx;
    if (worker->instance_of != scenario) {
        hanse_scenario_destroy(worker->instance);
        worker->instance = NULL;
        worker->instance_of = NULL;
        HANSE_TRY(hanse_scenario_instance(ctx, scenario, &worker->instance));
        worker->instance_of = scenario;
    }
    worker->n_inputs = hanse_scenario_n_params(scenario);
    HANSE_TRY(hanse__reserve(ctx, &worker->inputs, &worker->inputs_capacity, worker->n_inputs,
                             sizeof *worker->inputs));
    if (central) {
        for (size_t i = 0; i < worker->n_inputs; i++) {
            worker->inputs[i] = hanse_scenario_param(scenario, i)->mid;
        }
    } else {
        hanse_scenario_draw(scenario, seed, replication, worker->inputs);
    }
    return hanse_scenario_patch(ctx, worker->instance, worker->inputs);
}

static void number_columns(struct hanse_world *world)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    int32_t column = 0;
    for (size_t m = 0; m < n; m++) {
        world->first_column[m] = column;
        column += (int32_t)mechanisms[m]->n_outputs;
    }
    HANSE_ASSERT(column == world->layout->n_columns);
}

static void read_reference(struct hanse_world *world)
{
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(world->frozen, &hanse_kind_scenario, &n);
    const struct hanse_accelerator *accelerators =
        hanse_scenario_table(world->frozen, &hanse_kind_accelerator, &n);
    world->reference = accelerators[settings->reference_accelerator];
}

static enum hanse_status call_changed(struct hanse_world *world)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    for (size_t m = 0; m < n; m++) {
        if (mechanisms[m]->changed != NULL) {
            HANSE_TRY(mechanisms[m]->changed(world));
        }
    }
    return HANSE_OK;
}

static enum hanse_status init_world(struct hanse_world *world)
{
    hanse_arena_reset(&world->arena);
    memset(&world->moving, 0, sizeof world->moving);
    world->trouble = HANSE_OK;
    hanse__world_read_tables(world);
    read_reference(world);
    number_columns(world);
    world->horizon_h = world->tables.settings->horizon_h;
    HANSE_TRY(
        hanse__take(world, world->layout->n_values, sizeof(double), &world->moving.series));
    HANSE_TRY(hanse_calendar_init(&world->calendar, &world->arena, world->calendar_kind));
    HANSE_TRY(hanse__steps_prepare(world));
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    for (size_t m = 0; m < n; m++) {
        if (mechanisms[m]->init != NULL) {
            HANSE_TRY(mechanisms[m]->init(world));
        }
    }
    return call_changed(world);
}

enum hanse_status hanse_worker_start(struct hanse_worker *worker,
                                     const struct hanse_scenario *scenario,
                                     const struct hanse_layout *layout, uint64_t seed,
                                     uint32_t replication, bool central)
{
    struct hanse_world *world = &worker->world;
    HANSE_TRY(draw_inputs(worker, scenario, seed, replication, central));
    HANSE_TRY(fresh_hooks(worker, scenario));
    world->scenario = worker->instance;
    world->frozen = scenario;
    world->layout = layout;
    world->seed = seed;
    world->replication = replication;
    hanse__assert_place(seed, replication, &world->moving.now_h);
    return init_world(world);
}

/* --- run --------------------------------------------------------------------------------- */

/* Tells the observer what comes now. */
static void announce(const struct hanse_world *world, const struct hanse_mechanism *mechanism,
                     const struct hanse_event *event)
{
    char what[64], entity[256] = "";
    if (event == NULL) {
        snprintf(what, sizeof what, "%s.hours", mechanism->name);
    } else {
        snprintf(what, sizeof what, "%s.%s", mechanism->name,
                 mechanism->events[event->kind % 16]);
        mechanism->name_entity(world, event, entity, sizeof entity);
    }
    world->observer->begin(world->observer->self, world->moving.now_h, what, entity);
}

static enum hanse_status handle(struct hanse_world *world,
                                const struct hanse_mechanism *mechanism,
                                const struct hanse_event *event)
{
    if (world->observer == NULL) {
        return mechanism->handle(world, event);
    }
    announce(world, mechanism, event);
    enum hanse_status status = mechanism->handle(world, event);
    world->observer->end(world->observer->self);
    return status;
}

/* Takes the next event and handles it. */
static enum hanse_status take_event(struct hanse_world *world, const struct hanse_event *event,
                                    const struct hanse_mechanism *mechanism)
{
    uint64_t changes = world->moving.changes;
    world->moving.now_h = event->time;
    world->moving.n_events++;
    HANSE_TRY(handle(world, mechanism, event));
    return world->moving.changes != changes ? call_changed(world) : HANSE_OK;
}

/* Sweeps the hours from the first one not yet swept up to hour `to`. */
static void sweep(struct hanse_world *world, int64_t to)
{
    int64_t from = world->moving.hour;
    if (from >= to) {
        return;
    }
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    world->moving.now_h = (double)to;
    hanse__fleet_settle(world, from, to);
    hanse__account_follow(world);
    for (size_t m = 0; m < n; m++) {
        if (mechanisms[m]->hours == NULL) {
            continue;
        }
        if (world->observer != NULL) {
            announce(world, mechanisms[m], NULL);
        }
        mechanisms[m]->hours(world, from, to);
        if (world->observer != NULL) {
            world->observer->end(world->observer->self);
        }
    }
    world->moving.hour = to;
}

static void close_month(struct hanse_world *world)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    for (size_t m = 0; m < n; m++) {
        if (mechanisms[m]->month != NULL) {
            mechanisms[m]->month(world, world->moving.month);
        }
        for (size_t o = 0; o < mechanisms[m]->n_outputs; o++) {
            if (mechanisms[m]->outputs[o].reducer == HANSE_MEAN) {
                double *cells = hanse__cells(world, (int)m, (int)o);
                int32_t items = world->layout->columns[world->first_column[m] + (int)o].n_items;
                for (int32_t i = 0; i < items; i++) {
                    cells[i] /= HANSE_MONTH_H;
                }
            }
        }
    }
    world->moving.month++;
}

/* The rest of an hour in which availability changed, then that hour by itself. */
static enum hanse_status finish_mixed_hour(struct hanse_world *world)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    int64_t next_hour = world->moving.hour + 1;
    struct hanse_event event;
    while (hanse_calendar_next_before(&world->calendar, (double)next_hour, &event)) {
        HANSE_TRY(take_event(world, &event, mechanisms[event.kind / 16]));
    }
    sweep(world, next_hour);
    return HANSE_OK;
}

/* Events and hours up to hour `stop` of the same month. Hours are swept as late as possible, so
 * that a long stretch in which nothing changes for the flow is one sweep: before an event that
 * may change something, and at the stop. */
static enum hanse_status advance_within_month(struct hanse_world *world, int64_t stop)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    struct hanse_event event;
    while (hanse_calendar_next_before(&world->calendar, (double)stop, &event)) {
        const struct hanse_mechanism *mechanism = mechanisms[event.kind / 16];
        if (!mechanism->aside) {
            sweep(world, (int64_t)event.time);
        }
        uint64_t changes = world->moving.changes;
        HANSE_TRY(take_event(world, &event, mechanism));
        if (world->moving.changes != changes) {
            HANSE_TRY(finish_mixed_hour(world));
        }
    }
    sweep(world, stop);
    return HANSE_OK;
}

enum hanse_status hanse_worker_advance(struct hanse_worker *worker, double to_h)
{
    struct hanse_world *world = &worker->world;
    struct hanse_moving *m = &world->moving;
    hanse__assert_place(world->seed, world->replication, &m->now_h);
    int64_t end = (int64_t)fmin(to_h, world->horizon_h);
    while (m->hour < end) {
        int64_t month_end = ((int64_t)m->month + 1) * HANSE_MONTH_H;
        HANSE_TRY(advance_within_month(world, month_end < end ? month_end : end));
        HANSE_TRY(world->trouble);
        if (m->hour == month_end) {
            close_month(world);
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_worker_copy(struct hanse_worker *to, const struct hanse_worker *from)
{
    HANSE_TRY(
        draw_inputs(to, from->world.frozen, from->world.seed, from->world.replication, false));
    if (from->n_inputs > 0) { /* without inputs there is no array to copy */
        memcpy(to->inputs, from->inputs, from->n_inputs * sizeof *to->inputs);
    }
    HANSE_TRY(hanse_scenario_patch(to->world.ctx, to->instance, to->inputs));
    HANSE_TRY(fresh_hooks(to, from->world.frozen));
    struct hanse_hooks hooks = to->world.hooks;
    struct hanse_arena arena = to->world.arena;
    HANSE_TRY(hanse__latency_own_make(&to->world));
    struct hanse_latency_own *latency_own = to->world.latency_own;
    struct hanse_context *ctx = to->world.ctx;
    HANSE_TRY(hanse_arena_copy(&arena, &from->world.arena));
    to->world = from->world;
    to->world.ctx = ctx;
    to->world.hooks = hooks;
    to->world.arena = arena;
    to->world.latency_own = latency_own;
    to->world.calendar.arena = &to->world.arena;
    to->world.scenario = to->instance;
    to->world.observer = NULL;
    hanse__world_read_tables(&to->world);
    return HANSE_OK;
}

enum hanse_status hanse_worker_deny(struct hanse_worker *worker, const struct hanse_cut *cuts,
                                    size_t n, enum hanse_recourse recourse)
{
    struct hanse_world *world = &worker->world;
    world->moving.now_h = (double)world->moving.hour;
    world->moving.recourse = (int32_t)recourse;
    HANSE_TRY(hanse__shock_deny(world, cuts, n));
    return call_changed(world);
}

void hanse_worker_announce(struct hanse_worker *worker, const struct hanse_cut *cuts, size_t n,
                           double at_h)
{
    hanse__shock_announce(&worker->world, cuts, n, at_h);
}

size_t hanse_worker_footprint_size(const struct hanse_worker *worker)
{
    return hanse__shock_footprint_size(&worker->world);
}

void hanse_worker_footprint(struct hanse_worker *worker, const struct hanse_cut *cuts, size_t n,
                            uint8_t *footprint)
{
    hanse__shock_footprint(&worker->world, cuts, n, footprint);
}

const double *hanse_worker_series(const struct hanse_worker *worker)
{
    return hanse__at(&worker->world, worker->world.moving.series);
}

enum hanse_status hanse_worker_finish(struct hanse_worker *worker, struct hanse_record *record)
{
    struct hanse_world *world = &worker->world;
    HANSE_TRY(hanse_worker_advance(worker, world->horizon_h));
    record->n_events = world->moving.n_events;
    record->inputs = worker->inputs;
    record->n_inputs = worker->n_inputs;
    record->series = hanse__at(world, world->moving.series);
    record->n_values = world->layout->n_values;
    record->notes = world->moving.n_notes > 0 ? hanse__at(world, world->moving.notes) : NULL;
    record->n_notes = world->moving.n_notes;
    for (size_t i = 0; i < record->n_values; i++) {
        if (!isfinite(record->series[i])) {
            return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                               "results must be finite, got %g among the outputs",
                               record->series[i]);
        }
    }
    return HANSE_OK;
}

static enum hanse_status run(struct hanse_worker *worker, const struct hanse_scenario *scenario,
                             const struct hanse_layout *layout, uint64_t seed,
                             uint32_t replication, bool central, struct hanse_record *record)
{
    HANSE_TRY(hanse_worker_start(worker, scenario, layout, seed, replication, central));
    return hanse_worker_finish(worker, record);
}

enum hanse_status hanse_worker_run(struct hanse_worker *worker,
                                   const struct hanse_scenario *scenario,
                                   const struct hanse_layout *layout, uint64_t seed,
                                   uint32_t replication, bool central,
                                   struct hanse_record *record)
{
    memset(record, 0, sizeof *record);
    record->replication = replication;
    record->central = central;
    enum hanse_status status =
        run(worker, scenario, layout, seed, replication, central, record);
    if (status == HANSE_OK || status == HANSE_ERR_MEMORY) {
        return status;
    }
    struct hanse_world *world = &worker->world;
    record->failed = true;
    record->series = NULL;
    record->n_values = 0;
    record->notes = NULL;
    record->n_notes = 0;
    record->inputs = worker->inputs;
    record->n_inputs = worker->n_inputs;
    char reason[sizeof record->failure];
    snprintf(reason, sizeof reason, "%s", hanse_context_message(world->ctx));
    snprintf(record->failure, sizeof record->failure, "case %s, seed %llu, at %.0f h: %.160s",
             hanse_scenario_case(scenario), (unsigned long long)seed, world->moving.now_h,
             reason);
    return HANSE_OK;
}
