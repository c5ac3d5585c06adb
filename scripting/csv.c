#include "scripting/csv.h"

#include <stdio.h>
#include <string.h>

enum { MAX_BYTES = 64 << 20, MAX_COLUMNS = 4096 };

struct hanse_csv {
    struct hanse_context *ctx;
    char *name;
    char *raw;  /* as read, kept for provenance */
    char *work; /* the same, cut up into fields as rows are read; never moves */
    size_t length;
    size_t at;      /* next byte of `work` */
    size_t line;    /* line number of `at` */
    size_t row;     /* line on which the current row started */
    char **columns; /* n_columns, pointing into `work` */
    size_t n_columns;
    char **fields; /* likewise; valid when has_row */
    size_t n_fields, fields_capacity;
    bool has_row;
};

static enum hanse_status reject(struct hanse_csv *csv, size_t line, const char *what)
{
    return hanse__fail(csv->ctx, HANSE_ERR_INPUT, "%s:%zu: %s", csv->name, line, what);
}

static enum hanse_status push_field(struct hanse_csv *csv, char *field)
{
    if (csv->n_fields >= MAX_COLUMNS) {
        return reject(csv, csv->row, "a row may have at most 4096 fields");
    }
    HANSE_TRY(hanse__reserve(csv->ctx, &csv->fields, &csv->fields_capacity, csv->n_fields + 1,
                             sizeof *csv->fields));
    csv->fields[csv->n_fields++] = field;
    return HANSE_OK;
}

/* Reads a quoted field whose opening quote is at `at`, undoubling quotes in place. */
static enum hanse_status quoted(struct hanse_csv *csv, char **field)
{
    char *out = csv->work + ++csv->at;
    *field = out;
    while (csv->at < csv->length) {
        char c = csv->work[csv->at++];
        if (c == '"') {
            if (csv->work[csv->at] != '"') {
                *out = '\0';
                return HANSE_OK;
            }
            csv->at++;
        }
        csv->line += c == '\n';
        *out++ = c;
    }
    return reject(csv, csv->row, "a quoted field is never closed");
}

static enum hanse_status unquoted(struct hanse_csv *csv, char **field)
{
    *field = csv->work + csv->at;
    csv->at += strcspn(*field, ",\r\n\"");
    if (csv->work[csv->at] == '"') {
        return reject(csv, csv->line, "a quote inside a field that does not start with one");
    }
    return HANSE_OK;
}

/* What ends a field: a comma (more to come), a line break or the end of the text. The field is
 * cut off here and not before, because its last byte may be the separator itself. */
static enum hanse_status separator(struct hanse_csv *csv, bool *more)
{
    char *at = csv->work + csv->at;
    *more = *at == ',';
    if (at[0] == '\r' && at[1] == '\n') {
        *at = '\0';
        csv->at++;
        at++;
    }
    if (*at == '\n') {
        csv->line++;
    } else if (*at != ',' && csv->at < csv->length) {
        return reject(csv, csv->line, "text after a closing quote or a lone carriage return");
    }
    if (csv->at < csv->length) {
        *at = '\0';
        csv->at++;
    }
    return HANSE_OK;
}

static void skip_blank_lines(struct hanse_csv *csv)
{
    for (;;) {
        size_t n = strspn(csv->work + csv->at, "\r");
        if (csv->work[csv->at + n] != '\n') {
            return;
        }
        csv->at += n + 1;
        csv->line++;
    }
}

static enum hanse_status read_row(struct hanse_csv *csv)
{
    skip_blank_lines(csv);
    csv->n_fields = 0;
    csv->row = csv->line;
    csv->has_row = csv->at < csv->length;
    for (bool more = csv->has_row; more;) {
        char *field;
        HANSE_TRY(csv->work[csv->at] == '"' ? quoted(csv, &field) : unquoted(csv, &field));
        HANSE_TRY(separator(csv, &more));
        HANSE_TRY(push_field(csv, field));
    }
    return HANSE_OK;
}

static enum hanse_status check_header(struct hanse_csv *csv)
{
    for (size_t i = 0; i < csv->n_columns; i++) {
        if (csv->columns[i][0] == '\0') {
            return hanse__fail(csv->ctx, HANSE_ERR_INPUT, "%s:%zu: column %zu has no name",
                               csv->name, csv->row, i + 1);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(csv->columns[k], csv->columns[i]) == 0) {
                return hanse__fail(csv->ctx, HANSE_ERR_INPUT,
                                   "%s:%zu: two columns are named '%s'", csv->name, csv->row,
                                   csv->columns[i]);
            }
        }
    }
    return HANSE_OK;
}

