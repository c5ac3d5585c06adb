/*
 * A device's law: seconds of any matrix product, attention, elementwise pass or all-reduce,
 * from what its profile holds.
 *
 * Measured shapes are followed, never smoothed away:
 *
 * - matrix product m × n × k: rates of one (n, k) make a curve over m, interpolated in
 *   logarithms (Steffen's monotone cubic, GSL). Another (n, k) takes the curve that is nearest
 *   in |log n| + |log k|, in proportion to n k: the time goes with the weights, whether they
 *   are read or multiplied. The farther, the less sure: log_sd grows by NEAREST_LOG_SD for
 *   each unit of that distance.
 * - what moves bytes (norms, activations, softmax, optimiser, sums): seconds over bytes, the
 *   same way; kernels that the profile lacks go at the profile's memory rate.
 * - attention: seconds over tokens for the same heads and width; else the compute rate times
 *   PREFILL_SHARE for prompts, the memory rate times DECODE_SHARE for single tokens.
 * - all-reduce over p ranks: seconds over bytes; else α–β: 2 (p - 1) (α + bytes ÷ (p β)).
 *
 * - grids, sparse products, transforms: seconds over bytes, like everything that moves bytes.
 *
 * Outside the measured range of a curve the end point's rate holds above it and its time below
 * (of passes its rate too, down to a launch's time, where the profile has that); but of a
 * product with fewer rows than were measured, which may be far below the point where reading
 * the weights is all that counts, the roofline is asked too: no longer than the end point's
 * time, no shorter than its rate or than the weights' way from memory. The answer says that it
 * is outside, and its spread widens by OUTSIDE_LOG_SD for each factor of two beyond the end.
 *
 * Ceilings are the profile's own rates in the precision asked for, where it has any, else its
 * ceilings of the flow law; their spread is the profile's, on top of the roofline's own.
 */
#ifndef HANSE_SIM_PROCESS_PREDICT_DEVICE_H
#define HANSE_SIM_PROCESS_PREDICT_DEVICE_H

#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why an estimate is less sure than a measurement. */
enum hanse_estimate_mark {
    HANSE_ESTIMATE_OUTSIDE = 1, /* past the end of what was measured */
    HANSE_ESTIMATE_NEAREST = 2, /* from another shape of the same kernel */
    HANSE_ESTIMATE_CEILING = 4, /* from a ceiling, no such kernel in the profile */
};

/* log_sd is the standard deviation of log seconds. Sums keep the marks of both and treat the
 * spreads as wholly dependent, which errs to the wide side. */
struct hanse_estimate {
    double seconds, log_sd;
    unsigned marks;
};

static inline void hanse_estimate_add(struct hanse_estimate *sum, struct hanse_estimate x,
                                      double times)
{
    double more = x.seconds * times, all = sum->seconds + more;
    if (all > 0.0) {
        sum->log_sd = (sum->log_sd * sum->seconds + x.log_sd * more) / all;
    }
    sum->seconds = all;
    sum->marks |= more > 0.0 ? x.marks : 0;
}

/* Between devices: α seconds a message, β bytes a second each way. */
struct hanse_link_law {
    double latency_s, byte_per_s;
};

/* Devices that share a layer stand together; stages and replicas may not. */
enum hanse_reach { HANSE_REACH_NODE, HANSE_REACH_CLUSTER, HANSE_REACHES };

struct hanse_device_law;

/* Reads a profile; `precision` is that of the products. links[HANSE_REACHES]: within a node,
 * used where the profile has no all-reduce, and between nodes; NULL: a single device, asking
 * for communication is then the caller's error.
 * The law keeps no pointer to the profile. HANSE_ERR_DOMAIN: the profile has neither rates nor
 * ceilings for what every model needs; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_device_law_create(struct hanse_context *ctx,
                                                    const struct hanse_profile *profile,
                                                    enum hanse_precision precision,
                                                    const struct hanse_link_law *links,
                                                    struct hanse_device_law **law);
HANSE_API void hanse_device_law_destroy(struct hanse_device_law *law);

/* Seconds of one call; extents may be fractions of whole ones (n ÷ ranks). Any thread. */
HANSE_API struct hanse_estimate hanse_device_gemm(const struct hanse_device_law *law, double m,
                                                  double n, double k);
HANSE_API struct hanse_estimate hanse_device_bytes(const struct hanse_device_law *law,
                                                   enum hanse_kernel kernel, double bytes);
/* One call of any kernel of sim/model/kernel.h that works on the device: products and attention
 * as above, grids, sparse products, transforms and passes by the bytes they move.
 * HANSE_ERR_INPUT: a latency or a transfer. */
HANSE_API enum hanse_status
hanse_device_kernel(struct hanse_context *ctx, const struct hanse_device_law *law,
                    enum hanse_kernel kernel, enum hanse_precision precision,
                    const struct hanse_shape *shape, struct hanse_estimate *estimate);
/* One prompt of s tokens after `before` cached ones: queries see before + half of themselves.
 */
HANSE_API struct hanse_estimate hanse_device_prefill(const struct hanse_device_law *law,
                                                     double heads, double kv_heads,
                                                     double width, double s, double before);
/* One token each for `batch` requests that have `context` tokens on average. */
HANSE_API struct hanse_estimate hanse_device_decode(const struct hanse_device_law *law,
                                                    double heads, double kv_heads, double width,
                                                    double context, double batch);
HANSE_API struct hanse_estimate hanse_device_allreduce(const struct hanse_device_law *law,
                                                       double bytes, int64_t ranks,
                                                       enum hanse_reach reach);
/* One message to a neighbour between nodes. */
HANSE_API struct hanse_estimate hanse_device_send(const struct hanse_device_law *law,
                                                  double bytes);

HANSE_API double hanse_device_memory_rate(const struct hanse_device_law *law);
HANSE_API double
hanse_device_capacity(const struct hanse_device_law *law); /* bytes; 0 unknown */
HANSE_API enum hanse_precision hanse_device_precision(const struct hanse_device_law *law);

#ifdef __cplusplus
}
#endif
#endif
