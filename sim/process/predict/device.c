#include "sim/process/predict/device.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/stats/curve.h"

/* Spreads of what is not measured, standard deviations of log seconds; chosen so that the
 * published points that tests hold back lie within the intervals as often as they claim. */
static const double NEAREST_LOG_SD = 0.05, OUTSIDE_LOG_SD = 0.05, CEILING_LOG_SD = 0.15;

/* Attention against products and streams: FlashAttention-2 reaches 0.6 of an A100's peak where
 * products reach 0.8 to 0.86 (Dao 2023, figure 5); decode streams the cache at about 0.85 of
 * what a copy moves. */
static const double PREFILL_SHARE = 0.70, DECODE_SHARE = 0.85;

/* How far a point's seconds may be off. */
struct spread {
    double x, log_sd;
};

/* The curve of a family: one (n, k), one set of heads, one number of ranks. */
struct family {
    double a, b, c; /* what tells families of a kernel apart */
    struct hanse_curve *curve;
    struct spread *spreads; /* one for each x, ascending */
    size_t n;
};

struct table {
    struct family *families;
    size_t n, capacity;
};

/* Kernels by how their time is looked up. */
enum { GEMM, PREFILL, DECODE, ALLREDUCE, TABLES };

struct hanse_device_law {
    struct hanse_context *ctx;
    enum hanse_precision precision;
    struct table tables[TABLES];
    struct table passes[HANSE_KERNELS]; /* seconds over bytes; one family each */
    double compute_flop_per_s, memory_byte_per_s, capacity_bytes;
    double compute_log_sd, memory_log_sd; /* of the ceilings, with the roofline's own */
    double launch_s;                      /* of a kernel that does nothing; 0: not measured */
    struct hanse_link_law links[HANSE_REACHES];
    bool has_links;
};

/* --- reading a profile ------------------------------------------------------------------- */

/* bf16 and fp16 run on the same units at the same rate on every device we know. */
static enum hanse_precision units_of(enum hanse_precision precision)
{
    return precision == HANSE_FP16 ? HANSE_BF16 : precision;
}

/* A rate as a point of a family's curve. */
struct point {
    int table; /* of `tables`; TABLES + kernel for passes; -1: of no use here */
    double a, b, c, x, seconds;
};

static struct point point_of(const struct hanse_device_law *law, const struct hanse_rate *rate)
{
    const int64_t *e = rate->shape.extent;
    struct point p = {.table = -1, .seconds = hanse_rate_seconds(rate)};
    bool exact = units_of(rate->precision) == units_of(law->precision);
    double bytes = hanse_kernel_work(rate->kernel, rate->precision, &rate->shape).bytes;
    if (!(p.seconds > 0.0) || e[0] == 0) {
        return p;
    }
    switch (rate->kernel) {
    case HANSE_KERNEL_GEMM:
    case HANSE_KERNEL_SKINNY:
        p.table = exact ? GEMM : -1;
        p.a = (double)e[1];
        p.b = (double)e[2];
        p.x = (double)e[0];
        return p;
    case HANSE_KERNEL_ATTENTION_PREFILL:
    case HANSE_KERNEL_ATTENTION_DECODE:
        p.table = rate->kernel == HANSE_KERNEL_ATTENTION_PREFILL ? PREFILL : DECODE;
        p.a = (double)e[0];
        p.b = (double)e[1];
        p.c = (double)e[3];
        p.x = rate->kernel == HANSE_KERNEL_ATTENTION_PREFILL ? (double)e[2] : bytes;
        return p;
    case HANSE_KERNEL_RING_ALLREDUCE:
        p.table = ALLREDUCE;
        p.a = (double)e[1];
        p.x = (double)e[0] * hanse_precision_bytes(rate->precision);
        return p;
    case HANSE_KERNEL_STREAM_COPY:
    case HANSE_KERNEL_STREAM_TRIAD:
    case HANSE_KERNEL_RMSNORM:
    case HANSE_KERNEL_SWIGLU:
    case HANSE_KERNEL_SOFTMAX:
    case HANSE_KERNEL_ADAMW:
    case HANSE_KERNEL_STREAM_READ:
    case HANSE_KERNEL_STENCIL7:
    case HANSE_KERNEL_SPMV_CSR:
    case HANSE_KERNEL_SPMV_SELL:
    case HANSE_KERNEL_FFT:
        p.table = TABLES + (int)rate->kernel;
        p.x = bytes;
        return p;
    default:
        return p;
    }
}

static struct table *table_of(struct hanse_device_law *law, int which)
{
    return which < TABLES ? &law->tables[which] : &law->passes[which - TABLES];
}

