/* What binds: what became of demand, where it was served, who went without, and whether the
 * hardware was busy when it happened. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"

enum { MAX_PARTS = 12 };

struct parts {
    struct hanse_part items[MAX_PARTS];
    size_t n;
    double full;
};

static double mean_of(const struct hanse_digest *digest, const char *view, size_t which,
                      size_t item)
{
    return hanse__digest_figures(digest, view, which, digest->headline.window, item).mean;
}

static void add_part(struct parts *parts, const char *label, double value)
{
    if (isfinite(value) && parts->n < MAX_PARTS) {
        parts->items[parts->n++] = (struct hanse_part){label, fmax(0.0, value)};
    }
}

static struct parts fate(const struct hanse_digest *digest, size_t which)
{
    struct parts parts = {.full = mean_of(digest, "demand", which, 0)};
    double on_time = mean_of(digest, "on_time", which, 0);
    double late = mean_of(digest, "late", which, 0);
    double dropped = mean_of(digest, "dropped", which, 0);

    add_part(&parts, "served on time", on_time);
    add_part(&parts, "served late", late);
    add_part(&parts, "dropped", dropped);
    /* demand = on_time + late + dropped + growth of the backlog */
    add_part(&parts, "still waiting", parts.full - on_time - late - dropped);
    return parts;
}

static struct parts place(const struct hanse_digest *digest, size_t which)
{
    struct parts parts = {.full = mean_of(digest, "demand", which, 0)};
    double served = mean_of(digest, "on_time", which, 0) + mean_of(digest, "late", which, 0);
    double pool = mean_of(digest, "served_by_pool", which, 0);
    double cloud = mean_of(digest, "served_by_cloud", which, 0);

    add_part(&parts, "at home", served - pool - cloud);
    add_part(&parts, "elsewhere in the pool", pool);
    add_part(&parts, "by a foreign API", cloud);
    return parts;
}

/* What stood in the way, by the outputs PREFIX_capacity, PREFIX_law … */
static struct parts reasons(const struct hanse_digest *digest, size_t which, const char *prefix)
{
    static const char *const WORDS[] = {"capacity", "law", "network", "power", "price"};
    struct parts parts = {0};

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        char view[64];

        snprintf(view, sizeof view, "%.40s_%s", prefix, WORDS[i]);
        double value = mean_of(digest, view, which, 0);
        add_part(&parts, WORDS[i], value);
        parts.full += isfinite(value) ? value : 0.0;
    }
    return parts;
}

static struct parts why_late(const struct hanse_digest *digest, size_t which)
{
    return reasons(digest, which, "missed");
}

static struct parts why_dropped(const struct hanse_digest *digest, size_t which)
{
    return reasons(digest, which, "dropped");
}

/* Unserved demand by the rows of a kind; at most MAX_PARTS of them are shown. */
static struct parts without(const struct hanse_digest *digest, size_t which, const char *kind)
{
    struct parts parts = {0};
    const char *const *labels = NULL;
    char axis[64], view[64];
    size_t n = 0;

    snprintf(axis, sizeof axis, "%.40s_label", kind);
    snprintf(view, sizeof view, "unserved_by_%.40s", kind);
    if (hanse_results_labels(digest->results, axis, &labels, &n) != HANSE_OK &&
        hanse_results_labels(digest->results, kind, &labels, &n) != HANSE_OK) {
        return parts;
    }
    for (size_t i = 0; i < n; i++) {
        double value = mean_of(digest, view, which, i);

        add_part(&parts, labels[i], value);
        parts.full += isfinite(value) ? value : 0.0;
    }
    return parts;
}

static void legend(struct hanse_text *text, const struct parts *parts)
{
    hanse__text_add(text, "<p class=\"note\">");
    for (size_t i = 0; i < parts->n; i++) {
        hanse__text_addf(text, "<span class=\"key\"><i class=\"k%zu\"></i>", i % 6);
        hanse__text_escaped(text, parts->items[i].label);
        hanse__text_add(text, "</span>");
    }
    hanse__text_add(text, "</p>\n");
}

static void cell(struct hanse_text *text, const struct parts *parts)
{
    hanse__text_add(text, "<td>");
    if (parts->full > 0.0 && parts->n > 0) {
        hanse__chart_parts(text, "parts of a whole", parts->items, parts->n, parts->full);
        hanse__text_add(text, "<span class=\"range\">");
        for (size_t i = 0; i < parts->n; i++) {
            hanse__text_addf(text, "%s%.1f\xc2\xa0%%", i > 0 ? " \xc2\xb7 " : "",
                             parts->items[i].value / parts->full * 100.0);
        }
        hanse__text_add(text, "</span>");
    } else {
        hanse__text_add(text, "<span class=\"range\">none</span>");
    }
    hanse__text_add(text, "</td>");
}

typedef struct parts splitter(const struct hanse_digest *digest, size_t which);

static struct parts by_region(const struct hanse_digest *digest, size_t which)
{
    return without(digest, which, "region");
}

static struct parts by_workload(const struct hanse_digest *digest, size_t which)
{
    return without(digest, which, "workload");
}

