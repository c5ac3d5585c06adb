#include "sim/stats/queueing.h"

#include <string.h>

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

static void mm1_is_the_textbook_queue(void **state)
{
    struct hanse_queue q;
    assert_int_equal(hanse_queue_mmc(*state, 3.0, 4.0, 1, &q), HANSE_OK);
    assert_close(q.utilization, 0.75, 1e-15);
    assert_close(q.in_system, 3.0, 1e-14);
    assert_close(q.in_queue, 2.25, 1e-14);
    assert_close(q.response_time, 1.0, 1e-14);
    assert_close(q.wait_time, 0.75, 1e-14);
    assert_close(q.empty_probability, 0.25, 1e-14);
    assert_close(q.wait_probability, 0.75, 1e-14);
}

static void two_erlang_on_three_servers_by_hand(void **state)
{
    /* B = (8/6) / (1 + 2 + 2 + 8/6) = 4/19; C = B / (1 - (2/3)(15/19)) = 4/9. */
    double b, c;
    struct hanse_queue q;
    assert_int_equal(hanse_queue_erlang_b(*state, 2.0, 3, &b), HANSE_OK);
    assert_int_equal(hanse_queue_erlang_c(*state, 2.0, 3, &c), HANSE_OK);
    assert_int_equal(hanse_queue_mmc(*state, 2.0, 1.0, 3, &q), HANSE_OK);
    assert_close(b, 4.0 / 19.0, 1e-15);
    assert_close(c, 4.0 / 9.0, 1e-14);
    assert_close(q.wait_time, 4.0 / 9.0, 1e-14);
    assert_close(q.in_queue, 8.0 / 9.0, 1e-14);
    assert_close(q.empty_probability, 1.0 / 9.0, 1e-14);
}

static void erlang_b_stays_finite_for_huge_groups(void **state)
{
    double b;
    assert_int_equal(hanse_queue_erlang_b(*state, 1e6, 1000000, &b), HANSE_OK);
    /* Heavy traffic: B ~ sqrt(2 / (pi c)), to 1/sqrt(c) relative. */
    assert_close(b, sqrt(2.0 / (M_PI * 1e6)), 2e-3);
    assert_int_equal(hanse_queue_erlang_b(*state, 1.0, 100000, &b), HANSE_OK);
    assert_close(b, 0.0, 0.0);
}

static void wait_quantile_inverts_the_tail(void **state)
{
    double t, tail;
    assert_int_equal(hanse_queue_mmc_wait_quantile(*state, 18.0, 1.0, 20, 0.95, &t), HANSE_OK);
    assert_int_equal(hanse_queue_mmc_wait_tail(*state, 18.0, 1.0, 20, t, &tail), HANSE_OK);
    assert_true(t > 0.0);
    assert_close(tail, 0.05, 1e-12);
    assert_int_equal(hanse_queue_mmc_wait_quantile(*state, 1.0, 1.0, 20, 0.95, &t), HANSE_OK);
    assert_close(t, 0.0, 0.0);
}

static void server_count_is_the_least_that_meets_the_target(void **state)
{
    for (double load = 0.3; load < 300.0; load *= 1.7) {
        int64_t c;
        double here, before;
        assert_int_equal(hanse_queue_mmc_servers(*state, load, 1.0, 0.2, 0.1, &c), HANSE_OK);
        assert_int_equal(hanse_queue_mmc_wait_tail(*state, load, 1.0, c, 0.2, &here), HANSE_OK);
        assert_true(here <= 0.1);
        if ((double)(c - 1) > load) {
            assert_int_equal(hanse_queue_mmc_wait_tail(*state, load, 1.0, c - 1, 0.2, &before),
                             HANSE_OK);
            assert_true(before > 0.1);
        }
    }
}

