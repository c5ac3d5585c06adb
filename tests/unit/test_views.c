/* Views: folds and reducers, worked out by hand on a layout of 3 months. */
#include "tests/close.h"

#include <string.h>

#include "sim/study/study.h"
#include "tests/nation.h"

enum { MONTHS = 3, ROWS = 2, COLUMNS = 3, TABLE = ROWS * COLUMNS };

static const struct hanse_output OUTPUTS[] = {
    {"flow", "1", "a flow", {"region", "workload"}, HANSE_SUM, NULL, NULL, false},
    {"level", "1", "a level", {"region", "workload"}, HANSE_MEAN, NULL, NULL, false},
    {"stock", "1", "a stock", {"region", "workload"}, HANSE_LAST, NULL, NULL, false},
    {"share", "1", "a ratio", {"region", "workload"}, HANSE_RATIO, "flow", "level", false},
    {"lone", "1", "without dimensions", {NULL, NULL}, HANSE_SUM, NULL, NULL, false},
    {"square", "1", "a kind by itself", {"region", "region"}, HANSE_SUM, NULL, NULL, false},
    {"rate", "1/year", "a flow by the year", {NULL, NULL}, HANSE_PER_YEAR, NULL, NULL, false},
    {"each", "1", "not to be added up", {"region", "workload"}, HANSE_SUM, NULL, NULL, true},
};
enum { FLOW, LEVEL, STOCK, SHARE, LONE, SQUARE, RATE, EACH, N_OUTPUTS };

static struct hanse_column columns[N_OUTPUTS];
static struct hanse_layout layout = {.n_months = MONTHS, .columns = columns};
static double series[5 * MONTHS * TABLE + 2 * MONTHS];

static int make_layout(void **state)
{
    size_t offset = 0;
    for (int o = 0; o < N_OUTPUTS; o++) {
        struct hanse_column *c = &columns[o];
        *c = (struct hanse_column){.output = &OUTPUTS[o], .n_items = 1, .offset = offset};
        for (; c->n_dims < 2 && OUTPUTS[o].dims[c->n_dims] != NULL; c->n_dims++) {
            bool rows = strcmp(OUTPUTS[o].dims[c->n_dims], "region") == 0;
            c->dim_size[c->n_dims] = rows ? ROWS : COLUMNS;
            c->n_items *= c->dim_size[c->n_dims];
        }
        if (OUTPUTS[o].reducer == HANSE_RATIO) {
            c->offset = SIZE_MAX;
            c->numerator = FLOW;
            c->denominator = LEVEL;
            continue;
        }
        offset += (size_t)(MONTHS * c->n_items);
    }
    layout.n_columns = N_OUTPUTS;
    layout.n_values = offset;
    /* flow: 1, 2, 3 …; level: 100, 200, 300 …; stock: -1, -2 … */
    for (int i = 0; i < MONTHS * TABLE; i++) {
        series[columns[FLOW].offset + (size_t)i] = i + 1;
        series[columns[LEVEL].offset + (size_t)i] = 100.0 * (i + 1);
        series[columns[STOCK].offset + (size_t)i] = -(i + 1);
    }
    for (int m = 0; m < MONTHS; m++) {
        series[columns[LONE].offset + (size_t)m] = 7.0 * (m + 1);
        series[columns[RATE].offset + (size_t)m] = 7.0 * (m + 1);
    }
    return 0;
}

static struct hanse_view view_named(const char *name)
{
    struct hanse_view views[64];
    size_t n = hanse_views(&layout, views, 64);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(views[i].name, name) == 0) {
            return views[i];
        }
    }
    fail_msg("no view '%s'", name);
    return views[0];
}

/* The view's values over months [from, to). */
static void summary(const char *name, int32_t from, int32_t to, double *out)
{
    struct hanse_view view = view_named(name);
    const struct hanse_window window = {"w", "w", from, to};
    hanse_view_summary(&layout, &view, &window, series, out);
}

static void every_output_has_its_total_and_each_dimension(void **state)
{
    static const char *const NAMES[] = {"flow",
                                        "flow_by_region",
                                        "flow_by_workload",
                                        "flow_by_region_workload",
                                        "level",
                                        "level_by_region",
                                        "level_by_workload",
                                        "level_by_region_workload",
                                        "stock",
                                        "stock_by_region",
                                        "stock_by_workload",
                                        "stock_by_region_workload",
                                        "share",
                                        "share_by_region",
                                        "share_by_workload",
                                        "share_by_region_workload",
                                        "lone",
                                        "square",
                                        "square_by_region",
                                        "square_by_region_region",
                                        "rate",
                                        "each"};
    struct hanse_view views[64];
    assert_int_equal(hanse_views(&layout, NULL, 0), sizeof NAMES / sizeof *NAMES);
    assert_int_equal(hanse_views(&layout, views, 64), sizeof NAMES / sizeof *NAMES);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        assert_string_equal(views[i].name, NAMES[i]);
    }
    assert_int_equal(views[0].n_items, 1);
    assert_int_equal(views[1].n_items, ROWS);
    assert_int_equal(views[2].n_items, COLUMNS);
    assert_int_equal(views[3].n_items, TABLE);
}

static void a_list_too_short_is_filled_and_no_more(void **state)
{
    struct hanse_view views[3];
    memset(views, 0, sizeof views);
    assert_int_equal(hanse_views(&layout, views, 2), 22);
    assert_string_equal(views[1].name, "flow_by_region");
    assert_string_equal(views[2].name, "");
}

