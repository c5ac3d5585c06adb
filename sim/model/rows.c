/* Filling the tables of a scenario: every field of every row, from change, draft or default. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/model/needs.h"
#include "sim/model/scenario_inside.h"

/* What a field of the row at hand holds. */
struct cell {
    const struct hanse__value *value; /* NULL: not given */
    const struct hanse__store *store; /* where its terms and items stand */
    uint32_t origin;                  /* in the scenario */
};

struct filling {
    struct hanse__freeze *freeze;
    uint32_t kind, row, entity, field;
    const struct hanse_field *about;
    const struct cell *cell;
    struct hanse__place place;
    bool uncertain; /* what was written last */
};

static void *room_of(const struct filling *filling)
{
    return (char *)hanse__row(filling->freeze->scenario, filling->kind, filling->row) +
           filling->about->offset;
}

/* --- numbers --------------------------------------------------------------------------------
 */

/* The uncertain parameter a formula names, NULL when there is none. */
static const char *uncertain_name(const struct hanse__freeze *freeze,
                                  const struct hanse_term *terms, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (terms[i].op == HANSE_OP_PARAM && freeze->uncertain[terms[i].param]) {
            return freeze->draft->params[terms[i].param].name;
        }
    }
    return NULL;
}

/* So that an instance can evaluate the formula again; by the scenario's parameter numbers. */
static enum hanse_status add_patch(struct filling *filling, const struct hanse__value *value,
                                   uint32_t item)
{
    struct hanse_scenario *scenario = filling->freeze->scenario;
    const struct hanse_term *terms = filling->cell->store->terms + value->as.first;
    HANSE_TRY(hanse__reserve(scenario->ctx, &scenario->patches, &scenario->patches_capacity,
                             scenario->n_patches + 1, sizeof *scenario->patches));
    HANSE_TRY(hanse__reserve(scenario->ctx, &scenario->terms, &scenario->terms_capacity,
                             scenario->n_terms + value->count, sizeof *scenario->terms));
    scenario->patches[scenario->n_patches++] = (struct hanse__patch){
        .kind = filling->kind,
        .row = filling->row,
        .field = filling->field,
        .item = item,
        .first_term = (uint32_t)scenario->n_terms,
        .n_terms = value->count,
        .scale = filling->freeze->draft->units[filling->kind][filling->field].scale,
    };
    for (uint32_t i = 0; i < value->count; i++) {
        struct hanse_term term = terms[i];
        if (term.op == HANSE_OP_PARAM) {
            term.param = filling->freeze->param_map[term.param];
        }
        scenario->terms[scenario->n_terms++] = term;
    }
    return HANSE_OK;
}

static enum hanse_status number_of(struct filling *filling, const struct hanse__value *value,
                                   uint32_t item, double *number)
{
    struct hanse__freeze *freeze = filling->freeze;
    const struct hanse_field *field = filling->about;
    struct hanse_context *ctx = freeze->draft->ctx;
    if (value->count == 0) {
        *number = value->as.number;
        return HANSE_OK;
    }
    const struct hanse_term *terms = filling->cell->store->terms + value->as.first;
    const char *input = uncertain_name(freeze, terms, value->count);
    bool certain = field->flags & HANSE_CERTAIN || field->type == HANSE_INTEGER;
    if (input != NULL && certain) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, &filling->place,
                             "may not depend on an uncertain input, got '%s'", input);
    }
    *number = hanse__formula_value(terms, value->count, freeze->params) /
              freeze->draft->units[filling->kind][filling->field].scale;
    filling->uncertain |= input != NULL;
    HANSE_TRY(hanse__number_check(ctx, HANSE_ERR_INPUT, &filling->place, field, *number));
    return certain ? HANSE_OK : add_patch(filling, value, item);
}

static enum hanse_status write_number(struct filling *filling)
{
    const struct hanse__value *value = filling->cell->value;
    double number = filling->about->fallback;
    if (value != NULL) {
        HANSE_TRY(number_of(filling, value, 0, &number));
    }
    if (filling->about->type == HANSE_INTEGER) {
        *(int64_t *)room_of(filling) = (int64_t)number;
    } else {
        *(double *)room_of(filling) = number;
    }
    return HANSE_OK;
}

