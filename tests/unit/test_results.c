/* Result files: every figure against what it is worked out from, and what must be refused. */
#include <unistd.h>

#include "output/fingerprint.h"
#include "sim/stats/interval.h"
#include "sim/stats/quantile.h"
#include "tests/close.h"
#include "tests/unit/synthetic.h"

enum { CASES = 3, REPLICATIONS = 60, CENTRAL = 4, FAILING = 11 };

struct bench {
    struct hanse_context *ctx;
    struct synthetic *synthetic;
    char folder[64], path[96], part[104];
};

static struct bench bench;
static struct hanse_results *results; /* of the whole study, open for the reading tests */

static int setup(void **state)
{
    snprintf(bench.folder, sizeof bench.folder, "/tmp/hanse-results-XXXXXX");
    assert_non_null(mkdtemp(bench.folder));
    snprintf(bench.path, sizeof bench.path, "%s/out.h5", bench.folder);
    snprintf(bench.part, sizeof bench.part, "%s.part", bench.path);
    bench.synthetic = synthetic_make(CASES, REPLICATIONS, CENTRAL, 2);
    bench.synthetic->failing_replication = FAILING;
    bench.ctx = bench.synthetic->nation.ctx;
    synthetic_write(bench.synthetic, bench.path, 1);
    NATION_OK(bench.ctx, hanse_results_open(bench.ctx, bench.path, &results));
    return 0;
}

static int teardown(void **state)
{
    hanse_results_close(results);
    synthetic_free(bench.synthetic);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", bench.folder);
    return system(command);
}

/* --- figures ------------------------------------------------------------------------------ */

static struct hanse_variable variable(const char *path)
{
    struct hanse_variable v;
    NATION_OK(bench.ctx, hanse_results_variable(results, path, &v));
    return v;
}

static struct hanse_view view_named(const char *name)
{
    struct hanse_view views[1024];
    size_t n = hanse_views(&bench.synthetic->study.layout, views, 1024);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(views[i].name, name) == 0) {
            return views[i];
        }
    }
    fail_msg("no view '%s'", name);
    return views[0];
}

/* Item 1 of demand_by_region over the second year, straight from the record. */
static double second_year(uint32_t c, uint32_t r, bool central)
{
    const struct hanse_window window = {"w", "w", 12, 24};
    struct hanse_view view = view_named("demand_by_region");
    struct hanse_record record = synthetic_record(bench.synthetic, c, r, central);
    double out[8];
    assert_int_equal(view.n_items, 2);
    hanse_view_summary(&bench.synthetic->study.layout, &view, &window, record.series, out);
    return out[1];
}

/* The same for all replications that did not fail, and how many. */
static size_t sample(uint32_t c, double *values)
{
    size_t n = 0;
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        if (!synthetic_fails(bench.synthetic, c, r)) {
            values[n++] = second_year(c, r, false);
        }
    }
    return n;
}

enum { SECOND_YEAR = 2 }; /* windows: horizon, instant, second_year */

static double figure(const char *statistic, uint32_t c)
{
    char path[128];
    snprintf(path, sizeof path, "/summary/demand_by_region_%s", statistic);
    struct hanse_variable v = variable(path);
    assert_int_equal(v.rank, 3);
    assert_int_equal(v.n, CASES * 3 * 2);
    return v.data[(c * 3 + SECOND_YEAR) * 2 + 1];
}

static void every_replication_is_there_and_a_failed_one_is_missing(void **state)
{
    struct hanse_variable v = variable("/summary/demand_by_region");
    assert_int_equal(v.rank, 4);
    assert_string_equal(v.dim_names[0], "case");
    assert_string_equal(v.dim_names[1], "replication");
    assert_string_equal(v.dim_names[2], "window");
    assert_string_equal(v.dim_names[3], "region");
    for (uint32_t c = 0; c < CASES; c++) {
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            double got = v.data[((c * REPLICATIONS + r) * 3 + SECOND_YEAR) * 2 + 1];
            bool failed = synthetic_fails(bench.synthetic, c, r);
            assert_close(got, failed ? NAN : second_year(c, r, false), 0);
        }
    }
}

