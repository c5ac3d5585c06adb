#include "kernels/plan.h"

#include <math.h>
#include <stdio.h>

enum { ANY = -1, VARIANTS = 5 }; /* ANY: an extent that the device's cache decides */

/* A row of the plan; precisions and variants are tried against what the device runs. */
struct row {
    enum hanse_kernel kernel;
    int64_t extent[HANSE_EXTENTS];
    bool quick;
    /* Accelerators do a thousand times as much: what lasts long enough there takes all day on a
     * processor, and what is measured well here is over there before it began. */
    enum { BOTH, SMALL, LARGE } on;
};

static const struct row rows[] = {
    {HANSE_KERNEL_STREAM_READ, {ANY}, true, BOTH},
    {HANSE_KERNEL_STREAM_COPY, {ANY}, true, BOTH},
    {HANSE_KERNEL_STREAM_TRIAD, {ANY}, true, BOTH},
    {HANSE_KERNEL_FMA_PEAK, {3 << 22}, true, SMALL},
    {HANSE_KERNEL_FMA_PEAK, {(int64_t)1 << 33}, true, LARGE},
    {HANSE_KERNEL_MATRIX_PEAK, {(int64_t)1 << 25}, true, SMALL},
    {HANSE_KERNEL_MATRIX_PEAK, {(int64_t)1 << 36}, true, LARGE},
    {HANSE_KERNEL_GEMM, {256, 256, 256}, false, BOTH},
    {HANSE_KERNEL_GEMM, {512, 512, 512}, true, SMALL},
    {HANSE_KERNEL_GEMM, {512, 512, 512}, false, LARGE},
    {HANSE_KERNEL_GEMM, {1024, 1024, 1024}, true, SMALL},
    {HANSE_KERNEL_GEMM, {1024, 1024, 1024}, false, LARGE},
    {HANSE_KERNEL_GEMM, {2048, 2048, 2048}, false, SMALL},
    {HANSE_KERNEL_GEMM, {2048, 2048, 2048}, true, LARGE},
    {HANSE_KERNEL_GEMM, {4096, 4096, 4096}, true, LARGE},
    {HANSE_KERNEL_GEMM, {8192, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_GEMM, {128, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_GEMM, {512, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_GEMM, {128, 5632, 2048}, true, SMALL},
    {HANSE_KERNEL_GEMM, {16, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_GEMM, {64, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_GEMM, {128, 5632, 2048}, false, LARGE},
    {HANSE_KERNEL_GEMM, {128, 2048, 5632}, false, BOTH},
    {HANSE_KERNEL_GEMM, {512, 4096, 4096}, false, BOTH},
    {HANSE_KERNEL_GEMM, {512, 14336, 4096}, false, LARGE},
    {HANSE_KERNEL_GEMM, {2048, 14336, 4096}, false, LARGE},
    {HANSE_KERNEL_GEMM, {2048, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_GEMM, {2048, 28672, 8192}, false, LARGE},
    {HANSE_KERNEL_SKINNY, {1, 2048, 2048}, true, BOTH},
    {HANSE_KERNEL_SKINNY, {2, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {4, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {8, 2048, 2048}, true, BOTH},
    {HANSE_KERNEL_SKINNY, {16, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {32, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {64, 2048, 2048}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {1, 4096, 4096}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {1, 14336, 4096}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {16, 14336, 4096}, false, BOTH},
    {HANSE_KERNEL_SKINNY, {1, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_SKINNY, {16, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_SKINNY, {64, 8192, 8192}, false, LARGE},
    {HANSE_KERNEL_ATTENTION_PREFILL, {16, 4, 256, 128}, false, BOTH},
    {HANSE_KERNEL_ATTENTION_PREFILL, {16, 4, 512, 128}, true, BOTH},
    {HANSE_KERNEL_ATTENTION_PREFILL, {16, 4, 1024, 128}, false, BOTH},
    {HANSE_KERNEL_ATTENTION_PREFILL, {64, 8, 4096, 128}, false, LARGE},
    {HANSE_KERNEL_ATTENTION_DECODE, {16, 4, 1024, 128, 1}, false, BOTH},
    {HANSE_KERNEL_ATTENTION_DECODE, {16, 4, 4096, 128, 8}, true, BOTH},
    {HANSE_KERNEL_ATTENTION_DECODE, {64, 8, 4096, 128, 16}, false, LARGE},
    {HANSE_KERNEL_RMSNORM, {2048, 4096}, true, BOTH},
    {HANSE_KERNEL_SWIGLU, {1024, 14336}, true, BOTH},
    {HANSE_KERNEL_SOFTMAX, {1024, 8192}, true, BOTH},
    {HANSE_KERNEL_ADAMW, {1 << 24}, true, BOTH},
    {HANSE_KERNEL_STENCIL7, {256, 256, 256}, true, BOTH},
    {HANSE_KERNEL_SPMV_CSR, {1 << 20, 16}, true, BOTH},
    {HANSE_KERNEL_SPMV_SELL, {1 << 20, 16}, true, BOTH},
    {HANSE_KERNEL_FFT, {1024, 4096}, true, BOTH},
    {HANSE_KERNEL_FFT, {1 << 16, 64}, false, BOTH},
    {HANSE_KERNEL_LAUNCH, {0}, true, BOTH},
    {HANSE_KERNEL_BARRIER, {ANY}, true, BOTH},
    {HANSE_KERNEL_CHASE, {1 << 14}, true, BOTH},
    {HANSE_KERNEL_CHASE, {1 << 19}, false, BOTH},
    {HANSE_KERNEL_CHASE, {ANY}, true, SMALL},
    {HANSE_KERNEL_CHASE, {ANY}, false, LARGE},
    {HANSE_KERNEL_HOST_TO_DEVICE, {1 << 12}, false, BOTH},
    {HANSE_KERNEL_HOST_TO_DEVICE, {1 << 26}, true, BOTH},
    {HANSE_KERNEL_DEVICE_TO_HOST, {1 << 12}, false, BOTH},
    {HANSE_KERNEL_DEVICE_TO_HOST, {1 << 26}, true, BOTH},
    {HANSE_KERNEL_TCP_PINGPONG, {1}, true, BOTH},
    {HANSE_KERNEL_TCP_STREAM, {1 << 26}, true, BOTH},
    {HANSE_KERNEL_RING_ALLREDUCE, {1 << 12, ANY}, false, BOTH},
    {HANSE_KERNEL_RING_ALLREDUCE, {1 << 22, ANY}, true, BOTH},
    {HANSE_KERNEL_STORAGE_WRITE, {1 << 24}, true, BOTH},
    {HANSE_KERNEL_STORAGE_READ, {1 << 24}, true, BOTH},
};

/* Arrays of a stream are four caches in all; a chase goes round twice the cache; threads and
 * ranks are the device's units. */
static int64_t sized(const struct hanse_device *device, const struct row *row, int extent)
{
    if (row->extent[extent] != ANY) {
        return row->extent[extent];
    }
    switch (row->kernel) {
    case HANSE_KERNEL_STREAM_READ:
        return (int64_t)(4.0 * device->cache_bytes / 8.0);
    case HANSE_KERNEL_STREAM_COPY:
        return (int64_t)(2.0 * device->cache_bytes / 8.0);
    case HANSE_KERNEL_STREAM_TRIAD:
        return (int64_t)(4.0 / 3.0 * device->cache_bytes / 8.0);
    case HANSE_KERNEL_CHASE:
        return (int64_t)(2.0 * device->cache_bytes / 64.0) * 64;
    default:
        return device->units;
    }
}

/* Weights below fp32 in the quick plan: one point each. */
static bool left_out(const struct hanse_trial_key *key, bool quick)
{
    return quick && key->kernel == HANSE_KERNEL_SKINNY && key->precision != HANSE_FP32 &&
           key->shape.extent[0] != 1;
}

static void add_row(const struct hanse_device *device, const struct row *row, bool quick,
                    struct hanse_trial_key *trials, int *n)
{
    static const char *const variants[VARIANTS] = {"", "nontemporal", "library", "gemv",
                                                   "wgmma"};
    for (int p = 0; p < HANSE_PRECISIONS; p++) {
        for (size_t v = 0; v < VARIANTS; v++) {
            struct hanse_trial_key key = {.kernel = row->kernel,
                                          .precision = (enum hanse_precision)p};
            for (int e = 0; e < HANSE_EXTENTS; e++) {
                key.shape.extent[e] = sized(device, row, e);
            }
            snprintf(key.variant, sizeof key.variant, "%s", variants[v]);
            if (device->backend->runs(device, &key) && !left_out(&key, quick)) {
                trials[(*n)++] = key;
            }
        }
    }
}

enum hanse_status hanse_plan(struct hanse_context *ctx, const struct hanse_device *device,
                             bool quick, struct hanse_trial_key **trials, int *n)
{
    size_t n_rows = sizeof rows / sizeof *rows;
    bool large = !device->on_host;
    *n = 0;
    *trials = hanse__alloc(ctx, n_rows * HANSE_PRECISIONS * VARIANTS, sizeof **trials);
    if (*trials == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t r = 0; r < n_rows; r++) {
        if ((!quick || rows[r].quick) && rows[r].on != (large ? SMALL : LARGE)) {
            add_row(device, &rows[r], quick, *trials, n);
        }
    }
    return HANSE_OK;
}
