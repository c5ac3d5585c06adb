/*
 * A world as a list of facts: entities with their values, declared once all are known. So a
 * test can change a fact, or declare all in another order or under other names. Members are
 * called "a" to "d", and what is theirs begins with "a_".
 *
 * A fact is drawn from a stream of its own name: one more leaves the others as they are.
 */
#ifndef HANSE_TESTS_WORLD_H
#define HANSE_TESTS_WORLD_H

#include "sim/engine/stream.h"
#include "tests/nation.h"

enum { WORLD_FACTS = 256, WORLD_VALUES = 24, WORLD_MEMBERS = 4 };

enum world_sort { WORLD_NUMBER, WORLD_TEXT, WORLD_LIST, WORLD_FLAG };

struct world_value {
    const char *key;
    enum world_sort sort;
    double number;
    char text[80]; /* of a list: names with commas between */
};

struct world_fact {
    const char *kind;
    char name[40];
    bool absent;
    int n;
    struct world_value values[WORLD_VALUES];
};

struct world {
    uint32_t which;
    int members, pools, cards, regions; /* regions: of a member */
    struct hanse_stream dice;           /* of the fact at hand */
    int n;
    struct world_fact facts[WORLD_FACTS];
};

/* --- facts -------------------------------------------------------------------------------- */

static inline double world_pick(struct world *w, double low, double high)
{
    return low + (high - low) * hanse_stream_uniform(&w->dice);
}

static inline bool world_maybe(struct world *w, double probability)
{
    return hanse_stream_uniform(&w->dice) < probability;
}

static inline int world_below(struct world *w, int n)
{
    return (int)world_pick(w, 0.0, n);
}

static inline const char *world_word(struct world *w, const char *const *words, int n)
{
    return words[world_below(w, n)];
}

static inline struct world_fact *world_add(struct world *w, const char *kind, const char *name)
{
    char path[80];
    assert_true(w->n < WORLD_FACTS);
    struct world_fact *fact = &w->facts[w->n++];
    *fact = (struct world_fact){.kind = kind};
    snprintf(fact->name, sizeof fact->name, "%s", name);
    snprintf(path, sizeof path, "%s/%s", kind, name);
    hanse_stream_init(&w->dice, 31, w->which, hanse_entity(path), "world");
    return fact;
}

/* The value of a key, made when it is not there. */
static inline struct world_value *world_value(struct world_fact *fact, const char *key)
{
    int i = 0;
    while (i < fact->n && strcmp(fact->values[i].key, key) != 0) {
        i++;
    }
    assert_true(i < WORLD_VALUES);
    fact->n = i == fact->n ? i + 1 : fact->n;
    fact->values[i].key = key;
    return &fact->values[i];
}

static inline void world_number(struct world_fact *fact, const char *key, double number)
{
    struct world_value *value = world_value(fact, key);
    value->sort = WORLD_NUMBER;
    value->number = number;
}

static inline void world_flag(struct world_fact *fact, const char *key, bool flag)
{
    struct world_value *value = world_value(fact, key);
    value->sort = WORLD_FLAG;
    value->number = flag;
}

static inline void world_text(struct world_fact *fact, const char *key, const char *text)
{
    struct world_value *value = world_value(fact, key);
    value->sort = WORLD_TEXT;
    snprintf(value->text, sizeof value->text, "%s", text);
}

static inline void world_list(struct world_fact *fact, const char *key, const char *names)
{
    world_text(fact, key, names);
    world_value(fact, key)->sort = WORLD_LIST;
}

static inline struct world_fact *world_find(struct world *w, const char *kind, const char *name)
{
    for (int i = 0; i < w->n; i++) {
        if (strcmp(w->facts[i].kind, kind) == 0 && strcmp(w->facts[i].name, name) == 0) {
            return &w->facts[i];
        }
    }
    return NULL;
}

/* Sets a key of all facts of a kind. */
static inline void world_all(struct world *w, const char *kind, const char *key, double number)
{
    for (int i = 0; i < w->n; i++) {
        if (strcmp(w->facts[i].kind, kind) == 0) {
            world_number(&w->facts[i], key, number);
        }
    }
}

/* Takes a key away from all facts of a kind. */
static inline void world_forget(struct world *w, const char *kind, const char *key)
{
    for (int i = 0; i < w->n; i++) {
        struct world_fact *fact = &w->facts[i];
        for (int v = 0; strcmp(fact->kind, kind) == 0 && v < fact->n; v++) {
            if (strcmp(fact->values[v].key, key) == 0) {
                fact->values[v--] = fact->values[--fact->n];
            }
        }
    }
}

static inline void world_drop(struct world *w, const char *kind)
{
    for (int i = 0; i < w->n; i++) {
        w->facts[i].absent |= strcmp(w->facts[i].kind, kind) == 0;
    }
}

/* --- declaring ---------------------------------------------------------------------------- */

/* A name under which member i is called names[i]. */
static inline void world_rename(const char *names, char *text)
{
    for (char *at = text; names != NULL && *at != '\0'; at++) {
        bool begins = at == text || at[-1] == ',';
        if (begins && *at >= 'a' && *at < 'a' + WORLD_MEMBERS &&
            (at[1] == '\0' || at[1] == '_' || at[1] == ',')) {
            *at = names[*at - 'a'];
        }
    }
}

static inline void world_declare_list(struct nation *n, uint32_t entity, const char *key,
                                      char *text)
{
    struct hanse_value items[8];
    size_t count = 0;
    for (char *next = text; next != NULL && count < 8;) {
        char *item = next;
        next = strchr(item, ',');
        if (next != NULL) {
            *next++ = '\0';
        }
        items[count++] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = item};
    }
    const struct hanse_value list = {
        .type = HANSE_VALUE_LIST, .items = items, .n_items = count};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

static inline void world_declare_fact(struct nation *n, const struct world_fact *fact,
                                      const char *names)
{
    char text[80];
    snprintf(text, sizeof text, "%s", fact->name);
    world_rename(names, text);
    uint32_t entity = nation_add(n, fact->kind, text);
    for (int i = 0; i < fact->n; i++) {
        const struct world_value *value = &fact->values[i];
        snprintf(text, sizeof text, "%s", value->text);
        world_rename(names, text);
        if (value->sort == WORLD_NUMBER) {
            nation_number(n, entity, value->key, value->number);
        } else if (value->sort == WORLD_FLAG) {
            nation_flag(n, entity, value->key, value->number != 0.0);
        } else if (value->sort == WORLD_TEXT) {
            nation_text(n, entity, value->key, text);
        } else {
            world_declare_list(n, entity, value->key, text);
        }
    }
}

/* Declares the facts; `shuffle` other than 0: in an order of that number; `names` other than
 * NULL: member i under the i-th letter. */
static inline struct nation world_declare(const struct world *w, uint32_t shuffle,
                                          const char *names)
{
    int order[WORLD_FACTS];
    struct hanse_stream dice;
    hanse_stream_init(&dice, 32, shuffle, hanse_entity("order"), "world");
    for (int i = 0; i < w->n; i++) {
        int j = shuffle != 0 ? (int)((i + 1) * hanse_stream_uniform(&dice)) : i;
        order[i] = order[j];
        order[j] = i;
    }
    struct nation n = nation_begin();
    for (int i = 0; i < w->n; i++) {
        if (!w->facts[order[i]].absent) {
            world_declare_fact(&n, &w->facts[order[i]], names);
        }
    }
    return n;
}

#endif
