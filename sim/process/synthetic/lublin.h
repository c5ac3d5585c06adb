/*
 * The workload of Lublin and Feitelson: rigid parallel jobs of a supercomputer.
 *
 * U. Lublin and D. G. Feitelson, The workload on parallel supercomputers: modeling the
 * characteristics of rigid jobs, Journal of Parallel and Distributed Computing 63(11), 2003;
 * parameters as their program m_lublin99.c (Parallel Workloads Archive) has them.
 *
 * width    1 with chance serial_share; else 2^x rounded, x two-stage uniform: on
 *          [u_low, u_middle] with chance u_share, else on [u_middle, u_high]; with chance
 *          pow2_share (of all jobs) x is rounded first, and the width is a power of two.
 * runtime  e^g s, g from gamma(a1, b1) with chance p = pa width + pb, cut to [0, 1], else from
 *          gamma(a2, b2); drawn again beyond e^12 s (45.2 h). Wide jobs run longer.
 * arrivals e^g s apart, g from gamma(gap_shape, gap_scale), drawn again beyond e^13 s, in a
 *          time that runs with the day: half hour i of a day counts with weight
 *          F(i + 0.5) - F(i - 0.5) for i = 11 .. 58 (i - 48 from midnight on), F the
 *          distribution function of gamma(day_shape, day_scale).
 *
 * Batch and interactive jobs are two such streams side by side; or there is one stream for all
 * ("one class"). The published widths are for 128 processors; for others u_middle and u_high
 * move by log2(processors / 128), as the authors' program advises (u_high is the logarithm of
 * the machine's size). A width beyond the machine is drawn again. Times are whole seconds,
 * rounded down, as in the logs.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_LUBLIN_H
#define HANSE_SIM_PROCESS_SYNTHETIC_LUBLIN_H

#include "sim/process/schedule/job.h"
#include "sim/process/synthetic/arrivals.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_LUBLIN_CLASSES = 2, HANSE_LUBLIN_SLOTS = 48, HANSE_LUBLIN_LEAST_PROCS = 8 };

struct hanse_lublin_class {
    int32_t queue; /* as the authors write it: 1 batch, 0 interactive or all */
    double serial_share, pow2_share, u_low, u_middle, u_high, u_share;
    double a1, b1, a2, b2, pa, pb;
    double gap_shape, gap_scale; /* the authors' aarr x arar and barr */
    double day_shape, day_scale; /* anum, bnum; in half hours */
};

struct hanse_lublin {
    uint32_t processors; /* >= HANSE_LUBLIN_LEAST_PROCS */
    uint32_t n_classes;
    struct hanse_lublin_class classes[HANSE_LUBLIN_CLASSES];
    double longest_s;     /* runtimes: e^12 */
    double longest_gap_s; /* e^13 */
    double pace;          /* gaps are multiplied by it: 1 as published */
    double start_s;       /* time of day at time 0, in s since midnight */
};

enum hanse_lublin_mix {
    HANSE_LUBLIN_MIXED,
    HANSE_LUBLIN_BATCH,
    HANSE_LUBLIN_INTERACTIVE,
    HANSE_LUBLIN_ONE_CLASS,
};

/* The published parameters, for a machine of that size. HANSE_ERR_DOMAIN. */
HANSE_API enum hanse_status hanse_lublin_standard(struct hanse_context *ctx,
                                                  uint32_t processors,
                                                  enum hanse_lublin_mix mix,
                                                  struct hanse_lublin *model);
HANSE_API enum hanse_status hanse_lublin_check(struct hanse_context *ctx,
                                               const struct hanse_lublin *model);

/* P(width = w) in a class, 1 <= w <= processors. */
HANSE_API double hanse_lublin_width_share(const struct hanse_lublin *model,
                                          const struct hanse_lublin_class *c, uint32_t width);
HANSE_API uint32_t hanse_lublin_draw_width(const struct hanse_lublin *model,
                                           const struct hanse_lublin_class *c,
                                           struct hanse_stream *stream);
/* The law of the runtime of a job of that width, before it is rounded down. */
HANSE_API struct hanse_variate hanse_lublin_runtime(const struct hanse_lublin *model,
                                                    const struct hanse_lublin_class *c,
                                                    uint32_t width);
/* The 48 weights of the day from midnight, mean 1. */
HANSE_API void hanse_lublin_day(const struct hanse_lublin_class *c,
                                double weights[HANSE_LUBLIN_SLOTS]);

/* What the model expects, runtimes not rounded. */
struct hanse_lublin_moments {
    double interval_s;               /* mean time between jobs */
    double width, runtime_s, work_s; /* means of width, runtime and width x runtime */
    double load;                     /* work_s / (processors x interval_s) */
};
HANSE_API struct hanse_lublin_moments hanse_lublin_moments(const struct hanse_lublin *model);

/* Sets the pace so that the model expects this load, 0 < load. */
HANSE_API enum hanse_status hanse_lublin_set_load(struct hanse_context *ctx,
                                                  struct hanse_lublin *model, double load);

/* --- drawing ------------------------------------------------------------------------------ */

struct hanse_lublin_state {
    struct hanse_arrivals arrivals[HANSE_LUBLIN_CLASSES];
    struct hanse_arrivals_state at[HANSE_LUBLIN_CLASSES];
    double next_s[HANSE_LUBLIN_CLASSES];
    struct hanse_stream widths[HANSE_LUBLIN_CLASSES], runtimes[HANSE_LUBLIN_CLASSES];
};

HANSE_API enum hanse_status hanse_lublin_start(struct hanse_context *ctx,
                                               const struct hanse_lublin *model,
                                               struct hanse_lublin_state *state, uint64_t seed,
                                               uint32_t replication);
/* The next job: submit_s, runtime_s, width and queue; the estimate is the runtime, the rest
 * unknown. The number is left to the caller. */
HANSE_API void hanse_lublin_next(const struct hanse_lublin *model,
                                 struct hanse_lublin_state *state, struct hanse_job *job);

#ifdef __cplusplus
}
#endif
#endif
