/*
 * What a schedule is worth: the aggregates of the parallel-workloads literature.
 *
 *     wait = start - submit,  flow = wait + runtime,  slowdown = flow / runtime,
 *     bounded slowdown = max(1, flow / max(runtime, 10 s))           (Feitelson et al., 1997)
 *
 * Means are plain, over all jobs: no warm-up is cut. A percentile p is the order statistic of
 * rank ceil(p n). It is exact up to HANSE_METRICS_EXACT jobs; beyond, the middle of a bucket
 * of a histogram over the leading bits of the number, which is within 2^-11 of it, relatively.
 * utilisation = sum of width x runtime / (processors x (last end - first submit)).
 *
 * The queue's length and the processors busy are kept as time averages over bins of equal
 * width, at most HANSE_METRICS_BINS; when time runs past the last, bins join in pairs and the
 * width doubles. Memory does not grow with the log.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_METRICS_H
#define HANSE_SIM_PROCESS_SCHEDULE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_METRICS_EXACT = 1 << 20, HANSE_METRICS_BINS = 4096 };

struct hanse_metrics;

struct hanse_spread {
    double mean, max, p50, p90, p95, p99;
};

struct hanse_aggregates {
    uint64_t jobs;
    struct hanse_spread wait_s, flow_s, slowdown, bounded_slowdown;
    uint64_t waited;       /* jobs with wait > 0 */
    double first_submit_s; /* NaN without jobs, as all below */
    double last_end_s;
    double makespan_s; /* last end - first submit */
    double work_s;     /* sum of width x runtime */
    double utilisation;
    double queue_mean, busy_mean; /* time averages over the makespan */
    uint64_t queue_max, busy_max; /* at any instant, after its passes */
    bool exact;                   /* the percentiles; else from the histogram */
};

/* One bin of the series; the last may reach past last_end_s, where all is 0. */
struct hanse_metrics_bin {
    double from_s, to_s;
    double queue_mean, busy_mean;
};

HANSE_API enum hanse_status hanse_metrics_create(struct hanse_context *ctx,
                                                 struct hanse_metrics **metrics);
HANSE_API void hanse_metrics_destroy(struct hanse_metrics *metrics);

/* HANSE_ERR_MEMORY. Without jobs all figures but counts are NaN. */
HANSE_API enum hanse_status hanse_metrics_aggregates(struct hanse_metrics *metrics,
                                                     struct hanse_aggregates *aggregates);

/* Number of bins up to the last end, and one of them. */
HANSE_API uint32_t hanse_metrics_bins(const struct hanse_metrics *metrics);
HANSE_API struct hanse_metrics_bin hanse_metrics_bin(const struct hanse_metrics *metrics,
                                                     uint32_t bin);

/* --- shared inside the library ----------------------------------------------------------- */

void hanse__metrics_machine(struct hanse_metrics *metrics, uint32_t processors);
enum hanse_status hanse__metrics_job(struct hanse_metrics *metrics, double wait_s,
                                     double runtime_s, double submit_s, double end_s,
                                     uint32_t width);

#ifdef __cplusplus
}
#endif
#endif
