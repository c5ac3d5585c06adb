#include "sim/process/predict/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double at_least_one(int64_t n)
{
    return n > 1 ? (double)n : 1.0;
}

static double times_of(const struct hanse_step *step)
{
    return step->chunks_times > 0.0 ? step->chunks_times : 1.0;
}

static double tokens_of(const struct hanse_step *step)
{
    double n = 0.0;
    for (size_t i = 0; i < step->n_chunks; i++) {
        n += step->chunks[i].tokens;
    }
    return step->decoding + n * times_of(step);
}

/* Bytes of an element between products: engines keep what runs between the layers, the
 * embedding and the output matrix in 16 bits where the products' operands have fewer. */
static double between_products(const struct hanse_device_law *law)
{
    return fmax(2.0, hanse_precision_bytes(hanse_device_precision(law)));
}

/* One feed-forward part of inner width `ffn` for n tokens, split over t devices. */
static void add_part(struct hanse_estimate *sum, const struct hanse_device_law *law,
                     const struct hanse_transformer *m, double n, double ffn, double t,
                     double times)
{
    double h = (double)m->hidden, up = m->gated ? 2.0 : 1.0;
    hanse_estimate_add(sum, hanse_device_gemm(law, n, up * ffn / t, h), times);
    hanse_estimate_add(sum, hanse_device_gemm(law, n, h, ffn / t), times);
}

/* Of the layers, those that have one part where the others have experts. */
static double dense_share(const struct hanse_transformer *m)
{
    return (double)m->dense_layers / (double)m->layers;
}

/* Of a layer in the mean over layers. */
static void add_feed_forward(struct hanse_estimate *sum, const struct hanse_device_law *law,
                             const struct hanse_transformer *m, double n, double t)
{
    if (m->experts == 0) {
        add_part(sum, law, m, n, (double)m->ffn, t, 1.0);
        return;
    }
    double calls = n * (double)m->experts_used, dense = dense_share(m);
    double busy = fmin((double)m->experts, calls);
    add_part(sum, law, m, calls / busy, (double)m->ffn, t, (1.0 - dense) * busy);
    if (m->shared_ffn > 0) {
        add_part(sum, law, m, n, (double)m->shared_ffn, t, 1.0 - dense);
    }
    if (dense > 0.0) {
        add_part(sum, law, m, n, (double)m->dense_ffn, t, dense);
    }
}

static struct hanse_estimate products(const struct hanse_device_law *law,
                                      const struct hanse_transformer *m, double n, double t)
{
    struct hanse_estimate sum = {0};
    double h = (double)m->hidden, width = (double)m->width;
    double heads = (double)m->heads, kv_heads = fmax((double)m->kv_heads, t);
    hanse_estimate_add(&sum, hanse_device_gemm(law, n, (heads + 2.0 * kv_heads) * width / t, h),
                       1.0);
    hanse_estimate_add(&sum, hanse_device_gemm(law, n, h, heads * width / t), 1.0);
    add_feed_forward(&sum, law, m, n, t);
    return sum;
}

static struct hanse_estimate passes(const struct hanse_device_law *law,
                                    const struct hanse_transformer *m, double n, double t)
{
    struct hanse_estimate sum = {0};
    double e = between_products(law);
    double row = e * n * (double)m->hidden;
    double turned = e * n * (double)(m->heads + m->kv_heads) * (double)m->width / t;
    double used = m->experts > 0 ? (double)m->experts_used : 1.0;
    double dense = dense_share(m);
    double widths = (1.0 - dense) * (used * (double)m->ffn + (double)m->shared_ffn) +
                    dense * (double)m->dense_ffn;
    double inner = e * n * widths / t;
    hanse_estimate_add(&sum, hanse_device_bytes(law, HANSE_KERNEL_RMSNORM, 2.0 * row), 2.0);
    hanse_estimate_add(&sum, hanse_device_bytes(law, HANSE_KERNEL_STREAM_TRIAD, 3.0 * row),
                       2.0);
    hanse_estimate_add(&sum, hanse_device_bytes(law, HANSE_KERNEL_STREAM_COPY, 2.0 * turned),
                       1.0);
    hanse_estimate_add(
        &sum, hanse_device_bytes(law, HANSE_KERNEL_SWIGLU, (m->gated ? 3.0 : 2.0) * inner),
        1.0);
    return sum;
}

static struct hanse_estimate attention(const struct hanse_device_law *law,
                                       const struct hanse_transformer *m,
                                       const struct hanse_step *step, double t)
{
    struct hanse_estimate sum = {0};
    double heads = (double)m->heads / t, kv_heads = fmax(1.0, (double)m->kv_heads / t);
    for (size_t i = 0; i < step->n_chunks; i++) {
        hanse_estimate_add(&sum,
                           hanse_device_prefill(law, heads, kv_heads, (double)m->width,
                                                step->chunks[i].tokens, step->chunks[i].before),
                           times_of(step));
    }
    if (step->decoding > 0.0) {
        hanse_estimate_add(&sum,
                           hanse_device_decode(law, heads, kv_heads, (double)m->width,
                                               step->context, step->decoding),
                           1.0);
    }
    return sum;
}

