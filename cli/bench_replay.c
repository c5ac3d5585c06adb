/*
 * Replaying logs: jobs a second from opening a plain-text log to the last end, on one core, and
 * how that grows with the policy, the load and the length of the log.
 *
 * The log is like that of the KTH SP2, 100 processors and 28,000 jobs, from the model of Lublin
 * and Feitelson with users' round estimates; it is written to a temporary file and read back.
 *
 * Held to exact figures before its time counts. By sample path, for every policy: the sum of
 * waits is the integral of the queue's length (Little's law), the sum of width x runtime that
 * of the busy processors. And for first come, first served the mean wait of an independent
 * recursion: with F the processors' times of coming free, in rising order, a job of width w
 * starts at max(submit, start of the job before, F[w]) and sets F[1 ... w] to its end.
 *
 * EASY in Lua stands beside EASY in C, in decisions a second: passes, one after each submission
 * and one after each end. Both must come to the same mean wait, to the bit.
 */
#include "cli/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scripting/lua_policy.h"
#include "scripting/trace.h"
#include "sim/process/schedule/replay.h"
#include "sim/process/synthetic/synthetic.h"

enum { PROCESSORS = 100, CHECKED = 20000, BATCH = 512 };

struct log {
    char path[256];
    uint64_t jobs;
    double load;
};

/* --- the log ----------------------------------------------------------------------------- */

static enum hanse_status make_synthetic(struct hanse_context *ctx, const struct log *log,
                                        struct hanse_synthetic **synthetic)
{
    char text[160];
    snprintf(text, sizeof text, "kth-like:jobs=%llu,procs=%d,load=%g",
             (unsigned long long)log->jobs, PROCESSORS, log->load);
    return hanse_synthetic_create(ctx, text, synthetic);
}

static void write_jobs(FILE *file, const struct hanse_job *jobs, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct hanse_job *j = &jobs[i];
        fprintf(file, "%lld %.0f -1 %.0f %u -1 -1 %u %.0f -1 1 %d %d -1 -1 -1 -1 -1\n",
                (long long)j->number, j->submit_s, j->runtime_s, j->width, j->width,
                j->estimate_s, j->user, j->group);
    }
}

static enum hanse_status write_all(struct hanse_context *ctx, const struct log *log, FILE *file)
{
    struct hanse_synthetic *synthetic;
    struct hanse_job jobs[BATCH];
    uint32_t n;
    HANSE_TRY(make_synthetic(ctx, log, &synthetic));
    struct hanse_job_source source = hanse_synthetic_jobs(synthetic);
    enum hanse_status status;
    fprintf(file, "; Version: 2.2\n; MaxProcs: %d\n", PROCESSORS);
    while ((status = source.next(source.state, ctx, jobs, BATCH, &n)) == HANSE_OK && n > 0) {
        write_jobs(file, jobs, n);
    }
    hanse_synthetic_destroy(synthetic);
    return status;
}

/* Removed by its name, whatever happens to it in between. */
static enum hanse_status write_log(struct hanse_context *ctx, struct log *log)
{
    const char *folder = getenv("TMPDIR");
    snprintf(log->path, sizeof log->path, "%s/hanse-replay-XXXXXX",
             folder != NULL ? folder : "/tmp");
    int descriptor = mkstemp(log->path);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: can't be written", log->path);
    }
    enum hanse_status status = write_all(ctx, log, file);
    if (fclose(file) != 0 && status == HANSE_OK) {
        status = hanse__fail(ctx, HANSE_ERR_IO, "%s: can't be written", log->path);
    }
    if (status != HANSE_OK) {
        unlink(log->path);
    }
    return status;
}

/* --- replays ----------------------------------------------------------------------------- */

/* From opening the file to the aggregates. */
static enum hanse_status replay_under(struct hanse_context *ctx, const struct log *log,
                                      const struct hanse_policy *policy, void *user,
                                      struct hanse_aggregates *aggregates)
{
    const struct hanse_trace_options options = {.processors = PROCESSORS};
    const struct hanse_replay replay = {
        .processors = PROCESSORS, .policy = policy, .user = user};
    struct hanse_trace *trace;
    struct hanse_metrics *metrics;
    HANSE_TRY(hanse_trace_open(ctx, log->path, &options, &trace));
    enum hanse_status status = hanse_metrics_create(ctx, &metrics);
    if (status == HANSE_OK) {
        struct hanse_job_source source = hanse_trace_source(trace);
        status = hanse_replay_run(ctx, &replay, &source, NULL, metrics);
        if (status == HANSE_OK) {
            status = hanse_metrics_aggregates(metrics, aggregates);
        }
        hanse_metrics_destroy(metrics);
    }
    hanse_trace_close(trace);
    return status;
}

static enum hanse_status replay_log(struct hanse_context *ctx, const struct log *log,
                                    const char *policy, struct hanse_aggregates *aggregates)
{
    const struct hanse_policy *found;
    HANSE_TRY(hanse_policy_find(ctx, policy, &found));
    return replay_under(ctx, log, found, NULL, aggregates);
}