static void many_places_make_the_line_unbounded(void **state)
{
    struct hanse_queue bounded, unbounded;
    assert_int_equal(hanse_queue_mmck(*state, 7.0, 1.0, 9, 2000, &bounded), HANSE_OK);
    assert_int_equal(hanse_queue_mmc(*state, 7.0, 1.0, 9, &unbounded), HANSE_OK);
    assert_close(bounded.in_system, unbounded.in_system, 1e-12);
    assert_close(bounded.wait_time, unbounded.wait_time, 1e-12);
    assert_close(bounded.wait_probability, unbounded.wait_probability, 1e-12);
    assert_close(bounded.empty_probability, unbounded.empty_probability, 1e-12);
}

static void full_load_with_one_server_is_uniform_over_the_places(void **state)
{
    struct hanse_queue q;
    assert_int_equal(hanse_queue_mmck(*state, 2.0, 2.0, 1, 9, &q), HANSE_OK);
    assert_close(q.loss_probability, 0.1, 1e-14);
    assert_close(q.empty_probability, 0.1, 1e-14);
    assert_close(q.in_system, 4.5, 1e-14);
    assert_close(q.throughput, 1.8, 1e-14);
    assert_close(q.wait_probability, 8.0 / 9.0, 1e-14); /* of those let in */
}

static void constant_service_halves_the_wait(void **state)
{
    struct hanse_queue constant, exponential;
    assert_int_equal(hanse_queue_mg1(*state, 0.8, 1.0, 0.0, &constant), HANSE_OK);
    assert_int_equal(hanse_queue_mg1(*state, 0.8, 1.0, 1.0, &exponential), HANSE_OK);
    assert_close(constant.wait_time, 2.0, 1e-14); /* 0.8 / (2 x 0.2) */
    assert_close(exponential.wait_time, 4.0, 1e-14);
    assert_close(exponential.in_system, 4.0, 1e-14);
    assert_close(exponential.empty_probability, 0.2, 1e-14);
}

/* The mean number in M/M/1 with interruptions whose time down has `phases` exponential phases,
 * from the Markov chain (number, up or phase of down). The cut between n and n + 1 gives the
 * next level up, and the balance of the down states the rest: positive terms throughout. */
static double chain_in_system(double lambda, double mu, const struct hanse_interruption *stop,
                              int phases)
{
    double up = 1.0, down[8] = {0}, total = 0.0, sum = 0.0;
    double rate = phases / stop->down_time;
    for (int n = 0; n < 20000; n++) {
        double level = up, inflow = stop->failure_rate * up;
        if (n == 0 && stop->only_busy) {
            inflow = 0.0;
        }
        for (int i = 0; i < phases; i++) {
            down[i] = (inflow + (n > 0 ? lambda * down[i] : 0.0)) / (lambda + rate);
            inflow = rate * down[i];
            level += down[i];
        }
        total += level;
        sum += n * level;
        up = lambda * level / mu;
    }
    return sum / total;
}

static void interruptions_match_the_markov_chain(void **state)
{
    for (int only_busy = 0; only_busy <= 1; only_busy++) {
        for (int phases = 1; phases <= 4; phases++) {
            struct hanse_interruption stop = {0.2, 1.5, 1.0 / phases, only_busy != 0};
            struct hanse_queue q;
            assert_int_equal(hanse_queue_interrupted(*state, 0.6, 1.0, 1.0, &stop, &q),
                             HANSE_OK);
            assert_close(q.in_system, chain_in_system(0.6, 1.0, &stop, phases), 1e-11);
            assert_close(q.in_system, 0.6 * q.response_time, 1e-14);
            assert_int_equal(!only_busy, isnan(q.empty_probability));
        }
    }
}

static void all_crews_make_the_machines_independent(void **state)
{
    struct hanse_queue shop;
    double up;
    assert_int_equal(hanse_queue_finite_source(*state, 0.1, 0.9, 30, 30, &shop), HANSE_OK);
    assert_close(shop.in_system, 3.0, 1e-13);
    assert_close(shop.response_time, 1.0 / 0.9, 1e-13);
    assert_close(shop.in_queue, 0.0, 0.0);
    assert_int_equal(hanse_queue_finite_source_up(*state, 0.1, 0.9, 30, 30, 30, &up), HANSE_OK);
    assert_close(up, pow(0.9, 30), 1e-12);
    assert_int_equal(hanse_queue_finite_source_up(*state, 0.1, 0.9, 30, 30, 0, &up), HANSE_OK);
    assert_close(up, 1.0, 0.0);
}

