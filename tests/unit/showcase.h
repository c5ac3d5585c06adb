/*
 * A result file to look at: two cases of a small nation over three years, with figures that can
 * be worked out by hand. On time is 90 % throughout in the baseline; in the case "stop" it is
 * 60 % in the second year, give or take 0.1 points per replication, and 80 % after. The one
 * uncertain input rises with the replication, so it explains all of that. Names and labels are
 * hostile on purpose.
 */
#ifndef HANSE_TESTS_SHOWCASE_H
#define HANSE_TESTS_SHOWCASE_H

#include <unistd.h>

#include "sim/process/layout.h"
#include "tests/unit/synthetic.h"

enum { SHOWCASE_REPLICATIONS = 60, SHOWCASE_CENTRAL = 3, SHOWCASE_MONTHS = 36 };

/* How a showcase departs from the one of the heading. */
struct showcase_options {
    double shift;            /* added to the stop's share on time */
    double pue;              /* of region "a"; 0: as it is */
    uint64_t seed;           /* 0: 7 */
    uint32_t n_replications; /* 0: SHOWCASE_REPLICATIONS */
};

static inline void showcase_override(struct nation *n, const char *path,
                                     struct hanse_value value)
{
    NATION_OK(n->ctx, hanse_draft_override(n->draft, "shown", path, &value, NULL));
}

static inline void showcase_declare(struct nation *n, const struct showcase_options *options)
{
    const struct hanse_term pue = {.op = HANSE_OP_CONSTANT, .number = options->pue};
    uint32_t e;

    showcase_override(n, "scenario.test.title",
                      (struct hanse_value){.type = HANSE_VALUE_TEXT,
                                           .text = "<script>alert(1)</script> & \"Co\""});
    nation_text(n, 0, "question", "Who's left?");
    nation_flag(n, 0, "hypothetical", true);
    if (options->pue > 0) {
        showcase_override(n, "region.a.pue",
                          (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                               .formula = {.terms = &pue, .n_terms = 1}});
    }
    e = nation_add(n, "withdraw", "maker_stops");
    nation_text(n, e, "label", "supply <stop>");
    nation_text(n, e, "actor", "maker");
    nation_text(n, e, "axis", "silicon");
    nation_number(n, e, "from", 12 * 730.0);
    nation_number(n, e, "to", 12 * 730.0);
    e = nation_add(n, "headline", "main");
    nation_text(n, e, "text", "of demand is served on time");
    nation_text(n, e, "output", "on_time_share");
    nation_text(n, e, "case", "stop");
    nation_text(n, e, "window", "second_year");
    nation_number(n, e, "floor", 0.7);
}

static inline struct hanse_setting showcase_stop(struct hanse_term *term)
{
    *term = (struct hanse_term){.op = HANSE_OP_CONSTANT, .number = 24 * 730.0};
    return (struct hanse_setting){
        .path = "withdraw.maker_stops.to",
        .value = {
            .type = HANSE_VALUE_FORMULA,
            .formula = {.terms = term, .n_terms = 1, .dim = {.power = {[HANSE_BASE_H] = 1}}}}};
}

static inline struct synthetic *showcase_make(const struct showcase_options *options)
{
    struct synthetic *s = calloc(1, sizeof *s);
    struct hanse_term term;
    const struct hanse_setting stop = showcase_stop(&term);
    const char *const shown[] = {"shown"};

    s->nation = synthetic_nation(3);
    showcase_declare(&s->nation, options);
    s->names[0] = "baseline";
    s->labels[0] = "Baseline";
    s->names[1] = "stop";
    s->labels[1] = "Stop <b>";
    for (int c = 0; c < 2; c++) {
        NATION_OK(s->nation.ctx, hanse_draft_freeze_with(s->nation.draft, s->names[c], shown, 1,
                                                         &stop, c == 1 ? 1 : 0, &s->cases[c]));
    }
    s->study = (struct hanse_study){
        .cases = (const struct hanse_scenario *const *)s->cases,
        .case_names = s->names,
        .case_labels = s->labels,
        .n_cases = 2,
        .n_replications =
            options->n_replications ? options->n_replications : SHOWCASE_REPLICATIONS,
        .n_central = SHOWCASE_CENTRAL,
        .seed = options->seed ? options->seed : 7,
    };
    NATION_OK(s->nation.ctx, hanse_layout_init(s->nation.ctx, s->cases[0], &s->study.layout));
    s->sources[0] = (struct hanse_source_text){"showcase.lua", "return {}\n", 10};
    s->provenance = (struct hanse_provenance){
        .program_version = "0.0.1",
        .command = "hanse run showcase.lua --set 'x=\"<y>\"'",
        .processor_class = "test",
        .sources = s->sources,
        .n_sources = 1,
    };
    s->series = calloc(s->study.layout.n_values, sizeof *s->series);
    s->failing_replication = UINT32_MAX;
    return s;
}

