/* Reading lists, axes and variables. */
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/results.h"
#include "output/results_inside.h"
#include "sim/engine/stream.h"

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

struct found {
    struct hanse_results *results;
    const char **names;
    size_t n, capacity;
    H5T_class_t unwanted;
};

static herr_t find_name(hid_t group, const char *name, const H5L_info_t *info, void *self)
{
    struct found *found = self;
    if (is_wanted(group, name, found->unwanted) && found->n < found->capacity) {
        found->names[found->n] = hanse__results_keep(found->results, name);
        return found->names[found->n++] != NULL ? 0 : -1;
    }
    return 0;
}

/* Names of a group's datasets but those of type class `unwanted`. */
static enum hanse_status read_names(struct hanse_results *results, hid_t group,
                                    H5T_class_t unwanted, const char ***names, size_t *n)
{
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) {
        return HANSE_ERR_IO;
    }
    struct found found = {.results = results, .capacity = info.nlinks, .unwanted = unwanted};
    found.names = hanse__results_take(results, found.capacity, sizeof *found.names);
    if (found.names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, find_name, &found) < 0) {
        return HANSE_ERR_IO;
    }
    qsort(found.names, found.n, sizeof *found.names, by_text);
    *names = found.names;
    *n = found.n;
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
        return hanse__results_unreadable(results, group);
    }
    const char **found = NULL;
    size_t n_found = 0;
    enum hanse_status status = read_names(results, opened, H5T_STRING, &found, &n_found);
    H5Gclose(opened);
    struct list *list = &results->lists[results->n_lists];
    *list = (struct list){hanse__results_keep(results, group), found, n_found};
    if (status == HANSE_ERR_IO) {
        return hanse__results_unreadable(results, group);
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

/* The name that an axis carries itself: to find its path the library would search the file.
 * Each axis is asked once. */
static const char *axis_name(struct hanse_results *results, hid_t dataset, hobj_ref_t reference)
{
    for (size_t i = 0; i < results->n_axes; i++) {
        if (results->axes[i].reference == reference) {
            return results->axes[i].name;
        }
    }
    char name[256] = "";
    hid_t scale = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, &reference);
    if (scale >= 0) {
        H5DSget_scale_name(scale, name, sizeof name);
        H5Dclose(scale);
    }
    const char *kept = hanse__results_keep(results, name);
    if (kept != NULL &&
        hanse__reserve(results->ctx, &results->axes, &results->axes_capacity,
                       results->n_axes + 1, sizeof *results->axes) == HANSE_OK) {
        results->axes[results->n_axes++] = (struct axis){reference, kept};
    }
    return kept;
}

/* Names of a dataset's axes, "" where it has none. The library's own iteration would open and
 * search every axis for every dataset. */
static enum hanse_status read_axes(struct hanse_results *results, hid_t dataset,
                                   struct hanse_variable *v)
{
    hvl_t lists[HANSE_VARIABLE_RANK] = {{0}};
    hid_t attribute = H5Aexists(dataset, DIMENSION_LIST) > 0
                          ? H5Aopen(dataset, DIMENSION_LIST, H5P_DEFAULT)
                          : -1;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    bool read = space >= 0 && H5Sget_simple_extent_npoints(space) == v->rank &&
                H5Aread(attribute, type, lists) >= 0;
    enum hanse_status status = HANSE_OK;
    for (int d = 0; d < v->rank; d++) {
        const hobj_ref_t *first = read && lists[d].len > 0 ? lists[d].p : NULL;
        v->dim_names[d] = first != NULL ? axis_name(results, dataset, *first)
                                        : hanse__results_keep(results, "");
        status = v->dim_names[d] != NULL ? status : HANSE_ERR_MEMORY;
    }
    if (read) {
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
    }
    H5Tclose(type);
    if (space >= 0) {
        H5Sclose(space);
    }
    if (attribute >= 0) {
        H5Aclose(attribute);
    }
    return status;
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
    }
    return read_axes(results, dataset, v);
}

static bool holds_texts(hid_t dataset)
{
    hid_t type = H5Dget_type(dataset);
    bool texts = H5Tget_class(type) == H5T_STRING;
    H5Tclose(type);
    return texts;
}

