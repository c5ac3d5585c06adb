/*
 * The Standard Workload Format: logs of parallel machines, one job a line.
 *
 * Eighteen numbers a line, -1 for unknown, and a header of comments "; Key: value" (Chapin et
 * al., 1999; parallel workloads archive). What becomes of a line, in this order:
 *
 *     processors  requested (field 8); allocated (5) when only that is known; neither: dropped
 *     width       more than the machine has: dropped
 *     runtime     field 4; <= 0: dropped
 *     submit      field 2; < 0: dropped
 *     estimate    requested time (9); <= 0: dropped. With `exact`, the runtime; with
 *                 `factor`, so many times the runtime (Mu'alem and Feitelson, 2001)
 *     runtime     no more than the estimate: there the job is killed
 *
 * Lines are parsed a block of 64 bytes at a time: bit masks of blanks, digits and minus signs
 * say where fields begin and whether the line holds nothing but whole numbers. A line that does
 * is read by them; every other one, and every line that is wrong, goes the long way, which
 * alone writes messages.
 */
#ifndef HANSE_SCRIPTING_SWF_H
#define HANSE_SCRIPTING_SWF_H

#include "scripting/drops.h"
#include "scripting/lines.h"
#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_estimates { HANSE_ESTIMATES_USER, HANSE_ESTIMATES_EXACT, HANSE_ESTIMATES_FACTOR };

/* What the header says; 0 and "" where it says nothing. */
struct hanse_swf_header {
    int64_t max_procs, max_nodes, max_jobs;
    int64_t unix_start_s; /* of the log's time 0 */
    char computer[128];
};

struct hanse_swf_rules {
    enum hanse_estimates estimates;
    double factor;       /* >= 1, for HANSE_ESTIMATES_FACTOR */
    uint32_t processors; /* of the machine */
    bool lenient;
};

struct hanse_swf;

/* Reads the header. The lines stay the caller's and outlive the reader. */
enum hanse_status hanse_swf_open(struct hanse_context *ctx, struct hanse_lines *lines,
                                 struct hanse_swf **result);
void hanse_swf_close(struct hanse_swf *swf);

const struct hanse_swf_header *hanse_swf_header(const struct hanse_swf *swf);

/* To be said before the first job is asked for. */
void hanse_swf_rules(struct hanse_swf *swf, const struct hanse_swf_rules *rules);

/* Up to `room` jobs; 0 at the end. A bad line: HANSE_ERR_INPUT, "path:line: field: rule, got
 * 'value'". */
enum hanse_status hanse_swf_next(struct hanse_swf *swf, struct hanse_context *ctx,
                                 struct hanse_job *jobs, uint32_t room, uint32_t *count);

const struct hanse_drops *hanse_swf_drops(const struct hanse_swf *swf);
/* Lines that held a job, dropped or not, so far. */
uint64_t hanse_swf_n_lines(const struct hanse_swf *swf);

#ifdef __cplusplus
}
#endif
#endif
