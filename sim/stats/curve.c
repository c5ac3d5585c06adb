#include "sim/stats/curve.h"

#include <gsl/gsl_interp.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hanse_curve {
    size_t n;
    double *x, *y;       /* logarithms, x ascending */
    gsl_interp *steffen; /* NULL: fewer than three points */
};

struct point {
    double x, y;
};

static int by_x_then_y(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    if (p->x != q->x) {
        return p->x < q->x ? -1 : 1;
    }
    return p->y < q->y ? -1 : p->y > q->y;
}

/* Points of one x become their median. Returns how many are left. */
static size_t merge_points(struct point *points, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && points[end].x == points[i].x; end++) {
        }
        size_t half = (end - i) / 2;
        double median = (end - i) % 2 ? points[i + half].y
                                      : 0.5 * (points[i + half - 1].y + points[i + half].y);
        points[kept++] = (struct point){points[i].x, median};
    }
    return kept;
}

static enum hanse_status fill(struct hanse_context *ctx, struct hanse_curve *curve,
                              struct point *points, size_t n)
{
    qsort(points, n, sizeof *points, by_x_then_y);
    curve->n = merge_points(points, n);
    curve->x = hanse__alloc(ctx, curve->n, sizeof *curve->x);
    curve->y = hanse__alloc(ctx, curve->n, sizeof *curve->y);
    if (curve->x == NULL || curve->y == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < curve->n; i++) {
        curve->x[i] = log(points[i].x);
        curve->y[i] = log(points[i].y);
    }
    if (curve->n >= 3) {
        curve->steffen = gsl_interp_alloc(gsl_interp_steffen, curve->n);
        if (curve->steffen == NULL) {
            return hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: a curve");
        }
        gsl_interp_init(curve->steffen, curve->x, curve->y, curve->n);
    }
    return HANSE_OK;
}

enum hanse_status hanse_curve_create(struct hanse_context *ctx, const double *x,
                                     const double *y, size_t n, struct hanse_curve **curve)
{
    *curve = NULL;
    if (n == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "a curve needs a point");
    }
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0.0 && y[i] > 0.0 && isfinite(x[i]) && isfinite(y[i]))) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "a curve's points must be > 0 and finite, got (%g, %g)", x[i],
                               y[i]);
        }
    }
    struct hanse_curve *made = hanse__alloc(ctx, 1, sizeof *made);
    struct point *points = hanse__alloc(ctx, n, sizeof *points);
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (made != NULL && points != NULL) {
        for (size_t i = 0; i < n; i++) {
            points[i] = (struct point){x[i], y[i]};
        }
        status = fill(ctx, made, points, n);
    }
    hanse__free(points);
    if (status != HANSE_OK) {
        hanse_curve_destroy(made);
        return status;
    }
    *curve = made;
    return HANSE_OK;
}

void hanse_curve_destroy(struct hanse_curve *curve)
{
    if (curve == NULL) {
        return;
    }
    if (curve->steffen != NULL) {
        gsl_interp_free(curve->steffen);
    }
    hanse__free(curve->x);
    hanse__free(curve->y);
    hanse__free(curve);
}

double hanse_curve_at(const struct hanse_curve *curve, double x, double *beyond)
{
    double at = log(x), low = curve->x[0], high = curve->x[curve->n - 1];
    double outside = at < low ? low - at : at > high ? at - high : 0.0;
    if (beyond != NULL) {
        *beyond = outside / log(2.0);
    }
    if (at <= low) {
        return exp(curve->y[0]);
    }
    if (at >= high) {
        return exp(curve->y[curve->n - 1] + at - high);
    }
    if (curve->steffen != NULL) {
        return exp(gsl_interp_eval(curve->steffen, curve->x, curve->y, at, NULL));
    }
    double share = (at - low) / (high - low);
    return exp(curve->y[0] + share * (curve->y[1] - curve->y[0]));
}
