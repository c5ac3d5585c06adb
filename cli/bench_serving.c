/*
 * Request-level serving: simulated requests a minute at a batch of about 64.
 *
 * Poisson arrivals of 1,000 prompt and 250 output tokens on average (exponential, at least 1)
 * at one replica of a model of 8 billion parameters on a made-up device of ceilings, at a load
 * where about 64 requests are being served. Checked first: Little's law, requests in service =
 * rate × mean time, within 5 %, and every request served once.
 */
#include "cli/bench.h"

#include <math.h>
#include <stdlib.h>

#include "cli/device.h"
#include "sim/engine/stream.h"
#include "sim/process/serving/serving.h"

struct arrivals {
    struct hanse_stream stream;
    double now_s, rate_per_s;
    uint64_t n, most;
};

static uint32_t tokens(struct arrivals *a, double mean)
{
    return 1 + (uint32_t)fmin(8.0 * mean, mean * hanse_stream_exponential(&a->stream));
}

static enum hanse_status next(void *self, struct hanse_context *ctx,
                              struct hanse_request *request, bool *more)
{
    struct arrivals *a = self;
    *more = a->n < a->most;
    if (*more) {
        a->now_s += hanse_stream_exponential(&a->stream) / a->rate_per_s;
        request->arrival_s = a->now_s;
        request->number = a->n++;
        request->prompt = tokens(a, 1000.0);
        request->output = tokens(a, 250.0);
    }
    return HANSE_OK;
}

static enum hanse_status serve(struct hanse_bench *bench, const struct hanse_serving_cost *cost,
                               uint64_t requests, double *per_minute)
{
    const struct hanse_serving_rules rules = {.replica = {16, 30000}, .replicas = 1};
    struct arrivals a = {.rate_per_s = 13.8, .most = requests};
    struct hanse_serving_report report;
    const struct hanse_request_source source = {&a, next};
    hanse_stream_init(&a.stream, 3, 0, 0, "bench: requests");
    double started = hanse_bench_clock();
    HANSE_TRY(hanse_serve(bench->ctx, cost, &rules, &source, NULL, NULL, &report));
    *per_minute = 60.0 * (double)requests / (hanse_bench_clock() - started) / 1e6;
    double batch = report.end_to_end.mean * (double)report.requests / report.span_s;
    if (report.requests != requests || !(batch > 40.0 && batch < 100.0)) {
        hanse_bench_wrong(bench, "serving", "requests in the system", 64.0, batch, 36.0);
    }
    return HANSE_OK;
}

enum hanse_status hanse_bench_serving(struct hanse_bench *bench)
{
    uint64_t requests = bench->quick ? 20000 : 400000;
    double samples[HANSE_BENCH_MOST];
    const struct hanse_profile profile = {
        .compute_flop_per_s = 500e12, .memory_byte_per_s = 2.5e12, .capacity_bytes = 80e9};
    const struct hanse_parallel alone = {0};
    const struct hanse_engine engine = {.layer_s = 1e-4};
    struct hanse_device_law *law;
    struct hanse_serving_cost cost;
    struct hanse_transformer model;
    HANSE_TRY(hanse_cli_model_read(bench->ctx, "llama-3-8b", &model));
    HANSE_TRY(hanse_device_law_create(bench->ctx, &profile, HANSE_BF16, NULL, &law));
    enum hanse_status status =
        hanse_serving_cost_init(bench->ctx, law, &model, &alone, &engine, 2048, 256, &cost);
    for (int i = 0; status == HANSE_OK && i < bench->repetitions; i++) {
        status = serve(bench, &cost, requests, &samples[i]);
    }
    if (status == HANSE_OK && !bench->wrong) {
        hanse_bench_row(bench, "serving, batch about 64", requests, "million requests/min",
                        samples);
    }
    hanse_serving_cost_fini(&cost);
    hanse_device_law_destroy(law);
    return status;
}
