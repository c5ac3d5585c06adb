#include "sim/stats/tally.h"

#include <math.h>

void hanse_tally_merge(struct hanse_tally *tally, const struct hanse_tally *other)
{
    if (other->n == 0) {
        return;
    }
    if (tally->n == 0) {
        *tally = *other;
        return;
    }
    double n = (double)tally->n, m = (double)other->n;
    double apart = other->mean - tally->mean;
    tally->mean += apart * (m / (n + m));
    tally->squares += other->squares + apart * apart * (n * m / (n + m));
    tally->n += other->n;
    tally->n_nan += other->n_nan;
    /* fmin and fmax would drop a NaN. */
    tally->min = tally->n_nan ? NAN : fmin(tally->min, other->min);
    tally->max = tally->n_nan ? NAN : fmax(tally->max, other->max);
}

double hanse_tally_sd(const struct hanse_tally *tally)
{
    return tally->n < 2 ? NAN : sqrt(tally->squares / (double)(tally->n - 1));
}

struct hanse_interval hanse_tally_interval(const struct hanse_tally *tally, double confidence)
{
    double mean = tally->n > 0 ? tally->mean : NAN;
    struct hanse_interval out =
        hanse_interval_of(tally->n, mean, hanse_tally_sd(tally), confidence);
    out.n_nan = tally->n_nan;
    return out;
}
