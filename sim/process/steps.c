#include "sim/process/steps.h"

#include <math.h>
#include <stdio.h>

#include "sim/base/assert.h"
#include "sim/model/rated.h"
#include "sim/model/scenario.h"
#include "sim/process/batch.h"
#include "sim/process/batch_work.h"
#include "sim/process/demand.h"
#include "sim/process/world.h"

bool hanse_steps_known(const struct hanse_accelerator *accelerator,
                       const struct hanse_model *model)
{
    return accelerator->kernel_rates.count > 0 && model->shape.layers > 0;
}

static double element_bytes(const struct hanse_accelerator *accelerator)
{
    return hanse_precision_bytes((enum hanse_precision)accelerator->kernel_precision);
}

int64_t hanse_steps_devices(const struct hanse_accelerator *accelerator,
                            const struct hanse_model *model, double prompt_tokens,
                            double output_tokens)
{
    double e = element_bytes(accelerator);
    double weights = e * hanse_transformer_parameters(&model->shape);
    double cache =
        (prompt_tokens + 0.5 * output_tokens) * hanse_transformer_cache_bytes(&model->shape, e);
    double usable = HANSE_USABLE_MEMORY * accelerator->memory_gib * 1073741824.0;
    int64_t devices = (int64_t)fmin(1e9, ceil((weights + cache) / usable));
    while (devices < model->shape.heads && model->shape.heads % devices != 0) {
        devices++;
    }
    return devices;
}

/* --- the law of a pair ---------------------------------------------------------------------
 */

static enum hanse_status make_law(struct hanse_context *ctx, const struct hanse_accelerator *a,
                                  struct hanse_device_law **law)
{
    struct hanse_link_law link = {a->interconnect_latency_s, 0.5e9 * a->interconnect_gbps};
    const struct hanse_link_law links[HANSE_REACHES] = {link, link};
    struct hanse_profile profile;
    enum hanse_status status = hanse_accelerator_profile(ctx, a, &profile);
    if (status == HANSE_OK) {
        status =
            hanse_device_law_create(ctx, &profile, (enum hanse_precision)a->kernel_precision,
                                    link.byte_per_s > 0.0 ? links : NULL, law);
    }
    hanse_profile_fini(&profile);
    return status;
}

static void find_service(struct hanse_steps *s, double batch, double prompt, double output)
{
    const struct hanse_step writing = {.decoding = batch, .context = prompt + 0.5 * output};
    double full =
        hanse_steady_time(s->law, &s->model, &s->parallel, batch, prompt, output, &s->engine)
            .seconds;
    double decode =
        hanse_step_time(s->law, &s->model, &s->parallel, &writing, &s->engine).seconds;
    double devices = (double)s->parallel.tensor;
    s->service = (struct hanse_service){
        .prefill_s_per_token = devices * (full - decode) * output / (batch * prompt),
        .decode_s_per_token = devices * decode / batch,
        .batch = batch,
        .devices = (int)devices,
        .cache_tokens =
            hanse_cache_tokens(s->law, &s->model, &s->parallel, HANSE_USABLE_MEMORY),
    };
}

static enum hanse_status cannot(struct hanse_context *ctx, const struct hanse_accelerator *a,
                                const struct hanse_model *model, int64_t devices)
{
    if (devices > model->shape.heads) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "model '%s' takes %lld of accelerator '%s', but its %lld heads are "
                           "shared by so many devices at most",
                           model->name, (long long)devices, a->name,
                           (long long)model->shape.heads);
    }
    if (devices > 1 && !(a->interconnect_gbps > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "model '%s' takes %lld of accelerator '%s', so its 'interconnect' "
                           "must be given",
                           model->name, (long long)devices, a->name);
    }
    return HANSE_OK;
}

enum hanse_status hanse_steps_init(struct hanse_context *ctx,
                                   const struct hanse_accelerator *accelerator,
                                   const struct hanse_model *model, double prompt_tokens,
                                   double output_tokens, struct hanse_steps *steps)
{
    int64_t devices = hanse_steps_devices(accelerator, model, prompt_tokens, output_tokens);
    *steps = (struct hanse_steps){.model = model->shape,
                                  .parallel = {.tensor = devices},
                                  .engine = {.device_factor = accelerator->engine_factor,
                                             .gap_s = accelerator->engine_gap_s,
                                             .request_s = accelerator->engine_request_s}};
    HANSE_TRY(cannot(ctx, accelerator, model, devices));
    HANSE_TRY(make_law(ctx, accelerator, &steps->law));
    double admitted = hanse_admitted(steps->law, &steps->model, &steps->parallel,
                                     HANSE_USABLE_MEMORY, prompt_tokens, output_tokens);
    find_service(steps, fmax(1.0, fmin(floor(model->batch), admitted)), prompt_tokens,
                 output_tokens);
    return HANSE_OK;
}

void hanse_steps_fini(struct hanse_steps *steps)
{
    hanse_device_law_destroy(steps->law);
    steps->law = NULL;
}

