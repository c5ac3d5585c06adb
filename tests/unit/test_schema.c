/* The program's own field tables: each row must make sense before a scenario meets it. */
#include "sim/process/mechanism.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/model/needs.h"
#include "sim/model/value.h"

static const size_t room[] = {
    [HANSE_NUMBER] = sizeof(double),
    [HANSE_INTEGER] = sizeof(int64_t),
    [HANSE_FLAG] = sizeof(bool),
    [HANSE_TEXT] = sizeof(char *),
    [HANSE_CHOICE] = sizeof(int32_t),
    [HANSE_POLICY] = sizeof(int32_t),
    [HANSE_REFERENCE] = sizeof(int32_t),
    [HANSE_REFERENCES] = sizeof(struct hanse_list),
    [HANSE_ACTOR] = sizeof(struct hanse_actor),
    [HANSE_ACTORS] = sizeof(struct hanse_actor_list),
    [HANSE_SERIES] = sizeof(struct hanse_series),
    [HANSE_CHILDREN] = 0,
};

static bool is_kind(const char *word, size_t length)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    for (size_t k = 0; k < n; k++) {
        if (strlen(kinds[k]->name) == length && memcmp(kinds[k]->name, word, length) == 0) {
            return true;
        }
    }
    return false;
}

static void check_options(const struct hanse_kind *kind, const struct hanse_field *field)
{
    bool words = field->type == HANSE_CHOICE || field->type == HANSE_POLICY;
    bool kinds = (field->type >= HANSE_REFERENCE && field->type <= HANSE_ACTORS) ||
                 field->type == HANSE_CHILDREN;
    if ((words || kinds) != (field->options != NULL)) {
        fail_msg("%s.%s: options where none belong, or none where some do", kind->name,
                 field->key);
    }
    const char *cursor = field->options, *word;
    size_t length, n = 0;
    while (hanse__next_word(&cursor, &word, &length)) {
        n++;
        if (kinds && !is_kind(word, length)) {
            fail_msg("%s.%s: '%.*s' is no kind", kind->name, field->key, (int)length, word);
        }
    }
    if ((words || kinds) && n == 0) {
        fail_msg("%s.%s: has no options", kind->name, field->key);
    }
}

static void check_fallback(struct hanse_context *ctx, const struct hanse_kind *kind,
                           const struct hanse_field *field)
{
    const struct hanse__place place = {.kind = kind->name, .key = field->key};
    if (field->low > field->high) {
        fail_msg("%s.%s: low is above high", kind->name, field->key);
    }
    if (field->flags & HANSE_REQUIRED) {
        return;
    }
    if (field->type == HANSE_NUMBER || field->type == HANSE_INTEGER) {
        if (hanse__number_check(ctx, HANSE_ERR_INPUT, &place, field, field->fallback)) {
            fail_msg("its default: %s", hanse_context_message(ctx));
        }
    }
    if ((field->type == HANSE_CHOICE || field->type == HANSE_POLICY) &&
        field->fallback_text != NULL &&
        hanse__word_index(field->options, field->fallback_text) < 0) {
        fail_msg("%s.%s: its default '%s' is no option", kind->name, field->key,
                 field->fallback_text);
    }
}

/* Whether "A|B" are words that the field may have. */
static bool are_words_of(const struct hanse_field *field, const char *words)
{
    char options[512];
    snprintf(options, sizeof options, "%s%s",
             field->type == HANSE_FLAG ? "true false" : field->options,
             field->type == HANSE_POLICY ? " function" : "");
    for (const char *at = words; *at != '\0'; at += *at == '|') {
        char word[96];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
        if (hanse__word_index(options, word) < 0) {
            return false;
        }
        at += strlen(word);
    }
    return true;
}

/* Every comparison of a condition names a key of the kind that can be compared so, and a word
 * it may have. */
