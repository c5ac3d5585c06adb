/*
 * Arrival processes planted and found again: rhythm, law of gaps, modulated process.
 *
 * 30,000 arrivals each, seeds fixed. Half-widths are about 4.5 standard errors as repeated fits
 * show them; a right program misses one in some 10,000.
 * ctest: slow
 */
#include "sim/process/synthetic/fit_arrivals.h"

#include <stdlib.h>

#include "tests/close.h"

enum { N = 30000 };

static double *planted(struct hanse_context *ctx, const char *text, double interval_s,
                       const struct hanse_rhythm *rhythm, bool whole)
{
    struct hanse_arrivals arrivals = {.start_s = 0.0};
    struct hanse_arrivals_state at;
    double *times = malloc(N * sizeof *times);
    assert_int_equal(hanse_arrivals_parse(ctx, text, interval_s, &arrivals), HANSE_OK);
    if (rhythm) {
        arrivals.rhythm = *rhythm;
    }
    hanse_arrivals_start(&arrivals, &at, 3, 0, hanse_entity("plant"));
    for (int i = 0; i < N; i++) {
        times[i] = hanse_arrivals_next(&arrivals, &at);
        times[i] = whole ? floor(times[i]) : times[i];
    }
    hanse_variate_fini(&arrivals.gap);
    return times;
}

static void a_poisson_process_is_found_flat_and_forgetful(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    double *times = planted(ctx, "poisson", 100.0, NULL, true);
    static struct hanse_arrivals_fit fit;
    assert_int_equal(hanse_fit_arrivals(ctx, times, N, &fit), HANSE_OK);
    assert_int_equal(fit.rhythm.n, 0);
    assert_close(fit.interval_s, 100.0, 4.5 / sqrt(N));
    assert_within(fit.gap_scv, 1.0, 4.5 * sqrt(8.0 / N));
    assert_within(fit.gap_correlation, 0.0, 4.5 / sqrt(N));
    for (uint32_t i = 0; i < 6; i++) {
        assert_within(fit.dispersion[i], 1.0,
                      4.5 * sqrt(3.0 * fit.window_s[i] / fit.span_s) + 0.01);
    }
    /* a richer law may win by chance, but by no more than its parameters */
    for (size_t k = 0; k < fit.n_gaps; k++) {
        if (fit.gaps[k].law.kind == HANSE_VARIATE_EXPONENTIAL) {
            assert_true(fit.gaps[k].aic < fmin(fit.gaps[0].aic, fit.mmpp_aic) + 8.0);
        }
    }
    free(times);
    hanse_context_destroy(ctx);
}

static void a_weekly_rhythm_and_bursty_gaps_are_found(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    static struct hanse_arrivals_fit fit;
    struct hanse_rhythm rhythm;
    double weights[168], off = 0.0;
    for (int h = 0; h < 168; h++) {
        weights[h] = (h / 24 >= 5 ? 0.3 : 1.0) * (1.0 + 0.8 * sin((h % 24 - 8) * M_PI / 12.0));
    }
    assert_int_equal(hanse_rhythm_init(ctx, &rhythm, 604800.0, weights, 168), HANSE_OK);
    double *times = planted(ctx, "gamma/mean:1/scv:3", 300.0, &rhythm, false);
    assert_int_equal(hanse_fit_arrivals(ctx, times, N, &fit), HANSE_OK);
    assert_int_equal(fit.rhythm.n, 168);
    for (int h = 0; h < 168; h++) {
        off += fabs(fit.rhythm.weight[h] - rhythm.weight[h]) / 168.0;
    }
    /* a bin holds 179 arrivals of dispersion 3: 13 % off by chance, 0.8 of it in the mean */
    assert_true(off < 0.13);
    assert_close(fit.interval_s, 300.0, 0.05);
    assert_within(fit.gap_scv, 3.0, 0.45);
    assert_false(fit.modulated);
    assert_true(fit.gaps[0].law.kind == HANSE_VARIATE_GAMMA ||
                fit.gaps[0].law.kind == HANSE_VARIATE_HYPERGAMMA);
    free(times);
    hanse_context_destroy(ctx);
}

static void a_modulated_process_is_found(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    static struct hanse_arrivals_fit fit;
    double *times = planted(ctx, "mmpp/9/600/1/3000", 20.0, NULL, false);
    assert_int_equal(hanse_fit_arrivals(ctx, times, N, &fit), HANSE_OK);
    /* scaled to a mean gap of 20 s: 9 and 1 over (9 x 600 + 3000) / 3600 = 7 / 3, per 20 s */
    double high = 9.0 / (7.0 / 3.0) / 20.0, low = 1.0 / (7.0 / 3.0) / 20.0;
    int h = fit.mmpp.rate_per_s[0] > fit.mmpp.rate_per_s[1] ? 0 : 1;
    assert_true(fit.modulated);
    assert_int_equal(fit.rhythm.n, 0);
    assert_close(fit.mmpp.rate_per_s[h], high, 0.06);
    assert_close(fit.mmpp.rate_per_s[1 - h], low, 0.08);
    assert_close(fit.mmpp.stay_s[h], 600.0, 0.35);
    assert_close(fit.mmpp.stay_s[1 - h], 3000.0, 0.35);
    free(times);
    hanse_context_destroy(ctx);
}

/* One state's rate equal to the other's is a Poisson process, whose likelihood is known. */
static void likelihood_of_equal_states_is_poissons(void **state)
{
    const double gaps[] = {1.0, 0.2, 5.0, 0.7, 30.0};
    const struct hanse_mmpp even = {.n = 2,
                                    .rate_per_s = {0.4, 0.4},
                                    .stay_s = {3.0, 11.0},
                                    .jump = {{0.0, 1.0}, {1.0, 0.0}}};
    assert_close(hanse_mmpp2_log_likelihood(&even, gaps, 5), 5.0 * log(0.4) - 0.4 * 36.9,
                 1e-12);
}

static void bad_times_are_refused(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    static struct hanse_arrivals_fit fit;
    double times[40];
    for (int i = 0; i < 40; i++) {
        times[i] = i;
    }
    assert_int_equal(hanse_fit_arrivals(ctx, times, 20, &fit), HANSE_ERR_DOMAIN);
    times[30] = 2.0;
    assert_int_equal(hanse_fit_arrivals(ctx, times, 40, &fit), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "fit: times must be >= 0, finite and rising, got 2 s");
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poisson_process_is_found_flat_and_forgetful),
        cmocka_unit_test(a_weekly_rhythm_and_bursty_gaps_are_found),
        cmocka_unit_test(a_modulated_process_is_found),
        cmocka_unit_test(likelihood_of_equal_states_is_poissons),
        cmocka_unit_test(bad_times_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
