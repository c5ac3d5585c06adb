#include "sim/process/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/batch_machine.h"
#include "sim/process/batch_work.h"
#include "sim/process/control.h"
#include "sim/process/fleet.h"
#include "sim/process/schedule/interruption.h"
#include "sim/process/world.h"

enum { EVENT_SUBMIT, EVENT_END, EVENT_DUE };
enum {
    OUT_JOBS,
    OUT_STARTED,
    OUT_WAIT,
    OUT_DEMAND,
    OUT_ON_TIME,
    OUT_LATE,
    OUT_BACKLOG,
    OUT_KILLED,
    OUT_LOST,
    OUT_VALUE,
    OUT_WAITS
};
static const uint32_t NONE = HANSE__NOBODY;

/* Busy time is counted in whole ticks of 2^-24 h (0.2 ms), so that the sum does not depend on
 * where sweeps cut it. */
static const double TICKS_PER_H = 16777216.0;

static double *cells(const struct hanse_world *world, int output)
{
    return hanse__cells(world, HANSE_MECHANISM_BATCH, output);
}

/* Jobs that start or end in an hour not swept yet may already have moved `since` past `to_h`;
 * the difference is negative then and comes back with the next asking. */
double hanse__batch_take_busy_h(struct hanse_world *world, int32_t group, int64_t to_h)
{
    struct hanse__bench *b = hanse__bench_of(world, group);
    int64_t now = to_h * (int64_t)TICKS_PER_H;
    int64_t busy = b->busy + b->used * (now - b->since);
    b->since = now;
    b->busy = 0;
    return (double)busy / TICKS_PER_H;
}

double hanse__batch_take_served(struct hanse_world *world)
{
    double served = hanse__batches_of(world)->served;
    hanse__batches_of(world)->served = 0.0;
    return served;
}

/* --- jobs -------------------------------------------------------------------------------- */

static int32_t pool_of(const struct hanse_world *world, const struct hanse__batch_job *job)
{
    return world->tables.regions[world->tables.batches[job->batch].region].pool;
}

static double work_of(const struct hanse__batch_job *job)
{
    return job->width * job->whole_h;
}

/* Of a job that runs. */
static double pace_of(const struct hanse_world *world, const struct hanse__batch_job *job)
{
    return hanse__batch_pace(job, hanse__batch_speed(world, job->batch, job->group));
}

/* How long a stay of the job keeps what it has done: work of whole segments, and the last one
 * is not saved. */
static double saved_h(const struct hanse_world *world, uint32_t number, double stay_h)
{
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    double every_h = hanse__batch_interval_h(world, number);
    double work_h = job->reference_h / pace_of(world, job);
    double worked_h = stay_h - job->restart_h - job->haul_h;
    if (!(every_h < work_h) || worked_h <= 0.0) {
        return 0.0;
    }
    double cost_h = world->tables.batches[job->batch].checkpoint_cost_h;
    return every_h * fmin(floor(worked_h / (every_h + cost_h)), ceil(work_h / every_h) - 1.0);
}

static void touch(struct hanse_world *world, int32_t group)
{
    struct hanse__bench *b = hanse__bench_of(world, group);
    int64_t now = (int64_t)(world->moving.now_h * TICKS_PER_H);
    b->busy += b->used * (now - b->since);
    b->since = now;
}

/* The devices a job holds go to work, or (sign < 0) rest. */
static void use_devices(struct hanse_world *world, uint32_t slot, int32_t sign)
{
    for (; slot != NONE; slot = hanse__part_at(world, slot)->peer) {
        const struct hanse__part *part = hanse__part_at(world, slot);
        touch(world, part->group);
        hanse__bench_of(world, part->group)->used += sign * part->width;
    }
}

