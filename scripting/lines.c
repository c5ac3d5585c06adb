#include "scripting/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    WINDOW = 2 * HANSE_LINES_MOST,
    PACKED = 1 << 18,
    /* What was just read is in the cache while it is parsed, and a read of this size
     * costs little beside copying it. */
    PORTION = 1 << 16,
};

struct hanse_lines {
    char *path;
    int file;
    struct hanse_lines_tap tap;
    char *window;    /* WINDOW + HANSE_LINES_AFTER bytes */
    size_t at, end;  /* what is left of the window */
    size_t last;     /* where the line given last begins */
    uint64_t number; /* of lines given */
    bool ended;      /* nothing more comes from the file */
    bool gzip;
    z_stream unpacker;
    unsigned char *packed;
    bool within_member;
};

static enum hanse_status read_some(struct hanse_lines *lines, struct hanse_context *ctx,
                                   void *room, size_t size, size_t *n)
{
    ssize_t got;
    do {
        got = read(lines->file, room, size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return hanse__fail(ctx, errno == EISDIR ? HANSE_ERR_INPUT : HANSE_ERR_IO,
                           "%s: cannot be read: %s", lines->path, strerror(errno));
    }
    *n = (size_t)got;
    if (lines->tap.bytes != NULL) {
        lines->tap.bytes(lines->tap.state, room, *n);
    }
    return HANSE_OK;
}

/* --- gzip --------------------------------------------------------------------------------- */

static enum hanse_status damaged(const struct hanse_lines *lines, struct hanse_context *ctx,
                                 const char *what)
{
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s:%llu: gzip: %s", lines->path,
                       (unsigned long long)lines->number + 1, what);
}

/* More packed bytes, if there are none left. */
static enum hanse_status feed(struct hanse_lines *lines, struct hanse_context *ctx)
{
    z_stream *z = &lines->unpacker;
    size_t n = z->avail_in;
    if (n == 0) {
        HANSE_TRY(read_some(lines, ctx, lines->packed, PACKED, &n));
        z->next_in = lines->packed;
        z->avail_in = (uInt)n;
        lines->ended = n == 0;
    }
    if (lines->ended && lines->within_member) {
        return damaged(lines, ctx, "the file ends before its text does");
    }
    return HANSE_OK;
}

static enum hanse_status unpack(struct hanse_lines *lines, struct hanse_context *ctx,
                                char *room, size_t size, size_t *n)
{
    z_stream *z = &lines->unpacker;
    *n = 0;
    while (*n == 0) {
        HANSE_TRY(feed(lines, ctx));
        if (lines->ended) {
            return HANSE_OK;
        }
        if (!lines->within_member) {
            inflateReset(z);
            lines->within_member = true;
        }
        z->next_out = (Bytef *)room;
        z->avail_out = (uInt)size;
        int result = inflate(z, Z_NO_FLUSH);
        *n = size - z->avail_out;
        if (result == Z_STREAM_END) {
            lines->within_member = false;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            return damaged(lines, ctx, z->msg != NULL ? z->msg : "the file is damaged");
        }
    }
    return HANSE_OK;
}

/* The first bytes, which lie in the window, were packed ones after all. */
static enum hanse_status begin_gzip(struct hanse_lines *lines, struct hanse_context *ctx)
{
    lines->packed = hanse__alloc(ctx, PACKED, 1);
    if (lines->packed == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (inflateInit2(&lines->unpacker, 15 + 16) != Z_OK) {
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "%s: no memory to unpack it", lines->path);
    }
    lines->gzip = lines->within_member = true;
    memcpy(lines->packed, lines->window, lines->end);
    lines->unpacker.next_in = lines->packed;
    lines->unpacker.avail_in = (uInt)lines->end;
    lines->end = 0;
    return HANSE_OK;
}

/* --- the window --------------------------------------------------------------------------- */

/* Moves what is left to the front and adds to it. */
static enum hanse_status refill(struct hanse_lines *lines, struct hanse_context *ctx)
{
    size_t left = lines->end - lines->at, n = 0;
    memmove(lines->window, lines->window + lines->at, left);
    lines->at = 0;
    lines->end = left;
    size_t size = left + PORTION <= WINDOW ? PORTION : WINDOW - left;
    if (lines->gzip) {
        HANSE_TRY(unpack(lines, ctx, lines->window + left, size, &n));
    } else {
        HANSE_TRY(read_some(lines, ctx, lines->window + left, size, &n));
        lines->ended = n == 0;
    }
    lines->end += n;
    return HANSE_OK;
}

