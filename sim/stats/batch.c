#include "sim/stats/batch.h"

#include <math.h>

#include "sim/stats/distribution.h"

static void join_neighbours(struct hanse_batches *batches)
{
    for (uint32_t i = 0; i < HANSE_BATCH_LEAST; i++) {
        batches->means[i] = 0.5 * (batches->means[2 * i] + batches->means[2 * i + 1]);
    }
    batches->n_batches = HANSE_BATCH_LEAST;
    batches->size *= 2;
}

void hanse_batches_add(struct hanse_batches *batches, double value)
{
    batches->size += batches->size == 0 ? 1 : 0;
    batches->n++;
    batches->n_nan += isnan(value) ? 1 : 0;
    batches->sum += value;
    batches->filled++;
    if (batches->filled < batches->size) {
        return;
    }
    batches->means[batches->n_batches++] = batches->sum / (double)batches->size;
    batches->sum = 0.0;
    batches->filled = 0;
    if (batches->n_batches == 2 * HANSE_BATCH_LEAST) {
        join_neighbours(batches);
    }
}

struct hanse_interval hanse_batches_interval(const struct hanse_batches *batches,
                                             double confidence)
{
    struct hanse_interval out =
        hanse_interval_mean(batches->means, batches->n_batches, confidence);
    out.n_nan = batches->n_nan;
    if (out.n_nan > 0) { /* it may sit in the batch under way */
        out.mean = out.sd = out.half_width = out.low = out.high = NAN;
    }
    return out;
}

/* Sum of squared deviations of the overlapping batch means, from a running sum of deviations:
 * of those, not of the values, so that a large mean costs no digits. */
static double overlapping_squares(const double *values, size_t n, size_t size, double mean)
{
    double window = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        window += values[i] - mean;
        if (i >= size) {
            window -= values[i - size] - mean;
        }
        if (i + 1 >= size) {
            double d = window / (double)size;
            squares += d * d;
        }
    }
    return squares;
}

enum hanse_status hanse_overlapping_batches(struct hanse_context *ctx, const double *values,
                                            size_t n, size_t size, double confidence,
                                            struct hanse_interval *interval)
{
    if (size == 0) {
        size = n < 2 * HANSE_BATCH_LEAST ? 1 : n / HANSE_BATCH_LEAST;
    }
    if (size < 1 || size > n / 2) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "overlapping batches: size must be in 1..%zu, got %zu", n / 2, size);
    }
    struct hanse_interval plain = hanse_interval_mean(values, n, confidence);
    double squares = overlapping_squares(values, n, size, plain.mean);
    double m = (double)size, all = (double)n;
    double variance = m / ((all - m + 1.0) * (all - m)) * squares;
    double freedom = fmax(1.0, 1.5 * (all / m - 1.0));
    double half = hanse_student_factor(confidence, freedom) * sqrt(variance);
    *interval =
        (struct hanse_interval){n,    plain.n_nan,       plain.mean,       sqrt(all * variance),
                                half, plain.mean - half, plain.mean + half};
    return HANSE_OK;
}
