/* `hanse bench`: the engine's own speed. */
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/options.h"

struct part {
    const char *name;
    enum hanse_status (*measure)(struct hanse_bench *bench);
};

static const struct part parts[] = {
    {"calendar", hanse_bench_calendar}, {"streams", hanse_bench_streams},
    {"mm1", hanse_bench_mm1},           {"jackson", hanse_bench_jackson},
    {"phold", hanse_bench_phold},       {"lua", hanse_bench_lua},
    {"ensemble", hanse_bench_ensemble}, {"nation", hanse_bench_nation},
    {"serving", hanse_bench_serving},   {"replay", hanse_bench_replay},
    {"kernels", hanse_bench_kernels},
};

enum { N_PARTS = sizeof parts / sizeof *parts };

double hanse_bench_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *sorted, int n)
{
    return 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
}

void hanse_bench_row(struct hanse_bench *bench, const char *name, uint64_t n, const char *unit,
                     double *samples)
{
    int count = bench->repetitions;
    qsort(samples, (size_t)count, sizeof *samples, ascending);
    double value = median(samples, count);
    double low = samples[0];
    double high = samples[count - 1];
    if (bench->json) {
        printf("%s{\"name\": \"%s\", \"n\": %llu, \"value\": %.6g, \"unit\": \"%s\", "
               "\"low\": %.6g, \"high\": %.6g}",
               bench->begun ? ",\n" : "[\n", name, (unsigned long long)n, value, unit, low,
               high);
    } else {
        if (!bench->begun) {
            printf("%-50s %9s %10s %10s %10s  %s\n", "figure", "n", "median", "lowest",
                   "highest", "unit");
        }
        printf("%-50s %9llu %10.4g %10.4g %10.4g  %s\n", name, (unsigned long long)n, value,
               low, high, unit);
    }
    bench->begun = true;
    fflush(stdout);
}

void hanse_bench_wrong(struct hanse_bench *bench, const char *name, const char *what,
                       double exact, double got, double half_width)
{
    fprintf(stderr, "hanse bench: %s: %s must be %.6g ± %.2g, got %.6g: no speed is given\n",
            name, what, exact, half_width, got);
    bench->wrong = true;
}

static const struct part *part_named(const char *name)
{
    for (int i = 0; i < N_PARTS; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            return &parts[i];
        }
    }
    return NULL;
}

static int unknown_part(const char *name)
{
    const char *names[N_PARTS];
    for (int i = 0; i < N_PARTS; i++) {
        names[i] = parts[i].name;
    }
    const char *near = hanse__nearest(name, names, N_PARTS);
    if (near != NULL) {
        return hanse_cli_bad_usage("bench", "no part '%s', did you mean '%s'?", name, near);
    }
    return hanse_cli_bad_usage(
        "bench",
        "no part '%s'; there are calendar, streams, mm1, jackson, phold, lua, ensemble, "
        "nation, replay, serving and kernels",
        name);
}

static enum hanse_status measure(struct hanse_bench *bench, const struct hanse_cli_args *args)
{
    for (int i = 0; i < args->n_operands; i++) {
        HANSE_TRY(part_named(args->operands[i])->measure(bench));
    }
    for (int i = 0; i < N_PARTS && args->n_operands == 0; i++) {
        HANSE_TRY(parts[i].measure(bench));
    }
    return HANSE_OK;
}

static bool pending_known(int64_t pending)
{
    for (int64_t n = 100; n <= 1000000; n *= 10) {
        if (pending == n) {
            return true;
        }
    }
    return false;
}

int hanse_cli_bench(int argc, char **argv)
{
    int64_t repetitions = 5;
    int64_t pending = 0;
    bool quick = false;
    const struct hanse_cli_option options[] = {
        {"repetitions", 'r', HANSE_CLI_INTEGER, &repetitions, "R",
         "measure each figure R times (5)"},
        {"pending", 0, HANSE_CLI_INTEGER, &pending, "N",
         "calendar: only with N events pending: 100, 1000 … 1000000"},
        {"quick", 0, HANSE_CLI_FLAG, &quick, NULL, "smaller cases, for a look"},
    };
    const struct hanse_cli_usage usage = {
        .name = "bench",
        .operands = "[calendar|streams|mm1|jackson|phold|lua|ensemble|nation|replay|"
                    "serving|kernels]…",
        .min_operands = 0,
        .max_operands = -1,
        .summary = "Measures the engine's own speed. Each figure is the median of the\n"
                   "repetitions, with the lowest and the highest beside it.",
        .example = "hanse bench mm1 --repetitions 3",
        .options = options,
        .n_options = sizeof options / sizeof *options};
    struct hanse_cli_args args;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    if (repetitions < 1 || repetitions > HANSE_BENCH_MOST) {
        return hanse_cli_bad_usage("bench", "--repetitions: must be 1 to %d, got %lld",
                                   HANSE_BENCH_MOST, (long long)repetitions);
    }
    if (pending != 0 && !pending_known(pending)) {
        return hanse_cli_bad_usage("bench", "--pending: must be 100, 1000 … 1000000, got %lld",
                                   (long long)pending);
    }
    for (int i = 0; i < args.n_operands; i++) {
        if (part_named(args.operands[i]) == NULL) {
            return unknown_part(args.operands[i]);
        }
    }
    struct hanse_bench bench = {.ctx = hanse_cli_context(&args),
                                .repetitions = (int)repetitions,
                                .pending = pending,
                                .quick = quick,
                                .json = args.json,
                                .quiet = args.quiet};
    enum hanse_status status = measure(&bench, &args);
    if (bench.json) {
        printf("%s]\n", bench.begun ? "\n" : "[");
    }
    exit_status = hanse_cli_failure(bench.ctx, status);
    hanse_context_destroy(bench.ctx);
    return exit_status == 0 && bench.wrong ? 1 : exit_status;
}