static bool same_family(const struct point *p, const struct point *q)
{
    return p->table == q->table && p->a == q->a && p->b == q->b && p->c == q->c;
}

static int by_x(const void *a, const void *b)
{
    double x = ((const struct spread *)a)->x, y = ((const struct spread *)b)->x;
    return x < y ? -1 : x > y;
}

/* Sorts n spreads; of those at one x the largest stays. Returns how many are left. */
static size_t merge_spreads(struct spread *spreads, size_t n)
{
    size_t kept = 0;
    qsort(spreads, n, sizeof *spreads, by_x);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && spreads[kept - 1].x == spreads[i].x) {
            spreads[kept - 1].log_sd = fmax(spreads[kept - 1].log_sd, spreads[i].log_sd);
        } else {
            spreads[kept++] = spreads[i];
        }
    }
    return kept;
}

/* All points of the family that point i is the first of; x and y are room for them. */
static enum hanse_status add_family(struct hanse_device_law *law,
                                    const struct hanse_profile *profile,
                                    const struct point *points, size_t first, double *x,
                                    double *y)
{
    struct table *table = table_of(law, points[first].table);
    HANSE_TRY(hanse__reserve(law->ctx, &table->families, &table->capacity, table->n + 1,
                             sizeof *table->families));
    struct family *family = &table->families[table->n];
    *family = (struct family){.a = points[first].a, .b = points[first].b, .c = points[first].c};
    family->spreads = hanse__alloc(law->ctx, profile->n_rates, sizeof *family->spreads);
    if (family->spreads == NULL) {
        return HANSE_ERR_MEMORY;
    }
    table->n++;
    for (size_t i = first; i < profile->n_rates; i++) {
        if (same_family(&points[i], &points[first])) {
            x[family->n] = points[i].x;
            y[family->n] = points[i].seconds;
            family->spreads[family->n++] =
                (struct spread){points[i].x, profile->rates[i].log_sd};
        }
    }
    HANSE_TRY(hanse_curve_create(law->ctx, x, y, family->n, &family->curve));
    family->n = merge_spreads(family->spreads, family->n);
    return HANSE_OK;
}

/* Does another way of doing the same shape (a vendor's library, other matrix instructions) take
 * less time? Who serves takes the fastest. Samples of one way stay, for their median. */
static bool is_outdone(const struct hanse_profile *profile, const struct point *points,
                       size_t i)
{
    for (size_t j = 0; j < profile->n_rates; j++) {
        if (same_family(&points[j], &points[i]) && points[j].x == points[i].x &&
            points[j].seconds < points[i].seconds &&
            strcmp(profile->rates[j].variant, profile->rates[i].variant) != 0) {
            return true;
        }
    }
    return false;
}

/* Attention in another precision counts only where there is none in the law's own. */
static bool is_foreign(const struct hanse_device_law *law, const struct hanse_profile *profile,
                       size_t i)
{
    const struct hanse_rate *rate = &profile->rates[i];
    bool attention = rate->kernel == HANSE_KERNEL_ATTENTION_PREFILL ||
                     rate->kernel == HANSE_KERNEL_ATTENTION_DECODE;
    if (!attention || units_of(rate->precision) == units_of(law->precision)) {
        return false;
    }
    for (size_t j = 0; j < profile->n_rates; j++) {
        if (profile->rates[j].kernel == rate->kernel && !isnan(profile->rates[j].rate) &&
            units_of(profile->rates[j].precision) == units_of(law->precision)) {
            return true;
        }
    }
    return false;
}

static void read_points(const struct hanse_device_law *law, const struct hanse_profile *profile,
                        struct point *points)
{
    for (size_t i = 0; i < profile->n_rates; i++) {
        points[i] = point_of(law, &profile->rates[i]);
        if (is_foreign(law, profile, i)) {
            points[i].table = -1;
        }
    }
    /* The fastest is never outdone, so it is there to outdo all others. */
    for (size_t i = 0; i < profile->n_rates; i++) {
        if (points[i].table >= 0 && is_outdone(profile, points, i)) {
            points[i].seconds = NAN;
        }
    }
    for (size_t i = 0; i < profile->n_rates; i++) {
        points[i].table = isnan(points[i].seconds) ? -1 : points[i].table;
    }
}

static enum hanse_status add_families(struct hanse_device_law *law,
                                      const struct hanse_profile *profile, struct point *points,
                                      double *x, double *y)
{
    read_points(law, profile, points);
    for (size_t i = 0; i < profile->n_rates; i++) {
        bool first = points[i].table >= 0;
        for (size_t j = 0; first && j < i; j++) {
            first = !same_family(&points[i], &points[j]);
        }
        if (first) {
            HANSE_TRY(add_family(law, profile, points, i, x, y));
        }
    }
    return HANSE_OK;
}