static void means_and_intervals_are_students(void **state)
{
    for (uint32_t c = 0; c < CASES; c++) {
        double values[REPLICATIONS];
        size_t n = sample(c, values);
        struct hanse_interval want = hanse_interval_mean(values, n, 0.95);
        assert_close(figure("mean", c), want.mean, 1e-13);
        assert_close(figure("ci_low", c), want.low, 1e-13);
        assert_close(figure("ci_high", c), want.high, 1e-13);
    }
}

static void bands_are_quantiles_of_the_replications(void **state)
{
    const double p[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const char *const names[] = {"p05", "p25", "p50", "p75", "p95"};
    for (uint32_t c = 0; c < CASES; c++) {
        double values[REPLICATIONS], want[5];
        size_t n = sample(c, values);
        NATION_OK(bench.ctx, hanse_quantiles(bench.ctx, values, n, p, 5, want));
        for (int q = 0; q < 5; q++) {
            assert_close(figure(names[q], c), want[q], 0);
        }
    }
}

static void differences_are_paired_and_leave_failed_pairs_out(void **state)
{
    for (uint32_t c = 0; c < CASES; c++) {
        double base[REPLICATIONS], other[REPLICATIONS];
        size_t n = 0;
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            if (!synthetic_fails(bench.synthetic, 0, r) &&
                !synthetic_fails(bench.synthetic, c, r)) {
                base[n] = second_year(0, r, false);
                other[n++] = second_year(c, r, false);
            }
        }
        struct hanse_interval want = hanse_interval_paired(other, base, n, 0.95);
        assert_within(figure("diff_mean", c), want.mean, 1e-12);
        assert_within(figure("diff_ci_low", c), want.low, 1e-12);
        assert_within(figure("diff_ci_high", c), want.high, 1e-12);
    }
}

static void simulation_error_comes_from_the_central_tasks_alone(void **state)
{
    double values[CENTRAL];
    for (uint32_t r = 0; r < CENTRAL; r++) {
        values[r] = second_year(2, r, true);
        struct hanse_variable v = variable("/summary/demand_by_region_central");
        assert_close(v.data[((2 * CENTRAL + r) * 3 + SECOND_YEAR) * 2 + 1], values[r], 0);
    }
    struct hanse_interval spread = hanse_interval_mean(values, CENTRAL, 0.95);
    double want = spread.half_width * sqrt((double)CENTRAL / REPLICATIONS);
    assert_close(figure("sim_sd", 2), spread.sd, 1e-13);
    assert_close(figure("sim_half_width", 2), want, 1e-13);
}

static void series_are_the_same_figures_month_by_month(void **state)
{
    struct hanse_variable each = variable("/series/demand"), mean, low;
    mean = variable("/series/demand_mean");
    low = variable("/series/demand_ci_low");
    assert_string_equal(each.dim_names[2], "time");
    assert_int_equal(each.dims[2], 24);
    struct hanse_view view = view_named("demand");
    double values[REPLICATIONS], months[24];
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        struct hanse_record record = synthetic_record(bench.synthetic, 2, r, false);
        hanse_view_series(&bench.synthetic->study.layout, &view, record.series, months);
        values[r] = months[17];
        assert_close(each.data[(2 * REPLICATIONS + r) * 24 + 17], values[r], 1e-7);
    }
    struct hanse_interval want = hanse_interval_mean(values, REPLICATIONS, 0.95);
    assert_close(mean.data[2 * 24 + 17], want.mean, 1e-7);
    assert_close(low.data[2 * 24 + 17], want.low, 1e-7);
}

static void the_finest_series_hold_means_and_no_replications(void **state)
{
    assert_true(hanse_results_has(results, "/series/demand_by_region_workload_mean"));
    assert_true(hanse_results_has(results, "/series/demand_by_region_workload_ci_high"));
    assert_false(hanse_results_has(results, "/series/demand_by_region_workload"));
    assert_false(hanse_results_has(results, "/series/demand_by_region_workload_p50"));
    assert_true(hanse_results_has(results, "/summary/demand_by_region_workload"));
}

