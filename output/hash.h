/*
 * SHA-256 of bytes as they come, for provenance.
 */
#ifndef HANSE_OUTPUT_HASH_H
#define HANSE_OUTPUT_HASH_H

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_hash;

/* NULL: no memory. */
struct hanse_hash *hanse_hash_create(struct hanse_context *ctx);
void hanse_hash_destroy(struct hanse_hash *hash);
/* `hash` is untyped so that this fits where bytes are tapped. */
void hanse_hash_add(void *hash, const void *bytes, size_t n);
/* In hexadecimal; the hash takes no more bytes. */
void hanse_hash_text(struct hanse_hash *hash, char hex[65]);

#ifdef __cplusplus
}
#endif
#endif
