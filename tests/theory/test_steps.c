/*
 * The service law by whole steps: what `hanse predict` says of the same device and model, and
 * what is refused.
 */
#include <math.h>

#include "sim/process/steps.h"
#include "tests/close.h"
#include "tests/nation.h"

/* A device of two products, a copy and an all-reduce; round figures. */
static const char KERNELS[] = "gemm/fp8/4096x4096x4096 gemm/fp8/16x4096x4096 stream_copy/bytes";
static const double RATES[] = {1e15, 5e13, 3e12};

static const struct hanse_transformer EIGHT = {.layers = 32,
                                               .hidden = 4096,
                                               .heads = 32,
                                               .kv_heads = 8,
                                               .width = 128,
                                               .ffn = 14336,
                                               .vocabulary = 128256,
                                               .gated = true};
static const struct hanse_transformer SEVENTY = {.layers = 80,
                                                 .hidden = 8192,
                                                 .heads = 64,
                                                 .kv_heads = 8,
                                                 .width = 128,
                                                 .ffn = 28672,
                                                 .vocabulary = 128256,
                                                 .gated = true};

static struct hanse_accelerator card_of(const double *rates, double gib)
{
    return (struct hanse_accelerator){.name = "card",
                                      .memory_gib = gib,
                                      .interconnect_gbps = 900.0,
                                      .interconnect_latency_s = 5e-6,
                                      .kernels = KERNELS,
                                      .kernel_rates = {rates, 3},
                                      .kernel_precision = HANSE_FP8,
                                      .engine_factor = 1.2};
}

static struct hanse_model model_of(const struct hanse_transformer *shape, double batch)
{
    return (struct hanse_model){.name = "model",
                                .parameters = hanse_transformer_parameters(shape),
                                .bytes_per_parameter = 1.0,
                                .kv_bytes_per_token = hanse_transformer_cache_bytes(shape, 1.0),
                                .batch = batch,
                                .shape = *shape};
}

static struct hanse_service service_of(struct hanse_context *ctx,
                                       const struct hanse_accelerator *a,
                                       const struct hanse_model *m)
{
    struct hanse_steps steps;
    NATION_OK(ctx, hanse_steps_init(ctx, a, m, 1000.0, 200.0, &steps));
    struct hanse_service service = steps.service;
    hanse_steps_fini(&steps);
    return service;
}

static double request_of(struct hanse_context *ctx, const struct hanse_accelerator *a,
                         const struct hanse_model *m)
{
    struct hanse_service service = service_of(ctx, a, m);
    return hanse_service_request_s(&service, 1000.0, 200.0);
}

/* --- the same prediction ------------------------------------------------------------------ */

/* Device-seconds of a request are those of an always full engine: D × answer tokens × step ÷
 * batch; of these what a step without prompts takes is the answer's. */
static void a_request_takes_what_predict_says_of_a_full_engine(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_accelerator card = card_of(RATES, 80.0);
    const struct hanse_model model = model_of(&SEVENTY, 32.0);
    const struct hanse_link_law link = {5e-6, 450e9};
    const struct hanse_link_law links[HANSE_REACHES] = {link, link};
    const struct hanse_rate rates[] = {
        {HANSE_KERNEL_GEMM, HANSE_FP8, "", {{4096, 4096, 4096}}, .rate = 1e15, .source = -1},
        {HANSE_KERNEL_GEMM, HANSE_FP8, "", {{16, 4096, 4096}}, .rate = 5e13, .source = -1},
        {HANSE_KERNEL_STREAM_COPY, HANSE_BYTES, "", {{0}}, .rate = 3e12, .source = -1}};
    struct hanse_profile profile = {.name = "card"};
    struct hanse_device_law *law;
    for (size_t i = 0; i < 3; i++) {
        NATION_OK(ctx, hanse_profile_add_rate(ctx, &profile, &rates[i]));
    }
    hanse_profile_set_ceilings(&profile);
    NATION_OK(ctx, hanse_device_law_create(ctx, &profile, HANSE_FP8, links, &law));
    struct hanse_service s = service_of(ctx, &card, &model);
    const struct hanse_parallel parallel = {.tensor = s.devices};
    const struct hanse_engine engine = {.device_factor = 1.2};
    double full =
        hanse_steady_time(law, &SEVENTY, &parallel, s.batch, 1000.0, 200.0, &engine).seconds;
    const struct hanse_step writing = {.decoding = s.batch, .context = 1100.0};
    double decode = hanse_step_time(law, &SEVENTY, &parallel, &writing, &engine).seconds;
    assert_close(hanse_service_request_s(&s, 1000.0, 200.0), s.devices * 200.0 * full / s.batch,
                 1e-12);
    assert_close(s.decode_s_per_token, s.devices * decode / s.batch, 1e-12);
    hanse_device_law_destroy(law);
    hanse_profile_fini(&profile);
    hanse_context_destroy(ctx);
}

