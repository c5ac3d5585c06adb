/*
 * Values inside the model room: how a declared value is checked and kept.
 *
 * A draft may hold millions of values, so a kept one is 16 bytes: a constant in its field's
 * unit, a text, a flag, or where its terms or items stand in the store's arrays. Only formulas
 * that name a parameter keep their terms; the others are folded when they come in.
 *
 * Every message about a value has one shape, "file:line: kind 'name': key: rule, value";
 * struct hanse__place is what stands before the rule.
 */
#ifndef HANSE_SIM_MODEL_VALUE_H
#define HANSE_SIM_MODEL_VALUE_H

#include "sim/model/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse__place {
    const struct hanse_origin *origin; /* NULL unknown */
    const char *kind, *name, *key;     /* NULL: left out */
    uint32_t item;                     /* 1-based member of a list; 0: the value itself */
};

enum hanse_status hanse__reject(struct hanse_context *ctx, enum hanse_status status,
                                const struct hanse__place *place, const char *format, ...)
    HANSE_PRINTF(4, 5);

/* Writes " (did you mean 'x'?)" for the name nearest to `word`, else "". Returns `text`. */
char *hanse__did_you_mean(char *text, size_t size, const char *word, const char *const *names,
                          size_t n_names);

/* Walks the words of a field's options: the next word's start and length; false at the end. */
bool hanse__next_word(const char **cursor, const char **word, size_t *length);
/* Number of `word` among `words`, -1 when it is none. */
int32_t hanse__word_index(const char *words, const char *word);
enum hanse_status hanse__unknown_word(struct hanse_context *ctx,
                                      const struct hanse__place *place, const char *words,
                                      const char *word);

struct hanse__value {
    uint8_t type; /* enum hanse_value_type */
    bool flag;
    uint32_t
        count; /* FORMULA: terms, 0 for a constant; LIST: items; CHOICE: the word's number */
    union {
        double number;  /* constant, in the field's unit */
        uint32_t first; /* term or item in the store */
        const char *text;
    } as;
};

struct hanse__store {
    struct hanse__pool *pool; /* keeps the texts */
    struct hanse_term *terms;
    size_t n_terms, terms_capacity;
    struct hanse__value *items;
    size_t n_items, items_capacity;
};

void hanse__store_fini(struct hanse__store *store);

/* Checks `in` against the field's type, unit and (constants) range, and keeps it. */
enum hanse_status hanse__value_keep(struct hanse__store *store,
                                    const struct hanse__place *place,
                                    const struct hanse_field *field,
                                    const struct hanse_unit *unit, size_t n_params,
                                    const struct hanse_value *in, struct hanse__value *out);

/* A deep copy of a value whose field isn't known yet. */
enum hanse_status hanse__value_copy(struct hanse__pool *pool, const struct hanse__place *place,
                                    const struct hanse_value *in, struct hanse_value *out);

/* Whether the postfix is well formed: the stack never runs dry and one number is left. */
enum hanse_status hanse__formula_check(struct hanse_context *ctx,
                                       const struct hanse__place *place,
                                       const struct hanse_formula *formula, size_t n_params);
/* Its value in base units; `params` in base units, by the numbers that the terms use. */
double hanse__formula_value(const struct hanse_term *terms, size_t n_terms,
                            const double *params);
bool hanse__formula_is_constant(const struct hanse_term *terms, size_t n_terms);

/* Whether `number` is finite, whole where it must be, and in the field's range. */
enum hanse_status hanse__number_check(struct hanse_context *ctx, enum hanse_status status,
                                      const struct hanse__place *place,
                                      const struct hanse_field *field, double number);

/* The shortest decimal text that reads back as the same number. */
char *hanse__number_text(double number, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
