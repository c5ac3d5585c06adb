#include "sim/model/needs.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"

/* --- the condition as text ------------------------------------------------------------------
 */

static bool take_word(const char **text, char word[HANSE__NEED_WORD])
{
    const char *start = *text + strspn(*text, " ");
    size_t length = strcspn(start, " ");
    snprintf(word, HANSE__NEED_WORD, "%.*s", (int)length, start);
    *text = start + length;
    return length > 0;
}

bool hanse__need_next(const char **text, struct hanse__need *need)
{
    need->opens = true;
    if (!take_word(text, need->key)) {
        return false;
    }
    if (strcmp(need->key, "and") == 0 || strcmp(need->key, "or") == 0) {
        need->opens = need->key[0] == 'o';
        take_word(text, need->key);
    }
    take_word(text, need->relation);
    need->word[0] = '\0';
    return strcmp(need->relation, "given") == 0 || take_word(text, need->word);
}

bool hanse__need_lists(const char *words, const char *word)
{
    for (size_t length = strlen(word); *words != '\0'; words += *words == '|') {
        size_t here = strcspn(words, "|");
        if (here == length && memcmp(words, word, length) == 0) {
            return true;
        }
        words += here;
    }
    return false;
}

/* --- a row ----------------------------------------------------------------------------------
 */

struct asked { /* a field of the row at hand */
    const struct hanse__freeze *freeze;
    uint32_t entity, kind;
    size_t row;
};

static const struct hanse_field *field_called(const struct asked *asked, const char *key,
                                              uint32_t *cell)
{
    const struct hanse_scenario *scenario = asked->freeze->scenario;
    const struct hanse_kind *kind = scenario->kinds[asked->kind];
    const struct hanse__table *table = &scenario->tables[asked->kind];
    for (uint32_t i = 0; i < table->n_stored; i++) {
        const struct hanse_field *field = &kind->fields[table->stored[i]];
        if (strcmp(field->key, key) == 0) {
            *cell = table->cells[asked->row * table->n_stored + i];
            return field;
        }
    }
    HANSE_ASSERT(!"a condition names a key that its kind doesn't have");
    return NULL;
}

/* What a choice, a flag or a policy says. */
static const char *word_of(const struct hanse_field *field, const void *at, char *text,
                           size_t size)
{
    if (field->type == HANSE_FLAG) {
        return *(const bool *)at ? "true" : "false";
    }
    int32_t number = *(const int32_t *)at;
    if (hanse_policy_hook(number) >= 0) {
        return "function";
    }
    const char *cursor = field->options, *word = "";
    size_t length = 0;
    for (int32_t i = 0; i <= number && hanse__next_word(&cursor, &word, &length); i++) {
    }
    snprintf(text, size, "%.*s", number < 0 ? 0 : (int)length, word);
    return text;
}

/* A list's count stands behind its pointer. */
static bool is_given(const struct hanse_field *field, const void *at, uint32_t cell)
{
    switch (field->type) {
    case HANSE_REFERENCE:
        return *(const int32_t *)at >= 0;
    case HANSE_ACTOR:
        return ((const struct hanse_actor *)at)->index >= 0;
    case HANSE_REFERENCES:
        return ((const struct hanse_list *)at)->count > 0;
    case HANSE_ACTORS:
        return ((const struct hanse_actor_list *)at)->count > 0;
    case HANSE_SERIES:
        return ((const struct hanse_series *)at)->count > 0;
    default:
        return (cell & ~HANSE__UNCERTAIN) != 0;
    }
}

