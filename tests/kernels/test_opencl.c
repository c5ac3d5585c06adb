/* OpenCL kernels against the references, on the first device there is: PoCL in tests.
 * ctest: slow (the first time the device compiles them) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kernels/backend_tests.h"

static void opencl(void **state)
{
    every_kernel_agrees_with_its_reference("opencl:0");
}

static void a_device_that_is_not_there_is_named(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    assert_int_not_equal(hanse_device_open(ctx, "opencl:99", &device), HANSE_OK);
    assert_non_null(strstr(hanse_context_message(ctx), "opencl"));
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opencl),
        cmocka_unit_test(a_device_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("opencl", tests, NULL, NULL);
}
