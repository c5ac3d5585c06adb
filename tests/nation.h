/*
 * A small nation for tests, made through the C builder API: one jurisdiction "A", one region
 * "a", one accelerator "card" that is also the reference, one site "hall" with one group. Tests
 * change what they are about and leave the rest.
 */
#ifndef HANSE_TESTS_NATION_H
#define HANSE_TESTS_NATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/process/mechanism.h"
#include "sim/process/replication.h"

/* Stops the test with the context's sentence unless the call went well. */
#define NATION_OK(ctx, call)                                                                   \
    do {                                                                                       \
        enum hanse_status nation_status_ = (call);                                             \
        if (nation_status_ != HANSE_OK) {                                                      \
            fail_msg("%s: %s", #call, hanse_context_message(ctx));                             \
        }                                                                                      \
    } while (0)

struct nation {
    struct hanse_context *ctx;
    struct hanse_draft *draft;
};

static inline uint32_t nation_add(struct nation *n, const char *kind, const char *name)
{
    uint32_t entity;
    NATION_OK(n->ctx, hanse_draft_add(n->draft, kind, name, NULL, &entity));
    return entity;
}

static inline void nation_number(struct nation *n, uint32_t entity, const char *key, double x)
{
    NATION_OK(n->ctx, hanse_draft_set_number(n->draft, entity, key, x));
}

static inline void nation_text(struct nation *n, uint32_t entity, const char *key,
                               const char *text)
{
    NATION_OK(n->ctx, hanse_draft_set_text(n->draft, entity, key, text));
}

static inline void nation_flag(struct nation *n, uint32_t entity, const char *key, bool flag)
{
    NATION_OK(n->ctx, hanse_draft_set_flag(n->draft, entity, key, flag));
}

static inline uint32_t nation_settings(struct nation *n, double years)
{
    uint32_t e = nation_add(n, "scenario", "test");
    nation_text(n, e, "title", "a test");
    nation_text(n, e, "start", "2026-01-01");
    nation_number(n, e, "horizon", years * 8760.0);
    nation_number(n, e, "base_year", 2025);
    nation_text(n, e, "reference_accelerator", "card");
    return e;
}

static inline uint32_t nation_jurisdiction(struct nation *n, const char *name)
{
    return nation_add(n, "jurisdiction", name);
}

static inline uint32_t nation_region_nowhere(struct nation *n, const char *name,
                                             const char *where, const char *pool,
                                             double population)
{
    uint32_t e = nation_add(n, "region", name);
    nation_text(n, e, "jurisdiction", where);
    nation_text(n, e, "pool", pool);
    nation_number(n, e, "population", population);
    nation_number(n, e, "electricity_price", 0.1);
    nation_number(n, e, "carbon_intensity", 300.0);
    nation_number(n, e, "pue", 1.25);
    return e;
}

/* All regions in one place, but in a place. */
static inline uint32_t nation_region(struct nation *n, const char *name, const char *where,
                                     const char *pool, double population)
{
    uint32_t e = nation_region_nowhere(n, name, where, pool, population);
    nation_number(n, e, "latitude", 1.0);
    return e;
}

static inline uint32_t nation_firm(struct nation *n, const char *name, const char *home)
{
    uint32_t e = nation_add(n, "firm", name);
    nation_text(n, e, "home", home);
    return e;
}

/* A device like an H100, with the given peak, bandwidth and failure rate. */
static inline uint32_t nation_card_with(struct nation *n, const char *name, const char *vendor,
                                        double peak_tflops, double bandwidth_gbps,
                                        double hazard_per_year)
{
    uint32_t e = nation_add(n, "accelerator", name);
    nation_text(n, e, "vendor", vendor);
    nation_text(n, e, "fab", vendor);
    nation_number(n, e, "peak", peak_tflops);
    nation_number(n, e, "memory", 80.0);
    nation_number(n, e, "bandwidth", bandwidth_gbps);
    nation_number(n, e, "power", 1.2);
    nation_number(n, e, "idle_power", 0.4);
    nation_number(n, e, "compute_efficiency", 0.5);
    nation_number(n, e, "memory_efficiency", 0.6);
    nation_number(n, e, "price", 25000.0);
    nation_number(n, e, "life", 5.0 * 8760.0);
    nation_number(n, e, "tpp", 15832.0);
    nation_number(n, e, "performance_density", 19.45);
    nation_number(n, e, "hazard", hazard_per_year / 8760.0);
    return e;
}

static inline uint32_t nation_card_of(struct nation *n, const char *name, const char *vendor,
                                      double peak_tflops, double hazard_per_year)
{
    return nation_card_with(n, name, vendor, peak_tflops, 3350.0, hazard_per_year);
}

static inline uint32_t nation_card(struct nation *n, const char *name, const char *vendor,
                                   double hazard_per_year)
{
    return nation_card_of(n, name, vendor, 989.0, hazard_per_year);
}

static inline uint32_t nation_operator(struct nation *n, const char *name, const char *home)
{
    uint32_t e = nation_add(n, "operator", name);
    nation_text(n, e, "home", home);
    nation_text(n, e, "type", "university");
    nation_number(n, e, "cost_of_capital", 0.05);
    return e;
}

static inline uint32_t nation_site(struct nation *n, const char *name, const char *region,
                                   const char *owner)
{
    uint32_t e = nation_add(n, "site", name);
    nation_text(n, e, "region", region);
    nation_text(n, e, "operator", owner);
    return e;
}

static inline uint32_t nation_group(struct nation *n, const char *site, const char *card,
                                    double count)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s", site, card);
    uint32_t e = nation_add(n, "group", name);
    nation_text(n, e, "site", site);
    nation_text(n, e, "accelerator", card);
    nation_text(n, e, "maintenance", "upkeep");
    nation_number(n, e, "count", count);
    return e;
}

