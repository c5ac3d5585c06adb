/* hanse predict: tokens per second and step times of a model on a device, from its profile. */
#include "cli/commands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/predict.h"

/* Engines answer; they neither train nor run single kernels. */
static bool answers(const struct hanse_cli_predict_settings *s)
{
    return s->kernel == NULL && !s->train;
}

static enum hanse_status predict(struct hanse_cli_prediction *p)
{
    json_t *rows = p->args->json ? json_array() : NULL;
    if (rows == NULL) {
        printf("%s on %s (%s), %s%s%s\n", p->s->kernel != NULL ? p->s->kernel : p->d.model.name,
               p->d.profile.name, hanse_profile_origin_name(p->d.profile.origin),
               p->s->device.precision, answers(p->s) ? "; engine " : "",
               answers(p->s) ? p->d.engine_label : "");
        printf("%-26s %12s %-9s %-25s %s\n", "figure", "median", "unit", "   90 % interval",
               "basis");
    }
    enum hanse_status status = HANSE_OK;
    if (p->s->kernel != NULL) {
        hanse_cli_predict_kernel(p, rows);
    } else {
        status = p->s->train ? hanse_cli_predict_training(p, rows)
                             : hanse_cli_predict_inference(p, rows);
    }
    if (rows != NULL) {
        json_t *document = json_pack("{s:s, s:s, s:s, s:s, s:o}", "model",
                                     p->s->kernel != NULL ? p->s->kernel : p->d.model.name,
                                     "device", p->d.profile.name, "origin",
                                     hanse_profile_origin_name(p->d.profile.origin),
                                     "precision", p->s->device.precision, "figures", rows);
        if (answers(p->s)) {
            json_object_set_new(document, "engine", hanse_cli_engine_json(&p->d));
        }
        json_dumpf(document, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(document);
    }
    return status;
}

/* --- the command ---------------------------------------------------------------------------
 */

static int run_predict(const struct hanse_cli_args *args,
                       const struct hanse_cli_predict_settings *settings)
{
    struct hanse_cli_prediction p = {
        .ctx = hanse_cli_context(args), .args = args, .s = settings};
    p.d.ctx = p.ctx;
    p.d.s = &settings->device;
    enum hanse_status status = hanse_cli_device_read(&p.d, args->operands[0]);
    if (status == HANSE_OK && settings->kernel != NULL) {
        status = hanse_cli_read_kernel(&p);
    }
    if (status == HANSE_OK) {
        status = predict(&p);
    }
    int exit_status = status == HANSE_OK ? 0 : hanse_cli_failure(p.ctx, status);
    hanse_cli_device_fini(&p.d);
    hanse_context_destroy(p.ctx);
    return exit_status;
}

/* Counts and shares that no model can use. */
static int check_settings(const struct hanse_cli_predict_settings *s)
{
    if ((s->device.model == NULL) == (s->kernel == NULL)) {
        return hanse_cli_bad_usage("predict",
                                   "needs --model NAME ('hanse catalog models' lists them) or "
                                   "--kernel NAME --shape AxB…");
    }
    if (s->groups > 1 && !(s->train && s->inner_steps > 0 && s->group_link_gbps > 0.0)) {
        return hanse_cli_bad_usage("predict", "--groups needs --train, --inner-steps and "
                                              "--group-link");
    }
    if (s->batch < 1 || s->most < 1 || s->prompt_tokens < 1.0 || s->output_tokens < 1.0 ||
        s->sequence < 1) {
        return hanse_cli_bad_usage("predict", "--batch, --most, --prompt-tokens, "
                                              "--output-tokens and --sequence must be >= 1");
    }
    if (!answers(s) && hanse_cli_engine_said(&s->device.engine)) {
        return hanse_cli_bad_usage("predict", "an engine answers: it goes neither with --train "
                                              "nor with --kernel");
    }
    return hanse_cli_device_check("predict", &s->device);
}

/* Reads the command line. False: it is answered, with *exit_status. */
static bool parse(const struct hanse_cli_option *options, size_t n_options, int argc,
                  char **argv, struct hanse_cli_args *args, int *exit_status)
{
    const struct hanse_cli_usage usage = {
        .name = "predict",
        .operands = "PROFILE.h5|DEVICE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Predicts how fast a language model or a kernel runs on a device: from a "
                   "measured or published\nprofile, else from the datasheet and what such "
                   "devices reach of theirs. docs/prediction.md has\nthe equations.",
        .example = "hanse predict h100_sxm5_80gb --model llama-3-8b --batch 16\n"
                   "hanse predict a100_sxm_80gb --model gpt-3-175b --train --tensor 8 "
                   "--pipeline 8 --batch 64 --interleave 3 --link 230 --node-link 25\n"
                   "hanse predict h100_sxm5_80gb --kernel stencil7 --shape 512x512x512 "
                   "--precision fp64",
        .options = options,
        .n_options = n_options,
    };
    return hanse_cli_parse(&usage, argc, argv, args, exit_status);
}

static const struct hanse_cli_predict_settings DEFAULTS = {
    .device = HANSE_CLI_DEVICE_DEFAULTS,
    .recompute = "full",
    .batch = 1,
    .microbatch = 1,
    .interleave = 1,
    .sequence = 2048,
    .prompt_tokens = 1000,
    .output_tokens = 250,
    .most = 256,
    .groups = 1,
    .group_link_ms = 50,
};

int hanse_cli_predict(int argc, char **argv)
{
    struct hanse_cli_predict_settings s = DEFAULTS;
    const struct hanse_cli_option own[] = {
        {"pipeline", 0, HANSE_CLI_INTEGER, &s.device.pipeline, "P", "stages of layers (1)"},
        {"data", 0, HANSE_CLI_INTEGER, &s.device.data, "D", "replicas, in training (1)"},
        {"batch", 'b', HANSE_CLI_INTEGER, &s.batch, "B", "requests; in training sequences (1)"},
        {"prompt-tokens", 0, HANSE_CLI_NUMBER, &s.prompt_tokens, "N", "of a request (1000)"},
        {"output-tokens", 0, HANSE_CLI_NUMBER, &s.output_tokens, "N", "of a request (250)"},
        {"node-link", 0, HANSE_CLI_NUMBER, &s.device.node_link_gbps, "GB/s",
         "between nodes, for stages and replicas (as --link)"},
        {"most", 0, HANSE_CLI_INTEGER, &s.most, "N",
         "requests that the engine has under way at most (256)"},
        {"train", 0, HANSE_CLI_FLAG, &s.train, NULL, "a training step instead of answers"},
        {"microbatch", 0, HANSE_CLI_INTEGER, &s.microbatch, "N", "sequences at once (1)"},
        {"interleave", 0, HANSE_CLI_INTEGER, &s.interleave, "V", "chunks of a stage (1)"},
        {"sequence", 0, HANSE_CLI_INTEGER, &s.sequence, "N", "tokens of a sequence (2048)"},
        {"recompute", 0, HANSE_CLI_TEXT, &s.recompute, "WORD", "none, selective, full (full)"},
        {"groups", 0, HANSE_CLI_INTEGER, &s.groups, "G",
         "groups that train apart and average once in --inner-steps; --batch is each one's"},
        {"inner-steps", 0, HANSE_CLI_INTEGER, &s.inner_steps, "H", "steps between averages"},
        {"group-link", 0, HANSE_CLI_NUMBER, &s.group_link_gbps, "GB/s",
         "between groups, each way and device"},
        {"group-latency", 0, HANSE_CLI_NUMBER, &s.group_link_ms, "ms", "of a message (50)"},
        {"exchanged", 0, HANSE_CLI_NUMBER, &s.exchanged_bytes, "N",
         "bytes a parameter that groups exchange (2)"},
        {"kernel", 0, HANSE_CLI_TEXT, &s.kernel, "NAME",
         "one kernel instead of a model: gemm, stencil7, spmv_csr, fft …"},
        {"shape", 0, HANSE_CLI_TEXT, &s.shape, "AxB…", "its extents (sim/model/kernel.h)"},
        {"fused-attention", 0, HANSE_CLI_FLAG, &s.fused, NULL, "no stored scores"},
    };
    enum { OWN = sizeof own / sizeof *own };
    struct hanse_cli_option options[HANSE_CLI_DEVICE_OPTIONS + OWN];
    size_t shared = hanse_cli_device_options(&s.device, options);
    memcpy(options + shared, own, sizeof own);
    struct hanse_cli_args args;
    int exit_status;
    if (!parse(options, shared + OWN, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    exit_status = check_settings(&s);
    return exit_status != 0 ? exit_status : run_predict(&args, &s);
}