static double fallback_of(const char *key)
{
    for (size_t i = 0; i < hanse_kind_accelerator.n_fields; i++) {
        if (strcmp(hanse_kind_accelerator.fields[i].key, key) == 0) {
            return hanse_kind_accelerator.fields[i].fallback;
        }
    }
    fail_msg("no %s", key);
    return NAN;
}

static void an_engine_not_known_is_the_default(void **state)
{
    const struct hanse_engine engine = hanse_engine_unknown();
    assert_close(fallback_of("engine_factor"), engine.device_factor, 1e-15);
    assert_close(fallback_of("engine_gap"), engine.gap_s, 1e-15);
    assert_close(fallback_of("engine_request"), engine.request_s, 1e-15);
}

/* On one device, with no link in the step, rates twice as high halve every time, and so does
 * an engine that adds half as much. */
static void drawn_rates_and_engines_scale_the_time(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const double twice[] = {2e15, 1e14, 6e12};
    struct hanse_accelerator card = card_of(RATES, 80.0), fast = card_of(twice, 80.0);
    const struct hanse_model model = model_of(&EIGHT, 32.0);
    double before = request_of(ctx, &card, &model);
    assert_close(request_of(ctx, &fast, &model), before / 2.0, 1e-12);
    card.engine_factor = 0.6;
    assert_close(request_of(ctx, &card, &model), before / 2.0, 1e-12);
    hanse_context_destroy(ctx);
}

/* 70.6e9 bytes and a cache on 0.9 × 24 GiB = 23.2e9: four devices hold them. On 0.9 × 30 GiB
 * = 29.0e9 three would, but 64 heads are not shared by three: four again. */
static void replicas_are_as_many_devices_as_share_the_heads(void **state)
{
    struct hanse_accelerator card = card_of(RATES, 24.0);
    const struct hanse_model model = model_of(&SEVENTY, 32.0);
    assert_int_equal(hanse_steps_devices(&card, &model, 1000.0, 200.0), 4);
    card.memory_gib = 30.0;
    assert_int_equal(hanse_steps_devices(&card, &model, 1000.0, 200.0), 4);
    card.memory_gib = 80.0;
    assert_int_equal(hanse_steps_devices(&card, &model, 1000.0, 200.0), 1);
    card.memory_gib = 1.0;
    assert_true(hanse_steps_devices(&card, &model, 1000.0, 200.0) > 64);
}

/* 24 GiB: four devices, two all-reduces of n × 8192 elements of two bytes a layer (only
 * products are in fp8), 2 (4 − 1) (α + bytes ÷ (4 β)) each. Of a step of b tokens halving β
 * adds 1.2 × 80 × 2 × 6 × b 16384 ÷ (4 β). */
static void what_goes_between_devices_is_in_the_step(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_accelerator card = card_of(RATES, 24.0);
    const struct hanse_model model = model_of(&SEVENTY, 32.0);
    struct hanse_service fast = service_of(ctx, &card, &model);
    card.interconnect_gbps = 450.0;
    struct hanse_service slow = service_of(ctx, &card, &model);
    assert_int_equal(fast.devices, 4);
    double more = 1.2 * 80.0 * 2.0 * 6.0 * fast.batch * 16384.0 / 4.0 / 450e9;
    assert_close(slow.decode_s_per_token - fast.decode_s_per_token, 4.0 * more / fast.batch,
                 1e-9);
    hanse_context_destroy(ctx);
}

