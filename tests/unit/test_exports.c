/* Which devices each export rule controls, computed from their metrics, against what the makers
 * and the press said on the days of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/exports.h"
#include "sim/base/context.h"

static struct hanse_context *ctx;
static struct hanse_table thresholds, devices;

static int set_up(void **state)
{
    ctx = hanse_context_create();
    return hanse_table_read(ctx, "scenarios/reference", "export_thresholds", &thresholds) !=
               HANSE_OK ||
           hanse_table_read(ctx, "scenarios/reference", "accelerators", &devices) != HANSE_OK;
}

static int tear_down(void **state)
{
    hanse_table_fini(&devices);
    hanse_table_fini(&thresholds);
    hanse_context_destroy(ctx);
    return 0;
}

static size_t device(const char *id)
{
    for (size_t row = 0; row < devices.n_rows; row++) {
        if (strcmp(hanse_table_cell(&devices, row, "id"), id) == 0) {
            return row;
        }
    }
    fail_msg("no device %s", id);
    return 0;
}

static void expect(const char *rule, enum hanse_caught expected, const char *const *ids)
{
    for (; *ids != NULL; ids++) {
        enum hanse_caught got =
            hanse_cli_export_catches(&thresholds, rule, &devices, device(*ids));
        if (got != expected) {
            fail_msg("%s and %s: %d, want %d", rule, *ids, (int)got, (int)expected);
        }
    }
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* NVIDIA's filing of 26 August 2022: A100 and H100 (and AMD's statement: MI250). */
static void the_letters_of_august_2022_name_their_parts(void **state)
{
    expect("US-2022-08", HANSE_CAUGHT,
           LIST("a100_sxm_80gb", "a100_pcie_80gb", "h100_sxm5_80gb", "mi250x_128gb"));
    expect("US-2022-08", HANSE_CAUGHT_NOT, LIST("a800_sxm_80gb", "l40_48gb", "mi210_64gb"));
}

/* A800 and H800, at 400 GB/s, were made to stay below the rule's 600 GB/s and were sold until
 * the rule of 2023; L40S and RTX 4090 were sold too. */
static void october_2022_controls_the_a100_and_not_the_a800(void **state)
{
    expect("US-2022-10a", HANSE_CAUGHT,
           LIST("a100_sxm_80gb", "a100_sxm_40gb", "h100_sxm5_80gb", "mi250x_128gb"));
    expect("US-2022-10a", HANSE_CAUGHT_NOT,
           LIST("a800_sxm_80gb", "h800_sxm5_80gb", "l40s_48gb", "rtx_4090_24gb", "h20_sxm_96gb",
                "v100_sxm2_32gb"));
}

/* NVIDIA's filing of 17 October 2023 lists A100, A800, H100, H800, L40, L40S and RTX 4090
 * (videocardz.com, 2023-10-18); H20 and, of consumer cards, those below 4800 stayed free. L4
 * "can no longer be exported" (Maximum PC, January 2024). */
static void october_2023_controls_what_the_filing_listed(void **state)
{
    expect("US-2023-10a", HANSE_CAUGHT,
           LIST("a100_sxm_80gb", "a100_pcie_80gb", "a800_sxm_80gb", "h100_sxm5_80gb",
                "h100_pcie_80gb", "h800_sxm5_80gb", "l40s_48gb", "rtx_4090_24gb", "l4_24gb",
                "mi300x_192gb", "b200_sxm_180gb"));
    expect("US-2023-10b", HANSE_CAUGHT, LIST("l40_48gb"));
    expect("US-2023-10a", HANSE_CAUGHT_NOT, LIST("h20_sxm_96gb", "l40_48gb", "rtx_3090_24gb"));
    expect("US-2023-10b", HANSE_CAUGHT_NOT,
           LIST("h20_sxm_96gb", "rtx_3090_24gb", "rx_7900_xtx_24gb", "t4_16gb"));
}

/* The licence of April 2025 names the H20 and means no H200. */
static void april_2025_takes_the_h20(void **state)
{
    expect("US-2025-04", HANSE_CAUGHT, LIST("h20_sxm_96gb"));
    expect("US-2025-04", HANSE_CAUGHT_NOT, LIST("h200_sxm_141gb", "h200_nvl_141gb"));
}

/* "H200 and MI325X and lower" case by case (tomshardware.com, January 2026); Blackwell not. */
static void january_2026_opens_a_door_up_to_the_h200_and_mi325x(void **state)
{
    expect("US-2026-01a", HANSE_CAUGHT,
           LIST("h200_sxm_141gb", "mi325x_256gb", "h20_sxm_96gb", "h100_sxm5_80gb"));
    expect("US-2026-01a", HANSE_CAUGHT_NOT,
           LIST("b200_sxm_180gb", "b300_sxm_288gb", "mi355x_288gb", "gb300_per_gpu"));
}

/* The class that the catalogue shows is the one computed here. */
static void every_export_class_follows_from_the_rules(void **state)
{
    for (size_t row = 0; row < devices.n_rows; row++) {
        const char *shown = hanse_table_cell(&devices, row, "export_class");
        enum hanse_caught a =
            hanse_cli_export_catches(&thresholds, "US-2023-10a", &devices, row);
        enum hanse_caught b =
            hanse_cli_export_catches(&thresholds, "US-2023-10b", &devices, row);
        const char *computed = a == HANSE_CAUGHT           ? "3A090.a"
                               : a == HANSE_CAUGHT_UNKNOWN ? "undetermined"
                               : b == HANSE_CAUGHT         ? "3A090.b"
                               : b == HANSE_CAUGHT_UNKNOWN ? "undetermined"
                                                           : "none";
        if (strcmp(shown, computed) != 0) {
            fail_msg("%s: %s shown, %s computed", hanse_table_cell(&devices, row, "id"), shown,
                     computed);
        }
    }
}

static void rules_on_sums_and_places_control_no_device(void **state)
{
    assert_false(hanse_cli_export_on_devices(&thresholds, "US-2025-01b"));
    assert_false(hanse_cli_export_on_devices(&thresholds, "CN-2023-08"));
    assert_true(hanse_cli_export_on_devices(&thresholds, "US-2023-10a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_letters_of_august_2022_name_their_parts),
        cmocka_unit_test(october_2022_controls_the_a100_and_not_the_a800),
        cmocka_unit_test(october_2023_controls_what_the_filing_listed),
        cmocka_unit_test(april_2025_takes_the_h20),
        cmocka_unit_test(january_2026_opens_a_door_up_to_the_h200_and_mi325x),
        cmocka_unit_test(every_export_class_follows_from_the_rules),
        cmocka_unit_test(rules_on_sums_and_places_control_no_device),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
