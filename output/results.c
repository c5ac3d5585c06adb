#include "output/results.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/build.h"
#include "output/results_inside.h"
#include "sim/engine/stream.h"

void *hanse__results_take(struct hanse_results *results, size_t n, size_t size)
{
    if (size > 0 && n > (SIZE_MAX / 2 - sizeof(struct block)) / size) {
        hanse__fail(results->ctx, HANSE_ERR_MEMORY, "out of memory: %zu × %zu bytes", n, size);
        return NULL;
    }
    struct block *block = hanse__alloc(results->ctx, sizeof *block + n * size, 1);
    if (block == NULL) {
        return NULL;
    }
    block->next = results->blocks;
    results->blocks = block;
    return block->room;
}

const char *hanse__results_keep(struct hanse_results *results, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = hanse__results_take(results, bytes, 1);
    return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

enum hanse_status hanse__results_unreadable(struct hanse_results *results, const char *path)
{
    return hanse__fail(results->ctx, HANSE_ERR_IO, "%s: %s cannot be read: the file is damaged",
                       results->path, path);
}

/* --- opening ------------------------------------------------------------------------------ */

static enum hanse_status check_format(struct hanse_results *results)
{
    double version = hanse_results_number(results, "format_version");
    const char *format = hanse_results_attribute(results, "format");
    if (format[0] == '\0' && H5Aexists(results->file, "format") > 0) {
        return HANSE_ERR_MEMORY; /* it is there and could not be kept */
    }
    if (strcmp(format, "hanse replay") == 0) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT,
                           "%s: is a replay: 'hanse plot --what waits|queue|utilization|gantt' "
                           "draws it",
                           results->path);
    }
    if (strcmp(format, "hanse results") != 0) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT,
                           "%s: is an HDF5 file, but not one of hanse's", results->path);
    }
    if (version != HANSE__FORMAT_VERSION) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT,
                           "%s: has format version %g, this program reads version %d",
                           results->path, version, HANSE__FORMAT_VERSION);
    }
    return HANSE_OK;
}

static enum hanse_status open_file(struct hanse_results *results, const char *path)
{
    results->path = hanse__results_keep(results, path);
    if (results->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return hanse__fail(results->ctx, HANSE_ERR_IO, "%s: cannot be read: %m", path);
    }
    fclose(file);
    results->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (results->file < 0) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT,
                           "%s: is not an HDF5 file, or a damaged one", path);
    }
    return check_format(results);
}

enum hanse_status hanse_results_open(struct hanse_context *ctx, const char *path,
                                     struct hanse_results **results)
{
    *results = hanse__alloc(ctx, 1, sizeof **results);
    if (*results == NULL) {
        return HANSE_ERR_MEMORY;
    }
    (*results)->ctx = ctx;
    (*results)->file = -1;
    hanse__h5_prepare();
    H5Eget_auto2(H5E_DEFAULT, &(*results)->old_handler, &(*results)->old_handler_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    enum hanse_status status = open_file(*results, path);
    if (status != HANSE_OK) {
        hanse_results_close(*results);
        *results = NULL;
    }
    return status;
}

void hanse_results_close(struct hanse_results *results)
{
    if (results == NULL) {
        return;
    }
    if (results->file >= 0) {
        H5Fclose(results->file);
    }
    H5Eset_auto2(H5E_DEFAULT, results->old_handler, results->old_handler_data);
    for (struct block *block = results->blocks; block != NULL;) {
        struct block *next = block->next;
        hanse__free(block);
        block = next;
    }
    hanse__free(results->texts);
    hanse__free(results->variables);
    hanse__free(results->lists);
    hanse__free(results->axes);
    hanse__free(results);
}

const char *hanse_results_path(const struct hanse_results *results)
{
    return results->path;
}

/* --- attributes --------------------------------------------------------------------------- */

/* A text attribute of an object, "" when there is none. */
const char *hanse__results_text(struct hanse_results *results, hid_t object, const char *name)
{
    hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
    if (attribute < 0) {
        return "";
    }
    hid_t type = H5Aget_type(attribute);
    char *text = NULL;
    if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0) {
        char *variable = NULL;
        if (H5Aread(attribute, type, &variable) >= 0 && variable != NULL) {
            text = (char *)hanse__results_keep(results, variable);
            H5free_memory(variable);
        }
    } else if (H5Tget_class(type) == H5T_STRING) {
        text = hanse__results_take(results, H5Tget_size(type) + 1, 1);
        if (text != NULL && H5Aread(attribute, type, text) < 0) {
            text = NULL;
        }
    }
    H5Tclose(type);
    H5Aclose(attribute);
    return text != NULL ? text : "";
}