static void check_needs(const struct hanse_kind *kind, const struct hanse_field *field)
{
    struct hanse__need need;
    const char *text = field->needs;
    while (text != NULL && hanse__need_next(&text, &need)) {
        const struct hanse_field *other = NULL;
        for (size_t f = 0; f < kind->n_fields; f++) {
            other = strcmp(kind->fields[f].key, need.key) == 0 ? &kind->fields[f] : other;
        }
        bool right = other != NULL && other != field;
        if (right && strcmp(need.relation, ">") == 0) {
            right = (other->type == HANSE_NUMBER || other->type == HANSE_INTEGER) &&
                    strcmp(need.word, "0") == 0;
        } else if (right && strcmp(need.relation, "given") != 0) {
            right = (strcmp(need.relation, "=") == 0 || strcmp(need.relation, "!=") == 0) &&
                    are_words_of(other, need.word);
        }
        if (!right) {
            fail_msg("%s.%s: needs '%s': '%s %s %s' can't be", kind->name, field->key,
                     field->needs, need.key, need.relation, need.word);
        }
    }
}

static void check_field(struct hanse_context *ctx, const struct hanse_kind *kind, size_t f)
{
    const struct hanse_field *field = &kind->fields[f];
    if (field->doc == NULL || field->doc[0] == '\0') {
        fail_msg("%s.%s: has no doc", kind->name, field->key);
    }
    if ((field->type == HANSE_NUMBER || field->type == HANSE_SERIES) && field->unit == NULL) {
        fail_msg("%s.%s: has no unit", kind->name, field->key);
    }
    if (field->type != HANSE_CHILDREN &&
        (field->offset < sizeof(char *) || field->offset + room[field->type] > kind->size)) {
        fail_msg("%s.%s: doesn't lie in its struct", kind->name, field->key);
    }
    for (size_t g = 0; g < f; g++) {
        const struct hanse_field *other = &kind->fields[g];
        if (strcmp(other->key, field->key) == 0) {
            fail_msg("%s.%s: there are two", kind->name, field->key);
        }
        if (field->type != HANSE_CHILDREN && other->type != HANSE_CHILDREN &&
            field->offset < other->offset + room[other->type] &&
            other->offset < field->offset + room[field->type]) {
            fail_msg("%s.%s: shares its place with %s", kind->name, field->key, other->key);
        }
    }
    check_options(kind, field);
    check_needs(kind, field);
    check_fallback(ctx, kind, field);
}

static void every_field_of_every_kind_makes_sense(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    assert_in_range(n, 10, 100);
    for (size_t k = 0; k < n; k++) {
        assert_non_null(kinds[k]->doc);
        for (size_t j = 0; j < k; j++) {
            assert_string_not_equal(kinds[j]->name, kinds[k]->name);
        }
        for (size_t f = 0; f < kinds[k]->n_fields; f++) {
            check_field(ctx, kinds[k], f);
        }
    }
    hanse_context_destroy(ctx);
}

static void every_unit_of_every_field_is_known(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_draft *draft;
    if (hanse_draft_create(ctx, &draft) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    hanse_draft_destroy(draft);
    hanse_context_destroy(ctx);
}

static void every_output_is_complete_and_every_ratio_has_its_parts(void **state)
{
    size_t n_mechanisms, n_outputs = 0;
    const struct hanse_mechanism *const *all = hanse_mechanisms(&n_mechanisms);
    const struct hanse_output *outputs[256];
    for (size_t m = 0; m < n_mechanisms; m++) {
        for (size_t o = 0; o < all[m]->n_outputs && n_outputs < 256; o++) {
            outputs[n_outputs++] = &all[m]->outputs[o];
        }
    }
    assert_in_range(n_outputs, 10, 255);
    for (size_t i = 0; i < n_outputs; i++) {
        const struct hanse_output *o = outputs[i];
        assert_non_null(o->unit);
        assert_non_null(o->long_name);
        int parts = 0;
        for (size_t j = 0; j < n_outputs; j++) {
            assert_true(i == j || strcmp(o->name, outputs[j]->name) != 0);
            parts +=
                o->reducer == HANSE_RATIO && (strcmp(outputs[j]->name, o->numerator) == 0 ||
                                              strcmp(outputs[j]->name, o->denominator) == 0);
        }
        assert_int_equal(parts, o->reducer == HANSE_RATIO ? 2 : 0);
        for (int d = 0; d < 2; d++) {
            assert_true(o->dims[d] == NULL || is_kind(o->dims[d], strlen(o->dims[d])));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_kind_makes_sense),
        cmocka_unit_test(every_unit_of_every_field_is_known),
        cmocka_unit_test(every_output_is_complete_and_every_ratio_has_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
