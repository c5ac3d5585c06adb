/*
 * Rank statistics: which inputs move an answer most.
 *
 * Ranks make a monotone relation linear, so they find an input that saturates or grows
 * exponentially as readily as a straight one; they don't find an input whose effect turns
 * round (a U shape). Ties share the mean of their ranks. The spread explained is that of the
 * answer's ranks over the sampled replications.
 *
 * A NaN observation makes every answer NaN: half a sample has no honest ranks.
 */
#ifndef HANSE_SIM_STATS_RANK_H
#define HANSE_SIM_STATS_RANK_H

#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ranks[i] = rank (1 .. n) of values[i]; ties get the mean of the ranks they cover. NaN for
 * every one when some value is NaN. HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_ranks(struct hanse_context *ctx, const double *values,
                                        size_t n, double *ranks);

/* Spearman's rank correlation of x and y: Pearson's correlation of the ranks (right with ties,
 * unlike the 1 - 6 sum d^2 / (n^3 - n) shortcut). NaN when x or y does not vary.
 * HANSE_ERR_DOMAIN when n < 2; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_spearman(struct hanse_context *ctx, const double *x,
                                           const double *y, size_t n, double *correlation);

/* Splits the variance of y's ranks over the inputs. x holds n rows of n_inputs values (row i
 * is replication i). share[j] = b_j r_j with b_j the standardised coefficient of input j in
 * the linear regression of y's ranks on the inputs' ranks and r_j its Spearman correlation
 * with y (Pratt's measure: Hoffman, Psychological Bulletin 57, 1960; Pratt 1987). The shares
 * add up to *explained, the regression's R^2; for independent inputs they are the squared
 * coefficients. An input of no influence scatters about 0 and can come out slightly negative.
 * Inputs that do not vary get 0. NaN throughout when y does not vary.
 * HANSE_ERR_DOMAIN when n < n_inputs + 2, or the inputs determine one another;
 * HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_rank_shares(struct hanse_context *ctx, const double *x,
                                              const double *y, size_t n, size_t n_inputs,
                                              double *share, double *explained);

#ifdef __cplusplus
}
#endif
#endif
