/* What the files of fitting share. Internal. */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_FIT_INSIDE_H
#define HANSE_SIM_PROCESS_SYNTHETIC_FIT_INSIDE_H

#include <stddef.h>

#include "sim/stats/variate.h"

/* Widths, rising, and the normal places where each begins: the quantile of the share below. */
struct hanse_width_steps {
    size_t n;
    const double *width, *edge; /* edge[0] is not looked at */
};

/* The rank correlation of the normal copula under which E[width x runtime] is `target` times
 * what it is without: a schedule's load hangs on it. The ends of [-0.98, 0.98] (of the normal
 * correlation) where no copula reaches the target. */
double hanse__fit_copula(const struct hanse_variate *law, const struct hanse_width_steps *steps,
                         double target);

#endif