static double number_attribute(hid_t object, const char *name)
{
    double number = NAN;
    hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
    if (attribute < 0) {
        return NAN;
    }
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(attribute, H5T_NATIVE_DOUBLE, &number) < 0) {
        number = NAN;
    }
    H5Sclose(space);
    H5Aclose(attribute);
    return number;
}

const char *hanse_results_attribute(struct hanse_results *results, const char *name)
{
    if (H5Aexists(results->file, name) > 0) {
        return hanse__results_text(results, results->file, name);
    }
    hid_t group = H5Gopen2(results->file, "provenance", H5P_DEFAULT);
    if (group < 0) {
        return "";
    }
    const char *text = hanse__results_text(results, group, name);
    H5Gclose(group);
    return text;
}

double hanse_results_number(struct hanse_results *results, const char *name)
{
    return number_attribute(results->file, name);
}

/* --- texts -------------------------------------------------------------------------------- */

bool hanse_results_has(struct hanse_results *results, const char *path)
{
    if (hanse__results_known(results, path) != NULL) {
        return true;
    }
    /* H5Lexists wants every group on the way to be there. */
    char part[512];
    size_t length = strlen(path);
    if (length >= sizeof part) {
        return false;
    }
    memcpy(part, path, length + 1);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (H5Lexists(results->file, part, H5P_DEFAULT) <= 0) {
            return false;
        }
        *slash = '/';
    }
    return H5Lexists(results->file, part, H5P_DEFAULT) > 0;
}

static enum hanse_status read_variable_texts(struct hanse_results *results, hid_t dataset,
                                             const char **items, size_t n)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    char **raw = hanse__alloc(results->ctx, n, sizeof *raw);
    enum hanse_status status = raw != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    if (status == HANSE_OK && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0) {
        status = HANSE_ERR_IO;
    }
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        items[i] = hanse__results_keep(results, raw[i] != NULL ? raw[i] : "");
        status = items[i] != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    }
    if (raw != NULL && status != HANSE_ERR_IO) {
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
    }
    hanse__free(raw);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

static enum hanse_status read_fixed_texts(struct hanse_results *results, hid_t dataset,
                                          const char **items, size_t n)
{
    hid_t type = H5Dget_type(dataset);
    size_t width = H5Tget_size(type);
    char *raw = hanse__alloc(results->ctx, n, width);
    char *kept = hanse__results_take(results, n, width + 1);
    enum hanse_status status = raw != NULL && kept != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    if (status == HANSE_OK && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0) {
        status = HANSE_ERR_IO;
    }
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        items[i] = memcpy(kept + i * (width + 1), raw + i * width, width);
    }
    hanse__free(raw);
    H5Tclose(type);
    return status;
}

static enum hanse_status read_texts(struct hanse_results *results, hid_t dataset,
                                    const char *path, struct texts *out)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    bool is_text = H5Tget_class(type) == H5T_STRING;
    bool variable = is_text && H5Tis_variable_str(type) > 0;
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    H5Tclose(type);
    if (!is_text || n < 0) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT, "%s: %s holds no texts",
                           results->path, path);
    }
    const char **items = hanse__results_take(results, (size_t)n, sizeof *items);
    out->path = hanse__results_keep(results, path);
    if (items == NULL || out->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    out->key = hanse_entity(path);
    out->items = items;
    out->n = (size_t)n;
    enum hanse_status status = n == 0     ? HANSE_OK
                               : variable ? read_variable_texts(results, dataset, items, out->n)
                                          : read_fixed_texts(results, dataset, items, out->n);
    return status == HANSE_ERR_IO ? hanse__results_unreadable(results, path) : status;
}

enum hanse_status hanse__results_texts(struct hanse_results *results, const char *path,
                                       const char *const **texts, size_t *n)
{
    *texts = NULL;
    *n = 0;
    uint64_t key = hanse_entity(path);
    for (size_t i = 0; i < results->n_texts; i++) {
        if (results->texts[i].key == key && strcmp(results->texts[i].path, path) == 0) {
            *texts = results->texts[i].items;
            *n = results->texts[i].n;
            return HANSE_OK;
        }
    }
    if (!hanse_results_has(results, path)) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse__reserve(results->ctx, &results->texts, &results->texts_capacity,
                             results->n_texts + 1, sizeof *results->texts));
    hid_t dataset = H5Dopen2(results->file, path, H5P_DEFAULT);
    if (dataset < 0) {
        return hanse__results_unreadable(results, path);
    }
    struct texts *slot = &results->texts[results->n_texts];
    enum hanse_status status = read_texts(results, dataset, path, slot);
    H5Dclose(dataset);
    if (status == HANSE_OK) {
        results->n_texts++;
        *texts = slot->items;
        *n = slot->n;
    }
    return status;
}
