#include "sim/model/scenario.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine/stream.h"
#include "sim/model/scenario_inside.h"

/* An instance has its own rows only where patches write; the rest is the whole's. */
static const struct hanse_scenario *whole_of(const struct hanse_scenario *scenario)
{
    return scenario->whole != NULL ? scenario->whole : scenario;
}

void hanse_scenario_destroy(struct hanse_scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    const struct hanse_scenario *whole = scenario->whole;
    for (size_t k = 0; scenario->tables != NULL && k < scenario->n_kinds; k++) {
        if (whole == NULL || scenario->tables[k].rows != whole->tables[k].rows) {
            hanse__free(scenario->tables[k].rows);
        }
        if (whole == NULL) {
            hanse__free(scenario->tables[k].cells);
            hanse__free(scenario->tables[k].row_origins);
        }
    }
    hanse__free(scenario->tables);
    if (whole == NULL) {
        hanse__free(scenario->kinds);
        hanse__free(scenario->params);
        hanse__free(scenario->param_entities);
        hanse__free(scenario->terms);
        hanse__free(scenario->patches);
        hanse__free(scenario->list_texts);
        hanse__origins_fini(&scenario->origins);
    }
    hanse__pool_fini(&scenario->pool);
    hanse__free(scenario);
}

const char *hanse_scenario_case(const struct hanse_scenario *scenario)
{
    return scenario->case_name;
}

const char *const *hanse_scenario_case_names(const struct hanse_scenario *scenario, size_t *n)
{
    *n = whole_of(scenario)->n_case_names;
    return whole_of(scenario)->case_names;
}

static int32_t kind_number(const struct hanse_scenario *scenario, const struct hanse_kind *kind)
{
    for (size_t k = 0; k < scenario->n_kinds; k++) {
        if (scenario->kinds[k] == kind) {
            return (int32_t)k;
        }
    }
    return HANSE__NONE;
}

const void *hanse_scenario_table(const struct hanse_scenario *scenario,
                                 const struct hanse_kind *kind, int32_t *count)
{
    int32_t k = kind_number(scenario, kind);
    *count = k < 0 ? 0 : scenario->tables[k].count;
    return *count > 0 ? scenario->tables[k].rows : NULL;
}

int32_t hanse_scenario_kind(const struct hanse_scenario *scenario, const char *kind_name)
{
    return hanse__kind_index((const struct hanse_kind *const *)scenario->kinds,
                             scenario->n_kinds, kind_name, strlen(kind_name));
}

int32_t hanse_scenario_find(const struct hanse_scenario *scenario,
                            const struct hanse_kind *kind, const char *name)
{
    int32_t k = kind_number(scenario, kind);
    return k < 0 ? HANSE__NONE : hanse__row_find(scenario, (size_t)k, name);
}

uint64_t hanse_scenario_entity(const struct hanse_scenario *scenario,
                               const struct hanse_kind *kind, int32_t index)
{
    char path[512];
    int32_t k = kind_number(scenario, kind);
    snprintf(path, sizeof path, "%s/%s", kind->name,
             hanse__row_name(scenario, (size_t)k, (size_t)index));
    return hanse_entity(path);
}

/* --- values ---------------------------------------------------------------------------------
 */

size_t hanse_scenario_n_values(const struct hanse_scenario *scenario)
{
    return scenario->n_values;
}

static const char *list_text(const struct hanse_scenario *scenario, size_t value)
{
    size_t low = 0, high = scenario->n_list_texts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scenario->list_texts[middle].value < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < scenario->n_list_texts && scenario->list_texts[low].value == value;
    return found ? scenario->list_texts[low].text : "";
}

static const char *nth_word(const char *words, int32_t n, char *text, size_t size)
{
    const char *cursor = words, *word;
    size_t length;
    text[0] = '\0';
    for (int32_t i = 0; i <= n && hanse__next_word(&cursor, &word, &length); i++) {
        snprintf(text, size, "%.*s", (int)length, word);
    }
    return text;
}

