/*
 * What made these arrivals? A rhythm, and a process in operational time.
 *
 * 1. Rhythm. Arrivals are counted by hour of the day and of the week (counted from time 0) and
 *    divided by the time each hour had. Flat, day (from 3 days on) and week (from 3 weeks on)
 *    are compared by QAIC = -2 ln L / phi + 2 parameters, L the Poisson likelihood of the
 *    hourly counts and phi their dispersion around the richest rhythm, so that bursts don't
 *    pass for a rhythm (Burnham and Anderson, Model Selection, 2002, 2.5).
 * 2. Operational time: u = W(t) takes the rhythm out (arrivals.h). Arrivals that share one
 *    whole second are spread over it by chance.
 * 3. The gaps of u: their scv, the correlation of neighbours, dispersion of counts in windows;
 *    every law of fit.h by maximum likelihood; and a two-state Markov-modulated Poisson
 *    process by maximum likelihood, from starts that have the observed dispersion:
 *        L = phi_0 prod_i exp((Q - Lambda) x_i) Lambda 1        (Ryden, JTSA 15, 1994)
 *    The least AIC wins. A law of gaps knows no correlation, the modulated process does.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_FIT_ARRIVALS_H
#define HANSE_SIM_PROCESS_SYNTHETIC_FIT_ARRIVALS_H

#include "sim/process/synthetic/arrivals.h"
#include "sim/stats/fit.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_DISPERSIONS = 16 };

struct hanse_arrivals_fit {
    uint64_t n;
    double interval_s, span_s;
    struct hanse_rhythm rhythm; /* n = 0: none, 24: day, 168: week */
    double gap_scv, gap_correlation;
    uint32_t n_windows;
    double window_s[HANSE_DISPERSIONS];   /* in operational time */
    double dispersion[HANSE_DISPERSIONS]; /* Var N / E N of the window */
    struct hanse_fit gaps[HANSE_FITS];    /* the best first */
    size_t n_gaps;
    struct hanse_mmpp mmpp;
    double mmpp_log_likelihood, mmpp_aic;
    bool modulated; /* the modulated process has the least AIC */
};

/* From n >= 20 rising times >= 0. HANSE_ERR_DOMAIN, HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_fit_arrivals(struct hanse_context *ctx, const double *times_s,
                                               size_t n, struct hanse_arrivals_fit *fit);

/* ln L of rising operational times under a two-state process. */
HANSE_API double hanse_mmpp2_log_likelihood(const struct hanse_mmpp *mmpp, const double *gaps_s,
                                            size_t n);

#ifdef __cplusplus
}
#endif
#endif