static void equal_rates_make_unequal_servers_equal(void **state)
{
    struct hanse_queue two, mm2;
    assert_int_equal(hanse_queue_two_unequal(*state, 1.3, 1.0, 1.0, &two), HANSE_OK);
    assert_int_equal(hanse_queue_mmc(*state, 1.3, 1.0, 2, &mm2), HANSE_OK);
    assert_close(two.in_system, mm2.in_system, 1e-14);
    assert_close(two.wait_probability, mm2.wait_probability, 1e-14);
    assert_close(two.empty_probability, mm2.empty_probability, 1e-14);
    assert_close(two.utilization, mm2.utilization, 1e-14);
}

static void unequal_servers_serve_what_arrives(void **state)
{
    /* Rates 2 and 1 at lambda = 1: by hand slow alone 1, fast alone 2, none 5, more 3/2. */
    struct hanse_queue q;
    assert_int_equal(hanse_queue_two_unequal(*state, 1.0, 2.0, 1.0, &q), HANSE_OK);
    assert_close(q.empty_probability, 5.0 / 9.5, 1e-14);
    assert_close(q.wait_probability, 1.5 / 9.5, 1e-14);
    assert_close(q.in_queue, 0.75 / 9.5, 1e-14);
}

static void refused(void *ctx, enum hanse_status status, const char *words)
{
    assert_int_equal(status, HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), words));
    hanse_context_clear(ctx);
}

static void two_of_any_servers_are_gumbels(void **state)
{
    const double rates[] = {0.35, 1.0}; /* in any order */
    struct hanse_queue q, gumbel;
    double busy[2];
    for (double lambda = 0.01; lambda < 1.35; lambda += 0.11) {
        assert_int_equal(hanse_queue_unequal(*state, lambda, rates, 2, &q, busy), HANSE_OK);
        assert_int_equal(hanse_queue_two_unequal(*state, lambda, 1.0, 0.35, &gumbel), HANSE_OK);
        assert_close(q.in_system, gumbel.in_system, 1e-12);
        assert_close(q.wait_time, gumbel.wait_time, 1e-11);
        assert_close(q.empty_probability, gumbel.empty_probability, 1e-12);
        /* what is served is what arrives */
        assert_close(busy[0] * 0.35 + busy[1] * 1.0, lambda, 1e-12);
    }
}

static void equal_servers_of_any_number_are_mmc(void **state)
{
    struct hanse_queue q, even;
    const double rates[HANSE_QUEUE_UNEQUAL_MOST] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (int64_t n = 1; n <= 6; n++) {
        assert_int_equal(hanse_queue_unequal(*state, 0.9 * (double)n, rates, n, &q, NULL),
                         HANSE_OK);
        assert_int_equal(hanse_queue_mmc(*state, 0.9 * (double)n, 1.0, n, &even), HANSE_OK);
        assert_close(q.in_system, even.in_system, 1e-12);
        assert_close(q.wait_probability, even.wait_probability, 1e-12);
        assert_close(q.empty_probability, even.empty_probability, 1e-12);
    }
}

/* Who finds only the slow server free takes it, and stays. */
static void a_slow_server_added_makes_responses_longer(void **state)
{
    const double rates[] = {1.0, 0.05};
    struct hanse_queue one, two;
    assert_int_equal(hanse_queue_mmc(*state, 0.3, 1.0, 1, &one), HANSE_OK);
    assert_int_equal(hanse_queue_unequal(*state, 0.3, rates, 2, &two, NULL), HANSE_OK);
    assert_close(one.response_time, 1.0 / 0.7, 1e-14);
    assert_within(two.response_time, 3.04, 5e-3);
    assert_int_equal(hanse_queue_two_unequal(*state, 0.3, 1.0, 0.05, &two), HANSE_OK);
    assert_within(two.response_time, 3.04, 5e-3);
}

