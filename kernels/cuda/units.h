/*
 * Words for the matrix units of sm_80 and later, and for copies past the registers. Shapes and
 * fragments are those of the PTX ISA (mma.sync, ldmatrix, cp.async); the emulator of the tests
 * gives the same words their meaning lane by lane (tests/kernels/cuda/units.h).
 *
 *   mma_*(d, a, b)          d += a b, by a warp: 16 rows, 8 columns, 32 bytes of depth
 *   load_rows(r, p)         four 8 × 8 matrices of 16 bits; a lane gives the address of a row
 *   load_columns(r, p)      the same, each matrix turned over
 *   copy16(to, from, n)     sixteen bytes to the group's memory, those beyond n zero; they have
 *                           arrived when `wait_copies` says so
 *   quad_sum, quad_highest  over the four lanes that hold a row of a fragment
 */
#ifndef HANSE_KERNELS_CUDA_UNITS_H
#define HANSE_KERNELS_CUDA_UNITS_H

#ifdef __CUDA__

#define ALIGNED __attribute__((__aligned__(128)))
#define DYNAMIC_SHARED(name) extern __attribute__((__shared__, __aligned__(1024))) char name[]

DEVICE uint shared_address(const void *p)
{
    uint address;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }"
        : "=r"(address)
        : "l"(p));
    return address;
}

#define MMA_INTO_FLOATS(name, instruction)                                                     \
    DEVICE void name(float *d, const uint *a, const uint *b)                                   \
    {                                                                                          \
        asm volatile("mma.sync.aligned." instruction                                           \
                     " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"        \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                          \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));      \
    }
MMA_INTO_FLOATS(mma_fp16, "m16n8k16.row.col.f32.f16.f16.f32")
MMA_INTO_FLOATS(mma_bf16, "m16n8k16.row.col.f32.bf16.bf16.f32")
MMA_INTO_FLOATS(mma_tf32, "m16n8k8.row.col.f32.tf32.tf32.f32")

DEVICE void mma_int8(int *d, const uint *a, const uint *b)
{
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32"
                 " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* 8 rows, 8 columns, depth 4. */
DEVICE void mma_fp64(double *d, const double *a, const double *b)
{
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, "
                 "{%0, %1};"
                 : "+d"(d[0]), "+d"(d[1])
                 : "d"(a[0]), "d"(b[0]));
}

#define LOAD_MATRICES(name, how)                                                               \
    DEVICE void name(uint *r, const void *p)                                                   \
    {                                                                                          \
        asm volatile("ldmatrix.sync.aligned.m8n8.x4" how ".shared.b16 {%0, %1, %2, %3}, [%4];" \
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])                          \
                     : "r"(shared_address(p))                                                  \
                     : "memory");                                                              \
    }
LOAD_MATRICES(load_rows, "")
LOAD_MATRICES(load_columns, ".trans")

DEVICE void copy16(void *to, const void *from, int valid)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)),
                 "l"(from), "r"(valid)
                 : "memory");
}
DEVICE void commit_copies()
{
    asm volatile("cp.async.commit_group;" ::: "memory");
}
#define wait_copies(left) asm volatile("cp.async.wait_group %0;" ::"n"(left) : "memory")

#define WARP_SYNC asm volatile("bar.warp.sync 0xffffffff;" ::: "memory")
DEVICE float from_lane(float x, int turned)
{
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;"
                 : "=f"(y)
                 : "f"(x), "r"(turned));
    return y;
}

DEVICE uint pack_fp16(float low, float high)
{
    uint two;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
    return two;
}
DEVICE uint pack_bf16(float low, float high)
{
    uint two;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
    return two;
}

#endif

#if defined(KERNEL) && !defined(__OPENCL_VERSION__)
DEVICE float quad_sum(float x)
{
    x += from_lane(x, 1);
    return x + from_lane(x, 2);
}

DEVICE float quad_highest(float x)
{
    x = fmax(x, from_lane(x, 1));
    return fmax(x, from_lane(x, 2));
}
#endif
#endif
