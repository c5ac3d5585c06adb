/*
 * A few tokens times a weight matrix: y[m][n] = Σ_k W[n][k] x[m][k].
 *
 * With few tokens the weights' way from memory is all that counts, so each weight is loaded
 * once, turned into fp32 in registers and used for a block of tokens; rows of W are dot
 * products, vectors run along k and nothing is packed. With more tokens the registers hold a
 * block of R rows × T tokens. Weights of a block of k stay in the first-level cache while the
 * next tokens pass, and the last of these to pass fetch the next block's weights into the
 * second level, so that memory works while the units do.
 */
#include "kernels/cpu/isa/kernels.h"

#if HANSE_VECTOR == 64
enum { R = 4, T = 6 };
#else
enum { R = 2, T = 4 };
#endif
/* Columns at once where weights wait for more tokens, and where they don't: then rows are long
 * runs of memory, and only the tokens must fit into the second level. */
enum { BLOCK_K = 2048, LONG_K = 16384 };

/* The weights of one copy. */
struct weights {
    enum hanse_precision precision;
    const char *w;
    const void *scales;
    int64_t n, k;
};

/* LANES_F weights of a row from column k on; int4 is taken by groups below. */
HANSE__INLINE vf weight(enum hanse_precision precision, const char *row, int64_t k)
{
    if (precision == HANSE_FP32) {
        return load_f((const float *)row + k);
    }
    if (precision == HANSE_BF16) {
        return widen_bf16(row + 2 * k);
    }
    return __builtin_convertvector(widen_int8(row + k), vf);
}

HANSE__INLINE int64_t weight_bytes(enum hanse_precision precision)
{
    return precision == HANSE_FP32 ? 4 : precision == HANSE_BF16 ? 2 : 1;
}

/* Adds the products of r_n rows and t_n tokens over columns k0 … k1 to y, and fetches as many
 * weights from `ahead` on (NULL: none). Sizes are constants where it counts: the compiler makes
 * a register block of each. */
