#include "sim/stats/fit.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>

#include "sim/stats/distance.h"
#include "sim/stats/fit_inside.h"

/* --- one law ------------------------------------------------------------------------------ */

static enum hanse_status check(struct hanse_context *ctx, const double *sorted, size_t n)
{
    if (n < 2) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "fit: must have at least 2 values, got %zu",
                           n);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(sorted[i] > 0.0) || !isfinite(sorted[i]) ||
            (i > 0 && sorted[i] < sorted[i - 1])) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "fit: values must be > 0, finite and rising, got %g", sorted[i]);
        }
    }
    if (sorted[0] == sorted[n - 1]) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "fit: values must differ, got %g in all places", sorted[0]);
    }
    return HANSE_OK;
}

/* The root of ln a - psi(a) = gap > 0; the left side falls. */
double hanse__fit_gamma_shape(double gap)
{
    double low = -20.0, high = 20.0; /* of ln a */
    for (int i = 0; i < 80; i++) {
        double middle = 0.5 * (low + high), a = exp(middle);
        if (middle - gsl_sf_psi(a) > gap) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return exp(0.5 * (low + high));
}

static void fit_gamma(struct hanse_variate *law, double mean, double mean_log)
{
    law->p[0] = hanse__fit_gamma_shape(log(mean) - mean_log);
    law->p[1] = mean / law->p[0];
}

static void fit_lognormal(struct hanse_variate *law, const double *x, size_t n, double mean_log)
{
    double square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double off = log(x[i]) - mean_log;
        square += off * off;
    }
    law->p[0] = mean_log;
    law->p[1] = sqrt(square / (double)n);
}

/* Powers of x over its largest, so that nothing overflows. */
static void fit_weibull(struct hanse_variate *law, const double *x, size_t n, double mean_log)
{
    double low = log(1e-3), high = log(1e3), top = x[n - 1], powers = 0.0;
    for (int step = 0; step < 60; step++) {
        double k = exp(0.5 * (low + high)), logs = 0.0;
        powers = 0.0;
        for (size_t i = 0; i < n; i++) {
            double power = pow(x[i] / top, k);
            powers += power;
            logs += power * log(x[i]);
        }
        if (logs / powers - 1.0 / k < mean_log) {
            low = 0.5 * (low + high);
        } else {
            high = 0.5 * (low + high);
        }
    }
    law->p[0] = exp(0.5 * (low + high));
    law->p[1] = top * pow(powers / (double)n, 1.0 / law->p[0]);
}

static void judge(struct hanse_fit *fit, const double *sorted, size_t n)
{
    fit->log_likelihood = 0.0;
    for (size_t i = 0; i < n; i++) {
        fit->log_likelihood += hanse_variate_log_density(&fit->law, sorted[i]);
    }
    /* top and scale of the loghypergamma are not fitted */
    uint32_t params = hanse_variate_n_params(fit->law.kind);
    params -= fit->law.kind == HANSE_VARIATE_LOGHYPERGAMMA ? 2 : 0;
    fit->aic = 2.0 * params - 2.0 * fit->log_likelihood;
    fit->distance = hanse_distance_to_law(sorted, n, &fit->law);
    fit->p_bound = hanse_distance_p(fit->distance, (double)n);
}

enum hanse_status hanse_fit_law(struct hanse_context *ctx, enum hanse_variate_kind kind,
                                const double *sorted, size_t n, struct hanse_fit *fit)
{
    double mean = 0.0, mean_log = 0.0;
    HANSE_TRY(check(ctx, sorted, n));
    *fit = (struct hanse_fit){.law = {.kind = kind}};
    for (size_t i = 0; i < n; i++) {
        mean += sorted[i] / (double)n;
        mean_log += log(sorted[i]) / (double)n;
    }
    switch (kind) {
    case HANSE_VARIATE_EXPONENTIAL:
        fit->law.p[0] = mean;
        break;
    case HANSE_VARIATE_GAMMA:
        fit_gamma(&fit->law, mean, mean_log);
        break;
    case HANSE_VARIATE_WEIBULL:
        fit_weibull(&fit->law, sorted, n, mean_log);
        break;
    case HANSE_VARIATE_LOGNORMAL:
        fit_lognormal(&fit->law, sorted, n, mean_log);
        break;
    case HANSE_VARIATE_HYPEREXPONENTIAL:
    case HANSE_VARIATE_HYPERGAMMA:
    case HANSE_VARIATE_LOGHYPERGAMMA:
        HANSE_TRY(hanse__fit_mixture(ctx, sorted, n, &fit->law));
        break;
    default:
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "fit: %s is not fitted",
                           hanse_variate_name(kind));
    }
    judge(fit, sorted, n);
    return HANSE_OK;
}

/* --- all of them -------------------------------------------------------------------------- */

static int by_aic(const void *a, const void *b)
{
    double x = ((const struct hanse_fit *)a)->aic, y = ((const struct hanse_fit *)b)->aic;
    return (x > y) - (x < y);
}

enum hanse_status hanse_fit_all(struct hanse_context *ctx, const double *sorted, size_t n,
                                struct hanse_fit fits[HANSE_FITS], size_t *n_fits)
{
    static const enum hanse_variate_kind kinds[HANSE_FITS] = {
        HANSE_VARIATE_EXPONENTIAL,      HANSE_VARIATE_GAMMA,
        HANSE_VARIATE_WEIBULL,          HANSE_VARIATE_LOGNORMAL,
        HANSE_VARIATE_HYPEREXPONENTIAL, HANSE_VARIATE_HYPERGAMMA,
        HANSE_VARIATE_LOGHYPERGAMMA};
    *n_fits = 0;
    for (size_t i = 0; i < HANSE_FITS; i++) {
        if (kinds[i] == HANSE_VARIATE_LOGHYPERGAMMA && n > 0 && !(sorted[0] > 1.0)) {
            continue;
        }
        HANSE_TRY(hanse_fit_law(ctx, kinds[i], sorted, n, &fits[*n_fits]));
        *n_fits += isfinite(fits[*n_fits].aic);
    }
    qsort(fits, *n_fits, sizeof *fits, by_aic);
    return HANSE_OK;
}

/* --- bootstrap ---------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum hanse_status hanse_fit_p(struct hanse_context *ctx, const struct hanse_fit *fit, size_t n,
                              uint32_t samples, uint64_t seed, double *p)
{
    uint32_t larger = 0;
    enum hanse_status status = HANSE_OK;
    double *values = hanse__alloc(ctx, n > 0 ? n : 1, sizeof *values);
    if (values == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t k = 0; k < samples && status == HANSE_OK; k++) {
        struct hanse_stream stream;
        struct hanse_fit again;
        hanse_stream_init(&stream, seed, k, hanse_entity("fit"), "bootstrap");
        for (size_t i = 0; i < n; i++) {
            values[i] = hanse_variate_draw(&fit->law, &stream);
        }
        qsort(values, n, sizeof *values, by_size);
        status = hanse_fit_law(ctx, fit->law.kind, values, n, &again);
        larger += status == HANSE_OK && again.distance >= fit->distance;
    }
    hanse__free(values);
    *p = (1.0 + larger) / (1.0 + samples);
    return status;
}
