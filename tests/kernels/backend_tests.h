/*
 * The tests every backend goes through: each kernel it runs, on shapes that are small, odd and
 * awkward (tails, one row, blocks that do not divide), against its reference. A backend that is
 * not there is skipped with its reason.
 */
#ifndef HANSE_TESTS_KERNELS_BACKEND_TESTS_H
#define HANSE_TESTS_KERNELS_BACKEND_TESTS_H

#include "kernels/device.h"

struct awkward {
    enum hanse_kernel kernel;
    int64_t extent[HANSE_EXTENTS];
};

static const struct awkward awkward_shapes[] = {
    {HANSE_KERNEL_STREAM_READ, {1}},
    {HANSE_KERNEL_STREAM_READ, {100003}},
    {HANSE_KERNEL_STREAM_COPY, {1}},
    {HANSE_KERNEL_STREAM_COPY, {100003}},
    {HANSE_KERNEL_STREAM_TRIAD, {1}},
    {HANSE_KERNEL_STREAM_TRIAD, {100003}},
    {HANSE_KERNEL_FMA_PEAK, {1 << 20}},
    {HANSE_KERNEL_MATRIX_PEAK, {1 << 20}},
    {HANSE_KERNEL_GEMM, {1, 1, 1}},
    {HANSE_KERNEL_GEMM, {67, 45, 129}},
    {HANSE_KERNEL_GEMM, {8, 48, 5}},
    {HANSE_KERNEL_GEMM, {300, 100, 800}},
    {HANSE_KERNEL_GEMM, {64, 3200, 70}},
    {HANSE_KERNEL_GEMM, {20, 50, 4404}},
    {HANSE_KERNEL_GEMM, {70, 144, 80}},
    {HANSE_KERNEL_GEMM, {300, 272, 208}},
    {HANSE_KERNEL_SKINNY, {1, 1, 64}},
    {HANSE_KERNEL_SKINNY, {1, 131, 2240}},
    {HANSE_KERNEL_SKINNY, {3, 67, 192}},
    {HANSE_KERNEL_SKINNY, {13, 70, 4096}},
    {HANSE_KERNEL_SKINNY, {64, 37, 320}},
    {HANSE_KERNEL_ATTENTION_PREFILL, {1, 1, 1, 32}},
    {HANSE_KERNEL_ATTENTION_PREFILL, {4, 2, 77, 64}},
    {HANSE_KERNEL_ATTENTION_PREFILL, {16, 1, 40, 256}},
    {HANSE_KERNEL_ATTENTION_PREFILL, {2, 1, 130, 128}},
    {HANSE_KERNEL_ATTENTION_DECODE, {1, 1, 1, 32, 1}},
    {HANSE_KERNEL_ATTENTION_DECODE, {1, 1, 5, 128, 1}},
    {HANSE_KERNEL_ATTENTION_DECODE, {6, 2, 700, 64, 2}},
    {HANSE_KERNEL_ATTENTION_DECODE, {8, 2, 77, 128, 3}},
    {HANSE_KERNEL_ATTENTION_DECODE, {16, 1, 160, 256, 2}},
    {HANSE_KERNEL_RMSNORM, {1, 1}},
    {HANSE_KERNEL_RMSNORM, {17, 333}},
    {HANSE_KERNEL_SWIGLU, {1, 1}},
    {HANSE_KERNEL_SWIGLU, {17, 333}},
    {HANSE_KERNEL_SOFTMAX, {1, 1}},
    {HANSE_KERNEL_SOFTMAX, {17, 333}},
    {HANSE_KERNEL_ADAMW, {1}},
    {HANSE_KERNEL_ADAMW, {10007}},
    {HANSE_KERNEL_STENCIL7, {1, 1, 1}},
    {HANSE_KERNEL_STENCIL7, {33, 17, 9}},
    {HANSE_KERNEL_SPMV_CSR, {4, 1}},
    {HANSE_KERNEL_SPMV_CSR, {3001, 17}},
    {HANSE_KERNEL_SPMV_SELL, {4, 1}},
    {HANSE_KERNEL_SPMV_SELL, {3001, 17}},
    {HANSE_KERNEL_FFT, {1, 1}},
    {HANSE_KERNEL_FFT, {2, 3}},
    {HANSE_KERNEL_FFT, {64, 5}},
    {HANSE_KERNEL_FFT, {2048, 2}},
    {HANSE_KERNEL_LAUNCH, {0}},
    {HANSE_KERNEL_BARRIER, {2}},
    {HANSE_KERNEL_CHASE, {65536}},
    {HANSE_KERNEL_CHASE, {10 << 20}}, /* three cycles */
    {HANSE_KERNEL_HOST_TO_DEVICE, {100003}},
    {HANSE_KERNEL_DEVICE_TO_HOST, {100003}},
    {HANSE_KERNEL_TCP_PINGPONG, {1}},
    {HANSE_KERNEL_TCP_PINGPONG, {1000}},
    {HANSE_KERNEL_TCP_STREAM, {1000003}},
    {HANSE_KERNEL_RING_ALLREDUCE, {10007, 1}},
    {HANSE_KERNEL_RING_ALLREDUCE, {10007, 2}},
    {HANSE_KERNEL_RING_ALLREDUCE, {1, 3}},
    {HANSE_KERNEL_STORAGE_WRITE, {100003}},
    {HANSE_KERNEL_STORAGE_READ, {100003}},
};

/* Runs all shapes in all precisions and variants the device says it can; at least `least` must
 * have run. */
static inline void every_kernel_agrees_with_its_reference(const char *path)
{
    static const char *const variants[] = {"", "nontemporal", "library", "gemv", "wgmma"};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    int n_ran = 0;
    if (hanse_device_open(ctx, path, &device) != HANSE_OK) {
        print_message("%s\n", hanse_context_message(ctx));
        hanse_context_destroy(ctx);
        skip();
    }
    for (size_t i = 0; i < sizeof awkward_shapes / sizeof *awkward_shapes; i++) {
        for (int p = 0; p < HANSE_PRECISIONS; p++) {
            for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
                struct hanse_trial_key key = {.kernel = awkward_shapes[i].kernel,
                                              .precision = (enum hanse_precision)p};
                memcpy(key.shape.extent, awkward_shapes[i].extent, sizeof key.shape.extent);
                snprintf(key.variant, sizeof key.variant, "%s", variants[v]);
                if (!device.backend->runs(&device, &key)) {
                    continue;
                }
                enum hanse_status status = hanse_device_verify(&device, &key, 1000 + i);
                if (status != HANSE_OK) {
                    print_error("%s: %s\n", path, hanse_context_message(ctx));
                }
                assert_int_equal(status, HANSE_OK);
                n_ran++;
            }
        }
    }
    print_message("%s (%s): %d trials\n", path, device.name, n_ran);
    assert_true(n_ran > 5);
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

#endif
