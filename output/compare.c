#include "output/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/digest.h"
#include "sim/stats/distribution.h"
#include "sim/stats/interval.h"

static const double CONFIDENCE = 0.95;

/* Two files side by side, with room for their samples. */
struct pair {
    struct hanse_context *ctx;
    struct hanse_digest base, other;
    double *x, *y;
    bool same_seed;
    size_t rows_capacity, inputs_capacity;
};

static size_t drop_missing(double *values, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

/* Replications that succeeded in both files, moved to the front of both. */
static size_t match(double *x, double *y, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]) && !isnan(y[i])) {
            x[kept] = x[i];
            y[kept++] = y[i];
        }
    }
    return kept;
}

/* Welch's interval: unequal variances, freedom after Satterthwaite (Biometrika 34, 1947). */
static void welch(const double *x, size_t n_x, const double *y, size_t n_y,
                  struct hanse_compare_row *row)
{
    struct hanse_interval a = hanse_interval_mean(x, n_x, CONFIDENCE);
    struct hanse_interval b = hanse_interval_mean(y, n_y, CONFIDENCE);
    double va = a.sd * a.sd / (double)n_x, vb = b.sd * b.sd / (double)n_y;
    double freedom =
        (va + vb) * (va + vb) / (va * va / ((double)n_x - 1.0) + vb * vb / ((double)n_y - 1.0));
    double half = va + vb > 0.0 ? hanse_student_factor(CONFIDENCE, freedom) * sqrt(va + vb) : 0;

    row->base = a.mean;
    row->other = b.mean;
    row->diff = b.mean - a.mean;
    row->low = row->diff - half;
    row->high = row->diff + half;
    row->score = fabs(row->diff) / sqrt(va + vb);
}

static void paired(const double *x, const double *y, size_t n, struct hanse_compare_row *row)
{
    struct hanse_interval difference = hanse_interval_paired(y, x, n, CONFIDENCE);

    row->paired = true;
    row->base = hanse_interval_mean(x, n, CONFIDENCE).mean;
    row->other = hanse_interval_mean(y, n, CONFIDENCE).mean;
    row->diff = difference.mean;
    row->low = difference.low;
    row->high = difference.high;
    row->score = fabs(difference.mean) / (difference.sd / sqrt((double)n));
}

static bool all_equal(const double *x, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i]) {
            return false;
        }
    }
    return true;
}

static bool fill_row(struct pair *pair, const char *output, size_t which_base,
                     size_t which_other, const size_t windows[2], struct hanse_compare_row *row)
{
    size_t n_x = pair->base.n_replications, n_y = pair->other.n_replications, n;

    if (!hanse__digest_sample(&pair->base, output, which_base, windows[0], pair->x) ||
        !hanse__digest_sample(&pair->other, output, which_other, windows[1], pair->y)) {
        return false;
    }
    if (pair->same_seed) {
        n = match(pair->x, pair->y, n_x < n_y ? n_x : n_y);
        row->identical = all_equal(pair->x, pair->y, n);
        paired(pair->x, pair->y, n, row);
    } else {
        n_x = drop_missing(pair->x, n_x);
        n_y = drop_missing(pair->y, n_y);
        welch(pair->x, n_x, pair->y, n_y, row);
        n = n_x < n_y ? n_x : n_y;
    }
    /* Nought over nought: two samples that never vary and agree. */
    row->score = isnan(row->score) && row->diff == 0.0 ? 0.0 : row->score;
    return n > 0;
}

static bool describe(struct pair *pair, const char *output, struct hanse_compare_row *row)
{
    char path[160];
    struct hanse_variable v, w;

    snprintf(path, sizeof path, "/summary/%.140s", output);
    if (!hanse_results_has(pair->other.results, path) ||
        hanse_results_variable(pair->base.results, path, &v) != HANSE_OK ||
        hanse_results_variable(pair->other.results, path, &w) != HANSE_OK ||
        strcmp(v.unit, w.unit) != 0) {
        return false;
    }
    row->output = output;
    row->unit = v.unit;
    row->long_name = v.long_name;
    return true;
}

static enum hanse_status add_row(struct pair *pair, struct hanse_comparison *comparison,
                                 const struct hanse_compare_row *row)
{
    comparison->n_compared++;
    if (row->identical) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse__reserve(pair->ctx, &comparison->rows, &pair->rows_capacity,
                             comparison->n_rows + 1, sizeof *comparison->rows));
    comparison->rows[comparison->n_rows++] = *row;
    return HANSE_OK;
}

static bool same_window(struct pair *pair, size_t i, size_t j, const char **name)
{
    struct hanse_results_window a, b;

    if (hanse_results_window(pair->base.results, i, &a) != HANSE_OK ||
        hanse_results_window(pair->other.results, j, &b) != HANSE_OK) {
        return false;
    }
    *name = a.name;
    return strcmp(a.name, b.name) == 0 && a.from_h == b.from_h && a.to_h == b.to_h;
}

