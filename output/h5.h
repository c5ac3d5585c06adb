/*
 * HDF5, as hanse writes it. Shared inside output; the only header that shows HDF5's types.
 *
 * Every axis is a dimension scale and every dataset is attached to its axes. The HDF5 library
 * attaches one dataset at a time and rewrites the scale's whole list of users each time, which
 * is quadratic in the number of datasets; so the two attributes that make an attachment
 * (DIMENSION_LIST of the dataset, REFERENCE_LIST of the scale, HDF5 Dimension Scale
 * Specification 1.0) are written here, the second once at the end.
 *
 * Errors stick: after the first failure every call does nothing, and hanse__h5_finish reports
 * it. That keeps the code that lays out a file readable.
 */
#ifndef HANSE_OUTPUT_H5_H
#define HANSE_OUTPUT_H5_H

#include <hdf5.h>

#include "sim/base/context.h"

enum { HANSE__H5_RANK = 6 };

struct hanse__h5_axis;

struct hanse__h5 {
    struct hanse_context *ctx;
    const char *path;
    enum hanse_status status;
    hid_t file;
    struct hanse__h5_axis *axes;
    size_t n_axes, axes_capacity;
    H5E_auto2_t old_handler; /* HDF5's own printing of errors is off meanwhile */
    void *old_handler_data;
};

struct hanse__h5_spec {
    const char *name;
    const char *unit;      /* UDUNITS; NULL: texts and indices have none */
    const char *long_name; /* for people */
    hid_t type;            /* in the file: HANSE__H5_DOUBLE, HANSE__H5_FLOAT, HANSE__H5_INT */
    int rank;
    const char *axes[HANSE__H5_RANK];
    hsize_t chunk[HANSE__H5_RANK]; /* 0: the whole axis */
};

#define HANSE__H5_DOUBLE H5T_IEEE_F64LE
#define HANSE__H5_FLOAT H5T_IEEE_F32LE
#define HANSE__H5_INT H5T_STD_I64LE

/* To be called before HDF5 is used. A file that a full disk kept from being closed stays open
 * inside HDF5, whose tidying up at exit then crashes (1.10.8). Everything of ours is closed by
 * then, so it goes without. */
void hanse__h5_prepare(void);

/* Creates the file at PATH; begin and finish come in pairs. Other functions never fail loudly:
 * the status is in h5->status and comes out of _finish. */
void hanse__h5_begin(struct hanse__h5 *h5, struct hanse_context *ctx, const char *path);
enum hanse_status hanse__h5_finish(struct hanse__h5 *h5);
/* Records a failure unless there is one already. */
void hanse__h5_fail(struct hanse__h5 *h5, const char *what);

/* A group under `parent`, to be closed with _close. */
hid_t hanse__h5_group(struct hanse__h5 *h5, hid_t parent, const char *name,
                      const char *long_name);
void hanse__h5_close(struct hanse__h5 *h5, hid_t group);

void hanse__h5_attribute(struct hanse__h5 *h5, hid_t object, const char *name,
                         const char *text);
void hanse__h5_attribute_number(struct hanse__h5 *h5, hid_t object, const char *name,
                                double number);
void hanse__h5_attribute_integer(struct hanse__h5 *h5, hid_t object, const char *name,
                                 int64_t number);

/* Axes: each is a dataset in `group` too. The number axis stays open for attributes until
 * _finish and must not be closed. */
void hanse__h5_axis_texts(struct hanse__h5 *h5, hid_t group, const char *name,
                          const char *long_name, const char *const *texts, size_t n);
hid_t hanse__h5_axis_numbers(struct hanse__h5 *h5, hid_t group, const char *name,
                             const char *unit, const char *long_name, const double *numbers,
                             size_t n);
/* 0, 1, … n - 1 */
void hanse__h5_axis_counter(struct hanse__h5 *h5, hid_t group, const char *name,
                            const char *long_name, size_t n);

/* A compressed, checksummed dataset of numbers, to be filled by parts and closed. Chunks that
 * are written whole are compressed once. */
hid_t hanse__h5_dataset(struct hanse__h5 *h5, hid_t group, const struct hanse__h5_spec *spec);
void hanse__h5_write(struct hanse__h5 *h5, hid_t dataset, hid_t memory_type,
                     const hsize_t *start, const hsize_t *count, const void *data);
void hanse__h5_close_dataset(struct hanse__h5 *h5, hid_t dataset);

/* What is written while nobody knows yet how long it gets: an axis that counts 0, 1, … (to be
 * written like any dataset, not closed) and datasets whose first axis it is. chunk[0] rows are
 * kept together; other axes are whole in a chunk unless chunk[i] says how much of them. _grow
 * makes room for `size` rows. */
hid_t hanse__h5_axis_growing(struct hanse__h5 *h5, hid_t group, const char *name,
                             const char *long_name, hsize_t chunk);
hid_t hanse__h5_growing(struct hanse__h5 *h5, hid_t group, const struct hanse__h5_spec *spec);
void hanse__h5_grow(struct hanse__h5 *h5, hid_t dataset, hsize_t size);

/* Whole columns along one axis. Texts are of variable length, because the netCDF library
 * stumbles over fixed width; NULL counts as "". */
void hanse__h5_texts(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                     const char *long_name, const char *const *texts);
void hanse__h5_numbers(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                       const char *unit, const char *long_name, const double *numbers);
void hanse__h5_integers(struct hanse__h5 *h5, hid_t group, const char *name, const char *axis,
                        const char *long_name, const int64_t *numbers);

#endif
