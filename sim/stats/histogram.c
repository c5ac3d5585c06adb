#include "sim/stats/histogram.h"

#include <math.h>
#include <string.h>

enum hanse_status hanse_histogram_init(struct hanse_histogram *histogram,
                                       struct hanse_context *ctx, double low, double high,
                                       uint32_t n_bins)
{
    if (!(low < high) || !isfinite(low) || !isfinite(high) || !isfinite(high - low)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "histogram: low must be below high, both finite, got %g and %g", low,
                           high);
    }
    if (n_bins < 1 || n_bins > HANSE_HISTOGRAM_BINS) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "histogram: bins must be in 1..%d, got %u",
                           HANSE_HISTOGRAM_BINS, n_bins);
    }
    memset(histogram, 0, sizeof *histogram);
    histogram->low = low;
    histogram->high = high;
    histogram->n_bins = n_bins;
    return HANSE_OK;
}

double hanse_histogram_edge(const struct hanse_histogram *histogram, uint32_t i)
{
    double part = (double)i / (double)histogram->n_bins;
    return i == histogram->n_bins ? histogram->high
                                  : histogram->low + part * (histogram->high - histogram->low);
}

/* The division may land one off at an edge; the edges, as printed, decide. */
static uint32_t bin_of(const struct hanse_histogram *histogram, double value)
{
    double part = (value - histogram->low) / (histogram->high - histogram->low);
    uint32_t i = (uint32_t)(part * histogram->n_bins);
    i = i < histogram->n_bins ? i : histogram->n_bins - 1;
    if (value < hanse_histogram_edge(histogram, i)) {
        return i - 1;
    }
    return i + 1 < histogram->n_bins && value >= hanse_histogram_edge(histogram, i + 1) ? i + 1
                                                                                        : i;
}

void hanse_histogram_add(struct hanse_histogram *histogram, double value)
{
    histogram->n++;
    if (isnan(value)) {
        histogram->n_nan++;
    } else if (value < histogram->low) {
        histogram->n_below++;
    } else if (value >= histogram->high) {
        histogram->n_above++;
    } else {
        histogram->counts[bin_of(histogram, value)]++;
    }
}

enum hanse_status hanse_histogram_merge(struct hanse_histogram *histogram,
                                        struct hanse_context *ctx,
                                        const struct hanse_histogram *other)
{
    if (histogram->low != other->low || histogram->high != other->high ||
        histogram->n_bins != other->n_bins) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "histogram: bins differ: %u over [%g, %g) and %u over [%g, %g)",
                           histogram->n_bins, histogram->low, histogram->high, other->n_bins,
                           other->low, other->high);
    }
    histogram->n += other->n;
    histogram->n_below += other->n_below;
    histogram->n_above += other->n_above;
    histogram->n_nan += other->n_nan;
    for (uint32_t i = 0; i < histogram->n_bins; i++) {
        histogram->counts[i] += other->counts[i];
    }
    return HANSE_OK;
}
