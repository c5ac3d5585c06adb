/*
 * `hanse reference`: every key a scenario may say and every output it gives, from the tables
 * that validation itself reads. docs/reference.md is what this prints; a test compares them.
 */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "sim/process/mechanism.h"

enum { CELL_SIZE = 512 };

static const char *const takes[] = {
    [HANSE_NUMBER] = "number",          [HANSE_INTEGER] = "whole number",
    [HANSE_FLAG] = "true or false",     [HANSE_TEXT] = "text",
    [HANSE_CHOICE] = "one of",          [HANSE_POLICY] = "a function or one of",
    [HANSE_REFERENCE] = "name of",      [HANSE_REFERENCES] = "list of names",
    [HANSE_ACTOR] = "name of",          [HANSE_ACTORS] = "list of names",
    [HANSE_SERIES] = "list of numbers", [HANSE_CHILDREN] = "list of declarations",
};
static const char *const reducers[] = {
    [HANSE_SUM] = "total",
    [HANSE_MEAN] = "mean over time",
    [HANSE_LAST] = "value at the end",
    [HANSE_RATIO] = "ratio",
    [HANSE_COUNTS] = "counts added up; kept inside, for the quantiles",
    [HANSE_P50] = "quantile",
    [HANSE_P95] = "quantile",
    [HANSE_P99] = "quantile",
    [HANSE_PER_YEAR] = "total per year",
};

/* --- a field in words -----------------------------------------------------------------------
 */

static void join(char *text, size_t size, const char *format, ...) HANSE_PRINTF(3, 4);
static void join(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

/* "one of `low`, `high`": the words of the options, each as code. */
static char *takes_text(const struct hanse_field *field, char *text, size_t size)
{
    text[0] = '\0';
    if (field->type == HANSE_SERIES && field->count > 0) {
        join(text, size, "list of %d numbers", field->count);
        return text;
    }
    join(text, size, "%s", takes[field->type]);
    const char *word = field->options != NULL ? field->options : "";
    bool of = field->type == HANSE_REFERENCES || field->type == HANSE_ACTORS ||
              field->type == HANSE_CHILDREN;
    for (int i = 0; *(word += strspn(word, " ")) != '\0'; i++) {
        int length = (int)strcspn(word, " ");
        join(text, size, "%s `%.*s`", i > 0 ? "," : of ? ":" : "", length, word);
        word += length;
    }
    return text;
}

static char *default_text(const struct hanse_field *field, char *text, size_t size)
{
    text[0] = '\0';
    if (field->flags & HANSE_REQUIRED) {
        join(text, size, "required");
    } else if (field->type == HANSE_FLAG) {
        join(text, size, "%s", field->fallback != 0 ? "true" : "false");
    } else if (field->type == HANSE_NUMBER || field->type == HANSE_INTEGER) {
        join(text, size, "%.15g", field->fallback);
    } else if (field->fallback_text != NULL) {
        join(text, size, "`%s`", field->fallback_text);
    } else if (field->type == HANSE_TEXT && strcmp(field->key, "label") == 0) {
        join(text, size, "its name");
    } else {
        join(text, size, "none");
    }
    return text;
}

static char *range_text(const struct hanse_field *field, char *text, size_t size)
{
    text[0] = '\0';
    if (field->low == field->high) {
        return text;
    }
    if (isfinite(field->low)) {
        join(text, size, "%s %.15g", field->flags & HANSE_LOW_OPEN ? ">" : "≥", field->low);
    }
    if (isfinite(field->high)) {
        join(text, size, "%s%s %.15g", text[0] != '\0' ? ", " : "",
             field->flags & HANSE_HIGH_OPEN ? "<" : "≤", field->high);
    }
    return text;
}

static const char *unit_text(const struct hanse_field *field)
{
    return field->unit != NULL && strcmp(field->unit, "1") != 0 ? field->unit : "";
}

static const char *rows_text(const struct hanse_kind *kind)
{
    if (kind->max_rows != 1) {
        return kind->min_rows > 0 ? "at least once" : "any number of times";
    }
    return kind->min_rows == 1 ? "exactly once" : "at most once";
}

/* --- as a page ------------------------------------------------------------------------------
 */

static void print_kind(const struct hanse_kind *kind)
{
    char what[CELL_SIZE], fallback[CELL_SIZE], range[CELL_SIZE];
    printf("\n## %s\n\n%s\nDeclared %s.\n\n", kind->name, kind->doc, rows_text(kind));
    printf("| key | takes | unit | default | range | meaning |\n|---|---|---|---|---|---|\n");
    for (size_t f = 0; f < kind->n_fields; f++) {
        const struct hanse_field *field = &kind->fields[f];
        printf("| `%s` | %s | %s | %s | %s | %s%s%s%s%s |\n", field->key,
               takes_text(field, what, sizeof what), unit_text(field),
               default_text(field, fallback, sizeof fallback),
               range_text(field, range, sizeof range), field->doc,
               field->flags & HANSE_CERTAIN ? "; not from an uncertain parameter" : "",
               field->flags & HANSE_ACYCLIC ? "; never leads back to itself" : "",
               field->needs != NULL ? "; needs " : "",
               field->needs != NULL ? field->needs : "");
    }
}

static void print_kinds(void)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    printf(
        "# Reference\n\n"
        "Every key a scenario may say and every output it gives. This page is what\n"
        "`hanse reference` prints, from the tables that validation reads; a test keeps the\n"
        "two equal.\n\n"
        "A number with a unit is given with one, in any unit of the same dimension\n"
        "(`2*MW`, `0.12*EUR/kWh`). What an override or `--set` can reach is\n"
        "`kind.name.key`; a whole entity is taken away by setting `kind.name` to `absent`.\n\n"
        "Kinds:");
    for (size_t k = 0; k < n; k++) {
        if (kinds[k]->derive == NULL) {
            printf("%s [%s](#%s)", k > 0 ? "," : "", kinds[k]->name, kinds[k]->name);
        }
    }
    printf(". Then the [outputs](#outputs) and the [units](#units).\n");
    for (size_t k = 0; k < n; k++) {
        if (kinds[k]->derive == NULL) {
            print_kind(kinds[k]);
        }
    }
}

