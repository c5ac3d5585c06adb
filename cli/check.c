/*
 * hanse check: what a scenario says once everything is resolved, and who said it.
 *
 * Every value of every entity is printed with its unit, where it came from (file and line, the
 * field's default, an override or --set), its evidence and its source. Of the cases after the
 * first only what differs from the baseline is printed, unless -v asks for all.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/load.h"

/* "EE.lua:12", "default", "override stop24 at EE.lua:40", "--set". */
static const char *where(const struct hanse_origin *origin, char *text, size_t size)
{
    char place[512] = "";
    if (origin->file != NULL) {
        snprintf(place, sizeof place, "%s:%d", origin->file, origin->line);
    }
    switch (origin->how) {
    case HANSE_HOW_DEFAULT:
        return "default";
    case HANSE_HOW_SET:
        return "--set";
    case HANSE_HOW_OVERRIDE:
        snprintf(text, size, "override %s%s%s", origin->via != NULL ? origin->via : "?",
                 *place != '\0' ? " at " : "", place);
        return text;
    default:
        snprintf(text, size, "%s", *place != '\0' ? place : "declared");
        return text;
    }
}

static const char *evidence_of(const struct hanse_origin *origin)
{
    return origin->evidence == HANSE_EVIDENCE_NONE ? "" : hanse_evidence_name(origin->evidence);
}

/* --- what differs ---------------------------------------------------------------------------
 */

static int compare_places(const struct hanse_resolved *a, const struct hanse_resolved *b)
{
    int order = strcmp(a->kind, b->kind);
    order = order != 0 ? order : strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->key, b->key);
}

static int by_place(const void *left, const void *right)
{
    return compare_places(left, right);
}

/* The values of a case, sorted by kind, name and key. Texts kept in `digits` are pointed to
 * again after the sort moved them. */
static struct hanse_resolved *sorted_values(struct hanse_context *ctx,
                                            const struct hanse_scenario *scenario, size_t *n)
{
    *n = hanse_scenario_n_values(scenario);
    struct hanse_resolved *values = hanse__alloc(ctx, *n + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < *n; i++) {
        hanse_scenario_value(scenario, i, &values[i]);
        if (values[i].text == values[i].digits) {
            values[i].text = NULL;
        }
    }
    if (values != NULL) {
        qsort(values, *n, sizeof *values, by_place);
    }
    for (size_t i = 0; values != NULL && i < *n; i++) {
        values[i].text = values[i].text != NULL ? values[i].text : values[i].digits;
    }
    return values;
}

static bool same_value(const struct hanse_resolved *a, const struct hanse_resolved *b)
{
    return strcmp(a->text, b->text) == 0 && a->uncertain == b->uncertain &&
           a->origin.how == b->origin.how;
}

/* --- text -----------------------------------------------------------------------------------
 */

static void print_value(char mark, const struct hanse_resolved *value)
{
    char place[640], path[256], amount[256];
    const char *evidence = evidence_of(&value->origin);
    const char *source = value->origin.source;
    bool has_unit = *value->unit != '\0' && strcmp(value->unit, "1") != 0;
    snprintf(path, sizeof path, "%s.%s.%s", value->kind, value->name, value->key);
    snprintf(amount, sizeof amount, "%s%s%s%s", *value->text != '\0' ? value->text : "-",
             has_unit ? " " : "", has_unit ? value->unit : "",
             value->uncertain ? " (uncertain)" : "");
    printf("%c %-46s %-28s %s", mark, path, amount, where(&value->origin, place, sizeof place));
    printf("%s%s", *evidence != '\0' ? "  " : "", evidence);
    printf("%s%s\n", source != NULL ? "  " : "", source != NULL ? source : "");
}

