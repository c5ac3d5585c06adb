/* Charts of denial experiments, read from their file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/denial.h"
#include "output/gnuplot.h"

/* The file's denial group, by name. */
struct chart {
    struct hanse_context *ctx;
    struct hanse_results *results;
    struct hanse_text script;
    const char *const *actors, *const *kinds, *const *partners, *const *axes, *const *viewers;
    const char *const *actor_labels, *const *viewer_labels; /* as people read them */
    size_t n_rows, n_viewers, viewer;
};

static enum hanse_status read_names(struct chart *c, const char *viewer)
{
    size_t n;
    if (!hanse_results_has(c->results, "/denial/exposure_mean")) {
        return hanse__fail(c->ctx, HANSE_ERR_INPUT,
                           "%s: holds no denial experiments; 'hanse deny' makes them",
                           hanse_results_path(c->results));
    }
    HANSE_TRY(hanse_results_labels(c->results, "denial/row_actor", &c->actors, &c->n_rows));
    HANSE_TRY(hanse_results_labels(c->results, "denial/row_actor_label", &c->actor_labels, &n));
    HANSE_TRY(hanse_results_labels(c->results, "denial/viewer_label", &c->viewer_labels, &n));
    HANSE_TRY(hanse_results_labels(c->results, "denial/row_actor_kind", &c->kinds, &n));
    HANSE_TRY(hanse_results_labels(c->results, "denial/row_partner", &c->partners, &n));
    HANSE_TRY(hanse_results_labels(c->results, "denial/row_axis", &c->axes, &n));
    HANSE_TRY(hanse_results_labels(c->results, "denial/viewer", &c->viewers, &c->n_viewers));
    for (c->viewer = 0; viewer != NULL && c->viewer < c->n_viewers; c->viewer++) {
        if (strcmp(c->viewers[c->viewer], viewer) == 0) {
            return HANSE_OK;
        }
    }
    if (viewer != NULL) {
        const char *near = hanse__nearest(viewer, c->viewers, c->n_viewers);
        return hanse__fail(c->ctx, HANSE_ERR_INPUT, "%s: no viewer '%s'%s%s%s",
                           hanse_results_path(c->results), viewer,
                           near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    return HANSE_OK;
}

/* A label, or the name where there is none. */
static const char *word(const char *label, const char *name)
{
    return label[0] != '\0' ? label : name;
}

static void head(struct chart *c, const char *what)
{
    char words[400];
    snprintf(words, sizeof words, "%.120s, as %.120s sees it", what,
             word(c->viewer_labels[c->viewer], c->viewers[c->viewer]));
    hanse__text_add(&c->script, "set label 1 ");
    hanse__gnuplot_text(&c->script, words);
    hanse__text_add(&c->script, " at graph 0, graph 1.13 left font ',15' textcolor '#1b2430'\n"
                                "set label 2 ");
    hanse__gnuplot_text(&c->script, hanse_results_attribute(c->results, "title"));
    hanse__text_add(&c->script, " at graph 0, graph 1.065 left textcolor '#5a6675'\n"
                                "set tmargin 5\n");
}

/* Is this the row of a single actor on the axis, and does it touch anything? */
static bool is_single(const struct chart *c, size_t row, const char *axis,
                      const double *touches)
{
    return c->partners[row][0] == '\0' && strcmp(c->axes[row], axis) == 0 && touches[row] > 0.0;
}

/* --- heat map ------------------------------------------------------------------------------
 */

static const char *const AXES[] = {"territory", "ownership", "control", "coordinator",
                                   "silicon",   "spares",    "model",   "cloud",
                                   "power",     "network",   "payment", "all"};
enum { N_AXES = sizeof AXES / sizeof *AXES };

/* One line of the map for each actor whose withdrawal touches anything. */
static size_t map_lines(struct chart *c, const double *touches, const struct hanse_variable *x)
{
    size_t lines = 0, cell = x->dims[2] * x->dims[3];
    hanse__text_add(&c->script, "$map << EOD\n");
    for (size_t r = 0; r < c->n_rows; r++) {
        if (!is_single(c, r, "all", touches)) {
            continue;
        }
        for (size_t a = 0; a < N_AXES; a++) {
            for (size_t s = 0; s < c->n_rows; s++) {
                if (is_single(c, s, AXES[a], touches) &&
                    strcmp(c->actors[s], c->actors[r]) == 0 &&
                    strcmp(c->kinds[s], c->kinds[r]) == 0) {
                    double points =
                        100.0 * x->data[(s * c->n_viewers + c->viewer) * cell + x->dims[3] - 1];
                    hanse__text_addf(&c->script, "%zu %zu %.4f\n", a, lines, points);
                }
            }
        }
        lines++;
    }
    hanse__text_add(&c->script, "EOD\nset ytics (");
    for (size_t r = 0, line = 0; r < c->n_rows; r++) {
        if (is_single(c, r, "all", touches)) {
            hanse__text_add(&c->script, line > 0 ? ", " : "");
            hanse__gnuplot_text(&c->script, word(c->actor_labels[r], c->actors[r]));
            hanse__text_addf(&c->script, " %zu", line++);
        }
    }
    hanse__text_add(&c->script, ") scale 0\n");
    return lines;
}

static enum hanse_status heat(struct chart *c, const double *touches)
{
    struct hanse_variable exposure;
    HANSE_TRY(hanse_results_variable(c->results, "/denial/exposure_mean", &exposure));
    head(c, "Exposure by actor and axis, in points");
    size_t lines = map_lines(c, touches, &exposure);
    if (lines == 0) {
        return hanse__fail(c->ctx, HANSE_ERR_INPUT, "%s: no withdrawal touches anything",
                           hanse_results_path(c->results));
    }
    hanse__text_add(&c->script, "set xtics (");
    for (size_t a = 0; a < N_AXES; a++) {
        hanse__text_addf(&c->script, "%s'%s' %zu", a > 0 ? ", " : "", AXES[a], a);
    }
    hanse__text_addf(
        &c->script,
        ") scale 0 rotate by 35 right\nset xrange [-0.5:%d.5]\n"
        "set yrange [%zu.5:-0.5]\nunset grid\nunset key\nset bmargin 6\n"
        "set palette defined (0 '#f3f6f9', 0.02 '#fbe9dc', 0.5 '#e58a45', "
        "1 '#c4541a')\nset cbrange [0:*]\nset cblabel 'points' textcolor "
        "'#5a6675'\nplot $map using 1:2:(0.48):(0.45):3 with boxxyerror palette, "
        "$map using 1:2:(sprintf('%%.1f', $3)) with labels font ',11' textcolor '#1b2430'\n",
        N_AXES - 1, lines - 1);
    return HANSE_OK;
}

/* --- survival ------------------------------------------------------------------------------
 */

static void survival_block(struct chart *c, const char *name, const double *share, size_t n)
{
    hanse__text_addf(&c->script, "$%s << EOD\n", name);
    for (size_t m = 0; m < n; m++) {
        hanse__text_addf(&c->script, "%.1f %.5f\n", (double)m + 0.5, 100.0 * share[m]);
    }
    hanse__text_add(&c->script, "EOD\n");
}

/* Rows of single actors on all axes, those that lose most first; at most as many as colours. */
static size_t worst_rows(const struct chart *c, const double *touches,
                         const struct hanse_variable *x, size_t *rows)
{
    size_t n = 0, cell = x->dims[2] * x->dims[3];
    for (size_t r = 0; r < c->n_rows; r++) {
        if (!is_single(c, r, "all", touches)) {
            continue;
        }
        double own = x->data[(r * c->n_viewers + c->viewer) * cell + x->dims[3] - 1];
        size_t at = n < HANSE_GNUPLOT_COLOURS ? n++ : n;
        while (at > 0 &&
               x->data[(rows[at - 1] * c->n_viewers + c->viewer) * cell + x->dims[3] - 1] <
                   own) {
            if (at < HANSE_GNUPLOT_COLOURS) {
                rows[at] = rows[at - 1];
            }
            at--;
        }
        if (at < HANSE_GNUPLOT_COLOURS) {
            rows[at] = r;
        }
    }
    return n;
}

static enum hanse_status survival(struct chart *c, const double *touches)
{
    struct hanse_variable exposure, share, plain;
    size_t rows[HANSE_GNUPLOT_COLOURS];
    HANSE_TRY(hanse_results_variable(c->results, "/denial/exposure_mean", &exposure));
    HANSE_TRY(hanse_results_variable(c->results, "/denial/survival_mean", &share));
    HANSE_TRY(hanse_results_variable(c->results, "/denial/undisturbed_survival_mean", &plain));
    size_t n = worst_rows(c, touches, &exposure, rows), months = share.dims[2];
    head(c, "Demand served on time after a withdrawal");
    survival_block(c, "undisturbed", plain.data + c->viewer * months, months);
    for (size_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "row%zu", i);
        survival_block(c, name, share.data + (rows[i] * c->n_viewers + c->viewer) * months,
                       months);
    }
    hanse__text_addf(&c->script,
                     "set key outside right center noautotitle reverse Left samplen 2\n"
                     "set xrange [0:%zu]\nset yrange [0:100]\nset ylabel '%%' textcolor "
                     "'#5a6675'\nset xlabel 'months after the withdrawal' textcolor '#5a6675'\n"
                     "set bmargin 4\nplot $undisturbed using 1:2 with lines dashtype '-' "
                     "linewidth 1.8 linecolor '#3d4754' title 'undisturbed'",
                     months);
    for (size_t i = 0; i < n; i++) {
        hanse__text_addf(&c->script,
                         ", \\\n     $row%zu using 1:2 with lines linewidth 2.4 linecolor '%s' "
                         "title ",
                         i, hanse__gnuplot_colours[i]);
        hanse__gnuplot_text(&c->script, word(c->actor_labels[rows[i]], c->actors[rows[i]]));
    }
    hanse__text_add(&c->script, "\n");
    return HANSE_OK;
}

enum hanse_status hanse_denial_plot(struct hanse_context *ctx, struct hanse_results *results,
                                    enum hanse_denial_chart chart, const char *viewer,
                                    const char *path)
{
    struct chart c = {.ctx = ctx, .results = results};
    struct hanse_variable touches;
    HANSE_TRY(read_names(&c, viewer));
    HANSE_TRY(hanse_results_variable(results, "/denial/row_touches", &touches));
    hanse__text_init(&c.script, ctx);
    enum hanse_status status = hanse__gnuplot_begin(&c.script, path);
    if (status == HANSE_OK) {
        status =
            chart == HANSE_DENIAL_HEAT ? heat(&c, touches.data) : survival(&c, touches.data);
    }
    hanse__text_add(&c.script, "\nunset output\n");
    if (status == HANSE_OK) {
        status = c.script.status;
    }
    if (status == HANSE_OK) {
        status = hanse__gnuplot_run(&c.script, path);
    }
    hanse__text_fini(&c.script);
    return status;
}
