#include "kernels/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/quantile.h"

struct hanse_bounds hanse_bounds_default(void)
{
    return (struct hanse_bounds){.cpu_share = 0.97,
                                 .waited = 0.03,
                                 .switches_per_s = 100.0,
                                 .probe = 1.05,
                                 .pressure = 0.5,
                                 .reference = 1.15};
}

/* --- is a sample valid? ------------------------------------------------------------------- */

/* Slower or faster than usual, or not known (NaN). */
static bool off_the_clock(const struct hanse_bounds *bounds, double probe_s, double usual_s)
{
    return !(probe_s <= bounds->probe * usual_s && bounds->probe * probe_s >= usual_s);
}

uint32_t hanse_sample_faults(const struct hanse_bounds *bounds,
                             const struct hanse_reading *before,
                             const struct hanse_reading *after, double probe_s,
                             double usual_probe_s, bool blocks)
{
    uint32_t faults = 0;
    double wall = after->wall_s - before->wall_s, cpu = after->cpu_s - before->cpu_s;
    double switches = after->switches - before->switches;
    double pressure = after->pressure_s - before->pressure_s;
    double waited = after->waited_s - before->waited_s;
    /* NaN where the system keeps no such figure: no fault then, but for the thread's own time,
     * which every system keeps. */
    if (!blocks && (!(cpu >= bounds->cpu_share * wall) || waited > bounds->waited * wall)) {
        faults |= HANSE_SAMPLE_PREEMPTED;
    }
    if (!blocks && switches > fmax(1.0, bounds->switches_per_s * wall)) {
        faults |= HANSE_SAMPLE_SWITCHED;
    }
    if (off_the_clock(bounds, probe_s, usual_probe_s)) {
        faults |= HANSE_SAMPLE_CLOCK;
    }
    if (pressure > bounds->pressure * wall) {
        faults |= HANSE_SAMPLE_PRESSURE;
    }
    return faults;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double hanse_usual_time(const double *seconds, size_t n)
{
    enum { MOST = 4096 };
    double sorted[MOST];
    size_t kept = n < MOST ? n : MOST;
    if (kept == 0) {
        return INFINITY;
    }
    memcpy(sorted, seconds + (n - kept), kept * sizeof *sorted);
    qsort(sorted, kept, sizeof *sorted, ascending);
    return sorted[kept / 4];
}

void hanse_mark_clocks(const struct hanse_bounds *bounds, struct hanse_sample *samples,
                       const double *probes, size_t n)
{
    double usual = hanse_usual_time(probes, n);
    for (size_t i = 0; i < n; i++) {
        samples[i].faults &= ~(uint32_t)HANSE_SAMPLE_CLOCK;
        samples[i].faults |= off_the_clock(bounds, probes[i], usual) ? HANSE_SAMPLE_CLOCK : 0;
    }
}

void hanse_mark_references(const struct hanse_bounds *bounds, struct hanse_sample *samples,
                           size_t n)
{
    enum { MOST = 4096 };
    double seconds[MOST];
    size_t kept = n < MOST ? n : MOST;
    if (n == 0) {
        return;
    }
    for (size_t i = 0; i < kept; i++) {
        seconds[i] = samples[i].reference_seconds;
    }
    double usual = hanse_usual_time(seconds, kept);
    for (size_t i = 0; i < n; i++) {
        samples[i].faults &= ~(uint32_t)HANSE_SAMPLE_REFERENCE;
        if (!(samples[i].reference_seconds <= bounds->reference * usual)) {
            samples[i].faults |= HANSE_SAMPLE_REFERENCE;
        }
    }
}

/* --- what do they say? -------------------------------------------------------------------- */

/* The launch's valid samples into `room`, sorted; how many. */
static size_t valid_of(const struct hanse_sample *samples, size_t n, int launch, double *room)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (samples[i].faults == 0 && (launch < 0 || samples[i].launch == launch)) {
            room[kept++] = samples[i].seconds;
        }
    }
    hanse_sort(room, kept);
    return kept;
}

static void judge_launches(const struct hanse_sample *samples, size_t n, int n_launches,
                           struct hanse_verdict *verdict, double *launch_log, double *room)
{
    double sum = 0.0, squares = 0.0;
    verdict->n_launches = 0;
    for (int l = 0; l < n_launches; l++) {
        size_t kept = valid_of(samples, n, l, room);
        double median = kept > 0 ? log(hanse_quantile_sorted(room, kept, 0.5)) : NAN;
        if (launch_log != NULL) {
            launch_log[l] = median;
        }
        if (kept > 0) {
            verdict->n_launches++;
            sum += median;
            squares += median * median;
        }
    }
    double count = verdict->n_launches;
    double variance = count > 1.0 ? (squares - sum * sum / count) / (count - 1.0) : NAN;
    verdict->launch_sd = isnan(variance) ? NAN : sqrt(fmax(variance, 0.0));
}

enum hanse_status hanse_judge(struct hanse_context *ctx, const struct hanse_sample *samples,
                              size_t n, int n_launches, struct hanse_verdict *verdict,
                              double *launch_log)
{
    double *room = hanse__alloc(ctx, n + 1, sizeof *room);
    if (room == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *verdict = (struct hanse_verdict){.seconds = NAN, .low_s = NAN, .high_s = NAN};
    judge_launches(samples, n, n_launches, verdict, launch_log, room);
    size_t kept = valid_of(samples, n, -1, room);
    verdict->n_valid = (int)kept;
    verdict->contaminated =
        kept < HANSE_SAMPLES_LEAST || verdict->n_launches < HANSE_LAUNCHES_LEAST;
    if (!verdict->contaminated) {
        struct hanse_quantile_interval interval =
            hanse_quantile_interval(room, kept, 0.5, 0.95);
        verdict->seconds = interval.quantile;
        verdict->low_s = interval.low;
        verdict->high_s = interval.high;
        verdict->log_sd = 0.5 * log(interval.high / interval.low) / 1.959964;
    }
    hanse__free(room);
    return HANSE_OK;
}
