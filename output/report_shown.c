/* The page's scorecard and regret table: what the scenario wants shown beside its headline. */
#include <math.h>
#include <stdio.h>

#include "output/report_parts.h"
#include "output/shown.h"

/* One axis per figure; a share's is 0 to 1, so that small differences look small. */
static struct hanse_whisker figure_axis(const struct hanse_digest *digest,
                                        const struct hanse_shown_figure *figure)
{
    struct hanse_whisker axis = {.low = 0.0, .high = 0.0, .reference = NAN};

    if (figure->measure.factor == 100.0) {
        axis.high = 1.0;
    }
    for (size_t c = 0; c < digest->n_cases; c++) {
        struct hanse_figures f =
            hanse__digest_figures(digest, figure->view, c, figure->window, figure->item);

        axis.low = fmin(axis.low, fmin(f.mean, f.ci_low));
        axis.high = fmax(axis.high, fmax(f.mean, f.ci_high));
        axis.reference = c == 0 ? f.mean : axis.reference;
    }
    return axis;
}

static void figure_row(struct hanse_page *page, const struct hanse_shown_figure *figure,
                       size_t which, struct hanse_whisker whisker)
{
    struct hanse_text *text = &page->text;
    const char *label = hanse__digest_case(&page->digest, which);
    struct hanse_figures f =
        hanse__digest_figures(&page->digest, figure->view, which, figure->window, figure->item);

    hanse__text_add(text, "<tr><td>");
    hanse__text_escaped(text, label);
    hanse__text_add(text, "</td>");
    hanse__page_figure_cell(page, &figure->measure, false, f.mean, f.ci_low, f.ci_high);
    hanse__text_add(text, "<td>");
    whisker.value = f.mean;
    whisker.ci_low = whisker.p05 = f.ci_low;
    whisker.ci_high = whisker.p95 = f.ci_high;
    if (isfinite(f.mean)) {
        hanse__chart_whisker(text, label, &whisker);
    }
    hanse__text_add(text, "</td>");
    if (which == 0) {
        hanse__text_add(text, "<td class=\"number\">baseline</td>");
    } else {
        hanse__page_figure_cell(page, &figure->measure, true, f.diff, f.diff_low, f.diff_high);
    }
    hanse__text_add(text, "</tr>\n");
}

static void figures(struct hanse_page *page, const struct hanse_shown *shown)
{
    struct hanse_text *text = &page->text;

    hanse__text_add(text, "<h2>Figure by figure</h2>\n<div class=\"scroll\"><table>\n");
    for (size_t i = 0; i < shown->n_figures; i++) {
        const struct hanse_shown_figure *figure = &shown->figures[i];

        hanse__text_add(text, "<tbody><tr><th colspan=\"4\">");
        hanse__text_escaped(text, figure->label);
        hanse__text_add(text, ", ");
        hanse__page_over_window(page, figure->window);
        hanse__text_add(text, figure->more_is_better ? "; more is better</th></tr>\n"
                                                     : "; less is better</th></tr>\n");
        for (size_t c = 0; c < page->digest.n_cases; c++) {
            figure_row(page, figure, c, figure_axis(&page->digest, figure));
        }
        hanse__text_add(text, "</tbody>\n");
    }
    hanse__text_add(text, "</table></div>\n<p class=\"note\">Means with 95\xc2\xa0% intervals; "
                          "differences to the baseline are paired. The mark is the "
                          "baseline.</p>\n");
}

static void regret_row(struct hanse_page *page, const struct hanse_regret *r, size_t policy)
{
    struct hanse_text *text = &page->text;

    hanse__text_add(text, policy == r->least_worst ? "<tr class=\"lead\"><td>" : "<tr><td>");
    hanse__text_escaped(text, r->policies[policy]);
    hanse__text_add(text, "</td>");
    for (size_t w = 0; w < r->n_worlds; w++) {
        double regret = r->regret[policy][w], half = r->half_width[policy][w];

        hanse__page_figure_cell(page, &r->measure, true, regret, regret - half, regret + half);
    }
    hanse__page_figure_cell(page, &r->measure, true, r->worst[policy], NAN, NAN);
    hanse__text_add(text, "</tr>\n");
}

static void regrets(struct hanse_page *page, const struct hanse_regret *r)
{
    struct hanse_text *text = &page->text;

    hanse__text_add(text, "<h2>Regret</h2>\n<p class=\"note\">");
    hanse__text_escaped(text, r->long_name);
    hanse__text_add(text, ", over the best policy in the same world. The policy whose worst "
                          "regret is least leads.</p>\n<div class=\"scroll\"><table>\n<thead>"
                          "<tr><th>Policy</th>");
    for (size_t w = 0; w < r->n_worlds; w++) {
        hanse__text_add(text, "<th class=\"number\">");
        hanse__text_escaped(text, r->worlds[w]);
        hanse__text_add(text, "</th>");
    }
    hanse__text_add(text,
                    "<th class=\"number\">The worst of them</th></tr></thead>\n<tbody>\n");
    for (size_t p = 0; p < r->n_policies; p++) {
        regret_row(page, r, p);
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

void hanse__report_shown(struct hanse_page *page)
{
    struct hanse_shown *shown = hanse__alloc(page->digest.ctx, 1, sizeof *shown);

    if (!shown || hanse__shown_read(&page->digest, NULL, shown) != HANSE_OK) {
        page->text.status =
            page->text.status == HANSE_OK ? HANSE_ERR_MEMORY : page->text.status;
        hanse__free(shown);
        return;
    }
    if (shown->n_figures > 0) {
        figures(page, shown);
    }
    if (shown->has_regret) {
        regrets(page, &shown->regret);
    }
    hanse__free(shown);
}
