/*
 * Running until precise enough: `hanse run --precision 2%`.
 *
 * The figure that must be precise is the scenario's headline (its output, over its window; the
 * share served on time over the horizon where there is none), in every case. Replications grow
 * rung by rung of the stop rule (sim/study/stop.h), which looks at prefixes in replication
 * order only, so the number at the end depends on the scenario and its seed and on nothing
 * else.
 */
#ifndef HANSE_CLI_PRECISION_H
#define HANSE_CLI_PRECISION_H

#include "output/results.h"
#include "sim/study/stop.h"

/* Replications at the most: past it the target counts as not met. */
enum { HANSE_PRECISION_MOST = 16384 };

/* Reads "2%" or "0.02". HANSE_ERR_INPUT unless 0 < it < 1. */
enum hanse_status hanse_cli_precision_parse(struct hanse_context *ctx, const char *text,
                                            double *relative);

/* Runs the study, whose n_planned is HANSE_PRECISION_MOST, into the writer until the rule is
 * content; n_replications says how many it took. `options` as for hanse_study_run. HANSE_OK
 * and HANSE_ERR_TARGET (not met, the context says by how much) leave a whole file. */
enum hanse_status hanse_cli_precision_run(struct hanse_context *ctx, struct hanse_study *study,
                                          struct hanse_writer *writer, double relative,
                                          const struct hanse_run_options *options,
                                          struct hanse_run_report *report);

#endif
