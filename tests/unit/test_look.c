/* What the page, the charts and the tables are made of: texts, shapes, figures, comparisons. */
#include "output/compare.h"
#include "output/measure.h"
#include "output/plot.h"
#include "output/summary.h"
#include "output/svg.h"
#include "tests/unit/showcase.h"

static int open_context(void **state)
{
    *state = hanse_context_create();
    return *state ? 0 : -1;
}

static int close_context(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

static void assert_escaped(struct hanse_context *ctx, const char *words, const char *expected)
{
    struct hanse_text text;

    hanse__text_init(&text, ctx);
    hanse__text_add(&text, "");
    hanse__text_escaped(&text, words);
    assert_string_equal(text.bytes, expected);
    hanse__text_fini(&text);
}

static void markup_becomes_entities_and_broken_bytes_a_mark(void **state)
{
    assert_escaped(*state, "<a href=\"x\" b='y'>&</a>",
                   "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
    assert_escaped(*state, "T\xc3\xb5rv \xe2\x82\xac \xf0\x9f\x8c\xb2",
                   "T\xc3\xb5rv \xe2\x82\xac \xf0\x9f\x8c\xb2");
    /* A bell, a lone continuation, an overlong slash, a surrogate, a cut sequence. */
    assert_escaped(*state, "\x07", "\xef\xbf\xbd");
    assert_escaped(*state, "\x80z", "\xef\xbf\xbdz");
    assert_escaped(*state, "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");
    assert_escaped(*state, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_escaped(*state, "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
    assert_escaped(*state, NULL, "");
}

static void spreadsheets_get_texts_not_formulas(void **state)
{
    static const char *const pairs[][2] = {
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"=1+1", "\"'=1+1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct hanse_text text;

        hanse__text_init(&text, *state);
        hanse__text_csv(&text, pairs[i][0]);
        assert_string_equal(text.bytes, pairs[i][1]);
        hanse__text_fini(&text);
    }
}

static void gaps_in_a_curve_stay_gaps(void **state)
{
    const double x[] = {0, 1, 2, 3}, y[] = {1, NAN, 2, 2.51}, zero[] = {0, 0, 0, 0};
    struct hanse_text text;

    hanse__text_init(&text, *state);
    hanse__svg_curve(&text, "c", x, y, 4);
    assert_string_equal(text.bytes, "<path class=\"c\" d=\"M0 1M2 2L3 2.5\"/>\n");
    text.length = 0;
    hanse__svg_band(&text, "b", x, zero, y, 4);
    assert_string_equal(text.bytes, "<path class=\"b\" d=\"M0 1L0 0ZM2 2L3 2.5L3 0L2 0Z\"/>\n");
    text.length = 0;
    hanse__svg_text(&text, "t", 1, 2, HANSE_SVG_END, "<&>");
    assert_string_equal(text.bytes, "<text class=\"t\" x=\"1\" y=\"2\" text-anchor=\"end\">"
                                    "&lt;&amp;&gt;</text>\n");
    hanse__text_fini(&text);
}

static void figures_show_what_their_interval_carries(void **state)
{
    struct hanse_measure share = hanse__measure("1", true, 1.0);
    struct hanse_measure money = hanse__measure("EUR", false, 3.4e9);
    struct hanse_measure power = hanse__measure("kWh", false, 2e7);
    char figure[HANSE_FIGURE_BYTES];

    assert_string_equal(hanse__figure_interval(figure, &share, false, 0.6312, 0.59, 0.672),
                        "63\xc2\xa0% (59\xe2\x80\x93"
                        "67\xc2\xa0%)");
    assert_string_equal(hanse__figure_interval(figure, &share, true, -0.28, -0.31, -0.25),
                        "\xe2\x88\x92"
                        "28\xc2\xa0points (\xe2\x88\x92"
                        "31 to \xe2\x88\x92"
                        "25\xc2\xa0points)");
    assert_string_equal(hanse__figure_interval(figure, &share, false, 0.9, NAN, NAN),
                        "90.0\xc2\xa0% (no interval)");
    assert_string_equal(hanse__figure_value(figure, &money, false, 3.389e9, 8e6),
                        "3.389\xc2\xa0"
                        "billion EUR");
    assert_string_equal(power.unit, "GWh");
    assert_string_equal(hanse__figure(figure, 27961.0, 104.0), "27\xe2\x80\xaf"
                                                               "961");
    assert_string_equal(hanse__figure(figure, -0.001, 3.0), "0");
    assert_string_equal(hanse__figure(figure, NAN, 1.0), "\xe2\x80\x93");
    assert_string_equal(hanse__measure("H100_h", false, 5.0).unit, "H100 h");
}

static void ticks_are_round_and_few(void **state)
{
    double ticks[16];

    assert_int_equal(hanse__ticks(0, 100, 6, ticks), 6);
    assert_true(ticks[1] == 20.0 && ticks[5] == 100.0);
    assert_int_equal(hanse__ticks(-0.3, 0, 4, ticks), 4);
    assert_true(fabs(ticks[0] + 0.3) < 1e-12 && ticks[3] == 0.0);
    assert_int_equal(hanse__ticks(1, 1, 6, ticks), 0);
}

static void summary_fits_a_hundred_columns_and_aligns(void **state)
{
    struct shown *shown = shown_open(&(struct showcase_options){0});
    FILE *file = fopen(shown->page, "w");
    size_t width = 0, lines = 0;
    char *text;

    NATION_OK(shown->ctx, hanse_summary_print(shown->ctx, shown->results, file));
    fclose(file);
    text = file_text(shown->page);
    assert_non_null(strstr(text, "60.0 \xc2\xb1 0.5"));
    assert_non_null(strstr(text, "\xe2\x88\x92"
                                 "30.0 \xc2\xb1 0.5"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t columns = hanse__text_columns(line);

        assert_true(columns <= 100);
        if (strncmp(line, "Baseline ", 9) == 0 || strncmp(line, "Stop <b> ", 9) == 0) {
            width = lines++ == 0 ? columns : width;
            assert_int_equal(columns, width);
        }
    }
    assert_int_equal(lines, 2);
    free(text);
    shown_close(shown);
}

static void file_compared_with_itself_differs_nowhere(void **state)
{
    struct shown *shown = shown_open(&(struct showcase_options){0});
    struct hanse_comparison comparison;

    NATION_OK(shown->ctx,
              hanse_comparison_init(&comparison, shown->ctx, shown->results, shown->results));
    assert_true(comparison.n_compared > 50);
    assert_int_equal(comparison.n_rows, 0);
    assert_int_equal(comparison.n_inputs, 0);
    hanse_comparison_fini(&comparison);
    shown_close(shown);
}

/* The shift is the same in every replication, so the paired difference has no noise; with other
 * seeds it has, and Welch's interval is √2 times the one of a mean. */
static void comparison_is_paired_under_one_seed_and_welchs_under_two(void **state)
{
    struct shown *base = shown_open(&(struct showcase_options){0});
    struct hanse_comparison comparison;

    for (uint64_t seed = 7; seed <= 8; seed++) {
        struct shown *other =
            shown_open(&(struct showcase_options){.shift = 0.05, .seed = seed, .pue = 1.5});
        const struct hanse_compare_row *row = NULL;

        NATION_OK(base->ctx,
                  hanse_comparison_init(&comparison, base->ctx, base->results, other->results));
        for (size_t i = 0; i < comparison.n_rows; i++) {
            if (strcmp(comparison.rows[i].output, "on_time_share") == 0 &&
                strcmp(comparison.rows[i].window, "second_year") == 0 &&
                strcmp(comparison.rows[i].case_name, "stop") == 0) {
                row = &comparison.rows[i];
            }
        }
        if (row == NULL) {
            fail_msg("no row for the stop in its window");
            return; /* not reached; the analyser can't know */
        }
        assert_true(fabs(row->diff - 0.05) < 1e-12);
        assert_int_equal(row->paired, seed == 7);
        assert_true(seed == 7 ? row->high - row->low < 1e-9
                              : fabs(row->high - row->low - 2 * 0.0063138) < 1e-5);
        assert_int_equal(comparison.n_inputs, 2);
        assert_string_equal(comparison.inputs[0].key, "pue");
        hanse_comparison_fini(&comparison);
        shown_close(other);
    }
    shown_close(base);
}

static void hostile_names_stay_texts_in_gnuplots_script(void **state)
{
    struct shown *shown = shown_open(&(struct showcase_options){0});
    struct hanse_text script;

    hanse__text_init(&script, shown->ctx);
    NATION_OK(shown->ctx,
              hanse__plot_script(shown->ctx, shown->results,
                                 &(struct hanse_plot_options){.what = "on_time_share",
                                                              .path = "it's `id` here.svg"},
                                 &script));
    assert_non_null(strstr(script.bytes, "set output 'it''s `id` here.svg'"));
    assert_non_null(strstr(script.bytes, "noenhanced"));
    assert_non_null(strstr(script.bytes, "'supply <stop>'"));
    hanse__text_fini(&script);
    shown_close(shown);
}

static void plot_names_the_nearest_output_case_and_region(void **state)
{
    struct shown *shown = shown_open(&(struct showcase_options){0});
    static const char *const cases[] = {"stopp"};
    const struct hanse_plot_options bad[] = {
        {.what = "on_time_shar", .path = "x.svg"},
        {.what = "on_time_share", .path = "x.svg", .cases = cases, .n_cases = 1},
        {.what = "on_time_share", .path = "x.svg", .region = "bb"},
        {.what = "on_time_share", .path = "x.pdf"},
    };
    static const char *const said[] = {"did you mean 'on_time_share'?", "did you mean 'stop'?",
                                       "no region 'bb'", ".svg or .png"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hanse_text script;

        hanse__text_init(&script, shown->ctx);
        assert_int_equal(hanse__plot_script(shown->ctx, shown->results, &bad[i], &script),
                         HANSE_ERR_INPUT);
        assert_non_null(strstr(hanse_context_message(shown->ctx), said[i]));
        hanse__text_fini(&script);
    }
    shown_close(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_entities_and_broken_bytes_a_mark),
        cmocka_unit_test(spreadsheets_get_texts_not_formulas),
        cmocka_unit_test(gaps_in_a_curve_stay_gaps),
        cmocka_unit_test(figures_show_what_their_interval_carries),
        cmocka_unit_test(ticks_are_round_and_few),
        cmocka_unit_test(summary_fits_a_hundred_columns_and_aligns),
        cmocka_unit_test(file_compared_with_itself_differs_nowhere),
        cmocka_unit_test(comparison_is_paired_under_one_seed_and_welchs_under_two),
        cmocka_unit_test(hostile_names_stay_texts_in_gnuplots_script),
        cmocka_unit_test(plot_names_the_nearest_output_case_and_region),
    };

    return cmocka_run_group_tests(tests, open_context, close_context);
}
