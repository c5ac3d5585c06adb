/* The page of denial experiments: what it reads, its sentences, the map and the curves. */
#include "output/report_denial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LINES = 4, MOST_ACTORS = 24 };
static const double MONTH_H = 730.0;

static const char *const AXES[] = {"all",         "territory", "ownership", "control",
                                   "coordinator", "silicon",   "spares",    "model",
                                   "cloud",       "power",     "network",   "payment"};
enum { N_AXES = sizeof AXES / sizeof *AXES };

/* --- reading ------------------------------------------------------------------------------ */

static enum hanse_status read_names(struct hanse__denial_page *d)
{
    size_t n;
    const struct {
        const char *path;
        const char *const **texts;
        size_t *n;
    } TEXTS[] = {
        {"denial/row_actor_label", &d->actors, &d->n_rows},
        {"denial/row_actor_kind", &d->kinds, &n},
        {"denial/row_partner_label", &d->partners, &n},
        {"denial/row_axis", &d->axes, &n},
        {"denial/viewer_label", &d->viewers, &d->n_viewers},
        {"denial/band", &d->bands, &d->n_bands},
        {"denial/headline", &d->headlines, &n},
        {"denial/verdict_actors", &d->verdicts, &n},
        {"denial/legal_system_label", &d->systems, &d->n_systems},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        HANSE_TRY(hanse_results_labels(d->results, TEXTS[i].path, TEXTS[i].texts, TEXTS[i].n));
    }
    return HANSE_OK;
}

static enum hanse_status read_parts(struct hanse__denial_page *d, const char *name,
                                    struct hanse_variable *parts)
{
    static const char *const SUFFIX[] = {"mean", "ci_low", "ci_high"};
    for (int i = 0; i < HANSE__DENIAL_PARTS; i++) {
        char path[80];
        snprintf(path, sizeof path, "/denial/%s_%s", name, SUFFIX[i]);
        HANSE_TRY(hanse_results_variable(d->results, path, &parts[i]));
    }
    return HANSE_OK;
}

static enum hanse_status read_numbers(struct hanse__denial_page *d)
{
    const struct {
        const char *path;
        struct hanse_variable *variable;
    } NUMBERS[] = {
        {"/denial/survival_mean", &d->survival},
        {"/denial/undisturbed_survival_mean", &d->plain},
        {"/denial/point", &d->points},
        {"/denial/row_touches", &d->touches},
        {"/denial/foreign", &d->foreign},
        {"/denial/verdict_assured", &d->worst},
        {"/denial/verdict_assured_low", &d->worst_low},
        {"/denial/verdict_assured_high", &d->worst_high},
        {"/denial/months_to_floor", &d->crossed},
    };
    HANSE_TRY(read_parts(d, "assured_share", d->assured));
    HANSE_TRY(read_parts(d, "exposure", d->exposure));
    HANSE_TRY(read_parts(d, "synergy", d->synergy));
    HANSE_TRY(read_parts(d, "undisturbed_share", d->undisturbed));
    HANSE_TRY(read_parts(d, "ledger", d->ledger));
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        HANSE_TRY(hanse_results_variable(d->results, NUMBERS[i].path, NUMBERS[i].variable));
    }
    d->n_points = d->assured[0].dims[3];
    d->n_months = d->survival.dims[2];
    return HANSE_OK;
}

enum hanse_status hanse__denial_page_read(struct hanse__denial_page *d, struct hanse_page *page)
{
    *d = (struct hanse__denial_page){.page = page, .results = page->digest.results};
    HANSE_TRY(read_names(d));
    HANSE_TRY(read_numbers(d));
    d->at_h = hanse_results_number(d->results, "denial_at_h");
    d->lasts_h = hanse_results_number(d->results, "denial_lasts_h");
    d->floor = hanse_results_number(d->results, "denial_floor");
    page->digest.n_replications = (size_t)hanse_results_number(d->results, "n_replications");
    page->digest.n_months = (size_t)((d->at_h + d->lasts_h) / MONTH_H + 0.5);
    return HANSE_OK;
}

double hanse__denial_page_at(const struct hanse__denial_page *d,
                             const struct hanse_variable *variable, size_t row, size_t band,
                             size_t point)
{
    return variable
        ->data[((row * d->n_viewers + d->viewer) * d->n_bands + band) * d->n_points + point];
}

