/* hanse predict: tokens per second and step times of a model on a device, from its profile. */
#include "cli/commands.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/device.h"
#include "cli/options.h"
#include "sim/process/predict/training.h"

struct settings {
    struct hanse_cli_device_settings device;
    const char *recompute;
    int64_t batch, microbatch, interleave, sequence;
    double prompt_tokens, output_tokens, usable;
    double step_ms, layer_ms, device_factor;
    bool train, fused;
};

struct prediction {
    struct hanse_context *ctx;
    const struct hanse_cli_args *args;
    const struct settings *s;
    struct hanse_cli_device d;
};

/* --- saying it -----------------------------------------------------------------------------
 */

static const double Z90 = 1.6448536269514722; /* a normal's 95 % quantile: 90 % two-sided */

static const char *basis_of(struct hanse_estimate e)
{
    unsigned marks = e.marks;
    return !(e.seconds > 0.0)               ? "none"
           : marks & HANSE_ESTIMATE_CEILING ? "ceilings"
           : marks & HANSE_ESTIMATE_OUTSIDE ? "outside the measured range"
           : marks & HANSE_ESTIMATE_NEAREST ? "nearest shape"
                                            : "measured shapes";
}

static void add_row(const struct prediction *p, json_t *rows, const char *name,
                    struct hanse_estimate e, double factor, const char *unit)
{
    double spread = exp(Z90 * e.log_sd), value = e.seconds * factor;
    if (rows != NULL) {
        json_array_append_new(rows,
                              json_pack("{s:s, s:f, s:s, s:f, s:f, s:s}", "name", name, "value",
                                        value, "unit", unit, "low", value / spread, "high",
                                        value * spread, "basis", basis_of(e)));
        return;
    }
    (void)p;
    printf("%-26s %12.6g %-9s %11.4g – %-11.4g %s\n", name, value, unit, value / spread,
           value * spread, basis_of(e));
}

/* A figure without an interval of its own. */
static void add_plain(json_t *rows, const char *name, double value, const char *unit)
{
    if (rows != NULL) {
        json_array_append_new(
            rows, json_pack("{s:s, s:f, s:s}", "name", name, "value", value, "unit", unit));
    } else {
        printf("%-26s %12.6g %s\n", name, value, unit);
    }
}

/* Tokens per second from seconds per token. */
static struct hanse_estimate rate_of(struct hanse_estimate e, double amount)
{
    e.seconds = e.seconds > 0.0 ? amount / e.seconds : 0.0;
    return e;
}

static enum hanse_status predict_inference(struct prediction *p, json_t *rows)
{
    const struct settings *s = p->s;
    const struct hanse_parallel parallel = {s->device.tensor, s->device.pipeline,
                                            s->device.data};
    const struct hanse_engine engine = {.step_s = 1e-3 * s->step_ms,
                                        .layer_s = 1e-3 * s->layer_ms,
                                        .device_factor = s->device_factor};
    double batch = (double)s->batch, context = s->prompt_tokens + 0.5 * s->output_tokens;
    struct hanse_answer a = hanse_answer_time(p->d.law, &p->d.model, &parallel, batch,
                                              s->prompt_tokens, s->output_tokens, &engine);
    const struct hanse_step step = {.decoding = batch, .context = context};
    struct hanse_step_parts parts = hanse_step_device(p->d.law, &p->d.model, &parallel, &step);
    double cache = hanse_cache_tokens(p->d.law, &p->d.model, &parallel, s->usable);
    double needed = batch * (s->prompt_tokens + s->output_tokens);
    add_row(p, rows, "ttft", a.first, 1e3, "ms");
    add_row(p, rows, "tpot", a.next, 1e3, "ms");
    add_row(p, rows, "answer", a.all, 1.0, "s");
    add_row(p, rows, "prompt_rate", rate_of(a.first, batch * s->prompt_tokens), 1.0, "token/s");
    add_row(p, rows, "output_rate", rate_of(a.next, batch), 1.0, "token/s");
    add_row(p, rows, "step_products", parts.products, 1e3, "ms");
    add_row(p, rows, "step_attention", parts.attention, 1e3, "ms");
    add_row(p, rows, "step_passes", parts.passes, 1e3, "ms");
    add_row(p, rows, "step_communication", parts.communication, 1e3, "ms");
    add_row(p, rows, "step_output", parts.output, 1e3, "ms");
    add_plain(rows, "parameters", hanse_transformer_parameters(&p->d.model), "1");
    add_plain(rows, "cache_tokens", cache, "token");
    if (cache < needed) {
        return hanse__fail(p->ctx, HANSE_ERR_TARGET,
                           "the cache holds %.0f tokens beside the weights, %lld requests need "
                           "%.0f: more devices (--tensor), fewer requests (--batch)",
                           cache, (long long)s->batch, needed);
    }
    return HANSE_OK;
}

