/* Charts of replays, read from their file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/gnuplot.h"
#include "output/replay.h"

enum { SLICE = HANSE_REPLAY_CHUNK, MOST_POINTS = 1200, MOST_BOXES = 20000, DECADES = 12 };

static const char *const names[HANSE_REPLAY_CHARTS] = {"waits", "queue", "utilization",
                                                       "gantt"};

const char *hanse_replay_chart_name(enum hanse_replay_chart chart)
{
    return names[chart];
}

struct chart {
    struct hanse_context *ctx;
    struct hanse_replay_file *file;
    const struct hanse_replay_plot *plot;
    uint32_t *shown; /* n_shown of the file's policies */
    uint32_t n_shown;
    struct hanse_text script;
    double unit_s;         /* of the time axis */
    const char *unit_name; /* "h" */
};

/* The unit in which a stretch of time has a handful of digits. */
static void choose_unit(struct chart *c, double span_s)
{
    static const struct {
        double above_s, unit_s;
        const char *name;
    } units[] = {{4 * 86400.0, 86400.0, "days"},
                 {4 * 3600.0, 3600.0, "h"},
                 {600.0, 60.0, "min"},
                 {0.0, 1.0, "s"}};
    size_t i = 0;
    while (i < 3 && !(span_s > units[i].above_s)) {
        i++;
    }
    c->unit_s = units[i].unit_s;
    c->unit_name = units[i].name;
}

static void head(struct chart *c, const char *what)
{
    hanse__text_add(&c->script, "set label 1 ");
    hanse__gnuplot_text(&c->script, what);
    hanse__text_add(&c->script, " at graph 0, graph 1.13 left font ',15' textcolor '#1b2430'\n"
                                "set label 2 ");
    hanse__gnuplot_text(&c->script, hanse_replay_file_text(c->file, "title"));
    hanse__text_add(&c->script, " at graph 0, graph 1.065 left textcolor '#5a6675'\n"
                                "set tmargin 5\n");
    hanse__text_add(&c->script, c->n_shown > 1 ? "set key outside below center samplen 2\n"
                                               : "set key off\n");
}

/* How line k of several is drawn: colours first, then dashes. */
static void line_style(struct chart *c, uint32_t k)
{
    hanse__text_addf(
        &c->script, " linewidth %s linecolor '%s' dashtype %u", c->n_shown > 1 ? "2" : "2.4",
        hanse__gnuplot_colours[k % HANSE_GNUPLOT_COLOURS], 1 + k / HANSE_GNUPLOT_COLOURS);
    if (c->n_shown > 1) {
        hanse__text_add(&c->script, " title ");
        hanse__gnuplot_text(&c->script, hanse_replay_file_policy(c->file, c->shown[k]));
    }
}

/* Lines of all policies shown, from blocks of data that are numbered. */
static void plot_lines(struct chart *c, const char *block, const char *with)
{
    for (uint32_t k = 0; k < c->n_shown; k++) {
        hanse__text_addf(&c->script, "%s $%s%u using 1:2 with %s", k > 0 ? "," : "plot", block,
                         k, with);
        line_style(c, k);
    }
    hanse__text_add(&c->script, "\n");
}

static void time_axis(struct chart *c, double from_s, double to_s)
{
    hanse__text_addf(&c->script,
                     "set xlabel 'time since the origin of the log, %s' textcolor '#5a6675'\n"
                     "set xrange [%.9g:%.9g]\n",
                     c->unit_name, from_s / c->unit_s, to_s / c->unit_s);
}

/* --- waits -------------------------------------------------------------------------------- */

/* Jobs by wait: bounds go up by a twentieth of a decade from 0.1 s. */
enum { PER_DECADE = 20, N_BOUNDS = DECADES * PER_DECADE };

static uint32_t bound_of(double wait_s)
{
    if (!(wait_s > 0.1)) {
        return wait_s > 0.0 ? 1 : 0;
    }
    double at = 1.0 + ceil(PER_DECADE * (log10(wait_s) + 1.0));
    return at < N_BOUNDS ? (uint32_t)at : N_BOUNDS;
}

