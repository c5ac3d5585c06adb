#include "scripting/layers_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a layer; layers.h has its kernel and shape. */
enum part { QKV, OUTPUT, UP, DOWN, HEAD, NORM, ACTIVATION, SUM };

static const struct named {
    const char *name;
    enum part part;
} vidur_parts[] = {{"attn_pre_proj", QKV},    {"attn_post_proj", OUTPUT},
                   {"mlp_up_proj", UP},       {"mlp_down_proj", DOWN},
                   {"input_layernorm", NORM}, {"post_attention_layernorm", NORM},
                   {"mlp_act", ACTIVATION},   {"add", SUM}},
  vllm_parts[] = {{"qkv_proj", QKV},      {"o_proj", OUTPUT},       {"gate_up_proj", UP},
                  {"down_proj", DOWN},    {"lm_head", HEAD},        {"layernorm", NORM},
                  {"act_fn", ACTIVATION}, {"final_layernorm", NORM}};

static const struct {
    const char *what, *key; /* the column that no other format has */
    const char *columns[8];
} formats[HANSE_LAYERS_FORMATS] = {
    [HANSE_LAYERS_VIDUR] = {"layers as vidur times them",
                            "time_stats.attn_pre_proj.median",
                            {"num_tokens", "num_tensor_parallel_workers", "n_head", "n_kv_head",
                             "n_embd", "n_expanded_embd", "vocab_size", "use_gated_mlp"}},
    [HANSE_LAYERS_SUMS] = {"all-reduces as vidur times them",
                           "time_stats.all_reduce.median",
                           {"num_workers", "devices_per_node", "size"}},
    [HANSE_LAYERS_MESSAGES] = {"messages as vidur times them",
                               "time_stats.send_recv.median",
                               {"num_workers", "devices_per_node", "size"}},
    [HANSE_LAYERS_TOKENS] = {"layers of vLLM over tokens", "tokens", {"layer", "time_us"}},
    [HANSE_LAYERS_SEQUENCES] = {"layers of vLLM over sequences",
                                "sequences",
                                {"layer", "time_us"}},
    [HANSE_LAYERS_ATTENTION] = {"attention of vLLM",
                                "prefill_chunk",
                                {"kv_prefill", "n_decode", "kv_decode", "time_us"}},
};

/* --- cells -------------------------------------------------------------------------------- */