static enum hanse_status read_rates(struct hanse_device_law *law,
                                    const struct hanse_profile *profile)
{
    size_t n = profile->n_rates;
    struct point *points = hanse__alloc(law->ctx, n + 1, sizeof *points);
    double *x = hanse__alloc(law->ctx, 2 * n + 1, sizeof *x);
    enum hanse_status status = points != NULL && x != NULL
                                   ? add_families(law, profile, points, x, x + n)
                                   : HANSE_ERR_MEMORY;
    hanse__free(points);
    hanse__free(x);
    return status;
}

static void raise(double *ceiling, double *log_sd, double rate, double rate_log_sd)
{
    if (rate > *ceiling) {
        *ceiling = rate;
        *log_sd = rate_log_sd;
    }
}

/* What the products reach at most, for what no product of the profile is near to: in the law's
 * precision, and where the profile has none in it what it has at all. */
static void read_ceilings(struct hanse_device_law *law, const struct hanse_profile *profile)
{
    double compute = 0.0, compute_sd = 0.0;
    law->memory_byte_per_s = profile->memory_byte_per_s;
    law->memory_log_sd = profile->memory_log_sd;
    law->capacity_bytes = profile->capacity_bytes;
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *r = &profile->rates[i];
        bool is_product = r->kernel == HANSE_KERNEL_GEMM || r->kernel == HANSE_KERNEL_SKINNY;
        struct hanse_work work = hanse_kernel_work(r->kernel, r->precision, &r->shape);
        double seconds = hanse_rate_seconds(r);
        if (!is_product || isnan(r->rate)) {
            continue;
        }
        if (r->kernel == HANSE_KERNEL_GEMM &&
            units_of(r->precision) == units_of(law->precision)) {
            raise(&compute, &compute_sd, r->rate, r->log_sd);
        }
        if (profile->memory_byte_per_s <= 0.0 && work.bytes > 0.0) {
            raise(&law->memory_byte_per_s, &law->memory_log_sd, work.bytes / seconds,
                  r->log_sd);
        }
    }
    bool own = compute > 0.0;
    law->compute_flop_per_s = own ? compute : profile->compute_flop_per_s;
    law->compute_log_sd = hypot(CEILING_LOG_SD, own ? compute_sd : profile->compute_log_sd);
    law->memory_log_sd = hypot(CEILING_LOG_SD, law->memory_log_sd);
}

enum hanse_status hanse_device_law_create(struct hanse_context *ctx,
                                          const struct hanse_profile *profile,
                                          enum hanse_precision precision,
                                          const struct hanse_link_law *links,
                                          struct hanse_device_law **law)
{
    *law = NULL;
    struct hanse_device_law *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    made->precision = precision;
    made->has_links = links != NULL;
    if (links != NULL) {
        memcpy(made->links, links, sizeof made->links);
    }
    read_ceilings(made, profile);
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *r = &profile->rates[i];
        bool launch = r->kernel == HANSE_KERNEL_LAUNCH && r->rate > 0.0;
        made->launch_s = launch ? 1.0 / r->rate : made->launch_s;
    }
    enum hanse_status status = read_rates(made, profile);
    if (status == HANSE_OK &&
        !(made->compute_flop_per_s > 0.0 && made->memory_byte_per_s > 0.0)) {
        status = hanse__fail(ctx, HANSE_ERR_DOMAIN,
                             "profile '%s': needs products in %s or ceilings for compute and "
                             "memory, has neither",
                             profile->name, hanse_precision_name(precision));
    }
    for (int r = 0; status == HANSE_OK && links != NULL && r < HANSE_REACHES; r++) {
        if (!(links[r].byte_per_s > 0.0 && links[r].latency_s >= 0.0)) {
            status = hanse__fail(ctx, HANSE_ERR_DOMAIN,
                                 "a link's rate must be > 0 and its latency >= 0, got %g B/s, "
                                 "%g s",
                                 links[r].byte_per_s, links[r].latency_s);
        }
    }
    if (status != HANSE_OK) {
        hanse_device_law_destroy(made);
        return status;
    }
    *law = made;
    return HANSE_OK;
}

static void free_table(struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        hanse_curve_destroy(table->families[i].curve);
        hanse__free(table->families[i].spreads);
    }
    hanse__free(table->families);
}

