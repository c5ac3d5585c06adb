/*
 * Batch jobs: discrete gangs, first come first served over a pool.
 *
 * A job needs `width` devices of one group at once (a gang does not span sites) and has an
 * amount of work for each: hours on the reference accelerator. It runs faster or slower on
 * other devices by the ratio of achieved compute rates. The head of a pool's queue starts on
 * the eligible group that has the fewest free devices still enough for it (best fit; ties by
 * the group's name); while it fits nowhere, nothing behind it starts. A group sets aside the
 * whole part of batch_share × working devices; when that falls below what is in use, the job
 * started last is stopped, loses its progress and goes back to the head of the queue.
 *
 * Interarrival times are exponential, widths powers of two, uniform in the exponent, runtimes
 * lognormal: the shape of published rigid-job models (Lublin and Feitelson 2003), simplified.
 *
 * Without its coordinator a pool falls apart: each jurisdiction's jobs run on its own hardware
 * and wait only for each other.
 */
#ifndef HANSE_SIM_PROCESS_BATCH_H
#define HANSE_SIM_PROCESS_BATCH_H

#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_batch {
    const char *name, *label;
    int32_t region, data_class;
    double rate_per_h, runtime_h, runtime_cv, deadline_h;
    int64_t width_min, width_max;
};

extern const struct hanse_kind hanse_kind_batch;
extern const struct hanse_mechanism hanse_mechanism_batch;

/* Device-hours that a group's batch devices worked since the last asking, up to hour to_h,
 * which has been swept; and reference work that finished since the last asking. */
double hanse__batch_take_busy_h(struct hanse_world *world, int32_t group, int64_t to_h);
double hanse__batch_take_served(struct hanse_world *world);

#endif
