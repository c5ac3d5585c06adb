#include "kernels/cuda/libraries.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "kernels/cuda/driver.h"

/* cudaDataType, cublasOperation_t, cublasComputeType_t, cublasGemmAlgo_t, cufftType by their
 * numbers; the same since CUDA 11. */
enum { R_32F = 0, R_64F = 1, R_16F = 2, R_8I = 3, R_32I = 10, R_16BF = 14 };
enum { AS_IT_IS = 0, TRANSPOSED = 1 };
enum { IN_32F = 68, IN_64F = 70, IN_32I = 72, IN_TF32 = 77 };
enum { ANY_ALGORITHM = -1, COMPLEX_TO_COMPLEX = 0x69, FORWARD = -1 };

/* A product of cuBLAS: what goes in, what comes out, and in what it is added up. */
static const struct product {
    enum hanse_precision precision;
    int in, out, compute;
} products[] = {
    {HANSE_FP64, R_64F, R_64F, IN_64F},  {HANSE_FP32, R_32F, R_32F, IN_32F},
    {HANSE_TF32, R_32F, R_32F, IN_TF32}, {HANSE_BF16, R_16BF, R_16BF, IN_32F},
    {HANSE_FP16, R_16F, R_16F, IN_32F},  {HANSE_INT8, R_8I, R_32I, IN_32I},
};

static const struct product *product_of(enum hanse_precision precision)
{
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        if (products[i].precision == precision) {
            return &products[i];
        }
    }
    return NULL;
}

/* The newest of the versions that is there and has all we need. */
static void *load(const char *const *files, int n_files,
                  const struct hanse__cuda_symbol *symbols, int n_symbols)
{
    for (int i = 0; i < n_files; i++) {
        void *library = dlopen(files[i], RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
        if (library != NULL && hanse__cuda_find(library, symbols, n_symbols) == NULL) {
            return library;
        }
    }
    return NULL;
}

void hanse__cuda_libraries_open(struct hanse__cuda_libraries *l)
{
    static const char *const blas[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"};
    static const char *const fft[] = {"libcufft.so.12", "libcufft.so.11", "libcufft.so.10"};
    *l = (struct hanse__cuda_libraries){0};
    const struct hanse__cuda_symbol of_blas[] = {
        {"cublasCreate_v2", &l->blas_create},
        {"cublasDestroy_v2", &l->blas_destroy},
        {"cublasGetVersion_v2", &l->blas_version},
        {"cublasGemmEx", &l->gemm},
    };
    const struct hanse__cuda_symbol of_fft[] = {
        {"cufftPlan1d", &l->fft_plan},
        {"cufftExecZ2Z", &l->fft_run},
        {"cufftDestroy", &l->fft_destroy},
    };
    l->blas = load(blas, 3, of_blas, sizeof of_blas / sizeof *of_blas);
    l->fft = load(fft, 3, of_fft, sizeof of_fft / sizeof *of_fft);
}

void hanse__cuda_libraries_close(struct hanse__cuda_libraries *l)
{
    if (l->handle != NULL) {
        l->blas_destroy(l->handle);
        l->handle = NULL;
    }
}

/* cuBLAS wants rows of eight-bit matrices to begin at multiples of four. */
bool hanse__cuda_library_runs(const struct hanse__cuda_libraries *l,
                              const struct hanse_trial_key *key)
{
    const int64_t *x = key->shape.extent;
    if (strcmp(key->variant, "library") != 0) {
        return false;
    }
    if (key->kernel == HANSE_KERNEL_FFT) {
        return l->fft != NULL && key->precision == HANSE_FP64;
    }
    return key->kernel == HANSE_KERNEL_GEMM && l->blas != NULL &&
           product_of(key->precision) != NULL &&
           (key->precision != HANSE_INT8 || (x[1] % 4 == 0 && x[2] % 4 == 0));
}

static enum hanse_status failed(struct hanse_context *ctx, const struct hanse_trial_key *key,
                                int code)
{
    char text[160];
    hanse_trial_describe(key, text, sizeof text);
    return hanse__fail(ctx, HANSE_ERR_IO, "cuda: %s: %s answers with error %d", text,
                       key->kernel == HANSE_KERNEL_FFT ? "cuFFT" : "cuBLAS", code);
}

enum hanse_status hanse__cuda_library_prepare(struct hanse_context *ctx,
                                              struct hanse__cuda_libraries *l,
                                              const struct hanse_trial_key *key, int *plan)
{
    const int64_t *x = key->shape.extent;
    int code = 0;
    *plan = -1;
    if (key->kernel == HANSE_KERNEL_FFT) {
        code = l->fft_plan(plan, (int)x[0], COMPLEX_TO_COMPLEX, (int)x[1]);
        *plan = code == 0 ? *plan : -1;
    } else if (l->handle == NULL) {
        code = l->blas_create(&l->handle);
    }
    return code == 0 ? HANSE_OK : failed(ctx, key, code);
}

void hanse__cuda_library_forget(struct hanse__cuda_libraries *l, int plan)
{
    if (plan >= 0) {
        l->fft_destroy(plan);
    }
}

/* Libraries store column by column: what we call C = A B is Cᵀ = Bᵀ Aᵀ to them. Eight-bit B
 * lies transposed already (kernels/trial.h). */
static int multiply(struct hanse__cuda_libraries *l, const struct hanse_trial_key *key,
                    const uint64_t *buffers)
{
    static const double one_d = 1.0, none_d = 0.0;
    static const float one_f = 1.0f, none_f = 0.0f;
    static const int32_t one_i = 1, none_i = 0;
    const struct product *p = product_of(key->precision);
    const void *one = p->compute == IN_64F   ? (const void *)&one_d
                      : p->compute == IN_32I ? (const void *)&one_i
                                             : (const void *)&one_f;
    const void *none = p->compute == IN_64F   ? (const void *)&none_d
                       : p->compute == IN_32I ? (const void *)&none_i
                                              : (const void *)&none_f;
    const int64_t *x = key->shape.extent;
    int m = (int)x[0], n = (int)x[1], k = (int)x[2];
    bool turned = key->precision == HANSE_INT8;
    return l->gemm(l->handle, turned ? TRANSPOSED : AS_IT_IS, AS_IT_IS, n, m, k, one,
                   (const void *)buffers[1], p->in, turned ? k : n, (const void *)buffers[0],
                   p->in, k, none, (void *)buffers[2], p->out, n, p->compute, ANY_ALGORITHM);
}

enum hanse_status hanse__cuda_library_run(struct hanse_context *ctx,
                                          struct hanse__cuda_libraries *l,
                                          const struct hanse_trial_key *key,
                                          const uint64_t *buffers, int plan)
{
    int code = key->kernel == HANSE_KERNEL_FFT
                   ? l->fft_run(plan, (void *)buffers[0], (void *)buffers[2], FORWARD)
                   : multiply(l, key, buffers);
    return code == 0 ? HANSE_OK : failed(ctx, key, code);
}
