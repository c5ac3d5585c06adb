/*
 * Batch jobs: discrete gangs, scheduled over a pool.
 *
 * A job needs `width` devices at once, of one group (with span = site: of several groups of one
 * site; with span = pool: of several sites of its island) and has an amount of work for each:
 * hours on the reference accelerator. It runs faster or slower on other devices, as a gang at
 * the speed of its slowest member; batch_work.h has what work is and what is sent over links.
 * Law, memory and interconnect say where it may run at all.
 *
 * The pool's scheduler says which waiting job starts (sim/process/schedule: fcfs, sjf, easy,
 * easy-sjbf, conservative, priority); where, among the groups it fits on, best fit does
 * (batch_machine.h). fcfs and sjf are strict: who waits keeps those behind it from all that it
 * could run on, by law, by its needs, and by the devices that work there now. What it could not
 * run on is open to them. The others plan with estimates: `overestimate` x the true length.
 *
 * A group sets aside the whole part of batch_share x working devices; when that falls below
 * what is in use, the job started last is stopped, keeps the work of its last checkpoint, and
 * goes back to its place in the queue. Checkpoints cost time and so does going again
 * (schedule/interruption.h has the equations); the optima take the greatest failure rate of a
 * device in the pool, times the width.
 *
 * Interarrival times are exponential, widths powers of two, uniform in the exponent, runtimes
 * lognormal: the shape of published rigid-job models (Lublin and Feitelson 2003), simplified.
 *
 * Each island (islands.h) runs its own jobs on its own hardware, and they wait only for each
 * other. What runs when an island comes apart goes on where it is, unless it is a gang whose
 * sites are apart now: that one is stopped.
 */
#ifndef HANSE_SIM_PROCESS_BATCH_H
#define HANSE_SIM_PROCESS_BATCH_H

#include "sim/process/mechanism.h"

struct hanse_world;

enum hanse_batch_span { HANSE_SPAN_GROUP, HANSE_SPAN_SITE, HANSE_SPAN_POOL };

struct hanse_batch {
    const char *name, *label;
    int32_t region, data_class;
    int32_t work, model; /* enum hanse_batch_work; -1 none */
    double rate_per_h, runtime_h, runtime_cv, deadline_h, finish_within_h;
    double tokens, trained_share, step_tokens, exchanged_bytes; /* of training */
    int64_t inner_steps;
    double prompts, prompt_tokens, answer_tokens; /* of inference */
    double value_eur;                             /* of an hour of reference work on time */
    double input_bytes, output_bytes;             /* moved by a job away from home */
    int64_t width_min, width_max;
    int32_t placement;        /* enum hanse_siting */
    int32_t span, checkpoint; /* enum hanse_batch_span; enum hanse_checkpoint */
    double memory_gib, interconnect_gbps, overestimate;
    double checkpoint_interval_h, checkpoint_cost_h, restart_cost_h;
};

extern const struct hanse_kind hanse_kind_batch;
extern const struct hanse_mechanism hanse_mechanism_batch;

/* Device-hours that a group's batch devices worked since the last asking, up to hour to_h,
 * which has been swept; and reference work that finished since the last asking. */
double hanse__batch_take_busy_h(struct hanse_world *world, int32_t group, int64_t to_h);
double hanse__batch_take_served(struct hanse_world *world);

#endif
