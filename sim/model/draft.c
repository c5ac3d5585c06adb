#include "sim/model/draft.h"

#include <stdio.h>
#include <string.h>

#include "sim/model/draft_inside.h"

enum { FIRST_SLOTS = 64, LONGEST_NAME = 200 };

static const char *const evidence_names[] = {
    "none", "primary", "press", "aggregator", "derived", "assumption", "unverified",
};
static const char *const how_names[] = {"declared", "default", "override", "set"};

const char *hanse_evidence_name(enum hanse_evidence evidence)
{
    return evidence_names[evidence];
}

bool hanse_evidence_parse(const char *name, enum hanse_evidence *evidence)
{
    for (size_t i = 0; i < sizeof evidence_names / sizeof evidence_names[0]; i++) {
        if (strcmp(evidence_names[i], name) == 0) {
            *evidence = (enum hanse_evidence)i;
            return true;
        }
    }
    return false;
}

const char *hanse_how_name(enum hanse_how how)
{
    return how_names[how];
}

/* --- making and freeing ------------------------------------------------------------------- */

static enum hanse_status parse_units(struct hanse_draft *draft, size_t k)
{
    const struct hanse_kind *kind = draft->kinds[k];
    if (kind->n_fields > HANSE__MOST_FIELDS) {
        return hanse__fail(draft->ctx, HANSE_ERR_LIMIT,
                           "kind '%s': must have at most %d fields, got %zu", kind->name,
                           HANSE__MOST_FIELDS, kind->n_fields);
    }
    draft->units[k] = hanse__alloc(draft->ctx, kind->n_fields + 1, sizeof **draft->units);
    if (draft->units[k] == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t f = 0; f < kind->n_fields; f++) {
        const char *unit = kind->fields[f].unit;
        HANSE_TRY(hanse_unit_parse(draft->ctx, unit == NULL ? "1" : unit, &draft->units[k][f]));
    }
    return HANSE_OK;
}

static void find_parents(struct hanse_draft *draft)
{
    for (size_t k = 0; k < draft->n_kinds; k++) {
        for (size_t f = 0; f < draft->kinds[k]->n_fields; f++) {
            const struct hanse_field *field = &draft->kinds[k]->fields[f];
            if (field->type != HANSE_CHILDREN) {
                continue;
            }
            int32_t child =
                hanse__kind_index((const struct hanse_kind *const *)draft->kinds,
                                  draft->n_kinds, field->options, strlen(field->options));
            if (child >= 0) {
                draft->parents[child] = (int32_t)k;
            }
        }
    }
}

static enum hanse_status fill_draft(struct hanse_draft *draft,
                                    const struct hanse_kind *const *kinds, size_t n_kinds)
{
    draft->kinds = hanse__alloc(draft->ctx, n_kinds + 1, sizeof *draft->kinds);
    draft->units = hanse__alloc(draft->ctx, n_kinds + 1, sizeof *draft->units);
    draft->parents = hanse__alloc(draft->ctx, n_kinds + 1, sizeof *draft->parents);
    if (draft->kinds == NULL || draft->units == NULL || draft->parents == NULL) {
        return HANSE_ERR_MEMORY;
    }
    draft->n_kinds = n_kinds;
    for (size_t k = 0; k < n_kinds; k++) {
        draft->kinds[k] = kinds[k];
        draft->parents[k] = HANSE__NONE;
        HANSE_TRY(parse_units(draft, k));
    }
    find_parents(draft);
    return hanse__origins_init(&draft->origins, &draft->pool);
}

enum hanse_status hanse_draft_create_with(struct hanse_context *ctx,
                                          const struct hanse_kind *const *kinds, size_t n_kinds,
                                          struct hanse_draft **draft)
{
    *draft = NULL;
    struct hanse_draft *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    hanse__pool_init(&made->pool, ctx);
    made->store.pool = &made->pool;
    enum hanse_status status = fill_draft(made, kinds, n_kinds);
    if (status != HANSE_OK) {
        hanse_draft_destroy(made);
        return status;
    }
    *draft = made;
    return HANSE_OK;
}

void hanse_draft_destroy(struct hanse_draft *draft)
{
    if (draft == NULL) {
        return;
    }
    for (size_t k = 0; draft->units != NULL && k < draft->n_kinds; k++) {
        hanse__free(draft->units[k]);
    }
    hanse__free(draft->units);
    hanse__free(draft->kinds);
    hanse__free(draft->parents);
    hanse__free(draft->entities);
    hanse__free(draft->assigned);
    hanse__free(draft->slots);
    hanse__free(draft->params);
    hanse__free(draft->overrides);
    hanse__free(draft->changes);
    hanse__free(draft->cases);
    hanse__store_fini(&draft->store);
    hanse__origins_fini(&draft->origins);
    hanse__pool_fini(&draft->pool);
    hanse__free(draft);
}

