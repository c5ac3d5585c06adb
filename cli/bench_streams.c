/* What a random variate costs. */
#include "cli/bench.h"

#include <stdio.h>

#include "sim/engine/stream.h"

struct variate {
    const char *name;
    double (*draw)(struct hanse_stream *stream);
};

static double bits(struct hanse_stream *stream)
{
    return hanse_stream_bits(stream);
}

static double gamma_two_and_half(struct hanse_stream *stream)
{
    return hanse_stream_gamma(stream, 2.5, 1.0);
}

static double weibull(struct hanse_stream *stream)
{
    return hanse_stream_weibull(stream, 1.5, 1.0);
}

static double lognormal(struct hanse_stream *stream)
{
    return hanse_stream_lognormal(stream, 0.0, 1.0);
}

static double stateless(struct hanse_stream *stream)
{
    struct hanse_purpose_key key = {{stream->key[0], stream->key[1]}};
    return hanse_uniform_at(key, stream->replication, stream->entity, stream->block++);
}

static const struct variate variates[] = {
    {"32 bits", bits},
    {"uniform", hanse_stream_uniform},
    {"uniform, stateless", stateless},
    {"exponential", hanse_stream_exponential},
    {"exponential, inversion", hanse_stream_exponential_inverse},
    {"normal", hanse_stream_normal},
    {"normal, inversion", hanse_stream_normal_inverse},
    {"gamma(2.5)", gamma_two_and_half},
    {"Weibull(1.5)", weibull},
    {"lognormal", lognormal},
};

enum { N_VARIATES = sizeof variates / sizeof *variates };

enum hanse_status hanse_bench_streams(struct hanse_bench *bench)
{
    uint32_t n = bench->quick ? 100000 : 1000000;
    for (int k = 0; k < N_VARIATES; k++) {
        struct hanse_stream stream;
        double ns[HANSE_BENCH_MOST];
        hanse_stream_init(&stream, 1, 0, 0, "bench");
        for (int r = 0; r < bench->repetitions; r++) {
            /* Stored where the compiler can't see that nobody reads it. */
            volatile double sink = 0.0;
            double sum = 0.0;
            double start = hanse_bench_clock();
            for (uint32_t i = 0; i < n; i++) {
                sum += variates[k].draw(&stream);
            }
            ns[r] = (hanse_bench_clock() - start) / n * 1e9;
            sink = sum;
            (void)sink;
        }
        char name[64];
        snprintf(name, sizeof name, "variate, %s", variates[k].name);
        hanse_bench_row(bench, name, n, "ns", ns);
    }
    return HANSE_OK;
}
