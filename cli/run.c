/*
 * hanse run: every case of a scenario, replicated, into one result file and one page.
 */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/load.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/precision.h"
#include "cli/progress.h"
#include "cli/recall.h"
#include "cli/rerun.h"
#include "cli/signals.h"
#include "cli/summary_json.h"
#include "output/fingerprint.h"
#include "output/report.h"
#include "output/results.h"
#include "output/summary.h"
#include "output/tables.h"
#include "sim/base/assert.h"
#include "sim/base/processor.h"
#include "sim/base/version.h"
#include "sim/model/nouns.h"
#include "sim/process/denial.h"
#include "sim/study/ranks.h"

struct settings {
    const char *with, *output, *csv, *iamc, *resume, *horizon, *trace, *precision;
    struct hanse_cli_list set;
    int64_t replications, seed, threads, only; /* -1: not given */
    bool force, no_report, profile;
};

/* What has to be freed, whatever happens. */
struct run {
    struct hanse_context *ctx;
    const struct settings *settings;
    const struct hanse_cli_args *args;
    const char *path;
    char *output, *page, *command;
    const char **set_items; /* --set and the options that are short for one */
    char shorthands[3][64];
    struct hanse_cli_loaded loaded;
    struct hanse_source_text *sources;
    struct hanse_provenance provenance;
    struct hanse_study study;
    struct hanse_writer *writer;
    struct hanse_results *results;
    double relative; /* of --precision; 0 without */
    struct hanse_run_report report;
};

/* --- names ------------------------------------------------------------------------------- */

/* "out/x.h5" gives "out/x.html". */
static char *page_of(struct hanse_context *ctx, const char *output)
{
    size_t length = strlen(output);
    if (length > 3 && strcmp(output + length - 3, ".h5") == 0) {
        length -= 3;
    }
    char *name = hanse__alloc(ctx, length + 6, 1);
    if (name != NULL) {
        snprintf(name, length + 6, "%.*s.html", (int)length, output);
    }
    return name;
}

/* The command that gives the same bytes: without what cannot change them (-o, --threads). */
static enum hanse_status find_command(struct run *run)
{
    const struct settings *s = run->settings;
    size_t size = strlen(run->path) + 128 + (s->with != NULL ? 4 * strlen(s->with) : 0);
    for (size_t i = 0; i < s->set.count; i++) {
        size += 4 * strlen(s->set.items[i]) + 16;
    }
    size += 4 * strlen(run->path) + 3 * sizeof run->shorthands[0] + 128;
    run->command = hanse__alloc(run->ctx, size, 1);
    if (run->command == NULL) {
        return HANSE_ERR_MEMORY;
    }
    snprintf(run->command, size, "hanse run");
    hanse_cli_add_word(run->command, size, run->path);
    if (s->with != NULL) {
        hanse_cli_add_word(run->command, size, "--with");
        hanse_cli_add_word(run->command, size, s->with);
    }
    for (size_t i = 0; i < s->set.count; i++) {
        hanse_cli_add_word(run->command, size, "--set");
        hanse_cli_add_word(run->command, size, s->set.items[i]);
    }
    const char *horizon = s->horizon;
    if (horizon != NULL) {
        hanse_cli_add_word(run->command, size, "--horizon");
        hanse_cli_add_word(run->command, size, horizon);
    }
    char number[64];
    if (s->replications >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)s->replications);
        hanse_cli_add_word(run->command, size, "--replications");
        hanse_cli_add_word(run->command, size, number);
    }
    if (s->precision != NULL) {
        hanse_cli_add_word(run->command, size, "--precision");
        hanse_cli_add_word(run->command, size, s->precision);
    }
    if (s->seed >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)s->seed);
        hanse_cli_add_word(run->command, size, "--seed");
        hanse_cli_add_word(run->command, size, number);
    }
    return HANSE_OK;
}

/* --- before ------------------------------------------------------------------------------ */

/* --replications, --seed and --horizon are --set in short, so that every check, message and
 * record of --set holds for them too. */
