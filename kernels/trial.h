/*
 * A trial: one kernel on one shape in one precision, with data to run on and to judge it by.
 *
 * The data of a trial are the same whatever runs it: plain buffers on the host that a backend
 * uses in place (cpu) or copies (opencl, cuda). Inputs are fresh random numbers, outputs are
 * poisoned with NaN, so that an element nobody wrote shows. What is right is said element by
 * element, straight from the definition and in higher precision (long double for fp64, double
 * for the rest), with a bound on the rounding error that a right program keeps to; there is no
 * tolerance to tune. Layouts:
 *
 * - stream, adamw: vectors, one after the other
 * - gemm: A m × k, B k × n, C m × n, row-major; tf32 lies in floats; int8 has B n × k and C in
 *   int32, fp8 B n × k and C in bf16
 * - skinny: W n × k (`copies` of it, rotated past the cache), scales, x m × k, y m × n; int8
 *   w = q scale[n]; int4 w = (q − 8) scale[n][k / 32], 16 bytes hold 32 weights, the first 16
 *   in the low halves; scales of int4 are bf16
 * - attention: q, k, v, o: tokens × heads × width; decode reads k and v from pages of 16 tokens
 *   (page × kv head × token × width) through a table of pages
 * - stencil7: u, v: nz × ny × nx with boundary copied; c0 = 0.5, c1 = 1/12
 * - spmv_csr: row starts, columns, values, x, y
 * - spmv_sell: chunks of 32 rows, rows sorted by length in windows of 512: chunk starts,
 *   columns, values (column by column in a chunk), row numbers, x, y
 * - fft: complex interleaved, transforms one after the other; e^(−2πi jk/n)
 */
#ifndef HANSE_KERNELS_TRIAL_H
#define HANSE_KERNELS_TRIAL_H

#include <stdbool.h>

#include "kernels/number.h"
#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    HANSE_BUFFERS = 8,
    HANSE_PAGE_TOKENS = 16,
    HANSE_SELL_CHUNK = 32,
    HANSE_SELL_WINDOW = 512,
    HANSE_BARRIERS = 100,
    HANSE_CHASE_LINES = 1 << 16, /* of a cycle, at most */
    HANSE_ROUND_TRIPS = 50
};

enum hanse_buffer_use { HANSE_BUFFER_IN, HANSE_BUFFER_OUT, HANSE_BUFFER_SCRATCH };

struct hanse_buffer {
    void *data;
    size_t bytes;
    enum hanse_buffer_use use;
};

/* What is to be run. */
struct hanse_trial_key {
    enum hanse_kernel kernel;
    enum hanse_precision precision;
    struct hanse_shape shape;
    char variant[HANSE_PROFILE_NAME]; /* "", "nontemporal" */
};

struct hanse_trial {
    struct hanse_trial_key key;
    struct hanse_buffer buffers[HANSE_BUFFERS];
    int n_buffers;
    int64_t copies; /* of the weights in buffers 0 and 1; cycles of a chase; 1 otherwise */
};

/* Constants of the kernels, the same in every backend. */
#define HANSE_TRIAD_SCALAR 3.0
#define HANSE_STENCIL_CENTRE 0.5
#define HANSE_STENCIL_SIDE (1.0 / 12.0)
#define HANSE_RMSNORM_EPSILON 1e-5f
#define HANSE_ADAMW_RATE 1e-3f /* learning rate, bias corrections folded in */
#define HANSE_ADAMW_BETA1 0.9f
#define HANSE_ADAMW_BETA2 0.95f
#define HANSE_ADAMW_EPSILON 1e-8f
#define HANSE_ADAMW_DECAY 0.1f

/* Makes the data of a trial. `cache_bytes`: weights are repeated until they are four times as
 * much. HANSE_ERR_DOMAIN: a shape the kernel can't have; HANSE_ERR_MEMORY. */
enum hanse_status hanse_trial_create(struct hanse_context *ctx,
                                     const struct hanse_trial_key *key, double cache_bytes,
                                     uint64_t seed, struct hanse_trial **trial);
void hanse_trial_destroy(struct hanse_trial *trial);

/* Fills the outputs with NaN, or bytes of 0xFF. */
void hanse_trial_poison(struct hanse_trial *trial);

/* Judges the outputs of one run with the copy `turn` of the weights: HANSE_ERR_TARGET, with the
 * first element that is wrong, when one differs from its reference by more than its bound.
 * Every element of a small output is looked at; of a large one a random choice, and all for
 * poison. */
enum hanse_status hanse_trial_check(struct hanse_context *ctx, const struct hanse_trial *trial,
                                    int64_t turn, uint64_t seed);

/* "gemm fp32 256×256×256 nontemporal" */
void hanse_trial_describe(const struct hanse_trial_key *key, char *text, size_t size);

/* Calls of the kernel that one run makes: chase goes once round a cycle, barrier and
 * tcp_pingpong repeat, because one alone is lost in the clock. */
int64_t hanse_trial_calls(const struct hanse_trial_key *key);

/* --- shared inside kernels ---------------------------------------------------------------- */

/* The right value of element i of output `buffer`, and how far rounding may lead from it. */
double hanse__trial_reference(const struct hanse_trial *trial, int buffer, int64_t i,
                              int64_t turn, double *bound);
/* Multiply-adds that one reference takes, so that a check can choose how many it makes. */
double hanse__trial_reference_cost(const struct hanse_trial *trial);

#ifdef __cplusplus
}
#endif
#endif