static void an_output_about_nothing_has_no_view(void **state)
{
    struct hanse_view views[64];
    columns[FLOW].dim_size[1] = 0;
    columns[FLOW].n_items = 0;
    size_t n = hanse_views(&layout, views, 64);
    make_layout(state);
    assert_int_equal(n, 18);
    assert_string_equal(views[0].name, "level");
}

static void folds_add_up_what_is_not_kept(void **state)
{
    /* Month 0 of flow is 1 2 3 / 4 5 6. */
    double out[TABLE];
    summary("flow", 0, 1, out);
    assert_close(out[0], 21, 0);
    summary("flow_by_region", 0, 1, out);
    assert_close(out[0], 6, 0);
    assert_close(out[1], 15, 0);
    summary("flow_by_workload", 0, 1, out);
    assert_close(out[0], 5, 0);
    assert_close(out[1], 7, 0);
    assert_close(out[2], 9, 0);
    summary("flow_by_region_workload", 0, 1, out);
    assert_close(out[4], 5, 0);
}

static void flows_add_up_levels_average_stocks_keep_the_last(void **state)
{
    /* Totals by month: 21, 57, 93 (times 100; times -1). */
    double out[1];
    summary("flow", 1, 3, out);
    assert_close(out[0], 57 + 93, 0);
    summary("level", 1, 3, out);
    assert_close(out[0], 100.0 * (57 + 93) / 2, 1e-15);
    summary("stock", 1, 3, out);
    assert_close(out[0], -93, 0);
    summary("lone", 0, 3, out);
    assert_close(out[0], 42, 0);
    summary("rate", 1, 3, out);
    assert_close(out[0], (14 + 21) * 6, 0); /* two of twelve months */
}

static void ratios_divide_what_was_reduced(void **state)
{
    /* Not the mean of the months' ratios, which are all 0.01. */
    double out[COLUMNS];
    summary("share", 0, 3, out);
    assert_close(out[0], (21.0 + 57 + 93) / (100.0 * (21 + 57 + 93) / 3), 1e-15);
    summary("share_by_workload", 0, 1, out);
    assert_close(out[2], 0.01, 1e-15);
}

static void a_zero_denominator_gives_a_missing_value(void **state)
{
    double out[1], keep[TABLE];
    memcpy(keep, series + columns[LEVEL].offset, sizeof keep);
    memset(series + columns[LEVEL].offset, 0, sizeof keep);
    summary("share", 0, 1, out);
    memcpy(series + columns[LEVEL].offset, keep, sizeof keep);
    assert_true(isnan(out[0]));
}

static void an_empty_window_has_no_level_and_no_stock(void **state)
{
    double out[1];
    summary("flow", 2, 2, out);
    assert_close(out[0], 0, 0);
    summary("level", 2, 2, out);
    assert_true(isnan(out[0]));
    summary("stock", 2, 2, out);
    assert_true(isnan(out[0]));
    summary("share", 2, 2, out);
    assert_true(isnan(out[0]));
}

static void a_series_is_the_summary_of_each_month(void **state)
{
    struct hanse_view views[64];
    size_t n = hanse_views(&layout, views, 64);
    for (size_t v = 0; v < n; v++) {
        double months[MONTHS * TABLE], one[TABLE];
        if (views[v].column == SQUARE) {
            continue; /* has no numbers here */
        }
        hanse_view_series(&layout, &views[v], series, months);
        for (int32_t m = 0; m < MONTHS; m++) {
            const struct hanse_window window = {"m", "m", m, m + 1};
            hanse_view_summary(&layout, &views[v], &window, series, one);
            assert_memory_equal(one, months + m * views[v].n_items,
                                sizeof *one * (size_t)views[v].n_items);
        }
    }
}

static void windows_start_with_the_horizon(void **state)
{
    struct nation n = nation_small(2, 10, 0.1);
    nation_upkeep(&n, 0, false);
    uint32_t e = nation_add(&n, "window", "later");
    nation_number(&n, e, "from", 730.0 * 6);
    nation_number(&n, e, "to", 730.0 * 18);
    struct nation_run run = nation_freeze(&n);
    struct hanse_window windows[4];
    assert_int_equal(hanse_windows(run.scenario, NULL, 0), 2);
    assert_int_equal(hanse_windows(run.scenario, windows, 4), 2);
    assert_string_equal(windows[0].name, "horizon");
    assert_int_equal(windows[0].from_month, 0);
    assert_int_equal(windows[0].to_month, 24);
    assert_string_equal(windows[1].name, "later");
    assert_int_equal(windows[1].from_month, 6);
    assert_int_equal(windows[1].to_month, 18);
    assert_non_null(windows[1].label);
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_output_has_its_total_and_each_dimension),
        cmocka_unit_test(a_list_too_short_is_filled_and_no_more),
        cmocka_unit_test(an_output_about_nothing_has_no_view),
        cmocka_unit_test(folds_add_up_what_is_not_kept),
        cmocka_unit_test(flows_add_up_levels_average_stocks_keep_the_last),
        cmocka_unit_test(ratios_divide_what_was_reduced),
        cmocka_unit_test(a_zero_denominator_gives_a_missing_value),
        cmocka_unit_test(an_empty_window_has_no_level_and_no_stock),
        cmocka_unit_test(a_series_is_the_summary_of_each_month),
        cmocka_unit_test(windows_start_with_the_horizon),
    };
    return cmocka_run_group_tests(tests, make_layout, NULL);
}
