/*
 * How far a sample lies from a law, or from another sample: Kolmogorov's distance.
 *
 *     D = sup over x of |F_n(x) - F(x)|,   of two samples |F_n(x) - G_m(x)|.
 *
 * Under the law, sqrt(n) D has nearly Kolmogorov's distribution, P(K > k) = 2 sum (-1)^(j-1)
 * exp(-2 j^2 k^2), with n for one sample and n m / (n + m) for two; Stephens' correction
 * k = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) D makes it good from n = 5 on (JRSS B 32, 1970). That
 * probability is right where the law was fixed beforehand and has no jumps. Where its
 * parameters were fitted to the same sample it is far too large: see fit.h for what to do.
 */
#ifndef HANSE_SIM_STATS_DISTANCE_H
#define HANSE_SIM_STATS_DISTANCE_H

#include <stddef.h>

#include "sim/stats/variate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* D of n rising values and the law; NaN when n is 0. Exact for laws with jumps too. */
HANSE_API double hanse_distance_to_law(const double *sorted, size_t n,
                                       const struct hanse_variate *law);

/* D of two samples, each rising; NaN when one is empty. */
HANSE_API double hanse_distance_between(const double *a, size_t n, const double *b, size_t m);

/* P(D >= distance) with n observations (n m / (n + m) for two samples); see above. */
HANSE_API double hanse_distance_p(double distance, double n);

#ifdef __cplusplus
}
#endif
#endif
