#include "sim/stats/distribution.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>

/* ln(k!) minus Stirling's formula ln(sqrt(2 pi k) k^k e^-k), for k >= 1. */
static double stirling_error(double k)
{
    return log(gsl_sf_gammastar(k));
}

/* k ln(k/mean) + mean - k without cancellation, for k, mean > 0. */
static double deviance(double k, double mean)
{
    double x = (mean - k) / k;
    if (fabs(x) > 0.5) { /* nothing cancels; the series' domain ends at -1 */
        return k * log(k / mean) + mean - k;
    }
    return -k * gsl_sf_log_1plusx_mx(x);
}

double hanse_poisson_mass(int64_t k, double mean)
{
    if (!(mean >= 0.0) || !isfinite(mean)) {
        return NAN;
    }
    if (k < 0) {
        return 0.0;
    }
    if (k == 0 || mean == 0.0) {
        return k == 0 ? exp(-mean) : 0.0;
    }
    double x = (double)k;
    return exp(-stirling_error(x) - deviance(x, mean)) / sqrt(2.0 * M_PI * x);
}

double hanse_binomial_mass(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    if (k < 0 || k > n) {
        return 0.0;
    }
    if (p == 0.0 || p == 1.0) {
        return k == (p == 0.0 ? 0 : n) ? 1.0 : 0.0;
    }
    double x = (double)k, m = (double)n, y = m - x;
    if (k == 0) {
        return exp(m * log1p(-p));
    }
    if (k == n) {
        return exp(m * log(p));
    }
    double exponent = stirling_error(m) - stirling_error(x) - stirling_error(y) -
                      deviance(x, m * p) - deviance(y, m * (1.0 - p));
    return exp(exponent) * sqrt(m / (2.0 * M_PI * x * y));
}

/* Adds the masses k, k + step, ... outwards from a first term; ratio(k) = mass(k + step) /
 * mass(k) falls below one and keeps falling, so the rest is below the last term kept. */
static double binomial_tail(int64_t k, int64_t n, double p, int step)
{
    double term = hanse_binomial_mass(k, n, p), sum = 0.0, odds = p / (1.0 - p);
    while (k >= 0 && k <= n && term > sum * 1e-18) {
        sum += term;
        double up = (double)(step > 0 ? n - k : k);
        double down = (double)(step > 0 ? k + 1 : n - k + 1);
        term *= up / down * (step > 0 ? odds : 1.0 / odds);
        k += step;
    }
    return sum;
}

double hanse_binomial_at_most(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    if (k < 0 || k >= n) {
        return k < 0 ? 0.0 : 1.0;
    }
    if (p == 0.0 || p == 1.0) {
        return p == 0.0 ? 1.0 : 0.0;
    }
    if ((double)k < (double)n * p) {
        return binomial_tail(k, n, p, -1);
    }
    return 1.0 - binomial_tail(k + 1, n, p, 1);
}

double hanse_binomial_at_least(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    if (k <= 0 || k > n) {
        return k <= 0 ? 1.0 : 0.0;
    }
    if (p == 0.0 || p == 1.0) {
        return p == 0.0 ? 0.0 : 1.0;
    }
    if ((double)k > (double)n * p) {
        return binomial_tail(k, n, p, 1);
    }
    return 1.0 - binomial_tail(k - 1, n, p, -1);
}

static double poisson_tail(int64_t k, double mean, int step)
{
    double term = hanse_poisson_mass(k, mean), sum = 0.0;
    while (k >= 0 && term > sum * 1e-18) {
        sum += term;
        term *= step > 0 ? mean / (double)(k + 1) : (double)k / mean;
        k += step;
    }
    return sum;
}

double hanse_poisson_at_most(int64_t k, double mean)
{
    if (!(mean >= 0.0) || !isfinite(mean)) {
        return NAN;
    }
    if (k < 0 || mean == 0.0) {
        return k < 0 ? 0.0 : 1.0;
    }
    if ((double)k < mean) {
        return poisson_tail(k, mean, -1);
    }
    return 1.0 - poisson_tail(k + 1, mean, 1);
}

double hanse_poisson_at_least(int64_t k, double mean)
{
    if (!(mean >= 0.0) || !isfinite(mean)) {
        return NAN;
    }
    if (k <= 0 || mean == 0.0) {
        return k <= 0 ? 1.0 : 0.0;
    }
    if ((double)k > mean) {
        return poisson_tail(k, mean, 1);
    }
    return 1.0 - poisson_tail(k - 1, mean, -1);
}

double hanse_normal_quantile(double p)
{
    return p > 0.0 && p < 1.0 ? gsl_cdf_ugaussian_Pinv(p) : NAN;
}

double hanse_normal_at_most(double z)
{
    return 0.5 * erfc(-z / M_SQRT2);
}

double hanse_student_factor(double confidence, double freedom)
{
    if (!(confidence > 0.0 && confidence < 1.0) || !(freedom >= 1.0)) {
        return NAN;
    }
    return gsl_cdf_tdist_Qinv(0.5 * (1.0 - confidence), freedom);
}
