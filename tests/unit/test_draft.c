/* Declaring: what a draft takes, and what it says when it doesn't. */
#include "tests/unit/kinds_for_tests.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct hanse_context *ctx;
    struct hanse_draft *draft;
    uint32_t site;
};

static int setup(void **state)
{
    static struct bench bench;
    bench.ctx = hanse_context_create();
    assert_int_equal(
        hanse_draft_create_with(bench.ctx, test_kinds, N_OF(test_kinds), &bench.draft),
        HANSE_OK);
    assert_int_equal(hanse_draft_add(bench.draft, "site", "tartu", &at_line_7, &bench.site),
                     HANSE_OK);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    hanse_draft_destroy(bench->draft);
    hanse_context_destroy(bench->ctx);
    return 0;
}

static void refused(struct bench *bench, enum hanse_status status, const char *message)
{
    assert_int_equal(status, HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(bench->ctx), message);
}

static void values_that_do_not_fit_their_field_are_refused(void **state)
{
    struct bench *bench = *state;
    const struct hanse_origin here = {.file = "estonia.lua", .line = 9};
    const struct {
        const char *key;
        struct hanse_value value;
        const char *message;
    } bad[] = {
        {"price", NUMBER(3, HOUR_DIM), "expected EUR/kWh, got h"},
        {"price", NUMBER(3, PLAIN_DIM), "expected EUR/kWh, got a plain number"},
        {"share", NUMBER(3, PRICE_DIM), "expected a plain number, got EUR/kWh"},
        {"price", NUMBER(-1, PRICE_DIM), "must be >= 0 and <= 10 EUR/kWh, got -1"},
        {"price", NUMBER(11, PRICE_DIM), "must be >= 0 and <= 10 EUR/kWh, got 11"},
        {"price", NUMBER(NAN, PRICE_DIM), "must be a finite number, got nan"},
        {"power", NUMBER(INFINITY, POWER_DIM), "must be a finite number, got inf"},
        {"share", NUMBER(0, PLAIN_DIM), "must be > 0 and < 1, got 0"},
        {"share", NUMBER(1, PLAIN_DIM), "must be > 0 and < 1, got 1"},
        {"staff", NUMBER(2.5, PLAIN_DIM), "must be a whole number, got 2.5"},
        {"staff", NUMBER(-3, PLAIN_DIM), "must be >= 0 and <= 1000, got -3"},
        {"price", WORDS("cheap"), "expected a number, got the text 'cheap'"},
        {"open", NUMBER(1, PLAIN_DIM), "expected true or false, got a number"},
        {"note", SWITCH(true), "expected a text, got true"},
        {"note", ABSENT, "expected a text, got absent"},
        {"owner", LIST(WORDS("acme")), "expected a name, got a list"},
        {"holders", WORDS("acme"), "expected a list of names, got the text 'acme'"},
        {"holders", LIST(WORDS("acme"), SWITCH(false)), "item 2: expected a name, got false"},
        {"profile", LIST(NUMBER(1, POWER_DIM)), "must have 3 numbers, got 1"},
        {"profile", LIST(NUMBER(1, POWER_DIM), NUMBER(1, HOUR_DIM), NUMBER(1, POWER_DIM)),
         "item 2: expected kW, got h"},
        {"profile", LIST(NUMBER(1, POWER_DIM), NUMBER(1, POWER_DIM), NUMBER(-1, POWER_DIM)),
         "item 3: must be >= 0 and <= 1e+06 kW, got -1"},
        {"grade", WORDS("hihg"),
         "must be one of: low middle high; got 'hihg' (did you mean 'high'?)"},
        {"group", WORDS("h100"), "expected declarations of its own, got the text 'h100'"},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        char message[512];
        snprintf(message, sizeof message, "estonia.lua:9: site 'tartu': %s: %s", bad[i].key,
                 bad[i].message);
        refused(bench,
                hanse_draft_set(bench->draft, bench->site, bad[i].key, &bad[i].value, &here),
                message);
    }
}

static void numbers_set_in_the_field_unit_obey_the_same_rules(void **state)
{
    struct bench *bench = *state;
    refused(bench, hanse_draft_set_number(bench->draft, bench->site, "price", -2),
            "estonia.lua:7: site 'tartu': price: must be >= 0 and <= 10 EUR/kWh, got -2");
    refused(bench, hanse_draft_set_number(bench->draft, bench->site, "note", 1),
            "estonia.lua:7: site 'tartu': note: expected a text, got a number");
    assert_int_equal(hanse_draft_set_number(bench->draft, bench->site, "price", 2), HANSE_OK);
}

