#include "cli/device.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/calibrate_published.h"
#include "cli/table.h"
#include "scripting/library.h"

static enum hanse_status open_table(struct hanse_cli_device *p, const char *name,
                                    struct hanse_table *table)
{
    char folder[4200];
    HANSE_TRY(hanse_library_find(p->ctx, p->folder, sizeof p->folder));
    snprintf(folder, sizeof folder, "%s/reference", p->folder);
    return hanse_table_read(p->ctx, folder, name, table);
}

/* The row named `id`, or a message with the nearest one. */
static enum hanse_status find_row(struct hanse_cli_device *p, const struct hanse_table *table,
                                  const char *what, const char *id, size_t *row)
{
    const char **names = hanse__alloc(p->ctx, table->n_rows + 1, sizeof *names);
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
        hanse__fail(p->ctx, HANSE_ERR_INPUT, "no %s '%s'%s%s%s; 'hanse catalog %s' lists them",
                    what, id, near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "", table->name);
    hanse__free((void *)names);
    return status;
}

static int64_t count_of(const struct hanse_table *table, size_t row, const char *column)
{
    double number = 0.0;
    hanse_cli_number(hanse_table_cell(table, row, column), &number);
    return (int64_t)number;
}

static enum hanse_status read_model(struct hanse_cli_device *p)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(open_table(p, "models", &table));
    enum hanse_status status = find_row(p, &table, "model", p->s->model, &r);
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
    double number = 0.0;
    const char *word = strcmp(precision, "fp16") == 0 ? "bf16" : precision;
    snprintf(column, sizeof column, "peak_%s_dense_tflops", word);
    hanse_cli_number(hanse_table_cell(table, row, column), &number);
    return 1e12 * number;
}

/* A catalogue's device: datasheet times stated efficiencies. */
static enum hanse_status derive_profile(struct hanse_cli_device *p, const char *id)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(open_table(p, "accelerators", &table));
    enum hanse_status status = find_row(p, &table, "profile file or device", id, &r);
    if (status == HANSE_OK) {
        double gib = 0.0, gbps = 0.0;
        hanse_cli_number(hanse_table_cell(&table, r, "mem_gib"), &gib);
        hanse_cli_number(hanse_table_cell(&table, r, "mem_bw_gbs"), &gbps);
        p->profile =
            (struct hanse_profile){.origin = HANSE_PROFILE_DERIVED,
                                   .compute_flop_per_s = p->s->compute_efficiency *
                                                         peak_of(&table, r, p->s->precision),
                                   .memory_byte_per_s = p->s->memory_efficiency * 1e9 * gbps,
                                   .capacity_bytes = gib * 1073741824.0};
        snprintf(p->profile.name, sizeof p->profile.name, "%.40s", id);
        hanse_cli_number(hanse_table_cell(&table, r, "tdp_w"), &p->watt);
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
    return stated && !is_file ? derive_profile(p, operand)
                              : hanse_cli_find_profile(p->ctx, operand, &p->profile);
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
    double between = s->node_link_gbps > 0.0 ? s->node_link_gbps : s->link_gbps;
    const struct hanse_link_law links[HANSE_REACHES] = {
        [HANSE_REACH_NODE] = {1e-6 * s->link_us, 1e9 * s->link_gbps},
        [HANSE_REACH_CLUSTER] = {1e-6 * s->link_us, 1e9 * between}};
    bool several = s->tensor > 1 || s->pipeline > 1 || s->data > 1;
    if (several && !(s->link_gbps > 0.0)) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "--link: several devices need the rate of the link between them, "
                           "GB/s each way");
    }
    return hanse_device_law_create(p->ctx, &p->profile, precision, several ? links : NULL,
                                   &p->law);
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
    p->watt = n > 0 ? sum / n : p->watt;
    for (size_t i = 0; i < p->profile.n_figures; i++) {
        if (n == 0 && strcmp(p->profile.figures[i].name, "active_power") == 0) {
            p->watt = p->profile.figures[i].value;
        }
        if (strcmp(p->profile.figures[i].name, "idle_power") == 0) {
            p->idle_watt = p->profile.figures[i].value;
        }
    }
}

enum hanse_status hanse_cli_device_read(struct hanse_cli_device *device, const char *operand)
{
    device->watt = device->idle_watt = NAN;
    if (device->s->model != NULL) {
        HANSE_TRY(read_model(device));
    }
    HANSE_TRY(read_profile(device, operand));
    find_power(device);
    return make_law(device);
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