static enum hanse_status load(struct run *run)
{
    const struct settings *s = run->settings;
    run->set_items = hanse__alloc(run->ctx, s->set.count + 3, sizeof *run->set_items);
    if (run->set_items == NULL) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse_cli_list list = {.items = run->set_items, .count = 0};
    for (size_t i = 0; i < s->set.count; i++) {
        list.items[list.count++] = s->set.items[i];
    }
    size_t bytes = sizeof run->shorthands[0];
    if (s->replications >= 0) {
        snprintf(run->shorthands[0], bytes, "scenario.replications=%lld",
                 (long long)s->replications);
        list.items[list.count++] = run->shorthands[0];
    }
    if (s->seed >= 0) {
        snprintf(run->shorthands[1], bytes, "scenario.seed=%lld", (long long)s->seed);
        list.items[list.count++] = run->shorthands[1];
    }
    if (s->horizon != NULL) {
        if (strlen(s->horizon) + 20 > bytes) {
            return hanse__fail(run->ctx, HANSE_ERR_INPUT,
                               "--horizon: must be a time such as 10*year, got '%s'",
                               s->horizon);
        }
        snprintf(run->shorthands[2], bytes, "scenario.horizon=%s", s->horizon);
        list.items[list.count++] = run->shorthands[2];
    }
    struct hanse_cli_load_options options = {.with = s->with, .settings = &list};
    return hanse_cli_load(run->ctx, run->path, &options, &run->loaded);
}

/* All cases fill the same tables, so they must agree on what the tables are about. */
static enum hanse_status check_layouts(struct run *run)
{
    for (size_t i = 1; i < run->loaded.n_cases; i++) {
        struct hanse_layout layout;
        HANSE_TRY(hanse_layout_init(run->ctx, run->loaded.cases[i], &layout));
        bool same = layout.n_values == run->study.layout.n_values &&
                    layout.n_months == run->study.layout.n_months;
        const char *different = "horizon";
        for (int32_t c = 0; same && c < layout.n_columns; c++) {
            const struct hanse_column *a = &layout.columns[c];
            const struct hanse_column *b = &run->study.layout.columns[c];
            for (int32_t d = 0; same && d < a->n_dims; d++) {
                same = a->dim_size[d] == b->dim_size[d];
                different = same ? different : a->output->dims[d];
            }
        }
        hanse_layout_fini(&layout);
        if (!same) {
            return hanse__fail(run->ctx, HANSE_ERR_INPUT,
                               "%s: case '%s' differs from '%s' in the number of its %ss: all "
                               "cases must have the same horizon and the same entities along "
                               "every output's axes",
                               run->path, run->loaded.names[i], run->loaded.names[0],
                               different);
        }
    }
    return HANSE_OK;
}

static enum hanse_status plan(struct run *run)
{
    HANSE_ASSERT(run->loaded.cases != NULL && run->loaded.n_cases > 0);
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(run->loaded.cases[0], &hanse_kind_scenario, &n);
    int64_t central = settings->central;
    central = central < settings->replications / 2 ? central : settings->replications / 2;
    run->study = (struct hanse_study){
        .cases = (const struct hanse_scenario *const *)run->loaded.cases,
        .case_names = run->loaded.names,
        .case_labels = run->loaded.labels,
        .n_cases = (uint32_t)run->loaded.n_cases,
        .n_replications = (uint32_t)settings->replications,
        .n_central = (uint32_t)central,
        .seed = (uint64_t)settings->seed,
        .hooks = hanse_script_hooks(run->loaded.script),
        .n_planned = run->relative > 0.0 ? HANSE_PRECISION_MOST : 0,
    };
    HANSE_TRY(hanse_layout_init(run->ctx, run->loaded.cases[0], &run->study.layout));
    return check_layouts(run);
}

static enum hanse_status find_provenance(struct run *run)
{
    size_t n = hanse_script_n_sources(run->loaded.script);
    run->sources = hanse__alloc(run->ctx, n, sizeof *run->sources);
    if (run->sources == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        hanse_script_source(run->loaded.script, i, &run->sources[i].name, &run->sources[i].text,
                            &run->sources[i].length);
    }
    run->provenance = (struct hanse_provenance){
        .program_version = hanse_version(),
        .command = run->command,
        .path = run->path,
        .processor_class = hanse_processor_class(),
        .sources = run->sources,
        .n_sources = n,
    };
    return HANSE_OK;
}

