/*
 * Sizes that the accelerators' kernels and their hosts agree on. Nothing but numbers: OpenCL's
 * compilers, CUDA's and C's all read this file.
 */
#ifndef HANSE_KERNELS_GPU_SIZES_H
#define HANSE_KERNELS_GPU_SIZES_H

#define GPU_GROUP 64  /* items of a group, unless a kernel says otherwise */
#define GPU_WIDE 256  /* of one that takes a row, or streams */
#define GPU_TILE 64   /* side of the tile of C that a group makes in gemm */
#define GPU_DEPTH 16  /* of the pieces of A and B on the way */
#define GPU_ROWS 4    /* outputs of skinny that a group makes at a time */
#define GPU_TOKENS 8  /* and tokens */
#define GPU_CHAINS 12 /* independent chains of multiply-adds in fma_peak */
#define GPU_FFT 1024  /* points of a transform that fits into a group's memory */

#endif
