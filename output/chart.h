/*
 * Charts of the report, drawn with our own SVG writer.
 *
 * Each chart answers one question at a glance and labels what it draws in place, so that it
 * needs no legend and no colour to be understood: the fan's bands differ in depth, the baseline
 * is dashed, a stop is a shaded stretch with its name on it. Classes are styled by
 * page_style.c.
 */
#ifndef HANSE_OUTPUT_CHART_H
#define HANSE_OUTPUT_CHART_H

#include "output/measure.h"
#include "output/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch of time with a name, in calendar years. */
struct hanse_span {
    double from, to;
    const char *label;
};

/* One output over time: what the replications did, and the baseline beside it. Arrays hold n
 * stored values; NULL for a band or line that is not drawn. */
struct hanse_fan {
    const char *title;
    size_t n;
    const double *years; /* calendar years, ascending: the middle of each month */
    const double *p05, *p25, *p50, *p75, *p95;
    const double *baseline;
    const char *label, *baseline_label;
    struct hanse_measure measure;
    bool difference; /* figures are differences: zero line, "points" */
    bool from_zero;  /* the axis starts at 0 */
    double highest;  /* the axis reaches at least this stored value; NaN: as the data wants */
    double floor;    /* NaN: none */
    double height;   /* in units; 0: 340 */
    const struct hanse_span *spans;
    size_t n_spans;
};
void hanse__chart_fan(struct hanse_text *text, const struct hanse_fan *fan);

/* Lines over time with a label each, for capacity against demand. */
struct hanse_lines {
    const char *title;
    size_t n;
    const double *years;
    size_t n_lines; /* at most 4 */
    const double *values[4];
    const char *labels[4];
    struct hanse_measure measure;
    const struct hanse_span *spans;
    size_t n_spans;
};
void hanse__chart_lines(struct hanse_text *text, const struct hanse_lines *lines);

/* Bars to both sides of nought, longest first as given: how strongly an input moves an answer
 * (length: `share` of its spread) and which way (side: the sign of `direction`). */
struct hanse_tornado_bar {
    const char *label;
    const char *range; /* "0.8–1.4 1/year" */
    double share;      /* 0 .. 1 */
    double direction;  /* -1 .. 1 */
};
void hanse__chart_tornado(struct hanse_text *text, const char *title,
                          const struct hanse_tornado_bar *bars, size_t n);

/* A horizontal bar of parts that add up to at most `full`. */
struct hanse_part {
    const char *label;
    double value;
};
void hanse__chart_parts(struct hanse_text *text, const char *title,
                        const struct hanse_part *parts, size_t n, double full);

/* A dot with its interval and, thinner, the spread around it; on an axis low .. high with a
 * mark at `reference`. For the rows of a table. */
struct hanse_whisker {
    double low, high;
    double value, ci_low, ci_high, p05, p95;
    double reference;
};
void hanse__chart_whisker(struct hanse_text *text, const char *title,
                          const struct hanse_whisker *whisker);

#ifdef __cplusplus
}
#endif
#endif