static enum hanse_status open_writer(struct run *run)
{
    const struct settings *s = run->settings;
    const char *chosen = s->resume != NULL ? s->resume : s->output;
    run->output = chosen != NULL ? hanse__strdup(run->ctx, chosen)
                                 : hanse_cli_path_here(run->ctx, run->path, ".h5");
    run->page = run->output != NULL ? page_of(run->ctx, run->output) : NULL;
    if (run->page == NULL) {
        return HANSE_ERR_MEMORY;
    }
    const struct hanse_writer_options options = {.force = s->force,
                                                 .resume = s->resume != NULL};
    return hanse_writer_create(run->ctx, run->output, &run->study, &run->provenance, &options,
                               &run->writer);
}

static enum hanse_status prepare(struct run *run)
{
    HANSE_TRY(load(run));
    HANSE_TRY(plan(run));
    HANSE_TRY(find_command(run));
    HANSE_TRY(find_provenance(run));
    return hanse_ranks_own() == 0 ? open_writer(run) : HANSE_OK;
}

/* With several ranks: are all ready, and alike? */
static enum hanse_status agree(struct run *run, enum hanse_status prepared)
{
    struct hanse_ranks_identity identity = {hanse_version(), hanse_processor_class(), {0}};
    if (prepared == HANSE_OK && hanse_ranks_count() > 1) {
        prepared =
            hanse__fingerprint(run->ctx, &run->study, &run->provenance, identity.fingerprint);
    }
    return hanse_ranks_agree(run->ctx, prepared, &identity);
}

/* --- after ------------------------------------------------------------------------------- */

static enum hanse_status write_table(struct run *run, const char *path, bool iamc)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return hanse__fail(run->ctx, HANSE_ERR_IO, "%s: cannot be written", path);
    }
    const struct hanse_csv_options options = {.series = true};
    enum hanse_status status = iamc ? hanse_write_iamc(run->results, file)
                                    : hanse_write_csv(run->results, &options, file);
    if (fclose(file) != 0 && status == HANSE_OK) {
        status = hanse__fail(run->ctx, HANSE_ERR_IO, "%s: cannot be written", path);
    }
    return status;
}

static enum hanse_status show(struct run *run)
{
    const struct settings *s = run->settings;
    HANSE_TRY(hanse_results_open(run->ctx, run->output, &run->results));
    if (!s->no_report) {
        HANSE_TRY(hanse_report_write(run->ctx, run->results, run->page));
    }
    if (s->csv != NULL) {
        HANSE_TRY(write_table(run, s->csv, false));
    }
    if (s->iamc != NULL) {
        HANSE_TRY(write_table(run, s->iamc, true));
    }
    if (run->args->json) {
        return hanse_cli_summary_json(run->ctx, run->results, stdout);
    }
    return hanse_summary_print(run->ctx, run->results, stdout);
}

static void tell(const struct run *run)
{
    if (run->args->quiet) {
        return;
    }
    const struct hanse_run_report *r = &run->report;
    double years = (double)r->n_done * run->study.layout.n_months / 12.0;
    fprintf(stderr, "%llu replications, %.0f simulated years, %.3g events in %.1f s\n",
            (unsigned long long)r->n_done, years, (double)r->n_events, r->wall_s);
    fprintf(stderr, "wrote %s%s%s\n", run->output, run->settings->no_report ? "" : " and ",
            run->settings->no_report ? "" : run->page);
    int32_t n_denials;
    hanse_scenario_table(run->study.cases[0], &hanse_kind_denial, &n_denials);
    if (n_denials > 0) {
        fprintf(stderr, "nobody was withdrawn: 'hanse deny %s' runs the scenario's denials\n",
                run->path);
    }
}

static uint64_t count_done(const struct run *run)
{
    const unsigned char *done = hanse_writer_done(run->writer);
    uint64_t n = 0;
    for (uint64_t i = 0; done != NULL && i < hanse_study_n_tasks(&run->study); i++) {
        n += done[i] != 0;
    }
    return n;
}

static void tell_how_to_resume(const struct run *run)
{
    fprintf(stderr,
            "\nStopped; what was finished is in %s.part. Go on with\n\n  hanse run --resume",
            run->output);
    char word[4096] = "";
    hanse_cli_add_word(word, sizeof word, run->output);
    fprintf(stderr, "%s\n\n", word);
}

/* --- the command ------------------------------------------------------------------------- */

static enum hanse_status look_at_one(struct run *run)
{
    const struct settings *s = run->settings;
    const struct hanse_cli_rerun rerun = {
        .replication = s->only >= 0 ? (uint32_t)s->only : 0,
        .filter = s->trace,
        .profile = s->profile,
    };
    if (hanse_ranks_own() > 0) {
        return HANSE_OK;
    }
    HANSE_TRY(load(run));
    HANSE_TRY(plan(run));
    return hanse_cli_rerun(run->ctx, &run->study, &rerun, stdout);
}

