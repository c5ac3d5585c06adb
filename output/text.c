#include "output/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void hanse__text_init(struct hanse_text *text, struct hanse_context *ctx)
{
    *text = (struct hanse_text){.ctx = ctx};
}

void hanse__text_fini(struct hanse_text *text)
{
    hanse__free(text->bytes);
    *text = (struct hanse_text){0};
}

static bool make_room(struct hanse_text *text, size_t more)
{
    if (text->status != HANSE_OK) {
        return false;
    }
    text->status =
        hanse__reserve(text->ctx, &text->bytes, &text->capacity, text->length + more + 1, 1);
    return text->status == HANSE_OK;
}

void hanse__text_bytes(struct hanse_text *text, const char *bytes, size_t length)
{
    if (make_room(text, length)) {
        memcpy(text->bytes + text->length, bytes, length);
        text->length += length;
        text->bytes[text->length] = '\0';
    }
}

void hanse__text_add(struct hanse_text *text, const char *words)
{
    hanse__text_bytes(text, words, strlen(words));
}

void hanse__text_addf(struct hanse_text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !make_room(text, (size_t)length)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

/* Bytes of the well-formed UTF-8 sequence at `at` that XML allows, 0 when there is none. */
static size_t sequence(const unsigned char *at)
{
    uint32_t point;
    size_t n = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (n == 0 || at[0] > 0xf4) {
        return 0;
    }
    if (n == 1) {
        return at[0] >= 0x20 || strchr("\t\n\r", at[0]) ? (at[0] == 0x7f ? 0 : 1) : 0;
    }
    point = at[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (at[i] & 0x3f);
    }
    if ((n == 3 && point < 0x800) || (n == 4 && (point < 0x10000 || point > 0x10ffff)) ||
        (point >= 0xd800 && point < 0xe000) || point == 0xfffe || point == 0xffff) {
        return 0;
    }
    return n;
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void hanse__text_escaped(struct hanse_text *text, const char *words)
{
    while (words && *words != '\0') {
        size_t n = sequence((const unsigned char *)words);
        const char *replaced = n == 0 ? "\xef\xbf\xbd" : entity(*words);

        if (replaced) {
            hanse__text_add(text, replaced);
        } else {
            hanse__text_bytes(text, words, n);
        }
        words += n == 0 ? 1 : n;
    }
}

void hanse__text_csv(struct hanse_text *text, const char *field)
{
    bool formula = field[0] != '\0' && strchr("=+-@\t\r", field[0]);

    if (!formula && !strpbrk(field, ",\"\n\r")) {
        hanse__text_add(text, field);
        return;
    }
    hanse__text_add(text, formula ? "\"'" : "\"");
    for (const char *c = field; *c != '\0'; c++) {
        hanse__text_bytes(text, c, 1);
        if (*c == '"') {
            hanse__text_add(text, "\"");
        }
    }
    hanse__text_add(text, "\"");
}

void hanse__text_percent(struct hanse_text *text, const char *words, size_t length)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_.~,";

    for (size_t i = 0; i < length; i++) {
        if (words[i] != '\0' && strchr(plain, words[i])) {
            hanse__text_bytes(text, words + i, 1);
        } else {
            hanse__text_addf(text, "%%%02X", (unsigned)(unsigned char)words[i]);
        }
    }
}

/* Messages name the file that was asked for, not the temporary one. */
static enum hanse_status write_all(const struct hanse_text *text, const char *temporary,
                                   const char *path)
{
    FILE *file = fopen(temporary, "wb");
    bool whole;

    if (!file) {
        return hanse__fail(text->ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path,
                           strerror(errno));
    }
    whole = fwrite(text->bytes ? text->bytes : "", 1, text->length, file) == text->length;
    whole = fflush(file) == 0 && whole;
    if (fclose(file) != 0 || !whole) {
        int error = errno;

        unlink(temporary);
        return hanse__fail(text->ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path,
                           strerror(error));
    }
    return HANSE_OK;
}

enum hanse_status hanse__text_write(const struct hanse_text *text, const char *path)
{
    char temporary[4096];

    if (text->status != HANSE_OK) {
        return text->status;
    }
    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
        return hanse__fail(text->ctx, HANSE_ERR_INPUT, "%s: path too long", path);
    }
    HANSE_TRY(write_all(text, temporary, path));
    if (rename(temporary, path) != 0) {
        int error = errno;

        unlink(temporary);
        return hanse__fail(text->ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path,
                           strerror(error));
    }
    return HANSE_OK;
}

size_t hanse__text_columns(const char *words)
{
    size_t columns = 0;

    for (const unsigned char *c = (const unsigned char *)words; *c != '\0'; c++) {
        bool continues = (*c & 0xc0) == 0x80;
        bool combines = *c == 0xcc || (*c == 0xcd && c[1] < 0xb0); /* U+0300 .. U+036F */

        columns += !continues && !combines;
    }
    return columns;
}
