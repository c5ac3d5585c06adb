#include "sim/stats/stock.h"

#include <math.h>
#include <stdbool.h>

#include "sim/stats/distribution.h"

static enum hanse_status need(struct hanse_context *ctx, bool holds, const char *what,
                              const char *rule, double value)
{
    if (!holds) { /* callers write rules so that NaN fails them */
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s must be %s, got %g", what, rule, value);
    }
    return HANSE_OK;
}

static bool positive(double x)
{
    return x > 0.0 && isfinite(x);
}

static bool not_negative(double x)
{
    return x >= 0.0 && isfinite(x);
}

/* --- spare stock ---------------------------------------------------------------------------
 */

enum hanse_status hanse_stock_ready(struct hanse_context *ctx, double in_repair,
                                    double probability, int64_t *stock)
{
    HANSE_TRY(need(ctx, not_negative(in_repair) && in_repair <= 1e12,
                   "spare stock: mean number in repair", "in [0, 1e12]", in_repair));
    HANSE_TRY(need(ctx, probability > 0.0 && probability < 1.0, "spare stock: probability",
                   "in (0, 1)", probability));
    /* Chebyshev-like bracket, then bisection: P(X <= s) grows with s. */
    int64_t low = -1, high = (int64_t)(in_repair + 10.0 * sqrt(in_repair)) + 64;
    while (hanse_poisson_at_most(high, in_repair) < probability) {
        high *= 2;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        bool enough = hanse_poisson_at_most(middle, in_repair) >= probability;
        *(enough ? &high : &low) = middle;
    }
    *stock = high;
    return HANSE_OK;
}

enum hanse_status hanse_stock_fill(struct hanse_context *ctx, double in_repair, double fill,
                                   int64_t *stock)
{
    HANSE_TRY(hanse_stock_ready(ctx, in_repair, fill, stock));
    *stock += 1;
    return HANSE_OK;
}

enum hanse_status hanse_stock_newsvendor(struct hanse_context *ctx, double short_cost,
                                         double over_cost, double *fractile, double *z)
{
    HANSE_TRY(need(ctx, positive(short_cost), "newsvendor: cost of one short", "> 0 and finite",
                   short_cost));
    HANSE_TRY(need(ctx, positive(over_cost), "newsvendor: cost of one over", "> 0 and finite",
                   over_cost));
    *fractile = short_cost / (short_cost + over_cost);
    if (z) {
        *z = hanse_normal_quantile(*fractile);
    }
    return HANSE_OK;
}

/* --- fleets ------------------------------------------------------------------------------- */

enum hanse_status hanse_fleet_unavailability(struct hanse_context *ctx, double failure_rate,
                                             double repair_time, double *unavailability)
{
    HANSE_TRY(need(ctx, not_negative(failure_rate), "fleet: failure rate", ">= 0 and finite",
                   failure_rate));
    HANSE_TRY(need(ctx, not_negative(repair_time), "fleet: repair time", ">= 0 and finite",
                   repair_time));
    double load = failure_rate * repair_time;
    *unavailability = load / (1.0 + load);
    return HANSE_OK;
}

enum hanse_status hanse_k_of_n(struct hanse_context *ctx, int64_t n, int64_t k,
                               double availability, double *probability)
{
    return hanse_k_of_n_common(ctx, n, k, availability, 0.0, probability);
}

enum hanse_status hanse_k_of_n_common(struct hanse_context *ctx, int64_t n, int64_t k,
                                      double availability, double common, double *probability)
{
    HANSE_TRY(need(ctx, n >= 1, "k of n: n", ">= 1", (double)n));
    HANSE_TRY(need(ctx, k >= 0 && k <= n, "k of n: k", "in 0..n", (double)k));
    HANSE_TRY(need(ctx, availability >= 0.0 && availability <= 1.0, "k of n: availability",
                   "in [0, 1]", availability));
    HANSE_TRY(need(ctx, common >= 0.0 && common <= 1.0, "k of n: common-cause share",
                   "in [0, 1]", common));
    double down = 1.0 - availability;
    double apart = hanse_binomial_at_least(k, n, 1.0 - (1.0 - common) * down);
    *probability = k == 0 ? 1.0 : (1.0 - common * down) * apart;
    return HANSE_OK;
}

/* --- survival -------------------------------------------------------------------------------
 */

enum hanse_status hanse_vintage_survival(struct hanse_context *ctx,
                                         const struct hanse_vintage *vintage, double time,
                                         double *survival)
{
    HANSE_TRY(need(ctx, not_negative(vintage->devices), "vintage: devices", ">= 0 and finite",
                   vintage->devices));
    HANSE_TRY(
        need(ctx, not_negative(vintage->age), "vintage: age", ">= 0 and finite", vintage->age));
    HANSE_TRY(need(ctx, positive(vintage->shape), "vintage: shape", "> 0 and finite",
                   vintage->shape));
    HANSE_TRY(need(ctx, positive(vintage->scale), "vintage: scale", "> 0 and finite",
                   vintage->scale));
    HANSE_TRY(need(ctx, not_negative(time), "vintage: time", ">= 0 and finite", time));
    *survival = exp(pow(vintage->age / vintage->scale, vintage->shape) -
                    pow((vintage->age + time) / vintage->scale, vintage->shape));
    return HANSE_OK;
}

enum hanse_status hanse_fluid_share(struct hanse_context *ctx,
                                    const struct hanse_vintage *vintages, size_t n_vintages,
                                    double time, double demand, double *share)
{
    double left = 0.0;
    HANSE_TRY(need(ctx, positive(demand), "fluid limit: demand", "> 0 and finite", demand));
    for (size_t i = 0; i < n_vintages; i++) {
        double survival;
        HANSE_TRY(hanse_vintage_survival(ctx, &vintages[i], time, &survival));
        left += vintages[i].devices * survival;
    }
    *share = fmin(1.0, left / demand);
    return HANSE_OK;
}

enum hanse_status hanse_fleet_share(struct hanse_context *ctx, int64_t devices, double survival,
                                    double demand, double *share)
{
    HANSE_TRY(need(ctx, devices >= 0, "fleet share: devices", ">= 0", (double)devices));
    HANSE_TRY(need(ctx, survival >= 0.0 && survival <= 1.0, "fleet share: survival",
                   "in [0, 1]", survival));
    HANSE_TRY(need(ctx, positive(demand), "fleet share: demand", "> 0 and finite", demand));
    if ((double)devices <= demand) {
        *share = (double)devices * survival / demand;
        return HANSE_OK;
    }
    int64_t met = (int64_t)demand; /* from met + 1 devices on, all is served */
    double below = (double)devices * survival *
                   hanse_binomial_at_most(met - 1, devices - 1, survival) / demand;
    *share = below + hanse_binomial_at_least(met + 1, devices, survival);
    return HANSE_OK;
}