/* Nothing is repaired, nothing ordered; tests overwrite what they need. */
static inline uint32_t nation_upkeep(struct nation *n, double repairable_share, bool reorder)
{
    uint32_t e = nation_add(n, "maintenance", "upkeep");
    nation_number(n, e, "repairable_share", repairable_share);
    nation_flag(n, e, "reorder", reorder);
    return e;
}

static inline uint32_t nation_model(struct nation *n)
{
    uint32_t e = nation_add(n, "model", "eight");
    nation_number(n, e, "parameters", 8e9);
    nation_number(n, e, "kv_per_token", 131072.0);
    return e;
}

/* Demand growing from `start` to `cap` prompts per head and day, flat in the week, dropped when
 * not served at once. */
static inline uint32_t nation_workload_of(struct nation *n, const char *name,
                                          const char *data_class, double start, double cap)
{
    uint32_t e = nation_add(n, "workload", name);
    nation_text(n, e, "data_class", data_class);
    nation_text(n, e, "model", "eight");
    nation_number(n, e, "prompts_start", start);
    nation_number(n, e, "prompts_cap", cap);
    nation_number(n, e, "prompt_tokens", 1000.0);
    nation_number(n, e, "output_tokens", 200.0);
    return e;
}

static inline uint32_t nation_workload(struct nation *n, const char *name, double prompts)
{
    return nation_workload_of(n, name, "public", prompts, prompts);
}

static inline struct nation nation_begin(void)
{
    struct nation n = {.ctx = hanse_context_create()};
    NATION_OK(n.ctx, hanse_draft_create(n.ctx, &n.draft));
    return n;
}

/* The nation of the heading without hall and group, with so many people. */
static inline struct nation nation_empty(double years, double people, double hazard_per_year)
{
    struct nation n = nation_begin();
    nation_settings(&n, years);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", people);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", hazard_per_year);
    nation_model(&n);
    return n;
}

/* The nation of the heading; maintenance "upkeep" is the caller's. */
static inline struct nation nation_small(double years, double devices, double hazard_per_year)
{
    struct nation n = nation_empty(years, 1e6, hazard_per_year);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", devices);
    return n;
}

