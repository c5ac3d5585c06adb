/*
 * Distributions that intervals and stock formulas lean on.
 *
 * Binomial and Poisson probabilities follow Loader (2000): the mass is written as a Stirling
 * error times a deviance, so it keeps full relative accuracy for counts in the millions, where
 * differences of log-factorials lose nine digits. A distribution function sums masses over the
 * shorter tail, outwards from the bound, until a term no longer changes the sum; what is asked
 * for in a far tail is therefore accurate relative to itself, not to one.
 *
 * Every function here is pure. An argument outside its range gives NaN.
 */
#ifndef HANSE_SIM_STATS_DISTRIBUTION_H
#define HANSE_SIM_STATS_DISTRIBUTION_H

#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* P(X = k), P(X <= k) and P(X >= k) for X ~ Binomial(n, p), 0 <= p <= 1. k may be any integer;
 * outside 0..n the mass is 0. Loader, "Fast and accurate computation of binomial
 * probabilities", 2000. */
HANSE_API double hanse_binomial_mass(int64_t k, int64_t n, double p);
HANSE_API double hanse_binomial_at_most(int64_t k, int64_t n, double p);
HANSE_API double hanse_binomial_at_least(int64_t k, int64_t n, double p);

/* The same for X ~ Poisson(mean), mean >= 0 and finite. */
HANSE_API double hanse_poisson_mass(int64_t k, double mean);
HANSE_API double hanse_poisson_at_most(int64_t k, double mean);
HANSE_API double hanse_poisson_at_least(int64_t k, double mean);

/* z with P(Z <= z) = p for a standard normal Z, 0 < p < 1. */
HANSE_API double hanse_normal_quantile(double p);

/* P(Z <= z). */
HANSE_API double hanse_normal_at_most(double z);

/* The two-sided Student factor t: a variable with `freedom` >= 1 degrees of freedom lies in
 * [-t, t] with probability `confidence`, 0 < confidence < 1. */
HANSE_API double hanse_student_factor(double confidence, double freedom);

#ifdef __cplusplus
}
#endif
#endif
