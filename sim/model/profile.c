#include "sim/model/profile.h"

struct hanse_profile hanse_profile_derive(const struct hanse_accelerator *accelerator)
{
    return (struct hanse_profile){
        .origin = HANSE_PROFILE_DERIVED,
        .compute_flop_per_s = accelerator->peak_tflops * 1e12 * accelerator->compute_efficiency,
        .memory_byte_per_s = accelerator->bandwidth_gbps * 1e9 * accelerator->memory_efficiency,
        .capacity_bytes = accelerator->memory_gib * 1073741824.0,
    };
}