const struct hanse_kind *const *hanse_draft_kinds(const struct hanse_draft *draft,
                                                  size_t *n_kinds)
{
    *n_kinds = draft->n_kinds;
    return (const struct hanse_kind *const *)draft->kinds;
}

/* --- finding --------------------------------------------------------------------------------
 */

int32_t hanse__kind_index(const struct hanse_kind *const *kinds, size_t n_kinds,
                          const char *name, size_t length)
{
    for (size_t k = 0; k < n_kinds; k++) {
        if (strlen(kinds[k]->name) == length && memcmp(kinds[k]->name, name, length) == 0) {
            return (int32_t)k;
        }
    }
    return HANSE__NONE;
}

int32_t hanse__field_index(const struct hanse_kind *kind, const char *key)
{
    for (size_t f = 0; f < kind->n_fields; f++) {
        if (strcmp(kind->fields[f].key, key) == 0) {
            return (int32_t)f;
        }
    }
    return HANSE__NONE;
}

static size_t entity_slot(const struct hanse_draft *draft, const uint32_t *slots,
                          size_t n_slots, uint32_t kind, const char *name)
{
    uint64_t hash = hanse__hash(HANSE__HASH_START + kind, name, strlen(name));
    size_t mask = n_slots - 1, i = hash & mask;
    while (slots[i] != 0) {
        const struct hanse__entity *entity = &draft->entities[slots[i] - 1];
        if (entity->kind == kind && strcmp(entity->name, name) == 0) {
            break;
        }
        i = (i + 1) & mask;
    }
    return i;
}

int64_t hanse__entity_index(const struct hanse_draft *draft, uint32_t kind, const char *name)
{
    if (draft->n_slots == 0) {
        return HANSE__NONE;
    }
    size_t slot = entity_slot(draft, draft->slots, draft->n_slots, kind, name);
    return (int64_t)draft->slots[slot] - 1;
}

enum hanse_status hanse__unknown_kind(const struct hanse_draft *draft,
                                      const struct hanse__place *place, const char *name)
{
    const char *names[HANSE__MOST_FIELDS];
    size_t n = draft->n_kinds < HANSE__MOST_FIELDS ? draft->n_kinds : HANSE__MOST_FIELDS;
    char hint[128];
    for (size_t k = 0; k < n; k++) {
        names[k] = draft->kinds[k]->name;
    }
    hanse__did_you_mean(hint, sizeof hint, name, names, n);
    return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "there is no kind '%s'%s", name,
                         hint);
}

enum hanse_status hanse__unknown_field(const struct hanse_draft *draft,
                                       const struct hanse__place *place,
                                       const struct hanse_kind *kind, const char *key)
{
    const char *names[HANSE__MOST_FIELDS];
    char hint[128];
    for (size_t f = 0; f < kind->n_fields; f++) {
        names[f] = kind->fields[f].key;
    }
    hanse__did_you_mean(hint, sizeof hint, key, names, kind->n_fields);
    return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "there is no key '%s'%s", key,
                         hint);
}

/* `kinds` as in a reference's options. A machine too short of memory gives no hint. */
enum hanse_status hanse__unknown_entity(const struct hanse_draft *draft,
                                        const struct hanse__place *place, const char *kinds,
                                        const char *name)
{
    char hint[LONGEST_NAME + 32] = "";
    const char **names = hanse__alloc(draft->ctx, draft->n_entities + 1, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < draft->n_entities; i++) {
        const struct hanse__entity *entity = &draft->entities[i];
        if (hanse__word_index(kinds, draft->kinds[entity->kind]->name) >= 0) {
            names[n++] = entity->name;
        }
    }
    if (names != NULL) {
        hanse__did_you_mean(hint, sizeof hint, name, names, n);
    }
    hanse__free(names);
    return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "there is no %s '%s'%s", kinds,
                         name, hint);
}

/* --- entities -------------------------------------------------------------------------------
 */

static bool name_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

/* Slashes only between two parts, never at an end or doubled. */
enum hanse_status hanse__name_check(struct hanse_context *ctx, const struct hanse__place *place,
                                    const char *what, const char *name)
{
    size_t length = name == NULL ? 0 : strlen(name);
    if (length == 0 || length > LONGEST_NAME) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, place,
                             "a %s's name must have 1 to %d characters, got %zu", what,
                             LONGEST_NAME, length);
    }
    for (size_t i = 0; i < length; i++) {
        bool joint = name[i] == '/' && i > 0 && i + 1 < length && name[i - 1] != '/';
        if (!joint && !name_byte((unsigned char)name[i])) {
            return hanse__reject(ctx, HANSE_ERR_INPUT, place,
                                 "a %s's name must be letters, digits, '_' and '-', got '%s'",
                                 what, name);
        }
    }
    return HANSE_OK;
}

