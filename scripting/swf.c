#include "scripting/swf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scripting/decimal.h"
#include "scripting/swf_scan.h"

/* Fields, from 0. */
enum field {
    NUMBER,
    SUBMIT,
    WAIT,
    RUNTIME,
    ALLOCATED,
    CPU_TIME,
    MEMORY,
    REQUESTED,
    REQUESTED_TIME,
    REQUESTED_MEMORY,
    STATUS,
    USER,
    GROUP,
    PROGRAM,
    QUEUE,
    PARTITION,
    PRECEDING,
    THINK_TIME,
};

struct column {
    const char *name; /* for messages */
    double most;      /* its size is below this; 0: any number will do */
    bool whole;
};

#define WHOLE_31 2147483648.0
#define WHOLE_53 9007199254740992.0
#define TIME_S 1e15

static const struct column columns[HANSE__SWF_FIELDS] = {
    [NUMBER] = {"job number (field 1)", WHOLE_53, true},
    [SUBMIT] = {"submit time (field 2)", TIME_S, false},
    [WAIT] = {"wait time (field 3)", 0.0, false},
    [RUNTIME] = {"run time (field 4)", TIME_S, false},
    [ALLOCATED] = {"allocated processors (field 5)", WHOLE_53, true},
    [CPU_TIME] = {"average CPU time (field 6)", 0.0, false},
    [MEMORY] = {"used memory (field 7)", 0.0, false},
    [REQUESTED] = {"requested processors (field 8)", WHOLE_53, true},
    [REQUESTED_TIME] = {"requested time (field 9)", TIME_S, false},
    [REQUESTED_MEMORY] = {"requested memory (field 10)", 0.0, false},
    [STATUS] = {"status (field 11)", 0.0, false},
    [USER] = {"user (field 12)", WHOLE_31, true},
    [GROUP] = {"group (field 13)", WHOLE_31, true},
    [PROGRAM] = {"executable (field 14)", 0.0, false},
    [QUEUE] = {"queue (field 15)", WHOLE_31, true},
    [PARTITION] = {"partition (field 16)", WHOLE_31, true},
    [PRECEDING] = {"preceding job (field 17)", 0.0, false},
    [THINK_TIME] = {"think time (field 18)", 0.0, false},
};

