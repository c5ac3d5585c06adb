/* The reference tables: every figure has its source and mark, and what can be recomputed is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "scripting/csv.h"
#include "sim/model/unit.h"
#include "sim/process/predict/inference.h"
#include "tests/close.h"

enum { MAX_ROWS = 1000 };

struct table {
    const char *name;
    struct hanse_csv *csv;
    const char **rows[MAX_ROWS]; /* copies of the field pointers */
    size_t lines[MAX_ROWS];
    size_t n;
};

static const char *const NAMES[] = {
    "accelerators", "regions",   "export_rules", "export_thresholds",
    "reliability",  "workloads", "consortia",    "measured_performance",
    "networks",     "money",     "verification", "hour_of_week",
    "models",       "engines"};
enum { N_TABLES = sizeof NAMES / sizeof *NAMES };

static struct hanse_context *context;
static struct table tables[N_TABLES], columns;

static void load(struct table *table, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "scenarios/reference/%s.csv", name);
    table->name = name;
    if (hanse_csv_open(context, path, &table->csv) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(context));
    }
    size_t width = hanse_csv_n_columns(table->csv) * sizeof(char *);
    while (hanse_csv_next(table->csv) == HANSE_OK && hanse_csv_fields(table->csv) != NULL) {
        assert_true(table->n < MAX_ROWS);
        table->rows[table->n] = malloc(width);
        memcpy(table->rows[table->n], hanse_csv_fields(table->csv), width);
        table->lines[table->n++] = hanse_csv_line(table->csv);
    }
    assert_string_equal(hanse_context_message(context), "");
    assert_true(table->n > 0);
}

static int set_up(void **state)
{
    context = hanse_context_create();
    for (int i = 0; i < N_TABLES; i++) {
        load(&tables[i], NAMES[i]);
    }
    load(&columns, "columns");
    return 0;
}

static int tear_down(void **state)
{
    for (int i = 0; i <= N_TABLES; i++) {
        struct table *table = i < N_TABLES ? &tables[i] : &columns;
        for (size_t row = 0; row < table->n; row++) {
            free(table->rows[row]);
        }
        hanse_csv_destroy(table->csv);
    }
    hanse_context_destroy(context);
    return 0;
}

static const struct table *named(const char *name)
{
    for (int i = 0; i < N_TABLES; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            return &tables[i];
        }
    }
    fail_msg("no table %s", name);
    return NULL;
}

/* The cell of a column, "" when the table has no such column. */
static const char *cell(const struct table *table, size_t row, const char *column)
{
    int at = hanse_csv_column(table->csv, column);
    return at < 0 ? "" : table->rows[row][at];
}

static bool filled(const struct table *table, size_t row, const char *column)
{
    return cell(table, row, column)[0] != '\0';
}

static double number(const struct table *table, size_t row, const char *column)
{
    const char *text = cell(table, row, column);
    char *end;
    double value = strtod(text, &end);
    if (text[0] == '\0' || *end != '\0' || !isfinite(value)) {
        fail_msg("%s:%zu: %s: '%s' is no number", table->name, table->lines[row], column, text);
    }
    return value;
}

static size_t find(const struct table *table, const char *column, const char *value)
{
    size_t row = 0;
    while (row < table->n && strcmp(cell(table, row, column), value) != 0) {
        row++;
    }
    assert_true(row < table->n);
    return row;
}

/* --- sources and evidence -------------------------------------------------------------- */

static void check_standing(const struct table *table, size_t row, const char *prefix)
{
    char key[96];
    snprintf(key, sizeof key, "%sevidence", prefix);
    const char *mark = cell(table, row, key);
    snprintf(key, sizeof key, "%ssource", prefix);
    const char *source = cell(table, row, key);
    static const char *const MARKS[] = {"primary", "press",      "aggregator",
                                        "derived", "assumption", "unverified"};
    size_t i = 0;
    while (i < 6 && strcmp(mark, MARKS[i]) != 0) {
        i++;
    }
    if (i == 6 || source[0] == '\0' ||
        (strcmp(mark, "unverified") == 0) != (strcmp(source, "unverified") == 0)) {
        fail_msg("%s:%zu: %sevidence '%s' does not fit source '%s'", table->name,
                 table->lines[row], prefix, mark, source);
    }
}

static void every_value_has_a_source_and_a_mark(void **state)
{
    for (int i = 0; i < N_TABLES; i++) {
        const struct table *table = &tables[i];
        for (size_t row = 0; row < table->n; row++) {
            check_standing(table, row, "");
            for (size_t c = 0; c < hanse_csv_n_columns(table->csv); c++) {
                const char *name = hanse_csv_columns(table->csv)[c];
                const char *tail = strstr(name, "_evidence");
                if (tail != NULL && table->rows[row][c][0] != '\0') {
                    char prefix[64];
                    snprintf(prefix, sizeof prefix, "%.*s_", (int)(tail - name), name);
                    check_standing(table, row, prefix);
                }
            }
        }
    }
}

