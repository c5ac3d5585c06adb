#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/h5.h"
#include "output/profile.h"
#include "output/profile_columns.h"

struct reader {
    struct hanse_context *ctx;
    const char *path;
    hid_t file;
};

static enum hanse_status damaged(struct reader *r, const char *what)
{
    return hanse__fail(r->ctx, HANSE_ERR_IO, "%s: %s cannot be read: the file is damaged",
                       r->path, what);
}

/* --- datasets of one dimension ------------------------------------------------------------ */

/* Opens a dataset and counts its elements. -1: not there. */
static hid_t open_column(const struct reader *r, const char *name, size_t *n)
{
    hid_t dataset = H5Dopen2(r->file, name, H5P_DEFAULT);
    if (dataset >= 0) {
        hid_t space = H5Dget_space(dataset);
        hssize_t points = H5Sget_simple_extent_npoints(space);
        *n = points > 0 ? (size_t)points : 0;
        H5Sclose(space);
    }
    return dataset;
}

static bool has(const struct reader *r, const char *name)
{
    return H5Lexists(r->file, name, H5P_DEFAULT) > 0;
}

/* Elements of an axis; 0 when it is not there. */
static size_t axis_size(const struct reader *r, const char *name)
{
    size_t n = 0;
    hid_t dataset = has(r, name) ? open_column(r, name, &n) : -1;
    if (dataset >= 0) {
        H5Dclose(dataset);
    }
    return n;
}

static bool read_numbers(const struct reader *r, const char *name, hid_t type, void *room,
                         size_t n)
{
    size_t found = 0;
    hid_t dataset = open_column(r, name, &found);
    if (dataset < 0) {
        return false;
    }
    bool good = found == n && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, room) >= 0;
    H5Dclose(dataset);
    return good;
}

static hid_t text_in_memory(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* The texts belong to HDF5: give them back with free_texts. */
static bool read_texts(const struct reader *r, const char *name, char **texts, size_t n)
{
    hid_t type = text_in_memory();
    bool good = read_numbers(r, name, type, texts, n);
    for (size_t i = 0; i < n && good; i++) {
        good = texts[i] != NULL;
    }
    H5Tclose(type);
    return good;
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        H5free_memory(texts[i]);
    }
}

/* --- tables ------------------------------------------------------------------------------- */

static bool set_enumeration(const struct hanse__column *column, const char *text, char *cell)
{
    int number = 0, end = HANSE_PROFILE_DERIVED + 1;
    if (column->cell == HANSE__CELL_KERNEL) {
        number = (int)hanse_kernel_named(text);
        end = HANSE_KERNELS;
    } else if (column->cell == HANSE__CELL_PRECISION) {
        number = (int)hanse_precision_named(text);
        end = HANSE_PRECISIONS;
    } else {
        while (number < end &&
               strcmp(hanse_profile_origin_name((enum hanse_profile_origin)number), text) !=
                   0) {
            number++;
        }
    }
    memcpy(cell, &number, sizeof number);
    return number < end;
}

static bool set_text(const struct hanse__column *column, const char *text, char *cell)
{
    if (column->cell != HANSE__CELL_CHARS) {
        return set_enumeration(column, text, cell);
    }
    size_t length = strlen(text);
    if (length >= column->size) {
        return false;
    }
    memcpy(cell, text, length + 1);
    return true;
}

static bool read_text_column(const struct reader *r, const char *name,
                             const struct hanse__columns *table,
                             const struct hanse__column *column, char *items, size_t n,
                             void *room)
{
    char **texts = room;
    memset(texts, 0, n * sizeof *texts);
    bool good = read_texts(r, name, texts, n);
    for (size_t i = 0; i < n && good; i++) {
        good = set_text(column, texts[i], items + i * table->stride + column->offset);
    }
    free_texts(texts, n);
    return good;
}

