/* Parameters: formulas, what a case makes of them, draws, and instances patched with draws. */
#include "tests/unit/kinds_for_tests.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/model/scenario_inside.h"

struct bench {
    struct hanse_context *ctx;
    struct hanse_draft *draft;
    struct hanse_scenario *scenario, *instance;
    uint32_t growth, lever;
};

static void done(struct bench *bench, enum hanse_status status)
{
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(bench->ctx));
    }
}

/* One uncertain input, one lever, and the least scenario. */
static int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){.ctx = hanse_context_create()};
    done(&bench,
         hanse_draft_create_with(bench.ctx, test_kinds, N_OF(test_kinds), &bench.draft));
    struct hanse_param growth = {.name = "growth",
                                 .low = 1,
                                 .mid = 2,
                                 .high = 8,
                                 .min = 0.1,
                                 .max = 1000,
                                 .origin = {.file = "estonia.lua", .line = 3}};
    struct hanse_param lever = {.name = "lever", .low = 3, .mid = 3, .high = 3};
    done(&bench, hanse_draft_param(bench.draft, &lever, &bench.lever));
    done(&bench, hanse_draft_param(bench.draft, &growth, &bench.growth));
    done(&bench, declare_least(bench.draft));
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    hanse_draft_destroy(bench->draft);
    hanse_scenario_destroy(bench->instance);
    hanse_scenario_destroy(bench->scenario);
    hanse_context_destroy(bench->ctx);
    return 0;
}

static uint32_t add_site(struct bench *bench, const char *name)
{
    uint32_t e;
    done(bench, hanse_draft_add(bench->draft, "site", name, &at_line_7, &e));
    done(bench, hanse_draft_set_number(bench->draft, e, "price", 1));
    return e;
}

static const struct site *site_in(const struct hanse_scenario *scenario, const char *name)
{
    int32_t count;
    const struct site *sites = hanse_scenario_table(scenario, &site_kind, &count);
    return &sites[hanse_scenario_find(scenario, &site_kind, name)];
}

static void every_operation_gives_its_value(void **state)
{
    static const struct {
        enum hanse_op op;
        double a, b, result; /* b NaN: one operand */
    } cases[] = {
        {HANSE_OP_ADD, 3, 4, 7},    {HANSE_OP_SUB, 3, 4, -1},    {HANSE_OP_MUL, 3, 4, 12},
        {HANSE_OP_DIV, 3, 4, 0.75}, {HANSE_OP_POW, 2, 10, 1024}, {HANSE_OP_NEG, 3, NAN, -3},
        {HANSE_OP_MIN, 3, 4, 3},    {HANSE_OP_MAX, 3, 4, 4},     {HANSE_OP_MIN, 4, 3, 3},
        {HANSE_OP_MAX, 4, 3, 4},    {HANSE_OP_SQRT, 9, NAN, 3},  {HANSE_OP_EXP, 0, NAN, 1},
        {HANSE_OP_LOG, 1, NAN, 0},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        bool two = !isnan(cases[i].b);
        const struct hanse_term terms[] = {
            {HANSE_OP_PARAM, 1, 0},
            {two ? HANSE_OP_CONSTANT : cases[i].op, 0, cases[i].b},
            {cases[i].op, 0, 0}};
        const double params[] = {99, cases[i].a};
        assert_true(hanse__formula_value(terms, two ? 3 : 2, params) == cases[i].result);
    }
    const struct hanse_term least[] = {
        {HANSE_OP_CONSTANT, 0, NAN}, {HANSE_OP_CONSTANT, 0, 1}, {HANSE_OP_MIN, 0, 0}};
    assert_true(isnan(hanse__formula_value(least, 3, NULL)));
}

