/*
 * Intervals: what a handful of replications says about the truth, and how surely.
 *
 * Replications are independent, so the textbook intervals hold: Student's t for a mean and for
 * a paired difference under common random numbers, Wilson's score for a proportion. They are
 * two-sided; `confidence` is 0.95 wherever hanse prints one.
 *
 * Nothing is dropped in silence. A NaN observation makes every figure of the answer NaN and is
 * counted in n_nan, so a table shows a hole where a replication gave no number. Fewer than two
 * observations give a mean without an interval (NaN).
 *
 * The functions allocate nothing, keep nothing, and may be called by any thread.
 */
#ifndef HANSE_SIM_STATS_INTERVAL_H
#define HANSE_SIM_STATS_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_interval {
    uint64_t n;        /* observations given, NaN ones included */
    uint64_t n_nan;    /* of them NaN */
    double mean;       /* the estimate */
    double sd;         /* sample standard deviation, divisor n - 1; NaN where n < 2 */
    double half_width; /* (high - low) / 2, where no end is cut */
    double low, high;
};

/* The mean of n independent observations: mean -+ t(n - 1) sd / sqrt(n). A confidence outside
 * (0, 1) gives a NaN interval. `values` may be NULL when n is 0. */
HANSE_API struct hanse_interval hanse_interval_mean(const double *values, size_t n,
                                                    double confidence);

/* An interval of something that can't leave [floor, ceiling], as a share can't leave [0, 1]:
 * its ends are cut there. What is cut off can't be true, so it covers just as often. half_width
 * stays what it was. A NaN end stays NaN. */
HANSE_API struct hanse_interval hanse_interval_within(struct hanse_interval interval,
                                                      double floor, double ceiling);

/* The same from what a tally kept. */
HANSE_API struct hanse_interval hanse_interval_of(uint64_t n, double mean, double sd,
                                                  double confidence);

/* The mean of after[i] - before[i], replication by replication: common random numbers cancel,
 * so it is narrower than the two means' intervals suggest. sd is that of the differences. */
HANSE_API struct hanse_interval hanse_interval_paired(const double *after, const double *before,
                                                      size_t n, double confidence);

/* A probability after `successes` in n trials: Wilson's score interval, always inside [0, 1]
 * (Wilson, JASA 22, 1927). It is not symmetric about the estimate successes / n; half_width is
 * half its length, sd is sqrt(p (1 - p)). NaN when n is 0 or successes > n. */
HANSE_API struct hanse_interval hanse_interval_proportion(uint64_t successes, uint64_t n,
                                                          double confidence);

#ifdef __cplusplus
}
#endif
#endif