static enum hanse_status predict_training(struct prediction *p, json_t *rows)
{
    static const char *const WORDS[] = {"none", "selective", "full"};
    const struct settings *s = p->s;
    struct hanse_training x = {
        .parallel = {s->device.tensor, s->device.pipeline, s->device.data},
        .batch = s->batch,
        .microbatch = s->microbatch,
        .interleave = s->interleave,
        .sequence = s->sequence,
        .fused_attention = s->fused};
    int word = 0;
    while (word < 3 && strcmp(WORDS[word], s->recompute) != 0) {
        word++;
    }
    if (word == 3) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "--recompute: must be none, selective or full, got '%s'",
                           s->recompute);
    }
    x.recompute = (enum hanse_recompute)word;
    struct hanse_training_parts parts;
    HANSE_TRY(hanse_training_step(p->ctx, p->d.law, &p->d.model, &x, &parts));
    double devices = fmax(1.0, (double)s->device.tensor) *
                     fmax(1.0, (double)s->device.pipeline) * fmax(1.0, (double)s->device.data);
    add_row(p, rows, "step", parts.all, 1.0, "s");
    add_row(p, rows, "step_compute", parts.compute, 1.0, "s");
    add_row(p, rows, "step_bubble", parts.bubble, 1.0, "s");
    add_row(p, rows, "step_pipeline", parts.pipeline, 1.0, "s");
    add_row(p, rows, "step_gradients", parts.gradients, 1.0, "s");
    add_row(p, rows, "step_optimizer", parts.optimizer, 1.0, "s");
    add_row(p, rows, "tokens", rate_of(parts.all, (double)s->batch * (double)s->sequence), 1.0,
            "token/s");
    add_row(p, rows, "useful_rate", rate_of(parts.all, parts.flop / devices), 1e-12, "TFLOP/s");
    return HANSE_OK;
}