static inline void nation_end(struct nation *n)
{
    hanse_draft_destroy(n->draft);
    hanse_context_destroy(n->ctx);
}

/* A frozen nation with its layout and a worker, to run replications with. */
struct nation_run {
    struct hanse_context *ctx;
    struct hanse_scenario *scenario;
    struct hanse_layout layout;
    struct hanse_worker *worker;
};

static inline struct nation_run nation_freeze(struct nation *n)
{
    struct nation_run run = {.ctx = n->ctx};
    NATION_OK(n->ctx, hanse_draft_freeze(n->draft, 0, NULL, 0, &run.scenario));
    NATION_OK(n->ctx, hanse_layout_init(n->ctx, run.scenario, &run.layout));
    NATION_OK(n->ctx, hanse_worker_create(n->ctx, &run.worker));
    return run;
}

static inline struct hanse_record nation_replicate(struct nation_run *run, uint32_t replication)
{
    struct hanse_record record;
    NATION_OK(run->ctx, hanse_worker_run(run->worker, run->scenario, &run->layout, 7,
                                         replication, false, &record));
    if (record.failed) {
        fail_msg("%s", record.failure);
    }
    return record;
}

static inline void nation_run_end(struct nation_run *run)
{
    hanse_worker_destroy(run->worker);
    hanse_layout_fini(&run->layout);
    hanse_scenario_destroy(run->scenario);
}

/* An output of a month in a record, summed over its items. */
static inline double nation_month(const struct nation_run *run,
                                  const struct hanse_record *record, const char *output,
                                  int32_t month)
{
    int32_t c = hanse_layout_find(&run->layout, output);
    assert_true(c >= 0);
    const struct hanse_column *column = &run->layout.columns[c];
    double sum = 0.0;
    for (int32_t i = 0; i < column->n_items; i++) {
        sum +=
            record
                ->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)i];
    }
    return sum;
}

/* The same over all months. */
static inline double nation_total(const struct nation_run *run,
                                  const struct hanse_record *record, const char *output)
{
    double sum = 0.0;
    for (int32_t m = 0; m < run->layout.n_months; m++) {
        sum += nation_month(run, record, output, m);
    }
    return sum;
}

/* Sets a profile of hours. */
static inline void nation_factors(struct nation *n, uint32_t entity, const char *key,
                                  const double *factors, size_t count)
{
    static struct hanse_term terms[168];
    static struct hanse_value items[168];
    for (size_t i = 0; i < count; i++) {
        terms[i] = (struct hanse_term){HANSE_OP_CONSTANT, 0, factors[i]};
        items[i] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[i], .n_terms = 1}};
    }
    const struct hanse_value list = {
        .type = HANSE_VALUE_LIST, .items = items, .n_items = count};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

/* Prompts a day that one card serves, found by running it. */
static inline double nation_prompts_of_a_card(void)
{
    struct nation n = nation_empty(1.0, 1e9, 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 1);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double share = nation_total(&run, &r, "on_time") / nation_total(&run, &r, "demand");
    nation_run_end(&run);
    nation_end(&n);
    return share * 1e9;
}

/* People who ask for one device's whole time at `prompts` a head and day. */
static inline double nation_people_per_device(double prompts)
{
    struct nation n = nation_small(1.0, 1, 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", prompts);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double people = 1e6 * 8760.0 / nation_total(&run, &r, "demand");
    nation_run_end(&run);
    nation_end(&n);
    return people;
}

/* A key that lists names, of one name or of two. */
static inline void nation_names(struct nation *n, uint32_t entity, const char *key,
                                const char *one, const char *other)
{
    struct hanse_value items[] = {{.type = HANSE_VALUE_TEXT, .text = one},
                                  {.type = HANSE_VALUE_TEXT, .text = other}};
    struct hanse_value list = {
        .type = HANSE_VALUE_LIST, .items = items, .n_items = other != NULL ? 2 : 1};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

static inline void nation_name(struct nation *n, uint32_t entity, const char *key,
                               const char *name)
{
    nation_names(n, entity, key, name, NULL);
}

#endif