static enum hanse_status reserve_entity(struct hanse_draft *draft)
{
    HANSE_TRY(hanse__reserve(draft->ctx, &draft->entities, &draft->entities_capacity,
                             draft->n_entities + 1, sizeof *draft->entities));
    if (draft->n_entities * 2 < draft->n_slots) {
        return HANSE_OK;
    }
    size_t n_slots = draft->n_slots == 0 ? FIRST_SLOTS : draft->n_slots * 2;
    uint32_t *slots = hanse__alloc(draft->ctx, n_slots, sizeof *slots);
    if (slots == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < draft->n_entities; i++) {
        const struct hanse__entity *entity = &draft->entities[i];
        slots[entity_slot(draft, slots, n_slots, entity->kind, entity->name)] = (uint32_t)i + 1;
    }
    hanse__free(draft->slots);
    draft->slots = slots;
    draft->n_slots = n_slots;
    return HANSE_OK;
}

static enum hanse_status reject_twin(const struct hanse_draft *draft,
                                     const struct hanse__place *place,
                                     const struct hanse__entity *twin)
{
    const struct hanse_origin *first = &draft->origins.items[twin->origin];
    if (first->file == NULL) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "is declared already");
    }
    return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "is declared already at %s:%d",
                         first->file, first->line);
}

static enum hanse_status reject_slash(const struct hanse_draft *draft,
                                      const struct hanse__place *place, int32_t kind)
{
    int32_t parent = draft->parents[kind];
    if (parent < 0) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place,
                             "its name may not have a '/': it belongs to no other entity");
    }
    return hanse__reject(
        draft->ctx, HANSE_ERR_INPUT, place, "must be named %s/%s, after the %s it belongs to",
        draft->kinds[parent]->name, draft->kinds[kind]->name, draft->kinds[parent]->name);
}

enum hanse_status hanse_draft_add(struct hanse_draft *draft, const char *kind, const char *name,
                                  const struct hanse_origin *origin, uint32_t *entity)
{
    struct hanse__place place = {.origin = origin};
    int32_t k = hanse__kind_index((const struct hanse_kind *const *)draft->kinds,
                                  draft->n_kinds, kind, strlen(kind));
    if (k < 0) {
        return hanse__unknown_kind(draft, &place, kind);
    }
    if (draft->kinds[k]->derive != NULL) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place,
                             "a %s can't be declared: it is made from what is", kind);
    }
    HANSE_TRY(hanse__name_check(draft->ctx, &place, kind, name));
    HANSE_TRY(reserve_entity(draft));
    place.kind = kind;
    place.name = name;
    if ((strchr(name, '/') != NULL) != (draft->parents[k] >= 0)) {
        return reject_slash(draft, &place, k);
    }
    size_t slot = entity_slot(draft, draft->slots, draft->n_slots, (uint32_t)k, name);
    if (draft->slots[slot] != 0) {
        return reject_twin(draft, &place, &draft->entities[draft->slots[slot] - 1]);
    }
    const struct hanse_origin nowhere = {.how = HANSE_HOW_DECLARED};
    struct hanse__entity made = {.kind = (uint32_t)k};
    HANSE_TRY(hanse__pool_copy(&draft->pool, name, &made.name));
    HANSE_TRY(hanse__origins_intern(&draft->origins, origin != NULL ? origin : &nowhere,
                                    &made.origin));
    draft->entities[draft->n_entities++] = made;
    draft->slots[slot] = (uint32_t)draft->n_entities;
    if (entity != NULL) {
        *entity = (uint32_t)draft->n_entities - 1;
    }
    return HANSE_OK;
}

/* --- fields ---------------------------------------------------------------------------------
 */

/* Where a value stands: its own origin, else its entity's, with its own source and evidence. */
static struct hanse_origin origin_of(const struct hanse_draft *draft, uint32_t entity,
                                     const struct hanse_value *value,
                                     const struct hanse_origin *origin)
{
    struct hanse_origin own =
        origin != NULL ? *origin : draft->origins.items[draft->entities[entity].origin];
    if (value->source != NULL) {
        own.source = value->source;
    }
    if (value->evidence != HANSE_EVIDENCE_NONE) {
        own.evidence = value->evidence;
    }
    return own;
}

