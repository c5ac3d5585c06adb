/*
 * Matrix products in every precision. Work: sim/model/kernel.h.
 *
 * fp32 and fp64 as they are. bf16 and int8 become fp32 when they are packed; sums of int8 stay
 * exact, since 512 products of 14 bits each are below 2^24. Where the processor multiplies two
 * bf16 or four int8 at once and adds them up (HANSE_DOTS), they stay as words of two or four.
 * C of bf16 is summed up in fp32 (job.sums) and rounded once, in the end.
 */
#include "kernels/cpu/isa/kernels.h"

#define PLAIN(sum, a, b) ((sum) + (a) * (b))
#define AS_IT_IS(x) (x)

#define NAME(a) a##_fp32
#define DEPTH 512
#define SOURCE float
#define READ AS_IT_IS
#define PACKS_AS_IT_IS
#define ELEMENT float
#define LANES LANES_F
#define VECTOR vf
#define SUM vf
#define MULTIPLY_ADD PLAIN
#define RESULT float
#define RESULTS vf
#define TO_RESULTS AS_IT_IS
#include "kernels/cpu/isa/gemm_body.h"

#define NAME(a) a##_fp64
#define DEPTH 512
#define SOURCE double
#define READ AS_IT_IS
#define PACKS_AS_IT_IS
#define ELEMENT double
#define LANES LANES_D
#define VECTOR vd
#define SUM vd
#define MULTIPLY_ADD PLAIN
#define RESULT double
#define RESULTS vd
#define TO_RESULTS AS_IT_IS
#include "kernels/cpu/isa/gemm_body.h"

#define NAME(a) a##_bf16
#define DEPTH 512
#define SOURCE uint16_t
#define READ hanse__bf16
#define ELEMENT float
#define LANES LANES_F
#define VECTOR vf
#define SUM vf
#define MULTIPLY_ADD PLAIN
#define RESULT float
#define RESULTS vf
#define TO_RESULTS AS_IT_IS
#include "kernels/cpu/isa/gemm_body.h"

/* --- int8: B is n × k --------------------------------------------------------------------- */

static void pack_int8_as_fp32(float *to, const struct hanse__cpu_job *job, int64_t j,
                              int64_t k0, int64_t depth, int64_t columns)
{
    const int64_t *x = job->trial->key.shape.extent;
    const signed char *b = (const signed char *)job->trial->buffers[1].data;
    for (int64_t i = 0; i < columns; i++) {
        const signed char *from = b + (j + i) * x[2] + k0;
        for (int64_t k = 0; k < depth; k++) {
            to[k * columns + i] = j + i < x[1] ? (float)from[k] : 0.0f;
        }
    }
}

HANSE__INLINE vi whole(vf sums)
{
    return __builtin_convertvector(sums, vi);
}

#define NAME(a) a##_int8
#define DEPTH 512
#define SOURCE signed char
#define READ (float)
#define ELEMENT float
#define LANES LANES_F
#define VECTOR vf
#define SUM vf
#define MULTIPLY_ADD PLAIN
#define RESULT int32_t
#define RESULTS vi
#define TO_RESULTS whole
#define PACK_B pack_int8_as_fp32
#include "kernels/cpu/isa/gemm_body.h"

/* --- words of two and four ---------------------------------------------------------------- */

#ifdef HANSE_DOTS
/* The operands' own elements are narrower. */
typedef int32_t word __attribute__((may_alias));

HANSE__INLINE vf dot_bf16(vf sums, int32_t a, vi b)
{
    return (vf)_mm512_dpbf16_ps((__m512)sums, (__m512bh)_mm512_set1_epi32(a), (__m512bh)b);
}

/* Rows 2 k and 2 k + 1 of B, element beside element. */
static void pack_pairs(int32_t *to, const struct hanse__cpu_job *job, int64_t j, int64_t k0,
                       int64_t depth, int64_t columns)
{
    int64_t n = job->trial->key.shape.extent[1];
    const uint16_t *upper = (const uint16_t *)job->trial->buffers[1].data + 2 * k0 * n + j;
    for (int64_t k = 0; k < depth; k++, upper += 2 * n, to += columns) {
        const uint16_t *lower = upper + n;
        int64_t i = 0;
        for (; i + LANES_F <= columns && j + i + LANES_F <= n; i += LANES_F) {
            vi pairs = (vi)widen_bf16(lower + i) | ((vi)widen_bf16(upper + i) >> 16 & 0xFFFF);
            memcpy(to + i, &pairs, sizeof pairs);
        }
        for (; i < columns; i++) {
            to[i] = j + i < n ? (int32_t)(upper[i] | (uint32_t)lower[i] << 16) : 0;
        }
    }
}

