/*
 * What users say their jobs will take.
 *
 *   exact      the runtime itself
 *   factor:F   F times the runtime, F >= 1
 *   spread:F   uniform between the runtime and F + 1 times it, F >= 0
 *              (Mu'alem and Feitelson, IEEE TPDS 12, 2001)
 *   modal      round figures, as people choose them
 *
 * Modal estimates follow Tsafrir, Etsion and Feitelson, Modeling user runtime estimates, JSSPP
 * 2005, with the parameters of their program (est_model, Parallel Workloads Archive). On a
 * system whose longest allowed estimate is E, 20 values make up 89 % of all jobs: E itself, the
 * 15 below it of {5, 10, 15, 20, 30 min, 1, 2, 3, 4, 5, 6, 8, 10, 12, 18 h}, and, to make it
 * 20, multiples of 200 h, 100 h, 50 h, 10 h, 5 h, 2 h, 1 h, 20, 10 and 5 min from E downwards.
 * The value of popularity r = 2 … 20 is used by 14.0491 e^(-0.177531 r) + 0.462513 % of the
 * jobs, the most popular by what is missing to 89 %. E is the most popular; the others have
 * the popularity that values of their rank in time have in the mean of the authors' four logs.
 * The rest lies on K values in all, K = 0.653566 jobs^0.547761, at E (a - 1) x / (a - x),
 * x = i / K, a = 1 + 12.1039 K^-0.6026, with shares going as r^-2.267.
 *
 * Where theirs assigns estimates to a whole log at once, this is a stream: each job draws from
 * the values not below its runtime. So the shares above are those of short jobs; long ones
 * shift them upwards. A job that would run longer than E is killed at E.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_ESTIMATES_H
#define HANSE_SIM_PROCESS_SYNTHETIC_ESTIMATES_H

#include "sim/engine/stream.h"
#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_estimate_kind {
    HANSE_ESTIMATE_EXACT,
    HANSE_ESTIMATE_FACTOR,
    HANSE_ESTIMATE_SPREAD,
    HANSE_ESTIMATE_MODAL,
};

enum { HANSE_ESTIMATE_VALUES = 1024 };

struct hanse_estimate_rule {
    enum hanse_estimate_kind kind;
    double factor;
    double most_s; /* no estimate, and so no runtime, is above; +infinity */
    uint32_t n;
    double value_s[HANSE_ESTIMATE_VALUES];   /* rising */
    double below[HANSE_ESTIMATE_VALUES + 1]; /* share of jobs below value i; below[n] = 1 */
};

/* Reads the text above. `jobs` is how many there will be, most_s > 0 the longest allowed; the
 * modal ones need it finite and >= 1 h. HANSE_ERR_INPUT, HANSE_ERR_DOMAIN. */
HANSE_API enum hanse_status hanse_estimate_init(struct hanse_context *ctx, const char *text,
                                                uint64_t jobs, double most_s,
                                                struct hanse_estimate_rule *estimates);

/* Sets estimate_s from runtime_s, cutting runtime_s at most_s. */
HANSE_API void hanse_estimate_draw(const struct hanse_estimate_rule *estimates,
                                   struct hanse_stream *stream, struct hanse_job *job);

#ifdef __cplusplus
}
#endif
#endif
