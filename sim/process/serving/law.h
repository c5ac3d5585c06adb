/*
 * The congestion law of an engine: how fast and how much in time it answers at each load,
 * measured on the engine itself (serving.h), so that an hour of a nation need not be simulated
 * request by request.
 *
 * First the rate at saturation: a long queue is served and the completions between the first
 * and the last tenth are counted. Load is requests that come over requests that saturated
 * replicas would do. At each load of a grid (to twice saturation) requests are then simulated
 * and kept as counts over latency: time to first token, time per output token, and *slack*, by
 * how much the request could have been slower and still in time,
 *
 *     slack = min(ttft_target ÷ ttft, tpot_target ÷ tpot)        over the targets given
 *
 * so the share in time on an engine that is s times slower is the share with slack ≥ s.
 *
 * Between loads counts are mixed in proportion. More load never makes an answer faster: at each
 * latency the share of requests done by then is made to fall with load by carrying minima
 * forward, so every quantile rises, and with that the share in time falls.
 *
 * Counts are over 128 bins, equally wide in logarithms, from 1 ms to 1000 s; quantiles are
 * interpolated in logarithms inside a bin (11 % wide), so they err by 1 to 2 % on smooth laws
 * and by a bin at most. Counts add over hours and places, quantiles of sums are exact to that.
 *
 * Same engine, same rules, same seed: same law. Nothing else enters.
 */
#ifndef HANSE_SIM_PROCESS_SERVING_LAW_H
#define HANSE_SIM_PROCESS_SERVING_LAW_H

#include "sim/process/serving/serving.h"
#include "sim/process/synthetic/arrivals.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_LATENCY_BINS = 128, HANSE_SERVING_LOADS = 18 };

/* Bin of a latency in seconds; what is below or beyond goes to the first and last. */
HANSE_API uint32_t hanse_latency_bin(double seconds);
/* Quantile of counts [HANSE_LATENCY_BINS], seconds; NaN when they sum to 0. */
HANSE_API double hanse_latency_quantile(const double *counts, double p);
/* Adds `factor` times the counts, each latency `slower` times as long. */
HANSE_API void hanse_latency_add(double *sum, const double *counts, double factor,
                                 double slower);

/* What requests look like: gamma laws of mean tokens and variation (standard deviation ÷ mean,
 * 0: all alike), whole and at least 1; `longest`: of both together, longer ones are cut in
 * proportion, 0 for any. */
struct hanse_request_mix {
    double prompt_tokens, prompt_variation;
    double output_tokens, output_variation;
    uint32_t longest;
};

/* Draws lengths. */
HANSE_API void hanse_request_draw(const struct hanse_request_mix *mix,
                                  struct hanse_stream *stream, struct hanse_request *request);

struct hanse_serving_targets {
    double ttft_s, tpot_s; /* 0: none */
};
/* Slack of a request; INFINITY without targets. */
HANSE_API double hanse_serving_slack(const struct hanse_serving_targets *targets,
                                     const struct hanse_served *served);

struct hanse_law_rules {
    struct hanse_serving_rules serving; /* queue must be > 0 */
    struct hanse_request_mix mix;
    const char *arrivals; /* as hanse_arrivals_parse reads it: "poisson" */
    struct hanse_serving_targets targets;
    uint64_t requests; /* simulated at each load, >= 100 */
    uint64_t seed;
};

struct hanse_serving_point {
    double load;                         /* offered, over saturation */
    double accepted;                     /* share of requests not refused */
    double on_time;                      /* share of all requests served in time */
    double ttft_s, tpot_s, end_to_end_s; /* means of the served */
    double busy;                         /* share of replica time in steps */
    double joule_per_token;              /* of output; 0 without power figures */
    double ttft[HANSE_LATENCY_BINS], tpot[HANSE_LATENCY_BINS]; /* shares, sum 1 */
    double slack[HANSE_LATENCY_BINS];
};

struct hanse_serving_law {
    double rate_per_s; /* requests of a saturated replica */
    struct hanse_serving_point points[HANSE_SERVING_LOADS];
};

/* HANSE_ERR_DOMAIN: no bound on the queue, too few requests, or what the engine refuses;
 * HANSE_ERR_INPUT: a word that is no arrivals; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_serving_law_find(struct hanse_context *ctx,
                                                   const struct hanse_serving_cost *cost,
                                                   const struct hanse_law_rules *rules,
                                                   struct hanse_serving_law *law);

/* Where a load lies: points[i] with weight 1 − more, points[i + 1] with weight `more`. Below
 * the first and beyond the last the end point. */
struct hanse_law_place {
    uint32_t i;
    double more;
};
HANSE_API struct hanse_law_place hanse_serving_law_place(double load);

/* Share of the offered requests served in time, on an engine `slower` times as slow. */
HANSE_API double hanse_serving_law_on_time(const struct hanse_serving_law *law, double load,
                                           double slower);

#ifdef __cplusplus
}
#endif
#endif
