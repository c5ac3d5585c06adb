#include "sim/process/batch.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/fleet.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_SUBMIT, EVENT_END };
enum {
    OUT_JOBS,
    OUT_STARTED,
    OUT_WAIT,
    OUT_DEMAND,
    OUT_ON_TIME,
    OUT_LATE,
    OUT_BACKLOG,
    OUT_KILLED
};
static const uint32_t NONE = UINT32_MAX;

/* Busy time is counted in whole ticks of 2^-24 h (0.2 ms), so that the sum does not depend on
 * where sweeps cut it. */
static const double TICKS_PER_H = 16777216.0;

struct job {
    double submit_h, start_h, reference_h; /* reference_h: runtime on the reference device */
    int32_t batch, width, group;           /* group: where it runs; -1 waiting */
    uint32_t next;                         /* in its queue or its group's stack of runners */
    hanse_handle end;
};

struct queue { /* one per pool */
    uint32_t first, last;
};

struct bench {             /* one per group */
    int32_t devices, used; /* set aside for batch; at work */
    uint32_t last_started; /* stack of its runners, the latest on top */
    int64_t busy, since;   /* device-ticks not booked yet, up to tick `since` */
};

struct state {
    hanse_ref streams; /* struct hanse_stream [batches] */
    hanse_ref queues, benches;
    hanse_ref stuck; /* uint8_t [jurisdictions]: scratch */
    hanse_ref jobs;  /* struct job [capacity]; free ones linked by next */
    uint32_t capacity, free;
    double served; /* reference work finished and not booked yet */
    uint64_t changes;
};

static struct state *batches(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_BATCH]);
}

static struct job *job_at(const struct hanse_world *world, uint32_t job)
{
    return (struct job *)hanse__at(world, batches(world)->jobs) + job;
}

static struct bench *benches(const struct hanse_world *world)
{
    return hanse__at(world, batches(world)->benches);
}

static struct queue *queues(const struct hanse_world *world)
{
    return hanse__at(world, batches(world)->queues);
}

static double *cells(const struct hanse_world *world, int output)
{
    return hanse__cells(world, HANSE_MECHANISM_BATCH, output);
}

/* Jobs that start or end in an hour not swept yet may already have moved `since` past `to_h`;
 * the difference is negative then and comes back with the next asking. */
double hanse__batch_take_busy_h(struct hanse_world *world, int32_t group, int64_t to_h)
{
    struct bench *b = &benches(world)[group];
    int64_t now = to_h * (int64_t)TICKS_PER_H;
    int64_t busy = b->busy + b->used * (now - b->since);
    b->since = now;
    b->busy = 0;
    return (double)busy / TICKS_PER_H;
}

double hanse__batch_take_served(struct hanse_world *world)
{
    double served = batches(world)->served;
    batches(world)->served = 0.0;
    return served;
}

/* --- jobs -------------------------------------------------------------------------------- */

static enum hanse_status new_job(struct hanse_world *world, uint32_t *number)
{
    struct state *s = batches(world);
    if (s->free == NONE) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 64;
        hanse_ref grown =
            hanse_arena_resize(&world->arena, s->jobs, s->capacity * sizeof(struct job),
                               capacity * sizeof(struct job));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = batches(world);
        s->jobs = grown;
        for (uint32_t i = capacity; i-- > s->capacity;) {
            job_at(world, i)->next = s->free;
            s->free = i;
        }
        s->capacity = capacity;
    }
    *number = s->free;
    s->free = job_at(world, *number)->next;
    return HANSE_OK;
}

static void free_job(struct hanse_world *world, uint32_t number)
{
    struct state *s = batches(world);
    job_at(world, number)->next = s->free;
    s->free = number;
}

static int32_t pool_of(const struct hanse_world *world, const struct job *job)
{
    return world->tables.regions[world->tables.batches[job->batch].region].pool;
}

static int32_t home_of(const struct hanse_world *world, const struct job *job)
{
    return world->tables.regions[world->tables.batches[job->batch].region].jurisdiction;
}

static double work_of(const struct job *job)
{
    return job->width * job->reference_h;
}

/* How much faster the group's device computes than the reference at mid. */
static double speed_of(const struct hanse_world *world, int32_t group)
{
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[group].accelerator];
    return a->peak_tflops * a->compute_efficiency /
           (world->reference.peak_tflops * world->reference.compute_efficiency);
}

