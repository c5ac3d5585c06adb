#include "cli/summary_json.h"

#include <jansson.h>
#include <math.h>

#include "output/shown.h"
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

/* --- what the scenario wants shown ----------------------------------------------------------
 */

static json_t *scorecard_json(const struct hanse_digest *digest,
                              const struct hanse_shown *shown)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < shown->n_figures; i++) {
        const struct hanse_shown_figure *f = &shown->figures[i];

        for (size_t c = 0; c < digest->n_cases; c++) {
            struct hanse_figures v =
                hanse__digest_figures(digest, f->view, c, f->window, f->item);

            json_array_append_new(
                rows, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "name", f->name, "label",
                                f->label, "case", digest->case_names[c], "better",
                                f->more_is_better ? "more" : "less", "mean",
                                number_or_null(v.mean), "ci_low", number_or_null(v.ci_low),
                                "ci_high", number_or_null(v.ci_high)));
        }
    }
    return rows;
}

static json_t *regret_json(const struct hanse_shown *shown)
{
    const struct hanse_regret *r = &shown->regret;
    json_t *rows = json_array();

    for (size_t p = 0; shown->has_regret && p < r->n_policies; p++) {
        for (size_t w = 0; w < r->n_worlds; w++) {
            json_array_append_new(rows,
                                  json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "policy",
                                            r->policies[p], "world", r->worlds[w], "output",
                                            r->output, "loss", number_or_null(r->loss[p][w]),
                                            "regret", number_or_null(r->regret[p][w]),
                                            "half_width", number_or_null(r->half_width[p][w])));
        }
    }
    return rows;
}

static enum hanse_status add_shown(struct hanse_context *ctx, struct hanse_results *results,
                                   json_t *document)
{
    struct hanse_digest digest;
    struct hanse_shown *shown = hanse__alloc(ctx, 1, sizeof *shown);
    enum hanse_status status = hanse__digest_init(&digest, ctx, results);

    if (status == HANSE_OK) {
        status = shown ? hanse__shown_read(&digest, NULL, shown) : HANSE_ERR_MEMORY;
    }
    if (status == HANSE_OK) {
        json_object_set_new(document, "scorecard", scorecard_json(&digest, shown));
        json_object_set_new(document, "regret", regret_json(shown));
    }
    hanse__free(shown);
    hanse__digest_fini(&digest);
    return status;
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
    enum hanse_status status = add_shown(ctx, results, document);
    if (status != HANSE_OK) {
        json_decref(document);
        return status;
    }
    failed = json_dumpf(document, file, JSON_INDENT(2));
    json_decref(document);
    if (failed || fputc('\n', file) == EOF) {
        return hanse__fail(ctx, HANSE_ERR_IO, "the summary could not be printed");
    }
    return HANSE_OK;
}
