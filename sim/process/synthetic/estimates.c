#include "sim/process/synthetic/estimates.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- modal -------------------------------------------------------------------------------- */

enum { HEAD = 20 };
#define MINUTE 60.0
#define HOUR 3600.0

/* What all of the authors' four logs have among their 20 most popular estimates. */
static const double COMMON_S[] = {5 * MINUTE,  10 * MINUTE, 15 * MINUTE, 20 * MINUTE,
                                  30 * MINUTE, 1 * HOUR,    2 * HOUR,    3 * HOUR,
                                  4 * HOUR,    5 * HOUR,    6 * HOUR,    8 * HOUR,
                                  10 * HOUR,   12 * HOUR,   18 * HOUR};
static const double ROUND_S[] = {200 * HOUR, 100 * HOUR, 50 * HOUR,   10 * HOUR,   5 * HOUR,
                                 2 * HOUR,   1 * HOUR,   20 * MINUTE, 10 * MINUTE, 5 * MINUTE};
/* Popularity of the longest, then of the others from the shortest on: the order of the mean
 * ranks in SDSC-106, CTC, KTH and Blue Horizon. */
static const int POPULARITY[HEAD] = {1,  2,  4,  7,  15, 3,  8,  17, 5, 6,
                                     20, 10, 11, 12, 13, 19, 14, 16, 9, 18};
static const double HEAD_SHARE = 0.89;

static bool among(const double *values, uint32_t n, double value)
{
    for (uint32_t i = 0; i < n; i++) {
        if (values[i] == value) {
            return true;
        }
    }
    return false;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The most popular values: the longest first, the others rising. */
static uint32_t head_values(double most_s, double values[HEAD])
{
    uint32_t n = 0;
    values[n++] = most_s;
    for (size_t i = 0; i < sizeof COMMON_S / sizeof *COMMON_S; i++) {
        if (COMMON_S[i] < most_s) {
            values[n++] = COMMON_S[i];
        }
    }
    for (size_t i = 0; i < sizeof ROUND_S / sizeof *ROUND_S; i++) {
        for (double s = floor(most_s / ROUND_S[i]) * ROUND_S[i]; s > 0.0 && n < HEAD;
             s -= ROUND_S[i]) {
            if (!among(values, n, s)) {
                values[n++] = s;
            }
        }
    }
    qsort(values + 1, n - 1, sizeof *values, by_size);
    return n;
}

/* Share of jobs at the value of popularity 1 … n. */
static void head_shares(uint32_t n, double shares[HEAD + 1])
{
    shares[1] = HEAD_SHARE;
    for (uint32_t r = 2; r <= n; r++) {
        shares[r] = 0.01 * (14.0491 * exp(-0.177531 * r) + 0.462513);
        shares[1] -= shares[r];
    }
}

struct mode {
    double value_s, share;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct mode *)a)->value_s, y = ((const struct mode *)b)->value_s;
    return (x > y) - (x < y);
}

/* Values of the tail: none that the head has. Longer ones are taken as the rarer; the authors
 * leave their order open. */
static uint32_t tail(const double *head, uint32_t n_head, uint64_t jobs, struct mode *modes)
{
    double k = fmin(0.653566 * pow((double)jobs, 0.547761), HANSE_ESTIMATE_VALUES);
    double a = 1.0 + 12.1039 * pow(k, -0.6026), sum = 0.0;
    uint32_t n = 0, whole = (uint32_t)k;
    for (uint32_t i = 1; i < whole && n + n_head < HANSE_ESTIMATE_VALUES; i++) {
        double x = i / k;
        double value =
            MINUTE * fmax(1.0, nearbyint(head[0] * (a - 1.0) * x / (a - x) / MINUTE));
        bool known = among(head, n_head, value) || (n > 0 && modes[n - 1].value_s == value);
        if (!known && value < head[0]) {
            double share = pow(HEAD + 1.0 + n, -2.267);
            modes[n++] = (struct mode){value, share};
            sum += share;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        modes[i].share *= (1.0 - HEAD_SHARE) / sum;
    }
    return n;
}

static void fill_modal(uint64_t jobs, struct hanse_estimate_rule *estimates)
{
    double values[HEAD], shares[HEAD + 1], sum = 0.0;
    struct mode modes[HANSE_ESTIMATE_VALUES];
    uint32_t n_head = head_values(estimates->most_s, values);
    int ranks[HEAD], next = 1;
    head_shares(n_head, shares);
    /* with fewer than 20 values the ranks that are left close up */
    for (int r = 1; r <= HEAD; r++) {
        for (uint32_t i = 0; i < n_head; i++) {
            if (POPULARITY[i] == r) {
                ranks[i] = next++;
            }
        }
    }
    for (uint32_t i = 0; i < n_head; i++) {
        modes[i] = (struct mode){values[i], shares[ranks[i]]};
    }
    estimates->n = n_head + tail(values, n_head, jobs, modes + n_head);
    qsort(modes, estimates->n, sizeof *modes, by_value);
    for (uint32_t i = 0; i < estimates->n; i++) {
        sum += modes[i].share;
    }
    for (uint32_t i = 0; i < estimates->n; i++) {
        estimates->value_s[i] = modes[i].value_s;
        estimates->below[i + 1] = estimates->below[i] + modes[i].share / sum;
    }
    estimates->below[estimates->n] = 1.0;
}

/* --- all ---------------------------------------------------------------------------------- */

static enum hanse_status read_factor(struct hanse_context *ctx, const char *text, double least,
                                     double *factor)
{
    const char *at = strchr(text, ':') + 1;
    char *end;
    *factor = strtod(at, &end);
    if (end == at || *end != '\0') {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "estimates: must have a number after ':', got "
                           "'%s'",
                           text);
    }
    if (!(*factor >= least) || !isfinite(*factor)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "estimates: the factor must be >= %g, got %g",
                           least, *factor);
    }
    return HANSE_OK;
}

