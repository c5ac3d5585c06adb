#include "cli/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output/digest.h"
#include "sim/model/nouns.h"
#include "sim/process/shown.h"
#include "sim/stats/interval.h"

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool find_view(struct hanse_cli_progress *progress, const char *output)
{
    size_t n = hanse_views(&progress->study->layout, NULL, 0);
    struct hanse_view *views = calloc(n + 1, sizeof *views);
    bool found = false;

    if (views) {
        hanse_views(&progress->study->layout, views, n);
        for (size_t i = 0; i < n && !found; i++) {
            found = strcmp(views[i].name, output) == 0 && views[i].n_items == 1;
            progress->view = views[i];
        }
        free(views);
    }
    return found;
}

/* The window the headline names, by its row; the whole horizon otherwise. */
static bool find_window(struct hanse_cli_progress *progress,
                        const struct hanse_scenario *scenario, int32_t row)
{
    size_t n = hanse_windows(scenario, NULL, 0);
    struct hanse_window *windows = calloc(n + 1, sizeof *windows);
    bool found = false;

    if (windows) {
        hanse_windows(scenario, windows, n);
        if ((size_t)row + 1 < n) {
            progress->window = windows[row + 1];
            found = true;
        }
        free(windows);
    }
    return found;
}

static void find_headline(struct hanse_cli_progress *progress)
{
    const struct hanse_study *study = progress->study;
    int32_t n = 0;
    const struct hanse_headline *headline;

    if (study->n_cases == 0) {
        return;
    }
    headline = hanse_scenario_table(study->cases[0], &hanse_kind_headline, &n);
    if (n == 0 || !find_view(progress, headline->output) ||
        !find_window(progress, study->cases[0], headline->window)) {
        return;
    }
    for (uint32_t i = 0; i < study->n_cases; i++) {
        if (strcmp(study->case_names[i], headline->in_case) == 0) {
            progress->headline_case = i;
            progress->has_headline = true;
        }
    }
}

void hanse_cli_progress_start(struct hanse_cli_progress *progress,
                              const struct hanse_cli_args *args,
                              const struct hanse_study *study, uint64_t n_before)
{
    *progress = (struct hanse_cli_progress){
        .file = stderr,
        .draws = !args->quiet && isatty(STDERR_FILENO),
        .reports = args->verbose && !args->quiet,
        .study = study,
        .n_before = n_before,
        .started_s = now_s(),
    };
    if (progress->draws || progress->reports) {
        find_headline(progress);
    }
}

/* Welford's update (Technometrics 4, 1962). */
static void tally(struct hanse_cli_progress *progress, const struct hanse_record *record)
{
    double value, step;

    if (!progress->has_headline || record->failed || record->central ||
        record->case_index != progress->headline_case) {
        return;
    }
    hanse_view_summary(&progress->study->layout, &progress->view, &progress->window,
                       record->series, &value);
    if (isnan(value)) {
        return;
    }
    progress->n++;
    step = value - progress->mean;
    progress->mean += step / (double)progress->n;
    progress->squares += step * (value - progress->mean);
}

static void headline_words(const struct hanse_cli_progress *progress, char *words, size_t size)
{
    const struct hanse_column *column = &progress->study->layout.columns[progress->view.column];
    struct hanse_interval interval = hanse_interval_of(
        progress->n, progress->mean,
        progress->n > 1 ? sqrt(progress->squares / (double)(progress->n - 1)) : NAN, 0.95);
    struct hanse_measure measure = hanse__measure(
        column->output->unit, hanse__digest_is_share(progress->view.name, column->output->unit),
        fabs(interval.mean));
    char value[HANSE_FIGURE_BYTES], half[HANSE_FIGURE_BYTES];
    double shown = interval.half_width * measure.factor;

    snprintf(words, size, "  %.24s %.40s \xc2\xb1 %.40s %.20s", progress->view.name,
             hanse__figure(value, interval.mean * measure.factor, shown),
             hanse__figure(half, shown, shown), measure.unit);
}

static void time_left(double seconds, char *words, size_t size)
{
    if (seconds < 99.5) {
        snprintf(words, size, "%.0f s", seconds);
    } else if (seconds < 5400.0) {
        snprintf(words, size, "%.0f min", seconds / 60.0);
    } else {
        snprintf(words, size, "%.1f h", seconds / 3600.0);
    }
}

void hanse_cli_progress_line(const struct hanse_cli_progress *progress, uint64_t n_done,
                             uint64_t n_tasks, double elapsed_s, char *line, size_t size)
{
    uint64_t n_now = n_done > progress->n_before ? n_done - progress->n_before : 0;
    double rate = elapsed_s > 0.0 ? (double)n_now / elapsed_s : 0.0;
    char left[32] = "", headline[192] = "";

    if (rate > 0.0) {
        time_left((double)(n_tasks - n_done) / rate, left, sizeof left);
    }
    if (progress->has_headline && progress->n > 1) {
        headline_words(progress, headline, sizeof headline);
    }
    snprintf(line, size, "hanse %3.0f %%  %llu/%llu tasks  %.3g/s%s%s%s%s",
             n_tasks > 0 ? floor(100.0 * (double)n_done / (double)n_tasks) : 100.0,
             (unsigned long long)n_done, (unsigned long long)n_tasks, rate, left[0] ? "  " : "",
             left, left[0] ? " left" : "", headline);
}

void hanse_cli_progress_record(void *self, uint64_t n_done, uint64_t n_tasks,
                               const struct hanse_record *record)
{
    struct hanse_cli_progress *progress = self;
    uint64_t tenth = n_tasks > 0 ? 10 * n_done / n_tasks : 0;
    double now;
    char line[320];

    if (!progress->draws && !progress->reports) {
        return;
    }
    tally(progress, record);
    now = now_s();
    hanse_cli_progress_line(progress, n_done, n_tasks, now - progress->started_s, line,
                            sizeof line);
    if (progress->reports && tenth > progress->last_tenth) {
        progress->last_tenth = tenth;
        fprintf(progress->file, "%s%s\n", progress->draws ? "\r\x1b[K" : "", line);
    } else if (progress->draws && (now - progress->drawn_s >= 0.1 || n_done == n_tasks)) {
        progress->drawn_s = now;
        fprintf(progress->file, "\r\x1b[K%s", line);
        fflush(progress->file);
    }
}

void hanse_cli_progress_finish(struct hanse_cli_progress *progress)
{
    if (progress->draws) {
        fprintf(progress->file, "\r\x1b[K");
        fflush(progress->file);
    }
}
