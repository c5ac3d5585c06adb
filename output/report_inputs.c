/* Which uncertain inputs move the answer most: shares of the spread of ranks. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"
#include "sim/stats/quantile.h"
#include "sim/stats/rank.h"

enum { MOST_BARS = 10 };

/* Sampled inputs beside the answer, replications as rows; failed ones left out. */
struct sample {
    struct hanse_variable *inputs;
    size_t n_inputs, n;
    double *x, *y, *share, *column;
    double explained;
};

static void sample_fini(struct sample *s)
{
    hanse__free(s->inputs);
    hanse__free(s->x);
    hanse__free(s->y);
    hanse__free(s->share);
    hanse__free(s->column);
    *s = (struct sample){0};
}

/* Value of a design variable [replication] or [case, replication]. */
static double input_at(const struct hanse_variable *v, size_t which, size_t replication)
{
    size_t n = v->dims[v->rank - 1];

    return v->rank == 2 ? v->data[which * n + replication] : v->data[replication];
}

static bool varies(const struct hanse_variable *v, size_t which)
{
    size_t n = v->rank >= 1 ? v->dims[v->rank - 1] : 0;
    double first = NAN;

    for (size_t i = 0; i < n; i++) {
        double value = input_at(v, which, i);

        if (isnan(first)) {
            first = value;
        } else if (!isnan(value) && value != first) {
            return true;
        }
    }
    return false;
}

static enum hanse_status find_inputs(const struct hanse_digest *digest, struct sample *s)
{
    const char *const *names;
    size_t n;

    HANSE_TRY(hanse_results_list(digest->results, "/design", &names, &n));
    s->inputs = hanse__alloc(digest->ctx, n + 1, sizeof *s->inputs);
    if (!s->inputs) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        struct hanse_variable *v = &s->inputs[s->n_inputs];
        char path[160];

        snprintf(path, sizeof path, "/design/%.140s", names[i]);
        if (hanse_results_variable(digest->results, path, v) == HANSE_OK &&
            (v->rank == 1 || v->rank == 2) && v->dims[v->rank - 1] == digest->n_replications &&
            varies(v, digest->headline.in_case)) {
            s->n_inputs++;
        }
    }
    return HANSE_OK;
}

static enum hanse_status fill(const struct hanse_digest *digest, struct sample *s)
{
    const struct hanse_digest_headline *h = &digest->headline;
    size_t rows = digest->n_replications;

    s->x = hanse__alloc(digest->ctx, rows * s->n_inputs + 1, sizeof *s->x);
    s->y = hanse__alloc(digest->ctx, rows + 1, sizeof *s->y);
    s->column = hanse__alloc(digest->ctx, rows + 1, sizeof *s->column);
    s->share = hanse__alloc(digest->ctx, s->n_inputs + 1, sizeof *s->share);
    if (!s->x || !s->y || !s->column || !s->share) {
        return HANSE_ERR_MEMORY;
    }
    if (!hanse__digest_sample(digest, h->output, h->in_case, h->window, s->column)) {
        return HANSE_OK;
    }
    for (size_t i = 0; i < rows; i++) {
        if (isnan(s->column[i])) {
            continue;
        }
        for (size_t j = 0; j < s->n_inputs; j++) {
            s->x[s->n * s->n_inputs + j] = input_at(&s->inputs[j], h->in_case, i);
        }
        s->y[s->n++] = s->column[i];
    }
    return HANSE_OK;
}

static void describe(const struct hanse_digest *digest, const struct sample *s, size_t input,
                     struct hanse_tornado_bar *bar, char range[HANSE_FIGURE_BYTES])
{
    const struct hanse_variable *v = &s->inputs[input];
    struct hanse_measure measure = hanse__measure(v->unit, false, 0.0);

    for (size_t i = 0; i < s->n; i++) {
        s->column[i] = s->x[i * s->n_inputs + input];
    }
    hanse_spearman(digest->ctx, s->column, s->y, s->n, &bar->direction);
    hanse_sort(s->column, s->n);
    hanse__figure_range(range, &measure, false, hanse_quantile_sorted(s->column, s->n, 0.05),
                        hanse_quantile_sorted(s->column, s->n, 0.95));
    bar->label = v->long_name && v->long_name[0] ? v->long_name : v->name;
    bar->range = range;
    bar->share = s->share[input];
}

static void draw(struct hanse_page *page, const struct sample *s)
{
    struct hanse_text *text = &page->text;
    struct hanse_tornado_bar bars[MOST_BARS];
    char ranges[MOST_BARS][HANSE_FIGURE_BYTES];
    size_t order[MOST_BARS], n = 0;

    for (size_t i = 0; i < s->n_inputs; i++) {
        size_t j = n < MOST_BARS ? n++ : MOST_BARS;

        for (; j > 0 && s->share[order[j - 1]] < s->share[i]; j--) {
            if (j < MOST_BARS) {
                order[j] = order[j - 1];
            }
        }
        if (j < MOST_BARS) {
            order[j] = i;
        }
    }
    for (size_t i = 0; i < n; i++) {
        describe(&page->digest, s, order[i], &bars[i], ranges[i]);
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
                     s->n, n, s->n_inputs, s->explained * 100.0);
}

void hanse__report_tornado(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    struct sample s = {0};
    enum hanse_status status;

    if (!page->digest.has_headline) {
        return;
    }
    hanse__text_add(text, "<h2>What moves the answer most</h2>\n");
    status = find_inputs(&page->digest, &s);
    if (status == HANSE_OK) {
        status = fill(&page->digest, &s);
    }
    if (status == HANSE_ERR_MEMORY) {
        text->status = status;
    } else if (s.n_inputs == 0) {
        hanse__text_add(text, "<p class=\"note\">The scenario marks no input as uncertain."
                              "</p>\n");
    } else if (s.n < s.n_inputs + 2 ||
               hanse_rank_shares(page->digest.ctx, s.x, s.y, s.n, s.n_inputs, s.share,
                                 &s.explained) != HANSE_OK ||
               isnan(s.explained)) {
        hanse__text_addf(
            text,
            "<p class=\"note\">Not shown: telling %zu uncertain inputs apart takes "
            "at least %zu replications in which the answer varies; this file has "
            "%zu.</p>\n",
            s.n_inputs, s.n_inputs + 2, s.n);
    } else {
        draw(page, &s);
    }
    sample_fini(&s);
}
