#include "sim/stats/quantile.h"

#include <string.h>

#include "sim/stats/distribution.h"
#include "tests/close.h"

/* A small generator of the test's own, so that it depends on no stream. */
static double next_uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) * 0x1p-53;
}

static void sorting_orders_and_keeps_every_value(void **state)
{
    uint64_t seed = 7;
    for (size_t n = 0; n < 200; n++) {
        double x[200], sum = 0.0, sorted_sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            x[i] = floor(next_uniform(&seed) * 50.0); /* ties on purpose */
            sum += x[i];
        }
        hanse_sort(x, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || x[i - 1] <= x[i]);
            sorted_sum += x[i];
        }
        assert_true(sum == sorted_sum);
    }
}

static void nan_sorts_last(void **state)
{
    double x[] = {NAN, 2.0, INFINITY, NAN, -INFINITY};
    hanse_sort(x, 5);
    assert_true(x[0] == -INFINITY && x[1] == 2.0 && x[2] == INFINITY);
    assert_true(isnan(x[3]) && isnan(x[4]));
}

static void quantiles_are_of_type_seven(void **state)
{
    const double x[] = {1, 2, 4, 8, 16};
    assert_close(hanse_quantile_sorted(x, 5, 0.0), 1.0, 0.0);
    assert_close(hanse_quantile_sorted(x, 5, 1.0), 16.0, 0.0);
    assert_close(hanse_quantile_sorted(x, 5, 0.5), 4.0, 0.0);
    assert_close(hanse_quantile_sorted(x, 5, 0.05), 1.2, 1e-14);  /* h = 1.2 */
    assert_close(hanse_quantile_sorted(x, 5, 0.95), 14.4, 1e-14); /* h = 4.8 */
    assert_close(hanse_quantile_sorted(x, 1, 0.3), 1.0, 0.0);
}

static void unsorted_values_are_left_alone(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    double x[] = {3, 1, 2}, was[3];
    const double p[] = {0.5, 0.0};
    double out[2];
    memcpy(was, x, sizeof x);
    assert_int_equal(hanse_quantiles(ctx, x, 3, p, 2, out), HANSE_OK);
    assert_close(out[0], 2.0, 0.0);
    assert_close(out[1], 1.0, 0.0);
    assert_memory_equal(x, was, sizeof x);
    x[1] = NAN;
    assert_int_equal(hanse_quantiles(ctx, x, 3, p, 2, out), HANSE_OK);
    assert_true(isnan(out[0]) && isnan(out[1]));
    hanse_context_destroy(ctx);
}

static void bad_probability_and_lack_of_memory_are_refused(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const double x[] = {3, 1, 2}, good = 0.5, bad = 1.1;
    double out;
    assert_int_equal(hanse_quantiles(ctx, x, 3, &bad, 1, &out), HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), "1.1"));
    assert_int_equal(hanse_quantiles(ctx, x, 0, &good, 1, &out), HANSE_ERR_DOMAIN);
    hanse_context_fail_allocation(ctx, 1);
    assert_int_equal(hanse_quantiles(ctx, x, 3, &good, 1, &out), HANSE_ERR_MEMORY);
    assert_true(isnan(hanse_quantile_sorted(x, 3, NAN)));
    hanse_context_destroy(ctx);
}

static void interval_of_the_median_matches_the_printed_table(void **state)
{
    /* n = 10: ranks 2 and 9 enclose the median with 97.85 %; n = 20: 6 and 15 with 95.86 %. */
    double x[20];
    for (int i = 0; i < 20; i++) {
        x[i] = i + 1;
    }
    struct hanse_quantile_interval got = hanse_quantile_interval(x, 10, 0.5, 0.95);
    assert_int_equal(got.low_rank, 2);
    assert_int_equal(got.high_rank, 9);
    assert_within(got.confidence, 0.9785, 5e-5);
    assert_close(got.low, 2.0, 0.0);
    assert_close(got.high, 9.0, 0.0);
    assert_close(got.quantile, 5.5, 0.0);
    got = hanse_quantile_interval(x, 20, 0.5, 0.95);
    assert_int_equal(got.low_rank, 6);
    assert_int_equal(got.high_rank, 15);
    assert_within(got.confidence, 0.9586, 5e-5);
}

static void small_sample_leaves_a_high_quantile_open(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct hanse_quantile_interval got = hanse_quantile_interval(x, 10, 0.95, 0.95);
    assert_int_equal(got.high_rank, 11);
    assert_true(got.high == INFINITY);
    assert_true(isfinite(got.low));
    assert_true(isnan(hanse_quantile_interval(x, 0, 0.5, 0.95).low));
    assert_true(isnan(hanse_quantile_interval(x, 10, 1.0, 0.95).low));
}

/* 4,000 samples of 200 uniforms: the share of intervals that cover is within three standard
 * errors of what they claim. A right program fails for one seed in about 400. */
static void interval_covers_the_p95_as_often_as_it_says(void **state)
{
    uint64_t seed = 2026;
    int covered = 0;
    double attained = 0.0;
    for (int study = 0; study < 4000; study++) {
        double x[200];
        for (int i = 0; i < 200; i++) {
            x[i] = next_uniform(&seed);
        }
        hanse_sort(x, 200);
        struct hanse_quantile_interval got = hanse_quantile_interval(x, 200, 0.95, 0.95);
        covered += got.low <= 0.95 && 0.95 <= got.high;
        attained = got.confidence;
    }
    assert_true(attained >= 0.95 && attained < 0.98);
    assert_within(covered / 4000.0, attained, 0.0105);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_orders_and_keeps_every_value),
        cmocka_unit_test(nan_sorts_last),
        cmocka_unit_test(quantiles_are_of_type_seven),
        cmocka_unit_test(unsorted_values_are_left_alone),
        cmocka_unit_test(bad_probability_and_lack_of_memory_are_refused),
        cmocka_unit_test(interval_of_the_median_matches_the_printed_table),
        cmocka_unit_test(small_sample_leaves_a_high_quantile_open),
        cmocka_unit_test(interval_covers_the_p95_as_often_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