static enum hanse_status unknown(struct hanse_context *ctx, const char *text)
{
    static const char *const names[] = {"exact", "factor:F", "spread:F", "modal"};
    const char *near = hanse__nearest(text, names, 4);
    return hanse__fail(ctx, HANSE_ERR_INPUT,
                       "estimates: must be exact, factor:F, spread:F or modal, got '%s'%s%s%s",
                       text, near ? ", did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
}

enum hanse_status hanse_estimate_init(struct hanse_context *ctx, const char *text,
                                      uint64_t jobs, double most_s,
                                      struct hanse_estimate_rule *estimates)
{
    *estimates = (struct hanse_estimate_rule){.factor = 1.0, .most_s = most_s};
    if (!(most_s > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "estimates: the longest allowed must be > 0, got %g s", most_s);
    }
    if (strcmp(text, "exact") == 0) {
        return HANSE_OK;
    }
    if (strncmp(text, "factor:", 7) == 0) {
        estimates->kind = HANSE_ESTIMATE_FACTOR;
        return read_factor(ctx, text, 1.0, &estimates->factor);
    }
    if (strncmp(text, "spread:", 7) == 0) {
        estimates->kind = HANSE_ESTIMATE_SPREAD;
        return read_factor(ctx, text, 0.0, &estimates->factor);
    }
    if (strcmp(text, "modal") != 0) {
        return unknown(ctx, text);
    }
    if (!(most_s >= HOUR) || !isfinite(most_s)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "estimates: modal needs the longest allowed, >= 3600 s, got %g s",
                           most_s);
    }
    estimates->kind = HANSE_ESTIMATE_MODAL;
    fill_modal(jobs, estimates);
    return HANSE_OK;
}

/* The first value >= runtime_s. */
static uint32_t first_above(const struct hanse_estimate_rule *estimates, double runtime_s)
{
    uint32_t low = 0, high = estimates->n - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (estimates->value_s[middle] >= runtime_s) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static double draw_modal(const struct hanse_estimate_rule *estimates,
                         struct hanse_stream *stream, double runtime_s)
{
    uint32_t low = first_above(estimates, runtime_s), high = estimates->n;
    double from = estimates->below[low];
    double u = from + (1.0 - from) * hanse_stream_uniform(stream);
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (estimates->below[middle] <= u) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return estimates->value_s[low];
}

void hanse_estimate_draw(const struct hanse_estimate_rule *estimates,
                         struct hanse_stream *stream, struct hanse_job *job)
{
    job->runtime_s = fmin(job->runtime_s, estimates->most_s);
    switch (estimates->kind) {
    case HANSE_ESTIMATE_MODAL:
        job->estimate_s = draw_modal(estimates, stream, job->runtime_s);
        return;
    case HANSE_ESTIMATE_SPREAD:
        job->estimate_s =
            job->runtime_s * (1.0 + estimates->factor * hanse_stream_uniform(stream));
        break;
    default:
        job->estimate_s = job->runtime_s * estimates->factor;
        break;
    }
    job->estimate_s = fmin(job->estimate_s, estimates->most_s);
}