/* A gang runs at the speed of its slowest member. */
static int32_t slowest_member(const struct hanse_world *world, int32_t batch, uint32_t slot)
{
    int32_t group = hanse__part_at(world, slot)->group;
    for (; slot != NONE; slot = hanse__part_at(world, slot)->peer) {
        int32_t other = hanse__part_at(world, slot)->group;
        group =
            hanse__batch_speed(world, batch, other) < hanse__batch_speed(world, batch, group)
                ? other
                : group;
    }
    return group;
}

static enum hanse_status start(struct hanse_world *world, uint32_t number, uint32_t slot)
{
    struct hanse__batch_job *job = hanse__batch_job(world, number);
    use_devices(world, slot, +1);
    job->slot = slot;
    job->group = slowest_member(world, job->batch, slot);
    hanse__batch_start_talk(world, number);
    job->start_h = world->moving.now_h;
    if (isnan(job->waited_h)) {
        job->waited_h = job->start_h - job->submit_h;
        cells(world, OUT_WAIT)[job->batch] += job->waited_h;
        cells(world, OUT_STARTED)[job->batch] += 1.0;
    }
    struct hanse_event event = {
        .time = job->start_h +
                hanse__batch_stay_h(world, number,
                                    hanse__batch_speed(world, job->batch, job->group)),
        .kind = HANSE_MECHANISM_BATCH * 16 + EVENT_END,
        .order = HANSE_ORDER_FREES,
        .entity = number,
    };
    hanse_handle handle;
    HANSE_TRY(hanse_calendar_schedule(&world->calendar, &event, &handle));
    hanse__batch_job(world, number)->end = handle;
    return HANSE_OK;
}

/* A pass when a reservation falls due, though nothing else happens then. */
static enum hanse_status await_due(struct hanse_world *world, uint32_t lane,
                                   const struct hanse_scheduler *scheduler)
{
    double due_s = hanse_scheduler_due_s(scheduler), due_h = due_s / 3600.0;
    struct hanse__lane *l =
        (struct hanse__lane *)hanse__at(world, hanse__batches_of(world)->lanes) + lane;
    while (due_h * 3600.0 < due_s) { /* an event a hair too early would come again for ever */
        due_h = nextafter(due_h, HUGE_VAL);
    }
    if (due_h == l->due_h) {
        return HANSE_OK;
    }
    if (l->due_h < HUGE_VAL) {
        hanse_calendar_cancel(&world->calendar, l->due);
    }
    l->due_h = due_h;
    if (due_h == HUGE_VAL) {
        return HANSE_OK;
    }
    struct hanse_event event = {.time = fmax(due_h, world->moving.now_h),
                                .kind = HANSE_MECHANISM_BATCH * 16 + EVENT_DUE,
                                .order = HANSE_ORDER_NEEDS,
                                .entity = lane};
    hanse_handle handle;
    HANSE_TRY(hanse_calendar_schedule(&world->calendar, &event, &handle));
    l = (struct hanse__lane *)hanse__at(world, hanse__batches_of(world)->lanes) + lane;
    l->due = handle;
    return HANSE_OK;
}

/* Starts what the lane's policy starts now. */
static enum hanse_status pass(struct hanse_world *world, uint32_t lane)
{
    struct hanse_scheduler scheduler;
    uint32_t id;
    HANSE_TRY(hanse__batch_scheduler(world, lane, &scheduler));
    HANSE_TRY(hanse_scheduler_pass(&scheduler, hanse__batch_now_s(world)));
    while (hanse_scheduler_started(&scheduler, &id)) {
        const struct hanse_job_row *row = hanse_scheduler_row(&scheduler, id);
        HANSE_TRY(start(world, (uint32_t)row->job.number, row->slot));
    }
    return await_due(world, lane, &scheduler);
}

static enum hanse_status pass_all(struct hanse_world *world, int32_t pool)
{
    for (uint32_t l = 0; l < hanse__batch_n_lanes(world); l++) {
        if (hanse__batch_lane_used(world, l) && hanse__batch_pool_of_lane(world, l) == pool) {
            HANSE_TRY(pass(world, l));
        }
    }
    return HANSE_OK;
}

