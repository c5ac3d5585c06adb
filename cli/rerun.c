#include "cli/rerun.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 512, KINDS_OF_WORK = 128, NAME_BYTES = 64 };

struct work {
    char what[NAME_BYTES];
    uint64_t count;
    double seconds;
};

struct watch {
    const struct hanse_cli_rerun *options;
    FILE *file;
    const char *case_name;
    struct work work[KINDS_OF_WORK];
    size_t n_work;
    struct work *current;
    double began_s;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool passes(const char *filter, const char *line)
{
    return strpbrk(filter, "*?") != NULL ? fnmatch(filter, line, 0) == 0
                                         : strstr(line, filter) != NULL;
}

static struct work *work_of(struct watch *watch, const char *what)
{
    for (size_t i = 0; i < watch->n_work; i++) {
        if (strcmp(watch->work[i].what, what) == 0) {
            return &watch->work[i];
        }
    }
    if (watch->n_work == KINDS_OF_WORK) {
        return &watch->work[KINDS_OF_WORK - 1];
    }
    struct work *work = &watch->work[watch->n_work++];
    snprintf(work->what, sizeof work->what, "%s", what);
    return work;
}

static void begin(void *self, double time_h, const char *what, const char *entity)
{
    struct watch *watch = self;
    const char *filter = watch->options->filter;
    if (filter != NULL) {
        char line[LINE_BYTES];
        snprintf(line, sizeof line, "%s %14.4f %-20s %s", watch->case_name, time_h, what,
                 entity);
        if (passes(filter, line)) {
            fprintf(watch->file, "%s\n", line);
        }
    }
    if (watch->options->profile) {
        watch->current = work_of(watch, what);
        watch->current->count++;
        watch->began_s = seconds();
    }
}

static void end(void *self)
{
    struct watch *watch = self;
    if (watch->options->profile) {
        watch->current->seconds += seconds() - watch->began_s;
    }
}

static int by_seconds(const void *a, const void *b)
{
    const struct work *x = a, *y = b;
    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

static void print_profile(struct watch *watch, double wall_s)
{
    double known_s = 0.0;
    for (size_t i = 0; i < watch->n_work; i++) {
        known_s += watch->work[i].seconds;
    }
    qsort(watch->work, watch->n_work, sizeof *watch->work, by_seconds);
    fprintf(watch->file, "\n%-24s %12s %12s %10s %8s\n", "what", "times", "ms", "ns each",
            "share");
    for (size_t i = 0; i < watch->n_work; i++) {
        const struct work *w = &watch->work[i];
        fprintf(watch->file, "%-24s %12llu %12.3f %10.0f %7.1f%%\n", w->what,
                (unsigned long long)w->count, 1e3 * w->seconds,
                1e9 * w->seconds / (double)w->count, 100.0 * w->seconds / wall_s);
    }
    fprintf(watch->file, "%-24s %12s %12.3f %10s %7.1f%%\n", "calendar, set-up, clock", "",
            1e3 * (wall_s - known_s), "", 100.0 * (wall_s - known_s) / wall_s);
}

static enum hanse_status watch_case(struct hanse_context *ctx, const struct hanse_study *study,
                                    uint32_t which, struct hanse_worker *worker,
                                    struct watch *watch, bool *failed)
{
    struct hanse_observer observer = {watch, begin, end};
    struct hanse_record record;
    uint32_t replication = watch->options->replication;
    watch->case_name = study->case_names[which];
    watch->n_work = 0;
    memset(watch->work, 0, sizeof watch->work);
    double started = seconds();
    hanse_worker_observe(worker, &observer);
    HANSE_TRY(hanse_worker_run(worker, study->cases[which], &study->layout, study->seed,
                               replication, false, &record));
    double wall_s = seconds() - started;
    if (record.failed) {
        *failed = true;
        fprintf(watch->file, "replication %u failed: %s\n", replication, record.failure);
    } else {
        fprintf(watch->file, "case %s, replication %u: %llu events over %.0f h\n",
                watch->case_name, replication, (unsigned long long)record.n_events,
                730.0 * study->layout.n_months);
    }
    if (watch->options->profile) {
        print_profile(watch, wall_s);
    }
    return HANSE_OK;
}

enum hanse_status hanse_cli_rerun(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_cli_rerun *options, FILE *file)
{
    struct watch watch = {.options = options, .file = file};
    struct hanse_worker *worker;
    HANSE_TRY(hanse_worker_create(ctx, &worker));
    hanse_worker_hooks(worker, &study->hooks);
    enum hanse_status status = HANSE_OK;
    bool failed = false;
    for (uint32_t c = 0; c < study->n_cases && status == HANSE_OK; c++) {
        status = watch_case(ctx, study, c, worker, &watch, &failed);
    }
    hanse_worker_destroy(worker);
    if (status == HANSE_OK && failed) {
        status = hanse__fail(ctx, HANSE_ERR_REPLICATION, "replication %u failed",
                             options->replication);
    }
    return status;
}