/* --- in a nation -------------------------------------------------------------------------- */

/* What one test changes; the draft takes every key once. */
static struct {
    const char *key, *text;
    double number;
} twist;

static void number(struct nation *n, uint32_t entity, const char *key, double x)
{
    bool twisted = twist.key != NULL && strcmp(twist.key, key) == 0;
    nation_number(n, entity, key, twisted ? twist.number : x);
}

static void text(struct nation *n, uint32_t entity, const char *key, const char *word)
{
    bool twisted = twist.key != NULL && strcmp(twist.key, key) == 0;
    nation_text(n, entity, key, twisted ? twist.text : word);
}

static void set_rates(struct nation *n, uint32_t card, const double *rates)
{
    struct hanse_term terms[3];
    struct hanse_value items[3];
    for (int i = 0; i < 3; i++) {
        terms[i] = (struct hanse_term){.op = HANSE_OP_CONSTANT, .number = rates[i]};
        items[i] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[i], .n_terms = 1}};
    }
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = 3};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, card, "kernel_rates", &list, NULL));
}

static void set_shape(struct nation *n, uint32_t model, const struct hanse_transformer *s)
{
    number(n, model, "layers", (double)s->layers);
    number(n, model, "hidden", (double)s->hidden);
    number(n, model, "heads", (double)s->heads);
    number(n, model, "kv_heads", (double)s->kv_heads);
    number(n, model, "head_width", (double)s->width);
    number(n, model, "ffn", (double)s->ffn);
    number(n, model, "vocabulary", (double)s->vocabulary);
    number(n, model, "bytes_per_parameter", 1.0);
    number(n, model, "parameters", hanse_transformer_parameters(s));
    number(n, model, "active_parameters", hanse_transformer_active_parameters(s));
    number(n, model, "kv_per_token", hanse_transformer_cache_bytes(s, 1.0));
}

struct made {
    struct nation n;
    uint32_t card, model;
};

/* Ten such devices, nothing fails, people who ask flatly. */
static struct made make(const struct hanse_transformer *shape, double prompts)
{
    struct made m = {.n = nation_begin()};
    struct nation *n = &m.n;
    nation_settings(n, 1.0 / 12.0);
    nation_jurisdiction(n, "A");
    nation_firm(n, "maker", "A");
    nation_add(n, "pool", "pool");
    nation_region(n, "a", "A", "pool", 1e6);
    nation_operator(n, "owner", "A");
    m.card = nation_card_with(n, "card", "maker", 1979.0, 3350.0, 0.0);
    text(n, m.card, "kernels", KERNELS);
    text(n, m.card, "kernel_precision", "fp8");
    set_rates(n, m.card, RATES);
    nation_number(n, m.card, "engine_factor", 1.2);
    nation_number(n, m.card, "engine_gap", 0.0);
    m.model = nation_add(n, "model", "eight");
    set_shape(n, m.model, shape);
    nation_site(n, "hall", "a", "owner");
    nation_group(n, "hall", "card", 10);
    nation_upkeep(n, 1.0, false);
    nation_workload(n, "chat", prompts);
    return m;
}

/* Half a prompt a second for 730 h; each takes the law's device-seconds, and no others do. */
static void a_nation_takes_the_device_time_of_its_steps(void **state)
{
    struct made m = make(&EIGHT, 0.0432);
    struct hanse_accelerator card = card_of(RATES, 80.0);
    const struct hanse_model model = model_of(&EIGHT, 32.0);
    double request_s = request_of(m.n.ctx, &card, &model);
    struct nation_run run = nation_freeze(&m.n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "device_hours_busy", 0), 0.5 * 730.0 * request_s, 1e-9);
    nation_run_end(&run);
    nation_end(&m.n);
}

static void refused_model(const struct hanse_transformer *shape, const char *because)
{
    struct made m = make(shape, 1.0);
    struct hanse_scenario *scenario;
    assert_int_equal(hanse_draft_freeze(m.n.draft, 0, NULL, 0, &scenario), HANSE_ERR_INPUT);
    if (strstr(hanse_context_message(m.n.ctx), because) == NULL) {
        fail_msg("'%s' does not say '%s'", hanse_context_message(m.n.ctx), because);
    }
    nation_end(&m.n);
    twist.key = NULL;
}

