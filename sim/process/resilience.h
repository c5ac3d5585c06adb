/*
 * Resilience: what each shock takes from the people, and how soon they have it back.
 *
 * The level of a viewer (viewer.h) in an hour is the share of the hour's demand that was not
 * lost, Q = 1 - lost / asked (what is lost: reliability.h). When a shock begins, the last week
 * before it becomes its reference, hour of the week by hour of the week, so that nights and
 * weekends are compared with their like; hours of a week that has not been yet count as fully
 * served. From then on, in an hour t with loss l(t) = Q_ref(t mod 168) - Q(t) of more than
 * `resilience_tolerance`,
 *
 *   depth      max l(t)                                                            1
 *   duration   number of such hours                                                h
 *   area       sum of l(t) over them: the resilience triangle                      h
 *   lost work  sum of l(t) x demand of the hour                                    H100_h
 *   recovery   from the beginning to the end of the last such hour                 h
 *
 * An episode is over when the shock is and a week went by without such an hour for anybody;
 * the same shock beginning again before that prolongs it. Episodes that are open at the horizon
 * are cut there, and counted. All figures stand in the month in which the episode began and are
 * means per episode; shocks that overlap share what is lost, so rows are never added up.
 *
 * So measured alone, a trend of demand or ageing counts as well. Against a case without the
 * shock the paired differences of `eue` and `on_time_share` have neither.
 *
 * Bruneau and others, Earthquake Spectra 19, 2003; Henry and Ramirez-Marquez, Reliability
 * Engineering and System Safety 99, 2012.
 */
#ifndef HANSE_SIM_PROCESS_RESILIENCE_H
#define HANSE_SIM_PROCESS_RESILIENCE_H

#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_shock { /* kind "shock": derived */
    const char *name, *label;
    int32_t kind;  /* what it is, index into hanse_kinds() */
    int32_t index; /* row there; -1: this case takes it away, or any row */
    bool any;      /* all rows of the kind together */
};

extern const struct hanse_kind hanse_kind_shock;
extern const struct hanse_mechanism hanse_mechanism_resilience;

/* Something begins or ends now; enum hanse_note_what of an entity. */
void hanse__resilience_note(struct hanse_world *world, uint32_t what, uint32_t kind,
                            uint32_t entity);

/* Counts an hour: what a viewer asked and lost, [viewers], `stride` apart; NULL: nobody lost
 * anything. */
void hanse__resilience_hour(struct hanse_world *world, int64_t hour, const double *asked,
                            const double *lost, int32_t stride);

#endif