static enum hanse_status compare_output(struct pair *pair, struct hanse_comparison *comparison,
                                        size_t which_base, size_t which_other,
                                        const char *output)
{
    for (size_t i = 0; i < pair->base.n_windows; i++) {
        for (size_t j = 0; j < pair->other.n_windows; j++) {
            struct hanse_compare_row row = {.case_name = pair->base.case_names[which_base]};
            const size_t windows[2] = {i, j};

            if (same_window(pair, i, j, &row.window) && describe(pair, output, &row) &&
                fill_row(pair, output, which_base, which_other, windows, &row)) {
                HANSE_TRY(add_row(pair, comparison, &row));
            }
        }
    }
    return HANSE_OK;
}

/* --- inputs that differ ------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    const struct hanse_compare_input *x = a, *y = b;
    int order = strcmp(x->kind, y->kind);

    order = order ? order : strcmp(x->name, y->name);
    return order ? order : strcmp(x->key, y->key);
}

/* A case's values sorted by path; `as_base` says which member they go to. */
static enum hanse_status list_values(struct pair *pair, struct hanse_results *results,
                                     size_t which, bool as_base,
                                     struct hanse_compare_input **items, size_t *n)
{
    size_t n_values = hanse_results_n_values(results);

    *n = 0;
    *items = hanse__alloc(pair->ctx, n_values + 1, sizeof **items);
    if (!*items) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n_values; i++) {
        struct hanse_resolved value;
        uint32_t in_case;

        HANSE_TRY(hanse_results_value(results, i, &in_case, &value));
        if (in_case == which) {
            (*items)[(*n)++] = (struct hanse_compare_input){
                .kind = value.kind,
                .name = value.name,
                .key = value.key,
                .base = as_base ? value.text : NULL,
                .other = as_base ? NULL : value.text,
            };
        }
    }
    qsort(*items, *n, sizeof **items, by_path);
    return HANSE_OK;
}

static enum hanse_status add_input(struct pair *pair, struct hanse_comparison *comparison,
                                   struct hanse_compare_input input, const char *case_name)
{
    HANSE_TRY(hanse__reserve(pair->ctx, &comparison->inputs, &pair->inputs_capacity,
                             comparison->n_inputs + 1, sizeof *comparison->inputs));
    input.case_name = case_name;
    comparison->inputs[comparison->n_inputs++] = input;
    return HANSE_OK;
}

/* Walks two sorted lists in step. */
static enum hanse_status merge(struct pair *pair, struct hanse_comparison *comparison,
                               const struct hanse_compare_input *a, size_t n_a,
                               const struct hanse_compare_input *b, size_t n_b,
                               const char *case_name)
{
    size_t i = 0, j = 0;

    while (i < n_a || j < n_b) {
        int order = i == n_a ? 1 : j == n_b ? -1 : by_path(&a[i], &b[j]);
        struct hanse_compare_input both = order <= 0 ? a[i] : b[j];

        both.other = order == 0 ? b[j].other : both.other;
        if (order != 0 || strcmp(both.base, both.other) != 0) {
            HANSE_TRY(add_input(pair, comparison, both, case_name));
        }
        i += order <= 0;
        j += order >= 0;
    }
    return HANSE_OK;
}

static enum hanse_status compare_inputs(struct pair *pair, struct hanse_comparison *comparison,
                                        size_t which_base, size_t which_other)
{
    struct hanse_compare_input *a = NULL, *b = NULL;
    size_t n_a, n_b;
    enum hanse_status status =
        list_values(pair, pair->base.results, which_base, true, &a, &n_a);

    if (status == HANSE_OK) {
        status = list_values(pair, pair->other.results, which_other, false, &b, &n_b);
    }
    if (status == HANSE_OK) {
        status = merge(pair, comparison, a, n_a, b, n_b, pair->base.case_names[which_base]);
    }
    hanse__free(a);
    hanse__free(b);
    return status;
}

/* --- all of it ---------------------------------------------------------------------------- */

/* Surest difference first; ties by name, so that the order is always the same. */
static int by_score(const void *a, const void *b)
{
    const struct hanse_compare_row *x = a, *y = b;
    int order;

    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    order = strcmp(x->output, y->output);
    order = order ? order : strcmp(x->case_name, y->case_name);
    return order ? order : strcmp(x->window, y->window);
}

static enum hanse_status compare_all(struct pair *pair, struct hanse_comparison *comparison)
{
    const char **names;
    size_t n, shared = 0;
    enum hanse_status status = HANSE_OK;

