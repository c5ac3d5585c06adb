/*
 * A tally: count, mean, spread and extremes of observations that nobody needs to keep.
 *
 * Welford's update (Technometrics 4, 1962) carries the mean and the sum of squared deviations,
 * so a spread of one about a billion keeps its digits. Two tallies merge exactly as if one had
 * seen all, to rounding (Chan, Golub and LeVeque, 1979); results stay the same bytes as long as
 * merges follow the order of replications.
 *
 * A tally is plain data: all zero bytes is an empty one, and it may live in an arena and be
 * copied. A NaN observation makes mean, spread and extremes NaN and is counted.
 */
#ifndef HANSE_SIM_STATS_TALLY_H
#define HANSE_SIM_STATS_TALLY_H

#include <stdint.h>

#include "sim/stats/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_tally {
    uint64_t n;     /* observations, NaN ones included */
    uint64_t n_nan; /* of them NaN */
    double mean;
    double squares;  /* sum of (x - mean)^2 */
    double min, max; /* 0 while n is 0 */
};

static inline void hanse_tally_add(struct hanse_tally *tally, double value)
{
    tally->n++;
    double step = value - tally->mean;
    tally->mean += step / (double)tally->n;
    tally->squares += step * (value - tally->mean);
    tally->n_nan += value != value;
    /* A NaN goes in and, comparing false with everything, stays in. */
    if (tally->n == 1 || value < tally->min || value != value) {
        tally->min = value;
    }
    if (tally->n == 1 || value > tally->max || value != value) {
        tally->max = value;
    }
}

/* Adds what `other` saw after what `tally` saw. */
HANSE_API void hanse_tally_merge(struct hanse_tally *tally, const struct hanse_tally *other);

/* Sample standard deviation, divisor n - 1; NaN where n < 2. */
HANSE_API double hanse_tally_sd(const struct hanse_tally *tally);

/* Student's interval; right for independent observations only. See batch.h for others. */
HANSE_API struct hanse_interval hanse_tally_interval(const struct hanse_tally *tally,
                                                     double confidence);

#ifdef __cplusplus
}
#endif
#endif
