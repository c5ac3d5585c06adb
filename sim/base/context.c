#include "sim/base/context.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 2048, LONGEST_WORD = 64 };

struct hanse_context {
    char message[MESSAGE_BYTES];
    enum hanse_log_level log_level;
    size_t fail_in; /* allocations until the first one that fails; 0: none will */
};

struct hanse_context *hanse_context_create(void)
{
    struct hanse_context *ctx = calloc(1, sizeof *ctx);
    if (ctx != NULL) {
        ctx->log_level = HANSE_LOG_NORMAL;
    }
    return ctx;
}

void hanse_context_destroy(struct hanse_context *ctx)
{
    free(ctx);
}

const char *hanse_context_message(const struct hanse_context *ctx)
{
    return ctx->message;
}

void hanse_context_clear(struct hanse_context *ctx)
{
    ctx->message[0] = '\0';
}

void hanse_context_set_log_level(struct hanse_context *ctx, enum hanse_log_level level)
{
    ctx->log_level = level;
}

enum hanse_log_level hanse_context_log_level(const struct hanse_context *ctx)
{
    return ctx->log_level;
}

void hanse_context_fail_allocation(struct hanse_context *ctx, size_t n)
{
    ctx->fail_in = n;
}

enum hanse_status hanse__fail(struct hanse_context *ctx, enum hanse_status status,
                              const char *format, ...)
{
    /* Through a buffer: the arguments may quote the message that is being replaced. */
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    memcpy(ctx->message, message, sizeof message);
    return status;
}

static bool allocation_fails(struct hanse_context *ctx)
{
    if (ctx->fail_in == 0) {
        return false;
    }
    if (ctx->fail_in > 1) {
        ctx->fail_in--;
        return false;
    }
    return true;
}

void *hanse__realloc(struct hanse_context *ctx, void *old, size_t n, size_t size)
{
    void *block = NULL;
    if ((size == 0 || n <= SIZE_MAX / 2 / size) && !allocation_fails(ctx)) {
        block = realloc(old, n * size > 0 ? n * size : 1);
    }
    if (block == NULL) {
        hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: %zu × %zu bytes", n, size);
    }
    return block;
}

/* Asks for huge pages where a block is so large that visits at random would wait for address
 * translation. A hint: who has none gives small ones. Whole pages from the first to the last,
 * so that the block stays one mapping: two can't be moved by their addresses. */
static void advise_huge(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (block == NULL || bytes < HANSE__LARGE) {
        return;
    }
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t before = (uintptr_t)block % page; /* malloc's own words */
    madvise((char *)block - before, (before + bytes + page - 1) / page * page, MADV_HUGEPAGE);
#endif
}

void *hanse__alloc(struct hanse_context *ctx, size_t n, size_t size)
{
    void *block = NULL;
    if ((size == 0 || n <= SIZE_MAX / 2 / size) && !allocation_fails(ctx)) {
        block = calloc(n > 0 ? n : 1, size > 0 ? size : 1);
        advise_huge(block, n * size);
    }
    if (block == NULL) {
        hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: %zu × %zu bytes", n, size);
    }
    return block;
}

char *hanse__strdup(struct hanse_context *ctx, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = hanse__alloc(ctx, bytes, 1);
    return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

void hanse__free(void *block)
{
    free(block);
}

enum hanse_status hanse__reserve(struct hanse_context *ctx, void *items_address,
                                 size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) {
        return HANSE_OK;
    }
    size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
    wanted = wanted < needed ? needed : wanted;
    void *old;
    memcpy(&old, items_address, sizeof old);
    void *grown = hanse__realloc(ctx, old, wanted, size);
    if (grown == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(items_address, &grown, sizeof grown);
    *capacity = wanted;
    return HANSE_OK;
}

/* Edits (insert, delete, replace, swap of neighbours) between two words, case ignored. */
static size_t edits(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= n_b; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            int x = tolower((unsigned char)a[i - 1]);
            int y = tolower((unsigned char)b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]) && two_above[j - 2] + 1 < best) {
                best = two_above[j - 2] + 1;
            }
            row[j] = best;
        }
    }
    return rows[n_a % 3][n_b];
}

const char *hanse__nearest(const char *word, const char *const *names, size_t n_names)
{
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST_WORD) {
        return NULL;
    }
    const char *best = NULL;
    /* A third of the letters may differ; more than that is another word. */
    size_t allowed = length < 3 ? 1 : (length + 2) / 3;
    for (size_t i = 0; i < n_names; i++) {
        size_t n = strlen(names[i]);
        if (n > LONGEST_WORD) {
            continue;
        }
        size_t d = edits(word, length, names[i], n);
        if (d <= allowed) {
            allowed = d == 0 ? 0 : d - 1;
            best = names[i];
            if (d == 0) {
                break;
            }
        }
    }
    return best;
}
