#include "sim/stats/sketch.h"

#include <math.h>
#include <string.h>

enum hanse_status hanse_sketch_init(struct hanse_sketch *sketch, struct hanse_context *ctx,
                                    double error, double smallest)
{
    if (!(error >= 1e-4 && error <= 0.5)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "quantile sketch: error must be in [0.0001, 0.5], got %g", error);
    }
    if (!(smallest > 0.0) || !isfinite(smallest)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "quantile sketch: smallest must be > 0 and finite, got %g",
                           smallest);
    }
    memset(sketch, 0, sizeof *sketch);
    sketch->error = error;
    sketch->smallest = smallest;
    sketch->log_growth = log1p(error) - log1p(-error);
    return HANSE_OK;
}

void hanse_sketch_add(struct hanse_sketch *sketch, double value)
{
    sketch->n++;
    if (!(value >= 0.0)) {
        sketch->n_bad++;
        return;
    }
    if (sketch->n - sketch->n_bad == 1) {
        sketch->min = sketch->max = value;
    }
    sketch->min = fmin(sketch->min, value);
    sketch->max = fmax(sketch->max, value);
    if (value < sketch->smallest) {
        sketch->n_zero++;
        return;
    }
    double bucket = floor(log(value / sketch->smallest) / sketch->log_growth);
    if (bucket < HANSE_SKETCH_BUCKETS) {
        sketch->counts[(uint32_t)fmax(bucket, 0.0)]++;
    } else {
        sketch->n_beyond++;
    }
}

enum hanse_status hanse_sketch_merge(struct hanse_sketch *sketch, struct hanse_context *ctx,
                                     const struct hanse_sketch *other)
{
    if (sketch->error != other->error || sketch->smallest != other->smallest) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "quantile sketch: errors or ranges differ: %g from %g and %g from "
                           "%g",
                           sketch->error, sketch->smallest, other->error, other->smallest);
    }
    if (other->n > other->n_bad) {
        int first = sketch->n == sketch->n_bad;
        sketch->min = first ? other->min : fmin(sketch->min, other->min);
        sketch->max = first ? other->max : fmax(sketch->max, other->max);
    }
    sketch->n += other->n;
    sketch->n_zero += other->n_zero;
    sketch->n_beyond += other->n_beyond;
    sketch->n_bad += other->n_bad;
    for (int i = 0; i < HANSE_SKETCH_BUCKETS; i++) {
        sketch->counts[i] += other->counts[i];
    }
    return HANSE_OK;
}

/* The point of bucket i that is within `error` of both its bounds. */
static double middle(const struct hanse_sketch *sketch, int i)
{
    double lower = sketch->smallest * exp(i * sketch->log_growth);
    return lower * (1.0 + sketch->error);
}

double hanse_sketch_quantile(const struct hanse_sketch *sketch, double p)
{
    if (sketch->n == 0 || sketch->n_bad > 0 || !(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    uint64_t rank = (uint64_t)(p * (double)(sketch->n - 1)), below = sketch->n_zero;
    double value = 0.0;
    for (int i = 0; below <= rank && i < HANSE_SKETCH_BUCKETS; i++) {
        below += sketch->counts[i];
        value = middle(sketch, i);
    }
    value = below <= rank ? sketch->max : value;
    return fmax(sketch->min, fmin(sketch->max, value));
}
