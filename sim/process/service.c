#include "sim/process/service.h"

#include <math.h>

struct hanse_service hanse_service_law(const struct hanse_profile *profile,
                                       const struct hanse_model *model, double prompt_tokens,
                                       double output_tokens)
{
    double active =
        model->active_parameters > 0.0 ? model->active_parameters : model->parameters;
    double weights = model->parameters * model->bytes_per_parameter;
    double active_weights = active * model->bytes_per_parameter;
    double usable = HANSE_USABLE_MEMORY * profile->capacity_bytes;
    double context = prompt_tokens + 0.5 * output_tokens;
    double cache = model->kv_bytes_per_token * context;

    /* Room for at least one request's cache beside the weights. */
    double devices = ceil((weights + cache) / usable);
    double fitting = cache > 0.0 ? floor((devices * usable - weights) / cache) : model->batch;
    double batch = fmax(1.0, fmin(model->batch, fitting));

    double read = fmin(weights, active_weights * batch) + batch * cache;
    double by_memory = read / profile->memory_byte_per_s;
    double by_compute = 2.0 * active * batch / profile->compute_flop_per_s;
    return (struct hanse_service){
        .prefill_s_per_token = 2.0 * active / profile->compute_flop_per_s,
        .decode_s_per_token = fmax(by_memory, by_compute) / batch,
        .batch = batch,
        .devices = (int)devices,
        .cache_tokens = fmax(0.0, (devices * usable - weights) / model->kv_bytes_per_token),
    };
}
