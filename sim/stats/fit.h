/*
 * Laws from samples: maximum likelihood, and how good it is.
 *
 *     exponential, lognormal   in closed form
 *     gamma, weibull           one equation for the shape, solved by halving:
 *                              ln a - psi(a) = ln mean - mean ln
 *                              sum x^k ln x / sum x^k - 1/k = mean ln x
 *     hyperexponential, hypergamma, loghypergamma
 *                              expectation-maximisation (Dempster, Laird and Rubin, JRSS B 39,
 *                              1977) from several starts; the likelihood never falls. Beyond
 *                              HANSE_FIT_MOST values it works on every k-th order statistic,
 *                              and the likelihood is then that of all.
 *
 * Candidates are ranked by Akaike's criterion, AIC = 2 parameters - 2 ln L (IEEE TAC 19, 1974).
 * Kolmogorov's distance says how far the law is from the sample at worst. Its textbook p-value
 * is too large when parameters were fitted to the same sample (Lilliefors, JASA 62, 1967); it
 * is reported as a bound, and a parametric bootstrap gives the true one: draw samples of the
 * same size from the fitted law, fit each again, and see how often its distance is larger.
 */
#ifndef HANSE_SIM_STATS_FIT_H
#define HANSE_SIM_STATS_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/stats/variate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_FIT_MOST = 20000, HANSE_FITS = 7 };

struct hanse_fit {
    struct hanse_variate law;
    double log_likelihood; /* of the whole sample */
    double aic;
    double distance; /* Kolmogorov's, sample to law */
    double p_bound;  /* its p-value, were the law not fitted: the true one is smaller */
};

/* The law of that kind that makes n >= 2 rising values > 0 most likely. HANSE_ERR_DOMAIN for
 * values out of order or range, too few, all equal, and for kinds that are not fitted
 * (constant, empirical). loghypergamma wants values > 1; its top is the largest value, its
 * scale 1. */
HANSE_API enum hanse_status hanse_fit_law(struct hanse_context *ctx,
                                          enum hanse_variate_kind kind, const double *sorted,
                                          size_t n, struct hanse_fit *fit);

/* All kinds that can be fitted, the best (least AIC) first. */
HANSE_API enum hanse_status hanse_fit_all(struct hanse_context *ctx, const double *sorted,
                                          size_t n, struct hanse_fit fits[HANSE_FITS],
                                          size_t *n_fits);

/* P(distance at least the fit's) by `samples` bootstrap samples of n values, seeded: (1 + those
 * larger) / (1 + samples). */
HANSE_API enum hanse_status hanse_fit_p(struct hanse_context *ctx, const struct hanse_fit *fit,
                                        size_t n, uint32_t samples, uint64_t seed, double *p);

#ifdef __cplusplus
}
#endif
#endif
