#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/h5.h"
#include "output/profile.h"
#include "output/profile_columns.h"

static const char *cell_text(const struct hanse__column *column, const char *cell)
{
    int number;
    if (column->cell == HANSE__CELL_CHARS) {
        return cell;
    }
    memcpy(&number, cell, sizeof number);
    switch (column->cell) {
    case HANSE__CELL_KERNEL:
        return hanse_kernel_kind((enum hanse_kernel)number)->name;
    case HANSE__CELL_PRECISION:
        return hanse_precision_name((enum hanse_precision)number);
    default:
        return hanse_profile_origin_name((enum hanse_profile_origin)number);
    }
}

static int64_t cell_integer(const struct hanse__column *column, const char *cell)
{
    int64_t wide;
    int32_t narrow;
    memcpy(&narrow, cell, sizeof narrow);
    if (column->cell == HANSE__CELL_INT32) {
        return narrow;
    }
    memcpy(&wide, cell, sizeof wide);
    return wide;
}

/* One column of n items, gathered into `room`, which holds n × 8 bytes. */
static void write_column(struct hanse__h5 *h5, hid_t group, const struct hanse__columns *table,
                         const struct hanse__column *column, const char *items, size_t n,
                         void *room)
{
    const char **texts = room;
    double *numbers = room;
    int64_t *integers = room;
    for (size_t i = 0; i < n; i++) {
        const char *cell = items + i * table->stride + column->offset;
        switch (column->cell) {
        case HANSE__CELL_DOUBLE:
            memcpy(&numbers[i], cell, sizeof *numbers);
            break;
        case HANSE__CELL_INT32:
        case HANSE__CELL_INT64:
            integers[i] = cell_integer(column, cell);
            break;
        default:
            texts[i] = cell_text(column, cell);
        }
    }
    if (column->cell == HANSE__CELL_DOUBLE) {
        hanse__h5_numbers(h5, group, column->name, table->axis, column->unit, column->long_name,
                          numbers);
    } else if (column->cell == HANSE__CELL_INT32 || column->cell == HANSE__CELL_INT64) {
        hanse__h5_integers(h5, group, column->name, table->axis, column->long_name, integers);
    } else {
        hanse__h5_texts(h5, group, column->name, table->axis, column->long_name, texts);
    }
}

/* The axis and, where there are items, the group of columns, left open: HDF5 can't chunk what
 * has no extent. */
static hid_t write_columns(struct hanse__h5 *h5, const struct hanse__columns *table,
                           const void *items, size_t n)
{
    if (n == 0) {
        return -1;
    }
    void *room = hanse__alloc(h5->ctx, n, sizeof(double));
    if (room == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        return -1;
    }
    hanse__h5_axis_counter(h5, h5->file, table->axis, table->long_name, n);
    hid_t group = hanse__h5_group(h5, h5->file, table->group, table->long_name);
    for (size_t c = 0; c < table->n_columns; c++) {
        write_column(h5, group, table, &table->columns[c], items, n, room);
    }
    hanse__free(room);
    return group;
}

static void write_matrix(struct hanse__h5 *h5, hid_t group, const char *name,
                         const char *long_name, const char *second, size_t columns,
                         const double *data, size_t rows)
{
    const hsize_t start[2] = {0, 0}, count[2] = {rows, columns};
    const struct hanse__h5_spec spec = {.name = name,
                                        .unit = "1",
                                        .long_name = long_name,
                                        .type = HANSE__H5_DOUBLE,
                                        .rank = 2,
                                        .axes = {"rate", second}};
    hid_t dataset = hanse__h5_dataset(h5, group, &spec);
    if (dataset >= 0) {
        hanse__h5_write(h5, dataset, H5T_NATIVE_DOUBLE, start, count, data);
    }
    hanse__h5_close_dataset(h5, dataset);
}

static void write_covariance(struct hanse__h5 *h5, hid_t group,
                             const struct hanse_profile *profile)
{
    size_t n = profile->n_rates;
    double *covariance = hanse__alloc(h5->ctx, n * n, sizeof *covariance);
    if (covariance == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            covariance[i * n + j] = hanse_profile_log_covariance(profile, i, j);
        }
    }
    write_matrix(h5, group, "log_covariance", "covariance of the logarithms of two rates",
                 "rate_other", n, covariance, n);
    hanse__free(covariance);
}

static void write_rates(struct hanse__h5 *h5, const struct hanse_profile *profile)
{
    hid_t group = write_columns(h5, &hanse__rate_columns, profile->rates, profile->n_rates);
    if (group < 0) {
        return;
    }
    /* Without factors the covariance is log_sd² on its diagonal. */
    if (profile->n_factors > 0) {
        hanse__h5_axis_counter(h5, h5->file, "rate_other", "the rates once more",
                               profile->n_rates);
        write_covariance(h5, group, profile);
        hanse__h5_axis_counter(h5, h5->file, "factor", "what launches had in common",
                               profile->n_factors);
        write_matrix(h5, group, "factors",
                     "log rates move by this per standard deviation of a factor", "factor",
                     profile->n_factors, profile->factors, profile->n_rates);
    }
    hanse__h5_close(h5, group);
}

