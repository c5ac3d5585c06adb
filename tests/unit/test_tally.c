#include "sim/stats/tally.h"

#include <string.h>

#include "sim/stats/timeweighted.h"
#include "tests/close.h"

static void tally_agrees_with_two_passes(void **state)
{
    double x[101];
    struct hanse_tally tally = {0};
    for (int i = 0; i < 101; i++) {
        x[i] = 1e8 + i * i % 37;
        hanse_tally_add(&tally, x[i]);
    }
    struct hanse_interval want = hanse_interval_mean(x, 101, 0.95);
    struct hanse_interval got = hanse_tally_interval(&tally, 0.95);
    assert_close(got.mean, want.mean, 1e-15);
    assert_close(got.sd, want.sd, 1e-9); /* one pass at an offset of 1e8 */
    assert_close(got.low, want.low, 1e-15);
    assert_close(tally.min, 1e8, 0.0);
    assert_close(tally.max, 1e8 + 36, 0.0);
}

static void merged_tallies_have_seen_all(void **state)
{
    for (int cut = 0; cut <= 20; cut++) {
        struct hanse_tally all = {0}, front = {0}, back = {0};
        for (int i = 0; i < 20; i++) {
            double x = sin(i) * 10.0;
            hanse_tally_add(&all, x);
            hanse_tally_add(i < cut ? &front : &back, x);
        }
        hanse_tally_merge(&front, &back);
        assert_int_equal(front.n, 20);
        assert_close(front.mean, all.mean, 1e-13);
        assert_close(hanse_tally_sd(&front), hanse_tally_sd(&all), 1e-13);
        assert_true(front.min == all.min && front.max == all.max);
    }
}

static void nan_in_a_tally_stays(void **state)
{
    struct hanse_tally tally = {0}, clean = {0};
    hanse_tally_add(&tally, 1.0);
    hanse_tally_add(&tally, NAN);
    hanse_tally_add(&tally, 2.0);
    hanse_tally_add(&clean, 5.0);
    assert_int_equal(tally.n_nan, 1);
    assert_true(isnan(tally.mean) && isnan(tally.min) && isnan(tally.max));
    hanse_tally_merge(&clean, &tally);
    assert_int_equal(clean.n, 4);
    assert_int_equal(clean.n_nan, 1);
    assert_true(isnan(clean.mean) && isnan(clean.min) && isnan(clean.max));
    assert_true(isnan(hanse_tally_interval(&clean, 0.95).high));
}

static void empty_tally_has_no_mean(void **state)
{
    struct hanse_tally tally = {0}, empty = {0};
    assert_true(isnan(hanse_tally_interval(&tally, 0.95).mean));
    hanse_tally_add(&tally, 3.0);
    hanse_tally_merge(&tally, &empty);
    assert_close(hanse_tally_interval(&tally, 0.95).mean, 3.0, 0.0);
    assert_true(isnan(hanse_tally_sd(&tally)));
    assert_close(tally.min, 3.0, 0.0);
    hanse_tally_merge(&empty, &tally);
    assert_close(empty.min, 3.0, 0.0);
}

static void time_weights_the_values_held(void **state)
{
    struct hanse_timeweighted line;
    hanse_timeweighted_init(&line, 10.0, 2.0);
    hanse_timeweighted_add(&line, 11.0, 1.0);                        /* 2 for 1 */
    hanse_timeweighted_set(&line, 14.0, 0.5);                        /* 3 for 3 */
    assert_close(hanse_timeweighted_area(&line, 18.0), 13.0, 1e-15); /* 0.5 for 4 */
    assert_close(hanse_timeweighted_mean(&line, 18.0), 13.0 / 8.0, 1e-15);
    assert_close(line.min, 0.5, 0.0);
    assert_close(line.max, 3.0, 0.0);
    assert_close(hanse_timeweighted_mean(&line, 14.0), 11.0 / 4.0, 1e-15);
}

static void restart_forgets_the_warmup(void **state)
{
    struct hanse_timeweighted line;
    hanse_timeweighted_init(&line, 0.0, 100.0);
    hanse_timeweighted_set(&line, 5.0, 4.0);
    hanse_timeweighted_restart(&line, 6.0);
    assert_true(isnan(hanse_timeweighted_mean(&line, 6.0)));
    assert_close(hanse_timeweighted_mean(&line, 8.0), 4.0, 0.0);
    assert_close(line.max, 4.0, 0.0);
}

static void many_small_steps_lose_no_area(void **state)
{
    struct hanse_timeweighted line;
    hanse_timeweighted_init(&line, 0.0, 1e16);
    hanse_timeweighted_set(&line, 1.0, 1.0);
    for (int i = 2; i <= 1000; i++) { /* each adds 1 to 1e16, which alone would vanish */
        hanse_timeweighted_set(&line, i, 1.0);
    }
    assert_close(hanse_timeweighted_area(&line, 1001.0) - 1e16, 1000.0, 0.0);
}

static void nan_value_makes_the_average_nan(void **state)
{
    struct hanse_timeweighted line;
    hanse_timeweighted_init(&line, 0.0, 1.0);
    hanse_timeweighted_set(&line, 1.0, NAN);
    hanse_timeweighted_set(&line, 2.0, 1.0);
    assert_true(isnan(hanse_timeweighted_mean(&line, 3.0)));
    assert_true(isnan(line.min) && isnan(line.max));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tally_agrees_with_two_passes),
        cmocka_unit_test(merged_tallies_have_seen_all),
        cmocka_unit_test(nan_in_a_tally_stays),
        cmocka_unit_test(empty_tally_has_no_mean),
        cmocka_unit_test(time_weights_the_values_held),
        cmocka_unit_test(restart_forgets_the_warmup),
        cmocka_unit_test(many_small_steps_lose_no_area),
        cmocka_unit_test(nan_value_makes_the_average_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