static enum hanse_status count_waits(struct chart *c, uint64_t *counts)
{
    double *values = hanse__alloc(c->ctx, SLICE, sizeof *values);
    uint64_t n_jobs = hanse_replay_file_n_jobs(c->file);
    enum hanse_status status = values != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    for (uint64_t first = 0; first < n_jobs && status == HANSE_OK; first += SLICE) {
        uint64_t n = n_jobs - first < SLICE ? n_jobs - first : SLICE;
        status = hanse_replay_file_column(c->file, "/jobs/wait", first, n, values);
        for (uint64_t i = 0; i < n && status == HANSE_OK; i++) {
            counts[bound_of(values[i])]++;
        }
    }
    hanse__free(values);
    return status;
}

/* Writes a policy's block; *longest is the end of its axis. */
static enum hanse_status put_waits(struct chart *c, uint32_t k, double *longest)
{
    uint64_t counts[N_BOUNDS + 1] = {0}, longer = hanse_replay_file_n_jobs(c->file);
    double jobs = (double)longer, end = 1.0;
    hanse_replay_file_choose(c->file, c->shown[k]);
    HANSE_TRY(count_waits(c, counts));
    hanse__text_addf(&c->script, "$waits%u << EOD\n", k);
    for (uint32_t b = 0; b <= N_BOUNDS && longer > 0; b++) {
        longer -= counts[b];
        if (b > 0) {
            end = pow(10.0, (double)(b - 1) / PER_DECADE - 1.0);
            hanse__text_addf(&c->script, "%.6g %.6g\n", end, 100.0 * (double)longer / jobs);
        }
    }
    hanse__text_addf(&c->script, "%.6g 0\nEOD\n", end);
    *longest = fmax(*longest, end);
    return HANSE_OK;
}

static enum hanse_status draw_waits(struct chart *c)
{
    double longest = 10.0;
    head(c, "Share of jobs that wait longer than …");
    for (uint32_t k = 0; k < c->n_shown; k++) {
        HANSE_TRY(put_waits(c, k, &longest));
    }
    hanse__text_addf(&c->script,
                     "set logscale x\nset xrange [0.1:%.6g]\nset yrange [0:*]\n"
                     "set xlabel 'wait, s' textcolor '#5a6675'\n"
                     "set ylabel 'jobs, %%' textcolor '#5a6675'\n",
                     longest);
    plot_lines(c, "waits", "steps");
    return HANSE_OK;
}

/* --- over time ---------------------------------------------------------------------------- */

struct bins {
    uint64_t n;
    double *from_s, *to_s, *value;
};

static enum hanse_status read_bins(struct chart *c, const char *path, struct bins *bins)
{
    bins->n = hanse_replay_file_n_bins(c->file);
    bins->from_s = hanse__alloc(c->ctx, 3 * (size_t)bins->n + 1, sizeof(double));
    if (bins->from_s == NULL) {
        return HANSE_ERR_MEMORY;
    }
    bins->to_s = bins->from_s + bins->n;
    bins->value = bins->to_s + bins->n;
    HANSE_TRY(hanse_replay_file_column(c->file, "/series/time", 0, bins->n, bins->from_s));
    HANSE_TRY(hanse_replay_file_column(c->file, "/series/bin_end", 0, bins->n, bins->to_s));
    return hanse_replay_file_column(c->file, path, 0, bins->n, bins->value);
}