void hanse_device_law_destroy(struct hanse_device_law *law)
{
    if (law == NULL) {
        return;
    }
    for (int t = 0; t < TABLES; t++) {
        free_table(&law->tables[t]);
    }
    for (int k = 0; k < HANSE_KERNELS; k++) {
        free_table(&law->passes[k]);
    }
    hanse__free(law);
}

/* --- asking it --------------------------------------------------------------------------- */

/* The larger spread of the two points beside x. */
static double spread_at(const struct family *family, double x)
{
    size_t low = 0, high = family->n - 1;
    const struct spread *s = family->spreads;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(s[middle].x <= x ? &low : &high) = middle;
    }
    if (x <= s[low].x) {
        return s[low].log_sd;
    }
    return x >= s[high].x ? s[high].log_sd : fmax(s[low].log_sd, s[high].log_sd);
}

static struct hanse_estimate from_curve(const struct family *family, double x)
{
    double beyond;
    struct hanse_estimate e = {.seconds = hanse_curve_at(family->curve, x, &beyond)};
    e.log_sd = spread_at(family, x) + OUTSIDE_LOG_SD * beyond;
    e.marks = beyond > 0.0 ? HANSE_ESTIMATE_OUTSIDE : 0;
    return e;
}

/* A link's law: no profile's spread. */
static struct hanse_estimate from_link(double seconds)
{
    return (struct hanse_estimate){seconds, CEILING_LOG_SD, HANSE_ESTIMATE_CEILING};
}

static struct hanse_estimate from_ceilings(const struct hanse_device_law *law, double compute_s,
                                           double memory_s)
{
    bool computes = compute_s > memory_s;
    return (struct hanse_estimate){computes ? compute_s : memory_s,
                                   computes ? law->compute_log_sd : law->memory_log_sd,
                                   HANSE_ESTIMATE_CEILING};
}

/* The roofline of a product. */
static struct hanse_estimate product_at_ceilings(const struct hanse_device_law *law, double m,
                                                 double n, double k)
{
    double e = hanse_precision_bytes(law->precision);
    return from_ceilings(law, 2.0 * m * n * k / law->compute_flop_per_s,
                         e * (m * k + n * k + m * n) / law->memory_byte_per_s);
}

/* Below the least m of its curve: not longer than there, not shorter than at its rate. */
static void lower(const struct hanse_device_law *law, const struct family *family, double m,
                  double n, double k, struct hanse_estimate *e)
{
    double least = family->spreads[0].x;
    if (m < least) {
        double scaled = e->seconds * m / least;
        double memory = hanse_precision_bytes(law->precision) * (m * k + n * k + m * n) /
                        law->memory_byte_per_s;
        if (fmax(scaled, memory) < e->seconds) {
            *e = scaled > memory ? (struct hanse_estimate){scaled, e->log_sd, e->marks}
                                 : from_ceilings(law, 0.0, memory);
        }
    }
}

struct hanse_estimate hanse_device_gemm(const struct hanse_device_law *law, double m, double n,
                                        double k)
{
    const struct table *table = &law->tables[GEMM];
    const struct family *nearest = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < table->n; i++) {
        const struct family *f = &table->families[i];
        double distance = fabs(log(f->a / n)) + fabs(log(f->b / k));
        if (distance < least) {
            least = distance;
            nearest = f;
        }
    }
    if (nearest == NULL) {
        return product_at_ceilings(law, m, n, k);
    }
    struct hanse_estimate e = from_curve(nearest, m);
    if (least > 1e-9) {
        e.seconds *= n * k / (nearest->a * nearest->b);
        e.log_sd += NEAREST_LOG_SD * least;
        e.marks |= HANSE_ESTIMATE_NEAREST;
    }
    lower(law, nearest, m, n, k, &e);
    return e;
}

struct hanse_estimate hanse_device_bytes(const struct hanse_device_law *law,
                                         enum hanse_kernel kernel, double bytes)
{
    const struct table *table = &law->passes[kernel];
    if (bytes <= 0.0) {
        return (struct hanse_estimate){0.0, 0.0, 0};
    }
    if (table->n == 0) {
        return from_ceilings(law, 0.0, bytes / law->memory_byte_per_s);
    }
    const struct family *f = &table->families[0];
    struct hanse_estimate e = from_curve(f, bytes);
    /* Fewer than were measured: in proportion, but no less than a launch, where that is known.
     */
    if (bytes < f->spreads[0].x && law->launch_s > 0.0) {
        e.seconds = fmin(e.seconds, fmax(e.seconds * bytes / f->spreads[0].x, law->launch_s));
    }
    return e;
}

