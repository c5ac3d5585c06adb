#include "sim/stats/series.h"

#include <math.h>

#include "sim/stats/tally.h"

static double average_of_five(const double *values, size_t k)
{
    const double *five = values + 5 * k;
    return (five[0] + five[1] + five[2] + five[3] + five[4]) / 5.0;
}

/* Adding averages from the back makes every tail's spread known in one pass. */
enum hanse_status hanse_mser5(struct hanse_context *ctx, const double *values, size_t n,
                              struct hanse_warmup *warmup)
{
    size_t k = n / 5, best = 0;
    double least = INFINITY;
    struct hanse_tally tail = {0};
    if (k < 2) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "MSER-5: needs at least 10 observations, got %zu", n);
    }
    for (size_t d = k; d-- > 0;) {
        hanse_tally_add(&tail, average_of_five(values, d));
        double left = (double)(k - d), score = tail.squares / (left * left);
        if (d <= k / 2 && score <= least) {
            least = score;
            best = d;
        }
    }
    warmup->n_delete = 5 * best;
    warmup->reliable = best < k / 2 && !isnan(tail.squares);
    double sum = 0.0;
    for (size_t i = warmup->n_delete; i < n; i++) {
        sum += values[i];
    }
    warmup->mean = sum / (double)(n - warmup->n_delete);
    return HANSE_OK;
}

enum hanse_status hanse_autocorrelation(struct hanse_context *ctx, const double *values,
                                        size_t n, size_t max_lag, double *out)
{
    if (max_lag >= n) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "autocorrelation: the lag must be below %zu observations, got %zu",
                           n, max_lag);
    }
    struct hanse_interval all = hanse_interval_mean(values, n, 0.95);
    double base = 0.0;
    for (size_t lag = 0; lag <= max_lag; lag++) {
        double sum = 0.0;
        for (size_t i = 0; i + lag < n; i++) {
            sum += (values[i] - all.mean) * (values[i + lag] - all.mean);
        }
        base = lag == 0 ? sum : base;
        out[lag] = base > 0.0 ? sum / base : NAN;
    }
    return HANSE_OK;
}
