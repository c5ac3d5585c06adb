/* Predictions worked out by hand on made-up devices, and shapes against published counts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/csv.h"
#include "sim/process/predict/training.h"
#include "sim/stats/curve.h"

static struct hanse_context *ctx;

static int set_up(void **state)
{
    ctx = hanse_context_create();
    return ctx == NULL;
}

static int tear_down(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

static void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want))) {
        fail_msg("got %.12g, want %.12g", got, want);
    }
}

/* --- curves ------------------------------------------------------------------------------- */

static void a_curve_goes_through_its_points_and_never_overshoots(void **state)
{
    const double x[] = {1, 2, 4, 8, 16, 16}, y[] = {1, 1, 1, 2, 3, 5};
    struct hanse_curve *curve;
    double beyond, last = 0.0;
    assert_int_equal(hanse_curve_create(ctx, x, y, 6, &curve), HANSE_OK);
    for (int i = 0; i < 4; i++) {
        near(hanse_curve_at(curve, x[i], &beyond), y[i], 1e-12);
        assert_true(beyond == 0.0);
    }
    near(hanse_curve_at(curve, 16, NULL), 4.0, 1e-12); /* the median of 3 and 5 */
    for (double at = 1.0; at <= 16.0; at += 0.01) {
        double here = hanse_curve_at(curve, at, NULL);
        assert_true(here >= last * (1 - 1e-12) && here <= 4.0 * (1 + 1e-12));
        last = here;
    }
    /* Beyond the end the rate stays: twice as much takes twice as long. */
    near(hanse_curve_at(curve, 64, &beyond), 16.0, 1e-12);
    near(beyond, 2.0, 1e-12);
    near(hanse_curve_at(curve, 0.25, &beyond), 1.0, 1e-12);
    near(beyond, 2.0, 1e-12);
    hanse_curve_destroy(curve);
    assert_int_equal(hanse_curve_create(ctx, x, y, 0, &curve), HANSE_ERR_DOMAIN);
    const double bad[] = {1, -1};
    assert_int_equal(hanse_curve_create(ctx, bad, y, 2, &curve), HANSE_ERR_DOMAIN);
}

/* --- shapes ---------------------------------------------------------------------------------
 */

static int64_t whole(struct hanse_csv *csv, const char *column)
{
    return strtoll(hanse_csv_fields(csv)[hanse_csv_column(csv, column)], NULL, 10);
}

/* Every row of models.csv has the weights that were published, within 1 %. */
static void shapes_give_the_published_parameters(void **state)
{
    struct hanse_csv *csv;
    int n = 0;
    assert_int_equal(hanse_csv_open(ctx, "scenarios/reference/models.csv", &csv), HANSE_OK);
    while (hanse_csv_next(csv) == HANSE_OK && hanse_csv_fields(csv) != NULL) {
        struct hanse_transformer m = {
            .layers = whole(csv, "layers"),
            .hidden = whole(csv, "hidden"),
            .heads = whole(csv, "heads"),
            .kv_heads = whole(csv, "kv_heads"),
            .width = whole(csv, "head_width"),
            .ffn = whole(csv, "ffn"),
            .vocabulary = whole(csv, "vocabulary"),
            .gated = whole(csv, "gated") != 0,
            .tied = whole(csv, "tied") != 0,
            .experts = whole(csv, "experts"),
            .experts_used = whole(csv, "experts_used"),
            .shared_ffn = whole(csv, "shared_ffn"),
            .dense_layers = whole(csv, "dense_layers"),
            .dense_ffn = whole(csv, "dense_ffn"),
        };
        double published =
            strtod(hanse_csv_fields(csv)[hanse_csv_column(csv, "parameters")], NULL);
        assert_int_equal(hanse_transformer_check(ctx, &m), HANSE_OK);
        near(hanse_transformer_parameters(&m), published, 0.01);
        n++;
    }
    assert_true(n >= 15);
    hanse_csv_destroy(csv);
}

/* Four layers of 8 × 8 heads and two keys and values each, h = 64: 4 × (64 × 12 × 8 + 64 × 64)
 * = 40,960. Three have four experts of 32 and a shared one of 16, one a part of 100: 3 × 64 ×
 * (3 × (4 × 32 + 16) + 100) = 102,144. Twice 10 × 64 at the ends. A token passes two experts.
 */
