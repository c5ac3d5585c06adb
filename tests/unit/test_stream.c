/*
 * Random streams: the generator against its published answers, the variates against their
 * laws, the names against their promise.
 *
 * Seeds are fixed, so a test gives the same answer each time. The bounds are what they would
 * be for a fresh seed: each Kolmogorov-Smirnov and each moment test would turn a right
 * generator away once in a million seeds.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "sim/engine/gsl_stream.h"
#include "sim/engine/stream.h"
#include "sim/engine/ziggurat.h"

enum { N_DRAWS = 200000 };

/* D sqrt(n) exceeds 2.6934 with probability 2 exp(-2 · 2.6934²) = 1e-6. */
static const double KS_BOUND = 2.6934;
/* |z| exceeds 4.892 with probability 1e-6. */
static const double Z_BOUND = 4.892;

struct law {
    const char *name;
    double (*draw)(struct hanse_stream *stream);
    double (*cdf)(double x);
    double mean;
    double variance;
    double fourth; /* central moment, for the variance's standard error */
};

static double gamma_small(struct hanse_stream *s)
{
    return hanse_stream_gamma(s, 0.4, 2.0);
}

static double gamma_large(struct hanse_stream *s)
{
    return hanse_stream_gamma(s, 7.5, 0.5);
}

static double weibull(struct hanse_stream *s)
{
    return hanse_stream_weibull(s, 1.5, 2.0);
}

static double lognormal(struct hanse_stream *s)
{
    return hanse_stream_lognormal(s, 0.3, 0.25);
}

static double uniform_cdf(double x)
{
    return x;
}

static double exponential_cdf(double x)
{
    return -expm1(-x);
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

static double gamma_small_cdf(double x)
{
    return gsl_cdf_gamma_P(x, 0.4, 2.0);
}

static double gamma_large_cdf(double x)
{
    return gsl_cdf_gamma_P(x, 7.5, 0.5);
}

static double weibull_cdf(double x)
{
    return gsl_cdf_weibull_P(x, 2.0, 1.5);
}

static double lognormal_cdf(double x)
{
    return gsl_cdf_lognormal_P(x, 0.3, 0.25);
}

/* Fourth central moments: gamma's is 3 k (k + 2) θ⁴; the two last are from raw moments
 * Γ(1 + j / 1.5) 2^j and exp(0.3 j + 0.25² j² / 2). */
static const struct law laws[] = {
    {"uniform", hanse_stream_uniform, uniform_cdf, 0.5, 1.0 / 12, 1.0 / 80},
    {"exponential", hanse_stream_exponential, exponential_cdf, 1, 1, 9},
    {"exponential by inversion", hanse_stream_exponential_inverse, exponential_cdf, 1, 1, 9},
    {"normal", hanse_stream_normal, normal_cdf, 0, 1, 3},
    {"normal by inversion", hanse_stream_normal_inverse, normal_cdf, 0, 1, 3},
    {"gamma(0.4)", gamma_small, gamma_small_cdf, 0.8, 1.6, 3 * 0.4 * 2.4 * 16},
    {"gamma(7.5)", gamma_large, gamma_large_cdf, 3.75, 1.875, 3 * 7.5 * 9.5 / 16},
    {"Weibull", weibull, weibull_cdf, 1.8054905859018673, 1.502761139255727, 9.91480903241149},
    {"lognormal", lognormal, lognormal_cdf, 1.392707925771141, 0.12509573346073233,
     0.06409699312540162},
};

enum { N_LAWS = sizeof laws / sizeof *laws };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov: the largest distance times sqrt(n). Sorts `x`. */
static double ks(double *x, size_t n, double (*cdf)(double))
{
    qsort(x, n, sizeof *x, ascending);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double p = cdf(x[i]);
        largest =
            fmax(largest, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
    }
    return largest * sqrt((double)n);
}

static void philox_gives_its_published_answers(void **state)
{
    (void)state;
    /* Random123's known answers for philox4x32, 10 rounds. */
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct hanse_stream s = {.key = {known[i].key[0], known[i].key[1]},
                                 .block = known[i].counter[0],
                                 .replication = known[i].counter[1],
                                 .entity =
                                     (uint64_t)known[i].counter[3] << 32 | known[i].counter[2],
                                 .next = HANSE_STREAM_WORDS};
        for (int w = 0; w < 4; w++) {
            assert_int_equal(hanse_stream_bits(&s), known[i].answer[w]);
        }
    }
}

