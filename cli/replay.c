/* hanse replay: a trace through a scheduler, exactly. */
#include "cli/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/recall.h"
#include "cli/replay_fit.h"
#include "cli/replay_nodes.h"
#include "cli/signals.h"
#include "output/replay.h"
#include "scripting/lua_policy.h"

/* What has to be freed, whatever happens. */
struct run {
    struct hanse_context *ctx;
    const struct hanse_cli_replay *command;
    struct hanse_policy_spec spec;
    struct hanse_cli_workload workload;
    struct hanse_metrics *metrics;
    struct hanse_replay_writer *writer;
    char *file; /* the HDF5 file that is written; NULL: none */
    bool file_is_ours;
    bool draws; /* a progress line */
    struct hanse_aggregates aggregates;
    char line[4096]; /* the command that gives the same bytes */
    struct hanse_interruption_report interruptions;
    struct hanse_lua_policy *lua; /* NULL: a policy of the library */
};

/* --- the command that gives the same bytes ------------------------------------------------ */

static void add_option(char *line, size_t size, const char *option, const char *value)
{
    if (value != NULL) {
        hanse_cli_add_word(line, size, option);
        hanse_cli_add_word(line, size, value);
    }
}

static void find_line(struct run *run, uint32_t processors)
{
    const struct hanse_cli_replay *command = run->command;
    char number[32];
    snprintf(run->line, sizeof run->line, "hanse replay");
    snprintf(number, sizeof number, "%u", processors);
    hanse_cli_add_word(run->line, sizeof run->line, command->path);
    add_option(run->line, sizeof run->line, "--policy", run->spec.text);
    add_option(run->line, sizeof run->line, command->service != NULL ? "--servers" : "--procs",
               number);
    add_option(run->line, sizeof run->line, "--service", command->service);
    if (strcmp(command->estimates, "user") != 0) {
        add_option(run->line, sizeof run->line, "--estimates", command->estimates);
    }
    add_option(run->line, sizeof run->line, "--failures", command->failures);
    if (command->machine_sets) {
        hanse_cli_add_word(run->line, sizeof run->line, "--machine-sets");
    }
    if (command->lenient) {
        hanse_cli_add_word(run->line, sizeof run->line, "--lenient");
    }
}

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
    if (run->writer != NULL) {
        sink = hanse_replay_writer_sink(run->writer);
    }
    options.user = run->lua;
    enum hanse_status status = hanse_replay_run(
        run->ctx, &options, &source, run->writer != NULL ? &sink : NULL, run->metrics);
    if (run->draws) {
        fprintf(stderr, "\r\033[K");
    }
    return status;
}

/* A CSV table alone is made from a file that nobody sees. */
static enum hanse_status choose_file(struct run *run)
{
    const struct hanse_cli_replay *command = run->command;
    const char *wanted = command->output != NULL ? command->output : command->csv;
    if (wanted == NULL) {
        return HANSE_OK;
    }
    size_t bytes = strlen(wanted) + sizeof ".h5";
    run->file = hanse__alloc(run->ctx, bytes, 1);
    if (run->file == NULL) {
        return HANSE_ERR_MEMORY;
    }
    run->file_is_ours = command->output == NULL;
    snprintf(run->file, bytes, "%s%s", wanted, run->file_is_ours ? ".h5" : "");
    if (run->file_is_ours && access(run->file, F_OK) == 0) {
        run->file_is_ours = false;
        return hanse__fail(run->ctx, HANSE_ERR_INPUT,
                           "%s: is in the way of a file that --csv needs for a while: name one "
                           "with -o",
                           run->file);
    }
    return HANSE_OK;
}

static enum hanse_status write_csv(struct run *run)
{
    struct hanse_replay_file *file = NULL;
    const char *path = run->command->csv;
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        return hanse__fail(run->ctx, HANSE_ERR_IO, "%s: cannot be written: %m", path);
    }
    enum hanse_status status = hanse_replay_file_open(run->ctx, run->file, &file);
    if (status == HANSE_OK) {
        status = hanse_replay_csv(run->ctx, file, out);
    }
    hanse_replay_file_close(file);
    bool failed = ferror(out) != 0;
    if ((fclose(out) != 0 || failed) && status == HANSE_OK) {
        status = hanse__fail(run->ctx, HANSE_ERR_IO, "%s: cannot be written: %m", path);
    }
    return status;
}

static enum hanse_status finish_file(struct run *run, uint32_t processors)
{
    const struct hanse_drops *drops = hanse_trace_drops(run->workload.trace);
    const struct hanse_swf_header *header = hanse_trace_header(run->workload.trace);
    const char *names[HANSE_DROPS], *words[HANSE_DROPS];
    int64_t dropped[HANSE_DROPS];
    char sha256[65] = "";
    for (int i = 0; i < HANSE_DROPS; i++) {
        names[i] = hanse_drop_name((enum hanse_drop)i);
        words[i] = hanse_drop_words((enum hanse_drop)i);
        dropped[i] = (int64_t)drops->count[i];
    }
    hanse_hash_text(run->workload.hash, sha256);
    const char *service = run->command->service;
    const struct hanse_replay_about about = {.trace = run->command->path,
                                             .sha256 = sha256,
                                             .policy = run->spec.text,
                                             .estimates = run->command->estimates,
                                             .service = service != NULL ? service : "",
                                             .computer = header->computer,
                                             .command = run->line,
                                             .unix_start_s = header->unix_start_s,
                                             .n_lines =
                                                 hanse_trace_n_lines(run->workload.trace),
                                             .processors = processors,
                                             .reasons = names,
                                             .reason_words = words,
                                             .dropped = dropped,
                                             .n_reasons = HANSE_DROPS};
    return hanse_replay_writer_finish(run->writer, run->ctx, &about, &run->aggregates,
                                      run->metrics);
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
    HANSE_TRY(choose_file(run));
    HANSE_TRY(hanse_cli_workload_open(run->ctx, command, run->file != NULL, &run->workload));
    uint32_t processors = hanse_trace_processors(run->workload.trace, &said_by);
    find_line(run, processors);
    HANSE_TRY(hanse_metrics_create(run->ctx, &run->metrics));
    if (run->file != NULL) {
        HANSE_TRY(hanse_replay_writer_create(run->ctx, run->file, command->path,
                                             command->machine_sets ? processors : 0,
                                             command->force, &run->writer));
    }
    HANSE_TRY(replay(run, processors));
    HANSE_TRY(hanse_metrics_aggregates(run->metrics, &run->aggregates));
    HANSE_TRY(hanse_cli_workload_check(run->ctx, &run->workload, run->aggregates.jobs));
    if (run->file != NULL) {
        HANSE_TRY(finish_file(run, processors));
    }
    return command->csv != NULL ? write_csv(run) : HANSE_OK;
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
    if (run.file_is_ours) {
        unlink(run.file);
    }
    hanse_replay_writer_destroy(run.writer);
    hanse_lua_policy_close(run.lua);
    hanse_metrics_destroy(run.metrics);
    hanse_cli_workload_close(&run.workload);
    hanse__free(run.file);
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
    if (command->policy != NULL || command->output != NULL || command->csv != NULL ||
        command->failures != NULL) {
        return hanse_cli_bad_usage("replay", "%s goes with one policy, not with --compare",
                                   command->policy != NULL     ? "--policy"
                                   : command->failures != NULL ? "--failures"
                                   : command->output != NULL   ? "-o"
                                                               : "--csv");
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
