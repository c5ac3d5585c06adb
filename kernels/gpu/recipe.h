/*
 * What an accelerator has to do for a trial: which kernels, over how many groups, with which
 * arguments. OpenCL and CUDA run the same kernels (kernels/gpu), so what they launch is said
 * here once, and a backend only has to launch it. Shared inside kernels.
 *
 * Most trials are one launch. A transform that does not fit into a group's memory is one launch
 * for each pass; a sum over an array is two. Launches of a recipe follow each other in order.
 */
#ifndef HANSE_KERNELS_GPU_RECIPE_H
#define HANSE_KERNELS_GPU_RECIPE_H

#include "kernels/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a kernel is to be found, as bits. */
enum hanse__gpu_module {
    HANSE__GPU_COMMON = 1, /* kernels/gpu: OpenCL and CUDA */
    HANSE__GPU_CUDA = 2,   /* kernels/cuda/extra.cl */
    HANSE__GPU_MATRIX = 4, /* kernels/cuda/matrix.cl: sm_80 and up */
    HANSE__GPU_HOPPER = 8, /* kernels/cuda/hopper.cl: sm_90a alone */
    HANSE__GPU_EIGHT = 16  /* kernels/cuda/hopper8.cl: likewise */
};

enum { HANSE__GPU_ARGUMENTS = HANSE_BUFFERS + HANSE_EXTENTS + 1, HANSE__GPU_LAUNCHES = 24 };

/* An argument: eight bytes, an address or a number. */
struct hanse__gpu_argument {
    enum { HANSE__GPU_BUFFER, HANSE__GPU_SCRATCH, HANSE__GPU_TURN, HANSE__GPU_NUMBER } what;
    int64_t value; /* the buffer's number, or the number itself */
};

struct hanse__gpu_launch {
    const char *name; /* of the kernel, in its module's text */
    enum hanse__gpu_module module;
    bool meets;       /* its groups wait for each other: they must run at the same time */
    int group;        /* items of a group */
    int shared_bytes; /* of a group's memory, beside what the kernel itself declares */
    int64_t groups;
    int n_arguments;
    struct hanse__gpu_argument arguments[HANSE__GPU_ARGUMENTS];
};

struct hanse__gpu_recipe {
    int n_launches;
    struct hanse__gpu_launch launches[HANSE__GPU_LAUNCHES];
    size_t scratch_bytes; /* beside the trial's buffers, zero in the beginning; 0: none */
};

/* Is there a kernel for this among the modules (bits) that a device has, and can it take the
 * shape? `units`: multiprocessors. */
bool hanse__gpu_runs(const struct hanse_trial_key *key, unsigned modules, int units);

/* Fills the recipe of a trial for which hanse__gpu_runs is true. */
void hanse__gpu_recipe(const struct hanse_trial *trial, int units,
                       struct hanse__gpu_recipe *recipe);

/* Kernels there are: row i of the table, NULL past its end. Tests compare it with the text. */
const char *hanse__gpu_kernel_name(int i, enum hanse__gpu_module *module);

#ifdef __cplusplus
}
#endif
#endif
