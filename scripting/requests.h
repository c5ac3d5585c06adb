/*
 * Traces of requests to language models: a table with a header, one request a row.
 *
 * Columns go by name, in any order and beside any others: Azure's files say TIMESTAMP,
 * ContextTokens, GeneratedTokens; BurstGPT's say Timestamp (seconds), Request tokens, Response
 * tokens. A request becomes a job of width 1 that arrives at its stamp less the file's first
 * one and is served for as long as an expression of the columns says:
 *
 *     0.05 + 0.0002*prompt + 0.02*generated            in seconds
 *     50*ms + 0.2*ms*ContextTokens + 20*ms*GeneratedTokens
 *
 * `prompt` and `generated` stand for the columns of these files; any column may be named by its
 * own name, where what is no letter or digit becomes '_'. s, ms, us and h are units.
 */
#ifndef HANSE_SCRIPTING_REQUESTS_H
#define HANSE_SCRIPTING_REQUESTS_H

#include "scripting/drops.h"
#include "scripting/lines.h"
#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_requests;

struct hanse_requests_rules {
    const char *service; /* the expression; copied */
    double factor;       /* estimate = factor x service time, >= 1 */
    bool lenient;
};

/* Reads the header and compiles the expression. The lines stay the caller's and outlive the
 * reader. HANSE_ERR_INPUT: "path:line: …", or "--service: at 3: …". */
enum hanse_status hanse_requests_open(struct hanse_context *ctx, struct hanse_lines *lines,
                                      const struct hanse_requests_rules *rules,
                                      struct hanse_requests **result);
void hanse_requests_close(struct hanse_requests *requests);

/* Up to `room` jobs; 0 at the end. number is the row's, from 1. */
enum hanse_status hanse_requests_next(struct hanse_requests *requests,
                                      struct hanse_context *ctx, struct hanse_job *jobs,
                                      uint32_t room, uint32_t *count);

const struct hanse_drops *hanse_requests_drops(const struct hanse_requests *requests);
/* Rows so far, dropped or not. */
uint64_t hanse_requests_n_lines(const struct hanse_requests *requests);

#ifdef __cplusplus
}
#endif
#endif
