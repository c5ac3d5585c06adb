#include "sim/model/kernel.h"

#include <math.h>
#include <string.h>

#define MATRIX "m", "n", "k"
#define TABLE "rows", "columns"
#define HEADS "heads", "kv_heads", "tokens", "width"

static const struct hanse_kernel_kind kinds[HANSE_KERNELS] = {
    {"stream_read", HANSE_BYTE_PER_S, {"n"}, "sum of a vector past the caches"},
    {"stream_copy", HANSE_BYTE_PER_S, {"n"}, "copy of a vector past the caches"},
    {"stream_triad", HANSE_BYTE_PER_S, {"n"}, "a = b + s c, vectors past the caches"},
    {"fma_peak", HANSE_FLOP_PER_S, {"n"}, "multiply-adds on registers"},
    {"matrix_peak", HANSE_FLOP_PER_S, {"n"}, "multiply-adds of the matrix units"},
    {"gemm", HANSE_FLOP_PER_S, {MATRIX}, "matrix times matrix"},
    {"skinny", HANSE_BYTE_PER_S, {MATRIX}, "few tokens times a weight matrix from memory"},
    {"attention_prefill", HANSE_FLOP_PER_S, {HEADS}, "causal attention over a prompt"},
    {"attention_decode",
     HANSE_BYTE_PER_S,
     {HEADS, "batch"},
     "attention of one token over a paged cache, grouped queries"},
    {"rmsnorm", HANSE_BYTE_PER_S, {TABLE}, "root-mean-square norm of rows"},
    {"swiglu", HANSE_BYTE_PER_S, {TABLE}, "gated activation x sigmoid(x) y"},
    {"softmax", HANSE_BYTE_PER_S, {TABLE}, "softmax of rows"},
    {"adamw", HANSE_BYTE_PER_S, {"n"}, "one optimiser step"},
    {"stencil7", HANSE_BYTE_PER_S, {"nx", "ny", "nz"}, "7-point stencil in three dimensions"},
    {"spmv_csr", HANSE_BYTE_PER_S, {"rows", "entries"}, "sparse matrix times vector, CSR"},
    {"spmv_sell",
     HANSE_BYTE_PER_S,
     {"rows", "entries"},
     "sparse matrix times vector, SELL-C-sigma"},
    {"fft", HANSE_FLOP_PER_S, {"n", "transforms"}, "complex Fourier transforms"},
    {"launch", HANSE_CALL_PER_S, {NULL}, "an empty kernel, started and awaited"},
    {"barrier", HANSE_CALL_PER_S, {"threads"}, "a barrier over all threads"},
    {"chase", HANSE_CALL_PER_S, {"bytes"}, "one load that depends on the one before"},
    {"host_to_device", HANSE_BYTE_PER_S, {"bytes"}, "copy from the host to the device"},
    {"device_to_host", HANSE_BYTE_PER_S, {"bytes"}, "copy from the device to the host"},
    {"tcp_pingpong", HANSE_CALL_PER_S, {"bytes"}, "a message over loopback TCP, one way"},
    {"tcp_stream", HANSE_BYTE_PER_S, {"bytes"}, "a stream over loopback TCP"},
    {"ring_allreduce", HANSE_BYTE_PER_S, {"n", "ranks"}, "sum over ranks, round a ring"},
    {"storage_write", HANSE_BYTE_PER_S, {"bytes"}, "a new file, written and synchronised"},
    {"storage_read", HANSE_BYTE_PER_S, {"bytes"}, "a file read past the page cache"},
};

static const struct {
    const char *name;
    double bytes;
} precisions[HANSE_PRECISIONS] = {
    {"fp64", 8.0}, {"fp32", 4.0}, {"tf32", 4.0}, {"bf16", 2.0},  {"fp16", 2.0},
    {"fp8", 1.0},  {"int8", 1.0}, {"int4", 0.5}, {"bytes", 1.0},
};

const struct hanse_kernel_kind *hanse_kernel_kind(enum hanse_kernel kernel)
{
    return &kinds[kernel];
}

enum hanse_kernel hanse_kernel_named(const char *name)
{
    int kernel = 0;
    while (kernel < HANSE_KERNELS && strcmp(kinds[kernel].name, name) != 0) {
        kernel++;
    }
    return (enum hanse_kernel)kernel;
}

enum hanse_precision hanse_precision_named(const char *name)
{
    int precision = 0;
    while (precision < HANSE_PRECISIONS && strcmp(precisions[precision].name, name) != 0) {
        precision++;
    }
    return (enum hanse_precision)precision;
}

const char *hanse_precision_name(enum hanse_precision precision)
{
    return precisions[precision].name;
}

double hanse_precision_bytes(enum hanse_precision precision)
{
    return precisions[precision].bytes;
}

