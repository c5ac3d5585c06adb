/*
 * A made-up workload as a trace: sim/process/synthetic behind the reader's interface.
 *
 * Where a trace's name is the text of a synthetic workload ("lublin99:jobs=28000,procs=100",
 * "kth-like"), there is no file: jobs are drawn as they are asked for. Requests become jobs as
 * rows of a table do, by an expression of `prompt` and `generated`.
 */
#ifndef HANSE_SCRIPTING_MADE_H
#define HANSE_SCRIPTING_MADE_H

#include "scripting/drops.h"
#include "scripting/swf.h"
#include "sim/process/synthetic/synthetic.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_made;

struct hanse_made_rules {
    enum hanse_estimates estimates; /* USER: as the workload's own text says */
    double factor;
    const char *service; /* of requests; NULL for jobs */
};

/* HANSE_ERR_INPUT, HANSE_ERR_DOMAIN: see hanse_synthetic_create; requests without a service
 * time, jobs with one. */
enum hanse_status hanse_made_open(struct hanse_context *ctx, const char *text,
                                  const struct hanse_made_rules *rules,
                                  struct hanse_made **result);
void hanse_made_close(struct hanse_made *made);

enum hanse_status hanse_made_next(struct hanse_made *made, struct hanse_context *ctx,
                                  struct hanse_job *jobs, uint32_t room, uint32_t *count);

const struct hanse_synthetic *hanse_made_workload(const struct hanse_made *made);
const char *hanse_made_text(const struct hanse_made *made);
const struct hanse_drops *hanse_made_drops(const struct hanse_made *made);
uint64_t hanse_made_n_lines(const struct hanse_made *made);

#ifdef __cplusplus
}
#endif
#endif
