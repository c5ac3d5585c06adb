#include "sim/process/predict/training.h"

#include <math.h>

/* Bytes per element of a pass over the scores: softmax reads and writes, mask and dropout read,
 * write and keep a byte; per parameter of the optimiser: read and written in full precision,
 * weights, gradients and two moments. */
static const double SCORE_BYTES = 11.0, OPTIMIZER_BYTES = 28.0;
/* Elements of n h that norms, sums and dropout move in a layer, of n ffn / t in the
 * activation. */
static const double ROW_ELEMENTS = 11.0, INNER_ELEMENTS = 4.0;
/* Unfused score products are batches of small ones: an A100 reaches about 0.55 of what its
 * large ones do (Narayanan et al. 2021, section 5: whole layers at 0.45 to 0.5 of peak). */
static const double SCORE_SHARE = 0.55;

static double count(int64_t n)
{
    return n > 1 ? (double)n : 1.0;
}

struct layer {
    const struct hanse_device_law *law;
    const struct hanse_transformer *m;
    const struct hanse_training *x;
    double t, n, s, b, e; /* ranks, tokens, sequence, sequences, bytes of an element */
};

static struct hanse_estimate products(const struct layer *l)
{
    struct hanse_estimate sum = {0};
    double h = (double)l->m->hidden, width = (double)l->m->width;
    double heads = (double)l->m->heads, kv_heads = (double)l->m->kv_heads;
    double ffn = (double)l->m->ffn, up = l->m->gated ? 2.0 : 1.0;
    double parts = l->m->experts > 0 ? (double)l->m->experts_used : 1.0;
    hanse_estimate_add(
        &sum, hanse_device_gemm(l->law, l->n, (heads + 2.0 * kv_heads) * width / l->t, h), 1.0);
    hanse_estimate_add(&sum, hanse_device_gemm(l->law, l->n, h, heads * width / l->t), 1.0);
    hanse_estimate_add(&sum, hanse_device_gemm(l->law, l->n, up * ffn / l->t, h), parts);
    hanse_estimate_add(&sum, hanse_device_gemm(l->law, l->n, h, ffn / l->t), parts);
    return sum;
}

/* Scores and their product with the values: as two large products, or fused. */
static struct hanse_estimate attention(const struct layer *l)
{
    struct hanse_estimate sum = {0};
    double heads = (double)l->m->heads / l->t, width = (double)l->m->width;
    if (l->x->fused_attention) {
        hanse_estimate_add(&sum,
                           hanse_device_prefill(l->law, heads, (double)l->m->kv_heads / l->t,
                                                width, l->s, 0.0),
                           l->b);
        return sum;
    }
    /* 4 b s² heads width FLOP, at the speed of a product of the layer's own size. */
    double flop = 4.0 * l->b * l->s * l->s * heads * width;
    double h = (double)l->m->hidden;
    struct hanse_estimate like = hanse_device_gemm(l->law, l->n, h, h / l->t);
    double per_flop = like.seconds / (2.0 * l->n * h * h / l->t);
    like.seconds = flop * per_flop / SCORE_SHARE;
    hanse_estimate_add(&sum, like, 1.0);
    hanse_estimate_add(&sum,
                       hanse_device_bytes(l->law, HANSE_KERNEL_SOFTMAX,
                                          SCORE_BYTES * l->b * l->s * l->s * heads),
                       1.0);
    return sum;
}

/* Training fuses norms, dropout and activations with their neighbours, so they stream: all go
 * at the speed of a sum of vectors. */
static struct hanse_estimate passes(const struct layer *l)
{
    double row = l->e * l->n * (double)l->m->hidden;
    double inner = l->e * l->n * (double)l->m->ffn / l->t;
    return hanse_device_bytes(l->law, HANSE_KERNEL_STREAM_TRIAD,
                              ROW_ELEMENTS * row + INNER_ELEMENTS * inner);
}

/* Forward, backward and what is computed again, of one layer and one microbatch. */
static struct hanse_estimate layer_time(const struct layer *l)
{
    static const double AGAIN[] = {[HANSE_RECOMPUTE_NONE] = 0.0,
                                   [HANSE_RECOMPUTE_SELECTIVE] = 0.0,
                                   [HANSE_RECOMPUTE_FULL] = 1.0};
    double again = AGAIN[l->x->recompute];
    double scores_again = l->x->recompute == HANSE_RECOMPUTE_NONE ? 0.0 : 1.0;
    struct hanse_estimate sum = {0};
    double row = l->e * l->n * (double)l->m->hidden;
    hanse_estimate_add(&sum, products(l), 3.0 + again);
    hanse_estimate_add(&sum, passes(l), 3.0 + again);
    hanse_estimate_add(&sum, attention(l), 3.0 + scores_again);
    hanse_estimate_add(
        &sum, hanse_device_allreduce(l->law, row, l->x->parallel.tensor, HANSE_REACH_NODE),
        2.0 * (2.0 + again));
    return sum;
}

