/*
 * Fitting: parameters planted, parameters found.
 *
 * 20,000 draws; half-widths are about 4.5 standard errors of the estimate (from the law's
 * Fisher information or, for mixtures, from repeated fits), so a right program misses one in
 * 100,000. Seeds are fixed.
 * ctest: slow
 */
#include "sim/stats/fit.h"

#include <stdlib.h>

#include "tests/close.h"

enum { N = 20000 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* N rising draws; the caller frees them. */
static double *planted(struct hanse_context *ctx, const char *text, struct hanse_variate *law)
{
    struct hanse_stream stream;
    double *values = malloc(N * sizeof *values);
    assert_int_equal(hanse_variate_parse(ctx, text, law), HANSE_OK);
    hanse_stream_init(&stream, 1, 0, hanse_entity(text), "plant");
    for (int i = 0; i < N; i++) {
        values[i] = hanse_variate_draw(law, &stream);
    }
    qsort(values, N, sizeof *values, by_size);
    return values;
}

static void parameters_planted_are_found(void **state)
{
    static const struct {
        const char *text;
        double relative[HANSE_VARIATE_PARAMS]; /* half-widths */
    } cases[] = {
        {"exponential/300", {0.032}},
        {"gamma/0.5/2000", {0.042, 0.07}},
        {"gamma/6/10", {0.046, 0.047}},
        {"weibull/0.6/1000", {0.025, 0.056}},
        {"lognormal/6/1.8", {0.0096, 0.023}},
        {"hyperexponential/0.7/30/3000", {0.04, 0.08, 0.08}},
        {"hypergamma/0.4/3/10/8/100", {0.03, 0.12, 0.14, 0.08, 0.08}},
        {"loghypergamma/0.6/9/0.4/200/0.05/1000000/1", {0.05, 0.10, 0.15, 0.12, 0.12}},
    };
    struct hanse_context *ctx = hanse_context_create();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct hanse_variate law;
        struct hanse_fit fit;
        double *values = planted(ctx, cases[k].text, &law);
        assert_int_equal(hanse_fit_law(ctx, law.kind, values, N, &fit), HANSE_OK);
        for (uint32_t i = 0; i < hanse_variate_n_params(law.kind) && i < 5; i++) {
            if (!close_to(fit.law.p[i], law.p[i], cases[k].relative[i])) {
                fail_msg("%s: %s found %g", cases[k].text, hanse_variate_param(law.kind, i),
                         fit.law.p[i]);
            }
        }
        free(values);
    }
    hanse_context_destroy(ctx);
}

/* No law of its kind is more likely: a step of 1 % in any parameter lowers the likelihood. */
static void nothing_near_is_more_likely(void **state)
{
    static const char *const texts[] = {"gamma/0.5/2000", "weibull/0.6/1000", "lognormal/6/1.8",
                                        "hyperexponential/0.7/30/3000",
                                        "hypergamma/0.4/3/10/8/100"};
    struct hanse_context *ctx = hanse_context_create();
    for (size_t k = 0; k < 5; k++) {
        struct hanse_variate law;
        struct hanse_fit fit;
        double *values = planted(ctx, texts[k], &law);
        assert_int_equal(hanse_fit_law(ctx, law.kind, values, N, &fit), HANSE_OK);
        for (uint32_t i = 0; i < hanse_variate_n_params(law.kind); i++) {
            for (int side = -1; side <= 1; side += 2) {
                struct hanse_variate near = fit.law;
                double likelihood = 0.0;
                near.p[i] *= 1.0 + 0.01 * side;
                for (int v = 0; v < N; v++) {
                    likelihood += hanse_variate_log_density(&near, values[v]);
                }
                assert_true(likelihood < fit.log_likelihood + 0.01);
            }
        }
        free(values);
    }
    hanse_context_destroy(ctx);
}

/* The law a sample came from is ranked first, or a richer one within 4 of it: a mixture that
 * holds it as a special case can win by chance. */
static void the_right_law_is_ranked_first(void **state)
{
    static const char *const texts[] = {"weibull/0.6/1000", "lognormal/6/1.8", "gamma/6/10",
                                        "hyperexponential/0.7/30/3000"};
    struct hanse_context *ctx = hanse_context_create();
    for (size_t k = 0; k < 4; k++) {
        struct hanse_variate law;
        struct hanse_fit fits[HANSE_FITS];
        size_t n;
        double *values = planted(ctx, texts[k], &law);
        assert_int_equal(hanse_fit_all(ctx, values, N, fits, &n), HANSE_OK);
        assert_true(n >= 6);
        size_t place = 0;
        while (fits[place].law.kind != law.kind) {
            place++;
        }
        assert_true(fits[place].aic < fits[0].aic + 4.0);
        assert_true(fits[0].aic < fits[n - 1].aic - 100.0);
        assert_true(fits[place].distance < 0.012);
        free(values);
    }
    hanse_context_destroy(ctx);
}

/* Against a law of another kind the bootstrap's p is as small as 39 samples can say; against
 * its own it is not (uniform: below 1/40 once in 40, seed fixed). */
static void bootstrap_tells_right_from_wrong(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_variate law;
    struct hanse_fit right, wrong;
    double p, *values = planted(ctx, "weibull/0.6/1000", &law), few[1000];
    for (int i = 0; i < 1000; i++) {
        few[i] = values[(size_t)20 * (size_t)i + (size_t)(i * 7 % 20)];
    }
    qsort(few, 1000, sizeof *few, by_size);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_LOGNORMAL, few, 1000, &wrong), HANSE_OK);
    assert_int_equal(hanse_fit_p(ctx, &wrong, 1000, 39, 1, &p), HANSE_OK);
    assert_true(p == 1.0 / 40.0);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_WEIBULL, few, 1000, &right), HANSE_OK);
    assert_int_equal(hanse_fit_p(ctx, &right, 1000, 39, 1, &p), HANSE_OK);
    assert_true(p > 1.0 / 40.0);
    free(values);
    hanse_context_destroy(ctx);
}

static void bad_samples_are_refused(void **state)
{
    static const double falling[] = {2.0, 1.0}, zero[] = {0.0, 1.0}, same[] = {3.0, 3.0};
    static const double small[] = {0.5, 1.0, 2.0};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_fit fit;
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_GAMMA, same, 1, &fit), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_GAMMA, falling, 2, &fit),
                     HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_GAMMA, zero, 2, &fit), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "fit: values must be > 0, finite and rising, got 0");
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_GAMMA, same, 2, &fit), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_LOGHYPERGAMMA, small, 3, &fit),
                     HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_EMPIRICAL, small, 3, &fit),
                     HANSE_ERR_DOMAIN);
    hanse_context_fail_allocation(ctx, 1);
    assert_int_equal(hanse_fit_law(ctx, HANSE_VARIATE_HYPERGAMMA, small, 3, &fit),
                     HANSE_ERR_MEMORY);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_planted_are_found),
        cmocka_unit_test(nothing_near_is_more_likely),
        cmocka_unit_test(the_right_law_is_ranked_first),
        cmocka_unit_test(bootstrap_tells_right_from_wrong),
        cmocka_unit_test(bad_samples_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
