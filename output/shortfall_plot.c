/* The shortfall duration curve: how much of demand is missing, for how many hours a year. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/digest.h"
#include "output/gnuplot.h"
#include "output/plot.h"

enum { MAX_CASES = HANSE_GNUPLOT_COLOURS };

/* Fewer hours a year than this are off the logarithmic axis. */
static const double LEAST_H = 0.1;

struct curves {
    struct hanse_digest digest;
    const struct hanse_plot_options *options;
    struct hanse_text *script;
    struct hanse_variable mean, low, high; /* [case, window, viewer, shortfall] */
    const char *const *sizes;
    size_t n_sizes, viewer;
    const char *viewer_label;
    size_t cases[MAX_CASES], n_cases;
};

static enum hanse_status no_such(const struct curves *c, const char *thing, const char *name,
                                 const char *const *names, size_t n)
{
    const char *near = hanse__nearest(name, names, n);
    return hanse__fail(c->digest.ctx, HANSE_ERR_INPUT, "%s: no %s '%s'%s%s%s",
                       hanse_results_path(c->digest.results), thing, name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum hanse_status find_viewer(struct curves *c)
{
    const char *const *names, *const *labels;
    const char *wanted = c->options->viewer != NULL ? c->options->viewer : "all";
    size_t n, n_labels;
    HANSE_TRY(hanse_results_labels(c->digest.results, "viewer", &names, &n));
    HANSE_TRY(hanse_results_labels(c->digest.results, "viewer_label", &labels, &n_labels));
    for (c->viewer = 0; c->viewer < n; c->viewer++) {
        if (strcmp(names[c->viewer], wanted) == 0) {
            c->viewer_label = labels[c->viewer];
            return HANSE_OK;
        }
    }
    return no_such(c, "viewer", wanted, names, n);
}

static enum hanse_status find_cases(struct curves *c)
{
    if (c->options->n_cases == 0) {
        c->n_cases = c->digest.n_cases < MAX_CASES ? c->digest.n_cases : MAX_CASES;
        for (size_t i = 0; i < c->n_cases; i++) {
            c->cases[i] = i;
        }
        return HANSE_OK;
    }
    if (c->options->n_cases > MAX_CASES) {
        return hanse__fail(c->digest.ctx, HANSE_ERR_INPUT,
                           "a plot shows at most %d cases, got %zu", MAX_CASES,
                           c->options->n_cases);
    }
    for (size_t i = 0; i < c->options->n_cases; i++) {
        size_t found = hanse__digest_find_case(&c->digest, c->options->cases[i]);
        if (found == c->digest.n_cases) {
            return no_such(c, "case", c->options->cases[i], c->digest.case_names,
                           c->digest.n_cases);
        }
        c->cases[c->n_cases++] = found;
    }
    return HANSE_OK;
}

static enum hanse_status find_curves(struct curves *c)
{
    struct hanse_results *results = c->digest.results;
    if (!hanse_results_has(results, "/summary/shortfall_hours_mean")) {
        return hanse__fail(c->digest.ctx, HANSE_ERR_INPUT,
                           "%s: has no shortfall_hours: nobody asks for anything, or it was "
                           "made before they were counted",
                           hanse_results_path(results));
    }
    HANSE_TRY(hanse_results_variable(results, "/summary/shortfall_hours_mean", &c->mean));
    HANSE_TRY(hanse_results_variable(results, "/summary/shortfall_hours_ci_low", &c->low));
    HANSE_TRY(hanse_results_variable(results, "/summary/shortfall_hours_ci_high", &c->high));
    return hanse_results_labels(results, "shortfall", &c->sizes, &c->n_sizes);
}

/* size in %, hours, their interval; what lasts less than the axis shows is left out. */
static void data(struct curves *c, size_t which)
{
    size_t windows = c->mean.dims[1], viewers = c->mean.dims[2];
    size_t from = (which * windows * viewers + c->viewer) * c->n_sizes;
    hanse__text_addf(c->script, "$case%zu << EOD\n", which);
    for (size_t i = 0; i < c->n_sizes; i++) {
        double hours = c->mean.data[from + i], low = c->low.data[from + i];
        double high = c->high.data[from + i];
        if (hours >= LEAST_H) {
            hanse__text_addf(
                c->script, "%.6g %.2f %.6g %.6g\n", hours, 100.0 * strtod(c->sizes[i], NULL),
                fmax(isnan(low) ? hours : low, 0.5 * LEAST_H), isnan(high) ? hours : high);
        }
    }
    hanse__text_add(c->script, "EOD\n");
}

static bool is_empty(const struct curves *c, size_t which)
{
    size_t windows = c->mean.dims[1], viewers = c->mean.dims[2];
    return !(c->mean.data[(which * windows * viewers + c->viewer) * c->n_sizes] >= LEAST_H);
}

static void titles(struct curves *c)
{
    hanse__text_add(c->script, "set label 1 ");
    hanse__gnuplot_text(c->script, "how much of demand is missing, and for how long");
    hanse__text_add(c->script, " at graph 0, graph 1.13 left font ',15' textcolor '#1b2430'\n"
                               "set label 2 ");
    hanse__gnuplot_text(c->script, hanse_results_attribute(c->digest.results, "title"));
    hanse__text_add(c->script, " at graph 0, graph 1.065 left textcolor '#5a6675'\n"
                               "set label 3 ");
    hanse__gnuplot_text(c->script, c->viewer_label);
    hanse__text_add(
        c->script,
        " at graph 1, graph 1.065 right textcolor '#5a6675'\n"
        "set tmargin 5\nset bmargin 4\nset ylabel 'at least so much of an hour''s demand, %' "
        "textcolor '#5a6675'\nset xlabel 'hours a year' textcolor '#5a6675'\n");
    hanse__text_addf(c->script,
                     "set logscale x\nset xrange [%g:8760]\nset yrange [0:100]\n"
                     "set xtics ('6 min' 0.1, '1 h' 1, '10 h' 10, '100 h' 100, '1,000 h' 1000, "
                     "'a year' 8760)\nset grid xtics ytics\n"
                     "set key outside right center noautotitle reverse Left samplen 2\n"
                     "set errorbars 0\n",
                     LEAST_H);
}

/* A curve with its intervals; where nothing is ever short, its name alone. */
static void curve(struct curves *c, size_t order)
{
    size_t which = c->cases[order];
    const char *colour = hanse__gnuplot_colours[order];
    hanse__text_add(c->script, order > 0 ? ", \\\n     " : "plot ");
    if (is_empty(c, which)) {
        char words[300];
        hanse__text_addf(c->script, "1/0 with lines linewidth 2.4 linecolor '%s' title ",
                         colour);
        snprintf(words, sizeof words, "%.200s: never", hanse__digest_case(&c->digest, which));
        hanse__gnuplot_text(c->script, words);
        return;
    }
    hanse__text_addf(c->script,
                     "$case%zu using 1:2:3:4 with xerrorbars pointtype 7 pointsize 0.4 "
                     "linecolor '%s', \\\n     $case%zu using 1:2 with lines linewidth 2.4 "
                     "linecolor '%s' title ",
                     which, colour, which, colour);
    hanse__gnuplot_text(c->script, hanse__digest_case(&c->digest, which));
}

static enum hanse_status draw(struct curves *c)
{
    HANSE_TRY(find_curves(c));
    HANSE_TRY(find_viewer(c));
    HANSE_TRY(find_cases(c));
    HANSE_TRY(hanse__gnuplot_begin(c->script, c->options->path));
    titles(c);
    for (size_t i = 0; i < c->n_cases; i++) {
        data(c, c->cases[i]);
    }
    for (size_t i = 0; i < c->n_cases; i++) {
        curve(c, i);
    }
    hanse__text_add(c->script, "\nunset output\n");
    return c->script->status;
}

enum hanse_status hanse__shortfall_script(struct hanse_context *ctx,
                                          struct hanse_results *results,
                                          const struct hanse_plot_options *options,
                                          struct hanse_text *script)
{
    struct curves c = {.options = options, .script = script};
    enum hanse_status status = hanse__digest_init(&c.digest, ctx, results);
    if (status == HANSE_OK) {
        status = draw(&c);
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&c.digest);
    }
    hanse__digest_fini(&c.digest);
    return status;
}
