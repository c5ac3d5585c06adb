#include "output/plot_shown.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/gnuplot.h"
#include "output/plot.h"
#include "output/shown.h"
#include "output/summary_shown.h"

enum { NAME_COLUMNS = 80 };

/* The chart's own label where it is this chart that the scenario declares. */
static const char *title_of(const struct hanse_digest *digest, const struct hanse_shown *shown,
                            const char *kind)
{
    return shown->chart_label[0] != '\0' && strcmp(shown->chart_kind, kind) == 0
               ? shown->chart_label
               : hanse_results_attribute(digest->results, "title");
}

/* --- dots -----------------------------------------------------------------------------------
 */

/* One figure's dots: x, interval, and the case as its height. Returns whether any is finite. */
static bool dots_block(const struct hanse_digest *digest,
                       const struct hanse_shown_figure *figure, size_t number,
                       struct hanse_text *script)
{
    double factor = figure->measure.factor, least = 0.0, most = 0.0;
    bool any = false;

    hanse__text_addf(script, "$figure%zu << EOD\n", number);
    for (size_t c = 0; c < digest->n_cases; c++) {
        struct hanse_figures f =
            hanse__digest_figures(digest, figure->view, c, figure->window, figure->item);

        if (isfinite(f.mean)) {
            double low = isfinite(f.ci_low) ? f.ci_low : f.mean;
            double high = isfinite(f.ci_high) ? f.ci_high : f.mean;

            any = true;
            least = fmin(least, low * factor);
            most = fmax(most, high * factor);
            hanse__text_addf(script, "%.7g %.7g %.7g %zu %zu\n", f.mean * factor, low * factor,
                             high * factor, digest->n_cases - c, c);
        }
    }
    if (factor == 100.0) {
        most = fmax(most, 100.0);
    }
    double margin = most > least ? 0.03 * (most - least) : 1.0;
    hanse__text_addf(script, "EOD\nset xrange [%.7g:%.7g]\n", least - margin, most + margin);
    return any;
}

static void dots_row(const struct hanse_digest *digest, const struct hanse_shown_figure *figure,
                     size_t number, struct hanse_text *script)
{
    char words[400], name[200];

    if (!dots_block(digest, figure, number, script)) {
        return;
    }
    snprintf(words, sizeof words, "%s%s%.60s",
             hanse__cut(name, sizeof name, figure->label, NAME_COLUMNS),
             figure->measure.unit[0] ? ", " : "", figure->measure.unit);
    hanse__text_add(script, "set label 3 ");
    hanse__gnuplot_text(script, words);
    hanse__text_add(script, " at graph 0, graph 1.12 left textcolor '#1b2430'\nset label 4 ");
    hanse__gnuplot_text(script,
                        figure->more_is_better ? "more is better →" : "← less is better");
    hanse__text_add(script, " at graph 1, graph 1.12 right font ',10' textcolor '#5a6675'\n");
    hanse__text_addf(script, "set yrange [0.4:%zu.6]\n", digest->n_cases);
    for (size_t c = 0; c < digest->n_cases; c++) {
        const char *colour = hanse__gnuplot_colours[c % HANSE_GNUPLOT_COLOURS];

        hanse__text_addf(script,
                         "%s$figure%zu using ($5 == %zu ? $1 : NaN):4:2:3 with xerrorbars "
                         "pointtype 7 pointsize 1.1 linewidth 1.8 linecolor '%s' notitle",
                         c == 0 ? "plot " : ", \\\n     ", number, c, colour);
    }
    hanse__text_add(script, "\nunset label 3\nunset label 4\n");
}

