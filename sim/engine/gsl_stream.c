#include "sim/engine/gsl_stream.h"

static void set(void *state, unsigned long seed)
{
    hanse_stream_init(state, seed, 0, 0, "gsl");
}

static unsigned long get(void *state)
{
    return hanse_stream_bits(state);
}

static double get_double(void *state)
{
    return hanse_stream_uniform(state);
}

const gsl_rng_type hanse__gsl_stream_type = {
    .name = "hanse_stream",
    .max = 0xffffffffu,
    .min = 0,
    .size = sizeof(struct hanse_stream),
    .set = set,
    .get = get,
    .get_double = get_double,
};
