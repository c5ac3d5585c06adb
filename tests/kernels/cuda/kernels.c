/* The very text that clang makes PTX of, as C. */
#include "tests/kernels/cuda/dialect.h"

#include "kernels/cuda/base.cu"
