#include "cli/replay_nodes.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "scripting/cluster.h"
#include "sim/process/schedule/packing.h"
#include "sim/process/schedule/replay.h"

struct request {
    const char *nodes, *policy, *placement, *fill, *csv;
    int64_t replications, seed;
    bool exact, in_order;
    struct hanse_cli_args args;
    const struct hanse_policy *order;
    enum hanse_placement place;
    double times; /* fill; 0: a replay in time */
};

bool hanse_cli_names_nodes(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--nodes") == 0 || strncmp(argv[i], "--nodes=", 8) == 0) {
            return true;
        }
    }
    return false;
}

/* --- what was asked for ------------------------------------------------------------------- */

/* --policy names a scheduling policy or, for the order of arrival, a placement. */
static enum hanse_status read_policy(struct hanse_context *ctx, struct request *r)
{
    const char *placement = r->placement ? r->placement : "best-fit";
    for (int p = 0; p < HANSE_PLACEMENTS; p++) {
        const char *name = hanse_placement_rule((enum hanse_placement)p)->name;
        if (strcmp(r->policy, name) == 0) {
            if (r->placement != NULL && strcmp(r->placement, name) != 0) {
                return hanse__fail(ctx, HANSE_ERR_INPUT,
                                   "--policy %s is a placement, and --placement %s another",
                                   r->policy, r->placement);
            }
            placement = name;
            r->policy = "fcfs";
        }
    }
    HANSE_TRY(hanse_placement_find(ctx, placement, &r->place));
    return hanse_policy_find(ctx, r->policy, &r->order);
}

/* "130%" or "1.3". */
static enum hanse_status read_fill(struct hanse_context *ctx, struct request *r)
{
    char digits[64];
    if (r->fill == NULL) {
        return HANSE_OK;
    }
    size_t length = strlen(r->fill);
    bool percent = length > 0 && r->fill[length - 1] == '%';
    snprintf(digits, sizeof digits, "%.*s", (int)(length - percent), r->fill);
    if (length >= sizeof digits || !hanse_cli_number(digits, &r->times) || r->times <= 0.0 ||
        (r->times /= percent ? 100.0 : 1.0) > 10.0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--fill: must be above 0 and at most 1000%% (as 130%% or 1.3), got "
                           "'%s'",
                           r->fill);
    }
    if (r->order != NULL && strcmp(r->order->name, "fcfs") != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--fill: nothing waits when nothing leaves, so --policy must be "
                           "fcfs or a placement, got '%s'",
                           r->order->name);
    }
    return HANSE_OK;
}

static bool parse(struct request *r, int argc, char **argv, int *status)
{
    *r = (struct request){.policy = "fcfs", .replications = 10, .seed = 1};
    const struct hanse_cli_option options[] = {
        {"nodes", 0, HANSE_CLI_TEXT, &r->nodes, "NODES.csv",
         "the nodes: columns cpu_milli, memory_mib, gpu, model"},
        {"policy", 0, HANSE_CLI_TEXT, &r->policy, "NAME",
         "scheduling policy, or a placement under fcfs (default fcfs)"},
        {"placement", 0, HANSE_CLI_TEXT, &r->placement, "NAME",
         "which node: random, first-fit, best-fit (default), worst-fit, dot-product, "
         "gpu-clustering, gpu-packing, fgd"},
        {"exact", 0, HANSE_CLI_FLAG, &r->exact, NULL,
         "compare scores as they are, not rounded down as published"},
        {"fill", 0, HANSE_CLI_TEXT, &r->fill, "130%",
         "packing: tasks in random order, drawn again until they ask for so much of the GPUs; "
         "none leaves"},
        {"replications", 0, HANSE_CLI_INTEGER, &r->replications, "N", "of --fill (default 10)"},
        {"in-order", 0, HANSE_CLI_FLAG, &r->in_order, NULL,
         "of --fill: keep tasks and nodes in the order of their files"},
        {"seed", 's', HANSE_CLI_INTEGER, &r->seed, "N", "seed of the random streams"},
        {"csv", 0, HANSE_CLI_TEXT, &r->csv, "FILE",
         "write the curve of --fill, or one row per task"},
    };
    const struct hanse_cli_usage usage = {
        .name = "replay",
        .operands = "TASKS.csv",
        .min_operands = 1,
        .max_operands = 1,
        .summary =
            "Puts the tasks of a table on typed nodes: in time, or as the packing "
            "experiment of\nWeng et al. 2023 (--fill). docs/scheduling.md has the rules.",
        .example = "hanse replay tasks.csv --nodes nodes.csv --policy fgd --fill 130%",
        .options = options,
        .n_options = sizeof options / sizeof *options};
    if (!hanse_cli_parse(&usage, argc, argv, &r->args, status)) {
        return false;
    }
    if (r->replications < 1 || r->replications > 100000) {
        *status =
            hanse_cli_bad_usage("replay", "--replications: must be 1 ... 100000, got %lld",
                                (long long)r->replications);
        return false;
    }
    return true;
}

