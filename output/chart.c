#include "output/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/svg.h"

enum { WIDTH = 860, LEFT = 58, RIGHT = 132, TOP = 30, BOTTOM = 34 };

/* A linear map from values to drawing units. */
struct scale {
    double low, high; /* values */
    double from, to;  /* units */
};

static double at(const struct scale *scale, double value)
{
    return scale->from +
           (value - scale->low) / (scale->high - scale->low) * (scale->to - scale->from);
}

struct frame {
    struct scale x, y;
    struct hanse_measure measure;
    bool difference;
};

static void widen(double *low, double *high, const double *values, size_t n, double factor)
{
    for (size_t i = 0; values && i < n; i++) {
        if (isfinite(values[i])) {
            *low = fmin(*low, values[i] * factor);
            *high = fmax(*high, values[i] * factor);
        }
    }
}

/* Rounds a range outwards to whole ticks, so that the highest curve stays off the edge. */
static void round_out(double *low, double *high)
{
    double ticks[16];
    size_t n;
    double step;

    if (!(*high > *low)) {
        *high = *low + (*low == 0.0 ? 1.0 : fabs(*low));
    }
    n = hanse__ticks(*low, *high, 6, ticks);
    step = n > 1 ? ticks[1] - ticks[0] : *high - *low;
    *low = floor(*low / step + 1e-9) * step;
    *high = ceil(*high / step - 1e-9) * step;
}

static void draw_grid(struct hanse_text *text, const struct frame *frame)
{
    double ticks[16];
    size_t n = hanse__ticks(frame->y.low, frame->y.high, 6, ticks);
    double step = n > 1 ? ticks[1] - ticks[0] : 1.0;

    for (size_t i = 0; i < n; i++) {
        char label[HANSE_FIGURE_BYTES], words[HANSE_FIGURE_BYTES + 8];
        double y = at(&frame->y, ticks[i]);
        bool zero = fabs(ticks[i]) < step / 2;

        hanse__figure(label, ticks[i], step * 2.0);
        snprintf(words, sizeof words, "%s%s", label,
                 strcmp(frame->measure.unit, "%") == 0 && !frame->difference ? "\xc2\xa0%"
                                                                             : "");
        hanse__svg_line(text, zero ? "zero" : "grid", frame->x.from, y, frame->x.to, y);
        hanse__svg_text(text, "tick", frame->x.from - 8, y + 4, HANSE_SVG_END, words);
    }
    n = hanse__ticks(ceil(frame->x.low - 0.01), frame->x.high + 0.01, 12, ticks);
    for (size_t i = 0; i < n; i++) {
        char year[16];
        double x = at(&frame->x, ticks[i]);

        if (ticks[i] != floor(ticks[i])) {
            continue;
        }
        snprintf(year, sizeof year, "%.0f", ticks[i]);
        hanse__svg_line(text, "tickmark", x, frame->y.from, x, frame->y.from + 5);
        hanse__svg_text(text, "tick", x, frame->y.from + 20, HANSE_SVG_MIDDLE, year);
    }
    hanse__svg_line(text, "axis", frame->x.from, frame->y.from, frame->x.to, frame->y.from);
}

static void draw_spans(struct hanse_text *text, const struct frame *frame,
                       const struct hanse_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double from = at(&frame->x, fmax(spans[i].from, frame->x.low));
        double to = at(&frame->x, fmin(spans[i].to, frame->x.high));

        if (to <= from) {
            continue;
        }
        hanse__svg_rect(text, "span", from, frame->y.to, to - from,
                        frame->y.from - frame->y.to);
        hanse__svg_text(text, "spanname", (from + to) / 2,
                        frame->y.to - 8 - 15 * (double)(i % 2), HANSE_SVG_MIDDLE,
                        spans[i].label);
    }
}

enum { MAX_POINTS = 1200 };

static size_t map(double *out, const double *values, size_t n, double factor,
                  const struct scale *scale)
{
    n = n < MAX_POINTS ? n : MAX_POINTS;
    for (size_t i = 0; i < n; i++) {
        out[i] = at(scale, values[i] * factor);
    }
    return n;
}