/* Computed by an independent program from the definition in stream.h. */
static void key_scheme_is_fixed_for_good(void **state)
{
    (void)state;
    uint64_t entity = hanse_entity("site/tartu/h100/17");
    assert_true(entity == 0x47622bba5404e860u);
    assert_true(hanse_entity("") == 0xefd01f60ba992926u);
    struct hanse_stream s;
    hanse_stream_init(&s, 2026, 3, entity, "failure");
    assert_int_equal(hanse_stream_bits(&s), 0xd39045f3);
    assert_int_equal(hanse_stream_bits(&s), 0x2f5de635);
    double u = hanse_uniform_at(hanse_purpose_key(2026, "failure"), 3, entity, 5);
    assert_true(u == (2808686928904615.0 + 0.5) * 0x1p-52);
}

static void number_extension_equals_hash_of_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *path;
    } cases[] = {
        {0, "site/tartu/h100/0"},
        {17, "site/tartu/h100/17"},
        {1000000007, "site/tartu/h100/1000000007"},
        {UINT64_MAX, "site/tartu/h100/18446744073709551615"},
    };
    uint64_t parent = hanse_entity("site/tartu/h100");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(hanse_entity_number(parent, cases[i].number) ==
                    hanse_entity(cases[i].path));
    }
}

static int ascending_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A right 64-bit hash has a collision here with probability 4e-8. */
static void a_million_paths_have_no_collision(void **state)
{
    (void)state;
    enum { N = 1000000 };
    uint64_t *hashes = malloc(N * sizeof *hashes);
    assert_non_null(hashes);
    for (uint64_t i = 0; i < N; i++) {
        hashes[i] = hanse_entity_number(hanse_entity(i % 2 ? "site/a/h100" : "site/b/h100"), i);
    }
    qsort(hashes, N, sizeof *hashes, ascending_u64);
    for (size_t i = 1; i < N; i++) {
        assert_true(hashes[i] != hashes[i - 1]);
    }
    free(hashes);
}

static void variates_follow_their_laws(void **state)
{
    (void)state;
    double *x = malloc(N_DRAWS * sizeof *x);
    assert_non_null(x);
    for (int k = 0; k < N_LAWS; k++) {
        struct hanse_stream s;
        hanse_stream_init(&s, 1, 0, (uint64_t)k, "law");
        for (int i = 0; i < N_DRAWS; i++) {
            x[i] = laws[k].draw(&s);
        }
        double distance = ks(x, N_DRAWS, laws[k].cdf);
        if (!(distance < KS_BOUND)) {
            fail_msg("%s: D sqrt(n) = %g", laws[k].name, distance);
        }
    }
    free(x);
}

static void moments_are_right(void **state)
{
    (void)state;
    for (int k = 0; k < N_LAWS; k++) {
        const struct law *law = &laws[k];
        struct hanse_stream s;
        hanse_stream_init(&s, 2, 0, (uint64_t)k, "moments");
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < N_DRAWS; i++) {
            double d = law->draw(&s) - law->mean;
            sum += d;
            squares += d * d;
        }
        double variance = squares / N_DRAWS;
        double z_mean = sum / sqrt(N_DRAWS * law->variance);
        double z_variance = (variance - law->variance) /
                            sqrt((law->fourth - law->variance * law->variance) / N_DRAWS);
        if (!(fabs(z_mean) < Z_BOUND) || !(fabs(z_variance) < Z_BOUND)) {
            fail_msg("%s: mean off by %g, variance by %g standard errors", law->name, z_mean,
                     z_variance);
        }
    }
}

/* The layers' equations of ziggurat.h, to rounding. */
static void ziggurat_holds(const double *x, const double *f, double (*density)(double),
                           double area)
{
    for (int i = 0; i <= HANSE__ZIGGURAT_LAYERS; i++) {
        assert_true(fabs(f[i] - density(x[i])) <= 1e-14 * f[i]);
    }
    for (int i = 1; i < HANSE__ZIGGURAT_LAYERS; i++) {
        assert_true(fabs(x[i] * (f[i + 1] - f[i]) - area) <= 1e-12 * area);
        assert_true(x[i] > x[i + 1]);
    }
    assert_true(fabs(x[0] * f[1] - area) <= 1e-13 * area);
    assert_true(x[HANSE__ZIGGURAT_LAYERS] == 0.0);
}