static FILE *open_csv(struct hanse_context *ctx, const char *path, enum hanse_status *status)
{
    FILE *file = path ? fopen(path, "w") : NULL;
    if (path && !file) {
        *status = hanse__fail(ctx, HANSE_ERR_IO, "%s: %s", path, strerror(errno));
    }
    return file;
}

static enum hanse_status close_csv(struct hanse_context *ctx, const char *path, FILE *file,
                                   enum hanse_status status)
{
    bool bad = file != NULL && ferror(file) != 0;
    bad |= file != NULL && fclose(file) != 0;
    return status == HANSE_OK && bad
               ? hanse__fail(ctx, HANSE_ERR_IO, "%s: could not be written", path)
               : status;
}

/* --- packing ------------------------------------------------------------------------------ */

struct curve {
    double mean[HANSE_PACKING_POINTS], squares[HANSE_PACKING_POINTS];
    double fragmented[HANSE_PACKING_POINTS];
    uint32_t n_points;
    double tasks, placed; /* means */
};

static double spread(const struct curve *c, uint32_t point, int64_t n)
{
    return n > 1 ? sqrt(c->squares[point] / (double)(n - 1)) : 0.0;
}

static void add(struct curve *c, const struct hanse_packing_result *result, int64_t n)
{
    c->n_points = result->n_points;
    for (uint32_t p = 0; p < result->n_points; p++) {
        double off = result->points[p].allocated_pct - c->mean[p];
        c->mean[p] += off / (double)n;
        c->squares[p] += off * (result->points[p].allocated_pct - c->mean[p]);
        c->fragmented[p] += (result->points[p].fragmented_pct - c->fragmented[p]) / (double)n;
    }
    c->tasks += ((double)result->tasks - c->tasks) / (double)n;
    c->placed += ((double)result->placed - c->placed) / (double)n;
}

static bool shown(uint32_t percent, uint32_t last)
{
    return percent == last || (percent >= 50 && percent % 10 == 0);
}

static void print_curve(const struct request *r, const struct curve *c)
{
    printf("packing with %s, %lld replications: %.1f tasks, %.1f placed\n",
           hanse_placement_rule(r->place)->name, (long long)r->replications, c->tasks,
           c->placed);
    printf("%12s %12s %8s %14s\n", "requested %", "allocated %", "sd", "fragmented %");
    for (uint32_t p = 0; p < c->n_points; p++) {
        if (shown(p, c->n_points - 1)) {
            printf("%12u %12.3f %8.3f %14.3f\n", p, c->mean[p], spread(c, p, r->replications),
                   c->fragmented[p]);
        }
    }
}

static void print_curve_json(const struct request *r, const struct curve *c)
{
    json_t *points = json_array();
    for (uint32_t p = 0; p < c->n_points; p++) {
        json_array_append_new(points, json_pack("{s:i, s:f, s:f, s:f}", "requested_pct", (int)p,
                                                "allocated_pct", c->mean[p], "allocated_pct_sd",
                                                spread(c, p, r->replications), "fragmented_pct",
                                                c->fragmented[p]));
    }
    json_t *document = json_pack("{s:s, s:I, s:f, s:f, s:o}", "placement",
                                 hanse_placement_rule(r->place)->name, "replications",
                                 (json_int_t)r->replications, "tasks", c->tasks, "placed",
                                 c->placed, "points", points);
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    printf("\n");
    json_decref(document);
}

static enum hanse_status write_curve(struct hanse_context *ctx, const struct request *r,
                                     const struct curve *c)
{
    enum hanse_status status = HANSE_OK;
    FILE *file = open_csv(ctx, r->csv, &status);
    if (file == NULL) {
        return status;
    }
    fprintf(file, "requested_pct,allocated_pct,allocated_pct_sd,fragmented_pct\n");
    for (uint32_t p = 0; p < c->n_points; p++) {
        fprintf(file, "%u,%.6f,%.6f,%.6f\n", p, c->mean[p], spread(c, p, r->replications),
                c->fragmented[p]);
    }
    return close_csv(ctx, r->csv, file, status);
}

