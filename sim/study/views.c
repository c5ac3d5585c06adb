/*
 * Views: outputs summed over the dimensions nobody asked for.
 *
 * Whatever is kept, an item of a view is the sum of `count` cells of a month's block, `stride`
 * apart, and the items begin `step` apart. That is all there is to a fold, so one loop serves
 * totals, rows, columns and the full table. Ratios fold numerator and denominator each by its
 * own reducer and divide last: a share of a total is never a mean of shares.
 */
#include "sim/study/study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/model/nouns.h"
#include "sim/process/serving/law.h"

enum { MONTH_H = 730, YEAR_MONTHS = 12 };

struct fold {
    int32_t n_items, step, count, stride;
};

static struct fold view_fold(const struct hanse_column *column, const struct hanse_view *view)
{
    if (view->n_dims == column->n_dims) {
        return (struct fold){column->n_items, 1, 1, 0};
    }
    if (view->n_dims == 0) {
        return (struct fold){1, 0, column->n_items, 1};
    }
    if (view->dims[0] == 0) {
        return (struct fold){column->dim_size[0], column->dim_size[1], column->dim_size[1], 1};
    }
    return (struct fold){column->dim_size[1], 1, column->dim_size[0], column->dim_size[1]};
}

static double fold_item(const struct fold *fold, const double *cells, int32_t item)
{
    const double *from = cells + (size_t)item * (size_t)fold->step;
    double sum = 0.0;
    for (int32_t k = 0; k < fold->count; k++) {
        sum += from[(size_t)k * (size_t)fold->stride];
    }
    return sum;
}

/* The column summed over all but the dimensions in `kept` (a bit each); false when that is no
 * view of its own, or the scenario has nothing that the output is about. */
static bool fill_view(const struct hanse_layout *layout, int32_t column, unsigned kept,
                      struct hanse_view *view)
{
    const struct hanse_column *c = &layout->columns[column];
    *view = (struct hanse_view){.column = column, .n_items = 1};
    size_t used = (size_t)snprintf(view->name, sizeof view->name, "%s", c->output->name);
    enum hanse_overlap overlap = c->output->overlap;
    for (int32_t d = 0; d < c->n_dims; d++) {
        if (!(kept >> d & 1u)) {
            continue;
        }
        if (used < sizeof view->name && overlap != HANSE_OVERLAP_ALL) {
            used += (size_t)snprintf(view->name + used, sizeof view->name - used, "%s%s",
                                     view->n_dims == 0 ? "_by_" : "_", c->output->dims[d]);
        }
        view->dims[view->n_dims++] = d;
        view->n_items *= c->dim_size[d];
    }
    /* Rows against columns of one kind (region × region) would bear the same name; the rows'
     * view stands for both, but where the columns are what may not be added up. */
    bool twin = overlap != HANSE_OVERLAP_LAST && kept == 2 &&
                strcmp(c->output->dims[0], c->output->dims[1]) == 0;
    bool hidden = c->output->reducer == HANSE_COUNTS;
    bool summed = (overlap == HANSE_OVERLAP_ALL && kept != (1u << c->n_dims) - 1) ||
                  (overlap == HANSE_OVERLAP_LAST && !(kept >> (c->n_dims - 1) & 1u));
    return c->n_items > 0 && !twin && !hidden && !summed && used < sizeof view->name;
}

size_t hanse_views(const struct hanse_layout *layout, struct hanse_view *views, size_t capacity)
{
    size_t n = 0;
    for (int32_t c = 0; c < layout->n_columns; c++) {
        for (unsigned kept = 0; kept < 1u << layout->columns[c].n_dims; kept++) {
            struct hanse_view view;
            if (!fill_view(layout, c, kept, &view)) {
                continue;
            }
            if (views != NULL && n < capacity) {
                views[n] = view;
            }
            n++;
        }
    }
    return n;
}

