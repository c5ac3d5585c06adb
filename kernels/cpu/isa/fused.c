/* What sits between the products of a model, each in one pass: norm, gate, softmax; and the
 * optimiser's step. */
#include <math.h>

#include "kernels/cpu/isa/kernels.h"

static void rmsnorm_row(const float *x, const float *w, float *y, int64_t c)
{
    vf squares = {0};
    float sum;
    int64_t i = 0;
    for (; i + LANES_F <= c; i += LANES_F) {
        squares += load_f(x + i) * load_f(x + i);
    }
    sum = sum_f(squares);
    for (; i < c; i++) {
        sum += x[i] * x[i];
    }
    float inverse = 1.0f / sqrtf(sum / (float)c + HANSE_RMSNORM_EPSILON);
    for (i = 0; i + LANES_F <= c; i += LANES_F) {
        store_f(y + i, load_f(x + i) * inverse * load_f(w + i));
    }
    for (; i < c; i++) {
        y[i] = x[i] * inverse * w[i];
    }
}

void HANSE__HERE(rmsnorm)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    const float *x = job->trial->buffers[0].data, *w = job->trial->buffers[1].data;
    float *y = job->trial->buffers[2].data;
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t r = 0; r < e[0]; r++) {
        rmsnorm_row(x + r * e[1], w, y + r * e[1], e[1]);
    }
}

/* A vector at the end of an array, filled up with zeros. */
HANSE__INLINE vf load_tail(const float *from, int64_t n)
{
    float room[LANES_F] = {0};
    memcpy(room, from, (size_t)n * sizeof *room);
    return load_f(room);
}

HANSE__INLINE vf gate(vf x, vf y)
{
    return x / (1.0f + exp_f(-x)) * y;
}

void HANSE__HERE(swiglu)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    const float *x = job->trial->buffers[0].data, *y = job->trial->buffers[1].data;
    float *out = job->trial->buffers[2].data;
    int64_t n = e[0] * e[1];
#pragma omp parallel num_threads(job->n_threads)
    {
        int t = omp_get_thread_num(), p = omp_get_num_threads();
        int64_t i = hanse__slice(n, 64, t, p), to = hanse__slice(n, 64, t + 1, p);
        for (; i + LANES_F <= to; i += LANES_F) {
            store_f(out + i, gate(load_f(x + i), load_f(y + i)));
        }
        if (i < to) {
            vf last = gate(load_tail(x + i, to - i), load_tail(y + i, to - i));
            memcpy(out + i, &last, (size_t)(to - i) * sizeof *out);
        }
    }
}

static void softmax_row(const float *x, float *y, int64_t c)
{
    float top = x[0], sum = 0.0f;
    int64_t i = 0;
    if (c >= LANES_F) {
        vf tops = load_f(x);
        for (; i + LANES_F <= c; i += LANES_F) {
            tops = max_f(tops, load_f(x + i));
        }
        top = top_f(tops);
    }
    for (; i < c; i++) {
        top = x[i] > top ? x[i] : top;
    }
    vf sums = {0};
    for (i = 0; i + LANES_F <= c; i += LANES_F) {
        vf e = exp_f(load_f(x + i) - top);
        store_f(y + i, e);
        sums += e;
    }
    sum = sum_f(sums);
    if (i < c) {
        vf e = exp_f(load_tail(x + i, c - i) - top);
        memcpy(y + i, &e, (size_t)(c - i) * sizeof *y);
    }
    for (; i < c; i++) {
        sum += y[i];
    }
    float inverse = 1.0f / sum;
    for (i = 0; i < c; i++) {
        y[i] *= inverse;
    }
}

void HANSE__HERE(softmax)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    const float *x = job->trial->buffers[0].data;
    float *y = job->trial->buffers[1].data;
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t r = 0; r < e[0]; r++) {
        softmax_row(x + r * e[1], y + r * e[1], e[1]);
    }
}

void HANSE__HERE(adamw)(const struct hanse__cpu_job *job)
{
    const struct hanse_buffer *b = job->trial->buffers;
    const float *p = b[0].data, *g = b[1].data, *m = b[2].data, *v = b[3].data;
    float *restrict p_out = b[4].data, *restrict m_out = b[5].data, *restrict v_out = b[6].data;
    int64_t n = job->trial->key.shape.extent[0];
#pragma omp parallel for simd schedule(static) num_threads(job->n_threads)
    for (int64_t i = 0; i < n; i++) {
        float m1 = HANSE_ADAMW_BETA1 * m[i] + (1.0f - HANSE_ADAMW_BETA1) * g[i];
        float v1 = HANSE_ADAMW_BETA2 * v[i] + (1.0f - HANSE_ADAMW_BETA2) * g[i] * g[i];
        float step = m1 / (sqrtf(v1) + HANSE_ADAMW_EPSILON) + HANSE_ADAMW_DECAY * p[i];
        p_out[i] = p[i] - HANSE_ADAMW_RATE * step;
        m_out[i] = m1;
        v_out[i] = v1;
    }
}
