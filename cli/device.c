#include "cli/device.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/calibrate_published.h"
#include "cli/table.h"
#include "scripting/library.h"

/* --- options ------------------------------------------------------------------------------ */

size_t hanse_cli_device_options(struct hanse_cli_device_settings *s,
                                struct hanse_cli_option *options)
{
    struct hanse_cli_engine_settings *e = &s->engine;
    const struct hanse_cli_option shared[] = {
        {"model", 'm', HANSE_CLI_TEXT, &s->model, "NAME", "model of the catalogue"},
        {"precision", 0, HANSE_CLI_TEXT, &s->precision, "P", "of weights and products (bf16)"},
        {"tensor", 0, HANSE_CLI_INTEGER, &s->tensor, "T", "devices that share each layer (1)"},
        {"usable", 0, HANSE_CLI_NUMBER, &s->usable, "X", "share of memory in use (0.9)"},
        {"link", 0, HANSE_CLI_NUMBER, &s->link_gbps, "GB/s",
         "between devices of a node, where the profile has no all-reduce"},
        {"link-latency", 0, HANSE_CLI_NUMBER, &s->link_us, "us", "of a message (5)"},
        {"compute-efficiency", 0, HANSE_CLI_NUMBER, &s->compute_efficiency, "X",
         "share of a catalogue's peak, in place of what is known of products"},
        {"memory-efficiency", 0, HANSE_CLI_NUMBER, &s->memory_efficiency, "X",
         "share of a catalogue's bandwidth, likewise"},
        {"engine", 0, HANSE_CLI_TEXT, &e->name, "NAME",
         "engine of the catalogue; none: the device alone; unknown (unknown)"},
        {"engine-points", 0, HANSE_CLI_TEXT, &e->points, "FILE.csv",
         "fit the engine to one to four measured answers: tensor, batch, prompt_tokens, "
         "output_tokens, ttft_ms, tpot_ms"},
        {"engine-step", 0, HANSE_CLI_NUMBER, &e->step_ms, "ms",
         "host time of a step, while the device works"},
        {"engine-layer", 0, HANSE_CLI_NUMBER, &e->layer_ms, "ms", "host time of a layer"},
        {"engine-gap", 0, HANSE_CLI_NUMBER, &e->gap_ms, "ms",
         "after each step, while the device waits"},
        {"engine-request", 0, HANSE_CLI_NUMBER, &e->request_ms, "ms",
         "of a request outside the engine, before its first token"},
        {"device-factor", 0, HANSE_CLI_NUMBER, &e->factor, "X",
         "engine's device time over the profile's (1)"},
    };
    memcpy(options, shared, sizeof shared);
    return sizeof shared / sizeof *shared;
}

static int check_engine(const char *command, const struct hanse_cli_engine_settings *e)
{
    const double times[] = {e->step_ms, e->layer_ms, e->gap_ms, e->request_ms};
    for (int i = 0; i < 4; i++) {
        if (times[i] < 0.0) {
            return hanse_cli_bad_usage(command, "times of an engine must be >= 0 ms, got %g",
                                       times[i]);
        }
    }
    if (!isnan(e->factor) && !(e->factor > 0.0)) {
        return hanse_cli_bad_usage(command, "--device-factor must be > 0, got %g", e->factor);
    }
    if ((e->name != NULL) + (e->points != NULL) + hanse_cli_engine_stated(e) > 1) {
        return hanse_cli_bad_usage(command, "an engine is named (--engine), fitted "
                                            "(--engine-points) or stated in numbers, one of "
                                            "the three");
    }
    return 0;
}

int hanse_cli_device_check(const char *command, const struct hanse_cli_device_settings *s)
{
    double compute = s->compute_efficiency, memory = s->memory_efficiency;
    if (s->tensor < 1 || s->pipeline < 1 || s->data < 1) {
        return hanse_cli_bad_usage(command, "counts of devices must be >= 1");
    }
    if (!(s->usable > 0.0 && s->usable <= 1.0)) {
        return hanse_cli_bad_usage(command, "--usable must lie in (0, 1], got %g", s->usable);
    }
    if (s->link_us < 0.0 || s->link_gbps < 0.0 || s->node_link_gbps < 0.0) {
        return hanse_cli_bad_usage(command, "rates and latencies of links must be >= 0");
    }
    if (!(compute >= 0.0 && compute <= 1.0 && memory >= 0.0 && memory <= 1.0)) {
        return hanse_cli_bad_usage(command, "efficiencies must lie in (0, 1], got %g and %g",
                                   compute, memory);
    }
    if ((compute > 0.0) != (memory > 0.0)) {
        return hanse_cli_bad_usage(command, "--compute-efficiency and --memory-efficiency are "
                                            "stated together");
    }
    return check_engine(command, &s->engine);
}

/* --- tables ------------------------------------------------------------------------------- */

