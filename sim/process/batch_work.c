#include "sim/process/batch_work.h"

#include <math.h>

#include "sim/process/batch.h"
#include "sim/process/islands.h"
#include "sim/process/steps.h"

/* --- work --------------------------------------------------------------------------------- */

static double reference_flops(const struct hanse_world *world)
{
    return world->reference.peak_tflops * 1e12 * world->reference.compute_efficiency;
}

static double flop_per_token(const struct hanse_world *world, const struct hanse_batch *b)
{
    const struct hanse_model *m = &world->tables.models[b->model];
    double active = m->active_parameters > 0.0 ? m->active_parameters : m->parameters;
    return (4.0 + 2.0 * b->trained_share) * active;
}

static double request_s(const struct hanse_world *world, const struct hanse_batch *b,
                        const struct hanse_accelerator *accelerator)
{
    struct hanse_service law =
        hanse__service(world, accelerator, b->model, b->prompt_tokens, b->answer_tokens);
    return hanse_service_request_s(&law, b->prompt_tokens, b->answer_tokens);
}

double hanse__batch_runtime_h(const struct hanse_world *world, int32_t batch, int32_t width)
{
    const struct hanse_batch *b = &world->tables.batches[batch];
    switch ((enum hanse_batch_work)b->work) {
    case HANSE_WORK_TRAINING:
        return b->tokens * flop_per_token(world, b) / reference_flops(world) / 3600.0 / width;
    case HANSE_WORK_INFERENCE:
        return b->prompts * request_s(world, b, &world->reference) / 3600.0 / width;
    default:
        return b->runtime_h;
    }
}

double hanse__batch_find_speed(const struct hanse_world *world, int32_t batch, int32_t group)
{
    const struct hanse_batch *b = &world->tables.batches[batch];
    const struct hanse_accelerator *a =
        &world->tables.accelerators[world->tables.groups[group].accelerator];
    if (b->work == HANSE_WORK_INFERENCE) {
        return request_s(world, b, &world->reference) / request_s(world, b, a);
    }
    return a->peak_tflops * a->compute_efficiency /
           (world->reference.peak_tflops * world->reference.compute_efficiency);
}

/* --- what is sent ------------------------------------------------------------------------- */

static bool gangs(const struct hanse_batch *b)
{
    return b->span == HANSE_SPAN_POOL && b->step_tokens > 0.0;
}

bool hanse__batch_talks(const struct hanse_world *world, int32_t batch)
{
    const struct hanse_batch *b = &world->tables.batches[batch];
    return gangs(b) || b->input_bytes > 0.0 || b->output_bytes > 0.0;
}

bool hanse__batch_reaches(const struct hanse_world *world, int32_t batch, int32_t region)
{
    return hanse__path_rate(world, world->tables.batches[batch].region, region) > 0.0;
}

/* Hours of summing for an hour's work of a reference device. */
static double exchange_h(const struct hanse_world *world, const struct hanse_batch *b,
                         int32_t width, int32_t sites, double latency_s, double rate)
{
    double bytes =
        b->trained_share * world->tables.models[b->model].parameters * b->exchanged_bytes;
    double exchange_s = 2.0 * (sites - 1) * (latency_s + bytes / (sites * rate));
    double steps =
        width * 3600.0 * reference_flops(world) / (flop_per_token(world, b) * b->step_tokens);
    return steps * exchange_s / (double)b->inner_steps / 3600.0;
}

/* The worst of paths, as one looks at them. */
struct worst {
    double latency_s, rate;
};

static void look_at(const struct hanse_world *world, int32_t from, int32_t to,
                    struct worst *worst)
{
    const double *latency = hanse__latencies(world);
    worst->latency_s = fmax(worst->latency_s, latency[from * world->tables.n_regions + to]);
    worst->rate = fmin(worst->rate, hanse__path_rate(world, from, to));
}

static void set_talk(struct hanse_world *world, uint32_t number, int32_t sites,
                     const struct worst *between, const struct worst *home)
{
    struct hanse__batch_job *job = hanse__batch_job(world, number);
    const struct hanse_batch *b = &world->tables.batches[job->batch];
    job->haul_h = (b->input_bytes + b->output_bytes) / home->rate / 3600.0;
    job->exchange_h = gangs(b) && sites > 1 ? exchange_h(world, b, job->width, sites,
                                                         between->latency_s, between->rate)
                                            : 0.0;
}

static int32_t region_of(const struct hanse_world *world, int32_t group)
{
    return world->tables.sites[world->tables.groups[group].site].region;
}

void hanse__batch_plan_talk(struct hanse_world *world, uint32_t number)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    struct worst between = {0.0, HUGE_VAL}, home = {0.0, HUGE_VAL};
    int32_t sites = 0, last = -1;
    if (!hanse__batch_talks(world, job->batch)) {
        return;
    }
    for (int32_t g = 0; g < t->n_groups; g++) {
        if (!hanse__batch_may_run(world, job->batch, g)) {
            continue;
        }
        look_at(world, t->batches[job->batch].region, region_of(world, g), &home);
        sites +=
            t->groups[g].site != last; /* groups stand by site: their names begin with it */
        last = t->groups[g].site;
        for (int32_t q = 0; q < t->n_groups && gangs(&t->batches[job->batch]); q++) {
            if (hanse__batch_may_run(world, job->batch, q)) {
                look_at(world, region_of(world, g), region_of(world, q), &between);
            }
        }
    }
    set_talk(world, number, sites < job->width ? sites : job->width, &between, &home);
}

void hanse__batch_start_talk(struct hanse_world *world, uint32_t number)
{
    const struct hanse__batch_job *job = hanse__batch_job(world, number);
    struct worst between = {0.0, HUGE_VAL}, home = {0.0, HUGE_VAL};
    int32_t sites = 0;
    if (!hanse__batch_talks(world, job->batch)) {
        return;
    }
    for (uint32_t p = job->slot; p != HANSE__NOBODY; p = hanse__part_at(world, p)->peer) {
        int32_t here = hanse__part_at(world, p)->group;
        bool first = true;
        look_at(world, world->tables.batches[job->batch].region, region_of(world, here), &home);
        for (uint32_t q = job->slot; q != p; q = hanse__part_at(world, q)->peer) {
            int32_t other = hanse__part_at(world, q)->group;
            first &= world->tables.groups[other].site != world->tables.groups[here].site;
            look_at(world, region_of(world, here), region_of(world, other), &between);
        }
        sites += first;
    }
    set_talk(world, number, sites, &between, &home);
}