/* Fills `samples` with thousands of jobs a second. */
static enum hanse_status time_replays(struct hanse_bench *bench, const struct log *log,
                                      const char *policy, double *samples)
{
    for (int i = 0; i < bench->repetitions; i++) {
        struct hanse_aggregates aggregates;
        double start = hanse_bench_clock();
        HANSE_TRY(replay_log(bench->ctx, log, policy, &aggregates));
        samples[i] = 1e-3 * (double)log->jobs / (hanse_bench_clock() - start);
    }
    return HANSE_OK;
}

/* --- what must be right first ------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The wait of one job by the recursion; `frees` is in rising order before and after. */
static double recursion_wait(const struct hanse_job *job, double *frees, double *before_s)
{
    double start_s = fmax(fmax(job->submit_s, *before_s), frees[job->width - 1]);
    for (uint32_t i = 0; i < job->width; i++) {
        frees[i] = start_s + job->runtime_s;
    }
    qsort(frees, PROCESSORS, sizeof *frees, ascending);
    *before_s = start_s;
    return start_s - job->submit_s;
}

static enum hanse_status recursion_mean_wait(struct hanse_context *ctx, const struct log *log,
                                             double *mean_s)
{
    struct hanse_synthetic *synthetic;
    struct hanse_job jobs[BATCH];
    double frees[PROCESSORS] = {0}, before_s = 0.0, sum_s = 0.0;
    uint32_t n;
    HANSE_TRY(make_synthetic(ctx, log, &synthetic));
    struct hanse_job_source source = hanse_synthetic_jobs(synthetic);
    enum hanse_status status;
    while ((status = source.next(source.state, ctx, jobs, BATCH, &n)) == HANSE_OK && n > 0) {
        for (uint32_t i = 0; i < n; i++) {
            sum_s += recursion_wait(&jobs[i], frees, &before_s);
        }
    }
    *mean_s = sum_s / (double)log->jobs;
    hanse_synthetic_destroy(synthetic);
    return status;
}

static bool is_right(struct hanse_bench *bench, const char *policy, const char *what,
                     double exact, double got)
{
    if (fabs(got - exact) <= 1e-9 * fabs(exact)) {
        return true;
    }
    hanse_bench_wrong(bench, policy, what, exact, got, 1e-9 * fabs(exact));
    return false;
}

static enum hanse_status check_policy(struct hanse_bench *bench, const struct log *log,
                                      const char *policy, bool *right)
{
    struct hanse_aggregates a;
    HANSE_TRY(replay_log(bench->ctx, log, policy, &a));
    double jobs = (double)a.jobs;
    *right = is_right(bench, policy, "jobs", (double)log->jobs, jobs) &&
             is_right(bench, policy, "mean wait by the queue's length",
                      a.queue_mean * a.makespan_s / jobs, a.wait_s.mean) &&
             is_right(bench, policy, "work by the busy processors", a.busy_mean * a.makespan_s,
                      a.work_s);
    if (*right && strcmp(policy, "fcfs") == 0) {
        double mean_s;
        HANSE_TRY(recursion_mean_wait(bench->ctx, log, &mean_s));
        *right = is_right(bench, policy, "mean wait by recursion", mean_s, a.wait_s.mean);
    }
    return HANSE_OK;
}

static enum hanse_status check_policies(struct hanse_bench *bench, bool *right)
{
    struct log log = {.jobs = CHECKED, .load = 0.7};
    HANSE_TRY(write_log(bench->ctx, &log));
    enum hanse_status status = HANSE_OK;
    *right = true;
    for (size_t i = 0; status == HANSE_OK && hanse_policies()[i] != NULL; i++) {
        bool one = false;
        status = check_policy(bench, &log, hanse_policies()[i]->name, &one);
        *right = *right && one;
    }
    unlink(log.path);
    return status;
}

/* --- rows -------------------------------------------------------------------------------- */

static enum hanse_status row(struct hanse_bench *bench, const struct log *log,
                             const char *policy, const char *label)
{
    double samples[HANSE_BENCH_MOST];
    char name[80];
    HANSE_TRY(time_replays(bench, log, policy, samples));
    snprintf(name, sizeof name, "replay %s%s", policy, label);
    hanse_bench_row(bench, name, log->jobs, "thousand jobs/s", samples);
    return HANSE_OK;
}

static enum hanse_status rows(struct hanse_bench *bench, uint64_t jobs, double load,
                              const char *const *policies, const char *label)
{
    struct log log = {.jobs = jobs, .load = load};
    HANSE_TRY(write_log(bench->ctx, &log));
    enum hanse_status status = HANSE_OK;
    for (size_t i = 0; status == HANSE_OK && policies[i] != NULL; i++) {
        status = row(bench, &log, policies[i], label);
    }
    unlink(log.path);
    return status;
}

static enum hanse_status rows_by_load(struct hanse_bench *bench)
{
    static const double LOADS[] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
    static const char *const POLICIES[] = {"easy", "conservative", NULL};
    uint64_t jobs = bench->quick ? 2000 : 200000;
    for (size_t i = 0; i < sizeof LOADS / sizeof *LOADS; i++) {
        char label[32];
        snprintf(label, sizeof label, ", load %g", LOADS[i]);
        HANSE_TRY(rows(bench, jobs, LOADS[i], POLICIES, label));
    }
    return HANSE_OK;
}

