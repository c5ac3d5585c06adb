/* hanse deny: what is left when an actor stops. */
#include "cli/commands.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/load.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/recall.h"
#include "cli/signals.h"
#include "output/denial.h"
#include "output/report.h"
#include "sim/base/processor.h"
#include "sim/base/version.h"

struct settings {
    struct hanse_cli_one_case one;
    const char *output, *denial, *recourse;
    bool force, from_zero, no_report;
};

struct run {
    struct hanse_context *ctx;
    const struct settings *settings;
    const struct hanse_cli_args *args;
    const char *path;
    struct hanse_cli_loaded loaded;
    struct hanse_denials denials;
    struct hanse_source_text *sources;
    char *output, *page, *command;
};

/* --- before ------------------------------------------------------------------------------ */

/* The denial asked for; the only or first one when not named. */
static enum hanse_status find_denial(struct run *run, int32_t *index)
{
    int32_t n;
    const struct hanse_denial *rows =
        hanse_scenario_table(run->loaded.cases[0], &hanse_kind_denial, &n);
    *index = n > 0 ? 0 : -1;
    if (run->settings->denial == NULL) {
        return HANSE_OK;
    }
    *index =
        hanse_scenario_find(run->loaded.cases[0], &hanse_kind_denial, run->settings->denial);
    if (*index >= 0) {
        return HANSE_OK;
    }
    const char **names = hanse__alloc(run->ctx, (size_t)n + 1, sizeof *names);
    for (int32_t i = 0; names != NULL && i < n; i++) {
        names[i] = rows[i].name;
    }
    const char *near =
        names != NULL ? hanse__nearest(run->settings->denial, names, (size_t)n) : NULL;
    enum hanse_status status =
        hanse__fail(run->ctx, HANSE_ERR_INPUT, "%s: no denial '%s'%s%s%s", run->path,
                    run->settings->denial, near != NULL ? ", did you mean '" : "",
                    near != NULL ? near : "", near != NULL ? "'?" : "");
    hanse__free((void *)names);
    return status;
}

static enum hanse_status read_recourse(struct run *run, int *recourse)
{
    static const char *const WORDS[] = {"adapt", "operate", "frozen"};
    const char *word = run->settings->recourse;
    *recourse = -1;
    for (int i = 0; word != NULL && i < 3; i++) {
        if (strcmp(word, WORDS[i]) == 0) {
            *recourse = i;
        }
    }
    if (word == NULL || *recourse >= 0) {
        return HANSE_OK;
    }
    const char *near = hanse__nearest(word, WORDS, 3);
    return hanse__fail(run->ctx, HANSE_ERR_INPUT,
                       "--recourse: must be adapt, operate or frozen, got '%s'%s%s%s", word,
                       near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

/* The command that gives the same bytes. */
static enum hanse_status find_command(struct run *run)
{
    const struct settings *s = run->settings;
    size_t size = 4 * strlen(run->path) + 512 +
                  (s->one.with != NULL ? 4 * strlen(s->one.with) : 0) +
                  (s->denial != NULL ? 4 * strlen(s->denial) : 0);
    for (size_t i = 0; i < s->one.set.count; i++) {
        size += 4 * strlen(s->one.set.items[i]) + 16;
    }
    run->command = hanse__alloc(run->ctx, size, 1);
    if (run->command == NULL) {
        return HANSE_ERR_MEMORY;
    }
    snprintf(run->command, size, "hanse deny");
    hanse_cli_add_word(run->command, size, run->path);
    const struct {
        const char *option, *value;
    } words[] = {{"--with", s->one.with}, {"--denial", s->denial}, {"--recourse", s->recourse}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].value != NULL) {
            hanse_cli_add_word(run->command, size, words[i].option);
            hanse_cli_add_word(run->command, size, words[i].value);
        }
    }
    for (size_t i = 0; i < s->one.set.count; i++) {
        hanse_cli_add_word(run->command, size, "--set");
        hanse_cli_add_word(run->command, size, s->one.set.items[i]);
    }
    char number[32];
    snprintf(number, sizeof number, "%u", run->denials.n_replications);
    hanse_cli_add_word(run->command, size, "--replications");
    hanse_cli_add_word(run->command, size, number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)run->denials.seed);
    hanse_cli_add_word(run->command, size, "--seed");
    hanse_cli_add_word(run->command, size, number);
    return HANSE_OK;
}

