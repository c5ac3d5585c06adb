/*
 * Power of a device that keeps at one kernel. The counters of accelerators move too seldom for
 * the samples of a launch, so once the rates are known the fastest product and the fastest
 * stream run again, for long enough.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "kernels/calibrate.h"

static const double LOOK_S = 0.6;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Runs of some milliseconds, until LOOK_S are over. */
static enum hanse_status keep_at(struct hanse_device *device, void *task, double seconds_each)
{
    int64_t repeats = (int64_t)ceil(fmin(0.02 / fmax(seconds_each, 1e-7), 1e5)), turn = 0;
    for (double began = now_s(); now_s() - began < LOOK_S; turn += repeats) {
        HANSE_TRY(device->backend->run(device, task, turn, repeats));
    }
    return HANSE_OK;
}

enum hanse_status hanse__sustained_power(struct hanse_device *device,
                                         const struct hanse_trial_key *key, double seconds_each,
                                         uint64_t seed, double *watt)
{
    struct hanse_trial *trial;
    void *task = NULL;
    *watt = NAN;
    HANSE_TRY(hanse_trial_create(device->ctx, key, device->cache_bytes, seed, &trial));
    enum hanse_status status = device->backend->prepare(device, trial, &task);
    if (status == HANSE_OK) {
        status = device->backend->run(device, task, 0, 1);
        device->backend->power_w(device);
        status = status == HANSE_OK ? keep_at(device, task, seconds_each) : status;
        *watt = status == HANSE_OK ? device->backend->power_w(device) : NAN;
        device->backend->release(device, task);
    }
    hanse_trial_destroy(trial);
    return status;
}

/* The fastest of a kernel's rates that has no power yet; NULL: none. */
static struct hanse_rate *fastest(struct hanse_profile *profile, enum hanse_kernel kernel)
{
    struct hanse_rate *best = NULL;
    for (size_t i = 0; i < profile->n_rates; i++) {
        struct hanse_rate *r = &profile->rates[i];
        if (r->kernel == kernel && isnan(r->watt) && r->rate > 0.0 &&
            (best == NULL || r->rate > best->rate)) {
            best = r;
        }
    }
    return best;
}

enum hanse_status hanse__add_sustained_power(struct hanse_device *device, uint64_t seed,
                                             struct hanse_profile *profile)
{
    static const enum hanse_kernel kernels[] = {HANSE_KERNEL_GEMM, HANSE_KERNEL_STREAM_TRIAD};
    for (int i = 0; i < 2 && device->backend->power_w != NULL && !device->on_host; i++) {
        struct hanse_rate *rate = fastest(profile, kernels[i]);
        if (rate == NULL) {
            continue;
        }
        struct hanse_trial_key key = {
            .kernel = rate->kernel, .precision = rate->precision, .shape = rate->shape};
        memcpy(key.variant, rate->variant, sizeof key.variant);
        HANSE_TRY(
            hanse__sustained_power(device, &key, hanse_rate_seconds(rate), seed, &rate->watt));
    }
    return HANSE_OK;
}