enum hanse_status hanse__steps_check(const struct hanse_scenario *scenario, int32_t model,
                                     double prompt_tokens, double output_tokens,
                                     const char *what)
{
    int32_t n;
    struct hanse_context *ctx = hanse__scenario_context(scenario);
    const struct hanse_model *m =
        (const struct hanse_model *)hanse_scenario_table(scenario, &hanse_kind_model, &n) +
        model;
    const struct hanse_accelerator *a =
        hanse_scenario_table(scenario, &hanse_kind_accelerator, &n);
    for (int32_t i = 0; i < n; i++) {
        if (!hanse_steps_known(&a[i], m)) {
            continue;
        }
        int64_t devices = hanse_steps_devices(&a[i], m, prompt_tokens, output_tokens);
        if (cannot(ctx, &a[i], m, devices) != HANSE_OK) {
            char why[512];
            snprintf(why, sizeof why, "%s", hanse_context_message(ctx));
            return hanse_scenario_reject(scenario, &hanse_kind_accelerator, i,
                                         devices > m->shape.heads ? "memory" : "interconnect",
                                         "%s: %s", what, why);
        }
    }
    return HANSE_OK;
}

/* --- in a world ----------------------------------------------------------------------------
 */

/* A pair, with the lengths that are asked for. */
struct pair {
    int32_t type, model; /* type -1: the reference accelerator */
    double prompt_tokens, output_tokens;
    struct hanse_service service;
};

struct state {
    int32_t n, capacity;
    hanse_ref pairs; /* struct pair [capacity] */
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DEMAND]);
}

static const struct hanse_accelerator *accelerator_of(const struct hanse_world *world,
                                                      int32_t type)
{
    return type < 0 ? &world->reference : &world->tables.accelerators[type];
}

static const struct pair *find(const struct hanse_world *world, const struct pair *wanted)
{
    const struct state *state = state_of(world);
    const struct pair *pairs = hanse__at(world, state->pairs);
    for (int32_t i = 0; i < state->n; i++) {
        if (pairs[i].type == wanted->type && pairs[i].model == wanted->model &&
            pairs[i].prompt_tokens == wanted->prompt_tokens &&
            pairs[i].output_tokens == wanted->output_tokens) {
            return &pairs[i];
        }
    }
    return NULL;
}

static enum hanse_status add(struct hanse_world *world, int32_t model, double prompt_tokens,
                             double output_tokens)
{
    for (int32_t type = -1; model >= 0 && type < world->tables.n_accelerators; type++) {
        const struct hanse_accelerator *a = accelerator_of(world, type);
        const struct hanse_model *m = &world->tables.models[model];
        struct pair pair = {type, model, prompt_tokens, output_tokens, {0}};
        if (!hanse_steps_known(a, m) || find(world, &pair) != NULL) {
            continue;
        }
        struct hanse_steps steps;
        enum hanse_status status =
            hanse_steps_init(world->ctx, a, m, prompt_tokens, output_tokens, &steps);
        pair.service = steps.service;
        hanse_steps_fini(&steps);
        HANSE_TRY(status);
        struct state *state = state_of(world);
        HANSE_ASSERT(state->n < state->capacity);
        ((struct pair *)hanse__at(world, state->pairs))[state->n++] = pair;
    }
    return HANSE_OK;
}

enum hanse_status hanse__steps_prepare(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    struct state state = {.capacity =
                              (2 * t->n_workloads + t->n_batches) * (t->n_accelerators + 1)};
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof state, &ref));
    HANSE_TRY(hanse__take(world, (size_t)state.capacity, sizeof(struct pair), &state.pairs));
    world->moving.state[HANSE_MECHANISM_DEMAND] = ref;
    *state_of(world) = state;
    for (int32_t i = 0; i < t->n_workloads; i++) {
        const struct hanse_workload *w = &t->workloads[i];
        HANSE_TRY(add(world, w->model, w->prompt_tokens, w->output_tokens));
        HANSE_TRY(add(world, w->substitute, w->prompt_tokens, w->output_tokens));
    }
    for (int32_t i = 0; i < t->n_batches; i++) {
        const struct hanse_batch *b = &t->batches[i];
        if (b->work == HANSE_WORK_INFERENCE) {
            HANSE_TRY(add(world, b->model, b->prompt_tokens, b->answer_tokens));
        }
    }
    return HANSE_OK;
}

struct hanse_service hanse__service(const struct hanse_world *world,
                                    const struct hanse_accelerator *accelerator, int32_t model,
                                    double prompt_tokens, double output_tokens)
{
    const struct hanse_model *m = &world->tables.models[model];
    if (hanse_steps_known(accelerator, m)) {
        bool reference = accelerator == &world->reference;
        const struct pair wanted = {
            reference ? -1 : (int32_t)(accelerator - world->tables.accelerators),
            model,
            prompt_tokens,
            output_tokens,
            {0}};
        const struct pair *pair = find(world, &wanted);
        HANSE_ASSERT(pair != NULL);
        return pair->service;
    }
    struct hanse_profile profile = hanse_profile_derive(accelerator);
    return hanse_service_law(&profile, m, prompt_tokens, output_tokens);
}
