/* hanse replay: a trace through a scheduler, exactly. */
#include "cli/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/replay_file.h"
#include "cli/replay_fit.h"
#include "cli/replay_nodes.h"
#include "cli/signals.h"
#include "scripting/lua_policy.h"

/* What has to be freed, whatever happens. */
struct run {
    struct hanse_context *ctx;
    const struct hanse_cli_replay *command;
    struct hanse_policy_spec spec;
    struct hanse_cli_workload workload;
    struct hanse_metrics *metrics;
    struct hanse_cli_replay_file file;
    bool draws; /* a progress line */
    struct hanse_aggregates aggregates;
    struct hanse_interruption_report interruptions;
    struct hanse_lua_policy *lua; /* NULL: a policy of the library */
};

/* --- the run ------------------------------------------------------------------------------ */

/* A line on a terminal; true once the user wished for a stop. */
static bool progress(void *state, uint64_t ended, double now_s)
{
    const struct run *run = state;
    if (run->draws) {
        fprintf(stderr, "\rhanse  %llu jobs, %.1f days of the trace \033[K",
                (unsigned long long)ended, now_s / 86400.0);
    }
    return *hanse_cli_signals_flag() != 0;
}

static enum hanse_status replay(struct run *run, uint32_t processors)
{
    struct hanse_finished_sink sink = {NULL, NULL, NULL, NULL};
    struct hanse_job_source source = hanse_cli_workload_source(&run->workload);
    struct hanse_interruptions failures;
    const char *fail_text = run->command->failures;
    if (fail_text != NULL) {
        HANSE_TRY(hanse_cli_failures_read(run->ctx, fail_text, &failures));
    }
    struct hanse_replay options = {.policy = run->spec.policy,
                                   .interruptions = fail_text != NULL ? &failures : NULL,
                                   .report = &run->interruptions,
                                   .params = run->spec.params,
                                   .processors = processors,
                                   .machine_sets = run->command->machine_sets,
                                   .progress = progress,
                                   .progress_state = run};
    if (run->file.writer != NULL) {
        sink = hanse_replay_writer_sink(run->file.writer);
    }
    options.user = run->lua;
    enum hanse_status status = hanse_replay_run(
        run->ctx, &options, &source, run->file.writer != NULL ? &sink : NULL, run->metrics);
    if (run->draws) {
        fprintf(stderr, "\r\033[K");
    }
    return status;
}

static enum hanse_status finish_file(struct run *run)
{
    struct hanse_metrics_bin *bins;
    struct hanse_replay_result result = {.aggregates = &run->aggregates};
    HANSE_TRY(hanse_replay_bins(run->ctx, run->metrics, &bins, &result.n_bins));
    result.bins = bins;
    enum hanse_status status =
        hanse_cli_replay_file_finish(run->ctx, &run->file, &run->workload, &result);
    hanse__free(bins);
    return status;
}

static enum hanse_status run_one(struct run *run)
{
    const struct hanse_cli_replay *command = run->command;
    const char *said_by;
    if (hanse_lua_policy_is(command->policy)) {
        run->spec.policy = &hanse_lua_policy_kind;
        snprintf(run->spec.text, sizeof run->spec.text, "%s", command->policy);
        HANSE_TRY(hanse_lua_policy_open(run->ctx, command->policy, &run->lua));
    } else {
        HANSE_TRY(hanse_policy_spec_read(run->ctx, command->policy, &run->spec));
    }
    const char *const name = run->spec.text;
    HANSE_TRY(hanse_cli_replay_file_choose(run->ctx, command, &run->file));
    HANSE_TRY(
        hanse_cli_workload_open(run->ctx, command, run->file.path != NULL, &run->workload));
    uint32_t processors = hanse_trace_processors(run->workload.trace, &said_by);
    HANSE_TRY(hanse_metrics_create(run->ctx, &run->metrics));
    HANSE_TRY(hanse_cli_replay_file_open(run->ctx, &run->file, &name, 1, processors));
    HANSE_TRY(replay(run, processors));
    HANSE_TRY(hanse_metrics_aggregates(run->metrics, &run->aggregates));
    HANSE_TRY(hanse_cli_workload_check(run->ctx, &run->workload, run->aggregates.jobs));
    return run->file.path != NULL ? finish_file(run) : HANSE_OK;
}

