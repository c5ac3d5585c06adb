/*
 * What traces are made of: decimal numbers, the fields of a log's line, time stamps, and the
 * expressions that make service times of columns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/decimal.h"
#include "scripting/expression.h"
#include "scripting/lines.h"
#include "scripting/stamp.h"
#include "scripting/swf_scan.h"
#include "tests/close.h"

static struct hanse_context *ctx;

static int begin(void **state)
{
    ctx = hanse_context_create();
    return ctx == NULL;
}

static int end(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

/* --- numbers ------------------------------------------------------------------------------ */

static void decimals_are_read_as_the_c_library_reads_them(void **state)
{
    static const char *const good[] = {"0",
                                       "-0",
                                       "7",
                                       "-1",
                                       "1234567890123456789",
                                       "0.1",
                                       ".5",
                                       "5.",
                                       "1e-3",
                                       "1E+10",
                                       "123456.789012",
                                       "0.30000000000000004",
                                       "1e22",
                                       "1e23",
                                       "4.35",
                                       "2.675",
                                       "9007199254740993",
                                       "00000000000000000000012",
                                       "1e-320",
                                       "6.02e23",
                                       "+3.25e2",
                                       "0.000000000000000000000000000001"};
    static const char *const bad[] = {"",     "-",   ".",   "1.2.3", "1e",  "e5",
                                      "0x10", "nan", "inf", "--",    "1 2", " 1",
                                      "1e+",  "1,2", "-.",  "1e999", "١"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value;
        assert_true(hanse__decimal(good[i], strlen(good[i]), &value));
        assert_true(value == strtod(good[i], NULL));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value;
        assert_false(hanse__decimal(bad[i], strlen(bad[i]), &value));
    }
}

static uint64_t random_state = 20261121;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

static void random_decimals_are_exact(void **state)
{
    for (int i = 0; i < 100000; i++) {
        char text[64];
        double value;
        snprintf(text, sizeof text, "%s%u.%0*u", random_below(2) ? "-" : "",
                 random_below(1u << (1 + random_below(30))), (int)(1 + random_below(9)),
                 random_below(1u << (1 + random_below(30))));
        assert_true(hanse__decimal(text, strlen(text), &value));
        assert_true(value == strtod(text, NULL));
    }
}

static int by_hand(const char *line, double *values)
{
    int n = 0;
    for (char *next; *line != '\0'; line = next) {
        double value = strtod(line, &next);
        if (next == line) {
            return n;
        }
        if (n < HANSE__SWF_FIELDS) {
            values[n] = value;
        }
        n++;
    }
    return n;
}

static void the_scan_of_a_log_line_agrees_with_the_c_library(void **state)
{
    char line[1024 + HANSE_LINES_AFTER] = "";
    for (int round = 0; round < 20000; round++) {
        double got[HANSE__SWF_FIELDS], want[HANSE__SWF_FIELDS];
        int n_fields = round % 10 == 0 ? (int)random_below(21) : HANSE__SWF_FIELDS;
        int at = 0;
        for (int f = 0; f < n_fields; f++) {
            at += sprintf(line + at, "%*s%s%llu", (int)(f > 0) + (int)random_below(6), "",
                          random_below(4) ? "" : "-",
                          (unsigned long long)random_below(1u << (1 + random_below(30))) *
                              (random_below(5) ? 1u : 300000u));
        }
        at += sprintf(line + at, "%*s", (int)random_below(9), "");
        bool fits = by_hand(line, want) == HANSE__SWF_FIELDS;
        bool wide = round % 2 == 0;
        assert_int_equal(wide ? hanse__swf_scan(line, (size_t)at, got)
                              : hanse__swf_scan_narrow(line, (size_t)at, got),
                         fits);
        for (int i = 0; fits && i < HANSE__SWF_USED; i++) {
            int f = hanse__swf_used[i];
            assert_true(got[f] == want[f]);
        }
    }
}

static void the_scan_leaves_odd_lines_to_others(void **state)
{
    static const char *const odd[] = {
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 1.8",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 -",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 1-8",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 --8",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 x",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 1\xC3\xA9",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 1234567890123456 17 18",
        ""};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char line[256 + HANSE_LINES_AFTER] = "";
        double values[HANSE__SWF_FIELDS];
        strcpy(line, odd[i]);
        assert_false(hanse__swf_scan(line, strlen(line), values));
        assert_false(hanse__swf_scan_narrow(line, strlen(line), values));
    }
}

/* --- stamps ------------------------------------------------------------------------------- */

static int64_t ns_of(const char *text)
{
    int64_t ns;
    bool dated;
    const char *wrong = hanse__stamp(text, strlen(text), &ns, &dated);
    if (wrong != NULL) {
        fail_msg("%s: %s", text, wrong);
    }
    return ns;
}