static inline void showcase_fill(struct synthetic *s, const char *output, int month,
                                 double value)
{
    int32_t c = hanse_layout_find(&s->study.layout, output);
    const struct hanse_column *column;

    assert_true(c >= 0);
    column = &s->study.layout.columns[c];
    for (int32_t i = 0; i < column->n_items; i++) {
        s->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)i] =
            value / column->n_items;
    }
}

static inline double showcase_share(const struct synthetic *s,
                                    const struct showcase_options *options, uint32_t c,
                                    uint32_t r, bool central, int month)
{
    double middle = (s->study.n_replications - 1) / 2.0;

    if (c == 0 || month < 12) {
        return 0.9;
    }
    if (month >= 24) {
        return 0.8;
    }
    return 0.6 + options->shift + (central ? 0.0 : 0.001 * (r - middle));
}

static inline struct hanse_record showcase_record(struct synthetic *s,
                                                  const struct showcase_options *options,
                                                  uint32_t c, uint32_t r, bool central)
{
    struct hanse_record record = synthetic_record(s, c, r, central);

    memset(s->series, 0, s->study.layout.n_values * sizeof *s->series);
    for (int month = 0; month < SHOWCASE_MONTHS; month++) {
        double share = showcase_share(s, options, c, r, central, month);

        showcase_fill(s, "demand", month, 1000.0);
        showcase_fill(s, "on_time", month, 1000.0 * share);
        showcase_fill(s, "dropped", month, 1000.0 * (1.0 - share));
        showcase_fill(s, "unserved", month, 1000.0 * (1.0 - share));
        showcase_fill(s, "device_hours_available", month, 9e5);
        showcase_fill(s, "device_hours_busy", month, 8e5 * share);
        showcase_fill(s, "cost", month, 2.5e6 - 1e5 * share);
    }
    s->inputs[0] = (0.1 + 0.001 * r) / 8760.0;
    return record;
}

/* Writes the file. */
static inline void showcase_write(const char *path, const struct showcase_options *options)
{
    struct synthetic *s = showcase_make(options);
    struct hanse_context *ctx = s->nation.ctx;
    struct hanse_writer *writer;
    struct hanse_sink sink;

    NATION_OK(ctx, hanse_writer_create(ctx, path, &s->study, &s->provenance,
                                       &(struct hanse_writer_options){.force = true}, &writer));
    sink = hanse_writer_sink(writer);
    NATION_OK(ctx, sink.begin(sink.self, ctx, &s->study));
    for (uint64_t task = 0; task < hanse_study_n_tasks(&s->study); task++) {
        uint32_t per_case = s->study.n_replications + s->study.n_central;
        uint32_t r = (uint32_t)(task % per_case);
        bool central = r >= s->study.n_replications;
        struct hanse_record record =
            showcase_record(s, options, (uint32_t)(task / per_case),
                            central ? r - s->study.n_replications : r, central);

        NATION_OK(ctx, sink.record(sink.self, ctx, &record));
    }
    NATION_OK(ctx, sink.end(sink.self, ctx));
    hanse_writer_destroy(writer);
    synthetic_free(s);
}

/* A showcase on disk in a folder of its own, opened for reading. */
struct shown {
    char folder[32], path[64], page[64];
    struct hanse_context *ctx;
    struct hanse_results *results;
};

static inline struct shown *shown_open(const struct showcase_options *options)
{
    struct shown *shown = calloc(1, sizeof *shown);

    snprintf(shown->folder, sizeof shown->folder, "/tmp/hanse-show-XXXXXX");
    assert_non_null(mkdtemp(shown->folder));
    snprintf(shown->path, sizeof shown->path, "%s/show.h5", shown->folder);
    snprintf(shown->page, sizeof shown->page, "%s/page", shown->folder);
    showcase_write(shown->path, options);
    shown->ctx = hanse_context_create();
    NATION_OK(shown->ctx, hanse_results_open(shown->ctx, shown->path, &shown->results));
    return shown;
}

static inline void shown_close(struct shown *shown)
{
    hanse_results_close(shown->results);
    hanse_context_destroy(shown->ctx);
    unlink(shown->page);
    unlink(shown->path);
    rmdir(shown->folder);
    free(shown);
}

/* The text of a file; freed by the caller. */
static inline char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = calloc((size_t)size + 1, 1);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    fclose(file);
    return text;
}

#endif
