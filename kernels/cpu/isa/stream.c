/* Streams: read, copy, triad, plain and past the cache. Work: sim/model/kernel.h. */
#include "kernels/cpu/isa/kernels.h"
#include "kernels/cpu/isa/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { GRAIN = 64 }; /* doubles: eight cache lines */

/* A store that leaves the caches alone: no line is read before it is overwritten. */
HANSE__INLINE void store_past(double *to, vd v)
{
#if defined(__AVX512F__) && HANSE_VECTOR == 64
    _mm512_stream_pd(to, (__m512d)v);
#elif defined(__AVX2__) && HANSE_VECTOR == 32
    _mm256_stream_pd(to, (__m256d)v);
#elif defined(__x86_64__)
    _mm_stream_pd(to, (__m128d)v);
#else
    store_d(to, v);
#endif
}

HANSE__INLINE void drain(void)
{
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

static double read_slice(const double *a, int64_t from, int64_t to)
{
    enum { CHAINS = 8 };
    vd sums[CHAINS] = {{0}};
    int64_t i = from;
    for (; i + CHAINS * LANES_D <= to; i += CHAINS * LANES_D) {
#pragma GCC unroll 8
        for (int c = 0; c < CHAINS; c++) {
            sums[c] += load_d(a + i + c * LANES_D);
        }
    }
    double sum = 0.0;
    for (int c = 0; c < CHAINS; c++) {
        sum += sum_d(sums[c]);
    }
    for (; i < to; i++) {
        sum += a[i];
    }
    return sum;
}

void HANSE__HERE(stream_read)(const struct hanse__cpu_job *job)
{
    const double *a = job->trial->buffers[0].data;
    int64_t n = job->trial->key.shape.extent[0];
    double total = 0.0;
#pragma omp parallel num_threads(job->n_threads) reduction(+ : total)
    {
        int t = omp_get_thread_num(), p = omp_get_num_threads();
        total += read_slice(a, hanse__slice(n, GRAIN, t, p), hanse__slice(n, GRAIN, t + 1, p));
    }
    *(double *)job->trial->buffers[1].data = total;
}

HANSE__INLINE void copy_slice(double *c, const double *a, int64_t from, int64_t to, bool past)
{
    int64_t i = from;
    for (; i + 4 * LANES_D <= to; i += 4 * LANES_D) {
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            if (past) {
                store_past(c + i + v * LANES_D, load_d(a + i + v * LANES_D));
            } else {
                store_d(c + i + v * LANES_D, load_d(a + i + v * LANES_D));
            }
        }
    }
    for (; i < to; i++) {
        c[i] = a[i];
    }
    drain();
}

HANSE__INLINE void triad_slice(double *a, const double *b, const double *c, int64_t from,
                               int64_t to, bool past)
{
    int64_t i = from;
    for (; i + 4 * LANES_D <= to; i += 4 * LANES_D) {
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            vd sum =
                load_d(b + i + v * LANES_D) + HANSE_TRIAD_SCALAR * load_d(c + i + v * LANES_D);
            if (past) {
                store_past(a + i + v * LANES_D, sum);
            } else {
                store_d(a + i + v * LANES_D, sum);
            }
        }
    }
    for (; i < to; i++) {
        a[i] = b[i] + HANSE_TRIAD_SCALAR * c[i];
    }
    drain();
}

void HANSE__HERE(stream_copy)(const struct hanse__cpu_job *job)
{
    const double *a = job->trial->buffers[0].data;
    double *c = job->trial->buffers[1].data;
    int64_t n = job->trial->key.shape.extent[0];
    bool past = job->trial->key.variant[0] == 'n';
#pragma omp parallel num_threads(job->n_threads)
    {
        int t = omp_get_thread_num(), p = omp_get_num_threads();
        int64_t from = hanse__slice(n, GRAIN, t, p), to = hanse__slice(n, GRAIN, t + 1, p);
        if (past) {
            copy_slice(c, a, from, to, true);
        } else {
            copy_slice(c, a, from, to, false);
        }
    }
}

void HANSE__HERE(stream_triad)(const struct hanse__cpu_job *job)
{
    const double *b = job->trial->buffers[0].data, *c = job->trial->buffers[1].data;
    double *a = job->trial->buffers[2].data;
    int64_t n = job->trial->key.shape.extent[0];
    bool past = job->trial->key.variant[0] == 'n';
#pragma omp parallel num_threads(job->n_threads)
    {
        int t = omp_get_thread_num(), p = omp_get_num_threads();
        int64_t from = hanse__slice(n, GRAIN, t, p), to = hanse__slice(n, GRAIN, t + 1, p);
        if (past) {
            triad_slice(a, b, c, from, to, true);
        } else {
            triad_slice(a, b, c, from, to, false);
        }
    }
}
