/*
 * The arena: all that moves in a replication, in one relocatable block.
 *
 * Everything is addressed by 32-bit references (units of 16 bytes, so up to 64 GiB) relative
 * to the block's base. No pointer is stored inside, so copying a replication is one memcpy and
 * a copy can be continued elsewhere. The price: a pointer from hanse_arena_at() is valid only
 * until the next allocation. A reset forgets everything at once; blocks are not walked.
 *
 * Freed or outgrown blocks go to free lists by power-of-two size, also kept inside the block,
 * so a structure that grows and shrinks forever does not leak.
 */
#ifndef HANSE_SIM_BASE_ARENA_H
#define HANSE_SIM_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A place in an arena; 0 is "nowhere". */
typedef uint32_t hanse_ref;

struct hanse_arena {
    unsigned char *base; /* the block; its first bytes hold the arena's own bookkeeping */
    size_t capacity;     /* bytes */
    struct hanse_context *ctx;
};

/* An empty arena with room for `capacity` bytes to start with; it grows by doubling,
 * once it has megabytes by a quarter and without a copy. */
HANSE_API enum hanse_status hanse_arena_init(struct hanse_arena *arena,
                                             struct hanse_context *ctx, size_t capacity);
HANSE_API void hanse_arena_fini(struct hanse_arena *arena);
HANSE_API void hanse_arena_reset(struct hanse_arena *arena);

/* Bytes in use, from the base: what a copy has to move. */
HANSE_API size_t hanse_arena_used(const struct hanse_arena *arena);

/* Makes `to` (initialised) a byte-for-byte copy of `from`. */
HANSE_API enum hanse_status hanse_arena_copy(struct hanse_arena *to,
                                             const struct hanse_arena *from);

/* Takes `bytes` zeroed, 16-byte aligned bytes; 0 when the machine has no memory. */
HANSE_API hanse_ref hanse_arena_take(struct hanse_arena *arena, size_t bytes);

/* Moves a block of old_bytes to one of new_bytes; keeps the content, zeroes what is new. */
HANSE_API hanse_ref hanse_arena_resize(struct hanse_arena *arena, hanse_ref block,
                                       size_t old_bytes, size_t new_bytes);
HANSE_API void hanse_arena_free(struct hanse_arena *arena, hanse_ref block, size_t bytes);

static inline void *hanse_arena_at(const struct hanse_arena *arena, hanse_ref place)
{
    return arena->base + (size_t)place * 16;
}

#ifdef __cplusplus
}
#endif
#endif
