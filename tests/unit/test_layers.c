/* Timings of layers: rows of one shape, what is left out of a curve, ceilings past caches. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "scripting/layers.h"

static struct hanse_context *ctx;
static const struct hanse_transformer MODEL = {.name = "small",
                                               .layers = 2,
                                               .hidden = 64,
                                               .heads = 8,
                                               .kv_heads = 2,
                                               .width = 8,
                                               .ffn = 128,
                                               .vocabulary = 1000,
                                               .gated = true};

#define OK(call)                                                                               \
    do {                                                                                       \
        if ((call) != HANSE_OK) {                                                              \
            fail_msg("%s: %s", #call, hanse_context_message(ctx));                             \
        }                                                                                      \
    } while (0)

static void write_text(char *path, const char *text)
{
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* The profile of one table; free it. */
static struct hanse_profile profile_of(const char *text, int64_t tensor)
{
    char path[] = "/tmp/hanse-layers-XXXXXX";
    const struct hanse_layers_settings settings = {HANSE_BF16, &MODEL, tensor};
    struct hanse_profile profile = {0};
    struct hanse_layers *layers;
    write_text(path, text);
    OK(hanse_layers_create(ctx, &settings, &layers));
    OK(hanse_layers_read(layers, path));
    OK(hanse_layers_fill(layers, "a bench", &profile));
    hanse_layers_destroy(layers);
    unlink(path);
    return profile;
}

static void close_to(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within * fabs(wanted))) {
        fail_msg("got %.17g, wanted %.17g", got, wanted);
    }
}

/* 2 ranks: 8 heads and 2 × 2 of keys and values, 8 wide, halved: 48 outputs of 64 inputs. Two
 * rows of 10 and 12 µs: 11; log(12 / 10) apart is a spread of log(1.2) / √2, and 5 % more. */
static void rows_of_one_shape_are_one_rate(void **state)
{
    struct hanse_profile p =
        profile_of("layer,tokens,time_us\nqkv_proj,4,10\nqkv_proj,4,12\n", 2);
    assert_int_equal(p.n_rates, 1);
    const struct hanse_rate *r = &p.rates[0];
    assert_int_equal(r->kernel, HANSE_KERNEL_GEMM);
    assert_int_equal(r->shape.extent[0], 4);
    assert_int_equal(r->shape.extent[1], 48);
    assert_int_equal(r->shape.extent[2], 64);
    assert_int_equal(r->origin, HANSE_PROFILE_PUBLISHED);
    assert_string_equal(p.sources[r->source], "a bench");
    close_to(hanse_rate_seconds(r), 11e-6, 1e-12);
    close_to(r->log_sd, hypot(log(1.2) / sqrt(2.0), 0.05), 1e-12);
    hanse_profile_fini(&p);
}

/* Seconds on a straight line but for a step at 32: the step's two ends and the line's stay. */
static void points_on_a_line_are_left_out(void **state)
{
    char text[4096] = "layer,tokens,time_us\n";
    int used = (int)sizeof "layer,tokens,time_us\n" - 1;
    for (int n = 1; n <= 64; n++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "o_proj,%d,%g\n", n,
                         n <= 32 ? 10.0 : 15.0);
    }
    struct hanse_profile p = profile_of(text, 1);
    assert_int_equal(p.n_rates, 4);
    static const int64_t kept[] = {1, 32, 33, 64};
    for (size_t i = 0; i < p.n_rates; i++) {
        assert_int_equal(p.rates[i].shape.extent[0], kept[i]);
    }
    hanse_profile_fini(&p);
}

/* A short sum runs in the caches, a long one from memory: only the long one is a ceiling. */
static void a_short_stream_is_no_ceiling(void **state)
{
    struct hanse_profile p = {0};
    int32_t source;
    OK(hanse_profile_add_source(ctx, &p, "a bench", &source));
    for (int i = 0; i < 2; i++) {
        struct hanse_rate rate = {.kernel = HANSE_KERNEL_STREAM_TRIAD,
                                  .precision = HANSE_FP16,
                                  .shape = {{i == 0 ? 1000 : 1000000000}},
                                  .origin = HANSE_PROFILE_PUBLISHED,
                                  .rate = i == 0 ? 5e12 : 1e12,
                                  .low = NAN,
                                  .high = NAN,
                                  .launch_sd = NAN,
                                  .watt = NAN,
                                  .source = source};
        OK(hanse_profile_add_rate(ctx, &p, &rate));
    }
    hanse_profile_set_ceilings(&p);
    close_to(p.memory_byte_per_s, 1e12, 0.0);
    hanse_profile_fini(&p);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_one_shape_are_one_rate),
        cmocka_unit_test(points_on_a_line_are_left_out),
        cmocka_unit_test(a_short_stream_is_no_ceiling),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
