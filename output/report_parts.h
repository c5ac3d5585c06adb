/*
 * The report's parts: each writes its own stretch of the page, in the order of report.c.
 *
 * A part that has nothing to say (one case only, no floor, no uncertain input) writes nothing
 * or says why; it never fails for lack of an output. Trouble with memory or the file stays on
 * the text's status.
 */
#ifndef HANSE_OUTPUT_REPORT_PARTS_H
#define HANSE_OUTPUT_REPORT_PARTS_H

#include "output/digest.h"
#include "output/text.h"

struct hanse_page {
    struct hanse_text text;
    struct hanse_digest digest;
};

/* NULL-terminated pieces of the style sheet. */
extern const char *const hanse__report_style[];

void hanse__report_head(struct hanse_page *page);
void hanse__report_headline(struct hanse_page *page);
void hanse__report_fans(struct hanse_page *page);
void hanse__report_shown(struct hanse_page *page);
void hanse__report_cases(struct hanse_page *page);
void hanse__report_shocks(struct hanse_page *page);
void hanse__report_floor(struct hanse_page *page);
void hanse__report_outputs(struct hanse_page *page);
void hanse__report_binds(struct hanse_page *page);
void hanse__report_control(struct hanse_page *page);
void hanse__report_tornado(struct hanse_page *page);
void hanse__report_changes(struct hanse_page *page);
void hanse__report_assumptions(struct hanse_page *page);
void hanse__report_limits(struct hanse_page *page);
void hanse__report_reproduce(struct hanse_page *page);
void hanse__report_download(struct hanse_page *page);

/* --- shared by the parts ------------------------------------------------------------------ */

/* A set of tabs, one panel per case, the headline's case open. Between begin and end the caller
 * writes n_cases panels, each between panel_begin and panel_end. Works without a script. */
void hanse__page_tabs_begin(struct hanse_page *page, const char *group);
void hanse__page_panel_begin(struct hanse_page *page);
void hanse__page_panel_end(struct hanse_page *page);
void hanse__page_tabs_end(struct hanse_page *page);

/* "during the stop" or "over the whole horizon": a window as the end of a sentence. */
void hanse__page_over_window(struct hanse_page *page, size_t which);

/* A table cell with a figure and its interval below. */
void hanse__page_figure_cell(struct hanse_page *page, const struct hanse_measure *measure,
                             bool difference, double value, double low, double high);

#endif