static enum hanse_status pack(struct hanse_context *ctx, const struct request *r,
                              const struct hanse_nodes *nodes, const uint32_t *needs,
                              size_t n_tasks)
{
    const struct hanse_packing packing = {.nodes = *nodes,
                                          .tasks = needs,
                                          .n_tasks = (uint32_t)n_tasks,
                                          .fill = r->times,
                                          .in_order = r->in_order};
    struct curve *c = hanse__alloc(ctx, 1, sizeof *c);
    struct hanse_packing_result *result = hanse__alloc(ctx, 1, sizeof *result);
    enum hanse_status status = c && result ? HANSE_OK : HANSE_ERR_MEMORY;
    for (int64_t i = 0; i < r->replications && status == HANSE_OK; i++) {
        status = hanse_packing_run(ctx, &packing, (uint32_t)i, result);
        if (status == HANSE_OK) {
            add(c, result, i + 1);
        }
    }
    if (status == HANSE_OK) {
        (r->args.json ? print_curve_json : print_curve)(r, c);
        status = write_curve(ctx, r, c);
    }
    hanse__free(c);
    hanse__free(result);
    return status;
}

/* --- in time ------------------------------------------------------------------------------ */

struct timed {
    const struct hanse_nodes *nodes;
    const struct hanse_cluster *cluster;
    FILE *csv;
    double gpu_s; /* GPU-seconds run */
    uint64_t gpu_milli, impossible;
};

static enum hanse_status make_view(void *state, struct hanse_arena *arena,
                                   struct hanse_resource *view)
{
    struct timed *t = state;
    HANSE_TRY(hanse_resource_init_nodes(view, arena, t->nodes));
    t->gpu_milli = hanse_nodes_totals(view).gpu_milli;
    return HANSE_OK;
}

static enum hanse_status task_ended(void *state, struct hanse_context *ctx,
                                    const struct hanse_finished *done)
{
    struct timed *t = state;
    const struct hanse_need *need = &t->cluster->needs[done->job.need];
    uint32_t node = 0;
    (void)ctx;
    t->gpu_s += (done->end_s - done->start_s) * need->gpus * need->gpu_milli / HANSE_GPU_MILLI;
    for (; t->csv != NULL && (done->machines[node / 64] >> (node % 64) & 1U) == 0; node++) {
    }
    if (t->csv != NULL) {
        fprintf(t->csv, "%lld,%.17g,%.17g,%.17g,%.17g,%u\n", (long long)done->job.number,
                done->job.submit_s, done->start_s, done->end_s,
                done->start_s - done->job.submit_s, node + 1);
    }
    return HANSE_OK;
}

/* Leaves out what no empty cluster could hold, and what ran for no time. Returns how many stay.
 */
static enum hanse_status select_tasks(struct hanse_context *ctx, struct timed *t,
                                      struct hanse_job *jobs, uint64_t *n)
{
    struct hanse_arena arena;
    struct hanse_resource view;
    HANSE_TRY(hanse_arena_init(&arena, ctx, 1 << 16));
    enum hanse_status status = make_view(t, &arena, &view);
    for (size_t i = 0; i < t->cluster->n_tasks && status == HANSE_OK; i++) {
        const struct hanse_job *job = &t->cluster->tasks[i];
        if (!(job->runtime_s > 0.0)) {
            continue;
        }
        if (view.kind->fits_now(&view, job)) {
            jobs[(*n)++] = *job;
        } else {
            t->impossible++;
        }
    }
    hanse_arena_fini(&arena);
    return status;
}

static void print_timed(const struct request *r, const struct timed *t,
                        const struct hanse_aggregates *a)
{
    double share = t->gpu_s * HANSE_GPU_MILLI / ((double)t->gpu_milli * a->makespan_s);
    const char *placement = hanse_placement_rule(r->place)->name;
    if (r->args.json) {
        json_t *document = json_pack(
            "{s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f}", "policy", r->order->name,
            "placement", placement, "tasks", (json_int_t)a->jobs, "impossible",
            (json_int_t)t->impossible, "without_runtime", (json_int_t)t->cluster->too_short,
            "wait_mean_s", a->wait_s.mean, "wait_p99_s", a->wait_s.p99, "wait_max_s",
            a->wait_s.max, "makespan_s", a->makespan_s, "gpu_utilisation", share);
        json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
        printf("\n");
        json_decref(document);
        return;
    }
    printf("%s with %s: %llu tasks\n", r->order->name, placement, (unsigned long long)a->jobs);
    printf("wait              mean %.6g s, p99 %.6g s, max %.6g s, waited %llu\n",
           a->wait_s.mean, a->wait_s.p99, a->wait_s.max, (unsigned long long)a->waited);
    printf("makespan          %.6g s\nGPU utilisation   %.4f\n", a->makespan_s, share);
    printf("left out          %llu that no node could hold, %llu that ran for 0 s\n",
           (unsigned long long)t->impossible, (unsigned long long)t->cluster->too_short);
}