static bool may_run_on(const struct hanse_world *world, const struct job *job, int32_t group)
{
    const struct hanse_batch *b = &world->tables.batches[job->batch];
    const struct hanse_tables *t = &world->tables;
    const struct hanse_region *there = &t->regions[t->sites[t->groups[group].site].region];
    int32_t pool = pool_of(world, job), home = home_of(world, job);
    return there->pool == pool &&
           (there->jurisdiction == home || !hanse__shock_pool_cut(world, pool)) &&
           hanse__data_allowed(world, b->data_class, home, there->jurisdiction);
}

static int32_t best_group(const struct hanse_world *world, const struct job *job)
{
    const struct bench *b = benches(world);
    int32_t best = -1;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        int32_t free = b[g].devices - b[g].used;
        if (free >= job->width && (best < 0 || free < b[best].devices - b[best].used) &&
            may_run_on(world, job, g)) {
            best = g;
        }
    }
    return best;
}

static void touch(struct hanse_world *world, int32_t group)
{
    struct bench *b = &benches(world)[group];
    int64_t now = (int64_t)(world->moving.now_h * TICKS_PER_H);
    b->busy += b->used * (now - b->since);
    b->since = now;
}

static enum hanse_status start(struct hanse_world *world, uint32_t number, int32_t group)
{
    struct job *job = job_at(world, number);
    touch(world, group);
    struct bench *b = &benches(world)[group];
    b->used += job->width;
    job->group = group;
    job->start_h = world->moving.now_h;
    job->next = b->last_started;
    b->last_started = number;
    cells(world, OUT_STARTED)[job->batch] += 1.0;
    cells(world, OUT_WAIT)[job->batch] += job->start_h - job->submit_h;
    struct hanse_event event = {
        .time = job->start_h + job->reference_h / speed_of(world, group),
        .kind = HANSE_MECHANISM_BATCH * 16 + EVENT_END,
        .order = HANSE_ORDER_FREES,
        .entity = number,
    };
    hanse_handle handle;
    HANSE_TRY(hanse_calendar_schedule(&world->calendar, &event, &handle));
    job_at(world, number)->end = handle;
    return HANSE_OK;
}

/* Starts what can start. With its pool whole a queue stops at its first job that fits nowhere.
 * In a pool that fell apart each jurisdiction's jobs wait only for each other. */
static enum hanse_status start_waiting(struct hanse_world *world, int32_t pool)
{
    bool apart = hanse__shock_pool_cut(world, pool);
    uint8_t *stuck = hanse__at(world, batches(world)->stuck); /* its first job waits */
    memset(stuck, 0, (size_t)world->tables.n_jurisdictions);
    uint32_t before = NONE;
    uint32_t number = queues(world)[pool].first;
    while (number != NONE) {
        struct job *job = job_at(world, number);
        uint32_t next = job->next;
        int32_t home = home_of(world, job);
        int32_t group = stuck[home] ? -1 : best_group(world, job);
        if (group >= 0) {
            struct queue *q = &queues(world)[pool];
            if (before == NONE) {
                q->first = next;
            } else {
                job_at(world, before)->next = next;
            }
            if (next == NONE) {
                q->last = before;
            }
            HANSE_TRY(start(world, number, group));
            stuck = hanse__at(world, batches(world)->stuck);
        } else if (!apart) {
            break;
        } else {
            stuck[home] = 1;
            before = number;
        }
        number = next;
    }
    return HANSE_OK;
}

/* Takes the job started last off a group and puts it back at the head of its queue. */
static void stop_latest(struct hanse_world *world, int32_t group)
{
    touch(world, group);
    struct bench *b = &benches(world)[group];
    uint32_t number = b->last_started;
    struct job *job = job_at(world, number);
    hanse_calendar_cancel(&world->calendar, job->end);
    b->last_started = job->next;
    b->used -= job->width;
    cells(world, OUT_KILLED)[job->batch] += 1.0;
    job->group = -1;
    struct queue *q = &queues(world)[pool_of(world, job)];
    job->next = q->first;
    q->first = number;
    if (q->last == NONE) {
        q->last = number;
    }
}

/* --- events and sweeps ------------------------------------------------------------------- */

