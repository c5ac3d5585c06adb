#include "sim/stats/variate.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_hyperg.h>

/* --- what a kind is ----------------------------------------------------------------------- */

/* The range of a parameter. */
enum range { ANY, POSITIVE, SHARE, ABOVE_ONE };

struct kind {
    const char *name;
    uint32_t n;
    const char *params[HANSE_VARIATE_PARAMS];
    enum range ranges[HANSE_VARIATE_PARAMS];
    double (*moment)(const struct hanse_variate *law, double power);
    double (*at_most)(const struct hanse_variate *law, double x);
    double (*log_density)(const struct hanse_variate *law, double x);
    double (*draw)(const struct hanse_variate *law, struct hanse_stream *stream);
};

static double no_density(const struct hanse_variate *law, double x)
{
    (void)law;
    (void)x;
    return NAN;
}

/* ln of the sum of share exp(a) and (1 - share) exp(b). */
static double log_mixed(double share, double a, double b)
{
    double first = log(share) + a, second = log1p(-share) + b;
    double top = fmax(first, second);
    return isfinite(top) ? top + log(exp(first - top) + exp(second - top)) : top;
}

/* --- constant, exponential, gamma, weibull, lognormal ------------------------------------- */

static double constant_moment(const struct hanse_variate *law, double power)
{
    return pow(law->p[0], power);
}

static double constant_at_most(const struct hanse_variate *law, double x)
{
    return x >= law->p[0] ? 1.0 : 0.0;
}

static double constant_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    (void)stream;
    return law->p[0];
}

static double exponential_moment(const struct hanse_variate *law, double power)
{
    return pow(law->p[0], power) * gsl_sf_gamma(1.0 + power);
}

static double exponential_at_most(const struct hanse_variate *law, double x)
{
    return -expm1(-x / law->p[0]);
}

static double exponential_log_density(const struct hanse_variate *law, double x)
{
    return -x / law->p[0] - log(law->p[0]);
}

static double exponential_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    return law->p[0] * hanse_stream_exponential(stream);
}

static double gamma_log_density(double shape, double scale, double x)
{
    return (shape - 1.0) * log(x / scale) - x / scale - gsl_sf_lngamma(shape) - log(scale);
}

static double gamma_moment(const struct hanse_variate *law, double power)
{
    return pow(law->p[1], power) *
           exp(gsl_sf_lngamma(law->p[0] + power) - gsl_sf_lngamma(law->p[0]));
}

static double gamma_at_most(const struct hanse_variate *law, double x)
{
    return gsl_cdf_gamma_P(x, law->p[0], law->p[1]);
}

static double gamma_density(const struct hanse_variate *law, double x)
{
    return gamma_log_density(law->p[0], law->p[1], x);
}

static double gamma_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    return hanse_stream_gamma(stream, law->p[0], law->p[1]);
}

static double weibull_moment(const struct hanse_variate *law, double power)
{
    return pow(law->p[1], power) * exp(gsl_sf_lngamma(1.0 + power / law->p[0]));
}

static double weibull_at_most(const struct hanse_variate *law, double x)
{
    return -expm1(-pow(x / law->p[1], law->p[0]));
}

static double weibull_log_density(const struct hanse_variate *law, double x)
{
    double shape = law->p[0], scale = law->p[1];
    return log(shape / scale) + (shape - 1.0) * log(x / scale) - pow(x / scale, shape);
}

static double weibull_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    return hanse_stream_weibull(stream, law->p[0], law->p[1]);
}

static double lognormal_moment(const struct hanse_variate *law, double power)
{
    return exp(power * law->p[0] + 0.5 * power * power * law->p[1] * law->p[1]);
}

static double lognormal_at_most(const struct hanse_variate *law, double x)
{
    return 0.5 * erfc(-(log(x) - law->p[0]) / (law->p[1] * M_SQRT2));
}

static double lognormal_log_density(const struct hanse_variate *law, double x)
{
    double z = (log(x) - law->p[0]) / law->p[1];
    return -0.5 * z * z - log(x * law->p[1]) - 0.5 * log(2.0 * M_PI);
}

