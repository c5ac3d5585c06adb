/*
 * Rated kernels of an accelerator: what a profile knows of a device, inside a scenario.
 *
 * `kernels` holds words kernel/precision/shape, "gemm/bf16/4096x4096x4096", or without a shape
 * where a published rate has none; `kernel_rates` a rate for each, in the kernel's unit. A
 * replication's draws are in the rates, so a device's law made of them is the drawn device's.
 */
#ifndef HANSE_SIM_MODEL_RATED_H
#define HANSE_SIM_MODEL_RATED_H

#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE__KERNEL_WORD = 128 }; /* bytes a word takes at most */

/* The engine that nobody measured: TensorRT-LLM 0.17's factor, and half of vLLM 0.15.1's
 * seconds after each step and of a request (scenarios/reference/engines.csv). */
#define HANSE__UNKNOWN_ENGINE_FACTOR 1.1
#define HANSE__UNKNOWN_ENGINE_GAP_S 1e-3
#define HANSE__UNKNOWN_ENGINE_REQUEST_S 3e-3

/* Is the kernel one that steps of a language model go by? */
bool hanse__kernel_in_steps(enum hanse_kernel kernel);
/* Kernel, precision and shape of the next word, `text` moved behind it. False at the end, and
 * with *text at the word where it is none. */
bool hanse__kernel_word(const char **text, struct hanse_rate *rate);
void hanse__kernel_word_print(const struct hanse_rate *rate, char *text, size_t size);
/* A product in the precision; bf16 and fp16 count as one. */
bool hanse__is_product(const struct hanse_rate *rate, int32_t precision);

/* The profile that an accelerator's rated kernels make, with ceilings from them and the
 * accelerator's memory, without spreads. Free with hanse_profile_fini, also after failure.
 * HANSE_ERR_DOMAIN: a rate that is not > 0; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_accelerator_profile(struct hanse_context *ctx,
                                                      const struct hanse_accelerator *a,
                                                      struct hanse_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