/* Follows the fleet: how many devices each group sets aside now. */
static enum hanse_status follow_fleet(struct hanse_world *world)
{
    struct state *s = batches(world);
    const struct hanse_tables *t = &world->tables;
    if (s->changes == world->moving.changes || t->n_batches == 0) {
        return HANSE_OK;
    }
    s->changes = world->moving.changes;
    const struct hanse_group_state *groups = hanse__fleet_groups(world);
    for (int32_t g = 0; g < t->n_groups; g++) {
        struct bench *b = &benches(world)[g];
        b->devices = (int32_t)(t->sites[t->groups[g].site].batch_share *
                               hanse__group_available(&groups[g]));
        while (b->used > b->devices) {
            stop_latest(world, g);
        }
    }
    for (int32_t p = 0; p < t->n_pools; p++) {
        HANSE_TRY(start_waiting(world, p));
    }
    return HANSE_OK;
}

static enum hanse_status schedule_submit(struct hanse_world *world, int32_t index)
{
    const struct hanse_batch *b = &world->tables.batches[index];
    struct hanse_stream *streams = hanse__at(world, batches(world)->streams);
    if (b->rate_per_h <= 0.0) {
        return HANSE_OK;
    }
    double wait = hanse_stream_exponential(&streams[index]) / b->rate_per_h;
    return hanse__schedule(world, HANSE_MECHANISM_BATCH, EVENT_SUBMIT, HANSE_ORDER_NEEDS,
                           (uint32_t)index, world->moving.now_h + wait);
}

static void draw_job(struct hanse_world *world, int32_t index, struct job *job)
{
    const struct hanse_batch *b = &world->tables.batches[index];
    struct hanse_stream *stream =
        (struct hanse_stream *)hanse__at(world, batches(world)->streams) + index;
    int low = (int)floor(log2((double)b->width_min) + 1e-9);
    int high = (int)floor(log2((double)b->width_max) + 1e-9);
    int power = low + (int)(hanse_stream_uniform(stream) * (high - low + 1));
    int64_t width = INT64_C(1) << power;
    width = width < b->width_min ? b->width_min : width > b->width_max ? b->width_max : width;
    double variance = log1p(b->runtime_cv * b->runtime_cv);
    *job = (struct job){
        .submit_h = world->moving.now_h,
        .reference_h =
            b->runtime_h * exp(sqrt(variance) * hanse_stream_normal(stream) - 0.5 * variance),
        .batch = index,
        .width = (int32_t)width,
        .group = -1,
        .next = NONE,
    };
}

static enum hanse_status submit(struct hanse_world *world, int32_t index)
{
    uint32_t number;
    HANSE_TRY(new_job(world, &number));
    struct job *job = job_at(world, number);
    draw_job(world, index, job);
    cells(world, OUT_JOBS)[index] += 1.0;
    cells(world, OUT_DEMAND)[index] += work_of(job);
    struct queue *q = &queues(world)[pool_of(world, job)];
    bool alone = q->last == NONE;
    if (alone) {
        q->first = number;
    } else {
        job_at(world, q->last)->next = number;
    }
    q->last = number;
    HANSE_TRY(schedule_submit(world, index));
    /* Behind a waiting job of a whole pool nothing starts. */
    int32_t pool = pool_of(world, job_at(world, number));
    if (alone || hanse__shock_pool_cut(world, pool)) {
        return start_waiting(world, pool);
    }
    return HANSE_OK;
}

static enum hanse_status end(struct hanse_world *world, uint32_t number)
{
    struct job job = *job_at(world, number);
    touch(world, job.group);
    struct bench *b = &benches(world)[job.group];
    uint32_t *link = &b->last_started;
    while (*link != number) {
        link = &job_at(world, *link)->next;
    }
    *link = job.next;
    b->used -= job.width;
    double wait = job.start_h - job.submit_h;
    bool on_time = wait <= world->tables.batches[job.batch].deadline_h;
    cells(world, on_time ? OUT_ON_TIME : OUT_LATE)[job.batch] += work_of(&job);
    batches(world)->served += work_of(&job);
    free_job(world, number);
    return start_waiting(world, pool_of(world, &job));
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    return event->kind % 16 == EVENT_SUBMIT ? submit(world, (int32_t)event->entity)
                                            : end(world, event->entity);
}

