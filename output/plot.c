#include "output/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/gnuplot.h"
#include "output/influence.h"
#include "output/plot_shown.h"

const char *const hanse__plot_kinds[HANSE_PLOT_KINDS] = {
    "fan", "difference", "bars", "tornado", "lines", "dots", "regret", "shortfall"};

enum { MAX_CASES = HANSE_GNUPLOT_COLOURS, PATH_BYTES = 256 };

/* What is being drawn, once names have become numbers. */
struct drawing {
    const struct hanse_plot_options *options;
    struct hanse_digest digest;
    struct hanse_text *script;
    char view[128]; /* the output, or the output by region */
    const char *region_label;
    size_t region; /* item of the view */
    size_t cases[MAX_CASES];
    size_t n_cases;
    const char *unit, *long_name;
    struct hanse_measure measure;
};

static enum hanse_status no_such(struct drawing *d, const char *thing, const char *name,
                                 const char *const *names, size_t n)
{
    const char *near = hanse__nearest(name, names, n);

    return hanse__fail(d->digest.ctx, HANSE_ERR_INPUT, "%s: no %s '%s'%s%s%s",
                       hanse_results_path(d->digest.results), thing, name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum hanse_status find_region(struct drawing *d)
{
    const char *const *names, *const *labels;
    size_t n, n_labels;

    if (!d->options->region) {
        snprintf(d->view, sizeof d->view, "%.100s", d->options->what);
        return HANSE_OK;
    }
    snprintf(d->view, sizeof d->view, "%.100s_by_region", d->options->what);
    HANSE_TRY(hanse_results_labels(d->digest.results, "region", &names, &n));
    for (d->region = 0; d->region < n; d->region++) {
        if (strcmp(names[d->region], d->options->region) == 0) {
            d->region_label = names[d->region];
            if (hanse_results_labels(d->digest.results, "region_label", &labels, &n_labels) ==
                    HANSE_OK &&
                labels[d->region][0] != '\0') {
                d->region_label = labels[d->region];
            }
            return HANSE_OK;
        }
    }
    return no_such(d, "region", d->options->region, names, n);
}

static enum hanse_status find_cases(struct drawing *d)
{
    if (d->options->n_cases > MAX_CASES) {
        return hanse__fail(d->digest.ctx, HANSE_ERR_INPUT,
                           "a plot shows at most %d cases, got %zu", MAX_CASES,
                           d->options->n_cases);
    }
    for (size_t i = 0; i < d->options->n_cases; i++) {
        size_t found = hanse__digest_find_case(&d->digest, d->options->cases[i]);

        if (found == d->digest.n_cases) {
            return no_such(d, "case", d->options->cases[i], d->digest.case_names,
                           d->digest.n_cases);
        }
        d->cases[d->n_cases++] = found;
    }
    if (d->n_cases == 0) {
        d->cases[d->n_cases++] = d->digest.headline.in_case;
    }
    return HANSE_OK;
}

static enum hanse_status find_output(struct drawing *d)
{
    char path[PATH_BYTES];
    struct hanse_variable v;
    const char **names;
    size_t n;
    enum hanse_status status;

    snprintf(path, sizeof path, "/summary/%s_mean", d->view);
    if (!hanse_results_has(d->digest.results, path)) {
        HANSE_TRY(hanse__digest_outputs(&d->digest, &names, &n));
        status = no_such(d, d->options->region ? "output by region" : "output",
                         d->options->what, names, n);
        hanse__free(names);
        return status;
    }
    snprintf(path, sizeof path, "/summary/%s", d->view);
    HANSE_TRY(hanse_results_variable(d->digest.results, path, &v));
    d->unit = v.unit;
    d->long_name = v.long_name && v.long_name[0] ? v.long_name : d->view;
    return HANSE_OK;
}

/* n_months values of a statistic for the region drawn, out[n_months]. */
static bool months(const struct drawing *d, const char *suffix, size_t which, double *out)
{
    char path[PATH_BYTES];
    struct hanse_variable v;
    size_t items;

    snprintf(path, sizeof path, "/series/%s%s", d->view, suffix);
    if (!hanse_results_has(d->digest.results, path) ||
        hanse_results_variable(d->digest.results, path, &v) != HANSE_OK || v.rank < 2 ||
        v.dims[1] != d->digest.n_months) {
        return false;
    }
    items = v.rank == 3 ? v.dims[2] : 1;
    for (size_t m = 0; m < v.dims[1]; m++) {
        out[m] = v.data[(which * v.dims[1] + m) * items + d->region];
    }
    return true;
}

static void number(struct hanse_text *script, double value)
{
    if (isfinite(value)) {
        hanse__text_addf(script, " %.7g", value);
    } else {
        hanse__text_add(script, " NaN");
    }
}

/* A data block: year, then one column per suffix. HANSE_ERR_INPUT when one is missing. */
static enum hanse_status months_block(struct drawing *d, size_t which,
                                      const char *const *suffixes, size_t n)
{
    size_t rows = d->digest.n_months;
    double *columns = hanse__alloc(d->digest.ctx, n * rows + 1, sizeof *columns);

    if (!columns) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t k = 0; k < n; k++) {
        if (!months(d, suffixes[k], which, columns + k * rows)) {
            hanse__free(columns);
            return hanse__fail(d->digest.ctx, HANSE_ERR_INPUT, "%s: has no months of '%s%s'",
                               hanse_results_path(d->digest.results), d->view, suffixes[k]);
        }
    }
    hanse__text_addf(d->script, "$case%zu << EOD\n", which);
    for (size_t m = 0; m < rows; m++) {
        hanse__text_addf(d->script, "%.4f", d->digest.years[m]);
        for (size_t k = 0; k < n; k++) {
            number(d->script, columns[k * rows + m] * d->measure.factor);
        }
        hanse__text_add(d->script, "\n");
    }
    hanse__text_add(d->script, "EOD\n");
    hanse__free(columns);
    return HANSE_OK;
}

static void titles(struct drawing *d, const char *y_unit)
{
    char words[512];

    snprintf(words, sizeof words, "%.200s%s%.100s", d->long_name, d->region_label ? ", " : "",
             d->region_label ? d->region_label : "");
    hanse__text_add(d->script, "set label 1 ");
    hanse__gnuplot_text(d->script, words);
    hanse__text_add(d->script, " at graph 0, graph 1.13 left font ',15' textcolor '#1b2430'\n"
                               "set label 2 ");
    hanse__gnuplot_text(d->script, hanse_results_attribute(d->digest.results, "title"));
    hanse__text_add(d->script, " at graph 0, graph 1.065 left textcolor '#5a6675'\n"
                               "set tmargin 5\nset ylabel ");
    hanse__gnuplot_text(d->script, y_unit);
    hanse__text_add(d->script, " textcolor '#5a6675'\n");
}

static void calendar(struct drawing *d)
{
    struct hanse_span spans[HANSE_DIGEST_SPANS];
    size_t n = hanse__digest_spans(&d->digest, d->cases[0], spans);
    double end = d->digest.start_year + (double)d->digest.n_months / 12.0;

    hanse__text_addf(d->script, "set xrange [%.4f:%.4f]\nset xtics %d format '%%.0f'\n",
                     d->digest.start_year, end, d->digest.n_months > 180 ? 5 : 1);
    for (size_t i = 0; i < n; i++) {
        hanse__text_addf(d->script,
                         "set object %zu rectangle from %.4f, graph 0 to %.4f, graph 1 behind "
                         "fillcolor '#faeee5' fillstyle solid 1 noborder\nset label %zu ",
                         10 + i, spans[i].from, spans[i].to, 10 + i);
        hanse__gnuplot_text(d->script, spans[i].label);
        hanse__text_addf(d->script,
                         " at %.4f, graph %.2f center font ',11' textcolor '#b34e00'\n",
                         (spans[i].from + spans[i].to) / 2, 0.04 + 0.06 * (double)(i % 3));
    }
}

/* One plot element after another, separated by commas on continued lines. */
static void element(struct drawing *d, bool *first, const char *format, size_t which,
                    const char *columns, const char *style)
{
    hanse__text_add(d->script, *first ? "plot " : ", \\\n     ");
    hanse__text_addf(d->script, format, which);
    hanse__text_addf(d->script, " using %s with %s", columns, style);
    *first = false;
}

static void titled(struct drawing *d, const char *words)
{
    hanse__text_add(d->script, " title ");
    hanse__gnuplot_text(d->script, words);
}

static void fan_elements(struct drawing *d, bool *first, size_t order)
{
    size_t which = d->cases[order];
    const char *colour = hanse__gnuplot_colours[order];
    char style[128];

    if (d->n_cases == 1 && d->digest.n_replications >= HANSE_BAND_REPLICATIONS) {
        snprintf(style, sizeof style,
                 "filledcurves fillcolor '%s' fillstyle transparent solid 0.18", colour);
        element(d, first, "$case%zu", which, "1:2:6", style);
        titled(d, "nine in ten replications");
    }
    snprintf(style, sizeof style,
             "filledcurves fillcolor '%s' fillstyle transparent solid 0.30", colour);
    element(d, first, "$case%zu", which, "1:3:5", style);
    titled(d, d->n_cases == 1 ? "half of them" : "");
    snprintf(style, sizeof style, "lines linewidth 2.4 linecolor '%s'", colour);
    element(d, first, "$case%zu", which, "1:4", style);
    titled(d, hanse__digest_case(&d->digest, which));
}

static enum hanse_status fan(struct drawing *d)
{
    static const char *const suffixes[] = {"_p05", "_p25", "_p50", "_p75", "_p95"};
    bool first = true, has_baseline = false;

    calendar(d);
    for (size_t i = 0; i < d->n_cases; i++) {
        HANSE_TRY(months_block(d, d->cases[i], suffixes, 5));
        has_baseline = has_baseline || d->cases[i] == 0;
    }
    if (!has_baseline) {
        HANSE_TRY(months_block(d, 0, suffixes, 5));
    }
    hanse__text_add(d->script, "set key outside right center noautotitle reverse Left "
                               "samplen 2\n");
    hanse__text_addf(d->script, "set yrange [0:%s]\n",
                     strcmp(d->measure.unit, "%") == 0 ? "100" : "*");
    for (size_t i = 0; i < d->n_cases; i++) {
        fan_elements(d, &first, i);
    }
    if (!has_baseline) {
        element(d, &first, "$case%zu", 0, "1:4",
                "lines dashtype '-' linewidth 1.8 linecolor '#3d4754'");
        titled(d, hanse__digest_case(&d->digest, 0));
    }
    return HANSE_OK;
}

/* Whether no drawn case differs from the baseline in any month, interval and all; a single
 * replication has no interval. */
static bool nothing_differs(const struct drawing *d, const char *const *suffixes, size_t n)
{
    for (size_t i = 0; i < d->n_cases; i++) {
        for (size_t k = 0; k < n; k++) {
            double *column =
                hanse__alloc(d->digest.ctx, d->digest.n_months + 1, sizeof *column);
            bool differs = column == NULL || !months(d, suffixes[k], d->cases[i], column);
            for (size_t m = 0; !differs && m < d->digest.n_months; m++) {
                differs = column[m] != 0.0 && !isnan(column[m]);
            }
            hanse__free(column);
            if (differs) {
                return false;
            }
        }
    }
    return true;
}

static enum hanse_status difference(struct drawing *d)
{
    static const char *const suffixes[] = {"_diff_ci_low", "_diff_mean", "_diff_ci_high"};
    bool first = false;

    calendar(d);
    hanse__text_add(d->script, "set xzeroaxis linetype 1 linecolor '#8a95a3'\nset key outside "
                               "right center noautotitle reverse Left samplen 2\n");
    if (nothing_differs(d, suffixes, 3)) { /* gnuplot would warn of an empty range */
        hanse__text_add(d->script, "set yrange [-1:1]\nset label 3 'nothing differs' at graph "
                                   "0.5, graph 0.6 center textcolor '#5a6675'\n");
    }
    for (size_t i = 0; i < d->n_cases; i++) {
        HANSE_TRY(months_block(d, d->cases[i], suffixes, 3));
    }
    /* A line that the range follows: a difference that never changes has none of its own. */
    hanse__text_add(d->script, "plot 0 with lines linecolor '#8a95a3' notitle");
    for (size_t i = 0; i < d->n_cases; i++) {
        char style[128];

        snprintf(style, sizeof style,
                 "filledcurves fillcolor '%s' fillstyle transparent solid 0.30",
                 hanse__gnuplot_colours[i]);
        element(d, &first, "$case%zu", d->cases[i], "1:2:4", style);
        titled(d, d->n_cases == 1 ? "95 % interval" : "");
        snprintf(style, sizeof style, "lines linewidth 2.4 linecolor '%s'",
                 hanse__gnuplot_colours[i]);
        element(d, &first, "$case%zu", d->cases[i], "1:3", style);
        titled(d, hanse__digest_case(&d->digest, d->cases[i]));
    }
    return HANSE_OK;
}

static void all_cases(struct drawing *d)
{
    d->n_cases = d->digest.n_cases < MAX_CASES ? d->digest.n_cases : MAX_CASES;
    for (size_t i = 0; i < d->n_cases; i++) {
        d->cases[i] = i;
    }
}

static enum hanse_status lines(struct drawing *d)
{
    static const char *const median[] = {"_p50"};
    bool first = true;

    if (d->options->n_cases == 0) {
        all_cases(d);
    }
    calendar(d);
    for (size_t i = 0; i < d->n_cases; i++) {
        HANSE_TRY(months_block(d, d->cases[i], median, 1));
    }
    hanse__text_add(d->script, "set key outside right center noautotitle reverse Left "
                               "samplen 2\nset yrange [0:*]\n");
    for (size_t i = 0; i < d->n_cases; i++) {
        char style[128];

        snprintf(style, sizeof style, "lines %slinewidth 2.4 linecolor '%s'",
                 d->cases[i] == 0 ? "dashtype '-' " : "",
                 d->cases[i] == 0 ? "#3d4754" : hanse__gnuplot_colours[i]);
        element(d, &first, "$case%zu", d->cases[i], "1:2", style);
        titled(d, hanse__digest_case(&d->digest, d->cases[i]));
    }
    return HANSE_OK;
}

static void bar_rows(struct drawing *d, size_t window)
{
    hanse__text_addf(d->script, "$window%zu << EOD\n", window);
    for (size_t i = 0; i < d->n_cases; i++) {
        struct hanse_figures f =
            hanse__digest_figures(&d->digest, d->view, d->cases[i], window, d->region);

        hanse__text_addf(d->script, "%zu", i);
        number(d->script, f.mean * d->measure.factor);
        number(d->script, f.ci_low * d->measure.factor);
        number(d->script, f.ci_high * d->measure.factor);
        hanse__text_add(d->script, "\n");
    }
    hanse__text_add(d->script, "EOD\n");
}

static void bar_tics(struct drawing *d)
{
    hanse__text_addf(d->script, "set xrange [-0.6:%zu.6]\nset xtics rotate by -20 left (",
                     d->n_cases - 1);
    for (size_t i = 0; i < d->n_cases; i++) {
        hanse__text_add(d->script, i > 0 ? ", " : "");
        hanse__gnuplot_text(d->script, hanse__digest_case(&d->digest, d->cases[i]));
        hanse__text_addf(d->script, " %zu", i);
    }
    hanse__text_add(d->script, ")\n");
}

static const char *window_name(const struct drawing *d, size_t which)
{
    struct hanse_results_window window;

    if (which == 0 || hanse_results_window(d->digest.results, which, &window) != HANSE_OK) {
        return "whole horizon";
    }
    return window.label && window.label[0] ? window.label : window.name;
}

/* The whole horizon beside the headline's window; a flow's total depends on the stretch, so
 * only levels and ratios are comparable, and flows get the horizon alone. */
static enum hanse_status bars(struct drawing *d)
{
    size_t windows[2] = {0, d->digest.headline.window};
    size_t n = windows[1] > 0 && hanse__digest_is_share(d->options->what, d->unit) ? 2 : 1;
    bool first = true;

    if (d->options->n_cases == 0) {
        all_cases(d);
    }
    for (size_t i = 0; i < n; i++) {
        bar_rows(d, windows[i]);
    }
    bar_tics(d);
    hanse__text_add(d->script, "set yrange [0:*]\nset key outside top right horizontal "
                               "noautotitle\nset errorbars 0\n");
    for (size_t i = 0; i < n; i++) {
        double shift = n == 2 ? (i == 0 ? -0.19 : 0.19) : 0.0;
        char columns[64], style[128];

        snprintf(columns, sizeof columns, "($1%+.2f):2:(%.2f)", shift, n == 2 ? 0.36 : 0.6);
        snprintf(style, sizeof style, "boxes fillcolor '%s' fillstyle solid 0.75",
                 i == 0 ? "#9fb3c4" : hanse__gnuplot_colours[0]);
        element(d, &first, "$window%zu", windows[i], columns, style);
        titled(d, window_name(d, windows[i]));
        snprintf(columns, sizeof columns, "($1%+.2f):2:3:4", shift);
        element(d, &first, "$window%zu", windows[i], columns,
                "yerrorbars pointtype 7 pointsize 0.3 linewidth 1.6 linecolor '#1b2430'");
    }
    return HANSE_OK;
}

static enum hanse_status tornado_rows(struct drawing *d,
                                      const struct hanse_influences *influences, size_t n)
{
    double widest = 1.0;

    for (size_t i = 0; i < n; i++) {
        widest = fmax(widest, influences->items[i].share * 115.0);
    }
    hanse__text_addf(d->script, "set xrange [-%.3f:%.3f]\n", widest, widest);
    hanse__text_add(d->script, "$inputs << EOD\n");
    for (size_t i = 0; i < n; i++) {
        const struct hanse_influence *item = &influences->items[i];
        double share = fmax(0.0, item->share) * 100.0;

        hanse__text_addf(d->script, "%zu %.4f %d\n", n - i,
                         item->direction < 0 ? -share : share, item->direction < 0);
    }
    hanse__text_add(d->script, "EOD\nset ytics (");
    for (size_t i = 0; i < n; i++) {
        hanse__text_add(d->script, i > 0 ? ", " : "");
        hanse__gnuplot_text(d->script, influences->items[i].label);
        hanse__text_addf(d->script, " %zu", n - i);
    }
    hanse__text_addf(
        d->script,
        ")\nset yrange [0.4:%zu.6]\nset bmargin 4\nset xlabel 'share of the spread, "
        "%%; left: a higher value lowers it' textcolor '#5a6675'\nunset ylabel\n"
        "set grid noytics xtics\nset xzeroaxis\nset yzeroaxis linetype 1 linecolor "
        "'#8a95a3'\nunset key\nplot $inputs using (0):1:(0):2:($1-0.36):($1+0.36):"
        "($3 > 0 ? 0xd55e00 : 0x0072b2) with boxxyerror linecolor rgb variable\n",
        n);
    return HANSE_OK;
}

static enum hanse_status tornado(struct drawing *d)
{
    struct hanse_influences influences;
    enum hanse_status status;

    HANSE_TRY(hanse__influences_init(&influences, &d->digest, d->options->what, d->cases[0],
                                     d->digest.headline.window));
    if (isnan(influences.explained) || influences.n == 0) {
        status =
            hanse__fail(d->digest.ctx, HANSE_ERR_INPUT,
                        "%s: a tornado takes uncertain inputs that vary and more "
                        "replications than inputs: %zu inputs, %zu replications",
                        hanse_results_path(d->digest.results), influences.n, influences.n_used);
    } else {
        status = tornado_rows(d, &influences, influences.n < 12 ? influences.n : 12);
    }
    hanse__influences_fini(&influences);
    return status;
}

static enum hanse_status draw(struct drawing *d)
{
    static enum hanse_status (*const charts[])(struct drawing *) = {fan, difference, bars,
                                                                    tornado, lines};
    bool is_difference = d->options->kind == HANSE_PLOT_DIFFERENCE;

    if (d->options->kind == HANSE_PLOT_DOTS || d->options->kind == HANSE_PLOT_REGRET) {
        HANSE_TRY(hanse__gnuplot_begin(d->script, d->options->path));
        return d->options->kind == HANSE_PLOT_DOTS
                   ? hanse__plot_dots(&d->digest, d->script)
                   : hanse__plot_regret(&d->digest, d->options->what, d->script);
    }
    HANSE_TRY(find_region(d));
    HANSE_TRY(find_cases(d));
    HANSE_TRY(find_output(d));
    d->measure = d->options->kind == HANSE_PLOT_BARS
                     ? hanse__digest_measure(&d->digest, d->view, 0)
                     : hanse__digest_measure_months(&d->digest, d->view);
    HANSE_TRY(hanse__gnuplot_begin(d->script, d->options->path));
    titles(d, is_difference ? d->measure.unit_of_difference : d->measure.unit);
    HANSE_TRY(charts[d->options->kind](d));
    hanse__text_add(d->script, "\nunset output\n");
    return d->script->status;
}

enum hanse_status hanse__plot_script(struct hanse_context *ctx, struct hanse_results *results,
                                     const struct hanse_plot_options *options,
                                     struct hanse_text *script)
{
    if (options->kind == HANSE_PLOT_SHORTFALL) {
        return hanse__shortfall_script(ctx, results, options, script);
    }
    struct drawing d = {.options = options, .script = script};
    enum hanse_status status = hanse__digest_init(&d.digest, ctx, results);

    if (status == HANSE_OK) {
        status = draw(&d);
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&d.digest);
    }
    hanse__digest_fini(&d.digest);
    return status;
}

enum hanse_status hanse_plot_write(struct hanse_context *ctx, struct hanse_results *results,
                                   const struct hanse_plot_options *options)
{
    struct hanse_text script;
    enum hanse_status status;

    hanse__text_init(&script, ctx);
    status = hanse__plot_script(ctx, results, options, &script);
    if (status == HANSE_OK) {
        status = hanse__gnuplot_run(&script, options->path);
    }
    hanse__text_fini(&script);
    return status;
}
