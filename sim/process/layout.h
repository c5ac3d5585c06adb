/*
 * The layout: where each output's months stand in a record.
 *
 * A record's `series` is one array of doubles: for each additive output a block of
 * months × items (items: product of its dimensions, the last dimension varying fastest), in
 * the order of the mechanisms' tables. Ratios and quantiles take no room; counts have
 * HANSE_LATENCY_BINS figures an item. All cases of a study share one
 * layout: they must agree on horizon, regions and workloads.
 */
#ifndef HANSE_SIM_PROCESS_LAYOUT_H
#define HANSE_SIM_PROCESS_LAYOUT_H

#include "sim/process/mechanism.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_column {
    const struct hanse_output *output;
    int32_t n_dims;
    int32_t dim_kind[2]; /* index into hanse_kinds() */
    int32_t dim_size[2];
    int32_t n_items;                /* product of dim_size; counts: times their bins */
    size_t offset;                  /* of month 0, item 0 in the record; derived: SIZE_MAX */
    int32_t numerator, denominator; /* ratios, quantiles: columns */
};

struct hanse_layout {
    int32_t n_months;
    int32_t n_columns;
    struct hanse_column *columns;
    size_t n_values; /* doubles in a record's series */
};

HANSE_API enum hanse_status hanse_layout_init(struct hanse_context *ctx,
                                              const struct hanse_scenario *scenario,
                                              struct hanse_layout *layout);
HANSE_API void hanse_layout_fini(struct hanse_layout *layout);
/* Column of the named output, -1 when there is none. */
HANSE_API int32_t hanse_layout_find(const struct hanse_layout *layout, const char *output);

#ifdef __cplusplus
}
#endif
#endif
