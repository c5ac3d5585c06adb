/*
 * Laws of a positive quantity: how long jobs run, how wide they are, how far apart they come.
 *
 * A law is plain data: its kind and up to seven parameters; an empirical law points at sorted
 * values that it may own (hanse_variate_parse) or borrow. As text it reads
 *
 *     lognormal/6.2/1.8                         by its parameters, in the order below
 *     lognormal/mean:3600/scv:4                 by mean and squared coefficient of variation
 *
 *     constant/value
 *     exponential/mean
 *     gamma/shape/scale                 mean shape scale, scv 1/shape
 *     weibull/shape/scale               P(X > x) = exp(-(x/scale)^shape)
 *     lognormal/mu/sigma                ln X is normal
 *     hyperexponential/share/mean1/mean2
 *                                       exponential of mean1 with chance share, else of mean2
 *     hypergamma/share/a1/b1/a2/b2      gamma(a1, b1) with chance share, else gamma(a2, b2)
 *     loghypergamma/share/a1/b1/a2/b2/top/scale
 *                                       X = scale Y, ln Y is hypergamma; Y > top is drawn again
 *     empirical/x/x/…                   the values, each as likely as the others
 *
 * Given moments alone, the hyper-exponential has balanced means, share x mean1 =
 * (1 - share) x mean2 (Whitt, Operations Research 30, 1982). The loghypergamma is the runtime
 * of Lublin and Feitelson, JPDC 63 (2003). Its moments are incomplete gamma functions:
 *     E[Y^t; Y <= top] = sum_i p_i (1 - t b_i)^(-a_i) P(a_i, ln(top) (1 - t b_i) / b_i).
 */
#ifndef HANSE_SIM_STATS_VARIATE_H
#define HANSE_SIM_STATS_VARIATE_H

#include <stdint.h>

#include "sim/base/context.h"
#include "sim/engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_variate_kind {
    HANSE_VARIATE_CONSTANT,
    HANSE_VARIATE_EXPONENTIAL,
    HANSE_VARIATE_GAMMA,
    HANSE_VARIATE_WEIBULL,
    HANSE_VARIATE_LOGNORMAL,
    HANSE_VARIATE_HYPEREXPONENTIAL,
    HANSE_VARIATE_HYPERGAMMA,
    HANSE_VARIATE_LOGHYPERGAMMA,
    HANSE_VARIATE_EMPIRICAL,
    HANSE_N_VARIATES,
};

enum { HANSE_VARIATE_PARAMS = 7, HANSE_VARIATE_TEXT = 256 };

struct hanse_variate {
    enum hanse_variate_kind kind;
    double p[HANSE_VARIATE_PARAMS];
    const double *values; /* empirical: n of them, rising */
    uint64_t n;
    double *owned; /* what hanse_variate_fini frees, or NULL */
};

/* "gamma"; never NULL. */
HANSE_API const char *hanse_variate_name(enum hanse_variate_kind kind);
/* How many parameters the kind has; 0 for the empirical one. */
HANSE_API uint32_t hanse_variate_n_params(enum hanse_variate_kind kind);
/* "shape"; NULL past the last. */
HANSE_API const char *hanse_variate_param(enum hanse_variate_kind kind, uint32_t i);

/* HANSE_ERR_DOMAIN, naming the parameter, unless all are in range. */
HANSE_API enum hanse_status hanse_variate_check(struct hanse_context *ctx,
                                                const struct hanse_variate *law);

/* The law of that kind with this mean > 0 and squared coefficient of variation. scv must be 0
 * for a constant, 1 for an exponential, >= 1 for a hyper-exponential, > 0 for gamma, weibull
 * (up to 1e4) and lognormal; the others are not made of two moments: HANSE_ERR_DOMAIN. */
HANSE_API enum hanse_status hanse_variate_of_moments(struct hanse_context *ctx,
                                                     enum hanse_variate_kind kind, double mean,
                                                     double scv, struct hanse_variate *law);

/* Reads the text form; hanse_variate_fini afterwards. HANSE_ERR_INPUT with "did you mean". */
HANSE_API enum hanse_status hanse_variate_parse(struct hanse_context *ctx, const char *text,
                                                struct hanse_variate *law);
HANSE_API void hanse_variate_fini(struct hanse_variate *law);

/* Writes the text form with all digits; an empirical law as its name and number of values. */
HANSE_API void hanse_variate_print(const struct hanse_variate *law,
                                   char text[HANSE_VARIATE_TEXT]);

/* E[X] and E[X^2]; infinite where the integral is. */
HANSE_API double hanse_variate_mean(const struct hanse_variate *law);
HANSE_API double hanse_variate_second_moment(const struct hanse_variate *law);
/* Var X / (E X)^2. */
HANSE_API double hanse_variate_scv(const struct hanse_variate *law);

/* P(X <= x). */
HANSE_API double hanse_variate_at_most(const struct hanse_variate *law, double x);
/* The least x with P(X <= x) >= p, 0 < p < 1, to 1e-12 of itself; NaN otherwise. */
HANSE_API double hanse_variate_quantile(const struct hanse_variate *law, double p);
/* ln of the density at x > 0; NaN for constant and empirical. */
HANSE_API double hanse_variate_log_density(const struct hanse_variate *law, double x);

HANSE_API double hanse_variate_draw(const struct hanse_variate *law,
                                    struct hanse_stream *stream);

/* Makes it the law of factor X, factor > 0. Borrowed values can't be scaled: there only
 * factor = 1 is right. */
HANSE_API enum hanse_status hanse_variate_scale(struct hanse_context *ctx,
                                                struct hanse_variate *law, double factor);

#ifdef __cplusplus
}
#endif
#endif
