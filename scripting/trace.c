#include "scripting/trace.h"

#include <stdlib.h>
#include <string.h>

#include "scripting/decimal.h"
#include "scripting/made.h"
#include "scripting/requests.h"

struct hanse_trace {
    struct hanse_lines *lines;
    struct hanse_swf *swf;           /* exactly one of these three */
    struct hanse_requests *requests; /* … */
    struct hanse_made *made;         /* … */
    uint32_t processors;
    const char *said_by;
};

static enum hanse_status next_job(void *state, struct hanse_context *ctx,
                                  struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    struct hanse_trace *trace = state;
    if (trace->made != NULL) {
        return hanse_made_next(trace->made, ctx, jobs, room, count);
    }
    return trace->swf != NULL ? hanse_swf_next(trace->swf, ctx, jobs, room, count)
                              : hanse_requests_next(trace->requests, ctx, jobs, room, count);
}

/* --- opening ------------------------------------------------------------------------------ */

/* Looks at the first line that says anything and leaves it to be read again. */
static enum hanse_status find_kind(struct hanse_trace *trace, struct hanse_context *ctx,
                                   enum hanse_trace_kind *kind)
{
    struct hanse_line line;
    bool more;
    size_t blanks;
    do {
        HANSE_TRY(hanse_lines_next(trace->lines, ctx, &line, &more));
        if (!more) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "%s: trace: must hold jobs, and the file is empty",
                               hanse_lines_path(trace->lines));
        }
        blanks = 0;
        while (blanks < line.length && strchr(" \t", line.text[blanks]) != NULL &&
               line.text[blanks] != '\0') {
            blanks++;
        }
    } while (blanks == line.length);
    hanse_lines_back(trace->lines);
    bool log = strchr(";0123456789+-", line.text[blanks]) != NULL && line.text[blanks] != '\0';
    bool table = memchr(line.text, ',', line.length) != NULL;
    if (!log && !table) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s:%llu: trace: must begin with a comment or job in Standard "
                           "Workload Format, or with the names of a table's columns",
                           hanse_lines_path(trace->lines), (unsigned long long)line.number);
    }
    *kind = log ? HANSE_TRACE_SWF : HANSE_TRACE_REQUESTS;
    return HANSE_OK;
}

enum hanse_status hanse_trace_is_requests(struct hanse_context *ctx, const char *path,
                                          bool *requests)
{
    struct hanse_trace trace = {.lines = NULL};
    enum hanse_trace_kind kind = HANSE_TRACE_SWF;
    if (hanse_synthetic_is(path)) {
        *requests = strncmp(path, "requests", strlen("requests")) == 0;
        return HANSE_OK;
    }
    HANSE_TRY(hanse_lines_open(ctx, path, NULL, &trace.lines));
    enum hanse_status status = find_kind(&trace, ctx, &kind);
    hanse_lines_close(trace.lines);
    *requests = kind == HANSE_TRACE_REQUESTS;
    return status;
}

static uint32_t as_width(int64_t n)
{
    return n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* MaxProcs is what jobs are counted in; where a log has only nodes, a node is a processor. */
static enum hanse_status find_processors(struct hanse_trace *trace, struct hanse_context *ctx,
                                         uint32_t wanted)
{
    const struct hanse_swf_header *header = hanse_trace_header(trace);
    trace->said_by = "";
    trace->processors = wanted;
    if (trace->processors == 0) {
        trace->processors = as_width(header->max_procs);
        trace->said_by = "MaxProcs";
    }
    if (trace->processors == 0) {
        trace->processors = as_width(header->max_nodes);
        trace->said_by = "MaxNodes";
    }
    if (trace->processors == 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: its header has no MaxProcs, so say how large the machine is: "
                           "--procs N",
                           hanse_lines_path(trace->lines));
    }
    return HANSE_OK;
}

static enum hanse_status open_log(struct hanse_trace *trace, struct hanse_context *ctx,
                                  const struct hanse_trace_options *options)
{
    if (options->service != NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is a log, whose jobs have runtimes: --service is for tables of "
                           "requests",
                           hanse_lines_path(trace->lines));
    }
    HANSE_TRY(hanse_swf_open(ctx, trace->lines, &trace->swf));
    HANSE_TRY(find_processors(trace, ctx, options->processors));
    const struct hanse_swf_rules rules = {.estimates = options->estimates,
                                          .factor = options->factor,
                                          .processors = trace->processors,
                                          .lenient = options->lenient};
    hanse_swf_rules(trace->swf, &rules);
    return HANSE_OK;
}

static enum hanse_status open_requests(struct hanse_trace *trace, struct hanse_context *ctx,
                                       const struct hanse_trace_options *options)
{
    if (options->service == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is a table of requests: say how long one is served, as in "
                           "--service '50*ms + 20*ms*generated'",
                           hanse_lines_path(trace->lines));
    }
    if (options->processors == 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is a table of requests: say how many there are to serve them: "
                           "--servers N",
                           hanse_lines_path(trace->lines));
    }
    trace->processors = options->processors;
    trace->said_by = "";
    const struct hanse_requests_rules rules = {
        .service = options->service,
        .factor = options->estimates == HANSE_ESTIMATES_FACTOR ? options->factor : 1.0,
        .lenient = options->lenient};
    return hanse_requests_open(ctx, trace->lines, &rules, &trace->requests);
}

