/* What a case changes: paths resolved, conflicts found, entities taken away. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/scenario_inside.h"

enum { LONGEST_PATH = 480 };

/* --- paths ----------------------------------------------------------------------------------
 */

static struct hanse__place place_of(const struct hanse__applied *applied)
{
    return (struct hanse__place){
        .origin = &applied->origin, .kind = "path", .name = applied->path};
}

/* The one entity of a kind that has at most one row, HANSE__NONE when not declared. */
static int64_t sole_entity(const struct hanse_draft *draft, int32_t kind)
{
    for (size_t i = 0; i < draft->n_entities; i++) {
        if (draft->entities[i].kind == (uint32_t)kind) {
            return (int64_t)i;
        }
    }
    return HANSE__NONE;
}

static enum hanse_status find_field(const struct hanse_draft *draft,
                                    struct hanse__applied *applied, int32_t kind,
                                    const char *key)
{
    const struct hanse__place place = place_of(applied);
    int32_t field = hanse__field_index(draft->kinds[kind], key);
    if (field < 0) {
        return hanse__unknown_field(draft, &place, draft->kinds[kind], key);
    }
    applied->field = (uint32_t)field;
    return HANSE_OK;
}

static enum hanse_status find_param(const struct hanse_draft *draft,
                                    struct hanse__applied *applied, const char *name)
{
    const struct hanse__place place = place_of(applied);
    int64_t param = hanse__param_index(draft, name);
    if (param < 0) {
        char hint[256] = "";
        const char **names = hanse__alloc(draft->ctx, draft->n_params + 1, sizeof *names);
        for (size_t i = 0; names != NULL && i < draft->n_params; i++) {
            names[i] = draft->params[i].name;
        }
        if (names != NULL) {
            hanse__did_you_mean(hint, sizeof hint, name, names, draft->n_params);
        }
        hanse__free(names);
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place, "there is no param '%s'%s",
                             name, hint);
    }
    applied->entity = HANSE__IS_PARAM;
    applied->field = (uint32_t)param;
    return HANSE_OK;
}

/* `rest` is "name", "name.key" or, where there is only one of a kind, "key". */
static enum hanse_status find_entity(const struct hanse_draft *draft,
                                     struct hanse__applied *applied, int32_t kind, char *rest)
{
    const struct hanse__place place = place_of(applied);
    char *key = strchr(rest, '.');
    int64_t entity;
    if (key == NULL && draft->kinds[kind]->max_rows == 1 &&
        (entity = sole_entity(draft, kind)) >= 0 &&
        hanse__entity_index(draft, (uint32_t)kind, rest) < 0) {
        applied->entity = (uint32_t)entity;
        return find_field(draft, applied, kind, rest);
    }
    if (key != NULL) {
        *key++ = '\0';
    }
    entity = hanse__entity_index(draft, (uint32_t)kind, rest);
    if (entity < 0) {
        return hanse__unknown_entity(draft, &place, draft->kinds[kind]->name, rest);
    }
    applied->entity = (uint32_t)entity;
    applied->field = HANSE__WHOLE;
    return key == NULL ? HANSE_OK : find_field(draft, applied, kind, key);
}

static enum hanse_status find_path(const struct hanse_draft *draft,
                                   struct hanse__applied *applied)
{
    const struct hanse__place place = place_of(applied);
    char copy[LONGEST_PATH];
    int length = snprintf(copy, sizeof copy, "%s", applied->path);
    char *dot = strchr(copy, '.');
    if (dot == NULL || length >= LONGEST_PATH) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                             "must be kind.name.key, kind.name or param.name");
    }
    *dot = '\0';
    if (strcmp(copy, "param") == 0) {
        return find_param(draft, applied, dot + 1);
    }
    int32_t kind = hanse__kind_index((const struct hanse_kind *const *)draft->kinds,
                                     draft->n_kinds, copy, (size_t)(dot - copy));
    if (kind < 0) {
        return hanse__unknown_kind(draft, &place, copy);
    }
    return find_entity(draft, applied, kind, dot + 1);
}

/* --- values ---------------------------------------------------------------------------------
 */

static enum hanse_status check_param_number(const struct hanse__freeze *freeze,
                                            const struct hanse__applied *applied,
                                            const struct hanse_value *value)
{
    const struct hanse_draft *draft = freeze->draft;
    const struct hanse__place place = place_of(applied);
    const struct hanse_param *param = &draft->params[applied->field];
    char want[128], got[128];
    if (value->type != HANSE_VALUE_FORMULA) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                             "expected a number, or a list of low, mid and high");
    }
    if (!hanse_dim_equal(&value->formula.dim, &param->dim)) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place, "expected %s, got %s",
                             hanse_dim_text(&param->dim, want, sizeof want),
                             hanse_dim_text(&value->formula.dim, got, sizeof got));
    }
    HANSE_TRY(hanse__formula_check(draft->ctx, &place, &value->formula, draft->n_params));
    if (!hanse__formula_is_constant(value->formula.terms, value->formula.n_terms)) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                             "a parameter may not depend on another one");
    }
    return HANSE_OK;
}

