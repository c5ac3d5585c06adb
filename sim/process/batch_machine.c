#include "sim/process/batch_machine.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/batch.h"
#include "sim/process/batch_work.h"
#include "sim/process/schedule/interruption.h"
#include "sim/process/schedule/timetable.h"

/* Estimates are bounds: an event's time, cut from hours to seconds, must not pass them. */
static const double SLACK = 1e-9;

double hanse__batch_now_s(const struct hanse_world *world)
{
    return world->moving.now_h * 3600.0;
}

double hanse__batch_speed(const struct hanse_world *world, int32_t batch, int32_t group)
{
    const double *speeds = hanse__at(world, hanse__batches_of(world)->speeds);
    return speeds[(size_t)batch * (size_t)world->tables.n_groups + (size_t)group];
}

static int32_t pool_of_group(const struct hanse_world *world, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    return t->regions[t->sites[t->groups[group].site].region].pool;
}

static bool plans(const struct hanse_world *world, int32_t pool)
{
    int32_t scheduler = world->tables.pools[pool].scheduler;
    return scheduler != HANSE_SCHEDULER_FCFS && scheduler != HANSE_SCHEDULER_SJF;
}

/* --- the view ------------------------------------------------------------------------------*/

static struct hanse_world *world_of(const struct hanse_resource *view)
{
    return (struct hanse_world *)view->user;
}

static double planned_s(const struct hanse_world *world, uint32_t number, double speed)
{
    double overestimate =
        world->tables.batches[hanse__batch_job(world, number)->batch].overestimate;
    return 3600.0 * hanse__batch_stay_h(world, number, speed) * overestimate * (1.0 + SLACK) +
           SLACK;
}

static double length_s(const struct hanse_world *world, const struct hanse_job *job,
                       int32_t group)
{
    return planned_s(world, (uint32_t)job->number,
                     hanse__batch_speed(world, (int32_t)job->need, group));
}

/* How many of the group's devices are free over all of [start_s, start_s + length_s), no more
 * exactly than `wanted`. */