static double exposure_of(const struct hanse__denial_page *d, size_t row)
{
    return hanse__denial_page_at(d, &d->exposure[0], row, 0, d->n_points - 1);
}

static bool is_single(const struct hanse__denial_page *d, size_t row, const char *axis)
{
    return d->partners[row][0] == '\0' && strcmp(d->axes[row], axis) == 0;
}

size_t hanse__denial_page_actors(const struct hanse__denial_page *d, bool foreign, size_t *rows,
                                 size_t most)
{
    size_t n = 0;
    for (size_t r = 0; r < d->n_rows; r++) {
        bool theirs = d->foreign.data[r * d->n_viewers + d->viewer] > 0.0;
        if (!is_single(d, r, "all") || theirs != foreign || !(d->touches.data[r] > 0.0)) {
            continue;
        }
        size_t at = n;
        while (at > 0 && exposure_of(d, rows[at - 1]) < exposure_of(d, r)) {
            at--;
        }
        if (at < most) {
            n += n < most;
            memmove(rows + at + 1, rows + at, (n - at - 1) * sizeof *rows);
            rows[at] = r;
        }
    }
    return n;
}

/* --- the map ------------------------------------------------------------------------------ */

/* The row of the same actor on an axis; n_rows when there is none. */
static size_t on_axis(const struct hanse__denial_page *d, size_t row, const char *axis)
{
    size_t r = 0;
    while (r < d->n_rows &&
           !(is_single(d, r, axis) && strcmp(d->actors[r], d->actors[row]) == 0 &&
             strcmp(d->kinds[r], d->kinds[row]) == 0)) {
        r++;
    }
    return r;
}

static void heat_cell(struct hanse_text *text, double exposure)
{
    double points = 100.0 * exposure;
    if (isnan(exposure)) {
        hanse__text_add(text, "<td class=\"number\">\xe2\x80\x93</td>");
        return;
    }
    hanse__text_addf(text,
                     "<td class=\"number\" style=\"background:rgba(%s,%.2f)\">%s%.1f</td>",
                     points < 0 ? "0,114,178" : "213,94,0", 0.75 * fmin(1.0, fabs(exposure)),
                     points < -0.05 ? "\xe2\x88\x92" : "", fabs(points));
}

static void heat_rows(struct hanse__denial_page *d, bool foreign)
{
    size_t rows[MOST_ACTORS];
    size_t n = hanse__denial_page_actors(d, foreign, rows, MOST_ACTORS);
    struct hanse_text *text = &d->page->text;
    for (size_t i = 0; i < n; i++) {
        hanse__text_addf(text, "<tr><td>%s", foreign ? "" : "<i>");
        hanse__text_escaped(text, d->actors[rows[i]]);
        hanse__text_addf(text, "%s <span class=\"range\">%s</span></td>", foreign ? "" : "</i>",
                         d->kinds[rows[i]]);
        for (size_t a = 0; a < N_AXES; a++) {
            size_t r = on_axis(d, rows[i], AXES[a]);
            heat_cell(text,
                      r < d->n_rows && d->touches.data[r] > 0.0 ? exposure_of(d, r) : NAN);
        }
        hanse__text_add(text, "</tr>\n");
    }
}

