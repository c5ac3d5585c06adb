/* What `hanse replay` says on stdout. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/replay.h"

/* --- text --------------------------------------------------------------------------------- */

static void print_dropped(const struct hanse_drops *drops)
{
    uint64_t total = hanse_drops_total(drops);
    if (total == 0) {
        return;
    }
    printf("dropped               %" PRIu64 "\n", total);
    for (int i = 0; i < HANSE_DROPS; i++) {
        if (drops->count[i] == 0) {
            continue;
        }
        printf("  %-18s  %" PRIu64 "  %s", hanse_drop_name((enum hanse_drop)i), drops->count[i],
               hanse_drop_words((enum hanse_drop)i));
        if (drops->first[i][0] != '\0') {
            printf("; the first on line %s", drops->first[i]);
        }
        printf("\n");
    }
}

void hanse_cli_workload_print(const struct hanse_cli_replay *command,
                              const struct hanse_cli_workload *workload)
{
    const char *said_by;
    uint32_t processors = hanse_trace_processors(workload->trace, &said_by);
    bool log = command->service == NULL;
    bool made = hanse_trace_kind(workload->trace) == HANSE_TRACE_MADE;
    const char *computer = hanse_trace_header(workload->trace)->computer;
    printf("trace                 %s, %s\n", command->path,
           made  ? "a synthetic workload"
           : log ? "a log in Standard Workload Format"
                 : "a table of requests");
    printf("%s            %" PRIu32 "%s%s%s%s%s\n", log ? "processors" : "servers   ",
           processors, said_by[0] != '\0' ? ", " : "", said_by,
           said_by[0] == '\0' ? ""
           : made             ? " of its text"
                              : " of its header",
           computer[0] != '\0' ? "; " : "", computer);
    if (!log) {
        printf("service               %s\n", command->service);
    }
    printf("estimates             %s\n", hanse_cli_workload_estimates(command, workload));
    print_dropped(hanse_trace_drops(workload->trace));
}

static void print_figure(const char *name, const char *unit, double value, bool whole)
{
    bool plain = strcmp(unit, "1") == 0;
    printf("%-20s  ", name);
    if (isnan(value)) {
        printf("unknown\n");
    } else {
        printf(whole ? "%.0f%s%s\n" : "%.8g%s%s\n", value, plain ? "" : " ", plain ? "" : unit);
    }
}

/* Figures that come as six, one table row: name_mean, name_p50 … */
static void print_spreads(const struct hanse_aggregates *aggregates)
{
    static const char *const spreads[] = {"wait_time", "response_time", "slowdown",
                                          "bounded_slowdown"};
    uint32_t n;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    printf("\n%-20s  %12s %12s %12s %12s %12s %12s\n", "", "mean", "p50", "p90", "p95", "p99",
           "max");
    for (size_t s = 0; s < sizeof spreads / sizeof spreads[0]; s++) {
        size_t length = strlen(spreads[s]);
        char label[32];
        bool begun = false;
        for (uint32_t i = 0; i < n; i++) {
            if (strncmp(figures[i].name, spreads[s], length) != 0 ||
                figures[i].name[length] != '_') {
                continue;
            }
            if (!begun) {
                bool plain = strcmp(figures[i].unit, "1") == 0;
                snprintf(label, sizeof label, "%s%s%s", spreads[s], plain ? "" : " ",
                         plain ? "" : figures[i].unit);
                printf("%-20s ", label);
                begun = true;
            }
            printf(" %12.8g", hanse_job_figure_value(aggregates, i));
        }
        printf("\n");
    }
}

/* Is it one of those that print_spreads shows? */
static bool is_spread(const struct hanse_job_figure *figure)
{
    return strstr(figure->name, "slowdown_") != NULL ||
           strncmp(figure->name, "wait_", 5) == 0 || strncmp(figure->name, "response_", 9) == 0;
}

static void print_text(const struct hanse_cli_replayed *replayed)
{
    uint32_t n;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    hanse_cli_workload_print(replayed->command, replayed->workload);
    printf("policy                %s\n", replayed->spec->text);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_spread(&figures[i])) {
            print_figure(figures[i].name, figures[i].unit,
                         hanse_job_figure_value(&replayed->aggregates, i), figures[i].whole);
        }
    }
    print_spreads(&replayed->aggregates);
    if (replayed->interruptions != NULL) {
        hanse_cli_failures_print(replayed->interruptions);
    }
    if (!replayed->aggregates.exact) {
        printf("\npercentiles are within 0.05 %%, there being more than %d jobs\n",
               HANSE_METRICS_EXACT);
    }
}

