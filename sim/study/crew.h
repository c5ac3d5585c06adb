/*
 * The crew: the threads of one process at work on a study; shared inside the library.
 *
 * Threads take turns and hand finished records over. Alone, a turn comes from a counter and a
 * record goes to the sink. With several ranks one more thread, the first, speaks with the other
 * processes and does nothing else: it sleeps between messages, so no rank waits for another's
 * long task, and MPI is called by the thread that started it.
 */
#ifndef HANSE_SIM_STUDY_CREW_H
#define HANSE_SIM_STUDY_CREW_H

#include <omp.h>
#include <stdatomic.h>

#include "sim/study/study.h"

/* What a rank does otherwise than a process alone. */
struct hanse__side {
    void *self;
    /* The next turn, waiting for it; false when there is none. NULL: the crew's own counter. */
    bool (*take)(void *self, uint64_t *turn);
    /* Runs on the first thread until all is said; NULL: it works like the others. */
    void (*speak)(void *self);
};

/* What the threads share. Everything below `lock` is touched only under it. */
struct hanse__crew {
    const struct hanse_study *study;
    const struct hanse_sink *sink;
    const struct hanse_run_options *options;
    const struct hanse__side *side; /* NULL: alone */
    _Atomic uint64_t next;
    _Atomic int n_working; /* threads that may still hand something over */
    _Atomic bool halted;
    omp_lock_t lock;
    struct hanse_context *ctx; /* the caller's, for the sink */
    struct hanse_run_report report;
    enum hanse_status status;
    char message[1024];
};

/* Runs `crew`, of which study, sink, options, side and ctx are set, and ends it. */
enum hanse_status hanse__crew_run(struct hanse__crew *crew, struct hanse_run_report *report);

/* The next turn of the study that isn't done yet; false when there is none. */
bool hanse__crew_turn(struct hanse__crew *crew, uint64_t *turn);
/* Gives a record to the sink, unless the sink has failed. */
void hanse__crew_hand_over(struct hanse__crew *crew, const struct hanse_record *record);
/* Lets threads finish the task at hand and no more. The first reason is kept. */
void hanse__crew_halt(struct hanse__crew *crew, enum hanse_status status, const char *message);
/* True once the user wished for a stop. */
bool hanse__crew_stopped(const struct hanse__crew *crew);

#endif