static double lognormal_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    return hanse_stream_lognormal(stream, law->p[0], law->p[1]);
}

/* --- mixtures ----------------------------------------------------------------------------- */

static struct hanse_variate exponential_part(const struct hanse_variate *law, int i)
{
    return (struct hanse_variate){.kind = HANSE_VARIATE_EXPONENTIAL, .p = {law->p[1 + i]}};
}

static struct hanse_variate gamma_part(const struct hanse_variate *law, int i)
{
    return (struct hanse_variate){.kind = HANSE_VARIATE_GAMMA,
                                  .p = {law->p[1 + 2 * i], law->p[2 + 2 * i]}};
}

static double mixed(const struct hanse_variate *law, double first, double second)
{
    return law->p[0] * first + (1.0 - law->p[0]) * second;
}

static double hyperexponential_moment(const struct hanse_variate *law, double power)
{
    struct hanse_variate a = exponential_part(law, 0), b = exponential_part(law, 1);
    return mixed(law, exponential_moment(&a, power), exponential_moment(&b, power));
}

static double hyperexponential_at_most(const struct hanse_variate *law, double x)
{
    struct hanse_variate a = exponential_part(law, 0), b = exponential_part(law, 1);
    return mixed(law, exponential_at_most(&a, x), exponential_at_most(&b, x));
}

static double hyperexponential_log_density(const struct hanse_variate *law, double x)
{
    struct hanse_variate a = exponential_part(law, 0), b = exponential_part(law, 1);
    return log_mixed(law->p[0], exponential_log_density(&a, x), exponential_log_density(&b, x));
}

static double hyperexponential_draw(const struct hanse_variate *law,
                                    struct hanse_stream *stream)
{
    double mean = hanse_stream_uniform(stream) < law->p[0] ? law->p[1] : law->p[2];
    return mean * hanse_stream_exponential(stream);
}

static double hypergamma_moment(const struct hanse_variate *law, double power)
{
    struct hanse_variate a = gamma_part(law, 0), b = gamma_part(law, 1);
    return mixed(law, gamma_moment(&a, power), gamma_moment(&b, power));
}

static double hypergamma_at_most(const struct hanse_variate *law, double x)
{
    struct hanse_variate a = gamma_part(law, 0), b = gamma_part(law, 1);
    return mixed(law, gamma_at_most(&a, x), gamma_at_most(&b, x));
}

static double hypergamma_log_density(const struct hanse_variate *law, double x)
{
    struct hanse_variate a = gamma_part(law, 0), b = gamma_part(law, 1);
    return log_mixed(law->p[0], gamma_density(&a, x), gamma_density(&b, x));
}

static double hypergamma_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    int i = hanse_stream_uniform(stream) < law->p[0] ? 0 : 2;
    return hanse_stream_gamma(stream, law->p[1 + i], law->p[2 + i]);
}

/* E[exp(t G); G <= top] for a gamma G. With t scale >= 1 the integrand grows, and the
 * incomplete gamma function of a negative argument is Kummer's:
 *     g(a, x) = x^a / a 1F1(a; a + 1; -x)                       (Abramowitz, Stegun 6.5.12). */
static double truncated_exponential_moment(double shape, double scale, double t, double top)
{
    double left = 1.0 - t * scale;
    if (left > 0.0) {
        return pow(left, -shape) * gsl_cdf_gamma_P(top * left / scale, shape, 1.0);
    }
    return exp(shape * log(top / scale) - gsl_sf_lngamma(shape + 1.0)) *
           gsl_sf_hyperg_1F1(shape, shape + 1.0, -top * left / scale);
}

static double log_top(const struct hanse_variate *law)
{
    return log(law->p[5]);
}

static double loghypergamma_moment(const struct hanse_variate *law, double power)
{
    double top = log_top(law);
    double kept = hypergamma_at_most(law, top);
    double sum = mixed(law, truncated_exponential_moment(law->p[1], law->p[2], power, top),
                       truncated_exponential_moment(law->p[3], law->p[4], power, top));
    return pow(law->p[6], power) * sum / kept;
}

