/*
 * A whole study in C, without Lua and without files: one country, one university, sixteen
 * devices, five years. It declares the scenario, freezes it, runs it over threads into a sink
 * of its own, and prints what share of demand was served in time.
 */
#include <hanse/hanse.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is declared, one row per value. A row with a kind starts a new entity. */
struct row {
    const char *kind, *name; /* or */
    const char *key;
    const char *text; /* NULL: number, in the field's own unit */
    double number;
};

static const struct row ROWS[] = {
    {"scenario", "small", NULL, NULL, 0},
    {NULL, NULL, "title", "One university in one country", 0},
    {NULL, NULL, "start", "2026-01-05", 0},
    {NULL, NULL, "horizon", NULL, 5 * 8760.0},
    {NULL, NULL, "base_year", NULL, 2025},
    {NULL, NULL, "reference_accelerator", "card", 0},
    {"jurisdiction", "home", NULL, NULL, 0},
    {"firm", "maker", NULL, NULL, 0},
    {NULL, NULL, "home", "home", 0},
    {"operator", "university", NULL, NULL, 0},
    {NULL, NULL, "home", "home", 0},
    {NULL, NULL, "type", "university", 0},
    {NULL, NULL, "cost_of_capital", NULL, 0.05},
    {"pool", "national", NULL, NULL, 0},
    {"region", "capital", NULL, NULL, 0},
    {NULL, NULL, "jurisdiction", "home", 0},
    {NULL, NULL, "pool", "national", 0},
    {NULL, NULL, "population", NULL, 3e6},
    {NULL, NULL, "electricity_price", NULL, 0.12},
    {NULL, NULL, "carbon_intensity", NULL, 200},
    {NULL, NULL, "pue", NULL, 1.3},
    {"accelerator", "card", NULL, NULL, 0},
    {NULL, NULL, "vendor", "maker", 0},
    {NULL, NULL, "fab", "maker", 0},
    {NULL, NULL, "peak", NULL, 990},
    {NULL, NULL, "memory", NULL, 80},
    {NULL, NULL, "bandwidth", NULL, 3350},
    {NULL, NULL, "power", NULL, 0.7},
    {NULL, NULL, "idle_power", NULL, 0.1},
    {NULL, NULL, "compute_efficiency", NULL, 0.4},
    {NULL, NULL, "memory_efficiency", NULL, 0.6},
    {NULL, NULL, "price", NULL, 30e3},
    {NULL, NULL, "life", NULL, 5 * 8760.0},
    {NULL, NULL, "tpp", NULL, 15824},
    {NULL, NULL, "performance_density", NULL, 19},
    {NULL, NULL, "hazard", NULL, 0.1 / 8760},
    {"maintenance", "none", NULL, NULL, 0},
    {NULL, NULL, "repairable_share", NULL, 0},
    {"model", "small", NULL, NULL, 0},
    {NULL, NULL, "parameters", NULL, 8e9},
    {NULL, NULL, "kv_per_token", NULL, 131072},
    {"site", "campus", NULL, NULL, 0},
    {NULL, NULL, "region", "capital", 0},
    {NULL, NULL, "operator", "university", 0},
    {"group", "campus/cards", NULL, NULL, 0},
    {NULL, NULL, "site", "campus", 0},
    {NULL, NULL, "accelerator", "card", 0},
    {NULL, NULL, "maintenance", "none", 0},
    {NULL, NULL, "count", NULL, 16},
    {"workload", "chat", NULL, NULL, 0},
    {NULL, NULL, "data_class", "public", 0},
    {NULL, NULL, "model", "small", 0},
    {NULL, NULL, "prompts_start", NULL, 2},
    {NULL, NULL, "prompts_cap", NULL, 8},
    {NULL, NULL, "growth", NULL, 0.5},
    {NULL, NULL, "prompt_tokens", NULL, 1000},
    {NULL, NULL, "output_tokens", NULL, 300},
};

static enum hanse_status declare(struct hanse_draft *draft)
{
    uint32_t entity = 0;

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct row *row = &ROWS[i];

        if (row->kind) {
            HANSE_TRY(hanse_draft_add(draft, row->kind, row->name, NULL, &entity));
        } else if (row->text) {
            HANSE_TRY(hanse_draft_set_text(draft, entity, row->key, row->text));
        } else {
            HANSE_TRY(hanse_draft_set_number(draft, entity, row->key, row->number));
        }
    }
    return HANSE_OK;
}