static void refused(const char *key, double x, const char *word, const char *because)
{
    twist.key = key;
    twist.number = x;
    twist.text = word;
    refused_model(&EIGHT, because);
}

static void what_contradicts_an_architecture_is_refused(void **state)
{
    refused("parameters", 7e9, NULL,
            "parameters: must be within 5 % of what its architecture amounts to, 8.03");
    refused("active_parameters", 2e9, NULL, "active_parameters: must be within 5 %");
    refused("kv_per_token", 131072.0, NULL,
            "kv_per_token: must be within 5 % of what its architecture amounts to, 65536");
    refused("kv_heads", 7.0, NULL, "kv_heads must divide heads (32), got 7");
    refused("layers", 0.0, NULL, "layers must be > 0, got 0");
    refused("kernel_precision", 0.0, "bf16", "must be one that a product is among");
}

/* Two bytes a weight, and a cache of as many, on a device with rates in fp8. */
static void a_precision_without_rates_is_refused(void **state)
{
    struct made m = make(&EIGHT, 1.0);
    const struct hanse_term two = {.op = HANSE_OP_CONSTANT, .number = 2.0};
    const struct hanse_term cache = {.op = HANSE_OP_CONSTANT, .number = 131072.0};
    struct hanse_unit byte, per_token;
    NATION_OK(m.n.ctx, hanse_unit_parse(m.n.ctx, "B", &byte));
    NATION_OK(m.n.ctx, hanse_unit_parse(m.n.ctx, "B/token", &per_token));
    const struct hanse_setting settings[] = {
        {"model.eight.bytes_per_parameter",
         {.type = HANSE_VALUE_FORMULA, .formula = {&two, 1, byte.dim}}},
        {"model.eight.kv_per_token",
         {.type = HANSE_VALUE_FORMULA, .formula = {&cache, 1, per_token.dim}}}};
    struct hanse_scenario *scenario;
    assert_int_equal(hanse_draft_freeze(m.n.draft, 0, settings, 2, &scenario), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(m.n.ctx),
                           "bytes_per_parameter: must be that of the precision which "
                           "accelerator 'card' has its rates in (fp8, 1), got 2"));
    nation_end(&m.n);
}

/* 120 such layers weigh 105e9 bytes: two devices of 80 GiB, without a link between them; and a
 * single head is not shared by two. */
static void what_devices_cannot_share_is_refused(void **state)
{
    struct hanse_transformer shape = SEVENTY;
    shape.layers = 120;
    refused_model(&shape, "accelerator 'card': interconnect: workload 'chat': model 'eight' "
                          "takes 2 of accelerator 'card', so its 'interconnect' must be given");
    shape.heads = shape.kv_heads = 1;
    refused_model(&shape, "accelerator 'card': memory: workload 'chat': model 'eight' takes 2 "
                          "of accelerator 'card', but its 1 heads");
}

static void kernels_that_are_none_are_refused(void **state)
{
    refused("kernels", 0.0, "gemm/fp8/4096x4096x4096 gem/fp8 stream_copy/bytes",
            "word 2 must be kernel/precision/shape");
    refused("kernels", 0.0, "gemm/fp8/4096x4096x4096 gemm/fp8/16x stream_copy/bytes",
            "word 2 must be kernel/precision/shape");
    refused("kernels", 0.0, "gemm/fp8 stream_copy/bytes",
            "kernel_rates: must be as many as there are kernels (2), got 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_takes_what_predict_says_of_a_full_engine),
        cmocka_unit_test(an_engine_not_known_is_the_default),
        cmocka_unit_test(drawn_rates_and_engines_scale_the_time),
        cmocka_unit_test(replicas_are_as_many_devices_as_share_the_heads),
        cmocka_unit_test(what_goes_between_devices_is_in_the_step),
        cmocka_unit_test(a_nation_takes_the_device_time_of_its_steps),
        cmocka_unit_test(what_contradicts_an_architecture_is_refused),
        cmocka_unit_test(a_precision_without_rates_is_refused),
        cmocka_unit_test(what_devices_cannot_share_is_refused),
        cmocka_unit_test(kernels_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
