/*
 * The queues of batch jobs: which hardware a job may use at all, which queue it stands in, and
 * whom a job that waits keeps waiting behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/process/batch.h"
#include "sim/process/batch_machine.h"
#include "sim/process/batch_work.h"
#include "sim/process/climate.h"
#include "sim/process/eligible.h"
#include "sim/process/islands.h"
#include "sim/process/shock.h"

/* --- who may run where ---------------------------------------------------------------------*/

bool hanse__batch_find_leave(const struct hanse_world *world, int32_t batch, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_batch *b = &t->batches[batch];
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    const struct hanse_region *home = &t->regions[b->region];
    const struct hanse_region *there = &t->regions[t->sites[t->groups[group].site].region];
    return there->pool == home->pool && a->memory_gib >= b->memory_gib &&
           a->interconnect_gbps >= b->interconnect_gbps &&
           hanse__eligible(world, b->data_class, home->jurisdiction, t->groups[group].site);
}

bool hanse__batch_may_run(const struct hanse_world *world, int32_t batch, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse__batches *s = hanse__batches_of(world);
    const uint8_t *leaves = hanse__at(world, s->leaves);
    const int32_t *islands = hanse__at(world, s->islands);
    int32_t model = t->batches[batch].model;
    int32_t there = t->sites[t->groups[group].site].region;
    if (model >= 0 && hanse__shock_model_cut(world, model)) {
        return false;
    }
    if (s->talks && hanse__batch_talks(world, batch) &&
        !hanse__batch_reaches(world, batch, there)) {
        return false;
    }
    return leaves[(size_t)batch * (size_t)t->n_groups + (size_t)group] &&
           islands[t->batches[batch].region] == islands[there];
}

static double score_by(const struct hanse_world *world, int32_t how, int32_t batch,
                       int32_t group, double when_s)
{
    const struct hanse_tables *t = &world->tables;
    int32_t region = t->sites[t->groups[group].site].region;
    if (how == HANSE_SITING_NEAREST) {
        const double *latency = hanse__latencies(world);
        return latency[t->batches[batch].region * t->n_regions + region];
    }
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    struct hanse_tariff tariff = hanse__tariff_of(world, region, (int64_t)(when_s / 3600.0));
    double by = how == HANSE_SITING_CHEAPEST ? tariff.eur_per_kwh : tariff.g_per_kwh;
    return (a->power_kw - a->idle_power_kw) * tariff.pue * by /
           hanse__batch_speed(world, batch, group);
}

double hanse__batch_score(const struct hanse_world *world, int32_t batch, int32_t group,
                          double when_s)
{
    const struct hanse_batch *b = &world->tables.batches[batch];
    int32_t how = b->placement != HANSE_SITING_BY_POOL
                      ? b->placement
                      : world->tables.pools[world->tables.regions[b->region].pool].placement;
    return how == HANSE_SITING_LOCAL ? 0.0 : score_by(world, how, batch, group, when_s);
}

/* --- jobs --------------------------------------------------------------------------------- */

enum hanse_status hanse__batch_new_job(struct hanse_world *world, uint32_t *number)
{
    struct hanse__batches *s = hanse__batches_of(world);
    if (s->free == HANSE__NOBODY) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 64;
        hanse_ref grown = hanse_arena_resize(&world->arena, s->jobs,
                                             s->capacity * sizeof(struct hanse__batch_job),
                                             capacity * sizeof(struct hanse__batch_job));
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = hanse__batches_of(world);
        s->jobs = grown;
        for (uint32_t i = capacity; i-- > s->capacity;) {
            hanse__batch_job(world, i)->next = s->free;
            s->free = i;
        }
        s->capacity = capacity;
    }
    *number = s->free;
    s->free = hanse__batch_job(world, *number)->next;
    return HANSE_OK;
}

void hanse__batch_free_job(struct hanse_world *world, uint32_t number)
{
    struct hanse__batches *s = hanse__batches_of(world);
    hanse__batch_job(world, number)->next = s->free;
    hanse__batch_job(world, number)->alive = false;
    s->free = number;
}

/* --- lanes ---------------------------------------------------------------------------------*/

uint32_t hanse__batch_n_lanes(const struct hanse_world *world)
{
    return (uint32_t)world->tables.n_regions;
}

int32_t hanse__batch_pool_of_lane(const struct hanse_world *world, uint32_t lane)
{
    return world->tables.regions[lane].pool;
}

uint32_t hanse__batch_lane(const struct hanse_world *world, int32_t batch)
{
    const int32_t *islands = hanse__at(world, hanse__batches_of(world)->islands);
    return (uint32_t)islands[world->tables.batches[batch].region];
}

uint8_t *hanse__batch_parted(const struct hanse_world *world)
{
    return (uint8_t *)hanse__at(world, hanse__batches_of(world)->parted);
}

bool hanse__batch_slot_whole(const struct hanse_world *world, uint32_t slot)
{
    const struct hanse_tables *t = &world->tables;
    const int32_t *islands = hanse__at(world, hanse__batches_of(world)->islands);
    int32_t first = -1;
    for (; slot != HANSE__NOBODY; slot = hanse__part_at(world, slot)->peer) {
        int32_t group = hanse__part_at(world, slot)->group;
        int32_t island = islands[t->sites[t->groups[group].site].region];
        if (first >= 0 && island != first) {
            return false;
        }
        first = island;
    }
    return true;
}

