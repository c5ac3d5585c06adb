/*
 * A run as a series: where its start-up ends, and how long it remembers.
 */
#ifndef HANSE_SIM_STATS_SERIES_H
#define HANSE_SIM_STATS_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_warmup {
    size_t n_delete; /* observations to drop from the front; a multiple of 5 */
    bool reliable; /* false: the least was at the end of the search, so the run is too short */
    double mean;   /* of what remains */
};

/* MSER-5: average the n observations five by five; over d = 0 .. half of the k averages drop
 * the d that makes sum_{i > d} (z_i - mean_d)^2 / (k - d)^2 least, the first of equals. White,
 * Simulation 69, 1997; Spratt 1998. HANSE_ERR_DOMAIN when n < 10. NaN values make the mean
 * NaN and the answer unreliable. No memory. */
HANSE_API enum hanse_status hanse_mser5(struct hanse_context *ctx, const double *values,
                                        size_t n, struct hanse_warmup *warmup);

/* r(lag) = sum (x_i - m) (x_{i + lag} - m) / sum (x_i - m)^2 for lag = 0 .. max_lag, into
 * out[max_lag + 1]: the estimator with divisor n, which keeps the sequence positive definite
 * (Box and Jenkins, 2.1.5). NaN when the values do not vary or one is NaN. O(n max_lag).
 * HANSE_ERR_DOMAIN unless max_lag < n. */
HANSE_API enum hanse_status hanse_autocorrelation(struct hanse_context *ctx,
                                                  const double *values, size_t n,
                                                  size_t max_lag, double *out);

#ifdef __cplusplus
}
#endif
#endif
