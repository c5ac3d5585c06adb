/*
 * A study whose records are made up: the real layout of a small nation with two regions and two
 * workloads, two windows, one uncertain parameter and as many cases as asked for, filled with
 * numbers that depend on (case, replication, place) alone. So every figure in a result file can
 * be worked out again in a test, and nothing needs to be simulated.
 */
#ifndef HANSE_TESTS_SYNTHETIC_H
#define HANSE_TESTS_SYNTHETIC_H

#include <math.h>

#include "output/results.h"
#include "tests/nation.h"

enum { SYNTHETIC_CASES = 8 };

struct synthetic {
    struct nation nation;
    struct hanse_scenario *cases[SYNTHETIC_CASES];
    const char *names[SYNTHETIC_CASES], *labels[SYNTHETIC_CASES];
    char room[SYNTHETIC_CASES][2][32];
    struct hanse_study study;
    struct hanse_provenance provenance;
    struct hanse_source_text sources[2];
    double *series;
    double inputs[1];
    struct hanse_note notes[2];
    uint32_t failing_replication; /* of case 1, and the next of the baseline; UINT32_MAX none */
};

static inline void synthetic_window(struct nation *n, const char *name, int from, int to)
{
    uint32_t e = nation_add(n, "window", name);
    nation_number(n, e, "from", from * 730.0);
    nation_number(n, e, "to", to * 730.0);
}

static inline struct nation synthetic_nation(double years)
{
    struct nation n = nation_small(years, 100, 0.1);
    nation_upkeep(&n, 0.5, false);
    nation_region(&n, "b", "A", "pool", 2e6);
    nation_workload(&n, "chat", 1.0);
    nation_workload(&n, "code", 2.0);
    synthetic_window(&n, "second_year", 12, 24);
    synthetic_window(&n, "instant", 3, 3);
    const struct hanse_param growth = {
        .name = "growth",
        .label = "Wachstum über alles",
        .unit = "1/year",
        .low = 0.1 / 8760,
        .mid = 0.2 / 8760,
        .high = 0.4 / 8760,
        .min = 0,
        .max = 1,
        .dim = {.power = {[HANSE_BASE_H] = -1}},
        .origin = {.source = "made up", .evidence = HANSE_EVIDENCE_ASSUMPTION}};
    uint32_t index;
    NATION_OK(n.ctx, hanse_draft_param(n.draft, &growth, &index));
    return n;
}

static inline struct synthetic *synthetic_make(uint32_t n_cases, uint32_t n_replications,
                                               uint32_t n_central, double years)
{
    struct synthetic *s = calloc(1, sizeof *s);
    s->nation = synthetic_nation(years);
    for (uint32_t c = 0; c < n_cases; c++) {
        snprintf(s->room[c][0], sizeof s->room[c][0], c == 0 ? "baseline" : "case%u", c);
        snprintf(s->room[c][1], sizeof s->room[c][1], "Fall Nº %u", c);
        s->names[c] = s->room[c][0];
        s->labels[c] = s->room[c][1];
        NATION_OK(s->nation.ctx, hanse_draft_freeze(s->nation.draft, 0, NULL, 0, &s->cases[c]));
    }
    s->study = (struct hanse_study){
        .cases = (const struct hanse_scenario *const *)s->cases,
        .case_names = s->names,
        .case_labels = s->labels,
        .n_cases = n_cases,
        .n_replications = n_replications,
        .n_central = n_central,
        .seed = 7,
    };
    NATION_OK(s->nation.ctx, hanse_layout_init(s->nation.ctx, s->cases[0], &s->study.layout));
    s->sources[0] = (struct hanse_source_text){"nation.lua", "return {} -- für alle\n", 23};
    s->sources[1] = (struct hanse_source_text){"lib/extra.lua", "return 1\n", 9};
    s->provenance = (struct hanse_provenance){
        .program_version = "0.0.1",
        .command = "hanse run nation.lua",
        .processor_class = "test",
        .sources = s->sources,
        .n_sources = 2,
    };
    s->series = calloc(s->study.layout.n_values, sizeof *s->series);
    s->failing_replication = UINT32_MAX;
    return s;
}

static inline void synthetic_free(struct synthetic *s)
{
    hanse_layout_fini(&s->study.layout);
    for (uint32_t c = 0; c < s->study.n_cases; c++) {
        hanse_scenario_destroy(s->cases[c]);
    }
    nation_end(&s->nation);
    free(s->series);
    free(s);
}

/* A number between 1 and 2 that looks random, the same everywhere (splitmix64). */
static inline double synthetic_number(uint32_t c, uint32_t r, bool central, size_t i)
{
    uint64_t x = ((uint64_t)c << 50) ^ ((uint64_t)r << 30) ^ ((uint64_t)central << 60) ^ i;
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return 1.0 + (double)(x >> 11) * 0x1p-53;
}

static inline bool synthetic_fails(const struct synthetic *s, uint32_t c, uint32_t r)
{
    uint32_t failing = s->failing_replication;
    return failing != UINT32_MAX && ((c == 1 && r == failing) || (c == 0 && r == failing + 1));
}

/* The record of a task, owned by the study and good until the next call. */
static inline struct hanse_record synthetic_record(struct synthetic *s, uint32_t c, uint32_t r,
                                                   bool central)
{
    for (size_t i = 0; i < s->study.layout.n_values; i++) {
        s->series[i] = synthetic_number(c, r, central, i);
    }
    s->inputs[0] = synthetic_number(0, r, central, 99) / 8760.0;
    s->notes[0] = (struct hanse_note){.time_h = 100.0 + r, .what = 0, .kind = 0, .value = 1.5};
    s->notes[1] = (struct hanse_note){.time_h = 200.0 + r, .what = 1, .kind = 0, .value = 2.5};
    struct hanse_record record = {.case_index = c,
                                  .replication = r,
                                  .central = central,
                                  .n_events = 1000 + r,
                                  .inputs = s->inputs,
                                  .n_inputs = 1,
                                  .series = s->series,
                                  .n_values = s->study.layout.n_values,
                                  .notes = s->notes,
                                  .n_notes = central ? 0 : 2};
    if (!central && synthetic_fails(s, c, r)) {
        record.failed = true;
        snprintf(record.failure, sizeof record.failure, "hour 12: site 'hall': made to fail");
    }
    return record;
}

static inline struct hanse_record synthetic_task(struct synthetic *s, uint64_t task)
{
    uint32_t per_case = s->study.n_replications + s->study.n_central;
    uint32_t c = (uint32_t)(task / per_case), r = (uint32_t)(task % per_case);
    bool central = r >= s->study.n_replications;
    return synthetic_record(s, c, central ? r - s->study.n_replications : r, central);
}

/* Writes the study to `path`, taking every step-th of its tasks round and round. */
static inline void synthetic_write(struct synthetic *s, const char *path, uint64_t step)
{
    struct hanse_writer *writer;
    struct hanse_context *ctx = s->nation.ctx;
    NATION_OK(ctx, hanse_writer_create(ctx, path, &s->study, &s->provenance, NULL, &writer));
    struct hanse_sink sink = hanse_writer_sink(writer);
    uint64_t n = hanse_study_n_tasks(&s->study);
    NATION_OK(ctx, sink.begin(sink.self, ctx, &s->study));
    for (uint64_t i = 0; i < n; i++) {
        struct hanse_record record = synthetic_task(s, i * step % n);
        NATION_OK(ctx, sink.record(sink.self, ctx, &record));
    }
    NATION_OK(ctx, sink.end(sink.self, ctx));
    hanse_writer_destroy(writer);
}

#endif
