/*
 * The inside of the metrics, so that the replay can book what happens most without a call.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_METRICS_INSIDE_H
#define HANSE_SIM_PROCESS_SCHEDULE_METRICS_INSIDE_H

#include "sim/process/schedule/metrics.h"

enum {
    HANSE__METRICS_KINDS = 4, /* wait, flow, slowdown, bounded slowdown */
    HANSE__METRICS_RANKS = 4,
    HANSE__METRICS_BUCKETS = 64 * 1024,
};

struct hanse__sample {
    double wait_s, runtime_s;
};

struct hanse_metrics {
    struct hanse_context *ctx;
    uint64_t n, waited;
    double sum[HANSE__METRICS_KINDS], max[HANSE__METRICS_KINDS];
    double first_submit_s, last_end_s, work_s;
    uint32_t processors;

    struct hanse__sample *samples; /* all of them, up to HANSE_METRICS_EXACT */
    size_t room;
    uint64_t (*buckets)[HANSE__METRICS_BUCKETS]; /* by kind; made when there are more */
    double percentile[HANSE__METRICS_KINDS][HANSE__METRICS_RANKS];

    bool begun;               /* levels below are known */
    double origin_s, width_s; /* of the bins */
    double since_s;           /* levels hold from here on */
    uint64_t queue, busy;     /* levels */
    uint64_t queue_max, busy_max;
    uint32_t bin;  /* of since_s */
    double edge_s; /* where it ends */
    double queue_in[HANSE_METRICS_BINS], busy_in[HANSE_METRICS_BINS];
};

/* Levels may change at now_s, from what they were: slowly, past the end of a bin. */
void hanse__metrics_integrate(struct hanse_metrics *metrics, double now_s);

/* The state of things from now_s on. Times never fall. */
static inline void hanse__metrics_level(struct hanse_metrics *metrics, double now_s,
                                        uint64_t queue, uint64_t busy)
{
    struct hanse_metrics *m = metrics;
    if (now_s < m->edge_s) {
        double span_s = now_s - m->since_s;
        m->queue_in[m->bin] += (double)(int64_t)m->queue * span_s;
        m->busy_in[m->bin] += (double)(int64_t)m->busy * span_s;
        m->since_s = now_s;
    } else {
        hanse__metrics_integrate(m, now_s);
    }
    m->queue = queue;
    m->busy = busy;
    m->queue_max = queue > m->queue_max ? queue : m->queue_max;
    m->busy_max = busy > m->busy_max ? busy : m->busy_max;
}

#endif
