/*
 * What a scenario wants shown, read from its result file: the scorecard's figures, the cells
 * of the regret table, the chart that answers (sim/process/shown.h has the nouns).
 *
 * Summary, page, plot and JSON all take it from here. Everything points into the results and
 * lasts as long as they are open.
 */
#ifndef HANSE_OUTPUT_SHOWN_H
#define HANSE_OUTPUT_SHOWN_H

#include "output/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_SHOWN_MOST = 64, HANSE_REGRET_MOST = 12 };

/* One row of the scorecard. */
struct hanse_shown_figure {
    const char *name, *label;
    char view[160]; /* in /summary: the output, or the output by what it is split by */
    size_t item, window;
    bool more_is_better;
    long place;
    struct hanse_measure measure; /* suits all cases */
};

/* Policies (rows) by worlds (columns); case n_cases where there is no such cell. */
struct hanse_regret {
    const char *output, *long_name; /* the loss */
    size_t n_policies, n_worlds;
    const char *policies[HANSE_REGRET_MOST], *worlds[HANSE_REGRET_MOST];
    size_t cases[HANSE_REGRET_MOST][HANSE_REGRET_MOST];
    double loss[HANSE_REGRET_MOST][HANSE_REGRET_MOST]; /* mean; NaN: no cell */
    /* Regret and the half-width of its 95 % interval, paired; 0 and 0 for the best. */
    double regret[HANSE_REGRET_MOST][HANSE_REGRET_MOST];
    double half_width[HANSE_REGRET_MOST][HANSE_REGRET_MOST];
    double worst[HANSE_REGRET_MOST]; /* of a policy over worlds; NaN: a world is missing */
    size_t least_worst;              /* the policy of minimax regret; n_policies: none */
    struct hanse_measure measure;
};

struct hanse_shown {
    size_t n_figures;
    struct hanse_shown_figure figures[HANSE_SHOWN_MOST]; /* in the order they are shown */
    bool has_regret, has_chart;
    struct hanse_regret regret;
    const char *chart_kind, *chart_output, *chart_region, *chart_label; /* "" none */
};

/* `loss`: output of the regret table, NULL for the chart's, else the cost. HANSE_ERR_MEMORY,
 * HANSE_ERR_IO from the file; a file without such nouns shows nothing. */
enum hanse_status hanse__shown_read(const struct hanse_digest *digest, const char *loss,
                                    struct hanse_shown *shown);

#ifdef __cplusplus
}
#endif
#endif
