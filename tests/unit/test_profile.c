/* Device profiles: work formulas, what may be added, asking, drawing a device. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/model/profile.h"
#include "tests/close.h"

static struct hanse_shape shape(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e)
{
    return (struct hanse_shape){{a, b, c, d, e}};
}

/* Counted by hand from small loops. */
static void work_formulas_match_hand_counts(void **state)
{
    struct hanse_shape s = shape(3, 5, 7, 0, 0);
    struct hanse_work w = hanse_kernel_work(HANSE_KERNEL_GEMM, HANSE_FP32, &s);
    assert_close(w.flop, 210.0, 0.0);
    assert_close(w.bytes, 4.0 * (21 + 35 + 15), 0.0);

    s = shape(1, 64, 32, 0, 0);
    w = hanse_kernel_work(HANSE_KERNEL_SKINNY, HANSE_INT4, &s);
    assert_close(w.bytes, 1024.0 + 4.0 * (32 + 64) + 64 * 2.0, 0.0);
    w = hanse_kernel_work(HANSE_KERNEL_SKINNY, HANSE_INT8, &s);
    assert_close(w.bytes, 2048.0 + 4.0 * (32 + 64) + 4.0 * 64, 0.0);

    /* Causal: token i looks at i + 1 others; 2 products of width 4; 2 FLOP each. */
    s = shape(2, 1, 3, 4, 0);
    double pairs = 1 + 2 + 3;
    w = hanse_kernel_work(HANSE_KERNEL_ATTENTION_PREFILL, HANSE_FP32, &s);
    assert_close(w.flop, 2 * pairs * 2 * 2 * 4, 0.0);
    assert_close(w.bytes, 4.0 * (2 * 2 * 3 * 4 + 2 * 1 * 3 * 4), 0.0);

    s = shape(8, 2, 10, 4, 3);
    w = hanse_kernel_work(HANSE_KERNEL_ATTENTION_DECODE, HANSE_FP32, &s);
    assert_close(w.flop, 3.0 * 8 * 10 * 2 * 2 * 4, 0.0);
    assert_close(w.bytes, 3.0 * 4 * (2 * 2 * 10 * 4 + 2 * 8 * 4), 0.0);

    s = shape(1024, 2, 0, 0, 0);
    w = hanse_kernel_work(HANSE_KERNEL_FFT, HANSE_FP64, &s);
    assert_close(w.flop, 5.0 * 2 * 1024 * 10, 1e-9);
    assert_close(w.bytes, 2.0 * 2 * 16 * 1024, 0.0);
}

static void names_lead_back_to_kernels(void **state)
{
    for (int k = 0; k < HANSE_KERNELS; k++) {
        const struct hanse_kernel_kind *kind = hanse_kernel_kind((enum hanse_kernel)k);
        assert_non_null(kind->name);
        assert_int_equal(hanse_kernel_named(kind->name), k);
    }
    assert_int_equal(hanse_kernel_named("gem"), HANSE_KERNELS);
    assert_int_equal(hanse_precision_named("int4"), HANSE_INT4);
    assert_int_equal(hanse_precision_named("fp5"), HANSE_PRECISIONS);
}

static struct hanse_rate triad(double rate)
{
    return (struct hanse_rate){.kernel = HANSE_KERNEL_STREAM_TRIAD,
                               .precision = HANSE_FP64,
                               .shape = {{1000}},
                               .rate = rate,
                               .log_sd = 0.03,
                               .source = -1};
}

static void wrong_entries_are_refused_with_the_rule(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_profile profile = {0};
    struct hanse_rate rate = triad(-1.0);
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), "must be > 0, got -1"));
    rate = triad(NAN);
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_ERR_DOMAIN);
    rate.marks = HANSE_RATE_CONTAMINATED;
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_OK);
    rate = triad(1.0);
    rate.origin = HANSE_PROFILE_PUBLISHED;
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), "a published number needs a source"));
    rate.source = 0;
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_ERR_DOMAIN);
    rate = triad(1.0);
    rate.log_sd = NAN;
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_ERR_DOMAIN);
    struct hanse_sample sample = {.rate = 1};
    assert_int_equal(hanse_profile_add_sample(ctx, &profile, &sample), HANSE_ERR_DOMAIN);
    hanse_profile_fini(&profile);
    hanse_context_destroy(ctx);
}

