/*
 * A BLAS library on the processor, by dlopen: what distributions ship, as a yardstick beside
 * our own kernels and as what an engine that links it will see. OpenBLAS and BLIS speak the
 * same interface (CBLAS, Blackford et al. 2002); the few declarations we need are our own, so
 * no library is needed to build.
 *
 * It does products: gemm in fp64 and fp32, and skinny in fp32, as a matrix product and, for one
 * token, also as matrix times vector (variant "gemv").
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "kernels/backends.h"

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

typedef void gemm_f(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                    int lda, const float *b, int ldb, float beta, float *c, int ldc);
typedef void gemm_d(int order, int ta, int tb, int m, int n, int k, double alpha,
                    const double *a, int lda, const double *b, int ldb, double beta, double *c,
                    int ldc);
typedef void gemv_f(int order, int ta, int m, int n, float alpha, const float *a, int lda,
                    const float *x, int incx, float beta, float *y, int incy);

static const struct library {
    const char *name, *file, *set_threads;
} libraries[] = {
    {"openblas", "libopenblas.so.0", "openblas_set_num_threads"},
    {"blis", "libblis.so.4", "bli_thread_set_num_threads"},
};

enum { N_LIBRARIES = sizeof libraries / sizeof *libraries };

struct blas {
    void *handle;
    gemm_f *sgemm;
    gemm_d *dgemm;
    gemv_f *sgemv;
    struct hanse_device cpu; /* for cores, cache and binding */
};

static enum hanse_status list(struct hanse_context *ctx, char *paths, size_t size)
{
    size_t used = 0;
    paths[0] = '\0';
    for (int i = 0; i < N_LIBRARIES; i++) {
        /* It may have started threads of its own: it must never leave under them. */
        void *handle = dlopen(libraries[i].file, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
        if (handle != NULL) {
            used += (size_t)snprintf(paths + used, size - used, "%sblas:%s",
                                     used > 0 ? " " : "", libraries[i].name);
            dlclose(handle);
        }
    }
    return used > 0 ? HANSE_OK
                    : hanse__fail(ctx, HANSE_ERR_IO,
                                  "blas: neither %s nor %s can be loaded; on Debian: apt-get "
                                  "install libopenblas0 libblis4",
                                  libraries[0].file, libraries[1].file);
}

/* dlsym gives a data pointer; C leaves its way to a function to this copy. */
static void find(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
}

static void close_device(struct hanse_device *device)
{
    struct blas *blas = device->self;
    if (blas != NULL) {
        hanse_device_close(&blas->cpu);
        /* The handle stays open: a library with threads of its own is not to be unloaded. */
        hanse__free(blas);
    }
}

static enum hanse_status load(struct hanse_context *ctx, const struct library *library,
                              struct blas *blas)
{
    void (*set_threads)(int);
    blas->handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (blas->handle == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "blas:%s: %s", library->name, dlerror());
    }
    find(blas->handle, "cblas_sgemm", &blas->sgemm);
    find(blas->handle, "cblas_dgemm", &blas->dgemm);
    find(blas->handle, "cblas_sgemv", &blas->sgemv);
    find(blas->handle, library->set_threads, &set_threads);
    if (blas->sgemm == NULL || blas->dgemm == NULL || blas->sgemv == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "blas:%s: %s lacks cblas_sgemm, dgemm or sgemv",
                           library->name, library->file);
    }
    if (set_threads != NULL) {
        set_threads(blas->cpu.units);
    }
    return HANSE_OK;
}

static const struct library *library_named(const char *which)
{
    for (int i = 0; i < N_LIBRARIES; i++) {
        if (strcmp(libraries[i].name, which) == 0) {
            return &libraries[i];
        }
    }
    return NULL;
}

static enum hanse_status open_device(struct hanse_context *ctx, const char *which,
                                     struct hanse_device *device)
{
    const struct library *library = library_named(which);
    if (library == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "no device 'blas:%s'; there are blas:openblas and blas:blis", which);
    }
    struct blas *blas = hanse__alloc(ctx, 1, sizeof *blas);
    if (blas == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_device_open(ctx, "cpu", &blas->cpu);
    device->self = blas;
    if (status == HANSE_OK) {
        status = load(ctx, library, blas);
    }
    if (status != HANSE_OK) {
        close_device(device);
        device->self = NULL;
        return status;
    }
    device->units = blas->cpu.units;
    device->cache_bytes = blas->cpu.cache_bytes;
    device->memory_bytes = blas->cpu.memory_bytes;
    device->on_host = true;
    snprintf(device->name, sizeof device->name, "%.30s, %s", blas->cpu.name, library->name);
    return HANSE_OK;
}

