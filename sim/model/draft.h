/*
 * The draft: a scenario while it is being declared. The C builder API; Lua uses nothing else.
 *
 * Declare entities and their fields, parameters, overrides and cases; then freeze one case at
 * a time into an immutable scenario (scenario.h). Everything carries its origin (file, line,
 * source, evidence), so that every message can point and every figure can be traced.
 *
 *     hanse_draft_create(ctx, &draft);
 *     hanse_draft_add(draft, "jurisdiction", "EE", NULL, &estonia);
 *     hanse_draft_set_number(draft, estonia, "gdp", 40.7e9);      (in the field's own unit)
 *     hanse_draft_freeze(draft, 0, NULL, 0, &scenario);
 */
#ifndef HANSE_SIM_MODEL_DRAFT_H
#define HANSE_SIM_MODEL_DRAFT_H

#include "sim/model/schema.h"
#include "sim/model/unit.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_draft;

enum hanse_evidence {
    HANSE_EVIDENCE_NONE, /* structural values: names, switches, references */
    HANSE_EVIDENCE_PRIMARY,
    HANSE_EVIDENCE_PRESS,
    HANSE_EVIDENCE_AGGREGATOR,
    HANSE_EVIDENCE_DERIVED,
    HANSE_EVIDENCE_ASSUMPTION,
    HANSE_EVIDENCE_UNVERIFIED,
};
HANSE_API const char *hanse_evidence_name(enum hanse_evidence evidence);
/* false when `name` is no such word. */
HANSE_API bool hanse_evidence_parse(const char *name, enum hanse_evidence *evidence);

enum hanse_how { HANSE_HOW_DECLARED, HANSE_HOW_DEFAULT, HANSE_HOW_OVERRIDE, HANSE_HOW_SET };
HANSE_API const char *hanse_how_name(enum hanse_how how);

/* Where a value came from. All texts are copied by the draft; NULL for "not known". */
struct hanse_origin {
    const char *file;
    int line;
    enum hanse_how how;
    const char *via;    /* OVERRIDE: the override's name */
    const char *source; /* citation */
    enum hanse_evidence evidence;
};

/* A value as a function of the parameters, in postfix; base units. One constant is the usual
 * case. A formula that names a parameter is evaluated again whenever that parameter changes. */
enum hanse_op {
    HANSE_OP_CONSTANT,
    HANSE_OP_PARAM,
    HANSE_OP_ADD,
    HANSE_OP_SUB,
    HANSE_OP_MUL,
    HANSE_OP_DIV,
    HANSE_OP_POW,
    HANSE_OP_NEG,
    HANSE_OP_MIN,
    HANSE_OP_MAX,
    HANSE_OP_EXP,
    HANSE_OP_LOG,
    HANSE_OP_SQRT,
};
struct hanse_term {
    enum hanse_op op;
    uint32_t param; /* PARAM: index from hanse_draft_param */
    double number;  /* CONSTANT */
};
struct hanse_formula {
    const struct hanse_term *terms;
    size_t n_terms;
    struct hanse_dim dim;
};

enum hanse_value_type {
    HANSE_VALUE_FORMULA, /* numbers, integers */
    HANSE_VALUE_TEXT,    /* texts, choices, references and actors by name */
    HANSE_VALUE_FLAG,
    HANSE_VALUE_LIST,
    HANSE_VALUE_HOOK,   /* policies: a function of the script; `text` says where it stands */
    HANSE_VALUE_ABSENT, /* overrides only: takes the entity or the field's value away */
};
struct hanse_value {
    enum hanse_value_type type;
    struct hanse_formula formula;
    const char *text;
    bool flag;
    int32_t hook; /* HOOK: its number, from 0 */
    const struct hanse_value *items;
    size_t n_items;
    const char *source; /* overrides the origin's for this value; NULL none */
    enum hanse_evidence evidence;
};

/* A parameter: a lever (value only) or an uncertain input (low < high), in base units. low and
 * high are its 5 % and 95 % quantiles and mid the median; draws are two-piece lognormal when
 * low > 0, else two-piece normal, clipped to [min, max]. */
struct hanse_param {
    const char *name, *label, *unit;
    double low, mid, high;
    double min, max, step; /* step 0: continuous */
    struct hanse_dim dim;
    struct hanse_origin origin;
};