/* The job started last on a group; ties by number. */
static uint32_t started_last(const struct hanse_world *world, int32_t group)
{
    uint32_t latest = NONE;
    for (uint32_t i = 0; i < hanse__batches_of(world)->capacity; i++) {
        const struct hanse__batch_job *job = hanse__batch_job(world, i);
        bool here = false;
        for (uint32_t p = job->alive && job->group >= 0 ? job->slot : NONE; p != NONE;
             p = hanse__part_at(world, p)->peer) {
            here |= hanse__part_at(world, p)->group == group;
        }
        if (here &&
            (latest == NONE || job->start_h >= hanse__batch_job(world, latest)->start_h)) {
            latest = i;
        }
    }
    HANSE_ASSERT(latest != NONE);
    return latest;
}

/* Takes a job off what it runs on; it keeps what it saved and waits again. */
static enum hanse_status stop_job(struct hanse_world *world, uint32_t number)
{
    struct hanse__batch_job *job = hanse__batch_job(world, number);
    double stay_h = world->moving.now_h - job->start_h;
    double pace = pace_of(world, job);
    double kept = saved_h(world, number, stay_h) * pace;
    use_devices(world, job->slot, -1);
    hanse_calendar_cancel(&world->calendar, job->end);
    cells(world, OUT_KILLED)[job->batch] += 1.0;
    cells(world, OUT_LOST)[job->batch] +=
        job->width * fmax(0.0, (stay_h - job->haul_h) * pace - kept);
    job->reference_h -= kept;
    job->restart_h = world->tables.batches[job->batch].restart_cost_h;
    job->group = -1;
    job->slot = NONE;
    if (job->lane !=
        hanse__batch_lane(world, job->batch)) { /* islands changed since it began */
        hanse__batch_parted(world)[pool_of(world, job)] = 1;
    }
    struct hanse_scheduler scheduler;
    struct hanse_job planned = hanse__batch_planned(world, number);
    HANSE_TRY(hanse__batch_scheduler(world, job->lane, &scheduler));
    return hanse_scheduler_requeue(&scheduler, hanse__batch_now_s(world),
                                   hanse__batch_job(world, number)->id, planned.estimate_s,
                                   planned.runtime_s);
}

/* Stops gangs whose sites can no longer reach each other. */
static enum hanse_status stop_parted(struct hanse_world *world)
{
    for (uint32_t i = 0; i < hanse__batches_of(world)->capacity; i++) {
        const struct hanse__batch_job *job = hanse__batch_job(world, i);
        if (job->alive && job->group >= 0 &&
            world->tables.batches[job->batch].span == HANSE_SPAN_POOL &&
            !hanse__batch_slot_whole(world, job->slot)) {
            HANSE_TRY(stop_job(world, i));
        }
    }
    return HANSE_OK;
}

/* --- events and sweeps ------------------------------------------------------------------- */

/* Follows the fleet: how many devices each group sets aside now. */
static enum hanse_status follow_fleet(struct hanse_world *world)
{
    struct hanse__batches *s = hanse__batches_of(world);
    const struct hanse_tables *t = &world->tables;
    if (s->changes == world->moving.changes || t->n_batches == 0) {
        return HANSE_OK;
    }
    s->changes = world->moving.changes;
    HANSE_TRY(hanse__batch_replan(world));
    for (int32_t g = 0; g < t->n_groups; g++) {
        int32_t devices = (int32_t)(t->sites[t->groups[g].site].batch_share *
                                    hanse__group_available(&hanse__fleet_groups(world)[g]));
        while (hanse__bench_of(world, g)->used > devices) {
            HANSE_TRY(stop_job(world, started_last(world, g)));
        }
        HANSE_TRY(hanse__batch_resize(world, g, devices));
    }
    hanse__batch_follow_islands(world);
    if (memchr(hanse__batch_parted(world), 1, (size_t)t->n_pools) != NULL) {
        HANSE_TRY(stop_parted(world));
        HANSE_TRY(hanse__batch_change_lanes(world));
        memset(hanse__batch_parted(world), 0, (size_t)t->n_pools);
    }
    for (int32_t p = 0; p < t->n_pools; p++) {
        HANSE_TRY(pass_all(world, p));
    }
    return HANSE_OK;
}