/* "24 month" or "0.9 (0.5 to 1.6) prompt/person/day", in the parameter's own unit. */
static void param_text(struct hanse_context *ctx, const struct hanse_param *param, char *text,
                       size_t size)
{
    struct hanse_unit unit = {.scale = 1};
    const char *name = param->unit != NULL && strcmp(param->unit, "1") != 0 ? param->unit : "";
    hanse_unit_parse(ctx, *name != '\0' ? name : "1", &unit);
    int n = snprintf(text, size, "%.6g", param->mid / unit.scale);
    if (param->low < param->high) {
        n += snprintf(text + n, size - (size_t)n, " (%.6g to %.6g)", param->low / unit.scale,
                      param->high / unit.scale);
    }
    snprintf(text + n, size - (size_t)n, "%s%s", *name != '\0' ? " " : "", name);
}

static void print_params(struct hanse_context *ctx, const struct hanse_scenario *scenario)
{
    for (size_t i = 0; i < hanse_scenario_n_params(scenario); i++) {
        const struct hanse_param *param = hanse_scenario_param(scenario, i);
        char place[640], path[256], amount[256];
        const char *evidence = evidence_of(&param->origin);
        const char *source = param->origin.source;
        snprintf(path, sizeof path, "param.%s", param->name);
        param_text(ctx, param, amount, sizeof amount);
        printf("  %-46s %-28s %s", path, amount, where(&param->origin, place, sizeof place));
        printf("%s%s", *evidence != '\0' ? "  " : "", evidence);
        printf("%s%s\n", source != NULL ? "  " : "", source != NULL ? source : "");
    }
}

static void print_changes(const struct hanse_resolved *base, size_t n_base,
                          const struct hanse_resolved *values, size_t n)
{
    size_t i = 0, j = 0, n_changes = 0;
    while (i < n_base || j < n) {
        int order = i == n_base ? 1 : j == n ? -1 : compare_places(&base[i], &values[j]);
        if (order < 0) {
            print_value('-', &base[i++]);
            n_changes++;
        } else if (order > 0) {
            print_value('+', &values[j++]);
            n_changes++;
        } else {
            if (!same_value(&base[i], &values[j])) {
                print_value('~', &values[j]);
                n_changes++;
            }
            i++;
            j++;
        }
    }
    if (n_changes == 0) {
        printf("  as the baseline\n");
    }
}

static enum hanse_status print_text(struct hanse_context *ctx,
                                    const struct hanse_cli_loaded *loaded, bool all)
{
    size_t n_base, n;
    struct hanse_resolved *base = sorted_values(ctx, loaded->cases[0], &n_base);
    for (size_t c = 0; base != NULL && c < loaded->n_cases; c++) {
        printf("%scase %s: %s\n", c > 0 ? "\n" : "", loaded->names[c], loaded->labels[c]);
        struct hanse_resolved *values = sorted_values(ctx, loaded->cases[c], &n);
        if (values == NULL) {
            break;
        }
        if (c == 0 || all) {
            print_params(ctx, loaded->cases[c]);
            for (size_t i = 0; i < n; i++) {
                print_value(' ', &values[i]);
            }
        } else {
            print_changes(base, n_base, values, n);
        }
        hanse__free(values);
    }
    enum hanse_status status = base != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    hanse__free(base);
    return status;
}

/* --- JSON -----------------------------------------------------------------------------------
 */

static json_t *text_or_null(const char *text)
{
    return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static void add_origin(json_t *object, const struct hanse_origin *origin)
{
    json_object_set_new(object, "origin", json_string(hanse_how_name(origin->how)));
    json_object_set_new(object, "file", text_or_null(origin->file));
    json_object_set_new(object, "line",
                        origin->file != NULL ? json_integer(origin->line) : json_null());
    json_object_set_new(object, "override", text_or_null(origin->via));
    json_object_set_new(object, "evidence", text_or_null(evidence_of(origin)));
    json_object_set_new(object, "source", text_or_null(origin->source));
}

static json_t *json_value(const struct hanse_resolved *value)
{
    bool is_number = value->type == HANSE_NUMBER || value->type == HANSE_INTEGER;
    json_t *object = json_object();
    json_object_set_new(object, "kind", json_string(value->kind));
    json_object_set_new(object, "name", json_string(value->name));
    json_object_set_new(object, "key", json_string(value->key));
    json_object_set_new(object, "value",
                        is_number                   ? number_or_null(value->number)
                        : value->type == HANSE_FLAG ? json_boolean(value->number != 0)
                                                    : json_string(value->text));
    json_object_set_new(object, "unit", text_or_null(value->unit));
    json_object_set_new(object, "uncertain", json_boolean(value->uncertain));
    add_origin(object, &value->origin);
    return object;
}

static json_t *json_param(const struct hanse_param *param)
{
    char dim[128];
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(param->name));
    json_object_set_new(object, "label", text_or_null(param->label));
    json_object_set_new(object, "low", number_or_null(param->low));
    json_object_set_new(object, "mid", number_or_null(param->mid));
    json_object_set_new(object, "high", number_or_null(param->high));
    json_object_set_new(object, "min", number_or_null(param->min));
    json_object_set_new(object, "max", number_or_null(param->max));
    json_object_set_new(object, "step", number_or_null(param->step));
    json_object_set_new(object, "unit",
                        json_string(hanse_dim_text(&param->dim, dim, sizeof dim)));
    add_origin(object, &param->origin);
    return object;
}