static void inputs_come_in_their_own_unit(void **state)
{
    struct hanse_variable v = variable("/design/growth");
    assert_string_equal(v.unit, "1/year");
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        struct hanse_record record = synthetic_record(bench.synthetic, 0, r, false);
        assert_close(v.data[r], record.inputs[0] * 8760.0, 1e-15);
    }
    assert_close(variable("/param_high").data[0], 0.4, 1e-12);
}

/* --- texts and rows ----------------------------------------------------------------------- */

static void axes_and_attributes_come_back(void **state)
{
    const char *const *texts;
    size_t n;
    NATION_OK(bench.ctx, hanse_results_labels(results, "case", &texts, &n));
    assert_int_equal(n, CASES);
    assert_string_equal(texts[0], "baseline");
    NATION_OK(bench.ctx, hanse_results_labels(results, "case_label", &texts, &n));
    assert_string_equal(texts[2], "Fall Nº 2");
    NATION_OK(bench.ctx, hanse_results_labels(results, "region", &texts, &n));
    assert_int_equal(n, 2);
    assert_string_equal(texts[1], "b");
    NATION_OK(bench.ctx, hanse_results_labels(results, "param_label", &texts, &n));
    assert_string_equal(texts[0], "Wachstum über alles");
    assert_string_equal(hanse_results_attribute(results, "title"), "a test");
    assert_string_equal(hanse_results_attribute(results, "command"), "hanse run nation.lua");
    assert_string_equal(hanse_results_attribute(results, "nonsense"), "");
    assert_close(hanse_results_number(results, "seed"), 7, 0);
    assert_true(isnan(hanse_results_number(results, "nonsense")));
    assert_int_equal(hanse_results_size(results, "replication"), REPLICATIONS);
    assert_int_equal(hanse_results_size(results, "nonsense"), 0);
}

static void windows_come_back(void **state)
{
    struct hanse_results_window window;
    assert_int_equal(hanse_results_n_windows(results), 3);
    NATION_OK(bench.ctx, hanse_results_window(results, 2, &window));
    assert_string_equal(window.name, "second_year");
    assert_close(window.from_h, 8760, 0);
    assert_close(window.to_h, 17520, 0);
    assert_false(window.shade);
    assert_int_equal(hanse_results_window(results, 3, &window), HANSE_ERR_DOMAIN);
}

static void every_resolved_value_comes_back(void **state)
{
    size_t per_case = hanse_scenario_n_values(bench.synthetic->cases[0]);
    assert_int_equal(hanse_results_n_values(results), CASES * per_case);
    for (size_t i = 0; i < CASES * per_case; i++) {
        struct hanse_resolved want, got;
        uint32_t c;
        hanse_scenario_value(bench.synthetic->cases[i / per_case], i % per_case, &want);
        NATION_OK(bench.ctx, hanse_results_value(results, i, &c, &got));
        assert_int_equal(c, i / per_case);
        assert_string_equal(got.kind, want.kind);
        assert_string_equal(got.name, want.name);
        assert_string_equal(got.key, want.key);
        assert_string_equal(got.text, want.text);
        assert_string_equal(got.unit, want.unit);
        assert_int_equal(got.type, want.type);
        assert_int_equal(got.origin.how, want.origin.how);
        if (want.type == HANSE_NUMBER) {
            assert_close(got.number, want.number, 0);
        }
    }
}

static void events_failures_and_sources_come_back(void **state)
{
    struct hanse_results_event event;
    assert_int_equal(hanse_results_n_events(results), CASES * REPLICATIONS * 2);
    NATION_OK(bench.ctx, hanse_results_event(results, 2 * REPLICATIONS + 7, &event));
    assert_int_equal(event.case_index, 1);
    assert_int_equal(event.replication, 3);
    assert_close(event.time_h, 203, 0);
    assert_close(event.value, 2.5, 0);
    assert_string_equal(event.what, hanse_note_name(1));
    struct hanse_results_failure failure;
    assert_int_equal(hanse_results_n_failures(results), 2);
    NATION_OK(bench.ctx, hanse_results_failure(results, 1, &failure));
    assert_int_equal(failure.case_index, 1);
    assert_int_equal(failure.replication, FAILING);
    assert_false(failure.central);
    assert_string_equal(failure.reason, "hour 12: site 'hall': made to fail");
    struct hanse_source_text source;
    const char *hash;
    assert_int_equal(hanse_results_n_sources(results), 2);
    NATION_OK(bench.ctx, hanse_results_source(results, 1, &source, &hash));
    assert_string_equal(source.name, "lib/extra.lua");
    assert_string_equal(source.text, "return 1\n");
    assert_int_equal(strlen(hash), 64);
}

