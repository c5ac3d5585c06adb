/*
 * A model in an engine on a device, as `hanse predict` and `hanse serve` take them: an
 * architecture of the catalogue; a profile file, or a device of the catalogue, by what is known
 * of it or with stated efficiencies; an engine of engines.csv, by its own numbers, or fitted to
 * measured answers. Options, rules and meanings are the same in both commands and live here.
 */
#ifndef HANSE_CLI_DEVICE_H
#define HANSE_CLI_DEVICE_H

#include <jansson.h>

#include "cli/options.h"
#include "cli/table.h"
#include "sim/process/predict/inference.h"

/* The numbers of an engine on the command line; NaN: not given. */
struct hanse_cli_engine_settings {
    const char *name;   /* of engines.csv, "none" or "unknown"; NULL: unknown */
    const char *points; /* table of measured answers; NULL: none */
    double step_ms, layer_ms, gap_ms, request_ms, factor;
};

struct hanse_cli_device_settings {
    const char *model, *precision; /* model NULL: none */
    int64_t tensor, pipeline, data;
    double compute_efficiency, memory_efficiency; /* stated; 0: what is known of the device */
    double usable;                                /* share of the memory */
    double link_gbps, node_link_gbps, link_us;
    struct hanse_cli_engine_settings engine;
};

struct hanse_cli_device {
    struct hanse_context *ctx;
    const struct hanse_cli_device_settings *s;
    char folder[4096];
    struct hanse_transformer model;
    struct hanse_profile profile;
    struct hanse_device_law *law;
    bool linked;            /* to others: as stated, else as the profile's messages say */
    double watt, idle_watt; /* of a device; NaN: not known */
    struct hanse_engine engine;
    char engine_label[96]; /* "not known", "none", "as stated", "fitted to 2 points", a name */
    bool engine_fitted;
};

/* What holds where nothing is said. */
#define HANSE_CLI_DEVICE_DEFAULTS                                                              \
    {                                                                                          \
        .precision = "bf16", .tensor = 1, .pipeline = 1, .data = 1, .usable = 0.9,             \
        .link_us = 5, .engine = {                                                              \
            .step_ms = NAN,                                                                    \
            .layer_ms = NAN,                                                                   \
            .gap_ms = NAN,                                                                     \
            .request_ms = NAN,                                                                 \
            .factor = NAN                                                                      \
        }                                                                                      \
    }

/* Writes the shared options to `options` and returns how many: HANSE_CLI_DEVICE_OPTIONS. */
enum { HANSE_CLI_DEVICE_OPTIONS = 15 };
size_t hanse_cli_device_options(struct hanse_cli_device_settings *s,
                                struct hanse_cli_option *options);
/* Ranges, and what excludes each other. 0, or the exit status after a message. */
int hanse_cli_device_check(const char *command, const struct hanse_cli_device_settings *s);
/* Is any of its numbers given? */
bool hanse_cli_engine_stated(const struct hanse_cli_engine_settings *s);
/* Is anything said of the engine? */
bool hanse_cli_engine_said(const struct hanse_cli_engine_settings *s);

/* Reads all; free with _fini, also after failure. `operand`: PROFILE.h5 or a device's name. */
enum hanse_status hanse_cli_device_read(struct hanse_cli_device *device, const char *operand);
/* An architecture of the catalogue alone. */
enum hanse_status hanse_cli_model_read(struct hanse_context *ctx, const char *name,
                                       struct hanse_transformer *model);

void hanse_cli_device_fini(struct hanse_cli_device *device);

/* The engine of a device that has its model and law. Points are rows with the columns tensor,
 * batch, prompt_tokens, output_tokens, ttft_ms, tpot_ms, the last two each optional. */
enum hanse_status hanse_cli_engine_read(struct hanse_cli_device *device);
/* Its numbers, for --format json: a new object. */
json_t *hanse_cli_engine_json(const struct hanse_cli_device *device);

/* A reference table; and the row named `id`, or a message with the nearest one. */
enum hanse_status hanse_cli_open_table(struct hanse_cli_device *p, const char *name,
                                       struct hanse_table *table);
enum hanse_status hanse_cli_find_row(struct hanse_context *ctx, const struct hanse_table *table,
                                     const char *what, const char *id, size_t *row);

#endif
