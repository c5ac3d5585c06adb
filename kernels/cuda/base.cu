/* What every NVIDIA device since Volta runs. Compiled to PTX by clang, without NVIDIA's headers. */
#include "kernels/gpu/sizes.h"
#include "kernels/gpu/dialect.h"

#include "kernels/gpu/streams.cl"
#include "kernels/gpu/products.cl"
#include "kernels/gpu/attention.cl"
#include "kernels/gpu/elementwise.cl"
#include "kernels/gpu/grids.cl"
#include "kernels/cuda/extra.cl"