/* What the plot asks for within what there is. */
static enum hanse_status find_window(struct chart *c, double low_s, double high_s,
                                     double *from_s, double *to_s)
{
    *from_s = isnan(c->plot->from_s) ? low_s : c->plot->from_s;
    *to_s = isnan(c->plot->to_s) ? high_s : c->plot->to_s;
    if (!(*from_s < *to_s) || *to_s <= low_s || *from_s >= high_s) {
        return hanse__fail(c->ctx, HANSE_ERR_INPUT,
                           "%s: a window must lie within the replay's %.9g to %.9g s, got %.9g "
                           "to %.9g s",
                           hanse_replay_file_path(c->file), low_s, high_s, *from_s, *to_s);
    }
    choose_unit(c, *to_s - *from_s);
    return HANSE_OK;
}

/* Bins in view, joined so that no more than MOST_POINTS are drawn. */
static void put_bins(struct chart *c, uint32_t k, const struct bins *bins, double from_s,
                     double to_s, double scale)
{
    uint64_t low = 0, high = bins->n;
    while (low < high && bins->to_s[low] <= from_s) {
        low++;
    }
    while (high > low && bins->from_s[high - 1] >= to_s) {
        high--;
    }
    uint64_t step = (high - low + MOST_POINTS - 1) / MOST_POINTS;
    hanse__text_addf(&c->script, "$bins%u << EOD\n", k);
    for (uint64_t i = low; i < high; i += step) {
        double sum = 0.0;
        uint64_t n = high - i < step ? high - i : step;
        for (uint64_t m = 0; m < n; m++) {
            sum += bins->value[i + m];
        }
        hanse__text_addf(&c->script, "%.9g %.7g\n%.9g %.7g\n", bins->from_s[i] / c->unit_s,
                         scale * sum / (double)n, bins->to_s[i + n - 1] / c->unit_s,
                         scale * sum / (double)n);
    }
    hanse__text_add(&c->script, "EOD\n");
}

/* The blocks of all policies; the window is found with the first. */
static enum hanse_status put_series(struct chart *c, const char *path, double scale,
                                    double *from_s, double *to_s)
{
    enum hanse_status status = HANSE_OK;
    for (uint32_t k = 0; k < c->n_shown && status == HANSE_OK; k++) {
        struct bins bins;
        hanse_replay_file_choose(c->file, c->shown[k]);
        status = read_bins(c, path, &bins);
        if (status == HANSE_OK && bins.n == 0) {
            status = hanse__fail(c->ctx, HANSE_ERR_INPUT, "%s: holds no job to draw",
                                 hanse_replay_file_path(c->file));
        }
        if (status == HANSE_OK && k == 0) {
            status = find_window(c, bins.from_s[0], bins.to_s[bins.n - 1], from_s, to_s);
        }
        if (status == HANSE_OK) {
            put_bins(c, k, &bins, *from_s, *to_s, scale);
        }
        hanse__free(bins.from_s);
    }
    return status;
}

static enum hanse_status draw_series(struct chart *c, const char *path, double scale,
                                     const char *title, const char *axis)
{
    double from_s, to_s;
    head(c, title);
    HANSE_TRY(put_series(c, path, scale, &from_s, &to_s));
    time_axis(c, from_s, to_s);
    hanse__text_addf(&c->script, "set yrange [0:%s]\nset ylabel '%s' textcolor '#5a6675'\n",
                     scale == 100.0 ? "100" : "*", axis);
    if (c->n_shown > 1) {
        plot_lines(c, "bins", "lines");
        return HANSE_OK;
    }
    hanse__text_addf(&c->script,
                     "plot $bins0 using 1:2 with filledcurves x1 fillcolor '%s' fillstyle "
                     "transparent solid 0.30, $bins0 using 1:2 with lines linewidth 1.6 "
                     "linecolor '%s'\n",
                     hanse__gnuplot_colours[0], hanse__gnuplot_colours[0]);
    return HANSE_OK;
}

/* --- jobs as boxes ------------------------------------------------------------------------ */

/* Where boxes of jobs go whose processors have no numbers: the lowest stretch that is free. An
 * order of processors is made up; widths and times are the replay's. */
struct rows {
    double *free_s;      /* from when on each processor is free */
    uint32_t processors; /* on the axis */
};

