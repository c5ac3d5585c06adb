/*
 * A histogram: counts in bins of equal width.
 *
 * Bin i covers [low + i w, low + (i + 1) w) with w = (high - low) / n_bins; what lies outside
 * is counted below or above, NaN apart. Counts only add, so merging gives the same bytes in any
 * order. Plain data of fixed size; may live in an arena and be copied.
 */
#ifndef HANSE_SIM_STATS_HISTOGRAM_H
#define HANSE_SIM_STATS_HISTOGRAM_H

#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_HISTOGRAM_BINS = 256 };

struct hanse_histogram {
    double low, high;
    uint32_t n_bins;
    uint64_t n; /* observations in all */
    uint64_t n_below, n_above, n_nan;
    uint64_t counts[HANSE_HISTOGRAM_BINS];
};

/* HANSE_ERR_DOMAIN unless low < high, both finite, and n_bins is in 1..HANSE_HISTOGRAM_BINS. */
HANSE_API enum hanse_status hanse_histogram_init(struct hanse_histogram *histogram,
                                                 struct hanse_context *ctx, double low,
                                                 double high, uint32_t n_bins);
HANSE_API void hanse_histogram_add(struct hanse_histogram *histogram, double value);

/* HANSE_ERR_INPUT when the bins differ. */
HANSE_API enum hanse_status hanse_histogram_merge(struct hanse_histogram *histogram,
                                                  struct hanse_context *ctx,
                                                  const struct hanse_histogram *other);

/* The lower edge of bin i; edge(n_bins) is high. */
HANSE_API double hanse_histogram_edge(const struct hanse_histogram *histogram, uint32_t i);

#ifdef __cplusplus
}
#endif
#endif