static enum hanse_status read_header(struct hanse_csv *csv)
{
    if (csv->length >= 3 && memcmp(csv->work, "\xEF\xBB\xBF", 3) == 0) {
        csv->at = 3;
    }
    if (memchr(csv->work, '\0', csv->length) != NULL) {
        return reject(csv, 1, "a table is text and holds no NUL byte");
    }
    HANSE_TRY(read_row(csv));
    if (!csv->has_row) {
        return reject(csv, 1, "the table is empty, its first row must name the columns");
    }
    csv->columns = csv->fields;
    csv->n_columns = csv->n_fields;
    csv->fields = NULL;
    csv->fields_capacity = 0;
    csv->has_row = false;
    return check_header(csv);
}

/* Takes over `raw`, which has a spare NUL byte after `length`. */
static enum hanse_status create(struct hanse_context *ctx, const char *name, char *raw,
                                size_t length, struct hanse_csv **result)
{
    struct hanse_csv *csv = hanse__alloc(ctx, 1, sizeof *csv);
    if (csv == NULL) {
        hanse__free(raw);
        return HANSE_ERR_MEMORY;
    }
    *csv = (struct hanse_csv){.ctx = ctx, .raw = raw, .length = length, .line = 1};
    csv->name = hanse__strdup(ctx, name);
    csv->work = hanse__alloc(ctx, length + 1, 1);
    if (csv->name == NULL || csv->work == NULL) {
        hanse_csv_destroy(csv);
        return HANSE_ERR_MEMORY;
    }
    memcpy(csv->work, raw, length);
    enum hanse_status status = read_header(csv);
    if (status != HANSE_OK) {
        hanse_csv_destroy(csv);
        return status;
    }
    *result = csv;
    return HANSE_OK;
}

static enum hanse_status too_large(struct hanse_context *ctx, const char *name)
{
    return hanse__fail(ctx, HANSE_ERR_LIMIT, "%s: a table may be at most 64 MiB", name);
}

enum hanse_status hanse_csv_from_text(struct hanse_context *ctx, const char *name,
                                      const char *text, size_t length, struct hanse_csv **csv)
{
    *csv = NULL;
    if (length > MAX_BYTES) {
        return too_large(ctx, name);
    }
    char *raw = hanse__alloc(ctx, length + 1, 1);
    if (raw == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(raw, text, length);
    return create(ctx, name, raw, length, csv);
}

/* Reads up to MAX_BYTES of a stream; no seeking, so that pipes work too. */
static enum hanse_status slurp(struct hanse_context *ctx, FILE *file, const char *path,
                               char **text, size_t *length)
{
    size_t capacity = 0;
    *text = NULL;
    *length = 0;
    do {
        HANSE_TRY(hanse__reserve(ctx, text, &capacity, *length + 65536, 1));
        *length += fread(*text + *length, 1, capacity - *length - 1, file);
        if (*length > MAX_BYTES) {
            return too_large(ctx, path);
        }
    } while (!feof(file) && !ferror(file));
    if (ferror(file)) {
        return hanse__fail(ctx, HANSE_ERR_IO, "cannot read '%s'", path);
    }
    (*text)[*length] = '\0';
    return HANSE_OK;
}

enum hanse_status hanse_csv_open(struct hanse_context *ctx, const char *path,
                                 struct hanse_csv **csv)
{
    *csv = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "cannot open table '%s'", path);
    }
    char *text;
    size_t length;
    enum hanse_status status = slurp(ctx, file, path, &text, &length);
    fclose(file);
    if (status != HANSE_OK) {
        hanse__free(text);
        return status;
    }
    return create(ctx, path, text, length, csv);
}

void hanse_csv_destroy(struct hanse_csv *csv)
{
    if (csv == NULL) {
        return;
    }
    hanse__free(csv->name);
    hanse__free(csv->raw);
    hanse__free(csv->work);
    hanse__free(csv->columns);
    hanse__free(csv->fields);
    hanse__free(csv);
}

size_t hanse_csv_n_columns(const struct hanse_csv *csv)
{
    return csv->n_columns;
}

const char *const *hanse_csv_columns(const struct hanse_csv *csv)
{
    return (const char *const *)csv->columns;
}

int hanse_csv_column(const struct hanse_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->n_columns; i++) {
        if (strcmp(csv->columns[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

enum hanse_status hanse_csv_next(struct hanse_csv *csv)
{
    HANSE_TRY(read_row(csv));
    if (csv->has_row && csv->n_fields != csv->n_columns) {
        csv->has_row = false;
        return hanse__fail(csv->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: a row must have %zu fields as the header does, got %zu",
                           csv->name, csv->row, csv->n_columns, csv->n_fields);
    }
    return HANSE_OK;
}

const char *const *hanse_csv_fields(const struct hanse_csv *csv)
{
    return csv->has_row ? (const char *const *)csv->fields : NULL;
}

size_t hanse_csv_line(const struct hanse_csv *csv)
{
    return csv->row;
}

void hanse_csv_text(const struct hanse_csv *csv, const char **text, size_t *length)
{
    *text = csv->raw;
    *length = csv->length;
}