static enum hanse_status refuse_second(const struct hanse_draft *draft,
                                       const struct hanse__place *place, uint32_t entity,
                                       int32_t field)
{
    uint32_t at = draft->entities[entity].first;
    while (at != 0) {
        const struct hanse__assigned *assigned = &draft->assigned[at - 1];
        if (assigned->field == field) {
            return hanse__reject(draft->ctx, HANSE_ERR_INPUT, place, "is set already");
        }
        at = assigned->next;
    }
    return HANSE_OK;
}

/* Looks `key` up for an entity that exists and isn't given it yet. */
static enum hanse_status find_key(const struct hanse_draft *draft, uint32_t entity,
                                  const char *key, struct hanse__place *place, int32_t *field)
{
    if (entity >= draft->n_entities) {
        return hanse__fail(draft->ctx, HANSE_ERR_INPUT,
                           "key '%s': there is no entity number %u of %zu", key, entity,
                           draft->n_entities);
    }
    const struct hanse__entity *owner = &draft->entities[entity];
    const struct hanse_kind *kind = draft->kinds[owner->kind];
    place->kind = kind->name;
    place->name = owner->name;
    *field = hanse__field_index(kind, key);
    if (*field < 0) {
        return hanse__unknown_field(draft, place, kind, key);
    }
    place->key = key;
    return refuse_second(draft, place, entity, *field);
}

static enum hanse_status assign(struct hanse_draft *draft, uint32_t entity, int32_t field,
                                const struct hanse__value *value,
                                const struct hanse_origin *origin)
{
    struct hanse__assigned made = {.value = *value, .field = (uint16_t)field};
    HANSE_TRY(hanse__origins_intern(&draft->origins, origin, &made.origin));
    HANSE_TRY(hanse__reserve(draft->ctx, &draft->assigned, &draft->assigned_capacity,
                             draft->n_assigned + 1, sizeof *draft->assigned));
    made.next = draft->entities[entity].first;
    draft->assigned[draft->n_assigned++] = made;
    draft->entities[entity].first = (uint32_t)draft->n_assigned;
    return HANSE_OK;
}

enum hanse_status hanse_draft_set(struct hanse_draft *draft, uint32_t entity, const char *key,
                                  const struct hanse_value *value,
                                  const struct hanse_origin *origin)
{
    struct hanse__place place = {.origin = origin};
    struct hanse__value kept;
    int32_t field;
    if (origin == NULL && entity < draft->n_entities) { /* nothing below adds an origin */
        place.origin = &draft->origins.items[draft->entities[entity].origin];
    }
    HANSE_TRY(find_key(draft, entity, key, &place, &field));
    uint32_t k = draft->entities[entity].kind;
    HANSE_TRY(hanse__value_keep(&draft->store, &place, &draft->kinds[k]->fields[field],
                                &draft->units[k][field], draft->n_params, value, &kept));
    struct hanse_origin own = origin_of(draft, entity, value, origin);
    return assign(draft, entity, field, &kept, &own);
}

/* Kept as it is: a number already in the field's unit makes no detour over base units. */
enum hanse_status hanse_draft_set_number(struct hanse_draft *draft, uint32_t entity,
                                         const char *key, double in_field_unit)
{
    struct hanse__place place = {0};
    struct hanse__value kept = {.type = HANSE_VALUE_FORMULA, .as.number = in_field_unit};
    int32_t field;
    struct hanse_origin origin = {0};
    if (entity < draft->n_entities) {
        origin = draft->origins.items[draft->entities[entity].origin];
    }
    place.origin = &origin;
    HANSE_TRY(find_key(draft, entity, key, &place, &field));
    uint32_t k = draft->entities[entity].kind;
    const struct hanse_field *row = &draft->kinds[k]->fields[field];
    if (row->type != HANSE_NUMBER && row->type != HANSE_INTEGER) {
        const struct hanse_value value = {.type = HANSE_VALUE_FORMULA};
        return hanse__value_keep(&draft->store, &place, row, &draft->units[k][field], 0, &value,
                                 &kept);
    }
    HANSE_TRY(hanse__number_check(draft->ctx, HANSE_ERR_INPUT, &place, row, in_field_unit));
    return assign(draft, entity, field, &kept, &origin);
}

enum hanse_status hanse_draft_set_text(struct hanse_draft *draft, uint32_t entity,
                                       const char *key, const char *text)
{
    const struct hanse_value value = {.type = HANSE_VALUE_TEXT, .text = text};
    return hanse_draft_set(draft, entity, key, &value, NULL);
}

enum hanse_status hanse_draft_set_flag(struct hanse_draft *draft, uint32_t entity,
                                       const char *key, bool flag)
{
    const struct hanse_value value = {.type = HANSE_VALUE_FLAG, .flag = flag};
    return hanse_draft_set(draft, entity, key, &value, NULL);
}