static void some_layers_of_experts_may_be_dense(void **state)
{
    struct hanse_transformer m = {.name = "mixed",
                                  .layers = 4,
                                  .hidden = 64,
                                  .heads = 8,
                                  .kv_heads = 2,
                                  .width = 8,
                                  .ffn = 32,
                                  .vocabulary = 10,
                                  .gated = true,
                                  .experts = 4,
                                  .experts_used = 2,
                                  .shared_ffn = 16,
                                  .dense_layers = 1,
                                  .dense_ffn = 100};
    assert_int_equal(hanse_transformer_check(ctx, &m), HANSE_OK);
    near(hanse_transformer_parameters(&m), 40960.0 + 102144.0 + 1280.0, 1e-15);
    near(hanse_transformer_active_parameters(&m),
         40960.0 + 192.0 * (3.0 * (2.0 * 32.0 + 16.0) + 100.0) + 1280.0, 1e-15);
    m.dense_layers = 5;
    assert_int_equal(hanse_transformer_check(ctx, &m), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "model 'mixed': dense_layers must lie in 0 .. layers (4), with experts "
                        "and a dense_ffn > 0, got 5 of 100");
    m.dense_layers = 1;
    m.experts = m.experts_used = 0;
    assert_int_equal(hanse_transformer_check(ctx, &m), HANSE_ERR_DOMAIN);
}

static const struct hanse_transformer SMALL = {.name = "small",
                                               .layers = 2,
                                               .hidden = 1024,
                                               .heads = 8,
                                               .kv_heads = 2,
                                               .width = 128,
                                               .ffn = 4096,
                                               .vocabulary = 32000,
                                               .gated = true};

/* 2 (1024·128·12 + 1024·1024 + 3·1024·4096) + 2·32000·1024; a token's cache 2·2·2·128·2. */
static void parameters_and_cache_are_counted(void **state)
{
    near(hanse_transformer_parameters(&SMALL),
         2.0 * (1024.0 * 128 * 12 + 1024.0 * 1024 + 3.0 * 1024 * 4096) + 2.0 * 32000 * 1024,
         1e-15);
    near(hanse_transformer_cache_bytes(&SMALL, 2.0), 2.0 * 2 * 2 * 128 * 2, 1e-15);
    struct hanse_transformer sparse = SMALL;
    sparse.experts = 8;
    sparse.experts_used = 2;
    near(hanse_transformer_parameters(&sparse) - hanse_transformer_active_parameters(&sparse),
         2.0 * 6 * 3 * 1024 * 4096, 1e-12);
    sparse.experts_used = 9;
    assert_int_equal(hanse_transformer_check(ctx, &sparse), HANSE_ERR_DOMAIN);
    sparse = SMALL;
    sparse.kv_heads = 3;
    assert_int_equal(hanse_transformer_check(ctx, &sparse), HANSE_ERR_DOMAIN);
}

/* --- a device of ceilings only ---------------------------------------------------------------
 */

static const struct hanse_link_law LINKS[HANSE_REACHES] = {{1e-6, 1e9}, {2e-6, 1e8}};

/* 1e12 FLOP/s, 1e11 B/s, 1e10 B. */
static struct hanse_device_law *ceilings(void)
{
    const struct hanse_profile profile = {.origin = HANSE_PROFILE_DERIVED,
                                          .compute_flop_per_s = 1e12,
                                          .memory_byte_per_s = 1e11,
                                          .capacity_bytes = 1e10};
    struct hanse_device_law *law;
    assert_int_equal(hanse_device_law_create(ctx, &profile, HANSE_BF16, LINKS, &law), HANSE_OK);
    return law;
}

