/*
 * Causes: what sets shocks off, as objects of their own.
 *
 * A war, a strike, a bad software update or a change of government is one thing with several
 * consequences. A cause is that one thing; withdrawals, restrictions, jumps and takeovers name
 * it and hold while it does, so that they come together and never as if independent.
 *
 *   dated      holds over [from, to)
 *   random     `rate` > 0: begins at the epochs of a Poisson process of that rate in [from, to)
 *              and holds for a drawn time; where two overlap it holds until the last ends
 *   following  `after` another cause: each beginning of that one brings this one with a
 *              probability, after a drawn delay, for a drawn time
 *   scripted   `when` is a function of the scenario, asked at the start of each month in
 *              [from, to): it may begin the cause and says for how long
 *
 * Epochs, delays and times are functions of (seed, replication, cause, count), so a case that
 * changes something else meets the same crises.
 */
#ifndef HANSE_SIM_PROCESS_CAUSE_H
#define HANSE_SIM_PROCESS_CAUSE_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_cause {
    const char *name, *label;
    double from_h, to_h;
    double rate_per_h;
    struct hanse_duration lasts, delay;
    int32_t after; /* cause; -1 none */
    double probability;
    int32_t when; /* POLICY: always, or a function */
};

extern const struct hanse_kind hanse_kind_cause;
extern const struct hanse_mechanism hanse_mechanism_cause;

/* Does it hold now? A cause of -1 always does: shocks without one go by their own window. */
bool hanse__cause_holds(const struct hanse_world *world, int32_t cause);
/* Beginnings so far. */
uint32_t hanse__cause_begun(const struct hanse_world *world, int32_t cause);

#endif
