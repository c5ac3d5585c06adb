#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/study/study.h"

/* What the threads share. Everything below `lock` is touched only under it. */
struct crew {
    const struct hanse_study *study;
    const struct hanse_sink *sink;
    const struct hanse_run_options *options;
    _Atomic uint64_t next;
    _Atomic bool halted;
    omp_lock_t lock;
    struct hanse_context *ctx; /* the caller's, for the sink */
    struct hanse_run_report report;
    enum hanse_status status;
    char message[1024];
};

/* Tasks are handed out replication by replication over all cases, so that an interrupted study
 * holds something of every case. Sampled ones first. */
static uint64_t task_at(const struct hanse_study *study, uint64_t turn, uint32_t *case_index,
                        uint32_t *replication, bool *central)
{
    uint32_t round = (uint32_t)(turn / study->n_cases);
    *case_index = (uint32_t)(turn % study->n_cases);
    *central = round >= study->n_replications;
    *replication = *central ? round - study->n_replications : round;
    return hanse_study_task(study, *case_index, *replication, *central);
}

static void halt(struct crew *crew, enum hanse_status status, const char *message)
{
    if (crew->status == HANSE_OK) {
        crew->status = status;
        snprintf(crew->message, sizeof crew->message, "%s", message);
    }
    crew->halted = true;
}

static void hand_over(struct crew *crew, const struct hanse_record *record)
{
    omp_set_lock(&crew->lock);
    if (crew->status == HANSE_OK || crew->status == HANSE_ERR_INTERRUPTED) {
        enum hanse_status status = crew->sink->record(crew->sink->self, crew->ctx, record);
        if (status != HANSE_OK) {
            crew->status = HANSE_OK;
            halt(crew, status, hanse_context_message(crew->ctx));
        } else {
            crew->report.n_done++;
            crew->report.n_failed += record->failed;
            crew->report.n_events += record->n_events;
            if (crew->options->progress != NULL) {
                crew->options->progress(crew->options->progress_self, crew->report.n_done,
                                        hanse_study_n_turns(crew->study), record);
            }
        }
    }
    omp_unset_lock(&crew->lock);
}

static enum hanse_status work_on(struct crew *crew, struct hanse_worker *worker)
{
    const struct hanse_study *study = crew->study;
    uint64_t n_turns = hanse_study_n_turns(study);
    while (!crew->halted) {
        if (crew->options->stop != NULL && *crew->options->stop != 0) {
            return HANSE_ERR_INTERRUPTED;
        }
        uint64_t turn = crew->next++;
        if (turn >= n_turns) {
            break;
        }
        struct hanse_record record;
        uint32_t case_index, replication;
        bool central;
        uint64_t task = task_at(study, turn, &case_index, &replication, &central);
        if (crew->options->done != NULL && crew->options->done[task]) {
            continue;
        }
        HANSE_TRY(hanse_worker_run(worker, study->cases[case_index], &study->layout,
                                   study->seed, replication, central, &record));
        record.case_index = case_index;
        hand_over(crew, &record);
    }
    return HANSE_OK;
}

static void crew_member(struct crew *crew)
{
    struct hanse_context *ctx = hanse_context_create();
    if (ctx == NULL) {
        omp_set_lock(&crew->lock);
        halt(crew, HANSE_ERR_MEMORY, "out of memory: a thread's context");
        omp_unset_lock(&crew->lock);
        return;
    }
    struct hanse_worker *worker = NULL;
    enum hanse_status status = hanse_worker_create(ctx, &worker);
    if (status == HANSE_OK) {
        status = work_on(crew, worker);
    }
    if (status != HANSE_OK) {
        omp_set_lock(&crew->lock);
        halt(crew, status,
             status == HANSE_ERR_INTERRUPTED ? "interrupted" : hanse_context_message(ctx));
        omp_unset_lock(&crew->lock);
    }
    hanse_worker_destroy(worker);
    hanse_context_destroy(ctx);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum hanse_status hanse_study_run(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_sink *sink,
                                  const struct hanse_run_options *options,
                                  struct hanse_run_report *report)
{
    struct crew crew = {.study = study, .sink = sink, .options = options, .ctx = ctx};
    double started = seconds();
    int threads = options->threads > 0 ? options->threads : omp_get_num_procs();
    HANSE_TRY(sink->begin(sink->self, ctx, study));
    omp_init_lock(&crew.lock);
#pragma omp parallel num_threads(threads)
    crew_member(&crew);
    omp_destroy_lock(&crew.lock);
    if (crew.status == HANSE_OK) {
        crew.status = sink->end(sink->self, ctx);
    } else {
        hanse__fail(ctx, crew.status, "%s", crew.message);
    }
    if (crew.status == HANSE_OK && crew.report.n_failed > 0) {
        crew.status = hanse__fail(
            ctx, HANSE_ERR_REPLICATION, "%llu of %llu tasks failed; the rest is in the results",
            (unsigned long long)crew.report.n_failed, (unsigned long long)crew.report.n_done);
    }
    crew.report.wall_s = seconds() - started;
    if (report != NULL) {
        *report = crew.report;
    }
    return crew.status;
}