/* --- after ------------------------------------------------------------------------------- */

static enum hanse_status write_file(struct run *run)
{
    size_t n = hanse_script_n_sources(run->loaded.script);
    run->sources = hanse__alloc(run->ctx, n, sizeof *run->sources);
    if (run->sources == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        hanse_script_source(run->loaded.script, i, &run->sources[i].name, &run->sources[i].text,
                            &run->sources[i].length);
    }
    HANSE_TRY(find_command(run));
    const struct hanse_provenance provenance = {.program_version = hanse_version(),
                                                .command = run->command,
                                                .processor_class = hanse_processor_class(),
                                                .sources = run->sources,
                                                .n_sources = n};
    return hanse_denial_write(run->ctx, run->output, &run->denials, &provenance,
                              run->settings->force);
}

/* The page beside the file, read back from it. */
static enum hanse_status write_page(struct run *run)
{
    struct hanse_results *results = NULL;
    run->page = hanse_cli_path_beside(run->output, ".html");
    if (run->page == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_results_open(run->ctx, run->output, &results);
    if (status == HANSE_OK) {
        status = hanse_report_write(run->ctx, results, run->page);
    }
    hanse_results_close(results);
    return status;
}

static json_t *interval_json(const struct hanse_interval *x)
{
    const double parts[] = {x->mean, x->low, x->high};
    static const char *const KEYS[] = {"mean", "ci_low", "ci_high"};
    json_t *object = json_object();
    for (int i = 0; i < 3; i++) {
        json_object_set_new(object, KEYS[i],
                            isfinite(parts[i]) ? json_real(parts[i]) : json_null());
    }
    return object;
}

static json_t *row_json(const struct hanse_denials *d, int32_t r, int32_t v)
{
    const struct hanse_denial_row *row = &d->rows[r];
    struct hanse_denial_figures f = hanse_denial_figures(d, r, v, 0, d->n_points - 1);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "viewer",
        hanse_denial_actor_name(d, d->viewers[v]), "actor",
        hanse_denial_actor_name(d, row->cuts[0].actor), "axis",
        hanse_denial_axis_name(row->cuts[0].axis), "foreign",
        hanse_denial_foreign(d, row->actors[0], v) &&
            (row->n_cuts < 2 || hanse_denial_foreign(d, row->actors[1], v)),
        "touches", row->same_as >= 0, "undisturbed", interval_json(&f.undisturbed),
        "assured_share", interval_json(&f.assured), "exposure", interval_json(&f.exposure));
    if (row->n_cuts == 2) {
        struct hanse_interval x = hanse_denial_synergy(d, r, v, 0);
        json_object_set_new(object, "partner",
                            json_string(hanse_denial_actor_name(d, row->cuts[1].actor)));
        json_object_set_new(object, "synergy", interval_json(&x));
    }
    return object;
}

static json_t *ledger_json(const struct hanse_denials *d, int32_t v)
{
    json_t *object = json_pack("{s:s}", "viewer", hanse_denial_actor_name(d, d->viewers[v]));
    for (int i = 0; i < HANSE_LEDGER_FIGURES; i++) {
        struct hanse_interval x = hanse_denial_ledger(d, v, (enum hanse_denial_ledger)i);
        json_object_set_new(object, hanse_denial_ledger_name((enum hanse_denial_ledger)i),
                            interval_json(&x));
    }
    return object;
}

static enum hanse_status print_json(struct run *run)
{
    const struct hanse_denials *d = &run->denials;
    json_t *rows = json_array(), *headlines = json_array(), *ledgers = json_array();
    enum hanse_status status = HANSE_OK;
    for (int32_t v = 0; status == HANSE_OK && v < d->n_viewers; v++) {
        struct hanse_text text;
        hanse__text_init(&text, run->ctx);
        status = hanse_denial_headline(d, v, 0, &text);
        json_array_append_new(headlines, json_string(text.bytes != NULL ? text.bytes : ""));
        hanse__text_fini(&text);
        json_array_append_new(ledgers, ledger_json(d, v));
        for (int32_t r = 0; r < d->n_rows; r++) {
            json_array_append_new(rows, row_json(d, r, v));
        }
    }
    json_t *document =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "denial", d->noun->name,
                  "replications", (int)d->n_replications, "simulated", d->n_simulated,
                  "touch_nothing", d->n_untouched, "take_what_another_takes", d->n_shared,
                  "headlines", headlines, "control_ledger", ledgers, "rows", rows);
    json_dumpf(document, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(document);
    return status;
}