static enum hanse_status replay_jobs(struct hanse_context *ctx, const struct request *r,
                                     struct timed *t, struct hanse_job *jobs,
                                     struct hanse_metrics *metrics)
{
    struct hanse_job_array array = {.jobs = jobs};
    struct hanse_aggregates aggregates;
    HANSE_TRY(select_tasks(ctx, t, jobs, &array.n));
    struct hanse_job_source source = hanse_job_array_source(&array);
    const struct hanse_replay replay = {
        .policy = r->order, .make_view = make_view, .view_state = t};
    const struct hanse_finished_sink sink = {.state = t, .job = task_ended};
    HANSE_TRY(hanse_replay_run(ctx, &replay, &source, &sink, metrics));
    HANSE_TRY(hanse_metrics_aggregates(metrics, &aggregates));
    print_timed(r, t, &aggregates);
    return HANSE_OK;
}

static enum hanse_status replay_in_time(struct hanse_context *ctx, const struct request *r,
                                        const struct hanse_nodes *nodes,
                                        const struct hanse_cluster *cluster)
{
    struct timed t = {.nodes = nodes, .cluster = cluster};
    struct hanse_metrics *metrics = NULL;
    enum hanse_status status = HANSE_OK;
    if (!cluster->timed) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: has no columns creation_time and deletion_time to replay in "
                           "time; --fill 130%% asks how full the nodes get",
                           r->args.operands[0]);
    }
    struct hanse_job *jobs = hanse__alloc(ctx, cluster->n_tasks, sizeof *jobs);
    if (jobs == NULL) {
        return HANSE_ERR_MEMORY;
    }
    t.csv = open_csv(ctx, r->csv, &status);
    if (t.csv != NULL) {
        fprintf(t.csv, "task,submit_s,start_s,end_s,wait_s,node\n");
    }
    status = status == HANSE_OK ? hanse_metrics_create(ctx, &metrics) : status;
    status = status == HANSE_OK ? replay_jobs(ctx, r, &t, jobs, metrics) : status;
    hanse_metrics_destroy(metrics);
    hanse__free(jobs);
    return close_csv(ctx, r->csv, t.csv, status);
}

/* --- both --------------------------------------------------------------------------------- */

static enum hanse_status replay_cluster(struct hanse_context *ctx, const struct request *r,
                                        const struct hanse_cluster *cluster)
{
    uint32_t *needs = hanse__alloc(ctx, cluster->n_tasks, sizeof *needs);
    double *counts = hanse__alloc(ctx, cluster->n_needs, sizeof *counts);
    enum hanse_status status = needs && counts ? HANSE_OK : HANSE_ERR_MEMORY;
    for (size_t i = 0; i < cluster->n_tasks && status == HANSE_OK; i++) {
        needs[i] = cluster->tasks[i].need;
        counts[needs[i]] += 1.0;
    }
    const struct hanse_nodes nodes = {.nodes = cluster->nodes,
                                      .n_nodes = (uint32_t)cluster->n_nodes,
                                      .needs = cluster->needs,
                                      .n_needs = (uint32_t)cluster->n_needs,
                                      .counts = counts,
                                      .placement = r->place,
                                      .exact = r->exact,
                                      .seed = (uint64_t)r->seed};
    if (status == HANSE_OK) {
        status = r->times > 0.0 ? pack(ctx, r, &nodes, needs, cluster->n_tasks)
                                : replay_in_time(ctx, r, &nodes, cluster);
    }
    hanse__free(needs);
    hanse__free(counts);
    return status;
}

int hanse_cli_replay_nodes(int argc, char **argv)
{
    struct request r;
    struct hanse_cluster cluster = {0};
    int exit_status;
    if (!parse(&r, argc, argv, &exit_status)) {
        return exit_status;
    }
    struct hanse_context *ctx = hanse_cli_context(&r.args);
    enum hanse_status status = read_policy(ctx, &r);
    status = status == HANSE_OK ? read_fill(ctx, &r) : status;
    status = status == HANSE_OK ? hanse_cluster_read(ctx, r.nodes, r.args.operands[0], &cluster)
                                : status;
    status = status == HANSE_OK ? replay_cluster(ctx, &r, &cluster) : status;
    hanse_cluster_fini(&cluster);
    exit_status = hanse_cli_failure(ctx, status);
    hanse_context_destroy(ctx);
    return exit_status;
}
