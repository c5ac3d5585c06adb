/* Language models. */
#include <math.h>
#include <stdio.h>

#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"

#define AT(member) offsetof(struct hanse_model, member)
static const struct hanse_field MODEL_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_model),
    {.key = "provider",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(provider),
     .doc = "who licenses it"},
    {.key = "weights_held",
     .type = HANSE_FLAG,
     .offset = AT(weights_held),
     .fallback = 1,
     .doc = "the weights are at home and run on whatever the provider does"},
    {.key = "licence_binds",
     .type = HANSE_FLAG,
     .offset = AT(licence_binds),
     .needs = "provider given",
     .doc = "the provider may withdraw its licence, and who holds the weights obeys"},
    {.key = "parameters",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(parameters),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e15,
     .doc = "weights held in memory"},
    {.key = "active_parameters",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(active_parameters),
     .low = 0,
     .high = 1e15,
     .doc = "weights used per token (mixture of experts); 0: all"},
    {.key = "bytes_per_parameter",
     .type = HANSE_NUMBER,
     .unit = "B",
     .offset = AT(bytes_per_parameter),
     .fallback = 2,
     .flags = HANSE_LOW_OPEN,
     .low = 0,
     .high = 8,
     .doc = "storage of one weight: 2 for bf16, 1 for fp8"},
    {.key = "kv_per_token",
     .type = HANSE_NUMBER,
     .unit = "B/token",
     .offset = AT(kv_bytes_per_token),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e9,
     .doc = "key-value cache written per token and read per token of context"},
    {.key = "batch",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(batch),
     .fallback = 32,
     .low = 1,
     .high = 4096,
     .doc = "requests decoded together on one replica, on average"},
    {.key = "layers",
     .type = HANSE_INTEGER,
     .offset = AT(shape.layers),
     .low = 0,
     .high = 1e9,
     .doc = "of its architecture, and so the next thirteen; `architecture` gives all; 0: not "
            "known"},
    {.key = "hidden",
     .type = HANSE_INTEGER,
     .offset = AT(shape.hidden),
     .low = 0,
     .high = 1e9,
     .doc = "width between layers"},
    {.key = "heads",
     .type = HANSE_INTEGER,
     .offset = AT(shape.heads),
     .low = 0,
     .high = 1e9,
     .doc = "of queries, in attention"},
    {.key = "kv_heads",
     .type = HANSE_INTEGER,
     .offset = AT(shape.kv_heads),
     .low = 0,
     .high = 1e9,
     .doc = "of keys and values"},
    {.key = "head_width",
     .type = HANSE_INTEGER,
     .offset = AT(shape.width),
     .low = 0,
     .high = 1e9,
     .doc = "of a head"},
    {.key = "ffn",
     .type = HANSE_INTEGER,
     .offset = AT(shape.ffn),
     .low = 0,
     .high = 1e9,
     .doc = "inner width of the feed-forward part, of each expert"},
    {.key = "vocabulary",
     .type = HANSE_INTEGER,
     .offset = AT(shape.vocabulary),
     .low = 0,
     .high = 1e9,
     .doc = "tokens it knows"},
    {.key = "gated",
     .type = HANSE_FLAG,
     .offset = AT(shape.gated),
     .fallback = 1,
     .doc = "three matrices in the feed-forward part (SwiGLU) and not two"},
    {.key = "tied",
     .type = HANSE_FLAG,
     .offset = AT(shape.tied),
     .fallback = 0,
     .doc = "one matrix for embedding and output"},
    {.key = "experts",
     .type = HANSE_INTEGER,
     .offset = AT(shape.experts),
     .low = 0,
     .high = 1e9,
     .doc = "of a layer; 0: dense"},
    {.key = "experts_used",
     .type = HANSE_INTEGER,
     .offset = AT(shape.experts_used),
     .low = 0,
     .high = 1e9,
     .doc = "experts that a token passes through"},
    {.key = "shared_ffn",
     .type = HANSE_INTEGER,
     .offset = AT(shape.shared_ffn),
     .low = 0,
     .high = 1e9,
     .doc = "inner width of the part that every token passes beside its experts"},
    {.key = "dense_layers",
     .type = HANSE_INTEGER,
     .offset = AT(shape.dense_layers),
     .low = 0,
     .high = 1e9,
     .doc = "layers without experts, in a model that has them"},
    {.key = "dense_ffn",
     .type = HANSE_INTEGER,
     .offset = AT(shape.dense_ffn),
     .low = 0,
     .high = 1e9,
     .doc = "inner width of those layers' feed-forward part"},
};
#undef AT

