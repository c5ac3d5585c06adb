/* Engines and their laws, from accelerators and models; see latency.h. */
#include <math.h>
#include <string.h>

#include "sim/process/fleet.h"
#include "sim/process/latency_inside.h"
#include "sim/process/steps.h"

/* --- an engine ------------------------------------------------------------------------------
 */

static void add_steps(const struct hanse_accelerator *a, const struct hanse_transformer *s,
                      struct hanse_engine_key *key)
{
    memcpy(&key->shape, s, sizeof key->shape);
    key->engine_factor = a->engine_factor;
    key->engine_gap_s = a->engine_gap_s;
    key->engine_request_s = a->engine_request_s;
    key->link_byte_per_s = 0.5e9 * a->interconnect_gbps;
    key->link_latency_s = a->interconnect_latency_s;
    key->precision = a->kernel_precision;
    key->kernels = hanse_entity(a->kernels);
    for (int32_t i = 0; i < a->kernel_rates.count; i++) {
        uint64_t bits;
        memcpy(&bits, &a->kernel_rates.items[i], sizeof bits);
        key->kernels = hanse_entity_number(key->kernels, bits);
    }
}

struct hanse_engine_key hanse__engine_key(const struct hanse_world *world,
                                          const struct hanse_serving *serving,
                                          int32_t accelerator)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_accelerator *a = &t->accelerators[accelerator];
    const struct hanse_workload *w = &t->workloads[serving->workload];
    const struct hanse_model *m = &t->models[w->model];
    struct hanse_profile profile = hanse_profile_derive(a);
    struct hanse_engine_key key;
    memset(&key, 0, sizeof key); /* keys are compared as bytes */
    key.compute_flop_per_s = profile.compute_flop_per_s;
    key.memory_byte_per_s = profile.memory_byte_per_s;
    key.capacity_bytes = profile.capacity_bytes;
    key.parameters = m->parameters;
    key.active_parameters = m->active_parameters;
    key.bytes_per_parameter = m->bytes_per_parameter;
    key.kv_bytes_per_token = m->kv_bytes_per_token;
    key.batch = floor(m->batch);
    key.prompt_tokens = w->prompt_tokens;
    key.output_tokens = w->output_tokens;
    key.prompt_variation = serving->prompt_variation;
    key.output_variation = serving->output_variation;
    key.ttft_target_s = serving->ttft_target_s;
    key.tpot_target_s = serving->tpot_target_s;
    key.step_s = serving->step_s;
    key.active_watt = 1e3 * a->power_kw;
    key.idle_watt = 1e3 * a->idle_power_kw;
    key.chunk = serving->chunk;
    key.block = serving->block;
    key.queue = serving->queue > 0 ? serving->queue : (int64_t)key.batch;
    key.replicas = serving->replicas;
    key.requests = serving->requests;
    key.routing = serving->routing;
    key.arrivals = hanse_entity(serving->arrivals);
    if (hanse_steps_known(a, m)) {
        add_steps(a, &m->shape, &key);
    }
    return key;
}

/* A step by two rates. */
static void fill_tokens(const struct hanse_engine_key *key, double devices,
                        struct hanse_serving_cost *cost)
{
    double active = key->active_parameters > 0.0 ? key->active_parameters : key->parameters;
    double weights = key->parameters * key->bytes_per_parameter;
    double memory = devices * key->memory_byte_per_s;
    double compute = devices * key->compute_flop_per_s;
    for (uint32_t n = 1; n <= cost->max_tokens; n++) {
        double read = fmin(weights, n * active * key->bytes_per_parameter);
        cost->tokens_s[n] = fmax(read / memory, 2.0 * active * n / compute);
    }
    cost->context_s = key->kv_bytes_per_token / memory;
}

static enum hanse_status cost_by_rates(struct hanse_context *ctx,
                                       const struct hanse_engine_key *key,
                                       const struct hanse_service *service,
                                       struct hanse_serving_cost *cost)
{
    *cost = (struct hanse_serving_cost){.max_tokens = (uint32_t)key->chunk,
                                        .max_sequences = (uint32_t)service->batch,
                                        .host_s = key->step_s,
                                        .device_factor = 1.0};
    cost->tokens_s = hanse__alloc(ctx, (size_t)cost->max_tokens + 1, sizeof(double));
    cost->sequences_s = hanse__alloc(ctx, (size_t)cost->max_sequences + 1, sizeof(double));
    if (cost->tokens_s == NULL || cost->sequences_s == NULL) {
        return HANSE_ERR_MEMORY;
    }
    fill_tokens(key, service->devices, cost);
    return HANSE_OK;
}