static enum hanse_status note_text(struct filling *filling, const char *text)
{
    struct hanse_scenario *scenario = filling->freeze->scenario;
    const struct hanse__table *table = &scenario->tables[filling->kind];
    uint32_t ordinal = 0;
    while (table->stored[ordinal] != filling->field) {
        ordinal++;
    }
    HANSE_TRY(hanse__reserve(scenario->ctx, &scenario->list_texts,
                             &scenario->list_texts_capacity, scenario->n_list_texts + 1,
                             sizeof *scenario->list_texts));
    scenario->list_texts[scenario->n_list_texts++] = (struct hanse__list_text){
        .value = table->first_value + (size_t)filling->row * table->n_stored + ordinal,
        .text = text,
    };
    return HANSE_OK;
}

static enum hanse_status write_series(struct filling *filling)
{
    struct hanse__pool *pool = &filling->freeze->scenario->pool;
    const struct hanse__value *value = filling->cell->value;
    struct hanse_series *series = room_of(filling);
    if (value == NULL || value->count == 0) {
        return HANSE_OK;
    }
    double *items = hanse__pool_take(pool, value->count * sizeof *items);
    char *text = hanse__pool_take(pool, (size_t)value->count * 26), *end = text;
    if (items == NULL || text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        char digits[32];
        filling->place.item = i + 1;
        HANSE_TRY(number_of(filling, &filling->cell->store->items[value->as.first + i], i,
                            &items[i]));
        end += sprintf(end, "%s%s", i > 0 ? " " : "",
                       hanse__number_text(items[i], digits, sizeof digits));
    }
    filling->place.item = 0;
    series->items = items;
    series->count = (int32_t)value->count;
    return note_text(filling, text);
}

/* --- texts and references -------------------------------------------------------------------
 */

static enum hanse_status write_text(struct filling *filling)
{
    struct hanse_scenario *scenario = filling->freeze->scenario;
    const struct hanse__value *value = filling->cell->value;
    const struct hanse_field *field = filling->about;
    const char *text = value != NULL ? value->as.text : field->fallback_text;
    if (text == NULL && strcmp(field->key, "label") == 0) {
        *(const char **)room_of(filling) =
            hanse__row_name(scenario, filling->kind, filling->row);
        return HANSE_OK;
    }
    return hanse__pool_intern(&scenario->pool, text != NULL ? text : "",
                              (const char **)room_of(filling));
}

static enum hanse_status write_choice(struct filling *filling)
{
    const struct hanse__value *value = filling->cell->value;
    const struct hanse_field *field = filling->about;
    int32_t word = value != NULL ? (int32_t)value->count : HANSE__NONE;
    if (value == NULL && field->fallback_text != NULL) {
        word = hanse__word_index(field->options, field->fallback_text);
        if (word < 0) {
            return hanse__unknown_word(filling->freeze->draft->ctx, &filling->place,
                                       field->options, field->fallback_text);
        }
    }
    *(int32_t *)room_of(filling) = word;
    if (hanse_policy_hook(word) < 0) {
        return HANSE_OK;
    }
    filling->freeze->scenario->has_hooks = true;
    const char *where;
    HANSE_TRY(hanse__pool_copy(&filling->freeze->scenario->pool, value->as.text, &where));
    return note_text(filling, where);
}

static bool names_parent(const struct hanse_draft *draft, uint32_t kind,
                         const struct hanse_field *field)
{
    int32_t parent = draft->parents[kind];
    return parent >= 0 && field->type == HANSE_REFERENCE &&
           strcmp(field->key, draft->kinds[parent]->name) == 0;
}

/* A child's reference to its parent's kind is its parent, and nothing else. */
static enum hanse_status parent_name(struct filling *filling, char *name, size_t size,
                                     const char **text)
{
    const struct hanse_draft *draft = filling->freeze->draft;
    if (!names_parent(draft, filling->kind, filling->about)) {
        return HANSE_OK;
    }
    snprintf(name, size, "%s", filling->place.name);
    *strrchr(name, '/') = '\0';
    if (*text != NULL && strcmp(*text, name) != 0) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &filling->place,
                             "must be '%s', which it belongs to, got '%s'", name, *text);
    }
    *text = name;
    return HANSE_OK;
}

