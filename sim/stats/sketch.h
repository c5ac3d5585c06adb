/*
 * A quantile sketch: any quantile of a stream of waits, to a stated relative error, in a fixed
 * 16 kB and without keeping the stream.
 *
 * Values are counted in buckets whose bounds grow by g = (1 + e) / (1 - e), and a bucket
 * answers with (1 + e) times its lower bound, which is within e of everything in it,
 * relatively (Masson, Rim and Lee, PVLDB 12, 2019). The error is a promise about the value, in
 * every tail and for every distribution, where sketches by rank say nothing about the value in
 * a heavy tail. Counts only add, so merging gives the same bytes in any order.
 *
 * For observations >= 0. Those below `smallest` count as 0: there the error is at most
 * `smallest`, absolutely. Those beyond the last bucket, smallest g^2048 (18 decades at e =
 * 1 %), answer with the exact maximum. A negative or NaN observation makes every quantile NaN
 * and is counted. Plain data; may live in an arena and be copied.
 */
#ifndef HANSE_SIM_STATS_SKETCH_H
#define HANSE_SIM_STATS_SKETCH_H

#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_SKETCH_BUCKETS = 2048 };

struct hanse_sketch {
    double error;      /* relative */
    double smallest;   /* told apart from 0 */
    double log_growth; /* ln g */
    double min, max;   /* exact; 0 while n is 0 */
    uint64_t n;        /* observations in all */
    uint64_t n_zero, n_beyond, n_bad;
    uint64_t counts[HANSE_SKETCH_BUCKETS];
};

/* HANSE_ERR_DOMAIN unless error is in [0.0001, 0.5] and smallest > 0. */
HANSE_API enum hanse_status hanse_sketch_init(struct hanse_sketch *sketch,
                                              struct hanse_context *ctx, double error,
                                              double smallest);
HANSE_API void hanse_sketch_add(struct hanse_sketch *sketch, double value);

/* HANSE_ERR_INPUT when error or smallest differ. */
HANSE_API enum hanse_status hanse_sketch_merge(struct hanse_sketch *sketch,
                                               struct hanse_context *ctx,
                                               const struct hanse_sketch *other);

/* The observation of rank floor(p (n - 1)) + 1, to the stated error. NaN when n is 0, p is
 * outside [0, 1] or a bad observation was seen. */
HANSE_API double hanse_sketch_quantile(const struct hanse_sketch *sketch, double p);

#ifdef __cplusplus
}
#endif
#endif
