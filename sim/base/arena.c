#include "sim/base/arena.h"

#include <stdint.h>
#include <string.h>

#include "sim/base/assert.h"

enum { GRAIN = 16, SIZE_CLASSES = 40 };

/* Stands at the base of the block, so that it is copied along. */
struct bookkeeping {
    uint64_t used; /* bytes from the base, a multiple of GRAIN */
    uint64_t spare;
    hanse_ref free_lists[SIZE_CLASSES]; /* by power of two; the first word links on */
};

static struct bookkeeping *books(const struct hanse_arena *arena)
{
    return (struct bookkeeping *)(void *)arena->base;
}

static size_t rounded(size_t bytes)
{
    size_t size = GRAIN;
    while (size < bytes) {
        size *= 2;
    }
    return size;
}

static unsigned size_class(size_t rounded_bytes)
{
    return (unsigned)__builtin_ctzll(rounded_bytes);
}

/* Moves the block to a larger one. The first large one is taken anew and copied: the pages that
 * realloc would bring along stay small for ever. From then on they are large and move by their
 * addresses, so that the old block and the new never lie in memory together. */
static enum hanse_status move(struct hanse_arena *arena, size_t capacity)
{
    unsigned char *base;
    if (capacity < HANSE__LARGE || arena->capacity >= HANSE__LARGE) {
        base = hanse__realloc(arena->ctx, arena->base, capacity, 1);
    } else if ((base = hanse__alloc(arena->ctx, capacity, 1)) != NULL) {
        memcpy(base, arena->base, (size_t)books(arena)->used);
        hanse__free(arena->base);
    }
    if (base == NULL) {
        return HANSE_ERR_MEMORY;
    }
    arena->base = base;
    return HANSE_OK;
}

static enum hanse_status grow(struct hanse_arena *arena, size_t needed)
{
    if (needed <= arena->capacity) {
        return HANSE_OK;
    }
    size_t capacity = arena->capacity;
    while (capacity < needed) { /* moving a large one is cheap: no need to take twice as much */
        capacity += capacity < HANSE__LARGE ? capacity : capacity / 64 * 16;
    }
    if (capacity / GRAIN > UINT32_MAX) {
        return hanse__fail(arena->ctx, HANSE_ERR_MEMORY,
                           "a replication's state: at most 64 GiB, got %zu bytes", needed);
    }
    HANSE_TRY(move(arena, capacity));
    arena->capacity = capacity;
    return HANSE_OK;
}

enum hanse_status hanse_arena_init(struct hanse_arena *arena, struct hanse_context *ctx,
                                   size_t capacity)
{
    arena->ctx = ctx;
    arena->capacity = rounded(capacity < 4096 ? 4096 : capacity);
    arena->base = hanse__realloc(ctx, NULL, arena->capacity, 1);
    if (arena->base == NULL) {
        return HANSE_ERR_MEMORY;
    }
    hanse_arena_reset(arena);
    return HANSE_OK;
}

void hanse_arena_fini(struct hanse_arena *arena)
{
    hanse__free(arena->base);
    arena->base = NULL;
    arena->capacity = 0;
}

void hanse_arena_reset(struct hanse_arena *arena)
{
    memset(arena->base, 0, sizeof(struct bookkeeping));
    books(arena)->used = (sizeof(struct bookkeeping) + GRAIN - 1) / GRAIN * GRAIN;
}

size_t hanse_arena_used(const struct hanse_arena *arena)
{
    return (size_t)books(arena)->used;
}

enum hanse_status hanse_arena_copy(struct hanse_arena *to, const struct hanse_arena *from)
{
    size_t used = hanse_arena_used(from);
    HANSE_TRY(grow(to, used));
    memcpy(to->base, from->base, used);
    return HANSE_OK;
}

/* Large blocks keep their exact size: rounding a table of a million devices up to a power of
 * two would waste half of it. Such blocks are recycled by resize only when they are last. */
enum { EXACT_FROM = 1 << 16 };

static size_t block_size(size_t bytes)
{
    if (bytes >= EXACT_FROM) {
        return (bytes + GRAIN - 1) / GRAIN * GRAIN;
    }
    return rounded(bytes);
}

hanse_ref hanse_arena_take(struct hanse_arena *arena, size_t bytes)
{
    size_t size = block_size(bytes);
    struct bookkeeping *b = books(arena);
    if (size < EXACT_FROM) {
        unsigned class = size_class(size);
        hanse_ref reused = b->free_lists[class];
        if (reused != 0) {
            memcpy(&b->free_lists[class], hanse_arena_at(arena, reused), sizeof(hanse_ref));
            memset(hanse_arena_at(arena, reused), 0, size);
            return reused;
        }
    }
    size_t start = (size_t)b->used;
    if (grow(arena, start + size) != HANSE_OK) {
        return 0;
    }
    memset(arena->base + start, 0, size);
    books(arena)->used = start + size;
    return (hanse_ref)(start / GRAIN);
}

void hanse_arena_free(struct hanse_arena *arena, hanse_ref block, size_t bytes)
{
    if (block == 0) {
        return;
    }
    size_t size = block_size(bytes);
    struct bookkeeping *b = books(arena);
    if ((size_t)block * GRAIN + size == b->used) {
        b->used = (uint64_t)block * GRAIN;
    } else if (size < EXACT_FROM) {
        unsigned class = size_class(size);
        memcpy(hanse_arena_at(arena, block), &b->free_lists[class], sizeof(hanse_ref));
        b->free_lists[class] = block;
    }
}

hanse_ref hanse_arena_resize(struct hanse_arena *arena, hanse_ref block, size_t old_bytes,
                             size_t new_bytes)
{
    if (block == 0) {
        return hanse_arena_take(arena, new_bytes);
    }
    size_t old_size = block_size(old_bytes);
    size_t new_size = block_size(new_bytes);
    if (new_bytes > old_bytes && new_size == old_size) {
        memset((unsigned char *)hanse_arena_at(arena, block) + old_bytes, 0,
               new_bytes - old_bytes);
        return block;
    }
    if (new_size == old_size) {
        return block;
    }
    size_t start = (size_t)block * GRAIN;
    if (start + old_size == books(arena)->used && new_size > old_size) {
        if (grow(arena, start + new_size) != HANSE_OK) {
            return 0;
        }
        memset(arena->base + start + old_bytes, 0, new_size - old_bytes);
        books(arena)->used = start + new_size;
        return block;
    }
    hanse_ref moved = hanse_arena_take(arena, new_bytes);
    if (moved == 0) {
        return 0;
    }
    memcpy(hanse_arena_at(arena, moved), hanse_arena_at(arena, block),
           old_bytes < new_bytes ? old_bytes : new_bytes);
    hanse_arena_free(arena, block, old_bytes);
    return moved;
}