static json_t *json_case(const struct hanse_cli_loaded *loaded, size_t c)
{
    const struct hanse_scenario *scenario = loaded->cases[c];
    json_t *object = json_object(), *params = json_array(), *values = json_array();
    for (size_t i = 0; i < hanse_scenario_n_params(scenario); i++) {
        json_array_append_new(params, json_param(hanse_scenario_param(scenario, i)));
    }
    for (size_t i = 0; i < hanse_scenario_n_values(scenario); i++) {
        struct hanse_resolved value;
        hanse_scenario_value(scenario, i, &value);
        json_array_append_new(values, json_value(&value));
    }
    json_object_set_new(object, "name", json_string(loaded->names[c]));
    json_object_set_new(object, "label", json_string(loaded->labels[c]));
    json_object_set_new(object, "params", params);
    json_object_set_new(object, "values", values);
    return object;
}

static enum hanse_status print_json(struct hanse_context *ctx,
                                    const struct hanse_cli_loaded *loaded)
{
    json_t *root = json_object(), *cases = json_array();
    for (size_t c = 0; c < loaded->n_cases; c++) {
        json_array_append_new(cases, json_case(loaded, c));
    }
    json_object_set_new(root, "cases", cases);
    int failed = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(root);
    printf("\n");
    return failed != 0 ? hanse__fail(ctx, HANSE_ERR_MEMORY, "the JSON could not be written")
                       : HANSE_OK;
}

int hanse_cli_check(int argc, char **argv)
{
    struct hanse_cli_list settings = {0};
    struct hanse_cli_load_options load = {.settings = &settings};
    const struct hanse_cli_option options[] = {
        {"with", 0, HANSE_CLI_TEXT, &load.with, "OVERRIDE,…",
         "check one case made of these overrides instead of the scenario's cases"},
        {"set", 0, HANSE_CLI_LIST, &settings, "PATH=VALUE", "set a value; may be repeated"},
    };
    const struct hanse_cli_usage usage = {
        .name = "check",
        .operands = "SCENARIO.lua",
        .min_operands = 1,
        .max_operands = 1,
        .summary =
            "Validates a scenario and prints every resolved value with its unit, origin,\n"
            "evidence and source. Cases after the first show what differs from it (+ new,\n"
            "- gone, ~ changed); -v shows every value of every case, -q none.",
        .example = "hanse check scenarios/baltic-supply-stop.lua --with stop24",
        .options = options,
        .n_options = sizeof options / sizeof options[0]};
    struct hanse_cli_args args;
    struct hanse_cli_loaded loaded;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    struct hanse_context *ctx = hanse_cli_context(&args);
    enum hanse_status status = hanse_cli_load(ctx, args.operands[0], &load, &loaded);
    if (status == HANSE_OK) {
        status = args.json    ? print_json(ctx, &loaded)
                 : args.quiet ? HANSE_OK
                              : print_text(ctx, &loaded, args.verbose);
        hanse_cli_loaded_fini(&loaded);
    }
    exit_status = hanse_cli_failure(ctx, status);
    hanse_context_destroy(ctx);
    return exit_status;
}
