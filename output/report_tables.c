/* The page's tables of figures: cases side by side, months to the floor, all other outputs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"
#include "sim/stats/interval.h"
#include "sim/stats/quantile.h"

/* One axis for all rows, so that dots can be compared down the column. */
static struct hanse_whisker whisker_axis(const struct hanse_digest *digest)
{
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_whisker axis = {.low = INFINITY, .high = -INFINITY};

    for (size_t i = 0; i < digest->n_cases; i++) {
        struct hanse_figures f = hanse__digest_figures(digest, h->output, i, h->window, 0);

        axis.low = fmin(axis.low, fmin(f.p05, f.ci_low));
        axis.high = fmax(axis.high, fmax(f.p95, f.ci_high));
        if (i == 0) {
            axis.reference = f.mean;
        }
    }
    return axis;
}

static void case_row(struct hanse_page *page, size_t which, const struct hanse_measure *measure,
                     struct hanse_whisker whisker)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_figures f = hanse__digest_figures(digest, h->output, which, h->window, 0);
    char figure[HANSE_FIGURE_BYTES];

    hanse__text_add(text, which == h->in_case ? "<tr class=\"lead\"><td>" : "<tr><td>");
    hanse__text_escaped(text, hanse__digest_case(digest, which));
    hanse__text_add(text, "</td>");
    hanse__page_figure_cell(page, measure, false, f.mean, f.ci_low, f.ci_high);
    hanse__text_add(text, "<td>");
    whisker.value = f.mean;
    whisker.ci_low = f.ci_low;
    whisker.ci_high = f.ci_high;
    whisker.p05 = digest->n_replications >= HANSE_BAND_REPLICATIONS ? f.p05 : f.p25;
    whisker.p95 = digest->n_replications >= HANSE_BAND_REPLICATIONS ? f.p95 : f.p75;
    hanse__chart_whisker(text, hanse__digest_case(digest, which), &whisker);
    hanse__text_add(text, "</td>");
    if (which == 0) {
        hanse__text_add(text, "<td class=\"number\">baseline</td>");
    } else {
        hanse__page_figure_cell(page, measure, true, f.diff, f.diff_low, f.diff_high);
    }
    hanse__text_add(text, "<td class=\"number\">");
    if (isfinite(f.sim_half_width)) {
        hanse__text_add(text, "\xc2\xb1\xe2\x80\xaf");
        hanse__text_escaped(text, hanse__figure_value(figure, measure, true, f.sim_half_width,
                                                      f.sim_half_width));
    } else {
        hanse__text_add(text, "not measured");
    }
    hanse__text_add(text, "</td></tr>\n");
}