static void a_server_for_everybody_leaves_no_line(void **state)
{
    struct hanse_queue q;
    assert_int_equal(hanse_queue_mminf(*state, 18.0, 3.0, &q), HANSE_OK);
    assert_close(q.in_system, 6.0, 1e-15);
    assert_close(q.response_time, 1.0 / 3.0, 1e-15);
    assert_close(q.empty_probability, exp(-6.0), 1e-14);
    assert_true(q.wait_time == 0.0 && q.utilization == 0.0);
}

static void allen_cunneen_is_exact_where_it_should_be(void **state)
{
    struct hanse_queue q, exact;
    assert_int_equal(hanse_queue_ggc(*state, 18.0, 1.0, 1.0, 1.0, 20, &q), HANSE_OK);
    assert_int_equal(hanse_queue_mmc(*state, 18.0, 1.0, 20, &exact), HANSE_OK);
    assert_memory_equal(&q, &exact, sizeof q);
    assert_int_equal(hanse_queue_ggc(*state, 0.7, 1.0, 1.0, 4.0, 1, &q), HANSE_OK);
    assert_int_equal(hanse_queue_mg1(*state, 0.7, 1.0, 4.0, &exact), HANSE_OK);
    assert_close(q.wait_time, exact.wait_time, 1e-14);
    assert_close(q.in_system, exact.in_system, 1e-14);
    assert_true(isnan(q.wait_probability));
}

static void loss_needs_the_fewest_servers(void **state)
{
    static const double loads[] = {0.01, 1.0, 18.0, 400.0, 1e5};
    for (int i = 0; i < 5; i++) {
        for (double bound = 1e-9; bound < 0.5; bound *= 40.0) {
            int64_t servers;
            double b, less = 1.0;
            assert_int_equal(hanse_queue_loss_servers(*state, loads[i], bound, &servers),
                             HANSE_OK);
            assert_int_equal(hanse_queue_erlang_b(*state, loads[i], servers, &b), HANSE_OK);
            if (servers > 1) {
                assert_int_equal(hanse_queue_erlang_b(*state, loads[i], servers - 1, &less),
                                 HANSE_OK);
            }
            assert_true(b <= bound && less > bound);
        }
    }
}

/* c = 10^4 and more, load next to capacity, next to nothing arriving: figures stay finite and
 * keep the laws that hold at any load. */
