/*
 * Words for Hopper's matrix instructions (wgmma, PTX ISA 8.0, sm_90a). Four warps multiply 64
 * rows of A by 256 columns of B, both in the group's memory, where descriptors say how they
 * lie: in rows of 128 bytes whose blocks of sixteen are stored at their number exclusive-or the
 * row's. The emulator reads the same descriptors (tests/kernels/cuda/warpgroup.h).
 *
 *   describe(p, along, across)  a matrix that begins at p: bytes from one 128 bytes of columns
 *                               to the next, and from eight rows to the next eight
 *   wgmma_*(d, a, b)            d += a b for 32 bytes of depth
 *   open_ / close_products      begin and end a batch of those
 *   wait_products(n)            until all but n batches are done
 *   PUBLISH                     copies that arrived are seen by the matrix units
 */
#ifndef HANSE_KERNELS_CUDA_WARPGROUP_H
#define HANSE_KERNELS_CUDA_WARPGROUP_H

#ifdef __CUDA__

#define PUBLISH asm volatile("fence.proxy.async;" ::: "memory")
#define open_products() asm volatile("wgmma.fence.sync.aligned;" ::: "memory")
#define close_products() asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory")
#define wait_products(n) asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(n) : "memory")

/* Bits 62 and 63: the pattern of 128 bytes. */
DEVICE ulong describe(const void *p, ulong along, ulong across)
{
    return (shared_address(p) & 0x3FFFFu) >> 4 | along >> 4 << 16 | across >> 4 << 32 |
           (ulong)1 << 62;
}

/* The names of 128 registers, and the registers. */
#define TEN(t)                                                                                 \
    "%" #t "0, %" #t "1, %" #t "2, %" #t "3, %" #t "4, %" #t "5, %" #t "6, %" #t "7, %" #t     \
    "8, %" #t "9, "
#define NAMES                                                                                  \
    "{" TEN() TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9) TEN(10)           \
        TEN(11) "%120, %121, %122, %123, %124, %125, %126, %127}"
#define EIGHT(C, d, n)                                                                         \
    C(d[n]), C(d[n + 1]), C(d[n + 2]), C(d[n + 3]), C(d[n + 4]), C(d[n + 5]), C(d[n + 6]),     \
        C(d[n + 7])
#define REGISTERS(C, d)                                                                        \
    EIGHT(C, d, 0), EIGHT(C, d, 8), EIGHT(C, d, 16), EIGHT(C, d, 24), EIGHT(C, d, 32),         \
        EIGHT(C, d, 40), EIGHT(C, d, 48), EIGHT(C, d, 56), EIGHT(C, d, 64), EIGHT(C, d, 72),   \
        EIGHT(C, d, 80), EIGHT(C, d, 88), EIGHT(C, d, 96), EIGHT(C, d, 104), EIGHT(C, d, 112), \
        EIGHT(C, d, 120)

/* END: for floats both signs are plus, and those of two bytes have B with its columns along. */
#define WGMMA(name, T, C, instruction, END)                                                    \
    DEVICE void name(T *d, ulong a, ulong b)                                                   \
    {                                                                                          \
        asm volatile("{ .reg .pred p; setp.ne.b32 p, %130, 0; "                                \
                     "wgmma.mma_async.sync.aligned." instruction " " NAMES                     \
                     ", %128, %129, p" END "; }"                                               \
                     : REGISTERS(C, d)                                                         \
                     : "l"(a), "l"(b), "r"(1));                                                \
    }
#define IN_FLOAT(x) "+f"(x)
#define IN_INT(x) "+r"(x)
WGMMA(wgmma_fp16, float, IN_FLOAT, "m64n256k16.f32.f16.f16", ", 1, 1, 0, 1")
WGMMA(wgmma_bf16, float, IN_FLOAT, "m64n256k16.f32.bf16.bf16", ", 1, 1, 0, 1")
WGMMA(wgmma_int8, int, IN_INT, "m64n256k32.s32.s8.s8", "")
WGMMA(wgmma_fp8, float, IN_FLOAT, "m64n256k32.f32.e4m3.e4m3", ", 1, 1")

#endif
#endif