enum hanse_status hanse_cli_open_table(struct hanse_cli_device *p, const char *name,
                                       struct hanse_table *table)
{
    char folder[4200];
    HANSE_TRY(hanse_library_find(p->ctx, p->folder, sizeof p->folder));
    snprintf(folder, sizeof folder, "%s/reference", p->folder);
    return hanse_table_read(p->ctx, folder, name, table);
}

enum hanse_status hanse_cli_find_row(struct hanse_context *ctx, const struct hanse_table *table,
                                     const char *what, const char *id, size_t *row)
{
    const char **names = hanse__alloc(ctx, table->n_rows + 1, sizeof *names);
    if (names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (*row = 0; *row < table->n_rows; ++*row) {
        names[*row] = hanse_table_cell(table, *row, "id");
        if (strcmp(names[*row], id) == 0) {
            hanse__free((void *)names);
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(id, names, table->n_rows);
    enum hanse_status status =
        hanse__fail(ctx, HANSE_ERR_INPUT, "no %s '%s'%s%s%s; 'hanse catalog %s' lists them",
                    what, id, near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "", table->name);
    hanse__free((void *)names);
    return status;
}

static int64_t count_of(const struct hanse_table *table, size_t row, const char *column)
{
    return (int64_t)hanse_table_number(table, row, column);
}

static enum hanse_status read_model(struct hanse_cli_device *p)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(hanse_cli_open_table(p, "models", &table));
    enum hanse_status status = hanse_cli_find_row(p->ctx, &table, "model", p->s->model, &r);
    if (status == HANSE_OK) {
        p->model = (struct hanse_transformer){
            .layers = count_of(&table, r, "layers"),
            .hidden = count_of(&table, r, "hidden"),
            .heads = count_of(&table, r, "heads"),
            .kv_heads = count_of(&table, r, "kv_heads"),
            .width = count_of(&table, r, "head_width"),
            .ffn = count_of(&table, r, "ffn"),
            .vocabulary = count_of(&table, r, "vocabulary"),
            .gated = count_of(&table, r, "gated") != 0,
            .tied = count_of(&table, r, "tied") != 0,
            .experts = count_of(&table, r, "experts"),
            .experts_used = count_of(&table, r, "experts_used"),
            .shared_ffn = count_of(&table, r, "shared_ffn"),
            .dense_layers = count_of(&table, r, "dense_layers"),
            .dense_ffn = count_of(&table, r, "dense_ffn"),
        };
        snprintf(p->model.name, sizeof p->model.name, "%s", p->s->model);
        status = hanse_transformer_check(p->ctx, &p->model);
    }
    hanse_table_fini(&table);
    return status;
}

/* The datasheet's peak in the precision asked for; 0 when it has none. */
static double peak_of(const struct hanse_table *table, size_t row, const char *precision)
{
    char column[64];
    const char *word = strcmp(precision, "fp16") == 0 ? "bf16" : precision;
    snprintf(column, sizeof column, "peak_%s_dense_tflops", word);
    return 1e12 * hanse_table_number(table, row, column);
}

/* A catalogue's device: datasheet times stated efficiencies. */
static enum hanse_status derive_profile(struct hanse_cli_device *p, const char *id)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(hanse_cli_open_table(p, "accelerators", &table));
    enum hanse_status status =
        hanse_cli_find_row(p->ctx, &table, "profile file or device", id, &r);
    if (status == HANSE_OK) {
        double gib = hanse_table_number(&table, r, "mem_gib");
        double gbps = hanse_table_number(&table, r, "mem_bw_gbs");
        p->profile =
            (struct hanse_profile){.origin = HANSE_PROFILE_DERIVED,
                                   .compute_flop_per_s = p->s->compute_efficiency *
                                                         peak_of(&table, r, p->s->precision),
                                   .memory_byte_per_s = p->s->memory_efficiency * 1e9 * gbps,
                                   .capacity_bytes = gib * 1073741824.0};
        snprintf(p->profile.name, sizeof p->profile.name, "%.40s", id);
        if (!(p->profile.compute_flop_per_s > 0.0)) {
            status = hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: the catalogue has no peak in %s",
                                 id, p->s->precision);
        }
    }
    hanse_table_fini(&table);
    return status;
}

/* Efficiencies that are stated stand in the place of what is known of a catalogue's device. */
static enum hanse_status read_profile(struct hanse_cli_device *p, const char *operand)
{
    size_t length = strlen(operand);
    bool is_file = length > 3 && strcmp(operand + length - 3, ".h5") == 0;
    bool stated = p->s->compute_efficiency > 0.0 && p->s->memory_efficiency > 0.0;
    if (stated && is_file) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "%s: a profile's file has rates; --compute-efficiency and "
                           "--memory-efficiency are of a device of the catalogue",
                           operand);
    }
    return stated ? derive_profile(p, operand)
                  : hanse_cli_find_profile(p->ctx, operand, &p->profile);
}

