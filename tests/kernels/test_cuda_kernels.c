/* CUDA's kernels on an emulated Turing, and on a Hopper whose matrix units work lane by lane as
 * the PTX ISA has it; and what the host passes to a kernel beside what its PTX declares.
 * ctest: slow (a warp of fibres to every product) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cuda_base.h"
#include "cuda_hopper.h"
#include "cuda_hopper8.h"
#include "cuda_matrix.h"
#include "kernels/gpu/recipe.h"
#include "tests/kernels/backend_tests.h"

static void kernels_without_matrix_units_agree(void **state)
{
    setenv("HANSE_FAKE_CUDA_CAPABILITY", "75", 1);
    every_kernel_agrees_with_its_reference("cuda:0");
    unsetenv("HANSE_FAKE_CUDA_CAPABILITY");
}

static void kernels_on_matrix_units_agree(void **state)
{
    setenv("HANSE_FAKE_CUDA_CAPABILITY", "90", 1);
    every_kernel_agrees_with_its_reference("cuda:0");
    unsetenv("HANSE_FAKE_CUDA_CAPABILITY");
}

static const char *text_of(enum hanse__gpu_module module)
{
    return module == HANSE__GPU_MATRIX   ? hanse__cuda_matrix
           : module == HANSE__GPU_HOPPER ? hanse__cuda_hopper
           : module == HANSE__GPU_EIGHT  ? hanse__cuda_hopper8
                                         : hanse__cuda_base;
}

/* ".entry NAME(" in a module, NULL without it. */
static const char *entry_of(enum hanse__gpu_module module, const char *name)
{
    char text[96];
    snprintf(text, sizeof text, ".entry %s(", name);
    return strstr(text_of(module), text);
}

static int parameters_of(const char *entry)
{
    int n = 0;
    const char *body = strchr(entry, '{');
    for (const char *p = strstr(entry, ".param .u64"); p != NULL && p < body;
         p = strstr(p + 1, ".param .u64")) {
        n++;
    }
    return n;
}

/* Each launch of a trial, against the entry it names. Sums of a slow reference are not asked.
 */
static int compare_trial(struct hanse_context *ctx, const struct hanse_trial_key *key)
{
    struct hanse_trial *trial;
    struct hanse__gpu_recipe recipe;
    assert_int_equal(hanse_trial_create(ctx, key, 1e3, 1, &trial), HANSE_OK);
    hanse__gpu_recipe(trial, 4, &recipe);
    for (int i = 0; i < recipe.n_launches; i++) {
        const struct hanse__gpu_launch *launch = &recipe.launches[i];
        const char *entry = entry_of(launch->module, launch->name), *most;
        if (entry == NULL) {
            print_error("no entry %s\n", launch->name);
        }
        assert_non_null(entry);
        assert_int_equal(parameters_of(entry), launch->n_arguments);
        most = strstr(entry, ".maxntid ");
        assert_int_equal(strtol(most + strlen(".maxntid "), NULL, 10), launch->group);
    }
    hanse_trial_destroy(trial);
    return recipe.n_launches;
}

static void kernels_take_what_the_host_passes(void **state)
{
    static const char *const variants[] = {"", "nontemporal", "wgmma"};
    struct hanse_context *ctx = hanse_context_create();
    int n = 0;
    if (hanse__cuda_base[0] == '\0') {
        print_message("built without clang: there is no PTX\n");
        skip();
    }
    for (size_t i = 0; i < sizeof awkward_shapes / sizeof *awkward_shapes; i++) {
        for (int p = 0; p < HANSE_PRECISIONS * 3; p++) {
            struct hanse_trial_key key = {.kernel = awkward_shapes[i].kernel,
                                          .precision = (enum hanse_precision)(p / 3)};
            memcpy(key.shape.extent, awkward_shapes[i].extent, sizeof key.shape.extent);
            snprintf(key.variant, sizeof key.variant, "%s", variants[p % 3]);
            n += hanse__gpu_runs(&key, 15, 4) ? compare_trial(ctx, &key) : 0;
        }
    }
    print_message("%d launches\n", n);
    assert_true(n > 100);
    hanse_context_destroy(ctx);
}

static void every_module_names_its_target(void **state)
{
    static const struct {
        const char *text, *version, *target;
    } modules[] = {
        {hanse__cuda_base, ".version 6.4\n", ".target sm_70\n"},
        {hanse__cuda_matrix, ".version 7.0\n", ".target sm_80\n"},
        {hanse__cuda_hopper, ".version 8.0\n", ".target sm_90a\n"},
        {hanse__cuda_hopper8, ".version 8.0\n", ".target sm_90a\n"},
    };
    enum hanse__gpu_module module;
    for (size_t i = 0; i < sizeof modules / sizeof *modules && hanse__cuda_base[0]; i++) {
        assert_non_null(strstr(modules[i].text, modules[i].version));
        assert_non_null(strstr(modules[i].text, modules[i].target));
        assert_non_null(strstr(modules[i].text, ".address_size 64\n"));
    }
    for (int i = 0; hanse__gpu_kernel_name(i, &module) != NULL && hanse__cuda_base[0]; i++) {
        assert_non_null(entry_of(module, hanse__gpu_kernel_name(i, &module)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_without_matrix_units_agree),
        cmocka_unit_test(kernels_on_matrix_units_agree),
        cmocka_unit_test(kernels_take_what_the_host_passes),
        cmocka_unit_test(every_module_names_its_target),
    };
    return cmocka_run_group_tests_name("cuda_kernels", tests, NULL, NULL);
}
