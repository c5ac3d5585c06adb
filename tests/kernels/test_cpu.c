/* The processor's kernels against references in higher precision, on every instruction set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kernels/backend_tests.h"

static void base(void **state)
{
    every_kernel_agrees_with_its_reference("cpu:base");
}

static void avx2(void **state)
{
    every_kernel_agrees_with_its_reference("cpu:avx2");
}

static void avx512(void **state)
{
    every_kernel_agrees_with_its_reference("cpu:avx512");
}

static void avx512bf16(void **state)
{
    every_kernel_agrees_with_its_reference("cpu:avx512bf16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base),
        cmocka_unit_test(avx2),
        cmocka_unit_test(avx512),
        cmocka_unit_test(avx512bf16),
    };
    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
