#include "sim/process/layout.h"

#include <stdint.h>
#include <string.h>

#include "sim/process/serving/law.h"
#include "sim/process/world.h"

static enum hanse_status place_dims(struct hanse_context *ctx,
                                    const struct hanse_scenario *scenario,
                                    struct hanse_column *column)
{
    size_t n_kinds;
    const struct hanse_kind *const *kinds = hanse_kinds(&n_kinds);
    column->n_items = 1;
    for (int d = 0; d < 2 && column->output->dims[d] != NULL; d++) {
        int32_t kind = hanse_scenario_kind(scenario, column->output->dims[d]);
        if (kind < 0) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "output '%s': unknown dimension '%s'",
                               column->output->name, column->output->dims[d]);
        }
        hanse_scenario_table(scenario, kinds[kind], &column->dim_size[d]);
        column->dim_kind[d] = kind;
        column->n_items *= column->dim_size[d];
        column->n_dims = d + 1;
    }
    if (column->output->reducer == HANSE_COUNTS) {
        column->n_items *= HANSE_LATENCY_BINS;
    }
    return HANSE_OK;
}

/* The counts of a quantile. */
static enum hanse_status find_counts(struct hanse_context *ctx,
                                     const struct hanse_layout *layout,
                                     struct hanse_column *column)
{
    column->numerator = hanse_layout_find(layout, column->output->numerator);
    if (column->numerator < 0 ||
        layout->columns[column->numerator].output->reducer != HANSE_COUNTS ||
        layout->columns[column->numerator].n_items != column->n_items * HANSE_LATENCY_BINS) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "output '%s': needs counts '%s' of the same dimensions",
                           column->output->name, column->output->numerator);
    }
    return HANSE_OK;
}

static enum hanse_status find_operands(struct hanse_context *ctx, struct hanse_layout *layout)
{
    for (int32_t c = 0; c < layout->n_columns; c++) {
        struct hanse_column *column = &layout->columns[c];
        if (column->output->reducer != HANSE_RATIO) {
            if (hanse_reducer_derived(column->output->reducer)) {
                HANSE_TRY(find_counts(ctx, layout, column));
            }
            continue;
        }
        column->numerator = hanse_layout_find(layout, column->output->numerator);
        column->denominator = hanse_layout_find(layout, column->output->denominator);
        if (column->numerator < 0 || column->denominator < 0 ||
            layout->columns[column->numerator].n_items != column->n_items ||
            layout->columns[column->denominator].n_items != column->n_items) {
            return hanse__fail(
                ctx, HANSE_ERR_INPUT,
                "output '%s': needs outputs '%s' and '%s' of the same dimensions",
                column->output->name, column->output->numerator, column->output->denominator);
        }
    }
    return HANSE_OK;
}

static size_t count_columns(void)
{
    size_t n_mechanisms, n = 0;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n_mechanisms);
    for (size_t m = 0; m < n_mechanisms; m++) {
        n += mechanisms[m]->n_outputs;
    }
    return n;
}

enum hanse_status hanse_layout_init(struct hanse_context *ctx,
                                    const struct hanse_scenario *scenario,
                                    struct hanse_layout *layout)
{
    memset(layout, 0, sizeof *layout);
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    layout->columns = hanse__alloc(ctx, count_columns(), sizeof *layout->columns);
    if (layout->columns == NULL) {
        return HANSE_ERR_MEMORY;
    }
    layout->n_months = (int32_t)(settings->horizon_h / HANSE_MONTH_H);
    size_t n_mechanisms;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n_mechanisms);
    enum hanse_status status = HANSE_OK;
    for (size_t m = 0; m < n_mechanisms && status == HANSE_OK; m++) {
        for (size_t o = 0; o < mechanisms[m]->n_outputs && status == HANSE_OK; o++) {
            struct hanse_column *column = &layout->columns[layout->n_columns++];
            column->output = &mechanisms[m]->outputs[o];
            status = place_dims(ctx, scenario, column);
            column->offset = SIZE_MAX;
            if (!hanse_reducer_derived(column->output->reducer)) {
                column->offset = layout->n_values;
                layout->n_values += (size_t)layout->n_months * (size_t)column->n_items;
            }
        }
    }
    if (status == HANSE_OK) {
        status = find_operands(ctx, layout);
    }
    if (status != HANSE_OK) {
        hanse_layout_fini(layout);
    }
    return status;
}

void hanse_layout_fini(struct hanse_layout *layout)
{
    hanse__free(layout->columns);
    memset(layout, 0, sizeof *layout);
}

int32_t hanse_layout_find(const struct hanse_layout *layout, const char *output)
{
    for (int32_t c = 0; c < layout->n_columns; c++) {
        if (strcmp(layout->columns[c].output->name, output) == 0) {
            return c;
        }
    }
    return -1;
}
