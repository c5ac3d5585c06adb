/* Which uncertain inputs move the answer most. */
#include <math.h>

#include "output/influence.h"
#include "output/report_parts.h"

enum { MOST_BARS = 10 };

static void draw(struct hanse_page *page, const struct hanse_influences *influences)
{
    struct hanse_text *text = &page->text;
    struct hanse_tornado_bar bars[MOST_BARS];
    char ranges[MOST_BARS][HANSE_FIGURE_BYTES];
    size_t n = influences->n < MOST_BARS ? influences->n : MOST_BARS;

    for (size_t i = 0; i < n; i++) {
        const struct hanse_influence *item = &influences->items[i];
        struct hanse_measure measure = hanse__measure(item->unit, false, 0.0);

        hanse__figure_range(ranges[i], &measure, false, item->p05, item->p95);
        bars[i] =
            (struct hanse_tornado_bar){item->label, ranges[i], item->share, item->direction};
    }
    hanse__text_add(text, "<figure>\n");
    hanse__chart_tornado(text, "Share of the headline's spread by input", bars, n);
    hanse__text_addf(text,
                     "<figcaption>Bar: share of the headline's spread over %zu replications "
                     "that goes with the input (regression on ranks); side: which way. Below "
                     "each name, the range nine in ten draws lie in. %zu of %zu uncertain "
                     "inputs shown; all together explain %.0f\xc2\xa0%% of the spread, the "
                     "rest is chance in the simulation and inputs acting jointly."
                     "</figcaption></figure>\n",
                     influences->n_used, n, influences->n, influences->explained * 100.0);
}

void hanse__report_tornado(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest_headline *h = &page->digest.headline;
    struct hanse_influences influences;
    enum hanse_status status;

    if (!page->digest.has_headline) {
        return;
    }
    hanse__text_add(text, "<h2>What moves the answer most</h2>\n");
    status =
        hanse__influences_init(&influences, &page->digest, h->output, h->in_case, h->window);
    if (status != HANSE_OK) {
        text->status = status;
        return;
    }
    if (influences.n == 0) {
        hanse__text_add(text, "<p class=\"note\">The scenario marks no input as uncertain."
                              "</p>\n");
    } else if (isnan(influences.explained)) {
        hanse__text_addf(
            text,
            "<p class=\"note\">Not shown: telling %zu uncertain inputs apart takes "
            "at least %zu replications in which the answer varies, and inputs that "
            "vary independently; this file has %zu replications.</p>\n",
            influences.n, influences.n + 2, influences.n_used);
    } else {
        draw(page, &influences);
    }
    hanse__influences_fini(&influences);
}
