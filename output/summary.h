/*
 * The summary: what a run leaves on the terminal.
 *
 * A table of cases against the outputs that decide (the headline first), each mean with the
 * half-width of its 95 % interval, within 100 columns. It reads the same result file as the
 * page, so the two cannot disagree.
 */
#ifndef HANSE_OUTPUT_SUMMARY_H
#define HANSE_OUTPUT_SUMMARY_H

#include <stdio.h>

#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prints title, headline and table. HANSE_ERR_INPUT: the file lacks what every result file
 * has; HANSE_ERR_IO when printing fails. */
enum hanse_status hanse_summary_print(struct hanse_context *ctx, struct hanse_results *results,
                                      FILE *file);

/* One figure of the summary, for programs. Values in the output's own unit, NaN: none. */
struct hanse_summary_row {
    const char *case_name, *case_label, *window, *output, *unit, *long_name;
    double mean, ci_low, ci_high;
    double p05, p50, p95;
    double diff, diff_low, diff_high; /* to the baseline, paired */
    double sim_half_width;
};
/* Every case × window × total output, in this order. Free with hanse_summary_free. */
enum hanse_status hanse_summary_rows(struct hanse_context *ctx, struct hanse_results *results,
                                     struct hanse_summary_row **rows, size_t *n);
void hanse_summary_free(struct hanse_summary_row *rows);

#ifdef __cplusplus
}
#endif
#endif