static const char *reference_text(const struct hanse_scenario *scenario,
                                  const struct hanse_field *field, int32_t row)
{
    if (row < 0) {
        return "";
    }
    const char *cursor = field->options, *word;
    size_t length;
    hanse__next_word(&cursor, &word, &length);
    int32_t kind = hanse__kind_index((const struct hanse_kind *const *)scenario->kinds,
                                     scenario->n_kinds, word, length);
    return hanse__row_name(scenario, (size_t)kind, (size_t)row);
}

static void read_value(const struct hanse_scenario *scenario, const struct hanse_field *field,
                       const char *room, size_t number, struct hanse_resolved *value)
{
    const struct hanse_actor *actor = (const void *)room;
    value->text = value->digits;
    switch (field->type) {
    case HANSE_NUMBER:
        /* Twelve digits: 7*percent is 0.07 to people. `number` has them all. */
        value->number = *(const double *)(const void *)room;
        snprintf(value->digits, sizeof value->digits, "%.12g", value->number);
        break;
    case HANSE_INTEGER:
        value->number = (double)*(const int64_t *)(const void *)room;
        hanse__number_text(value->number, value->digits, sizeof value->digits);
        break;
    case HANSE_FLAG:
        value->number = *(const bool *)(const void *)room;
        value->text = value->number != 0 ? "true" : "false";
        break;
    case HANSE_TEXT:
        value->text = *(const char *const *)(const void *)room;
        break;
    case HANSE_POLICY:
        if (hanse_policy_hook(*(const int32_t *)(const void *)room) >= 0) {
            value->text = list_text(whole_of(scenario), number);
            break;
        } /* fall through */
    case HANSE_CHOICE:
        nth_word(field->options, *(const int32_t *)(const void *)room, value->digits,
                 sizeof value->digits);
        break;
    case HANSE_REFERENCE:
        value->text = reference_text(scenario, field, *(const int32_t *)(const void *)room);
        break;
    case HANSE_ACTOR:
        value->text = actor->index < 0 ? ""
                                       : hanse__row_name(scenario, (size_t)actor->kind,
                                                         (size_t)actor->index);
        break;
    case HANSE_REFERENCES:
    case HANSE_ACTORS:
    case HANSE_SERIES:
    case HANSE_CHILDREN:
        value->text = list_text(whole_of(scenario), number);
        break;
    }
}

void hanse_scenario_value(const struct hanse_scenario *scenario, size_t i,
                          struct hanse_resolved *value)
{
    size_t k = scenario->n_kinds - 1;
    while (scenario->tables[k].first_value > i || scenario->tables[k].count == 0) {
        k--;
    }
    const struct hanse__table *table = &scenario->tables[k];
    const struct hanse_kind *kind = scenario->kinds[k];
    size_t cell = i - table->first_value, row = cell / table->n_stored;
    const struct hanse_field *field = &kind->fields[table->stored[cell % table->n_stored]];
    *value = (struct hanse_resolved){
        .kind = kind->name,
        .name = hanse__row_name(scenario, k, row),
        .key = field->key,
        .unit = field->unit != NULL ? field->unit : "",
        .label = field->doc != NULL ? field->doc : "",
        .type = field->type,
        .uncertain = (table->cells[cell] & HANSE__UNCERTAIN) != 0,
        .origin = whole_of(scenario)->origins.items[table->cells[cell] & ~HANSE__UNCERTAIN],
    };
    read_value(scenario, field, (const char *)hanse__row(scenario, k, row) + field->offset, i,
               value);
}

bool hanse_scenario_has_hooks(const struct hanse_scenario *scenario)
{
    return whole_of(scenario)->has_hooks;
}

size_t hanse_scenario_n_params(const struct hanse_scenario *scenario)
{
    return whole_of(scenario)->n_params;
}

