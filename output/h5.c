#include "output/h5.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEFLATE_LEVEL = 1 }; /* 4 makes a Baltic file 2 % smaller, 6 makes it 3 % smaller */

/* One user of an axis, as REFERENCE_LIST holds it. */
struct user {
    hobj_ref_t dataset;
    int dimension;
};

struct hanse__h5_axis {
    char name[64];
    hid_t scale;
    hsize_t size;
    struct user *users;
    size_t n_users, capacity;
};

void hanse__h5_fail(struct hanse__h5 *h5, const char *what)
{
    if (h5->status != HANSE_OK) {
        return;
    }
    if (errno != 0) {
        h5->status = hanse__fail(h5->ctx, HANSE_ERR_IO, "%s: cannot be written: %s (%s)",
                                 h5->path, strerror(errno), what);
    } else {
        h5->status =
            hanse__fail(h5->ctx, HANSE_ERR_IO, "%s: cannot be written: %s", h5->path, what);
    }
}

/* Is the file still good after a call that gave `result`? */
static bool good(struct hanse__h5 *h5, int64_t result, const char *what)
{
    if (result < 0) {
        hanse__h5_fail(h5, what);
    }
    return h5->status == HANSE_OK;
}

void hanse__h5_prepare(void)
{
    H5dont_atexit();
}

/* --- the file ----------------------------------------------------------------------------- */

/* Fixed bounds: what a file looks like must not change with the HDF5 library's version. */
static hid_t create_file(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_obj_track_times(creation, false);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    /* Readers turn a reference to an axis into its name by walking the file from the root, in
     * the order links lie there. Compact links lie in order of creation, axes first; in a
     * B-tree they lie anywhere, and h5netcdf takes eight times as long to open a group. */
    H5Pset_link_phase_change(creation, 256, 128);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

void hanse__h5_begin(struct hanse__h5 *h5, struct hanse_context *ctx, const char *path)
{
    *h5 = (struct hanse__h5){.ctx = ctx, .path = path, .file = -1};
    errno = 0;
    hanse__h5_prepare();
    H5Eget_auto2(H5E_DEFAULT, &h5->old_handler, &h5->old_handler_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    h5->file = create_file(path);
    good(h5, h5->file, "creating the file");
}

static void write_users(struct hanse__h5 *h5, const struct hanse__h5_axis *axis)
{
    hsize_t n = axis->n_users;
    if (h5->status != HANSE_OK || n == 0) {
        return;
    }
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct user));
    H5Tinsert(type, "dataset", HOFFSET(struct user, dataset), H5T_STD_REF_OBJ);
    H5Tinsert(type, "dimension", HOFFSET(struct user, dimension), H5T_NATIVE_INT);
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t attribute =
        H5Acreate2(axis->scale, "REFERENCE_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (good(h5, attribute, "naming an axis' users")) {
        good(h5, H5Awrite(attribute, type, axis->users), "naming an axis' users");
        good(h5, H5Aclose(attribute), "naming an axis' users");
    }
    H5Sclose(space);
    H5Tclose(type);
}

enum hanse_status hanse__h5_finish(struct hanse__h5 *h5)
{
    for (size_t a = 0; a < h5->n_axes; a++) {
        write_users(h5, &h5->axes[a]);
        H5Dclose(h5->axes[a].scale);
        hanse__free(h5->axes[a].users);
    }
    hanse__free(h5->axes);
    if (h5->file >= 0) {
        good(h5, H5Fflush(h5->file, H5F_SCOPE_GLOBAL), "flushing");
        good(h5, H5Fclose(h5->file), "closing");
    }
    H5Eset_auto2(H5E_DEFAULT, h5->old_handler, h5->old_handler_data);
    return h5->status;
}

hid_t hanse__h5_group(struct hanse__h5 *h5, hid_t parent, const char *name,
                      const char *long_name)
{
    if (h5->status != HANSE_OK) {
        return -1;
    }
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(creation, false);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    if (good(h5, group, name)) {
        hanse__h5_attribute(h5, group, "long_name", long_name);
    }
    return group;
}

