/*
 * One step of an inference engine: prompts being read and tokens being written together.
 *
 * A layer, on each of `tensor` devices that share it (Megatron's split: Shoeybi et al. 2019;
 * n tokens in the step, h hidden, e bytes an element):
 *
 *   products    queries, keys and values n × (heads + 2 kv_heads) width/t × h
 *               output n × h × heads width/t
 *               up n × (gated ? 2 : 1) ffn/t × h, down n × h × ffn/t
 *   passes      two norms, two residual sums, rotation, activation
 *   attention   each prompt chunk over itself and what was cached before it; each decoded
 *               token over its context
 *   two sums of n h e bytes over the t devices
 *
 * With experts, n tokens × experts_used fall on min(experts, n experts_used) experts evenly,
 * each a product of its own. Beside the layers: the output matrix for every sequence that
 * yields a token. Pipeline stages hold layers ÷ p each; a token passes all of them, p steps are
 * under way at once, and each boundary sends n h e bytes.
 *
 * The engine around the device is kept apart: a step takes
 *
 *     max(device × device_factor, step_s + layer_s × layers) + gap_s
 *
 * since launching work from the host overlaps with doing it, while a scheduler that must see
 * the step's tokens before it plans the next one doesn't. A request spends request_s outside
 * the engine (parsing, tokens to text, the way back) before its first token is out; the device
 * works for others meanwhile. All are fitted from one to four whole-step measurements.
 */
#ifndef HANSE_SIM_PROCESS_PREDICT_INFERENCE_H
#define HANSE_SIM_PROCESS_PREDICT_INFERENCE_H

#include "sim/model/transformer.h"
#include "sim/process/predict/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a model is spread; 0 counts as 1. */
struct hanse_parallel {
    int64_t tensor, pipeline, data;
};

/* A prompt, or a chunk of one: `tokens` now, after `before` that are in the cache. */
struct hanse_chunk {
    double tokens, before;
};

struct hanse_step {
    const struct hanse_chunk *chunks;
    size_t n_chunks;
    double decoding;     /* requests that write a token */
    double context;      /* their mean context, tokens */
    double chunks_times; /* every chunk counts so many times, also a fraction; 0 counts as 1 */
};

/* All zero: an engine that costs nothing; device_factor 0 counts as 1. */
struct hanse_engine {
    double step_s, layer_s; /* the host's, while the device works */
    double gap_s;           /* after each step, while the device waits for the scheduler */
    double request_s;       /* of a request outside the engine, before its first token is out */
    double device_factor;
    double log_sd; /* of what the fit leaves; 0: not known */
    /* Device times of the points it was fitted to; 0: none. A step that lies outside is marked,
     * and its spread grows by 0.1 for each factor of two beyond. */
    double least_s, most_s;
};

/* Where the device's time of a step goes; they add up to `all`. */
struct hanse_step_parts {
    struct hanse_estimate products, passes, attention, communication, output, all;
};

/* The device's time. */
HANSE_API struct hanse_step_parts hanse_step_device(const struct hanse_device_law *law,
                                                    const struct hanse_transformer *model,
                                                    const struct hanse_parallel *parallel,
                                                    const struct hanse_step *step);
/* With the engine around it. */
HANSE_API struct hanse_estimate hanse_step_time(const struct hanse_device_law *law,
                                                const struct hanse_transformer *model,
                                                const struct hanse_parallel *parallel,
                                                const struct hanse_step *step,
                                                const struct hanse_engine *engine);
/* Seconds of a whole answer of `output` tokens for each of `batch` requests read and written
 * together: one step for the prompts, output - 1 of decoding. */
struct hanse_answer {
    struct hanse_estimate first; /* time to first token */
    struct hanse_estimate next;  /* time per output token after it, mean */
    struct hanse_estimate all;
};
HANSE_API struct hanse_answer hanse_answer_time(const struct hanse_device_law *law,
                                                const struct hanse_transformer *model,
                                                const struct hanse_parallel *parallel,
                                                double batch, double prompt, double output,
                                                const struct hanse_engine *engine);

/* Seconds of a step of an engine that is always full: `batch` requests write a token each, and
 * as many prompts are read meanwhile as answers end, batch ÷ output (in the long run; a step
 * with a prompt in it is longer, one without shorter). Answers a second are batch ÷ output ÷
 * this. */
HANSE_API struct hanse_estimate hanse_steady_time(const struct hanse_device_law *law,
                                                  const struct hanse_transformer *model,
                                                  const struct hanse_parallel *parallel,
                                                  double batch, double prompt, double output,
                                                  const struct hanse_engine *engine);

/* Requests that are under way at once when all of the cache is used: in the mean each holds its
 * prompt and half its answer. Whole requests; 0: the weights leave no room for one. */
HANSE_API double hanse_admitted(const struct hanse_device_law *law,
                                const struct hanse_transformer *model,
                                const struct hanse_parallel *parallel, double usable,
                                double prompt, double output);

/* Tokens of cache that fit beside the weights on the devices that share the model, using
 * `usable` (0 .. 1) of their memory; 0 when the weights don't fit or the memory isn't known. */
HANSE_API double hanse_cache_tokens(const struct hanse_device_law *law,
                                    const struct hanse_transformer *model,
                                    const struct hanse_parallel *parallel, double usable);

/* An engine that nobody measured: the median and spread that a public one has over the device's
 * own time. */
HANSE_API struct hanse_engine hanse_engine_unknown(void);

/* A measured step beside the device's predicted time. */
struct hanse_engine_point {
    double device_s, measured_s;
    int64_t layers;
};
/* Fits an engine to 1 … 4 points (more are taken too): every way to call the k points with the
 * least device time bound by the host and the others by the device is tried, host time and
 * factor are the geometric means that the points ask for, and the one with the least squares of
 * log errors wins. Points of one number of layers leave step_s 0: all goes to layer_s.
 *
 * One point gives one number (the host's or the factor), two points at most those two: a gap
 * would meet two points exactly, as they do, and nothing tells which. From three points on a
 * gap is tried wherever points are more than numbers, and kept where it halves the root mean
 * square of log errors, if that was above 1 %. request_s is not fitted: 0. HANSE_ERR_DOMAIN: no
 * point, or one that is not > 0. */
HANSE_API enum hanse_status hanse_engine_fit(struct hanse_context *ctx,
                                             const struct hanse_engine_point *points, size_t n,
                                             struct hanse_engine *engine);

#ifdef __cplusplus
}
#endif
#endif
