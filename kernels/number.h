/*
 * Elements of a trial's buffers in every precision, exactly as numbers. Shared inside kernels.
 */
#ifndef HANSE_KERNELS_NUMBER_H
#define HANSE_KERNELS_NUMBER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/model/kernel.h"

static inline float hanse__float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t hanse__bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float hanse__bf16(uint16_t bits)
{
    return hanse__float_of((uint32_t)bits << 16);
}

/* The nearest, ties to even; infinity past the largest. NaN stays NaN. */
static inline uint16_t hanse__to_bf16(float x)
{
    uint32_t bits = hanse__bits_of(x);
    return x != x ? (uint16_t)(bits >> 16 | 64)
                  : (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
static inline double hanse__fp16(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double size = exponent == 31  ? (fraction == 0 ? (double)INFINITY : (double)NAN)
                  : exponent == 0 ? ldexp(fraction, -24)
                                  : ldexp(1024 + fraction, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
}

/* e4m3 (Micikevicius et al. 2022): a sign, four bits of exponent, three of fraction; no
 * infinity, all ones are NaN. */
static inline double hanse__fp8(uint8_t bits)
{
    int exponent = bits >> 3 & 15, fraction = bits & 7;
    double size = (bits & 127) == 127 ? (double)NAN
                  : exponent == 0     ? ldexp(fraction, -9)
                                      : ldexp(8 + fraction, exponent - 10);
    return (bits & 0x80) != 0 ? -size : size;
}

/* Element i of an input, or of a gemm's output when `out`: int8 is added up in int32, fp8
 * stored in bf16. tf32 lies in floats. */
static inline double hanse__number(const void *data, enum hanse_precision precision, int out,
                                   int64_t i)
{
    switch (precision) {
    case HANSE_FP64:
        return ((const double *)data)[i];
    case HANSE_BF16:
        return (double)hanse__bf16(((const uint16_t *)data)[i]);
    case HANSE_FP16:
        return hanse__fp16(((const uint16_t *)data)[i]);
    case HANSE_FP8:
        return out ? (double)hanse__bf16(((const uint16_t *)data)[i])
                   : hanse__fp8(((const uint8_t *)data)[i]);
    case HANSE_INT8:
        return out ? ((const int32_t *)data)[i] : ((const signed char *)data)[i];
    default:
        return (double)((const float *)data)[i];
    }
}

static inline size_t hanse__number_bytes(enum hanse_precision precision, int out)
{
    size_t sum = precision == HANSE_INT8  ? sizeof(int32_t)
                 : precision == HANSE_FP8 ? sizeof(uint16_t)
                                          : 0;
    return out && sum > 0 ? sum : (size_t)hanse_precision_bytes(precision);
}

/* Random numbers on (-1, 1), each exact in its precision; bytes where that is none. */
uint64_t hanse__random_bits(uint64_t *state);
double hanse__random(uint64_t *state);
void hanse__fill(void *data, size_t bytes, enum hanse_precision precision, uint64_t *state);

#endif
