#include "sim/process/schedule/metrics_inside.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"

enum { WAIT, FLOW, SLOWDOWN, BOUNDED };
enum {
    RANKS = HANSE__METRICS_RANKS,
    N_KINDS = HANSE__METRICS_KINDS,
    BUCKETS = HANSE__METRICS_BUCKETS
};

/* The histogram's buckets: 10 bits behind the leading one, for 2^-20 <= x < 2^44. */
enum { SHIFT = 42, LOW_EXPONENT = 1023 - 20 };

static const double LEVELS[RANKS] = {0.50, 0.90, 0.95, 0.99};
static const double TAU_S = 10.0; /* of the bounded slowdown */

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
    m->edge_s = -HUGE_VAL; /* nothing is known yet */
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

/* The bin of since_s, and where it ends. */
static void enter(struct hanse_metrics *m, uint32_t bin)
{
    m->bin = bin;
    m->edge_s = m->origin_s + m->width_s * (bin + 1);
}

static void make_room(struct hanse_metrics *m, double until_s)
{
    while (until_s - m->origin_s >= m->width_s * HANSE_METRICS_BINS) {
        join_pairs(m->queue_in);
        join_pairs(m->busy_in);
        m->width_s *= 2.0;
        enter(m, m->bin / 2);
    }
}

static void add_within(struct hanse_metrics *m, double until_s)
{
    double span_s = until_s - m->since_s;
    m->queue_in[m->bin] += (double)m->queue * span_s;
    m->busy_in[m->bin] += (double)m->busy * span_s;
    m->since_s = until_s;
}

/* The levels of since_s hold until now_s, which is the first time or not in the bin. */
void hanse__metrics_integrate(struct hanse_metrics *metrics, double now_s)
{
    struct hanse_metrics *m = metrics;
    if (!m->begun) {
        m->begun = true;
        m->origin_s = m->since_s = now_s;
        enter(m, 0);
        return;
    }
    make_room(m, now_s);
    while (now_s >= m->edge_s) {
        add_within(m, m->edge_s);
        enter(m, m->bin + 1);
    }
    add_within(m, now_s);
}

static double sum_of(const double *bins)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < HANSE_METRICS_BINS; i++) {
        sum += bins[i];
    }
    return sum;
}

/* --- jobs -------------------------------------------------------------------------------- */

static void judge(double wait_s, double runtime_s, double out[N_KINDS])
{
    double flow_s = wait_s + runtime_s;
    out[WAIT] = wait_s;
    out[FLOW] = flow_s;
    out[SLOWDOWN] = flow_s / runtime_s;
    double bounded = runtime_s > TAU_S ? out[SLOWDOWN] : flow_s / TAU_S;
    out[BOUNDED] = bounded > 1.0 ? bounded : 1.0;
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
    m->samples[m->n] = (struct hanse__sample){wait_s, runtime_s};
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
    m->first_submit_s = submit_s < m->first_submit_s ? submit_s : m->first_submit_s;
    m->last_end_s = end_s > m->last_end_s ? end_s : m->last_end_s;
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

/* The value of a rank (0 first). Values are moved. Cuts in three about a middle value, so that
 * many equal ones end at once. */
static double select_rank(double *values, size_t n, size_t rank)
{
    for (;;) {
        double pivot = values[n / 2];
        size_t low = 0, at = 0, high = n;
        while (at < high) {
            double value = values[at];
            if (value < pivot) {
                values[at++] = values[low];
                values[low++] = value;
            } else if (value > pivot) {
                values[at] = values[--high];
                values[high] = value;
            } else {
                at++;
            }
        }
        if (rank < low) {
            n = low;
        } else if (rank < high) {
            return pivot;
        } else {
            values += high;
            n -= high;
            rank -= high;
        }
    }
}

/* Coarse buckets for the first of two looks: 7 bits behind the leading one. */
enum { COARSER = 3, COARSE = BUCKETS >> COARSER };

static void count_coarsely(const struct hanse_metrics *m, uint64_t (*counts)[COARSE])
{
    for (uint64_t i = 0; i < m->n; i++) {
        double values[N_KINDS];
        judge(m->samples[i].wait_s, m->samples[i].runtime_s, values);
        for (int k = 0; k < N_KINDS; k++) {
            counts[k][bucket_of(values[k]) >> COARSER]++;
        }
    }
}

/* The second look: where the values of the buckets that hold a rank go. */
struct look {
    uint64_t counts[N_KINDS][COARSE];
    uint8_t rank[N_KINDS][COARSE]; /* the first rank a bucket holds, and 1; 0 none */
    uint32_t bucket[N_KINDS][RANKS];
    uint64_t below[N_KINDS][RANKS];
    double *to[N_KINDS][RANKS]; /* where the next value goes */
};

/* Says where the values of each wanted bucket go; returns how many there are. */
static uint64_t lay_out(struct look *look, uint64_t n, double *scratch)
{
    uint64_t total = 0;
    for (int k = 0; k < N_KINDS; k++) {
        locate(look->counts[k], n, look->bucket[k], look->below[k]);
        for (int r = RANKS - 1; r >= 0; r--) { /* the first of equals stays */
            look->rank[k][look->bucket[k][r]] = (uint8_t)(r + 1);
        }
        for (int r = 0; r < RANKS; r++) {
            uint32_t bucket = look->bucket[k][r];
            look->to[k][r] = scratch != NULL ? scratch + total : NULL;
            total += look->rank[k][bucket] == r + 1 ? look->counts[k][bucket] : 0;
        }
    }
    return total;
}

static void collect(const struct hanse_metrics *m, struct look *look)
{
    for (uint64_t i = 0; i < m->n; i++) {
        double values[N_KINDS];
        judge(m->samples[i].wait_s, m->samples[i].runtime_s, values);
        for (int k = 0; k < N_KINDS; k++) {
            unsigned rank = look->rank[k][bucket_of(values[k]) >> COARSER];
            if (rank > 0) {
                *look->to[k][rank - 1]++ = values[k];
            }
        }
    }
}

static void select_all(struct hanse_metrics *m, const struct look *look)
{
    for (int k = 0; k < N_KINDS; k++) {
        for (int r = 0; r < RANKS; r++) {
            uint32_t bucket = look->bucket[k][r];
            uint64_t n = look->counts[k][bucket];
            double *values = look->to[k][look->rank[k][bucket] - 1] - n;
            m->percentile[k][r] =
                select_rank(values, n, rank_of(LEVELS[r], m->n) - look->below[k][r] - 1);
        }
    }
}

static enum hanse_status exact_percentiles(struct hanse_metrics *m)
{
    struct look *look = hanse__alloc(m->ctx, 1, sizeof *look);
    if (look == NULL) {
        return HANSE_ERR_MEMORY;
    }
    count_coarsely(m, look->counts);
    double *scratch = hanse__alloc(m->ctx, lay_out(look, m->n, NULL), sizeof *scratch);
    if (scratch != NULL) {
        lay_out(look, m->n, scratch);
        collect(m, look);
        select_all(m, look);
    }
    hanse__free(look);
    hanse__free(scratch);
    return scratch != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
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
        .queue_mean = sum_of(m->queue_in) / makespan_s,
        .busy_mean = sum_of(m->busy_in) / makespan_s,
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
