#include "output/results.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/build.h"
#include "output/results_inside.h"

/* Whatever was handed out is on this chain and goes when the results are closed. */
struct block {
    struct block *next;
    double room[]; /* aligned for anything */
};

struct texts {
    const char *path;
    const char *const *items;
    size_t n;
};

struct list {
    const char *group;
    const char *const *names;
    size_t n;
};

struct hanse_results {
    struct hanse_context *ctx;
    const char *path;
    hid_t file;
    H5E_auto2_t old_handler; /* HDF5's own printing of errors is off while a file is open */
    void *old_handler_data;
    struct block *blocks;
    struct texts *texts;
    size_t n_texts, texts_capacity;
    struct hanse_variable *variables;
    size_t n_variables, variables_capacity;
    struct list *lists;
    size_t n_lists, lists_capacity;
};

static void *take(struct hanse_results *results, size_t n, size_t size)
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

static const char *keep(struct hanse_results *results, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = take(results, bytes, 1);
    return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

struct hanse_context *hanse__results_context(struct hanse_results *results)
{
    return results->ctx;
}

static enum hanse_status unreadable(struct hanse_results *results, const char *path)
{
    return hanse__fail(results->ctx, HANSE_ERR_IO, "%s: %s cannot be read: the file is damaged",
                       results->path, path);
}

/* --- opening ------------------------------------------------------------------------------ */

static enum hanse_status check_format(struct hanse_results *results)
{
    double version = hanse_results_number(results, "format_version");
    if (strcmp(hanse_results_attribute(results, "format"), "hanse results") != 0) {
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
    results->path = keep(results, path);
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
    hanse__free(results);
}

const char *hanse_results_path(const struct hanse_results *results)
{
    return results->path;
}

/* --- attributes --------------------------------------------------------------------------- */

/* A text attribute of an object, "" when there is none. */
static const char *text_attribute(struct hanse_results *results, hid_t object, const char *name)
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
            text = (char *)keep(results, variable);
            H5free_memory(variable);
        }
    } else if (H5Tget_class(type) == H5T_STRING) {
        text = take(results, H5Tget_size(type) + 1, 1);
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
        return text_attribute(results, results->file, name);
    }
    hid_t group = H5Gopen2(results->file, "provenance", H5P_DEFAULT);
    if (group < 0) {
        return "";
    }
    const char *text = text_attribute(results, group, name);
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
        items[i] = keep(results, raw[i] != NULL ? raw[i] : "");
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
    char *kept = take(results, n, width + 1);
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
    const char **items = take(results, (size_t)n, sizeof *items);
    out->path = keep(results, path);
    if (items == NULL || out->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    out->items = items;
    out->n = (size_t)n;
    enum hanse_status status = n == 0     ? HANSE_OK
                               : variable ? read_variable_texts(results, dataset, items, out->n)
                                          : read_fixed_texts(results, dataset, items, out->n);
    return status == HANSE_ERR_IO ? unreadable(results, path) : status;
}

enum hanse_status hanse__results_texts(struct hanse_results *results, const char *path,
                                       const char *const **texts, size_t *n)
{
    *texts = NULL;
    *n = 0;
    for (size_t i = 0; i < results->n_texts; i++) {
        if (strcmp(results->texts[i].path, path) == 0) {
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
        return unreadable(results, path);
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

/* --- lists -------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_wanted(hid_t group, const char *name, H5T_class_t unwanted)
{
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0) {
        return false;
    }
    hid_t type = H5Dget_type(dataset);
    bool wanted = H5Tget_class(type) != unwanted;
    H5Tclose(type);
    H5Dclose(dataset);
    return wanted;
}

/* Names of a group's datasets but those of type class `unwanted`. */
static enum hanse_status read_names(struct hanse_results *results, hid_t group,
                                    H5T_class_t unwanted, const char ***names, size_t *n)
{
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) {
        return HANSE_ERR_IO;
    }
    *names = take(results, (size_t)info.nlinks, sizeof **names);
    if (*names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[512];
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name,
                               H5P_DEFAULT) < 0) {
            return HANSE_ERR_IO;
        }
        if (is_wanted(group, name, unwanted)) {
            (*names)[*n] = keep(results, name);
            if ((*names)[(*n)++] == NULL) {
                return HANSE_ERR_MEMORY;
            }
        }
    }
    qsort(*names, *n, sizeof **names, by_text);
    return HANSE_OK;
}