static enum hanse_status schedule_submit(struct hanse_world *world, int32_t index)
{
    const struct hanse_batch *b = &world->tables.batches[index];
    struct hanse_stream *streams = hanse__at(world, hanse__batches_of(world)->streams);
    if (b->rate_per_h <= 0.0) {
        return HANSE_OK;
    }
    double wait = hanse_stream_exponential(&streams[index]) / b->rate_per_h;
    return hanse__schedule(world, HANSE_MECHANISM_BATCH, EVENT_SUBMIT, HANSE_ORDER_NEEDS,
                           (uint32_t)index, world->moving.now_h + wait);
}

static struct hanse__batch_law law_of(const struct hanse_batch *b)
{
    double variance = log1p(b->runtime_cv * b->runtime_cv);
    return (struct hanse__batch_law){.sd = sqrt(variance),
                                     .half_variance = 0.5 * variance,
                                     .low = (int32_t)floor(log2((double)b->width_min) + 1e-9),
                                     .high = (int32_t)floor(log2((double)b->width_max) + 1e-9)};
}

static void draw_job(struct hanse_world *world, int32_t index, struct hanse__batch_job *job)
{
    const struct hanse_batch *b = &world->tables.batches[index];
    struct hanse_stream *stream =
        (struct hanse_stream *)hanse__at(world, hanse__batches_of(world)->streams) + index;
    const struct hanse__batch_law *law =
        (struct hanse__batch_law *)hanse__at(world, hanse__batches_of(world)->laws) + index;
    int power = law->low + (int)(hanse_stream_uniform(stream) * (law->high - law->low + 1));
    int64_t width = INT64_C(1) << power;
    width = width < b->width_min ? b->width_min : width > b->width_max ? b->width_max : width;
    double reference_h = hanse__batch_runtime_h(world, index, (int32_t)width) *
                         exp(law->sd * hanse_stream_normal(stream) - law->half_variance);
    *job = (struct hanse__batch_job){
        .submit_h = world->moving.now_h,
        .reference_h = reference_h,
        .whole_h = reference_h,
        .waited_h = NAN,
        .batch = index,
        .width = (int32_t)width,
        .group = -1,
        .slot = NONE,
        .next = NONE,
        .alive = true,
    };
}

static enum hanse_status submit(struct hanse_world *world, int32_t index)
{
    uint32_t number;
    HANSE_TRY(hanse__batch_new_job(world, &number));
    struct hanse__batch_job *job = hanse__batch_job(world, number);
    draw_job(world, index, job);
    cells(world, OUT_JOBS)[index] += 1.0;
    cells(world, OUT_DEMAND)[index] += work_of(job);
    HANSE_TRY(hanse__batch_enqueue(world, number));
    HANSE_TRY(schedule_submit(world, index));
    return pass(world, hanse__batch_job(world, number)->lane);
}

/* The job's work is done, by the devices it still holds. */
static void credit(struct hanse_world *world, const struct hanse__batch_job *job)
{
    int32_t region = world->tables.batches[job->batch].region;
    for (uint32_t slot = job->slot; slot != NONE; slot = hanse__part_at(world, slot)->peer) {
        const struct hanse__part *part = hanse__part_at(world, slot);
        hanse__control_finished(world, region, part->group, part->width * job->whole_h);
    }
}

