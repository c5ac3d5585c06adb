/* The tables on the page of denial experiments. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_denial.h"

enum { MOST_ACTORS = 24, MOST_PAIRS = 8 };

static struct hanse_measure percent(void)
{
    return hanse__measure("1", true, 1.0);
}

/* Mean and interval of three parts at an index. */
static void parts_cell(struct hanse__denial_page *d, const struct hanse_variable *parts,
                       size_t at, bool difference)
{
    struct hanse_measure measure = percent();
    hanse__page_figure_cell(d->page, &measure, difference, parts[0].data[at], parts[1].data[at],
                            parts[2].data[at]);
}

static size_t cell_of(const struct hanse__denial_page *d, size_t row, size_t band, size_t point)
{
    return ((row * d->n_viewers + d->viewer) * d->n_bands + band) * d->n_points + point;
}

static void begin_table(struct hanse_text *text, const char *heading, const char *note,
                        const char *first)
{
    hanse__text_addf(text,
                     "<h3>%s</h3>\n<p class=\"note\">%s</p>\n<div class=\"scroll\"><table>"
                     "<thead><tr><th>%s</th>",
                     heading, note, first);
}

static void add_heads(struct hanse_text *text, const char *const *heads, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hanse__text_addf(text, "<th class=\"number\">%s</th>", heads[i]);
    }
    hanse__text_add(text, "</tr></thead>\n<tbody>\n");
}

/* --- data classes and tiers --------------------------------------------------------------- */

