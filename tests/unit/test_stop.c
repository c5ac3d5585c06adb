#include "sim/study/stop.h"

#include <string.h>

#include "tests/close.h"

enum { N = 200 };

/* Values 100 -+ spread, so that sd is a little above spread. */
static void fill(double *values, size_t n, double spread)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = 100.0 + (i % 2 == 0 ? spread : -spread);
    }
}

static void rungs_are_the_same_whoever_asks(void **state)
{
    static const size_t want[] = {32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1024};
    const struct hanse_stop_rule rule = {.relative = 0.02};
    size_t n = 0;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        for (; n < want[i]; n++) {
            assert_int_equal(hanse_stop_next(&rule, n), want[i]);
        }
    }
}

static void most_is_the_last_rung(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.02, .least = 20, .most = 50};
    assert_int_equal(hanse_stop_next(&rule, 0), 20);
    assert_int_equal(hanse_stop_next(&rule, 20), 28);
    assert_int_equal(hanse_stop_next(&rule, 40), 50);
    assert_int_equal(hanse_stop_next(&rule, 50), 50);
    assert_int_equal(hanse_stop_next(&rule, 60), 60);
}

static void first_rung_as_precise_as_wanted_ends_the_study(void **state)
{
    /* At 96.25 %: t(31) sd / sqrt(32) = 3.90 %, t(44) … 45 = 3.23 %, t(63) … 64 = 2.68 %. */
    const struct hanse_stop_rule rule = {.relative = 0.03};
    struct hanse_stop_state at;
    double values[N];
    fill(values, N, 10.0);
    assert_int_equal(hanse_stop_check(&rule, values, 63, &at), HANSE_STOP_GO_ON);
    assert_int_equal(at.n, 45);
    assert_within(at.relative, 0.0323, 0.0002);
    assert_close(at.forecast, 45.0 * pow(at.relative / 0.03, 2.0), 1e-12);
    assert_int_equal(hanse_stop_check(&rule, values, 64, &at), HANSE_STOP_MET);
    assert_int_equal(at.n, 64);
    assert_close(at.promised, 3.0, 1e-12);
    struct hanse_interval want = hanse_interval_mean(values, 64, 1.0 - 0.75 * (1.0 - 0.95));
    assert_memory_equal(&at.interval, &want, sizeof want);
}

static void surplus_replications_change_nothing(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.03};
    struct hanse_stop_state at, with_surplus;
    double values[N];
    fill(values, 64, 10.0);
    assert_int_equal(hanse_stop_check(&rule, values, 64, &at), HANSE_STOP_MET);
    fill(values + 64, N - 64, 1000.0);
    assert_int_equal(hanse_stop_check(&rule, values, N, &with_surplus), HANSE_STOP_MET);
    assert_memory_equal(&at, &with_surplus, sizeof at);
}

static void what_is_too_wide_at_the_most_falls_short(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.001, .most = 100};
    struct hanse_stop_state at;
    double values[N];
    fill(values, N, 10.0);
    assert_int_equal(hanse_stop_check(&rule, values, 99, &at), HANSE_STOP_GO_ON);
    assert_int_equal(hanse_stop_check(&rule, values, 100, &at), HANSE_STOP_SHORT);
    assert_int_equal(at.n, 100);
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_SHORT);
    assert_int_equal(at.n, 100);
}

static void before_the_first_rung_nothing_is_judged(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.5};
    struct hanse_stop_state at;
    double values[31];
    fill(values, 31, 1.0);
    assert_int_equal(hanse_stop_check(&rule, values, 31, &at), HANSE_STOP_GO_ON);
    assert_int_equal(at.n, 0);
    assert_true(isnan(at.interval.mean) && isnan(at.relative) && isnan(at.forecast));
    assert_int_equal(hanse_stop_check(&rule, NULL, 0, &at), HANSE_STOP_GO_ON);
}

static void mean_without_spread_is_as_precise_as_can_be(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.01};
    struct hanse_stop_state at;
    double values[N] = {0.0};
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_MET);
    assert_true(at.n == 32 && at.relative == 0.0 && at.forecast == 0.0);
    fill(values, N, 0.0);
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_MET);
    assert_int_equal(at.n, 32);
}

static void mean_about_zero_is_never_relatively_precise(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.5, .most = 128};
    struct hanse_stop_state at;
    double values[N];
    for (size_t i = 0; i < N; i++) {
        values[i] = i % 2 == 0 ? 1.0 : -1.0;
    }
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_SHORT);
    assert_true(isinf(at.relative) && isinf(at.forecast));
}

static void replication_without_a_number_ends_it_at_its_rung(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.001};
    struct hanse_stop_state at;
    double values[N];
    fill(values, N, 10.0);
    values[40] = NAN;
    assert_int_equal(hanse_stop_check(&rule, values, 44, &at), HANSE_STOP_GO_ON);
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_NAN);
    assert_int_equal(at.n, 45);
    assert_int_equal(at.interval.n_nan, 1);
    values[40] = INFINITY;
    assert_int_equal(hanse_stop_check(&rule, values, N, &at), HANSE_STOP_NAN);
}

static void higher_confidence_needs_more(void **state)
{
    const struct hanse_stop_rule sure = {.relative = 0.03, .confidence = 0.99};
    struct hanse_stop_state at;
    double values[N];
    fill(values, N, 10.0);
    assert_int_equal(hanse_stop_check(&sure, values, N, &at), HANSE_STOP_MET);
    assert_int_equal(at.n, 90);
}

static void rule_out_of_range_is_refused_by_name(void **state)
{
    static const struct {
        struct hanse_stop_rule rule;
        const char *says;
    } bad[] = {
        {{.relative = 0.0}, "must be > 0"},
        {{.relative = NAN}, "got nan"},
        {{.relative = INFINITY}, "got inf"},
        {{.relative = 0.02, .least = 19}, "at least 20"},
        {{.relative = 0.02, .most = 31}, "below the least, 32"},
        {{.relative = 0.02, .confidence = 1.0}, "confidence"},
        {{.relative = 0.02, .confidence = -0.5}, "confidence"},
    };
    struct hanse_context *ctx = hanse_context_create();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(hanse_stop_rule_check(ctx, &bad[i].rule), HANSE_ERR_DOMAIN);
        assert_non_null(strstr(hanse_context_message(ctx), bad[i].says));
    }
    const struct hanse_stop_rule good = {0.02, 20, 20, 0.9};
    assert_int_equal(hanse_stop_rule_check(ctx, &good), HANSE_OK);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_are_the_same_whoever_asks),
        cmocka_unit_test(most_is_the_last_rung),
        cmocka_unit_test(first_rung_as_precise_as_wanted_ends_the_study),
        cmocka_unit_test(surplus_replications_change_nothing),
        cmocka_unit_test(what_is_too_wide_at_the_most_falls_short),
        cmocka_unit_test(before_the_first_rung_nothing_is_judged),
        cmocka_unit_test(mean_without_spread_is_as_precise_as_can_be),
        cmocka_unit_test(mean_about_zero_is_never_relatively_precise),
        cmocka_unit_test(replication_without_a_number_ends_it_at_its_rung),
        cmocka_unit_test(higher_confidence_needs_more),
        cmocka_unit_test(rule_out_of_range_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
