/*
 * A device profile: what a device really does, as far as we know it.
 *
 * Until a device is measured its profile is derived from the datasheet with a stated
 * efficiency distribution (the accelerator's compute_efficiency and memory_efficiency, drawn
 * per replication when uncertain). The service law (process/service.h) asks nothing else, so
 * a measured profile can take the derived one's place.
 */
#ifndef HANSE_SIM_MODEL_PROFILE_H
#define HANSE_SIM_MODEL_PROFILE_H

#include "sim/model/nouns.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_profile_origin {
    HANSE_PROFILE_MEASURED,
    HANSE_PROFILE_PUBLISHED,
    HANSE_PROFILE_DERIVED,
};

struct hanse_profile {
    enum hanse_profile_origin origin;
    double compute_flop_per_s; /* achieved in prefill */
    double memory_byte_per_s;  /* achieved in decode */
    double capacity_bytes;     /* device memory */
};

/* The derived profile of an accelerator: datasheet peak × efficiency. */
HANSE_API struct hanse_profile
hanse_profile_derive(const struct hanse_accelerator *accelerator);

#ifdef __cplusplus
}
#endif
#endif