static double loghypergamma_at_most(const struct hanse_variate *law, double x)
{
    double y = x / law->p[6];
    if (y <= 1.0) {
        return 0.0;
    }
    double top = log_top(law);
    return hypergamma_at_most(law, fmin(log(y), top)) / hypergamma_at_most(law, top);
}

static double loghypergamma_log_density(const struct hanse_variate *law, double x)
{
    double y = x / law->p[6];
    if (y <= 1.0 || y > law->p[5]) {
        return -INFINITY;
    }
    return hypergamma_log_density(law, log(y)) - log(x) -
           log(hypergamma_at_most(law, log_top(law)));
}

static double loghypergamma_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    double top = log_top(law), drawn;
    do {
        drawn = hypergamma_draw(law, stream);
    } while (drawn > top);
    return law->p[6] * exp(drawn);
}

/* --- empirical ---------------------------------------------------------------------------- */

static double empirical_moment(const struct hanse_variate *law, double power)
{
    double sum = 0.0;
    for (uint64_t i = 0; i < law->n; i++) {
        sum += pow(law->values[i], power);
    }
    return sum / (double)law->n;
}

static double empirical_at_most(const struct hanse_variate *law, double x)
{
    uint64_t low = 0, high = law->n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (law->values[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (double)low / (double)law->n;
}

static double empirical_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    uint64_t i = (uint64_t)(hanse_stream_uniform(stream) * (double)law->n);
    return law->values[i < law->n ? i : law->n - 1];
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct kind KINDS[HANSE_N_VARIATES] = {
    [HANSE_VARIATE_CONSTANT] = {"constant",
                                1,
                                {"value"},
                                {POSITIVE},
                                constant_moment,
                                constant_at_most,
                                no_density,
                                constant_draw},
    [HANSE_VARIATE_EXPONENTIAL] = {"exponential",
                                   1,
                                   {"mean"},
                                   {POSITIVE},
                                   exponential_moment,
                                   exponential_at_most,
                                   exponential_log_density,
                                   exponential_draw},
    [HANSE_VARIATE_GAMMA] = {"gamma",
                             2,
                             {"shape", "scale"},
                             {POSITIVE, POSITIVE},
                             gamma_moment,
                             gamma_at_most,
                             gamma_density,
                             gamma_draw},
    [HANSE_VARIATE_WEIBULL] = {"weibull",
                               2,
                               {"shape", "scale"},
                               {POSITIVE, POSITIVE},
                               weibull_moment,
                               weibull_at_most,
                               weibull_log_density,
                               weibull_draw},
    [HANSE_VARIATE_LOGNORMAL] = {"lognormal",
                                 2,
                                 {"mu", "sigma"},
                                 {ANY, POSITIVE},
                                 lognormal_moment,
                                 lognormal_at_most,
                                 lognormal_log_density,
                                 lognormal_draw},
    [HANSE_VARIATE_HYPEREXPONENTIAL] = {"hyperexponential",
                                        3,
                                        {"share", "mean1", "mean2"},
                                        {SHARE, POSITIVE, POSITIVE},
                                        hyperexponential_moment,
                                        hyperexponential_at_most,
                                        hyperexponential_log_density,
                                        hyperexponential_draw},
    [HANSE_VARIATE_HYPERGAMMA] = {"hypergamma",
                                  5,
                                  {"share", "a1", "b1", "a2", "b2"},
                                  {SHARE, POSITIVE, POSITIVE, POSITIVE, POSITIVE},
                                  hypergamma_moment,
                                  hypergamma_at_most,
                                  hypergamma_log_density,
                                  hypergamma_draw},
    [HANSE_VARIATE_LOGHYPERGAMMA] = {"loghypergamma",
                                     7,
                                     {"share", "a1", "b1", "a2", "b2", "top", "scale"},
                                     {SHARE, POSITIVE, POSITIVE, POSITIVE, POSITIVE, ABOVE_ONE,
                                      POSITIVE},
                                     loghypergamma_moment,
                                     loghypergamma_at_most,
                                     loghypergamma_log_density,
                                     loghypergamma_draw},
    [HANSE_VARIATE_EMPIRICAL] = {"empirical",
                                 0,
                                 {NULL},
                                 {ANY},
                                 empirical_moment,
                                 empirical_at_most,
                                 no_density,
                                 empirical_draw},
};

const char *hanse_variate_name(enum hanse_variate_kind kind)
{
    return KINDS[kind].name;
}

uint32_t hanse_variate_n_params(enum hanse_variate_kind kind)
{
    return KINDS[kind].n;
}

const char *hanse_variate_param(enum hanse_variate_kind kind, uint32_t i)
{
    return i < KINDS[kind].n ? KINDS[kind].params[i] : NULL;
}

static const char *broken_rule(enum range range, double value)
{
    if (!isfinite(value)) {
        return "must be finite";
    }
    switch (range) {
    case POSITIVE:
        return value > 0.0 ? NULL : "must be > 0";
    case SHARE:
        return value >= 0.0 && value <= 1.0 ? NULL : "must be in [0, 1]";
    case ABOVE_ONE:
        return value > 1.0 ? NULL : "must be > 1";
    default:
        return NULL;
    }
}

static enum hanse_status check_values(struct hanse_context *ctx,
                                      const struct hanse_variate *law)
{
    if (law->n == 0 || law->values == NULL) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "empirical: must have at least one value");
    }
    for (uint64_t i = 0; i < law->n; i++) {
        double least = i > 0 ? law->values[i - 1] : 0.0;
        if (!(law->values[i] >= least) || !isfinite(law->values[i])) {
            return hanse__fail(
                ctx, HANSE_ERR_DOMAIN,
                "empirical: values must be finite, >= 0 and rising, got %g after "
                "%g",
                law->values[i], least);
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_variate_check(struct hanse_context *ctx,
                                      const struct hanse_variate *law)
{
    if ((unsigned)law->kind >= HANSE_N_VARIATES) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "law: no kind %d", (int)law->kind);
    }
    const struct kind *kind = &KINDS[law->kind];
    for (uint32_t i = 0; i < kind->n; i++) {
        const char *rule = broken_rule(kind->ranges[i], law->p[i]);
        if (rule) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s %s, got %g", kind->name,
                               kind->params[i], rule, law->p[i]);
        }
    }
    return law->kind == HANSE_VARIATE_EMPIRICAL ? check_values(ctx, law) : HANSE_OK;
}

