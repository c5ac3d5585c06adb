/*
 * Backends: what runs kernels, reached through one small table of functions.
 *
 * A device is named by a path: "cpu", "cpu:avx2" (a lower instruction set than the machine
 * has), "blas:openblas", "blas:blis" (a vendor's or distribution's library on the processor),
 * "opencl:0", "cuda:0". The processor is the reference: it runs every kernel, the others what
 * makes sense on them, and every kernel test runs on every backend present. A backend whose
 * driver or library is missing says so in one sentence; the rest goes on.
 *
 * Third-party headers stay in the backend's folder. A backend serves one thread at a time.
 */
#ifndef HANSE_KERNELS_DEVICE_H
#define HANSE_KERNELS_DEVICE_H

#include "kernels/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_device;

struct hanse_backend {
    const char *name; /* "cpu" */
    const char *what; /* one line for people */
    /* Names of the devices there are, separated by blanks, "" for none: then the context says
     * why. */
    enum hanse_status (*list)(struct hanse_context *ctx, char *paths, size_t size);
    /* Fills the device; `which` is the path behind the colon, "" without one. */
    enum hanse_status (*open)(struct hanse_context *ctx, const char *which,
                              struct hanse_device *device);
    void (*close)(struct hanse_device *device);
    /* Can it run this kernel in this precision and variant at all? */
    bool (*runs)(const struct hanse_device *device, const struct hanse_trial_key *key);
    /* Brings a trial's inputs and poisoned outputs to the device. */
    enum hanse_status (*prepare)(struct hanse_device *device, struct hanse_trial *trial,
                                 void **task);
    /* Runs it `repeats` times with weight copies turn, turn + 1 …, and waits for the end. */
    enum hanse_status (*run)(struct hanse_device *device, void *task, int64_t turn,
                             int64_t repeats);
    /* Brings outputs back into the trial. */
    enum hanse_status (*fetch)(struct hanse_device *device, void *task);
    void (*release)(struct hanse_device *device, void *task);
    /* Device clock and power, where they can be read; NaN otherwise. May be NULL. */
    double (*power_w)(struct hanse_device *device);
    /* What is known beforehand about a rate (enum hanse_rate_mark). NULL: nothing. */
    unsigned (*marks)(const struct hanse_device *device, const struct hanse_trial_key *key);
    /* Driver, clocks, limits: what a reader needs to judge a figure. NULL: nothing. */
    void (*state)(struct hanse_device *device, char *text, size_t size);
};

struct hanse_device {
    const struct hanse_backend *backend;
    struct hanse_context *ctx;
    char path[HANSE_PROFILE_NAME];
    char name[HANSE_PROFILE_NAME]; /* "AMD EPYC, 2 cores, avx512" */
    double cache_bytes;            /* of the last level */
    double memory_bytes;
    int units;        /* cores, multiprocessors */
    bool on_host;     /* its memory is the host's */
    char remark[480]; /* what it has to do without, "" for nothing */
    void *self;
};

/* All backends, in the order of trust: cpu, blas, opencl, cuda. */
const struct hanse_backend *const *hanse_backends(size_t *n);

/* Opens "cpu", "opencl:0" …. HANSE_ERR_INPUT: no such backend (with "did you mean") or device;
 * HANSE_ERR_IO: it is there and could not be opened. Close with hanse_device_close. */
enum hanse_status hanse_device_open(struct hanse_context *ctx, const char *path,
                                    struct hanse_device *device);
void hanse_device_close(struct hanse_device *device);

/* Runs a trial once on fresh data and judges it. HANSE_ERR_TARGET: wrong. */
enum hanse_status hanse_device_verify(struct hanse_device *device,
                                      const struct hanse_trial_key *key, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