void hanse__h5_close(struct hanse__h5 *h5, hid_t group)
{
    if (group >= 0) {
        good(h5, H5Gclose(group), "closing a group");
    }
}

/* --- attributes --------------------------------------------------------------------------- */

static void put_attribute(struct hanse__h5 *h5, hid_t object, const char *name, hid_t type,
                          hid_t space, const void *value)
{
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (good(h5, attribute, name)) {
        good(h5, H5Awrite(attribute, type, value), name);
        good(h5, H5Aclose(attribute), name);
    }
}

static hid_t text_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, bytes);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, bytes == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
    return type;
}

void hanse__h5_attribute(struct hanse__h5 *h5, hid_t object, const char *name, const char *text)
{
    if (h5->status != HANSE_OK || text == NULL) {
        return;
    }
    hid_t type = text_type(text[0] != '\0' ? strlen(text) : 1);
    hid_t space = H5Screate(H5S_SCALAR);
    put_attribute(h5, object, name, type, space, text);
    H5Sclose(space);
    H5Tclose(type);
}

static void scalar(struct hanse__h5 *h5, hid_t object, const char *name, hid_t type,
                   const void *value)
{
    if (h5->status == HANSE_OK) {
        hid_t space = H5Screate(H5S_SCALAR);
        put_attribute(h5, object, name, type, space, value);
        H5Sclose(space);
    }
}

void hanse__h5_attribute_number(struct hanse__h5 *h5, hid_t object, const char *name,
                                double number)
{
    scalar(h5, object, name, H5T_IEEE_F64LE, &number);
}

void hanse__h5_attribute_integer(struct hanse__h5 *h5, hid_t object, const char *name,
                                 int64_t number)
{
    scalar(h5, object, name, H5T_STD_I64LE, &number);
}

/* NetCDF's readers want the fill value as an array of one, in the dataset's own type. */
static void fill_attribute(struct hanse__h5 *h5, hid_t dataset, hid_t type)
{
    const hsize_t one = 1;
    const double missing = NAN;
    const float missing_float = NAN;
    hid_t space = H5Screate_simple(1, &one, NULL);
    bool wide = H5Tget_size(type) == sizeof missing;
    put_attribute(h5, dataset, "_FillValue", type, space,
                  wide ? (const void *)&missing : (const void *)&missing_float);
    H5Sclose(space);
}

static void describe(struct hanse__h5 *h5, hid_t dataset, const char *unit,
                     const char *long_name)
{
    hanse__h5_attribute(h5, dataset, "units", unit);
    hanse__h5_attribute(h5, dataset, "long_name", long_name);
}

/* --- axes --------------------------------------------------------------------------------- */

/* The last one of that name: groups may have axes of their own. */
static struct hanse__h5_axis *find_axis(struct hanse__h5 *h5, const char *name)
{
    for (size_t a = h5->n_axes; a-- > 0;) {
        if (strcmp(h5->axes[a].name, name) == 0) {
            return &h5->axes[a];
        }
    }
    hanse__h5_fail(h5, name);
    return NULL;
}

/* Takes over an open dataset as an axis. */
static void add_axis(struct hanse__h5 *h5, const char *name, hid_t scale, hsize_t size)
{
    if (hanse__reserve(h5->ctx, &h5->axes, &h5->axes_capacity, h5->n_axes + 1,
                       sizeof *h5->axes) != HANSE_OK) {
        h5->status = HANSE_ERR_MEMORY;
        H5Dclose(scale);
        return;
    }
    struct hanse__h5_axis *axis = &h5->axes[h5->n_axes++];
    *axis = (struct hanse__h5_axis){.scale = scale, .size = size};
    snprintf(axis->name, sizeof axis->name, "%s", name);
    good(h5, H5DSset_scale(scale, name), name);
}

