#include "kernels/cuda/driver.h"

#include <dlfcn.h>
#include <string.h>

/* PTX 7.0, with what the matrix units' kernels need, came with CUDA 11.0. */
enum { LEAST_VERSION = 11000 };

const char *hanse__cuda_find(void *library, const struct hanse__cuda_symbol *symbols, int n)
{
    for (int i = 0; i < n; i++) {
        /* dlsym gives a data pointer; C leaves its way to a function to this copy. */
        void *address = dlsym(library, symbols[i].name);
        if (address == NULL) {
            return symbols[i].name;
        }
        memcpy(symbols[i].function, &address, sizeof address);
    }
    return NULL;
}

static const char *find_all(struct hanse__cuda_driver *d)
{
    const struct hanse__cuda_symbol symbols[] = {
        {"cuInit", &d->init},
        {"cuDriverGetVersion", &d->version},
        {"cuGetErrorName", &d->error_name},
        {"cuDeviceGetCount", &d->count},
        {"cuDeviceGet", &d->device},
        {"cuDeviceGetName", &d->device_name},
        {"cuDeviceGetPCIBusId", &d->device_bus},
        {"cuDeviceTotalMem_v2", &d->device_memory},
        {"cuDeviceGetAttribute", &d->attribute},
        {"cuDevicePrimaryCtxRetain", &d->retain},
        {"cuDevicePrimaryCtxRelease_v2", &d->let_go},
        {"cuCtxSetCurrent", &d->set_current},
        {"cuCtxSynchronize", &d->synchronize},
        {"cuModuleLoadDataEx", &d->load},
        {"cuModuleUnload", &d->unload},
        {"cuModuleGetFunction", &d->function},
        {"cuFuncSetAttribute", &d->set_function},
        {"cuMemAlloc_v2", &d->allocate},
        {"cuMemFree_v2", &d->free},
        {"cuMemsetD8_v2", &d->set_bytes},
        {"cuMemcpyHtoD_v2", &d->to_device},
        {"cuMemcpyDtoH_v2", &d->to_host},
        {"cuMemcpyDtoDAsync_v2", &d->copy},
        {"cuMemHostRegister_v2", &d->pin},
        {"cuMemHostUnregister", &d->unpin},
        {"cuLaunchKernel", &d->launch},
        {"cuLaunchCooperativeKernel", &d->launch_meeting},
    };
    return hanse__cuda_find(d->library, symbols, sizeof symbols / sizeof *symbols);
}

const char *hanse__cuda_word(const struct hanse__cuda_driver *driver, int result)
{
    const char *word = NULL;
    driver->error_name(result, &word);
    return word != NULL ? word : "an error without a name";
}

static enum hanse_status start(struct hanse_context *ctx, struct hanse__cuda_driver *d)
{
    int version = 0, n = 0, result = d->init(0);
    if (result == HANSE__CUDA_NO_DEVICE) {
        return hanse__fail(ctx, HANSE_ERR_IO, "cuda: the driver is there and finds no device");
    }
    if (result != HANSE__CUDA_SUCCESS) {
        return hanse__fail(ctx, HANSE_ERR_IO, "cuda: the driver does not start: %s",
                           hanse__cuda_word(d, result));
    }
    d->version(&version);
    if (version < LEAST_VERSION) {
        return hanse__fail(
            ctx, HANSE_ERR_IO,
            "cuda: the driver is too old: it speaks CUDA %d.%d, our kernels need "
            "%d.%d (driver 450 or newer)",
            version / 1000, version % 1000 / 10, LEAST_VERSION / 1000,
            LEAST_VERSION % 1000 / 10);
    }
    result = d->count(&n);
    return result == HANSE__CUDA_SUCCESS && n > 0
               ? HANSE_OK
               : hanse__fail(ctx, HANSE_ERR_IO,
                             "cuda: the driver is there and finds no device");
}

enum hanse_status hanse__cuda_load(struct hanse_context *ctx, struct hanse__cuda_driver *d)
{
    *d = (struct hanse__cuda_driver){0};
    /* It has threads of its own: it must never leave under them. */
    d->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (d->library == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "cuda: no NVIDIA driver: libcuda.so.1 cannot be loaded");
    }
    const char *missing = find_all(d);
    if (missing != NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "cuda: the driver is too old: libcuda.so.1 has no %s", missing);
    }
    return start(ctx, d);
}
