/*
 * The scan: which line a key of a table constructor stands on.
 *
 * Lua forgets this when it compiles, and lets a later duplicate of a key win in silence. The
 * scan reads the tokens of a text that compiled, finds every table constructor and remembers
 * its keys and their lines. It knows nothing about what the keys mean.
 */
#ifndef HANSE_SCRIPTING_SCAN_H
#define HANSE_SCRIPTING_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

struct hanse__scan;

struct hanse__duplicate {
    const char *key; /* not terminated */
    int length;
    int line, first_line; /* line 0: there is no duplicate */
};

/* `text` must have compiled (so its nesting is bounded) and outlive the scan. NULL only when
 * there is no memory. */
struct hanse__scan *hanse__scan_create(struct hanse_context *ctx, const char *text,
                                       size_t length);
void hanse__scan_destroy(struct hanse__scan *scan);

/* The first literal key that a constructor says twice. */
struct hanse__duplicate hanse__scan_duplicate(const struct hanse__scan *scan);

/* The constructor in a call `name{` or `name({` that begins on `line`, -1 none. */
int32_t hanse__scan_call(const struct hanse__scan *scan, const char *name, int line);
/* The constructor that is the value of `key`, or the item-th (1-based) without a key; -1 none
 * (also for node -1). */
int32_t hanse__scan_key_node(const struct hanse__scan *scan, int32_t node, const char *key);
int32_t hanse__scan_item_node(const struct hanse__scan *scan, int32_t node, size_t item);
/* The line of `key` or of the item; `otherwise` when it is not literally there. */
int hanse__scan_key_line(const struct hanse__scan *scan, int32_t node, const char *key,
                         int otherwise);
int hanse__scan_item_line(const struct hanse__scan *scan, int32_t node, size_t item,
                          int otherwise);

#endif
