/*
 * The context: what would otherwise be global.
 *
 * It holds the last failure's sentence, the allocator and the log level. A context belongs to
 * one thread at a time; workers get one each. Nothing in hanse keeps state outside a context
 * or an object made with one, so two studies can live in one process.
 */
#ifndef HANSE_SIM_BASE_CONTEXT_H
#define HANSE_SIM_BASE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_context;

enum hanse_log_level { HANSE_LOG_QUIET, HANSE_LOG_NORMAL, HANSE_LOG_VERBOSE };

/* Creates a context; NULL only when the machine has no memory. Free it with _destroy. */
HANSE_API struct hanse_context *hanse_context_create(void);
HANSE_API void hanse_context_destroy(struct hanse_context *ctx);

/* The last failure in words, "" if none. Owned by the context, valid until its next failure. */
HANSE_API const char *hanse_context_message(const struct hanse_context *ctx);
HANSE_API void hanse_context_clear(struct hanse_context *ctx);

HANSE_API void hanse_context_set_log_level(struct hanse_context *ctx, enum hanse_log_level);
HANSE_API enum hanse_log_level hanse_context_log_level(const struct hanse_context *ctx);

/* Makes the n-th allocation from now (1 = the next) and every later one fail; 0 turns this
 * off. For tests that walk through every allocation. */
HANSE_API void hanse_context_fail_allocation(struct hanse_context *ctx, size_t n);

/* --- shared inside the library ---------------------------------------------------------- */

/* Leaves a printf-style sentence on the context and returns `status`. Name the thing, the
 * rule and the value: "workload 'chat': arrival rate must be > 0, got -3". */
enum hanse_status hanse__fail(struct hanse_context *ctx, enum hanse_status status,
                              const char *format, ...) HANSE_PRINTF(3, 4);

/* Blocks of at least so many bytes get huge pages where the system has them. */
enum { HANSE__LARGE = 4 << 20 };

/* Zeroed memory for n elements of `size` bytes; NULL, with a sentence on the context, when
 * there is none (overflow of n * size included). Free with hanse__free. */
void *hanse__alloc(struct hanse_context *ctx, size_t n, size_t size);

/* As realloc; new bytes are not zeroed. On failure the old block stays valid. */
void *hanse__realloc(struct hanse_context *ctx, void *old, size_t n, size_t size);
char *hanse__strdup(struct hanse_context *ctx, const char *text);
void hanse__free(void *block);

/* Grows `*items` (element size `size`, capacity `*capacity`) so that `needed` fit. */
enum hanse_status hanse__reserve(struct hanse_context *ctx, void *items_address,
                                 size_t *capacity, size_t needed, size_t size);

/* The name in `names` nearest to `word` for "did you mean", or NULL when none is near. */
const char *hanse__nearest(const char *word, const char *const *names, size_t n_names);

#ifdef __cplusplus
}
#endif
#endif
