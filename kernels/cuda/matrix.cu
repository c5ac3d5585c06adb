/* What the matrix units of sm_80 and later run. */
#include "kernels/gpu/sizes.h"
#include "kernels/gpu/dialect.h"
#include "kernels/cuda/units.h"

#include "kernels/cuda/tile.cl"
#include "kernels/cuda/matrix.cl"
#include "kernels/cuda/flash.cl"