static void draw_curve(struct hanse_text *text, const struct frame *frame,
                       const char *css_class, const double *years, const double *values,
                       size_t n)
{
    double x[MAX_POINTS], y[MAX_POINTS];

    if (values) {
        map(x, years, n, 1.0, &frame->x);
        n = map(y, values, n, frame->measure.factor, &frame->y);
        hanse__svg_curve(text, css_class, x, y, n);
    }
}

static void draw_band(struct hanse_text *text, const struct frame *frame, const char *css_class,
                      const double *years, const double *low, const double *high, size_t n)
{
    double x[MAX_POINTS], a[MAX_POINTS], b[MAX_POINTS];

    if (low && high) {
        map(x, years, n, 1.0, &frame->x);
        map(a, low, n, frame->measure.factor, &frame->y);
        n = map(b, high, n, frame->measure.factor, &frame->y);
        hanse__svg_band(text, css_class, x, a, b, n);
    }
}

static double last_finite(const double *values, size_t n)
{
    while (values && n > 0) {
        if (isfinite(values[--n])) {
            return values[n];
        }
    }
    return NAN;
}

/* Names at the right end of lines, pushed apart where the lines end close together. */
static void draw_names(struct hanse_text *text, const struct frame *frame, size_t n,
                       const double *ends, const char *const *labels,
                       const char *const *classes)
{
    double y[8];
    size_t order[8];

    for (size_t i = 0; i < n; i++) {
        size_t j = i;

        y[i] = at(&frame->y, ends[i] * frame->measure.factor);
        for (; j > 0 && y[order[j - 1]] > y[i]; j--) {
            order[j] = order[j - 1];
        }
        order[j] = i;
    }
    for (size_t i = 1; i < n; i++) {
        y[order[i]] = fmax(y[order[i]], y[order[i - 1]] + 15);
    }
    for (size_t i = 0; i < n; i++) {
        hanse__svg_text(text, classes[i], frame->x.to + 8, y[i] + 4, HANSE_SVG_START,
                        labels[i]);
    }
}

static void draw_tips(struct hanse_text *text, const struct frame *frame,
                      const struct hanse_fan *fan)
{
    double width = (frame->x.to - frame->x.from) / (double)(fan->n > 0 ? fan->n : 1);

    if (!fan->p50 || !fan->p25 || !fan->p75) {
        return;
    }
    for (size_t i = 0; i < fan->n; i++) {
        char value[HANSE_FIGURE_BYTES], range[HANSE_FIGURE_BYTES];
        char words[3 * HANSE_FIGURE_BYTES];
        bool bands = fan->p05 && fan->p95;
        double low = bands ? fan->p05[i] : fan->p25[i];
        double high = bands ? fan->p95[i] : fan->p75[i];
        int year = (int)floor(fan->years[i]);
        int month = (int)floor((fan->years[i] - year) * 12.0) + 1;

        snprintf(words, sizeof words, "%d-%02d: median %s, %s of runs within %s", year,
                 month > 12 ? 12 : month,
                 hanse__figure_value(value, &fan->measure, fan->difference, fan->p50[i],
                                     (high - low) / 8.0),
                 bands ? "90 %" : "50 %",
                 hanse__figure_range(range, &fan->measure, fan->difference, low, high));
        hanse__svg_tip(text, at(&frame->x, fan->years[i]) - width / 2, frame->y.to, width,
                       frame->y.from - frame->y.to, words);
    }
}

static struct frame make_frame(const double *years, size_t n, double height,
                               const struct hanse_measure *measure, bool difference)
{
    double half = n > 1 ? (years[n - 1] - years[0]) / (double)(n - 1) / 2.0 : 0.5;

    return (struct frame){
        .x = {n > 0 ? years[0] - half : 0, n > 0 ? years[n - 1] + half : 1, LEFT,
              WIDTH - RIGHT},
        .y = {0, 1, height - BOTTOM, TOP},
        .measure = *measure,
        .difference = difference,
    };
}