static enum hanse_status check_param(const struct hanse__freeze *freeze,
                                     const struct hanse__applied *applied)
{
    const struct hanse_value *value = applied->value;
    if (value->type != HANSE_VALUE_LIST || value->n_items != 3) {
        return check_param_number(freeze, applied, value);
    }
    for (size_t i = 0; i < 3; i++) {
        HANSE_TRY(check_param_number(freeze, applied, &value->items[i]));
    }
    return HANSE_OK;
}

static enum hanse_status check_change(struct hanse__freeze *freeze,
                                      struct hanse__applied *applied)
{
    const struct hanse_draft *draft = freeze->draft;
    const struct hanse__place path = place_of(applied);
    HANSE_TRY(find_path(draft, applied));
    if (applied->entity == HANSE__IS_PARAM) {
        return check_param(freeze, applied);
    }
    if (applied->field == HANSE__WHOLE) {
        return applied->value->type == HANSE_VALUE_ABSENT
                   ? HANSE_OK
                   : hanse__reject(draft->ctx, HANSE_ERR_INPUT, &path,
                                   "an entity can only be set to absent");
    }
    const struct hanse__entity *entity = &draft->entities[applied->entity];
    const struct hanse_kind *kind = draft->kinds[entity->kind];
    const struct hanse_field *field = &kind->fields[applied->field];
    if (applied->value->type == HANSE_VALUE_ABSENT && field->type != HANSE_CHILDREN) {
        applied->kept.type = HANSE_VALUE_ABSENT;
        return HANSE_OK;
    }
    const struct hanse__place place = {.origin = &applied->origin,
                                       .kind = kind->name,
                                       .name = entity->name,
                                       .key = field->key};
    return hanse__value_keep(&freeze->store, &place, field,
                             &draft->units[entity->kind][applied->field], draft->n_params,
                             applied->value, &applied->kept);
}

/* --- the list -------------------------------------------------------------------------------
 */

static enum hanse_status select_overrides(struct hanse__freeze *freeze,
                                          const struct hanse__case *which)
{
    const struct hanse_draft *draft = freeze->draft;
    const struct hanse__place place = {
        .origin = &which->origin, .kind = "case", .name = which->name};
    for (size_t i = 0; i < which->n_overrides; i++) {
        const char *name = which->overrides[i];
        int64_t number = hanse__override_index(draft, name);
        char hint[256];
        if (number < 0) {
            hanse__did_you_mean(hint, sizeof hint, name, draft->overrides, draft->n_overrides);
            return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                                 "there is no override '%s'%s", name, hint);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(which->overrides[j], name) == 0) {
                return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                                     "applies the override '%s' twice", name);
            }
        }
        for (size_t j = 0; j < draft->n_changes; j++) {
            freeze->applied[j].selected |= draft->changes[j].override == (uint32_t)number;
        }
    }
    return HANSE_OK;
}

static int by_target(const void *left, const void *right)
{
    const struct hanse__applied *a = left, *b = right;
    if (a->entity != b->entity) {
        return a->entity < b->entity ? -1 : 1;
    }
    if (a->field != b->field) {
        return a->field < b->field ? -1 : 1;
    }
    return (int)a->setting - (int)b->setting;
}

static const char *who(const struct hanse__applied *applied, char *text, size_t size)
{
    if (applied->setting) {
        snprintf(text, size, "--set %s", applied->path);
    } else {
        snprintf(text, size, "override '%s'", applied->origin.via);
    }
    return text;
}

static enum hanse_status conflict(const struct hanse__freeze *freeze,
                                  const struct hanse__applied *a,
                                  const struct hanse__applied *b, const char *what)
{
    char first[256], second[256];
    return hanse__fail(freeze->draft->ctx, HANSE_ERR_INPUT, "%s and %s: %s, '%s'",
                       who(a, first, sizeof first), who(b, second, sizeof second), what,
                       b->path);
}

/* Of two changes to one target a setting wins; two of one sort are an error. */
static enum hanse_status merge(struct hanse__freeze *freeze)
{
    struct hanse__applied *all = freeze->applied;
    size_t n = 0;
    for (size_t i = 0; i < freeze->n_applied; i++) {
        bool same =
            n > 0 && all[n - 1].entity == all[i].entity && all[n - 1].field == all[i].field;
        if (same && all[n - 1].setting == all[i].setting) {
            return conflict(freeze, &all[n - 1], &all[i], "both set one path");
        }
        all[same ? n - 1 : n++] = all[i];
    }
    freeze->n_applied = n;
    return HANSE_OK;
}