/* A synthetic workload knows its machine; requests go to as many servers as the options say.
 * Its text is all there is to hash. */
static enum hanse_status open_made(struct hanse_trace *trace, struct hanse_context *ctx,
                                   const char *text, const struct hanse_trace_options *options)
{
    const struct hanse_made_rules rules = {options->estimates, options->factor,
                                           options->service};
    HANSE_TRY(hanse_made_open(ctx, text, &rules, &trace->made));
    uint32_t own = hanse_synthetic_processors(hanse_made_workload(trace->made));
    if (own == 0 && options->processors == 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: makes requests: say how many there are to serve them: "
                           "--servers N",
                           text);
    }
    if (own > 0 && options->processors > 0 && own != options->processors) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT,
            "%s: is made for %u processors: say procs=%u in its text in place of "
            "--procs",
            text, own, options->processors);
    }
    trace->processors = own > 0 ? own : options->processors;
    trace->said_by = own > 0 ? "procs" : "";
    if (options->tap.bytes != NULL) {
        options->tap.bytes(options->tap.state, text, strlen(text));
    }
    return HANSE_OK;
}

static enum hanse_status begin(struct hanse_trace *trace, struct hanse_context *ctx,
                               const char *path, const struct hanse_trace_options *options)
{
    enum hanse_trace_kind kind = HANSE_TRACE_SWF;
    if (hanse_synthetic_is(path)) {
        return open_made(trace, ctx, path, options);
    }
    HANSE_TRY(hanse_lines_open(ctx, path, &options->tap, &trace->lines));
    HANSE_TRY(find_kind(trace, ctx, &kind));
    return kind == HANSE_TRACE_SWF ? open_log(trace, ctx, options)
                                   : open_requests(trace, ctx, options);
}

enum hanse_status hanse_trace_open(struct hanse_context *ctx, const char *path,
                                   const struct hanse_trace_options *options,
                                   struct hanse_trace **result)
{
    *result = NULL;
    struct hanse_trace *trace = hanse__alloc(ctx, 1, sizeof *trace);
    if (trace == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = begin(trace, ctx, path, options);
    if (status != HANSE_OK) {
        hanse_trace_close(trace);
        return status;
    }
    *result = trace;
    return HANSE_OK;
}

void hanse_trace_close(struct hanse_trace *trace)
{
    if (trace != NULL) {
        hanse_swf_close(trace->swf);
        hanse_requests_close(trace->requests);
        hanse_made_close(trace->made);
        hanse_lines_close(trace->lines);
        hanse__free(trace);
    }
}

/* --- asking ------------------------------------------------------------------------------- */

struct hanse_job_source hanse_trace_source(struct hanse_trace *trace)
{
    return (struct hanse_job_source){trace, next_job};
}

enum hanse_trace_kind hanse_trace_kind(const struct hanse_trace *trace)
{
    return trace->made != NULL  ? HANSE_TRACE_MADE
           : trace->swf != NULL ? HANSE_TRACE_SWF
                                : HANSE_TRACE_REQUESTS;
}

const char *hanse_trace_path(const struct hanse_trace *trace)
{
    return trace->made != NULL ? hanse_made_text(trace->made) : hanse_lines_path(trace->lines);
}

uint32_t hanse_trace_processors(const struct hanse_trace *trace, const char **said_by)
{
    *said_by = trace->said_by;
    return trace->processors;
}

const struct hanse_swf_header *hanse_trace_header(const struct hanse_trace *trace)
{
    static const struct hanse_swf_header none;
    return trace->swf != NULL ? hanse_swf_header(trace->swf) : &none;
}

const struct hanse_drops *hanse_trace_drops(const struct hanse_trace *trace)
{
    if (trace->made != NULL) {
        return hanse_made_drops(trace->made);
    }
    return trace->swf != NULL ? hanse_swf_drops(trace->swf)
                              : hanse_requests_drops(trace->requests);
}

uint64_t hanse_trace_n_lines(const struct hanse_trace *trace)
{
    if (trace->made != NULL) {
        return hanse_made_n_lines(trace->made);
    }
    return trace->swf != NULL ? hanse_swf_n_lines(trace->swf)
                              : hanse_requests_n_lines(trace->requests);
}

/* --- estimates ---------------------------------------------------------------------------- */

enum hanse_status hanse_trace_estimates(struct hanse_context *ctx, const char *text,
                                        struct hanse_trace_options *options)
{
    static const char *const words[] = {"user", "exact", "factor"};
    static const char factor[] = "factor:";
    options->factor = 1.0;
    if (strcmp(text, "user") == 0 || strcmp(text, "exact") == 0) {
        options->estimates = text[0] == 'u' ? HANSE_ESTIMATES_USER : HANSE_ESTIMATES_EXACT;
        return HANSE_OK;
    }
    if (strncmp(text, factor, sizeof factor - 1) == 0) {
        const char *number = text + sizeof factor - 1;
        options->estimates = HANSE_ESTIMATES_FACTOR;
        if (hanse__decimal(number, strlen(number), &options->factor) &&
            options->factor >= 1.0 && options->factor <= 1e6) {
            return HANSE_OK;
        }
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "estimates: the factor must be from 1 to 1e6, got '%s'", number);
    }
    const char *near = hanse__nearest(text, words, 3);
    return hanse__fail(ctx, HANSE_ERR_INPUT,
                       "estimates: must be user, exact or factor:F, got '%s'%s%s%s", text,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}