static void the_hash_is_the_published_one(void **state)
{
    char hex[65]; /* FIPS 180-2, appendix B.1 */
    hanse__sha256_text("abc", 3, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void numbers_are_listed_and_texts_are_not(void **state)
{
    const char *const *names;
    size_t n;
    NATION_OK(bench.ctx, hanse_results_list(results, "/design", &names, &n));
    assert_int_equal(n, 1);
    assert_string_equal(names[0], "growth");
    NATION_OK(bench.ctx, hanse_results_list(results, "/summary", &names, &n));
    for (size_t i = 1; i < n; i++) {
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    }
}

static void wrong_names_are_answered_with_near_ones(void **state)
{
    struct hanse_variable v;
    const char *const *texts;
    size_t n;
    const struct {
        enum hanse_status status;
        const char *end;
    } answers[] = {
        {hanse_results_variable(results, "/summary/demnd_mean", &v),
         "has no variable '/summary/demnd_mean' (did you mean 'demand_mean'?)"},
    };
    assert_int_equal(answers[0].status, HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), answers[0].end));
    assert_int_equal(hanse_results_variable(results, "nothing like it", &v), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "'/nothing like it'"));
    assert_int_equal(hanse_results_labels(results, "regoin", &texts, &n), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "did you mean 'region'?"));
    assert_int_equal(hanse_results_variable(results, "/case", &v), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "holds texts, not numbers"));
    assert_int_equal(hanse_results_list(results, "/sumary", &texts, &n), HANSE_ERR_INPUT);
}

/* --- memory ----------------------------------------------------------------------------- */

static void allocations_may_fail_while_reading(void **state)
{
    enum hanse_status status = HANSE_ERR_MEMORY;
    for (size_t n = 1; status != HANSE_OK; n++) {
        struct hanse_results *other = NULL;
        struct hanse_variable v;
        struct hanse_resolved value;
        uint32_t c;
        assert_true(n < 200000);
        n += n > 100 ? n / 3 : 0; /* texts take one each */
        hanse_context_fail_allocation(bench.ctx, n);
        status = hanse_results_open(bench.ctx, bench.path, &other);
        if (status == HANSE_OK) {
            status = hanse_results_variable(other, "/summary/demand", &v);
        }
        if (status == HANSE_OK) {
            status = hanse_results_value(other, 3, &c, &value);
        }
        hanse_context_fail_allocation(bench.ctx, 0);
        assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
        hanse_results_close(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_replication_is_there_and_a_failed_one_is_missing),
        cmocka_unit_test(means_and_intervals_are_students),
        cmocka_unit_test(bands_are_quantiles_of_the_replications),
        cmocka_unit_test(differences_are_paired_and_leave_failed_pairs_out),
        cmocka_unit_test(simulation_error_comes_from_the_central_tasks_alone),
        cmocka_unit_test(series_are_the_same_figures_month_by_month),
        cmocka_unit_test(the_finest_series_hold_means_and_no_replications),
        cmocka_unit_test(inputs_come_in_their_own_unit),
        cmocka_unit_test(axes_and_attributes_come_back),
        cmocka_unit_test(windows_come_back),
        cmocka_unit_test(every_resolved_value_comes_back),
        cmocka_unit_test(events_failures_and_sources_come_back),
        cmocka_unit_test(the_hash_is_the_published_one),
        cmocka_unit_test(numbers_are_listed_and_texts_are_not),
        cmocka_unit_test(wrong_names_are_answered_with_near_ones),
        cmocka_unit_test(allocations_may_fail_while_reading),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
