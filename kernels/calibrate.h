/*
 * Calibration: a device becomes a profile.
 *
 * The calibrating process measures nothing. It starts the program anew for each launch (exec,
 * not fork: addresses, pages and threads are new), reads what the launch writes, line by line,
 * and judges at the end. A launch that dies loses its samples and nothing else.
 *
 *     sample TRIAL ORDER FAULTS SECONDS REFERENCE_SECONDS
 *     power TRIAL WATT
 *     trouble TRIAL WORDS…
 *     end
 */
#ifndef HANSE_KERNELS_CALIBRATE_H
#define HANSE_KERNELS_CALIBRATE_H

#include <stdio.h>

#include "kernels/measure.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_calibration {
    const char *device; /* "cpu" */
    bool quick;         /* fewer shapes, at most a minute */
    uint64_t seed;
    int launches; /* 0: 5 */
    /* The program that makes one launch: argv, NULL at the end; the launch's number and its
     * budget in seconds are added as two more arguments. */
    const char *const *launch_argv;
    /* Called before each launch and with trouble; NULL: nobody. */
    void (*progress)(void *self, const char *line);
    void *self;
};

/* Measures into `profile` (to be freed with hanse_profile_fini, also after a failure).
 * HANSE_ERR_INPUT: no such device; HANSE_ERR_IO: launches could not be started. A profile whose
 * every rate is contaminated is still a profile, and HANSE_OK. */
enum hanse_status hanse_calibrate(struct hanse_context *ctx,
                                  const struct hanse_calibration *calibration,
                                  struct hanse_profile *profile);

/* One launch, written to `out`: what the program named by launch_argv does. */
enum hanse_status hanse_calibrate_launch(struct hanse_context *ctx,
                                         const struct hanse_calibration *calibration,
                                         int launch, double budget_s, FILE *out);

/* --- shared inside kernels ---------------------------------------------------------------- */

/* Notes on the machine's state, from /proc and /sys. */
enum hanse_status hanse__note_state(struct hanse_context *ctx, struct hanse_profile *profile);

/* Watts of a device that keeps at one kernel, of which a call takes about `seconds_each`; NaN
 * where it has no counter. The device must have power_w. */
enum hanse_status hanse__sustained_power(struct hanse_device *device,
                                         const struct hanse_trial_key *key, double seconds_each,
                                         uint64_t seed, double *watt);
/* The same for an accelerator's fastest gemm and triad, where they have no power yet. */
enum hanse_status hanse__add_sustained_power(struct hanse_device *device, uint64_t seed,
                                             struct hanse_profile *profile);

/* Rates and factors from the samples gathered; samples are of trial numbers until then. */
struct hanse__gathered {
    struct hanse_sample *samples;
    size_t n_samples, capacity;
    double *watts; /* sum over launches, by trial */
    int *n_watts;  /* launches that reported power */
};
enum hanse_status hanse__judge_all(struct hanse_context *ctx,
                                   const struct hanse_trial_key *trials, int n_trials,
                                   const struct hanse__gathered *gathered, int n_launches,
                                   struct hanse_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
