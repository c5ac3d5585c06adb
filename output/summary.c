#include "output/summary.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "output/digest.h"
#include "output/shocks.h"
#include "output/summary_shown.h"

enum { WIDTH = 100, MOST_COLUMNS = 6, CASE_WIDTH = 32, COLUMN_WIDTH = 17 };

struct column {
    const char *output;
    size_t window;
    struct hanse_measure measure;
    const char *title;
    bool difference; /* to the baseline */
};

/* Outputs that decide, by what a minister asks: served, cost, energy, carbon. */
static const struct {
    const char *output, *title;
} wanted[] = {
    {"on_time_share", "on time"},   {"ttft_p95", "first token p95"},
    {"tpot_p95", "per token p95"},  {"lcoc", "cost of compute"},
    {"cost", "all costs"},          {"carbon", "carbon"},
    {"unserved_share", "unserved"}, {"cloud_share", "foreign API"},
    {"utilization", "utilisation"},
};

static bool has_output(const struct hanse_digest *digest, const char *output)
{
    return !isnan(hanse__digest_figures(digest, output, 0, 0, 0).mean);
}

static void add_column(const struct hanse_digest *digest, struct column *columns, size_t *n,
                       const char *output, const char *title, size_t window)
{
    size_t most = (WIDTH - CASE_WIDTH) / COLUMN_WIDTH;

    for (size_t i = 0; i < *n; i++) {
        if (strcmp(columns[i].output, output) == 0 && columns[i].window == window) {
            return;
        }
    }
    if (*n < most && *n < MOST_COLUMNS && has_output(digest, output)) {
        columns[(*n)++] = (struct column){
            output, window, hanse__digest_measure(digest, output, window), title, false};
    }
}

static const char *title_of(const char *output)
{
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strcmp(wanted[i].output, output) == 0) {
            return wanted[i].title;
        }
    }
    return output;
}

static size_t choose_columns(const struct hanse_digest *digest,
                             struct column columns[MOST_COLUMNS])
{
    const struct hanse_digest_headline *h = &digest->headline;
    size_t n = 0;

    if (digest->has_headline) {
        add_column(digest, columns, &n, h->output, title_of(h->output), h->window);
    }
    if (n == 1 && digest->n_cases > 1) {
        columns[n] = columns[0];
        columns[n].title = "difference";
        columns[n++].difference = true;
    }
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (!digest->has_headline || strcmp(wanted[i].output, h->output) != 0) {
            add_column(digest, columns, &n, wanted[i].output, wanted[i].title, 0);
        }
    }
    return n;
}

static void print_figure(FILE *file, const struct column *column, const struct hanse_figures *f)
{
    char words[2 * HANSE_FIGURE_BYTES + 8];
    double factor = column->measure.factor;
    double low = column->difference ? f->diff_low : f->ci_low;
    double high = column->difference ? f->diff_high : f->ci_high;

    hanse__print_right(file,
                       hanse__plus_minus(words, sizeof words, &column->measure,
                                         (column->difference ? f->diff : f->mean) * factor,
                                         (high - low) / 2.0 * factor),
                       COLUMN_WIDTH);
}

static const char *window_label(const struct hanse_digest *digest, size_t which)
{
    struct hanse_results_window window;

    if (which == 0 || hanse_results_window(digest->results, which, &window) != HANSE_OK) {
        return "whole horizon";
    }
    return window.label && window.label[0] ? window.label : window.name;
}

static void print_headline(const struct hanse_digest *digest, FILE *file)
{
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_measure measure;
    struct hanse_figures here, base;
    char figure[HANSE_FIGURE_BYTES];

    if (!digest->has_headline) {
        return;
    }
    measure = hanse__digest_measure(digest, h->output, h->window);
    here = hanse__digest_figures(digest, h->output, h->in_case, h->window, 0);
    base = hanse__digest_figures(digest, h->output, 0, h->window, 0);
    fprintf(
        file, "%s: %s %s", hanse__digest_case(digest, h->in_case),
        hanse__figure_interval(figure, &measure, false, here.mean, here.ci_low, here.ci_high),
        h->text);
    if (h->in_case > 0) {
        fprintf(file, ",\nagainst %s in %s",
                hanse__figure_interval(figure, &measure, false, base.mean, base.ci_low,
                                       base.ci_high),
                hanse__digest_case(digest, 0));
    }
    fprintf(file, " (%s).\n\n", window_label(digest, h->window));
}

static void print_rule(FILE *file, size_t n_columns)
{
    for (size_t i = 0; i < CASE_WIDTH + n_columns * COLUMN_WIDTH; i++) {
        fputs("\xe2\x94\x80", file);
    }
    fputc('\n', file);
}

