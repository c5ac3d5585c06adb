#include "sim/stats/sketch.h"

#include <string.h>

#include "sim/stats/histogram.h"
#include "sim/stats/quantile.h"
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

static double next_uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) * 0x1p-53;
}

static void every_quantile_is_within_the_stated_error(void **state)
{
    static double x[5000];
    static struct hanse_sketch sketch;
    uint64_t seed = 1;
    const double error[] = {0.005, 0.01, 0.1};
    for (int e = 0; e < 3; e++) {
        assert_int_equal(hanse_sketch_init(&sketch, ctx, error[e], 1e-3), HANSE_OK);
        for (int i = 0; i < 5000; i++) { /* heavy tail: Pareto with index 1 */
            x[i] = 0.01 / next_uniform(&seed);
            hanse_sketch_add(&sketch, x[i]);
        }
        hanse_sort(x, 5000);
        for (int k = 0; k <= 1000; k++) {
            double exact = x[(int)(k / 1000.0 * 4999)];
            assert_close(hanse_sketch_quantile(&sketch, k / 1000.0), exact,
                         error[e] * (1 + 1e-9));
        }
    }
}

static void merging_in_any_order_gives_the_same_bytes(void **state)
{
    static struct hanse_sketch part[3], forward, backward, all;
    uint64_t seed = 5;
    assert_int_equal(hanse_sketch_init(&all, ctx, 0.01, 1e-6), HANSE_OK);
    forward = backward = all;
    for (int k = 0; k < 3; k++) {
        part[k] = forward;
        for (int i = 0; i < 500; i++) {
            double value = -log(next_uniform(&seed)) * (k + 1);
            hanse_sketch_add(&part[k], value);
            hanse_sketch_add(&all, value);
        }
    }
    for (int k = 0; k < 3; k++) {
        assert_int_equal(hanse_sketch_merge(&forward, ctx, &part[k]), HANSE_OK);
        assert_int_equal(hanse_sketch_merge(&backward, ctx, &part[2 - k]), HANSE_OK);
    }
    assert_memory_equal(&forward, &backward, sizeof forward);
    assert_memory_equal(&forward, &all, sizeof forward);
}

static void zeros_and_giants_have_a_place(void **state)
{
    static struct hanse_sketch sketch;
    assert_int_equal(hanse_sketch_init(&sketch, ctx, 0.001, 1.0), HANSE_OK);
    assert_true(isnan(hanse_sketch_quantile(&sketch, 0.5)));
    hanse_sketch_add(&sketch, 0.0);
    hanse_sketch_add(&sketch, 0.5);
    hanse_sketch_add(&sketch, 3.0);
    hanse_sketch_add(&sketch, 1e30);
    assert_close(hanse_sketch_quantile(&sketch, 0.0), 0.0, 0.0);
    assert_within(hanse_sketch_quantile(&sketch, 0.34), 0.5, 1.0);
    assert_close(hanse_sketch_quantile(&sketch, 0.67), 3.0, 0.001);
    assert_close(hanse_sketch_quantile(&sketch, 1.0), 1e30, 0.0);
    assert_true(isnan(hanse_sketch_quantile(&sketch, 1.5)));
}

static void negative_and_nan_spoil_a_sketch(void **state)
{
    static struct hanse_sketch sketch, other;
    assert_int_equal(hanse_sketch_init(&sketch, ctx, 0.01, 1e-3), HANSE_OK);
    other = sketch;
    hanse_sketch_add(&sketch, 1.0);
    hanse_sketch_add(&sketch, NAN);
    hanse_sketch_add(&sketch, -1.0);
    assert_int_equal(sketch.n_bad, 2);
    assert_true(isnan(hanse_sketch_quantile(&sketch, 0.5)));
    assert_int_equal(hanse_sketch_merge(&other, ctx, &sketch), HANSE_OK);
    assert_true(isnan(hanse_sketch_quantile(&other, 0.5)));
}

static void sketches_of_different_error_do_not_merge(void **state)
{
    static struct hanse_sketch fine, coarse;
    assert_int_equal(hanse_sketch_init(&fine, ctx, 0.01, 1e-3), HANSE_OK);
    assert_int_equal(hanse_sketch_init(&coarse, ctx, 0.02, 1e-3), HANSE_OK);
    assert_int_equal(hanse_sketch_merge(&fine, ctx, &coarse), HANSE_ERR_INPUT);
    assert_int_equal(hanse_sketch_init(&fine, ctx, 0.0, 1e-3), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_sketch_init(&fine, ctx, 0.01, NAN), HANSE_ERR_DOMAIN);
}

/* An edge belongs to the bin above it, and what is just below to the bin below, whatever the
 * rounding of the division: over these ranges it lands off by one in both directions. */
static void edges_decide_the_bin(void **state)
{
    static struct hanse_histogram histogram;
    for (uint32_t n_bins = 1; n_bins <= HANSE_HISTOGRAM_BINS; n_bins++) {
        assert_int_equal(hanse_histogram_init(&histogram, ctx, 0.1, 0.7, n_bins), HANSE_OK);
        for (uint32_t i = 0; i < n_bins; i++) {
            double above = hanse_histogram_edge(&histogram, i + 1);
            hanse_histogram_add(&histogram, hanse_histogram_edge(&histogram, i));
            assert_int_equal(histogram.counts[i], 1);
            hanse_histogram_add(&histogram, nextafter(above, 0.0));
            assert_int_equal(histogram.counts[i], 2);
        }
    }
}

static void what_lies_outside_is_counted_apart(void **state)
{
    static struct hanse_histogram histogram;
    assert_int_equal(hanse_histogram_init(&histogram, ctx, 0.1, 0.7, 6), HANSE_OK);
    hanse_histogram_add(&histogram, 0.7);
    hanse_histogram_add(&histogram, INFINITY);
    hanse_histogram_add(&histogram, -INFINITY);
    hanse_histogram_add(&histogram, NAN);
    assert_int_equal(histogram.n, 4);
    assert_int_equal(histogram.n_above, 2);
    assert_int_equal(histogram.n_below, 1);
    assert_int_equal(histogram.n_nan, 1);
}

static void histograms_merge_bin_by_bin(void **state)
{
    static struct hanse_histogram a, b, other;
    assert_int_equal(hanse_histogram_init(&a, ctx, 0.0, 10.0, 10), HANSE_OK);
    assert_int_equal(hanse_histogram_init(&other, ctx, 0.0, 10.0, 11), HANSE_OK);
    b = a;
    hanse_histogram_add(&a, 2.5);
    hanse_histogram_add(&b, 2.7);
    hanse_histogram_add(&b, 99.0);
    assert_int_equal(hanse_histogram_merge(&a, ctx, &b), HANSE_OK);
    assert_int_equal(a.counts[2], 2);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.n_above, 1);
    assert_int_equal(hanse_histogram_merge(&a, ctx, &other), HANSE_ERR_INPUT);
    assert_int_equal(hanse_histogram_init(&a, ctx, 1.0, 1.0, 10), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_histogram_init(&a, ctx, 0.0, 1.0, 257), HANSE_ERR_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_quantile_is_within_the_stated_error),
        cmocka_unit_test(merging_in_any_order_gives_the_same_bytes),
        cmocka_unit_test(zeros_and_giants_have_a_place),
        cmocka_unit_test(negative_and_nan_spoil_a_sketch),
        cmocka_unit_test(sketches_of_different_error_do_not_merge),
        cmocka_unit_test(edges_decide_the_bin),
        cmocka_unit_test(what_lies_outside_is_counted_apart),
        cmocka_unit_test(histograms_merge_bin_by_bin),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
