#include "sim/study/contest.h"

#include <math.h>
#include <omp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* --- figures ------------------------------------------------------------------------------ */

#define FIGURE(name, unit, words, member, less)                                                \
    {                                                                                          \
        name, unit, words, less, false, offsetof(struct hanse_aggregates, member)              \
    }
#define COUNT(name, words, member, less)                                                       \
    {                                                                                          \
        name, "1", words, less, true, offsetof(struct hanse_aggregates, member)                \
    }
#define SPREAD(name, unit, words, member)                                                      \
    FIGURE(name "_mean", unit, words ", mean over all jobs", member.mean, true),               \
        FIGURE(name "_p50", unit, words ", median", member.p50, true),                         \
        FIGURE(name "_p90", unit, words ", nine in ten jobs are below", member.p90, true),     \
        FIGURE(name "_p95", unit, words ", 19 in 20 jobs are below", member.p95, true),        \
        FIGURE(name "_p99", unit, words ", 99 in 100 jobs are below", member.p99, true),       \
        FIGURE(name "_max", unit, words ", longest of all", member.max, true)

/* clang-format off */
static const struct hanse_job_figure rows[] = {
    COUNT("jobs", "jobs that ran", jobs, false),
    COUNT("waited", "jobs that had to wait", waited, true),
    SPREAD("wait_time", "s", "start less submit", wait_s),
    SPREAD("response_time", "s", "end less submit", flow_s),
    SPREAD("slowdown", "1", "response time by runtime", slowdown),
    SPREAD("bounded_slowdown", "1", "response time by runtime, of 10 s at least",
           bounded_slowdown),
    FIGURE("utilization", "1", "work by processors and makespan", utilisation, false),
    FIGURE("makespan", "s", "last end less first submit", makespan_s, true),
    FIGURE("first_submit", "s", "first submit since the log's origin", first_submit_s, true),
    FIGURE("last_end", "s", "last end since the log's origin", last_end_s, true),
    FIGURE("work", "s", "sum of width times runtime", work_s, false),
    FIGURE("queue_length_mean", "1", "jobs waiting, average over time", queue_mean, true),
    COUNT("queue_length_max", "jobs waiting, most at any time", queue_max, true),
    FIGURE("busy_mean", "1", "processors busy, average over time", busy_mean, false),
    COUNT("busy_max", "processors busy, most at any time", busy_max, false),
};
/* clang-format on */

enum { N_ROWS = sizeof rows / sizeof rows[0] };

const struct hanse_job_figure *hanse_job_figures(uint32_t *n_figures)
{
    *n_figures = N_ROWS;
    return rows;
}

double hanse_job_figure_value(const struct hanse_aggregates *aggregates, uint32_t row)
{
    const char *at = (const char *)aggregates + rows[row].offset;
    uint64_t count;
    double value;
    if (rows[row].whole) {
        memcpy(&count, at, sizeof count);
        return (double)count;
    }
    memcpy(&value, at, sizeof value);
    return value;
}

enum hanse_status hanse_job_figure_find(struct hanse_context *ctx, const char *name,
                                        uint32_t *row)
{
    const char *names[N_ROWS];
    for (*row = 0; *row < N_ROWS; ++*row) {
        names[*row] = rows[*row].name;
        if (strcmp(names[*row], name) == 0) {
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(name, names, N_ROWS);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "no figure '%s'%s%s%s", name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- the contest -------------------------------------------------------------------------- */

struct outcome {
    enum hanse_status status;
    char message[1024];
};

static bool ask_stop(void *state, uint64_t ended, double now_s)
{
    bool (*const *stop)(void) = state;
    (void)ended;
    (void)now_s;
    return *stop != NULL && (*stop)();
}

static enum hanse_status replay(struct hanse_contender *contender, struct hanse_context *ctx,
                                bool (*stop)(void))
{
    struct hanse_metrics *metrics;
    struct hanse_job_source source;
    HANSE_TRY(hanse_metrics_create(ctx, &metrics));
    enum hanse_status status = contender->open(contender->state, ctx, &source);
    if (status == HANSE_OK) {
        struct hanse_replay options = contender->replay;
        options.progress = ask_stop;
        options.progress_state = &stop;
        status = hanse_replay_run(ctx, &options, &source, contender->sink, metrics);
        if (status == HANSE_OK) {
            status = hanse_metrics_aggregates(metrics, &contender->aggregates);
        }
        if (status == HANSE_OK && contender->done != NULL) {
            status = contender->done(contender->state, ctx, metrics);
        }
        if (contender->close != NULL) {
            contender->close(contender->state);
        }
    }
    hanse_metrics_destroy(metrics);
    return status;
}

static void run_one(struct hanse_contender *contender, struct outcome *outcome,
                    bool (*stop)(void))
{
    struct hanse_context *ctx = hanse_context_create();
    if (ctx == NULL) {
        *outcome = (struct outcome){HANSE_ERR_MEMORY, "out of memory"};
        return;
    }
    outcome->status = replay(contender, ctx, stop);
    snprintf(outcome->message, sizeof outcome->message, "%s", hanse_context_message(ctx));
    hanse_context_destroy(ctx);
}

enum hanse_status hanse_contest_run(struct hanse_context *ctx,
                                    struct hanse_contender *contenders, uint32_t n,
                                    uint32_t threads, bool (*stop)(void))
{
    struct outcome *outcomes = hanse__alloc(ctx, n, sizeof *outcomes);
    if (outcomes == NULL) {
        return HANSE_ERR_MEMORY;
    }
    int wanted = threads > 0 ? (int)threads : omp_get_num_procs();
#pragma omp parallel for schedule(dynamic, 1) num_threads(wanted)
    for (uint32_t i = 0; i < n; i++) {
        run_one(&contenders[i], &outcomes[i], stop);
    }
    enum hanse_status status = HANSE_OK;
    for (uint32_t i = 0; i < n && status == HANSE_OK; i++) {
        status = outcomes[i].status;
        if (status != HANSE_OK) {
            hanse__fail(ctx, status, "%s", outcomes[i].message);
        }
    }
    hanse__free(outcomes);
    return status;
}

/* Does a stand before b? */
static bool better(const struct hanse_contender *a, const struct hanse_contender *b,
                   uint32_t figure)
{
    double x = hanse_job_figure_value(&a->aggregates, figure);
    double y = hanse_job_figure_value(&b->aggregates, figure);
    if (isnan(x) || isnan(y)) {
        return !isnan(x) && isnan(y);
    }
    return rows[figure].less_is_better ? x < y : x > y;
}

void hanse_contest_rank(const struct hanse_contender *contenders, uint32_t n, uint32_t figure,
                        uint32_t *order)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = i;
        for (; at > 0 && better(&contenders[i], &contenders[order[at - 1]], figure); at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}
