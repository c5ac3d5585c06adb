#include "sim/model/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = hanse_context_create();
    return *state == NULL;
}

static int teardown(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

static double scale_of(void *state, const char *text)
{
    struct hanse_unit unit = {0};
    if (hanse_unit_parse(state, text, &unit) != HANSE_OK) {
        fail_msg("%s: %s", text, hanse_context_message(state));
    }
    return unit.scale;
}

static void units_have_the_scales_that_the_house_fixed(void **state)
{
    assert_true(scale_of(*state, "year") == 8760);
    assert_true(scale_of(*state, "month") == 730);
    assert_true(scale_of(*state, "month") * 12 == scale_of(*state, "year"));
    assert_true(scale_of(*state, "week") == 168);
    assert_true(scale_of(*state, "day") == 24);
    assert_true(scale_of(*state, "min") * 60 == scale_of(*state, "h"));
    assert_true(scale_of(*state, "s") * 3600 == 1);
    assert_true(scale_of(*state, "MW") == 1000);
    assert_true(scale_of(*state, "W*h") == scale_of(*state, "Wh"));
    assert_float_equal(scale_of(*state, "J"), scale_of(*state, "W*s"), 1e-20);
    assert_true(scale_of(*state, "GiB") == 1073741824.0);
    assert_true(scale_of(*state, "GB") == 8 * scale_of(*state, "Gbit"));
    assert_true(scale_of(*state, "TFLOP/s") == 3600 * 1e12);
    assert_true(scale_of(*state, "t") == 1e6);
    assert_true(scale_of(*state, "percent") == 0.01);
    assert_true(scale_of(*state, "1/year") == 1.0 / 8760);
}

static void equal_dimensions_in_other_words_are_equal(void **state)
{
    static const char *const pairs[][2] = {
        {"kW", "kWh/h"},
        {"EUR/kWh", "MEUR/GWh"},
        {"g/kWh", "kg/MWh"},
        {"token/prompt", "Mtoken/prompt"},
        {"mm^2", "m*m"},
        {"1", "h/h"},
        {"1/s", "s^-1"},
        {"Gbit/s", "GiB/h"},
        {"EUR / kW / year", "EUR/kWh"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct hanse_unit a, b;
        assert_int_equal(hanse_unit_parse(*state, pairs[i][0], &a), HANSE_OK);
        assert_int_equal(hanse_unit_parse(*state, pairs[i][1], &b), HANSE_OK);
        assert_true(hanse_dim_equal(&a.dim, &b.dim));
    }
}

static void euro_and_dollar_are_different_dimensions(void **state)
{
    static const char *const pairs[][2] = {
        {"EUR", "USD"}, {"kEUR", "kUSD"}, {"MEUR", "MUSD"}, {"GEUR", "GUSD"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct hanse_unit a, b;
        assert_int_equal(hanse_unit_parse(*state, pairs[i][0], &a), HANSE_OK);
        assert_int_equal(hanse_unit_parse(*state, pairs[i][1], &b), HANSE_OK);
        assert_true(a.scale == b.scale);
        assert_false(hanse_dim_equal(&a.dim, &b.dim));
    }
}

static void a_bad_unit_is_named_with_its_nearest_neighbour(void **state)
{
    static const char *const bad[][2] = {
        {"EUR/kWhr", "unit 'EUR/kWhr': there is no unit 'kWhr' (did you mean 'kWh'?)"},
        {"EUR/GPU/year", "there is no unit 'GPU'"},
        {"", "unit '': expected a unit's name, got ''"},
        {"kW/", "expected a unit's name, got ''"},
        {"kW h", "expected '*', '/' or '^', got 'h'"},
        {"m^x", "expected a power from -16 to 16, got 'x'"},
        {"m^99", "expected a power from -16 to 16, got '99'"},
        {"m^16*m", "the power of m must be from -16 to 16, got 17"},
        {"0*kW", "expected a number above 0, got '0*kW'"},
        {"kW)", "expected '*', '/' or '^', got ')'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hanse_unit unit = {.scale = 42};
        assert_int_equal(hanse_unit_parse(*state, bad[i][0], &unit), HANSE_ERR_INPUT);
        if (strstr(hanse_context_message(*state), bad[i][1]) == NULL) {
            fail_msg("'%s' gave: %s", bad[i][0], hanse_context_message(*state));
        }
        assert_true(unit.scale == 42);
    }
}

static void every_named_unit_parses_to_itself(void **state)
{
    const char *name;
    struct hanse_unit listed, parsed;
    size_t n = 0;
    while (hanse_unit_named(n, &name, &listed)) {
        assert_int_equal(hanse_unit_parse(*state, name, &parsed), HANSE_OK);
        assert_true(parsed.scale == listed.scale);
        assert_true(hanse_dim_equal(&parsed.dim, &listed.dim));
        n++;
    }
    assert_in_range(n, 70, 200);
}

static void a_dimension_reads_back_from_its_text(void **state)
{
    static const char *const units[] = {
        "EUR/kWh", "1",     "kW",          "1/year",    "token/prompt",
        "mm^2",    "g/kWh", "EUR/kW/year", "TFLOP/s/W", "H100_h/person"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct hanse_unit unit, back;
        char text[128];
        assert_int_equal(hanse_unit_parse(*state, units[i], &unit), HANSE_OK);
        hanse_dim_text(&unit.dim, text, sizeof text);
        assert_int_equal(hanse_unit_parse(*state, text, &back), HANSE_OK);
        assert_true(hanse_dim_equal(&unit.dim, &back.dim));
        assert_true(back.scale == 1);
    }
    struct hanse_unit price;
    char text[128];
    assert_int_equal(hanse_unit_parse(*state, "MEUR/GWh", &price), HANSE_OK);
    assert_string_equal(hanse_dim_text(&price.dim, text, sizeof text), "EUR/kWh");
    assert_int_equal(hanse_unit_parse(*state, "J/s", &price), HANSE_OK);
    assert_string_equal(hanse_dim_text(&price.dim, text, sizeof text), "kW");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(units_have_the_scales_that_the_house_fixed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(equal_dimensions_in_other_words_are_equal, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(euro_and_dollar_are_different_dimensions, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_bad_unit_is_named_with_its_nearest_neighbour, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_named_unit_parses_to_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dimension_reads_back_from_its_text, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
