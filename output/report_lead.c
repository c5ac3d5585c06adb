/* The top of the page: what was asked, the answer in a sentence, and the picture. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"

void hanse__page_tabs_begin(struct hanse_page *page, const char *group)
{
    struct hanse_text *text = &page->text;

    hanse__text_add(text, "<div class=\"cases\">\n");
    for (size_t i = 0; i < page->digest.n_cases; i++) {
        hanse__text_addf(text,
                         "<input type=\"radio\" name=\"%s\" id=\"%s-%zu\"%s>"
                         "<label for=\"%s-%zu\">",
                         group, group, i, i == page->digest.headline.in_case ? " checked" : "",
                         group, i);
        hanse__text_escaped(text, hanse__digest_case(&page->digest, i));
        hanse__text_add(text, "</label>\n");
    }
}

void hanse__page_panel_begin(struct hanse_page *page)
{
    hanse__text_add(&page->text, "<div class=\"panel\">\n");
}

void hanse__page_panel_end(struct hanse_page *page)
{
    hanse__text_add(&page->text, "</div>\n");
}

void hanse__page_tabs_end(struct hanse_page *page)
{
    hanse__text_add(&page->text, "</div>\n");
}

void hanse__page_over_window(struct hanse_page *page, size_t which)
{
    struct hanse_results_window window;

    if (which == 0 || hanse_results_window(page->digest.results, which, &window) != HANSE_OK) {
        hanse__text_add(&page->text, "over the whole horizon");
        return;
    }
    hanse__text_add(&page->text, "in the window \xe2\x80\x9c");
    hanse__text_escaped(&page->text,
                        window.label && window.label[0] ? window.label : window.name);
    hanse__text_addf(&page->text, "\xe2\x80\x9d (months %.0f to %.0f)", window.from_h / 730.0,
                     window.to_h / 730.0);
}

void hanse__page_figure_cell(struct hanse_page *page, const struct hanse_measure *measure,
                             bool difference, double value, double low, double high)
{
    char figure[HANSE_FIGURE_BYTES];

    hanse__text_add(&page->text, "<td class=\"number\">");
    hanse__text_escaped(&page->text, hanse__figure_value(figure, measure, difference, value,
                                                         (high - low) / 2.0));
    hanse__text_add(&page->text, "<span class=\"range\">");
    hanse__text_escaped(&page->text,
                        hanse__figure_range(figure, measure, difference, low, high));
    hanse__text_add(&page->text, "</span></td>");
}

/* Which panel a checked tab opens, and tabs of all groups in step where scripts run. */
static void tab_rules(struct hanse_text *text, size_t n_cases)
{
    hanse__text_add(text, ".cases>input:checked+label{background:var(--main);"
                          "border-color:var(--main);color:var(--paper);font-weight:600}\n");
    for (size_t i = 1; i <= n_cases; i++) {
        hanse__text_addf(text,
                         "%s.cases>input:nth-of-type(%zu):checked~.panel:nth-of-type(%zu)",
                         i > 1 ? "," : "", i, i);
    }
    hanse__text_add(text, "{display:block}\n");
}

static const char script[] =
    "<script>document.addEventListener('change',function(e){var m=/^\\w+-(\\d+)$/"
    ".exec(e.target.id);if(m)document.querySelectorAll('.cases>input').forEach(function(i){"
    "if(i.id.endsWith('-'+m[1]))i.checked=true})})</script>\n";

static void failures(struct hanse_page *page)
{
    size_t n = hanse_results_n_failures(page->digest.results);
    struct hanse_results_failure first;

    if (n == 0 || hanse_results_failure(page->digest.results, 0, &first) != HANSE_OK) {
        return;
    }
    hanse__text_addf(&page->text,
                     "<p class=\"hypothetical\">%zu replication%s failed and %s left out of "
                     "every figure. The first: ",
                     n, n == 1 ? "" : "s", n == 1 ? "is" : "are");
    hanse__text_escaped(&page->text, first.reason);
    hanse__text_add(&page->text, "</p>\n");
}

