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

/* The kinds of denial.h; those of plot.h come before them. */
enum { N_KINDS = HANSE_PLOT_KINDS + 2, DECLARED = N_KINDS };
static const char *const denial_kinds[] = {"heat", "survival"};

static const char *kind_word(int kind)
{
    return kind < HANSE_PLOT_KINDS ? hanse__plot_kinds[kind]
                                   : denial_kinds[kind - HANSE_PLOT_KINDS];
}

static int read_kind(const char *word, int *kind)
{
    const char *words[N_KINDS], *near;
    char list[160] = "";

    for (int i = 0; i < N_KINDS; i++) {
        words[i] = kind_word(i);
        if (strcmp(word, words[i]) == 0) {
            *kind = i;
            return 0;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s",
                 i == 0             ? ""
                 : i == N_KINDS - 1 ? " or "
                                    : ", ",
                 words[i]);
    }
    near = hanse__nearest(word, words, N_KINDS);
    return hanse_cli_bad_usage("plot", "--kind: must be %s, got '%s'%s%s%s", list, word,
                               near ? ", did you mean '" : "", near ? near : "",
                               near ? "'?" : "");
}

/* What the command line asks for. */
struct request {
    int kind; /* of plot.h, then of denial.h; DECLARED: the scenario's own chart */
    const char *viewer;
    struct hanse_plot_options plot;
};

static enum hanse_status draw(struct hanse_context *ctx, struct hanse_results *results,
                              struct request *request)
{
    request->plot.viewer = request->viewer;
    return request->kind < HANSE_PLOT_KINDS
               ? hanse_plot_write(ctx, results, &request->plot)
               : hanse_denial_plot(ctx, results,
                                   (enum hanse_denial_chart)(request->kind - HANSE_PLOT_KINDS),
                                   request->viewer, request->plot.path);
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

/* Draws once the file has said what it holds. `beside` is the path that was made up, to be
 * freed; NULL when one was given. */
static enum hanse_status plot(struct hanse_context *ctx, const char *input,
                              struct request *request, char **beside)
{
    struct hanse_results *results = NULL;
    struct hanse_plot_options *options = &request->plot;
    enum hanse_status status = hanse_results_open(ctx, input, &results);

    if (status == HANSE_OK && request->kind == DECLARED &&
        hanse_results_has(results, "/denial/exposure_mean")) {
        request->kind = HANSE_PLOT_KINDS + HANSE_DENIAL_HEAT;
    } else if (status == HANSE_OK && request->kind == DECLARED) {
        status = hanse__plot_declared(ctx, results, options);
        request->kind = (int)options->kind;
    }
    if (status == HANSE_OK && !options->path) {
        options->path = *beside =
            default_path(input, options->what && request->kind < HANSE_PLOT_KINDS
                                    ? options->what
                                    : kind_word(request->kind));
        status = options->path ? HANSE_OK : HANSE_ERR_MEMORY;
    }
    if (status == HANSE_OK) {
        /* gnuplot that dies early must end as a message, not as our death. */
        signal(SIGPIPE, SIG_IGN);
        status = draw(ctx, results, request);
    }
    hanse_results_close(results);
    return status;
}

static int run_plot(const struct hanse_cli_args *args, struct request *request)
{
    struct hanse_context *ctx = hanse_cli_context(args);
    char *beside = NULL;
    int exit_status = 0;
    enum hanse_status status = plot(ctx, args->operands[0], request, &beside);

    if (status == HANSE_OK) {
        hanse_cli_print_path(args, "plot", request->plot.path);
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
    bool narrowed = request->plot.region || n_cases > 0;

    if (request->viewer && request->kind != HANSE_PLOT_SHORTFALL &&
        (request->kind == DECLARED || request->kind < HANSE_PLOT_KINDS)) {
        return hanse_cli_bad_usage("plot",
                                   "--viewer goes with --kind heat, survival or shortfall");
    }
    switch (request->kind) {
    case HANSE_PLOT_DOTS:
    case HANSE_PLOT_REGRET:
        return narrowed || (request->kind == HANSE_PLOT_DOTS && request->plot.what)
                   ? hanse_cli_bad_usage(
                         "plot", "--kind %s shows what the scenario names; %s don't apply",
                         kind_word(request->kind),
                         request->kind == HANSE_PLOT_DOTS ? "--what, --region and --case"
                                                          : "--region and --case")
                   : 0;
    case HANSE_PLOT_SHORTFALL:
        return request->plot.what || request->plot.region
                   ? hanse_cli_bad_usage("plot", "--kind shortfall shows shortfall_hours; "
                                                 "--what and --region don't apply")
                   : 0;
    case DECLARED:
        return 0;
    default:
        break;
    }
    if (request->kind < HANSE_PLOT_KINDS) {
        return request->plot.what
                   ? 0
                   : hanse_cli_bad_usage("plot", "needs --what NAME, an output of the file");
    }
    if (request->plot.what || narrowed) {
        return hanse_cli_bad_usage(
            "plot", "--kind %s shows withdrawals; --what, --region and --case don't apply",
            kind_word(request->kind));
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
         "output, on_time_share …; the scenario's own chart when not given; of a replay waits, "
         "queue, utilization or gantt"},
        {"kind", 'k', HANSE_CLI_TEXT, &kind, "KIND",
         "fan, difference, bars, tornado, lines, dots, regret or shortfall; of denials heat or "
         "survival"},
        {"viewer", 0, HANSE_CLI_TEXT, &request.viewer, "NAME",
         "of denials and shortfalls: whose demand"},
        {"region", 'r', HANSE_CLI_TEXT, &request.plot.region, "NAME", "one region alone"},
        {"case", 'c', HANSE_CLI_LIST, &cases, "NAME",
         "case to draw, of replays policy; may be repeated"},
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
        .example = "hanse plot data-centre-or-network.h5\n"
                   "hanse plot baltic-supply-stop.h5 --what on_time_share -o fan.svg\n"
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
                                                     .policies = cases.items,
                                                     .n_policies = cases.count,
                                                     .foreign = kind             ? "--kind"
                                                                : request.viewer ? "--viewer"
                                                                : request.plot.region
                                                                    ? "--region"
                                                                    : NULL};
        return hanse_cli_plot_replay(&args, &replay);
    }
    if (!isnan(from_s) || !isnan(to_s)) {
        return hanse_cli_bad_usage("plot", "--from and --to go with a replay");
    }
    request.kind = request.plot.what ? HANSE_PLOT_FAN : DECLARED;
    exit_status = kind ? read_kind(kind, &request.kind) : 0;
    if (exit_status != 0) {
        return exit_status;
    }
    exit_status = check_request(&request, cases.count);
    if (exit_status != 0) {
        return exit_status;
    }
    request.plot.kind =
        request.kind < HANSE_PLOT_KINDS ? (enum hanse_plot_kind)request.kind : HANSE_PLOT_FAN;
    request.plot.cases = cases.items;
    request.plot.n_cases = cases.count;
    return run_plot(&args, &request);
}