static enum hanse_status end(struct hanse_world *world, uint32_t number)
{
    struct hanse__batch_job job = *hanse__batch_job(world, number);
    struct hanse_scheduler scheduler;
    use_devices(world, job.slot, -1);
    credit(world, &job);
    HANSE_TRY(hanse__batch_scheduler(world, job.lane, &scheduler));
    HANSE_TRY(hanse_scheduler_end(&scheduler, hanse__batch_now_s(world), job.id));
    if (job.lane != hanse__batch_lane(world, job.batch)) {
        /* Islands changed since it began: the lane that has its devices now can't know. */
        HANSE_TRY(hanse__batch_replan(world));
    }
    const struct hanse_batch *b = &world->tables.batches[job.batch];
    bool on_time =
        job.waited_h <= b->deadline_h &&
        (b->finish_within_h == 0.0 || world->moving.now_h - job.submit_h <= b->finish_within_h);
    cells(world, on_time ? OUT_ON_TIME : OUT_LATE)[job.batch] += work_of(&job);
    cells(world, OUT_VALUE)[job.batch] += on_time ? work_of(&job) * b->value_eur : 0.0;
    hanse__batches_of(world)->served += work_of(&job);
    hanse__batch_free_job(world, number);
    return pass_all(world, pool_of(world, &job));
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    switch (event->kind % 16) {
    case EVENT_SUBMIT:
        return submit(world, (int32_t)event->entity);
    case EVENT_DUE:
        ((struct hanse__lane *)hanse__at(world, hanse__batches_of(world)->lanes))[event->entity]
            .due_h = HUGE_VAL;
        return pass(world, event->entity);
    default:
        return end(world, event->entity);
    }
}

static void month(struct hanse_world *world, int32_t which)
{
    double *backlog = cells(world, OUT_BACKLOG);
    for (uint32_t i = 0; i < hanse__batches_of(world)->capacity; i++) {
        const struct hanse__batch_job *job = hanse__batch_job(world, i);
        if (job->alive) {
            backlog[job->batch] += work_of(job);
        }
        if (job->alive && job->group < 0) {
            enum hanse_reason reason = hanse__batch_reason(world, job);
            cells(world, OUT_WAITS + (int)reason)[job->batch] += work_of(job);
        }
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    int32_t n = world->tables.n_batches;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct hanse__batches), &ref));
    world->moving.state[HANSE_MECHANISM_BATCH] = ref;
    size_t pools = (size_t)world->tables.n_pools;
    struct hanse__batches s = {
        .free = NONE, .spare_part = NONE, .changes = UINT64_MAX, .strict_pass = 1};
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(struct hanse_stream), &s.streams));
    HANSE_TRY(hanse__take(world, (size_t)world->tables.n_groups, sizeof(struct hanse__bench),
                          &s.benches));
    HANSE_TRY(
        hanse__take(world, hanse__batch_n_lanes(world), sizeof(struct hanse__lane), &s.lanes));
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(struct hanse__batch_law), &s.laws));
    HANSE_TRY(hanse__take(world, (size_t)n * (size_t)world->tables.n_groups, sizeof(double),
                          &s.speeds));
    HANSE_TRY(hanse__take(world, (size_t)n * (size_t)world->tables.n_groups, 1, &s.leaves));
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(double), &s.slowest));
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(double), &s.hazards));
    HANSE_TRY(hanse__take(world, pools, 1, &s.parted));
    HANSE_TRY(hanse__take(world, (size_t)world->tables.n_regions, sizeof(int32_t), &s.islands));
    *hanse__batches_of(world) = s;
    HANSE_TRY(hanse__batch_machine_init(world));
    struct hanse_stream *streams = hanse__at(world, s.streams);
    struct hanse__batch_law *laws = hanse__at(world, s.laws);
    for (int32_t i = 0; i < n; i++) {
        laws[i] = law_of(&world->tables.batches[i]);
        hanse_stream_init(&streams[i], world->seed, world->replication,
                          hanse_scenario_entity(world->scenario, &hanse_kind_batch, i), "jobs");
    }
    for (int32_t i = 0; i < n; i++) {
        HANSE_TRY(schedule_submit(world, i));
    }
    return HANSE_OK;
}

