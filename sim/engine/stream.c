#include "sim/engine/stream.h"

#include <math.h>
#include <stdbool.h>

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>

#include "sim/engine/ziggurat.h"

/* --- names ------------------------------------------------------------------------------ */

#define FNV_START 0xcbf29ce484222325ull
#define FNV_PRIME 0x00000100000001b3ull
/* Keeps the stateless uniforms of a purpose apart from its streams. */
#define STATELESS 0x9e3779b97f4a7c15ull
#define FINISH_FIRST 0xff51afd7ed558ccdull
#define FINISH_SECOND 0xc4ceb9fe1a85ec53ull

/* FNV-1a (Fowler, Noll, Vo) takes text byte by byte and so can be continued; its high bits are
 * weak for short texts. The finaliser of MurmurHash3 (Appleby) repairs that, and as it is a
 * bijection it can be undone to continue a finished hash. */
static uint64_t finish(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= FINISH_FIRST;
    hash ^= hash >> 33;
    hash *= FINISH_SECOND;
    return hash ^ hash >> 33;
}

/* The inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++) {
        x *= 2 - odd * x;
    }
    return x;
}

static uint64_t unfinish(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= inverse(FINISH_SECOND);
    hash ^= hash >> 33;
    hash *= inverse(FINISH_FIRST);
    return hash ^ hash >> 33;
}

static uint64_t fnv(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    }
    return hash;
}

uint64_t hanse_entity(const char *path)
{
    return finish(fnv(FNV_START, path));
}

uint64_t hanse_entity_number(uint64_t parent, uint64_t number)
{
    char text[24];
    char *first = &text[sizeof text - 1];
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    *--first = '/';
    return finish(fnv(unfinish(parent), first));
}

static struct hanse_purpose_key key_of(uint64_t seed, uint64_t purpose)
{
    uint64_t key = finish(finish(seed) ^ purpose);
    return (struct hanse_purpose_key){{(uint32_t)key, (uint32_t)(key >> 32)}};
}

struct hanse_purpose_key hanse_purpose_key(uint64_t seed, const char *purpose)
{
    return key_of(seed, hanse_entity(purpose) ^ STATELESS);
}

/* --- bits ------------------------------------------------------------------------------- */

void hanse_stream_init(struct hanse_stream *stream, uint64_t seed, uint32_t replication,
                       uint64_t entity, const char *purpose)
{
    struct hanse_purpose_key key = key_of(seed, hanse_entity(purpose));
    *stream = (struct hanse_stream){.key = {key.key[0], key.key[1]},
                                    .replication = replication,
                                    .entity = entity,
                                    .next = HANSE_STREAM_WORDS};
}

/* Several blocks at once: their rounds are independent, so the processor overlaps them.
 * Past 2^32 blocks the key moves on. */
static __attribute__((noinline)) void refill(struct hanse_stream *stream)
{
    uint32_t mirror = stream->antithetic ? 0xffffffffu : 0;
    for (int i = 0; i < HANSE_STREAM_WORDS; i += 4) {
        philox4x32_ctr_t counter = {{stream->block, stream->replication,
                                     (uint32_t)stream->entity,
                                     (uint32_t)(stream->entity >> 32)}};
        philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
        philox4x32_ctr_t out = philox4x32(counter, key);
        for (int w = 0; w < 4; w++) {
            stream->words[i + w] = out.v[w] ^ mirror;
        }
        if (++stream->block == 0) {
            stream->key[1]++;
        }
    }
    stream->next = 0;
}

uint32_t hanse_stream_bits(struct hanse_stream *stream)
{
    if (stream->next == HANSE_STREAM_WORDS) {
        refill(stream);
    }
    return stream->words[stream->next++];
}

static inline uint64_t bits64(struct hanse_stream *stream)
{
    if (stream->next + 2 > HANSE_STREAM_WORDS) {
        uint64_t high = hanse_stream_bits(stream);
        return high << 32 | hanse_stream_bits(stream);
    }
    uint64_t high = stream->words[stream->next];
    uint64_t low = stream->words[stream->next + 1];
    stream->next += 2;
    return high << 32 | low;
}

/* The middle of one of 2^52 equal parts of (0, 1): never 0 or 1, and flipping all bits mirrors
 * it exactly. With 53 bits the largest would round to 1. */