static enum hanse_status write_reference(struct filling *filling)
{
    const struct hanse__value *value = filling->cell->value;
    const struct hanse_field *field = filling->about;
    const char *text = value != NULL ? value->as.text : field->fallback_text;
    struct hanse_actor found = {HANSE__NONE, HANSE__NONE};
    char parent[256];
    HANSE_TRY(parent_name(filling, parent, sizeof parent, &text));
    if (text != NULL) {
        HANSE_TRY(hanse__reference_find(filling->freeze, &filling->place, field, text, &found));
    }
    if (field->type == HANSE_ACTOR) {
        *(struct hanse_actor *)room_of(filling) = found;
    } else {
        *(int32_t *)room_of(filling) = found.index;
    }
    return HANSE_OK;
}

static enum hanse_status list_text(struct filling *filling)
{
    const struct hanse__value *value = filling->cell->value;
    const struct hanse__value *items = filling->cell->store->items + value->as.first;
    size_t bytes = 1;
    for (uint32_t i = 0; i < value->count; i++) {
        bytes += strlen(items[i].as.text) + 2;
    }
    char *text = hanse__pool_take(&filling->freeze->scenario->pool, bytes), *end = text;
    if (text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        end += sprintf(end, "%s%s", i > 0 ? ", " : "", items[i].as.text);
    }
    return note_text(filling, text);
}

/* Both list structs start with the pointer and have the count behind it. */
static enum hanse_status write_references(struct filling *filling)
{
    struct hanse__pool *pool = &filling->freeze->scenario->pool;
    const struct hanse__value *value = filling->cell->value;
    if (value == NULL || value->count == 0) {
        return HANSE_OK;
    }
    struct hanse_actor *actors = hanse__pool_take(pool, value->count * sizeof *actors);
    int32_t *rows = hanse__pool_take(pool, value->count * sizeof *rows);
    if (actors == NULL || rows == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const char *text = filling->cell->store->items[value->as.first + i].as.text;
        filling->place.item = i + 1;
        HANSE_TRY(hanse__reference_find(filling->freeze, &filling->place, filling->about, text,
                                        &actors[i]));
        rows[i] = actors[i].index;
    }
    filling->place.item = 0;
    int32_t count = (int32_t)value->count;
    if (filling->about->type == HANSE_ACTORS) {
        *(struct hanse_actor_list *)room_of(filling) = (struct hanse_actor_list){actors, count};
    } else {
        *(struct hanse_list *)room_of(filling) = (struct hanse_list){rows, count};
    }
    return list_text(filling);
}

/* --- rows -----------------------------------------------------------------------------------
 */

static enum hanse_status write_cell(struct filling *filling)
{
    switch (filling->about->type) {
    case HANSE_NUMBER:
    case HANSE_INTEGER:
        return write_number(filling);
    case HANSE_FLAG:
        *(bool *)room_of(filling) = filling->cell->value != NULL
                                        ? filling->cell->value->flag
                                        : filling->about->fallback != 0;
        return HANSE_OK;
    case HANSE_TEXT:
        return write_text(filling);
    case HANSE_CHOICE:
    case HANSE_POLICY:
        return write_choice(filling);
    case HANSE_REFERENCE:
    case HANSE_ACTOR:
        return write_reference(filling);
    case HANSE_REFERENCES:
    case HANSE_ACTORS:
        return write_references(filling);
    case HANSE_SERIES:
        return write_series(filling);
    case HANSE_CHILDREN:
        break;
    }
    return HANSE_OK;
}

