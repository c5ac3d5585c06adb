/*
 * The processor's kernels, compiled once per instruction set and chosen at run time.
 *
 * kernels/cpu/isa/ is written with the compiler's vector types, whose width is the instruction
 * set's: base (16 bytes: SSE2, NEON), avx2 (32, with FMA), avx512 (64), avx512bf16 (64, and
 * dot products of bf16 and int8: HANSE_DOTS). One text, four objects: what differs is the
 * flags, HANSE_ISA (the suffix of every name) and HANSE_VECTOR (the width). Fused multiply-add
 * is allowed here (-ffp-contract=fast): these results never reach a simulation's bytes, only
 * its rates.
 *
 * A kernel brings its own parallel region and is done when it returns.
 */
#ifndef HANSE_KERNELS_CPU_ISA_H
#define HANSE_KERNELS_CPU_ISA_H

#include "kernels/trial.h"

struct hanse__cpu_job {
    const struct hanse_trial *trial;
    int64_t turn; /* copy of the weights */
    int n_threads;
    double own_bytes; /* of a core's second-level cache */
    void *room;       /* HANSE__ROOM_SHARED bytes, then HANSE__ROOM_OWN for each thread */
    void *sums;       /* gemm in bf16 and int8: four bytes for each element of C */
};

enum { HANSE__ROOM_SHARED = 16 << 20, HANSE__ROOM_OWN = 1 << 20 };

typedef void hanse__cpu_kernel(const struct hanse__cpu_job *job);

/* A kernel's functions by precision class: wide is fp64. NULL: not in this precision. */
struct hanse__isa {
    const char *name;
    hanse__cpu_kernel *kernels[HANSE_KERNELS];
};

extern const struct hanse__isa hanse__isa_base;
#if defined(__x86_64__)
extern const struct hanse__isa hanse__isa_avx2, hanse__isa_avx512, hanse__isa_avx512bf16;
#endif

/* Slices of n items for thread t of p, at multiples of `grain`. */
static inline int64_t hanse__slice(int64_t n, int64_t grain, int t, int p)
{
    int64_t grains = (n + grain - 1) / grain;
    int64_t at = grains * t / p * grain;
    return at < n ? at : n;
}

#endif
