#include "sim/stats/interval.h"

#include <math.h>

#include "sim/stats/distribution.h"

/* Observation i: a value, or a difference where `before` is given. */
static double observation(const double *values, const double *before, size_t i)
{
    return before ? values[i] - before[i] : values[i];
}

/* Two passes: the second also takes out what rounding left in the first's mean. */
static void moments(const double *values, const double *before, size_t n, double *mean,
                    double *sd)
{
    double sum = 0.0, rest = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += observation(values, before, i);
    }
    *mean = n > 0 ? sum / (double)n : NAN;
    for (size_t i = 0; i < n; i++) {
        double d = observation(values, before, i) - *mean;
        rest += d;
        squares += d * d;
    }
    double variance = (squares - rest * rest / (double)n) / ((double)n - 1.0);
    *sd = isnan(variance) ? NAN : sqrt(fmax(variance, 0.0)); /* fmax drops a NaN */
}

struct hanse_interval hanse_interval_of(uint64_t n, double mean, double sd, double confidence)
{
    /* Without a degree of freedom the factor is NaN, and so is all that follows. */
    double half = hanse_student_factor(confidence, (double)n - 1.0) * sd / sqrt((double)n);
    return (struct hanse_interval){n, 0, mean, sd, half, mean - half, mean + half};
}

struct hanse_interval hanse_interval_within(struct hanse_interval interval, double floor,
                                            double ceiling)
{
    interval.low = interval.low < floor ? floor : interval.low;
    interval.high = interval.high > ceiling ? ceiling : interval.high;
    return interval;
}

static struct hanse_interval interval(const double *values, const double *before, size_t n,
                                      double confidence)
{
    double mean, sd;
    uint64_t n_nan = 0;
    for (size_t i = 0; i < n; i++) {
        n_nan += isnan(observation(values, before, i)) ? 1 : 0;
    }
    moments(values, before, n, &mean, &sd);
    struct hanse_interval out = hanse_interval_of(n, mean, sd, confidence);
    out.n_nan = n_nan;
    return out;
}

struct hanse_interval hanse_interval_mean(const double *values, size_t n, double confidence)
{
    return interval(values, NULL, n, confidence);
}

struct hanse_interval hanse_interval_paired(const double *after, const double *before, size_t n,
                                            double confidence)
{
    return interval(after, before, n, confidence);
}

struct hanse_interval hanse_interval_proportion(uint64_t successes, uint64_t n,
                                                double confidence)
{
    struct hanse_interval out = {n, 0, NAN, NAN, NAN, NAN, NAN};
    if (n == 0 || successes > n) {
        return out;
    }
    double m = (double)n, p = (double)successes / m;
    double z = hanse_normal_quantile(0.5 + 0.5 * confidence), zz = z * z;
    double centre = (p + zz / (2.0 * m)) / (1.0 + zz / m);
    double half = z / (1.0 + zz / m) * sqrt(p * (1.0 - p) / m + zz / (4.0 * m * m));
    out.mean = p;
    out.sd = sqrt(p * (1.0 - p));
    out.half_width = half;
    /* At the ends the bound is exactly 0 or 1; rounding must not move it past. */
    out.low = successes == 0 && !isnan(half) ? 0.0 : centre - half;
    out.high = successes == n && !isnan(half) ? 1.0 : centre + half;
    return out;
}
