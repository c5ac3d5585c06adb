/*
 * Arrivals: a point process in operational time, seen through a daily or weekly rhythm.
 *
 * In operational time arrivals are either a renewal process (exponential: Poisson; gamma:
 * bursty or regular) or a Markov-modulated Poisson process, of one arrival per `interval_s` in
 * the mean. A rhythm is a positive periodic step function w of mean 1 (24 hours of a day, 168
 * of a week, the 48 half hours of Lublin's model). With its integral
 *
 *     W(t) = integral of w over [0, t],
 *
 * the n-th arrival comes at W^-1(u_n), u_n its operational time. For Poisson arrivals this is
 * exactly the Poisson process of rate w(t) / interval_s (Cinlar, Introduction to Stochastic
 * Processes, 1975); for others it keeps what makes them bursty and moves it with the rhythm
 * (Gerhardt and Nelson, INFORMS Journal on Computing 21, 2009).
 *
 * Every time is computed from its operational time, so nothing drifts however long a run.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_ARRIVALS_H
#define HANSE_SIM_PROCESS_SYNTHETIC_ARRIVALS_H

#include "sim/engine/stream.h"
#include "sim/stats/variate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_RHYTHM_BINS = 336, HANSE_MMPP_STATES = 8 };

struct hanse_rhythm {
    double period_s;
    uint32_t n;                             /* equal bins; 0: always 1 */
    double weight[HANSE_RHYTHM_BINS];       /* mean 1 */
    double before_s[HANSE_RHYTHM_BINS + 1]; /* W at the bins' edges */
};

/* Scales n weights >= 0, not all 0, to mean 1. HANSE_ERR_DOMAIN. */
HANSE_API enum hanse_status hanse_rhythm_init(struct hanse_context *ctx,
                                              struct hanse_rhythm *rhythm, double period_s,
                                              const double *weights, uint32_t n);
/* W^-1(work_s), work_s >= 0. */
HANSE_API double hanse_rhythm_time_s(const struct hanse_rhythm *rhythm, double work_s);
/* W(time_s), time_s >= 0. */
HANSE_API double hanse_rhythm_work_s(const struct hanse_rhythm *rhythm, double time_s);

/* A Markov-modulated Poisson process: in state i arrivals come at rate_per_s[i]; the state
 * stays an exponential time of mean stay_s[i], then becomes j with chance jump[i][j]. */
struct hanse_mmpp {
    uint32_t n;
    double rate_per_s[HANSE_MMPP_STATES];
    double stay_s[HANSE_MMPP_STATES];
    double jump[HANSE_MMPP_STATES][HANSE_MMPP_STATES]; /* rows sum to 1, jump[i][i] = 0 */
};

/* HANSE_ERR_DOMAIN unless rates are >= 0 and not all 0, stays > 0, rows sum to 1 and every
 * state is reached. */
HANSE_API enum hanse_status hanse_mmpp_check(struct hanse_context *ctx,
                                             const struct hanse_mmpp *mmpp);
/* Share of time in each state in the long run. */
HANSE_API void hanse_mmpp_shares(const struct hanse_mmpp *mmpp,
                                 double shares[HANSE_MMPP_STATES]);
/* Arrivals per second in the long run. */
HANSE_API double hanse_mmpp_rate_per_s(const struct hanse_mmpp *mmpp);

/* Var N(t) / E N(t) of the two-state process started in its long run, with r = 1/stay_0 +
 * 1/stay_1 and s the shares of time:
 *     1 + 2 (rate_0 - rate_1)^2 s_0 s_1 / (rate r) (1 - (1 - e^(-r t)) / (r t)).
 * Heffes and Lucantoni, IEEE JSAC 4, 1986. NaN unless n is 2. */
HANSE_API double hanse_mmpp2_dispersion(const struct hanse_mmpp *mmpp, double time_s);

enum hanse_arrivals_kind { HANSE_ARRIVALS_RENEWAL, HANSE_ARRIVALS_MMPP };

/* What to draw. Plain data; the law of gaps may be empirical. */
struct hanse_arrivals {
    enum hanse_arrivals_kind kind;
    struct hanse_variate gap; /* renewal: seconds between arrivals in operational time */
    struct hanse_mmpp mmpp;   /* in operational time */
    struct hanse_rhythm rhythm;
    double start_s; /* time within the rhythm's period at which time 0 lies, >= 0 */
};

/* Where it is. */
struct hanse_arrivals_state {
    struct hanse_stream stream;
    double work_s;   /* operational time of the last arrival */
    uint32_t state;  /* of the modulating chain */
    double leaves_s; /* operational time at which the chain leaves it */
    double offset_s; /* W(start_s) */
};

HANSE_API enum hanse_status hanse_arrivals_check(struct hanse_context *ctx,
                                                 const struct hanse_arrivals *arrivals);
/* Mean seconds between arrivals in the long run. */
HANSE_API double hanse_arrivals_interval_s(const struct hanse_arrivals *arrivals);
/* Slows or hastens all: gaps and stays times factor > 0. */
HANSE_API enum hanse_status
hanse_arrivals_scale(struct hanse_context *ctx, struct hanse_arrivals *arrivals, double factor);

/* The renewal process begins with a whole gap after time 0; the chain in its long run. */
HANSE_API void hanse_arrivals_start(const struct hanse_arrivals *arrivals,
                                    struct hanse_arrivals_state *state, uint64_t seed,
                                    uint32_t replication, uint64_t entity);
/* The next arrival, in seconds since time 0; never falls. */
HANSE_API double hanse_arrivals_next(const struct hanse_arrivals *arrivals,
                                     struct hanse_arrivals_state *state);

/* Reads "poisson", a law of gaps ("gamma/mean:1/scv:4") or "mmpp/RATE/STAY/RATE/STAY…" (each
 * other state equally likely next), for a mean gap of interval_s: rates and gaps are scaled to
 * it, stays are not. hanse_variate_fini(&arrivals->gap) afterwards. The rhythm is left alone.
 */
HANSE_API enum hanse_status hanse_arrivals_parse(struct hanse_context *ctx, const char *text,
                                                 double interval_s,
                                                 struct hanse_arrivals *arrivals);

#ifdef __cplusplus
}
#endif
#endif