/* The lowest `width` processors free at start_s, as runs that are drawn one by one. */
static void put_runs(struct chart *c, struct rows *rows, double start_s, double end_s,
                     uint32_t width, uint64_t job)
{
    for (uint32_t p = 0; p < rows->processors && width > 0; p++) {
        uint32_t first = p;
        while (p < rows->processors && width > 0 && rows->free_s[p] <= start_s) {
            rows->free_s[p++] = end_s;
            width--;
        }
        if (p > first) {
            hanse__text_addf(&c->script, "%.9g %.9g %u %u %d\n", start_s / c->unit_s,
                             end_s / c->unit_s, first, p, (int)(job % 8));
        }
    }
}

static void put_bits(struct chart *c, const uint64_t *bits, uint32_t most, double start_s,
                     double end_s, uint64_t job)
{
    for (uint32_t m = 0; m < most; m++) {
        uint32_t first = m;
        while (m < most && (bits[m / 64] >> (m % 64) & 1) != 0) {
            m++;
        }
        if (m > first) {
            hanse__text_addf(&c->script, "%.9g %.9g %u %u %d\n", start_s / c->unit_s,
                             end_s / c->unit_s, first, m, (int)(job % 8));
        }
    }
}

struct box {
    double start_s, end_s;
    uint64_t job;
    uint32_t width;
};

struct boxes {
    struct box *items;
    uint64_t *bits;
    size_t n;
};

static void sift(struct boxes *boxes, size_t at, size_t n)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n) {
            return;
        }
        const struct box *b = boxes->items;
        child +=
            child + 1 < n &&
            (b[child + 1].start_s > b[child].start_s ||
             (b[child + 1].start_s == b[child].start_s && b[child + 1].job > b[child].job));
        if (b[at].start_s > b[child].start_s ||
            (b[at].start_s == b[child].start_s && b[at].job > b[child].job)) {
            return;
        }
        struct box swap = boxes->items[at];
        boxes->items[at] = boxes->items[child];
        boxes->items[child] = swap;
        at = child;
    }
}

/* By start, then by submission. */
static void sort_boxes(struct boxes *boxes)
{
    for (size_t i = boxes->n / 2; i-- > 0;) {
        sift(boxes, i, boxes->n);
    }
    for (size_t n = boxes->n; n > 1; n--) {
        struct box first = boxes->items[0];
        boxes->items[0] = boxes->items[n - 1];
        boxes->items[n - 1] = first;
        sift(boxes, 0, n - 1);
    }
}

/* Jobs that run within the window, at most MOST_BOXES. */
static enum hanse_status find_boxes(struct chart *c, double from_s, double to_s,
                                    struct boxes *boxes, double *values)
{
    uint64_t n_jobs = hanse_replay_file_n_jobs(c->file);
    uint32_t words = hanse_replay_file_words(c->file);
    double *start_s = values, *end_s = values + SLICE, *width = values + 2 * (size_t)SLICE;
    for (uint64_t first = 0; first < n_jobs; first += SLICE) {
        uint64_t n = n_jobs - first < SLICE ? n_jobs - first : SLICE;
        HANSE_TRY(hanse_replay_file_column(c->file, "/jobs/start", first, n, start_s));
        HANSE_TRY(hanse_replay_file_column(c->file, "/jobs/end", first, n, end_s));
        HANSE_TRY(hanse_replay_file_column(c->file, "/jobs/width", first, n, width));
        for (uint64_t i = 0; i < n; i++) {
            if (!(end_s[i] > from_s) || !(start_s[i] < to_s)) {
                continue;
            }
            if (boxes->n == MOST_BOXES) {
                return hanse__fail(c->ctx, HANSE_ERR_INPUT,
                                   "%s: more than %d jobs run from %.9g to %.9g s: choose a "
                                   "shorter window with --from and --to",
                                   hanse_replay_file_path(c->file), MOST_BOXES, from_s, to_s);
            }
            if (words > 0) {
                HANSE_TRY(hanse_replay_file_bits(c->file, first + i, 1,
                                                 boxes->bits + boxes->n * words));
            }
            boxes->items[boxes->n] = (struct box){
                start_s[i], end_s[i], words > 0 ? boxes->n : first + i, (uint32_t)width[i]};
            boxes->n++;
        }
    }
    return HANSE_OK;
}

