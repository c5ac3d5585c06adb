/*
 * The digest: what people look at in a result file, found once.
 *
 * Report, plot, comparison and terminal summary all need the same few things: the cases, the
 * calendar, the stretches to shade, the headline that the scenario names, and figures with
 * their intervals. They are found here, so that four views of one file cannot disagree.
 * Everything points into the results and lasts as long as they are open.
 */
#ifndef HANSE_OUTPUT_DIGEST_H
#define HANSE_OUTPUT_DIGEST_H

#include "output/chart.h"
#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fewer replications than this cannot carry a 5–95 % band: only quartiles are drawn. */
enum { HANSE_BAND_REPLICATIONS = 59 };

/* One case's figure for an output over a window; stored units, NaN where there is none. */
struct hanse_figures {
    double mean, ci_low, ci_high;     /* over replications, 95 % */
    double p05, p25, p50, p75, p95;   /* spread over replications */
    double diff, diff_low, diff_high; /* paired difference to the baseline, 95 % */
    double sim_half_width; /* simulation error alone: 95 % half-width, inputs at mid */
};

struct hanse_digest_headline {
    const char *text;
    const char *output;
    const char *unit, *long_name; /* of the output */
    size_t in_case, window;
    double floor; /* NaN: none */
    bool share;
};

enum { HANSE_DIGEST_SPANS = 8 };

struct hanse_digest {
    struct hanse_context *ctx;
    struct hanse_results *results;
    size_t n_cases, n_months, n_replications, n_windows;
    const char *const *case_names;
    const char *const *case_labels;
    double start_year;          /* calendar year of hour 0, with its fraction */
    enum hanse_status *trouble; /* first failure of a look-up; see hanse__digest_status */
    double *years;              /* [n_months]: the middle of each month; freed by fini */
    bool has_headline;          /* false: the scenario names none and no output offers itself */
    struct hanse_digest_headline headline;
};

/* HANSE_ERR_INPUT: the file lacks what every result file has. */
enum hanse_status hanse__digest_init(struct hanse_digest *digest, struct hanse_context *ctx,
                                     struct hanse_results *results);
void hanse__digest_fini(struct hanse_digest *digest);

/* Look-ups below answer "none" both for what the file lacks and when reading fails. Who writes
 * something out asks here first whether reading failed. */
enum hanse_status hanse__digest_status(const struct hanse_digest *digest);

/* Is this output a share of something, to be shown in per cent? */
bool hanse__digest_is_share(const char *output, const char *unit);

/* The name of a case, window or region as people read it: its label, else its name. */
const char *hanse__digest_case(const struct hanse_digest *digest, size_t which);
const char *hanse__digest_window(const struct hanse_digest *digest, size_t which);

/* A statistic over time of a total output: n_months values, or NULL when the file has none.
 * suffix: "_mean", "_p50", "_diff_ci_low" … */
const double *hanse__digest_curve(const struct hanse_digest *digest, const char *output,
                                  const char *suffix, size_t which_case);

/* Figures of item `item` (0 for totals) of a summary view; all NaN when there is none. */
struct hanse_figures hanse__digest_figures(const struct hanse_digest *digest, const char *view,
                                           size_t which_case, size_t window, size_t item);

/* out[n_replications]: a total output over a window, replication by replication. */
bool hanse__digest_sample(const struct hanse_digest *digest, const char *output,
                          size_t which_case, size_t window, double *out);

/* Names of summary outputs that are totals: no dimension but case, replication, window. */
enum hanse_status hanse__digest_outputs(const struct hanse_digest *digest, const char ***names,
                                        size_t *n);

/* Measure that suits an output's figures over all cases in one window. */
struct hanse_measure hanse__digest_measure(const struct hanse_digest *digest,
                                           const char *output, size_t window);
/* Measure that suits an output's months over all cases. */
struct hanse_measure hanse__digest_measure_months(const struct hanse_digest *digest,
                                                  const char *output);

/* Stretches to shade in a case's charts: the windows marked so and the case's own withdrawals
 * and restrictions, without doubles. Returns how many. */
size_t hanse__digest_spans(const struct hanse_digest *digest, size_t which_case,
                           struct hanse_span spans[HANSE_DIGEST_SPANS]);

/* Index of a case by name, n_cases when there is none. */
size_t hanse__digest_find_case(const struct hanse_digest *digest, const char *name);

#ifdef __cplusplus
}
#endif
#endif
