/*
 * What a draft is made of, for the files of the model room only.
 *
 * A draft may hold 100,000 sites, so everything stands in plain arrays: entities, and one
 * array of assignments that each entity threads a list through. Texts and origins are interned.
 */
#ifndef HANSE_SIM_MODEL_DRAFT_INSIDE_H
#define HANSE_SIM_MODEL_DRAFT_INSIDE_H

#include "sim/model/value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE__NONE = -1, HANSE__MOST_FIELDS = 256 };

struct hanse__assigned { /* a field that was set */
    struct hanse__value value;
    uint32_t origin;
    uint32_t next; /* of the same entity, plus 1; 0 the last */
    uint16_t field;
};

struct hanse__entity {
    const char *name;
    uint32_t kind;
    uint32_t first; /* assignment, plus 1; 0 none */
    uint32_t origin;
};

struct hanse__change { /* one `path = value` of an override */
    const char *path;
    uint32_t override;
    struct hanse_value value;
    struct hanse_origin origin;
};

struct hanse__case {
    const char *name, *label;
    const char *const *overrides;
    size_t n_overrides;
    struct hanse_origin origin;
};

struct hanse_draft {
    struct hanse_context *ctx;
    const struct hanse_kind **kinds;
    size_t n_kinds;
    struct hanse_unit **units; /* by kind, by field */
    int32_t *parents;          /* by kind: the kind its rows are children of; HANSE__NONE */
    struct hanse__pool pool;
    struct hanse__origins origins;
    struct hanse__store store;
    struct hanse__entity *entities;
    size_t n_entities, entities_capacity;
    struct hanse__assigned *assigned;
    size_t n_assigned, assigned_capacity;
    uint32_t *slots; /* entity + 1 by hash of kind and name; 0 empty */
    size_t n_slots;
    struct hanse_param *params;
    size_t n_params, params_capacity;
    const char **overrides;
    size_t n_overrides, overrides_capacity;
    struct hanse__change *changes;
    size_t n_changes, changes_capacity;
    struct hanse__case *cases;
    size_t n_cases, cases_capacity;
};

/* Numbers of the named kind, field, entity, parameter, override; HANSE__NONE when unknown. */
int32_t hanse__kind_index(const struct hanse_kind *const *kinds, size_t n_kinds,
                          const char *name, size_t length);
int32_t hanse__field_index(const struct hanse_kind *kind, const char *key);
int64_t hanse__entity_index(const struct hanse_draft *draft, uint32_t kind, const char *name);
int64_t hanse__param_index(const struct hanse_draft *draft, const char *name);
int64_t hanse__override_index(const struct hanse_draft *draft, const char *name);

/* The same as errors, with a hint. `place` says where the word stands. */
enum hanse_status hanse__unknown_kind(const struct hanse_draft *draft,
                                      const struct hanse__place *place, const char *name);
enum hanse_status hanse__unknown_field(const struct hanse_draft *draft,
                                       const struct hanse__place *place,
                                       const struct hanse_kind *kind, const char *key);
enum hanse_status hanse__unknown_entity(const struct hanse_draft *draft,
                                        const struct hanse__place *place, const char *kinds,
                                        const char *name);

enum hanse_status hanse__name_check(struct hanse_context *ctx, const struct hanse__place *place,
                                    const char *what, const char *name);
/* The rules of struct hanse_param; also for values that overrides gave it. */
enum hanse_status hanse__param_check(struct hanse_context *ctx,
                                     const struct hanse_param *param);
enum hanse_status hanse__origin_keep(struct hanse__pool *pool, const struct hanse_origin *in,
                                     struct hanse_origin *out);

#ifdef __cplusplus
}
#endif
#endif