void hanse__report_cases(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const struct hanse_digest_headline *h = &digest->headline;
    bool wide = digest->n_replications >= HANSE_BAND_REPLICATIONS;
    struct hanse_measure measure;
    struct hanse_whisker axis;

    if (!digest->has_headline) {
        return;
    }
    measure = hanse__digest_measure(digest, h->output, h->window);
    axis = whisker_axis(digest);
    hanse__text_add(text, "<h2>Case by case</h2>\n<p class=\"note\">");
    hanse__text_escaped(text, h->long_name ? h->long_name : h->output);
    hanse__text_add(text, ", ");
    hanse__page_over_window(page, h->window);
    hanse__text_add(text, ".</p>\n<div class=\"scroll\"><table>\n<thead><tr><th>Case</th>"
                          "<th class=\"number\">Mean<br>95\xc2\xa0% interval</th><th>");
    hanse__text_add(text, wide ? "Thick: interval. Thin: nine in ten replications"
                               : "Thick: interval. Thin: half the replications");
    hanse__text_add(text,
                    "</th><th class=\"number\">Difference to baseline<br>"
                    "95\xc2\xa0% interval, paired</th><th class=\"number\">Simulation "
                    "error<br>95\xc2\xa0%, inputs at middle</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < digest->n_cases; i++) {
        case_row(page, i, &measure, axis);
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* --- months to the floor ------------------------------------------------------------------ */

struct crossing {
    size_t n, reached;
    double median, low, high; /* months; infinity: not within the horizon */
};

/* Months from `first` until a replication's curve falls below the floor. */
static double months_until(const double *curve, size_t first, size_t n, double floor)
{
    for (size_t i = first; i < n; i++) {
        if (curve[i] < floor) {
            return (double)(i - first);
        }
    }
    return INFINITY;
}

static bool find_crossing(const struct hanse_digest *digest, size_t which, size_t first,
                          double *months, struct crossing *crossing)
{
    struct hanse_variable v;
    char path[160];
    struct hanse_quantile_interval median;

    snprintf(path, sizeof path, "/series/%.120s", digest->headline.output);
    if (!hanse_results_has(digest->results, path) ||
        hanse_results_variable(digest->results, path, &v) != HANSE_OK || v.rank != 3) {
        return false;
    }
    *crossing = (struct crossing){0};
    for (size_t i = 0; i < v.dims[1]; i++) {
        const double *curve = v.data + (which * v.dims[1] + i) * v.dims[2];

        if (isnan(curve[first])) {
            continue; /* a failed replication */
        }
        months[crossing->n] = months_until(curve, first, v.dims[2], digest->headline.floor);
        crossing->reached += isfinite(months[crossing->n]) ? 1 : 0;
        crossing->n++;
    }
    hanse_sort(months, crossing->n);
    median = hanse_quantile_interval(months, crossing->n, 0.5, 0.95);
    /* The upper of the two middle ones: between a month and never there is no mean. */
    crossing->median = crossing->n > 0 ? months[crossing->n / 2] : NAN;
    crossing->low = median.low;
    crossing->high = median.high;
    return crossing->n > 0;
}

static void months_or_never(struct hanse_text *text, double months)
{
    if (isinf(months)) {
        hanse__text_add(text, months > 0 ? "never" : "0");
    } else {
        hanse__text_addf(text, "%.0f", months);
    }
}

static void crossing_row(struct hanse_page *page, size_t which, const struct crossing *c)
{
    struct hanse_text *text = &page->text;
    struct hanse_interval chance = hanse_interval_proportion(c->reached, c->n, 0.95);

    hanse__text_add(text, which == page->digest.headline.in_case ? "<tr class=\"lead\"><td>"
                                                                 : "<tr><td>");
    hanse__text_escaped(text, hanse__digest_case(&page->digest, which));
    hanse__text_addf(text,
                     "</td><td class=\"number\">%.0f\xc2\xa0%%<span class=\"range\">"
                     "%.0f\xe2\x80\x93%.0f\xc2\xa0%%</span></td><td class=\"number\">",
                     chance.mean * 100.0, chance.low * 100.0, chance.high * 100.0);
    months_or_never(text, c->median);
    hanse__text_add(text, isinf(c->median) ? "" : " months");
    hanse__text_add(text, "<span class=\"range\">");
    if (isinf(c->low) && isinf(c->high) && c->low > 0) {
        hanse__text_add(text, "in more than half the replications");
    } else {
        months_or_never(text, c->low);
        hanse__text_add(text, " to ");
        months_or_never(text, c->high);
    }
    hanse__text_add(text, "</span></td></tr>\n");
}

static size_t first_month(const struct hanse_digest *digest)
{
    struct hanse_span spans[HANSE_DIGEST_SPANS];
    struct hanse_results_window window;

    if (digest->headline.window > 0 &&
        hanse_results_window(digest->results, digest->headline.window, &window) == HANSE_OK) {
        return (size_t)(window.from_h / 730.0 + 0.5);
    }
    if (hanse__digest_spans(digest, digest->headline.in_case, spans) > 0) {
        double months = (spans[0].from - digest->start_year) * 12.0;

        return months > 0.0 ? (size_t)(months + 0.5) : 0;
    }
    return 0;
}

void hanse__report_floor(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    size_t first = first_month(digest);
    char figure[HANSE_FIGURE_BYTES];
    struct hanse_measure measure;
    double *months;

    if (!digest->has_headline || isnan(digest->headline.floor) || first >= digest->n_months) {
        return;
    }
    months = hanse__alloc(digest->ctx, digest->n_replications + 1, sizeof *months);
    if (!months) {
        page->text.status = HANSE_ERR_MEMORY;
        return;
    }
    measure = hanse__digest_measure_months(digest, digest->headline.output);
    hanse__text_add(text, "<h2>Months until the floor of ");
    hanse__text_escaped(text, hanse__figure_exact(figure, &measure, digest->headline.floor));
    hanse__text_addf(
        text,
        "</h2>\n<p class=\"note\">Counted from month %zu, the start of the stop, to "
        "the first month below the floor.</p>\n<table><thead><tr><th>Case</th>"
        "<th class=\"number\">Replications that fall below it<br>95\xc2\xa0%% "
        "interval (Wilson)</th><th class=\"number\">Median time<br>95\xc2\xa0%% "
        "interval (order statistics)</th></tr></thead>\n<tbody>\n",
        first);
    for (size_t i = 0; i < digest->n_cases; i++) {
        struct crossing crossing;

        if (find_crossing(digest, i, first, months, &crossing)) {
            crossing_row(page, i, &crossing);
        }
    }
    hanse__text_add(text, "</tbody></table>\n");
    hanse__free(months);
}

/* --- all other outputs -------------------------------------------------------------------- */

static void output_row(struct hanse_page *page, const char *output, size_t which, size_t window)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    struct hanse_measure measure = hanse__digest_measure(digest, output, window);
    struct hanse_figures f = hanse__digest_figures(digest, output, which, window, 0);
    char path[160];
    struct hanse_variable v;

    if (isnan(f.mean)) {
        return;
    }
    snprintf(path, sizeof path, "/summary/%.120s", output);
    hanse__text_add(text, "<tr><td>");
    if (hanse_results_variable(digest->results, path, &v) == HANSE_OK && v.long_name &&
        v.long_name[0]) {
        hanse__text_escaped(text, v.long_name);
        hanse__text_add(text, " <code>");
        hanse__text_escaped(text, output);
        hanse__text_add(text, "</code>");
    } else {
        hanse__text_escaped(text, output);
    }
    hanse__text_add(text, "</td>");
    hanse__page_figure_cell(page, &measure, false, f.mean, f.ci_low, f.ci_high);
    if (which > 0) {
        hanse__page_figure_cell(page, &measure, true, f.diff, f.diff_low, f.diff_high);
    }
    hanse__text_add(text, "</tr>\n");
}

void hanse__report_outputs(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const char **names;
    size_t n;

    if (hanse__digest_outputs(digest, &names, &n) != HANSE_OK || n == 0) {
        return;
    }
    hanse__text_add(text, "<h2>Every other figure, over the whole horizon</h2>\n<p "
                          "class=\"note\">Means with 95\xc2\xa0% intervals; differences are "
                          "paired with the baseline.</p>\n<details><summary>Show the figures"
                          "</summary>\n");
    hanse__page_tabs_begin(page, "all");
    for (size_t i = 0; i < digest->n_cases; i++) {
        hanse__page_panel_begin(page);
        hanse__text_addf(
            text,
            "<div class=\"scroll\"><table><thead><tr><th>Output</th>"
            "<th class=\"number\">Mean<br>95\xc2\xa0%% interval</th>%s</tr></thead>"
            "\n<tbody>\n",
            i > 0 ? "<th class=\"number\">Difference to baseline<br>95\xc2\xa0% "
                    "interval</th>"
                  : "");
        for (size_t j = 0; j < n; j++) {
            output_row(page, names[j], i, 0);
        }
        hanse__text_add(text, "</tbody></table></div>\n");
        hanse__page_panel_end(page);
    }
    hanse__page_tabs_end(page);
    hanse__text_add(text, "</details>\n");
    hanse__free(names);
}
