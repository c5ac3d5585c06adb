/*
 * The pool: small blocks and texts that live exactly as long as their owner.
 *
 * A draft or a scenario holds hundreds of thousands of names, citations and lists that are
 * never freed one by one. The pool hands out 8-byte aligned room from large chunks; equal texts
 * are kept once, so that two interned texts are equal exactly when their pointers are. Origins
 * are interned the same way: a hundred thousand sites declared on one line share one.
 */
#ifndef HANSE_SIM_MODEL_POOL_H
#define HANSE_SIM_MODEL_POOL_H

#include "sim/model/draft.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse__chunk;

struct hanse__pool {
    struct hanse_context *ctx;
    struct hanse__chunk *chunks; /* newest first; room is taken from the first */
    size_t used, capacity;       /* of the first chunk */
    const char **slots;          /* interned texts, open addressing */
    size_t n_slots, n_texts;
};

void hanse__pool_init(struct hanse__pool *pool, struct hanse_context *ctx);
void hanse__pool_fini(struct hanse__pool *pool);

/* Zeroed room; NULL, with a sentence on the context, when the machine has none. */
void *hanse__pool_take(struct hanse__pool *pool, size_t bytes);
/* A copy of `text` without looking for an equal one: for names, which are unique anyway. */
enum hanse_status hanse__pool_copy(struct hanse__pool *pool, const char *text,
                                   const char **copy);
/* The one copy of `text`; NULL gives NULL. */
enum hanse_status hanse__pool_intern(struct hanse__pool *pool, const char *text,
                                     const char **copy);

/* FNV-1a, 64 bits, continued from `hash`; start with hanse__hash_start. */
#define HANSE__HASH_START 14695981039346656037u
uint64_t hanse__hash(uint64_t hash, const void *bytes, size_t n);

/* Origins, interned. Number 0 is "by default, from nowhere". */
struct hanse__origins {
    struct hanse__pool *pool; /* keeps the texts */
    struct hanse_origin *items;
    size_t n, capacity;
    uint32_t *slots; /* number + 1; 0 empty */
    size_t n_slots;
};

enum hanse_status hanse__origins_init(struct hanse__origins *origins, struct hanse__pool *pool);
void hanse__origins_fini(struct hanse__origins *origins);
enum hanse_status hanse__origins_intern(struct hanse__origins *origins,
                                        const struct hanse_origin *origin, uint32_t *number);

#ifdef __cplusplus
}
#endif
#endif