static void computed_and_recalled_cells_say_so(void **state)
{
    const struct table *t = named("accelerators");
    for (size_t row = 0; row < t->n; row++) {
        assert_string_equal(cell(t, row, "tpp_evidence"), "derived");
        assert_string_equal(cell(t, row, "export_class_evidence"), "derived");
        assert_int_equal(filled(t, row, "price_usd_low"),
                         filled(t, row, "price_usd_low_evidence"));
    }
    t = named("regions");
    for (size_t row = 0; row < t->n; row++) {
        assert_string_equal(cell(t, row, "pue_model_evidence"), "derived");
        assert_string_equal(cell(t, row, "solar_capacity_factor_evidence"), "unverified");
    }
}

/* --- columns, numbers and units -------------------------------------------------------- */

static bool unit_is_known(const char *unit)
{
    /* What hanse has no dimension for; see scenarios/reference/README.md. */
    static const char *const FOREIGN[] = {
        "GBP",        "GBP/month", "CAD", "INR",      "INR/h", "TAO",  "TAO/day", "RENDER",
        "RENDER/day", "FIL",       "HNT", "HNT/year", "EiB",   "degC", "1/degC",  "TOP/s"};
    for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++) {
        if (strcmp(unit, FOREIGN[i]) == 0) {
            return true;
        }
    }
    struct hanse_unit parsed;
    return hanse_unit_parse(context, unit, &parsed) == HANSE_OK;
}

static void check_column(size_t described)
{
    const struct table *t = named(cell(&columns, described, "table"));
    const char *column = cell(&columns, described, "column");
    const char *type = cell(&columns, described, "type");
    const char *unit = cell(&columns, described, "unit");
    assert_true(hanse_csv_column(t->csv, column) >= 0);
    if (unit[0] != '\0' && !unit_is_known(unit)) {
        fail_msg("columns: %s.%s: %s", t->name, column, hanse_context_message(context));
    }
    for (size_t row = 0; row < t->n; row++) {
        if (!filled(t, row, column)) {
            continue;
        }
        if (strcmp(type, "number") == 0) {
            number(t, row, column);
        } else if (strcmp(type, "unit") == 0 && !unit_is_known(cell(t, row, column))) {
            fail_msg("%s:%zu: %s", t->name, t->lines[row], hanse_context_message(context));
        }
    }
}

static void numbers_and_units_of_every_column_can_be_read(void **state)
{
    size_t n_columns = 0;
    for (int i = 0; i < N_TABLES; i++) {
        n_columns += hanse_csv_n_columns(tables[i].csv);
    }
    assert_int_equal(columns.n, n_columns);
    for (size_t i = 0; i < columns.n; i++) {
        check_column(i);
        for (size_t k = 0; k < i; k++) {
            assert_false(strcmp(cell(&columns, i, "table"), cell(&columns, k, "table")) == 0 &&
                         strcmp(cell(&columns, i, "column"), cell(&columns, k, "column")) == 0);
        }
    }
}

static void a_row_holds_a_number_or_words_and_ranges_rise(void **state)
{
    for (int i = 0; i < N_TABLES; i++) {
        const struct table *t = &tables[i];
        if (hanse_csv_column(t->csv, "metric") < 0) {
            continue;
        }
        for (size_t row = 0; row < t->n; row++) {
            bool low = filled(t, row, "low"), high = filled(t, row, "high");
            bool figure = low || high || filled(t, row, "value");
            if (figure != filled(t, row, "unit") || (!figure && !filled(t, row, "text")) ||
                (low && high && number(t, row, "low") > number(t, row, "high"))) {
                fail_msg("%s:%zu: value, unit and text do not fit", t->name, t->lines[row]);
            }
        }
    }
}

/* --- names ----------------------------------------------------------------------------- */

static void no_figure_is_there_twice(void **state)
{
    static const char *const KEYS[] = {"id",      "rule",    "limb",   "hour",      "category",
                                       "subject", "devices", "kernel", "precision", "metric",
                                       "setting", "period",  "source"};
    for (int i = 0; i < N_TABLES; i++) {
        const struct table *t = &tables[i];
        bool thing = hanse_csv_column(t->csv, "id") >= 0;
        for (size_t a = 0; a < t->n; a++) {
            for (size_t b = 0; b < a; b++) {
                size_t same = 0, used = thing ? 1 : sizeof KEYS / sizeof *KEYS;
                while (same < used &&
                       strcmp(cell(t, a, KEYS[same]), cell(t, b, KEYS[same])) == 0) {
                    same++;
                }
                if (same == used) {
                    fail_msg("%s:%zu: the same as line %zu", t->name, t->lines[a], t->lines[b]);
                }
            }
        }
    }
}

