#include "sim/process/synthetic/fit_arrivals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/minimise.h"

static const double HOUR_S = 3600.0;
enum { DAY_HOURS = 24, WEEK_HOURS = 168, MMPP_MOST = 30000 };

/* --- rhythm ------------------------------------------------------------------------------- */

/* Counts of each whole hour from time 0 to the last arrival. */
static double *count_hours(struct hanse_context *ctx, const double *times_s, size_t n,
                           size_t *n_hours)
{
    *n_hours = (size_t)(times_s[n - 1] / HOUR_S) + 1;
    double *counts = hanse__alloc(ctx, *n_hours, sizeof *counts);
    for (size_t i = 0; counts != NULL && i < n; i++) {
        counts[(size_t)(times_s[i] / HOUR_S)] += 1.0;
    }
    return counts;
}

/* Mean count of each hour of the period, by the hours there were. */
static void profile(const double *counts, size_t n_hours, size_t period, double *means)
{
    double had[WEEK_HOURS] = {0.0};
    memset(means, 0, period * sizeof *means);
    for (size_t h = 0; h < n_hours; h++) {
        means[h % period] += counts[h];
        had[h % period] += 1.0;
    }
    for (size_t b = 0; b < period; b++) {
        means[b] = had[b] > 0.0 ? means[b] / had[b] : 0.0;
    }
}

/* Poisson ln L, less what no rhythm changes, and the dispersion of the counts around it. */
static double poisson_likelihood(const double *counts, size_t n_hours, size_t period,
                                 const double *means, double *dispersion)
{
    double likelihood = 0.0, square = 0.0;
    for (size_t h = 0; h < n_hours; h++) {
        double mean = means[h % period];
        if (mean > 0.0) {
            likelihood += counts[h] * log(mean) - mean;
            square += (counts[h] - mean) * (counts[h] - mean) / mean;
        }
    }
    *dispersion = n_hours > period ? square / (double)(n_hours - period) : 1.0;
    return likelihood;
}

static enum hanse_status fit_rhythm(struct hanse_context *ctx, const double *times_s, size_t n,
                                    struct hanse_arrivals_fit *fit)
{
    static const size_t periods[] = {1, DAY_HOURS, WEEK_HOURS};
    static const size_t hours_least[] = {0, 72, 504};
    double means[3][WEEK_HOURS], likelihood[3], dispersion = 1.0, best = INFINITY;
    size_t n_hours, most = 0, chosen = 0;
    double *counts = count_hours(ctx, times_s, n, &n_hours);
    if (counts == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t k = 0; k < 3 && n_hours >= hours_least[k]; k++) {
        profile(counts, n_hours, periods[k], means[k]);
        likelihood[k] = poisson_likelihood(counts, n_hours, periods[k], means[k], &dispersion);
        most = k;
    }
    hanse__free(counts);
    for (size_t k = 0; k <= most; k++) {
        double qaic = -2.0 * likelihood[k] / fmax(1.0, dispersion) + 2.0 * (double)periods[k];
        if (qaic < best) {
            best = qaic;
            chosen = k;
        }
    }
    return chosen == 0 ? HANSE_OK
                       : hanse_rhythm_init(ctx, &fit->rhythm, (double)periods[chosen] * HOUR_S,
                                           means[chosen], (uint32_t)periods[chosen]);
}

/* --- operational time --------------------------------------------------------------------- */

/* k arrivals in one whole second come anywhere in it: at k sorted uniforms, as sums of
 * exponentials over their whole. Rounded times would make gaps multiples of a second, which a
 * law with a dent at 0 would take for a trait. The luck is fixed. */
static void spread(struct hanse_stream *stream, double second, size_t k, double *times)
{
    double sum = 0.0;
    for (size_t j = 0; j < k; j++) {
        sum += hanse_stream_exponential(stream);
        times[j] = sum;
    }
    sum += hanse_stream_exponential(stream);
    for (size_t j = 0; j < k; j++) {
        times[j] = second + times[j] / sum;
    }
}

static void operational(const struct hanse_rhythm *rhythm, const double *times_s, size_t n,
                        double *work_s)
{
    bool whole = true;
    struct hanse_stream stream;
    hanse_stream_init(&stream, 1, 0, hanse_entity("fit"), "spread");
    for (size_t i = 0; i < n; i++) {
        whole = whole && times_s[i] == floor(times_s[i]);
    }
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && times_s[end] == times_s[i]) {
            end++;
        }
        for (size_t j = i; j < end; j++) {
            work_s[j] = times_s[j];
        }
        if (whole) {
            spread(&stream, times_s[i], end - i, work_s + i);
        }
        i = end;
    }
    for (size_t i = 0; i < n; i++) {
        work_s[i] = hanse_rhythm_work_s(rhythm, work_s[i]);
    }
}

