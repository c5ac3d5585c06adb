/*
 * Plots: one chart from a result file, drawn by gnuplot as SVG or PNG.
 *
 * The script that draws it holds its data, so that it can be kept and changed by hand. Nothing
 * from the scenario reaches gnuplot but as a quoted text that gnuplot does not interpret.
 */
#ifndef HANSE_OUTPUT_PLOT_H
#define HANSE_OUTPUT_PLOT_H

#include "output/results.h"
#include "output/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_plot_kind {
    HANSE_PLOT_FAN,        /* median, middle half and nine in ten, over time */
    HANSE_PLOT_DIFFERENCE, /* paired difference to the baseline with its interval, over time */
    HANSE_PLOT_BARS,       /* cases side by side: whole horizon, and the headline's window */
    HANSE_PLOT_TORNADO,    /* inputs by their share of the spread */
    HANSE_PLOT_LINES,      /* medians of several cases over time */
    HANSE_PLOT_DOTS,       /* the scenario's figures, a row each, a dot per case */
    HANSE_PLOT_REGRET,     /* the scenario's cells, policies by worlds */
    HANSE_PLOT_SHORTFALL,  /* size of a shortfall against hours a year */
    HANSE_PLOT_KINDS,
};
/* Words of the kinds, in their order. */
extern const char *const hanse__plot_kinds[HANSE_PLOT_KINDS];

struct hanse_plot_options {
    enum hanse_plot_kind kind;
    const char *what;   /* output, e.g. "on_time_share"; dots, shortfall: none; regret: may be
                         * none */
    const char *viewer; /* shortfall: whose demand; NULL: everybody's */
    const char *region; /* name of a region; NULL: all together */
    const char *const
        *cases; /* names; none: the headline's case (bars, lines and shortfall: all) */
    size_t n_cases;
    const char *path; /* ends in .svg or .png */
};

/* Appends the gnuplot script. HANSE_ERR_INPUT with the nearest name: no such output, region or
 * case, or a path of another kind. */
enum hanse_status hanse__plot_script(struct hanse_context *ctx, struct hanse_results *results,
                                     const struct hanse_plot_options *options,
                                     struct hanse_text *script);

/* The same for HANSE_PLOT_SHORTFALL, of shortfall_plot.c. */
enum hanse_status hanse__shortfall_script(struct hanse_context *ctx,
                                          struct hanse_results *results,
                                          const struct hanse_plot_options *options,
                                          struct hanse_text *script);

/* What the scenario's own chart asks for, else the headline's output as a fan: fills kind, what
 * and region; their texts last as long as the results are open. HANSE_ERR_INPUT when there is
 * neither. */
enum hanse_status hanse__plot_declared(struct hanse_context *ctx, struct hanse_results *results,
                                       struct hanse_plot_options *options);

/* Writes the chart. HANSE_ERR_IO: gnuplot is not installed or failed. */
enum hanse_status hanse_plot_write(struct hanse_context *ctx, struct hanse_results *results,
                                   const struct hanse_plot_options *options);

#ifdef __cplusplus
}
#endif
#endif