void hanse__batch_follow_islands(struct hanse_world *world)
{
    const int32_t *now = hanse__islands(world);
    int32_t *known = hanse__at(world, hanse__batches_of(world)->islands);
    for (int32_t r = 0; r < world->tables.n_regions; r++) {
        hanse__batch_parted(world)[world->tables.regions[r].pool] |= known[r] != now[r];
        known[r] = now[r];
    }
    struct hanse__batches *s = hanse__batches_of(world);
    if (s->talks && s->rules != world->moving.rules) { /* paths are others: plan anew */
        memset(hanse__batch_parted(world), 1, (size_t)world->tables.n_pools);
    }
    s->rules = world->moving.rules;
}

/* --- strict queues -------------------------------------------------------------------------*/

/* Could the job start on the group, were nothing else running on what works now? */
static bool could_hold(const struct hanse_world *world, const struct hanse_job *job,
                       int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    int32_t found = hanse__bench_of(world, group)->devices, wanted = (int32_t)job->width;
    int32_t span = t->batches[job->need].span;
    for (int32_t g = 0; found < wanted && span != HANSE_SPAN_GROUP && g < t->n_groups; g++) {
        bool near = span == HANSE_SPAN_POOL || t->groups[g].site == t->groups[group].site;
        found += g != group && near && hanse__batch_may_run(world, (int32_t)job->need, g)
                     ? hanse__bench_of(world, g)->devices
                     : 0;
    }
    return found >= wanted;
}

void hanse__batch_bar(struct hanse_resource *view, const struct hanse_job *job)
{
    const struct hanse_world *world = view->user;
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        if (could_hold(world, job, g) && hanse__batch_may_run(world, (int32_t)job->need, g)) {
            hanse__bench_of(world, g)->barred = hanse__batches_of(world)->strict_pass;
        }
    }
}

void hanse__batch_unbar(struct hanse_resource *view)
{
    const struct hanse_world *world = view->user;
    hanse__batches_of(world)->strict_pass++;
}

bool hanse__batch_open(const struct hanse_world *world, int32_t group)
{
    return hanse__bench_of(world, group)->barred != hanse__batches_of(world)->strict_pass;
}

/* --- who waits where ------------------------------------------------------------------------
 */

enum hanse_status hanse__batch_enqueue(struct hanse_world *world, uint32_t number)
{
    struct hanse_scheduler scheduler;
    uint32_t id, lane = hanse__batch_lane(world, hanse__batch_job(world, number)->batch);
    struct hanse_job planned = hanse__batch_planned(world, number);
    HANSE_TRY(hanse__batch_scheduler(world, lane, &scheduler));
    HANSE_TRY(hanse_scheduler_submit(&scheduler, hanse__batch_now_s(world), &planned, &id));
    hanse__batch_job(world, number)->lane = lane;
    hanse__batch_job(world, number)->id = id;
    return HANSE_OK;
}

struct moved {
    double submit_h;
    uint32_t number;
};

static int by_submission(const void *a, const void *b)
{
    const struct moved *x = a, *y = b;
    int order = (x->submit_h > y->submit_h) - (x->submit_h < y->submit_h);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Takes a waiting job of a parted pool out of its lane. */
static enum hanse_status leave_lane(struct hanse_world *world, uint32_t number)
{
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    struct hanse_scheduler scheduler;
    HANSE_TRY(hanse__batch_scheduler(world, job->lane, &scheduler));
    return hanse_scheduler_withdraw(&scheduler, hanse__batch_now_s(world),
                                    hanse__batch_job(world, number)->id);
}

enum hanse_status hanse__batch_change_lanes(struct hanse_world *world)
{
    uint32_t n = 0, capacity = hanse__batches_of(world)->capacity;
    struct moved *moved = hanse__alloc(world->ctx, capacity + 1, sizeof *moved);
    enum hanse_status status = moved ? HANSE_OK : HANSE_ERR_MEMORY;
    for (uint32_t i = 0; i < capacity && status == HANSE_OK; i++) {
        const struct hanse__batch_job *job = hanse__batch_job(world, i);
        const struct hanse_batch *b = &world->tables.batches[job->batch];
        if (job->alive && job->group < 0 &&
            hanse__batch_parted(world)[world->tables.regions[b->region].pool]) {
            moved[n++] = (struct moved){job->submit_h, i};
            status = leave_lane(world, i);
        }
    }
    if (status == HANSE_OK) {
        qsort(moved, n, sizeof *moved, by_submission);
    }
    for (uint32_t i = 0; i < n && status == HANSE_OK; i++) {
        status = hanse__batch_enqueue(world, moved[i].number);
    }
    hanse__free(moved);
    return status;
}

/* All reservations are given back: what they count on changes. */
enum hanse_status hanse__batch_replan(struct hanse_world *world)
{
    for (uint32_t l = 0; l < hanse__batch_n_lanes(world); l++) {
        struct hanse_scheduler scheduler;
        if (hanse__batch_lane_used(world, l)) {
            HANSE_TRY(hanse__batch_scheduler(world, l, &scheduler));
            HANSE_TRY(hanse_scheduler_changed(&scheduler, hanse__batch_now_s(world)));
        }
    }
    return HANSE_OK;
}