static enum hanse_status replicate(struct run *run)
{
    struct hanse_cli_progress progress;
    hanse_cli_progress_start(&progress, run->args, &run->study, count_done(run));
    const struct hanse_run_options options = {
        .threads = run->settings->threads > 0 ? (int)run->settings->threads : 0,
        .stop = hanse_cli_signals_flag(),
        .done = hanse_writer_done(run->writer),
        .progress = hanse_cli_progress_record,
        .progress_self = &progress,
    };
    struct hanse_sink sink = hanse_writer_sink(run->writer);
    enum hanse_status status =
        run->relative > 0.0
            ? hanse_cli_precision_run(run->ctx, &run->study, run->writer, run->relative,
                                      &options, &run->report)
            : hanse_ranks_run(run->ctx, &run->study, &sink, &options, &run->report);
    hanse_ranks_dismiss();
    hanse_cli_progress_finish(&progress);
    return status;
}

/* A rank that helps: it prints nothing, rank 0 says what there is to say. */
static enum hanse_status serve(struct run *run)
{
    const struct hanse_run_options options = {
        .threads = run->settings->threads > 0 ? (int)run->settings->threads : 0,
        .stop = hanse_cli_signals_flag(),
    };
    return hanse_ranks_serve(run->ctx, &run->study, &options);
}

static enum hanse_status go(struct run *run)
{
    const struct settings *s = run->settings;
    if (s->precision != NULL) {
        HANSE_TRY(hanse_cli_precision_parse(run->ctx, s->precision, &run->relative));
    }
    HANSE_TRY(hanse_ranks_start(run->ctx));
    if (s->only >= 0 || s->trace != NULL || s->profile) {
        return look_at_one(run);
    }
    HANSE_TRY(agree(run, prepare(run)));
    hanse_cli_signals_catch();
    if (hanse_ranks_own() > 0) {
        return serve(run);
    }
    enum hanse_status status = replicate(run);
    if (status == HANSE_ERR_INTERRUPTED) {
        tell_how_to_resume(run);
    }
    if (status == HANSE_OK || status == HANSE_ERR_REPLICATION || status == HANSE_ERR_TARGET) {
        char failed[512];
        snprintf(failed, sizeof failed, "%s", hanse_context_message(run->ctx));
        HANSE_TRY(show(run));
        tell(run);
        if (status != HANSE_OK) {
            return hanse__fail(run->ctx, status, "%s", failed);
        }
    }
    return status;
}

/* What the program leaves with. Ranks other than 0 have nothing to say. */
static int finish(struct run *run, enum hanse_status status)
{
    int exit_status = 0;
    if (hanse_ranks_own() == 0 && status != HANSE_OK) {
        exit_status = status == HANSE_ERR_INTERRUPTED ? hanse_cli_signals_exit_status()
                                                      : hanse_cli_failure(run->ctx, status);
    }
    hanse_ranks_end();
    return exit_status;
}

static void clean_up(struct run *run)
{
    hanse_results_close(run->results);
    hanse_writer_destroy(run->writer);
    hanse_layout_fini(&run->study.layout);
    hanse_cli_loaded_fini(&run->loaded);
    hanse__free(run->sources);
    hanse__free((void *)run->set_items);
    hanse__free(run->output);
    hanse__free(run->page);
    hanse__free(run->command);
    hanse_context_destroy(run->ctx);
}

/* --- the command line -------------------------------------------------------------------- */

