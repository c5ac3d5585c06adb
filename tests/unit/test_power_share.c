/* The share of peak that a power limit leaves, against the law's own numbers by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/power_share.h"

static void near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12 * fabs(wanted))) {
        fail_msg("got %.17g, wanted %.17g", got, wanted);
    }
}

/* share = 0.8 (D e^(−0.1 (y − 2022)))^(−1/3): eight times the density, half the share. */
static struct hanse_share_point point_of(double density, double year)
{
    double of_2022 = density * exp(-0.1 * (year - 2022.0));
    return (struct hanse_share_point){density, year, 0.8 * pow(of_2022, -1.0 / 3.0)};
}

static void points_of_the_law_give_its_constants(void **state)
{
    const struct hanse_share_point points[] = {point_of(1.0, 2020.0), point_of(8.0, 2022.0),
                                               point_of(2.0, 2024.0), point_of(4.0, 2025.0)};
    struct hanse_share_law law;
    hanse_share_fit(points, 4, &law);
    assert_int_equal(law.n, 4);
    near(exp(law.log_constant), 0.8);
    near(law.gain, 0.1);
    assert_true(law.log_sd < 1e-12);
    near(hanse_share_at(&law, 8.0, 2022.0), 0.4);
    near(hanse_share_at(&law, 2.0, 2022.0), 0.8 * pow(2.0, -1.0 / 3.0));
}

/* 0.5 and 2 are outside 1 … 1.5: their ends hold. */
static void outside_the_points_the_nearest_holds(void **state)
{
    const struct hanse_share_point points[] = {
        {1.0, 2022.0, 0.9}, {1.25, 2023.0, 0.9}, {1.5, 2022.0, 0.8}, {1.25, 2021.0, 0.85}};
    struct hanse_share_law law;
    hanse_share_fit(points, 4, &law);
    near(hanse_share_at(&law, 0.5, 2022.0), hanse_share_at(&law, 1.0, 2022.0));
    near(hanse_share_at(&law, 2.0, 2022.0), hanse_share_at(&law, 1.5, 2022.0));
    assert_true(hanse_share_at(&law, 1.0, 2022.0) > hanse_share_at(&law, 1.5, 2022.0));
    assert_true(law.log_sd > 0.0);
}

static void too_little_tells_nothing(void **state)
{
    const struct hanse_share_point points[] = {
        {1.0, 2022.0, 0.9}, {2.0, 2022.0, 0.8}, {3.0, 2022.0, 0.7}};
    struct hanse_share_law law;
    hanse_share_fit(points, 2, &law);
    assert_int_equal(law.n, 0);
    hanse_share_fit(points, 3, &law);
    assert_int_equal(law.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_of_the_law_give_its_constants),
        cmocka_unit_test(outside_the_points_the_nearest_holds),
        cmocka_unit_test(too_little_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
