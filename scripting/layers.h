/*
 * Timings of a model's layers, as profiling tools publish them, into a device's rates.
 *
 * Comma-separated, plain or gzip, told apart by their header:
 *
 *   vidur, layers         a row per tokens and ranks: time_stats.OPERATION.median and .std in
 * ms, num_tokens, num_tensor_parallel_workers, n_head, n_kv_head, n_embd, n_expanded_embd,
 * vocab_size, use_gated_mlp vidur, collectives    time_stats.all_reduce.… or
 * time_stats.send_recv.…, num_workers, devices_per_node, size in bytes vLLM (LLMServingSim)
 * layer, tokens, time_us; layer, sequences, time_us likewise, attention   prefill_chunk,
 * kv_prefill, n_decode, kv_decode, time_us
 *
 * The latter two state no widths, so they need the model that was timed.
 *
 *   part                  vidur             vLLM          kernel, shape for n tokens, t ranks
 *   queries, keys, values attn_pre_proj     qkv_proj      gemm n, (heads + 2 kv) width / t, h
 *   output                attn_post_proj    o_proj        gemm n, h, heads width / t
 *   up                    mlp_up_proj       gate_up_proj  gemm n, (gated ? 2 : 1) ffn / t, h
 *   down                  mlp_down_proj     down_proj     gemm n, h, ffn / t
 *   vocabulary                              lm_head       gemm n, vocabulary / t, h
 *   norms                 …_layernorm       …layernorm    rmsnorm n, h
 *   activation, gated     mlp_act           act_fn        swiglu n, ffn / t
 *   sum                   add                             stream_triad n h
 *
 * Sums over ranks of one node become ring_allreduce; messages α + bytes ÷ β, two figures for
 * each reach (least squares of relative errors). Prompts without a past become
 * attention_prefill, requests that all decode attention_decode. What there is no kernel for
 * (rotations, embeddings, mixed batches, sums across nodes) is counted and left out.
 *
 * Rows of one kernel, shape and precision are one rate: the median of their medians; its spread
 * the root of the mean square of theirs (std ÷ mean), of theirs among each other, and of the
 * 5 % that other boards and drivers differ. Points of one curve that the straight line
 * (in logarithms) between those kept meets within 2.5 %, or within the timing's own spread, are
 * left out.
 */
#ifndef HANSE_SCRIPTING_LAYERS_H
#define HANSE_SCRIPTING_LAYERS_H

#include "sim/model/profile.h"
#include "sim/model/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_layers_settings {
    enum hanse_precision precision;        /* of weights and activations */
    const struct hanse_transformer *model; /* what was timed, for tables without widths */
    int64_t tensor;                        /* ranks that it was split over there; 0: one */
};

struct hanse_layers;

/* `settings` and its model must outlive it. HANSE_ERR_MEMORY. */
enum hanse_status hanse_layers_create(struct hanse_context *ctx,
                                      const struct hanse_layers_settings *settings,
                                      struct hanse_layers **layers);
void hanse_layers_destroy(struct hanse_layers *layers);

/* Takes in one table. HANSE_ERR_INPUT: not there, of no known header, or a bad row, as
 * "file:line: …"; what came before stays. */
enum hanse_status hanse_layers_read(struct hanse_layers *layers, const char *path);

/* Adds what was read to `profile`, published by `source`, and a note for each table. */
enum hanse_status hanse_layers_fill(struct hanse_layers *layers, const char *source,
                                    struct hanse_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
