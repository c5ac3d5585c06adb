/* The kernels of one instruction set. Shared inside kernels/cpu/isa. */
#ifndef HANSE_KERNELS_CPU_ISA_KERNELS_H
#define HANSE_KERNELS_CPU_ISA_KERNELS_H

#include "kernels/cpu/isa/vector.h"

hanse__cpu_kernel HANSE__HERE(stream_read), HANSE__HERE(stream_copy), HANSE__HERE(stream_triad),
    HANSE__HERE(fma_peak), HANSE__HERE(gemm), HANSE__HERE(skinny),
    HANSE__HERE(attention_prefill), HANSE__HERE(attention_decode), HANSE__HERE(rmsnorm),
    HANSE__HERE(swiglu), HANSE__HERE(softmax), HANSE__HERE(adamw), HANSE__HERE(stencil7),
    HANSE__HERE(spmv_csr), HANSE__HERE(spmv_sell), HANSE__HERE(fft), HANSE__HERE(launch),
    HANSE__HERE(barrier), HANSE__HERE(chase), HANSE__HERE(ring_allreduce);

#ifdef HANSE_DOTS
hanse__cpu_kernel HANSE__HERE(matrix_peak);
#endif

#endif