static enum hanse_status rows_by_length(struct hanse_bench *bench)
{
    static const char *const EASY[] = {"easy", NULL};
    uint64_t most = bench->quick ? 10000 : 10000000;
    for (uint64_t jobs = 10000; jobs <= most; jobs *= 10) {
        HANSE_TRY(rows(bench, jobs, 0.7, EASY, ", by length"));
    }
    return HANSE_OK;
}

/* --- the same policy in Lua -------------------------------------------------------------- */

static const char *const easy_text = "hanse_schema = 1\n"
                                     "function schedule(view)\n"
                                     "  local job = view.first()\n"
                                     "  while job and view.fits_now(job) do\n"
                                     "    local behind = view.next(job)\n"
                                     "    view.take(job)\n"
                                     "    job = behind\n"
                                     "  end\n"
                                     "  if not job then return end\n"
                                     "  view.take(job, view.earliest(job))\n"
                                     "  job = view.next(job)\n"
                                     "  while job do\n"
                                     "    local behind = view.next(job)\n"
                                     "    if view.fits_now(job) then view.take(job) end\n"
                                     "    job = behind\n"
                                     "  end\n"
                                     "end\n";

/* Writes the policy beside the log, and removes it once it is read. */
static enum hanse_status open_lua(struct hanse_context *ctx, const struct log *log,
                                  struct hanse_lua_policy **policy)
{
    char path[sizeof log->path + 8];
    snprintf(path, sizeof path, "%s.lua", log->path);
    FILE *file = fopen(path, "wx");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: can't be written", path);
    }
    fputs(easy_text, file);
    enum hanse_status status =
        fclose(file) == 0 ? hanse_lua_policy_open(ctx, path, policy)
                          : hanse__fail(ctx, HANSE_ERR_IO, "%s: can't be written", path);
    unlink(path);
    return status;
}

static enum hanse_status time_passes(struct hanse_bench *bench, const struct log *log,
                                     const struct hanse_policy *policy, void *user,
                                     double *samples, double *mean_wait_s)
{
    for (int i = 0; i < bench->repetitions; i++) {
        struct hanse_aggregates aggregates;
        double start = hanse_bench_clock();
        HANSE_TRY(replay_under(bench->ctx, log, policy, user, &aggregates));
        samples[i] = 1e-3 * 2.0 * (double)aggregates.jobs / (hanse_bench_clock() - start);
        *mean_wait_s = aggregates.wait_s.mean;
    }
    return HANSE_OK;
}

static enum hanse_status rows_of_both(struct hanse_bench *bench, const struct log *log,
                                      struct hanse_lua_policy *lua)
{
    double in_c[HANSE_BENCH_MOST], in_lua[HANSE_BENCH_MOST], wait_c_s = 0.0, wait_lua_s = 1.0;
    const struct hanse_policy *easy;
    HANSE_TRY(hanse_policy_find(bench->ctx, "easy", &easy));
    HANSE_TRY(time_passes(bench, log, easy, NULL, in_c, &wait_c_s));
    HANSE_TRY(time_passes(bench, log, &hanse_lua_policy_kind, lua, in_lua, &wait_lua_s));
    if (wait_lua_s != wait_c_s) {
        hanse_bench_wrong(bench, "easy in Lua", "mean wait of easy in C", wait_c_s, wait_lua_s,
                          0.0);
        return HANSE_OK;
    }
    hanse_bench_row(bench, "passes of easy, in C", 2 * log->jobs, "thousand decisions/s", in_c);
    hanse_bench_row(bench, "passes of easy, in Lua", 2 * log->jobs, "thousand decisions/s",
                    in_lua);
    return HANSE_OK;
}

static enum hanse_status rows_by_language(struct hanse_bench *bench)
{
    struct log log = {.jobs = bench->quick ? 2000 : 50000, .load = 0.5};
    struct hanse_lua_policy *lua = NULL;
    HANSE_TRY(write_log(bench->ctx, &log));
    enum hanse_status status = open_lua(bench->ctx, &log, &lua);
    if (status == HANSE_OK) {
        status = rows_of_both(bench, &log, lua);
    }
    hanse_lua_policy_close(lua);
    unlink(log.path);
    return status;
}

enum hanse_status hanse_bench_replay(struct hanse_bench *bench)
{
    static const char *const POLICIES[] = {"fcfs",         "sjf",      "easy", "easy-sjbf",
                                           "conservative", "priority", NULL};
    bool right;
    HANSE_TRY(check_policies(bench, &right));
    if (!right) {
        return HANSE_OK;
    }
    HANSE_TRY(rows(bench, bench->quick ? 20000 : 1000000, 0.7, POLICIES, ""));
    HANSE_TRY(rows_by_language(bench));
    HANSE_TRY(rows_by_load(bench));
    return rows_by_length(bench);
}