static void every_failed_allocation_leaves_a_sound_profile(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (size_t n = 1; n < 12; n++) {
        struct hanse_profile profile = {0};
        struct hanse_rate rate = triad(1.0);
        struct hanse_figure figure = {.name = "memory_bytes", .value = 1.0, .source = -1};
        struct hanse_sample sample = {.rate = 0};
        double factor = 0.1;
        int32_t source;
        hanse_context_fail_allocation(ctx, n);
        enum hanse_status status = hanse_profile_add_rate(ctx, &profile, &rate);
        status = status == HANSE_OK ? hanse_profile_add_figure(ctx, &profile, &figure) : status;
        status = status == HANSE_OK ? hanse_profile_add_sample(ctx, &profile, &sample) : status;
        status =
            status == HANSE_OK ? hanse_profile_add_note(ctx, &profile, "key", "text") : status;
        status = status == HANSE_OK ? hanse_profile_add_source(ctx, &profile, "book", &source)
                                    : status;
        status =
            status == HANSE_OK ? hanse_profile_set_factors(ctx, &profile, &factor, 1) : status;
        assert_int_equal(status, n <= 8 ? HANSE_ERR_MEMORY : HANSE_OK);
        hanse_context_fail_allocation(ctx, 0);
        hanse_profile_fini(&profile);
    }
    hanse_context_destroy(ctx);
}

/* 20,000 draws of three rates: a standard deviation is off by 0.5 %, a covariance of ρ = 0.8 by
 * about 0.9 % (one sigma), so 4 % fails a right program less than once in 10,000 seeds. */
static void drawn_devices_have_the_stated_covariance(void **state)
{
    enum { DRAWS = 20000 };
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_profile profile = {0};
    const double factors[] = {0.04, 0.0, 0.04, 0.02, 0.0, 0.0};
    for (int i = 0; i < 3; i++) {
        struct hanse_rate rate = triad(10.0 * (i + 1));
        assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_OK);
    }
    assert_int_equal(hanse_profile_set_factors(ctx, &profile, factors, 2), HANSE_OK);
    assert_close(hanse_profile_log_covariance(&profile, 0, 0), 0.0025, 1e-15);
    assert_close(hanse_profile_log_covariance(&profile, 0, 1), 0.0016, 1e-15);
    assert_close(hanse_profile_log_covariance(&profile, 0, 2), 0.0, 0.0);

    double products[3][3] = {{0}};
    struct hanse_stream stream;
    hanse_stream_init(&stream, 1, 0, 7, "device");
    for (int d = 0; d < DRAWS; d++) {
        double rates[3], x[3];
        hanse_profile_draw(&profile, &stream, rates);
        for (int i = 0; i < 3; i++) {
            x[i] = log(rates[i] / profile.rates[i].rate);
            for (int j = 0; j <= i; j++) {
                products[i][j] += x[i] * x[j] / DRAWS;
            }
        }
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j <= i; j++) {
            double scale = sqrt(hanse_profile_log_covariance(&profile, (size_t)i, (size_t)i) *
                                hanse_profile_log_covariance(&profile, (size_t)j, (size_t)j));
            assert_within(products[i][j],
                          hanse_profile_log_covariance(&profile, (size_t)i, (size_t)j),
                          0.04 * scale);
        }
    }
    hanse_profile_fini(&profile);
    hanse_context_destroy(ctx);
}

static void ceilings_take_the_weakest_origin(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_profile profile = {0};
    int32_t source;
    assert_int_equal(hanse_profile_add_source(ctx, &profile, "a paper", &source), HANSE_OK);
    struct hanse_rate rate = triad(1e9);
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_OK);
    rate = (struct hanse_rate){.kernel = HANSE_KERNEL_GEMM,
                               .precision = HANSE_BF16,
                               .origin = HANSE_PROFILE_PUBLISHED,
                               .rate = 1e12,
                               .source = source};
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_OK);
    rate.precision = HANSE_FP8;
    rate.rate = 2e12; /* faster, but no model class computes in it by default */
    assert_int_equal(hanse_profile_add_rate(ctx, &profile, &rate), HANSE_OK);
    hanse_profile_set_ceilings(&profile);
    assert_close(profile.compute_flop_per_s, 1e12, 0.0);
    assert_close(profile.memory_byte_per_s, 1e9, 0.0);
    assert_int_equal(profile.origin, HANSE_PROFILE_PUBLISHED);
    struct hanse_shape wanted = shape(1000, 0, 0, 0, 0);
    const struct hanse_rate *found =
        hanse_profile_rate(&profile, HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64, "", &wanted);
    assert_non_null(found);
    assert_close(hanse_rate_seconds(found), 24000.0 / 1e9, 1e-18);
    assert_null(hanse_profile_rate(&profile, HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64,
                                   "nontemporal", NULL));
    hanse_profile_fini(&profile);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_formulas_match_hand_counts),
        cmocka_unit_test(names_lead_back_to_kernels),
        cmocka_unit_test(wrong_entries_are_refused_with_the_rule),
        cmocka_unit_test(every_failed_allocation_leaves_a_sound_profile),
        cmocka_unit_test(drawn_devices_have_the_stated_covariance),
        cmocka_unit_test(ceilings_take_the_weakest_origin),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
