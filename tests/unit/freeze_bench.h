/*
 * What the tests of freezing share: a context, a draft of the tests' own kinds, and helpers
 * that fail the test with hanse's own sentence.
 */
#ifndef HANSE_TESTS_FREEZE_BENCH_H
#define HANSE_TESTS_FREEZE_BENCH_H

#include "tests/unit/kinds_for_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct hanse_context *ctx;
    struct hanse_draft *draft;
    struct hanse_scenario *scenario;
};

static inline int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){.ctx = hanse_context_create()};
    assert_int_equal(
        hanse_draft_create_with(bench.ctx, test_kinds, N_OF(test_kinds), &bench.draft),
        HANSE_OK);
    *state = &bench;
    return 0;
}

static inline int teardown(void **state)
{
    struct bench *bench = *state;
    hanse_draft_destroy(bench->draft);
    hanse_scenario_destroy(bench->scenario);
    hanse_context_destroy(bench->ctx);
    return 0;
}

static inline void done(struct bench *bench, enum hanse_status status)
{
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(bench->ctx));
    }
}

static inline void refused(struct bench *bench, enum hanse_status status, const char *message)
{
    assert_int_equal(status, HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(bench->ctx), message);
    assert_null(bench->scenario);
}

/* Freezes with the named overrides, separated by spaces in `names`, and one --set or none. */
static inline enum hanse_status freeze_with(struct bench *bench, const char *names,
                                            const char *path, const struct hanse_value *value)
{
    const char *list[8];
    char copy[256];
    size_t n = 0;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        list[n++] = word;
    }
    struct hanse_setting setting = {.path = path};
    if (value != NULL) {
        setting.value = *value;
    }
    hanse_scenario_destroy(bench->scenario);
    bench->scenario = NULL;
    return hanse_draft_freeze_with(bench->draft, "test", list, n, &setting, value != NULL,
                                   &bench->scenario);
}

static inline enum hanse_status freeze(struct bench *bench)
{
    return freeze_with(bench, "", NULL, NULL);
}

static inline const struct site *site_of(const struct bench *bench, const char *name)
{
    int32_t count, row = hanse_scenario_find(bench->scenario, &site_kind, name);
    const struct site *sites = hanse_scenario_table(bench->scenario, &site_kind, &count);
    assert_in_range(row, 0, count - 1);
    return &sites[row];
}

static inline struct hanse_resolved resolved(const struct bench *bench, const char *name,
                                             const char *key)
{
    static struct hanse_resolved value;
    for (size_t i = 0; i < hanse_scenario_n_values(bench->scenario); i++) {
        hanse_scenario_value(bench->scenario, i, &value);
        if (strcmp(value.name, name) == 0 && strcmp(value.key, key) == 0) {
            return value;
        }
    }
    fail_msg("no %s.%s", name, key);
    return value;
}

static inline void override(struct bench *bench, const char *name, const char *path,
                            struct hanse_value value)
{
    const struct hanse_origin line = {.file = "cases.lua", .line = 5};
    done(bench, hanse_draft_override(bench->draft, name, path, &value, &line));
}

/* A site that gives every field, none at its default. */
static inline void declare_full_site(struct bench *bench)
{
    uint32_t site;
    const struct hanse_origin here = {.file = "latvia.lua", .line = 30};
    done(bench, hanse_draft_add(bench->draft, "site", "riga", &here, &site));
    const struct {
        const char *key;
        struct hanse_value value;
    } fields[] = {
        {"label", WORDS("Riga, quay")},
        {"price", NUMBER(0.2, PRICE_DIM)},
        {"power", NUMBER(1500, POWER_DIM)},
        {"share", NUMBER(7 * 0.01, PLAIN_DIM)},
        {"staff", NUMBER(12, PLAIN_DIM)},
        {"open", SWITCH(false)},
        {"note", WORDS("river-cooled")},
        {"grade", WORDS("high")},
        {"owner", WORDS("acme")},
        {"control", WORDS("EE")},
        {"holders", LIST(WORDS("zeta"), WORDS("EE"))},
        {"profile", LIST(NUMBER(1, POWER_DIM), NUMBER(2.5, POWER_DIM), NUMBER(0, POWER_DIM))},
    };
    for (size_t i = 0; i < N_OF(fields); i++) {
        done(bench, hanse_draft_set(bench->draft, site, fields[i].key, &fields[i].value, NULL));
    }
}

#endif