struct hanse_swf {
    struct hanse_lines *lines;
    struct hanse_swf_header header;
    struct hanse_swf_rules rules;
    struct hanse_drops drops;
    uint64_t n_lines;
    double submitted_s; /* of the job before */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A comment, or nothing at all. */
static bool holds_no_job(const struct hanse_line *line)
{
    size_t at = 0;
    while (at < line->length && is_blank(line->text[at])) {
        at++;
    }
    return at == line->length || line->text[at] == ';';
}

/* --- the header --------------------------------------------------------------------------- */

/* The value of "; Key: value", NULL when the line is of another key. */
static const char *value_of(const struct hanse_line *line, const char *key, size_t *length)
{
    const char *at = line->text, *end = at + line->length;
    while (at < end && (is_blank(*at) || *at == ';')) {
        at++;
    }
    size_t n = strlen(key);
    if ((size_t)(end - at) <= n || strncmp(at, key, n) != 0 || at[n] != ':') {
        return NULL;
    }
    at += n + 1;
    while (at < end && is_blank(*at)) {
        at++;
    }
    while (end > at && is_blank(end[-1])) {
        end--;
    }
    *length = (size_t)(end - at);
    return at;
}

/* A number of the header; what is none ("unknown") counts as absent. The first one holds: some
 * logs go on with a line per partition. */
static void header_number(const struct hanse_line *line, const char *key, int64_t *number)
{
    size_t length;
    double value;
    const char *text = value_of(line, key, &length);
    if (text == NULL || *number != 0) {
        return;
    }
    size_t n = 0;
    while (n < length && !is_blank(text[n])) {
        n++;
    }
    if (hanse__decimal(text, n, &value) && value > 0.0 && value < WHOLE_53) {
        *number = (int64_t)value;
    }
}

static void header_line(struct hanse_swf_header *header, const struct hanse_line *line)
{
    size_t length;
    const char *computer = value_of(line, "Computer", &length);
    header_number(line, "MaxProcs", &header->max_procs);
    header_number(line, "MaxNodes", &header->max_nodes);
    header_number(line, "MaxJobs", &header->max_jobs);
    header_number(line, "UnixStartTime", &header->unix_start_s);
    if (computer != NULL && header->computer[0] == '\0') {
        snprintf(header->computer, sizeof header->computer, "%.*s",
                 length < 120 ? (int)length : 120, computer);
    }
}

static enum hanse_status read_header(struct hanse_swf *swf, struct hanse_context *ctx)
{
    struct hanse_line line;
    bool more;
    for (;;) {
        HANSE_TRY(hanse_lines_next(swf->lines, ctx, &line, &more));
        if (!more) {
            return HANSE_OK;
        }
        if (!holds_no_job(&line)) {
            hanse_lines_back(swf->lines);
            return HANSE_OK;
        }
        header_line(&swf->header, &line);
    }
}

enum hanse_status hanse_swf_open(struct hanse_context *ctx, struct hanse_lines *lines,
                                 struct hanse_swf **result)
{
    *result = NULL;
    struct hanse_swf *swf = hanse__alloc(ctx, 1, sizeof *swf);
    if (swf == NULL) {
        return HANSE_ERR_MEMORY;
    }
    swf->lines = lines;
    swf->rules.processors = UINT32_MAX;
    enum hanse_status status = read_header(swf, ctx);
    if (status != HANSE_OK) {
        hanse_swf_close(swf);
        return status;
    }
    *result = swf;
    return HANSE_OK;
}

void hanse_swf_close(struct hanse_swf *swf)
{
    hanse__free(swf);
}

const struct hanse_swf_header *hanse_swf_header(const struct hanse_swf *swf)
{
    return &swf->header;
}

void hanse_swf_rules(struct hanse_swf *swf, const struct hanse_swf_rules *rules)
{
    swf->rules = *rules;
}

const struct hanse_drops *hanse_swf_drops(const struct hanse_swf *swf)
{
    return &swf->drops;
}

uint64_t hanse_swf_n_lines(const struct hanse_swf *swf)
{
    return swf->n_lines;
}

/* --- a line ------------------------------------------------------------------------------- */

static enum hanse_status reject(struct hanse_swf *swf, struct hanse_context *ctx,
                                const struct hanse_line *line, enum hanse_drop reason,
                                const struct hanse_bad_line *what)
{
    struct hanse_bad_line bad = *what;
    bad.reason = reason;
    bad.path = hanse_lines_path(swf->lines);
    bad.line = line->number;
    return hanse__drop_bad(&swf->drops, ctx, swf->rules.lenient, &bad);
}

/* What is wrong with one number, NULL if nothing. */
static const char *wrong(const struct column *column, double value)
{
    if (column->whole && value != floor(value)) {
        return "must be a whole number";
    }
    if (column->most == 0.0 || fabs(value) < column->most) {
        return NULL;
    }
    return column->most == WHOLE_31   ? "must be below 2^31"
           : column->most == WHOLE_53 ? "must be below 2^53"
                                      : "must be below 1e15 s";
}

static enum hanse_status wrong_count(struct hanse_swf *swf, struct hanse_context *ctx,
                                     const struct hanse_line *line, int n)
{
    char rule[64];
    snprintf(rule, sizeof rule, "must have 18 fields, got %s%d", n > 18 ? "more: " : "", n);
    const struct hanse_bad_line bad = {.field = "job", .rule = rule};
    return reject(swf, ctx, line, HANSE_DROP_MALFORMED, &bad);
}

/* Field by field, with a message for what is wrong. *good is false for a line that was bad and
 * is left out. */
static enum hanse_status read_slowly(struct hanse_swf *swf, struct hanse_context *ctx,
                                     const struct hanse_line *line, double *values, bool *good)
{
    const char *at = line->text, *end = at + line->length;
    int n = 0;
    *good = false;
    for (;; n++) {
        while (at < end && is_blank(*at)) {
            at++;
        }
        if (at == end) {
            break;
        }
        const char *first = at;
        while (at < end && !is_blank(*at)) {
            at++;
        }
        if (n >= HANSE__SWF_FIELDS) {
            continue;
        }
        size_t length = (size_t)(at - first);
        const char *rule = hanse__decimal(first, length, &values[n])
                               ? wrong(&columns[n], values[n])
                               : "must be a number";
        if (rule != NULL) {
            const struct hanse_bad_line bad = {
                .field = columns[n].name, .rule = rule, .value = first, .n = length};
            return reject(swf, ctx, line, HANSE_DROP_MALFORMED, &bad);
        }
    }
    *good = n == HANSE__SWF_FIELDS;
    return *good ? HANSE_OK : wrong_count(swf, ctx, line, n);
}

/* Whole numbers of 15 digits are below 2^53; ids are narrower. */
static bool ids_fit(const double *values)
{
    return fabs(values[USER]) < WHOLE_31 && fabs(values[GROUP]) < WHOLE_31 &&
           fabs(values[QUEUE]) < WHOLE_31 && fabs(values[PARTITION]) < WHOLE_31;
}

static enum hanse_status check_order(struct hanse_swf *swf, struct hanse_context *ctx,
                                     const struct hanse_line *line, double submit_s, bool *good)
{
    *good = submit_s >= swf->submitted_s;
    if (*good) {
        swf->submitted_s = submit_s;
        return HANSE_OK;
    }
    char rule[160];
    snprintf(rule, sizeof rule,
             "must not fall, it was %.15g before; got %.15g (sort -s -n -k 2,2 puts a log in "
             "order)",
             swf->submitted_s, submit_s);
    const struct hanse_bad_line bad = {.field = columns[SUBMIT].name, .rule = rule};
    return reject(swf, ctx, line, HANSE_DROP_UNSORTED, &bad);
}

/* The numbers of the line; *good as above. */
static enum hanse_status read_line(struct hanse_swf *swf, struct hanse_context *ctx,
                                   const struct hanse_line *line, double *values, bool *good)
{
    *good = hanse__swf_scan(line->text, line->length, values) && ids_fit(values);
    if (!*good) {
        HANSE_TRY(read_slowly(swf, ctx, line, values, good));
        if (!*good) {
            return HANSE_OK;
        }
    }
    /* What has no submit time has no place in the order either. */
    return values[SUBMIT] >= 0.0 ? check_order(swf, ctx, line, values[SUBMIT], good) : HANSE_OK;
}

/* --- cleaning ----------------------------------------------------------------------------- */

static bool clean(const struct hanse_swf_rules *rules, const double *values,
                  struct hanse_job *job, enum hanse_drop *why)
{
    double width = values[REQUESTED] > 0.0 ? values[REQUESTED] : values[ALLOCATED];
    double runtime_s = values[RUNTIME], estimate_s = values[REQUESTED_TIME];
    if (rules->estimates != HANSE_ESTIMATES_USER) {
        estimate_s =
            rules->estimates == HANSE_ESTIMATES_EXACT ? runtime_s : rules->factor * runtime_s;
    }
    if (!(width > 0.0)) {
        *why = HANSE_DROP_NO_PROCESSORS;
    } else if (width > rules->processors) {
        *why = HANSE_DROP_TOO_WIDE;
    } else if (!(runtime_s > 0.0)) {
        *why = HANSE_DROP_NO_RUNTIME;
    } else if (values[SUBMIT] < 0.0) {
        *why = HANSE_DROP_NO_SUBMIT;
    } else if (!(estimate_s > 0.0)) {
        *why = HANSE_DROP_NO_ESTIMATE;
    } else {
        *job = (struct hanse_job){.submit_s = values[SUBMIT],
                                  .runtime_s = runtime_s < estimate_s ? runtime_s : estimate_s,
                                  .estimate_s = estimate_s,
                                  .number = (int64_t)values[NUMBER],
                                  .width = (uint32_t)width,
                                  .user = (int32_t)values[USER],
                                  .group = (int32_t)values[GROUP],
                                  .queue = (int32_t)values[QUEUE],
                                  .partition = (int32_t)values[PARTITION]};
        return true;
    }
    return false;
}

enum hanse_status hanse_swf_next(struct hanse_swf *swf, struct hanse_context *ctx,
                                 struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    struct hanse_line line;
    double values[HANSE__SWF_FIELDS];
    bool more = true, good;
    *count = 0;
    while (*count < room) {
        HANSE_TRY(hanse_lines_next(swf->lines, ctx, &line, &more));
        if (!more) {
            break;
        }
        if (holds_no_job(&line)) {
            continue;
        }
        swf->n_lines++;
        HANSE_TRY(read_line(swf, ctx, &line, values, &good));
        enum hanse_drop why;
        if (!good) {
            continue;
        }
        if (clean(&swf->rules, values, &jobs[*count], &why)) {
            (*count)++;
        } else {
            swf->drops.count[why]++;
        }
    }
    return HANSE_OK;
}
