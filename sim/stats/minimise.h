/*
 * The least of a function of a few variables, without derivatives: the simplex of Nelder and
 * Mead (Computer Journal 7, 1965), as GSL has it. Internal; it finds a low place near the
 * start, not the lowest of all.
 */
#ifndef HANSE_SIM_STATS_MINIMISE_H
#define HANSE_SIM_STATS_MINIMISE_H

#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_MINIMISE_MOST = 8 };

/* From x[n] with first steps step[n], at most `most` rounds, until the simplex is smaller than
 * `size`. x and *least become the best found. f may give infinity where it is not defined. */
enum hanse_status hanse__minimise(struct hanse_context *ctx,
                                  double (*f)(const double *x, void *state), void *state,
                                  size_t n, const double *step, double size, int most,
                                  double *x, double *least);

#ifdef __cplusplus
}
#endif
#endif
