#include "cli/summary_json.h"

#include <jansson.h>
#include <math.h>

#include "output/summary.h"

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *figure_json(const struct hanse_summary_row *row)
{
    json_t *difference =
        json_pack("{s:o, s:o, s:o}", "mean", number_or_null(row->diff), "ci_low",
                  number_or_null(row->diff_low), "ci_high", number_or_null(row->diff_high));

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "case", row->case_name, "window", row->window, "output", row->output,
                     "unit", row->unit, "long_name", row->long_name, "mean",
                     number_or_null(row->mean), "ci_low", number_or_null(row->ci_low),
                     "ci_high", number_or_null(row->ci_high), "p05", number_or_null(row->p05),
                     "p50", number_or_null(row->p50), "p95", number_or_null(row->p95),
                     "difference", difference, "simulation_half_width",
                     number_or_null(row->sim_half_width));
}

static json_t *cases_json(struct hanse_results *results)
{
    const char *const *names, *const *labels;
    size_t n, n_labels;
    json_t *cases = json_array();

    if (hanse_results_labels(results, "case", &names, &n) != HANSE_OK ||
        hanse_results_labels(results, "case_label", &labels, &n_labels) != HANSE_OK) {
        return cases;
    }
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(cases,
                              json_pack("{s:s, s:s}", "name", names[i], "label", labels[i]));
    }
    return cases;
}

enum hanse_status hanse_cli_summary_json(struct hanse_context *ctx,
                                         struct hanse_results *results, FILE *file)
{
    struct hanse_summary_row *rows;
    size_t n;
    json_t *document, *figures;
    int failed;

    HANSE_TRY(hanse_summary_rows(ctx, results, &rows, &n));
    figures = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(figures, figure_json(&rows[i]));
    }
    hanse_summary_free(rows);
    document = json_pack("{s:s, s:b, s:I, s:o, s:o}", "title",
                         hanse_results_attribute(results, "title"), "hypothetical",
                         hanse_results_number(results, "hypothetical") == 1.0, "replications",
                         (json_int_t)hanse_results_size(results, "replication"), "cases",
                         cases_json(results), "figures", figures);
    if (!document) {
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "no memory for the summary");
    }
    failed = json_dumpf(document, file, JSON_INDENT(2));
    json_decref(document);
    if (failed || fputc('\n', file) == EOF) {
        return hanse__fail(ctx, HANSE_ERR_IO, "the summary could not be printed");
    }
    return HANSE_OK;
}