/* --- JSON --------------------------------------------------------------------------------- */

void *hanse_cli_workload_json(const struct hanse_cli_replay *command,
                              const struct hanse_cli_workload *workload)
{
    const struct hanse_drops *drops = hanse_trace_drops(workload->trace);
    const char *said_by;
    uint32_t processors = hanse_trace_processors(workload->trace, &said_by);
    bool log = command->service == NULL;
    bool made = hanse_trace_kind(workload->trace) == HANSE_TRACE_MADE;
    json_t *dropped = json_object();
    for (int i = 0; i < HANSE_DROPS; i++) {
        json_object_set_new(dropped, hanse_drop_name((enum hanse_drop)i),
                            json_integer((json_int_t)drops->count[i]));
    }
    return json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:s?, s:I, s:o}", "trace", command->path, "format",
        made  ? "synthetic"
        : log ? "swf"
              : "requests",
        "processors", (json_int_t)processors, "processors_from",
        said_by[0] != '\0' ? said_by : "command line", "estimates",
        hanse_cli_workload_estimates(command, workload), "service", command->service, "lines",
        (json_int_t)hanse_trace_n_lines(workload->trace), "dropped", dropped);
}

static void print_json(const struct hanse_cli_replayed *replayed)
{
    uint32_t n;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    json_t *document = hanse_cli_workload_json(replayed->command, replayed->workload);
    json_t *results = json_object(), *units = json_object();
    for (uint32_t i = 0; i < n; i++) {
        double value = hanse_job_figure_value(&replayed->aggregates, i);
        json_object_set_new(results, figures[i].name,
                            isnan(value)       ? json_null()
                            : figures[i].whole ? json_integer((json_int_t)value)
                                               : json_real(value));
        json_object_set_new(units, figures[i].name, json_string(figures[i].unit));
    }
    json_object_set_new(document, "policy", json_string(replayed->spec->text));
    json_object_set_new(document, "results", results);
    if (replayed->interruptions != NULL) {
        json_object_set_new(document, "interruptions",
                            hanse_cli_failures_json(replayed->interruptions));
    }
    json_object_set_new(document, "units", units);
    json_object_set_new(document, "exact_percentiles",
                        json_boolean(replayed->aggregates.exact));
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(document);
}

void hanse_cli_replay_print(const struct hanse_cli_replayed *replayed)
{
    if (replayed->command->args->json) {
        print_json(replayed);
    } else {
        print_text(replayed);
    }
}

/* --- policies ----------------------------------------------------------------------------- */

static void print_param(const struct hanse_policy_param *param)
{
    printf("    %s=", param->key);
    if (param->choices != NULL) {
        printf("%s", param->choices[(size_t)param->standard]);
        for (size_t i = 0; param->choices[i] != NULL; i++) {
            printf("%s%s", i > 0 ? " | " : "  (", param->choices[i]);
        }
        printf(")");
    } else {
        printf("%g%s%s  (%g … %g)", param->standard, strcmp(param->unit, "1") != 0 ? " " : "",
               strcmp(param->unit, "1") != 0 ? param->unit : "", param->low, param->high);
    }
    printf("  %s\n", param->doc);
}

static json_t *param_json(const struct hanse_policy_param *param)
{
    json_t *choices = param->choices != NULL ? json_array() : json_null();
    for (size_t i = 0; param->choices != NULL && param->choices[i] != NULL; i++) {
        json_array_append_new(choices, json_string(param->choices[i]));
    }
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:s, s:o}", "key", param->key, "unit",
                     param->unit, "default", param->standard, "min", param->low, "max",
                     param->high, "doc", param->doc, "choices", choices);
}

void hanse_cli_policies_print(bool json)
{
    json_t *document = json_array();
    for (const struct hanse_policy *const *at = hanse_policies(); *at != NULL; at++) {
        const struct hanse_policy *policy = *at;
        json_t *params = json_array();
        if (!json) {
            printf("%s%s\n    %s\n    %s\n    Source: %s\n", at == hanse_policies() ? "" : "\n",
                   policy->name, policy->doc, policy->rule, policy->source);
        }
        for (uint32_t i = 0; i < policy->n_params; i++) {
            if (json) {
                json_array_append_new(params, param_json(&policy->params[i]));
            } else {
                print_param(&policy->params[i]);
            }
        }
        json_array_append_new(document,
                              json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", policy->name,
                                        "doc", policy->doc, "rule", policy->rule, "source",
                                        policy->source, "params", params));
    }
    if (json) {
        json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
        printf("\n");
    }
    json_decref(document);
}