/* First change to an entity's fields, by binary search; changes are sorted. */
static size_t first_change(const struct hanse__freeze *freeze, uint32_t entity)
{
    size_t low = 0, high = freeze->n_applied;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (freeze->applied[middle].entity < entity) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum hanse_status collect_cells(struct hanse__freeze *freeze, uint32_t e,
                                       struct cell *cells)
{
    const struct hanse_draft *draft = freeze->draft;
    for (uint32_t at = draft->entities[e].first; at != 0;) {
        const struct hanse__assigned *assigned = &draft->assigned[at - 1];
        struct cell *cell = &cells[assigned->field];
        cell->value = &assigned->value;
        cell->store = &draft->store;
        HANSE_TRY(hanse__origin_map(freeze, assigned->origin, &cell->origin));
        at = assigned->next;
    }
    for (size_t i = first_change(freeze, e);
         i < freeze->n_applied && freeze->applied[i].entity == e; i++) {
        const struct hanse__applied *applied = &freeze->applied[i];
        struct cell *cell = &cells[applied->field];
        cell->value = applied->kept.type == HANSE_VALUE_ABSENT ? NULL : &applied->kept;
        cell->store = &freeze->store;
        cell->origin = applied->number;
    }
    return HANSE_OK;
}

/* Once the row is filled: no key that does nothing beside the others. */
static enum hanse_status check_needs(const struct hanse__freeze *freeze, uint32_t row,
                                     uint32_t e, const struct cell *cells)
{
    const struct hanse__entity *entity = &freeze->draft->entities[e];
    const struct hanse_kind *kind = freeze->draft->kinds[entity->kind];
    for (size_t f = 0; f < kind->n_fields; f++) {
        if (kind->fields[f].needs == NULL || cells[f].value == NULL) {
            continue;
        }
        const struct hanse__place place = {
            .origin = &freeze->scenario->origins.items[cells[f].origin],
            .kind = kind->name,
            .name = entity->name,
            .key = kind->fields[f].key};
        HANSE_TRY(hanse__need_check(freeze, &place, e, row, f));
    }
    return HANSE_OK;
}

static enum hanse_status fill_row(struct hanse__freeze *freeze, uint32_t k, uint32_t row,
                                  uint32_t e)
{
    struct cell cells[HANSE__MOST_FIELDS] = {0};
    const struct hanse_draft *draft = freeze->draft;
    const struct hanse_kind *kind = draft->kinds[k];
    struct hanse__table *table = &freeze->scenario->tables[k];
    const struct hanse__entity *entity = &draft->entities[e];
    HANSE_TRY(hanse__origin_map(freeze, entity->origin, &table->row_origins[row]));
    HANSE_TRY(collect_cells(freeze, e, cells));
    for (uint32_t i = 0; i < table->n_stored; i++) {
        struct filling filling = {.freeze = freeze,
                                  .kind = k,
                                  .row = row,
                                  .entity = e,
                                  .field = table->stored[i],
                                  .about = &kind->fields[table->stored[i]],
                                  .cell = &cells[table->stored[i]]};
        /* A default has no line of its own: a message points at the entity instead. */
        uint32_t origin = filling.cell->value ? filling.cell->origin : table->row_origins[row];
        struct hanse_origin at = freeze->scenario->origins.items[origin];
        filling.place =
            (struct hanse__place){&at, kind->name, entity->name, filling.about->key, 0};
        if (filling.cell->value == NULL && filling.about->flags & HANSE_REQUIRED &&
            !names_parent(draft, k, filling.about)) {
            return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &filling.place, "is required");
        }
        HANSE_TRY(write_cell(&filling));
        table->cells[(size_t)row * table->n_stored + i] =
            filling.cell->origin | (filling.uncertain ? HANSE__UNCERTAIN : 0);
    }
    return check_needs(freeze, row, e, cells);
}

enum hanse_status hanse__rows_fill(struct hanse__freeze *freeze)
{
    uint32_t row = 0;
    for (size_t i = 0; i < freeze->n_order; i++) {
        uint32_t entity = freeze->order[i].entity, kind = freeze->order[i].kind;
        row = i > 0 && freeze->order[i - 1].kind == kind ? row + 1 : 0;
        HANSE_TRY(fill_row(freeze, kind, row, entity));
    }
    return HANSE_OK;
}