size_t hanse_windows(const struct hanse_scenario *scenario, struct hanse_window *windows,
                     size_t capacity)
{
    int32_t n_rows, n_settings;
    const struct hanse_window_noun *rows =
        hanse_scenario_table(scenario, &hanse_kind_window, &n_rows);
    const struct hanse_settings *settings =
        hanse_scenario_table(scenario, &hanse_kind_scenario, &n_settings);
    size_t n = 1 + (size_t)n_rows;
    for (size_t i = 0; i < n && i < capacity && windows != NULL; i++) {
        if (i == 0) {
            windows[i] = (struct hanse_window){
                "horizon", "whole horizon", 0,
                n_settings > 0 ? (int32_t)(settings->horizon_h / MONTH_H) : 0};
            continue;
        }
        const struct hanse_window_noun *row = &rows[i - 1];
        windows[i] = (struct hanse_window){
            row->name, row->label != NULL ? row->label : row->name,
            (int32_t)(row->from_h / MONTH_H), (int32_t)(row->to_h / MONTH_H)};
    }
    return n;
}

/* Item of an additive column reduced over months [from, to). A cell of a MEAN output holds its
 * month's mean; months are equally long, so the mean over them is plain. */
static double reduce(const struct hanse_column *column, const struct fold *fold,
                     const double *series, int32_t item, int32_t from, int32_t to)
{
    const double *cells = series + column->offset;
    size_t per_month = (size_t)column->n_items;
    if (column->output->reducer == HANSE_LAST) {
        return to > from ? fold_item(fold, cells + (size_t)(to - 1) * per_month, item) : NAN;
    }
    double sum = 0.0;
    for (int32_t m = from; m < to; m++) {
        sum += fold_item(fold, cells + (size_t)m * per_month, item);
    }
    if (column->output->reducer == HANSE_MEAN) {
        return to > from ? sum / (to - from) : NAN;
    }
    if (column->output->reducer == HANSE_PER_YEAR) {
        return to > from ? sum * YEAR_MONTHS / (to - from) : NAN;
    }
    return sum;
}

/* Quantile of an item's counts, added up over months and over what it is folded from. */
static double reduce_counts(const struct hanse_layout *layout,
                            const struct hanse_column *column, const struct fold *fold,
                            const double *series, int32_t item, int32_t from, int32_t to)
{
    static const double LEVELS[] = {[HANSE_P50] = 0.50, [HANSE_P95] = 0.95, [HANSE_P99] = 0.99};
    const struct hanse_column *counts = &layout->columns[column->numerator];
    double sum[HANSE_LATENCY_BINS] = {0};
    for (int32_t m = from; m < to; m++) {
        const double *month = series + counts->offset + (size_t)m * (size_t)counts->n_items;
        for (int32_t k = 0; k < fold->count; k++) {
            size_t cell = (size_t)item * (size_t)fold->step + (size_t)k * (size_t)fold->stride;
            for (size_t b = 0; b < HANSE_LATENCY_BINS; b++) {
                sum[b] += month[cell * HANSE_LATENCY_BINS + b];
            }
        }
    }
    return hanse_latency_quantile(sum, LEVELS[column->output->reducer]);
}

static void reduce_view(const struct hanse_layout *layout, const struct hanse_view *view,
                        const double *series, int32_t from, int32_t to, double *out)
{
    const struct hanse_column *column = &layout->columns[view->column];
    struct fold fold = view_fold(column, view);
    if (column->output->reducer >= HANSE_P50) {
        for (int32_t i = 0; i < fold.n_items; i++) {
            out[i] = reduce_counts(layout, column, &fold, series, i, from, to);
        }
        return;
    }
    if (column->output->reducer != HANSE_RATIO) {
        for (int32_t i = 0; i < fold.n_items; i++) {
            out[i] = reduce(column, &fold, series, i, from, to);
        }
        return;
    }
    const struct hanse_column *above = &layout->columns[column->numerator];
    const struct hanse_column *below = &layout->columns[column->denominator];
    for (int32_t i = 0; i < fold.n_items; i++) {
        double denominator = reduce(below, &fold, series, i, from, to);
        out[i] =
            denominator != 0.0 ? reduce(above, &fold, series, i, from, to) / denominator : NAN;
    }
}

void hanse_view_series(const struct hanse_layout *layout, const struct hanse_view *view,
                       const double *series, double *out)
{
    for (int32_t m = 0; m < layout->n_months; m++) {
        reduce_view(layout, view, series, m, m + 1, out + (size_t)m * (size_t)view->n_items);
    }
}

void hanse_view_summary(const struct hanse_layout *layout, const struct hanse_view *view,
                        const struct hanse_window *window, const double *series, double *out)
{
    reduce_view(layout, view, series, window->from_month, window->to_month, out);
}