static bool may_change(const struct asked *asked, const char *key)
{
    const struct hanse__freeze *freeze = asked->freeze;
    const struct hanse_kind *kind = freeze->scenario->kinds[asked->kind];
    for (size_t i = 0; i < freeze->n_named; i++) {
        const struct hanse__named *named = &freeze->named[i];
        if (named->entity == asked->entity && named->field < kind->n_fields &&
            strcmp(kind->fields[named->field].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_met(const struct asked *asked, const struct hanse__need *need)
{
    uint32_t cell = 0;
    const struct hanse_field *field = field_called(asked, need->key, &cell);
    const char *row = hanse__row(asked->freeze->scenario, asked->kind, asked->row);
    const void *at = row + field->offset;
    char text[HANSE__NEED_WORD];
    bool met;
    if (strcmp(need->relation, "given") == 0) {
        met = is_given(field, at, cell);
    } else if (strcmp(need->relation, ">") == 0) {
        met = (cell & HANSE__UNCERTAIN) != 0 ||
              (field->type == HANSE_INTEGER ? *(const int64_t *)at > 0
                                            : *(const double *)at > 0.0);
    } else {
        bool same = hanse__need_lists(need->word, word_of(field, at, text, sizeof text));
        met = same == (need->relation[0] == '=');
    }
    return met || may_change(asked, need->key);
}

static bool can_mean(const struct asked *asked, const char *needs)
{
    struct hanse__need need;
    bool all = false;
    for (const char *text = needs; hanse__need_next(&text, &need);) {
        if (need.opens && all) {
            return true;
        }
        all = (need.opens || all) && is_met(asked, &need);
    }
    return all;
}

/* "none", as in "battery = 0 and no efficiency", is said by nothing, so it promises nothing. */
static bool says_nothing(const struct asked *asked, const struct hanse_field *field)
{
    uint32_t cell = 0;
    const char *row = hanse__row(asked->freeze->scenario, asked->kind, asked->row);
    field_called(asked, field->key, &cell);
    if (field->fallback != 0.0 || (cell & HANSE__UNCERTAIN) != 0) {
        return false;
    }
    switch (field->type) {
    case HANSE_NUMBER:
        return *(const double *)(const void *)(row + field->offset) == 0.0;
    case HANSE_INTEGER:
        return *(const int64_t *)(const void *)(row + field->offset) == 0;
    case HANSE_FLAG:
        return !*(const bool *)(row + field->offset);
    default:
        return false;
    }
}

static void add_text(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

/* "scheduler is fcfs": how each key of the condition stands that isn't as it should be. */
static void how_it_stands(const struct asked *asked, const char *needs, char *text, size_t size)
{
    struct hanse__need need;
    char told[256] = " ";
    text[0] = '\0';
    while (hanse__need_next(&needs, &need)) {
        char mark[HANSE__NEED_WORD + 2], word[HANSE__NEED_WORD];
        uint32_t cell = 0;
        const struct hanse_field *field = field_called(asked, need.key, &cell);
        const char *row = hanse__row(asked->freeze->scenario, asked->kind, asked->row);
        snprintf(mark, sizeof mark, " %s ", need.key);
        if (is_met(asked, &need) || strstr(told, mark) != NULL) {
            continue;
        }
        add_text(told, sizeof told, mark + 1);
        add_text(text, size, text[0] != '\0' ? ", " : "");
        add_text(text, size, need.key);
        add_text(text, size, " is ");
        add_text(text, size,
                 need.relation[0] == 'g' ? "not given"
                 : need.relation[0] == '>'
                     ? "0"
                     : word_of(field, row + field->offset, word, sizeof word));
    }
}

enum hanse_status hanse__need_check(const struct hanse__freeze *freeze,
                                    const struct hanse__place *place, uint32_t entity,
                                    size_t row, size_t f)
{
    const struct asked asked = {freeze, entity, freeze->draft->entities[entity].kind, row};
    const struct hanse_field *field = &freeze->scenario->kinds[asked.kind]->fields[f];
    if (says_nothing(&asked, field) || can_mean(&asked, field->needs)) {
        return HANSE_OK;
    }
    char now[256];
    how_it_stands(&asked, field->needs, now, sizeof now);
    return hanse__reject(freeze->draft->ctx, HANSE_ERR_INPUT, place,
                         "does nothing here: it needs %s, but %s", field->needs, now);
}
