/* hanse predict: tokens per second and step times of a model on a device, from its profile. */
#include "cli/commands.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/table.h"
#include "output/profile.h"
#include "scripting/library.h"
#include "sim/process/predict/training.h"

struct settings {
    const char *model, *precision, *recompute;
    int64_t tensor, pipeline, data, batch, microbatch, interleave, sequence;
    double prompt_tokens, output_tokens, usable;
    double compute_efficiency, memory_efficiency;
    double link_gbps, node_link_gbps, link_us, step_ms, layer_ms, device_factor;
    bool train, fused;
};

struct prediction {
    struct hanse_context *ctx;
    const struct hanse_cli_args *args;
    const struct settings *s;
    char folder[4096];
    struct hanse_transformer model;
    struct hanse_profile profile;
    struct hanse_device_law *law;
};

/* --- model and device ----------------------------------------------------------------------
 */

static enum hanse_status open_table(struct prediction *p, const char *name,
                                    struct hanse_table *table)
{
    char folder[4200];
    HANSE_TRY(hanse_library_find(p->ctx, p->folder, sizeof p->folder));
    snprintf(folder, sizeof folder, "%s/reference", p->folder);
    return hanse_table_read(p->ctx, folder, name, table);
}

/* The row named `id`, or a message with the nearest one. */
static enum hanse_status find_row(struct prediction *p, const struct hanse_table *table,
                                  const char *what, const char *id, size_t *row)
{
    const char **names = hanse__alloc(p->ctx, table->n_rows + 1, sizeof *names);
    if (names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (*row = 0; *row < table->n_rows; ++*row) {
        names[*row] = hanse_table_cell(table, *row, "id");
        if (strcmp(names[*row], id) == 0) {
            hanse__free((void *)names);
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(id, names, table->n_rows);
    enum hanse_status status =
        hanse__fail(p->ctx, HANSE_ERR_INPUT, "no %s '%s'%s%s%s; 'hanse catalog %s' lists them",
                    what, id, near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "", table->name);
    hanse__free((void *)names);
    return status;
}

static int64_t count_of(const struct hanse_table *table, size_t row, const char *column)
{
    double number = 0.0;
    hanse_cli_number(hanse_table_cell(table, row, column), &number);
    return (int64_t)number;
}

static enum hanse_status read_model(struct prediction *p)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(open_table(p, "models", &table));
    enum hanse_status status = find_row(p, &table, "model", p->s->model, &r);
    if (status == HANSE_OK) {
        p->model = (struct hanse_transformer){
            .layers = count_of(&table, r, "layers"),
            .hidden = count_of(&table, r, "hidden"),
            .heads = count_of(&table, r, "heads"),
            .kv_heads = count_of(&table, r, "kv_heads"),
            .width = count_of(&table, r, "head_width"),
            .ffn = count_of(&table, r, "ffn"),
            .vocabulary = count_of(&table, r, "vocabulary"),
            .gated = count_of(&table, r, "gated") != 0,
            .tied = count_of(&table, r, "tied") != 0,
            .experts = count_of(&table, r, "experts"),
            .experts_used = count_of(&table, r, "experts_used"),
            .shared_ffn = count_of(&table, r, "shared_ffn"),
        };
        snprintf(p->model.name, sizeof p->model.name, "%s", p->s->model);
        status = hanse_transformer_check(p->ctx, &p->model);
    }
    hanse_table_fini(&table);
    return status;
}

/* The datasheet's peak in the precision asked for; 0 when it has none. */
static double peak_of(const struct hanse_table *table, size_t row, const char *precision)
{
    char column[64];
    double number = 0.0;
    const char *word = strcmp(precision, "fp16") == 0 ? "bf16" : precision;
    snprintf(column, sizeof column, "peak_%s_dense_tflops", word);
    hanse_cli_number(hanse_table_cell(table, row, column), &number);
    return 1e12 * number;
}

/* A catalogue's device: datasheet times stated efficiencies. */
static enum hanse_status derive_profile(struct prediction *p, const char *id)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(open_table(p, "accelerators", &table));
    enum hanse_status status = find_row(p, &table, "profile file or device", id, &r);
    if (status == HANSE_OK) {
        double gib = 0.0, gbps = 0.0;
        hanse_cli_number(hanse_table_cell(&table, r, "mem_gib"), &gib);
        hanse_cli_number(hanse_table_cell(&table, r, "mem_bw_gbs"), &gbps);
        p->profile =
            (struct hanse_profile){.origin = HANSE_PROFILE_DERIVED,
                                   .compute_flop_per_s = p->s->compute_efficiency *
                                                         peak_of(&table, r, p->s->precision),
                                   .memory_byte_per_s = p->s->memory_efficiency * 1e9 * gbps,
                                   .capacity_bytes = gib * 1073741824.0};
        snprintf(p->profile.name, sizeof p->profile.name, "%.40s", id);
        if (!(p->profile.compute_flop_per_s > 0.0)) {
            status = hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: the catalogue has no peak in %s",
                                 id, p->s->precision);
        }
    }
    hanse_table_fini(&table);
    return status;
}

