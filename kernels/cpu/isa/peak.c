/*
 * Register-resident multiply-adds: x ← x / 2 + 1 in twelve independent vectors, enough to cover
 * four cycles' latency on three units. From any start x becomes 2, which is what is checked. No
 * chain starts there: the compiler would see that it never moves, and leave it out.
 */
#include "kernels/cpu/isa/kernels.h"

enum { CHAINS = 12, FIRST = 3 };

static void peak_f(int64_t steps, float *out)
{
    vf x[CHAINS], half = {0}, one = {0};
    half += 0.5f;
    one += 1.0f;
    for (int c = 0; c < CHAINS; c++) {
        x[c] = one * (float)(FIRST + c);
    }
    for (int64_t i = 0; i < steps; i++) {
#pragma GCC unroll 12
        for (int c = 0; c < CHAINS; c++) {
            x[c] = x[c] * half + one;
        }
    }
    vf worst = x[0];
    for (int c = 1; c < CHAINS; c++) {
        worst = max_f(worst, x[c]);
    }
    *out = top_f(worst);
}

static void peak_d(int64_t steps, double *out)
{
    vd x[CHAINS], half = {0}, one = {0};
    half += 0.5;
    one += 1.0;
    for (int c = 0; c < CHAINS; c++) {
        x[c] = one * (double)(FIRST + c);
    }
    for (int64_t i = 0; i < steps; i++) {
#pragma GCC unroll 12
        for (int c = 0; c < CHAINS; c++) {
            x[c] = x[c] * half + one;
        }
    }
    vd mean = {0};
    for (int c = 0; c < CHAINS; c++) {
        mean += x[c];
    }
    *out = sum_d(mean) / (CHAINS * LANES_D);
}

void HANSE__HERE(fma_peak)(const struct hanse__cpu_job *job)
{
    bool wide = job->trial->key.precision == HANSE_FP64;
    int64_t n = job->trial->key.shape.extent[0];
    void *out = job->trial->buffers[0].data;
    int64_t per_step = (int64_t)CHAINS * (wide ? LANES_D : LANES_F) * job->n_threads;
    int64_t steps = (n + per_step - 1) / per_step;
#pragma omp parallel num_threads(job->n_threads)
    {
        double result_d = 0.0;
        float result_f = 0.0f;
        if (wide) {
            peak_d(steps, &result_d);
        } else {
            peak_f(steps, &result_f);
        }
        for (int i = omp_get_thread_num(); i < 64; i += omp_get_num_threads()) {
            if (wide) {
                ((double *)out)[i] = result_d;
            } else {
                ((float *)out)[i] = result_f;
            }
        }
    }
}

#ifdef HANSE_DOTS
/* Words of ones: after s steps a lane is exactly s times the depth, so that an instruction that
 * was left out shows. */
HANSE__INLINE float dots(int64_t steps, bool pairs)
{
    __m512 sums[CHAINS];
    __m512i counts[CHAINS], ones = _mm512_set1_epi32(pairs ? 0x3F803F80 : 0x01010101);
    for (int c = 0; c < CHAINS; c++) {
        sums[c] = _mm512_set1_ps((float)c); /* or the chains are one and the same */
        counts[c] = _mm512_set1_epi32(c);
    }
    for (int64_t i = 0; i < steps; i++) {
#pragma GCC unroll 12
        for (int c = 0; c < CHAINS; c++) {
            if (pairs) {
                sums[c] = _mm512_dpbf16_ps(sums[c], (__m512bh)ones, (__m512bh)ones);
            } else {
                counts[c] = _mm512_dpbusd_epi32(counts[c], ones, ones);
            }
        }
    }
    double total = -LANES_F * (CHAINS * (CHAINS - 1) / 2.0); /* where they began */
    for (int c = 0; c < CHAINS; c++) {
        total += pairs ? (double)_mm512_reduce_add_ps(sums[c])
                       : (double)_mm512_reduce_add_epi32(counts[c]);
    }
    double depth = pairs ? 2.0 : 4.0;
    return (float)(2.0 * total / (depth * CHAINS * LANES_F * (double)steps));
}

void HANSE__HERE(matrix_peak)(const struct hanse__cpu_job *job)
{
    bool pairs = job->trial->key.precision == HANSE_BF16;
    int64_t per_step = (int64_t)CHAINS * LANES_F * (pairs ? 2 : 4) * job->n_threads;
    int64_t steps = (job->trial->key.shape.extent[0] + per_step - 1) / per_step;
    float *out = job->trial->buffers[0].data;
#pragma omp parallel num_threads(job->n_threads)
    {
        float result = pairs ? dots(steps, true) : dots(steps, false);
        for (int i = omp_get_thread_num(); i < 64; i += omp_get_num_threads()) {
            out[i] = result;
        }
    }
}
#endif