static int32_t free_over(const struct hanse_world *world, int32_t group, double start_s,
                         double length, int32_t wanted)
{
    const struct hanse__bench *b = hanse__bench_of(world, group);
    if (b->table == 0) {
        int32_t free = b->devices - b->held;
        return free < wanted ? free : wanted;
    }
    /* The least level over a window, looked for between the two ends of what it can be. */
    int32_t low = 0, high = wanted;
    while (low < high) {
        int32_t middle = low + (high - low + 1) / 2;
        if (hanse__timetable_holds(&world->arena, b->table, start_s, start_s + length,
                                   middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static int32_t free_now(const struct hanse_world *world, int32_t group)
{
    const struct hanse__bench *b = hanse__bench_of(world, group);
    return b->table == 0 ? b->devices - b->held : hanse__timetable_now(&world->arena, b->table);
}

/* One place for a job: a group alone, or the eligible groups of its site, or of all sites, down
 * to one speed. */
struct stand {
    int32_t group; /* the slowest member; -1: none */
    enum hanse_batch_span span;
};

static bool is_member(const struct hanse_world *world, const struct hanse_job *job,
                      struct stand stand, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    int32_t batch = (int32_t)job->need;
    if (stand.span == HANSE_SPAN_GROUP) {
        return group == stand.group;
    }
    return (stand.span == HANSE_SPAN_POOL ||
            t->groups[group].site == t->groups[stand.group].site) &&
           hanse__batch_speed(world, batch, group) >=
               hanse__batch_speed(world, batch, stand.group) &&
           hanse__batch_open(world, group) && hanse__batch_may_run(world, batch, group);
}

static bool holds(const struct hanse_world *world, const struct hanse_job *job,
                  struct stand stand, double start_s)
{
    int32_t wanted = (int32_t)job->width;
    if (stand.span == HANSE_SPAN_GROUP && hanse__bench_of(world, stand.group)->table == 0) {
        return free_now(world, stand.group) >= wanted; /* for how long does not matter */
    }
    double length = length_s(world, job, stand.group);
    if (stand.span == HANSE_SPAN_GROUP) {
        return free_now(world, stand.group) >= 0 &&
               free_over(world, stand.group, start_s, length, wanted) >= wanted;
    }
    int32_t found = 0;
    for (int32_t g = 0; g < world->tables.n_groups && found < wanted; g++) {
        if (is_member(world, job, stand, g)) {
            found += free_over(world, g, start_s, length, wanted - found);
        }
    }
    return found >= wanted;
}

static double earliest_at(const struct hanse_world *world, const struct hanse_job *job,
                          int32_t group)
{
    const struct hanse__bench *b = hanse__bench_of(world, group);
    double now_s = hanse__batch_now_s(world);
    if (b->table == 0) {
        return b->devices - b->held >= (int32_t)job->width ? now_s : HUGE_VAL;
    }
    return hanse__timetable_earliest(&world->arena, b->table, now_s, (int32_t)job->width,
                                     length_s(world, job, group), HUGE_VAL);
}

static enum hanse_batch_span span_of(const struct hanse_world *world,
                                     const struct hanse_job *job)
{
    return (enum hanse_batch_span)world->tables.batches[job->need].span;
}

/* The group alone on which the job may start at start_s: of equal scores by its placement, the
 * one with fewest free. */
static void find_group(const struct hanse_world *world, const struct hanse_job *job,
                       double start_s, struct stand *best)
{
    double least = HUGE_VAL;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        struct stand stand = {g, HANSE_SPAN_GROUP};
        const struct hanse__bench *b = hanse__bench_of(world, g);
        if ((b->table == 0 && b->devices - b->held < (int32_t)job->width) ||
            !hanse__batch_open(world, g)) {
            continue; /* cheaper to ask than the law, and as final */
        }
        if (!hanse__batch_may_run(world, (int32_t)job->need, g)) {
            continue;
        }
        double score = hanse__batch_score(world, (int32_t)job->need, g, start_s);
        if ((best->group < 0 || score < least ||
             (score == least && free_now(world, g) < free_now(world, best->group))) &&
            holds(world, job, stand, start_s)) {
            *best = stand;
            least = score;
        }
    }
}

/* Several groups: of equal scores by the slowest member, the fastest such. */
static void find_several(const struct hanse_world *world, const struct hanse_job *job,
                         enum hanse_batch_span span, double start_s, struct stand *best)
{
    double least = HUGE_VAL;
    int32_t batch = (int32_t)job->need;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        struct stand stand = {g, span};
        if (!hanse__batch_open(world, g) || !hanse__batch_may_run(world, batch, g)) {
            continue;
        }
        double score = hanse__batch_score(world, batch, g, start_s);
        if ((best->group < 0 || score < least ||
             (score == least && hanse__batch_speed(world, batch, g) >
                                    hanse__batch_speed(world, batch, best->group))) &&
            holds(world, job, stand, start_s)) {
            *best = stand;
            least = score;
        }
    }
}

/* The stand at which the job may start at start_s. A group alone goes before several of a site,
 * these before several sites. */
static bool find_stand(const struct hanse_world *world, const struct hanse_job *job,
                       double start_s, struct stand *best)
{
    *best = (struct stand){-1, HANSE_SPAN_GROUP};
    find_group(world, job, start_s, best);
    for (int span = HANSE_SPAN_SITE; best->group < 0 && span <= (int)span_of(world, job);
         span++) {
        find_several(world, job, (enum hanse_batch_span)span, start_s, best);
    }
    return best->group >= 0;
}

static enum hanse_status advance(struct hanse_resource *view, double now_s)
{
    struct hanse_world *world = world_of(view);
    for (int32_t g = 0; hanse__batches_of(world)->planned && g < world->tables.n_groups; g++) {
        hanse_ref table = hanse__bench_of(world, g)->table;
        if (table != 0) {
            hanse__timetable_advance(&world->arena, table, now_s);
        }
    }
    return HANSE_OK;
}

static bool fits_now(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct hanse_world *world = world_of(view);
    struct stand stand;
    return find_stand(world, job, hanse__batch_now_s(world), &stand);
}

/* A gang over several groups may also start where one of them frees devices: the instants at
 * which any group alone would have room for one device more are enough. */
static double earliest_spanning(const struct hanse_world *world, const struct hanse_job *job)
{
    double found_s = HUGE_VAL;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        hanse_ref table = hanse__bench_of(world, g)->table;
        uint32_t n = table == 0 ? 0 : hanse__timetable_steps(&world->arena, table);
        for (uint32_t i = 0; i < n && hanse__batch_may_run(world, (int32_t)job->need, g); i++) {
            struct stand stand;
            double from_s;
            int32_t level;
            hanse__timetable_step(&world->arena, table, i, &from_s, &level);
            from_s = fmax(from_s, hanse__batch_now_s(world));
            if (from_s < found_s && find_stand(world, job, from_s, &stand)) {
                found_s = from_s;
            }
        }
    }
    return found_s;
}

static double earliest(const struct hanse_resource *view, const struct hanse_job *job)
{
    const struct hanse_world *world = world_of(view);
    double found_s = HUGE_VAL;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        if (hanse__batch_may_run(world, (int32_t)job->need, g)) {
            found_s = fmin(found_s, earliest_at(world, job, g));
        }
    }
    return span_of(world, job) != HANSE_SPAN_GROUP
               ? fmin(found_s, earliest_spanning(world, job))
               : found_s;
}

