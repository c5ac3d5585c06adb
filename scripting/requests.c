#include "scripting/requests.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scripting/decimal.h"
#include "scripting/expression.h"
#include "scripting/stamp.h"

enum { MOST_COLUMNS = 64, NAME_BYTES = 64, MOST_NAMES = MOST_COLUMNS + 2 };

/* A field of a row; `quotes` when quotes stand doubled inside. */
struct field {
    const char *text;
    size_t length;
};

struct hanse_requests {
    struct hanse_lines *lines;
    struct hanse_drops drops;
    struct hanse_expression *service;
    double factor;
    bool lenient;
    size_t n_columns, time;
    char titles[MOST_COLUMNS][NAME_BYTES];      /* as the header says them */
    char identifiers[MOST_COLUMNS][NAME_BYTES]; /* as an expression says them */
    const char *names[MOST_NAMES];              /* of the expression's variables */
    size_t column_of[MOST_NAMES];
    bool used[MOST_NAMES]; /* by the expression */
    size_t n_names;
    uint64_t n_lines;
    bool started, dated;
    int64_t first_ns, before_ns;
};

/* How files out there call what is needed, in lower case with '_' for what is no letter. */
static const char *const time_titles[] = {"timestamp",    "time",    "arrived_at", "arrival",
                                          "arrival_time", "arrived", "start_time", NULL};
static const char *const prompt_titles[] = {
    "contexttokens", "request_tokens", "prompt_tokens", "input_tokens", "num_prefill_tokens",
    "prompttokens",  "context_tokens", "inputtokens",   "input_length", NULL};
static const char *const generated_titles[] = {
    "generatedtokens",   "response_tokens",   "generated_tokens",
    "output_tokens",     "num_decode_tokens", "outputtokens",
    "completion_tokens", "output_length",     NULL};

static const struct hanse_constant units[] = {
    {"s", 1.0}, {"ms", 1e-3}, {"us", 1e-6}, {"h", 3600.0}};

/* --- rows --------------------------------------------------------------------------------- */

/* A quoted field that begins at *at; NULL, or what is wrong with it. */
static const char *take_quoted(const char **at, const char *end, struct field *field)
{
    field->text = ++*at;
    for (;;) {
        const char *quote = memchr(*at, '"', (size_t)(end - *at));
        if (quote == NULL) {
            return "a quoted field must end on its line";
        }
        *at = quote + 1;
        if (*at == end || **at == ',') {
            field->length = (size_t)(quote - field->text);
            return NULL;
        }
        if (**at != '"') {
            return "a comma must follow a quoted field";
        }
        ++*at;
    }
}

static const char *take_field(const char **at, const char *end, struct field *field)
{
    if (*at < end && **at == '"') {
        return take_quoted(at, end, field);
    }
    const char *comma = memchr(*at, ',', (size_t)(end - *at));
    field->text = *at;
    *at = comma != NULL ? comma : end;
    field->length = (size_t)(*at - field->text);
    return NULL;
}

/* Blanks around a field are not part of it. */
static void trim(struct field *field)
{
    while (field->length > 0 && field->text[0] == ' ') {
        field->text++;
        field->length--;
    }
    while (field->length > 0 && field->text[field->length - 1] == ' ') {
        field->length--;
    }
}

/* Cuts a line into fields; counts those past `most` without keeping them. */
static const char *cut(const struct hanse_line *line, struct field *fields, size_t most,
                       size_t *n)
{
    const char *at = line->text, *end = at + line->length;
    struct field field;
    for (*n = 0;; at++) {
        const char *wrong = take_field(&at, end, &field);
        if (wrong != NULL) {
            return wrong;
        }
        trim(&field);
        if (*n < most) {
            fields[*n] = field;
        }
        ++*n;
        if (at >= end) {
            return NULL;
        }
    }
}

static bool is_empty(const struct hanse_line *line)
{
    size_t i = 0;
    while (i < line->length && (line->text[i] == ' ' || line->text[i] == '\t')) {
        i++;
    }
    return i == line->length;
}

/* --- the header --------------------------------------------------------------------------- */

static enum hanse_status bad_header(const struct hanse_requests *r, struct hanse_context *ctx,
                                    uint64_t line, const char *rule)
{
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s:%llu: header: %s", hanse_lines_path(r->lines),
                       (unsigned long long)line, rule);
}

static void identifier_of(const char *title, char out[NAME_BYTES], bool lower)
{
    size_t n = 0;
    for (; title[n] != '\0'; n++) {
        unsigned char c = (unsigned char)title[n];
        bool plain = c < 0x80 && (isalnum(c) || c == '_');
        out[n] = (char)(plain ? (lower ? tolower(c) : c) : '_');
    }
    out[n] = '\0';
}