#define NAME(a) a##_pairs
#define DEPTH 512
#define SOURCE word
#define READ AS_IT_IS
#define PACKS_AS_IT_IS
#define ELEMENT int32_t
#define LANES LANES_F
#define VECTOR vi
#define SUM vf
#define MULTIPLY_ADD dot_bf16
#define RESULT float
#define RESULTS vf
#define TO_RESULTS AS_IT_IS
#define PACK_B pack_pairs
#include "kernels/cpu/isa/gemm_body.h"

/* The instruction takes A without a sign: a + 128, so that 128 Σ b is too much in the end. */
enum { UNSIGNED = (int)0x80808080 };
#define FLIPPED(x) ((x) ^ UNSIGNED)

HANSE__INLINE vi dot_int8(vi sums, int32_t a, vi b)
{
    return (vi)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(a), (__m512i)b);
}

/* Four neighbours of a column are neighbours in B's row. job.sums takes the columns' sums. */
static void pack_quads(int32_t *to, const struct hanse__cpu_job *job, int64_t j, int64_t k0,
                       int64_t depth, int64_t columns)
{
    const int64_t *x = job->trial->key.shape.extent;
    int32_t *sums = job->sums;
    for (int64_t i = 0; i < columns; i++) {
        const word *from =
            (const word *)job->trial->buffers[1].data + (j + i) * (x[2] / 4) + k0;
        bool there = j + i < x[1];
        for (int64_t k = 0; k < depth; k++) {
            to[k * columns + i] = there ? from[k] : 0;
        }
        int32_t sum = 0;
        for (int64_t k = 0; there && k < 4 * depth; k++) {
            sum += ((const signed char *)from)[k];
        }
        if (there) {
            sums[j + i] = sum + (k0 == 0 ? 0 : sums[j + i]);
        }
    }
}

#define NAME(a) a##_quads
#define DEPTH 512
#define SOURCE word
#define READ FLIPPED
#define FLIP UNSIGNED
#define PACKS_AS_IT_IS
#define ELEMENT int32_t
#define LANES LANES_F
#define VECTOR vi
#define SUM vi
#define MULTIPLY_ADD dot_int8
#define RESULT int32_t
#define RESULTS vi
#define TO_RESULTS AS_IT_IS
#define PACK_B pack_quads
#include "kernels/cpu/isa/gemm_body.h"

static void take_excess(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
    int32_t *c = job->trial->buffers[2].data;
    const int32_t *sums = job->sums;
#pragma omp for
    for (int64_t i = 0; i < x[0]; i++) {
        for (int64_t j = 0; j < x[1]; j++) {
            c[i * x[1] + j] -= 128 * sums[j];
        }
    }
}
#endif

/* --- by precision ------------------------------------------------------------------------- */

static void bf16(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
    const float *sums = job->sums;
    uint16_t *c = job->trial->buffers[2].data;
#ifdef HANSE_DOTS
    if (x[2] % 2 == 0) {
        product_pairs(job, job->sums, x[2] / 2);
    } else
#endif
    {
        product_bf16(job, job->sums, x[2]);
    }
#pragma omp for
    for (int64_t i = 0; i < x[0] * x[1]; i++) {
        c[i] = hanse__to_bf16(sums[i]);
    }
}

static void int8(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
#ifdef HANSE_DOTS
    if (x[2] % 4 == 0) {
        product_quads(job, job->trial->buffers[2].data, x[2] / 4);
        take_excess(job);
        return;
    }
#endif
    product_int8(job, job->trial->buffers[2].data, x[2]);
}

void HANSE__HERE(gemm)(const struct hanse__cpu_job *job)
{
    const int64_t *x = job->trial->key.shape.extent;
#pragma omp parallel num_threads(job->n_threads)
    switch (job->trial->key.precision) {
    case HANSE_FP64:
        product_fp64(job, job->trial->buffers[2].data, x[2]);
        break;
    case HANSE_BF16:
        bf16(job);
        break;
    case HANSE_INT8:
        int8(job);
        break;
    default:
        product_fp32(job, job->trial->buffers[2].data, x[2]);
    }
}
