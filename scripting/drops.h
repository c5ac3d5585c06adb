/*
 * What a reader of traces left out, and why.
 *
 * Two kinds, never mixed. *Cleaning* belongs to the published rules: a job that never ran, or
 * that no machine like this could run, is not part of the workload; it is dropped and counted
 * in every run. A *bad line* is one that the format does not allow: it stops the reader, unless
 * the reader is lenient; then it is dropped, counted, and the first of its kind is kept.
 */
#ifndef HANSE_SCRIPTING_DROPS_H
#define HANSE_SCRIPTING_DROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_drop {
    HANSE_DROP_NO_PROCESSORS, /* cleaning, in the order in which a job is looked at */
    HANSE_DROP_TOO_WIDE,
    HANSE_DROP_NO_RUNTIME,
    HANSE_DROP_NO_SUBMIT,
    HANSE_DROP_NO_ESTIMATE,
    HANSE_DROP_MALFORMED, /* bad lines */
    HANSE_DROP_UNSORTED,
    HANSE_DROP_NO_SERVICE,
    HANSE_DROPS,
    HANSE_DROP_FIRST_BAD = HANSE_DROP_MALFORMED
};

struct hanse_drops {
    uint64_t count[HANSE_DROPS];
    char first[HANSE_DROPS][256]; /* the first bad line's message; "" for cleaning */
};

/* One word for results ("no_processors") and a phrase for people. */
const char *hanse_drop_name(enum hanse_drop reason);
const char *hanse_drop_words(enum hanse_drop reason);

uint64_t hanse_drops_total(const struct hanse_drops *drops);

/* A bad line: fails with "path:line: field: rule, got 'value'" unless `lenient`; then counts
 * it. `value` (n bytes, NULL for none) is shown cut short, without what a terminal would take
 * for a command. */
struct hanse_bad_line {
    enum hanse_drop reason;
    const char *path;
    uint64_t line;
    const char *field; /* "submit time (field 2)" */
    const char *rule;  /* "must be a number" */
    const char *value;
    size_t n;
};
enum hanse_status hanse__drop_bad(struct hanse_drops *drops, struct hanse_context *ctx,
                                  bool lenient, const struct hanse_bad_line *bad);

#ifdef __cplusplus
}
#endif
#endif
