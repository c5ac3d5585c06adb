#include "sim/model/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAD_SIZE = 512, BODY_SIZE = 1024, MAX_WORDS = 64, WORD_SIZE = 64 };

/* Beyond this, a double skips whole numbers. */
static const double largest_whole = 9007199254740992.0;

static void join(char *text, size_t size, const char *format, ...) HANSE_PRINTF(3, 4);
static void join(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void lead_text(const struct hanse__place *place, char *text, size_t size)
{
    const struct hanse_origin *origin = place->origin;
    text[0] = '\0';
    if (origin != NULL && origin->how == HANSE_HOW_SET) {
        join(text, size, "--set: ");
    } else if (origin != NULL && origin->file != NULL) {
        join(text, size, "%s:%d: ", origin->file, origin->line);
    }
    if (origin != NULL && origin->how == HANSE_HOW_OVERRIDE && origin->via != NULL) {
        join(text, size, "override '%s': ", origin->via);
    }
    if (place->kind != NULL) {
        join(text, size, "%s", place->kind);
    }
    if (place->name != NULL) {
        join(text, size, " '%s'", place->name);
    }
    if (place->kind != NULL) {
        join(text, size, ": ");
    }
    if (place->key != NULL) {
        join(text, size, "%s: ", place->key);
    }
    if (place->item > 0) {
        join(text, size, "item %u: ", place->item);
    }
}

enum hanse_status hanse__reject(struct hanse_context *ctx, enum hanse_status status,
                                const struct hanse__place *place, const char *format, ...)
{
    char lead[LEAD_SIZE], body[BODY_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    lead_text(place, lead, sizeof lead);
    return hanse__fail(ctx, status, "%s%s", lead, body);
}

char *hanse__did_you_mean(char *text, size_t size, const char *word, const char *const *names,
                          size_t n_names)
{
    const char *near = hanse__nearest(word, names, n_names);
    text[0] = '\0';
    if (near != NULL) {
        snprintf(text, size, " (did you mean '%s'?)", near);
    }
    return text;
}

bool hanse__next_word(const char **cursor, const char **word, size_t *length)
{
    if (*cursor == NULL) {
        return false;
    }
    *word = *cursor + strspn(*cursor, " ");
    *length = strcspn(*word, " ");
    *cursor = *word + *length;
    return *length > 0;
}

int32_t hanse__word_index(const char *words, const char *word)
{
    const char *cursor = words, *start;
    size_t length;
    for (int32_t i = 0; hanse__next_word(&cursor, &start, &length); i++) {
        if (strlen(word) == length && memcmp(start, word, length) == 0) {
            return i;
        }
    }
    return -1;
}

enum hanse_status hanse__unknown_word(struct hanse_context *ctx,
                                      const struct hanse__place *place, const char *words,
                                      const char *word)
{
    char copies[MAX_WORDS][WORD_SIZE], hint[2 * WORD_SIZE];
    const char *names[MAX_WORDS], *cursor = words, *start;
    size_t n = 0, length;
    while (n < MAX_WORDS && hanse__next_word(&cursor, &start, &length)) {
        snprintf(copies[n], WORD_SIZE, "%.*s", (int)length, start);
        names[n] = copies[n];
        n++;
    }
    hanse__did_you_mean(hint, sizeof hint, word, names, n);
    return hanse__reject(ctx, HANSE_ERR_INPUT, place, "must be one of: %s; got '%s'%s", words,
                         word, hint);
}

void hanse__store_fini(struct hanse__store *store)
{
    hanse__free(store->terms);
    hanse__free(store->items);
    *store = (struct hanse__store){0};
}

char *hanse__number_text(double number, char *text, size_t size)
{
    for (int digits = 6; digits <= 17; digits += digits == 6 ? 9 : 2) {
        snprintf(text, size, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    return text;
}

/* "must be >= 0 and < 1 EUR/kWh, got 3": the whole rule, whichever end was passed. */
static enum hanse_status out_of_range(struct hanse_context *ctx, enum hanse_status status,
                                      const struct hanse__place *place,
                                      const struct hanse_field *field, double number)
{
    char low[32], high[32], got[32], rule[128] = "";
    const char *unit = field->unit != NULL && strcmp(field->unit, "1") != 0 ? field->unit : "";
    if (isfinite(field->low)) {
        join(rule, sizeof rule, "%s %s", field->flags & HANSE_LOW_OPEN ? ">" : ">=",
             hanse__number_text(field->low, low, sizeof low));
    }
    if (isfinite(field->high)) {
        join(rule, sizeof rule, "%s%s %s", rule[0] != '\0' ? " and " : "",
             field->flags & HANSE_HIGH_OPEN ? "<" : "<=",
             hanse__number_text(field->high, high, sizeof high));
    }
    return hanse__reject(ctx, status, place, "must be %s%s%s, got %s", rule,
                         *unit != '\0' ? " " : "", unit,
                         hanse__number_text(number, got, sizeof got));
}

enum hanse_status hanse__number_check(struct hanse_context *ctx, enum hanse_status status,
                                      const struct hanse__place *place,
                                      const struct hanse_field *field, double number)
{
    if (!isfinite(number)) {
        return hanse__reject(ctx, status, place, "must be a finite number, got %g", number);
    }
    if (field->type == HANSE_INTEGER &&
        (number != floor(number) || fabs(number) > largest_whole)) {
        return hanse__reject(ctx, status, place, "must be a whole number, got %.17g", number);
    }
    if (field->low == field->high) {
        return HANSE_OK;
    }
    bool low = field->flags & HANSE_LOW_OPEN ? number > field->low : number >= field->low;
    bool high = field->flags & HANSE_HIGH_OPEN ? number < field->high : number <= field->high;
    return low && high ? HANSE_OK : out_of_range(ctx, status, place, field, number);
}

static const char *unit_words(const char *unit)
{
    return unit == NULL || strcmp(unit, "1") == 0 ? "a plain number" : unit;
}

/* What a field wants and what came, as people say it. */
static enum hanse_status wrong_type(struct hanse_context *ctx, const struct hanse__place *place,
                                    const struct hanse_field *field,
                                    const struct hanse_value *in)
{
    static const char *const wants[] = {
        [HANSE_NUMBER] = "a number",
        [HANSE_INTEGER] = "a whole number",
        [HANSE_FLAG] = "true or false",
        [HANSE_TEXT] = "a text",
        [HANSE_CHOICE] = "a word",
        [HANSE_POLICY] = "a word or a function",
        [HANSE_REFERENCE] = "a name",
        [HANSE_REFERENCES] = "a list of names",
        [HANSE_ACTOR] = "a name",
        [HANSE_ACTORS] = "a list of names",
        [HANSE_SERIES] = "a list of numbers",
        [HANSE_CHILDREN] = "declarations of its own",
    };
    static const char *const came[] = {
        [HANSE_VALUE_FORMULA] = "a number", [HANSE_VALUE_TEXT] = "the text",
        [HANSE_VALUE_FLAG] = "a flag",      [HANSE_VALUE_LIST] = "a list",
        [HANSE_VALUE_HOOK] = "a function",  [HANSE_VALUE_ABSENT] = "absent",
    };
    bool member = place->item > 0;
    const char *want = !member                       ? wants[field->type]
                       : field->type == HANSE_SERIES ? "a number"
                                                     : "a name";
    if (in->type == HANSE_VALUE_TEXT) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, place, "expected %s, got the text '%s'",
                             want, in->text);
    }
    if (in->type == HANSE_VALUE_FLAG) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, place, "expected %s, got %s", want,
                             in->flag ? "true" : "false");
    }
    return hanse__reject(ctx, HANSE_ERR_INPUT, place, "expected %s, got %s", want,
                         came[in->type]);
}

