/* hanse credit: what each site is worth in perfect capacity. */
#include "cli/commands.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/load.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "output/text.h"
#include "sim/model/nouns.h"
#include "sim/study/credit.h"

struct settings {
    struct hanse_cli_one_case one;
    const char *by, *csv;
    struct hanse_cli_list sites;
};

struct run {
    struct hanse_context *ctx;
    const struct settings *settings;
    const struct hanse_cli_args *args;
    const char *path;
    struct hanse_cli_loaded loaded;
    struct hanse_credits credits;
    int32_t *sites;
};

static const struct {
    const char *name, *unit, *words;
} FIGURES[HANSE_FIGURES] = {
    [HANSE_FIGURE_EUE] = {"eue", "H100_h/year", "unserved work"},
    [HANSE_FIGURE_LOLH] = {"lolh", "h/year", "hours with a loss of load"},
    [HANSE_FIGURE_LOLE] = {"lole", "day/year", "days with a loss of load"},
    [HANSE_FIGURE_LOLEV] = {"lolev", "1/year", "losses of load begun"},
    [HANSE_FIGURE_NEUE] = {"neue", "1", "unserved share of demand"},
    [HANSE_FIGURE_COST] = {"cost_unserved", "EUR/year", "worth of what is unserved"},
};

/* --- before ------------------------------------------------------------------------------- */

static enum hanse_status read_by(struct run *run, enum hanse_credit_by *by)
{
    static const char *const WORDS[] = {"eue", "lolh", "lole"};
    const char *word = run->settings->by;
    *by = HANSE_CREDIT_EUE;
    for (int i = 0; word != NULL && i < 3; i++) {
        if (strcmp(word, WORDS[i]) == 0) {
            *by = (enum hanse_credit_by)i;
            return HANSE_OK;
        }
    }
    return word == NULL ? HANSE_OK
                        : hanse__fail(run->ctx, HANSE_ERR_INPUT,
                                      "--by: must be eue, lolh or lole, got '%s'", word);
}

static const struct hanse_site *site_table(const struct run *run, int32_t *n)
{
    return hanse_scenario_table(run->loaded.cases[0], &hanse_kind_site, n);
}

