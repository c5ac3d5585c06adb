#include "output/profile_columns.h"

#define AT(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define EXTENT(i, words)                                                                       \
    {                                                                                          \
        "extent_" #i, NULL, words, HANSE__CELL_INT64,                                          \
            offsetof(struct hanse_rate, shape.extent) + (i) * sizeof(int64_t), sizeof(int64_t) \
    }

static const struct hanse__column rates[] = {
    {"kernel", NULL, "what was done", HANSE__CELL_KERNEL, AT(hanse_rate, kernel)},
    {"precision", NULL, "of the elements", HANSE__CELL_PRECISION, AT(hanse_rate, precision)},
    {"variant", NULL, "how it was done", HANSE__CELL_CHARS, AT(hanse_rate, variant)},
    EXTENT(0, "first extent of the shape; what it means belongs to the kernel"),
    EXTENT(1, "second extent"),
    EXTENT(2, "third extent"),
    EXTENT(3, "fourth extent"),
    EXTENT(4, "fifth extent"),
    {"origin", NULL, "measured, published or derived", HANSE__CELL_ORIGIN,
     AT(hanse_rate, origin)},
    {"marks", NULL, "1: lower bound, 2: contaminated, added up", HANSE__CELL_INT32,
     AT(hanse_rate, marks)},
    {"rate", NULL, "median, in FLOP, bytes or calls per second as the kernel counts",
     HANSE__CELL_DOUBLE, AT(hanse_rate, rate)},
    {"rate_ci_low", NULL, "lower end of the median's 95 % interval", HANSE__CELL_DOUBLE,
     AT(hanse_rate, low)},
    {"rate_ci_high", NULL, "upper end of the median's 95 % interval", HANSE__CELL_DOUBLE,
     AT(hanse_rate, high)},
    {"log_sd", "1", "the rate's own spread: standard deviation of its logarithm",
     HANSE__CELL_DOUBLE, AT(hanse_rate, log_sd)},
    {"launch_sd", "1", "standard deviation of log rate between launches", HANSE__CELL_DOUBLE,
     AT(hanse_rate, launch_sd)},
    {"power", "W", "mean power meanwhile", HANSE__CELL_DOUBLE, AT(hanse_rate, watt)},
    {"source_number", NULL, "in /source; -1: measured here", HANSE__CELL_INT32,
     AT(hanse_rate, source)},
    {"n_samples", NULL, "valid samples", HANSE__CELL_INT32, AT(hanse_rate, n_samples)},
};

static const struct hanse__column figures[] = {
    {"name", NULL, "of the figure", HANSE__CELL_CHARS, AT(hanse_figure, name)},
    {"unit", NULL, "of the figure", HANSE__CELL_CHARS, AT(hanse_figure, unit)},
    {"value", NULL, "in the unit beside it", HANSE__CELL_DOUBLE, AT(hanse_figure, value)},
    {"log_sd", "1", "standard deviation of its logarithm", HANSE__CELL_DOUBLE,
     AT(hanse_figure, log_sd)},
    {"origin", NULL, "measured, published or derived", HANSE__CELL_ORIGIN,
     AT(hanse_figure, origin)},
    {"source_number", NULL, "in /source; -1: measured here", HANSE__CELL_INT32,
     AT(hanse_figure, source)},
};

static const struct hanse__column samples[] = {
    {"rate_number", NULL, "in /rate", HANSE__CELL_INT32, AT(hanse_sample, rate)},
    {"launch", NULL, "process it was taken in", HANSE__CELL_INT32, AT(hanse_sample, launch)},
    {"order", NULL, "place within the launch", HANSE__CELL_INT32, AT(hanse_sample, order)},
    {"faults", NULL,
     "why it does not count, added up: 1 preempted, 2 switched, 4 clock, 8 pressure, 16 "
     "reference",
     HANSE__CELL_INT32, AT(hanse_sample, faults)},
    {"seconds", "s", "of one call", HANSE__CELL_DOUBLE, AT(hanse_sample, seconds)},
    {"reference_seconds", "s", "of the reference beside it", HANSE__CELL_DOUBLE,
     AT(hanse_sample, reference_seconds)},
};

const struct hanse__columns hanse__rate_columns = {"rates",
                                                   "rate",
                                                   "how fast each kernel ran",
                                                   rates,
                                                   sizeof rates / sizeof *rates,
                                                   sizeof(struct hanse_rate)};
const struct hanse__columns hanse__figure_columns = {"figures",
                                                     "figure",
                                                     "numbers that are no kernel's rate",
                                                     figures,
                                                     sizeof figures / sizeof *figures,
                                                     sizeof(struct hanse_figure)};
const struct hanse__columns hanse__sample_columns = {"samples",
                                                     "sample",
                                                     "every timing as it was taken",
                                                     samples,
                                                     sizeof samples / sizeof *samples,
                                                     sizeof(struct hanse_sample)};
