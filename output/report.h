/*
 * The report: one page for someone who decides.
 *
 * A single HTML file that needs no network, no script and no other file: charts are inline
 * SVG, the data are in it as CSV, and it prints on A4. In order: what was asked, the answer in
 * one sentence with its interval, the picture, the difference to the baseline, what binds, the
 * assumptions with their evidence, which inputs move the answer, what is not modelled, and how
 * to get the same page again. The page is a function of the result file alone.
 */
#ifndef HANSE_OUTPUT_REPORT_H
#define HANSE_OUTPUT_REPORT_H

#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the page to `path`, whole or not at all. HANSE_ERR_INPUT: the file lacks what every
 * result file has; HANSE_ERR_IO. */
enum hanse_status hanse_report_write(struct hanse_context *ctx, struct hanse_results *results,
                                     const char *path);

#ifdef __cplusplus
}
#endif
#endif