static void unknown_kinds_and_keys_are_answered_with_the_nearest_name(void **state)
{
    struct bench *bench = *state;
    uint32_t entity;
    refused(bench, hanse_draft_add(bench->draft, "siet", "x", &at_line_7, &entity),
            "estonia.lua:7: there is no kind 'siet' (did you mean 'site'?)");
    refused(bench, hanse_draft_set_number(bench->draft, bench->site, "prcie", 1),
            "estonia.lua:7: site 'tartu': there is no key 'prcie' (did you mean 'price'?)");
    refused(bench, hanse_draft_set_number(bench->draft, bench->site, "zzzzzz", 1),
            "estonia.lua:7: site 'tartu': there is no key 'zzzzzz'");
    assert_int_equal(hanse_draft_set_number(bench->draft, 99, "price", 1), HANSE_ERR_INPUT);
}

static void names_are_checked_and_unique(void **state)
{
    struct bench *bench = *state;
    uint32_t entity;
    static const char *const bad[] = {"", "a b", "a.b", "õ", "/a", "a/", "a//b", "a\n"};
    for (size_t i = 0; i < N_OF(bad); i++) {
        assert_int_equal(hanse_draft_add(bench->draft, "group", bad[i], NULL, &entity),
                         HANSE_ERR_INPUT);
    }
    const struct hanse_origin later = {.file = "estonia.lua", .line = 20};
    refused(bench, hanse_draft_add(bench->draft, "site", "tartu", &later, &entity),
            "estonia.lua:20: site 'tartu': is declared already at estonia.lua:7");
    assert_int_equal(hanse_draft_add(bench->draft, "firm", "tartu", &later, &entity), HANSE_OK);
    refused(bench, hanse_draft_add(bench->draft, "site", "a/b", &later, &entity),
            "estonia.lua:20: site 'a/b': its name may not have a '/': it belongs to no other "
            "entity");
    refused(bench, hanse_draft_add(bench->draft, "group", "h100", &later, &entity),
            "estonia.lua:20: group 'h100': must be named site/group, after the site it belongs "
            "to");
}

static void a_key_set_twice_is_refused(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(hanse_draft_set_number(bench->draft, bench->site, "price", 1), HANSE_OK);
    refused(bench, hanse_draft_set_number(bench->draft, bench->site, "price", 1),
            "estonia.lua:7: site 'tartu': price: is set already");
}

static void malformed_formulas_are_refused_before_they_are_evaluated(void **state)
{
    struct bench *bench = *state;
    struct hanse_term deep[130];
    for (size_t i = 0; i < N_OF(deep); i++) {
        deep[i] = (struct hanse_term){HANSE_OP_CONSTANT, 0, 1};
    }
    const struct hanse_term starved[] = {{HANSE_OP_CONSTANT, 0, 1}, {HANSE_OP_ADD, 0, 0}};
    const struct hanse_term early[] = {{HANSE_OP_NEG, 0, 0}, {HANSE_OP_CONSTANT, 0, 1}};
    const struct hanse_term left_over[] = {{HANSE_OP_CONSTANT, 0, 1},
                                           {HANSE_OP_CONSTANT, 0, 1}};
    const struct hanse_term stranger[] = {{HANSE_OP_PARAM, 5, 0}};
    const struct hanse_formula bad[] = {{starved, 2, PLAIN_DIM},
                                        {early, 2, PLAIN_DIM},
                                        {left_over, 2, PLAIN_DIM},
                                        {stranger, 1, PLAIN_DIM},
                                        {NULL, 0, PLAIN_DIM}};
    for (size_t i = 0; i < N_OF(bad); i++) {
        const struct hanse_value value = {.type = HANSE_VALUE_FORMULA, .formula = bad[i]};
        assert_int_equal(hanse_draft_set(bench->draft, bench->site, "share", &value, NULL),
                         HANSE_ERR_INPUT);
    }
    const struct hanse_value value = {.type = HANSE_VALUE_FORMULA,
                                      .formula = {deep, N_OF(deep), PLAIN_DIM}};
    assert_int_equal(hanse_draft_set(bench->draft, bench->site, "share", &value, NULL),
                     HANSE_ERR_LIMIT);
}

