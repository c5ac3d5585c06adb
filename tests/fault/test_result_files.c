/* A full disk and folders that cannot be written: what was finished stays, and is named. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/synthetic.h"

/* A file that a full disk kept from being closed stays in HDF5's own memory, out of our reach:
 * no leak of ours, so the leak sanitizer is told to look away there. */
HANSE_API const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static struct synthetic *synthetic;
static struct hanse_context *ctx;
static char folder[64] = "/tmp/hanse-fault-XXXXXX";

static int setup(void **state)
{
    assert_non_null(mkdtemp(folder));
    signal(SIGXFSZ, SIG_IGN); /* a write past the limit then fails like one to a full disk */
    synthetic = synthetic_make(1, 10, 2, 2);
    ctx = synthetic->nation.ctx;
    return 0;
}

static int teardown(void **state)
{
    char command[96];
    synthetic_free(synthetic);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* Files may not grow past this; 0: no limit. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void beside(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
}

static struct hanse_writer *open_writer(const char *path, bool resume)
{
    struct hanse_writer *writer;
    const struct hanse_writer_options options = {.resume = resume};
    NATION_OK(ctx, hanse_writer_create(ctx, path, &synthetic->study, &synthetic->provenance,
                                       &options, &writer));
    return writer;
}

/* Runs every task not done yet; the first trouble ends it. */
static enum hanse_status run(struct hanse_writer *writer)
{
    struct hanse_sink sink = hanse_writer_sink(writer);
    for (uint64_t i = 0; i < hanse_study_n_tasks(&synthetic->study); i++) {
        if (!hanse_writer_done(writer)[i]) {
            struct hanse_record record = synthetic_task(synthetic, i);
            HANSE_TRY(sink.record(sink.self, ctx, &record));
        }
    }
    return sink.end(sink.self, ctx);
}

static void same_bytes(const char *a, const char *b)
{
    char command[300];
    snprintf(command, sizeof command, "cmp %s %s", a, b);
    assert_int_equal(system(command), 0);
}

static void undisturbed(const char *path)
{
    struct hanse_writer *writer = open_writer(path, false);
    NATION_OK(ctx, run(writer));
    hanse_writer_destroy(writer);
}

static void a_disk_full_in_the_journal_keeps_finished_tasks(void **state)
{
    char path[128], part[136], whole[128];
    beside(path, sizeof path, "journal.h5");
    beside(whole, sizeof whole, "whole.h5");
    snprintf(part, sizeof part, "%s.part", path);
    struct hanse_writer *writer = open_writer(path, false);
    size_t record = synthetic->study.layout.n_values * 8;
    limit_files(4 * record + 1000); /* ends within the fourth record */
    assert_int_equal(run(writer), HANSE_ERR_IO);
    limit_files(0);
    assert_non_null(strstr(hanse_context_message(ctx), "3 of 12 finished tasks are kept"));
    assert_non_null(strstr(hanse_context_message(ctx), part));
    hanse_writer_destroy(writer);
    writer = open_writer(path, true);
    assert_int_equal(hanse_writer_n_done(writer), 3);
    assert_int_equal(hanse_writer_n_dropped_bytes(writer), 0);
    NATION_OK(ctx, run(writer));
    hanse_writer_destroy(writer);
    undisturbed(whole);
    same_bytes(path, whole);
}

static void a_disk_full_in_the_result_file_keeps_the_journal(void **state)
{
    char path[128], made[136], whole[128];
    struct stat about;
    beside(path, sizeof path, "result.h5");
    beside(whole, sizeof whole, "whole_too.h5");
    undisturbed(whole);
    assert_int_equal(stat(whole, &about), 0);
    /* At many places: the first bytes, the middle, the last. */
    for (int part = 0; part < 5; part++) {
        struct hanse_writer *writer = open_writer(path, false);
        struct hanse_sink sink = hanse_writer_sink(writer);
        for (uint64_t i = 0; i < hanse_study_n_tasks(&synthetic->study); i++) {
            struct hanse_record record = synthetic_task(synthetic, i);
            NATION_OK(ctx, sink.record(sink.self, ctx, &record));
        }
        limit_files(part == 0 ? 100 : (rlim_t)about.st_size * (rlim_t)part / 4 - 10);
        assert_int_equal(sink.end(sink.self, ctx), HANSE_ERR_IO);
        limit_files(0);
        assert_non_null(strstr(hanse_context_message(ctx), "result.h5"));
        assert_non_null(strstr(hanse_context_message(ctx), "cannot be written"));
        hanse_writer_destroy(writer);
        snprintf(made, sizeof made, "%s.new", path);
        assert_int_not_equal(access(made, F_OK), 0);
        assert_int_not_equal(access(path, F_OK), 0);
        writer = open_writer(path, true);
        assert_int_equal(hanse_writer_n_done(writer), 12);
        NATION_OK(ctx, run(writer));
        hanse_writer_destroy(writer);
        same_bytes(path, whole);
        assert_int_equal(unlink(path), 0);
    }
}

static void refuses(const char *path, const char *words)
{
    struct hanse_writer *writer;
    assert_int_equal(hanse_writer_create(ctx, path, &synthetic->study, &synthetic->provenance,
                                         NULL, &writer),
                     HANSE_ERR_IO);
    assert_null(writer);
    if (strstr(hanse_context_message(ctx), words) == NULL) {
        fail_msg("'%s' does not say '%s'", hanse_context_message(ctx), words);
    }
}

static void folders_that_cannot_be_written_are_named(void **state)
{
    char path[128], file[128];
    beside(path, sizeof path, "absent/out.h5");
    refuses(path, "absent/out.h5.part: cannot be written: No such file");
    beside(file, sizeof file, "a_file");
    fclose(fopen(file, "w"));
    beside(path, sizeof path, "a_file/out.h5");
    refuses(path, "a_file/out.h5.part: cannot be written: Not a directory");
    refuses("/proc/out.h5", "/proc/out.h5.part: cannot be written");
    if (geteuid() != 0) { /* root may write anywhere */
        beside(path, sizeof path, "locked");
        assert_int_equal(mkdir(path, 0555), 0);
        beside(path, sizeof path, "locked/out.h5");
        refuses(path, "cannot be written: Permission denied");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_full_in_the_journal_keeps_finished_tasks),
        cmocka_unit_test(a_disk_full_in_the_result_file_keeps_the_journal),
        cmocka_unit_test(folders_that_cannot_be_written_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