/* A step as `hanse predict` has it. */
static enum hanse_status cost_by_steps(struct hanse_context *ctx,
                                       const struct hanse_engine_key *key,
                                       const struct hanse_accelerator *accelerator,
                                       const struct hanse_model *model,
                                       struct hanse_serving_cost *cost)
{
    struct hanse_steps steps;
    enum hanse_status status = hanse_steps_init(ctx, accelerator, model, key->prompt_tokens,
                                                key->output_tokens, &steps);
    if (status == HANSE_OK) {
        steps.engine.step_s = key->step_s;
        status = hanse_serving_cost_init(ctx, steps.law, &steps.model, &steps.parallel,
                                         &steps.engine, (uint32_t)key->chunk,
                                         (uint32_t)steps.service.batch, cost);
    }
    hanse_steps_fini(&steps);
    return status;
}

static void fill_rules(const struct hanse_engine_key *key, const struct hanse_serving *serving,
                       double blocks, struct hanse_engine_parts *parts)
{
    double longest = fmin(blocks * (double)key->block, 4e9);
    parts->rules = (struct hanse_law_rules){
        .serving = {.replica = {(uint32_t)key->block, (uint64_t)blocks},
                    .replicas = (uint32_t)key->replicas,
                    .routing = (enum hanse_routing)key->routing,
                    .queue = (uint32_t)key->queue,
                    .active_watt = parts->devices * key->active_watt,
                    .idle_watt = parts->devices * key->idle_watt},
        .mix = {key->prompt_tokens, key->prompt_variation, key->output_tokens,
                key->output_variation, (uint32_t)longest},
        .arrivals = serving->arrivals,
        .targets = {key->ttft_target_s, key->tpot_target_s},
        .requests = (uint64_t)key->requests,
        .seed = 1};
}

enum hanse_status hanse__engine_build(const struct hanse_world *world,
                                      const struct hanse_serving *serving, int32_t accelerator,
                                      struct hanse_engine_parts *parts)
{
    const struct hanse_engine_key key = hanse__engine_key(world, serving, accelerator);
    const struct hanse_accelerator *a = &world->tables.accelerators[accelerator];
    int32_t model = world->tables.workloads[serving->workload].model;
    const struct hanse_model *m = &world->tables.models[model];
    struct hanse_service service =
        hanse__service(world, a, model, key.prompt_tokens, key.output_tokens);
    /* As many as fit at mean length: an engine that admits more preempts what it has begun. */
    double blocks = fmin(1e9, floor(service.cache_tokens / (double)key.block));
    memset(parts, 0, sizeof *parts);
    if (key.chunk < (int64_t)key.batch || !(blocks * (double)key.block > 4.0)) {
        return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                           "serving: a step's tokens (chunk, %lld) must be no fewer than the "
                           "model's batch (%g), and the cache beside the weights hold some "
                           "blocks, got %g",
                           (long long)key.chunk, key.batch, blocks);
    }
    parts->devices = service.devices;
    fill_rules(&key, serving, blocks, parts);
    return hanse_steps_known(a, m) ? cost_by_steps(world->ctx, &key, a, m, &parts->cost)
                                   : cost_by_rates(world->ctx, &key, &service, &parts->cost);
}

/* --- laws -----------------------------------------------------------------------------------
 */

enum hanse_status hanse__latency_own_make(struct hanse_world *world)
{
    if (world->latency_own == NULL) {
        world->latency_own = hanse__alloc(world->ctx, 1, sizeof *world->latency_own);
    }
    return world->latency_own != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

void hanse__latency_own_destroy(struct hanse_latency_own *own)
{
    if (own == NULL) {
        return;
    }
    hanse__free(own->known);
    hanse__free(own->granted);
    hanse__free(own->amounts);
    hanse__free(own);
}

/* Laws kept at most: with uncertain devices every replication has its own. */
enum { MOST_KNOWN = 64 };

static enum hanse_status find_law(struct hanse_world *world, const struct hanse_serving *s,
                                  int32_t accelerator, const struct hanse_known_law **found)
{
    struct hanse_latency_own *own = world->latency_own;
    struct hanse_engine_key key = hanse__engine_key(world, s, accelerator);
    for (size_t i = 0; i < own->n_known; i++) {
        if (memcmp(&own->known[i].key, &key, sizeof key) == 0) {
            *found = &own->known[i];
            return HANSE_OK;
        }
    }
    own->n_known = own->n_known < MOST_KNOWN ? own->n_known : 0;
    HANSE_TRY(hanse__reserve(world->ctx, &own->known, &own->known_capacity, own->n_known + 1,
                             sizeof *own->known));
    struct hanse_known_law *known = &own->known[own->n_known];
    struct hanse_engine_parts parts;
    enum hanse_status status = hanse__engine_build(world, s, accelerator, &parts);
    if (status == HANSE_OK) {
        status = hanse_serving_law_find(world->ctx, &parts.cost, &parts.rules, &known->law);
    }
    hanse_serving_cost_fini(&parts.cost);
    if (status == HANSE_OK) {
        known->key = key;
        known->devices = parts.devices;
        own->n_known++;
        *found = known;
    }
    return status;
}

static bool has_group(const struct hanse_world *world, int32_t accelerator)
{
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        if (world->tables.groups[g].accelerator == accelerator) {
            return true;
        }
    }
    return false;
}

