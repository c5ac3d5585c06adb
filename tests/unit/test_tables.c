/* Tables: rows that can be worked out from the records, cells that need quotes. */
#include <unistd.h>

#include "output/tables.h"
#include "tests/close.h"
#include "tests/unit/synthetic.h"

enum { REPLICATIONS = 3 };

static struct synthetic *synthetic;
static struct hanse_context *ctx;
static struct hanse_results *results;
static char path[64] = "/tmp/hanse-tables-XXXXXX";

static int setup(void **state)
{
    struct hanse_writer *writer;
    const struct hanse_writer_options options = {.force = true};
    synthetic = synthetic_make(2, REPLICATIONS, 0, 2);
    synthetic->names[1] = "stop, \"hard\"";
    ctx = synthetic->nation.ctx;
    close(mkstemp(path));
    NATION_OK(ctx, hanse_writer_create(ctx, path, &synthetic->study, &synthetic->provenance,
                                       &options, &writer));
    struct hanse_sink sink = hanse_writer_sink(writer);
    for (uint64_t i = 0; i < hanse_study_n_tasks(&synthetic->study); i++) {
        struct hanse_record record = synthetic_task(synthetic, i);
        NATION_OK(ctx, sink.record(sink.self, ctx, &record));
    }
    NATION_OK(ctx, sink.end(sink.self, ctx));
    hanse_writer_destroy(writer);
    NATION_OK(ctx, hanse_results_open(ctx, path, &results));
    return 0;
}

static int teardown(void **state)
{
    hanse_results_close(results);
    synthetic_free(synthetic);
    return unlink(path);
}

/* The table as text, to be freed. */
static char *csv(const struct hanse_csv_options *options)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    NATION_OK(ctx, hanse_write_csv(results, options, file));
    fclose(file);
    return text;
}

static char *iamc(void)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    NATION_OK(ctx, hanse_write_iamc(results, file));
    fclose(file);
    return text;
}

/* The number that ends the line which starts with `start`. */
static double value_of(const char *table, const char *start)
{
    const char *line = table;
    while (line != NULL && strncmp(line, start, strlen(start)) != 0) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL) {
        fail_msg("no line starts with '%s'; the head is %.200s", start, table);
        return 0.0;
    }
    return strtod(line + strlen(start), NULL);
}

/* An output over months [from, to) in region 1, mean over replications of case 1. */
static double mean_of(const char *view_name, int32_t from, int32_t to)
{
    struct hanse_view views[1024];
    const struct hanse_window window = {"w", "w", from, to};
    size_t n = hanse_views(&synthetic->study.layout, views, 1024), v = 0;
    for (; v < n && strcmp(views[v].name, view_name) != 0; v++) {
    }
    assert_true(v < n);
    double sum = 0.0;
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        double out[8];
        struct hanse_record record = synthetic_record(synthetic, 1, r, false);
        hanse_view_summary(&synthetic->study.layout, &views[v], &window, record.series, out);
        sum += out[views[v].n_items - 1];
    }
    return sum / REPLICATIONS;
}

static void every_axis_has_a_column(void **state)
{
    char *text = csv(NULL);
    const char *head = "group,case,replication,statistic,window,time_h,";
    assert_memory_equal(text, head, strlen(head));
    assert_non_null(strstr(text, "region"));
    assert_true(strstr(text, ",variable,unit,value\n") < strchr(text, '\n'));
    size_t commas = 0, in_head = 0;
    bool quoted = false, first = true;
    for (const char *c = text; *c != '\0'; c++) {
        quoted = *c == '"' ? !quoted : quoted;
        commas += *c == ',' && !quoted;
        if (*c == '\n') {
            in_head = first ? commas : in_head;
            assert_int_equal(commas, in_head);
            commas = 0;
            first = false;
        }
    }
    free(text);
}

static void rows_hold_the_windows_means(void **state)
{
    char *text = csv(NULL);
    assert_null(strstr(text, "series,"));
    double got = value_of(text, "summary,\"stop, \"\"hard\"\"\",,mean,second_year,,,b,,,,,,,"
                                "demand,H100_h,");
    assert_close(got, mean_of("demand_by_region", 12, 24), 1e-14);
    free(text);
}

static void replications_and_months_come_on_request(void **state)
{
    const struct hanse_csv_options options = {.replications = true, .series = true};
    char *text = csv(&options);
    struct hanse_view views[1024];
    double months[24];
    hanse_views(&synthetic->study.layout, views, 1024);
    int32_t demand = hanse_layout_find(&synthetic->study.layout, "demand");
    size_t v = 0;
    while (views[v].column != demand) {
        v++;
    }
    struct hanse_record record = synthetic_record(synthetic, 0, 2, false);
    hanse_view_series(&synthetic->study.layout, &views[v], record.series, months);
    double got = value_of(text, "series,baseline,2,,,730,,,,,,,,,demand,H100_h,");
    assert_close(got, months[1], 1e-7);
    free(text);
}

static void iamc_years_follow_the_reducers(void **state)
{
    char *text = iamc();
    const char *head = "model,scenario,region,variable,unit,year,value\n";
    assert_memory_equal(text, head, strlen(head));
    const char *stop = "hanse 0.0.1,\"stop, \"\"hard\"\"\"";
    char start[160];
    snprintf(start, sizeof start, "%s,b,demand,H100_h,2027,", stop);
    assert_close(value_of(text, start), mean_of("demand_by_region", 12, 24), 1e-6);
    snprintf(start, sizeof start, "%s,World,demand,H100_h,2026,", stop);
    assert_close(value_of(text, start), mean_of("demand", 0, 12), 1e-6);
    snprintf(start, sizeof start, "%s,b,capacity_installed,1,2026,", stop);
    assert_close(value_of(text, start), mean_of("capacity_installed_by_region", 11, 12), 1e-6);
    snprintf(start, sizeof start, "%s,b,capacity_available,1,2026,", stop);
    assert_close(value_of(text, start), mean_of("capacity_available_by_region", 0, 12), 1e-6);
    snprintf(start, sizeof start, "%s,World,fill_rate,1,2027,", stop);
    double filled = mean_of("failures_filled", 12, 24), lost = mean_of("failures_lost", 12, 24);
    assert_close(value_of(text, start), filled / lost, 1e-6);
    assert_null(strstr(text, ",2028,"));
    free(text);
}

static void a_full_disk_is_reported(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        skip();
    }
    assert_int_equal(hanse_write_csv(results, NULL, full), HANSE_ERR_IO);
    assert_non_null(strstr(hanse_context_message(ctx), "cannot be written"));
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_axis_has_a_column),
        cmocka_unit_test(rows_hold_the_windows_means),
        cmocka_unit_test(replications_and_months_come_on_request),
        cmocka_unit_test(iamc_years_follow_the_reducers),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
