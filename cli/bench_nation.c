/*
 * Synthetic nations: what an hourly year of a national model costs, and how that grows.
 *
 * Members of one bloc share a pool. Every member has a region with hardware for more or less
 * than its people ask, so that every hour somebody helps somebody; devices fail one by one and
 * are repaired or replaced; ten workload classes in three tiers and four data classes follow a
 * daily and weekly profile. The year is held to its books before its time counts: demand must
 * be what was served, dropped or still waits, to 1e-9.
 */
#include "cli/bench.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/process/mechanism.h"
#include "sim/process/replication.h"

struct size {
    const char *label;
    int members, sites, devices, years;
};

enum { CLASSES = 10, TYPES = 4 };

/* One value; the last call's trouble stays. */
struct writer {
    struct hanse_draft *draft;
    uint32_t entity;
    enum hanse_status status;
};

static void add(struct writer *w, const char *kind, const char *name)
{
    if (w->status == HANSE_OK) {
        w->status = hanse_draft_add(w->draft, kind, name, NULL, &w->entity);
    }
}

static void number(struct writer *w, const char *key, double value)
{
    if (w->status == HANSE_OK) {
        w->status = hanse_draft_set_number(w->draft, w->entity, key, value);
    }
}

static void text(struct writer *w, const char *key, const char *value)
{
    if (w->status == HANSE_OK) {
        w->status = hanse_draft_set_text(w->draft, w->entity, key, value);
    }
}

static void numbers(struct writer *w, const char *key, const double *values, size_t n)
{
    struct hanse_term terms[HANSE_BENCH_HOURS];
    struct hanse_value items[HANSE_BENCH_HOURS];
    for (size_t i = 0; i < n; i++) {
        terms[i] = (struct hanse_term){HANSE_OP_CONSTANT, 0, values[i]};
        items[i] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[i], .n_terms = 1}};
    }
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = n};
    if (w->status == HANSE_OK) {
        w->status = hanse_draft_set(w->draft, w->entity, key, &list, NULL);
    }
}

static void texts(struct writer *w, const char *key, const char *only)
{
    const struct hanse_value item = {.type = HANSE_VALUE_TEXT, .text = only};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &item, .n_items = 1};
    if (w->status == HANSE_OK) {
        w->status = hanse_draft_set(w->draft, w->entity, key, &list, NULL);
    }
}

static void declare_hardware(struct writer *w)
{
    add(w, "jurisdiction", "abroad");
    add(w, "firm", "maker");
    text(w, "home", "abroad");
    add(w, "accelerator", "card");
    static const struct {
        const char *key;
        double value;
    } CARD[] = {{"peak", 989},
                {"memory", 80},
                {"bandwidth", 3350},
                {"power", 1.2},
                {"idle_power", 0.4},
                {"compute_efficiency", 0.5},
                {"memory_efficiency", 0.6},
                {"price", 25000},
                {"life", 5 * 8760.0},
                {"tpp", 15832},
                {"performance_density", 19.45},
                {"hazard", 0.09 / 8760}};
    text(w, "vendor", "maker");
    text(w, "fab", "maker");
    for (size_t i = 0; i < sizeof CARD / sizeof *CARD; i++) {
        number(w, CARD[i].key, CARD[i].value);
    }
    add(w, "maintenance", "care");
    number(w, "repairable_share", 0.5);
    number(w, "repair_time", 48);
    number(w, "spares_share", 0.02);
    number(w, "lead_time", 720);
    add(w, "model", "eight");
    number(w, "parameters", 8e9);
    number(w, "kv_per_token", 131072);
}

