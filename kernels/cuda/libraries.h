/*
 * NVIDIA's own libraries, by dlopen, where they are installed: cuBLAS for products and cuFFT
 * for transforms, as the variant "library". They are the yardstick for our kernels, and where
 * those don't reach a device's matrix units the only measured rate of them. Declarations are
 * our own (cuBLAS and cuFFT API references). Shared inside kernels/cuda.
 */
#ifndef HANSE_KERNELS_CUDA_LIBRARIES_H
#define HANSE_KERNELS_CUDA_LIBRARIES_H

#include "kernels/trial.h"

struct hanse__cuda_libraries {
    void *blas, *fft; /* what dlopen gave; NULL: not installed */
    void *handle;     /* cuBLAS's, made when it is first used */
    int (*blas_create)(void **handle);
    int (*blas_destroy)(void *handle);
    int (*blas_version)(void *handle, int *version);
    int (*gemm)(void *handle, int transpose_a, int transpose_b, int m, int n, int k,
                const void *alpha, const void *a, int type_a, int lda, const void *b,
                int type_b, int ldb, const void *beta, void *c, int type_c, int ldc,
                int compute, int algorithm);
    int (*fft_plan)(int *plan, int n, int type, int batch);
    int (*fft_run)(int plan, void *from, void *to, int direction);
    int (*fft_destroy)(int plan);
};

/* Loads what there is; nothing there is no failure. */
void hanse__cuda_libraries_open(struct hanse__cuda_libraries *libraries);
void hanse__cuda_libraries_close(struct hanse__cuda_libraries *libraries);

/* Is this a trial of a library that is there? */
bool hanse__cuda_library_runs(const struct hanse__cuda_libraries *libraries,
                              const struct hanse_trial_key *key);

/* Before the first run: cuBLAS's handle, cuFFT's plan (-1 without one; free it with _forget).
 */
enum hanse_status hanse__cuda_library_prepare(struct hanse_context *ctx,
                                              struct hanse__cuda_libraries *libraries,
                                              const struct hanse_trial_key *key, int *plan);
void hanse__cuda_library_forget(struct hanse__cuda_libraries *libraries, int plan);

/* Starts one run on the device's copies of the trial's buffers; does not wait for its end. */
enum hanse_status hanse__cuda_library_run(struct hanse_context *ctx,
                                          struct hanse__cuda_libraries *libraries,
                                          const struct hanse_trial_key *key,
                                          const uint64_t *buffers, int plan);

#endif
