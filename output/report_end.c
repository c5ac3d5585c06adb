/* The end of the page: what is not modelled, how to get it again, and the data. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"

void hanse__report_limits(struct hanse_page *page)
{
    hanse__text_add(
        &page->text,
        "<h2>What this page does not know</h2>\n<ul>\n"
        "<li>It says what would follow if a supplier stopped, not how likely that is.</li>\n"
        "<li>Demand does not fall when compute gets scarce or dear (no price elasticity), and "
        "nobody retaliates, follows or comes to help unless the scenario says so.</li>\n"
        "<li>Prices of hardware follow the stated trend; learning curves and the labour market "
        "are not modelled. Carbon is that of electricity, not of making the devices.</li>\n"
        "<li>Inference is a flow of work by the hour. Queues within the hour, and the time to "
        "a first answer, are outside this page.</li>\n"
        "<li>Speeds of devices are derived from published peaks with a stated spread of "
        "efficiency, until a device is measured.</li>\n"
        "<li>Intervals cover chance in the simulation and the stated ranges of inputs. They "
        "don't cover what nobody put into the scenario.</li>\n</ul>\n");
}

static void sources(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    size_t n = hanse_results_n_sources(page->digest.results);

    if (n == 0) {
        return;
    }
    hanse__text_add(text, "<table><thead><tr><th>Text it was made from</th><th>SHA-256</th>"
                          "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        struct hanse_source_text source;
        const char *sha256;

        if (hanse_results_source(page->digest.results, i, &source, &sha256) == HANSE_OK) {
            hanse__text_add(text, "<tr><td><code>");
            hanse__text_escaped(text, source.name);
            hanse__text_add(text, "</code></td><td class=\"hash\"><code>");
            hanse__text_escaped(text, sha256);
            hanse__text_add(text, "</code></td></tr>\n");
        }
    }
    hanse__text_add(text, "</tbody></table>\n");
}

void hanse__report_reproduce(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    struct hanse_results *results = page->digest.results;

    hanse__text_add(text, "<h2>To get this page again</h2>\n<pre>");
    hanse__text_escaped(text, hanse_results_attribute(results, "command"));
    hanse__text_add(text, "</pre>\n<p class=\"note\">hanse ");
    hanse__text_escaped(text, hanse_results_attribute(results, "program_version"));
    hanse__text_addf(text, ", seed %.0f, %zu replications of %zu months in %zu case%s",
                     hanse_results_number(results, "seed"), page->digest.n_replications,
                     page->digest.n_months, page->digest.n_cases,
                     page->digest.n_cases == 1 ? "" : "s");
    if (hanse_results_attribute(results, "processor_class")[0] != '\0') {
        hanse__text_add(text, ", processor class ");
        hanse__text_escaped(text, hanse_results_attribute(results, "processor_class"));
    }
    hanse__text_add(text, ". The same program on the same class of processor gives the same "
                          "figures, whatever the number of threads.</p>\n");
    sources(page);
}

/* --- the data, in the page ---------------------------------------------------------------- */

static void csv_number(struct hanse_text *csv, double value)
{
    hanse__text_add(csv, ",");
    if (isfinite(value)) {
        hanse__text_addf(csv, "%.9g", value);
    }
}