static void declare_members(struct writer *w, const struct size *size)
{
    static const char *const SORTS[TYPES] = {"state", "university", "telecom", "data_centre"};
    char name[64], home[64];
    add(w, "bloc", "union");
    add(w, "pool", "pool");
    for (int m = 0; m < size->members; m++) {
        snprintf(home, sizeof home, "m%02d", m);
        add(w, "jurisdiction", home);
        texts(w, "blocs", "union");
        add(w, "region", home);
        text(w, "jurisdiction", home);
        text(w, "pool", "pool");
        /* A device serves about 50,000 prompts a day; from a half to one and a half of what
         * the members' equal shares of the devices can do. */
        double devices = (double)size->devices / size->members;
        number(w, "population", devices * 4e3 * (0.5 + (double)(m % 5) / 4));
        number(w, "electricity_price", 0.12);
        number(w, "carbon_intensity", 300);
        number(w, "pue", 1.25);
        number(w, "utc_offset", m % 3);
        for (int t = 0; t < TYPES; t++) {
            snprintf(name, sizeof name, "%s_%s", home, SORTS[t]);
            add(w, "operator", name);
            text(w, "home", home);
            text(w, "type", SORTS[t]);
            number(w, "cost_of_capital", 0.05);
        }
    }
    for (int s = 0; s < size->sites; s++) {
        int m = s % size->members;
        snprintf(name, sizeof name, "s%06d", s);
        add(w, "site", name);
        snprintf(home, sizeof home, "m%02d", m);
        text(w, "region", home);
        snprintf(home, sizeof home, "m%02d_%s", m, SORTS[s / size->members % TYPES]);
        text(w, "operator", home);
        snprintf(home, sizeof home, "%s/card", name);
        add(w, "group", home);
        text(w, "site", name);
        text(w, "accelerator", "card");
        text(w, "maintenance", "care");
        number(w, "count", (double)size->devices / size->sites);
    }
}

static void declare_demand(struct writer *w)
{
    static const char *const DATA[] = {"public", "personal", "confidential", "state"};
    double week[HANSE_BENCH_HOURS];
    for (int h = 0; h < HANSE_BENCH_HOURS; h++) {
        week[h] = 1.0 + 0.6 * sin(2.0 * M_PI * (h % 24 - 9) / 24.0);
    }
    for (int c = 0; c < CLASSES; c++) {
        char name[16];
        snprintf(name, sizeof name, "w%d", c);
        add(w, "workload", name);
        text(w, "data_class", DATA[c % 4]);
        text(w, "model", "eight");
        number(w, "tier", 1 + c % 3);
        number(w, "prompts_start", 1.0);
        number(w, "prompts_cap", 2.0);
        number(w, "growth", 0.5);
        number(w, "prompt_tokens", 1000);
        number(w, "output_tokens", 200);
        numbers(w, "profile", week, HANSE_BENCH_HOURS);
        if (c % 2 != 0) {
            number(w, "deadline", 6);
            number(w, "give_up", 12);
        }
    }
}

static enum hanse_status build(struct hanse_context *ctx, const struct size *size,
                               struct hanse_scenario **scenario)
{
    struct writer w = {0};
    HANSE_TRY(hanse_draft_create(ctx, &w.draft));
    add(&w, "scenario", "bench");
    text(&w, "title", "a synthetic nation");
    text(&w, "start", "2026-01-01");
    number(&w, "horizon", size->years * 8760.0);
    number(&w, "base_year", 2025);
    text(&w, "reference_accelerator", "card");
    declare_hardware(&w);
    declare_members(&w, size);
    declare_demand(&w);
    if (w.status == HANSE_OK) {
        w.status = hanse_draft_freeze(w.draft, 0, NULL, 0, scenario);
    }
    hanse_draft_destroy(w.draft);
    return w.status;
}

static double total(const struct hanse_layout *layout, const struct hanse_record *record,
                    const char *output, int32_t first_month)
{
    const struct hanse_column *c = &layout->columns[hanse_layout_find(layout, output)];
    double sum = 0.0;
    for (size_t i = (size_t)first_month * (size_t)c->n_items;
         i < (size_t)layout->n_months * (size_t)c->n_items; i++) {
        sum += record->series[c->offset + i];
    }
    return sum;
}

static bool books_balance(struct hanse_bench *bench, const char *name,
                          const struct hanse_layout *layout, const struct hanse_record *record)
{
    double demand = total(layout, record, "demand", 0);
    double accounted = total(layout, record, "on_time", 0) + total(layout, record, "late", 0) +
                       total(layout, record, "dropped", 0) +
                       total(layout, record, "backlog", layout->n_months - 1);
    if (!record->failed && demand > 0.0 && fabs(accounted - demand) <= 1e-9 * demand) {
        return true;
    }
    hanse_bench_wrong(bench, name, "on time, late, dropped and waiting", demand, accounted,
                      1e-9 * demand);
    return false;
}

