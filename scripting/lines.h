/*
 * Lines of a text file of any length, plain or gzip, one after the other.
 *
 * Traces are read once, from front to end, and may be larger than memory: a window of the file
 * is all that is held. Whether a file is compressed is seen from its first two bytes, not from
 * its name; several gzip members in a row are one text, as gunzip has it. Files need not be
 * seekable, so a pipe will do.
 *
 * A line ends with LF or CR LF, which are not part of it; the last one needs no end. A byte
 * order mark of UTF-8 in front of the first is no part of it either. It holds
 * at most HANSE_LINES_MOST bytes: a file without line ends is not a trace. Behind a line lie
 * 64 readable bytes, so that parsers may look at a block at a time; the first of them is a
 * line end or NUL.
 */
#ifndef HANSE_SCRIPTING_LINES_H
#define HANSE_SCRIPTING_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_LINES_MOST = 1 << 20, HANSE_LINES_AFTER = 64 };

struct hanse_lines;

struct hanse_line {
    const char *text; /* not ended by NUL; good until the next line is asked for */
    size_t length;
    uint64_t number; /* from 1 */
};

/* Who else wants the bytes as they lie on disk, before anything is unpacked: a hash. */
struct hanse_lines_tap {
    void (*bytes)(void *state, const void *bytes, size_t n); /* NULL: nobody */
    void *state;
};

/* HANSE_ERR_INPUT: no such file, or not readable. `tap` may be NULL. */
enum hanse_status hanse_lines_open(struct hanse_context *ctx, const char *path,
                                   const struct hanse_lines_tap *tap,
                                   struct hanse_lines **result);
void hanse_lines_close(struct hanse_lines *lines);

/* The next line; *more is false at the end. HANSE_ERR_IO: the machine failed; HANSE_ERR_INPUT:
 * a damaged gzip file or an endless line, as "path:line: …". */
enum hanse_status hanse_lines_next(struct hanse_lines *lines, struct hanse_context *ctx,
                                   struct hanse_line *line, bool *more);

/* The next _next gives the same line once more. Once, and only after one was given. */
void hanse_lines_back(struct hanse_lines *lines);

const char *hanse_lines_path(const struct hanse_lines *lines);

#ifdef __cplusplus
}
#endif
#endif