static enum hanse_status read_profile(struct prediction *p, const char *operand)
{
    size_t length = strlen(operand);
    bool is_file = length > 3 && strcmp(operand + length - 3, ".h5") == 0;
    return is_file ? hanse_profile_read(p->ctx, operand, &p->profile)
                   : derive_profile(p, operand);
}

static enum hanse_status make_law(struct prediction *p)
{
    enum hanse_precision precision = hanse_precision_named(p->s->precision);
    if (precision >= HANSE_BYTES) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "--precision: must be fp32, bf16, fp16, fp8, int8 or int4, got '%s'",
                           p->s->precision);
    }
    const struct settings *s = p->s;
    double between = s->node_link_gbps > 0.0 ? s->node_link_gbps : s->link_gbps;
    const struct hanse_link_law links[HANSE_REACHES] = {
        [HANSE_REACH_NODE] = {1e-6 * s->link_us, 1e9 * s->link_gbps},
        [HANSE_REACH_CLUSTER] = {1e-6 * s->link_us, 1e9 * between}};
    bool several = s->tensor > 1 || s->pipeline > 1 || s->data > 1;
    if (several && !(s->link_gbps > 0.0)) {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT,
                           "--link: several devices need the rate of the link between them, "
                           "GB/s each way");
    }
    return hanse_device_law_create(p->ctx, &p->profile, precision, several ? links : NULL,
                                   &p->law);
}

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
    const struct hanse_parallel parallel = {s->tensor, s->pipeline, s->data};
    const struct hanse_engine engine = {.step_s = 1e-3 * s->step_ms,
                                        .layer_s = 1e-3 * s->layer_ms,
                                        .device_factor = s->device_factor};
    double batch = (double)s->batch, context = s->prompt_tokens + 0.5 * s->output_tokens;
    struct hanse_answer a = hanse_answer_time(p->law, &p->model, &parallel, batch,
                                              s->prompt_tokens, s->output_tokens, &engine);
    const struct hanse_step step = {.decoding = batch, .context = context};
    struct hanse_step_parts parts = hanse_step_device(p->law, &p->model, &parallel, &step);
    double cache = hanse_cache_tokens(p->law, &p->model, &parallel, s->usable);
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
    add_plain(rows, "parameters", hanse_transformer_parameters(&p->model), "1");
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
    struct hanse_training x = {.parallel = {s->tensor, s->pipeline, s->data},
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
    HANSE_TRY(hanse_training_step(p->ctx, p->law, &p->model, &x, &parts));
    double devices = fmax(1.0, (double)s->tensor) * fmax(1.0, (double)s->pipeline) *
                     fmax(1.0, (double)s->data);
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
        printf("%s on %s (%s), %s\n", p->model.name, p->profile.name,
               hanse_profile_origin_name(p->profile.origin), p->s->precision);
        printf("%-26s %12s %-9s %-25s %s\n", "figure", "median", "unit", "   90 % interval",
               "basis");
    }
    enum hanse_status status =
        p->s->train ? predict_training(p, rows) : predict_inference(p, rows);
    if (rows != NULL) {
        json_t *document =
            json_pack("{s:s, s:s, s:s, s:s, s:o}", "model", p->model.name, "device",
                      p->profile.name, "origin", hanse_profile_origin_name(p->profile.origin),
                      "precision", p->s->precision, "figures", rows);
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
    enum hanse_status status = read_model(&p);
    if (status == HANSE_OK) {
        status = read_profile(&p, args->operands[0]);
    }
    if (status == HANSE_OK) {
        status = make_law(&p);
    }
    if (status == HANSE_OK) {
        status = predict(&p);
    }
    int exit_status = status == HANSE_OK ? 0 : hanse_cli_failure(p.ctx, status);
    hanse_device_law_destroy(p.law);
    hanse_profile_fini(&p.profile);
    hanse_context_destroy(p.ctx);
    return exit_status;
}

