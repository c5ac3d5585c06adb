/*
 * A model on a device, as `hanse predict` and `hanse serve` take them: an architecture of the
 * catalogue; a profile file, or a device of the catalogue, by what is known of it or with
 * stated efficiencies.
 */
#ifndef HANSE_CLI_DEVICE_H
#define HANSE_CLI_DEVICE_H

#include "cli/options.h"
#include "sim/process/predict/inference.h"

struct hanse_cli_device_settings {
    const char *model, *precision; /* model NULL: none */
    int64_t tensor, pipeline, data;
    double compute_efficiency, memory_efficiency; /* stated; 0: what is known of the device */
    double link_gbps, node_link_gbps, link_us;
};

struct hanse_cli_device {
    struct hanse_context *ctx;
    const struct hanse_cli_device_settings *s;
    char folder[4096];
    struct hanse_transformer model;
    struct hanse_profile profile;
    struct hanse_device_law *law;
    double watt, idle_watt; /* of a device; NaN: not known */
};

/* Reads all; free with _fini, also after failure. `operand`: PROFILE.h5 or a device's name. */
enum hanse_status hanse_cli_device_read(struct hanse_cli_device *device, const char *operand);
/* An architecture of the catalogue alone. */
enum hanse_status hanse_cli_model_read(struct hanse_context *ctx, const char *name,
                                       struct hanse_transformer *model);

void hanse_cli_device_fini(struct hanse_cli_device *device);

#endif
