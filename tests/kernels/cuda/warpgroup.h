/* The words of kernels/cuda/warpgroup.h: what wgmma makes of its descriptors, element by
 * element (PTX ISA, matrix descriptor and canonical layouts of the 128-byte pattern). */
#ifndef HANSE_TESTS_CUDA_WARPGROUP_H
#define HANSE_TESTS_CUDA_WARPGROUP_H

#include "tests/kernels/cuda/units.h"

#define PUBLISH
#define open_products()
#define close_products()
#define wait_products(n)

DEVICE ulong describe(const void *p, ulong along, ulong across)
{
    return ((ulong)p & 0x3FFFFu) >> 4 | along >> 4 << 16 | across >> 4 << 32 | (ulong)1 << 62;
}

/* The byte at `offset` of what a descriptor describes: bits 7 to 9 of its address turn over
 * bits 4 to 6. */
DEVICE const char *described(ulong descriptor, ulong offset)
{
    ulong at = ((descriptor & 0x3FFF) << 4) + offset;
    at ^= at >> 3 & 0x70;
    return dynamic_shared + ((at - ((ulong)dynamic_shared & 0x3FFFF)) & 0x3FFFF);
}

/* Element (line, k) of `bytes` bytes, with k along the rows of 128 bytes. */
DEVICE const char *along_depth(ulong descriptor, int line, int k, int bytes)
{
    ulong across = (descriptor >> 32 & 0x3FFF) << 4;
    return described(descriptor,
                     (ulong)(line / 8) * across + (ulong)(line % 8 * 128) + (ulong)(k * bytes));
}

/* Element (line, k) of two bytes, with lines along: 64 to a row of 128 bytes. */
DEVICE const char *along_lines(ulong descriptor, int line, int k)
{
    ulong along = (descriptor >> 16 & 0x3FFF) << 4, across = (descriptor >> 32 & 0x3FFF) << 4;
    return described(descriptor, (ulong)(line / 64) * along + (ulong)(line % 64 * 2) +
                                     (ulong)(k / 8) * across + (ulong)(k % 8 * 128));
}

DEVICE double read_as(enum hanse_precision precision, const char *p)
{
    return hanse__number(p, precision, 0, 0);
}

#define WGMMA(name, T, precision, DEPTH)                                                       \
    DEVICE void name(T *d, ulong a, ulong b)                                                   \
    {                                                                                          \
        int lane = emulated_item() % 32, warp = emulated_item() / 32 % 4;                      \
        for (int i = 0; i < 128; i++) {                                                        \
            int row = warp * 16 + i / 2 % 2 * 8 + lane / 4;                                    \
            int column = i / 4 * 8 + lane % 4 * 2 + i % 2;                                     \
            double sum = 0.0;                                                                  \
            for (int k = 0; k < DEPTH; k++) {                                                  \
                const char *y =                                                                \
                    DEPTH == 32 ? along_depth(b, column, k, 1) : along_lines(b, column, k);    \
                sum += read_as(precision, along_depth(a, row, k, 32 / DEPTH)) *                \
                       read_as(precision, y);                                                  \
            }                                                                                  \
            d[i] += (T)sum;                                                                    \
        }                                                                                      \
    }
WGMMA(wgmma_fp16, float, HANSE_FP16, 16)
WGMMA(wgmma_bf16, float, HANSE_BF16, 16)
WGMMA(wgmma_int8, int, HANSE_INT8, 32)
WGMMA(wgmma_fp8, float, HANSE_FP8, 32)

#endif
