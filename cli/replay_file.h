/*
 * The files that hanse replay leaves: every job as HDF5 (-o) and as a table (--csv), of one
 * policy or of several.
 */
#ifndef HANSE_CLI_REPLAY_FILE_H
#define HANSE_CLI_REPLAY_FILE_H

#include "cli/replay.h"
#include "output/replay.h"

struct hanse_cli_replay_file {
    const struct hanse_cli_replay *command;
    char *path;   /* of the HDF5 file that is written; NULL: none */
    bool is_ours; /* nobody asked for it: it goes when the table is made */
    uint32_t processors;
    struct hanse_replay_writer *writer;
};

/* What the command line asks for: a table is made from a file. */
enum hanse_status hanse_cli_replay_file_choose(struct hanse_context *ctx,
                                               const struct hanse_cli_replay *command,
                                               struct hanse_cli_replay_file *file);
/* Makes the writer, if there is a file. The names outlive it. */
enum hanse_status hanse_cli_replay_file_open(struct hanse_context *ctx,
                                             struct hanse_cli_replay_file *file,
                                             const char *const *policies, uint32_t n_policies,
                                             uint32_t processors);
/* Puts the file in its place and makes the table; a result for each policy. */
enum hanse_status hanse_cli_replay_file_finish(struct hanse_context *ctx,
                                               struct hanse_cli_replay_file *file,
                                               const struct hanse_cli_workload *workload,
                                               const struct hanse_replay_result *results);
void hanse_cli_replay_file_close(struct hanse_cli_replay_file *file);

#endif
