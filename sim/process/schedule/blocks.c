#include "sim/process/schedule/blocks.h"

#include <string.h>

static const uint32_t NONE = UINT32_MAX;

void hanse__blocks_init(struct hanse__blocks *blocks, uint32_t block_bytes,
                        uint32_t entry_bytes)
{
    *blocks = (struct hanse__blocks){
        .block_bytes = block_bytes, .entry_bytes = entry_bytes, .spare = NONE};
}

/* A spare block's first word links on. */
static uint32_t *link_of(const struct hanse_arena *arena, const struct hanse__blocks *blocks,
                         uint32_t block)
{
    unsigned char *pool = hanse__blocks_pool(arena, blocks);
    return (uint32_t *)(void *)(pool + (size_t)block * blocks->block_bytes);
}

static enum hanse_status grow_pool(struct hanse_arena *arena, hanse_ref owner)
{
    const struct hanse__blocks *b = hanse_arena_at(arena, owner);
    uint32_t old = b->n_pool, grown = old == 0 ? 1 : 2 * old;
    size_t bytes = b->block_bytes;
    hanse_ref pool = hanse_arena_resize(arena, b->pool, old * bytes, grown * bytes);
    if (pool == 0) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse__blocks *blocks = hanse_arena_at(arena, owner);
    blocks->pool = pool;
    blocks->n_pool = grown;
    for (uint32_t i = grown; i-- > old;) {
        *link_of(arena, blocks, i) = blocks->spare;
        blocks->spare = i;
    }
    return HANSE_OK;
}

/* Room for one entry more at the end of the directory. */
static enum hanse_status grow_directory(struct hanse_arena *arena, hanse_ref owner)
{
    struct hanse__blocks *b = hanse_arena_at(arena, owner);
    size_t bytes = b->entry_bytes;
    if (b->first > b->room / 2) {
        memmove(hanse_arena_at(arena, b->directory), hanse__blocks_entries(arena, b),
                b->n * bytes);
        b->first = 0;
        return HANSE_OK;
    }
    uint32_t room = b->room == 0 ? 4 : 2 * b->room;
    hanse_ref directory =
        hanse_arena_resize(arena, b->directory, b->room * bytes, room * bytes);
    if (directory == 0) {
        return HANSE_ERR_MEMORY;
    }
    b = hanse_arena_at(arena, owner);
    b->directory = directory;
    b->room = room;
    return HANSE_OK;
}

enum hanse_status hanse__blocks_open(struct hanse_arena *arena, hanse_ref owner, uint32_t at)
{
    struct hanse__blocks *b = hanse_arena_at(arena, owner);
    if (b->spare == NONE) {
        HANSE_TRY(grow_pool(arena, owner));
        b = hanse_arena_at(arena, owner);
    }
    if (b->first + b->n == b->room) {
        HANSE_TRY(grow_directory(arena, owner));
        b = hanse_arena_at(arena, owner);
    }
    size_t bytes = b->entry_bytes;
    unsigned char *entry = (unsigned char *)hanse__blocks_entries(arena, b) + at * bytes;
    memmove(entry + bytes, entry, (b->n - at) * bytes);
    memcpy(entry, &b->spare, sizeof b->spare);
    b->spare = *link_of(arena, b, b->spare);
    b->n++;
    return HANSE_OK;
}

void hanse__blocks_close(const struct hanse_arena *arena, struct hanse__blocks *blocks,
                         uint32_t at)
{
    size_t bytes = blocks->entry_bytes;
    unsigned char *entry = (unsigned char *)hanse__blocks_entries(arena, blocks) + at * bytes;
    uint32_t block;
    memcpy(&block, entry, sizeof block);
    *link_of(arena, blocks, block) = blocks->spare;
    blocks->spare = block;
    blocks->n--;
    if (at == 0) {
        blocks->first++;
    } else {
        memmove(entry, entry + bytes, (blocks->n - at) * bytes);
    }
}
