/* What `hanse predict` was asked, and the parts of its answer. Shared by cli/predict*.c. */
#ifndef HANSE_CLI_PREDICT_H
#define HANSE_CLI_PREDICT_H

#include <jansson.h>

#include "cli/device.h"
#include "cli/options.h"
#include "sim/process/predict/training.h"

struct hanse_cli_predict_settings {
    struct hanse_cli_device_settings device; /* efficiencies 0: the profile's own */
    const char *recompute, *kernel, *shape;
    int64_t batch, most, microbatch, interleave, sequence, groups, inner_steps;
    double prompt_tokens, output_tokens;
    double group_link_gbps, group_link_ms, exchanged_bytes;
    bool train, fused;
};

struct hanse_cli_prediction {
    struct hanse_context *ctx;
    const struct hanse_cli_args *args;
    const struct hanse_cli_predict_settings *s;
    struct hanse_cli_device d;
    enum hanse_kernel kernel; /* with --kernel */
    struct hanse_shape shape;
    struct hanse_estimate estimate;
};

/* Prints, or adds to `rows` for JSON. HANSE_ERR_TARGET: it doesn't fit. */
enum hanse_status hanse_cli_predict_inference(struct hanse_cli_prediction *p, json_t *rows);
enum hanse_status hanse_cli_predict_training(struct hanse_cli_prediction *p, json_t *rows);
void hanse_cli_predict_kernel(const struct hanse_cli_prediction *p, json_t *rows);

/* Reads --kernel and --shape and predicts. HANSE_ERR_INPUT: not one of ours, or not so many
 * extents. */
enum hanse_status hanse_cli_read_kernel(struct hanse_cli_prediction *p);

#endif
