/* The backends there are. Shared inside kernels. */
#ifndef HANSE_KERNELS_BACKENDS_H
#define HANSE_KERNELS_BACKENDS_H

#include "kernels/device.h"

extern const struct hanse_backend hanse__backend_cpu, hanse__backend_blas,
    hanse__backend_opencl, hanse__backend_cuda;

#endif
