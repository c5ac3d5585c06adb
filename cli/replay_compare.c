/* hanse replay --compare: policies on one workload, ranked. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/replay_file.h"
#include "cli/signals.h"
#include "scripting/lua_policy.h"

struct entry {
    const struct hanse_cli_replay *command;
    const char *path; /* of a policy in Lua */
    struct hanse_cli_workload workload;
    struct hanse_metrics_bin *bins; /* of its metrics, where a file wants them */
    uint32_t n_bins;
    struct hanse_contender *contender;
    struct hanse_lua_policy *lua; /* NULL: a policy of the library */
};

struct contest {
    const struct hanse_cli_replay *command;
    struct hanse_policy_spec specs[HANSE_CLI_CONTENDERS];
    struct entry entries[HANSE_CLI_CONTENDERS];
    struct hanse_contender contenders[HANSE_CLI_CONTENDERS];
    uint32_t order[HANSE_CLI_CONTENDERS];
    uint32_t n, figure;
    struct hanse_cli_replay_file file;
};

static enum hanse_status open_entry(void *state, struct hanse_context *ctx,
                                    struct hanse_job_source *source)
{
    struct entry *entry = state;
    if (entry->workload.trace == NULL) {
        HANSE_TRY(hanse_cli_workload_open(ctx, entry->command, false, &entry->workload));
    }
    *source = hanse_cli_workload_source(&entry->workload);
    if (entry->contender->replay.policy != &hanse_lua_policy_kind) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse_lua_policy_open(ctx, entry->path, &entry->lua));
    entry->contender->replay.user = entry->lua;
    return HANSE_OK;
}

static void close_entry(void *state)
{
    struct entry *entry = state;
    hanse_lua_policy_close(entry->lua);
}

static enum hanse_status keep_bins(void *state, struct hanse_context *ctx,
                                   const struct hanse_metrics *metrics)
{
    struct entry *entry = state;
    return hanse_replay_bins(ctx, metrics, &entry->bins, &entry->n_bins);
}

static bool stopped(void)
{
    return *hanse_cli_signals_flag() != 0;
}

/* A pipe's jobs would be dealt out among the policies. */
static enum hanse_status check_file(struct hanse_context *ctx, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: must be a file and no pipe, because --compare reads it once "
                           "for each policy",
                           path);
    }
    return HANSE_OK;
}

/* The first workload stays open for its header and its drops, which are the same for all. */
static enum hanse_status prepare(struct hanse_context *ctx, struct contest *contest)
{
    const struct hanse_cli_replay *command = contest->command;
    const char *said_by;
    HANSE_TRY(check_file(ctx, command->path));
    HANSE_TRY(hanse_job_figure_find(ctx, command->rank_by, &contest->figure));
    HANSE_TRY(hanse_policy_spec_list(ctx, command->compare, contest->specs,
                                     HANSE_CLI_CONTENDERS, &contest->n));
    HANSE_TRY(hanse_cli_replay_file_choose(ctx, command, &contest->file));
    HANSE_TRY(hanse_cli_workload_open(ctx, command, contest->file.path != NULL,
                                      &contest->entries[0].workload));
    for (uint32_t i = 0; i < contest->n; i++) {
        contest->entries[i].command = command;
        contest->entries[i].path = contest->specs[i].text;
        contest->entries[i].contender = &contest->contenders[i];
        contest->contenders[i] = (struct hanse_contender){
            .replay = {.policy = contest->specs[i].policy,
                       .params = contest->specs[i].params,
                       .processors =
                           hanse_trace_processors(contest->entries[0].workload.trace, &said_by),
                       .machine_sets = command->machine_sets},
            .open = open_entry,
            .close = close_entry,
            .state = &contest->entries[i]};
    }
    return HANSE_OK;
}

/* --- what is said ------------------------------------------------------------------------- */

static const char *const shown[] = {"wait_time_mean", "wait_time_p95", "bounded_slowdown_mean",
                                    "utilization", "makespan"};
enum { N_SHOWN = sizeof shown / sizeof shown[0] };

static void print_text(struct hanse_context *ctx, const struct contest *contest)
{
    uint32_t n, rows[N_SHOWN + 1], n_rows = 0;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    hanse_cli_workload_print(contest->command, &contest->entries[0].workload);
    printf("jobs                  %llu\n",
           (unsigned long long)contest->contenders[0].aggregates.jobs);
    printf("ranked by             %s, %s first\n\n", figures[contest->figure].name,
           figures[contest->figure].less_is_better ? "smallest" : "largest");
    rows[n_rows++] = contest->figure;
    for (int k = 0; k < N_SHOWN; k++) {
        uint32_t row;
        if (hanse_job_figure_find(ctx, shown[k], &row) == HANSE_OK && row != contest->figure) {
            rows[n_rows++] = row;
        }
    }
    int widest = 24;
    for (uint32_t i = 0; i < contest->n; i++) {
        int width = (int)strlen(contest->specs[i].text);
        widest = width > widest ? width : widest;
    }
    printf("    %-*s", widest, "policy");
    for (uint32_t k = 0; k < n_rows; k++) {
        printf(" %21s", figures[rows[k]].name);
    }
    for (uint32_t i = 0; i < contest->n; i++) {
        uint32_t who = contest->order[i];
        printf("\n%2u  %-*s", i + 1, widest, contest->specs[who].text);
        for (uint32_t k = 0; k < n_rows; k++) {
            printf(" %21.9g",
                   hanse_job_figure_value(&contest->contenders[who].aggregates, rows[k]));
        }
    }
    printf("\n");
}