struct hanse_step_parts hanse_step_device(const struct hanse_device_law *law,
                                          const struct hanse_transformer *m,
                                          const struct hanse_parallel *parallel,
                                          const struct hanse_step *step)
{
    struct hanse_step_parts parts = {0};
    double t = at_least_one(parallel->tensor), p = at_least_one(parallel->pipeline);
    double n = tokens_of(step), layers = (double)m->layers;
    double row = between_products(law) * n * (double)m->hidden;
    if (!(n > 0.0)) {
        return parts;
    }
    hanse_estimate_add(&parts.products, products(law, m, n, t), layers);
    hanse_estimate_add(&parts.passes, passes(law, m, n, t), layers);
    hanse_estimate_add(&parts.attention, attention(law, m, step, t), layers);
    hanse_estimate_add(&parts.communication,
                       hanse_device_allreduce(law, row, parallel->tensor, HANSE_REACH_NODE),
                       2.0 * layers);
    if (p > 1.0) {
        hanse_estimate_add(&parts.communication, hanse_device_send(law, row), p - 1.0);
    }
    double sequences = step->decoding + (double)step->n_chunks * times_of(step);
    hanse_estimate_add(
        &parts.output,
        hanse_device_gemm(law, sequences, (double)m->vocabulary / t, (double)m->hidden),
        between_products(law) / hanse_precision_bytes(hanse_device_precision(law)));
    const struct hanse_estimate *all[] = {&parts.products, &parts.passes, &parts.attention,
                                          &parts.communication, &parts.output};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        hanse_estimate_add(&parts.all, *all[i], 1.0);
    }
    return parts;
}

static const double FIT_LOG_SD = 0.1; /* for each factor of two outside the fitted points */

/* How many factors of two a step lies outside what the engine was fitted to. */
static double beyond_fit(const struct hanse_engine *engine, double device_s)
{
    if (!(engine->most_s > 0.0 && device_s > 0.0)) {
        return 0.0;
    }
    return fmax(0.0, fmax(log2(device_s / engine->most_s), log2(engine->least_s / device_s)));
}

struct hanse_estimate hanse_step_time(const struct hanse_device_law *law,
                                      const struct hanse_transformer *m,
                                      const struct hanse_parallel *parallel,
                                      const struct hanse_step *step,
                                      const struct hanse_engine *engine)
{
    struct hanse_estimate e = hanse_step_device(law, m, parallel, step).all;
    double host = engine->step_s + engine->layer_s * (double)m->layers;
    double device = e.seconds * (engine->device_factor > 0.0 ? engine->device_factor : 1.0);
    double beyond = beyond_fit(engine, e.seconds);
    unsigned outside = beyond > 0.0 ? HANSE_ESTIMATE_OUTSIDE : 0;
    const struct hanse_estimate gap = {engine->gap_s, engine->log_sd + FIT_LOG_SD * beyond, 0};
    if (host > device) {
        e = (struct hanse_estimate){host, gap.log_sd, outside};
    } else {
        e.seconds = device;
        e.log_sd = hypot(e.log_sd, engine->log_sd) + FIT_LOG_SD * beyond;
        e.marks |= outside;
    }
    hanse_estimate_add(&e, gap, 1.0);
    return e;
}

struct hanse_answer hanse_answer_time(const struct hanse_device_law *law,
                                      const struct hanse_transformer *m,
                                      const struct hanse_parallel *parallel, double batch,
                                      double prompt, double output,
                                      const struct hanse_engine *engine)
{
    const struct hanse_chunk chunk = {prompt, 0.0};
    struct hanse_answer answer = {0};
    const struct hanse_step reading = {.chunks = &chunk, .n_chunks = 1, .chunks_times = batch};
    const struct hanse_estimate outside = {engine->request_s, engine->log_sd, 0};
    answer.first = hanse_step_time(law, m, parallel, &reading, engine);
    hanse_estimate_add(&answer.first, outside, 1.0);
    if (output > 1.0) {
        const struct hanse_step step = {.decoding = batch, .context = prompt + 0.5 * output};
        answer.next = hanse_step_time(law, m, parallel, &step, engine);
    }
    hanse_estimate_add(&answer.all, answer.first, 1.0);
    hanse_estimate_add(&answer.all, answer.next, fmax(0.0, output - 1.0));
    return answer;
}

struct hanse_estimate hanse_steady_time(const struct hanse_device_law *law,
                                        const struct hanse_transformer *m,
                                        const struct hanse_parallel *parallel, double batch,
                                        double prompt, double output,
                                        const struct hanse_engine *engine)
{
    const struct hanse_chunk chunk = {prompt, 0.0};
    const struct hanse_step step = {.chunks = &chunk,
                                    .n_chunks = 1,
                                    .chunks_times = batch / output,
                                    .decoding = batch,
                                    .context = prompt + 0.5 * output};
    return hanse_step_time(law, m, parallel, &step, engine);
}

double hanse_admitted(const struct hanse_device_law *law, const struct hanse_transformer *m,
                      const struct hanse_parallel *parallel, double usable, double prompt,
                      double output)
{
    return floor(hanse_cache_tokens(law, m, parallel, usable) / (prompt + 0.5 * output));
}

double hanse_cache_tokens(const struct hanse_device_law *law, const struct hanse_transformer *m,
                          const struct hanse_parallel *parallel, double usable)
{
    double devices = at_least_one(parallel->tensor) * at_least_one(parallel->pipeline);
    double e = hanse_precision_bytes(hanse_device_precision(law));
    double ends = (m->tied ? 1.0 : 2.0) * (double)(m->vocabulary * m->hidden);
    double weights = e * hanse_transformer_parameters(m) + (between_products(law) - e) * ends;
    double room = usable * devices * hanse_device_capacity(law) - weights;
    return room > 0.0 ? floor(room / hanse_transformer_cache_bytes(m, e)) : 0.0;
}
