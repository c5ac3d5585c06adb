#include "cli/precision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "sim/model/nouns.h"
#include "sim/process/shown.h"
#include "sim/study/ranks.h"

enum { MOST_VIEWS = 512, MOST_WINDOWS = 64 };

/* What is watched, and its value in every (case, replication). */
struct watched {
    struct hanse_view view;
    struct hanse_window window;
    double *values;
    size_t n; /* replications there is room for */
};

enum hanse_status hanse_cli_precision_parse(struct hanse_context *ctx, const char *text,
                                            double *relative)
{
    char digits[64];
    size_t length = strlen(text);
    bool percent = length > 0 && text[length - 1] == '%';
    snprintf(digits, sizeof digits, "%.*s", (int)(length - percent), text);
    if (length >= sizeof digits || !hanse_cli_number(digits, relative)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--precision: must be a share such as 2%% or 0.02, got '%s'", text);
    }
    *relative /= percent ? 100.0 : 1.0;
    if (!(*relative > 0.0 && *relative < 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--precision: must be between 0 and 100 %%, got '%s'", text);
    }
    return HANSE_OK;
}

/* --- what is watched --------------------------------------------------------------------- */

static const struct hanse_headline *headline_of(const struct hanse_study *study)
{
    int32_t n;
    const struct hanse_headline *rows =
        hanse_scenario_table(study->cases[0], &hanse_kind_headline, &n);
    return n > 0 ? &rows[0] : NULL;
}

static enum hanse_status find_watched(struct hanse_context *ctx,
                                      const struct hanse_study *study, struct watched *watched)
{
    const struct hanse_headline *headline = headline_of(study);
    const char *output = headline != NULL ? headline->output : "on_time_share";
    struct hanse_window windows[MOST_WINDOWS];
    size_t n_windows = hanse_windows(study->cases[0], windows, MOST_WINDOWS);
    /* Window 0 is the horizon, so rows of the noun start at 1. */
    size_t which = headline != NULL && headline->window >= 0 ? 1 + (size_t)headline->window : 0;
    watched->window = windows[which < n_windows && which < MOST_WINDOWS ? which : 0];
    struct hanse_view *views = hanse__alloc(ctx, MOST_VIEWS, sizeof *views);
    if (views == NULL) {
        return HANSE_ERR_MEMORY;
    }
    size_t n_views = hanse_views(&study->layout, views, MOST_VIEWS);
    enum hanse_status status =
        hanse__fail(ctx, HANSE_ERR_INPUT, "--precision: there is no output '%s'", output);
    for (size_t i = 0; i < n_views && i < MOST_VIEWS && status != HANSE_OK; i++) {
        if (strcmp(views[i].name, output) == 0) {
            watched->view = views[i];
            status = HANSE_OK;
        }
    }
    hanse__free(views);
    return status;
}

static double value_of(const struct hanse_study *study, const struct watched *watched,
                       const struct hanse_record *record)
{
    double value = NAN;
    if (!record->failed) {
        hanse_view_summary(&study->layout, &watched->view, &watched->window, record->series,
                           &value);
    }
    return value;
}

/* Reads the values of replications [from, to) back from the journal. */
static enum hanse_status read_values(struct hanse_context *ctx, const struct hanse_study *study,
                                     struct hanse_writer *writer, struct watched *watched,
                                     uint32_t from, uint32_t to)
{
    for (uint32_t c = 0; c < study->n_cases; c++) {
        for (uint32_t r = from; r < to; r++) {
            struct hanse_record record;
            HANSE_TRY(hanse_writer_record(writer, ctx, hanse_study_task(study, c, r, false),
                                          &record));
            watched->values[(size_t)c * watched->n + r] = value_of(study, watched, &record);
        }
    }
    return HANSE_OK;
}

/* --- rungs ------------------------------------------------------------------------------- */

/* The verdict over all cases; `worst` the relative half-width that is widest. */
static enum hanse_stop_verdict judge(const struct hanse_stop_rule *rule,
                                     const struct hanse_study *study,
                                     const struct watched *watched, double *worst)
{
    enum hanse_stop_verdict verdict = HANSE_STOP_MET;
    *worst = 0.0;
    for (uint32_t c = 0; c < study->n_cases; c++) {
        struct hanse_stop_state state;
        enum hanse_stop_verdict of_case = hanse_stop_check(
            rule, watched->values + (size_t)c * watched->n, study->n_replications, &state);
        *worst = fmax(*worst, state.relative);
        if (of_case == HANSE_STOP_NAN) {
            return of_case;
        }
        /* One case that must go on keeps all going; one that fell short outweighs one met. */
        if (of_case == HANSE_STOP_GO_ON ||
            (of_case == HANSE_STOP_SHORT && verdict == HANSE_STOP_MET)) {
            verdict = of_case;
        }
    }
    return verdict;
}

/* Where each case stands at the stop: the interval that was paid for, not Student's plain one.
 */
static void say_met(struct hanse_context *ctx, const struct hanse_stop_rule *rule,
                    const struct hanse_study *study, const struct watched *watched)
{
    if (hanse_context_log_level(ctx) == HANSE_LOG_QUIET) {
        return;
    }
    for (uint32_t c = 0; c < study->n_cases; c++) {
        struct hanse_stop_state at;
        hanse_stop_check(rule, watched->values + (size_t)c * watched->n, study->n_replications,
                         &at);
        fprintf(stderr,
                "precision %g %% of '%s', case %s: met after %zu replications, %.6g ± %.2g "
                "(95 %%)\n",
                100.0 * rule->relative, watched->view.name, study->case_names[c], at.n,
                at.interval.mean, at.interval.half_width);
    }
}

/* A sink that keeps the writer open between rungs. */
static enum hanse_status not_yet(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

static void add(struct hanse_run_report *sum, const struct hanse_run_report *more)
{
    sum->n_done += more->n_done;
    sum->n_failed += more->n_failed;
    sum->n_events += more->n_events;
    sum->wall_s += more->wall_s;
}

static enum hanse_status climb(struct hanse_context *ctx, struct hanse_study *study,
                               struct hanse_writer *writer, const struct hanse_stop_rule *rule,
                               struct watched *watched, const struct hanse_run_options *options,
                               struct hanse_run_report *report)
{
    struct hanse_sink sink = hanse_writer_sink(writer);
    struct hanse_sink open_sink = sink;
    open_sink.end = not_yet;
    enum hanse_stop_verdict verdict = HANSE_STOP_GO_ON;
    double worst = INFINITY;
    uint32_t seen = 0;
    while (verdict == HANSE_STOP_GO_ON) {
        study->n_replications = (uint32_t)hanse_stop_next(rule, seen);
        struct hanse_run_report rung = {0};
        enum hanse_status status = hanse_ranks_run(ctx, study, &open_sink, options, &rung);
        add(report, &rung);
        if (status != HANSE_OK && status != HANSE_ERR_REPLICATION) {
            return status;
        }
        HANSE_TRY(read_values(ctx, study, writer, watched, seen, study->n_replications));
        seen = study->n_replications;
        verdict = judge(rule, study, watched, &worst);
    }
    HANSE_TRY(sink.end(sink.self, ctx));
    if (verdict == HANSE_STOP_NAN) {
        return hanse__fail(
            ctx, HANSE_ERR_TARGET,
            "precision %g %%: '%s' has no value in some replication, so it can't "
            "be met; stopped after %u replications",
            100.0 * rule->relative, watched->view.name, seen);
    }
    if (verdict == HANSE_STOP_SHORT) {
        return hanse__fail(
            ctx, HANSE_ERR_TARGET,
            "precision %g %% of '%s': %.3g %% reached after %u replications, the "
            "most",
            100.0 * rule->relative, watched->view.name, 100.0 * worst, seen);
    }
    say_met(ctx, rule, study, watched);
    return HANSE_OK;
}

enum hanse_status hanse_cli_precision_run(struct hanse_context *ctx, struct hanse_study *study,
                                          struct hanse_writer *writer, double relative,
                                          const struct hanse_run_options *options,
                                          struct hanse_run_report *report)
{
    const struct hanse_stop_rule rule = {.relative = relative, .most = HANSE_PRECISION_MOST};
    struct watched watched = {.n = HANSE_PRECISION_MOST};
    HANSE_TRY(hanse_stop_rule_check(ctx, &rule));
    HANSE_TRY(find_watched(ctx, study, &watched));
    watched.values =
        hanse__alloc(ctx, (size_t)study->n_cases * watched.n, sizeof *watched.values);
    if (watched.values == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = climb(ctx, study, writer, &rule, &watched, options, report);
    hanse__free(watched.values);
    return status;
}