/* Half of the layers dense: in the middle between a model of experts and a dense one. */
static void dense_layers_take_the_time_of_dense_ones(void **state)
{
    struct hanse_transformer m[3] = {SMALL, SMALL, SMALL};
    struct hanse_device_law *law = ceilings();
    const struct hanse_parallel alone = {1, 1, 1};
    const struct hanse_step step = {.decoding = 8, .context = 100};
    double seconds[3];
    for (int i = 0; i < 3; i++) {
        if (i < 2) {
            m[i].experts = 4;
            m[i].experts_used = 2;
            m[i].shared_ffn = 256;
            m[i].dense_layers = i;
            m[i].dense_ffn = m[2].ffn;
        }
        seconds[i] = hanse_step_device(law, &m[i], &alone, &step).all.seconds;
    }
    assert_true(fabs(seconds[0] / seconds[2] - 1.0) > 0.01);
    near(seconds[1], 0.5 * (seconds[0] + seconds[2]), 1e-12);
    hanse_device_law_destroy(law);
}

/* m = 1: 2 (1·1024 + 1024·1024 + 1·1024) bytes over 1e11 outlast 2·1024² FLOP over 1e12; at
 * m = 1024 the 2·1024³ FLOP do. α–β: two ranks send 2 (α + bytes/(2 β)). */
static void ceilings_give_the_roofline(void **state)
{
    struct hanse_device_law *law = ceilings();
    struct hanse_estimate e = hanse_device_gemm(law, 1, 1024, 1024);
    near(e.seconds, 2.0 * (1024.0 * 1024 + 2 * 1024) / 1e11, 1e-12);
    assert_true(e.marks & HANSE_ESTIMATE_CEILING);
    near(hanse_device_gemm(law, 1024, 1024, 1024).seconds, 2.0 * 1024 * 1024 * 1024 / 1e12,
         1e-12);
    near(hanse_device_allreduce(law, 1e6, 2, HANSE_REACH_NODE).seconds,
         2.0 * (1e-6 + 1e6 / 2e9), 1e-12);
    near(hanse_device_allreduce(law, 1e6, 4, HANSE_REACH_CLUSTER).seconds,
         6.0 * (2e-6 + 1e6 / 4e8), 1e-12);
    near(hanse_device_send(law, 1e6).seconds, 2e-6 + 1e6 / 1e8, 1e-12);
    assert_true(hanse_device_allreduce(law, 1e6, 1, HANSE_REACH_NODE).seconds == 0.0);
    hanse_device_law_destroy(law);
    const struct hanse_profile empty = {.name = "empty"};
    assert_int_equal(hanse_device_law_create(ctx, &empty, HANSE_BF16, NULL, &law),
                     HANSE_ERR_DOMAIN);
}

/* One norm of 2^20 bytes in 100 µs, a launch in 4 µs: an eighth takes an eighth, a thousandth
 * what a launch takes; without a launch, the norm's own time. */
static void passes_below_the_first_go_down_to_a_launch(void **state)
{
    struct hanse_profile p = {.compute_flop_per_s = 1e12, .memory_byte_per_s = 1e10};
    struct hanse_rate norm = {.kernel = HANSE_KERNEL_RMSNORM,
                              .precision = HANSE_FP32,
                              .shape = {{1024, 128}},
                              .source = -1,
                              .low = NAN,
                              .high = NAN,
                              .launch_sd = NAN,
                              .watt = NAN,
                              .log_sd = 0.01};
    struct hanse_rate launch = norm;
    struct hanse_device_law *law;
    double bytes = hanse_kernel_work(norm.kernel, norm.precision, &norm.shape).bytes;
    norm.rate = bytes / 100e-6;
    launch.kernel = HANSE_KERNEL_LAUNCH;
    launch.precision = HANSE_BYTES;
    launch.rate = 1.0 / 4e-6;
    for (int known = 0; known < 2; known++) {
        assert_int_equal(hanse_profile_add_rate(ctx, &p, known == 0 ? &norm : &launch),
                         HANSE_OK);
        assert_int_equal(hanse_device_law_create(ctx, &p, HANSE_FP32, NULL, &law), HANSE_OK);
        const double shares[] = {1.0, 0.125, 0.001},
                     want[2][3] = {{100e-6, 100e-6, 100e-6}, {100e-6, 12.5e-6, 4e-6}};
        for (int i = 0; i < 3; i++) {
            near(hanse_device_bytes(law, HANSE_KERNEL_RMSNORM, shares[i] * bytes).seconds,
                 want[known][i], 1e-9);
        }
        hanse_device_law_destroy(law);
    }
    hanse_profile_fini(&p);
}