static void months_csv(const struct hanse_digest *digest, struct hanse_text *csv)
{
    static const char *const suffixes[] = {"_mean",      "_ci_low",      "_ci_high",     "_p05",
                                           "_p25",       "_p50",         "_p75",         "_p95",
                                           "_diff_mean", "_diff_ci_low", "_diff_ci_high"};
    const struct hanse_digest_headline *h = &digest->headline;

    hanse__text_add(csv, "case,output,unit,month,year");
    for (size_t k = 0; k < sizeof suffixes / sizeof suffixes[0]; k++) {
        hanse__text_addf(csv, ",%s", suffixes[k] + 1);
    }
    hanse__text_add(csv, "\r\n");
    for (size_t i = 0; i < digest->n_cases; i++) {
        for (size_t m = 0; m < digest->n_months; m++) {
            hanse__text_csv(csv, digest->case_names[i]);
            hanse__text_add(csv, ",");
            hanse__text_csv(csv, h->output);
            hanse__text_add(csv, ",");
            hanse__text_csv(csv, h->unit);
            hanse__text_addf(csv, ",%zu,%.3f", m + 1, digest->years[m]);
            for (size_t k = 0; k < sizeof suffixes / sizeof suffixes[0]; k++) {
                const double *curve = hanse__digest_curve(digest, h->output, suffixes[k], i);

                csv_number(csv, curve ? curve[m] : NAN);
            }
            hanse__text_add(csv, "\r\n");
        }
    }
}

static void summary_row(const struct hanse_digest *digest, struct hanse_text *csv,
                        const char *output, size_t which, size_t window)
{
    struct hanse_figures f = hanse__digest_figures(digest, output, which, window, 0);
    struct hanse_results_window w;
    struct hanse_variable v;
    char path[160];

    snprintf(path, sizeof path, "/summary/%.140s", output);
    if (hanse_results_variable(digest->results, path, &v) != HANSE_OK ||
        hanse_results_window(digest->results, window, &w) != HANSE_OK) {
        return;
    }
    hanse__text_csv(csv, digest->case_names[which]);
    hanse__text_add(csv, ",");
    hanse__text_csv(csv, w.name);
    hanse__text_add(csv, ",");
    hanse__text_csv(csv, output);
    hanse__text_add(csv, ",");
    hanse__text_csv(csv, v.unit);
    csv_number(csv, f.mean);
    csv_number(csv, f.ci_low);
    csv_number(csv, f.ci_high);
    csv_number(csv, f.diff);
    csv_number(csv, f.diff_low);
    csv_number(csv, f.diff_high);
    csv_number(csv, f.sim_half_width);
    hanse__text_add(csv, "\r\n");
}

static void summary_csv(const struct hanse_digest *digest, struct hanse_text *csv)
{
    const char **names;
    size_t n;

    hanse__text_add(csv, "case,window,output,unit,mean,ci_low,ci_high,diff_mean,diff_ci_low,"
                         "diff_ci_high,sim_half_width\r\n");
    if (hanse__digest_outputs(digest, &names, &n) != HANSE_OK) {
        return;
    }
    for (size_t i = 0; i < digest->n_cases; i++) {
        for (size_t w = 0; w < digest->n_windows; w++) {
            for (size_t k = 0; k < n; k++) {
                summary_row(digest, csv, names[k], i, w);
            }
        }
    }
    hanse__free(names);
}

static void link_to(struct hanse_page *page, const char *file, const char *words,
                    void (*write)(const struct hanse_digest *digest, struct hanse_text *csv))
{
    struct hanse_text csv;

    hanse__text_init(&csv, page->digest.ctx);
    write(&page->digest, &csv);
    if (csv.status != HANSE_OK) {
        page->text.status = csv.status;
    } else if (csv.length > 0) {
        hanse__text_addf(&page->text, "<a download=\"%s\" href=\"data:text/csv;charset=utf-8,",
                         file);
        hanse__text_percent(&page->text, csv.bytes, csv.length);
        hanse__text_addf(&page->text, "\">%s</a>\n", words);
    }
    hanse__text_fini(&csv);
}

void hanse__report_download(struct hanse_page *page)
{
    if (!page->digest.has_headline) {
        return;
    }
    hanse__text_add(&page->text, "<p class=\"download\">");
    link_to(page, "headline-by-month.csv", "Headline by month (CSV)", months_csv);
    link_to(page, "summary.csv", "All totals (CSV)", summary_csv);
    hanse__text_add(&page->text, "</p>\n<footer>Made by hanse, free software under the GNU "
                                 "General Public License, version 3 or later.</footer>\n");
}