void hanse__denial_page_bands(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    static const char *const HEADS[] = {"undisturbed", "assured share", "worst actor"};
    struct hanse_measure measure = percent();
    begin_table(
        text, "What is kept, by data class and tier",
        "Shares of demand served on time over the whole time; the assured share is what "
        "is kept under whoever is worst for that demand, with its 95\xc2\xa0% interval.",
        "Demand");
    add_heads(text, HEADS, 3);
    for (size_t b = 0; b < d->n_bands; b++) {
        size_t verdict = d->viewer * d->n_bands + b;
        if (isnan(d->worst.data[verdict]) && b > 0) {
            continue; /* nobody asks for that */
        }
        hanse__text_add(text, b == 0 ? "<tr class=\"lead\"><td>" : "<tr><td>");
        hanse__text_escaped(text, d->bands[b]);
        hanse__text_add(text, "</td>");
        parts_cell(d, d->undisturbed,
                   (d->viewer * d->n_bands + b) * d->n_points + d->n_points - 1, false);
        hanse__page_figure_cell(d->page, &measure, false, d->worst.data[verdict],
                                d->worst_low.data[verdict], d->worst_high.data[verdict]);
        hanse__text_add(text, "<td>");
        hanse__text_escaped(text, d->verdicts[verdict]);
        hanse__text_add(text, "</td></tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* --- actors ------------------------------------------------------------------------------- */

static void point_heads(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    for (size_t p = 0; p < d->n_points; p++) {
        double hours = d->points.data[p];
        hanse__text_addf(text, "<th class=\"number\">%.0f %s</th>",
                         hours < 730.0 ? hours / 24.0 : hours / 730.0,
                         hours < 730.0 ? "days" : "months");
    }
    hanse__text_addf(text,
                     "<th class=\"number\">month below %.0f\xc2\xa0%%</th></tr></thead>"
                     "\n<tbody>\n",
                     100.0 * d->floor);
}

void hanse__denial_page_table(struct hanse__denial_page *d, bool foreign)
{
    struct hanse_text *text = &d->page->text;
    size_t rows[MOST_ACTORS];
    size_t n = hanse__denial_page_actors(d, foreign, rows, MOST_ACTORS);
    if (n == 0) {
        return;
    }
    begin_table(text, foreign ? "Foreign actors, one by one" : "Domestic actors: resilience",
                foreign ? "Assured share: what is still served on time of the demand since the "
                          "withdrawal, with its 95\xc2\xa0% interval. A kill switch bites at "
                          "once, silicon after years."
                        : "The same experiment for actors who are the viewer\xe2\x80\x99s own.",
                "Without");
    point_heads(d);
    for (size_t i = 0; i < n; i++) {
        hanse__text_add(text, "<tr><td>");
        hanse__text_escaped(text, d->actors[rows[i]]);
        hanse__text_addf(text, " <span class=\"range\">%s</span></td>", d->kinds[rows[i]]);
        for (size_t p = 0; p < d->n_points; p++) {
            parts_cell(d, d->assured, cell_of(d, rows[i], 0, p), false);
        }
        double month = d->crossed.data[rows[i] * d->n_viewers + d->viewer];
        hanse__text_add(text, "<td class=\"number\">");
        if (month < 0.0) {
            hanse__text_add(text, "never");
        } else {
            hanse__text_addf(text, "%.0f", month);
        }
        hanse__text_add(text, "</td></tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* --- pairs -------------------------------------------------------------------------------- */

static double synergy_of(const struct hanse__denial_page *d, size_t row)
{
    return d->synergy[0].data[(row * d->n_viewers + d->viewer) * d->n_bands];
}

static size_t worst_pairs(const struct hanse__denial_page *d, size_t *rows)
{
    size_t n = 0;
    for (size_t r = 0; r < d->n_rows; r++) {
        if (d->partners[r][0] == '\0' || !(synergy_of(d, r) > 0.0005)) {
            continue;
        }
        size_t at = n;
        while (at > 0 && synergy_of(d, rows[at - 1]) < synergy_of(d, r)) {
            at--;
        }
        if (at < MOST_PAIRS) {
            n += n < MOST_PAIRS;
            memmove(rows + at + 1, rows + at, (n - at - 1) * sizeof *rows);
            rows[at] = r;
        }
    }
    return n;
}

void hanse__denial_page_pairs(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    static const char *const HEADS[] = {"assured share", "exposure", "synergy"};
    size_t rows[MOST_PAIRS];
    size_t n = worst_pairs(d, rows), last = d->n_points - 1;
    if (n == 0) {
        return;
    }
    begin_table(text, "Pairs that are worse than the worse of the two",
                "Synergy: exposure to both less the greater exposure to one, with its "
                "95\xc2\xa0% interval. Two that back each other up hurt only together.",
                "Without both");
    add_heads(text, HEADS, 3);
    for (size_t i = 0; i < n; i++) {
        hanse__text_add(text, "<tr><td>");
        hanse__text_escaped(text, d->actors[rows[i]]);
        hanse__text_add(text, " and ");
        hanse__text_escaped(text, d->partners[rows[i]]);
        hanse__text_add(text, "</td>");
        parts_cell(d, d->assured, cell_of(d, rows[i], 0, last), false);
        parts_cell(d, d->exposure, cell_of(d, rows[i], 0, last), true);
        parts_cell(d, d->synergy, (rows[i] * d->n_viewers + d->viewer) * d->n_bands, true);
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* --- ledger ------------------------------------------------------------------------------- */

/* In the order of enum hanse_denial_ledger. */
static const char *const LEDGER[] = {
    "done on its own territory",
    "by owners at home in it",
    "where foreign law can compel access",
    "its own votes on the rules",
    "under rules it can veto alone",
    "under rules another can veto alone",
    "its state can read the logs",
    "its state can inspect the firmware",
    "results checked by someone it can compel",
    "its state can audit all three",
    "fewest legal systems that can veto together",
};

static void ledger_figures(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    size_t n = sizeof LEDGER / sizeof *LEDGER;
    for (size_t i = 0; i < n; i++) {
        size_t at = d->viewer * n + i;
        struct hanse_measure measure = i + 1 < n ? percent() : hanse__measure("1", false, 1.0);
        if (isnan(d->ledger[0].data[at])) {
            continue;
        }
        hanse__text_addf(text, "<tr><td>%s</td>", LEDGER[i]);
        hanse__page_figure_cell(d->page, &measure, false, d->ledger[0].data[at],
                                d->ledger[1].data[at], d->ledger[2].data[at]);
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

static void ledger_systems(struct hanse__denial_page *d)
{
    static const char *const NAMES[] = {"on_territory", "owned_in", "under_votes", "in_reach"};
    static const char *const HEADS[] = {"done there", "owned there", "its votes on the rules",
                                        "it can compel access"};
    struct hanse_text *text = &d->page->text;
    struct hanse_measure measure = percent();
    struct hanse_variable v[4];
    for (int i = 0; i < 4; i++) {
        char path[80];
        snprintf(path, sizeof path, "/denial/%s_mean", NAMES[i]);
        if (hanse_results_variable(d->results, path, &v[i]) != HANSE_OK) {
            return;
        }
    }
    hanse__text_add(text, "<div class=\"scroll\"><table><thead><tr><th>Legal system</th>");
    add_heads(text, HEADS, 4);
    for (size_t j = 0; j < d->n_systems; j++) {
        size_t at = d->viewer * d->n_systems + j;
        if (!(v[2].data[at] > 0.0) && !(v[3].data[at] > 0.0)) {
            continue;
        }
        hanse__text_add(text, "<tr><td>");
        hanse__text_escaped(text, d->systems[j]);
        hanse__text_add(text, "</td>");
        for (int i = 0; i < 4; i++) {
            char figure[HANSE_FIGURE_BYTES];
            hanse__text_add(text, "<td class=\"number\">");
            hanse__text_escaped(text, hanse__figure_exact(figure, &measure, v[i].data[at]));
            hanse__text_add(text, "</td>");
        }
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

void hanse__denial_page_ledger(struct hanse__denial_page *d)
{
    static const char *const HEADS[] = {"share of the work served"};
    begin_table(
        &d->page->text, "The control ledger",
        "Who could decide over the work, by law, ownership and votes, in the undisturbed "
        "world over the same time. Legal systems able to compel access overlap, so that "
        "column doesn\xe2\x80\x99t add up to 100\xc2\xa0%.",
        "Work served for its people");
    add_heads(&d->page->text, HEADS, 1);
    ledger_figures(d);
    ledger_systems(d);
}
