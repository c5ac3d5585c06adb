/*
 * Whole steps of a model on an accelerator: the service law where more is known than two rates.
 *
 * An accelerator with rated kernels (sim/model/rated.h; `profile` gives them) and a model with
 * an architecture are predicted as `hanse predict` does it (predict/inference.h): products,
 * attention, passes and sums between devices, kernel by kernel, with the accelerator's engine
 * around it.
 *
 *   devices   the least number D that holds the weights and a request's cache (service.h) and
 *             divides the heads; they share every layer, over links of `interconnect` ÷ 2 each
 *             way and `interconnect_latency` a message, or at the profile's own all-reduces
 *   batch     b = min(the model's, ⌊room for caches ÷ (prompt + output/2)⌋)
 *   flow      an engine that is always full: T is the time of a step in which b requests write
 *             a token each and b/output prompts are read, T_d of one without prompts. A request
 *             takes D T output/b device-seconds: D T_d/b a token of answer, and of prompt
 *             D (T − T_d) output ÷ (b prompt)
 *
 * Rates carry a replication's draws, so T is the drawn device's. Where either is missing the
 * two-rate law of service.h holds.
 */
#ifndef HANSE_SIM_PROCESS_STEPS_H
#define HANSE_SIM_PROCESS_STEPS_H

#include "sim/process/predict/inference.h"
#include "sim/process/service.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_scenario;
struct hanse_world;

struct hanse_steps {
    struct hanse_device_law *law;
    struct hanse_transformer model;
    struct hanse_parallel parallel;
    struct hanse_engine engine;
    struct hanse_service service;
};

/* Are whole steps of the model on the accelerator known? */
HANSE_API bool hanse_steps_known(const struct hanse_accelerator *accelerator,
                                 const struct hanse_model *model);

/* Devices of a replica, for requests of so many tokens in the mean; they may be more than the
 * model has heads, which no replica is. */
HANSE_API int64_t hanse_steps_devices(const struct hanse_accelerator *accelerator,
                                      const struct hanse_model *model, double prompt_tokens,
                                      double output_tokens);

/* Makes the law of a known pair. Free with _fini, also after failure. HANSE_ERR_DOMAIN: more
 * devices than heads, several without an `interconnect`, weights that leave no room;
 * HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_steps_init(struct hanse_context *ctx,
                                             const struct hanse_accelerator *accelerator,
                                             const struct hanse_model *model,
                                             double prompt_tokens, double output_tokens,
                                             struct hanse_steps *steps);
HANSE_API void hanse_steps_fini(struct hanse_steps *steps);

/* For `check` functions of kinds whose rows run a model: HANSE_ERR_INPUT where an accelerator
 * that has rated kernels could not run it. `what`: "workload 'chat'". */
enum hanse_status hanse__steps_check(const struct hanse_scenario *scenario, int32_t model,
                                     double prompt_tokens, double output_tokens,
                                     const char *what);

/* Finds the service of every known pair that the scenario's rows ask for. */
enum hanse_status hanse__steps_prepare(struct hanse_world *world);
/* The service law of a model on an accelerator of the world, or on its reference accelerator:
 * by whole steps where they are known, else by two rates. */
struct hanse_service hanse__service(const struct hanse_world *world,
                                    const struct hanse_accelerator *accelerator, int32_t model,
                                    double prompt_tokens, double output_tokens);

#ifdef __cplusplus
}
#endif
#endif
