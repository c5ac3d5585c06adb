/*
 * The progress line: how far a run is, how fast, how long still, how sure already.
 *
 *     hanse  42 %  590/1400 tasks  48/s  17 s left  on_time_share 63.1 ± 0.9 %
 *
 * One line on stderr, redrawn at most ten times a second and only when stderr is a terminal;
 * nothing with -q. With -v each finished tenth leaves a line, terminal or not. The headline's
 * interval is that of the replications finished so far, in the case the headline names. It is
 * for people who wait and enters no result.
 */
#ifndef HANSE_CLI_PROGRESS_H
#define HANSE_CLI_PROGRESS_H

#include <stdio.h>

#include "cli/options.h"
#include "sim/study/study.h"

struct hanse_cli_progress {
    FILE *file;
    bool draws;   /* a line that is redrawn */
    bool reports; /* a line per tenth */
    const struct hanse_study *study;
    uint64_t n_before; /* tasks found done when the run started */
    double started_s, drawn_s;
    uint64_t last_tenth;
    bool has_headline;
    uint32_t headline_case;
    struct hanse_view view;
    struct hanse_window window;
    uint64_t n; /* headline values seen, their mean and sum of squared deviations */
    double mean, squares;
};

/* Starts the clock. `n_before`: tasks that a resumed run has behind it. The study must stay. */
void hanse_cli_progress_start(struct hanse_cli_progress *progress,
                              const struct hanse_cli_args *args,
                              const struct hanse_study *study, uint64_t n_before);

/* For hanse_run_options.progress, with the progress as progress_self. */
void hanse_cli_progress_record(void *self, uint64_t n_done, uint64_t n_tasks,
                               const struct hanse_record *record);

/* Wipes the line. */
void hanse_cli_progress_finish(struct hanse_cli_progress *progress);

/* Writes the line for a moment `elapsed_s` after the start into a buffer; for the above. */
void hanse_cli_progress_line(const struct hanse_cli_progress *progress, uint64_t n_done,
                             uint64_t n_tasks, double elapsed_s, char *line, size_t size);

#endif