/* The names of the cases, once for all rows. */
static void dots_key(const struct hanse_digest *digest, struct hanse_text *script)
{
    hanse__text_add(
        script, "set key center center horizontal reverse Left maxcols 3 samplen 1 width 1\n"
                "unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n");
    for (size_t c = 0; c < digest->n_cases; c++) {
        hanse__text_addf(script,
                         "%sNaN with points pointtype 7 pointsize 1.1 linecolor '%s' title ",
                         c == 0 ? "plot " : ", \\\n     ",
                         hanse__gnuplot_colours[c % HANSE_GNUPLOT_COLOURS]);
        hanse__gnuplot_text(script, hanse__digest_case(digest, c));
    }
    hanse__text_add(script, "\nunset multiplot\nunset output\n");
}

static enum hanse_status draw_dots(const struct hanse_digest *digest,
                                   const struct hanse_shown *shown, struct hanse_text *script)
{
    if (shown->n_figures == 0) {
        return hanse__fail(digest->ctx, HANSE_ERR_INPUT,
                           "%s: dots show the scenario's figures, and it declares none",
                           hanse_results_path(digest->results));
    }
    hanse__text_addf(script, "set multiplot layout %zu,1 title ", shown->n_figures + 1);
    hanse__gnuplot_text(script, title_of(digest, shown, "dots"));
    hanse__text_add(script, " font ',15' textcolor '#1b2430' noenhanced\nset lmargin 4\n"
                            "set rmargin 4\nset tmargin 2\nset bmargin 1.6\nunset ytics\n"
                            "unset key\nset grid noytics xtics\nset border 1\n");
    for (size_t i = 0; i < shown->n_figures; i++) {
        dots_row(digest, &shown->figures[i], i, script);
    }
    dots_key(digest, script);
    return script->status;
}

/* --- regret ---------------------------------------------------------------------------------
 */

static void regret_block(const struct hanse_regret *r, struct hanse_text *script)
{
    char words[2 * HANSE_FIGURE_BYTES + 8];

    hanse__text_add(script, "$regret << EOD\n");
    for (size_t p = 0; p < r->n_policies; p++) {
        for (size_t w = 0; w <= r->n_worlds; w++) {
            double value = w < r->n_worlds ? r->regret[p][w] : r->worst[p];
            double half = w < r->n_worlds ? r->half_width[p][w] : NAN;

            if (isfinite(value)) {
                hanse__text_addf(
                    script, "%zu %zu %.7g \"%s\"\n", w, p, value * r->measure.factor,
                    hanse__plus_minus(words, sizeof words, &r->measure,
                                      value * r->measure.factor, half * r->measure.factor));
            }
        }
    }
    hanse__text_add(script, "EOD\n");
}

static void tics(struct hanse_text *script, const char *axis, const char *const *names,
                 size_t n, const char *last)
{
    hanse__text_addf(script, "set %stics (", axis);
    for (size_t i = 0; i < n + (last != NULL); i++) {
        hanse__text_add(script, i > 0 ? ", " : "");
        hanse__gnuplot_text(script, i < n ? names[i] : last);
        hanse__text_addf(script, " %zu", i);
    }
    hanse__text_add(script, ") scale 0 noenhanced\n");
}

static enum hanse_status draw_regret(const struct hanse_digest *digest,
                                     const struct hanse_shown *shown, struct hanse_text *script)
{
    const struct hanse_regret *r = &shown->regret;
    char words[400];

    if (!shown->has_regret) {
        return hanse__fail(digest->ctx, HANSE_ERR_INPUT,
                           "%s: regrets need cells of two policies and an output; the scenario "
                           "declares %zu policies, and the loss is '%s'",
                           hanse_results_path(digest->results), r->n_policies, r->output);
    }
    snprintf(words, sizeof words, "regret over the best in that world%s%.60s: %.200s",
             r->measure.unit_of_difference[0] ? ", " : "", r->measure.unit_of_difference,
             r->long_name);
    hanse__text_add(script, "set label 1 ");
    hanse__gnuplot_text(script, title_of(digest, shown, "regret"));
    hanse__text_add(script, " at graph 0, graph 1.13 left font ',15' textcolor '#1b2430'\n"
                            "set label 2 ");
    hanse__gnuplot_text(script, words);
    hanse__text_add(script, " at graph 0, graph 1.065 left textcolor '#5a6675'\n"
                            "set tmargin 5\n");
    regret_block(r, script);
    tics(script, "x", r->worlds, r->n_worlds, "the worst of them");
    tics(script, "y", r->policies, r->n_policies, NULL);
    hanse__text_addf(
        script,
        "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\nunset grid\nunset key\n"
        "set palette defined (0 '#e8f1ec', 0.05 '#f3f6f9', 0.5 '#e9b48b', 1 '#c4541a')\n"
        "set cbrange [0:*]\nunset colorbox\nset arrow 1 from %zu.5, graph 0 to %zu.5, graph 1 "
        "nohead linecolor '#5a6675'\n"
        "plot $regret using 1:2:(0.48):(0.45):3 with boxxyerror palette, "
        "$regret using 1:2:4 with labels textcolor '#1b2430'\nunset output\n",
        r->n_worlds, r->n_policies - 1, r->n_worlds - 1, r->n_worlds - 1);
    return script->status;
}

