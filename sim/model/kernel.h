/*
 * The kernels a device is known by: names, shapes, and the work of one call.
 *
 * A profile says how fast a device does each of these, a predictor says how often a model needs
 * them; both must count work alike, so the formulas are here and nowhere else. FLOP counts
 * additions, multiplications and one for each transcendental or division; bytes are the
 * compulsory traffic, every operand once, without write-allocation (STREAM's convention,
 * McCalpin 1995). e is the size of an element, w that of a weight.
 *
 *   kernel, shape                         FLOP of one call    bytes of one call
 *   stream_read n                         n                   e n
 *   stream_copy n                         0                   2 e n
 *   stream_triad n                        2 n                 3 e n
 *   fma_peak, matrix_peak n               2 n                 0
 *   gemm m n k                            2 m n k             e (m k + k n + m n)
 *   skinny m n k                          2 m n k             w n k + 4 (m k + m n) + scales
 *   attention_prefill h g s d             2 h d s (s + 1)     2 e d s (h + g)
 *   attention_decode h g s d b            4 b h d s           2 e b d (g s + h)
 *   rmsnorm r c                           4 r c               e (2 r c + c)
 *   swiglu r c                            5 r c               3 e r c
 *   softmax r c                           4 r c               2 e r c
 *   adamw n                               15 n                7 e n
 *   stencil7 nx ny nz                     8 nx ny nz          2 e nx ny nz
 *   spmv_csr, spmv_sell r z               2 r z               r (z (e + 4) + 2 e + 4)
 *   fft n b, complex                      5 b n log2 n        4 e b n
 *   launch, barrier, chase, tcp_pingpong  0                   0
 *   host_to_device, device_to_host n      0                   n
 *   tcp_stream, storage_… n               0                   n
 *   ring_allreduce n p                    n (p - 1) / p       2 e n (p - 1) / p
 *
 * gemm of int8 is stored in int32: 4 m n bytes. skinny: m tokens, n outputs, k inputs;
 * activations are fp32. Scales: int8 4 n, one per output; int4 2 n k / 32, one of bf16 for 32
 * weights. attention: h heads, g key-value heads, s tokens (of prompt, causal, or of context),
 * width d, batch b. spmv: r rows, z entries in each. fft: n points, b transforms; the count is
 * the convention of FFTW's benchmark (Frigo and Johnson 2005), not the operations of one
 * algorithm. adamw: Loshchilov and Hutter 2019, with the bias corrections folded into two
 * constants. chase is one load that depends on the one before, tcp_pingpong one way.
 * ring_allreduce counts what one of p ranks adds and sends.
 */
#ifndef HANSE_SIM_MODEL_KERNEL_H
#define HANSE_SIM_MODEL_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_kernel {
    HANSE_KERNEL_STREAM_READ,
    HANSE_KERNEL_STREAM_COPY,
    HANSE_KERNEL_STREAM_TRIAD,
    HANSE_KERNEL_FMA_PEAK,
    HANSE_KERNEL_MATRIX_PEAK,
    HANSE_KERNEL_GEMM,
    HANSE_KERNEL_SKINNY,
    HANSE_KERNEL_ATTENTION_PREFILL,
    HANSE_KERNEL_ATTENTION_DECODE,
    HANSE_KERNEL_RMSNORM,
    HANSE_KERNEL_SWIGLU,
    HANSE_KERNEL_SOFTMAX,
    HANSE_KERNEL_ADAMW,
    HANSE_KERNEL_STENCIL7,
    HANSE_KERNEL_SPMV_CSR,
    HANSE_KERNEL_SPMV_SELL,
    HANSE_KERNEL_FFT,
    HANSE_KERNEL_LAUNCH,
    HANSE_KERNEL_BARRIER,
    HANSE_KERNEL_CHASE,
    HANSE_KERNEL_HOST_TO_DEVICE,
    HANSE_KERNEL_DEVICE_TO_HOST,
    HANSE_KERNEL_TCP_PINGPONG,
    HANSE_KERNEL_TCP_STREAM,
    HANSE_KERNEL_RING_ALLREDUCE,
    HANSE_KERNEL_STORAGE_WRITE,
    HANSE_KERNEL_STORAGE_READ,
    HANSE_KERNELS /* how many there are */
};

/* Elements; for skinny the weights' (activations are fp32). */
enum hanse_precision {
    HANSE_FP64,
    HANSE_FP32,
    HANSE_TF32,
    HANSE_BF16,
    HANSE_FP16,
    HANSE_FP8,
    HANSE_INT8,
    HANSE_INT4,
    HANSE_BYTES, /* kernels that move bytes or take only time */
    HANSE_PRECISIONS
};

/* Those that elements have, in the same order. */
#define HANSE_PRECISION_WORDS "fp64 fp32 tf32 bf16 fp16 fp8 int8 int4"

enum { HANSE_EXTENTS = 5, HANSE_INT4_GROUP = 32 };

/* What a kernel is measured on; extents beyond a kernel's own are 0. */
struct hanse_shape {
    int64_t extent[HANSE_EXTENTS];
};

/* What a kernel's rate is counted in. */
enum hanse_rate_unit { HANSE_FLOP_PER_S, HANSE_BYTE_PER_S, HANSE_CALL_PER_S };

struct hanse_kernel_kind {
    const char *name; /* "attention_decode" */
    enum hanse_rate_unit unit;
    const char *extents[HANSE_EXTENTS]; /* their names, NULL after the last */
    const char *long_name;
};

struct hanse_work {
    double flop, bytes;
};

/* One row per kernel, in the order of enum hanse_kernel. */
HANSE_API const struct hanse_kernel_kind *hanse_kernel_kind(enum hanse_kernel kernel);
/* HANSE_KERNELS, HANSE_PRECISIONS when there is none of that name. */
HANSE_API enum hanse_kernel hanse_kernel_named(const char *name);
HANSE_API enum hanse_precision hanse_precision_named(const char *name);
HANSE_API const char *hanse_precision_name(enum hanse_precision precision);
/* Bytes of one element: 8 … 0.5. */
HANSE_API double hanse_precision_bytes(enum hanse_precision precision);

/* The work of one call by the table above. Callable from any thread; cannot fail. */
HANSE_API struct hanse_work hanse_kernel_work(enum hanse_kernel kernel,
                                              enum hanse_precision precision,
                                              const struct hanse_shape *shape);

/* What one call amounts to in the kernel's own unit: FLOP, bytes, or 1. */
HANSE_API double hanse_kernel_amount(enum hanse_kernel kernel, enum hanse_precision precision,
                                     const struct hanse_shape *shape);

#ifdef __cplusplus
}
#endif
#endif
