#include "sim/model/pool.h"

#include <stddef.h>
#include <string.h>

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20, FIRST_SLOTS = 64 };

struct hanse__chunk {
    struct hanse__chunk *next;
    max_align_t bytes[];
};

void hanse__pool_init(struct hanse__pool *pool, struct hanse_context *ctx)
{
    *pool = (struct hanse__pool){.ctx = ctx};
}

void hanse__pool_fini(struct hanse__pool *pool)
{
    while (pool->chunks != NULL) {
        struct hanse__chunk *next = pool->chunks->next;
        hanse__free(pool->chunks);
        pool->chunks = next;
    }
    hanse__free(pool->slots);
    *pool = (struct hanse__pool){.ctx = pool->ctx};
}

static struct hanse__chunk *add_chunk(struct hanse__pool *pool, size_t bytes)
{
    struct hanse__chunk *chunk = hanse__alloc(pool->ctx, 1, sizeof *chunk + bytes);
    if (chunk == NULL) {
        return NULL;
    }
    /* A block too large to share goes behind the first chunk, whose room stays in use. */
    if (bytes > LARGEST_CHUNK && pool->chunks != NULL) {
        chunk->next = pool->chunks->next;
        pool->chunks->next = chunk;
        return chunk;
    }
    chunk->next = pool->chunks;
    pool->chunks = chunk;
    pool->capacity = bytes;
    pool->used = 0;
    return chunk;
}

void *hanse__pool_take(struct hanse__pool *pool, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if (bytes > LARGEST_CHUNK) {
        struct hanse__chunk *own = add_chunk(pool, bytes);
        if (own != NULL && own == pool->chunks) {
            pool->used = bytes;
        }
        return own == NULL ? NULL : own->bytes;
    }
    if (pool->chunks == NULL || pool->capacity - pool->used < bytes) {
        size_t room = pool->capacity * 2;
        room = room < FIRST_CHUNK ? FIRST_CHUNK : room > LARGEST_CHUNK ? LARGEST_CHUNK : room;
        if (add_chunk(pool, room < bytes ? bytes : room) == NULL) {
            return NULL;
        }
    }
    void *block = (char *)pool->chunks->bytes + pool->used;
    pool->used += bytes;
    return block;
}

enum hanse_status hanse__pool_copy(struct hanse__pool *pool, const char *text,
                                   const char **copy)
{
    size_t bytes = strlen(text) + 1;
    char *block = hanse__pool_take(pool, bytes);
    if (block == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *copy = memcpy(block, text, bytes);
    return HANSE_OK;
}

uint64_t hanse__hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * 1099511628211u;
    }
    return hash;
}

static size_t text_slot(const char *const *slots, size_t n_slots, const char *text)
{
    size_t mask = n_slots - 1;
    size_t i = hanse__hash(HANSE__HASH_START, text, strlen(text)) & mask;
    while (slots[i] != NULL && strcmp(slots[i], text) != 0) {
        i = (i + 1) & mask;
    }
    return i;
}

static enum hanse_status grow_texts(struct hanse__pool *pool)
{
    if (pool->n_texts * 2 < pool->n_slots) {
        return HANSE_OK;
    }
    size_t n_slots = pool->n_slots == 0 ? FIRST_SLOTS : pool->n_slots * 2;
    const char **slots = hanse__alloc(pool->ctx, n_slots, sizeof *slots);
    if (slots == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < pool->n_slots; i++) {
        if (pool->slots[i] != NULL) {
            slots[text_slot(slots, n_slots, pool->slots[i])] = pool->slots[i];
        }
    }
    hanse__free(pool->slots);
    pool->slots = slots;
    pool->n_slots = n_slots;
    return HANSE_OK;
}

enum hanse_status hanse__pool_intern(struct hanse__pool *pool, const char *text,
                                     const char **copy)
{
    *copy = NULL;
    if (text == NULL) {
        return HANSE_OK;
    }
    HANSE_TRY(grow_texts(pool));
    const char **slot = &pool->slots[text_slot(pool->slots, pool->n_slots, text)];
    if (*slot == NULL) {
        HANSE_TRY(hanse__pool_copy(pool, text, slot));
        pool->n_texts++;
    }
    *copy = *slot;
    return HANSE_OK;
}

/* Interned texts are equal when their addresses are. The hash takes the addresses too: it
 * decides only where an origin is looked for, never its number. */
static bool same_origin(const struct hanse_origin *a, const struct hanse_origin *b)
{
    return a->file == b->file && a->line == b->line && a->how == b->how && a->via == b->via &&
           a->source == b->source && a->evidence == b->evidence;
}

static size_t origin_slot(const struct hanse__origins *origins, const uint32_t *slots,
                          size_t n_slots, const struct hanse_origin *origin)
{
    uint64_t words[] = {(uintptr_t)origin->file, (uintptr_t)origin->via,
                        (uintptr_t)origin->source, (uint64_t)(uint32_t)origin->line,
                        (uint64_t)origin->how * 16 + origin->evidence};
    uint64_t hash = HANSE__HASH_START;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    size_t mask = n_slots - 1, i = hash & mask;
    while (slots[i] != 0 && !same_origin(&origins->items[slots[i] - 1], origin)) {
        i = (i + 1) & mask;
    }
    return i;
}

static enum hanse_status grow_origins(struct hanse__origins *origins)
{
    struct hanse_context *ctx = origins->pool->ctx;
    HANSE_TRY(hanse__reserve(ctx, &origins->items, &origins->capacity, origins->n + 1,
                             sizeof *origins->items));
    if (origins->n * 2 < origins->n_slots) {
        return HANSE_OK;
    }
    size_t n_slots = origins->n_slots == 0 ? FIRST_SLOTS : origins->n_slots * 2;
    uint32_t *slots = hanse__alloc(ctx, n_slots, sizeof *slots);
    if (slots == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < origins->n; i++) {
        slots[origin_slot(origins, slots, n_slots, &origins->items[i])] = (uint32_t)i + 1;
    }
    hanse__free(origins->slots);
    origins->slots = slots;
    origins->n_slots = n_slots;
    return HANSE_OK;
}

enum hanse_status hanse__origins_init(struct hanse__origins *origins, struct hanse__pool *pool)
{
    const struct hanse_origin by_default = {.how = HANSE_HOW_DEFAULT};
    uint32_t number;
    *origins = (struct hanse__origins){.pool = pool};
    return hanse__origins_intern(origins, &by_default, &number);
}

void hanse__origins_fini(struct hanse__origins *origins)
{
    hanse__free(origins->items);
    hanse__free(origins->slots);
    *origins = (struct hanse__origins){0};
}

enum hanse_status hanse__origins_intern(struct hanse__origins *origins,
                                        const struct hanse_origin *origin, uint32_t *number)
{
    struct hanse_origin kept = *origin;
    HANSE_TRY(hanse__pool_intern(origins->pool, origin->file, &kept.file));
    HANSE_TRY(hanse__pool_intern(origins->pool, origin->via, &kept.via));
    HANSE_TRY(hanse__pool_intern(origins->pool, origin->source, &kept.source));
    HANSE_TRY(grow_origins(origins));
    uint32_t *slot =
        &origins->slots[origin_slot(origins, origins->slots, origins->n_slots, &kept)];
    if (*slot == 0) {
        origins->items[origins->n++] = kept;
        *slot = (uint32_t)origins->n;
    }
    *number = *slot - 1;
    return HANSE_OK;
}
