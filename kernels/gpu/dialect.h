/*
 * One text for three compilers. The accelerators' kernels (*.cl, and those of kernels/cuda) are
 * written in the words of OpenCL C 1.2 and in those below; here the words get their meaning.
 *
 *   OpenCL C   the device's own compiler, at run time: any vendor's device, and PoCL
 *   CUDA C     clang, when hanse is built: freestanding, no header or library of NVIDIA's
 *   C          gcc, in the tests: a group's items are fibres on the processor
 *              (tests/kernels/cuda/dialect.h), so the arithmetic that an NVIDIA device runs is
 *              judged on machines that have none
 *
 *   KERNEL(n)        a kernel whose groups have n items, in one dimension
 *   SHARED           a variable of the group, without a beginning value
 *   SHARED_POINTER   qualifies what a parameter points to when that is SHARED
 *   DEVICE           a function that kernels call
 *   SYNC             all items of the group meet, and see each other's memory
 */
#ifndef HANSE_KERNELS_GPU_DIALECT_H
#define HANSE_KERNELS_GPU_DIALECT_H

#if defined(__OPENCL_VERSION__)

#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define KERNEL(n) __attribute__((reqd_work_group_size(n, 1, 1))) kernel void
#define SHARED local
#define SHARED_POINTER local
#define DEVICE static inline
#define SYNC barrier(CLK_LOCAL_MEM_FENCE)
#define UNROLL _Pragma("unroll")
#define UNROLL_BY_8 _Pragma("unroll 8")

#elif defined(__CUDA__)

/* clang's own names stand in double underscores: `global` is about to be a word of ours. */
#define KERNEL(n)                                                                              \
    extern "C" __attribute__((__global__)) __attribute__((__launch_bounds__(n))) void
#define global
#define restrict __restrict__
#define SHARED __attribute__((__shared__))
#define SHARED_POINTER
#define DEVICE static inline __attribute__((__device__, __always_inline__))
#define SYNC __syncthreads()
#define UNROLL _Pragma("unroll")
#define UNROLL_BY_8 _Pragma("unroll 8")
#define INFINITY __builtin_inff()

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
struct __attribute__((__aligned__(16))) uint4 {
    uint x, y, z, w;
};
struct __attribute__((__aligned__(16))) float4 {
    float x, y, z, w;
};
struct __attribute__((__aligned__(16))) double2 {
    double x, y;
};

DEVICE long get_group_id(int)
{
    return __nvvm_read_ptx_sreg_ctaid_x();
}
DEVICE int get_local_id(int)
{
    return __nvvm_read_ptx_sreg_tid_x();
}
DEVICE long get_num_groups(int)
{
    return __nvvm_read_ptx_sreg_nctaid_x();
}
DEVICE long get_global_size(int)
{
    return (long)__nvvm_read_ptx_sreg_nctaid_x() * __nvvm_read_ptx_sreg_ntid_x();
}
DEVICE long get_global_id(int)
{
    return (long)__nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() +
           __nvvm_read_ptx_sreg_tid_x();
}
DEVICE float fma(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}
DEVICE double fma(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}
DEVICE float fmax(float a, float b)
{
    return a > b ? a : b;
}
DEVICE float sqrt(float x)
{
    return __builtin_sqrtf(x);
}
DEVICE long min(long a, long b)
{
    return a < b ? a : b;
}
DEVICE float as_float(uint bits)
{
    return __builtin_bit_cast(float, bits);
}

/* 2^x of the special function unit, within 2 ulp. */
DEVICE float exp2_of(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/* Of CUDA only: accesses past the caches, and counters that groups share. */
#define PAUSE __nvvm_membar_gl()
DEVICE double2 load_past(const double2 *p)
{
    double2 x;
    asm volatile("ld.global.cs.v2.f64 {%0, %1}, [%2];" : "=d"(x.x), "=d"(x.y) : "l"(p));
    return x;
}
DEVICE void store_past(double2 *p, double2 x)
{
    asm volatile("st.global.cs.v2.f64 [%0], {%1, %2};" ::"l"(p), "d"(x.x), "d"(x.y) : "memory");
}
DEVICE ulong add_at(ulong *p, ulong x)
{
    ulong before;
    asm volatile("fence.acq_rel.gpu; atom.global.acq_rel.gpu.add.u64 %0, [%1], %2;"
                 : "=l"(before)
                 : "l"(p), "l"(x)
                 : "memory");
    return before;
}
DEVICE ulong read_at(const ulong *p)
{
    ulong x;
    asm volatile("ld.global.acquire.gpu.u64 %0, [%1];" : "=l"(x) : "l"(p) : "memory");
    return x;
}

#endif /* otherwise whoever includes this gave the words their meaning */

#if defined(KERNEL) && !defined(__OPENCL_VERSION__)
/* e^x = 2^n e^r, with r = x − n ln 2 taken in two steps, so that nothing of x is lost (Cody and
 * Waite 1980). */
DEVICE float exp_of(float x)
{
    x = x < -104.0f ? -104.0f : x; /* so that −∞ becomes 0; NaN stays */
    float n = __builtin_rintf(x * 1.44269504f);
    float r = __builtin_fmaf(n, -0.693145752f, x);
    r = __builtin_fmaf(n, -1.42860677e-6f, r);
    return exp2_of(n) * exp2_of(r * 1.44269504f);
}
#define exp exp_of
#endif
#endif