const struct hanse_param *hanse_scenario_param(const struct hanse_scenario *scenario, size_t i)
{
    return &whole_of(scenario)->params[i];
}

/* --- instances ------------------------------------------------------------------------------
 */

static double *series_of(struct hanse_scenario *instance, const struct hanse__patch *patch,
                         const struct hanse_field *field)
{
    struct hanse_series *series =
        (void *)((char *)hanse__row(instance, patch->kind, patch->row) + field->offset);
    return (double *)series->items; /* the instance's own, see copy_series */
}

static enum hanse_status copy_rows(struct hanse_context *ctx, struct hanse_scenario *instance,
                                   uint32_t kind)
{
    const struct hanse__table *from = &instance->whole->tables[kind];
    if (instance->tables[kind].rows != from->rows) {
        return HANSE_OK;
    }
    size_t size = instance->kinds[kind]->size;
    unsigned char *rows = hanse__alloc(ctx, (size_t)from->count + 1, size);
    if (rows == NULL) {
        return HANSE_ERR_MEMORY;
    }
    instance->tables[kind].rows = memcpy(rows, from->rows, (size_t)from->count * size);
    return HANSE_OK;
}

/* Gives the instance its own items of a series that patches write into, once. */
static enum hanse_status copy_series(struct hanse_scenario *instance,
                                     const struct hanse__patch *patch,
                                     const struct hanse_field *field)
{
    struct hanse_series *series =
        (void *)((char *)hanse__row(instance, patch->kind, patch->row) + field->offset);
    const struct hanse_series *from =
        (const void *)((const char *)hanse__row(instance->whole, patch->kind, patch->row) +
                       field->offset);
    if (series->items != from->items) {
        return HANSE_OK;
    }
    size_t bytes = (size_t)from->count * sizeof *from->items;
    double *items = hanse__pool_take(&instance->pool, bytes);
    if (items == NULL) {
        return HANSE_ERR_MEMORY;
    }
    series->items = memcpy(items, from->items, bytes);
    return HANSE_OK;
}

