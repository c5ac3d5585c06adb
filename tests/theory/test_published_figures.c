/*
 * Figures for the questions hanse answers, computed elsewhere: supply stop, spares, pooling,
 * wait targets and sites. The simulation is held to the same closed forms by other tests; this
 * one holds the closed forms to the published figures.
 */
#include "sim/stats/distribution.h"
#include "sim/stats/queueing.h"
#include "sim/stats/stock.h"

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

static void four_fifths_survive_two_years_without_repair(void **state)
{
    /* 268 interruptions on 16,384 GPUs in 54 days. */
    double hazard_per_year = 268.0 / (16384.0 * 54.0 / 365.0), survival;
    const struct hanse_vintage fleet = {1e6, 0.0, 1.0, 1.0 / hazard_per_year};
    assert_within(hazard_per_year, 0.1106, 5e-5);
    assert_int_equal(hanse_vintage_survival(*state, &fleet, 2.0, &survival), HANSE_OK);
    assert_within(survival, 0.802, 5e-4);
}

static void knee_bites_a_fleet_of_three_hundred(void **state)
{
    double survival = exp(-0.1106 * 2.0), small, large;
    assert_int_equal(hanse_fleet_share(*state, 300, survival, 300 * survival, &small),
                     HANSE_OK);
    assert_within(small, 0.988, 6e-4);
    assert_int_equal(hanse_fleet_share(*state, 1000000, survival, 1e6 * survival, &large),
                     HANSE_OK);
    assert_within(large, 1.0, 2e-4);
}

static void stock_for_eighteen_in_repair(void **state)
{
    int64_t ready, fill;
    assert_int_equal(hanse_stock_ready(*state, 18.0, 0.95, &ready), HANSE_OK);
    assert_int_equal(hanse_stock_fill(*state, 18.0, 0.95, &fill), HANSE_OK);
    assert_int_equal(ready, 25);
    assert_int_equal(fill, 26);
}

static void nine_to_one_buys_the_ninety_percent_quantile(void **state)
{
    double fractile, z;
    assert_int_equal(hanse_stock_newsvendor(*state, 9.0, 1.0, &fractile, &z), HANSE_OK);
    assert_close(fractile, 0.9, 1e-15);
    assert_within(z, 1.2816, 5e-5);
}

static void finite_fleet_without_spares_is_binomial(void **state)
{
    /* With a crew for every device the repair model must give Binomial(n, LT / (1 + LT)). */
    double down, up;
    assert_int_equal(hanse_fleet_unavailability(*state, 0.02, 7.0, &down), HANSE_OK);
    assert_close(down, 0.14 / 1.14, 1e-15);
    for (int k = 0; k <= 40; k++) {
        assert_int_equal(hanse_queue_finite_source_up(*state, 0.02, 1.0 / 7.0, 40, 40, k, &up),
                         HANSE_OK);
        assert_within(up, hanse_binomial_at_most(40 - k, 40, down), 1e-12);
    }
}

static void pooling_saves_what_erlang_says(void **state)
{
    const int64_t walled[] = {29, 58, 116, 232, 464}, pooled[] = {29, 52, 97, 183, 352};
    int64_t one, all;
    for (int i = 0; i < 5; i++) {
        int members = 1 << i;
        assert_int_equal(hanse_queue_mmc_servers(*state, 20.0, 1.0, 0.0, 0.05, &one), HANSE_OK);
        assert_int_equal(hanse_queue_mmc_servers(*state, 20.0 * members, 1.0, 0.0, 0.05, &all),
                         HANSE_OK);
        assert_int_equal(members * one, walled[i]);
        assert_int_equal(all, pooled[i]);
    }
    assert_within(1.0 - 20.0 / (double)one, 0.3103, 5e-5); /* the saving's limit */
}

static void sixteen_members_just_meet_the_wait_target(void **state)
{
    double here, before;
    assert_int_equal(hanse_queue_erlang_c(*state, 320.0, 352, &here), HANSE_OK);
    assert_int_equal(hanse_queue_erlang_c(*state, 320.0, 351, &before), HANSE_OK);
    assert_within(here, 0.0492, 5e-5);
    assert_within(before, 0.0557, 5e-5);
}

static void p95_wait_target_in_servers(void **state)
{
    const double load[] = {20, 40, 80, 160};
    const int64_t want[] = {27, 49, 92, 174};
    for (int i = 0; i < 4; i++) {
        int64_t servers;
        double p95;
        assert_int_equal(hanse_queue_mmc_servers(*state, load[i], 1.0, 0.1, 0.05, &servers),
                         HANSE_OK);
        assert_int_equal(servers, want[i]);
        assert_int_equal(
            hanse_queue_mmc_wait_quantile(*state, load[i], 1.0, servers, 0.95, &p95), HANSE_OK);
        assert_true(p95 <= 0.1);
        assert_int_equal(
            hanse_queue_mmc_wait_quantile(*state, load[i], 1.0, servers - 1, 0.95, &p95),
            HANSE_OK);
        assert_true(p95 > 0.1);
    }
}

static void common_cause_hides_in_the_tail(void **state)
{
    double most, most_common, ten, ten_common;
    assert_int_equal(hanse_k_of_n(*state, 20, 18, 0.95, &most), HANSE_OK);
    assert_int_equal(hanse_k_of_n_common(*state, 20, 18, 0.95, 0.1, &most_common), HANSE_OK);
    assert_int_equal(hanse_k_of_n(*state, 20, 10, 0.95, &ten), HANSE_OK);
    assert_int_equal(hanse_k_of_n_common(*state, 20, 10, 0.95, 0.1, &ten_common), HANSE_OK);
    assert_within(most, 0.9245, 5e-5);
    assert_within(most_common, 0.9367, 5e-5);
    assert_within(1.0 - ten, 5e-10, 5e-11);
    assert_within(1.0 - ten_common, 5e-3, 5e-5);
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(four_fifths_survive_two_years_without_repair),
        with_context(knee_bites_a_fleet_of_three_hundred),
        with_context(stock_for_eighteen_in_repair),
        with_context(nine_to_one_buys_the_ninety_percent_quantile),
        with_context(finite_fleet_without_spares_is_binomial),
        with_context(pooling_saves_what_erlang_says),
        with_context(sixteen_members_just_meet_the_wait_target),
        with_context(p95_wait_target_in_servers),
        with_context(common_cause_hides_in_the_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