/* A launch's reference is a triad; the library has none, so ours stands in. */
static bool is_reference(const struct hanse_trial_key *key)
{
    return key->kernel == HANSE_KERNEL_STREAM_TRIAD && key->precision == HANSE_FP64 &&
           key->variant[0] == '\0';
}

static bool runs(const struct hanse_device *device, const struct hanse_trial_key *key)
{
    bool gemv = strcmp(key->variant, "gemv") == 0;
    if (key->kernel == HANSE_KERNEL_SKINNY && key->precision == HANSE_FP32) {
        return key->variant[0] == '\0' || (gemv && key->shape.extent[0] == 1);
    }
    return key->variant[0] == '\0' && (is_reference(key) || (key->kernel == HANSE_KERNEL_GEMM &&
                                                             (key->precision == HANSE_FP32 ||
                                                              key->precision == HANSE_FP64)));
}

struct task {
    struct hanse_trial *trial;
    void *triad; /* of the processor's own backend */
};

static enum hanse_status prepare(struct hanse_device *device, struct hanse_trial *trial,
                                 void **out)
{
    struct blas *blas = device->self;
    struct task *task = hanse__alloc(device->ctx, 1, sizeof *task);
    *out = task;
    if (task == NULL) {
        return HANSE_ERR_MEMORY;
    }
    task->trial = trial;
    return is_reference(&trial->key)
               ? blas->cpu.backend->prepare(&blas->cpu, trial, &task->triad)
               : HANSE_OK;
}

static void gemm(const struct blas *blas, const struct hanse_trial *trial)
{
    const struct hanse_buffer *b = trial->buffers;
    const int64_t *x = trial->key.shape.extent;
    int m = (int)x[0], n = (int)x[1], k = (int)x[2];
    if (trial->key.precision == HANSE_FP64) {
        blas->dgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1.0, b[0].data, k,
                    b[1].data, n, 0.0, b[2].data, n);
    } else {
        blas->sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1.0f, b[0].data, k,
                    b[1].data, n, 0.0f, b[2].data, n);
    }
}

static void skinny(const struct blas *blas, const struct hanse_trial *trial, int64_t turn)
{
    const struct hanse_buffer *b = trial->buffers;
    const int64_t *x = trial->key.shape.extent;
    int m = (int)x[0], n = (int)x[1], k = (int)x[2];
    const float *w = (const float *)b[0].data + (turn % trial->copies) * x[1] * x[2];
    if (trial->key.variant[0] != '\0') {
        blas->sgemv(ROW_MAJOR, NO_TRANSPOSE, n, k, 1.0f, w, k, b[2].data, 1, 0.0f, b[3].data,
                    1);
    } else {
        blas->sgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, m, n, k, 1.0f, b[2].data, k, w, k, 0.0f,
                    b[3].data, n);
    }
}

static enum hanse_status run(struct hanse_device *device, void *self, int64_t turn,
                             int64_t repeats)
{
    struct blas *blas = device->self;
    struct task *task = self;
    if (task->triad != NULL) {
        return blas->cpu.backend->run(&blas->cpu, task->triad, turn, repeats);
    }
    for (int64_t i = 0; i < repeats; i++) {
        if (task->trial->key.kernel == HANSE_KERNEL_GEMM) {
            gemm(blas, task->trial);
        } else {
            skinny(blas, task->trial, turn + i);
        }
    }
    return HANSE_OK;
}

static enum hanse_status fetch(struct hanse_device *device, void *self)
{
    return HANSE_OK;
}

static void release(struct hanse_device *device, void *self)
{
    struct blas *blas = device->self;
    struct task *task = self;
    if (task != NULL && task->triad != NULL) {
        blas->cpu.backend->release(&blas->cpu, task->triad);
    }
    hanse__free(task);
}

const struct hanse_backend hanse__backend_blas = {
    .name = "blas",
    .what = "OpenBLAS or BLIS on this machine's processor",
    .list = list,
    .open = open_device,
    .close = close_device,
    .runs = runs,
    .prepare = prepare,
    .run = run,
    .fetch = fetch,
    .release = release,
};
