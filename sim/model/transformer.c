#include "sim/model/transformer.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} COUNTS[] = {
    {"layers", offsetof(struct hanse_transformer, layers)},
    {"hidden", offsetof(struct hanse_transformer, hidden)},
    {"heads", offsetof(struct hanse_transformer, heads)},
    {"kv_heads", offsetof(struct hanse_transformer, kv_heads)},
    {"width", offsetof(struct hanse_transformer, width)},
    {"ffn", offsetof(struct hanse_transformer, ffn)},
    {"vocabulary", offsetof(struct hanse_transformer, vocabulary)},
};

enum hanse_status hanse_transformer_check(struct hanse_context *ctx,
                                          const struct hanse_transformer *m)
{
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        int64_t count;
        memcpy(&count, (const char *)m + COUNTS[i].offset, sizeof count);
        if (count <= 0) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN, "model '%s': %s must be > 0, got %lld",
                               m->name, COUNTS[i].name, (long long)count);
        }
    }
    if (m->heads % m->kv_heads != 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "model '%s': kv_heads must divide heads (%lld), got %lld", m->name,
                           (long long)m->heads, (long long)m->kv_heads);
    }
    if (m->experts < 0 || m->shared_ffn < 0 || m->experts_used < 0 ||
        m->experts_used > m->experts || (m->experts > 0 && m->experts_used == 0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "model '%s': experts_used must lie in 1 .. experts (%lld), got %lld",
                           m->name, (long long)m->experts, (long long)m->experts_used);
    }
    if (m->dense_layers < 0 || m->dense_layers > (m->experts > 0 ? m->layers : 0) ||
        (m->dense_layers > 0 && m->dense_ffn <= 0)) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "model '%s': dense_layers must lie in 0 .. layers (%lld), with experts "
            "and a dense_ffn > 0, got %lld of %lld",
            m->name, (long long)m->layers, (long long)m->dense_layers, (long long)m->dense_ffn);
    }
    return HANSE_OK;
}

/* Weights with so many experts counted. */
static double parameters(const struct hanse_transformer *m, double experts)
{
    double h = (double)m->hidden, width = (double)m->width;
    double attention =
        h * width * (double)(m->heads + 2 * m->kv_heads) + h * width * (double)m->heads;
    double part = (m->gated ? 3.0 : 2.0) * h;
    double ffn =
        m->experts > 0 ? experts * (double)m->ffn + (double)m->shared_ffn : (double)m->ffn;
    double ends = (m->tied ? 1.0 : 2.0) * (double)m->vocabulary * h;
    double dense = (double)m->dense_layers, layers = (double)m->layers;
    return layers * attention + part * ((layers - dense) * ffn + dense * (double)m->dense_ffn) +
           ends;
}

double hanse_transformer_parameters(const struct hanse_transformer *m)
{
    return parameters(m, (double)m->experts);
}

double hanse_transformer_active_parameters(const struct hanse_transformer *m)
{
    return parameters(m, (double)m->experts_used);
}

double hanse_transformer_cache_bytes(const struct hanse_transformer *m,
                                     double bytes_per_element)
{
    return 2.0 * (double)m->layers * (double)(m->kv_heads * m->width) * bytes_per_element;
}
