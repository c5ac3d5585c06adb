/* The first real NVIDIA device, where there is one: every kernel, the libraries', and all that
 * its compiler makes of our PTX.
 * ctest: slow (the driver compiles) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kernels/backend_tests.h"

static void real_device(void **state)
{
    every_kernel_agrees_with_its_reference("cuda:0");
}

static void nothing_is_refused(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    if (hanse_device_open(ctx, "cuda:0", &device) != HANSE_OK) {
        print_message("%s\n", hanse_context_message(ctx));
        hanse_context_destroy(ctx);
        skip();
    }
    assert_string_equal(device.remark, "");
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_device),
        cmocka_unit_test(nothing_is_refused),
    };
    return cmocka_run_group_tests_name("cuda_device", tests, NULL, NULL);
}
