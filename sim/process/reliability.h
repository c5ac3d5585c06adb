/*
 * Reliability: how often, how long and by how much demand is not served in time.
 *
 * Loss of load. In an hour, demand of a workload is lost as far as it is *due* in that hour
 * and is not served by its end: for a workload without a deadline what it asked in the hour
 * and did not get; for one that may wait, what it asked `deadline` hours ago and still has not
 * got. Work served late or dropped is lost once, when its deadline passes (docs: `missed_...`).
 * Loss of less than 1e-9 of the hour's demand is rounding and does not count. Batch jobs are
 * discrete and counted by their own outputs.
 *
 *   lolh    hours a year with a loss           lole   days (of UTC) a year with such an hour
 *   lolev   runs of such hours a year          eue    lost work a year
 *   neue    lost work over demand              shortfall_hours: hours a year in which at least
 *                                              so large a share of the hour's demand was lost
 *
 * By viewer: everybody, a jurisdiction, a bloc (viewer.h). By viewer and workload, hours in
 * which demand of that workload's tier, or of one that is shed after it, was lost: what the
 * least important tiers lose counts for them alone.
 *
 * A workload's `value_unserved` turns what is lost into money (the value of lost load).
 *
 * Billinton and Allan, Reliability Evaluation of Power Systems, 2nd ed. 1996, chapter 2.
 */
#ifndef HANSE_SIM_PROCESS_RELIABILITY_H
#define HANSE_SIM_PROCESS_RELIABILITY_H

#include "sim/process/mechanism.h"

struct hanse_world;

extern const struct hanse_mechanism hanse_mechanism_reliability;

/* Counts an hour, once it is served: what was asked in it and what was due and lost, reference
 * work [regions x workloads]; missed NULL: nothing was. Leaves `missed` all zero. */
void hanse__reliability_hour(struct hanse_world *world, int64_t hour, const double *arrived,
                             double *missed);

/* Worth of what was not served when it was due, this month so far. */
double hanse__reliability_cost_eur(struct hanse_world *world);

#endif
