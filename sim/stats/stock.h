/*
 * Spares, survival and availability: how far a fleet carries when nothing new comes in.
 *
 * Time and rates may be in any unit as long as they agree. HANSE_ERR_DOMAIN with a sentence
 * for arguments out of range, the answer is then left alone. Nothing is allocated.
 */
#ifndef HANSE_SIM_STATS_STOCK_H
#define HANSE_SIM_STATS_STOCK_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- spare stock ---------------------------------------------------------------------------
 */

/* Palm's theorem: parts that fail at a constant total rate and are each repaired in a time of
 * their own (ample repair) are in repair in a number that is Poisson with mean rate x mean
 * repair time, whatever the law of the repair time. Palm 1938; Feeney and Sherbrooke, 1966.
 *
 * `in_repair` is that mean. The least stock s >= 0 with P(X <= s) >= probability: no demand is
 * waiting for a part. 0 < probability < 1. */
HANSE_API enum hanse_status hanse_stock_ready(struct hanse_context *ctx, double in_repair,
                                              double probability, int64_t *stock);

/* The least stock s >= 1 with a fill rate P(X <= s - 1) >= fill: a failure finds a part on the
 * shelf. */
HANSE_API enum hanse_status hanse_stock_fill(struct hanse_context *ctx, double in_repair,
                                             double fill, int64_t *stock);

/* Newsvendor: buy up to the fractile short / (short + over) of demand, and the number of
 * standard deviations above the mean that this is for normal demand. Costs > 0 per unit.
 * Arrow, Harris and Marschak, Econometrica 19, 1951. `z` may be NULL. */
HANSE_API enum hanse_status hanse_stock_newsvendor(struct hanse_context *ctx, double short_cost,
                                                   double over_cost, double *fractile,
                                                   double *z);

/* --- fleets ------------------------------------------------------------------------------- */

/* The long-run chance that one of a fleet's devices is down when it fails at failure_rate while
 * up and is repaired in repair_time without waiting: L T / (1 + L T), for any law of the repair
 * time. A fleet of n without spares has Binomial(n, this) down. Barlow and Proschan 1975. */
HANSE_API enum hanse_status hanse_fleet_unavailability(struct hanse_context *ctx,
                                                       double failure_rate, double repair_time,
                                                       double *unavailability);

/* P(at least k of n are up), each with `availability`, independently; 0 <= k <= n. */
HANSE_API enum hanse_status hanse_k_of_n(struct hanse_context *ctx, int64_t n, int64_t k,
                                         double availability, double *probability);

/* The same when the share `common` (beta, 0 .. 1) of a unit's unavailability u = 1 -
 * availability comes from a cause that takes all down at once: with q = common x u,
 *     P = (1 - q) P(Binomial(n, 1 - (1 - common) u) >= k)   for k >= 1.
 * The beta-factor model: Fleming 1975; NUREG/CR-4780, 1988. */
HANSE_API enum hanse_status hanse_k_of_n_common(struct hanse_context *ctx, int64_t n, int64_t k,
                                                double availability, double common,
                                                double *probability);

/* --- survival under a supply stop ------------------------------------------------------------
 */

/* Devices of one age: how many at the start of the stop, how old, and their law of life, a
 * Weibull of shape and scale (shape 1: constant hazard 1 / scale). */
struct hanse_vintage {
    double devices;
    double age;
    double shape;
    double scale;
};

/* S(age + time) / S(age): the share of a vintage that lasts `time` more. time >= 0. */
HANSE_API enum hanse_status hanse_vintage_survival(struct hanse_context *ctx,
                                                   const struct hanse_vintage *vintage,
                                                   double time, double *survival);

/* The fluid limit of what is served: min(1, sum_v C_v S(a_v + t) / S(a_v) / demand), demand in
 * devices. Exact as fleets grow; a small fleet serves less at the knee, see next. */
HANSE_API enum hanse_status hanse_fluid_share(struct hanse_context *ctx,
                                              const struct hanse_vintage *vintages,
                                              size_t n_vintages, double time, double demand,
                                              double *share);

/* E[min(1, C / demand)] with C ~ Binomial(devices, survival): the served share of a finite
 * fleet. With m = floor(demand) and E[C; C <= m] = n S P(Binomial(n - 1, S) <= m - 1), no sum
 * is needed. demand > 0 in devices. */
HANSE_API enum hanse_status hanse_fleet_share(struct hanse_context *ctx, int64_t devices,
                                              double survival, double demand, double *share);

#ifdef __cplusplus
}
#endif
#endif