/* Cache: (0.9·1e10 − 2·parameters)/1024 bytes a token; on two devices twice the room. */
static void what_is_left_of_memory_is_cache(void **state)
{
    struct hanse_device_law *law = ceilings();
    const struct hanse_parallel alone = {0}, two = {.tensor = 2};
    double weights = 2.0 * hanse_transformer_parameters(&SMALL);
    double a_token = hanse_transformer_cache_bytes(&SMALL, 2.0);
    near(hanse_cache_tokens(law, &SMALL, &alone, 0.9), floor((0.9e10 - weights) / a_token),
         1e-12);
    near(hanse_cache_tokens(law, &SMALL, &two, 0.9), floor((1.8e10 - weights) / a_token),
         1e-12);
    assert_true(hanse_cache_tokens(law, &SMALL, &alone, 0.001) == 0.0);
    hanse_device_law_destroy(law);
}

/* The parts of a step add up, more tokens take no less, and a step with nothing takes none. */
static void steps_are_the_sum_of_their_parts(void **state)
{
    struct hanse_device_law *law = ceilings();
    const struct hanse_parallel parallel = {.tensor = 2, .pipeline = 2};
    double last = 0.0;
    for (double batch = 1.0; batch <= 64.0; batch *= 2.0) {
        struct hanse_step step = {.decoding = batch, .context = 500.0};
        struct hanse_step_parts p = hanse_step_device(law, &SMALL, &parallel, &step);
        near(p.all.seconds,
             p.products.seconds + p.passes.seconds + p.attention.seconds +
                 p.communication.seconds + p.output.seconds,
             1e-12);
        assert_true(p.all.seconds >= last);
        last = p.all.seconds;
    }
    struct hanse_step nothing = {0};
    assert_true(hanse_step_device(law, &SMALL, &parallel, &nothing).all.seconds == 0.0);
    hanse_device_law_destroy(law);
}

/* A chunk after c cached tokens attends to c + s/2 instead of s/2 on average, so reading a
 * prompt in two halves attends to as much as at once: 1 + 3 of 4 quarters. */
static void chunks_of_a_prompt_attend_to_what_the_whole_does(void **state)
{
    struct hanse_device_law *law = ceilings();
    double whole_s = hanse_device_prefill(law, 8, 2, 128, 4096, 0).seconds;
    double first = hanse_device_prefill(law, 8, 2, 128, 2048, 0).seconds;
    double second = hanse_device_prefill(law, 8, 2, 128, 2048, 2048).seconds;
    near(first + second, whole_s, 1e-3);
    near(second / first, 3.0, 1e-3);
    hanse_device_law_destroy(law);
}

/* --- measured shapes -------------------------------------------------------------------------
 */

static void add_gemm(struct hanse_profile *profile, int64_t m, int64_t n, int64_t k, double s)
{
    struct hanse_rate rate = {.kernel = HANSE_KERNEL_GEMM,
                              .precision = HANSE_BF16,
                              .shape = {{m, n, k}},
                              .origin = HANSE_PROFILE_MEASURED,
                              .source = -1,
                              .low = NAN,
                              .high = NAN,
                              .log_sd = 0.01,
                              .launch_sd = NAN,
                              .watt = NAN};
    rate.rate = hanse_kernel_amount(HANSE_KERNEL_GEMM, HANSE_BF16, &rate.shape) / s;
    assert_int_equal(hanse_profile_add_rate(ctx, profile, &rate), HANSE_OK);
}

/* A measured shape answers as measured; one twice as wide takes twice as long and is marked;
 * beyond the measured tokens the rate stays, is marked, and is less sure. */
