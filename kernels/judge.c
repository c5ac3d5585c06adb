/* From samples to rates: medians, intervals, and what launches had in common. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/calibrate.h"

static int by_rate(const void *a, const void *b)
{
    const struct hanse_sample *x = a, *y = b;
    return x->rate != y->rate       ? (x->rate > y->rate) - (x->rate < y->rate)
           : x->launch != y->launch ? (x->launch > y->launch) - (x->launch < y->launch)
                                    : (x->order > y->order) - (x->order < y->order);
}

static struct hanse_rate rate_of(const struct hanse_trial_key *key,
                                 const struct hanse_verdict *verdict, double watt)
{
    double amount = hanse_kernel_amount(key->kernel, key->precision, &key->shape);
    struct hanse_rate rate = {.kernel = key->kernel,
                              .precision = key->precision,
                              .shape = key->shape,
                              .origin = HANSE_PROFILE_MEASURED,
                              .marks = verdict->contaminated ? HANSE_RATE_CONTAMINATED : 0,
                              .rate = amount / verdict->seconds,
                              .low = amount / verdict->high_s,
                              .high = amount / verdict->low_s,
                              .log_sd = verdict->log_sd,
                              .launch_sd = verdict->launch_sd,
                              .watt = watt,
                              .source = -1,
                              .n_samples = verdict->n_valid};
    memcpy(rate.variant, key->variant, sizeof rate.variant);
    return rate;
}

/* A rate's deviations from its own mean over the launches, so scaled that their products add up
 * to the sample covariance. A launch without a sample of it deviates by nothing. */
static void factor_row(const double *launch_log, int n_launches, double *row)
{
    double mean = 0.0;
    int count = 0;
    for (int l = 0; l < n_launches; l++) {
        if (!isnan(launch_log[l])) {
            mean += launch_log[l];
            count++;
        }
    }
    for (int l = 0; l < n_launches; l++) {
        row[l] = isnan(launch_log[l]) || count < 2
                     ? 0.0
                     : -(launch_log[l] - mean / count) / sqrt(count - 1.0);
    }
}

/* `room`: samples sorted by trial; factors n_trials × n_launches; launch_log n_launches. */
static enum hanse_status judge_sorted(struct hanse_context *ctx,
                                      const struct hanse_trial_key *trials, int n_trials,
                                      const struct hanse__gathered *gathered, int n_launches,
                                      struct hanse_profile *profile, double *factors,
                                      double *launch_log)
{
    size_t at = 0;
    for (int t = 0; t < n_trials; t++) {
        size_t first = at;
        struct hanse_verdict verdict;
        while (at < gathered->n_samples && gathered->samples[at].rate == t) {
            at++;
        }
        HANSE_TRY(hanse_judge(ctx, gathered->samples + first, at - first, n_launches, &verdict,
                              launch_log));
        factor_row(launch_log, n_launches, factors + (size_t)t * (size_t)n_launches);
        double watt =
            gathered->n_watts[t] > 0 ? gathered->watts[t] / gathered->n_watts[t] : NAN;
        struct hanse_rate rate = rate_of(&trials[t], &verdict, watt);
        HANSE_TRY(hanse_profile_add_rate(ctx, profile, &rate));
    }
    for (size_t i = 0; i < gathered->n_samples; i++) {
        HANSE_TRY(hanse_profile_add_sample(ctx, profile, &gathered->samples[i]));
    }
    return hanse_profile_set_factors(ctx, profile, factors, (size_t)n_launches);
}

enum hanse_status hanse__judge_all(struct hanse_context *ctx,
                                   const struct hanse_trial_key *trials, int n_trials,
                                   const struct hanse__gathered *gathered, int n_launches,
                                   struct hanse_profile *profile)
{
    double *room = hanse__alloc(ctx, ((size_t)n_trials + 1) * (size_t)n_launches, sizeof *room);
    if (room == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (gathered->n_samples > 0) {
        qsort(gathered->samples, gathered->n_samples, sizeof *gathered->samples, by_rate);
    }
    enum hanse_status status = judge_sorted(ctx, trials, n_trials, gathered, n_launches,
                                            profile, room + n_launches, room);
    hanse__free(room);
    return status;
}
