/* Command lines: every way to say a thing is understood, every slip is named. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct values {
    bool force;
    const char *out;
    double precision;
    int64_t seed;
    struct hanse_cli_list with;
    struct hanse_cli_args args;
    int status;
    char message[512];
};

enum { MAX_ARGUMENTS = 16 };

/* Splits `line` at spaces and parses it with stderr caught; true when it was accepted. */
static bool parse(const char *line, struct values *v)
{
    const struct hanse_cli_option options[] = {
        {"force", 'f', HANSE_CLI_FLAG, &v->force, NULL, "replace"},
        {"out", 'o', HANSE_CLI_TEXT, &v->out, "FILE", "where to"},
        {"precision", 0, HANSE_CLI_NUMBER, &v->precision, "P", "how narrow"},
        {"seed", 's', HANSE_CLI_INTEGER, &v->seed, "N", "seed"},
        {"with", 0, HANSE_CLI_LIST, &v->with, "NAME", "override"},
    };
    const struct hanse_cli_usage usage = {.name = "try",
                                          .operands = "FILE",
                                          .min_operands = 1,
                                          .max_operands = 2,
                                          .summary = "Tries.",
                                          .options = options,
                                          .n_options = sizeof options / sizeof options[0]};
    static char text[256];
    static char *argv[MAX_ARGUMENTS] = {(char *)"try"};
    int argc = 1;
    char name[] = "/tmp/hanse-options-XXXXXX";
    int file = mkstemp(name), saved = dup(STDERR_FILENO);
    bool accepted;
    ssize_t length;

    *v = (struct values){.seed = 7};
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        assert_true(argc < MAX_ARGUMENTS);
        argv[argc++] = word;
    }
    dup2(file, STDERR_FILENO);
    accepted = hanse_cli_parse(&usage, argc, argv, &v->args, &v->status);
    dup2(saved, STDERR_FILENO);
    length = pread(file, v->message, sizeof v->message - 1, 0);
    v->message[length > 0 ? length : 0] = '\0';
    close(saved);
    close(file);
    unlink(name);
    return accepted;
}

static void options_and_operands_mix(void **state)
{
    struct values v;

    assert_true(parse("--force a --out=x b --precision 2e-2 --with u --with w -s 9", &v));
    assert_true(v.force);
    assert_string_equal(v.out, "x");
    assert_true(v.precision == 0.02);
    assert_int_equal(v.seed, 9);
    assert_int_equal(v.with.count, 2);
    assert_string_equal(v.with.items[1], "w");
    assert_int_equal(v.args.n_operands, 2);
    assert_string_equal(v.args.operands[0], "a");
    assert_string_equal(v.args.operands[1], "b");
}

static void letters_bundle_and_take_glued_values(void **state)
{
    struct values v;

    assert_true(parse("-qfoOUT --format json a", &v));
    assert_true(v.args.quiet && v.force && v.args.json && !v.args.verbose);
    assert_string_equal(v.out, "OUT");
    assert_int_equal(v.seed, 7);
}

static void two_dashes_end_the_options(void **state)
{
    struct values v;

    assert_true(parse("-- --force -", &v));
    assert_false(v.force);
    assert_string_equal(v.args.operands[0], "--force");
    assert_string_equal(v.args.operands[1], "-");
}

static void every_slip_is_named(void **state)
{
    static const struct {
        const char *line, *says;
    } slips[] = {
        {"--sed 1 a", "no option --sed, did you mean '--seed'?"},
        {"--zzzzzzzz a", "no option --zzzzzzzz\n"},
        {"-x a", "no option -x"},
        {"--seed -1 a", "--seed: must be a whole number >= 0, got '-1'"},
        {"--seed 1x a", "--seed: must be a whole number >= 0, got '1x'"},
        {"--seed 99999999999999999999 a", "--seed: must be a whole number >= 0"},
        {"--precision nan a", "--precision: must be a number, got 'nan'"},
        {"--precision inf a", "--precision: must be a number, got 'inf'"},
        {"--precision= a", "--precision: must be a number, got ''"},
        {"a --out", "--out needs a value: FILE"},
        {"--out x -o y a", "-o is given twice"},
        {"--force=yes a", "--force takes no value, got 'yes'"},
        {"--format xml a", "--format: must be text or json, got 'xml'"},
        {"--force", "needs FILE"},
        {"a b c", "one argument too many: 'c'"},
    };

    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        struct values v;

        assert_false(parse(slips[i].line, &v));
        assert_int_equal(v.status, 2);
        if (!strstr(v.message, slips[i].says)) {
            fail_msg("'%s': wanted '%s', got '%s'", slips[i].line, slips[i].says, v.message);
        }
        assert_non_null(strstr(v.message, "hanse try --help"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_mix),
        cmocka_unit_test(letters_bundle_and_take_glued_values),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(every_slip_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
