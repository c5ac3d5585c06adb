#include "output/svg.h"

#include <math.h>
#include <stdio.h>

enum { NUMBER_BYTES = 32 };

/* A coordinate without trailing zeros: "12", "12.5", "12.05". */
static const char *coordinate(double value, char buffer[NUMBER_BYTES])
{
    double rounded = round(value * 20.0) / 20.0;

    snprintf(buffer, NUMBER_BYTES, "%.6g", rounded == 0.0 ? 0.0 : rounded);
    return buffer;
}

static void attribute(struct hanse_text *text, const char *name, double value)
{
    char number[NUMBER_BYTES];

    hanse__text_addf(text, " %s=\"%s\"", name, coordinate(value, number));
}

static void start(struct hanse_text *text, const char *element, const char *css_class)
{
    hanse__text_addf(text, "<%s", element);
    if (css_class) {
        hanse__text_addf(text, " class=\"%s\"", css_class);
    }
}

void hanse__svg_open(struct hanse_text *text, const char *css_class, double width,
                     double height, const char *title)
{
    start(text, "svg", css_class);
    hanse__text_addf(text,
                     " xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" "
                     "role=\"img\"><title>",
                     width, height);
    hanse__text_escaped(text, title);
    hanse__text_add(text, "</title>\n");
}

void hanse__svg_close(struct hanse_text *text)
{
    hanse__text_add(text, "</svg>\n");
}

static void box(struct hanse_text *text, double x, double y, double width, double height)
{
    attribute(text, "x", x);
    attribute(text, "y", y);
    attribute(text, "width", fmax(0.0, width));
    attribute(text, "height", fmax(0.0, height));
}

void hanse__svg_rect(struct hanse_text *text, const char *css_class, double x, double y,
                     double width, double height)
{
    if (isnan(x + y + width + height)) {
        return;
    }
    start(text, "rect", css_class);
    box(text, x, y, width, height);
    hanse__text_add(text, "/>\n");
}

void hanse__svg_line(struct hanse_text *text, const char *css_class, double x1, double y1,
                     double x2, double y2)
{
    if (isnan(x1 + y1 + x2 + y2)) {
        return;
    }
    start(text, "line", css_class);
    attribute(text, "x1", x1);
    attribute(text, "y1", y1);
    attribute(text, "x2", x2);
    attribute(text, "y2", y2);
    hanse__text_add(text, "/>\n");
}

void hanse__svg_dot(struct hanse_text *text, const char *css_class, double x, double y,
                    double radius)
{
    if (isnan(x + y)) {
        return;
    }
    start(text, "circle", css_class);
    attribute(text, "cx", x);
    attribute(text, "cy", y);
    attribute(text, "r", radius);
    hanse__text_add(text, "/>\n");
}

static void point(struct hanse_text *text, char verb, double x, double y)
{
    char a[NUMBER_BYTES], b[NUMBER_BYTES];

    hanse__text_addf(text, "%c%s %s", verb, coordinate(x, a), coordinate(y, b));
}

void hanse__svg_curve(struct hanse_text *text, const char *css_class, const double *x,
                      const double *y, size_t n)
{
    bool pen_down = false;

    start(text, "path", css_class);
    hanse__text_add(text, " d=\"");
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i] + y[i])) {
            pen_down = false;
            continue;
        }
        point(text, pen_down ? 'L' : 'M', x[i], y[i]);
        pen_down = true;
    }
    hanse__text_add(text, "\"/>\n");
}

/* The closed outline of points [from, to): along the upper edge and back along the lower. */
static void patch(struct hanse_text *text, const double *x, const double *low,
                  const double *high, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        point(text, i == from ? 'M' : 'L', x[i], high[i]);
    }
    for (size_t i = to; i > from; i--) {
        point(text, 'L', x[i - 1], low[i - 1]);
    }
    hanse__text_add(text, "Z");
}

void hanse__svg_band(struct hanse_text *text, const char *css_class, const double *x,
                     const double *low, const double *high, size_t n)
{
    size_t from = 0;

    start(text, "path", css_class);
    hanse__text_add(text, " d=\"");
    for (size_t i = 0; i <= n; i++) {
        if (i == n || isnan(x[i] + low[i] + high[i])) {
            if (i > from) {
                patch(text, x, low, high, from, i);
            }
            from = i + 1;
        }
    }
    hanse__text_add(text, "\"/>\n");
}

void hanse__svg_text(struct hanse_text *text, const char *css_class, double x, double y,
                     enum hanse_svg_anchor anchor, const char *words)
{
    static const char *const anchors[] = {"start", "middle", "end"};

    if (isnan(x + y)) {
        return;
    }
    start(text, "text", css_class);
    attribute(text, "x", x);
    attribute(text, "y", y);
    if (anchor != HANSE_SVG_START) {
        hanse__text_addf(text, " text-anchor=\"%s\"", anchors[anchor]);
    }
    hanse__text_add(text, ">");
    hanse__text_escaped(text, words);
    hanse__text_add(text, "</text>\n");
}

void hanse__svg_tip(struct hanse_text *text, double x, double y, double width, double height,
                    const char *words)
{
    start(text, "rect", "tip");
    box(text, x, y, width, height);
    hanse__text_add(text, "><title>");
    hanse__text_escaped(text, words);
    hanse__text_add(text, "</title></rect>\n");
}
