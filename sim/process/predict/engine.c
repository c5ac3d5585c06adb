/* Fitting the engine around a device; see inference.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/predict/inference.h"

/* What two engine points leave open of the rest, as the held-back steps of an engine show
 * (tests/replay/test_prediction.c). A few more that agree by luck don't make it less. */
static const double FEW_POINTS_LOG_SD = 0.15;

/* TensorRT-LLM takes 1.2 times the device's time in the median of the H200's published
 * throughputs, from 1.0 to 1.6 over all devices (docs/prediction.md). */
struct hanse_engine hanse_engine_unknown(void)
{
    return (struct hanse_engine){.device_factor = 1.2, .log_sd = 0.25};
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

/* Host time of the first n points as step + layer × layers: least squares of relative errors
 * where depths differ, all on the layers where they don't. */
static void fit_host(const struct hanse_engine_point *points, size_t n,
                     struct hanse_engine *engine)
{
    if (n == 0) {
        return;
    }
    if (one_depth(points, n)) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            sum += log(points[i].measured_s);
        }
        engine->layer_s = exp(sum / (double)n) / (double)points[0].layers;
        return;
    }
    double s11 = 0.0, s12 = 0.0, s22 = 0.0, t1 = 0.0, t2 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double weight = 1.0 / points[i].measured_s, layers = (double)points[i].layers * weight;
        s11 += weight * weight;
        s12 += weight * layers;
        s22 += layers * layers;
        t1 += weight;
        t2 += layers;
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
        double error =
            log(fmax(host, points[i].device_s * engine->device_factor) / points[i].measured_s);
        sum += error * error;
    }
    return sum;
}

/* The k points with the least device time are the host's. */
static struct hanse_engine fit_split(const struct hanse_engine_point *points, size_t n,
                                     size_t k)
{
    struct hanse_engine engine = {.device_factor = 1.0};
    double sum = 0.0;
    fit_host(points, k, &engine);
    for (size_t i = k; i < n; i++) {
        sum += log(points[i].measured_s / points[i].device_s);
    }
    if (k < n) {
        engine.device_factor = exp(sum / (double)(n - k));
    }
    return engine;
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
    double least = INFINITY;
    for (size_t k = 0; k <= n; k++) {
        struct hanse_engine tried = fit_split(sorted, n, k);
        double error = squares(sorted, n, &tried);
        /* A single point may be either's; one far above the device is the host's: no kernel
         * table here is half as slow again on the device that it was taken on. */
        bool host_alone = n == 1 && k == 1 && sorted[0].measured_s > 1.5 * sorted[0].device_s;
        if (error < least - 1e-12 || host_alone) {
            least = error;
            *engine = tried;
        }
    }
    engine->log_sd =
        n > 2 ? fmax(sqrt(least / (double)(n - 2)), FEW_POINTS_LOG_SD) : FEW_POINTS_LOG_SD;
    engine->least_s = sorted[0].device_s;
    engine->most_s = sorted[n - 1].device_s;
    hanse__free(sorted);
    return HANSE_OK;
}
