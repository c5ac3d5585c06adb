/*
 * NVIDIA's driver, by dlopen: one executable runs with and without it, and none of NVIDIA's
 * headers is needed to build. The declarations are our own, of the few functions we call
 * (CUDA Driver API reference); names with _v2 are those that take 64-bit sizes, which is what
 * cuda.h has turned the plain names into since CUDA 3.2.
 *
 * Shared inside kernels/cuda.
 */
#ifndef HANSE_KERNELS_CUDA_DRIVER_H
#define HANSE_KERNELS_CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

/* Results, attributes and options by their numbers in cuda.h. */
enum hanse__cuda_result {
    HANSE__CUDA_SUCCESS = 0,
    HANSE__CUDA_OUT_OF_MEMORY = 2,
    HANSE__CUDA_NO_DEVICE = 100
};

enum hanse__cuda_attribute {
    HANSE__CUDA_UNITS = 16,
    HANSE__CUDA_L2_BYTES = 38,
    HANSE__CUDA_CAPABILITY_MAJOR = 75,
    HANSE__CUDA_CAPABILITY_MINOR = 76,
    HANSE__CUDA_MEETS = 95 /* cooperative launches */
};

enum hanse__cuda_option { HANSE__CUDA_ERROR_LOG = 5, HANSE__CUDA_ERROR_LOG_BYTES = 6 };

enum { HANSE__CUDA_DYNAMIC_SHARED = 8 }; /* attribute of a function: bytes at launch */

struct CUctx_st;
struct CUmod_st;
struct CUfunc_st;

/* Addresses of the driver's functions, in the order of the names in driver.c. */
struct hanse__cuda_driver {
    void *library;
    int (*init)(unsigned flags);
    int (*version)(int *version);
    int (*error_name)(int result, const char **text);
    int (*count)(int *n);
    int (*device)(int *device, int ordinal);
    int (*device_name)(char *name, int size, int device);
    int (*device_bus)(char *bus, int size, int device);
    int (*device_memory)(size_t *bytes, int device);
    int (*attribute)(int *value, int attribute, int device);
    int (*retain)(struct CUctx_st **context, int device);
    int (*let_go)(int device);
    int (*set_current)(struct CUctx_st *context);
    int (*synchronize)(void);
    int (*load)(struct CUmod_st **module, const void *text, unsigned n_options, int *options,
                void **values);
    int (*unload)(struct CUmod_st *module);
    int (*function)(struct CUfunc_st **function, struct CUmod_st *module, const char *name);
    int (*set_function)(struct CUfunc_st *function, int attribute, int value);
    int (*allocate)(uint64_t *address, size_t bytes);
    int (*free)(uint64_t address);
    int (*set_bytes)(uint64_t address, unsigned char value, size_t n);
    int (*to_device)(uint64_t to, const void *from, size_t bytes);
    int (*to_host)(void *to, uint64_t from, size_t bytes);
    int (*copy)(uint64_t to, uint64_t from, size_t bytes, void *stream);
    int (*pin)(void *memory, size_t bytes, unsigned flags);
    int (*unpin)(void *memory);
    int (*launch)(struct CUfunc_st *function, unsigned groups_x, unsigned groups_y,
                  unsigned groups_z, unsigned items_x, unsigned items_y, unsigned items_z,
                  unsigned shared_bytes, void *stream, void **arguments, void **extra);
    int (*launch_meeting)(struct CUfunc_st *function, unsigned groups_x, unsigned groups_y,
                          unsigned groups_z, unsigned items_x, unsigned items_y,
                          unsigned items_z, unsigned shared_bytes, void *stream,
                          void **arguments);
};

/* Loads and starts the driver. HANSE_ERR_IO, with the reason: no library, a function missing,
 * too old, no device. */
enum hanse_status hanse__cuda_load(struct hanse_context *ctx,
                                   struct hanse__cuda_driver *driver);

/* The driver's word for a result: "CUDA_ERROR_OUT_OF_MEMORY". */
const char *hanse__cuda_word(const struct hanse__cuda_driver *driver, int result);

/* Finds functions of a library by name; the name of the first that is missing, or NULL. */
struct hanse__cuda_symbol {
    const char *name;
    void *function; /* the address of a function pointer */
};
const char *hanse__cuda_find(void *library, const struct hanse__cuda_symbol *symbols, int n);

#endif
