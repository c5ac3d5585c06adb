/*
 * Random streams: luck that belongs to an entity, not to the order of calls.
 *
 * A stream is a function of (seed, replication, entity, purpose). It is Philox4x32-10, a
 * counter-based generator: counter = {block, replication, entity}, key = mix(seed, purpose).
 * The case is absent on purpose: two cases of a scenario see the same luck (common random
 * numbers), and adding a site changes no other site's. `entity` is the 64-bit hash of a
 * canonical path such as "site/tartu/h100/17".
 *
 * A stream is plain data without pointers and may live in an arena.
 */
#ifndef HANSE_SIM_ENGINE_STREAM_H
#define HANSE_SIM_ENGINE_STREAM_H

#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_STREAM_WORDS = 16 };

struct hanse_stream {
    uint32_t key[2];
    uint32_t replication;
    uint32_t block; /* next counter block to generate */
    uint64_t entity;
    uint32_t words[HANSE_STREAM_WORDS];
    uint32_t next;       /* next unused word; HANSE_STREAM_WORDS when empty */
    uint32_t antithetic; /* 1: uniforms are mirrored */
};

/* 64-bit hash of a path; extend with _number for numbered members without building text:
 * hanse_entity_number(hanse_entity("site/tartu/h100"), 17) equals
 * hanse_entity("site/tartu/h100/17"). */
HANSE_API uint64_t hanse_entity(const char *path);
HANSE_API uint64_t hanse_entity_number(uint64_t parent, uint64_t number);

/* `purpose` is a short constant text such as "failure"; one entity has independent streams
 * for different purposes. */
HANSE_API void hanse_stream_init(struct hanse_stream *stream, uint64_t seed,
                                 uint32_t replication, uint64_t entity, const char *purpose);

HANSE_API uint32_t hanse_stream_bits(struct hanse_stream *stream);
/* Uniform on the open interval (0, 1): the middles of 2^52 equal parts. */
HANSE_API double hanse_stream_uniform(struct hanse_stream *stream);
/* Mean 1. Ziggurat. */
HANSE_API double hanse_stream_exponential(struct hanse_stream *stream);
/* Mean 0, standard deviation 1. Ziggurat. */
HANSE_API double hanse_stream_normal(struct hanse_stream *stream);
/* By inversion of one uniform each: for common random numbers and antithetic pairs. */
HANSE_API double hanse_stream_exponential_inverse(struct hanse_stream *stream);
HANSE_API double hanse_stream_normal_inverse(struct hanse_stream *stream);
HANSE_API double hanse_stream_gamma(struct hanse_stream *stream, double shape, double scale);
HANSE_API double hanse_stream_weibull(struct hanse_stream *stream, double shape, double scale);
HANSE_API double hanse_stream_lognormal(struct hanse_stream *stream, double mu, double sigma);

/* Stateless: the `count`-th uniform of (entity, purpose), without a stream to keep. For rare
 * events; one Philox call. Independent of what hanse_stream_init with the same purpose gives.
 * `purpose_key` comes from hanse_purpose_key(seed, purpose), computed once. */
struct hanse_purpose_key {
    uint32_t key[2];
};
HANSE_API struct hanse_purpose_key hanse_purpose_key(uint64_t seed, const char *purpose);
HANSE_API double hanse_uniform_at(struct hanse_purpose_key key, uint32_t replication,
                                  uint64_t entity, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