static bool read_number_column(const struct reader *r, const char *name,
                               const struct hanse__columns *table,
                               const struct hanse__column *column, char *items, size_t n,
                               void *room)
{
    bool is_double = column->cell == HANSE__CELL_DOUBLE;
    if (!read_numbers(r, name, is_double ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, room, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char *cell = items + i * table->stride + column->offset;
        int32_t narrow = (int32_t)((int64_t *)room)[i];
        if (column->cell == HANSE__CELL_INT32) {
            memcpy(cell, &narrow, sizeof narrow);
        } else {
            memcpy(cell, (char *)room + i * sizeof(double), sizeof(double));
        }
    }
    return true;
}

static enum hanse_status read_columns(struct reader *r, const struct hanse__columns *table,
                                      char *items, size_t n, void *room)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct hanse__column *column = &table->columns[c];
        char name[96];
        snprintf(name, sizeof name, "%s/%s", table->group, column->name);
        bool number = column->cell == HANSE__CELL_DOUBLE || column->cell == HANSE__CELL_INT32 ||
                      column->cell == HANSE__CELL_INT64;
        if (!(number ? read_number_column(r, name, table, column, items, n, room)
                     : read_text_column(r, name, table, column, items, n, room))) {
            return damaged(r, name);
        }
    }
    return HANSE_OK;
}

typedef enum hanse_status add_function(struct hanse_context *ctx, struct hanse_profile *profile,
                                       const void *item);

static enum hanse_status add_rate(struct hanse_context *ctx, struct hanse_profile *profile,
                                  const void *item)
{
    return hanse_profile_add_rate(ctx, profile, item);
}

static enum hanse_status add_figure(struct hanse_context *ctx, struct hanse_profile *profile,
                                    const void *item)
{
    return hanse_profile_add_figure(ctx, profile, item);
}

static enum hanse_status add_sample(struct hanse_context *ctx, struct hanse_profile *profile,
                                    const void *item)
{
    return hanse_profile_add_sample(ctx, profile, item);
}

static enum hanse_status read_table(struct reader *r, const struct hanse__columns *table,
                                    struct hanse_profile *profile, add_function *add)
{
    size_t n = axis_size(r, table->axis);
    char *items = hanse__alloc(r->ctx, n + 1, table->stride);
    void *room = hanse__alloc(r->ctx, n + 1, sizeof(double));
    enum hanse_status status = items != NULL && room != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    if (status == HANSE_OK && n > 0) {
        status = read_columns(r, table, items, n, room);
    }
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        status = add(r->ctx, profile, items + i * table->stride);
    }
    hanse__free(items);
    hanse__free(room);
    return status;
}

/* --- the rest ----------------------------------------------------------------------------- */

static enum hanse_status read_factors(struct reader *r, struct hanse_profile *profile)
{
    size_t n_factors = axis_size(r, "factor"), n = profile->n_rates * n_factors;
    if (n == 0) {
        return HANSE_OK;
    }
    double *factors = hanse__alloc(r->ctx, n, sizeof *factors);
    if (factors == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status =
        read_numbers(r, "rates/factors", H5T_NATIVE_DOUBLE, factors, n)
            ? hanse_profile_set_factors(r->ctx, profile, factors, n_factors)
            : damaged(r, "rates/factors");
    hanse__free(factors);
    return status;
}

static enum hanse_status read_sources(struct reader *r, struct hanse_profile *profile)
{
    size_t n = axis_size(r, "source");
    char **texts = hanse__alloc(r->ctx, n + 1, sizeof *texts);
    if (texts == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = HANSE_OK;
    if (n > 0 && !read_texts(r, "source", texts, n)) {
        status = damaged(r, "source");
    }
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        int32_t number;
        status = hanse_profile_add_source(r->ctx, profile, texts[i], &number);
    }
    free_texts(texts, n);
    hanse__free(texts);
    return status;
}

static enum hanse_status read_notes(struct reader *r, struct hanse_profile *profile)
{
    size_t n = axis_size(r, "note");
    char **texts = hanse__alloc(r->ctx, 2 * n + 1, sizeof *texts);
    if (texts == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = HANSE_OK;
    if (n > 0 &&
        (!read_texts(r, "note", texts, n) || !read_texts(r, "provenance/text", texts + n, n))) {
        status = damaged(r, "provenance");
    }
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        status = hanse_profile_add_note(r->ctx, profile, texts[i], texts[n + i]);
    }
    free_texts(texts, 2 * n);
    hanse__free(texts);
    return status;
}

/* A text attribute into `room`; "" when it is not there or too long. */
static void read_attribute(const struct reader *r, const char *name, char *room, size_t size)
{
    room[0] = '\0';
    if (H5Aexists(r->file, name) <= 0) {
        return;
    }
    hid_t attribute = H5Aopen(r->file, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute);
    size_t length = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type) && length < size &&
        H5Aread(attribute, type, room) >= 0) {
        room[length] = '\0';
    }
    H5Tclose(type);
    H5Aclose(attribute);
}

