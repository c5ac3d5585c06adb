/* What the files of fitting share. Internal. */
#ifndef HANSE_SIM_STATS_FIT_INSIDE_H
#define HANSE_SIM_STATS_FIT_INSIDE_H

#include "sim/stats/fit.h"

/* The a with ln a - psi(a) = gap > 0. */
double hanse__fit_gamma_shape(double gap);

/* Expectation-maximisation for the kind in law. */
enum hanse_status hanse__fit_mixture(struct hanse_context *ctx, const double *sorted, size_t n,
                                     struct hanse_variate *law);

#endif