static void write_texts(struct hanse__h5 *h5, const struct hanse_profile *profile)
{
    const char **texts =
        hanse__alloc(h5->ctx, profile->n_sources + 2 * profile->n_notes + 1, sizeof *texts);
    if (texts == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        return;
    }
    const char **keys = texts + profile->n_sources, **notes = keys + profile->n_notes;
    for (size_t i = 0; i < profile->n_sources; i++) {
        texts[i] = profile->sources[i];
    }
    for (size_t i = 0; i < profile->n_notes; i++) {
        keys[i] = profile->notes[i].key;
        notes[i] = profile->notes[i].text;
    }
    if (profile->n_sources > 0) {
        hanse__h5_axis_texts(h5, h5->file, "source", "where numbers were published", texts,
                             profile->n_sources);
    }
    if (profile->n_notes > 0) {
        hanse__h5_axis_texts(h5, h5->file, "note", "what a note is about", keys,
                             profile->n_notes);
        hid_t group = hanse__h5_group(h5, h5->file, "provenance", "how it was made");
        hanse__h5_texts(h5, group, "text", "note", "the machine and the making", notes);
        hanse__h5_close(h5, group);
    }
    hanse__free(texts);
}

static void write_head(struct hanse__h5 *h5, const struct hanse_profile *profile)
{
    hid_t file = h5->file;
    hanse__h5_attribute(h5, file, "Conventions", "CF-1.8");
    hanse__h5_attribute(h5, file, "format", "hanse profile");
    hanse__h5_attribute_integer(h5, file, "format_version", HANSE__PROFILE_FORMAT_VERSION);
    hanse__h5_attribute(h5, file, "title", profile->name);
    hanse__h5_attribute(h5, file, "device_path", profile->path);
    hanse__h5_attribute(h5, file, "ceiling_origin", hanse_profile_origin_name(profile->origin));
    hanse__h5_attribute_number(h5, file, "compute_flop_per_s", profile->compute_flop_per_s);
    hanse__h5_attribute_number(h5, file, "memory_byte_per_s", profile->memory_byte_per_s);
    hanse__h5_attribute_number(h5, file, "capacity_bytes", profile->capacity_bytes);
    hanse__h5_attribute_number(h5, file, "compute_log_sd", profile->compute_log_sd);
    hanse__h5_attribute_number(h5, file, "memory_log_sd", profile->memory_log_sd);
}

static enum hanse_status write_file(struct hanse_context *ctx, const char *path,
                                    const struct hanse_profile *profile)
{
    struct hanse__h5 h5;
    hanse__h5_begin(&h5, ctx, path);
    write_head(&h5, profile);
    write_texts(&h5, profile);
    write_rates(&h5, profile);
    hanse__h5_close(
        &h5, write_columns(&h5, &hanse__figure_columns, profile->figures, profile->n_figures));
    hanse__h5_close(
        &h5, write_columns(&h5, &hanse__sample_columns, profile->samples, profile->n_samples));
    return hanse__h5_finish(&h5);
}

/* May PATH be replaced? Calibrating a device again is the most ordinary thing; losing another
 * device's profile is not. */
static enum hanse_status check_old(struct hanse_context *ctx, const char *path,
                                   const struct hanse_profile *profile)
{
    struct hanse_profile old = {0};
    if (access(path, F_OK) != 0) {
        return HANSE_OK;
    }
    if (hanse_profile_read(ctx, path, &old) != HANSE_OK) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is there and is no profile of this version: replace it with "
                           "--force, or name another with -o",
                           path);
    }
    bool same = strcmp(old.name, profile->name) == 0;
    enum hanse_status status = HANSE_OK;
    if (!same) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT,
                             "%s: is the profile of another device ('%s'): replace it with "
                             "--force, or name another with -o",
                             path, old.name);
    }
    hanse_profile_fini(&old);
    return status;
}

enum hanse_status hanse_profile_write(struct hanse_context *ctx, const char *path,
                                      const struct hanse_profile *profile, bool force)
{
    if (!force) {
        HANSE_TRY(check_old(ctx, path, profile));
    }
    size_t bytes = strlen(path) + 5;
    char *temporary = hanse__alloc(ctx, bytes, 1);
    if (temporary == NULL) {
        return HANSE_ERR_MEMORY;
    }
    snprintf(temporary, bytes, "%s.new", path);
    enum hanse_status status = write_file(ctx, temporary, profile);
    if (status == HANSE_OK && rename(temporary, path) != 0) {
        status =
            hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    }
    if (status != HANSE_OK) {
        unlink(temporary);
    }
    hanse__free(temporary);
    return status;
}