static enum hanse_status predict(struct prediction *p)
{
    json_t *rows = p->args->json ? json_array() : NULL;
    if (rows == NULL) {
        printf("%s on %s (%s), %s\n", p->d.model.name, p->d.profile.name,
               hanse_profile_origin_name(p->d.profile.origin), p->s->device.precision);
        printf("%-26s %12s %-9s %-25s %s\n", "figure", "median", "unit", "   90 % interval",
               "basis");
    }
    enum hanse_status status =
        p->s->train ? predict_training(p, rows) : predict_inference(p, rows);
    if (rows != NULL) {
        json_t *document = json_pack("{s:s, s:s, s:s, s:s, s:o}", "model", p->d.model.name,
                                     "device", p->d.profile.name, "origin",
                                     hanse_profile_origin_name(p->d.profile.origin),
                                     "precision", p->s->device.precision, "figures", rows);
        json_dumpf(document, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(document);
    }
    return status;
}

/* --- the command ---------------------------------------------------------------------------
 */

static int run_predict(const struct hanse_cli_args *args, const struct settings *settings)
{
    struct prediction p = {.ctx = hanse_cli_context(args), .args = args, .s = settings};
    p.d.ctx = p.ctx;
    p.d.s = &settings->device;
    enum hanse_status status = hanse_cli_device_read(&p.d, args->operands[0]);
    if (status == HANSE_OK) {
        status = predict(&p);
    }
    int exit_status = status == HANSE_OK ? 0 : hanse_cli_failure(p.ctx, status);
    hanse_cli_device_fini(&p.d);
    hanse_context_destroy(p.ctx);
    return exit_status;
}

/* Counts and shares that no model can use. */
static int check_settings(const struct settings *s)
{
    if (s->device.model == NULL) {
        return hanse_cli_bad_usage("predict",
                                   "needs --model NAME; 'hanse catalog models' lists "
                                   "them");
    }
    if (s->batch < 1 || s->prompt_tokens < 1.0 || s->output_tokens < 1.0 || s->sequence < 1) {
        return hanse_cli_bad_usage("predict", "--batch, --prompt-tokens, --output-tokens and "
                                              "--sequence must be >= 1");
    }
    if (!(s->usable > 0.0 && s->usable <= 1.0) || !(s->device_factor > 0.0) ||
        s->step_ms < 0.0 || s->layer_ms < 0.0 || s->device.link_us < 0.0) {
        return hanse_cli_bad_usage("predict",
                                   "--usable must lie in (0, 1], --device-factor be > "
                                   "0, and times be >= 0");
    }
    if (!(s->device.compute_efficiency > 0.0 && s->device.compute_efficiency <= 1.0 &&
          s->device.memory_efficiency > 0.0 && s->device.memory_efficiency <= 1.0)) {
        return hanse_cli_bad_usage("predict", "efficiencies must lie in (0, 1]");
    }
    return 0;
}

int hanse_cli_predict(int argc, char **argv)
{
    struct settings s = {.device = {.precision = "bf16",
                                    .tensor = 1,
                                    .pipeline = 1,
                                    .data = 1,
                                    .compute_efficiency = 0.6,
                                    .memory_efficiency = 0.75,
                                    .link_us = 5},
                         .recompute = "full",
                         .batch = 1,
                         .microbatch = 1,
                         .interleave = 1,
                         .sequence = 2048,
                         .prompt_tokens = 1000,
                         .output_tokens = 250,
                         .usable = 0.9,
                         .device_factor = 1};
    const struct hanse_cli_option options[] = {
        {"model", 'm', HANSE_CLI_TEXT, &s.device.model, "NAME", "model of the catalogue"},
        {"precision", 0, HANSE_CLI_TEXT, &s.device.precision, "P",
         "of weights and products (bf16)"},
        {"tensor", 0, HANSE_CLI_INTEGER, &s.device.tensor, "T",
         "devices that share each layer (1)"},
        {"pipeline", 0, HANSE_CLI_INTEGER, &s.device.pipeline, "P", "stages of layers (1)"},
        {"data", 0, HANSE_CLI_INTEGER, &s.device.data, "D", "replicas, in training (1)"},
        {"batch", 'b', HANSE_CLI_INTEGER, &s.batch, "B", "requests; in training sequences (1)"},
        {"prompt-tokens", 0, HANSE_CLI_NUMBER, &s.prompt_tokens, "N", "of a request (1000)"},
        {"output-tokens", 0, HANSE_CLI_NUMBER, &s.output_tokens, "N", "of a request (250)"},
        {"usable", 0, HANSE_CLI_NUMBER, &s.usable, "X", "share of memory in use (0.9)"},
        {"link", 0, HANSE_CLI_NUMBER, &s.device.link_gbps, "GB/s",
         "between devices of a node, where the profile has no all-reduce"},
        {"node-link", 0, HANSE_CLI_NUMBER, &s.device.node_link_gbps, "GB/s",
         "between nodes, for stages and replicas (as --link)"},
        {"link-latency", 0, HANSE_CLI_NUMBER, &s.device.link_us, "us", "of a message (5)"},
        {"engine-step", 0, HANSE_CLI_NUMBER, &s.step_ms, "ms", "host time of a step (0)"},
        {"engine-layer", 0, HANSE_CLI_NUMBER, &s.layer_ms, "ms", "host time of a layer (0)"},
        {"device-factor", 0, HANSE_CLI_NUMBER, &s.device_factor, "X",
         "engine's device time over the profile's (1)"},
        {"compute-efficiency", 0, HANSE_CLI_NUMBER, &s.device.compute_efficiency, "X",
         "of a catalogue's device, share of peak (0.6, an assumption)"},
        {"memory-efficiency", 0, HANSE_CLI_NUMBER, &s.device.memory_efficiency, "X",
         "of a catalogue's device, share of bandwidth (0.75, an assumption)"},
        {"train", 0, HANSE_CLI_FLAG, &s.train, NULL, "a training step instead of answers"},
        {"microbatch", 0, HANSE_CLI_INTEGER, &s.microbatch, "N", "sequences at once (1)"},
        {"interleave", 0, HANSE_CLI_INTEGER, &s.interleave, "V", "chunks of a stage (1)"},
        {"sequence", 0, HANSE_CLI_INTEGER, &s.sequence, "N", "tokens of a sequence (2048)"},
        {"recompute", 0, HANSE_CLI_TEXT, &s.recompute, "WORD", "none, selective, full (full)"},
        {"fused-attention", 0, HANSE_CLI_FLAG, &s.fused, NULL, "no stored scores"},
    };
    const struct hanse_cli_usage usage = {
        .name = "predict",
        .operands = "PROFILE.h5|DEVICE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Predicts how fast a language model runs on a device: from a measured or "
                   "published profile,\nor from a device of the catalogue with stated "
                   "efficiencies. docs/prediction.md has the equations.",
        .example = "hanse predict h100_sxm5_80gb --model llama-3-8b --batch 16\n"
                   "hanse predict a100_sxm_80gb --model gpt-3-175b --train --tensor 8 "
                   "--pipeline 8 --batch 64 --interleave 3 --link 230 --node-link 25",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    exit_status = check_settings(&s);
    return exit_status != 0 ? exit_status : run_predict(&args, &s);
}
