/*
 * Intervals from one long run, whose observations depend on each other.
 *
 * Batch means: cut the run into batches so long that their means hardly depend on each other,
 * and give the means Student's interval. Here batches are kept between HANSE_BATCH_LEAST and
 * twice as many; when there are too many, neighbours are joined and batches last twice as long.
 * Nothing else of the run is kept. The batch size thus grows with the run as it must (Law and
 * Carson, Operations Research 27, 1979).
 *
 * Overlapping batch means need the observations but use every batch of a given length; their
 * variance estimate has half again as many degrees of freedom (Meketon and Schmeiser, Winter
 * Simulation Conference 1984).
 *
 * A NaN observation makes the answer NaN.
 */
#ifndef HANSE_SIM_STATS_BATCH_H
#define HANSE_SIM_STATS_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"
#include "sim/stats/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_BATCH_LEAST = 32 };

/* Plain data; all zero bytes is an empty one. */
struct hanse_batches {
    uint64_t n;      /* observations */
    uint64_t size;   /* of a batch; 0 stands for 1 before the first observation */
    uint64_t filled; /* observations in the batch under way */
    uint64_t n_nan;
    double sum; /* of the batch under way */
    uint32_t n_batches;
    double means[2 * HANSE_BATCH_LEAST];
};

HANSE_API void hanse_batches_add(struct hanse_batches *batches, double value);

/* Student's interval over the finished batches; .n is their number. The batch under way is
 * left out. NaN interval below two batches. */
HANSE_API struct hanse_interval hanse_batches_interval(const struct hanse_batches *batches,
                                                       double confidence);

/* The mean of n observations with the variance from all n - size + 1 overlapping batches:
 *     var = size / ((n - size + 1) (n - size)) sum (batch mean - mean)^2,
 * 1.5 (n / size - 1) degrees of freedom. size = 0 stands for a 32nd of
 * the run, but at least 1: some 30 batches of their own are enough, since more of them gain
 * little precision and shorter ones lose coverage as soon as the run remembers (Schmeiser,
 * Operations Research 30, 1982). .sd is sqrt(n var), what independent observations of the same
 * precision would have. HANSE_ERR_DOMAIN unless 1 <= size <= n / 2. */
HANSE_API enum hanse_status hanse_overlapping_batches(struct hanse_context *ctx,
                                                      const double *values, size_t n,
                                                      size_t size, double confidence,
                                                      struct hanse_interval *interval);

#ifdef __cplusplus
}
#endif
#endif
