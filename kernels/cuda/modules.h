/*
 * Our kernels on an NVIDIA device: PTX that clang made when hanse was built, compiled by the
 * driver for the device at hand. Shared inside kernels/cuda.
 */
#ifndef HANSE_KERNELS_CUDA_MODULES_H
#define HANSE_KERNELS_CUDA_MODULES_H

#include "kernels/cuda/driver.h"
#include "kernels/gpu/recipe.h"

enum { HANSE__CUDA_MODULES = 4 };

struct hanse__cuda_modules {
    struct CUmod_st *loaded[HANSE__CUDA_MODULES];
    unsigned have; /* bits of enum hanse__gpu_module */
};

/* Loads what the device's compute capability (90 for 9.0) allows. The common kernels must load:
 * HANSE_ERR_IO with the compiler's first complaint. Others that the driver refuses are left
 * out, and `remark` says so; otherwise it becomes "". */
enum hanse_status hanse__cuda_modules_load(struct hanse_context *ctx,
                                           const struct hanse__cuda_driver *driver,
                                           int capability, struct hanse__cuda_modules *modules,
                                           char *remark, size_t size);
void hanse__cuda_modules_unload(const struct hanse__cuda_driver *driver,
                                struct hanse__cuda_modules *modules);

/* The kernel that a launch names. HANSE_ERR_IO. */
enum hanse_status hanse__cuda_modules_find(struct hanse_context *ctx,
                                           const struct hanse__cuda_driver *driver,
                                           const struct hanse__cuda_modules *modules,
                                           const struct hanse__gpu_launch *launch,
                                           struct CUfunc_st **function);

#endif
