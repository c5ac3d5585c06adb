/* The words of kernels/cuda/units.h, lane by lane as the PTX ISA lays fragments out. */
#ifndef HANSE_TESTS_CUDA_UNITS_H
#define HANSE_TESTS_CUDA_UNITS_H

#include "kernels/number.h"
#include "tests/kernels/cuda/dialect.h"

#define ALIGNED __attribute__((aligned(128)))

static char dynamic_shared[227 << 10] __attribute__((section("gpu_shared"), aligned(1024)));
#define DYNAMIC_SHARED(name) char *name = dynamic_shared

/* What a lane has in registers counts E elements to a word: 1 of tf32, 2 halves, 4 bytes. */
DEVICE double element_of(uint32_t word, enum hanse_precision precision, int i)
{
    return precision == HANSE_TF32   ? (double)hanse__float_of(word & ~0x1FFFu)
           : precision == HANSE_INT8 ? (signed char)(word >> 8 * i)
           : precision == HANSE_BF16 ? (double)hanse__bf16((uint16_t)(word >> 16 * i))
                                     : hanse__fp16((uint16_t)(word >> 16 * i));
}

/* Row r, column c of A B. A (16 × 8 E): element (r, k) is with lane 4 (r mod 8) + k / E mod 4,
 * in word r / 8 + 2 (k / 4 E). B (8 E × 8): (k, c) with lane 4 c + k / E mod 4, in word
 * k / 4 E, which follow those of A. */
DEVICE double product_at(enum hanse_precision precision, int r, int c)
{
    int e = precision == HANSE_TF32 ? 1 : precision == HANSE_INT8 ? 4 : 2;
    double sum = 0.0;
    for (int k = 0; k < 8 * e; k++) {
        uint32_t a = emulated_words(r % 8 * 4 + k / e % 4)[r / 8 + 2 * (k / (4 * e))];
        uint32_t b = emulated_words(c * 4 + k / e % 4)[4 + k / (4 * e)];
        sum += element_of(a, precision, k % e) * element_of(b, precision, k % e);
    }
    return sum;
}

DEVICE void show(const uint32_t *a, const uint32_t *b)
{
    uint32_t *mine = emulated_words(emulated_item() % 32);
    memcpy(mine, a, 4 * sizeof *a);
    memcpy(mine + 4, b, 2 * sizeof *b);
    emulated_warp_sync();
}

/* Of D (16 × 8) a lane has rows lane / 4 and lane / 4 + 8, columns 2 (lane mod 4) and the next.
 */
#define MMA(name, T, precision)                                                                \
    DEVICE void name(T *d, const uint32_t *a, const uint32_t *b)                               \
    {                                                                                          \
        int lane = emulated_item() % 32;                                                       \
        show(a, b);                                                                            \
        for (int i = 0; i < 4; i++) {                                                          \
            d[i] += (T)product_at(precision, lane / 4 + i / 2 * 8, lane % 4 * 2 + i % 2);      \
        }                                                                                      \
        emulated_warp_sync();                                                                  \
    }
MMA(mma_fp16, float, HANSE_FP16)
MMA(mma_bf16, float, HANSE_BF16)
MMA(mma_tf32, float, HANSE_TF32)
MMA(mma_int8, int, HANSE_INT8)
#undef MMA

/* 8 × 4 times 4 × 8: A's row lane / 4 and column lane mod 4, B's the other way round. */
DEVICE void mma_fp64(double *d, const double *a, const double *b)
{
    int lane = emulated_item() % 32;
    memcpy(emulated_words(lane), a, sizeof *a);
    memcpy(emulated_words(lane) + 2, b, sizeof *b);
    emulated_warp_sync();
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 4; k++) {
            double x, y;
            memcpy(&x, emulated_words(lane / 4 * 4 + k), sizeof x);
            memcpy(&y, emulated_words((lane % 4 * 2 + i) * 4 + k) + 2, sizeof y);
            d[i] += x * y;
        }
    }
    emulated_warp_sync();
}

/* Lanes 8 j to 8 j + 7 give the rows of matrix j. A lane gets from each matrix two neighbours:
 * of row lane / 4, or, turned, of column lane / 4. */
DEVICE void load_matrices(uint32_t *r, const void *p, bool turned)
{
    int lane = emulated_item() % 32;
    memcpy(emulated_words(lane), &p, sizeof p);
    emulated_warp_sync();
    for (int j = 0; j < 4; j++) {
        uint16_t two[2];
        for (int i = 0; i < 2; i++) {
            const uint16_t *row;
            int across = lane / 4, along = lane % 4 * 2 + i;
            memcpy(&row, emulated_words(8 * j + (turned ? along : across)), sizeof row);
            two[i] = row[turned ? across : along];
        }
        memcpy(&r[j], two, sizeof two);
    }
    emulated_warp_sync();
}

DEVICE void load_rows(uint32_t *r, const void *p)
{
    load_matrices(r, p, false);
}

DEVICE void load_columns(uint32_t *r, const void *p)
{
    load_matrices(r, p, true);
}

DEVICE void copy16(void *to, const void *from, int valid)
{
    emulated_copy(to, from, 16, valid);
}

DEVICE void commit_copies(void)
{
    emulated_commit();
}

DEVICE void wait_copies(int left)
{
    emulated_wait(left);
}

#define WARP_SYNC emulated_warp_sync()

DEVICE float from_lane(float x, int turned)
{
    int lane = emulated_item() % 32;
    memcpy(emulated_words(lane), &x, sizeof x);
    emulated_warp_sync();
    memcpy(&x, emulated_words(lane ^ turned), sizeof x);
    emulated_warp_sync();
    return x;
}

/* Ten bits after the first, the nearest, a tie to the even one. */
DEVICE uint16_t to_fp16(float x)
{
    int exponent;
    frexp(fabs((double)x), &exponent); /* x = f 2^exponent, f from 1/2 to 1 */
    exponent = exponent < -13 ? -13 : exponent;
    double units = rint(ldexp(fabs((double)x), 11 - exponent));
    int bits = (exponent + 13) * 1024 + (int)units;
    return (uint16_t)(bits | (x < 0.0f ? 0x8000 : 0));
}

DEVICE uint32_t to_bf16(float x)
{
    uint32_t bits = hanse__bits_of(x);
    return (bits + 0x7FFFu + (bits >> 16 & 1)) >> 16;
}

DEVICE uint32_t pack_fp16(float low, float high)
{
    return to_fp16(low) | (uint32_t)to_fp16(high) << 16;
}

DEVICE uint32_t pack_bf16(float low, float high)
{
    return to_bf16(low) | to_bf16(high) << 16;
}

#endif