static enum hanse_status no_site(struct run *run, const char *name)
{
    int32_t n;
    const struct hanse_site *rows = site_table(run, &n);
    const char **names = hanse__alloc(run->ctx, (size_t)n + 1, sizeof *names);
    if (names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (int32_t i = 0; i < n; i++) {
        names[i] = rows[i].name;
    }
    const char *near = hanse__nearest(name, names, (size_t)n);
    enum hanse_status status =
        hanse__fail(run->ctx, HANSE_ERR_INPUT, "%s: no site '%s'%s%s%s", run->path, name,
                    near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "");
    hanse__free((void *)names);
    return status;
}

static enum hanse_status find_sites(struct run *run)
{
    const struct hanse_cli_list *list = &run->settings->sites;
    run->sites = hanse__alloc(run->ctx, list->count + 1, sizeof *run->sites);
    if (run->sites == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < list->count; i++) {
        run->sites[i] =
            hanse_scenario_find(run->loaded.cases[0], &hanse_kind_site, list->items[i]);
        if (run->sites[i] < 0) {
            return no_site(run, list->items[i]);
        }
    }
    return HANSE_OK;
}

/* --- after -------------------------------------------------------------------------------- */

static const char *site_label(const struct run *run, const struct hanse_credit *credit)
{
    int32_t n;
    const struct hanse_site *site = &site_table(run, &n)[credit->site];
    return site->label[0] != '\0' ? site->label : site->name;
}

static void print_plan(const struct run *run)
{
    const struct hanse_credits *c = &run->credits;
    for (int f = 0; f < HANSE_FIGURES; f++) {
        const struct hanse_interval *x = &c->plan[f];
        if (f == HANSE_FIGURE_COST && x->mean == 0.0) {
            continue; /* nobody said what it is worth */
        }
        printf("%-26s %12.5g (%.5g to %.5g) %s\n", FIGURES[f].words, x->mean, x->low, x->high,
               strcmp(FIGURES[f].unit, "1") == 0 ? "" : FIGURES[f].unit);
    }
}

/* A label and spaces up to 34 columns. */
static void print_label(const char *label)
{
    size_t columns = hanse__text_columns(label);
    printf("%s%*s", label, columns < 34 ? (int)(34 - columns) : 0, "");
}

static void print_text(const struct run *run)
{
    const struct hanse_credits *c = &run->credits;
    const char *by = FIGURES[c->by].name;
    bool worth = c->plan[HANSE_FIGURE_COST].mean > 0.0;
    print_plan(run);
    printf("\n%-34s %8s %8s %21s %12s%s\n", "site", "devices", "credit", "of its devices",
           "without it,", worth ? "  it saves," : "");
    printf("%-34s %8s %8s %21s %12s%s\n", "", "", "devices", "% (95 % interval)", by,
           worth ? "   EUR/year" : "");
    for (int32_t i = 0; i < c->n_sites; i++) {
        const struct hanse_credit *s = &c->sites[i];
        char share[48];
        snprintf(share, sizeof share, "%s%.1f (%.1f to %.1f)", s->at_most ? ">= " : "",
                 100.0 * s->share.mean, 100.0 * s->share.low, 100.0 * s->share.high);
        print_label(site_label(run, s));
        printf(" %8.0f %8.2f %21s %12.5g", s->capacity, s->share.mean * s->capacity, share,
               s->without[c->by]);
        if (worth) {
            printf(" %11.5g", s->without[HANSE_FIGURE_COST] - c->plan[HANSE_FIGURE_COST].mean);
        }
        printf("\n");
    }
    printf("\nCredit: the share of its devices that, never failing, would leave %s as it is;\n"
           "%u replications, paired. Credits of several sites don't add up.\n",
           by, c->n_replications);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(const struct hanse_interval *x)
{
    return json_pack("{s:o, s:o, s:o}", "mean", number(x->mean), "ci_low", number(x->low),
                     "ci_high", number(x->high));
}

static void print_json(const struct run *run)
{
    const struct hanse_credits *c = &run->credits;
    json_t *plan = json_object(), *units = json_object(), *sites = json_array();
    int32_t n;
    const struct hanse_site *table = site_table(run, &n);
    for (int f = 0; f < HANSE_FIGURES; f++) {
        json_object_set_new(plan, FIGURES[f].name, interval_json(&c->plan[f]));
        json_object_set_new(units, FIGURES[f].name, json_string(FIGURES[f].unit));
    }
    for (int32_t i = 0; i < c->n_sites; i++) {
        const struct hanse_credit *s = &c->sites[i];
        json_t *without = json_object();
        for (int f = 0; f < HANSE_FIGURES; f++) {
            json_object_set_new(without, FIGURES[f].name, number(s->without[f]));
        }
        json_array_append_new(sites, json_pack("{s:s, s:f, s:f, s:o, s:b, s:o}", "site",
                                               table[s->site].name, "devices", s->capacity,
                                               "capacity_credit", s->share.mean * s->capacity,
                                               "share", interval_json(&s->share), "at_least",
                                               s->at_most, "without", without));
    }
    json_t *document =
        json_pack("{s:s, s:i, s:i, s:o, s:o, s:o}", "by", FIGURES[c->by].name, "replications",
                  (int)c->n_replications, "worlds", (int)c->n_worlds, "plan", plan, "sites",
                  sites, "units", units);
    json_dumpf(document, stdout, JSON_INDENT(1));
    printf("\n");
    json_decref(document);
}

static enum hanse_status write_csv(const struct run *run)
{
    const struct hanse_credits *c = &run->credits;
    int32_t n;
    const struct hanse_site *table = site_table(run, &n);
    FILE *file = fopen(run->settings->csv, "w");
    if (file == NULL) {
        return hanse__fail(run->ctx, HANSE_ERR_IO, "%s: could not be written",
                           run->settings->csv);
    }
    fputs("site,devices,capacity_credit,share,share_ci_low,share_ci_high", file);
    for (int f = 0; f < HANSE_FIGURES; f++) {
        fprintf(file, ",%s_without", FIGURES[f].name);
    }
    fputs("\n", file);
    for (int32_t i = 0; i < c->n_sites; i++) {
        const struct hanse_credit *s = &c->sites[i];
        fprintf(file, "%s,%.17g,%.17g,%.17g,%.17g,%.17g", table[s->site].name, s->capacity,
                s->share.mean * s->capacity, s->share.mean, s->share.low, s->share.high);
        for (int f = 0; f < HANSE_FIGURES; f++) {
            fprintf(file, ",%.17g", s->without[f]);
        }
        fputs("\n", file);
    }
    bool failed = ferror(file) != 0;
    failed = fclose(file) != 0 || failed;
    return failed ? hanse__fail(run->ctx, HANSE_ERR_IO, "%s: could not be written",
                                run->settings->csv)
                  : HANSE_OK;
}

static void progress(void *self, int32_t done, int32_t of)
{
    const struct hanse_cli_args *args = self;
    if (args->verbose) {
        fprintf(stderr, "hanse credit: %d of %d sites\n", done, of);
    }
}

/* --- the command -------------------------------------------------------------------------- */

static enum hanse_status go(struct run *run)
{
    const struct settings *s = run->settings;
    struct hanse_credit_options options = {.threads =
                                               s->one.threads > 0 ? (int)s->one.threads : 0,
                                           .stop = hanse_cli_signals_flag(),
                                           .progress = progress,
                                           .progress_self = (void *)run->args};
    HANSE_TRY(read_by(run, &options.by));
    const struct hanse_cli_load_one_options one = {s->one.with, &s->one.set, s->one.seed};
    HANSE_TRY(hanse_cli_load_one(run->ctx, run->path, &one, &run->loaded));
    HANSE_TRY(find_sites(run));
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(run->loaded.cases[0], &hanse_kind_scenario, &n);
    options.replications =
        (uint32_t)(s->one.replications >= 0 ? s->one.replications : settings->replications);
    options.sites = s->sites.count > 0 ? run->sites : NULL;
    options.n_sites = (int32_t)s->sites.count;
    options.hooks = hanse_script_hooks(run->loaded.script);
    hanse_cli_signals_catch();
    HANSE_TRY(hanse_credits_find(run->ctx, run->loaded.cases[0], &options, &run->credits));
    if (run->args->json) {
        print_json(run);
    } else {
        print_text(run);
    }
    return s->csv != NULL ? write_csv(run) : HANSE_OK;
}

static int credit(const struct hanse_cli_args *args, const struct settings *settings)
{
    struct run run = {.ctx = hanse_cli_context(args),
                      .settings = settings,
                      .args = args,
                      .path = args->operands[0]};
    enum hanse_status status = go(&run);
    int exit_status = status == HANSE_OK                ? 0
                      : status == HANSE_ERR_INTERRUPTED ? hanse_cli_signals_exit_status()
                                                        : hanse_cli_failure(run.ctx, status);
    hanse_credits_fini(&run.credits);
    hanse_cli_loaded_fini(&run.loaded);
    hanse__free(run.sites);
    hanse_context_destroy(run.ctx);
    return exit_status;
}

int hanse_cli_credit(int argc, char **argv)
{
    struct settings s = {.one = HANSE_CLI_ONE_CASE_NONE};
    const struct hanse_cli_option options[] = {
        HANSE_CLI_ONE_CASE_OPTIONS(s.one, "replications of every world"),
        {"site", 's', HANSE_CLI_LIST, &s.sites, "NAME",
         "only this site; may be repeated (every one with devices)"},
        {"by", 0, HANSE_CLI_TEXT, &s.by, "FIGURE",
         "what must be as with the site: eue, lolh or lole (eue)"},
        {"csv", 0, HANSE_CLI_TEXT, &s.csv, "FILE", "also write a table"},
    };
    const struct hanse_cli_usage usage = {
        .name = "credit",
        .operands = "SCENARIO.lua",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "What each site is worth: reliability with it, without it, and the perfect\n"
                   "capacity that would do as much in its place (capacity credit, ELCC).",
        .example = "hanse credit scenarios/one-more-site.lua --replications 32",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    return credit(&args, &s);
}
