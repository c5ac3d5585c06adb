/*
 * hanse plot, of a replay: charts of their own, and a window in time.
 */
#ifndef HANSE_CLI_PLOT_REPLAY_H
#define HANSE_CLI_PLOT_REPLAY_H

#include "cli/options.h"
#include "output/replay.h"

/* What of the command line concerns replays. */
struct hanse_cli_plot_replay {
    const char *what, *path;     /* path NULL: beside the file */
    double from_s, to_s;         /* NaN: not given */
    const char *const *policies; /* to draw, n_policies of them; 0: all */
    size_t n_policies;
    const char *foreign; /* an option that replays have no use for; NULL: none given */
};

/* Draws; returns the exit status. */
int hanse_cli_plot_replay(const struct hanse_cli_args *args,
                          const struct hanse_cli_plot_replay *request);

#endif
