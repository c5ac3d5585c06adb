/*
 * What the files of `hanse replay` share: the command line, and a workload that is opened as
 * often as there are policies to replay it under.
 */
#ifndef HANSE_CLI_REPLAY_H
#define HANSE_CLI_REPLAY_H

#include "cli/options.h"
#include "output/hash.h"
#include "scripting/policy_spec.h"
#include "scripting/trace.h"
#include "sim/process/schedule/interruption.h"
#include "sim/study/contest.h"

enum { HANSE_CLI_CONTENDERS = 32 };

struct hanse_cli_replay {
    const char *policy, *compare, *rank_by, *estimates, *service, *output, *csv;
    int64_t procs, servers, threads; /* -1: not given */
    const char *write_swf, *plot, *failures;
    int64_t bootstrap;
    bool lenient, machine_sets, force, policies, workloads, fit;
    const char *path; /* of the trace */
    const struct hanse_cli_args *args;
};

/* Where jobs come from. One of these per replay; nothing is shared between two. */
struct hanse_cli_workload {
    struct hanse_trace *trace;
    struct hanse_hash *hash; /* of the file; NULL unless wanted */
};

/* --- replay_workload.c --- */

/* Opens the workload of a command line; `with_hash`: its SHA-256 will be asked for. */
enum hanse_status hanse_cli_workload_open(struct hanse_context *ctx,
                                          const struct hanse_cli_replay *command,
                                          bool with_hash, struct hanse_cli_workload *workload);
void hanse_cli_workload_close(struct hanse_cli_workload *workload);
struct hanse_job_source hanse_cli_workload_source(struct hanse_cli_workload *workload);
/* What the scheduler plans with: of requests it is exact unless a factor was asked for. */
const char *hanse_cli_workload_estimates(const struct hanse_cli_replay *command,
                                         const struct hanse_cli_workload *workload);
/* HANSE_ERR_INPUT when nothing of it was left to replay, with the reasons. */
enum hanse_status hanse_cli_workload_check(struct hanse_context *ctx,
                                           const struct hanse_cli_workload *workload,
                                           uint64_t n_jobs);

/* --- replay_print.c --- */

struct hanse_cli_replayed {
    const struct hanse_cli_replay *command;
    const struct hanse_cli_workload *workload;
    const struct hanse_policy_spec *spec;
    struct hanse_aggregates aggregates;
    const struct hanse_interruption_report *interruptions; /* NULL: nothing fails */
};
/* One replay as a table or as JSON. */
void hanse_cli_replay_print(const struct hanse_cli_replayed *replayed);
/* What is known of the workload, as lines or as members of a JSON object (json_t). */
void hanse_cli_workload_print(const struct hanse_cli_replay *command,
                              const struct hanse_cli_workload *workload);
void *hanse_cli_workload_json(const struct hanse_cli_replay *command,
                              const struct hanse_cli_workload *workload);
/* All policies and their parameters. */
void hanse_cli_policies_print(bool json);

/* --- replay_failures.c --- */

/* Reads --failures. HANSE_ERR_INPUT with the key, the rule and the value. */
enum hanse_status hanse_cli_failures_read(struct hanse_context *ctx, const char *text,
                                          struct hanse_interruptions *rules);
/* What came of it, as lines or as a JSON object (json_t). */
void hanse_cli_failures_print(const struct hanse_interruption_report *report);
void *hanse_cli_failures_json(const struct hanse_interruption_report *report);

/* --- replay_compare.c --- */

/* --compare; returns the exit status. */
int hanse_cli_replay_compare(struct hanse_context *ctx, const struct hanse_cli_replay *command);

#endif
