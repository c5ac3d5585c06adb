/*
 * Freezing: from a draft and a case to an immutable scenario.
 *
 * 1. the case's overrides and --set become a sorted list of changes without conflicts;
 * 2. parameters take their values, removed entities leave with their children;
 * 3. what is left is sorted by kind and name: from here on, the order of declaration is gone;
 * 4. every field is filled from change, draft or default, references by name;
 * 5. the whole is checked: numbers of rows, identities, cycles, the kinds' own rules;
 *    in between, derived kinds take their rows from the others.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/engine/stream.h"
#include "sim/model/scenario_inside.h"

enum hanse_status hanse__origin_map(struct hanse__freeze *freeze, uint32_t number,
                                    uint32_t *mapped)
{
    if (freeze->origins[number] == 0) {
        uint32_t kept;
        HANSE_TRY(hanse__origins_intern(&freeze->scenario->origins,
                                        &freeze->draft->origins.items[number], &kept));
        freeze->origins[number] = kept + 1;
    }
    *mapped = freeze->origins[number] - 1;
    return HANSE_OK;
}

/* --- tables ---------------------------------------------------------------------------------
 */

static int by_kind_and_name(const void *left, const void *right)
{
    const struct hanse__ordered *a = left, *b = right;
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static enum hanse_status order_entities(struct hanse__freeze *freeze)
{
    const struct hanse_draft *draft = freeze->draft;
    freeze->order = hanse__alloc(draft->ctx, draft->n_entities + 1, sizeof *freeze->order);
    if (freeze->order == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < draft->n_entities; i++) {
        const struct hanse__entity *entity = &draft->entities[i];
        if (freeze->removed_by == NULL || freeze->removed_by[i] == 0) {
            freeze->order[freeze->n_order++] =
                (struct hanse__ordered){entity->name, entity->kind, (uint32_t)i};
            freeze->scenario->tables[entity->kind].count++;
        }
    }
    qsort(freeze->order, freeze->n_order, sizeof *freeze->order, by_kind_and_name);
    return HANSE_OK;
}

static enum hanse_status check_count(const struct hanse_draft *draft,
                                     const struct hanse_kind *kind, int32_t count)
{
    int32_t most = kind->max_rows > 0 ? kind->max_rows : INT32_MAX;
    if (count >= kind->min_rows && count <= most) {
        return HANSE_OK;
    }
    if (kind->min_rows == most) {
        return hanse__fail(draft->ctx, HANSE_ERR_INPUT,
                           "%s: must be declared exactly %d time%s, got %d", kind->name, most,
                           most == 1 ? "" : "s", count);
    }
    return hanse__fail(draft->ctx, HANSE_ERR_INPUT,
                       "%s: must be declared at %s %d time%s, got %d", kind->name,
                       count < kind->min_rows ? "least" : "most",
                       count < kind->min_rows ? kind->min_rows : most,
                       (count < kind->min_rows ? kind->min_rows : most) == 1 ? "" : "s", count);
}

static enum hanse_status make_table(struct hanse__freeze *freeze, size_t k)
{
    struct hanse_scenario *scenario = freeze->scenario;
    const struct hanse_kind *kind = scenario->kinds[k];
    struct hanse__table *table = &scenario->tables[k];
    uint16_t *stored = hanse__pool_take(&scenario->pool, (kind->n_fields + 1) * sizeof *stored);
    if (stored == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t f = 0; f < kind->n_fields; f++) {
        if (kind->fields[f].type != HANSE_CHILDREN) {
            stored[table->n_stored++] = (uint16_t)f;
        }
    }
    table->stored = stored;
    table->first_value = scenario->n_values;
    size_t count = (size_t)table->count;
    scenario->n_values += count * table->n_stored;
    table->rows = hanse__alloc(scenario->ctx, count + 1, kind->size);
    table->cells = hanse__alloc(scenario->ctx, count * table->n_stored + 1, sizeof(uint32_t));
    table->row_origins = hanse__alloc(scenario->ctx, count + 1, sizeof(uint32_t));
    return table->rows && table->cells && table->row_origins ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status make_tables(struct hanse__freeze *freeze)
{
    struct hanse_scenario *scenario = freeze->scenario;
    HANSE_TRY(order_entities(freeze));
    size_t next = 0;
    for (size_t k = 0; k < scenario->n_kinds; k++) {
        int32_t count = scenario->tables[k].count;
        HANSE_TRY(check_count(freeze->draft, scenario->kinds[k], count));
        HANSE_TRY(make_table(freeze, k));
        for (int32_t row = 0; row < count; row++) {
            const char **name = hanse__row(scenario, k, (size_t)row);
            HANSE_TRY(hanse__pool_copy(&scenario->pool, freeze->order[next++].name, name));
        }
    }
    return HANSE_OK;
}

/* --- references -----------------------------------------------------------------------------
 */

int32_t hanse__row_find(const struct hanse_scenario *scenario, size_t kind, const char *name)
{
    int32_t low = 0, high = scenario->tables[kind].count - 1;
    while (low <= high) {
        int32_t middle = low + (high - low) / 2;
        int order = strcmp(hanse__row_name(scenario, kind, (size_t)middle), name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle - 1;
        }
    }
    return HANSE__NONE;
}

/* "firm.nvidia" says which kind is meant where a field takes several. */
static bool names_kind(const char *word, size_t length, const char **text)
{
    if (strncmp(*text, word, length) == 0 && (*text)[length] == '.') {
        *text += length + 1;
        return true;
    }
    return false;
}

/* Nobody of that name: taken away by this case, or never declared. */
static enum hanse_status reject_reference(const struct hanse__freeze *freeze,
                                          const struct hanse__place *place, const char *kinds,
                                          const char *text)
{
    const struct hanse_draft *draft = freeze->draft;
    const char *cursor = kinds, *word;
    size_t length;
    while (freeze->removed_by != NULL && hanse__next_word(&cursor, &word, &length)) {
        const char *name = text;
        names_kind(word, length, &name);
        int32_t kind = hanse__kind_index((const struct hanse_kind *const *)draft->kinds,
                                         draft->n_kinds, word, length);
        int64_t entity =
            kind < 0 ? HANSE__NONE : hanse__entity_index(draft, (uint32_t)kind, name);
        if (entity < 0 || freeze->removed_by[entity] == 0) {
            continue;
        }
        const struct hanse__applied *by = &freeze->applied[freeze->removed_by[entity] - 1];
        return hanse__reject(
            draft->ctx, HANSE_ERR_INPUT, place, "refers to %s '%s', which %s%s%s takes away",
            draft->kinds[kind]->name, name, by->setting ? "--set " : "override '",
            by->setting ? by->path : by->origin.via, by->setting ? "" : "'");
    }
    return hanse__unknown_entity(draft, place, kinds, text);
}

enum hanse_status hanse__reference_find(struct hanse__freeze *freeze,
                                        const struct hanse__place *place,
                                        const struct hanse_field *field, const char *text,
                                        struct hanse_actor *found)
{
    const struct hanse_scenario *scenario = freeze->scenario;
    const char *cursor = field->options, *word;
    size_t length;
    *found = (struct hanse_actor){HANSE__NONE, HANSE__NONE};
    while (hanse__next_word(&cursor, &word, &length)) {
        const char *name = text;
        bool stated = names_kind(word, length, &name);
        int32_t kind = hanse__kind_index((const struct hanse_kind *const *)scenario->kinds,
                                         scenario->n_kinds, word, length);
        int32_t row = kind < 0 ? HANSE__NONE : hanse__row_find(scenario, (size_t)kind, name);
        if (row < 0) {
            continue;
        }
        if (found->index >= 0) {
            return hanse__reject(
                scenario->ctx, HANSE_ERR_INPUT, place,
                "'%s' is both a %s and a %s: say '%s.%s' or '%s.%s'", text,
                scenario->kinds[found->kind]->name, scenario->kinds[kind]->name,
                scenario->kinds[found->kind]->name, text, scenario->kinds[kind]->name, text);
        }
        *found = (struct hanse_actor){kind, row};
        if (stated) {
            return HANSE_OK;
        }
    }
    return found->index >= 0 ? HANSE_OK : reject_reference(freeze, place, field->options, text);
}

/* A child needs its parent even where no field of it says so. */
static enum hanse_status check_parents(struct hanse__freeze *freeze)
{
    const struct hanse_draft *draft = freeze->draft;
    for (size_t i = 0; i < freeze->n_order; i++) {
        const struct hanse__entity *entity = &draft->entities[freeze->order[i].entity];
        int32_t parent = draft->parents[entity->kind];
        if (parent < 0) {
            continue;
        }
        char name[256] = "";
        size_t length = (size_t)(strrchr(entity->name, '/') - entity->name);
        memcpy(name, entity->name, length);
        if (hanse__row_find(freeze->scenario, (size_t)parent, name) < 0) {
            const struct hanse__place place = {.origin = &draft->origins.items[entity->origin],
                                               .kind = draft->kinds[entity->kind]->name,
                                               .name = entity->name};
            return hanse__unknown_entity(draft, &place, draft->kinds[parent]->name, name);
        }
    }
    return HANSE_OK;
}

/* --- whole ----------------------------------------------------------------------------------
 */

struct identity {
    uint64_t hash;
    uint32_t order;
};

static int by_hash(const void *left, const void *right)
{
    const struct identity *a = left, *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Two entities with one hash would share their luck. At 64 bits this takes billions of them,
 * or an attacker. */
static enum hanse_status check_identities(struct hanse__freeze *freeze)
{
    const struct hanse_scenario *scenario = freeze->scenario;
    struct identity *all = hanse__alloc(scenario->ctx, freeze->n_order + 1, sizeof *all);
    if (all == NULL) {
        return HANSE_ERR_MEMORY;
    }
    int32_t row = 0;
    for (size_t i = 0; i < freeze->n_order; i++) {
        uint32_t kind = freeze->order[i].kind;
        row = i > 0 && freeze->order[i - 1].kind == kind ? row + 1 : 0;
        all[i].hash = hanse_scenario_entity(scenario, scenario->kinds[kind], row);
        all[i].order = (uint32_t)i;
    }
    qsort(all, freeze->n_order, sizeof *all, by_hash);
    enum hanse_status status = HANSE_OK;
    for (size_t i = 1; i < freeze->n_order && status == HANSE_OK; i++) {
        if (all[i].hash == all[i - 1].hash) {
            status = hanse__fail(scenario->ctx, HANSE_ERR_INPUT,
                                 "'%s' and '%s' have the same 64-bit identity: rename one",
                                 freeze->order[all[i - 1].order].name,
                                 freeze->order[all[i].order].name);
        }
    }
    hanse__free(all);
    return status;
}

static enum hanse_status check_kinds(const struct hanse_scenario *scenario)
{
    for (size_t k = 0; k < scenario->n_kinds; k++) {
        const struct hanse_kind *kind = scenario->kinds[k];
        for (int32_t row = 0; kind->check != NULL && row < scenario->tables[k].count; row++) {
            HANSE_TRY(kind->check(scenario, row));
        }
    }
    return HANSE_OK;
}

/* The study's cases, so that a noun may name one. */
static enum hanse_status name_cases(const struct hanse_draft *draft,
                                    struct hanse_scenario *scenario)
{
    size_t n = draft->n_cases;
    scenario->case_names =
        hanse__pool_take(&scenario->pool, (n + 1) * sizeof *scenario->case_names);
    if (scenario->case_names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(hanse__pool_intern(&scenario->pool, draft->cases[i].name,
                                     &scenario->case_names[i]));
    }
    scenario->n_case_names = n;
    return HANSE_OK;
}

static enum hanse_status start(struct hanse__freeze *freeze, const struct hanse__case *which)
{
    const struct hanse_draft *draft = freeze->draft;
    struct hanse_scenario *scenario = freeze->scenario;
    scenario->ctx = draft->ctx;
    hanse__pool_init(&scenario->pool, draft->ctx);
    hanse__pool_init(&freeze->pool, draft->ctx);
    freeze->store.pool = &freeze->pool;
    scenario->kinds = hanse__alloc(draft->ctx, draft->n_kinds + 1, sizeof *scenario->kinds);
    scenario->tables = hanse__alloc(draft->ctx, draft->n_kinds + 1, sizeof *scenario->tables);
    freeze->origins = hanse__alloc(draft->ctx, draft->origins.n + 1, sizeof *freeze->origins);
    if (scenario->kinds == NULL || scenario->tables == NULL || freeze->origins == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(scenario->kinds, draft->kinds, draft->n_kinds * sizeof *scenario->kinds);
    scenario->n_kinds = draft->n_kinds;
    HANSE_TRY(hanse__origins_init(&scenario->origins, &scenario->pool));
    HANSE_TRY(name_cases(draft, scenario));
    return hanse__pool_intern(&scenario->pool, which->name, &scenario->case_name);
}

static enum hanse_status run(struct hanse__freeze *freeze, const struct hanse__case *which,
                             const struct hanse_setting *settings, size_t n_settings)
{
    HANSE_TRY(start(freeze, which));
    HANSE_TRY(hanse__changes_resolve(freeze, which, settings, n_settings));
    HANSE_TRY(hanse__params_freeze(freeze));
    HANSE_TRY(hanse__changes_remove(freeze));
    HANSE_TRY(make_tables(freeze));
    HANSE_TRY(check_parents(freeze));
    HANSE_TRY(hanse__rows_fill(freeze));
    HANSE_TRY(check_identities(freeze));
    HANSE_TRY(hanse__links_check(freeze->scenario));
    HANSE_TRY(hanse__kinds_derive(freeze));
    return check_kinds(freeze->scenario);
}

static enum hanse_status freeze_case(const struct hanse_draft *draft,
                                     const struct hanse__case *which,
                                     const struct hanse_setting *settings, size_t n_settings,
                                     struct hanse_scenario **scenario)
{
    struct hanse__freeze freeze = {.draft = draft};
    *scenario = NULL;
    freeze.scenario = hanse__alloc(draft->ctx, 1, sizeof *freeze.scenario);
    if (freeze.scenario == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = run(&freeze, which, settings, n_settings);
    hanse__free(freeze.applied);
    hanse__free(freeze.named);
    hanse__free(freeze.removed_by);
    hanse__free(freeze.order);
    hanse__free(freeze.origins);
    hanse__free(freeze.param_map);
    hanse__free(freeze.params);
    hanse__free(freeze.uncertain);
    hanse__store_fini(&freeze.store);
    hanse__pool_fini(&freeze.pool);
    if (status != HANSE_OK) {
        hanse_scenario_destroy(freeze.scenario);
        return status;
    }
    *scenario = freeze.scenario;
    return HANSE_OK;
}

enum hanse_status hanse_draft_freeze(const struct hanse_draft *draft, size_t which,
                                     const struct hanse_setting *settings, size_t n_settings,
                                     struct hanse_scenario **scenario)
{
    const struct hanse__case baseline = {.name = "baseline", .label = "baseline"};
    *scenario = NULL;
    if (which >= hanse_draft_n_cases(draft)) {
        return hanse__fail(draft->ctx, HANSE_ERR_INPUT, "there is no case number %zu of %zu",
                           which, hanse_draft_n_cases(draft));
    }
    return freeze_case(draft, draft->n_cases > 0 ? &draft->cases[which] : &baseline, settings,
                       n_settings, scenario);
}

enum hanse_status hanse_draft_freeze_with(const struct hanse_draft *draft,
                                          const char *case_name, const char *const *overrides,
                                          size_t n_overrides,
                                          const struct hanse_setting *settings,
                                          size_t n_settings, struct hanse_scenario **scenario)
{
    const struct hanse__case which = {.name = case_name,
                                      .label = case_name,
                                      .overrides = overrides,
                                      .n_overrides = n_overrides};
    return freeze_case(draft, &which, settings, n_settings, scenario);
}