static void month(struct hanse_world *world, int32_t which)
{
    double *backlog = cells(world, OUT_BACKLOG);
    for (int32_t p = 0; p < world->tables.n_pools; p++) {
        for (uint32_t i = queues(world)[p].first; i != NONE; i = job_at(world, i)->next) {
            backlog[job_at(world, i)->batch] += work_of(job_at(world, i));
        }
    }
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        uint32_t i = benches(world)[g].last_started;
        for (; i != NONE; i = job_at(world, i)->next) {
            backlog[job_at(world, i)->batch] += work_of(job_at(world, i));
        }
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    int32_t n = world->tables.n_batches;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_BATCH] = ref;
    struct state s = {.free = NONE, .changes = UINT64_MAX};
    HANSE_TRY(hanse__take(world, (size_t)n, sizeof(struct hanse_stream), &s.streams));
    HANSE_TRY(
        hanse__take(world, (size_t)world->tables.n_pools, sizeof(struct queue), &s.queues));
    HANSE_TRY(
        hanse__take(world, (size_t)world->tables.n_groups, sizeof(struct bench), &s.benches));
    HANSE_TRY(hanse__take(world, (size_t)world->tables.n_jurisdictions, 1, &s.stuck));
    *batches(world) = s;
    for (int32_t p = 0; p < world->tables.n_pools; p++) {
        queues(world)[p] = (struct queue){NONE, NONE};
    }
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        benches(world)[g].last_started = NONE;
    }
    struct hanse_stream *streams = hanse__at(world, s.streams);
    for (int32_t i = 0; i < n; i++) {
        hanse_stream_init(&streams[i], world->seed, world->replication,
                          hanse_scenario_entity(world->scenario, &hanse_kind_batch, i), "jobs");
    }
    for (int32_t i = 0; i < n; i++) {
        HANSE_TRY(schedule_submit(world, i));
    }
    return HANSE_OK;
}

static enum hanse_status check_batch(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_batch *b = hanse_scenario_table(scenario, &hanse_kind_batch, &n);
    b += index;
    if (b->width_max < b->width_min) {
        return hanse_scenario_reject(scenario, &hanse_kind_batch, index, "width_max",
                                     "must not be below width_min (%lld), got %lld",
                                     (long long)b->width_min, (long long)b->width_max);
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_batch, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .flags = HANSE_REQUIRED,
     .doc = "region that submits it; its pool runs it"},
    {.key = "data_class",
     .type = HANSE_CHOICE,
     .options = HANSE_DATA_CLASS_WORDS,
     .offset = AT(data_class),
     .flags = HANSE_REQUIRED,
     .doc = "sensitivity of its data"},
    {.key = "rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(rate_per_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e6,
     .doc = "jobs submitted per hour"},
    {.key = "width_min",
     .type = HANSE_INTEGER,
     .offset = AT(width_min),
     .fallback = 1,
     .low = 1,
     .high = 1e6,
     .doc = "fewest devices of a job"},
    {.key = "width_max",
     .type = HANSE_INTEGER,
     .offset = AT(width_max),
     .fallback = 1,
     .low = 1,
     .high = 1e6,
     .doc = "most devices of a job"},
    {.key = "runtime",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(runtime_h),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 87600,
     .doc = "mean runtime on the reference accelerator"},
    {.key = "runtime_cv",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(runtime_cv),
     .fallback = 1,
     .low = 0,
     .high = 100,
     .doc = "its coefficient of variation"},
    {.key = "deadline",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(deadline_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "a job that starts within so many hours counts as on time"},
};
#undef AT

const struct hanse_kind hanse_kind_batch = {
    .name = "batch",
    .doc = "A class of batch jobs, discrete, first come first served over the pool.",
    .size = sizeof(struct hanse_batch),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_batch,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_batch};

#define BY_BATCH                                                                               \
    {                                                                                          \
        "batch", NULL                                                                          \
    }
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
    {"wait_time", "h", "mean wait of batch jobs", BY_BATCH, HANSE_RATIO, "batch_wait",
     "batch_started"},
};

static const char *const EVENT_NAMES[] = {[EVENT_SUBMIT] = "submit", [EVENT_END] = "end"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    int32_t batch = event->kind % 16 == EVENT_SUBMIT ? (int32_t)event->entity
                                                     : job_at(world, event->entity)->batch;
    hanse__name_row(world, &hanse_kind_batch, batch, text, size);
}

const struct hanse_mechanism hanse_mechanism_batch = {
    .name = "batch",
    .doc = "Batch jobs, first come first served over the pool.",
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
