/* The table of this instruction set. */
#include "kernels/cpu/isa/kernels.h"

#define HANSE__TEXT_(a) #a
#define HANSE__TEXT(a) HANSE__TEXT_(a)

const struct hanse__isa HANSE__JOIN(isa, HANSE_ISA) = {
    .name = HANSE__TEXT(HANSE_ISA),
    .kernels =
        {
            [HANSE_KERNEL_STREAM_READ] = HANSE__HERE(stream_read),
            [HANSE_KERNEL_STREAM_COPY] = HANSE__HERE(stream_copy),
            [HANSE_KERNEL_STREAM_TRIAD] = HANSE__HERE(stream_triad),
            [HANSE_KERNEL_FMA_PEAK] = HANSE__HERE(fma_peak),
#ifdef HANSE_DOTS
            [HANSE_KERNEL_MATRIX_PEAK] = HANSE__HERE(matrix_peak),
#endif
            [HANSE_KERNEL_GEMM] = HANSE__HERE(gemm),
            [HANSE_KERNEL_SKINNY] = HANSE__HERE(skinny),
            [HANSE_KERNEL_ATTENTION_PREFILL] = HANSE__HERE(attention_prefill),
            [HANSE_KERNEL_ATTENTION_DECODE] = HANSE__HERE(attention_decode),
            [HANSE_KERNEL_RMSNORM] = HANSE__HERE(rmsnorm),
            [HANSE_KERNEL_SWIGLU] = HANSE__HERE(swiglu),
            [HANSE_KERNEL_SOFTMAX] = HANSE__HERE(softmax),
            [HANSE_KERNEL_ADAMW] = HANSE__HERE(adamw),
            [HANSE_KERNEL_STENCIL7] = HANSE__HERE(stencil7),
            [HANSE_KERNEL_SPMV_CSR] = HANSE__HERE(spmv_csr),
            [HANSE_KERNEL_SPMV_SELL] = HANSE__HERE(spmv_sell),
            [HANSE_KERNEL_FFT] = HANSE__HERE(fft),
            [HANSE_KERNEL_LAUNCH] = HANSE__HERE(launch),
            [HANSE_KERNEL_BARRIER] = HANSE__HERE(barrier),
            [HANSE_KERNEL_CHASE] = HANSE__HERE(chase),
            [HANSE_KERNEL_RING_ALLREDUCE] = HANSE__HERE(ring_allreduce),
        },
};