/* The column that a list of titles names, by the order of the list; n_columns: none. */
static size_t find_column(const struct hanse_requests *r, const char *const *titles)
{
    char lower[NAME_BYTES];
    for (; *titles != NULL; titles++) {
        for (size_t i = 0; i < r->n_columns; i++) {
            identifier_of(r->titles[i], lower, true);
            if (strcmp(lower, *titles) == 0) {
                return i;
            }
        }
    }
    return r->n_columns;
}

static void add_name(struct hanse_requests *r, const char *name, size_t column)
{
    if (column < r->n_columns) {
        r->names[r->n_names] = name;
        r->column_of[r->n_names++] = column;
    }
}

/* A column's own name goes before the names we give. */
static void name_variables(struct hanse_requests *r)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        add_name(r, r->identifiers[i], i);
    }
    add_name(r, "prompt", find_column(r, prompt_titles));
    add_name(r, "generated", find_column(r, generated_titles));
}

static enum hanse_status no_time(const struct hanse_requests *r, struct hanse_context *ctx,
                                 uint64_t line)
{
    char columns[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < r->n_columns && n < sizeof columns - NAME_BYTES - 4; i++) {
        n += (size_t)snprintf(columns + n, sizeof columns - n, "%s%s", i > 0 ? ", " : "",
                              r->titles[i]);
    }
    return hanse__fail(ctx, HANSE_ERR_INPUT,
                       "%s:%llu: header: must name a column TIMESTAMP, Timestamp, time, "
                       "arrived_at or arrival_time; got '%s'",
                       hanse_lines_path(r->lines), (unsigned long long)line, columns);
}

static enum hanse_status keep_titles(struct hanse_requests *r, struct hanse_context *ctx,
                                     uint64_t line, const struct field *fields)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        if (fields[i].length >= NAME_BYTES) {
            return bad_header(r, ctx, line, "a column's name must be shorter than 64 bytes");
        }
        memcpy(r->titles[i], fields[i].text, fields[i].length);
        identifier_of(r->titles[i], r->identifiers[i], false);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(r->titles[k], r->titles[i]) == 0 && r->titles[i][0] != '\0') {
                return hanse__fail(ctx, HANSE_ERR_INPUT,
                                   "%s:%llu: header: two columns are "
                                   "named '%s'",
                                   hanse_lines_path(r->lines), (unsigned long long)line,
                                   r->titles[i]);
            }
        }
    }
    return HANSE_OK;
}

static enum hanse_status read_header(struct hanse_requests *r, struct hanse_context *ctx)
{
    struct field fields[MOST_COLUMNS];
    struct hanse_line line;
    bool more;
    do {
        HANSE_TRY(hanse_lines_next(r->lines, ctx, &line, &more));
        if (!more) {
            return bad_header(r, ctx, 1, "the file holds no line");
        }
    } while (is_empty(&line));
    if (line.length >= 3 && memcmp(line.text, "\xEF\xBB\xBF", 3) == 0) {
        line.text += 3;
        line.length -= 3;
    }
    const char *wrong = cut(&line, fields, MOST_COLUMNS, &r->n_columns);
    if (wrong != NULL || r->n_columns > MOST_COLUMNS) {
        return bad_header(r, ctx, line.number, wrong ? wrong : "must have at most 64 columns");
    }
    HANSE_TRY(keep_titles(r, ctx, line.number, fields));
    r->time = find_column(r, time_titles);
    if (r->time == r->n_columns) {
        return no_time(r, ctx, line.number);
    }
    name_variables(r);
    return HANSE_OK;
}

static enum hanse_status start(struct hanse_requests *r, struct hanse_context *ctx,
                               const char *service)
{
    HANSE_TRY(read_header(r, ctx));
    const struct hanse_names names = {r->names, r->n_names, units,
                                      sizeof units / sizeof units[0]};
    HANSE_TRY(hanse_expression_create(ctx, "--service", service, &names, &r->service));
    for (size_t i = 0; i < r->n_names; i++) {
        r->used[i] = hanse_expression_uses(r->service, i);
    }
    return HANSE_OK;
}

enum hanse_status hanse_requests_open(struct hanse_context *ctx, struct hanse_lines *lines,
                                      const struct hanse_requests_rules *rules,
                                      struct hanse_requests **result)
{
    *result = NULL;
    struct hanse_requests *r = hanse__alloc(ctx, 1, sizeof *r);
    if (r == NULL) {
        return HANSE_ERR_MEMORY;
    }
    r->lines = lines;
    r->factor = rules->factor;
    r->lenient = rules->lenient;
    enum hanse_status status = start(r, ctx, rules->service);
    if (status != HANSE_OK) {
        hanse_requests_close(r);
        return status;
    }
    *result = r;
    return HANSE_OK;
}

void hanse_requests_close(struct hanse_requests *r)
{
    if (r != NULL) {
        hanse_expression_destroy(r->service);
        hanse__free(r);
    }
}

const struct hanse_drops *hanse_requests_drops(const struct hanse_requests *r)
{
    return &r->drops;
}