static void extreme_stations_stay_finite(void **state)
{
    static const struct {
        double lambda, mu;
        int64_t servers;
    } cases[] = {{9999.999, 1.0, 10000}, {1e-12, 1.0, 10000},      {0.999999999999, 1.0, 1},
                 {1e-300, 1e-290, 3},    {1e300, 1e296, 20000},    {99999.0, 1.0, 100000},
                 {1e-9, 1e9, 1},         {4999999.0, 1.0, 5000000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hanse_queue q;
        double lambda = cases[i].lambda, mu = cases[i].mu;
        assert_int_equal(hanse_queue_mmc(*state, lambda, mu, cases[i].servers, &q), HANSE_OK);
        assert_true(isfinite(q.in_system) && isfinite(q.response_time) && q.wait_time >= 0.0);
        assert_close(q.in_system, lambda * q.response_time, 1e-10);
        assert_true(q.wait_probability >= 0.0 && q.wait_probability <= 1.0);
        assert_true(q.empty_probability >= 0.0 && q.empty_probability <= 1.0);
        assert_int_equal(hanse_queue_mmck(*state, 3.0 * lambda, mu, cases[i].servers,
                                          cases[i].servers + 50, &q),
                         HANSE_OK);
        assert_true(isfinite(q.in_system) && q.loss_probability >= 0.0);
        assert_close(q.throughput, 3.0 * lambda * (1.0 - q.loss_probability), 1e-9);
    }
}

static void arguments_out_of_range_are_named(void **state)
{
    struct hanse_queue q;
    struct hanse_interruption stop = {0.5, 1.0, 1.0, true};
    double x;
    int64_t c;
    refused(*state, hanse_queue_mmc(*state, 20.0, 1.0, 20, &q), "offered load");
    refused(*state, hanse_queue_mmc(*state, -1.0, 1.0, 20, &q), "arrival rate");
    refused(*state, hanse_queue_mmc(*state, NAN, 1.0, 20, &q), "arrival rate");
    refused(*state, hanse_queue_mmc(*state, 1.0, INFINITY, 20, &q), "service rate");
    refused(*state, hanse_queue_mmc(*state, 1.0, 1.0, 0, &q), "servers");
    refused(*state, hanse_queue_mmck(*state, 1.0, 1.0, 4, 3, &q), "places");
    refused(*state, hanse_queue_mmck(*state, 1.0, 1.0, 4, INT64_MAX, &q), "places");
    refused(*state, hanse_queue_erlang_b(*state, 0.0, 4, &x), "offered load");
    refused(*state, hanse_queue_erlang_c(*state, 4.0, 4, &x), "below the 4 servers");
    refused(*state, hanse_queue_mmc_wait_tail(*state, 1.0, 1.0, 2, -1.0, &x), "time");
    refused(*state, hanse_queue_mmc_wait_quantile(*state, 1.0, 1.0, 2, 1.0, &x), "probability");
    refused(*state, hanse_queue_mmc_servers(*state, 1.0, 1.0, 0.0, 0.0, &c), "probability");
    refused(*state, hanse_queue_mmc_servers(*state, 1e300, 1.0, 0.0, 0.1, &c), "more than");
    refused(*state, hanse_queue_mg1(*state, 0.5, 1.0, -0.1, &q), "scv");
    refused(*state, hanse_queue_mg1(*state, 1.0, 1.0, 0.0, &q), "capacity");
    refused(*state, hanse_queue_interrupted(*state, 0.7, 1.0, 1.0, &stop, &q), "capacity");
    refused(*state, hanse_queue_finite_source(*state, 1.0, 1.0, 0, 5, &q), "crews");
    refused(*state, hanse_queue_finite_source_up(*state, 1.0, 1.0, 1, 5, 6, &x), "0..5");
    refused(*state, hanse_queue_two_unequal(*state, 1.0, 1.0, 2.0, &q), "slow rate");
    const double rates[] = {1.0, 0.0}, fine[] = {1.0, 1.0};
    refused(*state, hanse_queue_unequal(*state, 1.0, rates, 2, &q, NULL), "service rate");
    refused(*state, hanse_queue_unequal(*state, 2.0, fine, 2, &q, NULL), "servers' sum 2");
    refused(*state, hanse_queue_unequal(*state, 1.0, fine, 11, &q, NULL), "1..10");
    refused(*state, hanse_queue_mminf(*state, 1.0, 0.0, &q), "service rate");
    refused(*state, hanse_queue_ggc(*state, 1.0, -1.0, 0.5, 1.0, 1, &q), "arrivals' scv");
    refused(*state, hanse_queue_loss_servers(*state, 1.0, 1.0, &c), "probability");
    refused(*state, hanse_queue_loss_servers(*state, -1.0, 0.1, &c), "offered load");
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(mm1_is_the_textbook_queue),
        with_context(two_erlang_on_three_servers_by_hand),
        with_context(erlang_b_stays_finite_for_huge_groups),
        with_context(wait_quantile_inverts_the_tail),
        with_context(server_count_is_the_least_that_meets_the_target),
        with_context(many_places_make_the_line_unbounded),
        with_context(full_load_with_one_server_is_uniform_over_the_places),
        with_context(constant_service_halves_the_wait),
        with_context(interruptions_match_the_markov_chain),
        with_context(all_crews_make_the_machines_independent),
        with_context(equal_rates_make_unequal_servers_equal),
        with_context(unequal_servers_serve_what_arrives),
        with_context(two_of_any_servers_are_gumbels),
        with_context(equal_servers_of_any_number_are_mmc),
        with_context(a_slow_server_added_makes_responses_longer),
        with_context(a_server_for_everybody_leaves_no_line),
        with_context(allen_cunneen_is_exact_where_it_should_be),
        with_context(loss_needs_the_fewest_servers),
        with_context(extreme_stations_stay_finite),
        with_context(arguments_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
