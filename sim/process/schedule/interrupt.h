/*
 * The books of interrupted jobs, for the replay. Not installed.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_INTERRUPT_H
#define HANSE_SIM_PROCESS_SCHEDULE_INTERRUPT_H

#include "sim/process/schedule/interruption.h"

struct hanse__interrupt;

/* `units` nodes. HANSE_ERR_DOMAIN for rules out of range. */
enum hanse_status hanse__interrupt_create(struct hanse_context *ctx,
                                          const struct hanse_interruptions *rules,
                                          uint32_t units, struct hanse__interrupt **interrupt);
void hanse__interrupt_destroy(struct hanse__interrupt *interrupt);

/* The job as the scheduler is to see it: its runtime and estimate with what saving costs. */
struct hanse_job hanse__interrupt_plan(const struct hanse__interrupt *i,
                                       const struct hanse_job *job);
/* It got this id. */
enum hanse_status hanse__interrupt_admit(struct hanse__interrupt *i, uint32_t id,
                                         uint64_t order, const struct hanse_job *job);
void hanse__interrupt_started(struct hanse__interrupt *i, uint32_t id, double now_s);

/* The next failure: when, and which node; then until when it is away. */
double hanse__interrupt_next_s(const struct hanse__interrupt *i);
uint32_t hanse__interrupt_fail(struct hanse__interrupt *i, double *until_s);
/* A number in [0, 1) that belongs to the failure that came last. */
double hanse__interrupt_luck(const struct hanse__interrupt *i);

/* A running job is stopped; true: *job says what it still needs. False: it is lost. */
bool hanse__interrupt_stop(struct hanse__interrupt *i, uint32_t id, double now_s,
                           struct hanse_job *job);
void hanse__interrupt_end(struct hanse__interrupt *i, uint32_t id, double now_s);

/* What became of a job that ended or was lost. */
struct hanse__interrupted {
    struct hanse_job job; /* as submitted */
    uint64_t order;       /* of submission */
    double first_start_s;
    double stay_s; /* on the machine, over all attempts */
};
void hanse__interrupt_told(const struct hanse__interrupt *i, uint32_t id,
                           struct hanse__interrupted *told);
/* The job is known by another id from now on. */
enum hanse_status hanse__interrupt_rename(struct hanse__interrupt *i, uint32_t from,
                                          uint32_t to);

/* `processor_s`: processors x time from the first submission to the last end. */
void hanse__interrupt_report(const struct hanse__interrupt *i, double processor_s,
                             struct hanse_interruption_report *report);

#endif
