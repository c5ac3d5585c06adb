/*
 * Sample quantiles and what they are worth.
 *
 * Bands and medians use the definition of Hyndman and Fan's type 7 (The American Statistician
 * 50, 1996), as R and NumPy do by default: with x(1) <= ... <= x(n) and h = (n - 1) p + 1,
 *     Q(p) = x(floor h) + (h - floor h) (x(floor h + 1) - x(floor h)).
 * So Q(0) is the least and Q(1) the largest observation.
 *
 * The confidence interval makes no assumption about the distribution: the count of
 * observations at or below the true quantile is Binomial(n, p), so two order statistics
 * enclose it with a probability that is known (David and Nagaraja, Order Statistics, 7.1).
 *
 * A NaN observation makes every answer NaN.
 */
#ifndef HANSE_SIM_STATS_QUANTILE_H
#define HANSE_SIM_STATS_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sorts n values in place, ascending, NaN last. Equal values can't be told apart, so the
 * result is the same everywhere. O(n log n), no memory. */
HANSE_API void hanse_sort(double *values, size_t n);

/* Q(p) of values already sorted by hanse_sort. NaN when n is 0, p is outside [0, 1] or a value
 * is NaN. */
HANSE_API double hanse_quantile_sorted(const double *sorted, size_t n, double p);

/* out[i] = Q(p[i]) of unsorted values, which are left as they are. HANSE_ERR_DOMAIN when n is
 * 0 or some p is outside [0, 1]; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_quantiles(struct hanse_context *ctx, const double *values,
                                            size_t n, const double *p, size_t n_p, double *out);

struct hanse_quantile_interval {
    double quantile;  /* Q(p), type 7 */
    double low, high; /* order statistics; -+infinity where n is too small to bound that side */
    double confidence; /* attained: P(low <= true quantile <= high), at least what was asked
                        * where both bounds are finite */
    uint64_t low_rank, high_rank; /* 1 .. n; 0 and n + 1 stand for the infinite ones */
};

/* The interval for the p-quantile (0 < p < 1) from n sorted values: each side is left out with
 * probability at most (1 - confidence) / 2, for a continuous distribution exactly as
 * attained, else at least. NaN throughout when n is 0, an argument is out of range or a value
 * is NaN. */
HANSE_API struct hanse_quantile_interval hanse_quantile_interval(const double *sorted, size_t n,
                                                                 double p, double confidence);

#ifdef __cplusplus
}
#endif
#endif