static int split(char *text, char **cells)
{
    int n = 0;
    for (char *at = text; at != NULL && n < HANSE_LAYERS_COLUMNS;) {
        cells[n++] = at;
        at = strchr(at, ',');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    return n;
}

static int column_of(const struct hanse_layers_table *t, const char *name)
{
    for (int i = 0; i < t->n_names; i++) {
        if (strcmp(t->names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static const char *cell(const struct hanse_layers_table *t, const char *name)
{
    int column = column_of(t, name);
    return column >= 0 ? t->cells[column] : "";
}

static enum hanse_status bad_cell(const struct hanse_layers_table *t, const char *name,
                                  const char *rule)
{
    return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s:%llu: %s: must be %s, got '%.40s'", t->path,
                       (unsigned long long)t->line, name, rule, cell(t, name));
}

static enum hanse_status number(const struct hanse_layers_table *t, const char *name,
                                const char *rule, double *value)
{
    char *end;
    const char *text = cell(t, name);
    *value = strtod(text, &end);
    return end == text || *end != '\0' || !isfinite(*value) ? bad_cell(t, name, rule)
                                                            : HANSE_OK;
}

/* A whole number of at least `least`. */
static enum hanse_status count(const struct hanse_layers_table *t, const char *name,
                               int64_t least, int64_t *value)
{
    const char *rule = least > 0 ? "a whole number > 0" : "a whole number >= 0";
    double x;
    HANSE_TRY(number(t, name, rule, &x));
    if (!(x >= (double)least && x <= 1e15 && x == floor(x))) {
        return bad_cell(t, name, rule);
    }
    *value = (int64_t)x;
    return HANSE_OK;
}

static enum hanse_status duration(const struct hanse_layers_table *t, const char *name,
                                  double unit, double *seconds)
{
    HANSE_TRY(number(t, name, "a time > 0", seconds));
    *seconds *= unit;
    return *seconds > 0.0 ? HANSE_OK : bad_cell(t, name, "a time > 0");
}

/* Median and spread of an operation of vidur's; *seconds is 0 where the cell is empty or the
 * table has no such operation. */
static enum hanse_status statistics(const struct hanse_layers_table *t, const char *operation,
                                    double *seconds, double *log_sd)
{
    char name[96];
    double sd;
    snprintf(name, sizeof name, "time_stats.%s.median", operation);
    *seconds = 0.0;
    if (cell(t, name)[0] == '\0') {
        return HANSE_OK;
    }
    HANSE_TRY(duration(t, name, 1e-3, seconds));
    snprintf(name, sizeof name, "time_stats.%s.std", operation);
    HANSE_TRY(number(t, name, "a time >= 0", &sd));
    if (!(sd >= 0.0)) {
        return bad_cell(t, name, "a time >= 0");
    }
    *log_sd = sqrt(log1p(pow(1e-3 * sd / *seconds, 2.0)));
    return HANSE_OK;
}

/* --- timings ------------------------------------------------------------------------------ */

static enum hanse_kernel kernel_of(enum part part)
{
    switch (part) {
    case NORM:
        return HANSE_KERNEL_RMSNORM;
    case ACTIVATION:
        return HANSE_KERNEL_SWIGLU;
    case SUM:
        return HANSE_KERNEL_STREAM_TRIAD;
    default:
        return HANSE_KERNEL_GEMM;
    }
}

static struct hanse_shape shape_of(enum part part, const struct hanse_transformer *m, int64_t t,
                                   int64_t n)
{
    int64_t kv_heads = m->kv_heads > t ? m->kv_heads : t, h = m->hidden;
    switch (part) {
    case QKV:
        return (struct hanse_shape){{n, (m->heads + 2 * kv_heads) * m->width / t, h}};
    case OUTPUT:
        return (struct hanse_shape){{n, h, m->heads * m->width / t}};
    case UP:
        return (struct hanse_shape){{n, (m->gated ? 2 : 1) * m->ffn / t, h}};
    case DOWN:
        return (struct hanse_shape){{n, h, m->ffn / t}};
    case HEAD:
        return (struct hanse_shape){{n, m->vocabulary / t, h}};
    case NORM:
        return (struct hanse_shape){{n, h}};
    case ACTIVATION:
        return (struct hanse_shape){{n, m->ffn / t}};
    default:
        return (struct hanse_shape){{n * h}};
    }
}

/* Activations that are not gated are no kernel of ours. */
static enum hanse_status give(struct hanse_layers_table *t, enum part part,
                              const struct hanse_transformer *m, int64_t tensor, int64_t n,
                              double seconds, double log_sd)
{
    bool vidur = t->format == HANSE_LAYERS_VIDUR;
    const struct hanse_timing timing = {.kernel = kernel_of(part),
                                        .precision = t->settings->precision,
                                        .shape = shape_of(part, m, tensor, n),
                                        .seconds = seconds,
                                        .log_sd = log_sd,
                                        .variant = vidur ? "vidur" : "vllm"};
    return part == ACTIVATION && !m->gated ? HANSE_OK : t->timing(t->self, &timing);
}

static enum hanse_status check_split(const struct hanse_layers_table *t,
                                     const struct hanse_transformer *m, int64_t tensor)
{
    if (m->heads % tensor != 0 || m->ffn % tensor != 0) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%llu: ranks must divide heads (%lld) and feed-forward width "
                           "(%lld), got %lld",
                           t->path, (unsigned long long)t->line, (long long)m->heads,
                           (long long)m->ffn, (long long)tensor);
    }
    return HANSE_OK;
}

static enum hanse_status vidur_model(const struct hanse_layers_table *t,
                                     struct hanse_transformer *m)
{
    const char *gated = cell(t, "use_gated_mlp");
    *m = (struct hanse_transformer){.name = "table", .layers = 1};
    HANSE_TRY(count(t, "n_head", 1, &m->heads));
    HANSE_TRY(count(t, "n_kv_head", 1, &m->kv_heads));
    HANSE_TRY(count(t, "n_embd", 1, &m->hidden));
    HANSE_TRY(count(t, "n_expanded_embd", 1, &m->ffn));
    HANSE_TRY(count(t, "vocab_size", 1, &m->vocabulary));
    if (m->heads < 1 || m->hidden % m->heads != 0) {
        return bad_cell(t, "n_embd", "a multiple of n_head");
    }
    m->width = m->hidden / m->heads;
    m->gated = strcmp(gated, "True") == 0;
    if (!m->gated && strcmp(gated, "False") != 0) {
        return bad_cell(t, "use_gated_mlp", "True or False");
    }
    return HANSE_OK;
}

static enum hanse_status vidur_row(struct hanse_layers_table *t)
{
    struct hanse_transformer m;
    int64_t n, tensor;
    HANSE_TRY(vidur_model(t, &m));
    HANSE_TRY(count(t, "num_tokens", 1, &n));
    HANSE_TRY(count(t, "num_tensor_parallel_workers", 1, &tensor));
    HANSE_TRY(check_split(t, &m, tensor));
    for (size_t i = 0; i < sizeof vidur_parts / sizeof *vidur_parts; i++) {
        double seconds, log_sd = 0.0;
        HANSE_TRY(statistics(t, vidur_parts[i].name, &seconds, &log_sd));
        if (seconds > 0.0) {
            HANSE_TRY(give(t, vidur_parts[i].part, &m, tensor, n, seconds, log_sd));
        }
    }
    return HANSE_OK;
}

/* A sum over ranks of several nodes says nothing of this device. */
static enum hanse_status collective_row(struct hanse_layers_table *t, const char *operation)
{
    int64_t ranks, within, bytes;
    double seconds, log_sd = 0.0;
    HANSE_TRY(count(t, "num_workers", 2, &ranks));
    HANSE_TRY(count(t, "devices_per_node", 1, &within));
    HANSE_TRY(count(t, "size", 1, &bytes));
    HANSE_TRY(statistics(t, operation, &seconds, &log_sd));
    if (seconds == 0.0 || (t->format == HANSE_LAYERS_SUMS && ranks != within)) {
        t->left_out++;
        return HANSE_OK;
    }
    if (t->format == HANSE_LAYERS_MESSAGES) {
        t->message(t->self, within < ranks, (double)bytes, seconds);
        return HANSE_OK;
    }
    const struct hanse_timing timing = {.kernel = HANSE_KERNEL_RING_ALLREDUCE,
                                        .precision = HANSE_BYTES,
                                        .shape = {{bytes, ranks}},
                                        .seconds = seconds,
                                        .log_sd = log_sd,
                                        .variant = "vidur"};
    return t->timing(t->self, &timing);
}

static int64_t ranks_of(const struct hanse_layers_table *t)
{
    return t->settings->tensor > 1 ? t->settings->tensor : 1;
}

static enum hanse_status vllm_row(struct hanse_layers_table *t)
{
    int64_t n;
    double seconds;
    const char *layer = cell(t, "layer");
    HANSE_TRY(count(t, formats[t->format].key, 1, &n));
    HANSE_TRY(duration(t, "time_us", 1e-6, &seconds));
    for (size_t i = 0; i < sizeof vllm_parts / sizeof *vllm_parts; i++) {
        if (strcmp(layer, vllm_parts[i].name) == 0) {
            return give(t, vllm_parts[i].part, t->settings->model, ranks_of(t), n, seconds,
                        0.0);
        }
    }
    t->left_out++;
    return HANSE_OK;
}

static enum hanse_status attention_row(struct hanse_layers_table *t)
{
    const struct hanse_transformer *m = t->settings->model;
    int64_t chunk, before, requests, context, tensor = ranks_of(t);
    int64_t heads = m->heads / tensor;
    int64_t kv_heads = m->kv_heads > tensor ? m->kv_heads / tensor : 1;
    struct hanse_timing timing = {.precision = t->settings->precision, .variant = "vllm"};
    HANSE_TRY(count(t, "prefill_chunk", 0, &chunk));
    HANSE_TRY(count(t, "kv_prefill", 0, &before));
    HANSE_TRY(count(t, "n_decode", 0, &requests));
    HANSE_TRY(count(t, "kv_decode", 0, &context));
    HANSE_TRY(duration(t, "time_us", 1e-6, &timing.seconds));
    if (chunk == 0 && requests > 0 && context > 0) {
        timing.kernel = HANSE_KERNEL_ATTENTION_DECODE;
        timing.shape = (struct hanse_shape){{heads, kv_heads, context, m->width, requests}};
    } else if (chunk > 0 && before == 0 && requests == 0) {
        timing.kernel = HANSE_KERNEL_ATTENTION_PREFILL;
        timing.shape = (struct hanse_shape){{heads, kv_heads, chunk, m->width}};
    } else {
        t->left_out++;
        return HANSE_OK;
    }
    return t->timing(t->self, &timing);
}

/* --- lines -------------------------------------------------------------------------------- */

static enum hanse_status recognise(struct hanse_layers_table *t)
{
    int format = 0;
    while (format < HANSE_LAYERS_FORMATS && column_of(t, formats[format].key) < 0) {
        format++;
    }
    if (format == HANSE_LAYERS_FORMATS) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%llu: header: must be that of a table of vidur's or vLLM's "
                           "layers (docs/profiles.md), got '%.60s'",
                           t->path, (unsigned long long)t->line, t->header);
    }
    t->format = (enum hanse_layers_format)format;
    t->what = formats[format].what;
    for (int i = 0; i < 8 && formats[format].columns[i] != NULL; i++) {
        if (column_of(t, formats[format].columns[i]) < 0) {
            return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s:%llu: header: %s needs column '%s'",
                               t->path, (unsigned long long)t->line, t->what,
                               formats[format].columns[i]);
        }
    }
    if (format >= HANSE_LAYERS_TOKENS && t->settings->model == NULL) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s: states no widths, so it needs the model that was timed "
                           "(--model)",
                           t->path);
    }
    return format >= HANSE_LAYERS_TOKENS ? check_split(t, t->settings->model, ranks_of(t))
                                         : HANSE_OK;
}