/* Bytes of the weights' scales in a skinny product of n outputs and k inputs. */
static double scale_bytes(enum hanse_precision precision, double n, double k)
{
    if (precision == HANSE_INT8) {
        return 4.0 * n;
    }
    return precision == HANSE_INT4 ? 2.0 * n * k / HANSE_INT4_GROUP : 0.0;
}

/* The products of matrices and attention. */
static struct hanse_work dense_work(enum hanse_kernel kernel, enum hanse_precision precision,
                                    const double *x)
{
    double e = precisions[precision].bytes, a = x[0], b = x[1], c = x[2], d = x[3];
    /* What a product is stored in. */
    double sum = precision == HANSE_INT8 ? 4.0 : precision == HANSE_FP8 ? 2.0 : e;
    switch (kernel) {
    case HANSE_KERNEL_GEMM:
        return (struct hanse_work){2.0 * a * b * c, e * (a * c + c * b) + sum * a * b};
    case HANSE_KERNEL_SKINNY:
        return (struct hanse_work){2.0 * a * b * c, e * b * c + 4.0 * (a * c + a * b) +
                                                        scale_bytes(precision, b, c)};
    case HANSE_KERNEL_ATTENTION_PREFILL:
        return (struct hanse_work){2.0 * a * d * c * (c + 1.0), 2.0 * e * d * c * (a + b)};
    default: /* attention_decode */
        return (struct hanse_work){4.0 * x[4] * a * d * c, 2.0 * e * x[4] * d * (b * c + a)};
    }
}

/* What moves bytes or only takes time. */
static struct hanse_work transfer_work(enum hanse_kernel kernel, const double *x)
{
    switch (kernel) {
    case HANSE_KERNEL_HOST_TO_DEVICE:
    case HANSE_KERNEL_DEVICE_TO_HOST:
    case HANSE_KERNEL_TCP_STREAM:
    case HANSE_KERNEL_STORAGE_WRITE:
    case HANSE_KERNEL_STORAGE_READ:
        return (struct hanse_work){0.0, x[0]};
    default:
        return (struct hanse_work){0.0, 0.0};
    }
}

struct hanse_work hanse_kernel_work(enum hanse_kernel kernel, enum hanse_precision precision,
                                    const struct hanse_shape *shape)
{
    double x[HANSE_EXTENTS], e = precisions[precision].bytes;
    for (int i = 0; i < HANSE_EXTENTS; i++) {
        x[i] = (double)shape->extent[i];
    }
    double n = x[0], area = x[0] * x[1];
    switch (kernel) {
    case HANSE_KERNEL_STREAM_READ:
        return (struct hanse_work){n, e * n};
    case HANSE_KERNEL_STREAM_COPY:
        return (struct hanse_work){0.0, 2.0 * e * n};
    case HANSE_KERNEL_STREAM_TRIAD:
        return (struct hanse_work){2.0 * n, 3.0 * e * n};
    case HANSE_KERNEL_FMA_PEAK:
    case HANSE_KERNEL_MATRIX_PEAK:
        return (struct hanse_work){2.0 * n, 0.0};
    case HANSE_KERNEL_GEMM:
    case HANSE_KERNEL_SKINNY:
    case HANSE_KERNEL_ATTENTION_PREFILL:
    case HANSE_KERNEL_ATTENTION_DECODE:
        return dense_work(kernel, precision, x);
    case HANSE_KERNEL_RMSNORM:
        return (struct hanse_work){4.0 * area, e * (2.0 * area + x[1])};
    case HANSE_KERNEL_SWIGLU:
        return (struct hanse_work){5.0 * area, 3.0 * e * area};
    case HANSE_KERNEL_SOFTMAX:
        return (struct hanse_work){4.0 * area, 2.0 * e * area};
    case HANSE_KERNEL_ADAMW:
        return (struct hanse_work){15.0 * n, 7.0 * e * n};
    case HANSE_KERNEL_STENCIL7:
        return (struct hanse_work){8.0 * area * x[2], 2.0 * e * area * x[2]};
    case HANSE_KERNEL_SPMV_CSR:
    case HANSE_KERNEL_SPMV_SELL:
        return (struct hanse_work){2.0 * area, area * (e + 4.0) + n * (2.0 * e + 4.0)};
    case HANSE_KERNEL_FFT:
        return (struct hanse_work){5.0 * area * log2(fmax(n, 1.0)), 4.0 * e * area};
    case HANSE_KERNEL_RING_ALLREDUCE:
        return (struct hanse_work){n * (x[1] - 1.0) / x[1], 2.0 * e * n * (x[1] - 1.0) / x[1]};
    default:
        return transfer_work(kernel, x);
    }
}

double hanse_kernel_amount(enum hanse_kernel kernel, enum hanse_precision precision,
                           const struct hanse_shape *shape)
{
    struct hanse_work work = hanse_kernel_work(kernel, precision, shape);
    switch (kinds[kernel].unit) {
    case HANSE_FLOP_PER_S:
        return work.flop;
    case HANSE_BYTE_PER_S:
        return work.bytes;
    default:
        return 1.0;
    }
}
