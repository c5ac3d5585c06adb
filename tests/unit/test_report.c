/*
 * The page: says what the file says, in order, and is safe to open whoever wrote the scenario.
 * With a path as its argument this program writes the showcase there, for the tests of the
 * program's own commands; a second argument shifts its share on time.
 */
#include "output/report.h"

#include "tests/unit/showcase.h"

static int open_shown(void **state)
{
    *state = shown_open(&(struct showcase_options){0});
    return 0;
}

static int close_shown(void **state)
{
    shown_close(*state);
    return 0;
}

static char *page_of(struct shown *shown)
{
    NATION_OK(shown->ctx, hanse_report_write(shown->ctx, shown->results, shown->page));
    return file_text(shown->page);
}

static void assert_has(const char *page, const char *words)
{
    if (!strstr(page, words)) {
        fail_msg("the page does not say: %s", words);
    }
}

static void headline_says_value_interval_and_baseline(void **state)
{
    char *page = page_of(*state);

    /* sd of 0.1 points × (r − 29.5) over 60 replications is 1.7464, half-width
     * 2.0010 × 1.7464 / √60 = 0.4511 points. */
    assert_has(page, "<strong class=\"figure\">60.0\xc2\xa0% (59.5\xe2\x80\x93"
                     "60.5\xc2\xa0%)</strong> of demand is served on time");
    assert_has(page, "against <strong class=\"figure\">90.00\xc2\xa0%");
    assert_has(page, "\xe2\x88\x92"
                     "30.0\xc2\xa0points (\xe2\x88\x92"
                     "30.5 to \xe2\x88\x92"
                     "29.5\xc2\xa0points)");
    assert_has(page, "95\xc2\xa0% interval of 60 replications");
    assert_has(page, "hypothetical</span>");
    free(page);
}

static void nothing_from_the_scenario_reaches_the_page_unescaped(void **state)
{
    char *page = page_of(*state);

    assert_null(strstr(page, "<script>alert"));
    assert_null(strstr(page, "Stop <b>"));
    assert_null(strstr(page, "supply <stop>"));
    assert_null(strstr(page, "\"<y>\""));
    assert_has(page, "<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;</h1>");
    assert_has(page, "Stop &lt;b&gt;");
    assert_has(page, "supply &lt;stop&gt;");
    assert_has(page, "Who&#39;s left?");
    free(page);
}

static void page_asks_nothing_of_any_network(void **state)
{
    char *page = page_of(*state);

    for (const char *at = page; (at = strstr(at, "://")) != NULL; at++) {
        /* The one address is the name of SVG, which is never fetched. */
        assert_true(at - page >= 4 && strncmp(at - 4, "http://www.w3.org/2000/svg", 26) == 0);
    }
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "<link"));
    assert_null(strstr(page, " src="));
    free(page);
}

static void parts_stand_in_the_order_a_reader_needs(void **state)
{
    static const char *const headings[] = {
        "<h1>",
        "class=\"headline\"",
        "<h2>Over time",
        "<h2>Case by case",
        "<h2>Months until the floor of 70",
        "<h2>What binds",
        "<h2>What is assumed",
        "<h2>What each case changes",
        "<h2>What moves the answer most",
        "<h2>What this page does not know",
        "<h2>To get this page again",
        "href=\"data:text/csv",
        "</html>",
    };
    char *page = page_of(*state);
    const char *at = page;

    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
        at = strstr(at, headings[i]);
        if (!at) {
            fail_msg("missing or out of order: %s", headings[i]);
        }
    }
    free(page);
}

static void floor_is_crossed_at_once_by_all_in_the_stop_and_by_none_without(void **state)
{
    char *page = page_of(*state);
    const char *table = strstr(page, "<h2>Months until");
    const char *baseline = strstr(table, "<td>Baseline</td>");
    const char *stop = strstr(table, "<td>Stop &lt;b&gt;</td>");

    assert_non_null(baseline);
    assert_non_null(stop);
    assert_memory_equal(baseline + strlen("<td>Baseline</td>"),
                        "<td class=\"number\">0\xc2\xa0%", 23);
    assert_memory_equal(stop + strlen("<td>Stop &lt;b&gt;</td>"),
                        "<td class=\"number\">100\xc2\xa0%", 25);
    /* Wilson's interval for 60 of 60 starts at 1/(1 + 1.96²/60) = 94 %. */
    assert_non_null(strstr(stop, "94\xe2\x80\x93"
                                 "100\xc2\xa0%"));
    free(page);
}

static void one_input_explains_all_of_the_spread(void **state)
{
    char *page = page_of(*state);

    assert_has(page, "spread over 60 replications that goes with the input");
    assert_has(page, "1 of 1 uncertain inputs shown; all together explain 100\xc2\xa0%");
    free(page);
}

static void page_of_one_file_is_always_the_same(void **state)
{
    char *first = page_of(*state);
    char *second = page_of(*state);

    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void unwritable_page_is_the_machines_failure(void **state)
{
    struct shown *shown = *state;

    assert_int_equal(hanse_report_write(shown->ctx, shown->results, "/nowhere/page.html"),
                     HANSE_ERR_IO);
    assert_non_null(strstr(hanse_context_message(shown->ctx), "/nowhere/page.html"));
}

static void every_refused_allocation_ends_as_a_status(void **state)
{
    struct shown *shown = *state;
    enum hanse_status status = HANSE_ERR_MEMORY;

    /* Steps grow: reading and writing the page a hundred times over would take minutes. */
    for (size_t n = 1; status != HANSE_OK && n < 1000000; n += 1 + n / 2) {
        struct hanse_results *results = NULL;

        NATION_OK(shown->ctx, hanse_results_open(shown->ctx, shown->path, &results));
        hanse_context_fail_allocation(shown->ctx, n);
        status = hanse_report_write(shown->ctx, results, shown->page);
        hanse_context_fail_allocation(shown->ctx, 0);
        hanse_results_close(results);
        assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
    }
    assert_int_equal(status, HANSE_OK);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headline_says_value_interval_and_baseline),
        cmocka_unit_test(nothing_from_the_scenario_reaches_the_page_unescaped),
        cmocka_unit_test(page_asks_nothing_of_any_network),
        cmocka_unit_test(parts_stand_in_the_order_a_reader_needs),
        cmocka_unit_test(floor_is_crossed_at_once_by_all_in_the_stop_and_by_none_without),
        cmocka_unit_test(one_input_explains_all_of_the_spread),
        cmocka_unit_test(page_of_one_file_is_always_the_same),
        cmocka_unit_test(unwritable_page_is_the_machines_failure),
        cmocka_unit_test(every_refused_allocation_ends_as_a_status),
    };

    if (argc > 1) {
        showcase_write(argv[1],
                       &(struct showcase_options){.shift = argc > 2 ? atof(argv[2]) : 0.0,
                                                  .pue = argc > 3 ? atof(argv[3]) : 0.0});
        return 0;
    }
    return cmocka_run_group_tests(tests, open_shown, close_shown);
}