/* "did you mean" over the names in a group; nothing when none is near. */
static enum hanse_status no_such(struct hanse_results *results, const char *group_path,
                                 const char *name, const char *what)
{
    const char *near = NULL, **names = NULL;
    size_t n = 0;
    hid_t group = hanse_results_has(results, group_path) || strcmp(group_path, "/") == 0
                      ? H5Gopen2(results->file, group_path, H5P_DEFAULT)
                      : -1;
    if (group >= 0) {
        if (read_names(results, group, H5T_NO_CLASS, &names, &n) == HANSE_OK) {
            near = hanse__nearest(name, names, n);
        }
        H5Gclose(group);
    }
    const char *slash = group_path[1] != '\0' ? "/" : "";
    if (near == NULL) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT, "%s: has no %s '%s%s%s'",
                           results->path, what, group_path, slash, name);
    }
    return hanse__fail(results->ctx, HANSE_ERR_INPUT,
                       "%s: has no %s '%s%s%s' (did you mean '%s'?)", results->path, what,
                       group_path, slash, name, near);
}

enum hanse_status hanse_results_list(struct hanse_results *results, const char *group,
                                     const char *const **names, size_t *n)
{
    *names = NULL;
    *n = 0;
    for (size_t i = 0; i < results->n_lists; i++) {
        if (strcmp(results->lists[i].group, group) == 0) {
            *names = results->lists[i].names;
            *n = results->lists[i].n;
            return HANSE_OK;
        }
    }
    if (!hanse_results_has(results, group)) {
        return no_such(results, "/", group[0] == '/' ? group + 1 : group, "group");
    }
    HANSE_TRY(hanse__reserve(results->ctx, &results->lists, &results->lists_capacity,
                             results->n_lists + 1, sizeof *results->lists));
    hid_t opened = H5Gopen2(results->file, group, H5P_DEFAULT);
    if (opened < 0) {
        return unreadable(results, group);
    }
    const char **found = NULL;
    size_t n_found = 0;
    enum hanse_status status = read_names(results, opened, H5T_STRING, &found, &n_found);
    H5Gclose(opened);
    struct list *list = &results->lists[results->n_lists];
    *list = (struct list){keep(results, group), found, n_found};
    if (status == HANSE_ERR_IO) {
        return unreadable(results, group);
    }
    if (status != HANSE_OK || list->group == NULL) {
        return HANSE_ERR_MEMORY;
    }
    results->n_lists++;
    *names = list->names;
    *n = list->n;
    return HANSE_OK;
}

enum hanse_status hanse_results_labels(struct hanse_results *results, const char *axis,
                                       const char *const **labels, size_t *n)
{
    char path[256];
    snprintf(path, sizeof path, "/%s", axis);
    if (!hanse_results_has(results, path)) {
        *labels = NULL;
        *n = 0;
        return no_such(results, "/", axis, "axis");
    }
    return hanse__results_texts(results, path, labels, n);
}

size_t hanse_results_size(struct hanse_results *results, const char *axis)
{
    char path[256];
    snprintf(path, sizeof path, "/%s", axis);
    hid_t dataset =
        hanse_results_has(results, path) ? H5Dopen2(results->file, path, H5P_DEFAULT) : -1;
    if (dataset < 0) {
        return 0;
    }
    hid_t space = H5Dget_space(dataset);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    H5Dclose(dataset);
    return n > 0 ? (size_t)n : 0;
}

/* --- variables ---------------------------------------------------------------------------- */

static herr_t name_of_scale(hid_t dataset, unsigned dimension, hid_t scale, void *name)
{
    return H5Iget_name(scale, name, 256) >= 0 ? 1 : -1; /* 1: the first is enough */
}

