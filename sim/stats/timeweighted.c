#include "sim/stats/timeweighted.h"

#include <math.h>

#include "sim/base/assert.h"

void hanse_timeweighted_init(struct hanse_timeweighted *average, double time, double value)
{
    *average = (struct hanse_timeweighted){time, time, value, 0.0, 0.0, value, value};
}

/* Adds the piece since the last change. Of the two numbers added the larger in size keeps all
 * its digits; what the smaller lost goes to `rest`. */
static void collect(struct hanse_timeweighted *average, double time)
{
    HANSE_ASSERT(time >= average->since);
    double piece = average->value * (time - average->since);
    double sum = average->area + piece;
    if (fabs(average->area) >= fabs(piece)) {
        average->rest += average->area - sum + piece;
    } else {
        average->rest += piece - sum + average->area;
    }
    average->area = sum;
    average->since = time;
}

static void hold(struct hanse_timeweighted *average, double value)
{
    average->value = value;
    if (isnan(value) || value < average->min) {
        average->min = value;
    }
    if (isnan(value) || value > average->max) {
        average->max = value;
    }
}

void hanse_timeweighted_set(struct hanse_timeweighted *average, double time, double value)
{
    collect(average, time);
    hold(average, value);
}

void hanse_timeweighted_add(struct hanse_timeweighted *average, double time, double change)
{
    collect(average, time);
    hold(average, average->value + change);
}

void hanse_timeweighted_restart(struct hanse_timeweighted *average, double time)
{
    HANSE_ASSERT(time >= average->since);
    hanse_timeweighted_init(average, time, average->value);
}

double hanse_timeweighted_area(const struct hanse_timeweighted *average, double time)
{
    struct hanse_timeweighted copy = *average;
    collect(&copy, time);
    return copy.area + copy.rest;
}

double hanse_timeweighted_mean(const struct hanse_timeweighted *average, double time)
{
    if (!(time > average->start)) {
        return NAN;
    }
    return hanse_timeweighted_area(average, time) / (time - average->start);
}
