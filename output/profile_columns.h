/*
 * The columns of a profile file: one table, from which both the writer and the reader work.
 * Shared inside output.
 */
#ifndef HANSE_OUTPUT_PROFILE_COLUMNS_H
#define HANSE_OUTPUT_PROFILE_COLUMNS_H

#include <stddef.h>

#include "sim/model/profile.h"

enum { HANSE__PROFILE_FORMAT_VERSION = 1 };

enum hanse__cell {
    HANSE__CELL_CHARS, /* a char array of HANSE_PROFILE_NAME, or `size` */
    HANSE__CELL_DOUBLE,
    HANSE__CELL_INT32,
    HANSE__CELL_INT64,
    HANSE__CELL_KERNEL, /* enumerations lie in the file as their names */
    HANSE__CELL_PRECISION,
    HANSE__CELL_ORIGIN,
};

struct hanse__column {
    const char *name, *unit, *long_name;
    enum hanse__cell cell;
    size_t offset, size;
};

struct hanse__columns {
    const char *group, *axis, *long_name;
    const struct hanse__column *columns;
    size_t n_columns, stride;
};

extern const struct hanse__columns hanse__rate_columns, hanse__figure_columns,
    hanse__sample_columns;

#endif
