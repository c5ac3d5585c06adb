/* The report's bar charts: tornado, parts of a whole, and whiskers for table rows. */
#include <math.h>
#include <stdio.h>

#include "output/chart.h"
#include "output/svg.h"

enum { WIDTH = 860, NAME = 330, ROW = 34 };

static double fraction(double value)
{
    return isfinite(value) ? fmin(1.0, fmax(0.0, value)) : 0.0;
}

static void tornado_row(struct hanse_text *text, const struct hanse_tornado_bar *bar,
                        double widest, double y)
{
    double middle = NAME + (WIDTH - NAME) / 2.0;
    double full = (WIDTH - NAME) / 2.0 - 62;
    double length = fraction(bar->share) / widest * full;
    bool lowers = bar->direction < 0.0;
    char words[HANSE_FIGURE_BYTES];

    hanse__svg_text(text, "rowname", NAME - 14, y + 13, HANSE_SVG_END, bar->label);
    hanse__svg_text(text, "rownote", NAME - 14, y + 27, HANSE_SVG_END, bar->range);
    hanse__svg_rect(text, lowers ? "lowers" : "raises", lowers ? middle - length : middle,
                    y + 5, length, ROW - 14);
    snprintf(words, sizeof words, "%.0f\xc2\xa0%%", fraction(bar->share) * 100.0);
    hanse__svg_text(text, "rowvalue", lowers ? middle - length - 6 : middle + length + 6,
                    y + 20, lowers ? HANSE_SVG_END : HANSE_SVG_START, words);
}

void hanse__chart_tornado(struct hanse_text *text, const char *title,
                          const struct hanse_tornado_bar *bars, size_t n)
{
    double height = 30 + ROW * (double)n, middle = NAME + (WIDTH - NAME) / 2.0;
    double widest = 0.01;

    for (size_t i = 0; i < n; i++) {
        widest = fmax(widest, fraction(bars[i].share));
    }
    hanse__svg_open(text, "chart", WIDTH, height, title);
    hanse__svg_text(text, "tick", middle - 12, 14, HANSE_SVG_END,
                    "\xe2\x86\x90 a higher value lowers it");
    hanse__svg_text(text, "tick", middle + 12, 14, HANSE_SVG_START,
                    "a higher value raises it \xe2\x86\x92");
    for (size_t i = 0; i < n; i++) {
        tornado_row(text, &bars[i], widest, 24 + ROW * (double)i);
    }
    hanse__svg_line(text, "axis", middle, 22, middle, height - 2);
    hanse__svg_close(text);
}

void hanse__chart_parts(struct hanse_text *text, const char *title,
                        const struct hanse_part *parts, size_t n, double full)
{
    double x = 0.0;

    hanse__svg_open(text, "parts", 400, 18, title);
    hanse__svg_rect(text, "whole", 0, 2, 400, 14);
    for (size_t i = 0; i < n; i++) {
        char css_class[16], words[2 * HANSE_FIGURE_BYTES];
        double width = full > 0.0 ? fraction(parts[i].value / full) * 400.0 : 0.0;

        snprintf(css_class, sizeof css_class, "part%zu", i % 6);
        snprintf(words, sizeof words, "%.180s: %.1f\xc2\xa0%%", parts[i].label,
                 full > 0.0 ? parts[i].value / full * 100.0 : 0.0);
        hanse__svg_rect(text, css_class, x, 2, width, 14);
        hanse__svg_tip(text, x, 0, width, 18, words);
        x += width;
    }
    hanse__svg_close(text);
}

void hanse__chart_whisker(struct hanse_text *text, const char *title,
                          const struct hanse_whisker *w)
{
    double scale = w->high > w->low ? 236.0 / (w->high - w->low) : 0.0;
    double origin = 2.0 - w->low * scale;

    hanse__svg_open(text, "whisker", 240, 20, title);
    hanse__svg_line(text, "reference", origin + w->reference * scale, 0,
                    origin + w->reference * scale, 20);
    hanse__svg_line(text, "spread", origin + w->p05 * scale, 10, origin + w->p95 * scale, 10);
    hanse__svg_line(text, "interval", origin + w->ci_low * scale, 10,
                    origin + w->ci_high * scale, 10);
    hanse__svg_dot(text, "estimate", origin + w->value * scale, 10, 4);
    hanse__svg_close(text);
}
