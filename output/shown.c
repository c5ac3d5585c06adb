#include "output/shown.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/interval.h"

/* --- rows of the file's /scenario ----------------------------------------------------------
 */

/* The next value of the baseline case that belongs to the kind; false past the last. */
static bool next_value(const struct hanse_digest *digest, const char *kind, size_t *at,
                       struct hanse_resolved *value)
{
    size_t n = hanse_results_n_values(digest->results);

    while (*at < n) {
        uint32_t in_case;

        if (hanse_results_value(digest->results, (*at)++, &in_case, value) == HANSE_OK &&
            in_case == 0 && strcmp(value->kind, kind) == 0) {
            return true;
        }
    }
    return false;
}

static size_t find_window(const struct hanse_digest *digest, const char *name)
{
    struct hanse_results_window window;

    for (size_t i = 0; i < digest->n_windows; i++) {
        if (hanse_results_window(digest->results, i, &window) == HANSE_OK &&
            strcmp(window.name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* --- figures --------------------------------------------------------------------------------
 */

/* An output whose parts are never added up is its own table of them. */
static bool find_row(const struct hanse_digest *digest, struct hanse_shown_figure *figure,
                     const char *of)
{
    struct hanse_variable v;
    const char *const *names;
    char path[160];
    size_t n;

    snprintf(path, sizeof path, "/summary/%.140s_mean", figure->view);
    if (!hanse_results_has(digest->results, path) ||
        hanse_results_variable(digest->results, path, &v) != HANSE_OK || v.rank != 3 ||
        hanse_results_labels(digest->results, v.dim_names[2], &names, &n) != HANSE_OK) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        if (strcmp(names[k], of) == 0) {
            figure->item = k;
            return true;
        }
    }
    return false;
}

/* What an output may be split by, in the words of the result file. */
static bool find_item(const struct hanse_digest *digest, struct hanse_shown_figure *figure,
                      const char *output, const char *of)
{
    const char *const *all;
    size_t n_all, length = strlen(output);

    if (hanse_results_list(digest->results, "/summary", &all, &n_all) != HANSE_OK) {
        return false;
    }
    for (size_t i = 0; i < n_all; i++) {
        const char *by = all[i] + length, *const * names;
        size_t n;
        char path[160];

        if (strncmp(all[i], output, length) != 0 || strncmp(by, "_by_", 4) != 0) {
            continue;
        }
        snprintf(path, sizeof path, "/summary/%.140s_mean", all[i]);
        if (!hanse_results_has(digest->results, path) ||
            hanse_results_labels(digest->results, by + 4, &names, &n) != HANSE_OK) {
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            if (strcmp(names[k], of) == 0) {
                snprintf(figure->view, sizeof figure->view, "%s", all[i]);
                figure->item = k;
                return true;
            }
        }
    }
    return false;
}

static void measure_figure(const struct hanse_digest *digest, const char *output,
                           struct hanse_shown_figure *figure)
{
    struct hanse_variable v;
    char path[200];
    double largest = 0.0;

    snprintf(path, sizeof path, "/summary/%s_mean", figure->view);
    if (!hanse_results_has(digest->results, path) ||
        hanse_results_variable(digest->results, path, &v) != HANSE_OK) {
        figure->measure = hanse__measure("1", false, 0.0);
        return;
    }
    for (size_t c = 0; c < digest->n_cases; c++) {
        double mean =
            hanse__digest_figures(digest, figure->view, c, figure->window, figure->item).mean;

        largest = isfinite(mean) ? fmax(largest, fabs(mean)) : largest;
    }
    /* A split output is a share where the output is. */
    figure->measure = hanse__measure(v.unit, hanse__digest_is_share(output, v.unit), largest);
}

/* A figure's values stand together; `output` and `of` become a view when all are known. */
struct reading {
    struct hanse_shown_figure figure;
    const char *output, *of;
};

static void read_key(const struct hanse_digest *digest, struct reading *r,
                     const struct hanse_resolved *value)
{
    const char *text = value->text ? value->text : "";

    if (strcmp(value->key, "label") == 0) {
        r->figure.label = text[0] != '\0' ? text : value->name;
    } else if (strcmp(value->key, "output") == 0) {
        r->output = text;
    } else if (strcmp(value->key, "of") == 0) {
        r->of = text;
    } else if (strcmp(value->key, "window") == 0) {
        r->figure.window = find_window(digest, text);
    } else if (strcmp(value->key, "place") == 0) {
        r->figure.place = (long)value->number;
    } else if (strcmp(value->key, "better") == 0) {
        r->figure.more_is_better = strcmp(text, "more") == 0;
    }
}

static void keep(const struct hanse_digest *digest, struct hanse_shown *shown,
                 struct reading *r)
{
    if (!r->output || shown->n_figures == HANSE_SHOWN_MOST) {
        return;
    }
    snprintf(r->figure.view, sizeof r->figure.view, "%s", r->output);
    if (r->of && r->of[0] != '\0' && !find_row(digest, &r->figure, r->of) &&
        !find_item(digest, &r->figure, r->output, r->of)) {
        return;
    }
    measure_figure(digest, r->output, &r->figure);
    shown->figures[shown->n_figures++] = r->figure;
}

static int by_place(const void *left, const void *right)
{
    const struct hanse_shown_figure *a = left, *b = right;

    return a->place != b->place ? (a->place < b->place ? -1 : 1) : strcmp(a->name, b->name);
}

static void read_figures(const struct hanse_digest *digest, struct hanse_shown *shown)
{
    struct hanse_resolved value;
    struct reading r = {0};
    size_t at = 0;

    while (next_value(digest, "figure", &at, &value)) {
        if (!r.figure.name || strcmp(r.figure.name, value.name) != 0) {
            keep(digest, shown, &r);
            r = (struct reading){.figure = {.name = value.name, .label = value.name}};
        }
        read_key(digest, &r, &value);
    }
    keep(digest, shown, &r);
    qsort(shown->figures, shown->n_figures, sizeof *shown->figures, by_place);
}

/* --- regret ---------------------------------------------------------------------------------
 */

/* Index of a name in a list that grows; HANSE_REGRET_MOST when the list is full. */
static size_t listed(const char **names, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    if (*n < HANSE_REGRET_MOST) {
        names[*n] = name;
        return (*n)++;
    }
    return HANSE_REGRET_MOST;
}

struct cell {
    const char *name, *policy, *world, *in_case;
};

static void keep_cell(const struct hanse_digest *digest, struct hanse_regret *regret,
                      const struct cell *cell)
{
    if (!cell->policy || !cell->world || !cell->in_case) {
        return;
    }
    size_t p = listed(regret->policies, &regret->n_policies, cell->policy);
    size_t w = listed(regret->worlds, &regret->n_worlds, cell->world);

    if (p < HANSE_REGRET_MOST && w < HANSE_REGRET_MOST) {
        regret->cases[p][w] = hanse__digest_find_case(digest, cell->in_case);
    }
}

static void read_cells(const struct hanse_digest *digest, struct hanse_regret *regret)
{
    struct hanse_resolved value;
    struct cell cell = {0};
    size_t at = 0;

    for (size_t p = 0; p < HANSE_REGRET_MOST; p++) {
        for (size_t w = 0; w < HANSE_REGRET_MOST; w++) {
            regret->cases[p][w] = digest->n_cases;
        }
    }
    while (next_value(digest, "cell", &at, &value)) {
        if (!cell.name || strcmp(cell.name, value.name) != 0) {
            keep_cell(digest, regret, &cell);
            cell = (struct cell){.name = value.name};
        }
        if (strcmp(value.key, "policy") == 0) {
            cell.policy = value.text;
        } else if (strcmp(value.key, "world") == 0) {
            cell.world = value.text;
        } else if (strcmp(value.key, "case") == 0) {
            cell.in_case = value.text;
        }
    }
    keep_cell(digest, regret, &cell);
}

/* Losses of one world against its best, replication by replication: samples[policy] of n. */
static void fill_world(struct hanse_regret *r, size_t w, double *const *samples, size_t n)
{
    size_t best = r->n_policies;

    for (size_t p = 0; p < r->n_policies; p++) {
        r->loss[p][w] = samples[p] ? hanse_interval_mean(samples[p], n, 0.95).mean : NAN;
        if (isfinite(r->loss[p][w]) &&
            (best == r->n_policies || r->loss[p][w] < r->loss[best][w])) {
            best = p;
        }
    }
    for (size_t p = 0; p < r->n_policies; p++) {
        r->regret[p][w] = r->half_width[p][w] = NAN;
        if (best < r->n_policies && samples[p]) {
            struct hanse_interval paired =
                hanse_interval_paired(samples[p], samples[best], n, 0.95);

            r->regret[p][w] = paired.mean;
            r->half_width[p][w] = paired.half_width;
        }
    }
}

static enum hanse_status fill_regret(const struct hanse_digest *digest, struct hanse_regret *r,
                                     double largest)
{
    size_t n = digest->n_replications;
    double *room = hanse__alloc(digest->ctx, HANSE_REGRET_MOST * n + 1, sizeof *room);

    if (!room) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t w = 0; w < r->n_worlds; w++) {
        double *samples[HANSE_REGRET_MOST];

        for (size_t p = 0; p < r->n_policies; p++) {
            samples[p] =
                r->cases[p][w] < digest->n_cases &&
                        hanse__digest_sample(digest, r->output, r->cases[p][w], 0, room + p * n)
                    ? room + p * n
                    : NULL;
        }
        fill_world(r, w, samples, n);
    }
    hanse__free(room);
    r->least_worst = r->n_policies;
    for (size_t p = 0; p < r->n_policies; p++) {
        r->worst[p] = 0.0;
        for (size_t w = 0; w < r->n_worlds; w++) {
            /* fmax would pass over what is missing. */
            r->worst[p] = isnan(r->regret[p][w]) || isnan(r->worst[p])
                              ? NAN
                              : fmax(r->worst[p], r->regret[p][w]);
            largest = isfinite(r->regret[p][w]) ? fmax(largest, r->regret[p][w]) : largest;
        }
        if (isfinite(r->worst[p]) &&
            (r->least_worst == r->n_policies || r->worst[p] < r->worst[r->least_worst])) {
            r->least_worst = p;
        }
    }
    struct hanse_variable v;
    char path[160];
    snprintf(path, sizeof path, "/summary/%.140s", r->output);
    HANSE_TRY(hanse_results_variable(digest->results, path, &v));
    r->long_name = v.long_name && v.long_name[0] ? v.long_name : r->output;
    r->measure = hanse__measure(v.unit, hanse__digest_is_share(r->output, v.unit), largest);
    return HANSE_OK;
}

/* --- chart ----------------------------------------------------------------------------------
 */

static void read_chart(const struct hanse_digest *digest, struct hanse_shown *shown)
{
    struct hanse_resolved value;
    size_t at = 0;

    shown->chart_kind = shown->chart_output = shown->chart_region = shown->chart_label = "";
    while (next_value(digest, "chart", &at, &value)) {
        const char *text = value.text ? value.text : "";

        shown->has_chart = true;
        if (strcmp(value.key, "kind") == 0) {
            shown->chart_kind = text;
        } else if (strcmp(value.key, "output") == 0) {
            shown->chart_output = text;
        } else if (strcmp(value.key, "region") == 0) {
            shown->chart_region = text;
        } else if (strcmp(value.key, "label") == 0) {
            shown->chart_label = text;
        }
    }
}

enum hanse_status hanse__shown_read(const struct hanse_digest *digest, const char *loss,
                                    struct hanse_shown *shown)
{
    char path[160];

    memset(shown, 0, sizeof *shown);
    read_chart(digest, shown);
    read_figures(digest, shown);
    read_cells(digest, &shown->regret);
    shown->regret.output = loss                                       ? loss
                           : strcmp(shown->chart_kind, "regret") == 0 ? shown->chart_output
                                                                      : "cost";
    snprintf(path, sizeof path, "/summary/%.140s", shown->regret.output);
    shown->has_regret =
        shown->regret.n_policies > 1 && hanse_results_has(digest->results, path);
    HANSE_TRY(shown->has_regret ? fill_regret(digest, &shown->regret, 0.0) : HANSE_OK);
    return hanse__digest_status(digest);
}
