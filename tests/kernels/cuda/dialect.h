/* The words of kernels/gpu/dialect.h in plain C, for the emulator. */
#ifndef HANSE_TESTS_CUDA_DIALECT_H
#define HANSE_TESTS_CUDA_DIALECT_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tests/kernels/cuda/emulator.h"

#define KERNEL(n) __attribute__((visibility("default"))) void
#define global
#define SHARED static __attribute__((section("gpu_shared")))
#define SHARED_POINTER
#define DEVICE static inline __attribute__((unused))
#define SYNC emulated_sync()
#define PAUSE emulated_pause()
#define UNROLL
#define UNROLL_BY_8

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef struct {
    _Alignas(16) uint32_t x;
    uint32_t y, z, w;
} uint4;
typedef struct {
    _Alignas(16) float x;
    float y, z, w;
} float4;
typedef struct {
    _Alignas(16) double x;
    double y;
} double2;

#define get_group_id(d) emulated_group()
#define get_num_groups(d) emulated_groups()
#define get_local_id(d) emulated_item()
#define get_global_size(d) (emulated_groups() * emulated_items())
#define get_global_id(d) (emulated_group() * emulated_items() + emulated_item())

#define fma(a, b, c) _Generic((a) * (b), float : fmaf, default : fma)(a, b, c)
#define sqrt(x) sqrtf(x)
#define fmax(a, b) fmaxf(a, b)
#define min(a, b) smaller(a, b)
#define exp2_of(x) exp2f(x)

DEVICE long smaller(long a, long b)
{
    return a < b ? a : b;
}

DEVICE float as_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

DEVICE double2 load_past(const double2 *p)
{
    return *p;
}

DEVICE void store_past(double2 *p, double2 x)
{
    *p = x;
}

DEVICE ulong add_at(ulong *p, ulong x)
{
    ulong before = *p;
    *p += x;
    return before;
}

DEVICE ulong read_at(const ulong *p)
{
    return *p;
}

#endif
