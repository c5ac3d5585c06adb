#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/study/crew.h"
#include "sim/study/study.h"

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

static void halt(struct hanse__crew *crew, enum hanse_status status, const char *message)
{
    if (crew->status == HANSE_OK) {
        crew->status = status;
        snprintf(crew->message, sizeof crew->message, "%s", message);
    }
    crew->halted = true;
}

void hanse__crew_halt(struct hanse__crew *crew, enum hanse_status status, const char *message)
{
    omp_set_lock(&crew->lock);
    halt(crew, status, message);
    omp_unset_lock(&crew->lock);
}

bool hanse__crew_stopped(const struct hanse__crew *crew)
{
    /* Atomic, because another thread may set it while this one looks. */
    return crew->options->stop != NULL &&
           __atomic_load_n(crew->options->stop, __ATOMIC_RELAXED) != 0;
}

void hanse__crew_hand_over(struct hanse__crew *crew, const struct hanse_record *record)
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

bool hanse__crew_turn(struct hanse__crew *crew, uint64_t *turn)
{
    uint64_t n_turns = hanse_study_n_turns(crew->study);
    const unsigned char *done = crew->options->done;
    while ((*turn = crew->next++) < n_turns) {
        uint32_t case_index, replication;
        bool central;
        uint64_t task = task_at(crew->study, *turn, &case_index, &replication, &central);
        if (done == NULL || !done[task]) {
            return true;
        }
    }
    return false;
}

static bool take(struct hanse__crew *crew, uint64_t *turn)
{
    const struct hanse__side *side = crew->side;
    return side != NULL && side->take != NULL ? side->take(side->self, turn)
                                              : hanse__crew_turn(crew, turn);
}

static enum hanse_status work_on(struct hanse__crew *crew, struct hanse_worker *worker)
{
    const struct hanse_study *study = crew->study;
    uint64_t turn;
    while (!crew->halted) {
        if (hanse__crew_stopped(crew)) {
            return HANSE_ERR_INTERRUPTED;
        }
        if (!take(crew, &turn)) {
            break;
        }
        struct hanse_record record;
        uint32_t case_index, replication;
        bool central;
        task_at(study, turn, &case_index, &replication, &central);
        HANSE_TRY(hanse_worker_run(worker, study->cases[case_index], &study->layout,
                                   study->seed, replication, central, &record));
        record.case_index = case_index;
        hanse__crew_hand_over(crew, &record);
    }
    return HANSE_OK;
}

static void crew_member(struct hanse__crew *crew)
{
    struct hanse_context *ctx = hanse_context_create();
    if (ctx == NULL) {
        hanse__crew_halt(crew, HANSE_ERR_MEMORY, "out of memory: a thread's context");
        return;
    }
    struct hanse_worker *worker = NULL;
    enum hanse_status status = hanse_worker_create(ctx, &worker);
    if (status == HANSE_OK) {
        hanse_worker_hooks(worker, &crew->study->hooks);
        status = work_on(crew, worker);
    }
    if (status != HANSE_OK) {
        hanse__crew_halt(crew, status,
                         status == HANSE_ERR_INTERRUPTED ? "interrupted"
                                                         : hanse_context_message(ctx));
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

static void muster(struct hanse__crew *crew)
{
    int threads = crew->options->threads > 0 ? crew->options->threads : omp_get_num_procs();
    bool speaks = crew->side != NULL && crew->side->speak != NULL;
    omp_init_lock(&crew->lock);
    crew->n_working = threads;
#pragma omp parallel num_threads(threads + speaks)
    {
        if (speaks && omp_get_thread_num() == 0) {
            /* The system may grant fewer threads than asked for. */
            crew->n_working -= threads + 1 - omp_get_num_threads();
            crew->side->speak(crew->side->self);
        } else {
            crew_member(crew);
            crew->n_working--;
        }
    }
    omp_destroy_lock(&crew->lock);
}

enum hanse_status hanse__crew_run(struct hanse__crew *crew, struct hanse_run_report *report)
{
    const struct hanse_sink *sink = crew->sink;
    double started = seconds();
    enum hanse_status begun = sink->begin(sink->self, crew->ctx, crew->study);
    if (begun != HANSE_OK) {
        halt(crew, begun, hanse_context_message(crew->ctx));
    }
    /* Also after a bad beginning: other ranks wait to be told. */
    muster(crew);
    if (crew->status == HANSE_OK) {
        crew->status = sink->end(sink->self, crew->ctx);
    } else {
        hanse__fail(crew->ctx, crew->status, "%s", crew->message);
    }
    if (crew->status == HANSE_OK && crew->report.n_failed > 0) {
        crew->status = hanse__fail(crew->ctx, HANSE_ERR_REPLICATION,
                                   "%llu of %llu tasks failed; the rest is in the results",
                                   (unsigned long long)crew->report.n_failed,
                                   (unsigned long long)crew->report.n_done);
    }
    crew->report.wall_s = seconds() - started;
    if (report != NULL) {
        *report = crew->report;
    }
    return crew->status;
}

enum hanse_status hanse_study_run(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_sink *sink,
                                  const struct hanse_run_options *options,
                                  struct hanse_run_report *report)
{
    struct hanse__crew crew = {.study = study, .sink = sink, .options = options, .ctx = ctx};
    return hanse__crew_run(&crew, report);
}