/* --- parts ---------------------------------------------------------------------------------*/

static enum hanse_status new_part(struct hanse_world *world, uint32_t *number)
{
    struct hanse__batches *s = hanse__batches_of(world);
    if (s->spare_part == HANSE__NOBODY) {
        uint32_t n = s->n_parts, grown = n == 0 ? 64 : 2 * n;
        hanse_ref parts =
            hanse_arena_resize(&world->arena, s->parts, n * sizeof(struct hanse__part),
                               grown * sizeof(struct hanse__part));
        if (parts == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = hanse__batches_of(world);
        s->parts = parts;
        s->n_parts = grown;
        for (uint32_t i = grown; i-- > n;) {
            hanse__part_at(world, i)->peer = s->spare_part;
            s->spare_part = i;
        }
    }
    *number = s->spare_part;
    s->spare_part = hanse__part_at(world, *number)->peer;
    return HANSE_OK;
}

static enum hanse_status take_part(struct hanse_world *world, int32_t group, int32_t width,
                                   double start_s, double end_s, uint32_t *slot)
{
    uint32_t number;
    HANSE_TRY(new_part(world, &number));
    *hanse__part_at(world, number) =
        (struct hanse__part){.end_s = end_s, .group = group, .width = width, .peer = *slot};
    *slot = number;
    struct hanse__bench *b = hanse__bench_of(world, group);
    if (b->table == 0) {
        b->held += width;
        return HANSE_OK;
    }
    return hanse__timetable_add(&world->arena, b->table, start_s, end_s, -width);
}

/* The member to take from next, and how much: in order, or over several sites where most is. */
static int32_t next_member(const struct hanse_world *world, const struct hanse_job *job,
                           struct stand stand, double start_s, double length, int32_t wanted,
                           int32_t *from)
{
    int32_t most = 0;
    for (int32_t g = *from; g < world->tables.n_groups; g++) {
        int32_t here =
            is_member(world, job, stand, g) ? free_over(world, g, start_s, length, wanted) : 0;
        if (here > most) {
            most = here;
            *from = g;
            if (stand.span == HANSE_SPAN_SITE) {
                break;
            }
        }
    }
    return most;
}

static enum hanse_status take(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot)
{
    struct hanse_world *world = world_of(view);
    struct stand stand;
    *slot = HANSE__NOBODY;
    if (start_s == HUGE_VAL) {
        return HANSE_OK;
    }
    bool found = find_stand(world, job, start_s, &stand);
    HANSE_ASSERT(found);
    double end_s = start_s + length_s(world, job, stand.group);
    int32_t wanted = (int32_t)job->width;
    if (stand.span == HANSE_SPAN_GROUP) {
        return take_part(world, stand.group, wanted, start_s, end_s, slot);
    }
    for (int32_t g = 0; wanted > 0; g = stand.span == HANSE_SPAN_SITE ? g + 1 : 0) {
        int32_t here = next_member(world, job, stand, start_s, end_s - start_s, wanted, &g);
        HANSE_ASSERT(here > 0);
        HANSE_TRY(take_part(world, g, here, start_s, end_s, slot));
        wanted -= here;
    }
    return HANSE_OK;
}

static enum hanse_status release(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s)
{
    struct hanse_world *world = world_of(view);
    (void)job, (void)start_s;
    while (slot != HANSE__NOBODY) {
        struct hanse__part part = *hanse__part_at(world, slot);
        struct hanse__bench *b = hanse__bench_of(world, part.group);
        if (b->table == 0) {
            b->held -= part.width;
        } else if (at_s < part.end_s) {
            HANSE_TRY(
                hanse__timetable_add(&world->arena, b->table, at_s, part.end_s, part.width));
        }
        hanse__part_at(world, slot)->peer = hanse__batches_of(world)->spare_part;
        hanse__batches_of(world)->spare_part = slot;
        slot = part.peer;
    }
    return HANSE_OK;
}

static const struct hanse_resource_kind kind = {
    .name = "pool",
    .doc = "The groups of a pool: a job holds devices of one group, or of one site.",
    .advance = advance,
    .fits_now = fits_now,
    .earliest = earliest,
    .take = take,
    .release = release,
    .bar = hanse__batch_bar,
    .unbar = hanse__batch_unbar,
};

/* --- lanes ---------------------------------------------------------------------------------*/

static struct hanse__lane *lane_at(const struct hanse_world *world, uint32_t lane)
{
    return (struct hanse__lane *)hanse__at(world, hanse__batches_of(world)->lanes) + lane;
}

bool hanse__batch_lane_used(const struct hanse_world *world, uint32_t lane)
{
    return lane_at(world, lane)->scheduler != 0;
}

/* The words of the field `scheduler` and the library's list are in one order. */
static const struct hanse_policy *policy_of(const struct hanse_pool *pool)
{
    return hanse_policy_hook(pool->scheduler) >= 0 ? &hanse__batch_function
                                                   : hanse_policies()[pool->scheduler];
}

static uint32_t devices_of(const struct hanse_world *world, int32_t pool)
{
    uint32_t n = 0;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        n += pool_of_group(world, g) == pool ? (uint32_t)world->tables.groups[g].count : 0;
    }
    return n > 0 ? n : 1;
}

