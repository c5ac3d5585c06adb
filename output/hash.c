#include "output/hash.h"

#include <sha2.h>
#include <stdio.h>

struct hanse_hash {
    SHA2_CTX sha;
};

struct hanse_hash *hanse_hash_create(struct hanse_context *ctx)
{
    struct hanse_hash *hash = hanse__alloc(ctx, 1, sizeof *hash);
    if (hash != NULL) {
        SHA256Init(&hash->sha);
    }
    return hash;
}

void hanse_hash_destroy(struct hanse_hash *hash)
{
    hanse__free(hash);
}

void hanse_hash_add(void *hash, const void *bytes, size_t n)
{
    SHA256Update(&((struct hanse_hash *)hash)->sha, bytes, n);
}

void hanse_hash_text(struct hanse_hash *hash, char hex[65])
{
    unsigned char digest[32];
    SHA256Final(digest, &hash->sha);
    for (int i = 0; i < 32; i++) {
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
    }
}
