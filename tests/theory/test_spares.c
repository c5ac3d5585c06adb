/*
 * Questions 1 and 2 against their closed forms: survival without repair, Palm's theorem for
 * spares on order, a finite fleet without spares. Seeds are fixed; beside each tolerance stands
 * how often a right program with another seed would fail it.
 * ctest: slow
 */
#include <math.h>

#include "sim/stats/distribution.h"
#include "tests/nation.h"

static const char *const LAWS[] = {"exponential", "constant", "lognormal"};

/* 0.1106 failures per device-year, nothing repaired: exp(−0.2212) = 80.2 % work after two
 * years. 2,000,000 devices: standard deviation 0.028 %; ±0.12 % fails once in 60,000. */
static void survival_after_two_years_is_80_2_percent(void **state)
{
    struct nation n = nation_small(2.0, 2e6, 0.1106);
    nation_upkeep(&n, 0.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double working = 2e6 - nation_month(&run, &record, "devices_down", 23);
    assert_true(fabs(working / 2e6 - exp(-0.2212)) < 0.0012);
    assert_true(fabs(exp(-0.2212) - 0.802) < 0.0005);
    nation_run_end(&run);
    nation_end(&n);
}

/* Weibull shape 2 and scale 10 years, devices 3 years old at the start: after 2 years
 * S(5)/S(3) = exp(0.09 − 0.25). */
static void ageing_devices_survive_as_their_hazard_says(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 2.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_operator(&n, "owner", "A");
    nation_number(&n, nation_card(&n, "card", "maker", 0.1), "hazard_shape", 2.0);
    nation_site(&n, "hall", "a", "owner");
    nation_number(&n, nation_group(&n, "hall", "card", 1e6), "age", 3.0 * 8760.0);
    nation_upkeep(&n, 0.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double working = 1e6 - nation_month(&run, &record, "devices_down", 23);
    /* Standard deviation 0.036 %; ±0.15 % fails once in 30,000. */
    assert_true(fabs(working / 1e6 - exp(0.09 - 0.25)) < 0.0015);
    nation_run_end(&run);
    nation_end(&n);
}

/* Question 1, flat demand, on a fleet small enough for the knee to bite: served share in
 * expectation under Binomial(C0, S). 300 devices, demand of exactly what 0.802 · 300 devices
 * serve: E[min(1, C/D)] at 24 months is 98.8 %. */
static double work_of_a_device(struct nation_run *run)
{
    struct hanse_record record = nation_replicate(run, 0);
    return nation_month(run, &record, "demand", 0) /
           nation_month(run, &record, "device_hours_busy", 0);
}

static void served_share_follows_the_fluid_limit(void **state)
{
    /* First find what one device-hour serves, with far more devices than needed. */
    struct nation probe = nation_small(1.0, 1e5, 0.0);
    nation_upkeep(&probe, 0.0, false);
    nation_workload(&probe, "chat", 1.0);
    struct nation_run probe_run = nation_freeze(&probe);
    double work_per_device_h = work_of_a_device(&probe_run);
    struct hanse_record one = nation_replicate(&probe_run, 0);
    double work_per_h = nation_month(&probe_run, &one, "demand", 0) / 730.0;
    nation_run_end(&probe_run);
    nation_end(&probe);

    double devices_needed = 300.0 * exp(-0.2212);
    double prompts = devices_needed * work_per_device_h / work_per_h;
    struct nation n = nation_small(25.0 / 12.0, 300, 0.1106);
    nation_upkeep(&n, 0.0, false);
    nation_workload(&n, "chat", prompts);
    struct nation_run run = nation_freeze(&n);
    double sum = 0.0, squares = 0.0, expected = 0.0;
    enum { REPLICATIONS = 2000 };
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        struct hanse_record record = nation_replicate(&run, r);
        /* Month 24 runs from 24 to 25 months; its mean is compared at 24.5. */
        double x = nation_month(&run, &record, "on_time", 24) /
                   nation_month(&run, &record, "demand", 24);
        sum += x;
        squares += x * x;
    }
    double mean = sum / REPLICATIONS;
    double sd = sqrt((squares / REPLICATIONS - mean * mean) / REPLICATIONS);
    double survival = exp(-0.1106 * 24.5 / 12.0);
    for (int64_t c = 0; c <= 300; c++) {
        expected +=
            hanse_binomial_mass(c, 300, survival) * fmin(1.0, (double)c / devices_needed);
    }
    assert_true(fabs(expected - 0.988) < 0.008);
    /* Four standard errors: a right program fails once in 16,000. The month's mean differs
     * from its middle by the curvature, below 1e-5. */
    assert_true(fabs(mean - expected) < 4.0 * sd + 1e-5);
    nation_run_end(&run);
    nation_end(&n);
}

/* n · hazard · T = 18 spares on order on average, whatever the lead time's law: Poisson(18).
 * 8,000 replications, sampled once each at the end of month 24, when 2 years have passed and
 * lead times of 0.1 year are long forgotten. */
static void spares_on_order_are_poisson_by_palms_theorem(void **state)
{
    for (size_t law = 0; law < 3; law++) {
        struct nation n = nation_small(2.0, 1800, 0.1);
        uint32_t upkeep = nation_upkeep(&n, 0.0, true);
        nation_number(&n, upkeep, "spares_share", 1.0);
        nation_number(&n, upkeep, "lead_time", 876.0);
        nation_text(&n, upkeep, "lead_law", LAWS[law]);
        if (strcmp(LAWS[law], "lognormal") == 0) {
            nation_number(&n, upkeep, "lead_cv", 1.5);
        }
        struct nation_run run = nation_freeze(&n);
        enum { REPLICATIONS = 4000 };
        double sum = 0.0, squares = 0.0;
        int at_most_24 = 0, at_most_25 = 0;
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            struct hanse_record record = nation_replicate(&run, r);
            double x = nation_month(&run, &record, "spares_on_order", 23);
            sum += x;
            squares += x * x;
            at_most_24 += x <= 24.0;
            at_most_25 += x <= 25.0;
        }
        double mean = sum / REPLICATIONS;
        double variance = squares / REPLICATIONS - mean * mean;
        /* 1,800 devices · 0.1 / year · 0.1 year = 18. Mean ± 4 · √(18/4000) = 0.27; variance of
         * a Poisson variance estimate about 2·18²/4000: ± 4 · 0.41 = 1.65. Each fails once in
         * 16,000. A lognormal lead time of cv 1.5 has 0.02 % of its work beyond 2 years. */
        assert_true(fabs(mean - 18.0) < 0.27);
        assert_true(fabs(variance - 18.0) < 1.65);
        /* Stock of 25 for P(X <= s) >= 95 %; fill rate P(X <= s - 1) >= 95 % needs 26. Four
         * standard errors of a share near 0.95: 0.014. */
        assert_true(fabs(at_most_25 / (double)REPLICATIONS - hanse_poisson_at_most(25, 18.0)) <
                    0.014);
        assert_true(fabs(at_most_24 / (double)REPLICATIONS - hanse_poisson_at_most(24, 18.0)) <
                    0.014);
        nation_run_end(&run);
        nation_end(&n);
    }
    assert_true(hanse_poisson_at_most(25, 18.0) >= 0.95);
}