/* Lengths that drift would need a law for every day. */
static enum hanse_status check_steady(const struct hanse_world *world,
                                      const struct hanse_serving *s)
{
    const struct hanse_workload *w = &world->tables.workloads[s->workload];
    if (w->tokens_trend_per_year == 0.0 && w->efficiency_trend_per_year == 0.0) {
        return HANSE_OK;
    }
    return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                       "serving '%s': workload '%s' must keep its lengths and its compute per "
                       "token, but has tokens_trend %g and efficiency_trend %g a year",
                       s->name, w->name, w->tokens_trend_per_year,
                       w->efficiency_trend_per_year);
}

static enum hanse_status find_laws(struct hanse_world *world, int32_t serving)
{
    const struct hanse_serving *s = &world->tables.servings[serving];
    int32_t types = world->tables.n_accelerators;
    HANSE_TRY(check_steady(world, s));
    for (int32_t a = 0; a < types; a++) {
        if (!has_group(world, a)) {
            continue;
        }
        const struct hanse_known_law *known;
        HANSE_TRY(find_law(world, s, a, &known));
        struct hanse_latency *state = hanse__latency(world);
        ((double *)hanse__at(world, state->devices))[serving * types + a] = known->devices;
        ((struct hanse_serving_law *)hanse__at(world, state->laws))[serving * types + a] =
            known->law;
    }
    struct hanse_latency *state = hanse__latency(world);
    ((int32_t *)hanse__at(world, state->serving_of))[s->workload] = serving;
    ((double *)hanse__at(world, state->work))[serving] =
        hanse__demand_prompt_work(world, s->workload);
    return HANSE_OK;
}

static enum hanse_status take_state(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    struct hanse_latency s = {.n_servings = t->n_servings,
                              .n_types = t->n_accelerators,
                              .n_workloads = t->n_workloads};
    size_t W = (size_t)t->n_workloads, cells = W * (size_t)t->n_regions;
    size_t engines = (size_t)t->n_servings * (size_t)t->n_accelerators;
    const struct {
        hanse_ref *ref;
        size_t n, size;
    } blocks[] = {
        {&s.serving_of, W, sizeof(int32_t)},
        {&s.work, (size_t)t->n_servings, sizeof(double)},
        {&s.devices, engines, sizeof(double)},
        {&s.laws, engines, sizeof(struct hanse_serving_law)},
        {&s.tally, engines * HANSE_SERVING_LOADS, sizeof(double)},
        {&s.late, cells, sizeof(double)},
        {&s.by_cell, cells, sizeof(double)},
    };
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof s, &ref));
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        HANSE_TRY(hanse__take(world, blocks[i].n, blocks[i].size, blocks[i].ref));
    }
    memset(hanse__at(world, s.serving_of), -1, W * sizeof(int32_t));
    world->moving.state[HANSE_MECHANISM_LATENCY] = ref;
    *hanse__latency(world) = s;
    return HANSE_OK;
}

enum hanse_status hanse__latency_prepare(struct hanse_world *world)
{
    if (world->tables.n_servings == 0) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse__latency_own_make(world));
    HANSE_TRY(take_state(world));
    for (int32_t i = 0; i < world->tables.n_servings; i++) {
        HANSE_TRY(find_laws(world, i));
    }
    return HANSE_OK;
}

double hanse__latency_rate_per_s(const struct hanse_world *world, int32_t accelerator,
                                 int32_t workload)
{
    if (world->tables.n_servings == 0) {
        return 0.0;
    }
    const struct hanse_latency *s = hanse__latency(world);
    int32_t serving = ((const int32_t *)hanse__at(world, s->serving_of))[workload];
    if (serving < 0) {
        return 0.0;
    }
    int32_t engine = serving * s->n_types + accelerator;
    double devices = ((const double *)hanse__at(world, s->devices))[engine];
    const struct hanse_serving_law *laws = hanse__at(world, s->laws);
    return devices > 0.0 ? laws[engine].rate_per_s / devices : 0.0;
}