static void every_threshold_belongs_to_a_rule(void **state)
{
    const struct table *t = named("export_thresholds");
    for (size_t row = 0; row < t->n; row++) {
        find(named("export_rules"), "id", cell(t, row, "rule"));
    }
}

/* --- what can be recomputed ------------------------------------------------------------ */

static const struct {
    const char *column;
    double bits;
} PEAKS[] = {{"peak_fp64_tflops", 64},       {"peak_fp32_tflops", 32},
             {"peak_bf16_dense_tflops", 16}, {"peak_fp8_dense_tflops", 8},
             {"peak_int8_dense_tops", 8},    {"peak_fp4_dense_tflops", 4}};

static double total_processing_performance(const struct table *t, size_t row)
{
    double tpp = 0;
    for (size_t i = 0; i < sizeof PEAKS / sizeof *PEAKS; i++) {
        if (filled(t, row, PEAKS[i].column)) {
            tpp = fmax(tpp, number(t, row, PEAKS[i].column) * PEAKS[i].bits);
        }
    }
    return tpp;
}

/* Whether one limb of a rule catches the device; an unknown density (NaN) meets no condition
 * on it and is told apart by the caller. */
static bool limb_catches(const char *rule, double limb, double tpp, double density)
{
    const struct table *t = named("export_thresholds");
    bool any = false, all = true;
    for (size_t row = 0; row < t->n; row++) {
        if (strcmp(cell(t, row, "rule"), rule) != 0 || number(t, row, "limb") != limb) {
            continue;
        }
        if (strcmp(cell(t, row, "metric"), "data_centre") == 0) {
            continue; /* export_class below knows */
        }
        double x = strcmp(cell(t, row, "metric"), "tpp") == 0 ? tpp : density;
        any = true;
        all = all && x >= number(t, row, "low") &&
              (!filled(t, row, "high") || x < number(t, row, "high"));
    }
    return any && all;
}

static bool rule_catches(const char *rule, double tpp, double density)
{
    return limb_catches(rule, 1, tpp, density) || limb_catches(rule, 2, tpp, density);
}

static const char *export_class(double tpp, double density, bool data_centre)
{
    if (!data_centre) {
        return limb_catches("US-2023-10a", 1, tpp, density) ? "3A090.a" : "none";
    }
    if (rule_catches("US-2023-10a", tpp, density)) {
        return "3A090.a";
    }
    if (isnan(density) && tpp >= 1600) {
        return "undetermined";
    }
    return rule_catches("US-2023-10b", tpp, density) ? "3A090.b" : "none";
}

static void export_metrics_follow_from_the_peaks(void **state)
{
    const struct table *t = named("accelerators");
    for (size_t row = 0; row < t->n; row++) {
        double tpp = total_processing_performance(t, row), density = NAN;
        if (fabs(number(t, row, "tpp") - tpp) > 0.051) {
            fail_msg("accelerators:%zu: tpp must be %g", t->lines[row], tpp);
        }
        if (filled(t, row, "die_mm2")) {
            density = tpp / number(t, row, "die_mm2");
            assert_true(fabs(number(t, row, "performance_density") - density) < 0.0051);
        } else {
            assert_false(filled(t, row, "performance_density"));
        }
        bool data_centre = strcmp(cell(t, row, "data_centre"), "yes") == 0;
        assert_string_equal(cell(t, row, "export_class"),
                            export_class(tpp, density, data_centre));
    }
    assert_string_equal(cell(t, find(t, "id", "h20_sxm_96gb"), "export_class"), "none");
    assert_string_equal(cell(t, find(t, "id", "l4_24gb"), "export_class"), "3A090.a");
    assert_string_equal(cell(t, find(t, "id", "l40_48gb"), "export_class"), "3A090.b");
}

static void derived_columns_of_regions_follow_from_the_others(void **state)
{
    const struct table *t = named("regions");
    for (size_t row = 0; row < t->n; row++) {
        double warmth = fmax(0, number(t, row, "peak_summer_temp_c") - 15);
        assert_true(fabs(number(t, row, "pue_model") - 1.08 - 0.015 * warmth) < 0.0011);
        double yield = number(t, row, "pv_output_kwh_per_kwp_day") / 24;
        assert_true(fabs(number(t, row, "solar_capacity_factor") - yield) < 0.00051);
    }
}