static inline double uniform_of(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double hanse_stream_uniform(struct hanse_stream *stream)
{
    return uniform_of(bits64(stream));
}

double hanse_uniform_at(struct hanse_purpose_key purpose_key, uint32_t replication,
                        uint64_t entity, uint32_t count)
{
    philox4x32_ctr_t counter = {
        {count, replication, (uint32_t)entity, (uint32_t)(entity >> 32)}};
    philox4x32_key_t key = {{purpose_key.key[0], purpose_key.key[1]}};
    philox4x32_ctr_t out = philox4x32(counter, key);
    return uniform_of((uint64_t)out.v[0] << 32 | out.v[1]);
}

/* --- variates --------------------------------------------------------------------------- */

/* In both ziggurats the low bits of the word choose the layer and the high ones the place in
 * it: taking both from the same bits correlates them (Doornik, An improved ziggurat method to
 * generate normal random samples, 2005). */
double hanse_stream_exponential(struct hanse_stream *stream)
{
    const double *x = hanse__exponential_x;
    const double *f = hanse__exponential_f;
    double beyond = 0.0;
    for (;;) {
        uint64_t bits = bits64(stream);
        unsigned layer = bits & 0xff;
        double value = uniform_of(bits) * x[layer];
        if (value < x[layer + 1]) {
            return beyond + value;
        }
        if (layer == 0) {
            beyond += x[1]; /* memoryless: the tail is the same law again */
            continue;
        }
        double height = f[layer] + hanse_stream_uniform(stream) * (f[layer + 1] - f[layer]);
        if (height < exp(-value)) {
            return beyond + value;
        }
    }
}

/* Beyond r, by Marsaglia: exponential proposals, accepted in the ratio of the densities. */
static double normal_tail(struct hanse_stream *stream)
{
    double r = hanse__normal_x[1];
    double past;
    double bound;
    do {
        past = hanse_stream_exponential(stream) / r;
        bound = hanse_stream_exponential(stream);
    } while (2.0 * bound < past * past);
    return r + past;
}

double hanse_stream_normal(struct hanse_stream *stream)
{
    const double *x = hanse__normal_x;
    const double *f = hanse__normal_f;
    for (;;) {
        uint64_t bits = bits64(stream);
        unsigned layer = bits & 0xff;
        double sign = (bits & 0x100) != 0 ? -1.0 : 1.0;
        double value = uniform_of(bits) * x[layer];
        if (value < x[layer + 1]) {
            return sign * value;
        }
        if (layer == 0) {
            return sign * normal_tail(stream);
        }
        double height = f[layer] + hanse_stream_uniform(stream) * (f[layer + 1] - f[layer]);
        if (height < exp(-0.5 * value * value)) {
            return sign * value;
        }
    }
}

double hanse_stream_exponential_inverse(struct hanse_stream *stream)
{
    return -log1p(-hanse_stream_uniform(stream));
}

double hanse_stream_normal_inverse(struct hanse_stream *stream)
{
    return gsl_cdf_ugaussian_Pinv(hanse_stream_uniform(stream));
}

/* Marsaglia and Tsang, A simple method for generating gamma variables, ACM TOMS 26, 2000:
 * d (1 + c z)^3 with z normal is nearly gamma, and rejection makes it so. For shape >= 1. */
static double gamma_one_up(struct hanse_stream *stream, double shape)
{
    double d = shape - 1.0 / 3.0;
    double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double z = hanse_stream_normal(stream);
        double root = 1.0 + c * z;
        if (root <= 0.0) {
            continue;
        }
        double v = root * root * root;
        double u = hanse_stream_uniform(stream);
        if (u < 1.0 - 0.0331 * z * z * z * z || log(u) < 0.5 * z * z + d * (1.0 - v + log(v))) {
            return d * v;
        }
    }
}

double hanse_stream_gamma(struct hanse_stream *stream, double shape, double scale)
{
    if (shape >= 1.0) {
        return scale * gamma_one_up(stream, shape);
    }
    /* The same paper's step down: gamma(a) = gamma(a + 1) u^(1/a). */
    double above = gamma_one_up(stream, shape + 1.0);
    return scale * above * pow(hanse_stream_uniform(stream), 1.0 / shape);
}

double hanse_stream_weibull(struct hanse_stream *stream, double shape, double scale)
{
    return scale * pow(hanse_stream_exponential(stream), 1.0 / shape);
}

double hanse_stream_lognormal(struct hanse_stream *stream, double mu, double sigma)
{
    return exp(mu + sigma * hanse_stream_normal(stream));
}