static void stamps_are_exact_to_the_nanosecond(void **state)
{
    assert_int_equal(ns_of("1970-01-01 00:00:00"), 0);
    assert_int_equal(ns_of("1970-01-02T00:00:00Z"), 86400 * INT64_C(1000000000));
    assert_int_equal(ns_of("2023-11-16 18:15:46.6805900"), INT64_C(1700158546680590000));
    assert_int_equal(ns_of("2024-02-29 23:59:59.000000001"), INT64_C(1709251199000000001));
    assert_int_equal(ns_of("2024-05-10 02:00:00.5+02:00"), INT64_C(1715299200500000000));
    assert_int_equal(ns_of("1969-12-31 23:59:59.75"), -250000000);
    assert_int_equal(ns_of("2000-03-01 00:00:00"), INT64_C(951868800000000000));
    assert_int_equal(ns_of("5"), INT64_C(5000000000));
    assert_int_equal(ns_of("-1.25"), -1250000000);
    assert_int_equal(ns_of("1700158546.6805901"), INT64_C(1700158546680590100));
    assert_int_equal(ns_of("1.5e-3"), 1500000);
}

static void what_is_no_stamp_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "2023-02-29 00:00:00",
                                      "2023-13-01 00:00:00",
                                      "2023-11-16",
                                      "2023-11-16 24:00:00",
                                      "2023-11-16 18:15:46 x",
                                      "2023-11-16 18:15:46.1234567891",
                                      "1700158546680",
                                      "99999999999999999999",
                                      "1e300",
                                      "1949-01-01 00:00:00",
                                      "2023-11-16 18:15:46+25:00",
                                      "0.00000000001"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t ns;
        bool dated;
        assert_non_null(hanse__stamp(bad[i], strlen(bad[i]), &ns, &dated));
    }
}

/* --- expressions -------------------------------------------------------------------------- */

static const char *const variables[] = {"prompt", "generated", "s"};
static const struct hanse_constant constants[] = {{"ms", 1e-3}, {"s", 1.0}};
static const struct hanse_names names = {variables, 3, constants, 2};

static double value_of(const char *text)
{
    static const double values[] = {100.0, 20.0, 7.0};
    struct hanse_expression *expression;
    if (hanse_expression_create(ctx, "--service", text, &names, &expression) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    double value = hanse_expression_value(expression, values);
    hanse_expression_destroy(expression);
    return value;
}

static void expressions_follow_arithmetic(void **state)
{
    assert_close(value_of("0.05 + 0.0002*prompt + 0.02*generated"),
                 0.05 + 0.0002 * 100.0 + 0.02 * 20.0, 1e-15);
    assert_close(value_of("50*ms+20*ms*generated"), 0.45, 1e-15);
    assert_close(value_of("2-3-4"), -5.0, 0.0);
    assert_close(value_of("16/4/2"), 2.0, 0.0);
    assert_close(value_of("2^3^2"), 512.0, 0.0);
    assert_close(value_of("-2^2"), -4.0, 0.0);
    assert_close(value_of("2^-1"), 0.5, 0.0);
    assert_close(value_of("(1+2)*-3"), -9.0, 0.0);
    assert_close(value_of("1e-3*1E3"), 1.0, 0.0);
    assert_close(value_of("max(min(prompt, 5), ceil(2.1))"), 5.0, 0.0);
    assert_close(value_of("sqrt(abs(-9))+floor(1.9)"), 4.0, 0.0);
    assert_close(value_of("exp(log(3))"), 3.0, 1e-15);
    assert_close(value_of("s"), 7.0, 0.0); /* a column goes before a unit */
}

static void mistakes_in_expressions_are_shown_where_they_are(void **state)
{
    static const char *const cases[][2] = {
        {"", "--service: at 1: a number, a column or '(' is needed, got the end"},
        {"1 +", "--service: at 4: a number, a column or '(' is needed, got the end"},
        {"0.02*promt", "--service: at 6: no column or unit 'promt', did you mean 'prompt'?"},
        {"20ms", "--service: at 3: a sign is needed between a number and a name, as in 20*ms, "
                 "got 'ms'"},
        {"(1", "--service: at 3: ')' is needed, got the end"},
        {"1)", "--service: at 2: '+', '-', '*', '/' or '^' is needed, got ')'"},
        {"min(1)", "--service: at 6: min and max take two numbers: ',' is needed, got ')'"},
        {"system(1)", "--service: at 1: no column or unit 'system'"},
        {"1.2.3", "--service: at 1: must be a number, got '1.2.3'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hanse_expression *expression;
        assert_int_equal(
            hanse_expression_create(ctx, "--service", cases[i][0], &names, &expression),
            HANSE_ERR_INPUT);
        assert_string_equal(hanse_context_message(ctx), cases[i][1]);
    }
}

static void deep_and_long_expressions_are_refused(void **state)
{
    char text[4096];
    struct hanse_expression *expression;
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(hanse_expression_create(ctx, "--service", text, &names, &expression),
                     HANSE_ERR_INPUT);
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        text[i] = i % 2 ? '+' : '1';
    }
    assert_int_equal(hanse_expression_create(ctx, "--service", text, &names, &expression),
                     HANSE_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_read_as_the_c_library_reads_them),
        cmocka_unit_test(random_decimals_are_exact),
        cmocka_unit_test(the_scan_of_a_log_line_agrees_with_the_c_library),
        cmocka_unit_test(the_scan_leaves_odd_lines_to_others),
        cmocka_unit_test(stamps_are_exact_to_the_nanosecond),
        cmocka_unit_test(what_is_no_stamp_is_refused),
        cmocka_unit_test(expressions_follow_arithmetic),
        cmocka_unit_test(mistakes_in_expressions_are_shown_where_they_are),
        cmocka_unit_test(deep_and_long_expressions_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
