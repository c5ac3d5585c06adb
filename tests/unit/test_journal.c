/* The journal: what a kill, a power cut or a flipped bit can do to it. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/crc32c.h"
#include "output/journal.h"
#include "tests/unit/synthetic.h"

enum { VALUES = 6, TASKS = 2 * (3 + 1) };

struct bench {
    struct hanse_context *ctx;
    char folder[64], path[96];
    struct hanse__journal_id id;
};

static int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){.ctx = hanse_context_create()};
    bench.id = (struct hanse__journal_id){
        .n_cases = 2, .n_replications = 3, .n_central = 1, .n_values = VALUES};
    memset(bench.id.fingerprint, 0xA5, sizeof bench.id.fingerprint);
    snprintf(bench.folder, sizeof bench.folder, "/tmp/hanse-journal-XXXXXX");
    assert_non_null(mkdtemp(bench.folder));
    snprintf(bench.path, sizeof bench.path, "%s/out.h5.part", bench.folder);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    unlink(bench->path);
    rmdir(bench->folder);
    hanse_context_destroy(bench->ctx);
    return 0;
}

/* A record of a task whose numbers can be told from every other task's. */
static struct hanse_record record_of(uint64_t task)
{
    static double series[VALUES], inputs[2];
    static struct hanse_note note;
    for (int i = 0; i < VALUES; i++) {
        series[i] = (double)task + 0.125 * i;
    }
    inputs[0] = -(double)task;
    inputs[1] = 3.0;
    note = (struct hanse_note){.time_h = (double)task, .what = 1, .value = 9.0};
    return (struct hanse_record){.case_index = (uint32_t)(task / 4),
                                 .replication = task % 4 == 3 ? 0 : (uint32_t)(task % 4),
                                 .central = task % 4 == 3,
                                 .n_events = 100 + task,
                                 .inputs = inputs,
                                 .n_inputs = 2,
                                 .series = series,
                                 .n_values = VALUES,
                                 .notes = &note,
                                 .n_notes = 1};
}

static void append(struct bench *bench, struct hanse__journal *journal, uint64_t task)
{
    struct hanse_record record = record_of(task);
    NATION_OK(bench->ctx, hanse__journal_append(journal, bench->ctx, &record));
}

static struct hanse__journal *create(struct bench *bench)
{
    struct hanse__journal *journal;
    NATION_OK(bench->ctx, hanse__journal_create(bench->ctx, bench->path, &bench->id, &journal));
    return journal;
}

static struct hanse__journal *resume(struct bench *bench)
{
    struct hanse__journal *journal;
    NATION_OK(bench->ctx, hanse__journal_resume(bench->ctx, bench->path, &bench->id, &journal));
    return journal;
}

static void holds(struct bench *bench, struct hanse__journal *journal, uint64_t task)
{
    struct hanse_record got, want = record_of(task);
    assert_true(hanse__journal_done(journal)[task]);
    NATION_OK(bench->ctx, hanse__journal_record(journal, bench->ctx, task, &got));
    assert_int_equal(got.case_index, want.case_index);
    assert_int_equal(got.replication, want.replication);
    assert_int_equal(got.central, want.central);
    assert_int_equal(got.n_events, want.n_events);
    assert_int_equal(got.n_inputs, 2);
    assert_int_equal(got.n_values, VALUES);
    assert_int_equal(got.n_notes, 1);
    assert_memory_equal(got.inputs, want.inputs, sizeof(double) * 2);
    assert_memory_equal(got.series, want.series, sizeof(double) * VALUES);
    assert_memory_equal(got.notes, want.notes, sizeof *want.notes);
}

static size_t size_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return (size_t)about.st_size;
}