/* --- figures ------------------------------------------------------------------------------ */

double hanse_variate_mean(const struct hanse_variate *law)
{
    return KINDS[law->kind].moment(law, 1.0);
}

double hanse_variate_second_moment(const struct hanse_variate *law)
{
    return KINDS[law->kind].moment(law, 2.0);
}

double hanse_variate_scv(const struct hanse_variate *law)
{
    double mean = hanse_variate_mean(law);
    return fmax(0.0, hanse_variate_second_moment(law) / (mean * mean) - 1.0);
}

double hanse_variate_at_most(const struct hanse_variate *law, double x)
{
    return x > 0.0 || law->kind == HANSE_VARIATE_EMPIRICAL ? KINDS[law->kind].at_most(law, x)
                                                           : 0.0;
}

double hanse_variate_log_density(const struct hanse_variate *law, double x)
{
    return x > 0.0 ? KINDS[law->kind].log_density(law, x) : NAN;
}

double hanse_variate_draw(const struct hanse_variate *law, struct hanse_stream *stream)
{
    return KINDS[law->kind].draw(law, stream);
}

/* Halving on a scale of logarithms: right for every law, quick enough for tables and plots. */
double hanse_variate_quantile(const struct hanse_variate *law, double p)
{
    if (!(p > 0.0 && p < 1.0)) {
        return NAN;
    }
    if (law->kind == HANSE_VARIATE_EMPIRICAL) {
        uint64_t rank = (uint64_t)ceil(p * (double)law->n);
        return law->values[rank > 0 ? rank - 1 : 0];
    }
    double low = log(DBL_MIN), high = log(DBL_MAX);
    while (high - low > 1e-13 * fmax(1.0, fabs(high))) {
        double middle = 0.5 * (low + high);
        if (hanse_variate_at_most(law, exp(middle)) >= p) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return exp(high);
}