static void measured_shapes_are_followed_and_others_are_marked(void **state)
{
    struct hanse_profile profile = {.memory_byte_per_s = 1e12, .capacity_bytes = 1e10};
    add_gemm(&profile, 1, 512, 512, 1e-6);
    add_gemm(&profile, 64, 512, 512, 2e-6);
    add_gemm(&profile, 1024, 512, 512, 9e-6);
    add_gemm(&profile, 1, 4096, 4096, 5e-5);
    struct hanse_device_law *law;
    assert_int_equal(hanse_device_law_create(ctx, &profile, HANSE_BF16, NULL, &law), HANSE_OK);
    struct hanse_estimate e = hanse_device_gemm(law, 64, 512, 512);
    near(e.seconds, 2e-6, 1e-9);
    assert_int_equal(e.marks, 0);
    near(e.log_sd, 0.01, 1e-12);
    struct hanse_estimate wide = hanse_device_gemm(law, 64, 1024, 512);
    near(wide.seconds, 4e-6, 1e-9);
    assert_int_equal(wide.marks, HANSE_ESTIMATE_NEAREST);
    assert_true(wide.log_sd > e.log_sd);
    struct hanse_estimate far = hanse_device_gemm(law, 4096, 512, 512);
    near(far.seconds, 36e-6, 1e-9);
    assert_int_equal(far.marks, HANSE_ESTIMATE_OUTSIDE);
    assert_true(far.log_sd > e.log_sd);
    near(hanse_device_gemm(law, 1, 4096, 4096).seconds, 5e-5, 1e-9);
    hanse_device_law_destroy(law);
    hanse_profile_fini(&profile);
}

/* A library that takes half the time is who serves; two samples of one way give their median.
 */
static void the_fastest_way_of_a_shape_counts(void **state)
{
    struct hanse_profile profile = {.memory_byte_per_s = 1e12, .capacity_bytes = 1e10};
    add_gemm(&profile, 64, 512, 512, 4e-6);
    add_gemm(&profile, 64, 512, 512, 2e-6);
    snprintf(profile.rates[1].variant, sizeof profile.rates[1].variant, "library");
    add_gemm(&profile, 1024, 512, 512, 8e-6);
    add_gemm(&profile, 1024, 512, 512, 10e-6);
    struct hanse_device_law *law;
    assert_int_equal(hanse_device_law_create(ctx, &profile, HANSE_BF16, NULL, &law), HANSE_OK);
    near(hanse_device_gemm(law, 64, 512, 512).seconds, 2e-6, 1e-9);
    near(hanse_device_gemm(law, 1024, 512, 512).seconds, 9e-6, 1e-9);
    hanse_device_law_destroy(law);
    hanse_profile_fini(&profile);
}

/* --- the engine
 * --------------------------------------------------------------------------------
 */

/* Planted: 0.2 ms a layer of 40 and a factor of 1.3. Two points of each side give them back,
 * one gives its own. Points of two depths tell step from layer. */
static void a_planted_engine_is_found(void **state)
{
    const struct hanse_engine_point points[] = {
        {1e-3, 8e-3, 40}, {2e-3, 8e-3, 40}, {20e-3, 26e-3, 40}, {100e-3, 130e-3, 40}};
    struct hanse_engine engine;
    assert_int_equal(hanse_engine_fit(ctx, points, 4, &engine), HANSE_OK);
    near(engine.layer_s, 2e-4, 1e-9);
    near(engine.device_factor, 1.3, 1e-9);
    assert_true(engine.step_s == 0.0);
    assert_int_equal(hanse_engine_fit(ctx, points, 1, &engine), HANSE_OK);
    near(engine.layer_s, 2e-4, 1e-9);
    near(engine.device_factor, 1.0, 1e-12);
    assert_int_equal(hanse_engine_fit(ctx, points + 3, 1, &engine), HANSE_OK);
    near(engine.device_factor, 1.3, 1e-9);
    const struct hanse_engine_point depths[] = {{1e-3, 3e-3 + 40 * 1e-4, 40},
                                                {1e-3, 3e-3 + 80 * 1e-4, 80}};
    assert_int_equal(hanse_engine_fit(ctx, depths, 2, &engine), HANSE_OK);
    near(engine.step_s, 3e-3, 1e-9);
    near(engine.layer_s, 1e-4, 1e-9);
    assert_int_equal(hanse_engine_fit(ctx, points, 0, &engine), HANSE_ERR_DOMAIN);
}

/* Planted: a factor of 1.2 and 3 ms after each step. Three points give both back, four also the
 * host's 0.25 ms a layer; two would be met by a host as well, and get one. */