/* kinds: all that this program knows (hanse_kinds() in process/mechanism.h gives them). */
HANSE_API enum hanse_status hanse_draft_create_with(struct hanse_context *ctx,
                                                    const struct hanse_kind *const *kinds,
                                                    size_t n_kinds, struct hanse_draft **draft);
HANSE_API void hanse_draft_destroy(struct hanse_draft *draft);
HANSE_API const struct hanse_kind *const *hanse_draft_kinds(const struct hanse_draft *draft,
                                                            size_t *n_kinds);

/* Declares an entity. Names: letters, digits, '_' and '-', children "parent/child"; unique in
 * their kind. `origin` may be NULL. HANSE_ERR_INPUT: unknown kind, bad or duplicate name. */
HANSE_API enum hanse_status hanse_draft_add(struct hanse_draft *draft, const char *kind,
                                            const char *name, const struct hanse_origin *origin,
                                            uint32_t *entity);

/* Sets a field. Type, unit and range are checked now, references at freeze. */
HANSE_API enum hanse_status hanse_draft_set(struct hanse_draft *draft, uint32_t entity,
                                            const char *key, const struct hanse_value *value,
                                            const struct hanse_origin *origin);
HANSE_API enum hanse_status hanse_draft_set_number(struct hanse_draft *draft, uint32_t entity,
                                                   const char *key, double in_field_unit);
HANSE_API enum hanse_status hanse_draft_set_text(struct hanse_draft *draft, uint32_t entity,
                                                 const char *key, const char *text);
HANSE_API enum hanse_status hanse_draft_set_flag(struct hanse_draft *draft, uint32_t entity,
                                                 const char *key, bool flag);

HANSE_API enum hanse_status hanse_draft_param(struct hanse_draft *draft,
                                              const struct hanse_param *param, uint32_t *index);
HANSE_API size_t hanse_draft_n_params(const struct hanse_draft *draft);
HANSE_API const struct hanse_param *hanse_draft_param_at(const struct hanse_draft *draft,
                                                         size_t index);

/* One `path = value` of the override `name`. Paths: "withdraw.stop.to", "withdraw.stop" (with
 * an ABSENT value), "param.growth" (a number makes it certain, a list of three is its new low,
 * mid and high), and "scenario.seed" for a kind of which there is one. Setting one path twice
 * in an override is an error. A NULL path only makes the override known. */
HANSE_API enum hanse_status hanse_draft_override(struct hanse_draft *draft, const char *name,
                                                 const char *path,
                                                 const struct hanse_value *value,
                                                 const struct hanse_origin *origin);
HANSE_API size_t hanse_draft_n_overrides(const struct hanse_draft *draft);
HANSE_API const char *hanse_draft_override_name(const struct hanse_draft *draft, size_t i);

/* Adds a case: a name, a label for people and the overrides it applies. The first is the
 * baseline. A draft without cases has one, "baseline", without overrides. */
HANSE_API enum hanse_status hanse_draft_case(struct hanse_draft *draft, const char *name,
                                             const char *label, const char *const *overrides,
                                             size_t n_overrides,
                                             const struct hanse_origin *origin);
HANSE_API size_t hanse_draft_n_cases(const struct hanse_draft *draft);
HANSE_API const char *hanse_draft_case_name(const struct hanse_draft *draft, size_t i);
HANSE_API const char *hanse_draft_case_label(const struct hanse_draft *draft, size_t i);

/* A --set: wins over every override. */
struct hanse_setting {
    const char *path;
    struct hanse_value value;
};

/* Freezes a case. Two of its overrides that set one path: HANSE_ERR_INPUT. The scenario keeps
 * nothing of the draft; free it with hanse_scenario_destroy. */
HANSE_API enum hanse_status hanse_draft_freeze(const struct hanse_draft *draft, size_t which,
                                               const struct hanse_setting *settings,
                                               size_t n_settings,
                                               struct hanse_scenario **scenario);
/* The same for an ad-hoc list of overrides (`--with a,b`). */
HANSE_API enum hanse_status
hanse_draft_freeze_with(const struct hanse_draft *draft, const char *case_name,
                        const char *const *overrides, size_t n_overrides,
                        const struct hanse_setting *settings, size_t n_settings,
                        struct hanse_scenario **scenario);

#ifdef __cplusplus
}
#endif
#endif
