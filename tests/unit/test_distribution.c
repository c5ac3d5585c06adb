#include "sim/stats/distribution.h"

#include "tests/close.h"

/* The sums below are finite and small enough to write out in double arithmetic. */
static double binomial_by_hand(int k, int n, double p)
{
    double mass = 1.0;
    for (int i = 1; i <= k; i++) {
        mass *= (double)(n - k + i) / i * p;
    }
    for (int i = 0; i < n - k; i++) {
        mass *= 1.0 - p;
    }
    return mass;
}

static void binomial_mass_matches_the_definition(void **state)
{
    const double p[] = {0.01, 0.3, 0.5, 0.95};
    for (int n = 1; n <= 40; n++) {
        for (int k = 0; k <= n; k++) {
            for (int i = 0; i < 4; i++) {
                assert_close(hanse_binomial_mass(k, n, p[i]), binomial_by_hand(k, n, p[i]),
                             1e-12);
            }
        }
    }
}

static void poisson_mass_matches_the_definition(void **state)
{
    const double mean[] = {1e-3, 0.7, 18.0, 90.0};
    for (int i = 0; i < 4; i++) {
        double mass = exp(-mean[i]);
        for (int k = 0; k < 60; k++) {
            assert_close(hanse_poisson_mass(k, mean[i]), mass, 1e-12);
            mass *= mean[i] / (k + 1);
        }
    }
}

static void tails_add_up_to_one(void **state)
{
    for (int k = 0; k <= 50; k++) {
        assert_close(hanse_binomial_at_most(k, 50, 0.37) +
                         hanse_binomial_at_least(k + 1, 50, 0.37),
                     1.0, 1e-14);
        assert_close(hanse_poisson_at_most(k, 21.5) + hanse_poisson_at_least(k + 1, 21.5), 1.0,
                     1e-14);
    }
}

static void far_tails_keep_their_relative_accuracy(void **state)
{
    /* P(X >= 20) for Binomial(20, 0.01) is 0.01^20 and nothing else. */
    assert_close(hanse_binomial_at_least(20, 20, 0.01), 1e-40, 1e-12);
    assert_close(hanse_binomial_at_most(0, 20, 0.99), 1e-40, 1e-11);
    /* P(X >= 3) = m^3/6 (1 - 3m/4 + ...) for a small mean m. */
    assert_close(hanse_poisson_at_least(3, 1e-6), 1e-18 / 6.0 * (1.0 - 0.75e-6), 1e-11);
}

static void millions_of_devices_lose_no_digits(void **state)
{
    /* The mass at the mean, by Stirling's series with two terms, exact to 1e-19 here. */
    double n = 4e6, p = 0.5, half = n / 2.0;
    double series = exp(1.0 / (12.0 * n) - 2.0 / (12.0 * half));
    assert_close(hanse_binomial_mass(2000000, 4000000, p), series * sqrt(2.0 / (M_PI * n)),
                 1e-13);
    /* A symmetric distribution has half its mass on each side of the middle. */
    assert_close(hanse_binomial_at_most(1999999, 4000000, p),
                 0.5 - 0.5 * hanse_binomial_mass(2000000, 4000000, p), 1e-11);
}

static void degenerate_cases_are_exact(void **state)
{
    assert_close(hanse_binomial_at_most(0, 10, 0.0), 1.0, 0.0);
    assert_close(hanse_binomial_at_least(10, 10, 1.0), 1.0, 0.0);
    assert_close(hanse_binomial_at_most(9, 10, 1.0), 0.0, 0.0);
    assert_close(hanse_binomial_mass(-1, 10, 0.5), 0.0, 0.0);
    assert_close(hanse_binomial_mass(11, 10, 0.5), 0.0, 0.0);
    assert_close(hanse_poisson_mass(0, 0.0), 1.0, 0.0);
    assert_close(hanse_poisson_at_least(1, 0.0), 0.0, 0.0);
    assert_close(hanse_poisson_at_most(0, 1e4), 0.0, 0.0); /* underflow is not an error */
    assert_close(hanse_poisson_mass(1, 1e-300), 1e-300, 1e-12);
}

static void arguments_out_of_range_give_nan(void **state)
{
    assert_true(isnan(hanse_binomial_mass(1, -1, 0.5)));
    assert_true(isnan(hanse_binomial_at_most(1, 2, 1.5)));
    assert_true(isnan(hanse_binomial_at_least(1, 2, NAN)));
    assert_true(isnan(hanse_poisson_at_most(1, -1.0)));
    assert_true(isnan(hanse_poisson_mass(1, INFINITY)));
    assert_true(isnan(hanse_normal_quantile(1.0)));
    assert_true(isnan(hanse_student_factor(0.95, 0.0)));
    assert_true(isnan(hanse_student_factor(1.0, 5.0)));
}

static void quantiles_match_the_printed_tables(void **state)
{
    assert_close(hanse_normal_quantile(0.975), 1.9599639845400545, 1e-13);
    assert_close(hanse_normal_at_most(1.2815515655446004), 0.9, 1e-13);
    assert_close(hanse_student_factor(0.95, 1.0), 12.706204736432095, 1e-9);
    assert_close(hanse_student_factor(0.95, 9.0), 2.2621571627409915, 1e-9);
    assert_close(hanse_student_factor(0.95, 199.0), 1.971956544249395, 1e-9);
    assert_close(hanse_student_factor(0.99, 4.0), 4.604094871415897, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_mass_matches_the_definition),
        cmocka_unit_test(poisson_mass_matches_the_definition),
        cmocka_unit_test(tails_add_up_to_one),
        cmocka_unit_test(far_tails_keep_their_relative_accuracy),
        cmocka_unit_test(millions_of_devices_lose_no_digits),
        cmocka_unit_test(degenerate_cases_are_exact),
        cmocka_unit_test(arguments_out_of_range_give_nan),
        cmocka_unit_test(quantiles_match_the_printed_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
