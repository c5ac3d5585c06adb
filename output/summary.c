#include "output/summary.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "output/digest.h"
#include "output/shocks.h"
#include "output/summary_control.h"
#include "output/summary_shown.h"

enum { WIDTH = 100, MOST_COLUMNS = 6, CASE_LEAST = 32, CASE_MOST = 49, COLUMN_WIDTH = 17 };

struct column {
    const char *output;
    size_t window;
    struct hanse_measure measure;
    const char *title;
    bool difference; /* to the baseline */
};

struct table {
    size_t case_width, n;
    struct column columns[MOST_COLUMNS];
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

/* A column that is nought in every case says nothing. */
static bool says_something(const struct hanse_digest *digest, const char *output)
{
    bool any = false;

    for (size_t c = 0; c < digest->n_cases; c++) {
        double mean = hanse__digest_figures(digest, output, c, 0, 0).mean;
        any = any || (!isnan(mean) && mean != 0.0);
    }
    return any;
}

static void add_column(const struct hanse_digest *digest, struct table *table,
                       const char *output, const char *title, size_t window)
{
    size_t most = (WIDTH - table->case_width) / COLUMN_WIDTH;

    if (table->n < most && table->n < MOST_COLUMNS) {
        table->columns[table->n++] = (struct column){
            output, window, hanse__digest_measure(digest, output, window), title, false};
    }
}

static const char *title_of(const char *output)
{
    static const char *const others[][2] = {
        {"eue", "unserved work"}, {"lole", "days with a loss"}, {"lolh", "hours with a loss"}};

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strcmp(wanted[i].output, output) == 0) {
            return wanted[i].title;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i][0], output) == 0) {
            return others[i][1];
        }
    }
    return output;
}

/* As wide as the longest name of a case, within limits. */
static size_t case_width(const struct hanse_digest *digest)
{
    size_t width = CASE_LEAST;

    for (size_t c = 0; c < digest->n_cases; c++) {
        size_t columns = hanse__text_columns(hanse__digest_case(digest, c)) + 1;
        width = columns > width ? columns : width;
    }
    return width < CASE_MOST ? width : CASE_MOST;
}

static struct table choose_columns(const struct hanse_digest *digest)
{
    const struct hanse_digest_headline *h = &digest->headline;
    struct table table = {.case_width = case_width(digest)};

    if (digest->has_headline &&
        !isnan(hanse__digest_figures(digest, h->output, 0, 0, 0).mean)) {
        add_column(digest, &table, h->output, title_of(h->output), h->window);
    }
    if (table.n == 1 && digest->n_cases > 1) {
        table.columns[1] = table.columns[0];
        table.columns[1].title = "difference";
        table.columns[1].difference = true;
        table.n = 2;
    }
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if ((!digest->has_headline || strcmp(wanted[i].output, h->output) != 0) &&
            says_something(digest, wanted[i].output)) {
            add_column(digest, &table, wanted[i].output, wanted[i].title, 0);
        }
    }
    return table;
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

static const char *interval_of(const struct hanse_digest *digest, size_t which,
                               char figure[HANSE_FIGURE_BYTES])
{
    const struct hanse_digest_headline *h = &digest->headline;
    struct hanse_measure measure = hanse__digest_measure(digest, h->output, h->window);
    struct hanse_figures f = hanse__digest_figures(digest, h->output, which, h->window, 0);

    return hanse__figure_interval(figure, &measure, false, f.mean, f.ci_low, f.ci_high);
}

/* In one sentence; what it is set against on a line of its own where the rest is one line. */
static void print_headline(const struct hanse_digest *digest, FILE *file)
{
    const struct hanse_digest_headline *h = &digest->headline;
    char figure[HANSE_FIGURE_BYTES], here[1024], against[1024] = "", both[2048];
    const char *window = hanse__digest_window(digest, h->window);

    if (!digest->has_headline) {
        return;
    }
    snprintf(here, sizeof here, "%s: %s %s", hanse__digest_case(digest, h->in_case),
             interval_of(digest, h->in_case, figure), h->text);
    if (h->in_case > 0) {
        snprintf(against, sizeof against, "against %s in %s", interval_of(digest, 0, figure),
                 hanse__digest_case(digest, 0));
    }
    if (h->in_case > 0 && hanse__text_columns(here) < WIDTH) {
        fprintf(file, "%s,\n", here);
        snprintf(both, sizeof both, "%s (%s).", against, window);
    } else {
        snprintf(both, sizeof both, "%s%s%s (%s).", here, h->in_case > 0 ? ", " : "", against,
                 window);
    }
    hanse__print_wrapped(file, both, WIDTH);
    fputc('\n', file);
}

static void print_rule(FILE *file, const struct table *table)
{
    for (size_t i = 0; i < table->case_width + table->n * COLUMN_WIDTH; i++) {
        fputs("\xe2\x94\x80", file);
    }
    fputc('\n', file);
}

static void print_headings(const struct hanse_digest *digest, const struct table *table,
                           FILE *file)
{
    const char *titles[MOST_COLUMNS], *units[MOST_COLUMNS], *windows[MOST_COLUMNS];
    char names[MOST_COLUMNS][64];

    for (size_t i = 0; i < table->n; i++) {
        const struct column *column = &table->columns[i];

        snprintf(names[i], sizeof names[i], "%s", column->title);
        for (char *c = names[i]; *c != '\0'; c++) {
            *c = *c == '_' ? ' ' : *c; /* an output without a title here */
        }
        titles[i] = names[i];
        units[i] =
            column->difference ? column->measure.unit_of_difference : column->measure.unit;
        windows[i] = column->window > 0 ? hanse__digest_window(digest, column->window) : "";
    }
    hanse__print_headings(file, "case", table->case_width, titles, table->n, COLUMN_WIDTH);
    hanse__print_headings(file, "", table->case_width, units, table->n, COLUMN_WIDTH);
    hanse__print_headings(file, "", table->case_width, windows, table->n, COLUMN_WIDTH);
}

static void print_row(const struct hanse_digest *digest, const struct table *table, size_t c,
                      FILE *file)
{
    hanse__print_left(file, hanse__digest_case(digest, c), table->case_width);
    for (size_t i = 0; i < table->n; i++) {
        const struct column *column = &table->columns[i];
        struct hanse_figures f =
            hanse__digest_figures(digest, column->output, c, column->window, 0);

        if (column->difference && c == 0) {
            hanse__print_right(file, "\xe2\x80\x93", COLUMN_WIDTH);
        } else {
            print_figure(file, column, &f);
        }
    }
    fputc('\n', file);
}

static void print_table(const struct hanse_digest *digest, FILE *file)
{
    struct table table = choose_columns(digest);

    print_headings(digest, &table, file);
    print_rule(file, &table);
    for (size_t c = 0; c < digest->n_cases; c++) {
        print_row(digest, &table, c, file);
    }
    print_rule(file, &table);
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
        hanse__summary_control(&digest, file);
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
