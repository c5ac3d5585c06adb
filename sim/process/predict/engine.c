/* Fitting the engine around a device; see inference.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/rated.h"
#include "sim/process/predict/inference.h"

/* What two engine points leave open of the rest, as the held-back steps of an engine show
 * (tests/replay/test_prediction.c). A few more that agree by luck don't make it less. */
static const double FEW_POINTS_LOG_SD = 0.15;

/* The spread is the least (in steps of 0.05) with which every published comparison in
 * docs/prediction.md has as many runs in its intervals as a right program would; over all of
 * them 75 of 82. */
struct hanse_engine hanse_engine_unknown(void)
{
    return (struct hanse_engine){.device_factor = HANSE__UNKNOWN_ENGINE_FACTOR,
                                 .gap_s = HANSE__UNKNOWN_ENGINE_GAP_S,
                                 .request_s = HANSE__UNKNOWN_ENGINE_REQUEST_S,
                                 .log_sd = 0.35};
}

static int by_device_time(const void *a, const void *b)
{
    const struct hanse_engine_point *p = a, *q = b;
    return p->device_s < q->device_s ? -1 : p->device_s > q->device_s;
}

static bool one_depth(const struct hanse_engine_point *points, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (points[i].layers != points[0].layers) {
            return false;
        }
    }
    return true;
}

/* What is left of a point's time without the gap, as a share. The error of the whole is this
 * share of the rest's, so its square is the rest's weight. */
static double rest_of(const struct hanse_engine_point *point, double gap_s)
{
    return 1.0 - gap_s / point->measured_s;
}

/* Host time of the first n points as step + layer × layers: least squares of relative errors
 * where depths differ, all on the layers where they don't. */
static void fit_host(const struct hanse_engine_point *points, size_t n,
                     struct hanse_engine *engine)
{
    if (n == 0) {
        return;
    }
    if (one_depth(points, n)) {
        double sum = 0.0, weights = 0.0;
        for (size_t i = 0; i < n; i++) {
            double rest = rest_of(&points[i], engine->gap_s);
            sum += rest * rest * log(points[i].measured_s * rest);
            weights += rest * rest;
        }
        engine->layer_s = exp(sum / weights) / (double)points[0].layers;
        return;
    }
    double s11 = 0.0, s12 = 0.0, s22 = 0.0, t1 = 0.0, t2 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double rest = rest_of(&points[i], engine->gap_s);
        double weight = 1.0 / points[i].measured_s, layers = (double)points[i].layers * weight;
        s11 += weight * weight;
        s12 += weight * layers;
        s22 += layers * layers;
        t1 += weight * rest;
        t2 += layers * rest;
    }
    double determinant = s11 * s22 - s12 * s12;
    engine->step_s = (t1 * s22 - t2 * s12) / determinant;
    engine->layer_s = (t2 * s11 - t1 * s12) / determinant;
    if (engine->step_s < 0.0 || engine->layer_s < 0.0) {
        engine->step_s = 0.0;
        engine->layer_s = t2 / s22;
    }
}

static double squares(const struct hanse_engine_point *points, size_t n,
                      const struct hanse_engine *engine)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double host = engine->step_s + engine->layer_s * (double)points[i].layers;
        double step = fmax(host, points[i].device_s * engine->device_factor) + engine->gap_s;
        double error = log(step / points[i].measured_s);
        sum += error * error;
    }
    return sum;
}

/* The k points with the least device time are the host's, and gap_s is in all. */
static struct hanse_engine fit_split(const struct hanse_engine_point *points, size_t n,
                                     size_t k, double gap_s)
{
    struct hanse_engine engine = {.device_factor = 1.0, .gap_s = gap_s};
    double sum = 0.0, weights = 0.0;
    fit_host(points, k, &engine);
    for (size_t i = k; i < n; i++) {
        double rest = rest_of(&points[i], gap_s);
        sum += rest * rest * log(points[i].measured_s * rest / points[i].device_s);
        weights += rest * rest;
    }
    if (k < n) {
        engine.device_factor = exp(sum / weights);
    }
    return engine;
}

