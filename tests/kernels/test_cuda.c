/* All that can go wrong around CUDA's kernels, on an emulated device: the driver is
 * tests/kernels/cuda/fake_driver.c, which LD_LIBRARY_PATH leads to. What the kernels compute is
 * looked at in test_cuda_kernels.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kernels/calibrate.h"
#include "kernels/device.h"

/* Opens the device while `what` goes wrong; the context's message. */
static const char *message_when(struct hanse_context *ctx, const char *what,
                                enum hanse_status wanted)
{
    struct hanse_device device;
    setenv("HANSE_FAKE_CUDA", what, 1);
    enum hanse_status status = hanse_device_open(ctx, "cuda:0", &device);
    hanse_device_close(&device);
    unsetenv("HANSE_FAKE_CUDA");
    assert_int_equal(status, wanted);
    return hanse_context_message(ctx);
}

static void a_device_that_cannot_be_used_says_why(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    static const struct {
        const char *what, *said;
    } cases[] = {
        {"no-device", "finds no device"},
        {"no-start", "does not start"},
        {"old-driver", "too old: it speaks CUDA 10.2, our kernels need 11.0"},
        {"no-context", "no context: CUDA_ERROR_OUT_OF_MEMORY"},
        {"refuse-all", "refuses our kernels (CUDA_ERROR_INVALID_PTX): ptxas application"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *said = message_when(
            ctx, cases[i].what,
            strcmp(cases[i].what, "no-context") == 0 ? HANSE_ERR_MEMORY : HANSE_ERR_IO);
        print_message("%s\n", said);
        assert_non_null(strstr(said, cases[i].said));
        assert_null(strchr(said, '\n'));
    }
    hanse_context_destroy(ctx);
}

static void old_hardware_is_named(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    setenv("HANSE_FAKE_CUDA_CAPABILITY", "61", 1);
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_ERR_IO);
    unsetenv("HANSE_FAKE_CUDA_CAPABILITY");
    assert_non_null(strstr(hanse_context_message(ctx), "this device has 6.1"));
    hanse_context_destroy(ctx);
}

static void a_device_that_is_not_there_is_named(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    assert_int_equal(hanse_device_open(ctx, "cuda:9", &device), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "no device 'cuda:9': there are 0 to 0"));
    assert_int_equal(hanse_device_open(ctx, "cuda:x", &device), HANSE_ERR_INPUT);
    hanse_context_destroy(ctx);
}

/* A compiler that refuses one module leaves the others, and says which it was. */
static void a_refused_module_leaves_the_rest(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    const struct hanse_trial_key gemm = {
        .kernel = HANSE_KERNEL_GEMM, .precision = HANSE_BF16, .shape = {{64, 64, 64}}};
    struct hanse_trial_key plain = gemm;
    plain.precision = HANSE_FP32;
    setenv("HANSE_FAKE_CUDA", "refuse-matrix", 1);
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
    unsetenv("HANSE_FAKE_CUDA");
    print_message("%s\n", device.remark);
    assert_non_null(strstr(device.remark, "refuses our kernels for matrix units"));
    assert_false(device.backend->runs(&device, &gemm));
    assert_true(device.backend->runs(&device, &plain));
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

/* Power comes from the driver's library; the device of the tests takes 250 W. */
static void power_is_what_the_device_says(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    char text[256];
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
    device.backend->power_w(&device);
    assert_true(isnan(device.backend->power_w(&device))); /* too soon */
    nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL);
    assert_true(fabs(device.backend->power_w(&device) - 250.0) < 1.0);
    device.backend->state(&device, text, sizeof text);
    assert_string_equal(text, "driver 570.0, multiprocessors at 1410 MHz, memory at 1215 MHz, "
                              "limit 400 W");
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

static void a_sustained_run_has_the_device_s_power(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    const struct hanse_trial_key key = {
        .kernel = HANSE_KERNEL_STREAM_TRIAD, .precision = HANSE_FP64, .shape = {{1000}}};
    double watt;
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
    assert_int_equal(hanse__sustained_power(&device, &key, 0.01, 1, &watt), HANSE_OK);
    assert_true(fabs(watt - 250.0) < 1.0);
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

/* What mma.sync reaches on compute capability 9.0 is less than the device does. */
static void rates_below_the_device_are_marked(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    struct hanse_trial_key key = {
        .kernel = HANSE_KERNEL_GEMM, .precision = HANSE_BF16, .shape = {{64, 64, 64}}};
    setenv("HANSE_FAKE_CUDA_CAPABILITY", "90", 1);
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
    assert_int_equal(device.backend->marks(&device, &key), HANSE_RATE_LOWER_BOUND);
    key.precision = HANSE_FP32; /* without matrix units */
    assert_int_equal(device.backend->marks(&device, &key), 0);
    key.precision = HANSE_BF16;
    snprintf(key.variant, sizeof key.variant, "library");
    assert_int_equal(device.backend->marks(&device, &key), 0);
    hanse_device_close(&device);
    unsetenv("HANSE_FAKE_CUDA_CAPABILITY");
    assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
    key.variant[0] = '\0';
    assert_int_equal(device.backend->marks(&device, &key), 0);
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

/* What happens to a trial leaves the device as it was. */
static void trouble_of_a_trial_is_said_and_the_rest_goes_on(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    const struct hanse_trial_key key = {
        .kernel = HANSE_KERNEL_STREAM_TRIAD, .precision = HANSE_FP64, .shape = {{1000}}};
    static const struct {
        const char *what, *said;
        enum hanse_status status;
    } cases[] = {
        {"no-memory", "a buffer of 8000 bytes: CUDA_ERROR_OUT_OF_MEMORY", HANSE_ERR_MEMORY},
        {"no-kernel", "kernel stream_triad: CUDA_ERROR_NOT_FOUND", HANSE_ERR_IO},
        {"lost-launch", "stream_triad: CUDA_ERROR_LAUNCH_FAILED", HANSE_ERR_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(hanse_device_open(ctx, "cuda:0", &device), HANSE_OK);
        setenv("HANSE_FAKE_CUDA", cases[i].what, 1);
        assert_int_equal(hanse_device_verify(&device, &key, 1), cases[i].status);
        unsetenv("HANSE_FAKE_CUDA");
        assert_non_null(strstr(hanse_context_message(ctx), cases[i].said));
        if (strcmp(cases[i].what, "lost-launch") != 0) { /* which no context survives */
            assert_int_equal(hanse_device_verify(&device, &key, 1), HANSE_OK);
        }
        hanse_device_close(&device);
    }
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_cannot_be_used_says_why),
        cmocka_unit_test(old_hardware_is_named),
        cmocka_unit_test(a_refused_module_leaves_the_rest),
        cmocka_unit_test(power_is_what_the_device_says),
        cmocka_unit_test(a_sustained_run_has_the_device_s_power),
        cmocka_unit_test(rates_below_the_device_are_marked),
        cmocka_unit_test(a_device_that_is_not_there_is_named),
        cmocka_unit_test(trouble_of_a_trial_is_said_and_the_rest_goes_on),
    };
    return cmocka_run_group_tests_name("cuda", tests, NULL, NULL);
}
