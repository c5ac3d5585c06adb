/* What the closed forms of single stations ask of their arguments. Internal. */
#ifndef HANSE_SIM_STATS_QUEUEING_INSIDE_H
#define HANSE_SIM_STATS_QUEUEING_INSIDE_H

#include <math.h>
#include <stddef.h>

#include "sim/stats/queueing.h"

/* The stationary law of a Markov chain from its rates q[states × states] (the diagonal is not
 * looked at; q is used up), not yet scaled: p[0] = 1. Nothing is subtracted, so small chances
 * keep their digits. Grassmann, Taksar and Heyman, Operations Research 33, 1985. */
void hanse__queue_solve_chain(double *q, size_t states, double *p);

static inline enum hanse_status need_positive(struct hanse_context *ctx, const char *model,
                                              const char *what, double value)
{
    if (!(value > 0.0) || !isfinite(value)) { /* also catches NaN */
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must be > 0 and finite, got %g",
                           model, what, value);
    }
    return HANSE_OK;
}

static inline enum hanse_status need_at_least_zero(struct hanse_context *ctx, const char *model,
                                                   const char *what, double value)
{
    if (!(value >= 0.0) || !isfinite(value)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must be >= 0 and finite, got %g",
                           model, what, value);
    }
    return HANSE_OK;
}

static inline enum hanse_status need_probability(struct hanse_context *ctx, const char *model,
                                                 double value)
{
    if (!(value > 0.0 && value < 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: probability must be in (0, 1), got %g",
                           model, value);
    }
    return HANSE_OK;
}

static inline enum hanse_status need_count(struct hanse_context *ctx, const char *model,
                                           const char *what, int64_t count, int64_t least)
{
    if (count < least || count > HANSE_QUEUE_MOST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must be in %lld..%d, got %lld", model,
                           what, (long long)least, HANSE_QUEUE_MOST, (long long)count);
    }
    return HANSE_OK;
}

static inline enum hanse_status need_rates(struct hanse_context *ctx, const char *model,
                                           double arrival_rate, double service_rate,
                                           int64_t servers)
{
    HANSE_TRY(need_positive(ctx, model, "arrival rate", arrival_rate));
    HANSE_TRY(need_positive(ctx, model, "service rate", service_rate));
    return need_count(ctx, model, "servers", servers, 1);
}

static inline enum hanse_status need_stable(struct hanse_context *ctx, const char *model,
                                            double offered_load, double servers)
{
    if (!(offered_load < servers)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "%s: offered load must be below the %g servers' capacity, got %g "
                           "erlang",
                           model, servers, offered_load);
    }
    return HANSE_OK;
}

#endif
