/*
 * Cycles: a firm may not be its own parent's parent.
 *
 * For each field that must never come back, a depth-first walk over the rows of its kind. The
 * walk keeps its own stack: a chain may be as long as a table.
 */
#include <stdio.h>
#include <string.h>

#include "sim/model/scenario_inside.h"

enum colour { UNSEEN, OPEN, DONE };

struct walk {
    const struct hanse_scenario *scenario;
    uint32_t kind;
    const struct hanse_field *field;
    unsigned char *colours; /* by row */
    int32_t *path;          /* open rows, from the start */
    int32_t *next;          /* by row: its next link to follow */
};

/* The i-th link of a row within its own kind; -1 where it leads elsewhere, -2 past the last. */
static int32_t link_at(const struct walk *walk, int32_t row, int32_t i)
{
    const char *room =
        (const char *)hanse__row(walk->scenario, walk->kind, (size_t)row) + walk->field->offset;
    struct hanse_actor actor = {(int32_t)walk->kind, HANSE__NONE};
    int32_t count = 1;
    if (walk->field->type == HANSE_REFERENCES) {
        const struct hanse_list *list = (const void *)room;
        count = list->count;
        actor.index = i < count ? list->items[i] : HANSE__NONE;
    } else if (walk->field->type == HANSE_ACTORS) {
        const struct hanse_actor_list *list = (const void *)room;
        count = list->count;
        actor = i < count ? list->items[i] : actor;
    } else if (walk->field->type == HANSE_ACTOR) {
        actor = *(const struct hanse_actor *)(const void *)room;
    } else {
        actor.index = *(const int32_t *)(const void *)room;
    }
    if (i >= count) {
        return -2;
    }
    return actor.kind == (int32_t)walk->kind ? actor.index : HANSE__NONE;
}

static enum hanse_status reject_cycle(const struct walk *walk, int32_t depth, int32_t back_to)
{
    char text[512] = "";
    int32_t start = 0;
    while (walk->path[start] != back_to) {
        start++;
    }
    for (int32_t i = start; i < depth; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s -> ",
                 hanse__row_name(walk->scenario, walk->kind, (size_t)walk->path[i]));
    }
    return hanse_scenario_reject(walk->scenario, walk->scenario->kinds[walk->kind], back_to,
                                 walk->field->key, "may not lead back to itself, got %s%s",
                                 text,
                                 hanse__row_name(walk->scenario, walk->kind, (size_t)back_to));
}

static enum hanse_status walk_from(struct walk *walk, int32_t root)
{
    int32_t depth = 0;
    if (walk->colours[root] != UNSEEN) {
        return HANSE_OK;
    }
    walk->colours[root] = OPEN;
    walk->path[depth++] = root;
    while (depth > 0) {
        int32_t row = walk->path[depth - 1];
        int32_t to = link_at(walk, row, walk->next[row]++);
        if (to == -2) {
            walk->colours[row] = DONE;
            depth--;
        } else if (to >= 0 && walk->colours[to] == OPEN) {
            return reject_cycle(walk, depth, to);
        } else if (to >= 0 && walk->colours[to] == UNSEEN) {
            walk->colours[to] = OPEN;
            walk->path[depth++] = to;
        }
    }
    return HANSE_OK;
}

static enum hanse_status check_field(const struct hanse_scenario *scenario, uint32_t kind,
                                     const struct hanse_field *field)
{
    size_t count = (size_t)scenario->tables[kind].count;
    struct walk walk = {.scenario = scenario, .kind = kind, .field = field};
    walk.colours = hanse__alloc(scenario->ctx, count + 1, sizeof *walk.colours);
    walk.path = hanse__alloc(scenario->ctx, count + 1, sizeof *walk.path);
    walk.next = hanse__alloc(scenario->ctx, count + 1, sizeof *walk.next);
    enum hanse_status status =
        walk.colours && walk.path && walk.next ? HANSE_OK : HANSE_ERR_MEMORY;
    for (int32_t row = 0; status == HANSE_OK && row < (int32_t)count; row++) {
        status = walk_from(&walk, row);
    }
    hanse__free(walk.colours);
    hanse__free(walk.path);
    hanse__free(walk.next);
    return status;
}

enum hanse_status hanse__links_check(const struct hanse_scenario *scenario)
{
    for (uint32_t k = 0; k < scenario->n_kinds; k++) {
        for (size_t f = 0; f < scenario->kinds[k]->n_fields; f++) {
            const struct hanse_field *field = &scenario->kinds[k]->fields[f];
            if (field->flags & HANSE_ACYCLIC &&
                hanse__word_index(field->options, scenario->kinds[k]->name) >= 0) {
                HANSE_TRY(check_field(scenario, k, field));
            }
        }
    }
    return HANSE_OK;
}
