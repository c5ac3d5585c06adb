/* Writing result files: what they are made from, who may continue or replace them. */
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/build.h"
#include "output/fingerprint.h"
#include "tests/unit/synthetic.h"

enum { CASES = 3, REPLICATIONS = 60, CENTRAL = 4, FAILING = 11 };

struct bench {
    struct hanse_context *ctx;
    struct synthetic *synthetic;
    char folder[64], path[96], part[104];
};

static struct bench bench; /* with a whole file at `path` */

static int setup(void **state)
{
    snprintf(bench.folder, sizeof bench.folder, "/tmp/hanse-writer-XXXXXX");
    assert_non_null(mkdtemp(bench.folder));
    snprintf(bench.path, sizeof bench.path, "%s/out.h5", bench.folder);
    snprintf(bench.part, sizeof bench.part, "%s.part", bench.path);
    bench.synthetic = synthetic_make(CASES, REPLICATIONS, CENTRAL, 2);
    bench.synthetic->failing_replication = FAILING;
    bench.ctx = bench.synthetic->nation.ctx;
    synthetic_write(bench.synthetic, bench.path, 1);
    return 0;
}

static int teardown(void **state)
{
    synthetic_free(bench.synthetic);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", bench.folder);
    return system(command);
}

static unsigned char *slurp(const char *path, size_t *n)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    *n = (size_t)about.st_size;
    unsigned char *bytes = malloc(*n);
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

static void same_bytes(const char *a, const char *b)
{
    size_t n_a, n_b;
    unsigned char *bytes_a = slurp(a, &n_a), *bytes_b = slurp(b, &n_b);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(bytes_a, bytes_b, n_a);
    free(bytes_a);
    free(bytes_b);
}

static void beside(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", bench.folder, name);
}

static void the_order_of_finishing_leaves_no_trace(void **state)
{
    char path[128];
    beside(path, sizeof path, "shuffled.h5");
    synthetic_write(bench.synthetic, path, 5); /* coprime to the number of tasks, 192 */
    same_bytes(path, bench.path);
}

/* Runs `n` tasks into `path` and stops, as a killed program does. */
static void leave_unfinished(const char *path, uint64_t n)
{
    struct hanse_writer *writer;
    struct synthetic *s = bench.synthetic;
    NATION_OK(bench.ctx,
              hanse_writer_create(bench.ctx, path, &s->study, &s->provenance, NULL, &writer));
    struct hanse_sink sink = hanse_writer_sink(writer);
    for (uint64_t i = 0; i < n; i++) {
        struct hanse_record record = synthetic_task(s, i);
        NATION_OK(bench.ctx, sink.record(sink.self, bench.ctx, &record));
    }
    hanse_writer_destroy(writer);
}

static enum hanse_status open_writer(const char *path, bool force, bool resume,
                                     struct hanse_writer **writer)
{
    struct synthetic *s = bench.synthetic;
    const struct hanse_writer_options options = {.force = force, .resume = resume};
    return hanse_writer_create(bench.ctx, path, &s->study, &s->provenance, &options, writer);
}

static void a_resumed_run_gives_the_same_bytes(void **state)
{
    char path[128], part[136];
    beside(path, sizeof path, "resumed.h5");
    snprintf(part, sizeof part, "%s.part", path);
    leave_unfinished(path, 100);
    struct stat about;
    assert_int_equal(stat(part, &about), 0);
    assert_int_equal(truncate(part, about.st_size - 77), 0);
    struct hanse_writer *writer;
    NATION_OK(bench.ctx, open_writer(path, false, true, &writer));
    assert_int_equal(hanse_writer_n_done(writer), 99);
    assert_true(hanse_writer_n_dropped_bytes(writer) > 0);
    struct hanse_sink sink = hanse_writer_sink(writer);
    for (uint64_t i = 0; i < hanse_study_n_tasks(&bench.synthetic->study); i++) {
        if (!hanse_writer_done(writer)[i]) {
            struct hanse_record record = synthetic_task(bench.synthetic, i);
            NATION_OK(bench.ctx, sink.record(sink.self, bench.ctx, &record));
        }
    }
    NATION_OK(bench.ctx, sink.end(sink.self, bench.ctx));
    hanse_writer_destroy(writer);
    same_bytes(path, bench.path);
    assert_int_not_equal(access(part, F_OK), 0);
}

