/*
 * Curves through measured points: y over x, both positive, interpolated in logarithms.
 *
 * Between points Steffen's monotone cubic (Astronomy and Astrophysics 239, 1990; GSL), so a
 * curve never overshoots what was measured; from two points a power law. Outside the points
 * the nearest end's ratio y ÷ x holds (a rate that stays) above, its y (a floor) below; the
 * answer tells how far outside it is. Points with one x count as their median.
 */
#ifndef HANSE_SIM_STATS_CURVE_H
#define HANSE_SIM_STATS_CURVE_H

#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_curve;

/* Copies n ≥ 1 points, all > 0 and finite. HANSE_ERR_DOMAIN otherwise; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_curve_create(struct hanse_context *ctx, const double *x,
                                               const double *y, size_t n,
                                               struct hanse_curve **curve);
HANSE_API void hanse_curve_destroy(struct hanse_curve *curve);

/* y at x > 0. *beyond: 0 inside, else |log2| of the distance to the nearest end; may be NULL.
 * Any thread. */
HANSE_API double hanse_curve_at(const struct hanse_curve *curve, double x, double *beyond);

#ifdef __cplusplus
}
#endif
#endif