static void describe_gaps(const double *gaps, size_t n, struct hanse_arrivals_fit *fit)
{
    double mean = 0.0, square = 0.0, cross = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += gaps[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        square += (gaps[i] - mean) * (gaps[i] - mean);
        cross += i > 0 ? (gaps[i] - mean) * (gaps[i - 1] - mean) : 0.0;
    }
    fit->interval_s = mean;
    fit->gap_scv = square / (double)n / (mean * mean);
    fit->gap_correlation = square > 0.0 ? cross / square : 0.0;
}

/* Var N / E N in windows of 2, 4, 8, … mean gaps, as long as there are 50 of them. */
static void describe_counts(const double *work_s, size_t n, struct hanse_arrivals_fit *fit)
{
    double from = work_s[0], span = work_s[n - 1] - from;
    for (double window = 2.0 * fit->interval_s;
         span / window >= 50.0 && fit->n_windows < HANSE_DISPERSIONS; window *= 2.0) {
        double windows = floor(span / window), square = 0.0;
        size_t i = 0, all = 0;
        for (double w = 0.0; w < windows; w += 1.0) {
            size_t count = 0;
            while (i < n && work_s[i] < from + (w + 1.0) * window) {
                i++;
                count++;
            }
            square += (double)(count * count);
            all += count;
        }
        double mean = (double)all / windows;
        fit->window_s[fit->n_windows] = window;
        fit->dispersion[fit->n_windows++] =
            (square / windows - mean * mean) * windows / (windows - 1.0) / mean;
    }
}

/* --- the modulated process ---------------------------------------------------------------- */

double hanse_mmpp2_log_likelihood(const struct hanse_mmpp *mmpp, const double *gaps_s, size_t n)
{
    double q0 = 1.0 / mmpp->stay_s[0], q1 = 1.0 / mmpp->stay_s[1];
    double l0 = mmpp->rate_per_s[0], l1 = mmpp->rate_per_s[1];
    /* exp(M x) with M = Q - Lambda: m is the mean of its eigenvalues, d half their distance */
    double a = -(l0 + q0), b = -(l1 + q1), m = 0.5 * (a + b), half = 0.5 * (a - b);
    double d = sqrt(half * half + q0 * q1), likelihood = 0.0;
    double p0 = q1 * l0, p1 = q0 * l1, sum = p0 + p1; /* states at arrivals */
    p0 /= sum;
    p1 /= sum;
    for (size_t i = 0; i < n; i++) {
        double x = gaps_s[i], up = exp((m + d) * x), down = exp((m - d) * x);
        double even = 0.5 * (up + down), odd = 0.5 * (up - down) / d;
        double n0 = (p0 * (even + odd * half) + p1 * odd * q1) * l0;
        double n1 = (p0 * odd * q0 + p1 * (even - odd * half)) * l1;
        double whole = n0 + n1;
        if (!(whole > 0.0)) {
            return -INFINITY;
        }
        likelihood += log(whole);
        p0 = n0 / whole;
        p1 = n1 / whole;
    }
    return likelihood;
}

static struct hanse_mmpp two_states(double rate0, double stay0, double rate1, double stay1)
{
    return (struct hanse_mmpp){.n = 2,
                               .rate_per_s = {rate0, rate1},
                               .stay_s = {stay0, stay1},
                               .jump = {{0.0, 1.0}, {1.0, 0.0}}};
}

struct gaps {
    const double *s;
    size_t n;
};

/* x: logarithms of rates and stays. */
static double unlikely(const double *x, void *state)
{
    const struct gaps *gaps = state;
    for (int i = 0; i < 4; i++) {
        if (fabs(x[i]) > 60.0) {
            return INFINITY;
        }
    }
    const struct hanse_mmpp mmpp = two_states(exp(x[0]), exp(x[1]), exp(x[2]), exp(x[3]));
    return -hanse_mmpp2_log_likelihood(&mmpp, gaps->s, gaps->n);
}

/* A process of the observed rate whose dispersion grows as observed: by half at r t = 3.6, and
 * to 1 + A in the end; in state 0 for a share s of the time. */
