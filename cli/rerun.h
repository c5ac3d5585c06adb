/*
 * One replication looked at closely: every event on a line (--trace), or where the work goes
 * (--profile). Nothing is written to a result file.
 */
#ifndef HANSE_CLI_RERUN_H
#define HANSE_CLI_RERUN_H

#include <stdio.h>

#include "sim/study/study.h"

struct hanse_cli_rerun {
    uint32_t replication;
    const char *filter; /* --trace: words that a line must hold, or a pattern with * and ?;
                           NULL: no lines */
    bool profile;
};

/* Runs the replication of every case and prints to `file`. HANSE_ERR_REPLICATION when one
 * failed, after saying where and why. */
enum hanse_status hanse_cli_rerun(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_cli_rerun *options, FILE *file);

#endif