static void the_week_has_168_hours_of_mean_one(void **state)
{
    const struct table *t = named("hour_of_week");
    double sum = 0, blend = 0;
    assert_int_equal(t->n, 168);
    for (size_t row = 0; row < t->n; row++) {
        assert_true(number(t, row, "hour") == (double)row);
        assert_true(number(t, row, "value") > 0);
        sum += number(t, row, "value");
        double mixed = number(t, row, "office") / 3 + number(t, row, "home") * 2 / 3;
        blend = fmax(blend, fabs(number(t, row, "value") - mixed));
    }
    assert_true(fabs(sum / 168 - 1) < 1e-8);
    assert_true(blend < 2e-4);
}

static double workload(const char *metric)
{
    const struct table *t = named("workloads");
    for (size_t row = 0; row < t->n; row++) {
        if (strcmp(cell(t, row, "subject"), "Azure LLM 2023 conv") == 0 &&
            strcmp(cell(t, row, "metric"), metric) == 0) {
            return number(t, row, "value");
        }
    }
    fail_msg("workloads: no '%s'", metric);
    return NAN;
}

static void token_lengths_are_those_of_the_public_trace(void **state)
{
    const char *folder = getenv("HANSE_TEST_DATA");
    char path[512], line[256];
    snprintf(path, sizeof path, "%s/azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz",
             folder != NULL ? folder : "../shared/data");
    gzFile trace = gzopen(path, "rb");
    if (trace == NULL) {
        print_message("skipped: the public trace is not in HANSE_TEST_DATA\n");
        skip();
    }
    double n = 0, sum[2] = {0}, log_sum[2] = {0}, log_squares[2] = {0};
    gzgets(trace, line, sizeof line);
    while (gzgets(trace, line, sizeof line) != NULL) {
        double tokens[2];
        assert_int_equal(sscanf(line, "%*[^,],%lf,%lf", &tokens[0], &tokens[1]), 2);
        n++;
        for (int i = 0; i < 2; i++) {
            sum[i] += tokens[i];
            log_sum[i] += log(tokens[i]);
            log_squares[i] += log(tokens[i]) * log(tokens[i]);
        }
    }
    gzclose(trace);
    assert_true(n == workload("requests"));
    static const char *const WHAT[] = {"prompt", "output"};
    for (int i = 0; i < 2; i++) {
        char metric[64];
        double mu = log_sum[i] / n;
        snprintf(metric, sizeof metric, "%s tokens, mean", WHAT[i]);
        assert_true(fabs(workload(metric) - sum[i] / n) < 0.06);
        snprintf(metric, sizeof metric, "%s tokens, lognormal mu", WHAT[i]);
        assert_true(fabs(workload(metric) - mu) < 1e-4);
        snprintf(metric, sizeof metric, "%s tokens, lognormal sigma", WHAT[i]);
        assert_true(fabs(workload(metric) - sqrt(log_squares[i] / n - mu * mu)) < 1e-4);
    }
}

/* What an engine that nobody named is taken for lies midway between the two of today: factors
 * in proportion, times in halves, to a tenth or so. */
static void an_unknown_engine_is_midway_between_todays(void **state)
{
    const struct table *engines = named("engines");
    size_t a = find(engines, "id", "tensorrt-llm-0.17"), b = find(engines, "id", "vllm-0.15");
    const struct hanse_engine unknown = hanse_engine_unknown();
    assert_within(unknown.device_factor,
                  sqrt(number(engines, a, "factor") * number(engines, b, "factor")), 0.06);
    assert_within(1e3 * unknown.gap_s,
                  0.5 * (number(engines, a, "gap_ms") + number(engines, b, "gap_ms")), 0.05);
    assert_within(1e3 * unknown.request_s,
                  0.5 * (number(engines, a, "request_ms") + number(engines, b, "request_ms")),
                  0.05);
    for (size_t row = 0; row < engines->n; row++) {
        assert_true(number(engines, row, "factor") > 0.5);
        assert_true(number(engines, row, "log_sd") > 0.0);
        assert_true(number(engines, row, "log_sd") < unknown.log_sd);
        assert_true(number(engines, row, "points") >= 1.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_source_and_a_mark),
        cmocka_unit_test(computed_and_recalled_cells_say_so),
        cmocka_unit_test(numbers_and_units_of_every_column_can_be_read),
        cmocka_unit_test(a_row_holds_a_number_or_words_and_ranges_rise),
        cmocka_unit_test(no_figure_is_there_twice),
        cmocka_unit_test(every_threshold_belongs_to_a_rule),
        cmocka_unit_test(export_metrics_follow_from_the_peaks),
        cmocka_unit_test(derived_columns_of_regions_follow_from_the_others),
        cmocka_unit_test(the_week_has_168_hours_of_mean_one),
        cmocka_unit_test(token_lengths_are_those_of_the_public_trace),
        cmocka_unit_test(an_unknown_engine_is_midway_between_todays),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
