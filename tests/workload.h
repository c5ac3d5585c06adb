/*
 * Logs and replays for tests: a plain reader of the published files, apart from the program's
 * own, and a sink that keeps every job's start, by order of submission.
 */
#ifndef HANSE_TESTS_WORKLOAD_H
#define HANSE_TESTS_WORKLOAD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/schedule/replay.h"
#include "tests/close.h"

struct workload {
    struct hanse_job *jobs;
    uint64_t n, room;
};

struct schedule {
    double *start_s, *end_s;
    uint64_t *machines; /* n_words for each job, where asked */
    uint64_t n, n_words;
    double last_end_s; /* ends come in order */
};

static inline void workload_add(struct workload *w, const struct hanse_job *job)
{
    if (w->n == w->room) {
        w->room = w->room == 0 ? 1024 : 2 * w->room;
        w->jobs = realloc(w->jobs, w->room * sizeof *w->jobs);
        assert_non_null(w->jobs);
    }
    w->jobs[w->n++] = *job;
}

static inline void schedule_free(struct schedule *s)
{
    free(s->start_s);
    free(s->end_s);
    free(s->machines);
    *s = (struct schedule){0};
}

static inline enum hanse_status schedule_keep(void *state, struct hanse_context *ctx,
                                              const struct hanse_finished *job)
{
    struct schedule *s = state;
    (void)ctx;
    assert_true(job->order < s->n);
    assert_true(job->end_s >= s->last_end_s);
    s->last_end_s = job->end_s;
    s->start_s[job->order] = job->start_s;
    s->end_s[job->order] = job->end_s;
    if (job->machines != NULL) {
        s->n_words = job->n_words;
        if (s->machines == NULL) {
            s->machines = calloc(s->n * job->n_words, sizeof *s->machines);
        }
        memcpy(s->machines + job->order * job->n_words, job->machines,
               job->n_words * sizeof *s->machines);
    }
    return HANSE_OK;
}

/* Replays into *schedule (freed by schedule_free); every job must have ended. */
static inline void workload_replay(struct hanse_context *ctx, const struct workload *w,
                                   const struct hanse_replay *replay, struct schedule *schedule,
                                   struct hanse_metrics *metrics)
{
    *schedule = (struct schedule){.n = w->n, .last_end_s = -INFINITY};
    schedule->start_s = malloc((w->n + 1) * sizeof(double));
    schedule->end_s = malloc((w->n + 1) * sizeof(double));
    for (uint64_t i = 0; i < w->n; i++) {
        schedule->start_s[i] = schedule->end_s[i] = NAN;
    }
    struct hanse_job_array array = {w->jobs, w->n, 0};
    struct hanse_job_source source = hanse_job_array_source(&array);
    struct hanse_finished_sink sink = {.state = schedule, .job = schedule_keep};
    enum hanse_status status = hanse_replay_run(ctx, replay, &source, &sink, metrics);
    if (status != HANSE_OK) {
        fail_msg("replay: %s", hanse_context_message(ctx));
    }
    for (uint64_t i = 0; i < w->n; i++) {
        assert_false(isnan(schedule->start_s[i]));
    }
}

static inline const struct hanse_policy *policy_named(struct hanse_context *ctx,
                                                      const char *name)
{
    const struct hanse_policy *policy = NULL;
    assert_int_equal(hanse_policy_find(ctx, name, &policy), HANSE_OK);
    return policy;
}

/* A file below HANSE_TEST_DATA, through gzip where its name says so; skips when absent. */
static inline FILE *open_data(const char *name)
{
    char path[1024], command[1100];
    const char *data = getenv("HANSE_TEST_DATA");
    snprintf(path, sizeof path, "%s/%s", data ? data : "../shared/data", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        skip();
    }
    if (strcmp(path + strlen(path) - 3, ".gz") != 0) {
        return file;
    }
    fclose(file);
    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    file = popen(command, "r"); /* NOLINT(cert-env33-c): a path of ours */
    assert_non_null(file);
    return file;
}

/* What was opened through gzip. */
static inline void close_gzip(FILE *file)
{
    assert_int_equal(pclose(file), 0);
}

/* The jobs of a log in Standard Workload Format, cleaned as its published answers were. */
static inline void read_swf(const char *name, uint32_t processors, int user_estimates,
                            struct workload *w)
{
    FILE *file = open_data(name);
    char line[4096];
    *w = (struct workload){0};
    while (fgets(line, sizeof line, file)) {
        double f[18];
        int n = 0;
        for (char *at = line, *end; n < 18; at = end) {
            f[n] = strtod(at, &end);
            if (end == at) {
                break;
            }
            n++;
        }
        if (line[0] == ';' || n < 18) {
            continue;
        }
        double procs = f[7] > 0 ? f[7] : f[4];
        double estimate = user_estimates ? f[8] : f[3];
        if (procs <= 0 || procs > processors || f[3] <= 0 || f[1] < 0 || estimate <= 0) {
            continue;
        }
        struct hanse_job job = {.submit_s = f[1],
                                .runtime_s = fmin(f[3], estimate),
                                .estimate_s = estimate,
                                .number = (int64_t)f[0],
                                .width = (uint32_t)procs,
                                .user = (int32_t)f[11],
                                .group = (int32_t)f[12]};
        workload_add(w, &job);
    }
    close_gzip(file);
}

#endif
