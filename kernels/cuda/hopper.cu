/* What only compute capability 9.0 runs. clang knows no sm_90a: it compiles for sm_80, where
 * these instructions are text to it, and the build then names version and target. */
#include "kernels/gpu/sizes.h"
#include "kernels/gpu/dialect.h"
#include "kernels/cuda/units.h"
#include "kernels/cuda/warpgroup.h"

#include "kernels/cuda/tile.cl"
#include "kernels/cuda/hopper.cl"
