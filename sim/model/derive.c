#include "sim/model/derive.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/model/scenario_inside.h"

struct hanse_deriving {
    struct hanse__freeze *freeze;
    size_t kind;
    unsigned char *rows;
    size_t n, capacity;
};

const struct hanse_scenario *hanse__derive_scenario(const struct hanse_deriving *deriving)
{
    return deriving->freeze->scenario;
}

const char *hanse__derive_declared(const struct hanse_deriving *deriving, const char *kind,
                                   size_t i)
{
    const struct hanse_draft *draft = deriving->freeze->draft;
    for (size_t e = 0; e < draft->n_entities; e++) {
        const struct hanse__entity *entity = &draft->entities[e];
        if (strcmp(draft->kinds[entity->kind]->name, kind) == 0 && i-- == 0) {
            return entity->name;
        }
    }
    return NULL;
}

enum hanse_status hanse__derive_row(struct hanse_deriving *deriving, const char *name,
                                    const char *label, void **row)
{
    struct hanse_scenario *scenario = deriving->freeze->scenario;
    size_t size = scenario->kinds[deriving->kind]->size;
    HANSE_TRY(hanse__reserve(scenario->ctx, &deriving->rows, &deriving->capacity,
                             deriving->n + 1, size));
    const char *texts[2];
    HANSE_TRY(hanse__pool_copy(&scenario->pool, name, &texts[0]));
    HANSE_TRY(hanse__pool_copy(&scenario->pool, label, &texts[1]));
    unsigned char *to = deriving->rows + deriving->n++ * size;
    memset(to, 0, size);
    memcpy(to, texts, sizeof texts);
    *row = to;
    return HANSE_OK;
}

static int by_name(const void *left, const void *right)
{
    const char *a, *b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return strcmp(a, b);
}

static enum hanse_status derive(struct hanse__freeze *freeze, size_t k)
{
    struct hanse_scenario *scenario = freeze->scenario;
    const struct hanse_kind *kind = scenario->kinds[k];
    struct hanse__table *table = &scenario->tables[k];
    struct hanse_deriving deriving = {.freeze = freeze, .kind = k};
    HANSE_ASSERT(kind->n_fields == 0 && kind->size >= 2 * sizeof(char *));
    enum hanse_status status = kind->derive(&deriving);
    uint32_t *origins = hanse__alloc(scenario->ctx, deriving.n + 1, sizeof *origins);
    if (status != HANSE_OK || origins == NULL) {
        hanse__free(deriving.rows);
        hanse__free(origins);
        return status != HANSE_OK ? status : HANSE_ERR_MEMORY;
    }
    if (deriving.n > 0) {
        qsort(deriving.rows, deriving.n, kind->size, by_name);
        hanse__free(table->rows);
        hanse__free(table->row_origins);
        table->rows = deriving.rows;
        table->row_origins = origins;
        table->count = (int32_t)deriving.n;
    } else {
        hanse__free(origins);
    }
    return HANSE_OK;
}

enum hanse_status hanse__kinds_derive(struct hanse__freeze *freeze)
{
    for (size_t k = 0; k < freeze->scenario->n_kinds; k++) {
        if (freeze->scenario->kinds[k]->derive != NULL) {
            HANSE_TRY(derive(freeze, k));
        }
    }
    return HANSE_OK;
}
