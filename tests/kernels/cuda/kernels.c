/* The very text that clang makes PTX of, as C. */
#include "tests/kernels/cuda/warpgroup.h"

#include "kernels/cuda/base.cu"
#undef GEMM
#undef TILE

#include "kernels/cuda/tile.cl"
#include "kernels/cuda/units.h"

#include "kernels/cuda/matrix.cl"

#include "kernels/cuda/flash.cl"

#include "kernels/cuda/hopper.cl"
#include "kernels/cuda/hopper8.cl"