static enum hanse_status fill_instance(struct hanse_context *ctx,
                                       struct hanse_scenario *instance)
{
    const struct hanse_scenario *whole = instance->whole;
    size_t n = whole->n_kinds;
    instance->tables = hanse__alloc(ctx, n + 1, sizeof *instance->tables);
    if (instance->tables == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(instance->tables, whole->tables, n * sizeof *instance->tables);
    for (size_t i = 0; i < whole->n_patches; i++) {
        const struct hanse__patch *patch = &whole->patches[i];
        const struct hanse_field *field = &whole->kinds[patch->kind]->fields[patch->field];
        HANSE_TRY(copy_rows(ctx, instance, patch->kind));
        if (field->type == HANSE_SERIES) {
            HANSE_TRY(copy_series(instance, patch, field));
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_scenario_instance(struct hanse_context *ctx,
                                          const struct hanse_scenario *scenario,
                                          struct hanse_scenario **instance)
{
    const struct hanse_scenario *whole = whole_of(scenario);
    *instance = NULL;
    struct hanse_scenario *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    made->whole = whole;
    made->case_name = whole->case_name;
    made->kinds = whole->kinds;
    made->n_kinds = whole->n_kinds;
    made->n_values = whole->n_values;
    hanse__pool_init(&made->pool, ctx);
    enum hanse_status status = fill_instance(ctx, made);
    if (status != HANSE_OK) {
        hanse_scenario_destroy(made);
        return status;
    }
    *instance = made;
    return HANSE_OK;
}

/* Where the value of a row's field came from; the row's own place for key NULL or a default. */
static struct hanse_origin origin_at(const struct hanse_scenario *scenario, size_t kind,
                                     size_t row, const char *key)
{
    const struct hanse__table *table = &scenario->tables[kind];
    const struct hanse_kind *about = scenario->kinds[kind];
    uint32_t number = table->row_origins[row];
    for (uint32_t i = 0; key != NULL && i < table->n_stored; i++) {
        uint32_t cell = table->cells[row * table->n_stored + i] & ~HANSE__UNCERTAIN;
        if (strcmp(about->fields[table->stored[i]].key, key) == 0 && cell != 0) {
            number = cell;
        }
    }
    return whole_of(scenario)->origins.items[number];
}

static enum hanse_status check_params(struct hanse_context *ctx,
                                      const struct hanse_scenario *whole, const double *values)
{
    for (size_t i = 0; i < whole->n_params; i++) {
        const struct hanse_param *param = &whole->params[i];
        bool bounded = param->min < param->max;
        if (isfinite(values[i]) &&
            (!bounded || (values[i] >= param->min && values[i] <= param->max))) {
            continue;
        }
        const struct hanse__place place = {
            .origin = &param->origin, .kind = "param", .name = param->name};
        return hanse__reject(
            ctx, HANSE_ERR_DOMAIN, &place, "must be a number from %g to %g, got %g",
            bounded ? param->min : -INFINITY, bounded ? param->max : INFINITY, values[i]);
    }
    return HANSE_OK;
}

static enum hanse_status reject_draw(struct hanse_context *ctx,
                                     const struct hanse_scenario *whole,
                                     const struct hanse__patch *patch, double number)
{
    const struct hanse_kind *kind = whole->kinds[patch->kind];
    const struct hanse_field *field = &kind->fields[patch->field];
    struct hanse_origin origin = origin_at(whole, patch->kind, patch->row, field->key);
    const struct hanse__place place = {
        .origin = &origin,
        .kind = kind->name,
        .name = hanse__row_name(whole, patch->kind, patch->row),
        .key = field->key,
        .item = field->type == HANSE_SERIES ? patch->item + 1 : 0,
    };
    return hanse__number_check(ctx, HANSE_ERR_DOMAIN, &place, field, number);
}

enum hanse_status hanse_scenario_patch(struct hanse_context *ctx,
                                       struct hanse_scenario *instance,
                                       const double *param_values)
{
    const struct hanse_scenario *whole = instance->whole;
    const struct hanse__place nowhere = {0};
    HANSE_TRY(check_params(ctx, whole, param_values));
    for (size_t i = 0; i < whole->n_patches; i++) {
        const struct hanse__patch *patch = &whole->patches[i];
        const struct hanse_field *field = &whole->kinds[patch->kind]->fields[patch->field];
        double number = hanse__formula_value(whole->terms + patch->first_term, patch->n_terms,
                                             param_values) /
                        patch->scale;
        /* The good case needs no place; looking one up costs more than the formula. */
        if (hanse__number_check(ctx, HANSE_ERR_DOMAIN, &nowhere, field, number) != HANSE_OK) {
            return reject_draw(ctx, whole, patch, number);
        }
        if (field->type == HANSE_SERIES) {
            series_of(instance, patch, field)[patch->item] = number;
        } else {
            *(double *)(void *)((char *)hanse__row(instance, patch->kind, patch->row) +
                                field->offset) = number;
        }
    }
    return HANSE_OK;
}

struct hanse_context *hanse__scenario_context(const struct hanse_scenario *scenario)
{
    return scenario->ctx;
}

enum hanse_status hanse_scenario_reject(const struct hanse_scenario *scenario,
                                        const struct hanse_kind *kind, int32_t index,
                                        const char *key, const char *format, ...)
{
    char body[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    size_t k = (size_t)kind_number(scenario, kind);
    struct hanse_origin origin = origin_at(scenario, k, (size_t)index, key);
    const struct hanse__place place = {.origin = &origin,
                                       .kind = kind->name,
                                       .name = hanse__row_name(scenario, k, (size_t)index),
                                       .key = key};
    return hanse__reject(scenario->ctx, HANSE_ERR_INPUT, &place, "%s", body);
}