static enum hanse_status read_about(struct hanse_results *results, hid_t dataset,
                                    const char *path, struct hanse_variable *v)
{
    *v = (struct hanse_variable){.path = hanse__results_keep(results, path)};
    if (v->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (holds_texts(dataset)) {
        return hanse__fail(results->ctx, HANSE_ERR_INPUT, "%s: %s holds texts, not numbers",
                           results->path, path);
    }
    const char *slash = strrchr(v->path, '/');
    v->name = slash != NULL ? slash + 1 : v->path;
    v->unit = hanse__results_text(results, dataset, "units");
    v->long_name = hanse__results_text(results, dataset, "long_name");
    enum hanse_status status = read_shape(results, dataset, v);
    return status == HANSE_ERR_IO ? hanse__results_unreadable(results, path) : status;
}

static enum hanse_status read_variable(struct hanse_results *results, hid_t dataset,
                                       const char *path, struct hanse_variable *v)
{
    HANSE_TRY(read_about(results, dataset, path, v));
    double *data = hanse__results_take(results, v->n, sizeof *data);
    if (data == NULL) {
        return HANSE_ERR_MEMORY;
    }
    v->data = data;
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        return hanse__results_unreadable(results, path);
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

const struct hanse_variable *hanse__results_known(const struct hanse_results *results,
                                                  const char *path)
{
    uint64_t key = hanse_entity(path);
    for (size_t i = 0; i < results->n_variables; i++) {
        const struct numbers *known = &results->variables[i];
        if (known->key == key && strcmp(known->variable.path, path) == 0) {
            return &known->variable;
        }
    }
    return NULL;
}

/* The variable by `read`, where it is not known yet. */
static enum hanse_status find_variable(struct hanse_results *results, const char *path,
                                       enum hanse_status (*read)(struct hanse_results *, hid_t,
                                                                 const char *,
                                                                 struct hanse_variable *),
                                       struct hanse_variable *variable, bool *is_known)
{
    const struct hanse_variable *known = hanse__results_known(results, path);
    *is_known = known != NULL;
    if (*is_known) {
        *variable = *known;
        return HANSE_OK;
    }
    hid_t dataset =
        hanse_results_has(results, path) ? H5Dopen2(results->file, path, H5P_DEFAULT) : -1;
    if (dataset < 0) {
        return no_variable(results, path);
    }
    enum hanse_status status = read(results, dataset, path, variable);
    H5Dclose(dataset);
    return status;
}

enum hanse_status hanse_results_variable(struct hanse_results *results, const char *path,
                                         struct hanse_variable *variable)
{
    bool is_known;
    HANSE_TRY(find_variable(results, path, read_variable, variable, &is_known));
    if (is_known) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse__reserve(results->ctx, &results->variables, &results->variables_capacity,
                             results->n_variables + 1, sizeof *results->variables));
    results->variables[results->n_variables++] =
        (struct numbers){hanse_entity(path), *variable};
    return HANSE_OK;
}

enum hanse_status hanse__results_shape(struct hanse_results *results, const char *path,
                                       struct hanse_variable *variable)
{
    bool is_known;
    return find_variable(results, path, read_about, variable, &is_known);
}

const char *hanse_results_variable_attribute(struct hanse_results *results, const char *path,
                                             const char *name)
{
    hid_t dataset =
        hanse_results_has(results, path) ? H5Dopen2(results->file, path, H5P_DEFAULT) : -1;
    if (dataset < 0) {
        return "";
    }
    const char *text = hanse__results_text(results, dataset, name);
    H5Dclose(dataset);
    return text;
}

enum hanse_status hanse__results_numbers(struct hanse_results *results, const char *path,
                                         const double **numbers, size_t *n)
{
    struct hanse_variable variable;
    *numbers = NULL;
    *n = 0;
    if (hanse__results_known(results, path) == NULL && !hanse_results_has(results, path)) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse_results_variable(results, path, &variable));
    *numbers = variable.data;
    *n = variable.n;
    return HANSE_OK;
}