static double exponential_density(double x)
{
    return exp(-x);
}

static double normal_density(double x)
{
    return exp(-0.5 * x * x);
}

static void ziggurat_layers_have_equal_area_with_the_tail(void **state)
{
    (void)state;
    double r = hanse__exponential_x[1];
    ziggurat_holds(hanse__exponential_x, hanse__exponential_f, exponential_density,
                   (r + 1.0) * exp(-r));
    r = hanse__normal_x[1];
    ziggurat_holds(hanse__normal_x, hanse__normal_f, normal_density,
                   r * normal_density(r) + sqrt(acos(-1.0) / 2) * erfc(r / sqrt(2.0)));
}

/* Beyond r only the tail code draws; KS is blind there. */
static void ziggurat_tails_have_their_share_and_shape(void **state)
{
    (void)state;
    enum { N = 32000000 };
    struct hanse_stream s;
    hanse_stream_init(&s, 3, 0, 0, "tail");
    static const double r_normal = 3.6541528853610088;
    static const double r_exponential = 7.6971174701310497;
    double n_normal = 0;
    double n_exponential = 0;
    double past_exponential = 0;
    double past_normal = 0;
    for (int i = 0; i < N; i++) {
        double z = fabs(hanse_stream_normal(&s));
        double e = hanse_stream_exponential(&s);
        n_normal += z > r_normal;
        past_normal += z > r_normal ? z - r_normal : 0;
        n_exponential += e > r_exponential;
        past_exponential += e > r_exponential ? e - r_exponential : 0;
    }
    double p_normal = erfc(r_normal / sqrt(2.0));
    double p_exponential = exp(-r_exponential);
    assert_true(fabs(n_normal - N * p_normal) < Z_BOUND * sqrt(N * p_normal));
    assert_true(fabs(n_exponential - N * p_exponential) < Z_BOUND * sqrt(N * p_exponential));
    assert_true(fabs(past_exponential / n_exponential - 1) < Z_BOUND / sqrt(n_exponential));
    /* Mean beyond r is φ(r) / Q(r) - r = 0.2429; its deviation is below its mean. */
    double mean = exp(-0.5 * r_normal * r_normal) * sqrt(2 / acos(-1.0)) / p_normal - r_normal;
    assert_true(fabs(past_normal / n_normal / mean - 1) < Z_BOUND / sqrt(n_normal));
}

static void antithetic_uniforms_mirror_exactly(void **state)
{
    (void)state;
    struct hanse_stream s;
    struct hanse_stream mirror;
    hanse_stream_init(&s, 4, 1, 2, "pair");
    hanse_stream_init(&mirror, 4, 1, 2, "pair");
    mirror.antithetic = 1;
    for (int i = 0; i < 1000; i++) {
        double u = hanse_stream_uniform(&s);
        assert_true(u > 0.0 && u < 1.0);
        assert_true(u + hanse_stream_uniform(&mirror) == 1.0);
    }
    double z = hanse_stream_normal_inverse(&s);
    assert_true(fabs(z + hanse_stream_normal_inverse(&mirror)) < 1e-12);
}

/* Stream number i of a family of neighbours. */
static void neighbour(struct hanse_stream *s, int family, uint32_t i)
{
    static const char *const purposes[] = {"a", "b"};
    switch (family) {
    case 0:
        hanse_stream_init(s, 5, 0, i, "neighbour"); /* entities that are not even hashed */
        break;
    case 1:
        hanse_stream_init(s, 5, i, 7, "neighbour");
        break;
    case 2:
        hanse_stream_init(s, i, 0, 7, "neighbour");
        break;
    default:
        hanse_stream_init(s, 5, 0, i / 2, purposes[i % 2]);
        break;
    }
}

static void neighbouring_streams_are_independent(void **state)
{
    (void)state;
    double *x = malloc(N_DRAWS * sizeof *x);
    assert_non_null(x);
    for (int family = 0; family < 4; family++) {
        double products = 0;
        uint64_t flips = 0;
        uint32_t last = 0;
        for (uint32_t i = 0; i < N_DRAWS; i++) {
            struct hanse_stream s;
            neighbour(&s, family, i);
            uint32_t bits = hanse_stream_bits(&s);
            flips += i > 0 ? (unsigned)__builtin_popcount(bits ^ last) : 0;
            last = bits;
            hanse_stream_bits(&s);
            x[i] = hanse_stream_uniform(&s);
            products += i > 0 ? (x[i] - 0.5) * (x[i - 1] - 0.5) : 0;
        }
        /* Independent neighbours: correlation 0 ± 1/sqrt(n), half of all bits differ. */
        assert_true(fabs(products * 12) < Z_BOUND * sqrt(N_DRAWS));
        double n_bits = 32.0 * (N_DRAWS - 1);
        assert_true(fabs((double)flips - n_bits / 2) < Z_BOUND * sqrt(n_bits) / 2);
        assert_true(ks(x, N_DRAWS, uniform_cdf) < KS_BOUND);
    }
    free(x);
}

