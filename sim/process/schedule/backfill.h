/*
 * What easy, easy-sjbf, sjf and priority have in common: a head that must not be delayed, and
 * others that may go before it.
 *
 * The head is the first by submission or the first of the policy's order. While it fits it
 * starts. When it doesn't it gets a reservation at the earliest time, and the rest of the queue
 * is walked once, in the policy's order: what fits now beside the reservation starts. A second
 * walk right after would start nothing: a job that was passed over fits no better when less is
 * free, or when the reservation has come nearer. So
 *  - after a submission only the new job is looked at, unless it became the head;
 *  - after an end the queue is walked; the reservation is made anew only when room came free
 *    that it had not counted on;
 *  - the reservation is made only when somebody behind the head is narrow enough to care.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_BACKFILL_H
#define HANSE_SIM_PROCESS_SCHEDULE_BACKFILL_H

#include "sim/process/schedule/order.h"
#include "sim/process/schedule/scheduler.h"

struct hanse__backfill {
    hanse_ref order; /* the waiting jobs by key */
    hanse_ref extra; /* the policy's own */
    uint32_t head;   /* when the last pass ended */
    uint32_t fresh;  /* the job submitted since; more than one: n_fresh */
    uint32_t n_fresh;
    uint32_t seen;           /* free when the last pass ended */
    bool head_by_submission; /* or the first of the order */
    bool walks;              /* others may go before the head */
    double promised_s;       /* the head's first reservation; +infinity none */
    bool replan;             /* the reservation is out of date */
};

enum hanse_status hanse__backfill_init(struct hanse_scheduler *scheduler,
                                       bool head_by_submission, bool walks);
struct hanse__backfill *hanse__backfill_of(const struct hanse_scheduler *scheduler);

/* The row's key must be set. */
enum hanse_status hanse__backfill_submitted(struct hanse_scheduler *scheduler, uint32_t id);
enum hanse_status hanse__backfill_ended(struct hanse_scheduler *scheduler, uint32_t id,
                                        bool early);
enum hanse_status hanse__backfill_withdrawn(struct hanse_scheduler *scheduler, uint32_t id);
enum hanse_status hanse__backfill_changed(struct hanse_scheduler *scheduler);
enum hanse_status hanse__backfill_pass(struct hanse_scheduler *scheduler);
void hanse__backfill_check(const struct hanse_scheduler *scheduler);

#endif
