/*
 * Attention with the softmax taken along the way (Milakov and Gimelshein 2018; Dao et al.
 * 2022): running maximum and sum, so scores never leave the caches. Query heads share the keys
 * and values of their group.
 */
#include <math.h>

#include "kernels/cpu/isa/kernels.h"

enum { WIDEST = 256, GROUP = 16, KEYS = HANSE_PAGE_TOKENS };

/* What one query has seen so far. */
struct state {
    float top, sum;
    float out[WIDEST];
};

HANSE__INLINE float dot(const float *a, const float *b, int64_t d)
{
    vf s0 = {0}, s1 = {0};
    for (int64_t i = 0; i < d; i += 2 * LANES_F) {
        s0 += load_f(a + i) * load_f(b + i);
        s1 += load_f(a + i + LANES_F) * load_f(b + i + LANES_F);
    }
    return sum_f(s0 + s1);
}

static void begin(struct state *s, int64_t d)
{
    s->top = -INFINITY;
    s->sum = 0.0f;
    memset(s->out, 0, (size_t)d * sizeof *s->out);
}

/* Takes in n ≤ KEYS keys and values, which lie `stride` floats apart. */
static void take(struct state *s, const float *q, const float *k, const float *v,
                 int64_t stride, int64_t n, int64_t d, float scale)
{
    float scores[KEYS], top = s->top;
    for (int64_t t = 0; t < KEYS; t++) {
        scores[t] = t < n ? scale * dot(q, k + t * stride, d) : -INFINITY;
        top = scores[t] > top ? scores[t] : top;
    }
    float shrink = expf(s->top - top), sum = 0.0f;
    for (int64_t t = 0; t < KEYS; t += LANES_F) {
        vf e = exp_f(load_f(scores + t) - top);
        store_f(scores + t, e);
    }
    for (int64_t t = 0; t < n; t++) {
        sum += scores[t];
    }
    s->sum = s->sum * shrink + sum;
    s->top = top;
    for (int64_t i = 0; i < d; i += LANES_F) {
        vf o = load_f(s->out + i) * shrink;
        for (int64_t t = 0; t < n; t++) {
            o += scores[t] * load_f(v + t * stride + i);
        }
        store_f(s->out + i, o);
    }
}

static void end(const struct state *s, float *out, int64_t d)
{
    float inverse = 1.0f / s->sum;
    for (int64_t i = 0; i < d; i++) {
        out[i] = s->out[i] * inverse;
    }
}

/* One query block of one key-value head: each piece of keys serves all queries of the block
 * while it is in the first-level cache. */
static void prefill_block(const struct hanse_trial *trial, int64_t group, int64_t from,
                          int64_t to, struct state *states)
{
    const int64_t *x = trial->key.shape.extent;
    int64_t h = x[0], g = x[1], d = x[3], share = h / g;
    const float *q = trial->buffers[0].data, *k = trial->buffers[1].data;
    const float *v = trial->buffers[2].data;
    float *o = trial->buffers[3].data, scale = 1.0f / sqrtf((float)d);
    for (int64_t i = 0; i < (to - from) * share; i++) {
        begin(&states[i], d);
    }
    for (int64_t t = 0; t < to; t += KEYS) {
        for (int64_t i = t > from ? t : from; i < to; i++) {
            int64_t n = i + 1 - t < KEYS ? i + 1 - t : KEYS;
            for (int64_t s = 0; s < share; s++) {
                take(&states[(i - from) * share + s], q + (i * h + group * share + s) * d,
                     k + (t * g + group) * d, v + (t * g + group) * d, g * d, n, d, scale);
            }
        }
    }
    for (int64_t i = from; i < to; i++) {
        for (int64_t s = 0; s < share; s++) {
            end(&states[(i - from) * share + s], o + (i * h + group * share + s) * d, d);
        }
    }
}

void HANSE__HERE(attention_prefill)(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
    int64_t share = x[0] / x[1], block = 64 / share < 4 ? 4 : 64 / share;
    int64_t blocks = (x[2] + block - 1) / block;
#pragma omp parallel num_threads(job->n_threads)
    {
        struct state states[4 * GROUP > 64 ? 4 * GROUP : 64];
        /* The last blocks have the most to do, so they go first. */
#pragma omp for schedule(dynamic)
        for (int64_t item = 0; item < blocks * x[1]; item++) {
            int64_t b = blocks - 1 - item / x[1];
            int64_t to = (b + 1) * block < x[2] ? (b + 1) * block : x[2];
            prefill_block(job->trial, item % x[1], b * block, to, states);
        }
    }
}

static void decode_item(const struct hanse_trial *trial, int64_t sequence, int64_t group,
                        struct state *states)
{
    const int64_t *x = trial->key.shape.extent;
    int64_t h = x[0], g = x[1], d = x[3], share = h / g;
    int64_t pages = (x[2] + HANSE_PAGE_TOKENS - 1) / HANSE_PAGE_TOKENS;
    const float *q = (const float *)trial->buffers[0].data + (sequence * h + group * share) * d;
    const float *k = trial->buffers[1].data, *v = trial->buffers[2].data;
    const int32_t *table = (const int32_t *)trial->buffers[3].data + sequence * pages;
    float *o = (float *)trial->buffers[4].data + (sequence * h + group * share) * d;
    float scale = 1.0f / sqrtf((float)d);
    for (int64_t s = 0; s < share; s++) {
        begin(&states[s], d);
    }
    for (int64_t p = 0; p < pages; p++) {
        int64_t at = (table[p] * g + group) * HANSE_PAGE_TOKENS * d;
        int64_t left = x[2] - p * HANSE_PAGE_TOKENS;
        for (int64_t s = 0; s < share; s++) {
            take(&states[s], q + s * d, k + at, v + at, d, left < KEYS ? left : KEYS, d, scale);
        }
    }
    for (int64_t s = 0; s < share; s++) {
        end(&states[s], o + s * d, d);
    }
}

void HANSE__HERE(attention_decode)(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
#pragma omp parallel num_threads(job->n_threads)
    {
        struct state states[GROUP];
#pragma omp for schedule(dynamic)
        for (int64_t item = 0; item < x[4] * x[1]; item++) {
            decode_item(job->trial, item / x[1], item % x[1], states);
        }
    }
}
