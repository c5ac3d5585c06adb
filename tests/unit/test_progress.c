/* The progress line: share, rate, time left, and the headline's interval so far. */
#include "cli/progress.h"
#include "tests/unit/showcase.h"

static void line_tells_share_rate_time_left_and_interval(void **state)
{
    const struct showcase_options options = {0};
    struct synthetic *s = showcase_make(&options);
    struct hanse_cli_args args = {.verbose = true};
    struct hanse_cli_progress progress;
    char line[320];

    hanse_cli_progress_start(&progress, &args, &s->study, 0);
    progress.draws = progress.reports = true;
    progress.file = fopen("/dev/null", "w");
    /* The baseline, inputs at mid and the other case in turn: only the last ones count. */
    for (uint32_t r = 0; r < SHOWCASE_REPLICATIONS; r++) {
        struct hanse_record record = showcase_record(s, &options, 0, r, false);

        hanse_cli_progress_record(&progress, 1, 126, &record);
        record = showcase_record(s, &options, 1, r, true);
        hanse_cli_progress_record(&progress, 1, 126, &record);
        record = showcase_record(s, &options, 1, r, false);
        hanse_cli_progress_record(&progress, 1, 126, &record);
    }
    hanse_cli_progress_line(&progress, 63, 126, 2.1, line, sizeof line);
    assert_string_equal(line, "hanse  50 %  63/126 tasks  30/s  2 s left  on_time_share "
                              "60.0 \xc2\xb1 0.5 %");
    hanse_cli_progress_line(&progress, 126, 126, 4.2, line, sizeof line);
    assert_non_null(strstr(line, "100 %  126/126 tasks  30/s  0 s left"));
    hanse_cli_progress_finish(&progress);
    fclose(progress.file);
    synthetic_free(s);
}

static void resumed_tasks_do_not_count_for_the_rate(void **state)
{
    struct synthetic *s = showcase_make(&(struct showcase_options){0});
    struct hanse_cli_args args = {.quiet = true};
    struct hanse_cli_progress progress;
    char line[320];

    hanse_cli_progress_start(&progress, &args, &s->study, 100);
    assert_false(progress.draws || progress.reports);
    hanse_cli_progress_line(&progress, 110, 126, 10.0, line, sizeof line);
    assert_string_equal(line, "hanse  87 %  110/126 tasks  1/s  16 s left");
    synthetic_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_tells_share_rate_time_left_and_interval),
        cmocka_unit_test(resumed_tasks_do_not_count_for_the_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