/* The pool's keys as the policy's table wants them; times in s. Other policies take none. */
static enum hanse_status params_of(const struct hanse_world *world,
                                   const struct hanse_pool *pool,
                                   const struct hanse_policy *policy, double *params)
{
    const struct hanse_pool_priority *p = &pool->priority;
    const struct {
        const char *key;
        double value;
    } given[] = {{"age_weight", p->age_weight},     {"age_max", p->age_max_h * 3600.0},
                 {"share_weight", p->share_weight}, {"half_life", p->half_life_h * 3600.0},
                 {"size_weight", p->size_weight},   {"favour", p->favour},
                 {"period", p->period_h * 3600.0},  {"backfill", p->backfill}};
    hanse_policy_standards(policy, params);
    for (size_t i = 0; i < sizeof given / sizeof *given && policy->n_params > 0; i++) {
        HANSE_TRY(hanse_policy_put(world->ctx, policy, params, given[i].key, given[i].value));
    }
    return HANSE_OK;
}

/* A scheduler is a policy, a view and a place in the arena: it is put together anew each time,
 * since nothing in the arena may point. */
enum hanse_status hanse__batch_scheduler(struct hanse_world *world, uint32_t lane,
                                         struct hanse_scheduler *scheduler)
{
    int32_t number = hanse__batch_pool_of_lane(world, lane);
    const struct hanse_pool *pool = &world->tables.pools[number];
    struct hanse_resource view = {.kind = &kind, .arena = &world->arena, .user = world};
    const struct hanse_policy *policy = policy_of(pool);
    void *user = (void *)(uintptr_t)pool;
    hanse_ref state = lane_at(world, lane)->scheduler;
    if (state == 0 || policy == &hanse__batch_function) {
        view.processors = devices_of(world, number);
    }
    if (state != 0) {
        *scheduler = (struct hanse_scheduler){policy, view, &world->arena, state, user};
        return HANSE_OK;
    }
    *scheduler = (struct hanse_scheduler){.user = user};
    double params[HANSE_POLICY_PARAMS_MOST];
    HANSE_TRY(params_of(world, pool, policy, params));
    HANSE_TRY(hanse_scheduler_init(scheduler, &world->arena, &view, policy, params));
    lane_at(world, lane)->scheduler = scheduler->state;
    return HANSE_OK;
}

enum hanse_status hanse__batch_resize(struct hanse_world *world, int32_t group, int32_t devices)
{
    struct hanse__bench *b = hanse__bench_of(world, group);
    int32_t change = devices - b->devices;
    b->devices = devices;
    if (b->table == 0 || change == 0) {
        return HANSE_OK;
    }
    double now_s = hanse__batch_now_s(world);
    hanse__timetable_advance(&world->arena, b->table, now_s);
    return hanse__timetable_add(&world->arena, b->table, now_s, HUGE_VAL, change);
}