static const struct hanse_kind *const KINDS[] = {&hanse_kind_batch};

#define BY_BATCH                                                                               \
    {                                                                                          \
        "batch", NULL                                                                          \
    }
#define WAITS(word, reason)                                                                    \
    [OUT_WAITS + (reason)] = {"batch_waits_" word,                                             \
                              "H100_h",                                                        \
                              "of the batch backlog: waits for want of " word,                 \
                              BY_BATCH,                                                        \
                              HANSE_LAST,                                                      \
                              NULL,                                                            \
                              NULL}
static const struct hanse_output OUTPUTS[] = {
    [OUT_JOBS] = {"batch_jobs", "1", "batch jobs submitted", BY_BATCH, HANSE_SUM, NULL, NULL},
    [OUT_STARTED] = {"batch_started", "1", "batch jobs started", BY_BATCH, HANSE_SUM, NULL,
                     NULL},
    [OUT_WAIT] = {"batch_wait", "h", "sum of waits of batch jobs started", BY_BATCH, HANSE_SUM,
                  NULL, NULL},
    [OUT_DEMAND] = {"batch_demand", "H100_h", "batch work submitted", BY_BATCH, HANSE_SUM, NULL,
                    NULL},
    [OUT_ON_TIME] = {"batch_on_time", "H100_h", "batch work finished, started in time",
                     BY_BATCH, HANSE_SUM, NULL, NULL},
    [OUT_LATE] = {"batch_late", "H100_h", "batch work finished, started late", BY_BATCH,
                  HANSE_SUM, NULL, NULL},
    [OUT_BACKLOG] = {"batch_backlog", "H100_h", "batch work waiting or running, end of month",
                     BY_BATCH, HANSE_LAST, NULL, NULL},
    [OUT_KILLED] = {"batch_killed", "1", "batch jobs stopped because devices went", BY_BATCH,
                    HANSE_SUM, NULL, NULL},
    [OUT_LOST] = {"batch_lost", "H100_h", "batch work lost to stops", BY_BATCH, HANSE_SUM, NULL,
                  NULL},
    [OUT_VALUE] = {"batch_value", "EUR", "worth of the batch work done on time", BY_BATCH,
                   HANSE_SUM, NULL, NULL},
    WAITS("capacity", HANSE_REASON_CAPACITY),
    WAITS("law", HANSE_REASON_LAW),
    WAITS("network", HANSE_REASON_NETWORK),
    WAITS("power", HANSE_REASON_POWER),
    {"batch_on_time_share", "1", "batch work finished that started in time, over submitted",
     BY_BATCH, HANSE_RATIO, "batch_on_time", "batch_demand"},
    {"wait_time", "h", "mean wait of batch jobs", BY_BATCH, HANSE_RATIO, "batch_wait",
     "batch_started"},
};

static const char *const EVENT_NAMES[] = {
    [EVENT_SUBMIT] = "submit", [EVENT_END] = "end", [EVENT_DUE] = "due"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int32_t row = (int32_t)event->entity;
    switch (event->kind % 16) {
    case EVENT_SUBMIT:
        hanse__name_row(world, &hanse_kind_batch, row, text, size);
        return;
    case EVENT_DUE:
        row = hanse__batch_pool_of_lane(world, event->entity);
        hanse__name_row(world, &hanse_kind_pool, row, text, size);
        return;
    default:
        row = hanse__batch_job(world, event->entity)->batch;
        hanse__name_row(world, &hanse_kind_batch, row, text, size);
    }
}

const struct hanse_mechanism hanse_mechanism_batch = {
    .name = "batch",
    .doc = "Batch jobs, run by the pool's scheduler.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .aside = true,
    .changed = follow_fleet,
    .month = month,
};
