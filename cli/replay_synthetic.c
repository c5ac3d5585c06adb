/* Synthetic workloads at the prompt: what there is, and writing one as a log. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/replay_fit.h"
#include "output/swf.h"
#include "scripting/trace.h"
#include "sim/process/synthetic/synthetic.h"

static void print_model(const struct hanse_synthetic_model *model)
{
    printf("%s\n  %s\n  Source: %s.\n", model->name, model->doc, model->source);
    for (uint32_t i = 0; i < model->n_params; i++) {
        const struct hanse_synthetic_param *param = &model->params[i];
        char standard[64];
        snprintf(standard, sizeof standard, "%s",
                 param->standard == NULL      ? "needed"
                 : param->standard[0] == '\0' ? "-"
                                              : param->standard);
        printf("  %-13s %-9s %-3s %s\n", param->key, standard, param->unit, param->doc);
    }
    printf("\n");
}

static json_t *model_json(const struct hanse_synthetic_model *model)
{
    json_t *params = json_array();
    for (uint32_t i = 0; i < model->n_params; i++) {
        const struct hanse_synthetic_param *param = &model->params[i];
        json_t *row = json_pack("{s:s, s:s, s:b, s:s}", "key", param->key, "unit", param->unit,
                                "needed", param->standard == NULL, "doc", param->doc);
        json_object_set_new(row, "standard",
                            param->standard ? json_string(param->standard) : json_null());
        json_array_append_new(params, row);
    }
    return json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", model->name, "doc", model->doc,
                     "source", model->source, "requests", (int)model->requests, "params",
                     params);
}

void hanse_cli_synthetic_print(bool json)
{
    json_t *models = json_array();
    for (const struct hanse_synthetic_model *const *m = hanse_synthetic_models(); *m; m++) {
        if (json) {
            json_array_append_new(models, model_json(*m));
        } else {
            print_model(*m);
        }
    }
    if (json) {
        json_t *document = json_pack("{s:o}", "workloads", json_incref(models));
        json_dumpf(document, stdout, JSON_INDENT(1));
        printf("\n");
        json_decref(document);
    }
    json_decref(models);
}

static enum hanse_status write_log(struct hanse_context *ctx,
                                   const struct hanse_cli_write_swf *command, uint64_t *n)
{
    struct hanse_trace_options options = {
        .processors = command->processors > 0 ? (uint32_t)command->processors : 0,
        .lenient = command->lenient};
    struct hanse_trace *trace;
    const char *said_by;
    HANSE_TRY(hanse_trace_estimates(ctx, command->estimates, &options));
    HANSE_TRY(hanse_trace_open(ctx, command->path, &options, &trace));
    struct hanse_job_source source = hanse_trace_source(trace);
    char note[1024];
    snprintf(note, sizeof note, "hanse replay %.900s", command->path);
    enum hanse_status status =
        hanse_swf_write(ctx, command->output, command->force,
                        hanse_trace_processors(trace, &said_by), note, &source, n);
    hanse_trace_close(trace);
    return status;
}

int hanse_cli_replay_write_swf(struct hanse_context *ctx,
                               const struct hanse_cli_write_swf *command)
{
    uint64_t n = 0;
    enum hanse_status status = write_log(ctx, command, &n);
    if (status != HANSE_OK) {
        return hanse_cli_failure(ctx, status);
    }
    if (command->args->json) {
        json_t *document =
            json_pack("{s:s, s:I}", "written", command->output, "jobs", (json_int_t)n);
        json_dumpf(document, stdout, JSON_INDENT(1));
        printf("\n");
        json_decref(document);
    } else {
        printf("%llu jobs written to %s\n", (unsigned long long)n, command->output);
    }
    return 0;
}