static void parameters_overrides_and_cases_are_unique_and_consistent(void **state)
{
    struct bench *bench = *state;
    struct hanse_param growth = {.name = "growth",
                                 .low = 1,
                                 .mid = 2,
                                 .high = 3,
                                 .origin = {.file = "estonia.lua", .line = 3}};
    const struct hanse_value one = NUMBER(1, PLAIN_DIM);
    uint32_t index;
    assert_int_equal(hanse_draft_param(bench->draft, &growth, &index), HANSE_OK);
    assert_string_equal(hanse_draft_param_at(bench->draft, index)->name, "growth");
    refused(bench, hanse_draft_param(bench->draft, &growth, &index),
            "estonia.lua:3: param 'growth': is declared already");
    growth.name = "other";
    growth.mid = 4;
    refused(bench, hanse_draft_param(bench->draft, &growth, &index),
            "estonia.lua:3: param 'other': must have low <= mid <= high, got 1, 4, 3");
    growth.mid = 2;
    growth.min = 2;
    growth.max = 9;
    refused(bench, hanse_draft_param(bench->draft, &growth, &index),
            "estonia.lua:3: param 'other': must be from 2 to 9, got 1 to 3");
    growth.high = NAN;
    assert_int_equal(hanse_draft_param(bench->draft, &growth, &index), HANSE_ERR_INPUT);

    assert_int_equal(hanse_draft_override(bench->draft, "up", "param.growth", &one, NULL),
                     HANSE_OK);
    refused(bench, hanse_draft_override(bench->draft, "up", "param.growth", &one, &at_line_7),
            "estonia.lua:7: override 'up': sets 'param.growth' twice");
    assert_int_equal(hanse_draft_n_cases(bench->draft), 1);
    assert_string_equal(hanse_draft_case_name(bench->draft, 0), "baseline");
    assert_int_equal(hanse_draft_case(bench->draft, "a", NULL, NULL, 0, NULL), HANSE_OK);
    refused(bench, hanse_draft_case(bench->draft, "a", NULL, NULL, 0, &at_line_7),
            "estonia.lua:7: case 'a': is declared already");
    assert_int_equal(hanse_draft_n_cases(bench->draft), 1);
    assert_string_equal(hanse_draft_case_label(bench->draft, 0), "a");
}

static void evidence_words_read_back(void **state)
{
    for (int i = HANSE_EVIDENCE_NONE; i <= HANSE_EVIDENCE_UNVERIFIED; i++) {
        enum hanse_evidence back = HANSE_EVIDENCE_NONE;
        assert_true(hanse_evidence_parse(hanse_evidence_name((enum hanse_evidence)i), &back));
        assert_int_equal(back, i);
    }
    enum hanse_evidence untouched = HANSE_EVIDENCE_PRESS;
    assert_false(hanse_evidence_parse("hearsay", &untouched));
    assert_int_equal(untouched, HANSE_EVIDENCE_PRESS);
}

static void a_kind_with_an_unknown_unit_makes_no_draft(void **state)
{
    struct bench *bench = *state;
    static const struct hanse_field fields[] = {
        {.key = "x", .type = HANSE_NUMBER, .unit = "furlong"}};
    static const struct hanse_kind kind = {
        .name = "odd", .size = 16, .fields = fields, .n_fields = 1};
    const struct hanse_kind *const kinds[] = {&kind};
    struct hanse_draft *draft;
    assert_int_equal(hanse_draft_create_with(bench->ctx, kinds, 1, &draft), HANSE_ERR_INPUT);
    assert_null(draft);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_that_do_not_fit_their_field_are_refused),
        CASE(numbers_set_in_the_field_unit_obey_the_same_rules),
        CASE(unknown_kinds_and_keys_are_answered_with_the_nearest_name),
        CASE(names_are_checked_and_unique),
        CASE(a_key_set_twice_is_refused),
        CASE(malformed_formulas_are_refused_before_they_are_evaluated),
        CASE(parameters_overrides_and_cases_are_unique_and_consistent),
        CASE(evidence_words_read_back),
        CASE(a_kind_with_an_unknown_unit_makes_no_draft),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