static const char *dim_name(struct hanse_results *results, hid_t dataset, unsigned dimension)
{
    char path[256] = "";
    H5DSiterate_scales(dataset, dimension, NULL, name_of_scale, path);
    const char *slash = strrchr(path, '/');
    return keep(results, slash != NULL ? slash + 1 : path);
}

static enum hanse_status read_shape(struct hanse_results *results, hid_t dataset,
                                    struct hanse_variable *v)
{
    hsize_t dims[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    v->rank = H5Sget_simple_extent_ndims(space);
    if (v->rank < 0 || v->rank > HANSE_VARIABLE_RANK ||
        H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        H5Sclose(space);
        return HANSE_ERR_IO;
    }
    H5Sclose(space);
    v->n = 1;
    for (int d = 0; d < v->rank; d++) {
        v->dims[d] = (size_t)dims[d];
        v->n *= v->dims[d];
        v->dim_names[d] = dim_name(results, dataset, (unsigned)d);
        if (v->dim_names[d] == NULL) {
            return HANSE_ERR_MEMORY;
        }
    }
    return HANSE_OK;
}

static bool holds_texts(hid_t dataset)
{
    hid_t type = H5Dget_type(dataset);
    bool texts = H5Tget_class(type) == H5T_STRING;
    H5Tclose(type);
    return texts;
}

static enum hanse_status read_variable(struct hanse_results *results, hid_t dataset,
                                       const char *path, struct hanse_variable *v)
{
    *v = (struct hanse_variable){.path = keep(results, path)};
    if (v->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (holds_texts(dataset)) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT, "%s: %s holds texts, not numbers",
                           results->path, path);
    }
    const char *slash = strrchr(v->path, '/');
    v->name = slash != NULL ? slash + 1 : v->path;
    v->unit = text_attribute(results, dataset, "units");
    v->long_name = text_attribute(results, dataset, "long_name");
    enum hanse_status status = read_shape(results, dataset, v);
    if (status != HANSE_OK) {
        return status == HANSE_ERR_IO ? unreadable(results, path) : status;
    }
    double *data = take(results, v->n, sizeof *data);
    if (data == NULL) {
        return HANSE_ERR_MEMORY;
    }
    v->data = data;
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        return unreadable(results, path);
    }
    return HANSE_OK;
}

static enum hanse_status no_variable(struct hanse_results *results, const char *path)
{
    char group[512];
    snprintf(group, sizeof group, "%s", path[0] == '/' ? path : "/");
    char *slash = strrchr(group, '/');
    const char *name = strrchr(path, '/');
    slash[slash == group ? 1 : 0] = '\0';
    return no_such(results, group, name != NULL ? name + 1 : path, "variable");
}

enum hanse_status hanse_results_variable(struct hanse_results *results, const char *path,
                                         struct hanse_variable *variable)
{
    for (size_t i = 0; i < results->n_variables; i++) {
        if (strcmp(results->variables[i].path, path) == 0) {
            *variable = results->variables[i];
            return HANSE_OK;
        }
    }
    hid_t dataset =
        hanse_results_has(results, path) ? H5Dopen2(results->file, path, H5P_DEFAULT) : -1;
    if (dataset < 0) {
        return no_variable(results, path);
    }
    enum hanse_status status = read_variable(results, dataset, path, variable);
    H5Dclose(dataset);
    HANSE_TRY(status);
    HANSE_TRY(hanse__reserve(results->ctx, &results->variables, &results->variables_capacity,
                             results->n_variables + 1, sizeof *results->variables));
    results->variables[results->n_variables++] = *variable;
    return HANSE_OK;
}

enum hanse_status hanse__results_numbers(struct hanse_results *results, const char *path,
                                         const double **numbers, size_t *n)
{
    struct hanse_variable variable;
    *numbers = NULL;
    *n = 0;
    if (!hanse_results_has(results, path)) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse_results_variable(results, path, &variable));
    *numbers = variable.data;
    *n = variable.n;
    return HANSE_OK;
}
