/* What only compute capability 9.0 runs in fp8; see hopper.cu. */
#include "kernels/gpu/sizes.h"
#include "kernels/gpu/dialect.h"
#include "kernels/cuda/units.h"
#include "kernels/cuda/warpgroup.h"

#define EIGHT_BITS_ALONE
#include "kernels/cuda/tile.cl"
#include "kernels/cuda/hopper.cl"
#include "kernels/cuda/hopper8.cl"
