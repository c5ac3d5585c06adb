/* Records as bytes between ranks, and the command a journal keeps as words. */
#include <unistd.h>

#include "cli/recall.h"
#include "output/journal.h"
#include "sim/study/pack.h"
#include "tests/nation.h"

static struct hanse_record travelled(const struct hanse_record *record, void **bytes)
{
    struct hanse_record got;
    *bytes = malloc(hanse__packed_bytes(record));
    hanse__pack(*bytes, record);
    hanse__unpack(*bytes, &got);
    return got;
}

static void a_record_arrives_as_it_left(void **state)
{
    const double inputs[2] = {0.5, -1.0}, series[3] = {1.0, 2.0, 3.5};
    const struct hanse_note notes[2] = {{.time_h = 4.0, .what = 1, .entity = 7, .value = 9.0},
                                        {.time_h = 5.0, .kind = 3}};
    const struct hanse_record record = {.case_index = 2,
                                        .replication = 17,
                                        .central = true,
                                        .n_events = 123456789012345u,
                                        .inputs = inputs,
                                        .n_inputs = 2,
                                        .series = series,
                                        .n_values = 3,
                                        .notes = notes,
                                        .n_notes = 2};
    void *bytes;
    struct hanse_record got = travelled(&record, &bytes);
    assert_int_equal(got.case_index, 2);
    assert_int_equal(got.replication, 17);
    assert_true(got.central && !got.failed);
    assert_true(got.n_events == record.n_events);
    assert_int_equal(got.n_inputs, 2);
    assert_int_equal(got.n_values, 3);
    assert_int_equal(got.n_notes, 2);
    assert_memory_equal(got.inputs, inputs, sizeof inputs);
    assert_memory_equal(got.series, series, sizeof series);
    assert_memory_equal(got.notes, notes, sizeof notes);
    free(bytes);
}

static void a_failed_record_leaves_its_series_behind(void **state)
{
    const struct hanse_note note = {.time_h = 8.0};
    struct hanse_record record = {
        .failed = true, .n_values = 1000, .series = NULL, .notes = &note, .n_notes = 1};
    snprintf(record.failure, sizeof record.failure, "hour 3: site 'hall': too hot");
    void *bytes;
    struct hanse_record got = travelled(&record, &bytes);
    assert_true(got.failed);
    assert_string_equal(got.failure, record.failure);
    assert_int_equal(got.n_values, 0);
    assert_memory_equal(got.notes, &note, sizeof note);
    free(bytes);
}

static void words_come_back_from_a_line_whatever_is_in_them(void **state)
{
    const char *const words[] = {
        "plain.lua", "two words", "it's", "",     "restriction.to=18*month",
        "\\",        "''",        "a=b",  "Größe"};
    enum { N = sizeof words / sizeof *words };
    char line[256] = "hanse run", *split[N + 3];
    for (int i = 0; i < N; i++) {
        hanse_cli_add_word(line, sizeof line, words[i]);
    }
    assert_int_equal(hanse_cli_split_words(line, split, N + 3), N + 2);
    assert_string_equal(split[1], "run");
    for (int i = 0; i < N; i++) {
        assert_string_equal(split[i + 2], words[i]);
    }
}

/* A journal at PATH, of no study in particular, with this command. */
static void write_journal(struct hanse_context *ctx, const char *path, const char *command)
{
    struct hanse__journal *journal;
    const struct hanse__journal_id id = {.n_cases = 1, .n_replications = 1, .command = command};
    NATION_OK(ctx, hanse__journal_create(ctx, path, &id, &journal));
    hanse__journal_destroy(journal);
}

static void a_journal_keeps_a_command_of_any_length(void **state)
{
    char path[] = "/tmp/hanse-command-XXXXXX", command[40] = "";
    struct hanse_context *ctx = hanse_context_create();
    close(mkstemp(path));
    for (size_t length = 0; length + 1 < sizeof command; length++) {
        char *got = NULL;
        write_journal(ctx, path, command);
        assert_int_equal(hanse__journal_look(path), HANSE__JOURNAL_EMPTY);
        NATION_OK(ctx, hanse__journal_command(ctx, path, &got));
        assert_string_equal(got, command);
        hanse__free(got);
        command[length] = (char)('a' + length % 26);
    }
    unlink(path);
    hanse_context_destroy(ctx);
}

static void a_command_cut_short_or_damaged_is_not_used(void **state)
{
    char path[] = "/tmp/hanse-command-XXXXXX", *got = NULL;
    struct hanse_context *ctx = hanse_context_create();
    close(mkstemp(path));
    write_journal(ctx, path, "hanse run x.lua --seed 4");
    FILE *file = fopen(path, "rb+");
    assert_non_null(file);
    fseek(file, -8, SEEK_END);
    fputc('9', file);
    fclose(file);
    assert_int_equal(hanse__journal_command(ctx, path, &got), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "damaged"));
    write_journal(ctx, path, "hanse run x.lua --seed 4");
    for (long length = 135; length >= 0; length -= 5) {
        assert_int_equal(truncate(path, length), 0);
        assert_int_equal(hanse__journal_command(ctx, path, &got), HANSE_ERR_INPUT);
    }
    assert_null(got);
    unlink(path);
    hanse_context_destroy(ctx);
}

static void a_journal_of_another_subcommand_is_not_resumed_by_this_one(void **state)
{
    char path[] = "/tmp/hanse-recall-XXXXXX", part[64];
    char *argv[] = {"run", "--resume", path, NULL};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_cli_recalled recalled;
    close(mkstemp(path));
    snprintf(part, sizeof part, "%s.part", path);
    write_journal(ctx, part, "hanse study x.lua");
    assert_int_equal(hanse_cli_recall(ctx, path, 3, argv, &recalled), HANSE_ERR_INPUT);
    write_journal(ctx, part, "hanse run 'my x.lua' --seed 4");
    NATION_OK(ctx, hanse_cli_recall(ctx, path, 3, argv, &recalled));
    const char *const wanted[] = {"run", "my x.lua", "--seed", "4", "--resume", path};
    assert_int_equal(recalled.argc, 6);
    for (int i = 0; i < recalled.argc; i++) {
        assert_string_equal(recalled.argv[i], wanted[i]);
    }
    hanse_cli_recalled_fini(&recalled);
    unlink(part);
    unlink(path);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_arrives_as_it_left),
        cmocka_unit_test(a_failed_record_leaves_its_series_behind),
        cmocka_unit_test(words_come_back_from_a_line_whatever_is_in_them),
        cmocka_unit_test(a_journal_keeps_a_command_of_any_length),
        cmocka_unit_test(a_command_cut_short_or_damaged_is_not_used),
        cmocka_unit_test(a_journal_of_another_subcommand_is_not_resumed_by_this_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
