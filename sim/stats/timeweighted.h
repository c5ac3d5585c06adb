/*
 * A time-weighted average: of a quantity that holds a value until it is set anew, such as the
 * number of customers in a line.
 *
 * The area under the curve is summed with the rounding error carried along (Neumaier, 1974), so
 * a billion small steps add up as well as ten. Plain data; may live in an arena and be copied.
 * A NaN value makes the average NaN. Times must not run backwards: such a step is our bug.
 */
#ifndef HANSE_SIM_STATS_TIMEWEIGHTED_H
#define HANSE_SIM_STATS_TIMEWEIGHTED_H

#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_timeweighted {
    double start; /* the average counts from here */
    double since; /* when `value` was set */
    double value;
    double area, rest; /* their sum is the area over [start, since) */
    double min, max;   /* of the values held at or after start */
};

/* Starts at `time` with a value. */
HANSE_API void hanse_timeweighted_init(struct hanse_timeweighted *average, double time,
                                       double value);

/* From `time` on it is `value`. */
HANSE_API void hanse_timeweighted_set(struct hanse_timeweighted *average, double time,
                                      double value);

/* From `time` on it is `change` more than before. */
HANSE_API void hanse_timeweighted_add(struct hanse_timeweighted *average, double time,
                                      double change);

/* Forgets what was before `time` (the end of a warm-up); the value holds on. */
HANSE_API void hanse_timeweighted_restart(struct hanse_timeweighted *average, double time);

/* The area over [start, time] and the average, NaN where no time has passed. */
HANSE_API double hanse_timeweighted_area(const struct hanse_timeweighted *average, double time);
HANSE_API double hanse_timeweighted_mean(const struct hanse_timeweighted *average, double time);

#ifdef __cplusplus
}
#endif
#endif