/* A finite fleet whose failures are all repaired on site: down ~ Binomial(n, hT/(1 + hT)),
 * whatever the repair law. */
static void finite_fleet_without_spares_is_binomial(void **state)
{
    for (size_t law = 0; law < 3; law++) {
        struct nation n = nation_small(2.0, 100, 2.0);
        uint32_t upkeep = nation_upkeep(&n, 1.0, false);
        nation_number(&n, upkeep, "repair_time", 438.0);
        nation_text(&n, upkeep, "repair_law", LAWS[law]);
        if (strcmp(LAWS[law], "lognormal") == 0) {
            nation_number(&n, upkeep, "repair_cv", 1.5);
        }
        struct nation_run run = nation_freeze(&n);
        enum { REPLICATIONS = 4000 };
        double sum = 0.0, squares = 0.0;
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            struct hanse_record record = nation_replicate(&run, r);
            double x = nation_month(&run, &record, "devices_down", 23);
            sum += x;
            squares += x * x;
        }
        double mean = sum / REPLICATIONS;
        double variance = squares / REPLICATIONS - mean * mean;
        /* p = 0.1/1.1; mean 9.09 ± 4 · √(8.26/4000) = 0.18; variance 8.26 ± 4 · 0.185. */
        double p = 0.1 / 1.1;
        assert_true(fabs(mean - 100.0 * p) < 0.18);
        assert_true(fabs(variance - 100.0 * p * (1.0 - p)) < 0.75);
        nation_run_end(&run);
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survival_after_two_years_is_80_2_percent),
        cmocka_unit_test(ageing_devices_survive_as_their_hazard_says),
        cmocka_unit_test(served_share_follows_the_fluid_limit),
        cmocka_unit_test(spares_on_order_are_poisson_by_palms_theorem),
        cmocka_unit_test(finite_fleet_without_spares_is_binomial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
