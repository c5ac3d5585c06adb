/*
 * Blocks: a long sorted list in pieces, in an arena.
 *
 * The list's items lie in blocks of one size; a directory has an entry per block, in order.
 * What is in a block and what an entry knows of it is the owner's; an entry begins with the
 * block's number (uint32_t). Both ends of the directory are cheap to change, since queues are
 * taken from in front and filled behind.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_BLOCKS_H
#define HANSE_SIM_PROCESS_SCHEDULE_BLOCKS_H

#include "sim/base/arena.h"

#ifdef HANSE_DEBUG_CHECKS
enum { HANSE__BLOCK_ROOM = 4, HANSE__BLOCK_FEW = 2 }; /* so that small tests cut and join */
#else
enum { HANSE__BLOCK_ROOM = 64, HANSE__BLOCK_FEW = 40 };
#endif

/* The first member of its owner. */
struct hanse__blocks {
    hanse_ref pool, directory;
    uint32_t block_bytes, entry_bytes;
    uint32_t n_pool, spare;  /* blocks ever made; the first of the spare ones */
    uint32_t first, n, room; /* entries in use: [first, first + n) of room */
};

void hanse__blocks_init(struct hanse__blocks *blocks, uint32_t block_bytes,
                        uint32_t entry_bytes);

/* An entry at place `at` with a block of its own; both hold whatever they held, but for the
 * block's number. `owner` is where the blocks lie; whatever was looked up before is void. */
enum hanse_status hanse__blocks_open(struct hanse_arena *arena, hanse_ref owner, uint32_t at);

/* Takes the entry out. Entries move, blocks don't. */
void hanse__blocks_close(const struct hanse_arena *arena, struct hanse__blocks *blocks,
                         uint32_t at);

static inline void *hanse__blocks_entries(const struct hanse_arena *arena,
                                          const struct hanse__blocks *blocks)
{
    return (unsigned char *)hanse_arena_at(arena, blocks->directory) +
           (size_t)blocks->first * blocks->entry_bytes;
}

static inline void *hanse__blocks_pool(const struct hanse_arena *arena,
                                       const struct hanse__blocks *blocks)
{
    return hanse_arena_at(arena, blocks->pool);
}

#endif