static void formulas_hold_the_mid_value_and_follow_overrides(void **state)
{
    struct bench *bench = *state;
    uint32_t riga = add_site(bench, "riga");
    const struct hanse_value five = NUMBER(5, PLAIN_DIM);
    const struct hanse_value spread =
        LIST(NUMBER(3, PLAIN_DIM), NUMBER(4, PLAIN_DIM), NUMBER(6, PLAIN_DIM));
    done(bench, hanse_draft_set(bench->draft, riga, "power",
                                &TIMES_PARAM(1000, bench->growth, POWER_DIM), NULL));
    done(bench, hanse_draft_override(bench->draft, "five", "param.growth", &five, NULL));
    done(bench, hanse_draft_override(bench->draft, "wide", "param.growth", &spread, NULL));
    const struct {
        const char *override;
        double mid, low;
        bool uncertain;
    } cases[] = {{NULL, 2, 1, true}, {"five", 5, 5, false}, {"wide", 4, 3, true}};
    for (size_t i = 0; i < N_OF(cases); i++) {
        done(bench,
             hanse_draft_freeze_with(bench->draft, "x", &cases[i].override,
                                     cases[i].override != NULL, NULL, 0, &bench->scenario));
        assert_true(site_in(bench->scenario, "riga")->power_mw == cases[i].mid);
        assert_string_equal(hanse_scenario_param(bench->scenario, 0)->name, "growth");
        assert_true(hanse_scenario_param(bench->scenario, 0)->mid == cases[i].mid);
        assert_true(hanse_scenario_param(bench->scenario, 0)->low == cases[i].low);
        size_t n_uncertain = 0;
        for (size_t v = 0; v < hanse_scenario_n_values(bench->scenario); v++) {
            struct hanse_resolved value;
            hanse_scenario_value(bench->scenario, v, &value);
            n_uncertain += value.uncertain;
        }
        assert_int_equal(n_uncertain, cases[i].uncertain);
        hanse_scenario_destroy(bench->scenario);
        bench->scenario = NULL;
    }
}

static void values_of_parameters_are_checked(void **state)
{
    struct bench *bench = *state;
    const struct {
        struct hanse_value value;
        const char *message;
    } bad[] = {
        {NUMBER(1, HOUR_DIM), "--set: path 'param.growth': expected 1, got h"},
        {WORDS("much"),
         "--set: path 'param.growth': expected a number, or a list of low, mid and high"},
        {TIMES_PARAM(1, 0, PLAIN_DIM),
         "--set: path 'param.growth': a parameter may not depend on another one"},
        {NUMBER(2000, PLAIN_DIM), "--set: param 'growth': must be from 0.1 to 1000, got 2000 "
                                  "to 2000"},
        {LIST(NUMBER(3, PLAIN_DIM), NUMBER(2, PLAIN_DIM), NUMBER(4, PLAIN_DIM)),
         "--set: param 'growth': must have low <= mid <= high, got 3, 2, 4"},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        const struct hanse_setting setting = {"param.growth", bad[i].value};
        assert_int_equal(hanse_draft_freeze(bench->draft, 0, &setting, 1, &bench->scenario),
                         HANSE_ERR_INPUT);
        assert_string_equal(hanse_context_message(bench->ctx), bad[i].message);
    }
}

static void uncertainty_may_not_reach_what_must_be_certain(void **state)
{
    struct bench *bench = *state;
    const struct {
        const char *path, *message;
        struct hanse_value value;
    } bad[] = {
        {"study.horizon",
         "--set: study 'base': horizon: may not depend on an uncertain input, got 'growth'",
         TIMES_PARAM(1, bench->growth, HOUR_DIM)},
        {"site.tartu.staff",
         "--set: site 'tartu': staff: may not depend on an uncertain input, got 'growth'",
         TIMES_PARAM(1, bench->growth, PLAIN_DIM)},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        struct hanse_setting settings[] = {{bad[i].path, bad[i].value},
                                           {"param.growth", NUMBER(4, PLAIN_DIM)}};
        assert_int_equal(hanse_draft_freeze(bench->draft, 0, settings, 1, &bench->scenario),
                         HANSE_ERR_INPUT);
        assert_string_equal(hanse_context_message(bench->ctx), bad[i].message);
        /* The same input made certain is fine. */
        done(bench, hanse_draft_freeze(bench->draft, 0, settings, 2, &bench->scenario));
        hanse_scenario_destroy(bench->scenario);
        bench->scenario = NULL;
    }
}

