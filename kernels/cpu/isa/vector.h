/*
 * Vectors of the width this object is compiled for. Shared inside kernels/cpu/isa.
 */
#ifndef HANSE_KERNELS_CPU_ISA_VECTOR_H
#define HANSE_KERNELS_CPU_ISA_VECTOR_H

#include <omp.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/cpu/isa.h"

#ifndef HANSE_VECTOR
#define HANSE_VECTOR 16
#define HANSE_ISA base
#endif

#define HANSE__JOIN_(a, b) hanse__##a##_##b
#define HANSE__JOIN(a, b) HANSE__JOIN_(a, b)
/* The name of `a` in this instruction set: hanse__gemm_avx2. */
#define HANSE__HERE(a) HANSE__JOIN(a, HANSE_ISA)
#define HANSE__INLINE static inline __attribute__((always_inline))

enum { LANES_D = HANSE_VECTOR / 8, LANES_F = HANSE_VECTOR / 4 };

typedef double vd __attribute__((vector_size(HANSE_VECTOR)));
typedef float vf __attribute__((vector_size(HANSE_VECTOR)));
typedef int32_t vi __attribute__((vector_size(HANSE_VECTOR)));
typedef uint16_t vh __attribute__((vector_size(HANSE_VECTOR / 2)));
typedef int8_t vb __attribute__((vector_size(HANSE_VECTOR / 4)));
typedef uint8_t vu __attribute__((vector_size(HANSE_VECTOR / 4)));

HANSE__INLINE vd load_d(const double *from)
{
    vd v;
    memcpy(&v, from, sizeof v);
    return v;
}

HANSE__INLINE vf load_f(const float *from)
{
    vf v;
    memcpy(&v, from, sizeof v);
    return v;
}

HANSE__INLINE void store_d(double *to, vd v)
{
    memcpy(to, &v, sizeof v);
}

HANSE__INLINE void store_f(float *to, vf v)
{
    memcpy(to, &v, sizeof v);
}

/* LANES_F small numbers, each in a lane of its own. The compiler does these one by one when it
 * is left to itself (gcc 12), and then weights of a byte come slower than ones of four. */
HANSE__INLINE vi widen_int8(const void *from)
{
#if HANSE_VECTOR == 64
    return (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)from));
#elif HANSE_VECTOR == 32
    return (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from));
#else
    vb bytes;
    memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, vi);
#endif
}

HANSE__INLINE vi widen_byte(const void *from)
{
#if HANSE_VECTOR == 64
    return (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from));
#elif HANSE_VECTOR == 32
    return (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
#else
    vu bytes;
    memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, vi);
#endif
}

HANSE__INLINE vf widen_bf16(const void *from)
{
#if HANSE_VECTOR == 64
    vi halves = (vi)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
#elif HANSE_VECTOR == 32
    vi halves = (vi)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
#else
    vh narrow;
    memcpy(&narrow, from, sizeof narrow);
    vi halves = __builtin_convertvector(narrow, vi);
#endif
    return (vf)(halves << 16);
}

/* Halves are added, never lanes through memory: a block of products ends with dozens of these.
 */
HANSE__INLINE float sum_f(vf v)
{
    typedef float v4 __attribute__((vector_size(16)));
    v4 quarter;
#if HANSE_VECTOR == 64
    typedef float v8 __attribute__((vector_size(32)));
    v8 half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
              __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    quarter = __builtin_shufflevector(half, half, 0, 1, 2, 3) +
              __builtin_shufflevector(half, half, 4, 5, 6, 7);
#elif HANSE_VECTOR == 32
    quarter =
        __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
    quarter = (v4)v;
#endif
    quarter += __builtin_shufflevector(quarter, quarter, 2, 3, 2, 3);
    return quarter[0] + quarter[1];
}

HANSE__INLINE double sum_d(vd v)
{
    double lanes[LANES_D], sum = 0.0;
    memcpy(lanes, &v, sizeof v);
    for (int i = 0; i < LANES_D; i++) {
        sum += lanes[i];
    }
    return sum;
}

HANSE__INLINE vf max_f(vf a, vf b)
{
    vi greater = a > b;
    return (vf)(((vi)a & greater) | ((vi)b & ~greater));
}

HANSE__INLINE float top_f(vf v)
{
    float lanes[LANES_F], top;
    memcpy(lanes, &v, sizeof v);
    top = lanes[0];
    for (int i = 1; i < LANES_F; i++) {
        top = lanes[i] > top ? lanes[i] : top;
    }
    return top;
}

/* e^x within 2 ulp for x in [-87, 88], clamped outside: x = n ln 2 + r, |r| ≤ ln 2 / 2, and the
 * Taylor polynomial of degree 7, whose remainder is below 2e-8 there (Cody and Waite 1980). */
HANSE__INLINE vf exp_f(vf x)
{
    const vf zero = {0};
    const float magic = 12582912.0f; /* 1.5 · 2^23: adding it rounds to an integer */
    x = max_f(x, zero - 87.0f);
    x = -max_f(-x, zero - 88.0f);
    vf shifted = x * 1.44269504f + magic;
    vf n = shifted - magic;
    vf r = x - n * 0.693145752f;
    r = r - n * 1.42860677e-6f;
    vf p = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    vi exponent = ((vi)shifted - 0x4B400000 + 127) << 23;
    return p * (vf)exponent;
}

#endif
