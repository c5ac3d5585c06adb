/*
 * A workload of the same kind: from a log to the line of text that makes more of it.
 *
 * Arrivals are fitted as fit_arrivals.h says, sizes (runtimes; prompts and answers of requests)
 * by maximum likelihood over all laws of fit.h, the least AIC winning. Widths keep their
 * observed shares: for a law of a few whole numbers that is the most likely one. Estimates are
 * exact where the log's are, else modal with the log's longest (estimates.h). Sizes that are
 * whole numbers are taken as rounded, down for times and up for tokens: the laws see the
 * middle.
 *
 * Width and runtime, where their ranks are tied by more than three standard errors, are tied by
 * the normal copula under which E[width x runtime] / (E width x E runtime) is the log's: the
 * load hangs on it. Users and trends are not modelled. Its goodness is
 * looked at from outside: as many jobs are drawn from the text, and their gaps, sizes and
 * widths compared with the log's by Kolmogorov's distance.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_FIT_WORKLOAD_H
#define HANSE_SIM_PROCESS_SYNTHETIC_FIT_WORKLOAD_H

#include "sim/process/synthetic/fit_arrivals.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of a log; arrays of n, in the order of time. */
struct hanse_workload_columns {
    size_t n;
    uint32_t processors;      /* jobs; 0: requests */
    const double *time_s;     /* rising, >= 0 */
    const double *size[2];    /* jobs: runtime in s, NULL; requests: prompt, generated tokens */
    const double *estimate_s; /* jobs */
    const double *width;      /* jobs */
};

/* One kind of size. */
struct hanse_size_fit {
    struct hanse_fit laws[HANSE_FITS]; /* the best first */
    size_t n_laws;
    double mean, scv; /* of the sample */
    double distance;  /* sample and as many values drawn from the text */
};

struct hanse_workload_fit {
    size_t n;
    uint32_t processors;
    struct hanse_arrivals_fit arrivals;
    double gap_distance; /* gaps of the log and of as many drawn, as they come */
    struct hanse_size_fit size[2];
    double mean_width, width_distance, rank_correlation; /* Spearman's, width and runtime */
    double copula_correlation;                           /* the text's; 0 none */
    double serial_share, pow2_share;                     /* of widths: 1; 2, 4, 8 … */
    double load, made_load; /* width x runtime / (processors x span): log, drawn */
    double accuracy;        /* mean of runtime / estimate */
    double longest_estimate_s;
    bool exact_estimates;
    char *text; /* the synthetic workload */
};

/* hanse_workload_fit_fini afterwards. HANSE_ERR_DOMAIN: too few, or sizes that are not > 0. */
HANSE_API enum hanse_status hanse_fit_workload(struct hanse_context *ctx,
                                               const struct hanse_workload_columns *columns,
                                               struct hanse_workload_fit *fit);
HANSE_API void hanse_workload_fit_fini(struct hanse_workload_fit *fit);

#ifdef __cplusplus
}
#endif
#endif