static void draws_have_the_quantiles_that_were_stated(void **state)
{
    static const double z95 = 1.6448536269514722;
    const struct hanse_param log_like = {.low = 1, .mid = 2, .high = 8};
    const struct hanse_param plain = {.low = -1, .mid = 2, .high = 8};
    const struct hanse_param *const both[] = {&log_like, &plain};
    for (int i = 0; i < 2; i++) {
        assert_float_equal(hanse__param_draw(both[i], -z95), both[i]->low, 1e-12);
        assert_float_equal(hanse__param_draw(both[i], 0), both[i]->mid, 1e-12);
        assert_float_equal(hanse__param_draw(both[i], z95), both[i]->high, 1e-12);
    }
    assert_float_equal(hanse__param_draw(&log_like, 2 * z95), 32, 1e-10);
    assert_float_equal(hanse__param_draw(&log_like, -2 * z95), 0.5, 1e-12);
    assert_float_equal(hanse__param_draw(&plain, 2 * z95), 14, 1e-12);
    assert_float_equal(hanse__param_draw(&plain, -2 * z95), -4, 1e-12);
    const struct hanse_param clipped = {.low = 1, .mid = 2, .high = 8, .min = 0.9, .max = 9};
    assert_true(hanse__param_draw(&clipped, 4) == 9);
    assert_true(hanse__param_draw(&clipped, -4) == 0.9);
    const struct hanse_param stepped = {.low = 1, .mid = 2, .high = 8, .step = 0.5};
    assert_true(hanse__param_draw(&stepped, 0.1) == 2);
    const struct hanse_param lever = {.low = 3, .mid = 3, .high = 3};
    assert_true(hanse__param_draw(&lever, 2) == 3);
}

/* 4,000 draws: each share has standard deviation 0.0034 or 0.0079, the bounds are 5 of them. */
static void drawn_shares_match_the_quantiles(void **state)
{
    enum { DRAWS = 4000 };
    struct bench *bench = *state;
    done(bench, hanse_draft_freeze(bench->draft, 0, NULL, 0, &bench->scenario));
    int below_low = 0, below_mid = 0, below_high = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        double values[2];
        hanse_scenario_draw(bench->scenario, 1, i, values);
        below_low += values[0] < 1;
        below_mid += values[0] < 2;
        below_high += values[0] < 8;
        assert_true(values[1] == 3);
    }
    assert_float_equal(below_low / (double)DRAWS, 0.05, 0.0173);
    assert_float_equal(below_mid / (double)DRAWS, 0.5, 0.0396);
    assert_float_equal(below_high / (double)DRAWS, 0.95, 0.0173);
}

static void cases_and_other_parameters_leave_a_draw_alone(void **state)
{
    struct bench *bench = *state;
    double first[2], second[3];
    const struct hanse_value price = NUMBER(2, PRICE_DIM);
    const char *const names[] = {"dear"};
    done(bench, hanse_draft_freeze(bench->draft, 0, NULL, 0, &bench->scenario));
    hanse_scenario_draw(bench->scenario, 5, 9, first);
    hanse_scenario_destroy(bench->scenario);
    struct hanse_param more = {.name = "appetite", .low = 1, .mid = 2, .high = 8};
    done(bench, hanse_draft_param(bench->draft, &more, NULL));
    done(bench, hanse_draft_override(bench->draft, "dear", "site.tartu.price", &price, NULL));
    done(bench,
         hanse_draft_freeze_with(bench->draft, "dear", names, 1, NULL, 0, &bench->scenario));
    hanse_scenario_draw(bench->scenario, 5, 9, second);
    assert_true(second[1] == first[0]); /* growth, now behind appetite */
    assert_true(second[0] != second[1]);
    hanse_scenario_draw(bench->scenario, 5, 10, second);
    assert_true(second[1] != first[0]);
    hanse_scenario_draw(bench->scenario, 6, 9, second);
    assert_true(second[1] != first[0]);
}

static void declare_dependent(struct bench *bench)
{
    uint32_t riga = add_site(bench, "riga");
    const struct hanse_value profile =
        LIST(NUMBER(1, POWER_DIM), TIMES_PARAM(10, bench->growth, POWER_DIM),
             TIMES_PARAM(7, bench->lever, POWER_DIM));
    done(bench, hanse_draft_set(bench->draft, riga, "power",
                                &TIMES_PARAM(1000, bench->growth, POWER_DIM), NULL));
    done(bench, hanse_draft_set(bench->draft, riga, "profile", &profile, NULL));
    done(bench, hanse_draft_freeze(bench->draft, 0, NULL, 0, &bench->scenario));
    done(bench, hanse_scenario_instance(bench->ctx, bench->scenario, &bench->instance));
}

