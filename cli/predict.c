/* hanse predict: tokens per second and step times of a model on a device, from its profile. */
#include "cli/commands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/calibrate_published.h"
#include "cli/predict.h"
#include "cli/table.h"
#include "scripting/library.h"

/* --- model and device ----------------------------------------------------------------------
 */

static enum hanse_status open_table(struct hanse_cli_prediction *p, const char *name,
                                    struct hanse_table *table)
{
    char folder[4200];
    HANSE_TRY(hanse_library_find(p->ctx, p->folder, sizeof p->folder));
    snprintf(folder, sizeof folder, "%s/reference", p->folder);
    return hanse_table_read(p->ctx, folder, name, table);
}

/* The row named `id`, or a message with the nearest one. */
static enum hanse_status find_row(struct hanse_cli_prediction *p,
                                  const struct hanse_table *table, const char *what,
                                  const char *id, size_t *row)
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

static enum hanse_status read_model(struct hanse_cli_prediction *p)
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

/* Takes out the rates of some kernels: a stated efficiency stands in their place. */
static void drop_rates(struct hanse_profile *profile, bool products)
{
    size_t kept = 0;
    for (size_t i = 0; i < profile->n_rates; i++) {
        enum hanse_kernel kernel = profile->rates[i].kernel;
        bool is_product = kernel == HANSE_KERNEL_GEMM || kernel == HANSE_KERNEL_SKINNY;
        bool is_stream = kernel <= HANSE_KERNEL_STREAM_TRIAD;
        if (products ? !is_product : !is_stream) {
            profile->rates[kept++] = profile->rates[i];
        }
    }
    profile->n_rates = kept;
}

/* --compute-efficiency and --memory-efficiency: shares of a catalogue's peaks in place of what
 * is known of the device. */
static enum hanse_status state_efficiencies(struct hanse_cli_prediction *p, const char *id)
{
    const struct hanse_cli_predict_settings *s = p->s;
    struct hanse_table table;
    size_t r;
    if (s->compute_efficiency == 0.0 && s->memory_efficiency == 0.0) {
        return HANSE_OK;
    }
    HANSE_TRY(open_table(p, "accelerators", &table));
    enum hanse_status status = find_row(p, &table, "device with peaks", id, &r);
    double peak = status == HANSE_OK ? peak_of(&table, r, s->precision) : 0.0, gbps = 0.0;
    if (status == HANSE_OK && s->compute_efficiency > 0.0 && !(peak > 0.0)) {
        status = hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: the catalogue has no peak in %s", id,
                             s->precision);
    }
    if (status == HANSE_OK && s->compute_efficiency > 0.0) {
        drop_rates(&p->profile, true);
        p->profile.compute_flop_per_s = s->compute_efficiency * peak;
        p->profile.compute_log_sd = 0.0;
    }
    if (status == HANSE_OK && s->memory_efficiency > 0.0) {
        hanse_cli_number(hanse_table_cell(&table, r, "mem_bw_gbs"), &gbps);
        drop_rates(&p->profile, false);
        p->profile.memory_byte_per_s = s->memory_efficiency * 1e9 * gbps;
        p->profile.memory_log_sd = 0.0;
    }
    hanse_table_fini(&table);
    return status;
}

static enum hanse_status read_profile(struct hanse_cli_prediction *p, const char *operand)
{
    HANSE_TRY(hanse_cli_find_profile(p->ctx, operand, &p->profile));
    return state_efficiencies(p, operand);
}

static enum hanse_status make_law(struct hanse_cli_prediction *p)
{
    enum hanse_precision precision = hanse_precision_named(p->s->precision);
    if (precision >= HANSE_BYTES) {
        return hanse__fail(
            p->ctx, HANSE_ERR_INPUT,
            "--precision: must be fp64, fp32, bf16, fp16, fp8, int8 or int4, got '%s'",
            p->s->precision);
    }
    const struct hanse_cli_predict_settings *s = p->s;
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

static enum hanse_status read_engine(struct hanse_cli_prediction *p)
{
    const struct hanse_cli_predict_settings *s = p->s;
    bool given = s->step_ms > 0.0 || s->layer_ms > 0.0 || s->device_factor > 0.0;
    p->engine = hanse_engine_unknown();
    p->engine_known = given || s->points != NULL;
    if (given) {
        p->engine = (struct hanse_engine){.step_s = 1e-3 * s->step_ms,
                                          .layer_s = 1e-3 * s->layer_ms,
                                          .device_factor = s->device_factor};
    }
    return s->points != NULL ? hanse_cli_fit_engine(p, s->points) : HANSE_OK;
}

static enum hanse_status predict(struct hanse_cli_prediction *p)
{
    json_t *rows = p->args->json ? json_array() : NULL;
    if (rows == NULL) {
        printf("%s on %s (%s), %s%s\n", p->s->kernel != NULL ? p->s->kernel : p->model.name,
               p->profile.name, hanse_profile_origin_name(p->profile.origin), p->s->precision,
               p->s->kernel != NULL || p->s->train || p->engine_known ? ""
                                                                      : "; engine not known");
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
        json_t *document =
            json_pack("{s:s, s:s, s:s, s:s, s:o}", "model",
                      p->s->kernel != NULL ? p->s->kernel : p->model.name, "device",
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

static int run_predict(const struct hanse_cli_args *args,
                       const struct hanse_cli_predict_settings *settings)
{
    struct hanse_cli_prediction p = {
        .ctx = hanse_cli_context(args), .args = args, .s = settings};
    enum hanse_status status = settings->kernel != NULL ? HANSE_OK : read_model(&p);
    if (status == HANSE_OK) {
        status = read_profile(&p, args->operands[0]);
    }
    if (status == HANSE_OK) {
        status = make_law(&p);
    }
    if (status == HANSE_OK) {
        status = settings->kernel != NULL ? hanse_cli_read_kernel(&p) : read_engine(&p);
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
static int check_settings(const struct hanse_cli_predict_settings *s)
{
    if ((s->model == NULL) == (s->kernel == NULL)) {
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
    if (!(s->usable > 0.0 && s->usable <= 1.0) || s->device_factor < 0.0 || s->step_ms < 0.0 ||
        s->layer_ms < 0.0 || s->link_us < 0.0) {
        return hanse_cli_bad_usage("predict",
                                   "--usable must lie in (0, 1], --device-factor and "
                                   "times be >= 0");
    }
    if (!(s->compute_efficiency >= 0.0 && s->compute_efficiency <= 1.0 &&
          s->memory_efficiency >= 0.0 && s->memory_efficiency <= 1.0)) {
        return hanse_cli_bad_usage("predict", "efficiencies must lie in (0, 1]");
    }
    return 0;
}

int hanse_cli_predict(int argc, char **argv)
{
    struct hanse_cli_predict_settings s = {.precision = "bf16",
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
                                           .most = 256,
                                           .groups = 1,
                                           .link_us = 5,
                                           .group_link_ms = 50};
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
        {"engine-points", 0, HANSE_CLI_TEXT, &s.points, "FILE.csv",
         "fit the engine to one to four measured answers: tensor, batch, prompt_tokens, "
         "output_tokens, ttft_ms, tpot_ms"},
        {"most", 0, HANSE_CLI_INTEGER, &s.most, "N",
         "requests that the engine has under way at most (256)"},
        {"compute-efficiency", 0, HANSE_CLI_NUMBER, &s.compute_efficiency, "X",
         "share of a catalogue's peak, in place of what is known of products"},
        {"memory-efficiency", 0, HANSE_CLI_NUMBER, &s.memory_efficiency, "X",
         "share of a catalogue's bandwidth, likewise"},
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
