#include "kernels/cuda/modules.h"

#include <stdio.h>
#include <string.h>

#include "cuda_base.h" /* hanse__cuda_base and so on: the texts, made by the build */
#include "cuda_hopper.h"
#include "cuda_hopper8.h"
#include "cuda_matrix.h"

static const struct part {
    const char *text, *what;
    unsigned bits; /* of enum hanse__gpu_module */
    int from, to;  /* compute capabilities */
} parts[] = {
    {hanse__cuda_base, "common kernels", HANSE__GPU_COMMON | HANSE__GPU_CUDA, 70, 999},
    {hanse__cuda_matrix, "kernels for matrix units", HANSE__GPU_MATRIX, 80, 999},
    {hanse__cuda_hopper, "kernels for Hopper's matrix units", HANSE__GPU_HOPPER, 90, 90},
    {hanse__cuda_hopper8, "fp8 on Hopper's matrix units", HANSE__GPU_EIGHT, 90, 90},
};

enum { N_PARTS = sizeof parts / sizeof *parts };

_Static_assert((int)N_PARTS <= (int)HANSE__CUDA_MODULES, "room for every module");

/* Compiles one text; what the compiler has to say about it goes to `log`, on one line. */
static int compile(const struct hanse__cuda_driver *driver, const char *text,
                   struct CUmod_st **module, char *log, size_t size)
{
    int options[] = {HANSE__CUDA_ERROR_LOG, HANSE__CUDA_ERROR_LOG_BYTES};
    void *values[] = {log, (void *)(uintptr_t)size};
    log[0] = '\0';
    int result = driver->load(module, text, 2, options, values);
    for (char *c = log; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '\r' ? ' ' : *c;
    }
    return result;
}

enum hanse_status hanse__cuda_modules_load(struct hanse_context *ctx,
                                           const struct hanse__cuda_driver *driver,
                                           int capability, struct hanse__cuda_modules *modules,
                                           char *remark, size_t size)
{
    char log[400];
    remark[0] = '\0';
    *modules = (struct hanse__cuda_modules){0};
    if (hanse__cuda_base[0] == '\0') {
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "cuda: this hanse was built without kernels for NVIDIA's devices, "
                           "because clang was not there; on Debian: apt-get install clang, "
                           "remove the folder build, and start hanse again");
    }
    for (int i = 0; i < N_PARTS; i++) {
        const struct part *part = &parts[i];
        if (capability < part->from || capability > part->to) {
            continue;
        }
        int result = compile(driver, part->text, &modules->loaded[i], log, sizeof log);
        if (result == HANSE__CUDA_SUCCESS) {
            modules->have |= part->bits;
            continue;
        }
        modules->loaded[i] = NULL;
        if ((part->bits & HANSE__GPU_COMMON) != 0) {
            return hanse__fail(ctx, HANSE_ERR_IO,
                               "cuda: the driver refuses our kernels (%s): %s",
                               hanse__cuda_word(driver, result), log);
        }
        snprintf(remark, size, "cuda: the driver refuses our %s (%s), the rest goes on: %s",
                 part->what, hanse__cuda_word(driver, result), log);
    }
    return modules->have != 0 ? HANSE_OK
                              : hanse__fail(ctx, HANSE_ERR_IO,
                                            "cuda: our kernels need compute capability 7.0, "
                                            "this device has %d.%d",
                                            capability / 10, capability % 10);
}

void hanse__cuda_modules_unload(const struct hanse__cuda_driver *driver,
                                struct hanse__cuda_modules *modules)
{
    for (int i = 0; i < N_PARTS; i++) {
        if (modules->loaded[i] != NULL) {
            driver->unload(modules->loaded[i]);
            modules->loaded[i] = NULL;
        }
    }
}

enum hanse_status hanse__cuda_modules_find(struct hanse_context *ctx,
                                           const struct hanse__cuda_driver *driver,
                                           const struct hanse__cuda_modules *modules,
                                           const struct hanse__gpu_launch *launch,
                                           struct CUfunc_st **function)
{
    for (int i = 0; i < N_PARTS; i++) {
        if (modules->loaded[i] != NULL && (parts[i].bits & launch->module) != 0) {
            int result = driver->function(function, modules->loaded[i], launch->name);
            if (result == HANSE__CUDA_SUCCESS && launch->shared_bytes > 0) {
                result = driver->set_function(*function, HANSE__CUDA_DYNAMIC_SHARED,
                                              launch->shared_bytes);
            }
            return result == HANSE__CUDA_SUCCESS
                       ? HANSE_OK
                       : hanse__fail(ctx, HANSE_ERR_IO, "cuda: kernel %s: %s", launch->name,
                                     hanse__cuda_word(driver, result));
        }
    }
    return hanse__fail(ctx, HANSE_ERR_IO, "cuda: no module has kernel %s", launch->name);
}