/* The gap with the least squares for a split, in [0, measured_s of the shortest): a grid finds
 * the valley, golden section its bottom. */
static struct hanse_engine fit_gap(const struct hanse_engine_point *points, size_t n, size_t k)
{
    enum { GRID = 64, CUTS = 60 };
    static const double GOLDEN = 0.6180339887498949;
    double most = INFINITY, least = INFINITY, low = 0.0, high;
    for (size_t i = 0; i < n; i++) {
        most = fmin(most, points[i].measured_s);
    }
    double width = most / (GRID + 1);
    for (int i = 1; i <= GRID; i++) {
        struct hanse_engine tried = fit_split(points, n, k, width * i);
        double error = squares(points, n, &tried);
        if (error < least) {
            least = error;
            low = width * (i - 1);
        }
    }
    high = low + fmin(2.0 * width, most - low - 0.5 * width);
    for (int i = 0; i < CUTS; i++) {
        double a = high - GOLDEN * (high - low), b = low + GOLDEN * (high - low);
        struct hanse_engine left = fit_split(points, n, k, a);
        struct hanse_engine right = fit_split(points, n, k, b);
        if (squares(points, n, &left) <= squares(points, n, &right)) {
            high = b;
        } else {
            low = a;
        }
    }
    return fit_split(points, n, k, 0.5 * (low + high));
}

/* Without a gap: the best of all splits; returns its squares. */
static double fit_plain(const struct hanse_engine_point *points, size_t n,
                        struct hanse_engine *engine)
{
    double least = INFINITY;
    for (size_t k = 0; k <= n; k++) {
        struct hanse_engine tried = fit_split(points, n, k, 0.0);
        double error = squares(points, n, &tried);
        /* A single point may be either's; one far above the device is the host's: no kernel
         * table here is half as slow again on the device that it was taken on. */
        bool host_alone = n == 1 && k == 1 && points[0].measured_s > 1.5 * points[0].device_s;
        if (error < least - 1e-12 || host_alone) {
            least = error;
            *engine = tried;
        }
    }
    return least;
}

/* A gap and a factor, and with k > 0 the host, from more points than numbers. The gap stays
 * where it halves the root mean square of log errors and those were above 1 %. */
static double fit_with_gap(const struct hanse_engine_point *points, size_t n, double without,
                           struct hanse_engine *engine)
{
    double least = without;
    for (size_t k = 0; k < n && without > 1e-4 * (double)n; k++) {
        size_t host = k == 0 ? 0 : one_depth(points, k) ? 1 : 2;
        if (2 + host < n) {
            struct hanse_engine tried = fit_gap(points, n, k);
            double error = squares(points, n, &tried);
            if (error < 0.25 * without && error < least) {
                least = error;
                *engine = tried;
            }
        }
    }
    return least;
}

enum hanse_status hanse_engine_fit(struct hanse_context *ctx,
                                   const struct hanse_engine_point *points, size_t n,
                                   struct hanse_engine *engine)
{
    if (n == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "an engine is fitted to at least one point");
    }
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].device_s > 0.0 && points[i].measured_s > 0.0 && points[i].layers > 0)) {
            return hanse__fail(
                ctx, HANSE_ERR_DOMAIN,
                "engine point %zu: times and layers must be > 0, got %g s, %g s, "
                "%lld layers",
                i + 1, points[i].device_s, points[i].measured_s, (long long)points[i].layers);
        }
    }
    struct hanse_engine_point *sorted = hanse__alloc(ctx, n, sizeof *sorted);
    if (sorted == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(sorted, points, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_device_time);
    double least = fit_plain(sorted, n, engine);
    least = fit_with_gap(sorted, n, least, engine);
    size_t numbers = engine->gap_s > 0.0 ? 3 : 2;
    engine->log_sd = n > numbers ? fmax(sqrt(least / (double)(n - numbers)), FEW_POINTS_LOG_SD)
                                 : FEW_POINTS_LOG_SD;
    engine->least_s = sorted[0].device_s;
    engine->most_s = sorted[n - 1].device_s;
    hanse__free(sorted);
    return HANSE_OK;
}