static struct frame fan_frame(const struct hanse_fan *fan, double height)
{
    struct frame frame = make_frame(fan->years, fan->n, height, &fan->measure, fan->difference);
    const double *all[] = {fan->p05, fan->p25, fan->p50, fan->p75, fan->p95, fan->baseline};
    double low = INFINITY, high = -INFINITY, factor = fan->measure.factor;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        widen(&low, &high, all[i], fan->n, factor);
    }
    widen(&low, &high, &fan->highest, 1, factor);
    widen(&low, &high, &fan->floor, 1, factor);
    if (fan->from_zero || fan->difference || !(high >= low)) {
        low = fmin(low, 0.0);
        high = fmax(high, 0.0);
    }
    round_out(&low, &high);
    frame.y.low = low;
    frame.y.high = high;
    return frame;
}

static void draw_floor(struct hanse_text *text, const struct frame *frame, double floor_value)
{
    char value[HANSE_FIGURE_BYTES], words[HANSE_FIGURE_BYTES + 16];
    double y = at(&frame->y, floor_value * frame->measure.factor);

    if (isnan(floor_value)) {
        return;
    }
    snprintf(words, sizeof words, "floor %s",
             hanse__figure_exact(value, &frame->measure, floor_value));
    hanse__svg_line(text, "floor", frame->x.from, y, frame->x.to, y);
    hanse__svg_text(text, "floorname", frame->x.from + 6, y - 5, HANSE_SVG_START, words);
}

static void draw_unit(struct hanse_text *text, const struct frame *frame)
{
    const char *unit =
        frame->difference ? frame->measure.unit_of_difference : frame->measure.unit;

    if (strcmp(unit, "%") != 0) {
        hanse__svg_text(text, "tick", 2, frame->y.to - 12, HANSE_SVG_START, unit);
    }
}

void hanse__chart_fan(struct hanse_text *text, const struct hanse_fan *fan)
{
    double height = fan->height > 0 ? fan->height : 340;
    struct frame frame = fan_frame(fan, height);
    const double ends[] = {last_finite(fan->p50, fan->n), last_finite(fan->baseline, fan->n)};
    const char *const labels[] = {fan->label, fan->baseline_label};
    const char *const classes[] = {"name", "basename"};

    hanse__svg_open(text, "chart", WIDTH, height, fan->title);
    draw_spans(text, &frame, fan->spans, fan->n_spans);
    draw_grid(text, &frame);
    draw_unit(text, &frame);
    draw_band(text, &frame, "band90", fan->years, fan->p05, fan->p95, fan->n);
    draw_band(text, &frame, "band50", fan->years, fan->p25, fan->p75, fan->n);
    draw_floor(text, &frame, fan->floor);
    draw_curve(text, &frame, "baseline", fan->years, fan->baseline, fan->n);
    draw_curve(text, &frame, "median", fan->years, fan->p50, fan->n);
    draw_names(text, &frame, fan->baseline ? 2 : 1, ends, labels, classes);
    draw_tips(text, &frame, fan);
    hanse__svg_close(text);
}

void hanse__chart_lines(struct hanse_text *text, const struct hanse_lines *lines)
{
    static const char *const curves[] = {"line0", "line1", "line2", "line3"};
    static const char *const names[] = {"name0", "name1", "name2", "name3"};
    struct frame frame = make_frame(lines->years, lines->n, 280, &lines->measure, false);
    double low = 0.0, high = 0.0, ends[4];

    for (size_t i = 0; i < lines->n_lines; i++) {
        widen(&low, &high, lines->values[i], lines->n, lines->measure.factor);
        ends[i] = last_finite(lines->values[i], lines->n);
    }
    round_out(&low, &high);
    frame.y.low = low;
    frame.y.high = high;
    hanse__svg_open(text, "chart", WIDTH, 280, lines->title);
    draw_spans(text, &frame, lines->spans, lines->n_spans);
    draw_grid(text, &frame);
    draw_unit(text, &frame);
    for (size_t i = 0; i < lines->n_lines; i++) {
        draw_curve(text, &frame, curves[i], lines->years, lines->values[i], lines->n);
    }
    draw_names(text, &frame, lines->n_lines, ends, lines->labels, names);
    hanse__svg_close(text);
}
