#include "sim/stats/stock.h"

#include <string.h>

#include "sim/stats/distribution.h"
#include "tests/close.h"

static int make_context(void **state)
{
    *state = hanse_context_create();
    return *state ? 0 : -1;
}

static int drop_context(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

static void stock_is_the_least_that_suffices(void **state)
{
    const double p[] = {0.001, 0.5, 0.95, 0.99999};
    for (double mean = 0.01; mean < 1e5; mean *= 3.7) {
        for (int i = 0; i < 4; i++) {
            int64_t ready, fill;
            assert_int_equal(hanse_stock_ready(*state, mean, p[i], &ready), HANSE_OK);
            assert_int_equal(hanse_stock_fill(*state, mean, p[i], &fill), HANSE_OK);
            assert_true(hanse_poisson_at_most(ready, mean) >= p[i]);
            assert_true(ready == 0 || hanse_poisson_at_most(ready - 1, mean) < p[i]);
            assert_int_equal(fill, ready + 1);
        }
    }
}

static void nothing_in_repair_needs_no_stock(void **state)
{
    int64_t stock;
    assert_int_equal(hanse_stock_ready(*state, 0.0, 0.95, &stock), HANSE_OK);
    assert_int_equal(stock, 0);
}

static void no_unit_up_is_always_exceeded(void **state)
{
    double p;
    assert_int_equal(hanse_k_of_n_common(*state, 5, 0, 0.5, 0.5, &p), HANSE_OK);
    assert_close(p, 1.0, 0.0);
    assert_int_equal(hanse_k_of_n(*state, 3, 2, 0.9, &p), HANSE_OK);
    assert_close(p, 0.972, 1e-14); /* 3 x 0.081 + 0.729 */
    assert_int_equal(hanse_k_of_n_common(*state, 3, 1, 0.9, 1.0, &p), HANSE_OK);
    assert_close(p, 0.9, 1e-14); /* all unavailability is common */
}

static void constant_hazard_has_no_memory(void **state)
{
    const struct hanse_vintage fresh = {1.0, 0.0, 1.0, 10.0}, old = {1.0, 50.0, 1.0, 10.0};
    const struct hanse_vintage worn = {1.0, 50.0, 2.0, 10.0};
    double a, b, c;
    assert_int_equal(hanse_vintage_survival(*state, &fresh, 2.0, &a), HANSE_OK);
    assert_int_equal(hanse_vintage_survival(*state, &old, 2.0, &b), HANSE_OK);
    assert_int_equal(hanse_vintage_survival(*state, &worn, 2.0, &c), HANSE_OK);
    assert_close(a, exp(-0.2), 1e-14);
    assert_close(b, a, 1e-13);
    assert_close(c, exp(25.0 - 27.04), 1e-12);
}

static void fluid_share_adds_vintages_and_stops_at_one(void **state)
{
    const struct hanse_vintage two[] = {{100.0, 0.0, 1.0, 10.0}, {50.0, 3.0, 2.0, 8.0}};
    double share, ample;
    assert_int_equal(hanse_fluid_share(*state, two, 2, 2.0, 200.0, &share), HANSE_OK);
    assert_close(share, (100.0 * exp(-0.2) + 50.0 * exp(9.0 / 64.0 - 25.0 / 64.0)) / 200.0,
                 1e-14);
    assert_int_equal(hanse_fluid_share(*state, two, 2, 2.0, 20.0, &ample), HANSE_OK);
    assert_close(ample, 1.0, 0.0);
}

static void fleet_share_equals_its_sum(void **state)
{
    const double demand[] = {0.5, 1.0, 7.0, 7.5, 19.0, 20.0, 33.0};
    for (int i = 0; i < 7; i++) {
        double got, want = 0.0;
        for (int c = 0; c <= 20; c++) {
            want += fmin(1.0, c / demand[i]) * hanse_binomial_mass(c, 20, 0.4);
        }
        assert_int_equal(hanse_fleet_share(*state, 20, 0.4, demand[i], &got), HANSE_OK);
        assert_close(got, want, 1e-13);
    }
}

static void refused(void *ctx, enum hanse_status status, const char *words)
{
    assert_int_equal(status, HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), words));
    hanse_context_clear(ctx);
}

static void arguments_out_of_range_are_named(void **state)
{
    struct hanse_vintage vintage = {1.0, -1.0, 1.0, 1.0};
    double x;
    int64_t s;
    refused(*state, hanse_stock_ready(*state, -1.0, 0.5, &s), "in repair");
    refused(*state, hanse_stock_ready(*state, NAN, 0.5, &s), "in repair");
    refused(*state, hanse_stock_fill(*state, 1.0, 1.0, &s), "probability");
    refused(*state, hanse_stock_newsvendor(*state, 0.0, 1.0, &x, NULL), "short");
    refused(*state, hanse_stock_newsvendor(*state, 1.0, INFINITY, &x, NULL), "over");
    refused(*state, hanse_fleet_unavailability(*state, -1.0, 1.0, &x), "failure rate");
    refused(*state, hanse_fleet_unavailability(*state, 1.0, NAN, &x), "repair time");
    refused(*state, hanse_k_of_n(*state, 5, 6, 0.5, &x), "k must be");
    refused(*state, hanse_k_of_n(*state, 0, 0, 0.5, &x), "n must be");
    refused(*state, hanse_k_of_n(*state, 5, 5, 1.5, &x), "availability");
    refused(*state, hanse_k_of_n_common(*state, 5, 5, 0.5, -0.1, &x), "common");
    refused(*state, hanse_vintage_survival(*state, &vintage, 1.0, &x), "age");
    refused(*state, hanse_fluid_share(*state, &vintage, 1, 1.0, 0.0, &x), "demand");
    refused(*state, hanse_fluid_share(*state, &vintage, 1, 1.0, 1.0, &x), "age");
    refused(*state, hanse_fleet_share(*state, -1, 0.5, 1.0, &x), "devices");
    refused(*state, hanse_fleet_share(*state, 1, NAN, 1.0, &x), "survival");
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(stock_is_the_least_that_suffices),
        with_context(nothing_in_repair_needs_no_stock),
        with_context(no_unit_up_is_always_exceeded),
        with_context(constant_hazard_has_no_memory),
        with_context(fluid_share_adds_vintages_and_stops_at_one),
        with_context(fleet_share_equals_its_sum),
        with_context(arguments_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