/* The first two bytes say what kind of file it is; a pipe may hand them out one by one. */
static enum hanse_status look(struct hanse_lines *lines, struct hanse_context *ctx)
{
    while (lines->end < 2 && !lines->ended) {
        HANSE_TRY(refill(lines, ctx));
    }
    const unsigned char *first = (const unsigned char *)lines->window;
    return lines->end >= 2 && first[0] == 0x1F && first[1] == 0x8B ? begin_gzip(lines, ctx)
                                                                   : HANSE_OK;
}

enum hanse_status hanse_lines_open(struct hanse_context *ctx, const char *path,
                                   const struct hanse_lines_tap *tap,
                                   struct hanse_lines **result)
{
    *result = NULL;
    struct hanse_lines *lines = hanse__alloc(ctx, 1, sizeof *lines);
    if (lines == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = HANSE_ERR_MEMORY;
    lines->file = -1;
    lines->path = hanse__strdup(ctx, path);
    lines->window = hanse__alloc(ctx, WINDOW + HANSE_LINES_AFTER, 1);
    if (tap != NULL) {
        lines->tap = *tap;
    }
    if (lines->path != NULL && lines->window != NULL) {
        lines->file = open(path, O_RDONLY | O_CLOEXEC);
        status = lines->file < 0 ? hanse__fail(ctx, HANSE_ERR_INPUT, "%s: cannot be read: %s",
                                               path, strerror(errno))
                                 : look(lines, ctx);
    }
    if (status != HANSE_OK) {
        hanse_lines_close(lines);
        return status;
    }
    *result = lines;
    return HANSE_OK;
}

void hanse_lines_close(struct hanse_lines *lines)
{
    if (lines == NULL) {
        return;
    }
    if (lines->gzip) {
        inflateEnd(&lines->unpacker);
    }
    if (lines->file >= 0) {
        close(lines->file);
    }
    hanse__free(lines->packed);
    hanse__free(lines->window);
    hanse__free(lines->path);
    hanse__free(lines);
}

static enum hanse_status endless(const struct hanse_lines *lines, struct hanse_context *ctx)
{
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s:%llu: line: must end within 1 MiB",
                       lines->path, (unsigned long long)lines->number + 1);
}

/* Where the line that begins at `at` ends; reads on until it does. */
static enum hanse_status find_end(struct hanse_lines *lines, struct hanse_context *ctx,
                                  const char **end)
{
    size_t searched = 0;
    for (;;) {
        const char *from = lines->window + lines->at + searched;
        *end = memchr(from, '\n', lines->end - lines->at - searched);
        if (*end != NULL || lines->ended) {
            return HANSE_OK;
        }
        searched = lines->end - lines->at;
        if (searched > HANSE_LINES_MOST) {
            return endless(lines, ctx);
        }
        HANSE_TRY(refill(lines, ctx));
    }
}

/* Some editors begin a text with a mark that says it is UTF-8. */
static void pass_mark(struct hanse_lines *lines)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    if (lines->end - lines->at >= sizeof mark &&
        memcmp(lines->window + lines->at, mark, sizeof mark) == 0) {
        lines->at += sizeof mark;
    }
}

enum hanse_status hanse_lines_next(struct hanse_lines *lines, struct hanse_context *ctx,
                                   struct hanse_line *line, bool *more)
{
    const char *end;
    HANSE_TRY(find_end(lines, ctx, &end));
    *more = end != NULL || lines->at < lines->end;
    if (!*more) {
        return HANSE_OK;
    }
    if (lines->number == 0) {
        pass_mark(lines);
    }
    const char *text = lines->window + lines->at;
    lines->last = lines->at;
    lines->at = end != NULL ? (size_t)(end + 1 - lines->window) : lines->end;
    if (end == NULL) {
        lines->window[lines->end] = '\0';
        end = lines->window + lines->end;
    }
    size_t length = (size_t)(end - text);
    length -= length > 0 && text[length - 1] == '\r';
    if (length > HANSE_LINES_MOST) {
        return endless(lines, ctx);
    }
    *line = (struct hanse_line){.text = text, .length = length, .number = ++lines->number};
    return HANSE_OK;
}

void hanse_lines_back(struct hanse_lines *lines)
{
    lines->at = lines->last;
    lines->number--;
}

const char *hanse_lines_path(const struct hanse_lines *lines)
{
    return lines->path;
}