static void a_planted_gap_is_found_from_three_points_on(void **state)
{
    const struct hanse_engine_point points[] = {
        {2e-3, 10e-3 + 3e-3, 40},
        {10e-3, 12e-3 + 3e-3, 40},
        {30e-3, 36e-3 + 3e-3, 40},
        {200e-3, 240e-3 + 3e-3, 40},
    };
    struct hanse_engine engine;
    assert_int_equal(hanse_engine_fit(ctx, points + 1, 3, &engine), HANSE_OK);
    near(engine.gap_s, 3e-3, 1e-6);
    near(engine.device_factor, 1.2, 1e-6);
    assert_true(engine.step_s == 0.0 && engine.layer_s == 0.0);
    assert_int_equal(hanse_engine_fit(ctx, points, 4, &engine), HANSE_OK);
    near(engine.gap_s, 3e-3, 2e-5);
    near(engine.device_factor, 1.2, 1e-5);
    assert_true(engine.request_s == 0.0);
    assert_int_equal(hanse_engine_fit(ctx, points + 1, 2, &engine), HANSE_OK);
    assert_true(engine.gap_s == 0.0);
    near(engine.layer_s, 15e-3 / 40, 1e-9);
    near(engine.device_factor, 1.3, 1e-9);
    /* Host, factor and gap would meet these three exactly. */
    assert_int_equal(hanse_engine_fit(ctx, points, 3, &engine), HANSE_OK);
    assert_true(engine.gap_s == 0.0);
    /* 3 % of noise, of which a gap would take a little. */
    const struct hanse_engine_point noisy[] = {
        {15e-3, 19.2e-3, 40}, {20e-3, 24.0e-3, 40}, {40e-3, 49.6e-3, 40}, {80e-3, 94.0e-3, 40}};
    assert_int_equal(hanse_engine_fit(ctx, noisy, 4, &engine), HANSE_OK);
    assert_true(engine.gap_s == 0.0);
    near(engine.device_factor, 1.2, 0.02);
}

/* max(1.5 × device, 1 ms + 2 × 0.1 ms) + 2 ms a step; the first token 5 ms later than its step,
 * the others not; an engine that is always full waits after each step too. Spreads: the gap's
 * is the engine's. */
static void gaps_follow_each_step_and_requests_wait_once(void **state)
{
    const struct hanse_engine engine = {.step_s = 1e-3,
                                        .layer_s = 1e-4,
                                        .gap_s = 2e-3,
                                        .request_s = 5e-3,
                                        .device_factor = 1.5,
                                        .log_sd = 0.2};
    const struct hanse_parallel alone = {0};
    struct hanse_device_law *law = ceilings();
    const struct hanse_step step = {.decoding = 4.0, .context = 150.0};
    const struct hanse_chunk chunk = {100.0, 0.0};
    const struct hanse_step reading = {.chunks = &chunk, .n_chunks = 1, .chunks_times = 4.0};
    struct hanse_estimate device = hanse_step_device(law, &SMALL, &alone, &step).all;
    double read = hanse_step_device(law, &SMALL, &alone, &reading).all.seconds;
    double next = fmax(1.5 * device.seconds, 1.2e-3) + 2e-3;
    struct hanse_estimate e = hanse_step_time(law, &SMALL, &alone, &step, &engine);
    near(e.seconds, next, 1e-12);
    near(e.log_sd, (hypot(device.log_sd, 0.2) * 1.5 * device.seconds + 0.2 * 2e-3) / e.seconds,
         1e-12);
    struct hanse_answer a = hanse_answer_time(law, &SMALL, &alone, 4.0, 100.0, 100.0, &engine);
    near(a.first.seconds, fmax(1.5 * read, 1.2e-3) + 2e-3 + 5e-3, 1e-12);
    near(a.next.seconds, next, 1e-12);
    near(a.all.seconds, a.first.seconds + 99.0 * next, 1e-12);
    struct hanse_engine host = engine;
    host.device_factor = 1e-6;
    near(hanse_step_time(law, &SMALL, &alone, &step, &host).seconds, 3.2e-3, 1e-12);
    near(hanse_steady_time(law, &SMALL, &alone, 4.0, 100.0, 100.0, &host).seconds, 3.2e-3,
         1e-12);
    hanse_device_law_destroy(law);
}