static void patching_moves_the_instance_and_not_the_scenario(void **state)
{
    struct bench *bench = *state;
    declare_dependent(bench);
    const double drawn[] = {6, 3}, mid[] = {2, 3};
    done(bench, hanse_scenario_patch(bench->ctx, bench->instance, drawn));
    assert_true(site_in(bench->instance, "riga")->power_mw == 6);
    assert_true(site_in(bench->instance, "riga")->profile.items[0] == 1);
    assert_true(site_in(bench->instance, "riga")->profile.items[1] == 60);
    assert_true(site_in(bench->instance, "riga")->profile.items[2] == 21);
    assert_true(site_in(bench->instance, "tartu")->power_mw == 2.5);
    assert_true(site_in(bench->scenario, "riga")->power_mw == 2);
    assert_true(site_in(bench->scenario, "riga")->profile.items[1] == 20);
    /* Back at the mid points an instance is the scenario, to the bit. */
    done(bench, hanse_scenario_patch(bench->ctx, bench->instance, mid));
    assert_true(site_in(bench->instance, "riga")->power_mw == 2);
    assert_memory_equal(site_in(bench->instance, "riga")->profile.items,
                        site_in(bench->scenario, "riga")->profile.items, 3 * sizeof(double));
}

static void an_instance_answers_what_a_scenario_does(void **state)
{
    struct bench *bench = *state;
    declare_dependent(bench);
    const struct hanse_scenario *two[] = {bench->scenario, bench->instance};
    assert_string_equal(hanse_scenario_case(two[0]), hanse_scenario_case(two[1]));
    assert_int_equal(hanse_scenario_n_values(two[0]), hanse_scenario_n_values(two[1]));
    assert_int_equal(hanse_scenario_n_params(two[1]), 2);
    double draws[2][2];
    for (int i = 0; i < 2; i++) {
        hanse_scenario_draw(two[i], 3, 4, draws[i]);
    }
    assert_memory_equal(draws[0], draws[1], sizeof draws[0]);
    for (size_t i = 0; i < hanse_scenario_n_values(two[0]); i++) {
        struct hanse_resolved a, b;
        hanse_scenario_value(two[0], i, &a);
        hanse_scenario_value(two[1], i, &b);
        assert_string_equal(a.text, b.text);
        assert_string_equal(a.name, b.name);
        assert_true(a.origin.file == b.origin.file);
    }
    assert_true(hanse_scenario_entity(two[0], &site_kind, 0) ==
                hanse_scenario_entity(two[1], &site_kind, 0));
}

static void a_draw_that_leaves_a_range_is_a_domain_error(void **state)
{
    struct bench *bench = *state;
    const struct hanse_setting setting = {"site.tartu.price",
                                          TIMES_PARAM(1, bench->growth, PRICE_DIM)};
    done(bench, hanse_draft_freeze(bench->draft, 0, &setting, 1, &bench->scenario));
    done(bench, hanse_scenario_instance(bench->ctx, bench->scenario, &bench->instance));
    const struct {
        double values[2];
        const char *message;
    } bad[] = {
        {{12, 3}, "--set: site 'tartu': price: must be >= 0 and <= 10 EUR/kWh, got 12"},
        {{5000, 3},
         "estonia.lua:3: param 'growth': must be a number from 0.1 to 1000, got "
         "5000"},
        {{NAN, 3}, "estonia.lua:3: param 'growth': must be a number from 0.1 to 1000, got nan"},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        assert_int_equal(hanse_scenario_patch(bench->ctx, bench->instance, bad[i].values),
                         HANSE_ERR_DOMAIN);
        assert_string_equal(hanse_context_message(bench->ctx), bad[i].message);
    }
    const double good[] = {9, 3};
    done(bench, hanse_scenario_patch(bench->ctx, bench->instance, good));
    assert_true(site_in(bench->instance, "tartu")->price_eur_per_kwh == 9);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_operation_gives_its_value),
        CASE(formulas_hold_the_mid_value_and_follow_overrides),
        CASE(values_of_parameters_are_checked),
        CASE(uncertainty_may_not_reach_what_must_be_certain),
        CASE(draws_have_the_quantiles_that_were_stated),
        CASE(drawn_shares_match_the_quantiles),
        CASE(cases_and_other_parameters_leave_a_draw_alone),
        CASE(patching_moves_the_instance_and_not_the_scenario),
        CASE(an_instance_answers_what_a_scenario_does),
        CASE(a_draw_that_leaves_a_range_is_a_domain_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
