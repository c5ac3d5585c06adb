/*
 * Text under construction: a growing byte buffer with a sticky status.
 *
 * Pages and charts are built whole in memory and written with one rename, so that a full disk
 * never leaves half a page. After the first failure every call does nothing and the status
 * says why; callers check once, at the end.
 *
 * Whatever came from a scenario passes through hanse__text_escaped: a scenario from a stranger
 * may be called "<script>".
 */
#ifndef HANSE_OUTPUT_TEXT_H
#define HANSE_OUTPUT_TEXT_H

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_text {
    struct hanse_context *ctx;
    char *bytes; /* always ends with '\0' once something was added; NULL before */
    size_t length;
    size_t capacity;
    enum hanse_status status;
};

void hanse__text_init(struct hanse_text *text, struct hanse_context *ctx);
void hanse__text_fini(struct hanse_text *text);

void hanse__text_bytes(struct hanse_text *text, const char *bytes, size_t length);
void hanse__text_add(struct hanse_text *text, const char *words);
void hanse__text_addf(struct hanse_text *text, const char *format, ...) HANSE_PRINTF(2, 3);

/* Adds words as HTML or XML text or attribute value: & < > " ' become entities; what XML
 * forbids (control characters, malformed UTF-8) becomes U+FFFD. NULL adds nothing. */
void hanse__text_escaped(struct hanse_text *text, const char *words);

/* Adds one field of a CSV line (RFC 4180): quoted where it holds a comma, quote or newline. A
 * field that a spreadsheet would take for a formula is led by an apostrophe. */
void hanse__text_csv(struct hanse_text *text, const char *field);

/* Adds words percent-encoded, for a data: URI. */
void hanse__text_percent(struct hanse_text *text, const char *words, size_t length);

/* Writes the text to `path` under a temporary name and renames it. The text's own failure
 * first, else HANSE_ERR_IO. */
enum hanse_status hanse__text_write(const struct hanse_text *text, const char *path);

/* Columns a UTF-8 text takes on a terminal: code points that are not combining marks. */
size_t hanse__text_columns(const char *words);

#ifdef __cplusplus
}
#endif
#endif