static void progress(void *self, uint32_t done, uint32_t of)
{
    const struct hanse_cli_args *args = self;
    if (args->verbose) {
        fprintf(stderr, "hanse deny: %u of %u replications\n", done, of);
    }
}

/* --- the command ------------------------------------------------------------------------- */

static enum hanse_status go(struct run *run)
{
    const struct settings *s = run->settings;
    int32_t index;
    struct hanse_deny_options options = {.threads =
                                             s->one.threads > 0 ? (int)s->one.threads : 0,
                                         .stop = hanse_cli_signals_flag(),
                                         .from_zero = s->from_zero,
                                         .progress = progress,
                                         .progress_self = (void *)run->args};
    const struct hanse_cli_load_one_options one = {s->one.with, &s->one.set, s->one.seed};
    HANSE_TRY(hanse_cli_load_one(run->ctx, run->path, &one, &run->loaded));
    options.hooks = hanse_script_hooks(run->loaded.script);
    HANSE_TRY(find_denial(run, &index));
    HANSE_TRY(read_recourse(run, &options.recourse));
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(run->loaded.cases[0], &hanse_kind_scenario, &n);
    options.replications =
        (uint32_t)(s->one.replications > 0 ? s->one.replications : settings->replications);
    hanse_cli_signals_catch();
    HANSE_TRY(hanse_deny(run->ctx, run->loaded.cases[0], index, &options, &run->denials));
    run->output = s->output != NULL ? hanse__strdup(run->ctx, s->output)
                                    : hanse_cli_path_here(run->ctx, run->path, "-denial.h5");
    if (run->output == NULL) {
        return HANSE_ERR_MEMORY;
    }
    HANSE_TRY(write_file(run));
    if (!s->no_report) {
        HANSE_TRY(write_page(run));
    }
    HANSE_TRY(run->args->json ? print_json(run)
                              : hanse_denial_print(run->ctx, &run->denials, stdout));
    if (!run->args->quiet) {
        fprintf(stderr, "wrote %s%s%s\n", run->output, s->no_report ? "" : " and ",
                s->no_report ? "" : run->page);
    }
    return HANSE_OK;
}

static int deny(const struct hanse_cli_args *args, const struct settings *settings)
{
    struct run run = {.ctx = hanse_cli_context(args),
                      .settings = settings,
                      .args = args,
                      .path = args->operands[0]};
    enum hanse_status status = go(&run);
    int exit_status = status == HANSE_OK                ? 0
                      : status == HANSE_ERR_INTERRUPTED ? hanse_cli_signals_exit_status()
                                                        : hanse_cli_failure(run.ctx, status);
    hanse_denials_fini(&run.denials);
    hanse_cli_loaded_fini(&run.loaded);
    hanse__free(run.sources);
    hanse__free(run.command);
    hanse__free(run.output);
    free(run.page);
    hanse_context_destroy(run.ctx);
    return exit_status;
}

int hanse_cli_deny(int argc, char **argv)
{
    struct settings s = {.one = HANSE_CLI_ONE_CASE_NONE};
    const struct hanse_cli_option options[] = {
        HANSE_CLI_ONE_CASE_OPTIONS(s.one, "replications, each withdrawn from"),
        {"denial", 0, HANSE_CLI_TEXT, &s.denial, "NAME", "which denial of the scenario"},
        {"recourse", 0, HANSE_CLI_TEXT, &s.recourse, "WORD", "adapt, operate or frozen"},
        {"output", 'o', HANSE_CLI_TEXT, &s.output, "OUT.h5", "where the figures go"},
        {"force", 0, HANSE_CLI_FLAG, &s.force, NULL,
         "replace a file that came from another scenario"},
        {"no-report", 0, HANSE_CLI_FLAG, &s.no_report, NULL, "don't write the page"},
        {"from-zero", 0, HANSE_CLI_FLAG, &s.from_zero, NULL,
         "simulate each withdrawal from hour 0: the same figures, slower"},
    };
    const struct hanse_cli_usage usage = {
        .name = "deny",
        .operands = "SCENARIO.lua",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Withdraws actors one after the other, and in pairs, from copies of each\n"
                   "replication: what share of demand is still served, and until when.",
        .example = "hanse deny scenarios/baltic-supply-stop.lua --replications 32",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    return deny(&args, &s);
}
