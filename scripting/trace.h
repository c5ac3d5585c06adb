/*
 * A trace: jobs for a replay, from a file of either format, or made up.
 *
 * Which it is, the file says itself: a log in Standard Workload Format begins with a comment
 * (;) or a number, a table of requests with the names of its columns. What follows is a source
 * of jobs that holds a window of the file and nothing else. Where the path is the text of a
 * synthetic workload ("lublin99:jobs=28000", made.h), there is no file.
 *
 *     struct hanse_trace *trace;
 *     HANSE_TRY(hanse_trace_open(ctx, "log.swf.gz", &options, &trace));
 *     struct hanse_job_source source = hanse_trace_source(trace);
 *     …hanse_replay_run(ctx, &replay, &source, …);
 *     hanse_trace_close(trace);
 */
#ifndef HANSE_SCRIPTING_TRACE_H
#define HANSE_SCRIPTING_TRACE_H

#include "scripting/drops.h"
#include "scripting/lines.h"
#include "scripting/swf.h"
#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_trace_kind { HANSE_TRACE_SWF, HANSE_TRACE_REQUESTS, HANSE_TRACE_MADE };

struct hanse_trace_options {
    enum hanse_estimates estimates; /* of requests: EXACT, whatever is said here, or FACTOR */
    double factor;
    uint32_t processors; /* 0: what the header says */
    bool lenient;
    const char *service;        /* of requests; NULL for a log */
    struct hanse_lines_tap tap; /* {NULL}: nobody */
};

struct hanse_trace;

/* Whether a path holds requests, which need a service time, or jobs; only looks. */
enum hanse_status hanse_trace_is_requests(struct hanse_context *ctx, const char *path,
                                          bool *requests);

/* HANSE_ERR_INPUT: a file that is missing, empty or of neither format; a table without a
 * service time, a log with one; a log that doesn't say how large its machine was, where the
 * options don't either. */
enum hanse_status hanse_trace_open(struct hanse_context *ctx, const char *path,
                                   const struct hanse_trace_options *options,
                                   struct hanse_trace **result);
void hanse_trace_close(struct hanse_trace *trace);

/* The source lives as long as the trace. */
struct hanse_job_source hanse_trace_source(struct hanse_trace *trace);

enum hanse_trace_kind hanse_trace_kind(const struct hanse_trace *trace);
const char *hanse_trace_path(const struct hanse_trace *trace);

/* Processors of the machine, and who said so: "MaxProcs", "MaxNodes", "procs" (a synthetic
 * workload's text), or "" the options. */
uint32_t hanse_trace_processors(const struct hanse_trace *trace, const char **said_by);

/* The header of a log; all absent for requests and what is made up. */
const struct hanse_swf_header *hanse_trace_header(const struct hanse_trace *trace);

const struct hanse_drops *hanse_trace_drops(const struct hanse_trace *trace);
/* Lines that held a job, so far. */
uint64_t hanse_trace_n_lines(const struct hanse_trace *trace);

/* "user", "exact" or "factor:F". HANSE_ERR_INPUT with the nearest word, HANSE_ERR_DOMAIN. */
enum hanse_status hanse_trace_estimates(struct hanse_context *ctx, const char *text,
                                        struct hanse_trace_options *options);

#ifdef __cplusplus
}
#endif
#endif
