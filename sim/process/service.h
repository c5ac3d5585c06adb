/*
 * The service law: how long a device works on a request.
 *
 * Roofline (Williams et al. 2009) in its two regimes for language models (Pope et al. 2022,
 * arXiv:2211.05102):
 *
 *   prefill   compute-bound: 2 · N_active floating-point operations per prompt token
 *   decode    one step makes a token for each of b requests and reads the weights once and
 *             every request's key-value cache:
 *                 step = max((W(b) + b · kv · context) / bandwidth, 2 · N_active · b / compute)
 *             so a token costs step / b
 *
 * b is the model's batch, less when the key-value caches of b requests don't fit beside the
 * weights. A model too big for one device is spread over as many as its weights need; their
 * bandwidth adds up, so device-seconds per token stay as written, and what tensor parallelism
 * loses belongs to the efficiency. A mixture of experts reads at most b times its active
 * weights and never more than all.
 */
#ifndef HANSE_SIM_PROCESS_SERVICE_H
#define HANSE_SIM_PROCESS_SERVICE_H

#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Share of device memory that weights and caches may fill; the rest is activations and the
 * engine's own. 0.9 is the usual default of serving engines (vLLM's gpu_memory_utilization). */
#define HANSE_USABLE_MEMORY 0.9

struct hanse_service {
    double prefill_s_per_token; /* device-seconds */
    double decode_s_per_token;  /* device-seconds */
    double batch;               /* requests that really decode together */
    int devices;                /* that one replica needs */
    double cache_tokens;        /* room beside the weights of a replica; may be infinite */
};

/* prompt_tokens and output_tokens: means of a request, > 0. The context of a decode step is
 * the prompt and half the output. Callable from any thread; cannot fail. */
HANSE_API struct hanse_service hanse_service_law(const struct hanse_profile *profile,
                                                 const struct hanse_model *model,
                                                 double prompt_tokens, double output_tokens);

/* Device-seconds that a whole request takes. */
static inline double hanse_service_request_s(const struct hanse_service *service,
                                             double prompt_tokens, double output_tokens)
{
    return prompt_tokens * service->prefill_s_per_token +
           output_tokens * service->decode_s_per_token;
}

#ifdef __cplusplus
}
#endif
#endif
