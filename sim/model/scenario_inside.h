/*
 * What a scenario is made of, for the files of the model room only.
 *
 * Tables are plain arrays of the kinds' structs. Beside each stands an array of one 32-bit
 * number per value: its origin, and a bit for "depends on an uncertain input". What depends on
 * parameters at all is listed once more as patches, in the order of the tables, so that an
 * instance evaluates those formulas and nothing else.
 */
#ifndef HANSE_SIM_MODEL_SCENARIO_INSIDE_H
#define HANSE_SIM_MODEL_SCENARIO_INSIDE_H

#include "sim/model/draft_inside.h"
#include "sim/model/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HANSE__UNCERTAIN 0x80000000u

struct hanse__table {
    unsigned char *rows;
    int32_t count;
    uint32_t *cells;        /* count × n_stored origins */
    uint32_t *row_origins;  /* where each entity was declared */
    const uint16_t *stored; /* fields that hold a value: all but CHILDREN */
    uint32_t n_stored;
    size_t first_value; /* number of row 0's first value among all values */
};

struct hanse__patch {
    uint32_t kind, row, field;
    uint32_t item; /* of a series */
    uint32_t first_term, n_terms;
    double scale; /* the field's unit in base units */
};

struct hanse__list_text {
    size_t value;
    const char *text;
};

struct hanse_scenario {
    struct hanse_context *ctx;
    const struct hanse_scenario *whole; /* instances: what they are a copy of; NULL otherwise */
    const char *case_name;
    const char **case_names; /* of the whole study */
    size_t n_case_names;
    const struct hanse_kind **kinds;
    size_t n_kinds;
    struct hanse__table *tables;
    struct hanse__pool pool;
    struct hanse__origins origins;
    struct hanse_param *params; /* by name */
    uint64_t *param_entities;   /* their stream identities */
    size_t n_params;
    struct hanse_term *terms;
    size_t n_terms, terms_capacity;
    struct hanse__patch *patches;
    size_t n_patches, patches_capacity;
    struct hanse__list_text *list_texts; /* ascending */
    size_t n_list_texts, list_texts_capacity;
    size_t n_values;
    bool has_hooks; /* some policy is a function of the script */
};

static inline void *hanse__row(const struct hanse_scenario *scenario, size_t kind, size_t row)
{
    return scenario->tables[kind].rows + row * scenario->kinds[kind]->size;
}

static inline const char *hanse__row_name(const struct hanse_scenario *scenario, size_t kind,
                                          size_t row)
{
    return *(const char *const *)hanse__row(scenario, kind, row);
}

/* Row of the named entity of a kind by number, -1 when there is none. */
int32_t hanse__row_find(const struct hanse_scenario *scenario, size_t kind, const char *name);

/* HANSE_ERR_INPUT when a reference that may not come back does. */
enum hanse_status hanse__links_check(const struct hanse_scenario *scenario);

/* The value of a parameter whose standard normal draw is z. */
double hanse__param_draw(const struct hanse_param *param, double z);

/* --- one freeze --------------------------------------------------------------------------- */

enum { HANSE__WHOLE = 0xffff };
#define HANSE__IS_PARAM UINT32_MAX

struct hanse__applied { /* an override's line or a --set, resolved */
    uint32_t entity;    /* HANSE__IS_PARAM: `field` is a parameter's number */
    uint32_t field;     /* HANSE__WHOLE: the entity itself */
    const char *path;
    const struct hanse_value *value;
    struct hanse_origin origin;
    struct hanse__value kept;
    uint32_t number; /* of the origin, in the scenario */
    bool setting, selected;
};

struct hanse__ordered { /* an entity of this case, by kind and name */
    const char *name;
    uint32_t kind, entity;
};

struct hanse__named { /* a value that some override of the draft, or a --set, gives */
    uint32_t entity, field;
};

struct hanse__freeze {
    const struct hanse_draft *draft;
    struct hanse_scenario *scenario;
    struct hanse__pool pool; /* texts of the changes, for the time of the freeze */
    struct hanse__store store;
    struct hanse__applied *applied; /* by entity and field */
    size_t n_applied;
    struct hanse__named *named; /* by all overrides, those of other cases too */
    size_t n_named;
    uint32_t *removed_by; /* by entity: change + 1; NULL when nothing is removed */
    struct hanse__ordered *order;
    size_t n_order;
    uint32_t *origins;   /* draft's number → scenario's number + 1 */
    uint32_t *param_map; /* draft's number → scenario's */
    double *params;      /* mid values by the draft's numbers */
    bool *uncertain;     /* by the draft's numbers */
};

/* What the case changes: fills `applied`, sorted, without conflicts. */
enum hanse_status hanse__changes_resolve(struct hanse__freeze *freeze,
                                         const struct hanse__case *which,
                                         const struct hanse_setting *settings,
                                         size_t n_settings);
/* Marks what the changes take away, children included. */
enum hanse_status hanse__changes_remove(struct hanse__freeze *freeze);
/* The parameters' values in this case. */
enum hanse_status hanse__params_freeze(struct hanse__freeze *freeze);
enum hanse_status hanse__origin_map(struct hanse__freeze *freeze, uint32_t number,
                                    uint32_t *mapped);
/* Makes the rows of derived kinds. */
enum hanse_status hanse__kinds_derive(struct hanse__freeze *freeze);
/* Fills every field of every row, references included. */
enum hanse_status hanse__rows_fill(struct hanse__freeze *freeze);
/* Rows that the texts of a reference or actor field name. */
enum hanse_status hanse__reference_find(struct hanse__freeze *freeze,
                                        const struct hanse__place *place,
                                        const struct hanse_field *field, const char *text,
                                        struct hanse_actor *found);

#ifdef __cplusplus
}
#endif
#endif