static void stateless_uniforms_follow_the_law_and_repeat_no_stream(void **state)
{
    (void)state;
    double *x = malloc(N_DRAWS * sizeof *x);
    assert_non_null(x);
    struct hanse_purpose_key key = hanse_purpose_key(6, "failure");
    struct hanse_stream s;
    hanse_stream_init(&s, 6, 0, 9, "failure");
    for (uint32_t i = 0; i < N_DRAWS; i++) {
        x[i] = hanse_uniform_at(key, 0, 9, i);
        assert_true(x[i] > 0.0 && x[i] < 1.0);
        assert_true(x[i] != hanse_stream_uniform(&s));
    }
    assert_true(x[3] == hanse_uniform_at(key, 0, 9, 3));
    assert_true(ks(x, N_DRAWS, uniform_cdf) < KS_BOUND);
    free(x);
}

static void streams_go_on_past_their_last_block(void **state)
{
    (void)state;
    struct hanse_stream s;
    hanse_stream_init(&s, 7, 0, 0, "long");
    uint32_t first = hanse_stream_bits(&s);
    s.block = UINT32_MAX - HANSE_STREAM_WORDS / 4 + 1;
    s.next = HANSE_STREAM_WORDS;
    for (int i = 0; i < HANSE_STREAM_WORDS; i++) {
        hanse_stream_bits(&s);
    }
    assert_int_equal(s.block, 0);
    assert_int_not_equal(hanse_stream_bits(&s), first);
}

/* A refill makes several blocks, a stateless uniform one. */
static void refills_give_the_blocks_one_by_one(void **state)
{
    (void)state;
    struct hanse_stream s;
    hanse_stream_init(&s, 9, 11, hanse_entity("site/riga"), "blocks");
    struct hanse_purpose_key key = {{s.key[0], s.key[1]}};
    for (uint32_t block = 0; block < 1000; block++) {
        assert_true(hanse_stream_uniform(&s) ==
                    hanse_uniform_at(key, s.replication, s.entity, block));
        hanse_stream_uniform(&s);
    }
}

static void gsl_draws_through_a_stream(void **state)
{
    (void)state;
    struct hanse_stream s;
    struct hanse_stream twin;
    hanse_stream_init(&s, 8, 0, 0, "gsl");
    twin = s;
    gsl_rng rng = hanse__gsl_stream(&s);
    assert_int_equal(gsl_rng_get(&rng), hanse_stream_bits(&twin));
    assert_true(gsl_rng_uniform(&rng) == hanse_stream_uniform(&twin));
    double sum = 0;
    for (int i = 0; i < N_DRAWS; i++) {
        sum += gsl_ran_poisson(&rng, 3.0);
    }
    assert_true(fabs(sum - 3.0 * N_DRAWS) < Z_BOUND * sqrt(3.0 * N_DRAWS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_its_published_answers),
        cmocka_unit_test(key_scheme_is_fixed_for_good),
        cmocka_unit_test(number_extension_equals_hash_of_text),
        cmocka_unit_test(a_million_paths_have_no_collision),
        cmocka_unit_test(variates_follow_their_laws),
        cmocka_unit_test(moments_are_right),
        cmocka_unit_test(ziggurat_layers_have_equal_area_with_the_tail),
        cmocka_unit_test(ziggurat_tails_have_their_share_and_shape),
        cmocka_unit_test(antithetic_uniforms_mirror_exactly),
        cmocka_unit_test(neighbouring_streams_are_independent),
        cmocka_unit_test(stateless_uniforms_follow_the_law_and_repeat_no_stream),
        cmocka_unit_test(streams_go_on_past_their_last_block),
        cmocka_unit_test(refills_give_the_blocks_one_by_one),
        cmocka_unit_test(gsl_draws_through_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
