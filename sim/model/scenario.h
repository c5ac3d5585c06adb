/*
 * The scenario: one case, frozen. Immutable and shared by all threads.
 *
 * Each kind is a table of C structs, sorted by name, so that permuting declarations changes
 * nothing. Beside the tables it keeps, for every resolved value, where it came from. Values
 * that depend on uncertain parameters hold the value at the parameters' mid points; an
 * instance is a private copy with the draws of one replication patched in.
 */
#ifndef HANSE_SIM_MODEL_SCENARIO_H
#define HANSE_SIM_MODEL_SCENARIO_H

#include "sim/model/draft.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_scenario;

HANSE_API void hanse_scenario_destroy(struct hanse_scenario *scenario);
HANSE_API const char *hanse_scenario_case(const struct hanse_scenario *scenario);
/* Names of the cases that its draft declared, in their order; none when it declared none. */
HANSE_API const char *const *hanse_scenario_case_names(const struct hanse_scenario *scenario,
                                                       size_t *n);

/* The rows of a kind, `kind->size` bytes apart, and how many; NULL and 0 when none. */
HANSE_API const void *hanse_scenario_table(const struct hanse_scenario *scenario,
                                           const struct hanse_kind *kind, int32_t *count);
/* Index of a kind in struct hanse_actor, -1 when unknown. */
HANSE_API int32_t hanse_scenario_kind(const struct hanse_scenario *scenario,
                                      const char *kind_name);
/* Row of the named entity, -1 when there is none. */
HANSE_API int32_t hanse_scenario_find(const struct hanse_scenario *scenario,
                                      const struct hanse_kind *kind, const char *name);
/* 64-bit stream identity of a row: the hash of "kind/name". */
HANSE_API uint64_t hanse_scenario_entity(const struct hanse_scenario *scenario,
                                         const struct hanse_kind *kind, int32_t index);

/* Is some policy a function of the scenario's own? Then workers need a maker of hooks. */
HANSE_API bool hanse_scenario_has_hooks(const struct hanse_scenario *scenario);

/* Every resolved value, in a fixed order, for `check`, results and the report. */
struct hanse_resolved {
    const char *kind, *name, *key;
    const char *unit;  /* "" when it has none */
    const char *label; /* the field's doc */
    enum hanse_field_type type;
    double number;    /* NUMBER, INTEGER, FLAG; in `unit` */
    const char *text; /* every type: as people read it */
    bool uncertain;
    struct hanse_origin origin;
    char digits[64]; /* room for `text`: copy the text, not only the struct */
};
HANSE_API size_t hanse_scenario_n_values(const struct hanse_scenario *scenario);
HANSE_API void hanse_scenario_value(const struct hanse_scenario *scenario, size_t i,
                                    struct hanse_resolved *value);

/* Parameters of this case (values after overrides and --set), by name. */
HANSE_API size_t hanse_scenario_n_params(const struct hanse_scenario *scenario);
HANSE_API const struct hanse_param *hanse_scenario_param(const struct hanse_scenario *scenario,
                                                         size_t i);

/* Draws all parameters for a replication into values[n_params] (base units). */
HANSE_API void hanse_scenario_draw(const struct hanse_scenario *scenario, uint64_t seed,
                                   uint32_t replication, double *values);

/* A private copy for one worker, to be patched with drawn parameters. An instance answers
 * every question a scenario does (but texts of series stay those at the mid points), shares
 * what no parameter moves with its scenario, and must go before it. Patching is cheap: only
 * dependent fields are evaluated. HANSE_ERR_DOMAIN when a value leaves its parameter's range
 * or drives a field out of its own. */
HANSE_API enum hanse_status hanse_scenario_instance(struct hanse_context *ctx,
                                                    const struct hanse_scenario *scenario,
                                                    struct hanse_scenario **instance);
HANSE_API enum hanse_status hanse_scenario_patch(struct hanse_context *ctx,
                                                 struct hanse_scenario *instance,
                                                 const double *param_values);

/* For `check` functions that need room to work. */
struct hanse_context *hanse__scenario_context(const struct hanse_scenario *scenario);

/* For `check` functions of kinds: leaves "file:line: kind 'name': key: message". `key` may be
 * NULL. Returns HANSE_ERR_INPUT. */
enum hanse_status hanse_scenario_reject(const struct hanse_scenario *scenario,
                                        const struct hanse_kind *kind, int32_t index,
                                        const char *key, const char *format, ...)
    HANSE_PRINTF(5, 6);

#ifdef __cplusplus
}
#endif
#endif