/* A small one-dimensional dataset in one piece. */
static hid_t plain(struct hanse__h5 *h5, hid_t group, const char *name, hid_t type, size_t n,
                   const void *data)
{
    hsize_t size = n;
    hid_t space = H5Screate_simple(1, &size, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    /* The list of users may pass the 64 KiB that an object's header holds. */
    H5Pset_attr_phase_change(creation, 0, 0);
    hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (good(h5, dataset, name) && n > 0) {
        good(h5, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), name);
    }
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

void hanse__h5_axis_texts(struct hanse__h5 *h5, hid_t group, const char *name,
                          const char *long_name, const char *const *texts, size_t n)
{
    if (h5->status != HANSE_OK) {
        return;
    }
    hid_t type = text_type(H5T_VARIABLE);
    hid_t dataset = plain(h5, group, name, type, n, texts);
    H5Tclose(type);
    if (dataset >= 0) {
        describe(h5, dataset, NULL, long_name);
        add_axis(h5, name, dataset, n);
    }
}

hid_t hanse__h5_axis_numbers(struct hanse__h5 *h5, hid_t group, const char *name,
                             const char *unit, const char *long_name, const double *numbers,
                             size_t n)
{
    if (h5->status != HANSE_OK) {
        return -1;
    }
    hid_t dataset = plain(h5, group, name, H5T_IEEE_F64LE, n, numbers);
    if (dataset >= 0) {
        describe(h5, dataset, unit, long_name);
        add_axis(h5, name, dataset, n);
    }
    return dataset;
}

void hanse__h5_axis_counter(struct hanse__h5 *h5, hid_t group, const char *name,
                            const char *long_name, size_t n)
{
    int64_t *numbers = hanse__alloc(h5->ctx, n, sizeof *numbers);
    if (numbers == NULL) {
        h5->status = HANSE_ERR_MEMORY;
    }
    if (h5->status != HANSE_OK) {
        hanse__free(numbers);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (int64_t)i;
    }
    hid_t dataset = plain(h5, group, name, H5T_STD_I64LE, n, numbers);
    if (dataset >= 0) {
        describe(h5, dataset, NULL, long_name);
        add_axis(h5, name, dataset, n);
    }
    hanse__free(numbers);
}

/* --- datasets ----------------------------------------------------------------------------- */

static void use_axis(struct hanse__h5 *h5, struct hanse__h5_axis *axis, hobj_ref_t dataset,
                     int dimension)
{
    if (hanse__reserve(h5->ctx, &axis->users, &axis->capacity, axis->n_users + 1,
                       sizeof *axis->users) != HANSE_OK) {
        h5->status = HANSE_ERR_MEMORY;
        return;
    }
    /* Padding goes to disk: it has to be the same each time. */
    memset(&axis->users[axis->n_users], 0, sizeof *axis->users);
    axis->users[axis->n_users].dataset = dataset;
    axis->users[axis->n_users++].dimension = dimension;
}

static void attach(struct hanse__h5 *h5, hid_t group, const char *name, hid_t dataset, int rank,
                   const char *const *axes)
{
    hobj_ref_t own, scales[HANSE__H5_RANK];
    hvl_t lists[HANSE__H5_RANK];
    good(h5, H5Rcreate(&own, group, name, H5R_OBJECT, -1), name);
    for (int d = 0; d < rank && h5->status == HANSE_OK; d++) {
        struct hanse__h5_axis *axis = find_axis(h5, axes[d]);
        if (axis == NULL ||
            !good(h5, H5Rcreate(&scales[d], axis->scale, ".", H5R_OBJECT, -1), axes[d])) {
            return;
        }
        lists[d] = (hvl_t){.len = 1, .p = &scales[d]};
        use_axis(h5, axis, own, d);
    }
    if (h5->status != HANSE_OK) {
        return;
    }
    hsize_t n = (hsize_t)rank;
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ), space = H5Screate_simple(1, &n, NULL);
    put_attribute(h5, dataset, "DIMENSION_LIST", type, space, lists);
    H5Sclose(space);
    H5Tclose(type);
}

