/*
 * Jobs as a log in Standard Workload Format: a synthetic workload that other programs read too.
 *
 * Eighteen fields a line; what a job does not know is -1. Width goes into allocated (5) and
 * requested processors (8), the estimate into requested time (9), status is 1. Times that are
 * whole are written as whole numbers.
 */
#ifndef HANSE_OUTPUT_SWF_H
#define HANSE_OUTPUT_SWF_H

#include <stdbool.h>

#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Drains the source into `path`, plain text, under a temporary name that is renamed at the end;
 * an existing file is replaced only with `force`. `note` goes into the header. *n counts jobs.
 * HANSE_ERR_IO; HANSE_ERR_INPUT where the file exists. */
enum hanse_status hanse_swf_write(struct hanse_context *ctx, const char *path, bool force,
                                  uint32_t processors, const char *note,
                                  struct hanse_job_source *source, uint64_t *n);

#ifdef __cplusplus
}
#endif
#endif