/* False: leave with *exit_status. */
static bool read_line(int argc, char **argv, struct settings *s, struct hanse_cli_args *args,
                      int *exit_status)
{
    *s = (struct settings){.replications = -1, .seed = -1, .threads = -1, .only = -1};
    const struct hanse_cli_option options[] = {
        {"with", 0, HANSE_CLI_TEXT, &s->with, "A,B", "run one case made of these overrides"},
        {"set", 0, HANSE_CLI_LIST, &s->set, "PATH=VALUE", "set a value; may be repeated"},
        {"replications", 'n', HANSE_CLI_INTEGER, &s->replications, "N",
         "replications of each case"},
        {"precision", 0, HANSE_CLI_TEXT, &s->precision, "2%",
         "replicate until the headline's 95 % half-width is this share of it, in every case"},
        {"horizon", 0, HANSE_CLI_TEXT, &s->horizon, "T", "simulated time, such as 5*year"},
        {"seed", 0, HANSE_CLI_INTEGER, &s->seed, "S", "seed of all random streams"},
        {"threads", 't', HANSE_CLI_INTEGER, &s->threads, "T",
         "threads; all processors if not given, results don't depend on it"},
        {"output", 'o', HANSE_CLI_TEXT, &s->output, "OUT.h5",
         "result file; named for the scenario if not given"},
        {"force", 0, HANSE_CLI_FLAG, &s->force, NULL,
         "replace a result file of another scenario"},
        {"resume", 0, HANSE_CLI_TEXT, &s->resume, "OUT.h5",
         "finish an interrupted run, whose scenario need not be named"},
        {"csv", 0, HANSE_CLI_TEXT, &s->csv, "FILE", "also write a tidy table"},
        {"iamc", 0, HANSE_CLI_TEXT, &s->iamc, "FILE", "also write a table in IAMC format"},
        {"only-replication", 0, HANSE_CLI_INTEGER, &s->only, "K",
         "run replication K alone and write no file"},
        {"trace", 0, HANSE_CLI_TEXT, &s->trace, "FILTER",
         "print events that hold these words, or fit a pattern with * and ?; of replication K"},
        {"profile", 0, HANSE_CLI_FLAG, &s->profile, NULL,
         "say where events and time go in replication K"},
        {"no-report", 0, HANSE_CLI_FLAG, &s->no_report, NULL, "don't write the page"},
    };
    const struct hanse_cli_usage usage = {
        .name = "run",
        .operands = "SCENARIO.lua",
        .min_operands = 0,
        .max_operands = 1,
        .summary = "Runs every case of a scenario; writes a result file and a page about it.",
        .example = "hanse run scenarios/baltic-supply-stop.lua --replications 20",
        .options = options,
        .n_options = sizeof options / sizeof *options,
    };
    return hanse_cli_parse(&usage, argc, argv, args, exit_status);
}

/* 0, or the exit status after a complaint. */
static int check_line(const struct settings *s, const struct hanse_cli_args *args)
{
    if (args->n_operands == 0 && s->resume == NULL) {
        return hanse_cli_bad_usage("run", "needs SCENARIO.lua");
    }
    if (s->resume != NULL && s->output != NULL && strcmp(s->resume, s->output) != 0) {
        return hanse_cli_bad_usage("run", "--resume and -o name two files, '%s' and '%s'",
                                   s->resume, s->output);
    }
    if (s->precision != NULL && s->replications >= 0) {
        return hanse_cli_bad_usage("run", "--precision and --replications exclude each other");
    }
    if (s->threads == 0 || s->threads > 4096) {
        return hanse_cli_bad_usage("run", "--threads: must be 1 to 4096, got %lld",
                                   (long long)s->threads);
    }
    return 0;
}

/* Reads the line again behind the command that the journal kept. */
static int recall(int argc, char **argv, struct hanse_cli_recalled *recalled,
                  struct settings *s, struct hanse_cli_args *args)
{
    int exit_status;
    struct hanse_context *ctx = hanse_cli_context(args);
    exit_status =
        hanse_cli_failure(ctx, hanse_cli_recall(ctx, s->resume, argc, argv, recalled));
    hanse_context_destroy(ctx);
    if (exit_status == 0 && read_line(recalled->argc, recalled->argv, s, args, &exit_status)) {
        exit_status = check_line(s, args);
    }
    return exit_status;
}

int hanse_cli_run(int argc, char **argv)
{
    struct settings s;
    struct hanse_cli_args args;
    struct hanse_cli_recalled recalled = {0};
    int exit_status;
    if (!read_line(argc, argv, &s, &args, &exit_status)) {
        return exit_status;
    }
    exit_status = check_line(&s, &args);
    if (exit_status == 0 && args.n_operands == 0) {
        exit_status = recall(argc, argv, &recalled, &s, &args);
    }
    if (exit_status == 0) {
        struct run run = {.settings = &s, .args = &args, .path = args.operands[0]};
        run.ctx = hanse_cli_context(&args);
        exit_status = finish(&run, go(&run));
        clean_up(&run);
    }
    hanse_cli_recalled_fini(&recalled);
    return exit_status;
}
