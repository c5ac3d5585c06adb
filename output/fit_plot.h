/*
 * A fit at a glance: what was observed against the laws that were fitted to it, panel by panel.
 */
#ifndef HANSE_OUTPUT_FIT_PLOT_H
#define HANSE_OUTPUT_FIT_PLOT_H

#include "sim/process/synthetic/fit_workload.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_FIT_PANELS = 3, HANSE_FIT_PANEL_LAWS = 3 };

/* One panel: the share of values up to x, x on a scale of logarithms. */
struct hanse_fit_panel {
    const char *title, *axis; /* "Runtime", "s" */
    const double *values;     /* rising, n of them, as observed */
    size_t n;
    const struct hanse_fit *laws; /* the best first; at most HANSE_FIT_PANEL_LAWS are drawn */
    size_t n_laws;
};

/* Writes the panels side by side, and the rhythm under them where there is one, to a .svg or
 * .png. HANSE_ERR_INPUT for another ending, HANSE_ERR_IO when gnuplot is missing or fails. */
enum hanse_status hanse_fit_plot(struct hanse_context *ctx, const char *path, const char *title,
                                 const struct hanse_fit_panel *panels, size_t n_panels,
                                 const struct hanse_rhythm *rhythm);

#ifdef __cplusplus
}
#endif
#endif