static enum hanse_status check(struct hanse_context *ctx, const struct hanse_transformer *m,
                               const struct hanse_training *x)
{
    int64_t data = x->parallel.data > 0 ? x->parallel.data : 1;
    int64_t stages = (x->parallel.pipeline > 0 ? x->parallel.pipeline : 1) *
                     (x->interleave > 0 ? x->interleave : 1);
    int64_t tensor = x->parallel.tensor > 0 ? x->parallel.tensor : 1;
    if (x->microbatch <= 0 || x->batch <= 0 || x->batch % (x->microbatch * data) != 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "training: microbatch × data (%lld × %lld) must divide batch, got "
                           "%lld",
                           (long long)x->microbatch, (long long)data, (long long)x->batch);
    }
    if (m->layers % stages != 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "training: pipeline × interleave (%lld) must divide the layers of "
                           "'%s' (%lld)",
                           (long long)stages, m->name, (long long)m->layers);
    }
    if (m->heads % tensor != 0 || x->sequence <= 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "training: tensor (%lld) must divide the heads of '%s' (%lld), and "
                           "sequence be > 0, got %lld",
                           (long long)tensor, m->name, (long long)m->heads,
                           (long long)x->sequence);
    }
    return HANSE_OK;
}

static void add_gradients(const struct layer *l, struct hanse_training_parts *parts)
{
    const struct hanse_training *x = l->x;
    double own = hanse_transformer_parameters(l->m) / (l->t * count(x->parallel.pipeline));
    hanse_estimate_add(
        &parts->gradients,
        hanse_device_allreduce(l->law, l->e * own, x->parallel.data, HANSE_REACH_CLUSTER),
        1.0 - x->overlap);
    hanse_estimate_add(&parts->optimizer,
                       hanse_device_bytes(l->law, HANSE_KERNEL_ADAMW, OPTIMIZER_BYTES * own),
                       1.0);
    if (x->groups > 1) {
        double bytes = (x->exchanged_bytes > 0.0 ? x->exchanged_bytes : 2.0) * own;
        double g = (double)x->groups;
        double seconds =
            2.0 * (g - 1.0) *
            (x->between_groups.latency_s + bytes / (g * x->between_groups.byte_per_s)) /
            count(x->inner_steps);
        hanse_estimate_add(&parts->groups,
                           (struct hanse_estimate){seconds, 0.1, HANSE_ESTIMATE_CEILING}, 1.0);
    }
}

enum hanse_status hanse_training_step(struct hanse_context *ctx,
                                      const struct hanse_device_law *law,
                                      const struct hanse_transformer *model,
                                      const struct hanse_training *training,
                                      struct hanse_training_parts *parts)
{
    *parts = (struct hanse_training_parts){0};
    HANSE_TRY(hanse_transformer_check(ctx, model));
    HANSE_TRY(check(ctx, model, training));
    double p = count(training->parallel.pipeline), v = count(training->interleave);
    double layers = (double)model->layers;
    struct layer l = {.law = law,
                      .m = model,
                      .x = training,
                      .t = count(training->parallel.tensor),
                      .s = (double)training->sequence,
                      .b = (double)training->microbatch,
                      .n = (double)training->microbatch * (double)training->sequence,
                      .e = hanse_precision_bytes(hanse_device_precision(law))};
    double m = (double)training->batch / (l.b * count(training->parallel.data));
    struct hanse_estimate layer = layer_time(&l);
    hanse_estimate_add(&parts->compute, layer, m * layers / p);
    struct hanse_estimate output =
        hanse_device_gemm(law, l.n, (double)model->vocabulary / l.t, (double)model->hidden);
    hanse_estimate_add(&parts->compute, output, 3.0 * m);
    hanse_estimate_add(&parts->bubble, layer, (p - 1.0) / v * layers / p);
    if (p > 1.0) {
        double bytes = l.e * l.n * (double)model->hidden / l.t;
        hanse_estimate_add(&parts->pipeline, hanse_device_send(law, bytes),
                           2.0 * v * (m + (p - 1.0) / v));
    }
    add_gradients(&l, parts);
    const struct hanse_estimate *all[] = {&parts->compute,   &parts->bubble,
                                          &parts->pipeline,  &parts->gradients,
                                          &parts->optimizer, &parts->groups};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        hanse_estimate_add(&parts->all, *all[i], 1.0);
    }
    double tokens = (double)training->batch * l.s;
    parts->flop = 6.0 * hanse_transformer_active_parameters(model) * tokens +
                  6.0 * layers * (double)(model->heads * model->width) * l.s * tokens;
    return HANSE_OK;
}
