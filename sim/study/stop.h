/*
 * The stop rule: how many replications are enough.
 *
 * A study asked for a precision, "the mean to within 2 %", runs until Student's interval is as
 * narrow as that: half-width <= relative |mean|. Looking again and again and stopping at the
 * first look that pleases is a bet on small samples whose spread came out small by luck, so
 * a plain interval at the stop covers less than it says (Chow and Robbins, Annals of
 * Mathematical Statistics 36, 1965; Singham and Schruben, INFORMS Journal on Computing 24,
 * 2012). Three choices keep that loss at about half a percent:
 *   - a first look at `least` replications, 32 unless said, never below HANSE_STOP_LEAST;
 *   - looks at a ladder of sizes only, each about sqrt(2) times the last: 32, 45, 64, 90, 128 …
 *   - a look judges the prefix 1 … k in replication order, k a rung, whatever else is there.
 * By the last the stop is a function of the values: finishing order, threads and surplus
 * replications can't move it.
 *
 * What stopping and skewed replications still take from an interval is paid for beforehand: the
 * Student's interval of a rule that asks for confidence c is taken at 1 - 3/4 (1 - c), 96.25 %
 * where 95 % is asked, which makes it 6 % wider and a study 13 % longer. For normal
 * observations and the worst of all targets it then covers at least 95 %, and "the mean to
 * within `relative`", which is somewhat wider since rungs overshoot, at least 97 %. This is no
 * simulation alone: the mean of k normal observations is independent of the spreads of 1 … k,
 * so coverage is an expectation over the path of the spread, which
 * tests/theory/test_stopping.c takes with this very rule. Skewed observations lose a little, as
 * they do at any fixed number; docs/statistics.md has what was measured.
 *
 * Several outputs with a target each: stop at the first n where all are met; going on for the
 * sake of another only helps. Plain data, no memory; any thread may call.
 */
#ifndef HANSE_SIM_STUDY_STOP_H
#define HANSE_SIM_STUDY_STOP_H

#include <stddef.h>

#include "sim/base/context.h"
#include "sim/stats/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_STOP_LEAST = 20, HANSE_STOP_FIRST = 32 };

/* Zero stands for: no limit, HANSE_STOP_FIRST, 0.95. */
struct hanse_stop_rule {
    double relative;   /* half-width / |mean| wanted, > 0 */
    size_t least;      /* the first look; at least HANSE_STOP_LEAST */
    size_t most;       /* give up here, met or not; the last rung */
    double confidence; /* of the interval at the stop, in (0, 1) */
};

enum hanse_stop_verdict {
    HANSE_STOP_GO_ON, /* needs more replications */
    HANSE_STOP_MET,   /* as precise as wanted */
    HANSE_STOP_SHORT, /* at the most, and not as precise as wanted */
    HANSE_STOP_NAN,   /* a replication gave no number: no size will do */
};

struct hanse_stop_state {
    size_t n;                       /* replications judged: a rung, 0 before the first */
    struct hanse_interval interval; /* Student's, paid as said above; NaN while n is 0 */
    double relative;                /* its half-width / |mean|; infinite about 0 */
    double promised; /* the rule's relative times |mean|: where met, mean -+ this covers */
    double forecast; /* replications the target is likely to need, going by this spread */
};

/* HANSE_ERR_DOMAIN, naming the field, for a rule out of range. The functions below count on a
 * rule that passed. */
HANSE_API enum hanse_status hanse_stop_rule_check(struct hanse_context *ctx,
                                                  const struct hanse_stop_rule *rule);

/* The least rung above n: how many replications to have before looking again. `most` is the
 * last rung; at or beyond it the answer is n. Rungs are floor(least 2^(j/2)). */
HANSE_API size_t hanse_stop_next(const struct hanse_stop_rule *rule, size_t n);

/* Climbs the ladder over values[0 .. n), in replication order, to the first rung that ends the
 * study or the last that n reaches, and says what it found there. Surplus values are not
 * looked at. `values` may be NULL when n is 0. O(n). */
HANSE_API enum hanse_stop_verdict hanse_stop_check(const struct hanse_stop_rule *rule,
                                                   const double *values, size_t n,
                                                   struct hanse_stop_state *state);

#ifdef __cplusplus
}
#endif
#endif