static unsigned char *slurp(const char *path, size_t *n)
{
    *n = size_of(path);
    unsigned char *bytes = malloc(*n);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

static void spill(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void the_checksum_is_the_published_one(void **state)
{
    /* RFC 3720, appendix B.4; "123456789" is the customary check value. */
    unsigned char bytes[32];
    assert_int_equal(hanse__crc32c(0, "123456789", 9), 0xE3069283u);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(hanse__crc32c(0, bytes, 32), 0x8A9136AAu);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(hanse__crc32c(0, bytes, 32), 0x62A8AB43u);
    assert_int_equal(hanse__crc32c(hanse__crc32c(0, "1234", 4), "56789", 5), 0xE3069283u);
}

static void records_come_back_whatever_their_order(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *journal = create(bench);
    for (uint64_t i = 0; i < TASKS; i++) {
        append(bench, journal, (i * 5) % TASKS);
    }
    assert_int_equal(hanse__journal_n_done(journal), TASKS);
    for (uint64_t task = 0; task < TASKS; task++) {
        holds(bench, journal, task);
    }
    hanse__journal_destroy(journal);
    journal = resume(bench);
    assert_int_equal(hanse__journal_n_done(journal), TASKS);
    assert_int_equal(hanse__journal_n_dropped(journal), 0);
    for (uint64_t task = 0; task < TASKS; task++) {
        holds(bench, journal, task);
    }
    hanse__journal_destroy(journal);
}

static void a_record_torn_at_any_byte_is_dropped_and_run_again(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *journal = create(bench);
    append(bench, journal, 2);
    append(bench, journal, 3);
    size_t whole, before = size_of(bench->path);
    append(bench, journal, 5);
    hanse__journal_destroy(journal);
    unsigned char *bytes = slurp(bench->path, &whole);
    for (size_t n = before; n < whole; n++) {
        spill(bench->path, bytes, n);
        journal = resume(bench);
        assert_int_equal(hanse__journal_n_done(journal), 2);
        assert_int_equal(hanse__journal_n_dropped(journal), n - before);
        assert_false(hanse__journal_done(journal)[5]);
        append(bench, journal, 5);
        holds(bench, journal, 2);
        holds(bench, journal, 5);
        hanse__journal_destroy(journal);
        size_t again;
        unsigned char *mended = slurp(bench->path, &again);
        assert_int_equal(again, whole);
        assert_memory_equal(mended, bytes, whole);
        free(mended);
    }
    free(bytes);
}

static void a_header_torn_at_any_byte_is_written_again(void **state)
{
    struct bench *bench = *state;
    hanse__journal_destroy(create(bench));
    size_t whole;
    unsigned char *bytes = slurp(bench->path, &whole);
    for (size_t n = 0; n < whole; n++) {
        spill(bench->path, bytes, n);
        struct hanse__journal *journal = resume(bench);
        append(bench, journal, 1);
        hanse__journal_destroy(journal);
        journal = resume(bench);
        holds(bench, journal, 1);
        hanse__journal_destroy(journal);
    }
    free(bytes);
}

static void a_flipped_bit_costs_its_own_record_and_no_other(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *journal = create(bench);
    append(bench, journal, 0);
    size_t from = size_of(bench->path);
    append(bench, journal, 1);
    size_t to = size_of(bench->path);
    append(bench, journal, 6);
    hanse__journal_destroy(journal);
    size_t whole;
    unsigned char *bytes = slurp(bench->path, &whole);
    for (size_t at = from; at < to; at++) {
        bytes[at] ^= (unsigned char)(1 << at % 8);
        spill(bench->path, bytes, whole);
        bytes[at] ^= (unsigned char)(1 << at % 8);
        journal = resume(bench);
        assert_int_equal(hanse__journal_n_done(journal), 2);
        assert_int_equal(hanse__journal_n_dropped(journal), to - from);
        holds(bench, journal, 0);
        holds(bench, journal, 6);
        assert_false(hanse__journal_done(journal)[1]);
        hanse__journal_destroy(journal);
    }
    free(bytes);
}

static void a_flipped_bit_in_the_header_is_refused(void **state)
{
    struct bench *bench = *state;
    hanse__journal_destroy(create(bench));
    size_t whole;
    unsigned char *bytes = slurp(bench->path, &whole);
    for (size_t at = 0; at < whole; at++) {
        struct hanse__journal *journal = NULL;
        bytes[at] ^= (unsigned char)(1 << at % 8);
        spill(bench->path, bytes, whole);
        bytes[at] ^= (unsigned char)(1 << at % 8);
        assert_int_equal(hanse__journal_resume(bench->ctx, bench->path, &bench->id, &journal),
                         HANSE_ERR_INPUT);
        assert_null(journal);
    }
    free(bytes);
}

static void another_studys_journal_is_refused(void **state)
{
    struct bench *bench = *state;
    hanse__journal_destroy(create(bench));
    struct hanse__journal *journal = NULL;
    bench->id.fingerprint[31] ^= 1;
    assert_int_equal(hanse__journal_resume(bench->ctx, bench->path, &bench->id, &journal),
                     HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench->ctx), "belongs to another study"));
    assert_null(journal);
}

