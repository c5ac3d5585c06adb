/*
 * A small SVG writer: shapes into a text, nothing kept.
 *
 * Colours and strokes are the page's business: every shape carries a CSS class, so one chart
 * serves a light page, a dark page and paper. Coordinates are in user units from the top left,
 * rounded to a twentieth, which no eye can tell and which halves the page. A NaN in a curve or
 * band is a gap, not a zero.
 */
#ifndef HANSE_OUTPUT_SVG_H
#define HANSE_OUTPUT_SVG_H

#include "output/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_svg_anchor { HANSE_SVG_START, HANSE_SVG_MIDDLE, HANSE_SVG_END };

/* Opens a drawing of width × height units that scales with its container. `title` is read out
 * by screen readers; it is escaped here, as is every text below. */
void hanse__svg_open(struct hanse_text *text, const char *css_class, double width,
                     double height, const char *title);
void hanse__svg_close(struct hanse_text *text);

void hanse__svg_rect(struct hanse_text *text, const char *css_class, double x, double y,
                     double width, double height);
void hanse__svg_line(struct hanse_text *text, const char *css_class, double x1, double y1,
                     double x2, double y2);
void hanse__svg_dot(struct hanse_text *text, const char *css_class, double x, double y,
                    double radius);
/* A line through n points, broken at NaN. */
void hanse__svg_curve(struct hanse_text *text, const char *css_class, const double *x,
                      const double *y, size_t n);
/* The area between two curves, broken at NaN. */
void hanse__svg_band(struct hanse_text *text, const char *css_class, const double *x,
                     const double *low, const double *high, size_t n);
void hanse__svg_text(struct hanse_text *text, const char *css_class, double x, double y,
                     enum hanse_svg_anchor anchor, const char *words);
/* An invisible patch that shows `words` when pointed at. */
void hanse__svg_tip(struct hanse_text *text, double x, double y, double width, double height,
                    const char *words);

#ifdef __cplusplus
}
#endif
#endif
