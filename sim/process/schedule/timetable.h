/*
 * A timetable: how many processors are free, from now on, as planned by estimates.
 *
 * A step function of time with few kinds of questions: what is free now, does a job fit from
 * now, when is the earliest hole of a width and a length; and one kind of change: take from or
 * give to a stretch of time. Steps lie in blocks of up to 64, in order of time; a directory
 * holds each block's first time, its least and greatest level, and what is to be added to all
 * of it, so that a search passes over blocks without looking inside and a long change touches
 * two of them. Equal neighbours are joined at once: the steps are those of the function, never
 * more than two for each job that runs or holds a reservation.
 *
 * Lives in an arena, without pointers.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_TIMETABLE_H
#define HANSE_SIM_PROCESS_SCHEDULE_TIMETABLE_H

#include <stdbool.h>

#include "sim/base/arena.h"

struct hanse__timetable; /* at a hanse_ref */

/* `level` free for ever. 0 when the machine has no memory. */
hanse_ref hanse__timetable_create(struct hanse_arena *arena, int32_t level);

/* Forgets what lies before now_s, which never falls. */
void hanse__timetable_advance(struct hanse_arena *arena, hanse_ref table, double now_s);

/* Adds `change` over [from_s, to_s), now <= from_s < to_s <= infinity. */
enum hanse_status hanse__timetable_add(struct hanse_arena *arena, hanse_ref table,
                                       double from_s, double to_s, int32_t change);

int32_t hanse__timetable_now(const struct hanse_arena *arena, hanse_ref table);
int32_t hanse__timetable_end(const struct hanse_arena *arena,
                             hanse_ref table); /* at infinity */

/* The least level over [from_s, to_s), no more exactly than: stops looking when it finds one
 * below `enough`. */
bool hanse__timetable_holds(const struct hanse_arena *arena, hanse_ref table, double from_s,
                            double to_s, int32_t enough);
int32_t hanse__timetable_greatest(const struct hanse_arena *arena, hanse_ref table,
                                  double from_s, double to_s);

/* The earliest s in [from_s, stop_s) such that the level is >= width over
 * [s, min(s + length_s, stop_s)); stop_s where there is none. */
double hanse__timetable_earliest(const struct hanse_arena *arena, hanse_ref table,
                                 double from_s, int32_t width, double length_s, double stop_s);

/* The first time after now at which the level is below that of now, and that level; false when
 * there is none. */
bool hanse__timetable_dip(const struct hanse_arena *arena, hanse_ref table, double *time_s,
                          int32_t *level);

/* The number of steps, and a step; for tests and checks. */
uint32_t hanse__timetable_steps(const struct hanse_arena *arena, hanse_ref table);
void hanse__timetable_step(const struct hanse_arena *arena, hanse_ref table, uint32_t step,
                           double *from_s, int32_t *level);

#endif
