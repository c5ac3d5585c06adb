#include "cli/plot_replay.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/paths.h"

static int read_chart(const char *word, enum hanse_replay_chart *chart)
{
    const char *words[HANSE_REPLAY_CHARTS];
    for (int i = 0; i < HANSE_REPLAY_CHARTS; i++) {
        words[i] = hanse_replay_chart_name((enum hanse_replay_chart)i);
        if (word != NULL && strcmp(words[i], word) == 0) {
            *chart = (enum hanse_replay_chart)i;
            return 0;
        }
    }
    const char *near = word != NULL ? hanse__nearest(word, words, HANSE_REPLAY_CHARTS) : NULL;
    return hanse_cli_bad_usage("plot",
                               "--what: of a replay must be waits, queue, utilization or "
                               "gantt%s%s%s%s%s%s",
                               word != NULL ? ", got '" : "", word != NULL ? word : "",
                               word != NULL ? "'" : "", near ? ", did you mean '" : "",
                               near ? near : "", near ? "'?" : "");
}

static enum hanse_status draw(struct hanse_context *ctx, const char *input,
                              const struct hanse_replay_plot *plot)
{
    struct hanse_replay_file *file;
    HANSE_TRY(hanse_replay_file_open(ctx, input, &file));
    signal(SIGPIPE, SIG_IGN);
    enum hanse_status status = hanse_replay_plot_write(ctx, file, plot);
    hanse_replay_file_close(file);
    return status;
}

int hanse_cli_plot_replay(const struct hanse_cli_args *args,
                          const struct hanse_cli_plot_replay *request)
{
    struct hanse_replay_plot plot = {.chart = HANSE_REPLAY_WAITS,
                                     .from_s = request->from_s,
                                     .to_s = request->to_s,
                                     .policies = request->policies,
                                     .n_policies = request->n_policies,
                                     .path = request->path};
    char ending[32];
    if (request->foreign != NULL) {
        return hanse_cli_bad_usage("plot", "%s: is a replay; %s doesn't apply",
                                   args->operands[0], request->foreign);
    }
    int exit_status = read_chart(request->what, &plot.chart);
    if (exit_status != 0) {
        return exit_status;
    }
    if (plot.chart == HANSE_REPLAY_WAITS &&
        (plot.from_s == plot.from_s || plot.to_s == plot.to_s)) {
        return hanse_cli_bad_usage("plot", "--from and --to go with what is over time");
    }
    struct hanse_context *ctx = hanse_cli_context(args);
    char *beside = NULL;
    if (plot.path == NULL) {
        snprintf(ending, sizeof ending, "-%s.svg", hanse_replay_chart_name(plot.chart));
        plot.path = beside = hanse_cli_path_beside(args->operands[0], ending);
    }
    enum hanse_status status =
        plot.path != NULL ? draw(ctx, args->operands[0], &plot) : HANSE_ERR_MEMORY;
    if (status == HANSE_OK) {
        hanse_cli_print_path(args, "plot", plot.path);
    }
    exit_status = hanse_cli_failure(ctx, status);
    free(beside);
    hanse_context_destroy(ctx);
    return exit_status;
}