uint64_t hanse_requests_n_lines(const struct hanse_requests *r)
{
    return r->n_lines;
}

/* --- a request ---------------------------------------------------------------------------- */

struct row {
    const struct hanse_line *line;
    struct field fields[MOST_COLUMNS];
    bool good; /* false: a bad line that is left out */
};

static enum hanse_status reject(struct hanse_requests *r, struct hanse_context *ctx,
                                struct row *row, enum hanse_drop reason, const char *field,
                                const char *rule, const struct field *value)
{
    const struct hanse_bad_line bad = {.reason = reason,
                                       .path = hanse_lines_path(r->lines),
                                       .line = row->line->number,
                                       .field = field,
                                       .rule = rule,
                                       .value = value != NULL ? value->text : NULL,
                                       .n = value != NULL ? value->length : 0};
    row->good = false;
    return hanse__drop_bad(&r->drops, ctx, r->lenient, &bad);
}

static enum hanse_status cut_row(struct hanse_requests *r, struct hanse_context *ctx,
                                 struct row *row)
{
    size_t n;
    char rule[96];
    const char *wrong = cut(row->line, row->fields, MOST_COLUMNS, &n);
    if (wrong == NULL && n == r->n_columns) {
        return HANSE_OK;
    }
    snprintf(rule, sizeof rule, "must have %zu fields as the header does, got %zu",
             r->n_columns, n);
    return reject(r, ctx, row, HANSE_DROP_MALFORMED, "row", wrong ? wrong : rule, NULL);
}

/* The row's time after the file's first one. */
static enum hanse_status read_time(struct hanse_requests *r, struct hanse_context *ctx,
                                   struct row *row, double *submit_s)
{
    const struct field *field = &row->fields[r->time];
    const char *title = r->titles[r->time];
    int64_t ns;
    bool dated;
    const char *wrong = hanse__stamp(field->text, field->length, &ns, &dated);
    if (wrong == NULL && r->started && dated != r->dated) {
        wrong = "must be a date on every row or on none";
    }
    if (wrong != NULL) {
        return reject(r, ctx, row, HANSE_DROP_MALFORMED, title, wrong, field);
    }
    if (r->started && ns < r->before_ns) {
        return reject(r, ctx, row, HANSE_DROP_UNSORTED, title,
                      "must not be before the row above (sort the file by it)", field);
    }
    if (!r->started) {
        r->started = true;
        r->dated = dated;
        r->first_ns = ns;
    }
    r->before_ns = ns;
    *submit_s = (double)(ns - r->first_ns) / 1e9;
    return HANSE_OK;
}

static enum hanse_status read_service(struct hanse_requests *r, struct hanse_context *ctx,
                                      struct row *row, double *service_s)
{
    double values[MOST_NAMES];
    for (size_t i = 0; i < r->n_names; i++) {
        const struct field *field = &row->fields[r->column_of[i]];
        values[i] = 0.0;
        if (r->used[i] && !hanse__decimal(field->text, field->length, &values[i])) {
            return reject(r, ctx, row, HANSE_DROP_MALFORMED, r->titles[r->column_of[i]],
                          "must be a number", field);
        }
    }
    *service_s = hanse_expression_value(r->service, values);
    if (*service_s > 0.0 && *service_s < 1e15) {
        return HANSE_OK;
    }
    char rule[96];
    snprintf(rule, sizeof rule, "must be above 0 and below 1e15 s, got %.6g", *service_s);
    return reject(r, ctx, row, HANSE_DROP_NO_SERVICE, "service time", rule, NULL);
}

static enum hanse_status read_row(struct hanse_requests *r, struct hanse_context *ctx,
                                  struct row *row, struct hanse_job *job)
{
    double submit_s = 0.0, service_s = 0.0;
    row->good = true;
    HANSE_TRY(cut_row(r, ctx, row));
    if (row->good) {
        HANSE_TRY(read_time(r, ctx, row, &submit_s));
    }
    if (row->good) {
        HANSE_TRY(read_service(r, ctx, row, &service_s));
    }
    *job = (struct hanse_job){.submit_s = submit_s,
                              .runtime_s = service_s,
                              .estimate_s = r->factor * service_s,
                              .number = (int64_t)r->n_lines,
                              .width = 1,
                              .user = -1,
                              .group = -1,
                              .queue = -1,
                              .partition = -1};
    return HANSE_OK;
}

enum hanse_status hanse_requests_next(struct hanse_requests *r, struct hanse_context *ctx,
                                      struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    struct hanse_line line;
    struct row row = {.line = &line};
    bool more;
    *count = 0;
    while (*count < room) {
        HANSE_TRY(hanse_lines_next(r->lines, ctx, &line, &more));
        if (!more) {
            break;
        }
        if (is_empty(&line)) {
            continue;
        }
        r->n_lines++;
        HANSE_TRY(read_row(r, ctx, &row, &jobs[*count]));
        *count += row.good;
    }
    return HANSE_OK;
}
