/*
 * A stream as GSL sees one: for the distributions too rare to have code of our own.
 *
 * Internal, since GSL's types may not show in a public header. The generator borrows the
 * stream: what GSL draws advances it, and it holds nothing to free.
 *
 *     gsl_rng rng = hanse__gsl_stream(&stream);
 *     unsigned n = gsl_ran_poisson(&rng, mean);
 *
 * gsl_rng_clone, _memcpy and _set work, since a stream is plain data; gsl_rng_free must not be
 * called on it.
 */
#ifndef HANSE_SIM_ENGINE_GSL_STREAM_H
#define HANSE_SIM_ENGINE_GSL_STREAM_H

#include <gsl/gsl_rng.h>

#include "sim/engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const gsl_rng_type hanse__gsl_stream_type;

static inline gsl_rng hanse__gsl_stream(struct hanse_stream *stream)
{
    gsl_rng rng = {&hanse__gsl_stream_type, stream};
    return rng;
}

#ifdef __cplusplus
}
#endif
#endif