static void print_json(const struct contest *contest)
{
    uint32_t n;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    json_t *document = hanse_cli_workload_json(contest->command, &contest->entries[0].workload);
    json_t *ranking = json_array(), *units = json_object();
    for (uint32_t i = 0; i < contest->n; i++) {
        uint32_t who = contest->order[i];
        json_t *results = json_object();
        for (uint32_t k = 0; k < n; k++) {
            double value = hanse_job_figure_value(&contest->contenders[who].aggregates, k);
            json_object_set_new(results, figures[k].name,
                                isnan(value)       ? json_null()
                                : figures[k].whole ? json_integer((json_int_t)value)
                                                   : json_real(value));
        }
        json_array_append_new(ranking,
                              json_pack("{s:i, s:s, s:o}", "rank", (int)i + 1, "policy",
                                        contest->specs[who].text, "results", results));
    }
    for (uint32_t k = 0; k < n; k++) {
        json_object_set_new(units, figures[k].name, json_string(figures[k].unit));
    }
    json_object_set_new(document, "rank_by", json_string(figures[contest->figure].name));
    json_object_set_new(document, "ranking", ranking);
    json_object_set_new(document, "units", units);
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(document);
}

/* --- what is done ------------------------------------------------------------------------- */

/* One after the other: HDF5 takes one thread, and the order of what it is given is in the
 * file. */
static enum hanse_status run_into_file(struct hanse_context *ctx, struct contest *contest)
{
    const char *said_by, *names[HANSE_CLI_CONTENDERS];
    struct hanse_replay_result results[HANSE_CLI_CONTENDERS];
    const struct hanse_cli_workload *workload = &contest->entries[0].workload;
    for (uint32_t i = 0; i < contest->n; i++) {
        names[i] = contest->specs[i].text;
    }
    HANSE_TRY(hanse_cli_replay_file_open(ctx, &contest->file, names, contest->n,
                                         hanse_trace_processors(workload->trace, &said_by)));
    const struct hanse_finished_sink sink = hanse_replay_writer_sink(contest->file.writer);
    for (uint32_t i = 0; i < contest->n; i++) {
        struct hanse_contender *contender = &contest->contenders[i];
        contender->sink = &sink;
        contender->done = keep_bins;
        HANSE_TRY(hanse_contest_run(ctx, contender, 1, 1, stopped));
        HANSE_TRY(
            hanse_cli_workload_check(ctx, workload, contest->contenders[0].aggregates.jobs));
        results[i] = (struct hanse_replay_result){
            &contender->aggregates, contest->entries[i].bins, contest->entries[i].n_bins};
    }
    return hanse_cli_replay_file_finish(ctx, &contest->file, workload, results);
}

static enum hanse_status compare(struct hanse_context *ctx, struct contest *contest)
{
    uint32_t threads = contest->command->threads > 0 ? (uint32_t)contest->command->threads : 0;
    HANSE_TRY(prepare(ctx, contest));
    if (contest->file.path != NULL) {
        HANSE_TRY(run_into_file(ctx, contest));
    } else {
        HANSE_TRY(hanse_contest_run(ctx, contest->contenders, contest->n, threads, stopped));
    }
    HANSE_TRY(hanse_cli_workload_check(ctx, &contest->entries[0].workload,
                                       contest->contenders[0].aggregates.jobs));
    hanse_contest_rank(contest->contenders, contest->n, contest->figure, contest->order);
    if (contest->command->args->json) {
        print_json(contest);
    } else {
        print_text(ctx, contest);
    }
    return HANSE_OK;
}

int hanse_cli_replay_compare(struct hanse_context *ctx, const struct hanse_cli_replay *command)
{
    struct contest *contest = hanse__alloc(ctx, 1, sizeof *contest);
    if (contest == NULL) {
        return hanse_cli_failure(ctx, HANSE_ERR_MEMORY);
    }
    contest->command = command;
    enum hanse_status status = compare(ctx, contest);
    for (uint32_t i = 0; i < HANSE_CLI_CONTENDERS; i++) {
        hanse_cli_workload_close(&contest->entries[i].workload);
        hanse__free(contest->entries[i].bins);
    }
    hanse_cli_replay_file_close(&contest->file);
    hanse__free(contest);
    return status == HANSE_ERR_INTERRUPTED ? hanse_cli_signals_exit_status()
                                           : hanse_cli_failure(ctx, status);
}