/* --- training
 * ---------------------------------------------------------------------------------- */

/* One device, no recomputation: three times the forward. A pipeline of 2 with m microbatches
 * takes (m + 1)/m of its stages' time; interleaved twice (m + 1/2)/m. */
static void a_pipeline_idles_while_it_fills(void **state)
{
    struct hanse_device_law *law = ceilings();
    struct hanse_transformer deep = SMALL;
    deep.layers = 8;
    struct hanse_training x = {.batch = 8, .microbatch = 1, .sequence = 1024};
    struct hanse_training_parts alone, piped, woven, again;
    assert_int_equal(hanse_training_step(ctx, law, &deep, &x, &alone), HANSE_OK);
    assert_true(alone.bubble.seconds == 0.0 && alone.pipeline.seconds == 0.0);
    x.recompute = HANSE_RECOMPUTE_FULL;
    assert_int_equal(hanse_training_step(ctx, law, &deep, &x, &again), HANSE_OK);
    double output = 3.0 * 8 * hanse_device_gemm(law, 1024, 32000, 1024).seconds;
    near((again.compute.seconds - output) / (alone.compute.seconds - output), 4.0 / 3.0, 1e-9);
    x.recompute = HANSE_RECOMPUTE_NONE;
    x.parallel.pipeline = 2;
    assert_int_equal(hanse_training_step(ctx, law, &deep, &x, &piped), HANSE_OK);
    near(piped.bubble.seconds / (piped.compute.seconds - output), 1.0 / 8.0, 1e-9);
    x.interleave = 2;
    assert_int_equal(hanse_training_step(ctx, law, &deep, &x, &woven), HANSE_OK);
    near(woven.bubble.seconds, 0.5 * piped.bubble.seconds, 1e-9);
    assert_true(woven.pipeline.seconds > piped.pipeline.seconds);
    x.interleave = 3;
    assert_int_equal(hanse_training_step(ctx, law, &deep, &x, &woven), HANSE_ERR_DOMAIN);
    hanse_device_law_destroy(law);
}

/* Four groups over 1 Gbit/s exchange 2 bytes a parameter once in 100 steps:
 * 2·3·(α + 2 P/(4 β))/100. */
static void local_updates_spread_a_slow_link_over_inner_steps(void **state)
{
    struct hanse_device_law *law = ceilings();
    struct hanse_training x = {.batch = 8,
                               .microbatch = 1,
                               .sequence = 1024,
                               .groups = 4,
                               .inner_steps = 100,
                               .between_groups = {0.05, 1.25e8}};
    struct hanse_training_parts parts;
    assert_int_equal(hanse_training_step(ctx, law, &SMALL, &x, &parts), HANSE_OK);
    double bytes = 2.0 * hanse_transformer_parameters(&SMALL);
    near(parts.groups.seconds, 6.0 * (0.05 + bytes / (4.0 * 1.25e8)) / 100.0, 1e-12);
    hanse_device_law_destroy(law);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_goes_through_its_points_and_never_overshoots),
        cmocka_unit_test(shapes_give_the_published_parameters),
        cmocka_unit_test(some_layers_of_experts_may_be_dense),
        cmocka_unit_test(dense_layers_take_the_time_of_dense_ones),
        cmocka_unit_test(parameters_and_cache_are_counted),
        cmocka_unit_test(ceilings_give_the_roofline),
        cmocka_unit_test(passes_below_the_first_go_down_to_a_launch),
        cmocka_unit_test(what_is_left_of_memory_is_cache),
        cmocka_unit_test(steps_are_the_sum_of_their_parts),
        cmocka_unit_test(chunks_of_a_prompt_attend_to_what_the_whole_does),
        cmocka_unit_test(measured_shapes_are_followed_and_others_are_marked),
        cmocka_unit_test(the_fastest_way_of_a_shape_counts),
        cmocka_unit_test(a_planted_engine_is_found),
        cmocka_unit_test(a_planted_gap_is_found_from_three_points_on),
        cmocka_unit_test(gaps_follow_each_step_and_requests_wait_once),
        cmocka_unit_test(a_pipeline_idles_while_it_fills),
        cmocka_unit_test(local_updates_spread_a_slow_link_over_inner_steps),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
