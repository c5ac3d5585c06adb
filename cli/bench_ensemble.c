/*
 * `hanse bench ensemble`: what threads cost beside processes that know nothing of each other.
 *
 * As many processes as threads run the bare loop over the same replications at the same time.
 * Both share the machine's caches and memory, so what is left between them is the runner's own
 * doing: handing out tasks, taking records, waiting. That they did the same work is checked.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/bench.h"
#include "sim/model/draft.h"
#include "sim/process/mechanism.h"
#include "sim/study/study.h"

enum { CREW = 2 };

struct ensemble {
    struct hanse_draft *draft;
    struct hanse_scenario *scenario;
    struct hanse_study study;
};

/* --- a small nation ----------------------------------------------------------------------- */

struct value {
    const char *kind, *name, *key;
    double number;
    const char *text; /* NULL: the number holds */
};

static const struct value NATION[] = {
    {"scenario", "bench", "title", 0, "threads and processes"},
    {"scenario", "bench", "start", 0, "2026-01-01"},
    {"scenario", "bench", "horizon", 2 * 8760.0, NULL},
    {"scenario", "bench", "base_year", 2025, NULL},
    {"scenario", "bench", "reference_accelerator", 0, "card"},
    {"jurisdiction", "here", NULL, 0, NULL},
    {"pool", "pool", NULL, 0, NULL},
    {"firm", "maker", "home", 0, "here"},
    {"operator", "owner", "home", 0, "here"},
    {"operator", "owner", "type", 0, "state"},
    {"operator", "owner", "cost_of_capital", 0.05, NULL},
    {"region", "north", "jurisdiction", 0, "here"},
    {"region", "north", "pool", 0, "pool"},
    {"region", "north", "population", 1e6, NULL},
    {"region", "north", "electricity_price", 0.1, NULL},
    {"region", "north", "carbon_intensity", 300.0, NULL},
    {"region", "north", "pue", 1.25, NULL},
    {"accelerator", "card", "vendor", 0, "maker"},
    {"accelerator", "card", "fab", 0, "maker"},
    {"accelerator", "card", "peak", 989.0, NULL},
    {"accelerator", "card", "memory", 80.0, NULL},
    {"accelerator", "card", "bandwidth", 3350.0, NULL},
    {"accelerator", "card", "power", 1.2, NULL},
    {"accelerator", "card", "idle_power", 0.4, NULL},
    {"accelerator", "card", "compute_efficiency", 0.5, NULL},
    {"accelerator", "card", "memory_efficiency", 0.6, NULL},
    {"accelerator", "card", "price", 25000.0, NULL},
    {"accelerator", "card", "life", 5 * 8760.0, NULL},
    {"accelerator", "card", "tpp", 15832.0, NULL},
    {"accelerator", "card", "performance_density", 19.45, NULL},
    {"accelerator", "card", "hazard", 0.5 / 8760.0, NULL},
    {"maintenance", "care", "repairable_share", 0.5, NULL},
    {"model", "eight", "parameters", 8e9, NULL},
    {"model", "eight", "kv_per_token", 131072.0, NULL},
    {"site", "hall", "region", 0, "north"},
    {"site", "hall", "operator", 0, "owner"},
    {"group", "hall/card", "site", 0, "hall"},
    {"group", "hall/card", "accelerator", 0, "card"},
    {"group", "hall/card", "maintenance", 0, "care"},
    {"group", "hall/card", "count", 400.0, NULL},
    {"workload", "chat", "data_class", 0, "public"},
    {"workload", "chat", "model", 0, "eight"},
    {"workload", "chat", "prompts_start", 20.0, NULL},
    {"workload", "chat", "prompts_cap", 40.0, NULL},
    {"workload", "chat", "growth", 0.5 / 8760.0, NULL},
    {"workload", "chat", "prompt_tokens", 1000.0, NULL},
    {"workload", "chat", "output_tokens", 200.0, NULL},
};

static enum hanse_status declare(struct hanse_context *ctx, struct hanse_draft *draft)
{
    const struct value *last = NULL;
    uint32_t entity = 0;
    for (size_t i = 0; i < sizeof NATION / sizeof *NATION; i++) {
        const struct value *v = &NATION[i];
        if (last == NULL || strcmp(last->kind, v->kind) != 0) {
            HANSE_TRY(hanse_draft_add(draft, v->kind, v->name, NULL, &entity));
        }
        if (v->text != NULL) {
            HANSE_TRY(hanse_draft_set_text(draft, entity, v->key, v->text));
        } else if (v->key != NULL) {
            HANSE_TRY(hanse_draft_set_number(draft, entity, v->key, v->number));
        }
        last = v;
    }
    return HANSE_OK;
}

static enum hanse_status prepare(struct hanse_context *ctx, struct ensemble *e, uint32_t n)
{
    static const char *const names[] = {"baseline"};
    HANSE_TRY(hanse_draft_create(ctx, &e->draft));
    HANSE_TRY(declare(ctx, e->draft));
    HANSE_TRY(hanse_draft_freeze(e->draft, 0, NULL, 0, &e->scenario));
    e->study = (struct hanse_study){.cases = (const struct hanse_scenario *const *)&e->scenario,
                                    .case_names = names,
                                    .case_labels = names,
                                    .n_cases = 1,
                                    .n_replications = n,
                                    .seed = 1};
    return hanse_layout_init(ctx, e->scenario, &e->study.layout);
}