static int replay_alone(struct hanse_context *ctx, const struct hanse_cli_replay *command)
{
    struct run run = {.ctx = ctx, .command = command};
    run.draws = !command->args->quiet && isatty(STDERR_FILENO) != 0;
    enum hanse_status status = run_one(&run);
    if (status == HANSE_OK) {
        const struct hanse_cli_replayed replayed = {
            command, &run.workload, &run.spec, run.aggregates,
            command->failures != NULL ? &run.interruptions : NULL};
        hanse_cli_replay_print(&replayed);
    }
    hanse_cli_replay_file_close(&run.file);
    hanse_lua_policy_close(run.lua);
    hanse_metrics_destroy(run.metrics);
    hanse_cli_workload_close(&run.workload);
    return status == HANSE_ERR_INTERRUPTED ? hanse_cli_signals_exit_status()
                                           : hanse_cli_failure(ctx, status);
}

/* --- the command line --------------------------------------------------------------------- */

/* What cannot go together, or means nothing. */
static int check(struct hanse_cli_replay *command)
{
    if (command->procs >= 0 && command->servers >= 0) {
        return hanse_cli_bad_usage("replay", "--procs and --servers are the same: give one");
    }
    if (command->procs == 0 || command->servers == 0 || command->procs > 1 << 24 ||
        command->servers > 1 << 24) {
        return hanse_cli_bad_usage("replay", "%s: must be from 1 to %d",
                                   command->procs >= 0 ? "--procs" : "--servers", 1 << 24);
    }
    if (command->compare == NULL) {
        if (command->rank_by != NULL || command->threads >= 0) {
            return hanse_cli_bad_usage("replay", "%s goes with --compare",
                                       command->rank_by != NULL ? "--rank-by" : "--threads");
        }
        command->policy = command->policy != NULL ? command->policy : "easy";
        return 0;
    }
    if (command->policy != NULL || command->failures != NULL) {
        return hanse_cli_bad_usage("replay", "%s goes with one policy, not with --compare",
                                   command->policy != NULL ? "--policy" : "--failures");
    }
    command->rank_by = command->rank_by != NULL ? command->rank_by : "bounded_slowdown_mean";
    return 0;
}

/* What looks at a trace without scheduling it: 0 none of them. */
static const char *looks(const struct hanse_cli_replay *command)
{
    return command->fit ? "--fit" : command->write_swf != NULL ? "--write-swf" : NULL;
}

static int check_look(const struct hanse_cli_replay *command)
{
    const struct {
        const char *name;
        bool given;
    } others[] = {{"--policy", command->policy != NULL},
                  {"--compare", command->compare != NULL},
                  {"-o", command->output != NULL},
                  {"--csv", command->csv != NULL},
                  {"--servers", command->servers >= 0},
                  {"--service", command->service != NULL},
                  {"--failures", command->failures != NULL},
                  {"--machine-sets", command->machine_sets},
                  {"--write-swf", command->fit && command->write_swf != NULL}};
    for (size_t i = 0; i < sizeof others / sizeof *others && looks(command) != NULL; i++) {
        if (others[i].given) {
            return hanse_cli_bad_usage("replay", "%s schedules nothing and can't go with %s",
                                       looks(command), others[i].name);
        }
    }
    if (!command->fit && (command->plot != NULL || command->bootstrap != 0)) {
        return hanse_cli_bad_usage("replay", "%s goes with --fit",
                                   command->plot != NULL ? "--plot" : "--bootstrap");
    }
    if (command->bootstrap > 10000) {
        return hanse_cli_bad_usage("replay", "--bootstrap: must be at most 10000");
    }
    return 0;
}

static int look(struct hanse_context *ctx, const struct hanse_cli_replay *command)
{
    if (command->fit) {
        const struct hanse_cli_fit fit = {
            command->path,      command->plot,    command->estimates, command->procs,
            command->bootstrap, command->lenient, command->args};
        return hanse_cli_replay_fit(ctx, &fit);
    }
    const struct hanse_cli_write_swf write = {
        command->path,    command->write_swf, command->procs, command->estimates,
        command->lenient, command->force,     command->args};
    return hanse_cli_replay_write_swf(ctx, &write);
}

static int run_command(struct hanse_cli_replay *command)
{
    const struct hanse_cli_args *args = command->args;
    if (command->policies) {
        hanse_cli_policies_print(args->json);
        return 0;
    }
    if (command->workloads) {
        hanse_cli_synthetic_print(args->json);
        return 0;
    }
    if (args->n_operands == 0) {
        return hanse_cli_bad_usage("replay", "needs TRACE");
    }
    command->path = args->operands[0];
    int status = check_look(command);
    if (status == 0) {
        status = check(command);
    }
    if (status != 0) {
        return status;
    }
    struct hanse_context *ctx = hanse_cli_context(args);
    hanse_cli_signals_catch();
    status = looks(command) != NULL     ? look(ctx, command)
             : command->compare != NULL ? hanse_cli_replay_compare(ctx, command)
                                        : replay_alone(ctx, command);
    hanse_context_destroy(ctx);
    return status;
}

