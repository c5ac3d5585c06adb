/*
 * `hanse replay --fit TRACE`: what made this trace, and the line that makes more of the kind.
 */
#ifndef HANSE_CLI_REPLAY_FIT_H
#define HANSE_CLI_REPLAY_FIT_H

#include "cli/options.h"

struct hanse_cli_fit {
    const char *path;
    const char *plot;      /* .svg or .png; NULL: none */
    const char *estimates; /* as --estimates: exact for logs without */
    int64_t processors;    /* -1: what the log says */
    int64_t bootstrap;     /* samples for p-values; 0: none */
    bool lenient;
    const struct hanse_cli_args *args;
};

/* Fits and prints; returns the exit status. */
int hanse_cli_replay_fit(struct hanse_context *ctx, const struct hanse_cli_fit *command);

/* Draws all jobs of a trace or synthetic workload into a log; returns the exit status. */
struct hanse_cli_write_swf {
    const char *path, *output;
    int64_t processors;
    const char *estimates; /* as --estimates */
    bool lenient, force;
    const struct hanse_cli_args *args;
};
int hanse_cli_replay_write_swf(struct hanse_context *ctx,
                               const struct hanse_cli_write_swf *command);

/* Synthetic workloads and their parameters. */
void hanse_cli_synthetic_print(bool json);

#endif
