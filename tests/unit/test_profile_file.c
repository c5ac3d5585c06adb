/* Profile files: what is written comes back, and nothing else is taken for one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "output/profile.h"
#include "tests/close.h"

static struct hanse_context *ctx;
static char path[64];

static int begin(void **state)
{
    ctx = hanse_context_create();
    snprintf(path, sizeof path, "/tmp/hanse-profile-%d.h5", (int)getpid());
    return ctx == NULL;
}

static int end(void **state)
{
    unlink(path);
    hanse_context_destroy(ctx);
    return 0;
}

static void ok(enum hanse_status status)
{
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
}

static void make(struct hanse_profile *profile)
{
    const double factors[] = {0.01, 0.02, -0.01, 0.0};
    int32_t source;
    *profile = (struct hanse_profile){0};
    snprintf(profile->name, sizeof profile->name, "a device, 2 cores");
    snprintf(profile->path, sizeof profile->path, "cpu");
    ok(hanse_profile_add_source(ctx, profile, "A paper, table 3", &source));
    struct hanse_rate rate = {.kernel = HANSE_KERNEL_GEMM,
                              .precision = HANSE_FP32,
                              .shape = {{256, 512, 1024}},
                              .variant = "library",
                              .rate = 1.25e11,
                              .low = 1.2e11,
                              .high = 1.3e11,
                              .log_sd = 0.01,
                              .launch_sd = 0.005,
                              .watt = NAN,
                              .source = -1,
                              .n_samples = 21};
    ok(hanse_profile_add_rate(ctx, profile, &rate));
    rate = (struct hanse_rate){.kernel = HANSE_KERNEL_ATTENTION_DECODE,
                               .precision = HANSE_BF16,
                               .shape = {{32, 8, 4096, 128, 16}},
                               .origin = HANSE_PROFILE_PUBLISHED,
                               .marks = HANSE_RATE_LOWER_BOUND,
                               .rate = 1e12,
                               .low = NAN,
                               .high = NAN,
                               .source = source};
    ok(hanse_profile_add_rate(ctx, profile, &rate));
    ok(hanse_profile_set_factors(ctx, profile, factors, 2));
    struct hanse_figure figure = {.name = "memory_bytes",
                                  .unit = "byte",
                                  .value = 8e9,
                                  .origin = HANSE_PROFILE_DERIVED,
                                  .source = source};
    ok(hanse_profile_add_figure(ctx, profile, &figure));
    struct hanse_sample sample = {.rate = 1,
                                  .launch = 4,
                                  .order = 17,
                                  .faults = HANSE_SAMPLE_SWITCHED,
                                  .seconds = 1e-3,
                                  .reference_seconds = 2e-3};
    ok(hanse_profile_add_sample(ctx, profile, &sample));
    ok(hanse_profile_add_note(ctx, profile, "processor", "a µ-processor"));
    hanse_profile_set_ceilings(profile);
}

static void a_profile_comes_back_as_it_was(void **state)
{
    struct hanse_profile a, b;
    make(&a);
    ok(hanse_profile_write(ctx, path, &a, false));
    ok(hanse_profile_read(ctx, path, &b));
    assert_string_equal(b.name, a.name);
    assert_string_equal(b.path, "cpu");
    assert_int_equal(b.origin, a.origin);
    assert_close(b.compute_flop_per_s, 1.25e11, 0.0);
    assert_int_equal(b.n_rates, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct hanse_rate *x = &a.rates[i], *y = &b.rates[i];
        assert_int_equal(y->kernel, x->kernel);
        assert_int_equal(y->precision, x->precision);
        assert_int_equal(y->origin, x->origin);
        assert_int_equal(y->marks, x->marks);
        assert_int_equal(y->source, x->source);
        assert_int_equal(y->n_samples, x->n_samples);
        assert_string_equal(y->variant, x->variant);
        assert_memory_equal(&y->shape, &x->shape, sizeof x->shape);
        assert_close(y->rate, x->rate, 0.0);
        assert_close(y->low, x->low, 0.0);
        assert_close(y->high, x->high, 0.0);
        assert_close(y->log_sd, x->log_sd, 0.0);
        assert_close(y->launch_sd, x->launch_sd, 0.0);
        assert_close(y->watt, x->watt, 0.0);
    }
    assert_int_equal(b.n_factors, 2);
    assert_memory_equal(b.factors, a.factors, 4 * sizeof *a.factors);
    assert_close(hanse_profile_figure(&b, "memory_bytes")->value, 8e9, 0.0);
    assert_int_equal(b.figures[0].origin, HANSE_PROFILE_DERIVED);
    assert_int_equal(b.n_samples, 1);
    assert_memory_equal(&b.samples[0], &a.samples[0], sizeof *a.samples);
    assert_string_equal(b.sources[0], "A paper, table 3");
    assert_string_equal(hanse_profile_note(&b, "processor"), "a µ-processor");
    hanse_profile_fini(&a);
    hanse_profile_fini(&b);
}

static void another_devices_profile_is_not_overwritten(void **state)
{
    struct hanse_profile profile;
    make(&profile);
    ok(hanse_profile_write(ctx, path, &profile, true));
    ok(hanse_profile_write(ctx, path, &profile, false));
    snprintf(profile.name, sizeof profile.name, "another");
    assert_int_equal(hanse_profile_write(ctx, path, &profile, false), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "another device ('a device, 2 cores')"));
    ok(hanse_profile_write(ctx, path, &profile, true));
    hanse_profile_fini(&profile);
}

static void what_is_no_profile_is_refused(void **state)
{
    struct hanse_profile profile;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("no HDF5", file);
    fclose(file);
    assert_int_equal(hanse_profile_read(ctx, path, &profile), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "is not an HDF5 file"));
    assert_int_equal(hanse_profile_read(ctx, "/nowhere.h5", &profile), HANSE_ERR_INPUT);
    make(&profile);
    assert_int_equal(hanse_profile_write(ctx, path, &profile, false), HANSE_ERR_INPUT);
    assert_int_equal(hanse_profile_write(ctx, "/nowhere/x.h5", &profile, false), HANSE_ERR_IO);
    hanse_profile_fini(&profile);
}

static void an_empty_profile_is_a_file_too(void **state)
{
    struct hanse_profile profile = {.name = "bare"};
    ok(hanse_profile_write(ctx, path, &profile, true));
    ok(hanse_profile_read(ctx, path, &profile));
    assert_int_equal(profile.n_rates, 0);
    hanse_profile_fini(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_profile_comes_back_as_it_was, begin, end),
        cmocka_unit_test_setup_teardown(another_devices_profile_is_not_overwritten, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_profile_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_profile_is_a_file_too, begin, end),
    };
    return cmocka_run_group_tests_name("profile_file", tests, NULL, NULL);
}