static void an_unfinished_journal_is_kept_and_named(void **state)
{
    char path[128], part[136];
    beside(path, sizeof path, "unfinished.h5");
    snprintf(part, sizeof part, "%s.part", path);
    leave_unfinished(path, 3);
    struct hanse_writer *writer;
    assert_int_equal(open_writer(path, false, false, &writer), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "--resume"));
    assert_null(writer);
    NATION_OK(bench.ctx, open_writer(path, false, true, &writer));
    struct hanse_sink sink = hanse_writer_sink(writer);
    assert_int_equal(sink.end(sink.self, bench.ctx), HANSE_ERR_INTERRUPTED);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "3 of 192 tasks"));
    hanse_writer_destroy(writer);
    assert_int_equal(access(part, F_OK), 0);
    NATION_OK(bench.ctx, open_writer(path, true, false, &writer));
    assert_int_equal(hanse_writer_n_done(writer), 0);
    hanse_writer_destroy(writer);
}

static void nothing_to_resume_is_said_so(void **state)
{
    char path[128];
    struct hanse_writer *writer;
    beside(path, sizeof path, "never.h5");
    assert_int_equal(open_writer(path, false, true, &writer), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "nothing to resume"));
}

/* Continues a journal under a changed study; it must be refused. */
static void refuses_to_resume(const char *path)
{
    struct hanse_writer *writer;
    assert_int_equal(open_writer(path, true, true, &writer), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "belongs to another study"));
}

static void only_the_same_study_may_resume(void **state)
{
    char path[128];
    struct synthetic *s = bench.synthetic;
    beside(path, sizeof path, "same.h5");
    leave_unfinished(path, 3);
    s->study.seed++;
    refuses_to_resume(path);
    s->study.seed--;
    s->sources[1].text = "return 2\n";
    refuses_to_resume(path);
    s->sources[1].text = "return 1\n";
    s->provenance.program_version = "0.0.2";
    refuses_to_resume(path);
    s->provenance.program_version = "0.0.1";
    s->provenance.processor_class = "other";
    refuses_to_resume(path);
    s->provenance.processor_class = "test";
    s->provenance.command = "hanse run --resume out.h5";
    struct hanse_writer *writer;
    NATION_OK(bench.ctx, open_writer(path, false, true, &writer));
    hanse_writer_destroy(writer);
    s->provenance.command = "hanse run nation.lua";
}

/* The fingerprint of a nation with one figure that differs, of the same everything else. */
static void fingerprint_of(double prompts, unsigned char digest[32])
{
    struct nation n = nation_small(1, 100, 0.1);
    nation_upkeep(&n, 0.5, false);
    nation_workload(&n, "chat", prompts);
    struct nation_run run = nation_freeze(&n);
    const struct hanse_scenario *scenario = run.scenario;
    const char *name = "baseline";
    const struct hanse_study study = {.cases = &scenario,
                                      .case_names = &name,
                                      .case_labels = &name,
                                      .n_cases = 1,
                                      .n_replications = 2,
                                      .layout = run.layout};
    NATION_OK(n.ctx, hanse__fingerprint(n.ctx, &study, &bench.synthetic->provenance, digest));
    nation_run_end(&run);
    nation_end(&n);
}

static void the_fingerprint_sees_every_value(void **state)
{
    unsigned char a[32], b[32], c[32];
    fingerprint_of(1.0, a);
    fingerprint_of(1.0, b);
    fingerprint_of(1.0 + 0x1p-52, c);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
}

