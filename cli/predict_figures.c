/* The figures of `hanse predict`: answers, training steps, kernels. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/predict.h"

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

static void add_row(json_t *rows, const char *name, struct hanse_estimate e, double factor,
                    const char *unit)
{
    double spread = exp(Z90 * e.log_sd), value = e.seconds * factor;
    if (rows != NULL) {
        json_array_append_new(rows,
                              json_pack("{s:s, s:f, s:s, s:f, s:f, s:s}", "name", name, "value",
                                        value, "unit", unit, "low", value / spread, "high",
                                        value * spread, "basis", basis_of(e)));
        return;
    }
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

static void add_engine(const struct hanse_cli_prediction *p, json_t *rows)
{
    if (p->d.engine_fitted) {
        add_plain(rows, "engine_step", 1e3 * p->d.engine.step_s, "ms");
        add_plain(rows, "engine_layer", 1e3 * p->d.engine.layer_s, "ms");
        add_plain(rows, "engine_gap", 1e3 * p->d.engine.gap_s, "ms");
        add_plain(rows, "device_factor", p->d.engine.device_factor, "1");
    }
}

enum hanse_status hanse_cli_predict_inference(struct hanse_cli_prediction *p, json_t *rows)
{
    const struct hanse_cli_predict_settings *s = p->s;
    const struct hanse_parallel parallel = {s->device.tensor, s->device.pipeline,
                                            s->device.data};
    const struct hanse_engine *engine = &p->d.engine;
    double batch = (double)s->batch, context = s->prompt_tokens + 0.5 * s->output_tokens;
    struct hanse_answer a = hanse_answer_time(p->d.law, &p->d.model, &parallel, batch,
                                              s->prompt_tokens, s->output_tokens, engine);
    const struct hanse_step step = {.decoding = batch, .context = context};
    struct hanse_step_parts parts = hanse_step_device(p->d.law, &p->d.model, &parallel, &step);
    double cache = hanse_cache_tokens(p->d.law, &p->d.model, &parallel, s->device.usable);
    double needed = batch * (s->prompt_tokens + s->output_tokens);
    double admitted = fmin(hanse_admitted(p->d.law, &p->d.model, &parallel, s->device.usable,
                                          s->prompt_tokens, s->output_tokens),
                           (double)s->most);
    add_row(rows, "ttft", a.first, 1e3, "ms");
    add_row(rows, "tpot", a.next, 1e3, "ms");
    add_row(rows, "answer", a.all, 1.0, "s");
    add_row(rows, "prompt_rate", rate_of(a.first, batch * s->prompt_tokens), 1.0, "token/s");
    add_row(rows, "output_rate", rate_of(a.next, batch), 1.0, "token/s");
    add_row(rows, "step_products", parts.products, 1e3, "ms");
    add_row(rows, "step_attention", parts.attention, 1e3, "ms");
    add_row(rows, "step_passes", parts.passes, 1e3, "ms");
    add_row(rows, "step_communication", parts.communication, 1e3, "ms");
    add_row(rows, "step_output", parts.output, 1e3, "ms");
    add_plain(rows, "parameters", hanse_transformer_parameters(&p->d.model), "1");
    add_plain(rows, "cache_tokens", cache, "token");
    add_plain(rows, "admitted", admitted, "1");
    if (admitted >= 1.0) {
        struct hanse_estimate full =
            hanse_steady_time(p->d.law, &p->d.model, &parallel, admitted, s->prompt_tokens,
                              s->output_tokens, engine);
        add_row(rows, "steady_rate", rate_of(full, admitted), 1.0, "token/s");
        add_row(rows, "steady_answers", rate_of(full, admitted / s->output_tokens), 1.0, "1/s");
    }
    add_engine(p, rows);
    if (cache < needed) {
        return hanse__fail(p->ctx, HANSE_ERR_TARGET,
                           "the cache holds %.0f tokens beside the weights, %lld requests need "
                           "%.0f: more devices (--tensor), fewer requests (--batch)",
                           cache, (long long)s->batch, needed);
    }
    return HANSE_OK;
}

enum hanse_status hanse_cli_predict_training(struct hanse_cli_prediction *p, json_t *rows)
{
    static const char *const WORDS[] = {"none", "selective", "full"};
    const struct hanse_cli_predict_settings *s = p->s;
    struct hanse_training x = {
        .parallel = {s->device.tensor, s->device.pipeline, s->device.data},
        .batch = s->batch,
        .microbatch = s->microbatch,
        .interleave = s->interleave,
        .sequence = s->sequence,
        .fused_attention = s->fused,
        .groups = s->groups,
        .inner_steps = s->inner_steps,
        .exchanged_bytes = s->exchanged_bytes,
        .between_groups = {1e-3 * s->group_link_ms, 1e9 * s->group_link_gbps}};
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
    add_plain(rows, "parameters", hanse_transformer_parameters(&p->d.model), "1");
    add_row(rows, "step", parts.all, 1.0, "s");
    add_row(rows, "step_compute", parts.compute, 1.0, "s");
    add_row(rows, "step_bubble", parts.bubble, 1.0, "s");
    add_row(rows, "step_pipeline", parts.pipeline, 1.0, "s");
    add_row(rows, "step_gradients", parts.gradients, 1.0, "s");
    add_row(rows, "step_optimizer", parts.optimizer, 1.0, "s");
    if (x.groups > 1) {
        add_row(rows, "step_groups", parts.groups, 1.0, "s");
        add_plain(rows, "compute_share", 1.0 - parts.groups.seconds / parts.all.seconds, "1");
    }
    double groups = fmax(1.0, (double)s->groups);
    add_row(rows, "tokens", rate_of(parts.all, groups * (double)s->batch * (double)s->sequence),
            1.0, "token/s");
    add_row(rows, "useful_rate", rate_of(parts.all, parts.flop / devices), 1e-12, "TFLOP/s");
    return HANSE_OK;
}

/* --- a kernel ----------------------------------------------------------------------------- */