/* Two splits side by side, a row per case. */
static void split_table(struct hanse_page *page, const char *const titles[2],
                        splitter *const splits[2])
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    struct parts sample[2] = {splits[0](digest, digest->headline.in_case),
                              splits[1](digest, digest->headline.in_case)};

    if (sample[0].n == 0 && sample[1].n == 0) {
        return;
    }
    hanse__text_add(text, "<div class=\"scroll\"><table class=\"splits\"><thead><tr>"
                          "<th>Case</th>");
    for (int i = 0; i < 2; i++) {
        hanse__text_addf(text, "<th>%s", titles[i]);
        legend(text, &sample[i]);
        hanse__text_add(text, "</th>");
    }
    hanse__text_add(text, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < digest->n_cases; i++) {
        hanse__text_add(text,
                        i == digest->headline.in_case ? "<tr class=\"lead\"><td>" : "<tr><td>");
        hanse__text_escaped(text, hanse__digest_case(digest, i));
        hanse__text_add(text, "</td>");
        for (int j = 0; j < 2; j++) {
            struct parts parts = splits[j](digest, i);

            cell(text, &parts);
        }
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* The headline's output by the rows of a kind, with intervals. */
static void by_kind(struct hanse_page *page, const char *kind)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_measure measure = hanse__digest_measure(digest, h->output, h->window);
    const char *const *labels = NULL;
    char axis[64], view[128];
    size_t n = 0;

    snprintf(axis, sizeof axis, "%.40s_label", kind);
    snprintf(view, sizeof view, "%.60s_by_%.40s", h->output, kind);
    if ((hanse_results_labels(digest->results, axis, &labels, &n) != HANSE_OK &&
         hanse_results_labels(digest->results, kind, &labels, &n) != HANSE_OK) ||
        isnan(mean_of(digest, view, 0, 0))) {
        return;
    }
    hanse__text_addf(text,
                     "<table><thead><tr><th>By %s</th><th class=\"number\">Baseline<br>"
                     "95\xc2\xa0%% interval</th><th class=\"number\">",
                     kind);
    hanse__text_escaped(text, hanse__digest_case(digest, h->in_case));
    hanse__text_add(text, "<br>95\xc2\xa0% interval</th><th class=\"number\">Difference<br>"
                          "95\xc2\xa0% interval, paired</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        struct hanse_figures base = hanse__digest_figures(digest, view, 0, h->window, i);
        struct hanse_figures here =
            hanse__digest_figures(digest, view, h->in_case, h->window, i);

        hanse__text_add(text, "<tr><td>");
        hanse__text_escaped(text, labels[i]);
        hanse__text_add(text, "</td>");
        hanse__page_figure_cell(page, &measure, false, base.mean, base.ci_low, base.ci_high);
        hanse__page_figure_cell(page, &measure, false, here.mean, here.ci_low, here.ci_high);
        hanse__page_figure_cell(page, &measure, true, here.diff, here.diff_low, here.diff_high);
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table>\n");
}

/* Hardware at work against hardware there. When the lines touch, devices are what is short. */
static void capacity(struct hanse_page *page)
{
    const struct hanse_digest *digest = &page->digest;
    size_t which = digest->headline.in_case;
    struct hanse_span spans[HANSE_DIGEST_SPANS];
    struct hanse_lines lines = {
        .title = "Device-hours available and at work over time",
        .n = digest->n_months,
        .years = digest->years,
        .measure = hanse__digest_measure_months(digest, "device_hours_available"),
        .spans = spans,
        .n_spans = hanse__digest_spans(digest, which, spans),
    };
    const double *available =
        hanse__digest_curve(digest, "device_hours_available", "_mean", which);
    const double *busy = hanse__digest_curve(digest, "device_hours_busy", "_mean", which);
    const double *base = hanse__digest_curve(digest, "device_hours_available", "_mean", 0);

    if (!available || !busy) {
        return;
    }
    lines.values[lines.n_lines] = available;
    lines.labels[lines.n_lines++] = "available";
    lines.values[lines.n_lines] = busy;
    lines.labels[lines.n_lines++] = "at work";
    if (which > 0 && base) {
        lines.values[lines.n_lines] = base;
        lines.labels[lines.n_lines++] = "available, baseline";
    }
    hanse__text_add(&page->text, "<figure>\n");
    hanse__chart_lines(&page->text, &lines);
    hanse__text_add(&page->text, "<figcaption>Device-hours a month in \xe2\x80\x9c");
    hanse__text_escaped(&page->text, hanse__digest_case(digest, which));
    hanse__text_add(&page->text, "\xe2\x80\x9d, means over replications. Demand has peaks "
                                 "within the week, so hardware is short before the two lines "
                                 "meet; and data that must stay cannot use what is idle "
                                 "elsewhere.</figcaption></figure>\n");
}

void hanse__report_binds(struct hanse_page *page)
{
    static const char *const served_titles[] = {"What became of demand",
                                                "Where it was served, of demand"};
    static splitter *const served[] = {fate, place};
    static const char *const without_titles[] = {"Unserved, by region",
                                                 "Unserved, by workload"};
    static splitter *const unserved[] = {by_region, by_workload};
    static const char *const why_titles[] = {"Past its deadline, for want of",
                                             "Dropped, for want of"};
    static splitter *const why[] = {why_late, why_dropped};

    if (!page->digest.has_headline) {
        return;
    }
    hanse__text_add(&page->text, "<h2>What binds</h2>\n<p class=\"note\">Parts of the means ");
    hanse__page_over_window(page, page->digest.headline.window);
    hanse__text_add(&page->text, "; point at a part to read it. Replications with more "
                                 "demand weigh more here than in the mean of shares above."
                                 "</p>\n");
    split_table(page, served_titles, served);
    split_table(page, without_titles, unserved);
    split_table(page, why_titles, why);
    by_kind(page, "region");
    by_kind(page, "workload");
    capacity(page);
}