/* Sizes of the axes; false when one is missing. */
static bool sizes_of(struct hanse__h5 *h5, int rank, const char *const *axes, hsize_t *sizes)
{
    for (int d = 0; d < rank; d++) {
        const struct hanse__h5_axis *axis = find_axis(h5, axes[d]);
        if (axis == NULL) {
            return false;
        }
        sizes[d] = axis->size;
    }
    return true;
}

static hid_t dataset_properties(const struct hanse__h5_spec *spec, const hsize_t *sizes)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[HANSE__H5_RANK];
    for (int d = 0; d < spec->rank; d++) {
        chunk[d] = spec->chunk[d] > 0 && spec->chunk[d] < sizes[d] ? spec->chunk[d] : sizes[d];
    }
    H5Pset_obj_track_times(creation, false);
    H5Pset_chunk(creation, spec->rank, chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, DEFLATE_LEVEL);
    H5Pset_fletcher32(creation);
    if (H5Tget_class(spec->type) == H5T_FLOAT) {
        const double missing = NAN;
        H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &missing);
    }
    return creation;
}

hid_t hanse__h5_dataset(struct hanse__h5 *h5, hid_t group, const struct hanse__h5_spec *spec)
{
    hsize_t sizes[HANSE__H5_RANK];
    if (h5->status != HANSE_OK || !sizes_of(h5, spec->rank, spec->axes, sizes)) {
        return -1;
    }
    hid_t space = H5Screate_simple(spec->rank, sizes, NULL);
    hid_t creation = dataset_properties(spec, sizes);
    hid_t dataset =
        H5Dcreate2(group, spec->name, spec->type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (good(h5, dataset, spec->name)) {
        describe(h5, dataset, spec->unit, spec->long_name);
        if (H5Tget_class(spec->type) == H5T_FLOAT) {
            fill_attribute(h5, dataset, spec->type);
        }
        attach(h5, group, spec->name, dataset, spec->rank, spec->axes);
    }
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

void hanse__h5_write(struct hanse__h5 *h5, hid_t dataset, hid_t memory_type,
                     const hsize_t *start, const hsize_t *count, const void *data)
{
    if (h5->status != HANSE_OK) {
        return;
    }
    hid_t file_space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(file_space);
    hid_t memory_space = H5Screate_simple(rank, count, NULL);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL);
    good(h5, H5Dwrite(dataset, memory_type, memory_space, file_space, H5P_DEFAULT, data),
         "writing data");
    H5Sclose(memory_space);
    H5Sclose(file_space);
}

void hanse__h5_close_dataset(struct hanse__h5 *h5, hid_t dataset)
{
    if (dataset >= 0) {
        good(h5, H5Dclose(dataset), "closing a dataset");
    }
}

/* --- growing datasets --------------------------------------------------------------------- */

/* As dataset_properties, for an axis 0 of no size yet. */
static hid_t create_growing(struct hanse__h5 *h5, hid_t group,
                            const struct hanse__h5_spec *spec)
{
    hsize_t sizes[HANSE__H5_RANK] = {0}, most[HANSE__H5_RANK], chunk[HANSE__H5_RANK];
    if (h5->status != HANSE_OK || !sizes_of(h5, spec->rank - 1, spec->axes + 1, sizes + 1)) {
        return -1;
    }
    memcpy(most, sizes, sizeof most);
    memcpy(chunk, sizes, sizeof chunk);
    most[0] = H5S_UNLIMITED;
    for (int i = 0; i < spec->rank; i++) {
        chunk[i] = i == 0 || spec->chunk[i] > 0 ? spec->chunk[i] : chunk[i];
    }
    hid_t space = H5Screate_simple(spec->rank, sizes, most);
    hid_t creation = dataset_properties(spec, chunk);
    H5Pset_attr_phase_change(creation, 0, 0);
    hid_t dataset =
        H5Dcreate2(group, spec->name, spec->type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    H5Sclose(space);
    if (good(h5, dataset, spec->name)) {
        describe(h5, dataset, spec->unit, spec->long_name);
    }
    return dataset;
}

hid_t hanse__h5_axis_growing(struct hanse__h5 *h5, hid_t group, const char *name,
                             const char *long_name, hsize_t chunk)
{
    const struct hanse__h5_spec spec = {.name = name,
                                        .long_name = long_name,
                                        .type = HANSE__H5_INT,
                                        .rank = 1,
                                        .chunk = {chunk}};
    hid_t dataset = create_growing(h5, group, &spec);
    if (dataset >= 0) {
        add_axis(h5, name, dataset, 0);
    }
    return dataset;
}

hid_t hanse__h5_growing(struct hanse__h5 *h5, hid_t group, const struct hanse__h5_spec *spec)
{
    hid_t dataset = create_growing(h5, group, spec);
    if (dataset >= 0 && H5Tget_class(spec->type) == H5T_FLOAT) {
        fill_attribute(h5, dataset, spec->type);
    }
    if (dataset >= 0) {
        attach(h5, group, spec->name, dataset, spec->rank, spec->axes);
    }
    return dataset;
}

void hanse__h5_grow(struct hanse__h5 *h5, hid_t dataset, hsize_t size)
{
    hsize_t sizes[HANSE__H5_RANK];
    if (h5->status != HANSE_OK) {
        return;
    }
    hid_t space = H5Dget_space(dataset);
    H5Sget_simple_extent_dims(space, sizes, NULL);
    H5Sclose(space);
    if (sizes[0] < size) {
        sizes[0] = size;
        good(h5, H5Dset_extent(dataset, sizes), "making room");
    }
}

/* --- columns ------------------------------------------------------------------------------ */

static void column(struct hanse__h5 *h5, hid_t group, const struct hanse__h5_spec *spec,
                   const void *data)
{
    hsize_t start = 0, size;
    hid_t dataset = hanse__h5_dataset(h5, group, spec);
    if (dataset >= 0 && sizes_of(h5, 1, spec->axes, &size)) {
        hanse__h5_write(h5, dataset, spec->type, &start, &size, data);
    }
    hanse__h5_close_dataset(h5, dataset);
}

void hanse__h5_texts(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                     const char *long_name, const char *const *texts)
{
    hsize_t size;
    if (h5->status != HANSE_OK || !sizes_of(h5, 1, &axis, &size)) {
        return;
    }
    const char **present = hanse__alloc(h5->ctx, (size_t)size, sizeof *present);
    if (present == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        present[i] = texts[i] != NULL ? texts[i] : "";
    }
    hid_t type = text_type(H5T_VARIABLE);
    hid_t dataset = plain(h5, group, name, type, (size_t)size, present);
    if (dataset >= 0) {
        describe(h5, dataset, NULL, long_name);
        attach(h5, group, name, dataset, 1, &axis);
    }
    hanse__h5_close_dataset(h5, dataset);
    H5Tclose(type);
    hanse__free(present);
}

void hanse__h5_numbers(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                       const char *unit, const char *long_name, const double *numbers)
{
    const struct hanse__h5_spec spec = {.name = name,
                                        .unit = unit,
                                        .long_name = long_name,
                                        .type = HANSE__H5_DOUBLE,
                                        .rank = 1,
                                        .axes = {axis}};
    column(h5, group, &spec, numbers);
}

void hanse__h5_integers(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                        const char *long_name, const int64_t *numbers)
{
    const struct hanse__h5_spec spec = {
        .name = name, .long_name = long_name, .type = HANSE__H5_INT, .rank = 1, .axes = {axis}};
    column(h5, group, &spec, numbers);
}