static enum hanse_status keep_terms(struct hanse__store *store,
                                    const struct hanse_formula *formula,
                                    struct hanse__value *out)
{
    HANSE_TRY(hanse__reserve(store->pool->ctx, &store->terms, &store->terms_capacity,
                             store->n_terms + formula->n_terms, sizeof *store->terms));
    memcpy(store->terms + store->n_terms, formula->terms,
           formula->n_terms * sizeof *formula->terms);
    out->as.first = (uint32_t)store->n_terms;
    out->count = (uint32_t)formula->n_terms;
    store->n_terms += formula->n_terms;
    return HANSE_OK;
}

static enum hanse_status keep_number(struct hanse__store *store,
                                     const struct hanse__place *place,
                                     const struct hanse_field *field,
                                     const struct hanse_unit *unit, size_t n_params,
                                     const struct hanse_value *in, struct hanse__value *out)
{
    struct hanse_context *ctx = store->pool->ctx;
    const struct hanse_formula *formula = &in->formula;
    if (in->type != HANSE_VALUE_FORMULA) {
        return wrong_type(ctx, place, field, in);
    }
    if (!hanse_dim_equal(&formula->dim, &unit->dim)) {
        char got[128];
        hanse_dim_text(&formula->dim, got, sizeof got);
        return hanse__reject(ctx, HANSE_ERR_INPUT, place, "expected %s, got %s",
                             unit_words(field->unit), unit_words(got));
    }
    HANSE_TRY(hanse__formula_check(ctx, place, formula, n_params));
    if (!hanse__formula_is_constant(formula->terms, formula->n_terms)) {
        return keep_terms(store, formula, out);
    }
    out->count = 0;
    out->as.number = hanse__formula_value(formula->terms, formula->n_terms, NULL) / unit->scale;
    return hanse__number_check(ctx, HANSE_ERR_INPUT, place, field, out->as.number);
}