/* The sink: keeps every record's series in its task's place, whenever it comes. */
struct keeper {
    const struct hanse_study *study;
    double *series;
    unsigned n_records;
};

static enum hanse_status keep_begin(void *self, struct hanse_context *ctx,
                                    const struct hanse_study *study)
{
    struct keeper *keeper = self;

    (void)ctx;
    keeper->study = study;
    keeper->series =
        calloc(hanse_study_n_tasks(study) * study->layout.n_values, sizeof *keeper->series);
    return keeper->series ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status keep_record(void *self, struct hanse_context *ctx,
                                     const struct hanse_record *record)
{
    struct keeper *keeper = self;
    size_t place = record->replication * record->n_values;

    (void)ctx;
    if (record->failed) {
        fprintf(stderr, "%s\n", record->failure);
        return HANSE_ERR_REPLICATION;
    }
    memcpy(keeper->series + place, record->series, record->n_values * sizeof(double));
    keeper->n_records++;
    return HANSE_OK;
}

static enum hanse_status keep_end(void *self, struct hanse_context *ctx)
{
    (void)self;
    (void)ctx;
    return HANSE_OK;
}

static enum hanse_status run(struct hanse_context *ctx, const struct hanse_study *study,
                             int threads, struct keeper *keeper)
{
    struct hanse_sink sink = {keeper, keep_begin, keep_record, keep_end};
    struct hanse_run_options options = {.threads = threads};
    struct hanse_run_report report;

    return hanse_study_run(ctx, study, &sink, &options, &report);
}

/* Mean over replications of an output's total over the horizon. */
static double mean_total(const struct keeper *keeper, const char *output)
{
    const struct hanse_layout *layout = &keeper->study->layout;
    int32_t column = hanse_layout_find(layout, output);
    size_t n_cells;
    double sum = 0;

    if (column < 0) {
        fprintf(stderr, "no output named '%s'\n", output);
        return NAN;
    }
    n_cells = (size_t)layout->n_months * (size_t)layout->columns[column].n_items;
    for (unsigned r = 0; r < keeper->n_records; r++) {
        const double *cells =
            keeper->series + r * layout->n_values + layout->columns[column].offset;

        for (size_t i = 0; i < n_cells; i++) {
            sum += cells[i];
        }
    }
    return sum / keeper->n_records;
}

static int complain(const struct hanse_context *ctx, enum hanse_status status)
{
    fprintf(stderr, "%s: %s\n", hanse_status_name(status), hanse_context_message(ctx));
    return hanse_status_exit_code(status);
}

int main(void)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_draft *draft = NULL;
    struct hanse_scenario *scenario = NULL;
    struct hanse_study study = {.case_names = (const char *const[]){"baseline"},
                                .case_labels = (const char *const[]){"Baseline"},
                                .n_cases = 1,
                                .n_replications = 8,
                                .seed = 1};
    struct keeper alone = {0}, together = {0};
    enum hanse_status status;

    if ((status = hanse_draft_create(ctx, &draft)) || (status = declare(draft)) ||
        (status = hanse_draft_freeze(draft, 0, NULL, 0, &scenario)) ||
        (status = hanse_layout_init(ctx, scenario, &study.layout))) {
        return complain(ctx, status);
    }
    study.cases = (const struct hanse_scenario *const[]){scenario};
    if ((status = run(ctx, &study, 1, &alone)) || (status = run(ctx, &study, 2, &together))) {
        return complain(ctx, status);
    }
    if (alone.n_records != 8 || memcmp(alone.series, together.series,
                                       8 * study.layout.n_values * sizeof(double)) != 0) {
        fprintf(stderr, "one thread and two threads differ\n");
        return 1;
    }
    printf("hanse %s: %.1f %% of demand served in time\n", hanse_version(),
           100 * mean_total(&alone, "on_time") / mean_total(&alone, "demand"));
    free(alone.series);
    free(together.series);
    hanse_layout_fini(&study.layout);
    hanse_scenario_destroy(scenario);
    hanse_draft_destroy(draft);
    hanse_context_destroy(ctx);
    return 0;
}