void hanse__denial_page_heat(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    hanse__text_add(text, "<h3>Exposure by actor and axis</h3>\n<p class=\"note\">Points of "
                          "demand no longer served on time over the whole time. A dash: the "
                          "withdrawal touches nothing. Actors are nested, a state takes along "
                          "whom it can compel and \xe2\x80\x9c"
                          "all\xe2\x80\x9d holds every axis, "
                          "so nothing here adds up. Italic: domestic.</p>\n"
                          "<div class=\"scroll\"><table class=\"heat\"><thead><tr><th>Actor"
                          "</th>");
    for (size_t a = 0; a < N_AXES; a++) {
        hanse__text_addf(text, "<th class=\"number\">%s</th>", AXES[a]);
    }
    hanse__text_add(text, "</tr></thead>\n<tbody>\n");
    heat_rows(d, true);
    heat_rows(d, false);
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* A label that fits beside its curve; buffer: 40 bytes. */
static const char *short_label(const char *label, char *buffer)
{
    enum { MOST = 24 };
    size_t bytes = 0, columns = 0;
    while (label[bytes] != '\0' && columns < MOST && bytes < 32) {
        do {
            bytes++;
        } while (((unsigned char)label[bytes] & 0xc0) == 0x80);
        columns++;
    }
    if (label[bytes] == '\0') {
        return label;
    }
    memcpy(buffer, label, bytes);
    memcpy(buffer + bytes, "\xe2\x80\xa6", 4);
    return buffer;
}

/* --- survival ----------------------------------------------------------------------------- */

void hanse__denial_page_survival(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    size_t rows[MOST_LINES - 1];
    char labels[MOST_LINES][40];
    size_t n = hanse__denial_page_actors(d, true, rows, MOST_LINES - 1);
    double *years = hanse__alloc(d->page->digest.ctx, d->n_months, sizeof *years);
    if (years == NULL) {
        text->status = HANSE_ERR_MEMORY;
        return;
    }
    for (size_t m = 0; m < d->n_months; m++) {
        years[m] = d->page->digest.start_year + (d->at_h / MONTH_H + (double)m + 0.5) / 12.0;
    }
    struct hanse_lines lines = {.title = "Share of each month's demand served on time",
                                .n = d->n_months,
                                .years = years,
                                .n_lines = n + 1,
                                .values = {d->plain.data + d->viewer * d->n_months},
                                .labels = {"undisturbed"},
                                .measure = hanse__measure("1", true, 1.0)};
    for (size_t i = 0; i < n; i++) {
        lines.values[i + 1] =
            d->survival.data + (rows[i] * d->n_viewers + d->viewer) * d->n_months;
        lines.labels[i + 1] = short_label(d->actors[rows[i]], labels[i]);
    }
    hanse__text_add(text, "<h3>What is served, month by month</h3>\n<figure>\n");
    hanse__chart_lines(text, &lines);
    hanse__text_addf(text,
                     "<figcaption>Share of the month\xe2\x80\x99s demand served on time from "
                     "the withdrawal on, mean over replications; the %zu foreign actor%s that "
                     "expose most.</figcaption></figure>\n",
                     n, n == 1 ? "" : "s");
    hanse__free(years);
}

/* --- the page ----------------------------------------------------------------------------- */

static void lead(struct hanse__denial_page *d)
{
    struct hanse_text *text = &d->page->text;
    for (size_t v = 0; v < d->n_viewers; v++) {
        hanse__text_add(text, "<section class=\"headline\"><p>");
        hanse__text_escaped(text, d->headlines[v]);
        hanse__text_add(text, ".</p>\n</section>\n");
    }
    hanse__text_addf(
        text,
        "<p class=\"basis\">If an actor stopped in month %.0f, for any reason, for %.0f "
        "months, ",
        d->at_h / MONTH_H, d->lasts_h / MONTH_H);
    double notice_h = hanse_results_number(d->results, "denial_notice_h");
    if (notice_h > 0.0) {
        hanse__text_addf(text, "announced %.1f months before, ", notice_h / MONTH_H);
    }
    hanse__text_add(text, "with this recourse: ");
    hanse__text_escaped(text, hanse_results_attribute(d->results, "denial_recourse"));
    hanse__text_addf(
        text,
        ". %zu replications, each withdrawn from a copy of itself, so all see the same luck. "
        "The interval beside the worst actor is for the least of all actors\xe2\x80\x99 "
        "true shares at 95\xc2\xa0%%; \xe2\x80\x9c"
        "A or B\xe2\x80\x9d where they cannot be told apart. No likelihood is attached.</p>\n",
        d->page->digest.n_replications);
}

static void section(struct hanse__denial_page *d)
{
    if (isnan(d->plain.data[d->viewer * d->n_months])) {
        return; /* its people ask for nothing, as its sentence says */
    }
    hanse__text_add(&d->page->text, "<h2>As ");
    hanse__text_escaped(&d->page->text, d->viewers[d->viewer]);
    hanse__text_add(&d->page->text, " sees it</h2>\n");
    hanse__denial_page_heat(d);
    hanse__denial_page_survival(d);
    hanse__denial_page_bands(d);
    hanse__denial_page_table(d, true);
    hanse__denial_page_table(d, false);
    hanse__denial_page_pairs(d);
    hanse__denial_page_ledger(d);
}

enum hanse_status hanse__report_denial(struct hanse_page *page)
{
    struct hanse__denial_page d;
    HANSE_TRY(hanse__denial_page_read(&d, page));
    lead(&d);
    for (d.viewer = 0; d.viewer < d.n_viewers; d.viewer++) {
        section(&d);
    }
    return HANSE_OK;
}
