/*
 * One training step of a transformer on many devices: tensor, pipeline and data parallel.
 *
 * Forward of a layer on one microbatch of b sequences of s tokens, n = b s, split over t
 * devices: the products of inference.h; attention without a fused kernel multiplies and stores
 * whole score matrices (4 b s² heads width/t FLOP, 11 bytes a score in passes: softmax, mask,
 * dropout), with one (`fused_attention`) half of that and no passes; norms, sums and dropout
 * move 11 elements of n h, the activation 4 of n ffn/t; two all-reduces of n h elements.
 *
 * Backward computes twice the forward's products and passes and has its two all-reduces. Full
 * recomputation repeats the forward, selective that of the attention (Korthikanti et al. 2022).
 *
 * A pipeline of p stages, v chunks each, and m microbatches lasts (m + (p - 1)/v) times a
 * stage's forward and backward (Narayanan et al. 2021), where a stage holds layers ÷ p and
 * each boundary sends n h ÷ t elements 2 v times per microbatch. The last stage also has the
 * output matrix, and the others wait for it.
 *
 * At the end of a step: gradients are summed over the d replicas, 2 bytes each, as far as the
 * backward pass does not hide it (`overlap`); the optimiser moves 28 bytes a parameter.
 *
 * Local-update methods (DiLoCo: Douillard et al. 2023) sum once in `inner_steps` steps, over
 * the link between groups, and `exchanged_bytes` a parameter.
 */
#ifndef HANSE_SIM_PROCESS_PREDICT_TRAINING_H
#define HANSE_SIM_PROCESS_PREDICT_TRAINING_H

#include "sim/process/predict/inference.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_recompute { HANSE_RECOMPUTE_NONE, HANSE_RECOMPUTE_SELECTIVE, HANSE_RECOMPUTE_FULL };

struct hanse_training {
    struct hanse_parallel parallel;
    int64_t batch, microbatch; /* sequences: of a step, over all replicas; of a microbatch */
    int64_t interleave;        /* chunks a stage, v; 0 counts as 1 */
    int64_t sequence;          /* tokens */
    enum hanse_recompute recompute;
    bool fused_attention;
    double overlap;              /* share of the gradient sum that is hidden, 0 .. 1 */
    int64_t groups, inner_steps; /* local updates; groups < 2: none */
    double exchanged_bytes;      /* a parameter and exchange; 0 counts as 2 */
    struct hanse_link_law between_groups;
};

struct hanse_training_parts {
    struct hanse_estimate compute; /* of the busiest stage, with its sums over tensor ranks */
    struct hanse_estimate bubble, pipeline, gradients, optimizer, groups, all;
    double flop; /* 6 parameters tokens + attention: what is useful, without recomputation */
};

/* HANSE_ERR_DOMAIN with the rule: microbatch × data must divide batch, pipeline × interleave
 * the layers, tensor the heads. */
HANSE_API enum hanse_status hanse_training_step(struct hanse_context *ctx,
                                                const struct hanse_device_law *law,
                                                const struct hanse_transformer *model,
                                                const struct hanse_training *training,
                                                struct hanse_training_parts *parts);

#ifdef __cplusplus
}
#endif
#endif