/* Kernels before `launch` are work; what follows are latencies and transfers. */
static bool is_work(enum hanse_kernel kernel)
{
    return kernel < HANSE_KERNEL_LAUNCH;
}

enum hanse_status hanse_device_kernel(struct hanse_context *ctx,
                                      const struct hanse_device_law *law,
                                      enum hanse_kernel kernel, enum hanse_precision precision,
                                      const struct hanse_shape *shape,
                                      struct hanse_estimate *estimate)
{
    const int64_t *x = shape->extent;
    struct hanse_work work = hanse_kernel_work(kernel, precision, shape);
    if (!is_work(kernel)) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT,
            "%s: latencies and transfers belong to a machine; they are measured, "
            "not predicted",
            hanse_kernel_kind(kernel)->name);
    }
    switch (kernel) {
    case HANSE_KERNEL_GEMM:
    case HANSE_KERNEL_SKINNY:
        *estimate = hanse_device_gemm(law, (double)x[0], (double)x[1], (double)x[2]);
        break;
    case HANSE_KERNEL_ATTENTION_PREFILL:
        *estimate = hanse_device_prefill(law, (double)x[0], (double)x[1], (double)x[3],
                                         (double)x[2], 0.0);
        break;
    case HANSE_KERNEL_ATTENTION_DECODE:
        *estimate = hanse_device_decode(law, (double)x[0], (double)x[1], (double)x[3],
                                        (double)x[2], (double)x[4]);
        break;
    case HANSE_KERNEL_FMA_PEAK:
    case HANSE_KERNEL_MATRIX_PEAK:
        *estimate = from_ceilings(law, work.flop / law->compute_flop_per_s, 0.0);
        break;
    default:
        *estimate = hanse_device_bytes(law, kernel, work.bytes);
    }
    return HANSE_OK;
}

static const struct family *find_family(const struct table *table, double a, double b, double c)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct family *f = &table->families[i];
        if (f->a == a && f->b == b && f->c == c) {
            return f;
        }
    }
    return NULL;
}

struct hanse_estimate hanse_device_prefill(const struct hanse_device_law *law, double heads,
                                           double kv_heads, double width, double s,
                                           double before)
{
    const struct family *f = find_family(&law->tables[PREFILL], heads, kv_heads, width);
    /* Work goes with s (before + s / 2); a curve knows s²/2 of it. */
    double longer = (2.0 * before + s) / s;
    if (f != NULL) {
        struct hanse_estimate e = from_curve(f, s);
        e.seconds *= longer;
        return e;
    }
    double flop = 2.0 * heads * width * s * (s + 1.0) * longer;
    return from_ceilings(law, flop / (law->compute_flop_per_s * PREFILL_SHARE), 0.0);
}

struct hanse_estimate hanse_device_decode(const struct hanse_device_law *law, double heads,
                                          double kv_heads, double width, double context,
                                          double batch)
{
    const struct family *f = find_family(&law->tables[DECODE], heads, kv_heads, width);
    double e = hanse_precision_bytes(law->precision);
    double bytes = 2.0 * e * batch * width * (kv_heads * context + heads);
    return f != NULL ? from_curve(f, bytes)
                     : from_ceilings(law, 0.0, bytes / (law->memory_byte_per_s * DECODE_SHARE));
}

struct hanse_estimate hanse_device_send(const struct hanse_device_law *law, double bytes)
{
    HANSE_ASSERT(law->has_links);
    const struct hanse_link_law *link = &law->links[HANSE_REACH_CLUSTER];
    return from_link(link->latency_s + bytes / link->byte_per_s);
}

struct hanse_estimate hanse_device_allreduce(const struct hanse_device_law *law, double bytes,
                                             int64_t ranks, enum hanse_reach reach)
{
    if (ranks < 2 || bytes <= 0.0) {
        return (struct hanse_estimate){0.0, 0.0, 0};
    }
    const struct family *f = find_family(&law->tables[ALLREDUCE], (double)ranks, 0.0, 0.0);
    if (f != NULL && reach == HANSE_REACH_NODE) {
        return from_curve(f, bytes);
    }
    HANSE_ASSERT(law->has_links);
    const struct hanse_link_law *link = &law->links[reach];
    double steps = 2.0 * (double)(ranks - 1);
    return from_link(steps * (link->latency_s + bytes / ((double)ranks * link->byte_per_s)));
}

double hanse_device_memory_rate(const struct hanse_device_law *law)
{
    return law->memory_byte_per_s;
}

double hanse_device_capacity(const struct hanse_device_law *law)
{
    return law->capacity_bytes;
}

enum hanse_precision hanse_device_precision(const struct hanse_device_law *law)
{
    return law->precision;
}
