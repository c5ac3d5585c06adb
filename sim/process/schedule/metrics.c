#include "sim/process/schedule/metrics.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/stats/quantile.h"

enum { WAIT, FLOW, SLOWDOWN, BOUNDED, N_KINDS };
enum { RANKS = 4 };

static const double LEVELS[RANKS] = {0.50, 0.90, 0.95, 0.99};
static const double TAU_S = 10.0; /* of the bounded slowdown */

/* The histogram's buckets: 10 bits behind the leading one, for 2^-20 <= x < 2^44. */
enum { SHIFT = 42, LOW_EXPONENT = 1023 - 20, EXPONENTS = 64, BUCKETS = EXPONENTS * 1024 };

struct sample {
    double wait_s, runtime_s;
};

struct hanse_metrics {
    struct hanse_context *ctx;
    uint64_t n, waited;
    double sum[N_KINDS], max[N_KINDS];
    double first_submit_s, last_end_s, work_s;
    uint32_t processors;

    struct sample *samples; /* all of them, up to HANSE_METRICS_EXACT */
    size_t room;
    uint64_t (*buckets)[BUCKETS]; /* by kind; made when there are more */
    double percentile[N_KINDS][RANKS];

    bool begun;               /* levels below are known */
    double origin_s, width_s; /* of the bins */
    double since_s;           /* levels hold from here on */
    uint64_t queue, busy;     /* levels */
    uint64_t queue_max, busy_max;
    double queue_time, busy_time; /* integrals since the origin */
    uint32_t bin;                 /* of since_s */
    double queue_in[HANSE_METRICS_BINS], busy_in[HANSE_METRICS_BINS];
};

enum hanse_status hanse_metrics_create(struct hanse_context *ctx,
                                       struct hanse_metrics **metrics)
{
    struct hanse_metrics *m = hanse__alloc(ctx, 1, sizeof *m);
    if (m == NULL) {
        return HANSE_ERR_MEMORY;
    }
    m->ctx = ctx;
    m->first_submit_s = HUGE_VAL;
    m->last_end_s = -HUGE_VAL;
    m->width_s = 0x1p-10;
    *metrics = m;
    return HANSE_OK;
}

void hanse_metrics_destroy(struct hanse_metrics *metrics)
{
    if (metrics != NULL) {
        hanse__free(metrics->samples);
        hanse__free(metrics->buckets);
        hanse__free(metrics);
    }
}

void hanse__metrics_machine(struct hanse_metrics *metrics, uint32_t processors)
{
    metrics->processors = processors;
}

/* --- levels over time -------------------------------------------------------------------- */

static void join_pairs(double *bins)
{
    for (uint32_t i = 0; i < HANSE_METRICS_BINS / 2; i++) {
        bins[i] = bins[2 * i] + bins[2 * i + 1];
    }
    memset(bins + HANSE_METRICS_BINS / 2, 0, HANSE_METRICS_BINS / 2 * sizeof *bins);
}

static void make_room(struct hanse_metrics *m, double until_s)
{
    while (until_s - m->origin_s >= m->width_s * HANSE_METRICS_BINS) {
        join_pairs(m->queue_in);
        join_pairs(m->busy_in);
        m->width_s *= 2.0;
        m->bin /= 2;
    }
}

/* The levels of since_s hold until until_s. */
static void integrate(struct hanse_metrics *m, double until_s)
{
    double span_s = until_s - m->since_s;
    m->queue_time += (double)m->queue * span_s;
    m->busy_time += (double)m->busy * span_s;
    make_room(m, until_s);
    double edge_s = m->origin_s + m->width_s * (m->bin + 1);
    while (edge_s <= until_s) {
        m->queue_in[m->bin] += (double)m->queue * (edge_s - m->since_s);
        m->busy_in[m->bin] += (double)m->busy * (edge_s - m->since_s);
        m->since_s = edge_s;
        m->bin++;
        edge_s = m->origin_s + m->width_s * (m->bin + 1);
    }
    m->queue_in[m->bin] += (double)m->queue * (until_s - m->since_s);
    m->busy_in[m->bin] += (double)m->busy * (until_s - m->since_s);
    m->since_s = until_s;
}

void hanse__metrics_level(struct hanse_metrics *metrics, double now_s, uint64_t queue,
                          uint64_t busy)
{
    struct hanse_metrics *m = metrics;
    if (!m->begun) {
        m->begun = true;
        m->origin_s = m->since_s = now_s;
    }
    integrate(m, now_s);
    m->queue = queue;
    m->busy = busy;
    m->queue_max = queue > m->queue_max ? queue : m->queue_max;
    m->busy_max = busy > m->busy_max ? busy : m->busy_max;
}

