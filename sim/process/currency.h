/*
 * Currencies: what a unit of one costs in the scenario's, relative to hour 0.
 *
 * A geometric Brownian motion with jumps (Merton, Journal of Financial Economics 3, 1976), in
 * steps of a day:
 *
 *     ln I(d + 1) = ln I(d) + (drift − volatility²/2) / 365 + volatility · z / √365 + Σ jumps
 *
 * z standard normal; jumps come at jump_rate, each adds a normal of mean jump_mean and standard
 * deviation jump_deviation. Without jumps E[I(t)] = exp(drift · t). A `devaluation` multiplies
 * the index at a date. Draws belong to (currency, day).
 *
 * What a foreign API takes moves with its currency; what a workload is willing to pay
 * (`price_limit`) with that of its home, so a devaluation at home prices people out.
 */
#ifndef HANSE_SIM_PROCESS_CURRENCY_H
#define HANSE_SIM_PROCESS_CURRENCY_H

#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_currency {
    const char *name, *label;
    double drift_per_year, volatility, jump_rate_per_year, jump_mean, jump_deviation;
};

struct hanse_devaluation {
    const char *name, *label;
    int32_t currency;
    double at_h, factor;
};

extern const struct hanse_kind hanse_kind_currency, hanse_kind_devaluation;
extern const struct hanse_mechanism hanse_mechanism_currency;

/* Index of a currency today; 1 for none (-1: the scenario's own). */
double hanse__exchange(const struct hanse_world *world, int32_t currency);

/* Brings the indices to an hour; called before it is served, for every hour. */
void hanse__currency_hour(struct hanse_world *world, int64_t hour);

#endif