/* --- both -----------------------------------------------------------------------------------
 */

typedef enum hanse_status draw_function(const struct hanse_digest *digest,
                                        const struct hanse_shown *shown,
                                        struct hanse_text *script);

static enum hanse_status with_shown(const struct hanse_digest *digest, const char *loss,
                                    struct hanse_text *script, draw_function *draw)
{
    struct hanse_shown *shown = hanse__alloc(digest->ctx, 1, sizeof *shown);

    if (!shown) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse__shown_read(digest, loss, shown);
    if (status == HANSE_OK) {
        status = draw(digest, shown, script);
    }
    hanse__free(shown);
    return status;
}

enum hanse_status hanse__plot_dots(const struct hanse_digest *digest, struct hanse_text *script)
{
    return with_shown(digest, NULL, script, draw_dots);
}

enum hanse_status hanse__plot_regret(const struct hanse_digest *digest, const char *loss,
                                     struct hanse_text *script)
{
    return with_shown(digest, loss, script, draw_regret);
}

static enum hanse_status find_declared(const struct hanse_digest *digest,
                                       const struct hanse_shown *shown,
                                       struct hanse_plot_options *options)
{
    if (!shown->has_chart && digest->has_headline) {
        options->what = digest->headline.output;
        return HANSE_OK;
    }
    if (!shown->has_chart) {
        return hanse__fail(digest->ctx, HANSE_ERR_INPUT,
                           "%s: its scenario declares no chart: say --what NAME, an output",
                           hanse_results_path(digest->results));
    }
    if (strcmp(shown->chart_kind, "heat") == 0) {
        return hanse__fail(digest->ctx, HANSE_ERR_INPUT,
                           "%s: its scenario's chart shows withdrawals: plot the file that "
                           "`hanse deny` writes, or say --what NAME, an output",
                           hanse_results_path(digest->results));
    }
    for (int i = 0; i < HANSE_PLOT_KINDS; i++) {
        if (strcmp(shown->chart_kind, hanse__plot_kinds[i]) == 0) {
            options->kind = (enum hanse_plot_kind)i;
        }
    }
    options->what = shown->chart_output[0] != '\0' ? shown->chart_output : NULL;
    options->region = shown->chart_region[0] != '\0' ? shown->chart_region : options->region;
    return HANSE_OK;
}

enum hanse_status hanse__plot_declared(struct hanse_context *ctx, struct hanse_results *results,
                                       struct hanse_plot_options *options)
{
    struct hanse_digest digest;
    struct hanse_shown *shown = hanse__alloc(ctx, 1, sizeof *shown);
    enum hanse_status status = hanse__digest_init(&digest, ctx, results);

    status = shown && status == HANSE_OK ? hanse__shown_read(&digest, NULL, shown)
             : shown                     ? status
                                         : HANSE_ERR_MEMORY;
    if (status == HANSE_OK) {
        status = find_declared(&digest, shown, options);
    }
    hanse__free(shown);
    hanse__digest_fini(&digest);
    return status;
}