static void a_file_that_is_no_journal_is_refused_and_left_alone(void **state)
{
    struct bench *bench = *state;
    char text[200];
    memset(text, 'x', sizeof text);
    spill(bench->path, (unsigned char *)text, sizeof text);
    struct hanse__journal *journal = NULL;
    assert_int_equal(hanse__journal_look(bench->path), HANSE__JOURNAL_FOREIGN);
    assert_int_equal(hanse__journal_resume(bench->ctx, bench->path, &bench->id, &journal),
                     HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(bench->ctx), "is not a journal"));
    assert_int_equal(size_of(bench->path), sizeof text);
}

static void two_runs_cannot_write_one_journal(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *first = create(bench), *second = NULL;
    append(bench, first, 4);
    assert_int_equal(hanse__journal_create(bench->ctx, bench->path, &bench->id, &second),
                     HANSE_ERR_IO);
    assert_non_null(strstr(hanse_context_message(bench->ctx), "another run is writing it"));
    holds(bench, first, 4);
    hanse__journal_destroy(first);
    assert_int_equal(hanse__journal_look(bench->path), HANSE__JOURNAL_RECORDS);
}

static void failed_records_keep_their_reason(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *journal = create(bench);
    struct hanse_record record = record_of(1), got;
    record.failed = true;
    snprintf(record.failure, sizeof record.failure, "hour 3: site 'hall': too hot");
    NATION_OK(bench->ctx, hanse__journal_append(journal, bench->ctx, &record));
    NATION_OK(bench->ctx, hanse__journal_record(journal, bench->ctx, 1, &got));
    assert_true(got.failed);
    assert_string_equal(got.failure, "hour 3: site 'hall': too hot");
    assert_int_equal(got.n_values, 0);
    hanse__journal_destroy(journal);
}

static void a_record_of_another_study_is_refused(void **state)
{
    struct bench *bench = *state;
    struct hanse__journal *journal = create(bench);
    struct hanse_record record = record_of(1);
    record.replication = 3;
    assert_int_equal(hanse__journal_append(journal, bench->ctx, &record), HANSE_ERR_INPUT);
    record.replication = 1;
    record.n_values = VALUES - 1;
    assert_int_equal(hanse__journal_append(journal, bench->ctx, &record), HANSE_ERR_INPUT);
    assert_int_equal(hanse__journal_n_done(journal), 0);
    hanse__journal_destroy(journal);
}

static void every_allocation_may_fail(void **state)
{
    struct bench *bench = *state;
    enum hanse_status status = HANSE_ERR_MEMORY;
    for (size_t n = 1; status != HANSE_OK; n++) {
        struct hanse__journal *journal = NULL;
        struct hanse_record record = record_of(0);
        assert_true(n < 50);
        hanse_context_fail_allocation(bench->ctx, n);
        status = hanse__journal_create(bench->ctx, bench->path, &bench->id, &journal);
        if (status == HANSE_OK) {
            status = hanse__journal_append(journal, bench->ctx, &record);
        }
        hanse_context_fail_allocation(bench->ctx, 0);
        assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
        hanse__journal_destroy(journal);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checksum_is_the_published_one),
        TEST(records_come_back_whatever_their_order),
        TEST(a_record_torn_at_any_byte_is_dropped_and_run_again),
        TEST(a_header_torn_at_any_byte_is_written_again),
        TEST(a_flipped_bit_costs_its_own_record_and_no_other),
        TEST(a_flipped_bit_in_the_header_is_refused),
        TEST(another_studys_journal_is_refused),
        TEST(a_file_that_is_no_journal_is_refused_and_left_alone),
        TEST(two_runs_cannot_write_one_journal),
        TEST(failed_records_keep_their_reason),
        TEST(a_record_of_another_study_is_refused),
        TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