static void a_file_of_another_scenario_is_not_replaced(void **state)
{
    struct hanse_writer *writer;
    struct synthetic *s = bench.synthetic;
    s->sources[0].name = "other.lua";
    assert_int_equal(open_writer(bench.path, false, false, &writer), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "came from another scenario"));
    NATION_OK(bench.ctx, open_writer(bench.path, true, false, &writer));
    hanse_writer_destroy(writer);
    s->sources[0].name = "nation.lua";
    s->sources[0].text = "return {} -- edited    \n";
    NATION_OK(bench.ctx, open_writer(bench.path, false, false, &writer));
    hanse_writer_destroy(writer);
    s->sources[0].text = "return {} -- für alle\n";
    unlink(bench.part);
}

static void what_is_no_result_file_is_refused(void **state)
{
    char path[128];
    struct hanse_results *other;
    struct hanse_writer *writer;
    beside(path, sizeof path, "text.h5");
    FILE *file = fopen(path, "w");
    fputs("precious\n", file);
    fclose(file);
    assert_int_equal(hanse_results_open(bench.ctx, path, &other), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "is not an HDF5 file"));
    assert_int_equal(open_writer(path, false, false, &writer), HANSE_ERR_INPUT);
    beside(path, sizeof path, "foreign.h5");
    H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    assert_int_equal(hanse_results_open(bench.ctx, path, &other), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx), "not one of hanse's"));
    beside(path, sizeof path, "absent.h5");
    assert_int_equal(hanse_results_open(bench.ctx, path, &other), HANSE_ERR_IO);
    assert_null(other);
}

static void another_format_version_is_refused(void **state)
{
    char path[128], command[256];
    beside(path, sizeof path, "future.h5");
    snprintf(command, sizeof command, "cp %s %s", bench.path, path);
    assert_int_equal(system(command), 0);
    const int64_t future = 99;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t attribute = H5Aopen(file, "format_version", H5P_DEFAULT);
    assert_true(H5Awrite(attribute, H5T_NATIVE_INT64, &future) >= 0);
    H5Aclose(attribute);
    H5Fclose(file);
    struct hanse_results *other;
    assert_int_equal(hanse_results_open(bench.ctx, path, &other), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench.ctx),
                           "has format version 99, this program reads version 1"));
}

/* Builds a small study's file by hand, in tiles of about `tile_bytes`. */
static enum hanse_status build(struct synthetic *s, const char *path, size_t tile_bytes)
{
    char part[160];
    struct hanse__journal *journal;
    struct hanse__journal_id id = {.n_cases = s->study.n_cases,
                                   .n_replications = s->study.n_replications,
                                   .n_central = s->study.n_central,
                                   .n_values = s->study.layout.n_values};
    struct hanse_context *ctx = s->nation.ctx;
    snprintf(part, sizeof part, "%s.part", path);
    HANSE_TRY(hanse__journal_create(ctx, part, &id, &journal));
    enum hanse_status status = HANSE_OK;
    for (uint64_t i = 0; i < hanse_study_n_tasks(&s->study) && status == HANSE_OK; i++) {
        struct hanse_record record = synthetic_task(s, i);
        status = hanse__journal_append(journal, ctx, &record);
    }
    if (status == HANSE_OK) {
        status = hanse__build(ctx, path, &s->study, &s->provenance, journal, tile_bytes);
    }
    hanse__journal_destroy(journal);
    return status;
}

