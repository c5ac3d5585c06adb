#include "cli/calibrate_published.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/table.h"
#include "scripting/library.h"

/* What the table's words for a kernel mean here. A shape may follow the words. */
static const struct {
    const char *category, *words;
    enum hanse_kernel kernel;
} meanings[] = {
    {"memory_bandwidth", "BabelStream copy", HANSE_KERNEL_STREAM_COPY},
    {"memory_bandwidth", "BabelStream triad", HANSE_KERNEL_STREAM_TRIAD},
    {"memory_bandwidth", "STREAM triad", HANSE_KERNEL_STREAM_TRIAD},
    {"memory_bandwidth", "BabelStream dot", HANSE_KERNEL_STREAM_READ},
    {"gemm", "cuBLASLt square ", HANSE_KERNEL_GEMM},
    {"gemm", "matmul best shape", HANSE_KERNEL_GEMM},
    {"gemm", "matmul large", HANSE_KERNEL_GEMM},
};

static double spread_of(const char *evidence)
{
    if (strcmp(evidence, "primary") == 0) {
        return 0.05;
    }
    return strcmp(evidence, "press") == 0 || strcmp(evidence, "aggregator") == 0 ? 0.10 : 0.20;
}

/* "4096" is a square, "2048x5120x6144" three extents, nothing a shape that is not known. */
static void read_shape(const char *text, struct hanse_shape *shape)
{
    long long a, b, c;
    int n = sscanf(text, "%lldx%lldx%lld", &a, &b, &c);
    if (n == 3) {
        *shape = (struct hanse_shape){{a, b, c}};
    } else if (n == 1) {
        *shape = (struct hanse_shape){{a, a, a}};
    }
}

static double unit_of(const char *unit)
{
    return strcmp(unit, "GB/s") == 0 ? 1e9 : strcmp(unit, "TFLOP/s") == 0 ? 1e12 : 0.0;
}

/* The kernel of a row, or false where it is none of ours. */
static bool read_kernel(const struct hanse_table *table, size_t row, struct hanse_rate *rate)
{
    const char *category = hanse_table_cell(table, row, "category");
    const char *words = hanse_table_cell(table, row, "kernel");
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        size_t length = strlen(meanings[i].words);
        if (strcmp(category, meanings[i].category) == 0 &&
            strncmp(words, meanings[i].words, length) == 0) {
            rate->kernel = meanings[i].kernel;
            read_shape(words + length, &rate->shape);
            return true;
        }
    }
    return false;
}

static enum hanse_status add_row(struct hanse_context *ctx, const struct hanse_table *table,
                                 size_t row, struct hanse_profile *profile)
{
    struct hanse_rate rate = {.origin = HANSE_PROFILE_PUBLISHED,
                              .low = NAN,
                              .high = NAN,
                              .launch_sd = NAN,
                              .watt = NAN};
    double value = 0.0, unit = unit_of(hanse_table_cell(table, row, "unit"));
    rate.precision = hanse_precision_named(hanse_table_cell(table, row, "precision"));
    if (strcmp(hanse_table_cell(table, row, "devices"), "1") != 0 || unit == 0.0 ||
        rate.precision == HANSE_PRECISIONS || !read_kernel(table, row, &rate) ||
        !hanse_cli_number(hanse_table_cell(table, row, "value"), &value)) {
        return HANSE_OK;
    }
    rate.rate = value * unit;
    rate.log_sd = spread_of(hanse_table_standing(table, row, "value", "evidence"));
    snprintf(rate.variant, sizeof rate.variant, "library");
    HANSE_TRY(hanse_profile_add_source(
        ctx, profile, hanse_table_standing(table, row, "value", "source"), &rate.source));
    return hanse_profile_add_rate(ctx, profile, &rate);
}

static enum hanse_status no_device(struct hanse_context *ctx, const struct hanse_table *table,
                                   const char *name)
{
    const char **names = hanse__alloc(ctx, table->n_rows + 1, sizeof *names);
    if (names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t r = 0; r < table->n_rows; r++) {
        names[r] = hanse_table_cell(table, r, "subject");
    }
    const char *near = hanse__nearest(name, names, table->n_rows);
    enum hanse_status status = hanse__fail(
        ctx, HANSE_ERR_INPUT,
        "no published kernels of '%s'%s%s%s; 'hanse catalog performance' lists devices", name,
        near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?" : "");
    hanse__free((void *)names);
    return status;
}

static enum hanse_status fill(struct hanse_context *ctx, const struct hanse_table *table,
                              const char *name, struct hanse_profile *profile)
{
    for (size_t r = 0; r < table->n_rows; r++) {
        if (strcmp(hanse_table_cell(table, r, "subject"), name) == 0) {
            HANSE_TRY(add_row(ctx, table, r, profile));
        }
    }
    if (profile->n_rates == 0) {
        return no_device(ctx, table, name);
    }
    snprintf(profile->name, sizeof profile->name, "%s", name);
    hanse_profile_set_ceilings(profile);
    return hanse_profile_add_note(
        ctx, profile, "spread",
        "assumed, not published: 5 % for primary sources, 10 % for press and aggregators, 20 % "
        "for the rest, as standard deviation of log rate");
}

enum hanse_status hanse_cli_published_profile(struct hanse_context *ctx, const char *name,
                                              struct hanse_profile *profile)
{
    char folder[4096];
    struct hanse_table table;
    *profile = (struct hanse_profile){0};
    HANSE_TRY(hanse_library_find(ctx, folder, sizeof folder - 16));
    strcat(folder, "/reference");
    HANSE_TRY(hanse_table_read(ctx, folder, "measured_performance", &table));
    enum hanse_status status = fill(ctx, &table, name, profile);
    hanse_table_fini(&table);
    return status;
}