int hanse_cli_replay(int argc, char **argv)
{
    struct hanse_cli_replay command = {
        .estimates = "user", .procs = -1, .servers = -1, .threads = -1};
    const char *nodes = NULL; /* a command of its own, below */
    const struct hanse_cli_option options[] = {
        {"policy", 'p', HANSE_CLI_TEXT, &command.policy, "NAME[:KEY=VALUE,…]",
         "scheduling policy, or a file of one in Lua; easy unless said"},
        {"policies", 0, HANSE_CLI_FLAG, &command.policies, NULL,
         "list policies and their parameters"},
        {"procs", 'n', HANSE_CLI_INTEGER, &command.procs, "N",
         "processors; a log's MaxProcs unless said"},
        {"estimates", 'e', HANSE_CLI_TEXT, &command.estimates, "user|exact|factor:F",
         "what the scheduler plans with"},
        {"machine-sets", 0, HANSE_CLI_FLAG, &command.machine_sets, NULL,
         "tell processors apart; lowest free ones first"},
        {"servers", 'c', HANSE_CLI_INTEGER, &command.servers, "N",
         "servers for a table of requests"},
        {"service", 's', HANSE_CLI_TEXT, &command.service, "EXPRESSION",
         "service time in s, of its columns"},
        {"nodes", 0, HANSE_CLI_TEXT, &nodes, "NODES.csv",
         "tasks on typed nodes; --nodes NODES.csv --help says more"},
        {"failures", 0, HANSE_CLI_TEXT, &command.failures, "mtbf=T,…",
         "nodes fail, jobs save and go again; docs/replay.md has the keys"},
        {"lenient", 0, HANSE_CLI_FLAG, &command.lenient, NULL, "drop bad lines and count them"},
        {"compare", 0, HANSE_CLI_TEXT, &command.compare, "P1,P2,…", "several policies, ranked"},
        {"rank-by", 0, HANSE_CLI_TEXT, &command.rank_by, "FIGURE",
         "of --compare; bounded_slowdown_mean unless said"},
        {"threads", 't', HANSE_CLI_INTEGER, &command.threads, "N",
         "of --compare; all processors unless said"},
        {"output", 'o', HANSE_CLI_TEXT, &command.output, "OUT.h5", "write every job"},
        {"csv", 0, HANSE_CLI_TEXT, &command.csv, "FILE", "write every job as a table"},
        {"force", 'f', HANSE_CLI_FLAG, &command.force, NULL, "replace a file of another trace"},
        {"workloads", 0, HANSE_CLI_FLAG, &command.workloads, NULL,
         "list synthetic workloads and their parameters"},
        {"write-swf", 0, HANSE_CLI_TEXT, &command.write_swf, "FILE",
         "write the jobs as a log, schedule nothing"},
        {"fit", 0, HANSE_CLI_FLAG, &command.fit, NULL,
         "find what made the trace, schedule nothing"},
        {"plot", 0, HANSE_CLI_TEXT, &command.plot, "FILE.svg|png",
         "of --fit: the observed and the fitted laws"},
        {"bootstrap", 0, HANSE_CLI_INTEGER, &command.bootstrap, "N",
         "of --fit: samples for p-values; none unless said"},
    };
    const struct hanse_cli_usage usage = {
        .name = "replay",
        .operands = "TRACE",
        .min_operands = 0,
        .max_operands = 1,
        .summary = "Runs a trace through a scheduler: a log in Standard Workload Format, or a "
                   "table of\nrequests, plain or gzip; or a synthetic workload "
                   "(--workloads). docs/replay.md and\ndocs/workload-models.md say how.",
        .example = "hanse replay scenarios/traces/small.swf --policy easy -o small.h5\n"
                   "hanse replay scenarios/traces/small.swf --compare fcfs,sjf,easy\n"
                   "hanse replay lublin99:jobs=2000,procs=100,load=0.7,seed=1\n"
                   "hanse replay scenarios/traces/small.swf --fit",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;
    if (hanse_cli_names_nodes(argc, argv)) {
        return hanse_cli_replay_nodes(argc, argv);
    }
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    command.args = &args;
    return run_command(&command);
}