/* Counts and shares that no model can use. */
static int check_settings(const struct settings *s)
{
    if (s->model == NULL) {
        return hanse_cli_bad_usage("predict",
                                   "needs --model NAME; 'hanse catalog models' lists "
                                   "them");
    }
    if (s->batch < 1 || s->prompt_tokens < 1.0 || s->output_tokens < 1.0 || s->sequence < 1) {
        return hanse_cli_bad_usage("predict", "--batch, --prompt-tokens, --output-tokens and "
                                              "--sequence must be >= 1");
    }
    if (!(s->usable > 0.0 && s->usable <= 1.0) || !(s->device_factor > 0.0) ||
        s->step_ms < 0.0 || s->layer_ms < 0.0 || s->link_us < 0.0) {
        return hanse_cli_bad_usage("predict",
                                   "--usable must lie in (0, 1], --device-factor be > "
                                   "0, and times be >= 0");
    }
    if (!(s->compute_efficiency > 0.0 && s->compute_efficiency <= 1.0 &&
          s->memory_efficiency > 0.0 && s->memory_efficiency <= 1.0)) {
        return hanse_cli_bad_usage("predict", "efficiencies must lie in (0, 1]");
    }
    return 0;
}

int hanse_cli_predict(int argc, char **argv)
{
    struct settings s = {.precision = "bf16",
                         .recompute = "full",
                         .tensor = 1,
                         .pipeline = 1,
                         .data = 1,
                         .batch = 1,
                         .microbatch = 1,
                         .interleave = 1,
                         .sequence = 2048,
                         .prompt_tokens = 1000,
                         .output_tokens = 250,
                         .usable = 0.9,
                         .compute_efficiency = 0.6,
                         .memory_efficiency = 0.75,
                         .link_us = 5,
                         .device_factor = 1};
    const struct hanse_cli_option options[] = {
        {"model", 'm', HANSE_CLI_TEXT, &s.model, "NAME", "model of the catalogue"},
        {"precision", 0, HANSE_CLI_TEXT, &s.precision, "P", "of weights and products (bf16)"},
        {"tensor", 0, HANSE_CLI_INTEGER, &s.tensor, "T", "devices that share each layer (1)"},
        {"pipeline", 0, HANSE_CLI_INTEGER, &s.pipeline, "P", "stages of layers (1)"},
        {"data", 0, HANSE_CLI_INTEGER, &s.data, "D", "replicas, in training (1)"},
        {"batch", 'b', HANSE_CLI_INTEGER, &s.batch, "B", "requests; in training sequences (1)"},
        {"prompt-tokens", 0, HANSE_CLI_NUMBER, &s.prompt_tokens, "N", "of a request (1000)"},
        {"output-tokens", 0, HANSE_CLI_NUMBER, &s.output_tokens, "N", "of a request (250)"},
        {"usable", 0, HANSE_CLI_NUMBER, &s.usable, "X", "share of memory in use (0.9)"},
        {"link", 0, HANSE_CLI_NUMBER, &s.link_gbps, "GB/s",
         "between devices of a node, where the profile has no all-reduce"},
        {"node-link", 0, HANSE_CLI_NUMBER, &s.node_link_gbps, "GB/s",
         "between nodes, for stages and replicas (as --link)"},
        {"link-latency", 0, HANSE_CLI_NUMBER, &s.link_us, "us", "of a message (5)"},
        {"engine-step", 0, HANSE_CLI_NUMBER, &s.step_ms, "ms", "host time of a step (0)"},
        {"engine-layer", 0, HANSE_CLI_NUMBER, &s.layer_ms, "ms", "host time of a layer (0)"},
        {"device-factor", 0, HANSE_CLI_NUMBER, &s.device_factor, "X",
         "engine's device time over the profile's (1)"},
        {"compute-efficiency", 0, HANSE_CLI_NUMBER, &s.compute_efficiency, "X",
         "of a catalogue's device, share of peak (0.6, an assumption)"},
        {"memory-efficiency", 0, HANSE_CLI_NUMBER, &s.memory_efficiency, "X",
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