static struct hanse_mmpp first_guess(const struct hanse_arrivals_fit *fit, double share)
{
    double rate = 1.0 / fit->interval_s, grown = 1.0, r = 0.05 * rate;
    for (uint32_t i = 0; i < fit->n_windows; i++) {
        grown = fmax(grown, fit->dispersion[i] - 1.0);
    }
    for (uint32_t i = fit->n_windows; i-- > 0;) {
        if (fit->dispersion[i] - 1.0 >= 0.5 * grown) {
            r = 3.6 / fit->window_s[i];
        }
    }
    double apart = sqrt(grown * rate * r / (2.0 * share * (1.0 - share)));
    double high = rate + (1.0 - share) * apart, low = fmax(0.05 * rate, rate - share * apart);
    return two_states(high, 1.0 / (r * (1.0 - share)), low, 1.0 / (r * share));
}

static enum hanse_status fit_mmpp(struct hanse_context *ctx, const double *gaps_s, size_t n,
                                  struct hanse_arrivals_fit *fit)
{
    static const double shares[] = {0.5, 0.15}, steps[] = {0.5, 0.7, 0.5, 0.7};
    struct gaps gaps = {gaps_s, n < MMPP_MOST ? n : MMPP_MOST};
    double best = INFINITY;
    for (int k = 0; k < 2; k++) {
        struct hanse_mmpp guess = first_guess(fit, shares[k]);
        double x[4] = {log(guess.rate_per_s[0]), log(guess.stay_s[0]), log(guess.rate_per_s[1]),
                       log(guess.stay_s[1])};
        double least = INFINITY;
        HANSE_TRY(hanse__minimise(ctx, unlikely, &gaps, 4, steps, 1e-4, 600, x, &least));
        if (least < best) {
            best = least;
            fit->mmpp = two_states(exp(x[0]), exp(x[1]), exp(x[2]), exp(x[3]));
        }
    }
    fit->mmpp_log_likelihood = hanse_mmpp2_log_likelihood(&fit->mmpp, gaps_s, n);
    fit->mmpp_aic = 2.0 * 4 - 2.0 * fit->mmpp_log_likelihood;
    return HANSE_OK;
}

/* --- all ---------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum hanse_status fit_gaps(struct hanse_context *ctx, const double *work_s, size_t n,
                                  double *gaps, struct hanse_arrivals_fit *fit)
{
    size_t n_gaps = 0;
    for (size_t i = 1; i < n; i++) {
        double gap = work_s[i] - work_s[i - 1];
        gaps[n_gaps] = gap;
        n_gaps += gap > 0.0; /* equal times that are no whole seconds are one arrival */
    }
    if (n_gaps < 20) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "fit: must have at least 20 gaps > 0 between arrivals, got %zu",
                           n_gaps);
    }
    describe_gaps(gaps, n_gaps, fit);
    describe_counts(work_s, n, fit);
    HANSE_TRY(fit_mmpp(ctx, gaps, n_gaps, fit));
    qsort(gaps, n_gaps, sizeof *gaps, by_size);
    HANSE_TRY(hanse_fit_all(ctx, gaps, n_gaps, fit->gaps, &fit->n_gaps));
    fit->modulated = fit->n_gaps == 0 || fit->mmpp_aic < fit->gaps[0].aic;
    return HANSE_OK;
}

enum hanse_status hanse_fit_arrivals(struct hanse_context *ctx, const double *times_s, size_t n,
                                     struct hanse_arrivals_fit *fit)
{
    *fit = (struct hanse_arrivals_fit){.n = n};
    for (size_t i = 0; i < n; i++) {
        if (!(times_s[i] >= (i > 0 ? times_s[i - 1] : 0.0)) || !isfinite(times_s[i])) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "fit: times must be >= 0, finite and rising, got %g s",
                               times_s[i]);
        }
    }
    if (n < 21 || !(times_s[n - 1] > times_s[0])) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "fit: must have at least 21 arrivals, got %zu", n);
    }
    fit->span_s = times_s[n - 1] - times_s[0];
    HANSE_TRY(fit_rhythm(ctx, times_s, n, fit));
    double *room = hanse__alloc(ctx, 2 * n, sizeof *room);
    if (room == NULL) {
        return HANSE_ERR_MEMORY;
    }
    operational(&fit->rhythm, times_s, n, room);
    enum hanse_status status = fit_gaps(ctx, room, n, room + n, fit);
    hanse__free(room);
    return status;
}