static double held_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return (double)heap.uordblks + (double)heap.hblkhd;
}

static void report(struct hanse_bench *bench, const struct size *size, double *seconds,
                   double *millions, double bytes)
{
    char name[64];
    double constant[HANSE_BENCH_MOST];
    snprintf(name, sizeof name, "%s, one core", size->label);
    hanse_bench_row(bench, name, (uint64_t)size->sites, "s", seconds);
    snprintf(name, sizeof name, "%s, events", size->label);
    hanse_bench_row(bench, name, (uint64_t)size->devices, "million", millions);
    const struct {
        const char *what;
        double n;
    } per[] = {{"a site", size->sites}, {"a device", size->devices}};
    for (size_t i = 0; i < sizeof per / sizeof *per; i++) {
        for (int r = 0; r < bench->repetitions; r++) {
            constant[r] = bytes / per[i].n;
        }
        snprintf(name, sizeof name, "%s, %s", size->label, per[i].what);
        hanse_bench_row(bench, name, (uint64_t)per[i].n, "B", constant);
    }
}

static enum hanse_status run(struct hanse_bench *bench, const struct size *size,
                             struct hanse_scenario *scenario, struct hanse_worker *worker)
{
    struct hanse_layout layout;
    double seconds[HANSE_BENCH_MOST], millions[HANSE_BENCH_MOST];
    bool right = true;
    HANSE_TRY(hanse_layout_init(bench->ctx, scenario, &layout));
    enum hanse_status status = HANSE_OK;
    for (int r = 0; r < bench->repetitions && right && status == HANSE_OK; r++) {
        struct hanse_record record;
        double start = hanse_bench_clock();
        status = hanse_worker_run(worker, scenario, &layout, 1, (uint32_t)r, false, &record);
        seconds[r] = hanse_bench_clock() - start;
        if (status == HANSE_OK) {
            millions[r] = 1e-6 * (double)record.n_events;
            right = books_balance(bench, size->label, &layout, &record);
        }
    }
    hanse_layout_fini(&layout);
    if (status == HANSE_OK && right) {
        report(bench, size, seconds, millions, held_bytes());
    }
    return status;
}

static enum hanse_status measure(struct hanse_bench *bench, const struct size *size)
{
    struct hanse_scenario *scenario = NULL;
    struct hanse_worker *worker = NULL;
    HANSE_TRY(build(bench->ctx, size, &scenario));
    malloc_trim(0);
    enum hanse_status status = hanse_worker_create(bench->ctx, &worker);
    if (status == HANSE_OK) {
        status = run(bench, size, scenario, worker);
    }
    hanse_worker_destroy(worker);
    hanse_scenario_destroy(scenario);
    return status;
}

/* The two that have an aim, then each number alone made larger. */
static const struct size FULL[] = {
    {"nation", 5, 1000, 20000, 1},
    {"nation, 4,000 sites", 5, 4000, 20000, 1},
    {"nation, 10,000 sites", 5, 10000, 20000, 1},
    {"nation, 60,000 devices", 5, 1000, 60000, 1},
    {"nation, 200,000 devices", 5, 1000, 200000, 1},
    {"nation, 3 years", 5, 1000, 20000, 3},
    {"nation, 10 years", 5, 1000, 20000, 10},
    {"nation, 20 members", 20, 1000, 20000, 1},
    {"nation, 60 members", 60, 1000, 20000, 1},
    {"continent", 60, 100000, 2000000, 5},
};
static const struct size QUICK[] = {{"nation", 5, 100, 2000, 1}};

enum hanse_status hanse_bench_nation(struct hanse_bench *bench)
{
    const struct size *sizes = bench->quick ? QUICK : FULL;
    size_t n = bench->quick ? sizeof QUICK / sizeof *QUICK : sizeof FULL / sizeof *FULL;
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(measure(bench, &sizes[i]));
    }
    return HANSE_OK;
}
