/* BLAS libraries, as we call them, against the same references as our own kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kernels/backend_tests.h"

static void openblas(void **state)
{
    every_kernel_agrees_with_its_reference("blas:openblas");
}

static void blis(void **state)
{
    every_kernel_agrees_with_its_reference("blas:blis");
}

static void a_library_that_is_not_there_is_named(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    assert_int_equal(hanse_device_open(ctx, "blas:mkl", &device), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "no device 'blas:mkl'"));
    hanse_device_close(&device);
    assert_int_equal(hanse_device_open(ctx, "cup", &device), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "did you mean 'cpu'"));
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openblas),
        cmocka_unit_test(blis),
        cmocka_unit_test(a_library_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("blas", tests, NULL, NULL);
}
