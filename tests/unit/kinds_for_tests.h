/*
 * Kinds of the tests' own: one field of every type, so that the store is tested without the
 * model it serves.
 */
#ifndef HANSE_TESTS_KINDS_FOR_TESTS_H
#define HANSE_TESTS_KINDS_FOR_TESTS_H

#include <stddef.h>
#include <string.h>

#include "sim/model/scenario.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

struct study {
    const char *name, *title;
    double horizon_h;
    int64_t seed;
};
struct firm {
    const char *name, *label;
    int32_t home, parent;
};
struct state {
    const char *name, *label;
    struct hanse_list blocs;
};
struct bloc {
    const char *name, *label;
};
struct site {
    const char *name, *label;
    double price_eur_per_kwh, power_mw, share;
    int64_t staff;
    bool open;
    const char *note;
    int32_t grade, owner;
    struct hanse_actor control;
    struct hanse_actor_list holders;
    struct hanse_series profile;
};
struct group {
    const char *name;
    int32_t site;
    int64_t count;
    double age_h;
};

static const struct hanse_field study_fields[] = {
    {.key = "title",
     .type = HANSE_TEXT,
     .offset = offsetof(struct study, title),
     .flags = HANSE_REQUIRED,
     .doc = "title"},
    {.key = "horizon",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = offsetof(struct study, horizon_h),
     .flags = HANSE_CERTAIN,
     .fallback = 87600,
     .low = 0,
     .high = 1e6,
     .doc = "simulated time"},
    {.key = "seed",
     .type = HANSE_INTEGER,
     .offset = offsetof(struct study, seed),
     .fallback = 1,
     .low = 0,
     .high = 1e9,
     .doc = "seed"},
};
static const struct hanse_field bloc_fields[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = offsetof(struct bloc, label)},
};
static const struct hanse_field state_fields[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = offsetof(struct state, label)},
    {.key = "blocs",
     .type = HANSE_REFERENCES,
     .options = "bloc",
     .offset = offsetof(struct state, blocs)},
};
static const struct hanse_field firm_fields[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = offsetof(struct firm, label)},
    {.key = "home",
     .type = HANSE_REFERENCE,
     .options = "state",
     .offset = offsetof(struct firm, home),
     .flags = HANSE_REQUIRED},
    {.key = "parent",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = offsetof(struct firm, parent),
     .flags = HANSE_ACYCLIC},
};
static const struct hanse_field site_fields[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = offsetof(struct site, label)},
    {.key = "price",
     .type = HANSE_NUMBER,
     .unit = "EUR/kWh",
     .offset = offsetof(struct site, price_eur_per_kwh),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 10,
     .doc = "electricity price"},
    {.key = "power",
     .type = HANSE_NUMBER,
     .unit = "MW",
     .offset = offsetof(struct site, power_mw),
     .fallback = 2.5},
    {.key = "share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = offsetof(struct site, share),
     .flags = HANSE_LOW_OPEN | HANSE_HIGH_OPEN,
     .fallback = 0.5,
     .low = 0,
     .high = 1},
    {.key = "staff",
     .type = HANSE_INTEGER,
     .offset = offsetof(struct site, staff),
     .fallback = 3,
     .low = 0,
     .high = 1000},
    {.key = "open", .type = HANSE_FLAG, .offset = offsetof(struct site, open), .fallback = 1},
    {.key = "note", .type = HANSE_TEXT, .offset = offsetof(struct site, note)},
    {.key = "grade",
     .type = HANSE_CHOICE,
     .options = "low middle high",
     .offset = offsetof(struct site, grade),
     .fallback_text = "middle"},
    {.key = "owner",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = offsetof(struct site, owner)},
    {.key = "control",
     .type = HANSE_ACTOR,
     .options = "firm state",
     .offset = offsetof(struct site, control)},
    {.key = "holders",
     .type = HANSE_ACTORS,
     .options = "firm state",
     .offset = offsetof(struct site, holders)},
    {.key = "profile",
     .type = HANSE_SERIES,
     .unit = "kW",
     .count = 3,
     .offset = offsetof(struct site, profile),
     .low = 0,
     .high = 1e6},
    {.key = "group", .type = HANSE_CHILDREN, .options = "group"},
};
static const struct hanse_field group_fields[] = {
    {.key = "site",
     .type = HANSE_REFERENCE,
     .options = "site",
     .offset = offsetof(struct group, site),
     .flags = HANSE_REQUIRED},
    {.key = "count",
     .type = HANSE_INTEGER,
     .offset = offsetof(struct group, count),
     .flags = HANSE_REQUIRED,
     .low = 1,
     .high = 1e6},
    {.key = "age", .type = HANSE_NUMBER, .unit = "h", .offset = offsetof(struct group, age_h)},
};

enum hanse_status site_check(const struct hanse_scenario *scenario, int32_t index);

static const struct hanse_kind study_kind = {.name = "study",
                                             .size = sizeof(struct study),
                                             .fields = study_fields,
                                             .n_fields = N_OF(study_fields),
                                             .min_rows = 1,
                                             .max_rows = 1};
static const struct hanse_kind bloc_kind = {.name = "bloc",
                                            .size = sizeof(struct bloc),
                                            .fields = bloc_fields,
                                            .n_fields = N_OF(bloc_fields)};