HANSE__INLINE void tile(enum hanse_precision precision, const struct weights *w, int64_t row,
                        const float *x, int64_t k0, int64_t k1, float *y, const char *ahead,
                        int r_n, int t_n)
{
    int64_t size = weight_bytes(precision), row_bytes = w->k * size;
    vf sums[R][T] = {{{0}}};
    for (int64_t k = k0; k < k1; k += LANES_F) {
        vf weights[R];
#pragma GCC unroll 4
        for (int r = 0; r < r_n; r++) {
            weights[r] = weight(precision, w->w + (row + r) * row_bytes, k);
            if (ahead != NULL) {
                __builtin_prefetch(ahead + r * row_bytes + (k - k0) * size, 0, 2);
            }
        }
#pragma GCC unroll 6
        for (int t = 0; t < t_n; t++) {
            vf token = load_f(x + t * w->k + k);
#pragma GCC unroll 4
            for (int r = 0; r < r_n; r++) {
                sums[r][t] += weights[r] * token;
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < r_n; r++) {
        float scale = precision == HANSE_INT8 ? ((const float *)w->scales)[row + r] : 1.0f;
#pragma GCC unroll 6
        for (int t = 0; t < t_n; t++) {
            y[t * w->n + row + r] += scale * sum_f(sums[r][t]);
        }
    }
}

/* Sixteen quants' low or high halves as weights: (q − 8) scale, which fp32 holds exactly. */
struct group {
    vf low[16 / LANES_F], high[16 / LANES_F];
};

#if HANSE_VECTOR == 64
/* A table of the sixteen values there are, times the scale: a permutation looks all up. */
HANSE__INLINE struct group unpack(const unsigned char *quants, uint16_t scale)
{
    const vf values = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};
    vf table = values * (vf)_mm512_set1_epi32(scale << 16);
    vi both = widen_byte(quants);
    return (struct group){{(vf)_mm512_permutexvar_ps((__m512i)both, (__m512)table)},
                          {(vf)_mm512_permutexvar_ps((__m512i)(both >> 4), (__m512)table)}};
}
#else
HANSE__INLINE struct group unpack(const unsigned char *quants, uint16_t scale)
{
    struct group g;
#pragma GCC unroll 4
    for (int part = 0; part < 16 / LANES_F; part++) {
        vi both = widen_byte(quants + part * LANES_F);
        g.low[part] = __builtin_convertvector((both & 15) - 8, vf) * hanse__bf16(scale);
        g.high[part] = __builtin_convertvector((both >> 4) - 8, vf) * hanse__bf16(scale);
    }
    return g;
}
#endif

/* Groups of 32 weights: 16 bytes, low halves first; one scale each. */
HANSE__INLINE void tile_int4(const struct weights *w, int64_t row, const float *x, int64_t k0,
                             int64_t k1, float *y, int r_n, int t_n)
{
    int64_t groups = w->k / HANSE_INT4_GROUP, row_bytes = w->k / 2;
    const uint16_t *scales = (const uint16_t *)w->scales + row * groups;
    const unsigned char *quants = (const unsigned char *)w->w + row * row_bytes;
    vf sums[R][T] = {{{0}}};
    for (int64_t at = k0 / HANSE_INT4_GROUP; at < k1 / HANSE_INT4_GROUP; at++) {
        int64_t k = at * HANSE_INT4_GROUP;
#pragma GCC unroll 4
        for (int r = 0; r < r_n; r++) {
            struct group g = unpack(quants + r * row_bytes + at * (HANSE_INT4_GROUP / 2),
                                    scales[r * groups + at]);
#pragma GCC unroll 6
            for (int t = 0; t < t_n; t++) {
#pragma GCC unroll 4
                for (int part = 0; part < 16 / LANES_F; part++) {
                    const float *token = x + t * w->k + k + part * LANES_F;
                    sums[r][t] += g.low[part] * load_f(token);
                    sums[r][t] += g.high[part] * load_f(token + 16);
                }
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < r_n; r++) {
#pragma GCC unroll 6
        for (int t = 0; t < t_n; t++) {
            y[t * w->n + row + r] += sum_f(sums[r][t]);
        }
    }
}

/* Register blocks of one size of tokens: full rows, then single ones. */
#define ROWS_OF(precision_, t_n)                                                               \
    do {                                                                                       \
        int64_t r = row;                                                                       \
        for (; r + R <= end; r += R) {                                                         \
            tile(precision_, w, r, x, k0, k1, y, ahead, R, t_n);                               \
        }                                                                                      \
        for (; r < end; r++) {                                                                 \
            tile(precision_, w, r, x, k0, k1, y, NULL, 1, t_n);                                \
        }                                                                                      \
    } while (0)

/* All precisions of one size of tokens. */
#define ROWS_FUNCTION(t_n)                                                                     \
    static void rows_##t_n(const struct weights *w, int64_t row, int64_t end, const float *x,  \
                           int64_t k0, int64_t k1, float *y, const char *ahead)                \
    {                                                                                          \
        if (w->precision == HANSE_FP32) {                                                      \
            ROWS_OF(HANSE_FP32, t_n);                                                          \
        } else if (w->precision == HANSE_BF16) {                                               \
            ROWS_OF(HANSE_BF16, t_n);                                                          \
        } else if (w->precision == HANSE_INT8) {                                               \
            ROWS_OF(HANSE_INT8, t_n);                                                          \
        } else {                                                                               \
            int64_t r = row;                                                                   \
            for (; r + R <= end; r += R) {                                                     \
                tile_int4(w, r, x, k0, k1, y, R, t_n);                                         \
            }                                                                                  \
            for (; r < end; r++) {                                                             \
                tile_int4(w, r, x, k0, k1, y, 1, t_n);                                         \
            }                                                                                  \
        }                                                                                      \
    }

ROWS_FUNCTION(1)
ROWS_FUNCTION(2)
ROWS_FUNCTION(4)
#if HANSE_VECTOR == 64
ROWS_FUNCTION(6)
#endif

typedef void rows_function(const struct weights *w, int64_t row, int64_t end, const float *x,
                           int64_t k0, int64_t k1, float *y, const char *ahead);

static const struct {
    int64_t tokens;
    rows_function *function;
} sizes[] = {
#if HANSE_VECTOR == 64
    {6, rows_6},
#endif
    {4, rows_4},
    {2, rows_2},
    {1, rows_1},
};

/* The block that takes the next of `tokens`: the widest, but two blocks of four rather than six
 * and two, which would load each weight for little. */
static int block_size(int64_t tokens)
{
    int size = 0;
    while (tokens < sizes[size].tokens) {
        size++;
    }
#if HANSE_VECTOR == 64
    size += size == 0 && tokens == 8;
#endif
    return size;
}

/* Where the weights lie that come after these: the next columns, else the next rows. NULL at
 * the end. */
static const char *weights_after(const struct weights *w, int64_t row, int64_t last, int64_t k)
{
    int64_t size = weight_bytes(w->precision);
    if (w->precision == HANSE_INT4 || (k >= w->k && row + 2 * R > last)) {
        return NULL;
    }
    return k < w->k ? w->w + (row * w->k + k) * size : w->w + (row + R) * w->k * size;
}

/* All tokens over one block of rows. `last`: where this thread's rows end. */
static void all_tokens(const struct weights *w, int64_t row, int64_t end, int64_t last,
                       const float *x, int64_t tokens, float *y)
{
    for (int64_t t = 0; t < tokens; t++) {
        memset(y + t * w->n + row, 0, (size_t)(end - row) * sizeof *y);
    }
    int64_t block = tokens > T ? BLOCK_K : LONG_K;
    for (int64_t k = 0; k < w->k; k += block) {
        int64_t end_k = k + block < w->k ? k + block : w->k;
        for (int64_t t = 0; t < tokens;) {
            int size = block_size(tokens - t);
            bool is_last = tokens > T && t + sizes[size].tokens >= tokens;
            sizes[size].function(w, row, end, x + t * w->k, k, end_k, y + t * w->n,
                                 is_last ? weights_after(w, row, last, end_k) : NULL);
            t += sizes[size].tokens;
        }
    }
}

void HANSE__HERE(skinny)(const struct hanse__cpu_job *job)
{
    const struct hanse_trial *trial = job->trial;
    const int64_t *e = trial->key.shape.extent;
    size_t copies = (size_t)trial->copies;
    const struct weights w = {.precision = trial->key.precision,
                              .w = (const char *)trial->buffers[0].data +
                                   (size_t)job->turn * (trial->buffers[0].bytes / copies),
                              .scales = (const char *)trial->buffers[1].data +
                                        (size_t)job->turn * (trial->buffers[1].bytes / copies),
                              .n = e[1],
                              .k = e[2]};
    const float *x = trial->buffers[2].data;
    float *y = trial->buffers[3].data;
    /* With many tokens a block's weights must stay in the cache for all of them. */
    int64_t block = e[0] > T ? R : 4 * R;
#pragma omp parallel num_threads(job->n_threads)
    {
        int t = omp_get_thread_num(), p = omp_get_num_threads();
        int64_t last = hanse__slice(w.n, block, t + 1, p);
        for (int64_t r = hanse__slice(w.n, block, t, p); r < last; r += block) {
            all_tokens(&w, r, r + block < last ? r + block : last, last, x, e[0], y);
        }
    }
}