/* 0 where the profile has no such figure. */
static double figure_of(const struct hanse_cli_device *p, const char *name)
{
    for (size_t i = 0; i < p->profile.n_figures; i++) {
        if (strcmp(p->profile.figures[i].name, name) == 0) {
            return p->profile.figures[i].value;
        }
    }
    return 0.0;
}

/* What is stated, else what the profile's messages took; between nodes, else as within one. */
static void find_links(const struct hanse_cli_device *p, struct hanse_link_law *links)
{
    const struct hanse_cli_device_settings *s = p->s;
    double rate = figure_of(p, "link_rate"), far = figure_of(p, "node_link_rate");
    links[HANSE_REACH_NODE] =
        s->link_gbps > 0.0 ? (struct hanse_link_law){1e-6 * s->link_us, 1e9 * s->link_gbps}
                           : (struct hanse_link_law){figure_of(p, "link_latency"), rate};
    links[HANSE_REACH_CLUSTER] = links[HANSE_REACH_NODE];
    if (s->node_link_gbps > 0.0) {
        links[HANSE_REACH_CLUSTER] =
            (struct hanse_link_law){1e-6 * s->link_us, 1e9 * s->node_link_gbps};
    } else if (!(s->link_gbps > 0.0) && far > 0.0) {
        links[HANSE_REACH_CLUSTER] =
            (struct hanse_link_law){figure_of(p, "node_link_latency"), far};
    }
}

static enum hanse_status make_law(struct hanse_cli_device *p)
{
    enum hanse_precision precision = hanse_precision_named(p->s->precision);
    if (precision >= HANSE_BYTES) {
        return hanse__fail(
            p->ctx, HANSE_ERR_INPUT,
            "--precision: must be fp64, fp32, bf16, fp16, fp8, int8 or int4, got '%s'",
            p->s->precision);
    }
    const struct hanse_cli_device_settings *s = p->s;
    struct hanse_link_law links[HANSE_REACHES];
    find_links(p, links);
    bool several = s->tensor > 1 || s->pipeline > 1 || s->data > 1;
    p->linked = links[HANSE_REACH_NODE].byte_per_s > 0.0;
    if (several && !p->linked) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "--link: several devices need the rate of the link between them, "
                           "GB/s each way; the profile has none");
    }
    return hanse_device_law_create(p->ctx, &p->profile, precision, p->linked ? links : NULL,
                                   &p->law);
}

/* The datasheet's power of a catalogue's device, by id, name or the name in its profile. */
static enum hanse_status find_datasheet_power(struct hanse_cli_device *p, const char *operand)
{
    struct hanse_table table;
    HANSE_TRY(hanse_cli_open_table(p, "accelerators", &table));
    for (size_t r = 0; r < table.n_rows; r++) {
        const char *name = hanse_table_cell(&table, r, "name");
        if (strcmp(hanse_table_cell(&table, r, "id"), operand) == 0 ||
            strcmp(name, operand) == 0 || strcmp(name, p->profile.name) == 0) {
            hanse_cli_number(hanse_table_cell(&table, r, "tdp_w"), &p->watt);
        }
    }
    hanse_table_fini(&table);
    return HANSE_OK;
}

/* What a profile knows of power: the mean over its kernels' means, else the figure of what it
 * draws at work; and the idle figure. */
static void find_power(struct hanse_cli_device *p)
{
    double sum = 0.0;
    int n = 0;
    for (size_t i = 0; i < p->profile.n_rates; i++) {
        if (p->profile.rates[i].watt > 0.0) {
            sum += p->profile.rates[i].watt;
            n++;
        }
    }
    double active = figure_of(p, "active_power"), idle = figure_of(p, "idle_power");
    p->watt = n > 0 ? sum / n : active > 0.0 ? active : p->watt;
    p->idle_watt = idle > 0.0 ? idle : p->idle_watt;
}

enum hanse_status hanse_cli_device_read(struct hanse_cli_device *device, const char *operand)
{
    device->watt = device->idle_watt = NAN;
    if (device->s->model != NULL) {
        HANSE_TRY(read_model(device));
    }
    HANSE_TRY(read_profile(device, operand));
    HANSE_TRY(find_datasheet_power(device, operand));
    find_power(device);
    HANSE_TRY(make_law(device));
    return device->s->model != NULL ? hanse_cli_engine_read(device) : HANSE_OK;
}

enum hanse_status hanse_cli_model_read(struct hanse_context *ctx, const char *name,
                                       struct hanse_transformer *model)
{
    const struct hanse_cli_device_settings settings = {.model = name};
    struct hanse_cli_device device = {.ctx = ctx, .s = &settings};
    HANSE_TRY(read_model(&device));
    *model = device.model;
    return HANSE_OK;
}

void hanse_cli_device_fini(struct hanse_cli_device *device)
{
    hanse_device_law_destroy(device->law);
    hanse_profile_fini(&device->profile);
}
