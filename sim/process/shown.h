/*
 * What a study shows: nouns that change no result and say how to look at it.
 *
 * A study answers a question, and the answer is seldom one number: a data centre and a network
 * differ on five counts, a choice under uncertainty is a table of policies by worlds. These
 * nouns say which figures, in which windows, make the answer and which chart shows it, so that
 * summary, page and plot lead with the same thing. They are checked like everything else: an
 * output or a case that does not exist is an error, never an empty place on a page.
 *
 * Regret of policy p in world w is L(p, w) − min over q of L(q, w), with L the mean loss over
 * replications (Savage, Journal of the American Statistical Association 46, 1951).
 */
#ifndef HANSE_SIM_PROCESS_SHOWN_H
#define HANSE_SIM_PROCESS_SHOWN_H

#include "sim/model/schema.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_headline { /* the figure that summary and page lead with */
    const char *name, *text, *output, *in_case;
    int32_t window; /* -1: the whole horizon */
    double floor;
};

struct hanse_figure_noun { /* kind "figure": a row of the scorecard */
    const char *name, *label, *output;
    int32_t window;
    const char *of; /* name of a row of the output's dimension; "": the total */
    int64_t place;  /* rows by place, then by name */
    int32_t better; /* enum hanse_better */
};
enum hanse_better { HANSE_BETTER_MORE, HANSE_BETTER_LESS };
#define HANSE_BETTER_WORDS "more less"

struct hanse_cell { /* of the regret table: the case that is a policy in a world */
    const char *name, *policy, *world, *in_case;
};

struct hanse_chart { /* the one chart that answers the question */
    const char *name, *label;
    int32_t kind; /* word of HANSE_CHART_WORDS */
    const char *output;
    int32_t region;
};
#define HANSE_CHART_WORDS "fan difference bars tornado lines dots regret shortfall heat"

extern const struct hanse_kind hanse_kind_headline, hanse_kind_figure, hanse_kind_cell,
    hanse_kind_chart;

#ifdef __cplusplus
}
#endif
#endif
