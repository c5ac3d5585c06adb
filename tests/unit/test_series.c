#include "sim/stats/series.h"

#include <string.h>

#include "sim/stats/batch.h"
#include "sim/stats/distribution.h"
#include "tests/close.h"

static struct hanse_context *ctx;

static int make_context(void **state)
{
    ctx = hanse_context_create();
    return ctx ? 0 : -1;
}

static int drop_context(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

static double next_normal(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return hanse_normal_quantile(((double)(*state >> 11) + 0.5) * 0x1p-53);
}

/* x' = phi x + noise, started in its steady state: autocorrelation phi^lag, mean 0. */
static void autoregression(double phi, uint64_t *seed, double *x, size_t n)
{
    double last = next_normal(seed) / sqrt(1.0 - phi * phi);
    for (size_t i = 0; i < n; i++) {
        last = phi * last + next_normal(seed);
        x[i] = last;
    }
}

static void few_observations_are_batches_of_one(void **state)
{
    struct hanse_batches batches = {0};
    double x[63];
    for (int i = 0; i < 63; i++) {
        x[i] = cos(i);
        hanse_batches_add(&batches, x[i]);
    }
    struct hanse_interval got = hanse_batches_interval(&batches, 0.95);
    struct hanse_interval want = hanse_interval_mean(x, 63, 0.95);
    assert_int_equal(got.n, 63);
    assert_close(got.half_width, want.half_width, 1e-14);
}

static void batches_double_and_average_all_they_closed(void **state)
{
    struct hanse_batches batches = {0};
    double sum = 0.0;
    for (int i = 0; i < 32 * 8 + 3; i++) { /* 3 stay in the batch under way */
        sum += i < 32 * 8 ? i : 0;
        hanse_batches_add(&batches, i);
    }
    assert_int_equal(batches.size, 8);
    assert_int_equal(batches.n_batches, 32);
    assert_int_equal(batches.filled, 3);
    assert_close(hanse_batches_interval(&batches, 0.95).mean, sum / 256.0, 1e-14);
    hanse_batches_add(&batches, NAN);
    assert_true(isnan(hanse_batches_interval(&batches, 0.95).mean));
    assert_int_equal(hanse_batches_interval(&batches, 0.95).n_nan, 1);
}

/* 1,000 runs of a dependent series. A right program covers the mean in 93 .. 97 % of them, up
 * to about one seed in 250; Student's interval on the raw series covers in fewer than 70 %. */
static void batch_intervals_cover_where_plain_ones_do_not(void **state)
{
    static double x[6400];
    uint64_t seed = 99;
    int by_batch = 0, by_overlap = 0, plain = 0;
    for (int run = 0; run < 1000; run++) {
        struct hanse_batches batches = {0};
        struct hanse_interval got;
        autoregression(0.7, &seed, x, 6400);
        for (int i = 0; i < 6400; i++) {
            hanse_batches_add(&batches, x[i]);
        }
        got = hanse_batches_interval(&batches, 0.95);
        by_batch += got.low <= 0.0 && 0.0 <= got.high;
        assert_int_equal(hanse_overlapping_batches(ctx, x, 6400, 128, 0.95, &got), HANSE_OK);
        by_overlap += got.low <= 0.0 && 0.0 <= got.high;
        got = hanse_interval_mean(x, 6400, 0.95);
        plain += got.low <= 0.0 && 0.0 <= got.high;
    }
    assert_within(by_batch / 1000.0, 0.95, 0.02);
    assert_within(by_overlap / 1000.0, 0.95, 0.02);
    assert_true(plain < 700);
}

static void overlapping_batches_by_hand(void **state)
{
    /* Means of two: 2, 2, 4 about a mean of 3: sum 3; var = 2 / (3 x 2) x 3 = 1. */
    const double x[] = {1, 3, 1, 7};
    struct hanse_interval got;
    assert_int_equal(hanse_overlapping_batches(ctx, x, 4, 2, 0.95, &got), HANSE_OK);
    assert_close(got.mean, 3.0, 1e-15);
    assert_close(got.sd, 2.0, 1e-14);
    assert_close(got.half_width, hanse_student_factor(0.95, 1.5), 1e-14);
    /* 0 stands for 1 in so short a run: sum 24; var = 1 / (4 x 3) x 24 = 2. */
    assert_int_equal(hanse_overlapping_batches(ctx, x, 4, 0, 0.95, &got), HANSE_OK);
    assert_close(got.sd, sqrt(8.0), 1e-14);
    assert_int_equal(hanse_overlapping_batches(ctx, x, 4, 3, 0.95, &got), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_overlapping_batches(ctx, x, 1, 0, 0.95, &got), HANSE_ERR_DOMAIN);
}

static void an_overlapping_batch_is_a_32nd_of_the_run_unless_said(void **state)
{
    static double x[3217];
    uint64_t seed = 5;
    struct hanse_interval unsaid, said;
    autoregression(0.9, &seed, x, 3217);
    assert_int_equal(hanse_overlapping_batches(ctx, x, 3217, 0, 0.95, &unsaid), HANSE_OK);
    assert_int_equal(hanse_overlapping_batches(ctx, x, 3217, 100, 0.95, &said), HANSE_OK);
    assert_true(unsaid.half_width == said.half_width);
}

static void mser_cuts_where_the_start_up_ends(void **state)
{
    static double x[2000];
    uint64_t seed = 3;
    struct hanse_warmup got;
    for (int i = 0; i < 2000; i++) {
        x[i] = next_normal(&seed) + (i < 300 ? 50.0 : 0.0);
    }
    assert_int_equal(hanse_mser5(ctx, x, 2000, &got), HANSE_OK);
    assert_true(got.n_delete >= 300 && got.n_delete <= 320);
    assert_true(got.reliable);
    assert_within(got.mean, 0.0, 0.1);
}

static void mser_keeps_a_stationary_run_and_doubts_a_trend(void **state)
{
    static double x[1000];
    struct hanse_warmup got;
    for (int i = 0; i < 1000; i++) {
        x[i] = i % 5;
    }
    assert_int_equal(hanse_mser5(ctx, x, 1000, &got), HANSE_OK);
    assert_int_equal(got.n_delete, 0);
    assert_true(got.reliable);
    assert_close(got.mean, 2.0, 1e-15);
    for (int i = 0; i < 1000; i++) {
        x[i] = exp(-i / 100.0);
    }
    assert_int_equal(hanse_mser5(ctx, x, 1000, &got), HANSE_OK);
    assert_false(got.reliable);
    x[999] = NAN;
    assert_int_equal(hanse_mser5(ctx, x, 1000, &got), HANSE_OK);
    assert_true(isnan(got.mean) && !got.reliable);
    assert_int_equal(hanse_mser5(ctx, x, 9, &got), HANSE_ERR_DOMAIN);
}

static void autocorrelation_by_hand(void **state)
{
    /* Deviations -1.5, -0.5, 0.5, 1.5: squares 5; lag 1: 0.75 - 0.25 + 0.75 = 1.25. */
    const double x[] = {1, 2, 3, 4};
    double r[4];
    assert_int_equal(hanse_autocorrelation(ctx, x, 4, 3, r), HANSE_OK);
    assert_close(r[0], 1.0, 1e-15);
    assert_close(r[1], 0.25, 1e-14);
    assert_close(r[2], -0.3, 1e-14);
    assert_close(r[3], -0.45, 1e-14);
    assert_int_equal(hanse_autocorrelation(ctx, x, 4, 4, r), HANSE_ERR_DOMAIN);
}

static void autocorrelation_of_an_autoregression_is_geometric(void **state)
{
    static double x[100000];
    uint64_t seed = 11;
    double r[4];
    autoregression(0.6, &seed, x, 100000);
    assert_int_equal(hanse_autocorrelation(ctx, x, 100000, 3, r), HANSE_OK);
    for (int lag = 1; lag <= 3; lag++) {
        assert_within(r[lag], pow(0.6, lag), 0.015); /* over four standard errors */
    }
}

static void constant_series_has_no_autocorrelation(void **state)
{
    const double x[] = {2, 2, 2}, hole[] = {1, NAN, 3};
    double r[2];
    assert_int_equal(hanse_autocorrelation(ctx, x, 3, 1, r), HANSE_OK);
    assert_true(isnan(r[0]) && isnan(r[1]));
    assert_int_equal(hanse_autocorrelation(ctx, hole, 3, 1, r), HANSE_OK);
    assert_true(isnan(r[0]) && isnan(r[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_observations_are_batches_of_one),
        cmocka_unit_test(batches_double_and_average_all_they_closed),
        cmocka_unit_test(batch_intervals_cover_where_plain_ones_do_not),
        cmocka_unit_test(overlapping_batches_by_hand),
        cmocka_unit_test(an_overlapping_batch_is_a_32nd_of_the_run_unless_said),
        cmocka_unit_test(mser_cuts_where_the_start_up_ends),
        cmocka_unit_test(mser_keeps_a_stationary_run_and_doubts_a_trend),
        cmocka_unit_test(autocorrelation_by_hand),
        cmocka_unit_test(autocorrelation_of_an_autoregression_is_geometric),
        cmocka_unit_test(constant_series_has_no_autocorrelation),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
