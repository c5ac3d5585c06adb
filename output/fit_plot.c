#include "output/fit_plot.h"

#include <math.h>
#include <stdio.h>

#include "output/gnuplot.h"

enum { POINTS = 200 };

/* The observed shares as steps through POINTS order statistics; laws at the same places. */
static void add_data(struct hanse_text *script, const struct hanse_fit_panel *panel, size_t k)
{
    size_t n_laws = panel->n_laws < HANSE_FIT_PANEL_LAWS ? panel->n_laws : HANSE_FIT_PANEL_LAWS;
    size_t points = panel->n < POINTS ? panel->n : POINTS;
    hanse__text_addf(script, "$panel%zu << EOD\n", k);
    for (size_t i = 0; i < points; i++) {
        size_t at = (size_t)(((double)i + 0.5) * (double)panel->n / (double)points);
        double x = panel->values[at];
        if (!(x > 0.0)) {
            continue; /* has no place on a scale of logarithms */
        }
        hanse__text_addf(script, "%.9g %.9g", x, ((double)at + 1.0) / (double)panel->n);
        for (size_t j = 0; j < n_laws; j++) {
            hanse__text_addf(script, " %.9g", hanse_variate_at_most(&panel->laws[j].law, x));
        }
        hanse__text_add(script, "\n");
    }
    hanse__text_add(script, "EOD\n");
}

static void add_panel(struct hanse_text *script, const struct hanse_fit_panel *panel, size_t k)
{
    size_t n_laws = panel->n_laws < HANSE_FIT_PANEL_LAWS ? panel->n_laws : HANSE_FIT_PANEL_LAWS;
    hanse__text_add(script, "set logscale x\nset format x '%g'\nset yrange [0:1]\n"
                            "set xtics 1e-9,100\nset xrange [*:*]\nset title ");
    hanse__gnuplot_text(script, panel->title);
    hanse__text_add(script, "\nset xlabel ");
    hanse__gnuplot_text(script, panel->axis);
    hanse__text_addf(script,
                     "\nset ylabel 'share up to'\nset key top left Left reverse samplen 1 font "
                     "',9'\nplot $panel%zu using "
                     "1:2 with steps linewidth 3 linecolor '#3d4754' title 'observed'",
                     k);
    for (size_t j = 0; j < n_laws; j++) {
        char words[96];
        snprintf(words, sizeof words, "%s, D = %.3f",
                 hanse_variate_name(panel->laws[j].law.kind), panel->laws[j].distance);
        hanse__text_addf(script,
                         ", $panel%zu using 1:%zu with lines linewidth 2 linecolor '%s' title ",
                         k, j + 3, hanse__gnuplot_colours[j]);
        hanse__gnuplot_text(script, words);
    }
    hanse__text_add(script, "\n");
}

static void add_rhythm(struct hanse_text *script, const struct hanse_rhythm *rhythm)
{
    hanse__text_addf(script,
                     "unset logscale\nset format x '%%g'\nset yrange [0:*]\nset xrange [0:%u]\n"
                     "set xtics %d\nset title 'Rhythm'\nset xlabel 'hour of the %s, from the "
                     "log''s time 0'\nset ylabel 'rate over mean'\nset key off\n"
                     "plot '-' using ($1+0.5):2 with boxes linecolor '%s'\n",
                     rhythm->n, rhythm->n == 24 ? 6 : 24, rhythm->n == 24 ? "day" : "week",
                     hanse__gnuplot_colours[0]);
    for (uint32_t i = 0; i < rhythm->n; i++) {
        hanse__text_addf(script, "%u %.6g\n", i, rhythm->weight[i]);
    }
    hanse__text_add(script, "e\n");
}

enum hanse_status hanse_fit_plot(struct hanse_context *ctx, const char *path, const char *title,
                                 const struct hanse_fit_panel *panels, size_t n_panels,
                                 const struct hanse_rhythm *rhythm)
{
    struct hanse_text script;
    hanse__text_init(&script, ctx);
    enum hanse_status status = hanse__gnuplot_begin(&script, path);
    for (size_t k = 0; k < n_panels; k++) {
        add_data(&script, &panels[k], k);
    }
    hanse__text_addf(&script, "set multiplot layout %d,%zu title ", rhythm->n > 0 ? 2 : 1,
                     n_panels);
    hanse__gnuplot_text(&script, title);
    hanse__text_add(&script, "\n");
    for (size_t k = 0; k < n_panels; k++) {
        add_panel(&script, &panels[k], k);
    }
    if (rhythm->n > 0) {
        add_rhythm(&script, rhythm);
    }
    hanse__text_add(&script, "unset multiplot\n");
    status = status == HANSE_OK ? script.status : status;
    if (status == HANSE_OK) {
        status = hanse__gnuplot_run(&script, path);
    }
    hanse__text_fini(&script);
    return status;
}