void hanse__report_head(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    struct hanse_results *results = page->digest.results;
    const char *title = hanse_results_attribute(results, "title");
    const char *question = hanse_results_attribute(results, "question");

    hanse__text_add(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                          "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                          "content=\"width=device-width,initial-scale=1\">\n"
                          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    hanse__text_escaped(text, title);
    hanse__text_add(text, "</title>\n<style>\n");
    for (size_t i = 0; hanse__report_style[i]; i++) {
        hanse__text_add(text, hanse__report_style[i]);
    }
    tab_rules(text, page->digest.n_cases);
    hanse__text_add(text, "</style>\n");
    hanse__text_add(text, script);
    hanse__text_add(text, "</head>\n<body>\n<main>\n<div class=\"eyebrow\">"
                          "<span>hanse report</span>");
    if (hanse_results_number(results, "hypothetical") == 1.0) {
        hanse__text_add(text, "<span class=\"hypothetical\">hypothetical</span>");
    }
    hanse__text_add(text, "</div>\n<h1>");
    hanse__text_escaped(text, title);
    hanse__text_add(text, "</h1>\n");
    if (question[0] != '\0') {
        hanse__text_add(text, "<p class=\"question\">");
        hanse__text_escaped(text, question);
        hanse__text_add(text, "</p>\n");
    }
    if (hanse_results_number(results, "hypothetical") == 1.0) {
        hanse__text_add(text, "<p class=\"note\">What this page supposes has no basis in any "
                              "rule in force. It says what would follow if it happened, for "
                              "any reason, not how likely it is.</p>\n");
    }
    failures(page);
}

static void strong_figure(struct hanse_text *text, const struct hanse_measure *measure,
                          const struct hanse_figures *f)
{
    char figure[HANSE_FIGURE_BYTES];

    hanse__text_add(text, "<strong class=\"figure\">");
    hanse__text_escaped(
        text, hanse__figure_interval(figure, measure, false, f->mean, f->ci_low, f->ci_high));
    hanse__text_add(text, "</strong>");
}

static void basis(struct hanse_page *page, const struct hanse_measure *measure,
                  const struct hanse_figures *f)
{
    struct hanse_text *text = &page->text;
    char figure[HANSE_FIGURE_BYTES];

    hanse__text_add(text, "<p class=\"basis\">Taken ");
    hanse__page_over_window(page, page->digest.headline.window);
    hanse__text_addf(text,
                     ". Mean and 95\xc2\xa0%% interval of %zu replications, "
                     "each with its own draw of every uncertain input.",
                     page->digest.n_replications);
    if (page->digest.n_replications >= HANSE_BAND_REPLICATIONS) {
        hanse__text_add(text, " Nine in ten replications lie within ");
        hanse__text_escaped(text, hanse__figure_range(figure, measure, false, f->p05, f->p95));
        hanse__text_add(text, ".");
    } else {
        hanse__text_add(text, " Half the replications lie within ");
        hanse__text_escaped(text, hanse__figure_range(figure, measure, false, f->p25, f->p75));
        hanse__text_add(text, ".");
    }
    if (isfinite(f->sim_half_width)) {
        hanse__text_add(text, " Simulation error alone, with every input at its middle value: "
                              "\xc2\xb1\xe2\x80\xaf");
        hanse__text_escaped(text, hanse__figure_value(figure, measure, true, f->sim_half_width,
                                                      f->sim_half_width));
        hanse__text_add(text, ".");
    }
    if (page->digest.headline.in_case > 0) {
        hanse__text_add(text, " Difference to the baseline, replication by replication: ");
        hanse__text_escaped(text, hanse__figure_interval(figure, measure, true, f->diff,
                                                         f->diff_low, f->diff_high));
        hanse__text_add(text, ".");
    }
    hanse__text_add(text, "</p>\n");
}

void hanse__report_headline(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_measure measure;
    struct hanse_figures here, base;

    if (!digest->has_headline) {
        hanse__text_add(text, "<p class=\"note\">The file holds no summary output.</p>\n");
        return;
    }
    measure = hanse__digest_measure(digest, h->output, h->window);
    here = hanse__digest_figures(digest, h->output, h->in_case, h->window, 0);
    base = hanse__digest_figures(digest, h->output, 0, h->window, 0);
    hanse__text_add(text, "<section class=\"headline\"><p>In the case \xe2\x80\x9c");
    hanse__text_escaped(text, hanse__digest_case(digest, h->in_case));
    hanse__text_add(text, "\xe2\x80\x9d, ");
    strong_figure(text, &measure, &here);
    hanse__text_add(text, " ");
    hanse__text_escaped(text, h->text);
    if (h->in_case > 0) {
        hanse__text_add(text, ", against ");
        strong_figure(text, &measure, &base);
        hanse__text_add(text, " in \xe2\x80\x9c");
        hanse__text_escaped(text, hanse__digest_case(digest, 0));
        hanse__text_add(text, "\xe2\x80\x9d");
    }
    hanse__text_add(text, ".</p>\n");
    basis(page, &measure, &here);
    hanse__text_add(text, "</section>\n");
}

static void fan_of_case(struct hanse_page *page, size_t which,
                        const struct hanse_measure *measure)
{
    const struct hanse_digest *digest = &page->digest;
    const char *output = digest->headline.output;
    struct hanse_span spans[HANSE_DIGEST_SPANS];
    bool wide = digest->n_replications >= HANSE_BAND_REPLICATIONS;
    char title[512];
    struct hanse_fan fan = {
        .title = title,
        .n = digest->n_months,
        .years = digest->years,
        .p05 = wide ? hanse__digest_curve(digest, output, "_p05", which) : NULL,
        .p25 = hanse__digest_curve(digest, output, "_p25", which),
        .p50 = hanse__digest_curve(digest, output, "_p50", which),
        .p75 = hanse__digest_curve(digest, output, "_p75", which),
        .p95 = wide ? hanse__digest_curve(digest, output, "_p95", which) : NULL,
        .baseline = which > 0 ? hanse__digest_curve(digest, output, "_p50", 0) : NULL,
        .label = hanse__digest_case(digest, which),
        .baseline_label = hanse__digest_case(digest, 0),
        .measure = *measure,
        .from_zero = true,
        .highest = digest->headline.share ? 1.0 : NAN,
        .floor = digest->headline.floor,
        .spans = spans,
        .n_spans = hanse__digest_spans(digest, which, spans),
    };

    snprintf(title, sizeof title, "%.200s over time, case %.200s", output,
             hanse__digest_case(digest, which));
    hanse__chart_fan(&page->text, &fan);
}

static void difference_of_case(struct hanse_page *page, size_t which,
                               const struct hanse_measure *measure)
{
    const struct hanse_digest *digest = &page->digest;
    const char *output = digest->headline.output;
    struct hanse_span spans[HANSE_DIGEST_SPANS];
    struct hanse_fan fan = {
        .title = "Difference to the baseline over time, with its 95 % interval",
        .n = digest->n_months,
        .years = digest->years,
        .p25 = hanse__digest_curve(digest, output, "_diff_ci_low", which),
        .p50 = hanse__digest_curve(digest, output, "_diff_mean", which),
        .p75 = hanse__digest_curve(digest, output, "_diff_ci_high", which),
        .label = "difference",
        .measure = *measure,
        .difference = true,
        .highest = NAN,
        .floor = NAN,
        .height = 190,
        .spans = spans,
        .n_spans = hanse__digest_spans(digest, which, spans),
    };

    if (which > 0 && fan.p50) {
        hanse__text_add(&page->text, "<h3>Difference to the baseline</h3>\n");
        hanse__chart_fan(&page->text, &fan);
        hanse__text_add(&page->text, "<figcaption>Mean of the paired differences with its "
                                     "95\xc2\xa0% interval.</figcaption>\n");
    }
}

void hanse__report_fans(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    struct hanse_measure measure;

    if (!digest->has_headline ||
        !hanse__digest_curve(digest, digest->headline.output, "_p50", 0)) {
        return;
    }
    measure = hanse__digest_measure_months(digest, digest->headline.output);
    hanse__text_add(text, "<h2>Over time</h2>\n");
    hanse__page_tabs_begin(page, "fan");
    for (size_t i = 0; i < digest->n_cases; i++) {
        hanse__page_panel_begin(page);
        hanse__text_add(text, "<figure>\n");
        fan_of_case(page, i, &measure);
        hanse__text_add(text, "<figcaption>Monthly ");
        hanse__text_escaped(text, digest->headline.output);
        hanse__text_addf(
            text,
            ": line, median of %zu replications; strong band, the middle half%s; "
            "dashed, the baseline's median. Shaded: windows that the scenario marks, and the "
            "case's own withdrawals.</figcaption>\n",
            digest->n_replications,
            digest->n_replications >= HANSE_BAND_REPLICATIONS ? "; faint band, nine in ten"
                                                              : "");
        difference_of_case(page, i, &measure);
        hanse__text_add(text, "</figure>\n");
        hanse__page_panel_end(page);
    }
    hanse__page_tabs_end(page);
}