static void clean_up(struct ensemble *e)
{
    hanse_layout_fini(&e->study.layout);
    hanse_scenario_destroy(e->scenario);
    hanse_draft_destroy(e->draft);
}

/* --- threads ------------------------------------------------------------------------------ */

/* Waiting is part of the price, so it is the wall clock that counts. */
static double wall(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static enum hanse_status sink_begin(void *self, struct hanse_context *ctx,
                                    const struct hanse_study *study)
{
    return HANSE_OK;
}

static enum hanse_status sink_record(void *self, struct hanse_context *ctx,
                                     const struct hanse_record *record)
{
    return record->failed ? hanse__fail(ctx, HANSE_ERR_REPLICATION, "%s", record->failure)
                          : HANSE_OK;
}

static enum hanse_status sink_end(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

static enum hanse_status run_threads(struct hanse_context *ctx, const struct ensemble *e,
                                     double *seconds, uint64_t *events)
{
    const struct hanse_sink sink = {NULL, sink_begin, sink_record, sink_end};
    const struct hanse_run_options options = {.threads = CREW};
    struct hanse_run_report report;
    double started = wall();
    HANSE_TRY(hanse_study_run(ctx, &e->study, &sink, &options, &report));
    *seconds = wall() - started;
    *events = report.n_events;
    return HANSE_OK;
}

/* --- processes ---------------------------------------------------------------------------- */

/* Every CREW-th replication from `first` on; returns events, or 0 after a failure. */
static uint64_t bare_loop(const struct ensemble *e, uint32_t first)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_worker *worker = NULL;
    uint64_t events = 0;
    bool well = ctx != NULL && hanse_worker_create(ctx, &worker) == HANSE_OK;
    for (uint32_t r = first; well && r < e->study.n_replications; r += CREW) {
        struct hanse_record record;
        well = hanse_worker_run(worker, e->scenario, &e->study.layout, e->study.seed, r, false,
                                &record) == HANSE_OK &&
               !record.failed;
        events += record.n_events;
    }
    return well ? events : 0;
}

static enum hanse_status run_processes(struct hanse_context *ctx, const struct ensemble *e,
                                       double *seconds, uint64_t *events)
{
    int pipes[2];
    pid_t children[CREW];
    if (pipe(pipes) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "bench ensemble: no pipe");
    }
    fflush(stdout);
    double started = wall();
    for (uint32_t i = 0; i < CREW; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            uint64_t own = bare_loop(e, i);
            _exit(write(pipes[1], &own, sizeof own) == (ssize_t)sizeof own ? 0 : 1);
        }
    }
    close(pipes[1]);
    *events = 0;
    bool well = true;
    for (uint32_t i = 0; i < CREW; i++) {
        uint64_t own = 0;
        well &= read(pipes[0], &own, sizeof own) == (ssize_t)sizeof own;
        *events += own;
    }
    for (uint32_t i = 0; i < CREW; i++) {
        well &= children[i] > 0 && waitpid(children[i], NULL, 0) == children[i];
    }
    *seconds = wall() - started;
    close(pipes[0]);
    return well ? HANSE_OK
                : hanse__fail(ctx, HANSE_ERR_IO, "bench ensemble: a process did not run");
}

/* --- both --------------------------------------------------------------------------------- */

static enum hanse_status measure(struct hanse_bench *bench, const struct ensemble *e)
{
    double ratio[HANSE_BENCH_MOST], rate[HANSE_BENCH_MOST];
    for (int i = 0; i < bench->repetitions; i++) {
        double of_threads = 0.0, of_processes = 0.0;
        uint64_t events = 0, events_of_processes = 0;
        HANSE_TRY(run_processes(bench->ctx, e, &of_processes, &events_of_processes));
        HANSE_TRY(run_threads(bench->ctx, e, &of_threads, &events));
        if (events != events_of_processes) {
            hanse_bench_wrong(bench, "ensemble", "the number of events",
                              (double)events_of_processes, (double)events, 0.0);
            return HANSE_OK;
        }
        ratio[i] = of_processes / of_threads;
        rate[i] = e->study.n_replications / of_threads;
    }
    hanse_bench_row(bench, "ensemble, threads", CREW, "replications/s", rate);
    hanse_bench_row(bench, "ensemble, threads to processes", CREW, "ratio", ratio);
    return HANSE_OK;
}

enum hanse_status hanse_bench_ensemble(struct hanse_bench *bench)
{
    struct ensemble ensemble = {0};
    enum hanse_status status = prepare(bench->ctx, &ensemble, bench->quick ? 80 : 640);
    if (status == HANSE_OK) {
        status = measure(bench, &ensemble);
    }
    clean_up(&ensemble);
    return status;
}
