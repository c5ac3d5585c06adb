/* Quantities in scripts: units, dimensions, evidence, formulas over parameters. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/script.h"
#include "sim/model/scenario.h"

static struct hanse_context *ctx;

static int open_context(void **state)
{
    ctx = hanse_context_create();
    return ctx == NULL;
}

static int close_context(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

/* A scenario around `body`; the script, or NULL with the message on the context. */
static struct hanse_script *load(const char *body)
{
    char text[8192];
    struct hanse_script *script;
    snprintf(text, sizeof text, "hanse_schema = 1\n%s\n", body);
    hanse_script_load_text(ctx, "t.lua", text, strlen(text), NULL, NULL, &script);
    return script;
}

static void assert_runs(const char *body)
{
    struct hanse_script *script = load(body);
    if (script == NULL) {
        fail_msg("%s: %s", body, hanse_context_message(ctx));
    }
    hanse_script_destroy(script);
}

static void assert_refused(const char *body, const char *message)
{
    struct hanse_script *script = load(body);
    assert_null(script);
    assert_string_equal(hanse_context_message(ctx), message);
}

/* The value of an expression through --set, in base units. */
static double number_of(const char *expression)
{
    char argument[256];
    struct hanse_setting setting;
    struct hanse_script *script = load("");
    assert_non_null(script);
    snprintf(argument, sizeof argument, "x.y=%s", expression);
    if (hanse_script_setting(ctx, script, argument, &setting) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    assert_int_equal(setting.value.type, HANSE_VALUE_FORMULA);
    assert_int_equal(setting.value.formula.n_terms, 1);
    double number = setting.value.formula.terms[0].number;
    hanse_script_destroy(script);
    return number;
}

static void units_scale_to_base_units(void **state)
{
    assert_float_equal(number_of("10*year"), 87600, 1e-9);
    assert_float_equal(number_of("400*Gbit/s"), 400e9 / 8 * 3600, 1);
    assert_float_equal(number_of("0.12*EUR/kWh"), 0.12, 1e-12);
    assert_float_equal(number_of("30*min"), 0.5, 1e-12);
    assert_float_equal(number_of("2^3 * 1*h"), 8, 0);
    assert_float_equal(number_of("-(3*h)^2/(1*h)"), -9, 0);
}

static void functions_keep_their_meaning(void **state)
{
    assert_float_equal(number_of("min(3*h, 2*h, 4*h)"), 2, 0);
    assert_float_equal(number_of("max(3*h, 1*day)"), 24, 0);
    assert_float_equal(number_of("abs(-3*h)"), 3, 0);
    assert_float_equal(number_of("sqrt(9*h*h)"), 3, 1e-12);
    assert_float_equal(number_of("exp(log(5))"), 5, 1e-12);
    assert_float_equal(number_of("number(1*year/month)"), 12, 1e-12);
}

static void different_units_do_not_mix(void **state)
{
    assert_refused("local x = 1*h + 1*kWh",
                   "t.lua:2: addition: both sides need one unit, got h and kWh");
    assert_refused("local x = 1*EUR - 1*USD",
                   "t.lua:2: subtraction: both sides need one unit, got EUR and USD");
    assert_refused("local x = exp(3*h)", "t.lua:2: exp: needs a plain number, got h");
    assert_refused("local x = sqrt(3*h)", "t.lua:2: sqrt: of h has no unit");
    assert_refused("local x = 2^(3*h)", "t.lua:2: power: needs a plain number, got h");
    assert_refused("local x = min(3*h, 2)",
                   "t.lua:2: min: both sides need one unit, got h and 1");
}

static void constants_compare_and_parameters_do_not(void **state)
{
    assert_runs("assert(3*h < 1*day and 24*h == 1*day and not (2*h <= 1*h))");
    assert_refused("local p = params{ x = { value = 2*h } }\nlocal b = p.x < 3*h",
                   "t.lua:3: comparison: a parameter's value is not known while the scenario "
                   "is declared; use min, max or cases");
}

static void tostring_shows_base_units_and_no_address(void **state)
{
    assert_runs("assert(tostring(2*day) == '48 h')\n"
                "assert(tostring(3*h/h) == '3')\n"
                "assert(tostring({}) == 'table')\n"
                "assert(string.format('%s', {}) == 'table')\n"
                "assert(tostring(pairs) == 'function')");
}

/* The evidence of an expression's value. */
static enum hanse_evidence evidence_of(const char *expression, char *source, size_t size)
{
    char argument[400];
    struct hanse_setting setting;
    struct hanse_script *script = load("");
    snprintf(argument, sizeof argument, "x.y=%s", expression);
    assert_int_equal(hanse_script_setting(ctx, script, argument, &setting), HANSE_OK);
    snprintf(source, size, "%s",
             setting.value.source != NULL ? setting.value.source : "(none)");
    enum hanse_evidence evidence = setting.value.evidence;
    hanse_script_destroy(script);
    return evidence;
}

static void a_unit_keeps_the_mark_and_arithmetic_derives(void **state)
{
    char source[200];
    assert_int_equal(evidence_of("sourced(0.1, 'A', 'primary')*EUR/kWh", source, 200),
                     HANSE_EVIDENCE_PRIMARY);
    assert_string_equal(source, "A");
    assert_int_equal(evidence_of("sourced(2*h, 'A', 'primary') + 1*h", source, 200),
                     HANSE_EVIDENCE_DERIVED);
    assert_int_equal(
        evidence_of("sourced(2*h,'A','primary')*sourced(3,'B','press')", source, 200),
        HANSE_EVIDENCE_DERIVED);
    assert_string_equal(source, "A; B");
    assert_int_equal(
        evidence_of("sourced(2*h,'A','primary')*assumption(3,'guess')", source, 200),
        HANSE_EVIDENCE_ASSUMPTION);
    assert_int_equal(evidence_of("3*h", source, 200), HANSE_EVIDENCE_NONE);
    assert_string_equal(source, "(none)");
}

static const char world[] =
    "local p = params{ growth = { low = 1, mid = 2, high = 4 } }\n"
    "scenario{ title = 't', start = '2026-01-05', horizon = 2*year, base_year = 2025,\n"
    "  reference_accelerator = 'card' }\n"
    "jurisdiction{ name = 'EE' }\n"
    "firm{ name = 'maker', home = 'EE' }\n"
    "pool{ name = 'all' }\n"
    "region{ name = 'ee', jurisdiction = 'EE', pool = 'all',\n"
    "  population = sourced(1e6*person, 'count', 'primary')*p.growth,\n"
    "  electricity_price = 0.1*EUR/kWh, carbon_intensity = 400*g/kWh, pue = 1.3 }\n"
    "accelerator{ name = 'card', vendor = 'maker', fab = 'maker', peak = 900*TFLOP/s,\n"
    "  memory = 80*GiB, bandwidth = 3350*GB/s, power = 1*kW, idle_power = 0.2*kW,\n"
    "  compute_efficiency = 0.4, memory_efficiency = 0.6, price = 30e3*EUR, life = 5*year,\n"
    "  tpp = 15832, performance_density = 19, hazard = 0.05/year }\n";

/* Finds kind.name.key among the resolved values. */
static struct hanse_resolved resolved(const struct hanse_scenario *scenario, const char *path)
{
    struct hanse_resolved value;
    char text[256];
    for (size_t i = 0; i < hanse_scenario_n_values(scenario); i++) {
        hanse_scenario_value(scenario, i, &value);
        snprintf(text, sizeof text, "%s.%s.%s", value.kind, value.name, value.key);
        if (strcmp(text, path) == 0) {
            return value;
        }
    }
    fail_msg("no value %s", path);
    return value;
}

static void a_formula_follows_its_parameter(void **state)
{
    struct hanse_setting setting;
    struct hanse_scenario *scenario;
    struct hanse_script *script = load(world);
    assert_non_null(script);
    struct hanse_draft *draft = hanse_script_draft(script);
    assert_int_equal(hanse_draft_freeze(draft, 0, NULL, 0, &scenario), HANSE_OK);
    struct hanse_resolved value = resolved(scenario, "region.ee.population");
    assert_float_equal(value.number, 2e6, 1e-6);
    assert_true(value.uncertain);
    assert_int_equal(value.origin.line, 9);
    assert_int_equal(value.origin.evidence, HANSE_EVIDENCE_DERIVED);
    hanse_scenario_destroy(scenario);
    assert_int_equal(hanse_script_setting(ctx, script, "param.growth=3", &setting), HANSE_OK);
    assert_int_equal(hanse_draft_freeze(draft, 0, &setting, 1, &scenario), HANSE_OK);
    value = resolved(scenario, "region.ee.population");
    assert_float_equal(value.number, 3e6, 1e-6);
    assert_false(value.uncertain);
    hanse_scenario_destroy(scenario);
    hanse_script_destroy(script);
}

static void a_setting_needs_its_unit(void **state)
{
    struct hanse_setting setting;
    struct hanse_script *script = load(world);
    assert_non_null(script);
    assert_int_equal(
        hanse_script_setting(ctx, script, "region.ee.electricity_price=0.2", &setting),
        HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "--set region.ee.electricity_price: needs its unit, such as "
                        "0.2*EUR/kWh, got the bare number 0.2");
    assert_int_equal(
        hanse_script_setting(ctx, script, "region.ee.pue=while true do end", &setting),
        HANSE_ERR_INPUT);
    assert_int_equal(hanse_script_setting(ctx, script, "region.ee.pue", &setting),
                     HANSE_ERR_INPUT);
    assert_int_equal(hanse_script_setting(ctx, script, "firm.maker=absent", &setting),
                     HANSE_OK);
    assert_int_equal(setting.value.type, HANSE_VALUE_ABSENT);
    assert_int_equal(
        hanse_script_setting(ctx, script, "jurisdiction.EE.blocs={'a','b'}", &setting),
        HANSE_OK);
    assert_int_equal(setting.value.n_items, 2);
    assert_string_equal(setting.value.items[1].text, "b");
    hanse_script_destroy(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_scale_to_base_units),
        cmocka_unit_test(functions_keep_their_meaning),
        cmocka_unit_test(different_units_do_not_mix),
        cmocka_unit_test(constants_compare_and_parameters_do_not),
        cmocka_unit_test(tostring_shows_base_units_and_no_address),
        cmocka_unit_test(a_unit_keeps_the_mark_and_arithmetic_derives),
        cmocka_unit_test(a_formula_follows_its_parameter),
        cmocka_unit_test(a_setting_needs_its_unit),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
