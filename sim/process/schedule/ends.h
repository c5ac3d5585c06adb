/*
 * Ends: when the running jobs' room comes free, by estimates, soonest first.
 *
 * While nobody holds a reservation, what is free only grows with time: so much now, more at
 * each end. That is all a machine has to know to start jobs in turn and to say when the next
 * one could start, and it costs one insertion and one removal a job.
 *
 * At first up to 64 items lie loose, each in a place of its own, and only a bound on the first
 * end is known: most end before their estimates, and who never plans ahead never asks in which
 * order the others would. When somebody does plan, or there are more, they are sorted for good
 * (_sort): ends at one time are one item, items lie in blocks of up to 64 whose sums the
 * directory knows. The answers are the same.
 *
 * Lives in an arena, without pointers.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_ENDS_H
#define HANSE_SIM_PROCESS_SCHEDULE_ENDS_H

#include <stdbool.h>

#include "sim/base/arena.h"

hanse_ref hanse__ends_create(struct hanse_arena *arena);

/* From now on questions about the order are cheap. */
enum hanse_status hanse__ends_sort(struct hanse_arena *arena, hanse_ref ends);
bool hanse__ends_sorted(const struct hanse_arena *arena, hanse_ref ends);

/* `width` more comes free at end_s. *place tells _drop where it lies; the caller keeps it. */
enum hanse_status hanse__ends_put(struct hanse_arena *arena, hanse_ref ends, double end_s,
                                  uint32_t width, uint32_t *place);
/* It came free before; it must be there. */
void hanse__ends_drop(struct hanse_arena *arena, hanse_ref ends, double end_s, uint32_t width,
                      uint32_t place);

/* Takes out the ends at or before now_s; says how much came free. */
uint32_t hanse__ends_pass(struct hanse_arena *arena, hanse_ref ends, double now_s);

/* How much comes free at or before time_s. */
uint32_t hanse__ends_until(const struct hanse_arena *arena, hanse_ref ends, double time_s);
/* When `width` will have come free, width >= 1; +infinity when never. */
double hanse__ends_reach(const struct hanse_arena *arena, hanse_ref ends, uint32_t width);

/* The number of items, and one of them: in the order of their times when they are sorted. */
uint32_t hanse__ends_size(const struct hanse_arena *arena, hanse_ref ends);
void hanse__ends_at(const struct hanse_arena *arena, hanse_ref ends, uint32_t item,
                    double *end_s, uint32_t *width);

#endif
