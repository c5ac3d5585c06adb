/* hanse compare: where result files differ, ranked by size relative to noise. */
#include "cli/commands.h"
#include "cli/options.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "output/compare.h"

struct settings {
    int64_t most;
    bool exit_code;
};

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const struct hanse_compare_row *row)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "case",
                     row->case_name, "window", row->window, "output", row->output, "unit",
                     row->unit, "base", number_or_null(row->base), "other",
                     number_or_null(row->other), "difference", number_or_null(row->diff),
                     "ci_low", number_or_null(row->low), "ci_high", number_or_null(row->high),
                     "score", number_or_null(row->score), "paired", row->paired);
}

static json_t *comparison_json(const struct hanse_comparison *comparison, const char *base,
                               const char *other, size_t most)
{
    json_t *rows = json_array(), *inputs = json_array();

    for (size_t i = 0; i < comparison->n_rows && (most == 0 || i < most); i++) {
        json_array_append_new(rows, row_json(&comparison->rows[i]));
    }
    for (size_t i = 0; i < comparison->n_inputs; i++) {
        const struct hanse_compare_input *input = &comparison->inputs[i];

        json_array_append_new(inputs, json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?}", "case",
                                                input->case_name, "kind", input->kind, "name",
                                                input->name, "key", input->key, "base",
                                                input->base, "other", input->other));
    }
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "base", base, "other", other, "compared",
                     (json_int_t)comparison->n_compared, "differing",
                     (json_int_t)comparison->n_rows, "differences", rows, "inputs", inputs);
}

/* Compares one pair; counts in *differing, appends to `documents` when printing JSON. */
static enum hanse_status compare_pair(struct hanse_context *ctx, struct hanse_results *base,
                                      const char *path, const struct settings *settings,
                                      json_t *documents, size_t *differing)
{
    struct hanse_results *other = NULL;
    struct hanse_comparison comparison = {0};
    enum hanse_status status = hanse_results_open(ctx, path, &other);

    if (status == HANSE_OK) {
        status = hanse_comparison_init(&comparison, ctx, base, other);
    }
    if (status == HANSE_OK) {
        *differing += comparison.n_rows;
        if (documents) {
            json_array_append_new(documents,
                                  comparison_json(&comparison, hanse_results_path(base), path,
                                                  (size_t)settings->most));
        } else {
            status = hanse_comparison_print(&comparison, ctx, hanse_results_path(base), path,
                                            (size_t)settings->most, stdout);
        }
    }
    hanse_comparison_fini(&comparison);
    hanse_results_close(other);
    return status;
}

static int compare(const struct hanse_cli_args *args, const struct settings *settings)
{
    struct hanse_context *ctx = hanse_cli_context(args);
    struct hanse_results *base = NULL;
    json_t *documents = args->json ? json_array() : NULL;
    size_t differing = 0;
    enum hanse_status status = hanse_results_open(ctx, args->operands[0], &base);
    int exit_status;

    for (int i = 1; status == HANSE_OK && i < args->n_operands; i++) {
        if (i > 1 && !args->json) {
            printf("\n");
        }
        status = compare_pair(ctx, base, args->operands[i], settings, documents, &differing);
    }
    if (status == HANSE_OK && documents) {
        json_dumpf(documents, stdout, JSON_INDENT(2));
        printf("\n");
    }
    exit_status = status != HANSE_OK                     ? hanse_cli_failure(ctx, status)
                  : settings->exit_code && differing > 0 ? 1
                                                         : 0;
    json_decref(documents);
    hanse_results_close(base);
    hanse_context_destroy(ctx);
    return exit_status;
}

int hanse_cli_compare(int argc, char **argv)
{
    struct settings settings = {.most = 20};
    const struct hanse_cli_option options[] = {
        {"most", 'n', HANSE_CLI_INTEGER, &settings.most, "N", "differences shown; 0: all"},
        {"exit-code", 0, HANSE_CLI_FLAG, &settings.exit_code, NULL, "1 when a figure differs"},
    };
    const struct hanse_cli_usage usage = {
        .name = "compare",
        .operands = "BASE.h5 OTHER.h5…",
        .min_operands = 2,
        .max_operands = -1,
        .summary = "Shows where result files differ, ranked by size relative to noise, and "
                   "which\nvalues of their scenarios do.",
        .example = "hanse compare base.h5 with-spares.h5",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    return compare(&args, &settings);
}