/* Over all devices of the pool: a job's length is planned before its place is known. */
static void find_bounds(const struct hanse_world *world, int32_t batch, double *slowest,
                        double *hazard)
{
    const struct hanse_tables *t = &world->tables;
    int32_t pool = t->regions[t->batches[batch].region].pool;
    double least = HUGE_VAL;
    *hazard = 0.0;
    for (int32_t g = 0; g < t->n_groups; g++) {
        if (pool_of_group(world, g) == pool) {
            least = fmin(least, hanse__batch_speed(world, batch, g));
            *hazard = fmax(*hazard, t->accelerators[t->groups[g].accelerator].hazard_per_h);
        }
    }
    *slowest = least < HUGE_VAL ? least : 1.0;
}

double hanse__batch_interval_h(const struct hanse_world *world, uint32_t number)
{
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    const struct hanse_batch *b = &world->tables.batches[job->batch];
    const double *hazards = hanse__at(world, hanse__batches_of(world)->hazards);
    if (b->checkpoint == HANSE_CHECKPOINT_NONE) {
        return HUGE_VAL;
    }
    const struct hanse_interruptions rules = {
        .mtbf_s = hazards[job->batch] > 0.0 ? 3600.0 / hazards[job->batch] : HUGE_VAL,
        .checkpoint = (enum hanse_checkpoint)b->checkpoint,
        .interval_s = b->checkpoint_interval_h * 3600.0,
        .checkpoint_s = b->checkpoint_cost_h * 3600.0};
    return hanse_checkpoint_interval_s(&rules, (uint32_t)job->width) / 3600.0;
}

double hanse__batch_stay_h(const struct hanse_world *world, uint32_t number, double speed)
{
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    double pace = hanse__batch_pace(job, speed);
    double work_h = job->reference_h / pace, every_h = hanse__batch_interval_h(world, number);
    double saves = every_h < work_h ? ceil(work_h / every_h) - 1.0 : 0.0;
    return job->restart_h + job->haul_h + work_h +
           saves * world->tables.batches[job->batch].checkpoint_cost_h;
}

enum hanse_status hanse__batch_machine_init(struct hanse_world *world)
{
    struct hanse__batches *s = hanse__batches_of(world);
    double *slowest = hanse__at(world, s->slowest), *hazards = hanse__at(world, s->hazards);
    double *speeds = hanse__at(world, s->speeds);
    uint8_t *leaves = hanse__at(world, s->leaves);
    for (int32_t i = 0; i < world->tables.n_batches; i++) {
        for (int32_t g = 0; g < world->tables.n_groups; g++) {
            *speeds++ = hanse__batch_find_speed(world, i, g);
            *leaves++ = hanse__batch_find_leave(world, i, g);
        }
        find_bounds(world, i, &slowest[i], &hazards[i]);
        s->talks |= hanse__batch_talks(world, i);
    }
    for (uint32_t l = 0; l < hanse__batch_n_lanes(world); l++) {
        lane_at(world, l)->due_h = HUGE_VAL;
    }
    if (world->tables.n_batches > 0) {
        hanse__batch_follow_islands(world);
    }
    for (int32_t g = 0; g < world->tables.n_groups && world->tables.n_batches > 0; g++) {
        if (plans(world, pool_of_group(world, g))) {
            hanse_ref table = hanse__timetable_create(&world->arena, 0);
            if (table == 0) {
                return HANSE_ERR_MEMORY;
            }
            hanse__bench_of(world, g)->table = table;
            hanse__batches_of(world)->planned = true;
            hanse__timetable_advance(&world->arena, table, hanse__batch_now_s(world));
        }
    }
    return HANSE_OK;
}

struct hanse_job hanse__batch_planned(struct hanse_world *world, uint32_t number)
{
    hanse__batch_plan_talk(world, number);
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    const double *slowest = hanse__at(world, hanse__batches_of(world)->slowest);
    double estimate_s = planned_s(world, number, slowest[job->batch]);
    return (struct hanse_job){.submit_s = job->submit_h * 3600.0,
                              .runtime_s = estimate_s,
                              .estimate_s = estimate_s,
                              .number = number,
                              .width = (uint32_t)job->width,
                              .need = (uint32_t)job->batch,
                              .user = job->batch,
                              .group = -1,
                              .queue = -1,
                              .partition = -1};
}
