#include "sim/process/law.h"

#include <math.h>

#include "sim/stats/distribution.h"

double hanse__duration_draw(const struct hanse_duration *duration, double uniform)
{
    double mean = duration->mean_h;
    if (duration->law == HANSE_LAW_CONSTANT || mean == 0.0) {
        return mean;
    }
    if (duration->law == HANSE_LAW_EXPONENTIAL) {
        return -mean * log(uniform);
    }
    /* Lognormal by its moments: sigma² = ln(1 + cv²), mu = ln(mean) − sigma²/2. */
    double variance = log1p(duration->cv * duration->cv);
    return mean * exp(sqrt(variance) * hanse_normal_quantile(uniform) - 0.5 * variance);
}