static double read_number(const struct reader *r, const char *name)
{
    double number = 0.0;
    if (H5Aexists(r->file, name) > 0) {
        hid_t attribute = H5Aopen(r->file, name, H5P_DEFAULT);
        if (H5Aread(attribute, H5T_NATIVE_DOUBLE, &number) < 0) {
            number = 0.0;
        }
        H5Aclose(attribute);
    }
    return number;
}

static enum hanse_status read_head(struct reader *r, struct hanse_profile *profile)
{
    char format[HANSE_PROFILE_NAME], origin[HANSE_PROFILE_NAME];
    const struct hanse__column column = {.cell = HANSE__CELL_ORIGIN};
    read_attribute(r, "format", format, sizeof format);
    if (strcmp(format, "hanse profile") != 0) {
        return hanse__fail(r->ctx, HANSE_ERR_INPUT,
                           "%s: is an HDF5 file, but no device profile of hanse's", r->path);
    }
    double version = read_number(r, "format_version");
    if (version != HANSE__PROFILE_FORMAT_VERSION) {
        return hanse__fail(r->ctx, HANSE_ERR_INPUT,
                           "%s: has profile version %g, this program reads version %d", r->path,
                           version, HANSE__PROFILE_FORMAT_VERSION);
    }
    read_attribute(r, "title", profile->name, sizeof profile->name);
    read_attribute(r, "device_path", profile->path, sizeof profile->path);
    read_attribute(r, "ceiling_origin", origin, sizeof origin);
    profile->compute_flop_per_s = read_number(r, "compute_flop_per_s");
    profile->memory_byte_per_s = read_number(r, "memory_byte_per_s");
    profile->capacity_bytes = read_number(r, "capacity_bytes");
    profile->compute_log_sd = read_number(r, "compute_log_sd");
    profile->memory_log_sd = read_number(r, "memory_log_sd");
    char cell[sizeof profile->origin];
    if (!set_enumeration(&column, origin, cell)) {
        return damaged(r, "ceiling_origin");
    }
    memcpy(&profile->origin, cell, sizeof profile->origin);
    return HANSE_OK;
}

static enum hanse_status read_file(struct reader *r, struct hanse_profile *profile)
{
    HANSE_TRY(read_head(r, profile));
    HANSE_TRY(read_sources(r, profile));
    HANSE_TRY(read_table(r, &hanse__rate_columns, profile, add_rate));
    HANSE_TRY(read_factors(r, profile));
    HANSE_TRY(read_table(r, &hanse__figure_columns, profile, add_figure));
    HANSE_TRY(read_table(r, &hanse__sample_columns, profile, add_sample));
    return read_notes(r, profile);
}

enum hanse_status hanse_profile_read(struct hanse_context *ctx, const char *path,
                                     struct hanse_profile *profile)
{
    struct reader r = {.ctx = ctx, .path = path};
    H5E_auto2_t handler;
    void *handler_data;
    *profile = (struct hanse_profile){0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: cannot be read: %s", path,
                           strerror(errno));
    }
    fclose(file);
    hanse__h5_prepare();
    H5Eget_auto2(H5E_DEFAULT, &handler, &handler_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    r.file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    enum hanse_status status =
        r.file >= 0 ? read_file(&r, profile)
                    : hanse__fail(ctx, HANSE_ERR_INPUT,
                                  "%s: is not an HDF5 file, or a damaged one", path);
    if (r.file >= 0) {
        H5Fclose(r.file);
    }
    H5Eset_auto2(H5E_DEFAULT, handler, handler_data);
    if (status != HANSE_OK) {
        hanse_profile_fini(profile);
    }
    return status;
}
