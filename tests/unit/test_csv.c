/* Tables: what RFC 4180 allows is read, what it forbids is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/csv.h"

static struct hanse_context *context;

static int set_up(void **state)
{
    context = hanse_context_create();
    return context == NULL;
}

static int tear_down(void **state)
{
    hanse_context_destroy(context);
    return 0;
}

static struct hanse_csv *table(const char *text)
{
    struct hanse_csv *csv = NULL;
    assert_int_equal(hanse_csv_from_text(context, "t.csv", text, strlen(text), &csv), HANSE_OK);
    return csv;
}

static const char *const *row(struct hanse_csv *csv)
{
    assert_int_equal(hanse_csv_next(csv), HANSE_OK);
    return hanse_csv_fields(csv);
}

/* Reads to the end or to the first error and returns the message. */
static const char *complaint(const char *text, size_t length)
{
    struct hanse_csv *csv;
    enum hanse_status status = hanse_csv_from_text(context, "t.csv", text, length, &csv);
    while (status == HANSE_OK && (status = hanse_csv_next(csv)) == HANSE_OK &&
           hanse_csv_fields(csv) != NULL) {
    }
    hanse_csv_destroy(csv);
    assert_int_equal(status, HANSE_ERR_INPUT);
    return hanse_context_message(context);
}

static void quotes_commas_and_line_breaks_survive(void **state)
{
    struct hanse_csv *csv = table("\xEF\xBB\xBFname,note\r\n"
                                  "a,\"one, \"\"two\"\"\nthree\"\r\n"
                                  "\n"
                                  "b,\n"
                                  "\"\",last");
    assert_int_equal(hanse_csv_n_columns(csv), 2);
    assert_string_equal(hanse_csv_columns(csv)[0], "name");
    assert_int_equal(hanse_csv_column(csv, "note"), 1);
    assert_int_equal(hanse_csv_column(csv, "nope"), -1);
    const char *const *fields = row(csv);
    assert_string_equal(fields[0], "a");
    assert_string_equal(fields[1], "one, \"two\"\nthree");
    assert_int_equal(hanse_csv_line(csv), 2);
    fields = row(csv);
    assert_string_equal(fields[0], "b");
    assert_string_equal(fields[1], "");
    assert_int_equal(hanse_csv_line(csv), 5);
    fields = row(csv);
    assert_string_equal(fields[0], "");
    assert_string_equal(fields[1], "last");
    assert_null(row(csv));
    assert_null(row(csv));
    hanse_csv_destroy(csv);
}

static void a_trailing_comma_is_an_empty_last_field(void **state)
{
    struct hanse_csv *csv = table("a,b,c\n1,2,");
    const char *const *fields = row(csv);
    assert_string_equal(fields[2], "");
    assert_null(row(csv));
    hanse_csv_destroy(csv);
}

static void the_text_is_kept_as_it_was_read(void **state)
{
    const char *text, *given = "a,b\n\"x\"\"y\",2\n";
    size_t length;
    struct hanse_csv *csv = table(given);
    row(csv);
    hanse_csv_text(csv, &text, &length);
    assert_int_equal(length, strlen(given));
    assert_memory_equal(text, given, length);
    hanse_csv_destroy(csv);
}

static void damage_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *message;
    } CASES[] = {
        {"", "t.csv:1: the table is empty, its first row must name the columns"},
        {"\n\n", "t.csv:1: the table is empty, its first row must name the columns"},
        {"a,a\n1,2\n", "t.csv:1: two columns are named 'a'"},
        {"a,,c\n", "t.csv:1: column 2 has no name"},
        {"a,b\n1,2\n3\n", "t.csv:3: a row must have 2 fields as the header does, got 1"},
        {"a,b\n1,2,3\n", "t.csv:2: a row must have 2 fields as the header does, got 3"},
        {"a,b\n1,\"2\n", "t.csv:2: a quoted field is never closed"},
        {"a,b\n1,2\n3,4\"5\n", "t.csv:3: a quote inside a field that does not start with one"},
        {"a,b\n\"1\"x,2\n", "t.csv:2: text after a closing quote or a lone carriage return"},
        {"a,b\n1\rx,2\n", "t.csv:2: text after a closing quote or a lone carriage return"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_string_equal(complaint(CASES[i].text, strlen(CASES[i].text)), CASES[i].message);
    }
    assert_string_equal(complaint("a,b\n1,\0\n", 8),
                        "t.csv:1: a table is text and holds no NUL byte");
}

static void a_missing_file_is_the_machines_trouble(void **state)
{
    struct hanse_csv *csv;
    assert_int_equal(hanse_csv_open(context, "/nowhere/t.csv", &csv), HANSE_ERR_IO);
    assert_null(csv);
    assert_string_equal(hanse_context_message(context), "cannot open table '/nowhere/t.csv'");
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    const char *text = "a,b\n1,2\n";
    for (size_t n = 1;; n++) {
        struct hanse_csv *csv;
        hanse_context_fail_allocation(context, n);
        enum hanse_status status =
            hanse_csv_from_text(context, "t.csv", text, strlen(text), &csv);
        if (status == HANSE_OK) {
            status = hanse_csv_next(csv);
        }
        hanse_csv_destroy(csv);
        hanse_context_fail_allocation(context, 0);
        if (status == HANSE_OK) {
            assert_true(n > 5);
            return;
        }
        assert_int_equal(status, HANSE_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_commas_and_line_breaks_survive),
        cmocka_unit_test(a_trailing_comma_is_an_empty_last_field),
        cmocka_unit_test(the_text_is_kept_as_it_was_read),
        cmocka_unit_test(damage_is_named_with_its_line),
        cmocka_unit_test(a_missing_file_is_the_machines_trouble),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