static enum hanse_status read_row(struct hanse_layers_table *t)
{
    t->rows++;
    switch (t->format) {
    case HANSE_LAYERS_VIDUR:
        return vidur_row(t);
    case HANSE_LAYERS_SUMS:
        return collective_row(t, "all_reduce");
    case HANSE_LAYERS_MESSAGES:
        return collective_row(t, "send_recv");
    case HANSE_LAYERS_ATTENTION:
        return attention_row(t);
    default:
        return vllm_row(t);
    }
}

enum hanse_status hanse_layers_table_line(struct hanse_layers_table *t,
                                          const struct hanse_line *line)
{
    char *text = t->started ? t->text : t->header;
    t->line = line->number;
    if (line->length >= HANSE_LAYERS_TEXT) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%llu: a row must be shorter than %d bytes, got %zu", t->path,
                           (unsigned long long)t->line, HANSE_LAYERS_TEXT, line->length);
    }
    memcpy(text, line->text, line->length);
    text[line->length] = '\0';
    if (!t->started) {
        t->started = true;
        t->n_names = split(text, t->names);
        return recognise(t);
    }
    if (line->length == 0) {
        return HANSE_OK;
    }
    int n = split(text, t->cells);
    if (n != t->n_names) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%llu: a row must have %d fields as the header has, got %d",
                           t->path, (unsigned long long)t->line, t->n_names, n);
    }
    return read_row(t);
}

enum hanse_status hanse_layers_table_end(struct hanse_layers_table *t)
{
    if (t->rows == 0) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s: must have a header and rows, has %s",
                           t->path, t->started ? "no row" : "nothing");
    }
    return HANSE_OK;
}
