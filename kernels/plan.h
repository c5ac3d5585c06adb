/*
 * What is measured on a device: the shapes of every kernel it runs.
 *
 * Streams, chases and transfers are sized by the device's last-level cache (four times as much
 * in all, so that memory is what is measured). Products and attention have the shapes of
 * language models (hidden sizes 2048, 4096, 8192 with their gated layers; heads of 128 with
 * groups of 4 and 8) and squares. The quick plan keeps two points of each curve.
 */
#ifndef HANSE_KERNELS_PLAN_H
#define HANSE_KERNELS_PLAN_H

#include "kernels/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The trials this device runs, in a fixed order; free with hanse__free. HANSE_ERR_MEMORY. */
enum hanse_status hanse_plan(struct hanse_context *ctx, const struct hanse_device *device,
                             bool quick, struct hanse_trial_key **trials, int *n);

#ifdef __cplusplus
}
#endif
#endif