static enum hanse_status keep_text(struct hanse__store *store, const struct hanse__place *place,
                                   const struct hanse_field *field,
                                   const struct hanse_value *in, struct hanse__value *out)
{
    struct hanse_context *ctx = store->pool->ctx;
    if (field->type == HANSE_POLICY && in->type == HANSE_VALUE_HOOK) {
        out->count = (uint32_t)(-2 - in->hook);
        return hanse__pool_intern(store->pool, in->text, &out->as.text);
    }
    if (in->type != HANSE_VALUE_TEXT || in->text == NULL) {
        return wrong_type(ctx, place, field, in);
    }
    if (field->type == HANSE_CHOICE || field->type == HANSE_POLICY) {
        int32_t word = hanse__word_index(field->options, in->text);
        if (word < 0) {
            return hanse__unknown_word(ctx, place, field->options, in->text);
        }
        out->count = (uint32_t)word;
    }
    return hanse__pool_intern(store->pool, in->text, &out->as.text);
}

static enum hanse_status keep_list(struct hanse__store *store, const struct hanse__place *place,
                                   const struct hanse_field *field,
                                   const struct hanse_unit *unit, size_t n_params,
                                   const struct hanse_value *in, struct hanse__value *out)
{
    struct hanse_context *ctx = store->pool->ctx;
    if (in->type != HANSE_VALUE_LIST) {
        return wrong_type(ctx, place, field, in);
    }
    if (field->type == HANSE_SERIES && field->count > 0 &&
        in->n_items != (size_t)field->count) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, place, "must have %d numbers, got %zu",
                             field->count, in->n_items);
    }
    HANSE_TRY(hanse__reserve(ctx, &store->items, &store->items_capacity,
                             store->n_items + in->n_items, sizeof *store->items));
    out->as.first = (uint32_t)store->n_items;
    out->count = (uint32_t)in->n_items;
    store->n_items += in->n_items;
    for (size_t i = 0; i < in->n_items; i++) {
        struct hanse__place place_of_item = *place;
        struct hanse__value kept = {.type = (uint8_t)in->items[i].type};
        place_of_item.item = (uint32_t)i + 1;
        if (field->type == HANSE_SERIES) {
            HANSE_TRY(keep_number(store, &place_of_item, field, unit, n_params, &in->items[i],
                                  &kept));
        } else {
            HANSE_TRY(keep_text(store, &place_of_item, field, &in->items[i], &kept));
        }
        store->items[out->as.first + i] = kept;
    }
    return HANSE_OK;
}

enum hanse_status hanse__value_keep(struct hanse__store *store,
                                    const struct hanse__place *place,
                                    const struct hanse_field *field,
                                    const struct hanse_unit *unit, size_t n_params,
                                    const struct hanse_value *in, struct hanse__value *out)
{
    *out = (struct hanse__value){.type = (uint8_t)in->type};
    switch (field->type) {
    case HANSE_NUMBER:
    case HANSE_INTEGER:
        return keep_number(store, place, field, unit, n_params, in, out);
    case HANSE_FLAG:
        out->flag = in->flag;
        return in->type == HANSE_VALUE_FLAG ? HANSE_OK
                                            : wrong_type(store->pool->ctx, place, field, in);
    case HANSE_TEXT:
    case HANSE_CHOICE:
    case HANSE_POLICY:
    case HANSE_REFERENCE:
    case HANSE_ACTOR:
        return keep_text(store, place, field, in, out);
    case HANSE_REFERENCES:
    case HANSE_ACTORS:
    case HANSE_SERIES:
        return keep_list(store, place, field, unit, n_params, in, out);
    case HANSE_CHILDREN:
        break;
    }
    return wrong_type(store->pool->ctx, place, field, in);
}

static enum hanse_status copy_one(struct hanse__pool *pool, const struct hanse_value *in,
                                  struct hanse_value *out)
{
    *out = *in;
    HANSE_TRY(hanse__pool_intern(pool, in->text, &out->text));
    HANSE_TRY(hanse__pool_intern(pool, in->source, &out->source));
    if (in->type == HANSE_VALUE_FORMULA) {
        size_t bytes = in->formula.n_terms * sizeof *in->formula.terms;
        struct hanse_term *terms = hanse__pool_take(pool, bytes);
        if (terms == NULL) {
            return HANSE_ERR_MEMORY;
        }
        out->formula.terms = memcpy(terms, in->formula.terms, bytes);
    }
    return HANSE_OK;
}

enum hanse_status hanse__value_copy(struct hanse__pool *pool, const struct hanse__place *place,
                                    const struct hanse_value *in, struct hanse_value *out)
{
    HANSE_TRY(copy_one(pool, in, out));
    if (in->type != HANSE_VALUE_LIST) {
        return HANSE_OK;
    }
    struct hanse_value *items = hanse__pool_take(pool, in->n_items * sizeof *items);
    if (items == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < in->n_items; i++) {
        if (in->items[i].type == HANSE_VALUE_LIST) {
            return hanse__reject(pool->ctx, HANSE_ERR_INPUT, place,
                                 "item %zu: a list may not hold a list", i + 1);
        }
        HANSE_TRY(copy_one(pool, &in->items[i], &items[i]));
    }
    out->items = items;
    return HANSE_OK;
}