static void put_boxes(struct chart *c, struct boxes *boxes, struct rows *rows)
{
    uint32_t words = hanse_replay_file_words(c->file);
    hanse__text_add(&c->script, "$boxes << EOD\n");
    sort_boxes(boxes);
    for (size_t i = 0; i < boxes->n; i++) {
        const struct box *box = &boxes->items[i];
        if (words > 0) {
            put_bits(c, boxes->bits + box->job * words, words * 64, box->start_s, box->end_s,
                     box->job);
        } else {
            put_runs(c, rows, box->start_s, box->end_s, box->width, box->job);
        }
    }
    hanse__text_add(&c->script, "EOD\n");
}

static void colour_boxes(struct chart *c)
{
    hanse__text_add(&c->script, "set palette maxcolors 8\nset palette defined (");
    for (int i = 0; i < HANSE_GNUPLOT_COLOURS; i++) {
        hanse__text_addf(&c->script, "%s%d '%s'", i > 0 ? ", " : "", i,
                         hanse__gnuplot_colours[i]);
    }
    hanse__text_add(&c->script,
                    ")\nset cbrange [0:7]\nunset colorbox\nunset grid\n"
                    "plot $boxes using 1:3:1:2:3:4:5 with boxxyerror linewidth 0.4 "
                    "fillcolor palette fillstyle solid 0.75 border linecolor '#ffffff'\n");
}

static enum hanse_status draw_gantt_of(struct chart *c, struct boxes *boxes, struct rows *rows,
                                       double *values)
{
    double low_s = 0.0, high_s = 0.0, from_s, to_s;
    uint64_t n_bins = hanse_replay_file_n_bins(c->file);
    if (n_bins > 0) {
        HANSE_TRY(hanse_replay_file_column(c->file, "/series/time", 0, 1, &low_s));
        HANSE_TRY(hanse_replay_file_column(c->file, "/series/bin_end", n_bins - 1, 1, &high_s));
    }
    HANSE_TRY(find_window(c, low_s, high_s, &from_s, &to_s));
    HANSE_TRY(find_boxes(c, from_s, to_s, boxes, values));
    char what[160];
    snprintf(what, sizeof what, "Jobs on the machine%s%.100s",
             hanse_replay_file_n_policies(c->file) > 1 ? " under " : "",
             hanse_replay_file_n_policies(c->file) > 1
                 ? hanse_replay_file_policy(c->file, c->shown[0])
                 : "");
    head(c, what);
    put_boxes(c, boxes, rows);
    time_axis(c, from_s, to_s);
    hanse__text_addf(&c->script,
                     "set yrange [0:%u]\nset ylabel 'processors' textcolor '#5a6675'\n",
                     rows->processors);
    colour_boxes(c);
    return HANSE_OK;
}

static enum hanse_status draw_gantt(struct chart *c)
{
    if (c->n_shown > 1) {
        return hanse__fail(c->ctx, HANSE_ERR_INPUT,
                           "%s: holds %u policies, and a gantt chart shows one: name it with "
                           "--case, as in --case %s",
                           hanse_replay_file_path(c->file), c->n_shown,
                           hanse_replay_file_policy(c->file, c->shown[0]));
    }
    hanse_replay_file_choose(c->file, c->shown[0]);
    uint32_t words = hanse_replay_file_words(c->file);
    struct rows rows = {.processors =
                            (uint32_t)hanse_replay_file_number(c->file, "processors")};
    struct boxes boxes = {
        .items = hanse__alloc(c->ctx, MOST_BOXES, sizeof *boxes.items),
        .bits = hanse__alloc(c->ctx, (size_t)MOST_BOXES * words + 1, sizeof *boxes.bits)};
    double *values = hanse__alloc(c->ctx, 3 * (size_t)SLICE, sizeof *values);
    rows.free_s = hanse__alloc(c->ctx, (size_t)rows.processors + 1, sizeof *rows.free_s);
    for (uint32_t p = 0; rows.free_s != NULL && p < rows.processors; p++) {
        rows.free_s[p] = -HUGE_VAL;
    }
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (boxes.items != NULL && boxes.bits != NULL && values != NULL && rows.free_s != NULL) {
        status = draw_gantt_of(c, &boxes, &rows, values);
    }
    hanse__free(boxes.items);
    hanse__free(boxes.bits);
    hanse__free(values);
    hanse__free(rows.free_s);
    return status;
}