static void same_numbers(const char *path_a, const char *path_b, const char *group)
{
    struct hanse_results *a, *b;
    const char *const *names;
    size_t n;
    NATION_OK(bench.ctx, hanse_results_open(bench.ctx, path_a, &a));
    NATION_OK(bench.ctx, hanse_results_open(bench.ctx, path_b, &b));
    NATION_OK(bench.ctx, hanse_results_list(a, group, &names, &n));
    assert_true(n > 100);
    for (size_t i = 0; i < n; i++) {
        char path[256];
        struct hanse_variable in_a, in_b;
        snprintf(path, sizeof path, "%s/%s", group, names[i]);
        NATION_OK(bench.ctx, hanse_results_variable(a, path, &in_a));
        NATION_OK(bench.ctx, hanse_results_variable(b, path, &in_b));
        assert_int_equal(in_a.n, in_b.n);
        assert_memory_equal(in_a.data, in_b.data, in_a.n * sizeof *in_a.data);
    }
    hanse_results_close(a);
    hanse_results_close(b);
}

static void the_size_of_tiles_changes_no_number(void **state)
{
    char whole[128], tiled[128];
    struct synthetic *s = synthetic_make(2, 5, 2, 2);
    beside(whole, sizeof whole, "whole.h5");
    beside(tiled, sizeof tiled, "tiled.h5");
    NATION_OK(s->nation.ctx, build(s, whole, 0));
    /* 33 rows of doubles: 5 months of a total fit, and not a divisor of 24. */
    NATION_OK(s->nation.ctx, build(s, tiled, 33 * 8 * 5));
    same_numbers(whole, tiled, "/series");
    same_numbers(whole, tiled, "/summary");
    synthetic_free(s);
}

static void few_replications_give_quartiles_and_no_wider_band(void **state)
{
    char path[128];
    struct synthetic *s = synthetic_make(1, 58, 0, 2);
    struct hanse_results *few;
    struct hanse_variable v;
    beside(path, sizeof path, "few.h5");
    NATION_OK(s->nation.ctx, build(s, path, 0));
    NATION_OK(bench.ctx, hanse_results_open(bench.ctx, path, &few));
    NATION_OK(bench.ctx, hanse_results_variable(few, "/summary/demand_p05", &v));
    assert_true(isnan(v.data[0]));
    NATION_OK(bench.ctx, hanse_results_variable(few, "/summary/demand_p25", &v));
    assert_false(isnan(v.data[0]));
    assert_false(hanse_results_has(few, "/summary/demand_sim_sd"));
    assert_false(hanse_results_has(few, "/failures"));
    assert_int_equal(hanse_results_n_failures(few), 0);
    hanse_results_close(few);
    synthetic_free(s);
}

/* Not every one: there are thousands, and each failure takes a build of its own. */
static void allocations_may_fail_while_building(void **state)
{
    char path[128];
    struct synthetic *s = synthetic_make(1, 2, 1, 2);
    struct hanse_context *ctx = s->nation.ctx;
    beside(path, sizeof path, "poor.h5");
    for (size_t n = 1; n < 3000; n = n * 8 / 5 + 1) {
        hanse_context_fail_allocation(ctx, n);
        enum hanse_status status = build(s, path, 0);
        hanse_context_fail_allocation(ctx, 0);
        assert_int_equal(status, HANSE_ERR_MEMORY);
    }
    NATION_OK(ctx, build(s, path, 0));
    synthetic_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_finishing_leaves_no_trace),
        cmocka_unit_test(a_resumed_run_gives_the_same_bytes),
        cmocka_unit_test(an_unfinished_journal_is_kept_and_named),
        cmocka_unit_test(nothing_to_resume_is_said_so),
        cmocka_unit_test(only_the_same_study_may_resume),
        cmocka_unit_test(the_fingerprint_sees_every_value),
        cmocka_unit_test(a_file_of_another_scenario_is_not_replaced),
        cmocka_unit_test(what_is_no_result_file_is_refused),
        cmocka_unit_test(another_format_version_is_refused),
        cmocka_unit_test(the_size_of_tiles_changes_no_number),
        cmocka_unit_test(few_replications_give_quartiles_and_no_wider_band),
        cmocka_unit_test(allocations_may_fail_while_building),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
