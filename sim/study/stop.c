#include "sim/study/stop.h"

#include <math.h>
#include <stdint.h>

/* The share of the misses that are asked for which Student's interval is taken at. */
static const double PAID = 0.75;

enum hanse_status hanse_stop_rule_check(struct hanse_context *ctx,
                                        const struct hanse_stop_rule *rule)
{
    if (!(rule->relative > 0.0) || isinf(rule->relative)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "precision: must be > 0 and finite, got %g",
                           rule->relative);
    }
    if (rule->least != 0 && rule->least < HANSE_STOP_LEAST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "precision: the least number of replications must be at least %d, "
                           "got %zu: fewer make intervals that cover too little",
                           HANSE_STOP_LEAST, rule->least);
    }
    size_t least = rule->least != 0 ? rule->least : HANSE_STOP_FIRST;
    if (rule->most != 0 && rule->most < least) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "precision: at most %zu replications is below the least, %zu",
                           rule->most, least);
    }
    if (rule->confidence != 0.0 && !(rule->confidence > 0.0 && rule->confidence < 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "precision: confidence must be between 0 and 1, got %g",
                           rule->confidence);
    }
    return HANSE_OK;
}

size_t hanse_stop_next(const struct hanse_stop_rule *rule, size_t n)
{
    size_t most = rule->most != 0 ? rule->most : SIZE_MAX;
    if (n >= most) {
        return n;
    }
    double even = (double)(rule->least != 0 ? rule->least : HANSE_STOP_FIRST);
    double rung = even;
    while (rung <= (double)n) {
        double odd = floor(even * 1.41421356237309515);
        even *= 2.0;
        rung = odd > (double)n ? odd : even;
    }
    return rung < (double)most ? (size_t)rung : most;
}

/* Nothing is no part of anything, of nothing neither. */
static double part(double of, double whole)
{
    return of == 0.0 ? 0.0 : of / whole;
}

static enum hanse_stop_verdict judge(const struct hanse_stop_rule *rule, const double *values,
                                     size_t n, struct hanse_stop_state *state)
{
    double confidence = rule->confidence != 0.0 ? rule->confidence : 0.95;
    double paid = 1.0 - PAID * (1.0 - confidence);
    struct hanse_interval got = hanse_interval_mean(values, n, paid);
    double promised = rule->relative * fabs(got.mean);
    double excess = part(got.half_width, promised);
    *state = (struct hanse_stop_state){
        .n = n,
        .interval = got,
        .relative = part(got.half_width, fabs(got.mean)),
        .promised = promised,
        .forecast = (double)n * excess * excess,
    };
    if (got.half_width <= promised) { /* also where both are 0: all values are 0 */
        return HANSE_STOP_MET;
    }
    if (isnan(got.half_width) || isnan(promised)) {
        return HANSE_STOP_NAN;
    }
    return n == rule->most ? HANSE_STOP_SHORT : HANSE_STOP_GO_ON;
}

enum hanse_stop_verdict hanse_stop_check(const struct hanse_stop_rule *rule,
                                         const double *values, size_t n,
                                         struct hanse_stop_state *state)
{
    enum hanse_stop_verdict verdict = HANSE_STOP_GO_ON;
    *state = (struct hanse_stop_state){
        .interval = {0, 0, NAN, NAN, NAN, NAN, NAN},
        .relative = NAN,
        .promised = NAN,
        .forecast = NAN,
    };
    for (size_t k = hanse_stop_next(rule, 0); k <= n && verdict == HANSE_STOP_GO_ON;
         k = hanse_stop_next(rule, k)) {
        verdict = judge(rule, values, k, state);
    }
    return verdict;
}