/* What outputs are told apart by beside what a scenario declares. */
static void print_derived(void)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    printf("\nNot declared, but made from what is:\n\n");
    for (size_t k = 0; k < n; k++) {
        if (kinds[k]->derive != NULL) {
            printf("- `%s`: %s\n", kinds[k]->name, kinds[k]->doc);
        }
    }
}

static void print_outputs(void)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    printf("\n## Outputs\n\nKept by the month and summed up over windows; `by` says for what "
           "they are told apart.\n");
    print_derived();
    for (size_t m = 0; m < n; m++) {
        const struct hanse_mechanism *mechanism = mechanisms[m];
        if (mechanism->n_outputs == 0) {
            continue;
        }
        printf("\n### %s\n\n%s\n\n", mechanism->name, mechanism->doc);
        printf("| output | unit | by | over time | meaning |\n|---|---|---|---|---|\n");
        for (size_t i = 0; i < mechanism->n_outputs; i++) {
            const struct hanse_output *output = &mechanism->outputs[i];
            printf("| `%s` | %s | %s%s%s | %s", output->name, output->unit,
                   output->dims[0] != NULL ? output->dims[0] : "",
                   output->dims[1] != NULL ? ", " : "",
                   output->dims[1] != NULL ? output->dims[1] : "", reducers[output->reducer]);
            if (output->reducer == HANSE_RATIO) {
                printf(" of `%s` to `%s`", output->numerator, output->denominator);
            }
            if (output->reducer >= HANSE_P50) {
                printf(" of `%s`", output->numerator);
            }
            printf(" | %s |\n", output->long_name);
        }
    }
}

/* Units of one dimension on one line, the first of them naming the others' sizes. */
static void print_units(void)
{
    const char *name;
    struct hanse_unit unit;
    char dimension[128];
    printf("\n## Units\n\nUnits combine with `*`, `/` and `^`. A month is 730 h and a year "
           "8,760 h. Counts have no unit.\n\n"
           "| unit | is |\n|---|---|\n");
    for (size_t i = 0; hanse_unit_named(i, &name, &unit); i++) {
        printf("| `%s` | %.15g %s |\n", name, unit.scale,
               hanse_dim_text(&unit.dim, dimension, sizeof dimension));
    }
}

/* --- as JSON --------------------------------------------------------------------------------
 */

static json_t *field_json(const struct hanse_field *field)
{
    char what[CELL_SIZE], fallback[CELL_SIZE], range[CELL_SIZE];
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "key", field->key, "takes",
                     takes_text(field, what, sizeof what), "unit", unit_text(field), "default",
                     default_text(field, fallback, sizeof fallback), "range",
                     range_text(field, range, sizeof range), "meaning", field->doc, "needs",
                     field->needs != NULL ? field->needs : "", "required",
                     (field->flags & HANSE_REQUIRED) != 0);
}

static json_t *kinds_json(void)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++) {
        if (kinds[k]->derive != NULL) {
            continue;
        }
        json_t *fields = json_array();
        for (size_t f = 0; f < kinds[k]->n_fields; f++) {
            json_array_append_new(fields, field_json(&kinds[k]->fields[f]));
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "kind", kinds[k]->name,
                                              "meaning", kinds[k]->doc, "declared",
                                              rows_text(kinds[k]), "fields", fields));
    }
    return list;
}

static json_t *outputs_json(void)
{
    size_t n;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n);
    json_t *list = json_array();
    for (size_t m = 0; m < n; m++) {
        for (size_t i = 0; i < mechanisms[m]->n_outputs; i++) {
            const struct hanse_output *output = &mechanisms[m]->outputs[i];
            json_t *by = json_array();
            for (int d = 0; d < 2 && output->dims[d] != NULL; d++) {
                json_array_append_new(by, json_string(output->dims[d]));
            }
            json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:s, s:o, s:s, s:s}", "output", output->name, "mechanism",
                          mechanisms[m]->name, "unit", output->unit, "by", by, "over_time",
                          reducers[output->reducer], "meaning", output->long_name));
        }
    }
    return list;
}

static int print_json(void)
{
    json_t *page = json_pack("{s:o, s:o}", "kinds", kinds_json(), "outputs", outputs_json());
    int failed = page == NULL || json_dumpf(page, stdout, JSON_INDENT(2)) != 0;
    json_decref(page);
    printf("\n");
    return failed ? 3 : 0;
}

int hanse_cli_reference(int argc, char **argv)
{
    const struct hanse_cli_usage usage = {
        .name = "reference",
        .operands = "",
        .summary =
            "Prints every key a scenario may say, every output and every unit, as a page "
            "in Markdown.",
        .example = "hanse reference",
    };
    struct hanse_cli_args args;
    int status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &status)) {
        return status;
    }
    if (args.json) {
        return print_json();
    }
    print_kinds();
    print_outputs();
    print_units();
    return 0;
}