static const struct hanse_kind state_kind = {.name = "state",
                                             .size = sizeof(struct state),
                                             .fields = state_fields,
                                             .n_fields = N_OF(state_fields)};
static const struct hanse_kind firm_kind = {.name = "firm",
                                            .size = sizeof(struct firm),
                                            .fields = firm_fields,
                                            .n_fields = N_OF(firm_fields)};
static const struct hanse_kind site_kind = {.name = "site",
                                            .size = sizeof(struct site),
                                            .fields = site_fields,
                                            .n_fields = N_OF(site_fields),
                                            .check = site_check};
static const struct hanse_kind group_kind = {.name = "group",
                                             .size = sizeof(struct group),
                                             .fields = group_fields,
                                             .n_fields = N_OF(group_fields)};
static const struct hanse_kind *const test_kinds[] = {
    &study_kind, &bloc_kind, &state_kind, &firm_kind, &site_kind, &group_kind,
};

/* A site with much staff or a high share must be of high grade: rules over two fields. */
enum hanse_status site_check(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t count;
    const struct site *site =
        (const struct site *)hanse_scenario_table(scenario, &site_kind, &count) + index;
    if (site->staff > 900 && site->grade != 2) {
        return hanse_scenario_reject(scenario, &site_kind, index, "staff",
                                     "must be at most 900 below grade 'high', got %d",
                                     (int)site->staff);
    }
    if (site->share > 0.9 && site->grade != 2) {
        return hanse_scenario_reject(scenario, &site_kind, index, "grade",
                                     "must be 'high' for a share above 0.9");
    }
    return HANSE_OK;
}

/* --- values in one line --------------------------------------------------------------------
 */

#define PLAIN_DIM                                                                              \
    {                                                                                          \
        {                                                                                      \
            0                                                                                  \
        }                                                                                      \
    }
#define POWER_DIM                                                                              \
    {                                                                                          \
        {                                                                                      \
            [HANSE_BASE_KWH] = 1, [HANSE_BASE_H] = -1                                          \
        }                                                                                      \
    }
#define HOUR_DIM                                                                               \
    {                                                                                          \
        {                                                                                      \
            [HANSE_BASE_H] = 1                                                                 \
        }                                                                                      \
    }
#define PRICE_DIM                                                                              \
    {                                                                                          \
        {                                                                                      \
            [HANSE_BASE_EUR] = 1, [HANSE_BASE_KWH] = -1                                        \
        }                                                                                      \
    }

/* A constant in base units of `dimension`; lives as long as the enclosing block. */
#define NUMBER(value, ...)                                                                     \
    ((struct hanse_value){                                                                     \
        .type = HANSE_VALUE_FORMULA,                                                           \
        .formula = {.terms = &(struct hanse_term){HANSE_OP_CONSTANT, 0, (value)},              \
                    .n_terms = 1,                                                              \
                    .dim = __VA_ARGS__}})
#define WORDS(words) ((struct hanse_value){.type = HANSE_VALUE_TEXT, .text = (words)})
#define SWITCH(on) ((struct hanse_value){.type = HANSE_VALUE_FLAG, .flag = (on)})
#define ABSENT ((struct hanse_value){.type = HANSE_VALUE_ABSENT})
#define LIST(...)                                                                              \
    ((struct hanse_value){.type = HANSE_VALUE_LIST,                                            \
                          .items = (const struct hanse_value[]){__VA_ARGS__},                  \
                          .n_items = sizeof((const struct hanse_value[]){__VA_ARGS__}) /       \
                                     sizeof(struct hanse_value)})
/* factor × parameter */
#define TIMES_PARAM(factor, number, ...)                                                       \
    ((struct hanse_value){                                                                     \
        .type = HANSE_VALUE_FORMULA,                                                           \
        .formula = {.terms = (const struct hanse_term[]){{HANSE_OP_PARAM, (number), 0},        \
                                                         {HANSE_OP_CONSTANT, 0, (factor)},     \
                                                         {HANSE_OP_MUL, 0, 0}},                \
                    .n_terms = 3,                                                              \
                    .dim = __VA_ARGS__}})

static const struct hanse_origin at_line_7 = {.file = "estonia.lua", .line = 7};

/* The least that freezes: one study, one state, two firms, a site with a group. */
static inline enum hanse_status declare_least(struct hanse_draft *draft)
{
    static const char *const rows[][2] = {{"study", "base"}, {"state", "EE"},
                                          {"firm", "acme"},  {"firm", "zeta"},
                                          {"site", "tartu"}, {"group", "tartu/h100"}};
    uint32_t e[N_OF(rows)];
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct hanse_origin origin = {.file = "estonia.lua", .line = (int)i + 1};
        HANSE_TRY(hanse_draft_add(draft, rows[i][0], rows[i][1], &origin, &e[i]));
    }
    HANSE_TRY(hanse_draft_set_text(draft, e[0], "title", "Three sites"));
    HANSE_TRY(hanse_draft_set_text(draft, e[2], "home", "EE"));
    HANSE_TRY(hanse_draft_set_text(draft, e[3], "home", "EE"));
    HANSE_TRY(hanse_draft_set_text(draft, e[3], "parent", "acme"));
    HANSE_TRY(hanse_draft_set_number(draft, e[4], "price", 0.12));
    HANSE_TRY(hanse_draft_set_text(draft, e[4], "owner", "zeta"));
    return hanse_draft_set_number(draft, e[5], "count", 8);
}

#endif