static enum hanse_status resolve_all(struct hanse__freeze *freeze,
                                     const struct hanse_setting *settings, size_t n_settings)
{
    const struct hanse_draft *draft = freeze->draft;
    size_t n = 0;
    for (size_t i = 0; i < draft->n_changes + n_settings; i++) {
        struct hanse__applied applied = freeze->applied[i];
        if (i < draft->n_changes) {
            applied.path = draft->changes[i].path;
            applied.value = &draft->changes[i].value;
            applied.origin = draft->changes[i].origin;
        } else {
            applied.path = settings[i - draft->n_changes].path;
            applied.value = &settings[i - draft->n_changes].value;
            applied.origin = (struct hanse_origin){.how = HANSE_HOW_SET};
            applied.setting = applied.selected = true;
        }
        HANSE_TRY(check_change(freeze, &applied));
        freeze->named[freeze->n_named++] = (struct hanse__named){applied.entity, applied.field};
        if (applied.selected) {
            freeze->applied[n++] = applied;
        }
    }
    freeze->n_applied = n;
    return HANSE_OK;
}

enum hanse_status hanse__changes_resolve(struct hanse__freeze *freeze,
                                         const struct hanse__case *which,
                                         const struct hanse_setting *settings,
                                         size_t n_settings)
{
    size_t most = freeze->draft->n_changes + n_settings;
    freeze->applied = hanse__alloc(freeze->draft->ctx, most + 1, sizeof *freeze->applied);
    freeze->named = hanse__alloc(freeze->draft->ctx, most + 1, sizeof *freeze->named);
    if (freeze->applied == NULL || freeze->named == NULL) {
        return HANSE_ERR_MEMORY;
    }
    HANSE_TRY(select_overrides(freeze, which));
    HANSE_TRY(resolve_all(freeze, settings, n_settings));
    qsort(freeze->applied, freeze->n_applied, sizeof *freeze->applied, by_target);
    HANSE_TRY(merge(freeze));
    for (size_t i = 0; i < freeze->n_applied; i++) {
        struct hanse__applied *applied = &freeze->applied[i];
        HANSE_TRY(hanse__origins_intern(&freeze->scenario->origins, &applied->origin,
                                        &applied->number));
    }
    return HANSE_OK;
}

/* --- taking away ----------------------------------------------------------------------------
 */

static bool is_child(const char *name, const char *parent)
{
    size_t length = strlen(parent);
    return strncmp(name, parent, length) == 0 && name[length] == '/';
}

/* Children go with their parent, whoever's they are; `by` is the change that did it. */
static void remove_children(struct hanse__freeze *freeze, uint32_t parent)
{
    const struct hanse_draft *draft = freeze->draft;
    const struct hanse__entity *gone = &draft->entities[parent];
    for (size_t i = 0; i < draft->n_entities; i++) {
        const struct hanse__entity *entity = &draft->entities[i];
        if (freeze->removed_by[i] == 0 && draft->parents[entity->kind] == (int32_t)gone->kind &&
            is_child(entity->name, gone->name)) {
            freeze->removed_by[i] = freeze->removed_by[parent];
            remove_children(freeze, (uint32_t)i);
        }
    }
}

enum hanse_status hanse__changes_remove(struct hanse__freeze *freeze)
{
    for (size_t i = 0; i < freeze->n_applied; i++) {
        const struct hanse__applied *applied = &freeze->applied[i];
        if (applied->field != HANSE__WHOLE || applied->entity == HANSE__IS_PARAM) {
            continue;
        }
        if (freeze->removed_by == NULL) {
            freeze->removed_by = hanse__alloc(freeze->draft->ctx, freeze->draft->n_entities + 1,
                                              sizeof *freeze->removed_by);
            if (freeze->removed_by == NULL) {
                return HANSE_ERR_MEMORY;
            }
        }
        freeze->removed_by[applied->entity] = (uint32_t)i + 1;
        remove_children(freeze, applied->entity);
    }
    /* A change to what another one takes away: one of the two is a mistake. */
    for (size_t i = 0; freeze->removed_by != NULL && i < freeze->n_applied; i++) {
        const struct hanse__applied *applied = &freeze->applied[i];
        if (applied->entity == HANSE__IS_PARAM || applied->field == HANSE__WHOLE ||
            freeze->removed_by[applied->entity] == 0) {
            continue;
        }
        const struct hanse__applied *by =
            &freeze->applied[freeze->removed_by[applied->entity] - 1];
        if (applied->setting || !by->setting) {
            return conflict(freeze, by, applied, "one takes away what the other sets");
        }
    }
    return HANSE_OK;
}