/* Stated figures may be rounded, and a count leaves norms and biases out. */
static const double WITHIN = 0.05;

static enum hanse_status check_figure(const struct hanse_scenario *scenario, int32_t index,
                                      const char *key, double stated, double counted)
{
    if (fabs(stated / counted - 1.0) <= WITHIN) {
        return HANSE_OK;
    }
    return hanse_scenario_reject(scenario, &hanse_kind_model, index, key,
                                 "must be within 5 %% of what its architecture amounts to, "
                                 "%.6g, got %.6g",
                                 counted, stated);
}

/* All models may run on all accelerators, in the precision that those have their rates in. */
static enum hanse_status check_bytes(const struct hanse_scenario *scenario, int32_t index,
                                     double bytes)
{
    int32_t n;
    const struct hanse_accelerator *a =
        hanse_scenario_table(scenario, &hanse_kind_accelerator, &n);
    for (int32_t i = 0; i < n; i++) {
        enum hanse_precision precision = (enum hanse_precision)a[i].kernel_precision;
        if (a[i].kernel_rates.count > 0 && bytes != hanse_precision_bytes(precision)) {
            return hanse_scenario_reject(
                scenario, &hanse_kind_model, index, "bytes_per_parameter",
                "must be that of the precision which accelerator '%s' has its rates in (%s, "
                "%g), got %g; 'profile_precision' chooses it, and without 'architecture' any "
                "goes",
                a[i].name, hanse_precision_name(precision), hanse_precision_bytes(precision),
                bytes);
        }
    }
    return HANSE_OK;
}

static enum hanse_status check_model(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_model *m = hanse_scenario_table(scenario, &hanse_kind_model, &n);
    m += index;
    const struct hanse_transformer *s = &m->shape;
    struct hanse_transformer named = *s;
    struct hanse_context *ctx = hanse__scenario_context(scenario);
    int64_t rest = s->hidden + s->heads + s->kv_heads + s->width + s->ffn + s->vocabulary +
                   s->experts + s->experts_used + s->shared_ffn + s->dense_layers +
                   s->dense_ffn;
    if (s->layers == 0 && rest == 0) {
        return HANSE_OK;
    }
    snprintf(named.name, sizeof named.name, "%.40s", m->name);
    if (hanse_transformer_check(ctx, &named) != HANSE_OK) {
        char why[256];
        snprintf(why, sizeof why, "%s", hanse_context_message(ctx));
        return hanse_scenario_reject(scenario, &hanse_kind_model, index, "layers",
                                     "its architecture: %s", why);
    }
    double active = m->active_parameters > 0.0 ? m->active_parameters : m->parameters;
    HANSE_TRY(check_figure(scenario, index, "parameters", m->parameters,
                           hanse_transformer_parameters(s)));
    HANSE_TRY(check_figure(scenario, index, "active_parameters", active,
                           hanse_transformer_active_parameters(s)));
    HANSE_TRY(check_figure(scenario, index, "kv_per_token", m->kv_bytes_per_token,
                           hanse_transformer_cache_bytes(s, m->bytes_per_parameter)));
    return check_bytes(scenario, index, m->bytes_per_parameter);
}

const struct hanse_kind hanse_kind_model = {
    .name = "model",
    .doc =
        "A language model that workloads call. In a scenario `architecture = \"NAME\"` gives "
        "its layers and widths from reference/models.csv, and what follows from them "
        "(docs/profiles.md).",
    .size = sizeof(struct hanse_model),
    .fields = MODEL_FIELDS,
    .n_fields = HANSE_COUNT(MODEL_FIELDS),
    .check = check_model,
};
