/*
 * What a step of a serving engine costs, as a table that can be asked millions of times.
 *
 *     device = tokens_s[n] + sequences_s[y] + context_s × Σ context
 *              + chunk_s × Σ c (before + c/2)
 *     step   = max(host_s, device_factor × device) + gap_s
 *
 * n tokens are in the step, y sequences yield a token; the first sum goes over the requests
 * that decode, the second over chunks of c prompt tokens after `before` cached ones. The tables
 * come from a device's law (predict/inference.h), or from anybody who measured them. A request
 * reaches the engine request_s after it was sent; the engine serves others meanwhile.
 */
#ifndef HANSE_SIM_PROCESS_SERVING_COST_H
#define HANSE_SIM_PROCESS_SERVING_COST_H

#include "sim/process/predict/inference.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_serving_cost {
    uint32_t max_tokens, max_sequences; /* of a step */
    double *tokens_s;                   /* [max_tokens + 1] */
    double *sequences_s;                /* [max_sequences + 1] */
    double context_s, chunk_s;
    double host_s, device_factor, gap_s, request_s;
};

/* Tables for a model on devices, with the engine around them. Owns its arrays; free with _fini,
 * also after failure. HANSE_ERR_DOMAIN: a size that is 0; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_serving_cost_init(struct hanse_context *ctx,
                                                    const struct hanse_device_law *law,
                                                    const struct hanse_transformer *model,
                                                    const struct hanse_parallel *parallel,
                                                    const struct hanse_engine *engine,
                                                    uint32_t max_tokens, uint32_t max_sequences,
                                                    struct hanse_serving_cost *cost);
/* All that the engine and its device take, `factor` (> 0) times as long. */
HANSE_API void hanse_serving_cost_slow(struct hanse_serving_cost *cost, double factor);
HANSE_API void hanse_serving_cost_fini(struct hanse_serving_cost *cost);

#ifdef __cplusplus
}
#endif
#endif
