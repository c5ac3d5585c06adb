#include "sim/stats/interval.h"

#include "sim/engine/stream.h"
#include "tests/close.h"

static void mean_of_ten_numbers_has_the_textbook_interval(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct hanse_interval got = hanse_interval_mean(x, 10, 0.95);
    /* sd^2 = 55/6; t(9) = 2.2621571627 */
    double half = 2.2621571627409915 * sqrt(55.0 / 6.0 / 10.0);
    assert_int_equal(got.n, 10);
    assert_int_equal(got.n_nan, 0);
    assert_close(got.mean, 5.5, 1e-15);
    assert_close(got.sd, sqrt(55.0 / 6.0), 1e-15);
    assert_close(got.half_width, half, 1e-10);
    assert_close(got.low, 5.5 - half, 1e-10);
    assert_close(got.high, 5.5 + half, 1e-10);
}

static void large_offsets_do_not_eat_the_spread(void **state)
{
    const double x[] = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    assert_close(hanse_interval_mean(x, 3, 0.95).sd, 1.0, 1e-12);
}

static void one_observation_has_a_mean_but_no_interval(void **state)
{
    const double x[] = {4.0};
    struct hanse_interval got = hanse_interval_mean(x, 1, 0.95);
    assert_close(got.mean, 4.0, 0.0);
    assert_true(isnan(got.sd) && isnan(got.half_width));
    assert_true(isnan(got.low) && isnan(got.high));
    assert_true(isnan(hanse_interval_mean(NULL, 0, 0.95).mean));
}

static void equal_observations_have_a_point_interval(void **state)
{
    const double x[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    struct hanse_interval got = hanse_interval_mean(x, 6, 0.95);
    assert_within(got.half_width, 0.0, 1e-16);
    assert_false(isnan(got.sd));
}

static void nan_observation_is_counted_and_spoils_the_answer(void **state)
{
    const double x[] = {1.0, NAN, 3.0, NAN};
    struct hanse_interval got = hanse_interval_mean(x, 4, 0.95);
    assert_int_equal(got.n, 4);
    assert_int_equal(got.n_nan, 2);
    assert_true(isnan(got.mean) && isnan(got.sd) && isnan(got.half_width));
    assert_true(isnan(got.low) && isnan(got.high));
}

/* Shares that are even over [0, 1]. Cutting the ends takes nothing true away, so the interval
 * holds the mean exactly as often as Student's does. Of 4,000 with coverage 95 % a right one
 * lies outside 94.1 to 95.9 % once in a hundred. */
static void cut_ends_of_shares_cover_as_often(void **state)
{
    enum { STUDIES = 4000, MOST = 20 };
    struct hanse_stream stream;
    hanse_stream_init(&stream, 1, 0, hanse_entity("shares"), "shares");
    for (size_t n = 3; n <= MOST; n += MOST - 3) {
        int holds = 0, cut_holds = 0, cut = 0;
        for (int i = 0; i < STUDIES; i++) {
            double x[MOST];
            for (size_t k = 0; k < n; k++) {
                x[k] = hanse_stream_uniform(&stream);
            }
            struct hanse_interval whole = hanse_interval_mean(x, n, 0.95);
            struct hanse_interval got = hanse_interval_within(whole, 0.0, 1.0);
            assert_true(got.low >= 0.0 && got.high <= 1.0 && got.mean == whole.mean);
            holds += whole.low <= 0.5 && whole.high >= 0.5;
            cut_holds += got.low <= 0.5 && got.high >= 0.5;
            cut += got.low > whole.low || got.high < whole.high;
        }
        assert_int_equal(holds, cut_holds);
        assert_true(n == MOST ? cut_holds >= 0.941 * STUDIES && cut_holds <= 0.959 * STUDIES
                              : cut > STUDIES / 2);
    }
    assert_true(isnan(hanse_interval_within(hanse_interval_mean(NULL, 0, 0.95), 0, 1).low));
}

static void common_luck_cancels_in_a_paired_difference(void **state)
{
    const double before[] = {10, 20, 35, 41}, after[] = {11, 22, 36, 43};
    struct hanse_interval got = hanse_interval_paired(after, before, 4, 0.95);
    assert_close(got.mean, 1.5, 1e-15);
    assert_close(got.sd, sqrt(1.0 / 3.0), 1e-14);
    assert_true(got.half_width < hanse_interval_mean(after, 4, 0.95).half_width / 10);
    /* t(3) = 3.182446305 */
    assert_close(got.half_width, 3.182446305284263 * sqrt(1.0 / 12.0), 1e-9);
}

static void proportion_follows_wilson(void **state)
{
    /* Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
    struct hanse_interval got = hanse_interval_proportion(81, 263, 0.95);
    assert_within(got.low, 0.2553, 5e-5);
    assert_within(got.high, 0.3662, 5e-5);
    got = hanse_interval_proportion(15, 148, 0.95);
    assert_within(got.low, 0.0624, 5e-5);
    assert_within(got.high, 0.1605, 5e-5);
    got = hanse_interval_proportion(0, 20, 0.95);
    assert_close(got.low, 0.0, 0.0);
    assert_within(got.high, 0.1611, 5e-5);
    got = hanse_interval_proportion(29, 29, 0.95);
    assert_within(got.low, 0.8830, 5e-5);
    assert_close(got.high, 1.0, 0.0);
}

static void unusable_arguments_give_nan(void **state)
{
    const double x[] = {1.0, 2.0};
    assert_true(isnan(hanse_interval_mean(x, 2, 1.0).low));
    assert_true(isnan(hanse_interval_mean(x, 2, NAN).low));
    assert_true(isnan(hanse_interval_proportion(3, 2, 0.95).mean));
    assert_true(isnan(hanse_interval_proportion(0, 0, 0.95).low));
    assert_true(isnan(hanse_interval_proportion(0, 5, 2.0).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_of_ten_numbers_has_the_textbook_interval),
        cmocka_unit_test(cut_ends_of_shares_cover_as_often),
        cmocka_unit_test(large_offsets_do_not_eat_the_spread),
        cmocka_unit_test(one_observation_has_a_mean_but_no_interval),
        cmocka_unit_test(equal_observations_have_a_point_interval),
        cmocka_unit_test(nan_observation_is_counted_and_spoils_the_answer),
        cmocka_unit_test(common_luck_cancels_in_a_paired_difference),
        cmocka_unit_test(proportion_follows_wilson),
        cmocka_unit_test(unusable_arguments_give_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
