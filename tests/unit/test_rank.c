#include "sim/stats/rank.h"

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

static void ties_share_their_mean_rank(void **state)
{
    const double x[] = {10, 30, 20, 30, 30};
    double ranks[5];
    assert_int_equal(hanse_ranks(*state, x, 5, ranks), HANSE_OK);
    const double want[] = {1, 4, 2, 4, 4};
    for (int i = 0; i < 5; i++) {
        assert_close(ranks[i], want[i], 0.0);
    }
}

static void monotone_relation_has_rank_correlation_one(void **state)
{
    const double x[] = {1, 2, 3, 4, 5}, up[] = {1, 10, 100, 1e6, 1e9}, down[] = {5, 4, 3, 2, 1};
    double r;
    assert_int_equal(hanse_spearman(*state, x, up, 5, &r), HANSE_OK);
    assert_close(r, 1.0, 1e-15);
    assert_int_equal(hanse_spearman(*state, x, down, 5, &r), HANSE_OK);
    assert_close(r, -1.0, 1e-15);
}

static void correlation_without_ties_follows_the_shortcut(void **state)
{
    /* d = 1, -1, 2, -1, -1 -> 1 - 6 * 8 / (125 - 5) = 0.6 */
    const double x[] = {2, 1, 5, 3, 4}, y[] = {1, 2, 3, 4, 5};
    double r;
    assert_int_equal(hanse_spearman(*state, x, y, 5, &r), HANSE_OK);
    assert_close(r, 0.6, 1e-14);
}

static void constants_and_nan_have_no_correlation(void **state)
{
    const double x[] = {1, 1, 1}, y[] = {1, 2, 3}, hole[] = {1, NAN, 3};
    double r;
    assert_int_equal(hanse_spearman(*state, x, y, 3, &r), HANSE_OK);
    assert_true(isnan(r));
    assert_int_equal(hanse_spearman(*state, hole, y, 3, &r), HANSE_OK);
    assert_true(isnan(r));
    assert_int_equal(hanse_spearman(*state, x, y, 1, &r), HANSE_ERR_DOMAIN);
}

/* A full 3 x 3 x 3 factorial: the inputs are exactly independent, the fourth never varies. */
static void factorial(double x[27][4], double y[27])
{
    for (int i = 0; i < 27; i++) {
        x[i][0] = i / 9;
        x[i][1] = 7.0;
        x[i][2] = i / 3 % 3;
        x[i][3] = i % 3;
        y[i] = 9.0 * x[i][0] - 3.0 * x[i][2] + x[i][3]; /* 27 different values, no ties */
    }
}

static void shares_of_a_linear_factorial_are_known(void **state)
{
    double x[27][4], y[27], share[4], explained;
    factorial(x, y);
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained),
                     HANSE_OK);
    /* Ranks of y are 9 a - 3 b + c too, so the shares are 81 : 9 : 1. */
    assert_close(share[0], 81.0 / 91.0, 1e-12);
    assert_close(share[1], 0.0, 0.0);
    assert_close(share[2], 9.0 / 91.0, 1e-12);
    assert_close(share[3], 1.0 / 91.0, 1e-11);
    assert_close(explained, 1.0, 1e-12);
}

static void shares_ignore_a_monotone_change_of_scale(void **state)
{
    double x[27][4], y[27], share[4], warped[4], explained;
    factorial(x, y);
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained),
                     HANSE_OK);
    for (int i = 0; i < 27; i++) {
        y[i] = exp(y[i]);
        x[i][0] = -pow(x[i][0] + 1.0, 5.0);
    }
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, warped, &explained),
                     HANSE_OK);
    for (int j = 0; j < 4; j++) {
        assert_within(warped[j], share[j], 1e-13);
    }
}

static void shares_refuse_what_cannot_be_told_apart(void **state)
{
    double x[27][4], y[27], share[4], explained;
    factorial(x, y);
    for (int i = 0; i < 27; i++) {
        x[i][1] = 2.0 * x[i][0];
    }
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained),
                     HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 5, 4, share, &explained),
                     HANSE_ERR_DOMAIN);
}

static void shares_of_spoiled_or_constant_answers_are_nan(void **state)
{
    double x[27][4], y[27], share[4], explained;
    factorial(x, y);
    y[3] = NAN;
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained),
                     HANSE_OK);
    assert_true(isnan(explained) && isnan(share[0]) && isnan(share[3]));
    for (int i = 0; i < 27; i++) {
        y[i] = 1.0;
    }
    assert_int_equal(hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained),
                     HANSE_OK);
    assert_true(isnan(explained) && isnan(share[0]));
}

static void every_allocation_may_fail(void **state)
{
    double x[27][4], y[27], share[4], explained;
    factorial(x, y);
    for (size_t n = 1; n < 100; n++) {
        hanse_context_fail_allocation(*state, n);
        enum hanse_status status =
            hanse_rank_shares(*state, &x[0][0], y, 27, 4, share, &explained);
        hanse_context_fail_allocation(*state, 0);
        if (status == HANSE_OK) {
            assert_true(n > 5);
            return;
        }
        assert_int_equal(status, HANSE_ERR_MEMORY);
    }
    fail();
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(ties_share_their_mean_rank),
        with_context(monotone_relation_has_rank_correlation_one),
        with_context(correlation_without_ties_follows_the_shortcut),
        with_context(constants_and_nan_have_no_correlation),
        with_context(shares_of_a_linear_factorial_are_known),
        with_context(shares_ignore_a_monotone_change_of_scale),
        with_context(shares_refuse_what_cannot_be_told_apart),
        with_context(shares_of_spoiled_or_constant_answers_are_nan),
        with_context(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