static void print_table(const struct hanse_digest *digest, FILE *file)
{
    struct column columns[MOST_COLUMNS];
    size_t n = choose_columns(digest, columns);

    hanse__print_left(file, "case", CASE_WIDTH);
    for (size_t i = 0; i < n; i++) {
        hanse__print_right(file, columns[i].title, COLUMN_WIDTH);
    }
    fprintf(file, "\n%*s", CASE_WIDTH, "");
    for (size_t i = 0; i < n; i++) {
        hanse__print_right(file,
                           columns[i].difference ? columns[i].measure.unit_of_difference
                                                 : columns[i].measure.unit,
                           COLUMN_WIDTH);
    }
    fputc('\n', file);
    if (digest->headline.window > 0) {
        size_t last = n; /* columns behind it have no window to name */
        while (last > 0 && columns[last - 1].window == 0) {
            last--;
        }
        fprintf(file, "%*s", CASE_WIDTH, "");
        for (size_t i = 0; i < last; i++) {
            char word[64];

            const char *label =
                columns[i].window > 0 ? window_label(digest, columns[i].window) : "";

            hanse__print_right(file, hanse__cut(word, sizeof word, label, COLUMN_WIDTH - 1),
                               COLUMN_WIDTH);
        }
        fputc('\n', file);
    }
    print_rule(file, n);
    for (size_t c = 0; c < digest->n_cases; c++) {
        hanse__print_left(file, hanse__digest_case(digest, c), CASE_WIDTH);
        for (size_t i = 0; i < n; i++) {
            struct hanse_figures f =
                hanse__digest_figures(digest, columns[i].output, c, columns[i].window, 0);

            if (columns[i].difference && c == 0) {
                hanse__print_right(file, "\xe2\x80\x93", COLUMN_WIDTH);
            } else {
                print_figure(file, &columns[i], &f);
            }
        }
        fputc('\n', file);
    }
    print_rule(file, n);
    fprintf(file,
            "Means \xc2\xb1 half-width of the 95 %% interval over %zu replications with inputs "
            "drawn;\ndifferences to the baseline are paired.\n",
            digest->n_replications);
}

enum hanse_status hanse_summary_print(struct hanse_context *ctx, struct hanse_results *results,
                                      FILE *file)
{
    struct hanse_digest digest;
    enum hanse_status status = hanse__digest_init(&digest, ctx, results);

    if (status == HANSE_OK) {
        fprintf(file, "%s%s\n\n", hanse_results_attribute(results, "title"),
                hanse_results_number(results, "hypothetical") == 1.0 ? " (hypothetical)" : "");
        print_headline(&digest, file);
        print_table(&digest, file);
        status = hanse__summary_shocks(&digest, file);
    }
    if (status == HANSE_OK) {
        status = hanse__summary_shown(&digest, file);
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&digest);
    }
    hanse__digest_fini(&digest);
    if (status == HANSE_OK && ferror(file)) {
        status = hanse__fail(ctx, HANSE_ERR_IO, "the summary could not be printed");
    }
    return status;
}

/* --- rows for programs -------------------------------------------------------------------- */

static struct hanse_summary_row make_row(const struct hanse_digest *digest, const char *output,
                                         size_t which, size_t window)
{
    struct hanse_figures f = hanse__digest_figures(digest, output, which, window, 0);
    struct hanse_results_window w = {.name = "", .label = ""};
    struct hanse_variable v = {.unit = "1", .long_name = ""};
    char path[160];

    snprintf(path, sizeof path, "/summary/%.140s", output);
    /* Both were found when the digest listed them. */
    (void)hanse_results_variable(digest->results, path, &v);
    (void)hanse_results_window(digest->results, window, &w);
    return (struct hanse_summary_row){
        .case_name = digest->case_names[which],
        .case_label = hanse__digest_case(digest, which),
        .window = w.name,
        .output = output,
        .unit = v.unit,
        .long_name = v.long_name,
        .mean = f.mean,
        .ci_low = f.ci_low,
        .ci_high = f.ci_high,
        .p05 = f.p05,
        .p50 = f.p50,
        .p95 = f.p95,
        .diff = f.diff,
        .diff_low = f.diff_low,
        .diff_high = f.diff_high,
        .sim_half_width = f.sim_half_width,
    };
}

enum hanse_status hanse_summary_rows(struct hanse_context *ctx, struct hanse_results *results,
                                     struct hanse_summary_row **rows, size_t *n)
{
    struct hanse_digest digest;
    const char **names = NULL;
    size_t n_names = 0;
    enum hanse_status status = hanse__digest_init(&digest, ctx, results);

    *n = 0;
    if (status == HANSE_OK) {
        status = hanse__digest_outputs(&digest, &names, &n_names);
    }
    if (status == HANSE_OK) {
        *rows =
            hanse__alloc(ctx, digest.n_cases * digest.n_windows * n_names + 1, sizeof **rows);
        status = *rows ? HANSE_OK : HANSE_ERR_MEMORY;
    }
    for (size_t c = 0; status == HANSE_OK && c < digest.n_cases; c++) {
        for (size_t w = 0; w < digest.n_windows; w++) {
            for (size_t i = 0; i < n_names; i++) {
                (*rows)[(*n)++] = make_row(&digest, names[i], c, w);
            }
        }
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&digest);
    }
    hanse__free(names);
    hanse__digest_fini(&digest);
    return status;
}

void hanse_summary_free(struct hanse_summary_row *rows)
{
    hanse__free(rows);
}
