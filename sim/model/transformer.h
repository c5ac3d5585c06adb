/*
 * Transformers, as a cost model sees them: counts and widths, no weights.
 *
 * One layer holds attention (queries of `heads` × `width`, keys and values of `kv_heads` ×
 * `width`) and a feed-forward part of inner width `ffn`, gated (three matrices, SwiGLU) or not
 * (two); with experts each token goes through `experts_used` of `experts` such parts, and
 * through one of inner width `shared_ffn` always; `dense_layers` of the layers have one part of
 * inner width `dense_ffn` in the place of experts. With h the hidden width:
 *
 *   attention weights of a layer    h (heads + 2 kv_heads) width + heads width h
 *   feed-forward weights            (gated ? 3 : 2) h ffn a part
 *   embedding and output            2 vocabulary h, or once where tied
 *   cache of a token                2 layers kv_heads width × bytes of an element
 *
 * Norms, biases and routers are left out of the counts: below 0.1 % in every model known here.
 */
#ifndef HANSE_SIM_MODEL_TRANSFORMER_H
#define HANSE_SIM_MODEL_TRANSFORMER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_transformer {
    char name[48];
    int64_t layers, hidden, heads, kv_heads, width, ffn, vocabulary;
    bool gated, tied;
    int64_t experts, experts_used, shared_ffn; /* 0: dense */
    int64_t dense_layers, dense_ffn;           /* without experts, of a model that has them */
};

/* HANSE_ERR_DOMAIN with the field, the rule and the value: counts are > 0, kv_heads divide
 * heads, experts_used is at most experts, dense_layers at most layers and only with experts. */
HANSE_API enum hanse_status hanse_transformer_check(struct hanse_context *ctx,
                                                    const struct hanse_transformer *model);

/* Weights in all, and those that one token passes through. */
HANSE_API double hanse_transformer_parameters(const struct hanse_transformer *model);
HANSE_API double hanse_transformer_active_parameters(const struct hanse_transformer *model);

/* Bytes that one token's keys and values take, over all layers. */
HANSE_API double hanse_transformer_cache_bytes(const struct hanse_transformer *model,
                                               double bytes_per_element);

#ifdef __cplusplus
}
#endif
#endif