/* "512x512x512" with as many extents as the kernel has. */
static enum hanse_status read_shape(struct hanse_context *ctx, const char *text,
                                    const struct hanse_kernel_kind *kind,
                                    struct hanse_shape *shape)
{
    int wanted = 0, n = 0;
    while (wanted < HANSE_EXTENTS && kind->extents[wanted] != NULL) {
        wanted++;
    }
    for (const char *at = text; at != NULL && n < HANSE_EXTENTS;) {
        char *end;
        long long extent = strtoll(at, &end, 10);
        if (end == at || extent < 1 || (*end != 'x' && *end != '\0')) {
            break;
        }
        shape->extent[n++] = extent;
        at = *end == 'x' ? end + 1 : NULL;
        if (at == NULL && n == wanted) {
            return HANSE_OK;
        }
    }
    char names[128] = "";
    for (int i = 0; i < wanted; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? "x" : "", kind->extents[i]);
    }
    return hanse__fail(ctx, HANSE_ERR_INPUT, "--shape: %s takes %s, each >= 1, got '%s'",
                       kind->name, names, text);
}

static enum hanse_status no_kernel(const struct hanse_cli_prediction *p)
{
    const char *names[HANSE_KERNELS];
    for (int k = 0; k < HANSE_KERNELS; k++) {
        names[k] = hanse_kernel_kind((enum hanse_kernel)k)->name;
    }
    const char *near = hanse__nearest(p->s->kernel, names, HANSE_KERNELS);
    return hanse__fail(p->ctx, HANSE_ERR_INPUT, "--kernel: no kernel '%s'%s%s%s", p->s->kernel,
                       near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

enum hanse_status hanse_cli_read_kernel(struct hanse_cli_prediction *p)
{
    p->kernel = hanse_kernel_named(p->s->kernel);
    if (p->kernel == HANSE_KERNELS) {
        return no_kernel(p);
    }
    HANSE_TRY(read_shape(p->ctx, p->s->shape != NULL ? p->s->shape : "",
                         hanse_kernel_kind(p->kernel), &p->shape));
    return hanse_device_kernel(p->ctx, p->d.law, p->kernel, hanse_device_precision(p->d.law),
                               &p->shape, &p->estimate);
}

void hanse_cli_predict_kernel(const struct hanse_cli_prediction *p, json_t *rows)
{
    static const double scales[] = {1e-9, 1e-9, 1.0};
    static const char *const units[] = {"GFLOP/s", "GB/s", "1/s"};
    enum hanse_rate_unit unit = hanse_kernel_kind(p->kernel)->unit;
    double amount = hanse_kernel_amount(p->kernel, hanse_device_precision(p->d.law), &p->shape);
    add_row(rows, "time", p->estimate, 1e3, "ms");
    add_row(rows, "rate", rate_of(p->estimate, amount), scales[unit], units[unit]);
}
