#include "sim/process/serving/cost.h"

#include <string.h>

/* Seconds that a step of n tokens takes but for attention and output. */
static double of_tokens(const struct hanse_device_law *law,
                        const struct hanse_transformer *model,
                        const struct hanse_parallel *parallel, uint32_t n)
{
    const struct hanse_step step = {.decoding = n, .context = 1.0};
    struct hanse_step_parts parts = hanse_step_device(law, model, parallel, &step);
    return parts.products.seconds + parts.passes.seconds + parts.communication.seconds;
}

static double of_sequences(const struct hanse_device_law *law,
                           const struct hanse_transformer *model,
                           const struct hanse_parallel *parallel, uint32_t n)
{
    const struct hanse_step step = {.decoding = n, .context = 1.0};
    return hanse_step_device(law, model, parallel, &step).output.seconds;
}

static double attention(const struct hanse_device_law *law,
                        const struct hanse_transformer *model,
                        const struct hanse_parallel *parallel, const struct hanse_step *step)
{
    return hanse_step_device(law, model, parallel, step).attention.seconds;
}

enum hanse_status hanse_serving_cost_init(struct hanse_context *ctx,
                                          const struct hanse_device_law *law,
                                          const struct hanse_transformer *model,
                                          const struct hanse_parallel *parallel,
                                          const struct hanse_engine *engine,
                                          uint32_t max_tokens, uint32_t max_sequences,
                                          struct hanse_serving_cost *cost)
{
    *cost =
        (struct hanse_serving_cost){.max_tokens = max_tokens, .max_sequences = max_sequences};
    if (max_tokens == 0 || max_sequences == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "serving: tokens and sequences of a step must be > 0, got %u and %u",
                           max_tokens, max_sequences);
    }
    cost->tokens_s = hanse__alloc(ctx, (size_t)max_tokens + 1, sizeof *cost->tokens_s);
    cost->sequences_s = hanse__alloc(ctx, (size_t)max_sequences + 1, sizeof *cost->sequences_s);
    if (cost->tokens_s == NULL || cost->sequences_s == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t n = 1; n <= max_tokens; n++) {
        cost->tokens_s[n] = of_tokens(law, model, parallel, n);
    }
    for (uint32_t n = 1; n <= max_sequences; n++) {
        cost->sequences_s[n] = of_sequences(law, model, parallel, n);
    }
    /* Both kinds of attention are proportional to what they look at: slopes at usual sizes. */
    const struct hanse_step near = {.decoding = 16.0, .context = 1024.0};
    const struct hanse_step far = {.decoding = 16.0, .context = 2048.0};
    const struct hanse_chunk chunk = {.tokens = 1024.0};
    const struct hanse_step prompt = {.chunks = &chunk, .n_chunks = 1};
    cost->context_s =
        (attention(law, model, parallel, &far) - attention(law, model, parallel, &near)) /
        (16.0 * 1024.0);
    cost->chunk_s = attention(law, model, parallel, &prompt) / (1024.0 * 512.0);
    cost->host_s = engine->step_s + engine->layer_s * (double)model->layers;
    cost->device_factor = engine->device_factor > 0.0 ? engine->device_factor : 1.0;
    cost->gap_s = engine->gap_s;
    cost->request_s = engine->request_s;
    return HANSE_OK;
}

void hanse_serving_cost_slow(struct hanse_serving_cost *cost, double factor)
{
    cost->device_factor *= factor;
    cost->host_s *= factor;
    cost->gap_s *= factor;
    cost->request_s *= factor;
}

void hanse_serving_cost_fini(struct hanse_serving_cost *cost)
{
    hanse__free(cost->tokens_s);
    hanse__free(cost->sequences_s);
    cost->tokens_s = cost->sequences_s = NULL;
}