    HANSE_TRY(hanse__digest_outputs(&pair->base, &names, &n));
    for (size_t i = 0; status == HANSE_OK && i < pair->base.n_cases; i++) {
        size_t j = hanse__digest_find_case(&pair->other, pair->base.case_names[i]);

        if (j == pair->other.n_cases) {
            continue;
        }
        shared++;
        for (size_t k = 0; status == HANSE_OK && k < n; k++) {
            status = compare_output(pair, comparison, i, j, names[k]);
        }
        if (status == HANSE_OK) {
            status = compare_inputs(pair, comparison, i, j);
        }
    }
    hanse__free(names);
    if (status == HANSE_OK && comparison->n_compared == 0) {
        status = hanse__fail(pair->ctx, HANSE_ERR_INPUT, "%s and %s share no %s",
                             hanse_results_path(pair->base.results),
                             hanse_results_path(pair->other.results),
                             shared == 0 ? "case" : "output over the same window");
    }
    if (comparison->n_rows > 0) {
        qsort(comparison->rows, comparison->n_rows, sizeof *comparison->rows, by_score);
    }
    return status;
}

enum hanse_status hanse_comparison_init(struct hanse_comparison *comparison,
                                        struct hanse_context *ctx, struct hanse_results *base,
                                        struct hanse_results *other)
{
    struct pair pair = {.ctx = ctx};
    enum hanse_status status = hanse__digest_init(&pair.base, ctx, base);

    *comparison = (struct hanse_comparison){0};
    if (status == HANSE_OK) {
        status = hanse__digest_init(&pair.other, ctx, other);
    }
    if (status == HANSE_OK) {
        pair.same_seed =
            hanse_results_number(base, "seed") == hanse_results_number(other, "seed");
        pair.x = hanse__alloc(ctx, pair.base.n_replications + 1, sizeof *pair.x);
        pair.y = hanse__alloc(ctx, pair.other.n_replications + 1, sizeof *pair.y);
        status = pair.x && pair.y ? compare_all(&pair, comparison) : HANSE_ERR_MEMORY;
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&pair.base);
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&pair.other);
    }
    hanse__free(pair.x);
    hanse__free(pair.y);
    hanse__digest_fini(&pair.base);
    hanse__digest_fini(&pair.other);
    if (status != HANSE_OK) {
        hanse_comparison_fini(comparison);
    }
    return status;
}

void hanse_comparison_fini(struct hanse_comparison *comparison)
{
    hanse__free(comparison->rows);
    hanse__free(comparison->inputs);
    *comparison = (struct hanse_comparison){0};
}

static void print_row(const struct hanse_compare_row *row, FILE *file)
{
    double largest = fmax(fabs(row->base), fabs(row->other));
    struct hanse_measure measure =
        hanse__measure(row->unit, hanse__digest_is_share(row->output, row->unit), largest);
    double half = (row->high - row->low) / 2.0;
    char base[HANSE_FIGURE_BYTES], other[HANSE_FIGURE_BYTES], diff[HANSE_FIGURE_BYTES];
    char score[32] = "always";

    if (isfinite(row->score)) {
        snprintf(score, sizeof score, "%.1f", row->score);
    }
    fprintf(file, "%7s  %-24.24s %-18.18s %-12.12s\n", score, row->output, row->case_name,
            row->window);
    fprintf(file, "         %s \xe2\x86\x92 %s: %s\n",
            hanse__figure_value(base, &measure, false, row->base, half),
            hanse__figure_value(other, &measure, false, row->other, half),
            hanse__figure_interval(diff, &measure, true, row->diff, row->low, row->high));
}

static void print_inputs(const struct hanse_comparison *comparison, FILE *file)
{
    if (comparison->n_inputs == 0) {
        fprintf(file, "\nNo value of the scenario differs.\n");
        return;
    }
    fprintf(file, "\n%zu value%s of the scenario differ%s:\n", comparison->n_inputs,
            comparison->n_inputs == 1 ? "" : "s", comparison->n_inputs == 1 ? "s" : "");
    for (size_t i = 0; i < comparison->n_inputs; i++) {
        const struct hanse_compare_input *input = &comparison->inputs[i];

        fprintf(file, "  %s: %s.%s.%s: %s \xe2\x86\x92 %s\n", input->case_name, input->kind,
                input->name, input->key, input->base ? input->base : "(absent)",
                input->other ? input->other : "(absent)");
    }
}

enum hanse_status hanse_comparison_print(const struct hanse_comparison *comparison,
                                         struct hanse_context *ctx, const char *base_name,
                                         const char *other_name, size_t most, FILE *file)
{
    size_t n = most > 0 && most < comparison->n_rows ? most : comparison->n_rows;

    fprintf(file, "%s \xe2\x86\x92 %s\n", base_name, other_name);
    fprintf(file, "%zu of %zu figures differ", comparison->n_rows, comparison->n_compared);
    if (n > 0) {
        fprintf(file,
                "; by size over noise%s:\n\n  score  output                   case"
                "               window\n",
                n < comparison->n_rows ? ", the first ones" : "");
    } else {
        fprintf(file, ".\n");
    }
    for (size_t i = 0; i < n; i++) {
        print_row(&comparison->rows[i], file);
    }
    print_inputs(comparison, file);
    return ferror(file) ? hanse__fail(ctx, HANSE_ERR_IO, "the comparison could not be printed")
                        : HANSE_OK;
}
