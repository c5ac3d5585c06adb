/* hanse plot: a chart from a result file, as SVG or PNG. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/paths.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/plot.h"

static const char *const kinds[HANSE_PLOT_KINDS] = {"fan", "difference", "bars", "tornado"};

static int read_kind(const char *word, enum hanse_plot_kind *kind)
{
    const char *near;

    for (int i = 0; i < HANSE_PLOT_KINDS; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            *kind = (enum hanse_plot_kind)i;
            return 0;
        }
    }
    near = hanse__nearest(word, kinds, HANSE_PLOT_KINDS);
    return hanse_cli_bad_usage("plot",
                               "--kind: must be fan, difference, bars or tornado, got "
                               "'%s'%s%s%s",
                               word, near ? ", did you mean '" : "", near ? near : "",
                               near ? "'?" : "");
}

static enum hanse_status plot(struct hanse_context *ctx, const char *input,
                              const struct hanse_plot_options *options)
{
    struct hanse_results *results = NULL;
    enum hanse_status status = hanse_results_open(ctx, input, &results);

    if (status == HANSE_OK) {
        /* gnuplot that dies early must end as a message, not as our death. */
        signal(SIGPIPE, SIG_IGN);
        status = hanse_plot_write(ctx, results, options);
    }
    hanse_results_close(results);
    return status;
}

/* "OUT-on_time_share.svg" beside the result file. */
static char *default_path(const char *input, const char *what)
{
    size_t size = strlen(what) + 6;
    char *ending = malloc(size);
    char *path = NULL;

    if (ending) {
        snprintf(ending, size, "-%s.svg", what);
        path = hanse_cli_path_beside(input, ending);
        free(ending);
    }
    return path;
}

static int run_plot(const struct hanse_cli_args *args, struct hanse_plot_options *options)
{
    struct hanse_context *ctx = hanse_cli_context(args);
    char *beside = NULL;
    enum hanse_status status;
    int exit_status = 0;

    if (!options->path) {
        options->path = beside = default_path(args->operands[0], options->what);
    }
    status = options->path ? plot(ctx, args->operands[0], options) : HANSE_ERR_MEMORY;
    if (status == HANSE_OK) {
        hanse_cli_print_path(args, "plot", options->path);
    } else {
        exit_status = hanse_cli_failure(ctx, status);
    }
    free(beside);
    hanse_context_destroy(ctx);
    return exit_status;
}

int hanse_cli_plot(int argc, char **argv)
{
    struct hanse_plot_options plot_options = {.kind = HANSE_PLOT_FAN};
    struct hanse_cli_list cases = {0};
    const char *kind = "fan";
    const struct hanse_cli_option options[] = {
        {"what", 'w', HANSE_CLI_TEXT, &plot_options.what, "NAME", "output, on_time_share …"},
        {"kind", 'k', HANSE_CLI_TEXT, &kind, "KIND", "fan, difference, bars or tornado"},
        {"region", 'r', HANSE_CLI_TEXT, &plot_options.region, "NAME", "one region alone"},
        {"case", 'c', HANSE_CLI_LIST, &cases, "NAME", "case to draw; may be repeated"},
        {"output", 'o', HANSE_CLI_TEXT, &plot_options.path, "FILE.svg|png",
         "where to write it"},
    };
    const struct hanse_cli_usage usage = {
        .name = "plot",
        .operands = "OUT.h5",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Draws a chart from a result file with gnuplot.",
        .example = "hanse plot baltic-supply-stop.h5 --what on_time_share -o fan.svg\n"
                   "hanse plot baltic-supply-stop.h5 --what cost --kind bars",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    if (!plot_options.what) {
        return hanse_cli_bad_usage("plot", "needs --what NAME, an output of the file");
    }
    exit_status = read_kind(kind, &plot_options.kind);
    if (exit_status != 0) {
        return exit_status;
    }
    plot_options.cases = cases.items;
    plot_options.n_cases = cases.count;
    exit_status = run_plot(&args, &plot_options);
    return exit_status;
}
