/* hanse plot: a chart from a result file, as SVG or PNG. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/plot_replay.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/denial.h"
#include "output/plot.h"

/* The kinds of plot.h, then those of denial.h. */
enum { N_KINDS = HANSE_PLOT_KINDS + 2 };
static const char *const kinds[N_KINDS] = {"fan",     "difference", "bars",
                                           "tornado", "heat",       "survival"};

static int read_kind(const char *word, int *kind)
{
    const char *near;

    for (int i = 0; i < N_KINDS; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            *kind = i;
            return 0;
        }
    }
    near = hanse__nearest(word, kinds, N_KINDS);
    return hanse_cli_bad_usage("plot",
                               "--kind: must be fan, difference, bars, tornado, heat or "
                               "survival, got '%s'%s%s%s",
                               word, near ? ", did you mean '" : "", near ? near : "",
                               near ? "'?" : "");
}

/* What the command line asks for. */
struct request {
    int kind; /* of `kinds` */
    const char *viewer;
    struct hanse_plot_options plot;
};

static enum hanse_status plot(struct hanse_context *ctx, const char *input,
                              const struct request *request)
{
    struct hanse_results *results = NULL;
    enum hanse_status status = hanse_results_open(ctx, input, &results);

    if (status == HANSE_OK) {
        /* gnuplot that dies early must end as a message, not as our death. */
        signal(SIGPIPE, SIG_IGN);
        status =
            request->kind < HANSE_PLOT_KINDS
                ? hanse_plot_write(ctx, results, &request->plot)
                : hanse_denial_plot(ctx, results,
                                    (enum hanse_denial_chart)(request->kind - HANSE_PLOT_KINDS),
                                    request->viewer, request->plot.path);
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

static int run_plot(const struct hanse_cli_args *args, struct request *request)
{
    struct hanse_plot_options *options = &request->plot;
    struct hanse_context *ctx = hanse_cli_context(args);
    char *beside = NULL;
    enum hanse_status status;
    int exit_status = 0;

    if (!options->path) {
        options->path = beside = default_path(
            args->operands[0],
            request->kind < HANSE_PLOT_KINDS ? options->what : kinds[request->kind]);
    }
    status = options->path ? plot(ctx, args->operands[0], request) : HANSE_ERR_MEMORY;
    if (status == HANSE_OK) {
        hanse_cli_print_path(args, "plot", options->path);
    } else {
        exit_status = hanse_cli_failure(ctx, status);
    }
    free(beside);
    hanse_context_destroy(ctx);
    return exit_status;
}

/* Options that the kind of chart knows nothing of would be ignored: they are refused. */
static int check_request(const struct request *request, size_t n_cases)
{
    if (request->kind < HANSE_PLOT_KINDS) {
        if (!request->plot.what) {
            return hanse_cli_bad_usage("plot", "needs --what NAME, an output of the file");
        }
        return request->viewer
                   ? hanse_cli_bad_usage("plot", "--viewer goes with --kind heat or survival")
                   : 0;
    }
    if (request->plot.what || request->plot.region || n_cases > 0) {
        return hanse_cli_bad_usage(
            "plot", "--kind %s shows withdrawals; --what, --region and --case don't apply",
            kinds[request->kind]);
    }
    return 0;
}

int hanse_cli_plot(int argc, char **argv)
{
    struct request request = {.kind = HANSE_PLOT_FAN};
    struct hanse_cli_list cases = {0};
    const char *kind = NULL;
    double from_s = NAN, to_s = NAN;
    const struct hanse_cli_option options[] = {
        {"what", 'w', HANSE_CLI_TEXT, &request.plot.what, "NAME",
         "output, on_time_share …; of a replay waits, queue, utilization or gantt"},
        {"kind", 'k', HANSE_CLI_TEXT, &kind, "KIND",
         "fan, difference, bars or tornado; of denials heat or survival"},
        {"viewer", 0, HANSE_CLI_TEXT, &request.viewer, "NAME", "of denials: as who sees it"},
        {"region", 'r', HANSE_CLI_TEXT, &request.plot.region, "NAME", "one region alone"},
        {"case", 'c', HANSE_CLI_LIST, &cases, "NAME", "case to draw; may be repeated"},
        {"from", 0, HANSE_CLI_NUMBER, &from_s, "SECONDS", "of a replay: start of the window"},
        {"to", 0, HANSE_CLI_NUMBER, &to_s, "SECONDS", "of a replay: its end"},
        {"output", 'o', HANSE_CLI_TEXT, &request.plot.path, "FILE.svg|png",
         "where to write it"},
    };
    const struct hanse_cli_usage usage = {
        .name = "plot",
        .operands = "OUT.h5",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Draws a chart from a result file with gnuplot.",
        .example = "hanse plot baltic-supply-stop.h5 --what on_time_share -o fan.svg\n"
                   "hanse plot baltic-supply-stop.h5 --what cost --kind bars\n"
                   "hanse plot baltic-supply-stop-denial.h5 --kind heat --viewer baltic\n"
                   "hanse plot small.h5 --what gantt --from 0 --to 3600",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    if (hanse_replay_file_is(args.operands[0])) {
        const struct hanse_cli_plot_replay replay = {.what = request.plot.what,
                                                     .path = request.plot.path,
                                                     .from_s = from_s,
                                                     .to_s = to_s,
                                                     .foreign = kind             ? "--kind"
                                                                : request.viewer ? "--viewer"
                                                                : cases.count    ? "--case"
                                                                : request.plot.region
                                                                    ? "--region"
                                                                    : NULL};
        return hanse_cli_plot_replay(&args, &replay);
    }
    if (!isnan(from_s) || !isnan(to_s)) {
        return hanse_cli_bad_usage("plot", "--from and --to go with a replay");
    }
    exit_status = read_kind(kind ? kind : "fan", &request.kind);
    if (exit_status != 0) {
        return exit_status;
    }
    exit_status = check_request(&request, cases.count);
    if (exit_status != 0) {
        return exit_status;
    }
    request.plot.kind = (enum hanse_plot_kind)request.kind;
    request.plot.cases = cases.items;
    request.plot.n_cases = cases.count;
    return run_plot(&args, &request);
}