/* --- jobs -------------------------------------------------------------------------------- */

static void judge(double wait_s, double runtime_s, double out[N_KINDS])
{
    double flow_s = wait_s + runtime_s;
    out[WAIT] = wait_s;
    out[FLOW] = flow_s;
    out[SLOWDOWN] = flow_s / runtime_s;
    out[BOUNDED] = fmax(1.0, flow_s / fmax(TAU_S, runtime_s));
}

/* What lies below the least bucket is in bucket 0, with 0. */
static uint32_t bucket_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t least = (uint64_t)LOW_EXPONENT << 10, at = bits >> SHIFT;
    if (value <= 0.0 || at <= least) {
        return 0;
    }
    return at - least < BUCKETS ? (uint32_t)(at - least) : BUCKETS - 1;
}

/* The middle of a bucket: within 2^-11 of all that is in it, relatively. */
static double middle_of(uint32_t bucket)
{
    if (bucket == 0) {
        return 0.0;
    }
    uint64_t bits = (((uint64_t)LOW_EXPONENT << 10) + bucket) << SHIFT | UINT64_C(1)
                                                                             << (SHIFT - 1);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void count_sample(struct hanse_metrics *m, double wait_s, double runtime_s)
{
    double values[N_KINDS];
    judge(wait_s, runtime_s, values);
    for (int k = 0; k < N_KINDS; k++) {
        m->buckets[k][bucket_of(values[k])]++;
    }
}

/* Too many to keep: from now on they are only counted. */
static enum hanse_status spill(struct hanse_metrics *m)
{
    m->buckets = hanse__alloc(m->ctx, N_KINDS, sizeof *m->buckets);
    if (m->buckets == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint64_t i = 0; i < m->n; i++) {
        count_sample(m, m->samples[i].wait_s, m->samples[i].runtime_s);
    }
    hanse__free(m->samples);
    m->samples = NULL;
    return HANSE_OK;
}

static enum hanse_status keep(struct hanse_metrics *m, double wait_s, double runtime_s)
{
    if (m->n == HANSE_METRICS_EXACT) {
        HANSE_TRY(spill(m));
    }
    if (m->buckets != NULL) {
        count_sample(m, wait_s, runtime_s);
        return HANSE_OK;
    }
    void *samples = m->samples;
    HANSE_TRY(hanse__reserve(m->ctx, &samples, &m->room, m->n + 1, sizeof *m->samples));
    m->samples = samples;
    m->samples[m->n] = (struct sample){wait_s, runtime_s};
    return HANSE_OK;
}

enum hanse_status hanse__metrics_job(struct hanse_metrics *metrics, double wait_s,
                                     double runtime_s, double submit_s, double end_s,
                                     uint32_t width)
{
    struct hanse_metrics *m = metrics;
    double values[N_KINDS];
    HANSE_TRY(keep(m, wait_s, runtime_s));
    judge(wait_s, runtime_s, values);
    for (int k = 0; k < N_KINDS; k++) {
        m->sum[k] += values[k];
        m->max[k] = m->n == 0 || values[k] > m->max[k] ? values[k] : m->max[k];
    }
    m->waited += wait_s > 0.0;
    m->first_submit_s = fmin(m->first_submit_s, submit_s);
    m->last_end_s = fmax(m->last_end_s, end_s);
    m->work_s += width * runtime_s;
    m->n++;
    return HANSE_OK;
}

/* --- percentiles ------------------------------------------------------------------------- */

/* Rank ceil(p n), 1 ... n. The product may round up past a whole number it should be. */
static uint64_t rank_of(double p, uint64_t n)
{
    uint64_t rank = (uint64_t)ceil(p * (double)n * (1.0 - 0x1p-50));
    return rank < 1 ? 1 : rank > n ? n : rank;
}

/* The buckets that hold the ranks, and how many values lie below each. */
static void locate(const uint64_t *counts, uint64_t n, uint32_t bucket[RANKS],
                   uint64_t below[RANKS])
{
    uint64_t before = 0;
    uint32_t at = 0;
    for (int r = 0; r < RANKS; r++) {
        while (before + counts[at] < rank_of(LEVELS[r], n)) {
            before += counts[at++];
        }
        bucket[r] = at;
        below[r] = before;
    }
}

static double value_of(const struct hanse_metrics *m, uint64_t i, int kind)
{
    double values[N_KINDS];
    judge(m->samples[i].wait_s, m->samples[i].runtime_s, values);
    return values[kind];
}

/* The value of a rank among those of one bucket. Most often they are all the same. */
static double pick(const struct hanse_metrics *m, int kind, uint32_t bucket, uint64_t rank,
                   double *scratch)
{
    size_t n = 0;
    bool same = true;
    for (uint64_t i = 0; i < m->n; i++) {
        double value = value_of(m, i, kind);
        if (bucket_of(value) == bucket) {
            same = same && (n == 0 || value == scratch[0]);
            scratch[n++] = value;
        }
    }
    if (!same) {
        hanse_sort(scratch, n);
    }
    return scratch[rank - 1];
}

static enum hanse_status exact_percentiles(struct hanse_metrics *m)
{
    uint64_t *counts = hanse__alloc(m->ctx, BUCKETS, sizeof *counts);
    double *scratch = hanse__alloc(m->ctx, m->n, sizeof *scratch);
    enum hanse_status status = counts == NULL || scratch == NULL ? HANSE_ERR_MEMORY : HANSE_OK;
    for (int k = 0; k < N_KINDS && status == HANSE_OK; k++) {
        uint32_t bucket[RANKS];
        uint64_t below[RANKS];
        memset(counts, 0, BUCKETS * sizeof *counts);
        for (uint64_t i = 0; i < m->n; i++) {
            counts[bucket_of(value_of(m, i, k))]++;
        }
        locate(counts, m->n, bucket, below);
        for (int r = 0; r < RANKS; r++) {
            m->percentile[k][r] =
                pick(m, k, bucket[r], rank_of(LEVELS[r], m->n) - below[r], scratch);
        }
    }
    hanse__free(counts);
    hanse__free(scratch);
    return status;
}

static enum hanse_status find_percentiles(struct hanse_metrics *m)
{
    if (m->n == 0) {
        return HANSE_OK;
    }
    if (m->buckets == NULL) {
        return exact_percentiles(m);
    }
    for (int k = 0; k < N_KINDS; k++) {
        uint32_t bucket[RANKS];
        uint64_t below[RANKS];
        locate(m->buckets[k], m->n, bucket, below);
        for (int r = 0; r < RANKS; r++) {
            m->percentile[k][r] = fmin(m->max[k], middle_of(bucket[r]));
        }
    }
    return HANSE_OK;
}

static struct hanse_spread spread_of(const struct hanse_metrics *m, int kind)
{
    if (m->n == 0) {
        return (struct hanse_spread){NAN, NAN, NAN, NAN, NAN, NAN};
    }
    const double *p = m->percentile[kind];
    return (struct hanse_spread){
        m->sum[kind] / (double)m->n, m->max[kind], p[0], p[1], p[2], p[3]};
}

enum hanse_status hanse_metrics_aggregates(struct hanse_metrics *metrics,
                                           struct hanse_aggregates *aggregates)
{
    struct hanse_metrics *m = metrics;
    HANSE_TRY(find_percentiles(m));
    double makespan_s = m->n > 0 ? m->last_end_s - m->first_submit_s : NAN;
    *aggregates = (struct hanse_aggregates){
        .jobs = m->n,
        .wait_s = spread_of(m, WAIT),
        .flow_s = spread_of(m, FLOW),
        .slowdown = spread_of(m, SLOWDOWN),
        .bounded_slowdown = spread_of(m, BOUNDED),
        .waited = m->waited,
        .first_submit_s = m->n > 0 ? m->first_submit_s : NAN,
        .last_end_s = m->n > 0 ? m->last_end_s : NAN,
        .makespan_s = makespan_s,
        .work_s = m->work_s,
        .utilisation = m->work_s / (m->processors * makespan_s),
        .queue_mean = m->queue_time / makespan_s,
        .busy_mean = m->busy_time / makespan_s,
        .queue_max = m->queue_max,
        .busy_max = m->busy_max,
        .exact = m->buckets == NULL,
    };
    return HANSE_OK;
}

uint32_t hanse_metrics_bins(const struct hanse_metrics *metrics)
{
    const struct hanse_metrics *m = metrics;
    double from_s = m->origin_s + m->width_s * m->bin;
    return m->begun ? m->bin + (m->since_s > from_s) : 0;
}

struct hanse_metrics_bin hanse_metrics_bin(const struct hanse_metrics *metrics, uint32_t bin)
{
    const struct hanse_metrics *m = metrics;
    double from_s = m->origin_s + m->width_s * bin;
    return (struct hanse_metrics_bin){from_s, from_s + m->width_s,
                                      m->queue_in[bin] / m->width_s,
                                      m->busy_in[bin] / m->width_s};
}
