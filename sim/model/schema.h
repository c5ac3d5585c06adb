/*
 * Schemas: what a scenario may say, as data.
 *
 * A kind (site, workload, withdraw …) is a C struct with a table of fields. That one table
 * drives everything: the Lua constructors, validation and its messages, --set, `hanse check`,
 * the scenario group of the result file, and the generated reference page. Kinds of nouns live
 * in sim/model; a mechanism that needs a noun of its own brings its kind along.
 *
 * Every kind's struct starts with `const char *name`. How a field is stored at `offset`:
 *
 *   HANSE_NUMBER      double, in the unit the field names
 *   HANSE_INTEGER     int64_t
 *   HANSE_FLAG        bool
 *   HANSE_TEXT        const char *
 *   HANSE_CHOICE      int32_t, index into the words of `options`
 *   HANSE_POLICY      int32_t, index into the words of `options`; a function of the scenario's
 *                     own: hanse_policy_hook() says which
 *   HANSE_REFERENCE   int32_t, index into the table of the kind named by `options`; -1 none
 *   HANSE_REFERENCES  struct hanse_list of such indices
 *   HANSE_ACTOR       struct hanse_actor: an entity of any kind named in `options`
 *   HANSE_ACTORS      struct hanse_actor_list
 *   HANSE_SERIES      struct hanse_series of doubles, `count` of them when count > 0
 *   HANSE_CHILDREN    nothing: a nested list in Lua whose elements become entities of the kind
 *                     `options`, named parent/child, with their field named as the parent's
 *                     kind set to the parent
 *
 * When not given and without a fallback: a TEXT is "" (one keyed "label" is the row's name), a
 * CHOICE or POLICY -1, a REFERENCE or ACTOR -1, a list or series empty. A field without
 * HANSE_REQUIRED whose NUMBER has no fallback is 0.
 */
#ifndef HANSE_SIM_MODEL_SCHEMA_H
#define HANSE_SIM_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_context;
struct hanse_scenario;
struct hanse_deriving;

enum hanse_field_type {
    HANSE_NUMBER,
    HANSE_INTEGER,
    HANSE_FLAG,
    HANSE_TEXT,
    HANSE_CHOICE,
    HANSE_POLICY,
    HANSE_REFERENCE,
    HANSE_REFERENCES,
    HANSE_ACTOR,
    HANSE_ACTORS,
    HANSE_SERIES,
    HANSE_CHILDREN,
};

struct hanse_list {
    const int32_t *items;
    int32_t count;
};

/* A POLICY as stored: number of the scenario's function, -1 when it is one of the words. */
static inline int32_t hanse_policy_hook(int32_t policy)
{
    return policy < -1 ? -2 - policy : -1;
}

/* kind: index in the draft's list of kinds, -1 none; index: row in that kind's table. */
struct hanse_actor {
    int32_t kind;
    int32_t index;
};

struct hanse_actor_list {
    const struct hanse_actor *items;
    int32_t count;
};

struct hanse_series {
    const double *items;
    int32_t count;
};

enum hanse_field_flags {
    HANSE_REQUIRED = 1,
    HANSE_LOW_OPEN = 2,  /* value > low instead of >= */
    HANSE_HIGH_OPEN = 4, /* value < high instead of <= */
    HANSE_CERTAIN = 8,   /* may not depend on an uncertain input */
    HANSE_ACYCLIC = 16,  /* following this reference must never come back */
};

struct hanse_field {
    const char *key;
    enum hanse_field_type type;
    const char *unit;    /* NUMBER, SERIES: what is stored; "1" for plain numbers */
    const char *options; /* CHOICE, POLICY: words; references: kinds; separated by spaces */
    size_t offset;
    unsigned flags;
    double fallback;           /* NUMBER, INTEGER, FLAG: value when not given */
    const char *fallback_text; /* TEXT, CHOICE, POLICY, REFERENCE: likewise; NULL none */
    double low, high;          /* allowed range, in `unit`; equal when unbounded */
    int32_t count;             /* SERIES: exact length; 0 any */
    const char *needs;         /* what on its row gives it a meaning (needs.h); NULL nothing */
    const char *doc;           /* one sentence; shown in `hanse check` and the reference */
};

struct hanse_kind {
    const char *name; /* "site": also the Lua constructor */
    const char *doc;
    size_t size; /* of the C struct */
    const struct hanse_field *fields;
    size_t n_fields;
    /* Checks one row against the whole scenario once every reference is resolved; NULL none.
     * Reports through hanse_scenario_reject (scenario.h), which adds file and line. */
    enum hanse_status (*check)(const struct hanse_scenario *scenario, int32_t index);
    int32_t min_rows, max_rows; /* how many a scenario must and may have; max 0: any number */
    /* Makes the rows of a kind that nobody declares (sim/model/derive.h); NULL: they are
     * declared. */
    enum hanse_status (*derive)(struct hanse_deriving *deriving);
};

#ifdef __cplusplus
}
#endif
#endif
