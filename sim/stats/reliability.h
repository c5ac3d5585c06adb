/*
 * Reliability of a set of units against a load, exactly: what simulations are held to.
 *
 * A unit is a site, a hall, a device: it gives its whole capacity or none. Units fail
 * independently of each other; what takes several at once is said apart, as one common cause.
 * Their capacities are convolved into a table of states, each an amount that is up with its
 * probability (the capacity outage probability table of power systems, counted upwards). No
 * state is rounded or left out, so capacities without a common step make large tables; beyond
 * HANSE_CAPACITY_STATES an error says so.
 *
 * Where mean times down are given, units are two-state Markov chains, and each state also holds
 * how often it is left for more and for less. The chain of all units is reversible, so
 * within any set "less than L" those flows cancel and what remains is how often the set is
 * left, which is how often it is entered (Ringlee and Wood, IEEE Transactions PAS 88, 1969).
 *
 * A load is a pattern of hours that repeats: one number, a day, a week, a year. Figures are
 * per year of 8,760 hours:
 *
 *     LOLH = 8760 x mean over hours of P(capacity < load)                              h/yr
 *     LOLE = 365 x mean over days of P(capacity < peak load of the day)                d/yr
 *     EUE  = 8760 x mean over hours of E[max(0, load - capacity)]          capacity x h/yr
 *     NEUE = EUE / demand
 *     LOLEV: how often a year a loss begins. Capacity falls below the load of the hour, or
 *            the load steps up past the capacity: sum over hours of F(load) x 1 h plus
 *            max(0, P(capacity < load) - P(capacity < load of the hour before)), where F(L) is
 *            the frequency of entering "capacity < L".
 *
 * LOLE by the daily peak is the customary one; it supposes that a day's outage lasts the day.
 * Billinton and Allan, Reliability Evaluation of Power Systems, 2nd ed. 1996, chapters 2, 3.
 *
 * docs/reliability.md works an example by hand.
 */
#ifndef HANSE_SIM_STATS_RELIABILITY_H
#define HANSE_SIM_STATS_RELIABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_CAPACITY_STATES = 1 << 20 };

/* `count` units alike. */
struct hanse_unit_group {
    double capacity;     /* of each, >= 0; any unit */
    double availability; /* of each, in [0, 1], apart from the common cause */
    int64_t count;       /* >= 0 */
    double down_h;       /* mean time down, > 0; 0: not known, no frequencies */
};

/* Something that takes all units down at once, on top of what they do by themselves. */
struct hanse_common_cause {
    double probability; /* that it holds, in [0, 1); 0 none */
    double down_h;      /* mean time it holds, > 0; 0: not known */
};

struct hanse_capacity_state {
    double capacity;    /* up */
    double probability; /* > 0 */
    double rise, fall;  /* transitions to more and to less per hour, times probability */
};

struct hanse_capacity_table {
    struct hanse_capacity_state *states; /* ascending by capacity */
    size_t n;
    double installed; /* capacity of all units */
    bool rated;       /* every time down is known: rise and fall mean something */
};

/* Convolves the groups; cause NULL: none. HANSE_ERR_DOMAIN: an argument out of range, or too
 * many states. Free with _fini, also after failure. */
HANSE_API enum hanse_status hanse_capacity_table_init(struct hanse_context *ctx,
                                                      const struct hanse_unit_group *groups,
                                                      size_t n,
                                                      const struct hanse_common_cause *cause,
                                                      struct hanse_capacity_table *table);
HANSE_API void hanse_capacity_table_fini(struct hanse_capacity_table *table);

struct hanse_adequacy {
    double loss_probability;  /* mean over hours */
    double lole, lolh, lolev; /* d, h, 1 per yr; lolev NaN where the table is not rated */
    double eue, neue;         /* capacity x h per yr; 1 */
    double demand;            /* capacity x h per yr */
};

/* load[n]: hours >= 0 that repeat; one hour is a constant load. A last day of fewer than 24
 * hours counts as a day. */
HANSE_API enum hanse_status hanse_adequacy_of(struct hanse_context *ctx,
                                              const struct hanse_capacity_table *table,
                                              const double *load, size_t n,
                                              struct hanse_adequacy *adequacy);

/* Shortfall duration: hours a year in which at least `size` > 0 of the load is not met. */
HANSE_API enum hanse_status hanse_adequacy_shortfall(struct hanse_context *ctx,
                                                     const struct hanse_capacity_table *table,
                                                     const double *load, size_t n, double size,
                                                     double *hours);

enum hanse_credit_by { HANSE_CREDIT_EUE, HANSE_CREDIT_LOLH, HANSE_CREDIT_LOLE };
#define HANSE_CREDIT_WORDS "eue lolh lole"

/* Effective load-carrying capability of one unit of group `which`: the unit is taken away, and
 * the answer is the least perfect capacity that brings EUE (or LOLH, LOLE) back to what it was
 * with the unit. EUE falls strictly in the capacity added while it is positive, so a perfect
 * unit's credit is its capacity. LOLH and LOLE fall in steps: give them a load of many hours,
 * or the least capacity within a step is less than one expects. Garver, IEEE Transactions PAS
 * 85, 1966; Keane et al., IEEE Transactions on Power Systems 26, 2011. */
HANSE_API enum hanse_status
hanse_capacity_credit(struct hanse_context *ctx, const struct hanse_unit_group *groups,
                      size_t n, const struct hanse_common_cause *cause, size_t which,
                      const double *load, size_t n_hours, enum hanse_credit_by by,
                      double *credit);

#ifdef __cplusplus
}
#endif
#endif