/* --- all ---------------------------------------------------------------------------------- */

static enum hanse_status draw(struct chart *c)
{
    switch (c->plot->chart) {
    case HANSE_REPLAY_WAITS:
        return draw_waits(c);
    case HANSE_REPLAY_QUEUE:
        return draw_series(c, "/series/queue_length", 1.0, "Jobs waiting", "jobs");
    case HANSE_REPLAY_UTILIZATION:
        return draw_series(c, "/series/utilization", 100.0, "Processors busy", "%");
    default:
        return draw_gantt(c);
    }
}

static enum hanse_status find_policy(struct chart *c, const char *name, uint32_t *found)
{
    uint32_t n = hanse_replay_file_n_policies(c->file);
    for (uint32_t k = 0; k < n; k++) {
        if (strcmp(hanse_replay_file_policy(c->file, k), name) == 0) {
            *found = k;
            return HANSE_OK;
        }
    }
    const char **all = hanse__alloc(c->ctx, n, sizeof *all);
    for (uint32_t k = 0; all != NULL && k < n; k++) {
        all[k] = hanse_replay_file_policy(c->file, k);
    }
    const char *near = all != NULL ? hanse__nearest(name, all, n) : NULL;
    hanse__fail(c->ctx, HANSE_ERR_INPUT, "%s: holds no policy '%s'%s%s%s",
                hanse_replay_file_path(c->file), name, near ? ", did you mean '" : "",
                near ? near : "", near ? "'?" : "");
    hanse__free(all);
    return HANSE_ERR_INPUT;
}

/* Those asked for, in that order, or all. */
static enum hanse_status choose_policies(struct chart *c)
{
    uint32_t all = hanse_replay_file_n_policies(c->file);
    c->n_shown = c->plot->n_policies > 0 ? (uint32_t)c->plot->n_policies : all;
    c->shown = hanse__alloc(c->ctx, c->n_shown, sizeof *c->shown);
    if (c->shown == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t k = 0; k < c->n_shown; k++) {
        c->shown[k] = k;
        if (c->plot->n_policies > 0) {
            HANSE_TRY(find_policy(c, c->plot->policies[k], &c->shown[k]));
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_replay_plot_write(struct hanse_context *ctx,
                                          struct hanse_replay_file *file,
                                          const struct hanse_replay_plot *plot)
{
    struct chart c = {.ctx = ctx, .file = file, .plot = plot};
    hanse__text_init(&c.script, ctx);
    enum hanse_status status = choose_policies(&c);
    if (status == HANSE_OK) {
        status = hanse__gnuplot_begin(&c.script, plot->path);
    }
    if (status == HANSE_OK && hanse_replay_file_n_jobs(file) == 0) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT, "%s: holds no job to draw",
                             hanse_replay_file_path(file));
    }
    if (status == HANSE_OK) {
        status = draw(&c);
    }
    if (status == HANSE_OK) {
        status = c.script.status;
    }
    if (status == HANSE_OK) {
        status = hanse__gnuplot_run(&c.script, plot->path);
    }
    hanse__text_fini(&c.script);
    hanse__free(c.shown);
    return status;
}
