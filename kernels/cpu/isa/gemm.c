/* Matrix products: the body in both precisions. Work: sim/model/kernel.h. */
#include "kernels/cpu/isa/kernels.h"

#define ELEMENT float
#define VECTOR vf
#define LANES LANES_F
#define LOAD load_f
#define STORE store_f
#define NAME(a) a##_fp32
#define DEPTH 512
#include "kernels/cpu/isa/gemm_body.h"
#undef ELEMENT
#undef VECTOR
#undef LANES
#undef LOAD
#undef STORE
#undef NAME
#undef DEPTH

#define ELEMENT double
#define VECTOR vd
#define LANES LANES_D
#define LOAD load_d
#define STORE store_d
#define NAME(a) a##_fp64
#define DEPTH 512
#include "kernels/cpu/isa/gemm_body.h"

void HANSE__HERE(gemm)(const struct hanse__cpu_job *job)
{
    if (job->trial->key.precision == HANSE_FP64) {
        HANSE__HERE(gemm_fp64)(job);
    } else {
        HANSE__HERE(gemm_fp32)(job);
    }
}
