/*
 * What is right, element by element, from the definitions.
 *
 * Bounds are worst-case rounding bounds (Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd ed., §3.1: |error of a sum of n products| ≤ (n + 2) u Σ|a b| in any order of
 * summation), with u the unit roundoff of the kernel's arithmetic. A right program keeps to
 * them whatever its order of operations; a wrong index, a lost element or a stale cache misses
 * by far more.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/trial.h"

/* Inputs and what is wanted. */
struct ask {
    const struct hanse_trial *trial;
    const int64_t *x; /* extents */
    int buffer;
    int64_t i, turn;
    double u; /* unit roundoff */
};

/* Operands of gemm and attention are of its precision; elsewhere what is not fp64 is fp32. */
static enum hanse_precision held_in(const struct hanse_trial *trial)
{
    bool dense = trial->key.kernel == HANSE_KERNEL_GEMM ||
                 trial->key.kernel == HANSE_KERNEL_ATTENTION_PREFILL ||
                 trial->key.kernel == HANSE_KERNEL_ATTENTION_DECODE;
    return dense || trial->key.precision == HANSE_FP64 ? trial->key.precision : HANSE_FP32;
}

static double number_at(const struct ask *a, int buffer, int64_t i)
{
    return hanse__number(a->trial->buffers[buffer].data, held_in(a->trial), 0, i);
}

/* Hopper's units add up products of fp8 with 14 bits (DeepSeek-AI 2024, arXiv:2412.19437,
 * section 3.5.2), so their sums are that far off and no closer. */
static double sum_unit(const struct ask *a)
{
    return a->trial->key.precision == HANSE_FP8 ? 0x1p-13 : a->u;
}

static long double sum_bound(const struct ask *a, double n, long double magnitude)
{
    return (n + 2.0) * sum_unit(a) * magnitude;
}

/* Sums are made in fp32 and stored in the precision of the operands: what that loses of a sum
 * that is `bound` off. */
static double store_bound(enum hanse_precision precision, double sum, double bound)
{
    bool bf16 = precision == HANSE_BF16 || precision == HANSE_FP8;
    double u = bf16 ? 0x1p-8 : precision == HANSE_FP16 ? 0x1p-11 : 0.0;
    return u * (fabs(sum) + bound) + (precision == HANSE_FP16 ? 0x1p-25 : 0.0);
}

static double gemm(const struct ask *a, double *bound)
{
    int64_t n = a->x[1], k = a->x[2], row = a->i / n, column = a->i % n;
    bool whole = a->trial->key.precision == HANSE_INT8;
    bool turned = whole || a->trial->key.precision == HANSE_FP8;
    long double sum = 0.0L, magnitude = 0.0L;
    for (int64_t j = 0; j < k; j++) {
        long double product = (long double)number_at(a, 0, row * k + j) *
                              number_at(a, 1, turned ? column * k + j : j * n + column);
        sum += product;
        magnitude += fabsl(product);
    }
    *bound = whole ? 0.0 : (double)sum_bound(a, (double)k, magnitude);
    *bound += store_bound(a->trial->key.precision, (double)sum, *bound);
    return (double)sum;
}

/* Weight (row, column) of the copy in use. */
static double weight(const struct ask *a, int64_t row, int64_t column)
{
    int64_t n = a->x[1], k = a->x[2], at = (a->turn * n + row) * k + column;
    const void *w = a->trial->buffers[0].data, *scales = a->trial->buffers[1].data;
    switch (a->trial->key.precision) {
    case HANSE_FP32:
        return ((const float *)w)[at];
    case HANSE_BF16:
        return hanse__bf16(((const uint16_t *)w)[at]);
    case HANSE_INT8:
        return ((const signed char *)w)[at] *
               (double)((const float *)scales)[a->turn * n + row];
    default:
        break;
    }
    int64_t group = at / HANSE_INT4_GROUP, in_group = at % HANSE_INT4_GROUP;
    unsigned char pair = ((const unsigned char *)w)[group * 16 + in_group % 16];
    int quant = (in_group < 16 ? pair & 15 : pair >> 4) - 8;
    return quant * (double)hanse__bf16(((const uint16_t *)scales)[group]);
}

static double skinny(const struct ask *a, double *bound)
{
    int64_t n = a->x[1], k = a->x[2], token = a->i / n, row = a->i % n;
    double sum = 0.0, magnitude = 0.0;
    for (int64_t j = 0; j < k; j++) {
        double product = weight(a, row, j) * number_at(a, 2, token * k + j);
        sum += product;
        magnitude += fabs(product);
    }
    *bound = (double)sum_bound(a, (double)k + 3.0, magnitude);
    return sum;
}

/* --- attention ---------------------------------------------------------------------------- */

/* Where key and value of a token lie, for one query head. */
static int64_t cache_at(const struct ask *a, int64_t sequence, int64_t token, int64_t head)
{
    const int64_t *x = a->x;
    int64_t kv_head = head / (x[0] / x[1]);
    if (a->trial->key.kernel == HANSE_KERNEL_ATTENTION_PREFILL) {
        return (token * x[1] + kv_head) * x[3];
    }
    int64_t pages = (x[2] + HANSE_PAGE_TOKENS - 1) / HANSE_PAGE_TOKENS;
    int64_t page = ((const int32_t *)a->trial->buffers[3]
                        .data)[sequence * pages + token / HANSE_PAGE_TOKENS];
    return ((page * x[1] + kv_head) * HANSE_PAGE_TOKENS + token % HANSE_PAGE_TOKENS) * x[3];
}

/* Output element i: one component of one query. Softmax without the maximum taken out: scores
 * are small, |q| and |k| being below 1. */
static double attention(const struct ask *a, double *bound)
{
    const int64_t *x = a->x;
    int64_t component = a->i % x[3], head = a->i / x[3] % x[0], query = a->i / x[3] / x[0];
    bool prefill = a->trial->key.kernel == HANSE_KERNEL_ATTENTION_PREFILL;
    int64_t tokens = prefill ? query + 1 : x[2];
    double total = 0.0, sum = 0.0, magnitude = 0.0, worst = 0.0,
           scale = 1.0 / sqrt((double)x[3]);
    for (int64_t t = 0; t < tokens; t++) {
        int64_t at = cache_at(a, prefill ? 0 : query, t, head);
        double score = 0.0, size = 0.0;
        for (int64_t j = 0; j < x[3]; j++) {
            double product =
                number_at(a, 0, (query * x[0] + head) * x[3] + j) * number_at(a, 1, at + j);
            score += product;
            size += fabs(product);
        }
        double p = exp(score * scale);
        worst = fmax(worst, size * scale);
        total += p;
        sum += p * number_at(a, 2, at + component);
        magnitude += p * fabs(number_at(a, 2, at + component));
    }
    /* An error δ in a score is a relative error δ in its weight, and again in their sum. */
    double relative = 2.0 * ((double)x[3] + 4.0) * a->u * worst + (double)(tokens + 32) * a->u;
    /* Matrix units take weights in the precision of the values. */
    relative += a->trial->key.precision == HANSE_BF16 ? 0x1p-8 : 0.0;
    *bound = relative * magnitude / total;
    *bound += store_bound(a->trial->key.precision, sum / total, *bound);
    return sum / total;
}

/* --- elementwise -------------------------------------------------------------------------- */

static double rmsnorm(const struct ask *a, double *bound)
{
    int64_t c = a->x[1], first = a->i / c * c;
    double squares = 0.0;
    for (int64_t j = 0; j < c; j++) {
        squares += number_at(a, 0, first + j) * number_at(a, 0, first + j);
    }
    double root = sqrt(squares / (double)c + (double)HANSE_RMSNORM_EPSILON);
    double value = number_at(a, 0, a->i) * number_at(a, 1, a->i - first) / root;
    *bound = (0.5 * (double)c + 8.0) * a->u * fabs(value);
    return value;
}

static double softmax(const struct ask *a, double *bound)
{
    int64_t c = a->x[1], first = a->i / c * c;
    double total = 0.0;
    for (int64_t j = 0; j < c; j++) {
        total += exp(number_at(a, 0, first + j));
    }
    double value = exp(number_at(a, 0, a->i)) / total;
    *bound = ((double)c + 16.0) * a->u * value;
    return value;
}

static double swiglu(const struct ask *a, double *bound)
{
    double x = number_at(a, 0, a->i), y = number_at(a, 1, a->i);
    double value = x / (1.0 + exp(-x)) * y;
    *bound = 16.0 * a->u * fabs(value);
    return value;
}

/* Outputs 4, 5, 6: parameter, first moment, second moment. */
static double adamw(const struct ask *a, double *bound)
{
    const double b1 = (double)HANSE_ADAMW_BETA1, b2 = (double)HANSE_ADAMW_BETA2;
    const double rate = (double)HANSE_ADAMW_RATE;
    double p = number_at(a, 0, a->i), g = number_at(a, 1, a->i);
    double m0 = number_at(a, 2, a->i), v0 = number_at(a, 3, a->i);
    double m = b1 * m0 + (double)(1.0f - HANSE_ADAMW_BETA1) * g;
    double v = b2 * v0 + (double)(1.0f - HANSE_ADAMW_BETA2) * g * g;
    double m_bound = 4.0 * a->u * (fabs(b1 * m0) + fabs(g));
    double root = sqrt(v) + (double)HANSE_ADAMW_EPSILON;
    if (a->buffer == 5) {
        *bound = m_bound;
        return m;
    }
    if (a->buffer == 6) {
        *bound = 8.0 * a->u * v;
        return v;
    }
    double step = m / root + (double)HANSE_ADAMW_DECAY * p;
    *bound = 4.0 * a->u * fabs(p) + rate * (m_bound + 16.0 * a->u * fabs(m)) / root +
             rate * 8.0 * a->u * (fabs(m / root) + fabs(p));
    return p - rate * step;
}

/* --- grids, sparse, Fourier --------------------------------------------------------------- */

static double stencil7(const struct ask *a, double *bound)
{
    int64_t nx = a->x[0], ny = a->x[1], nz = a->x[2];
    int64_t i = a->i % nx, j = a->i / nx % ny, k = a->i / nx / ny;
    double centre = number_at(a, 0, a->i);
    if (i == 0 || j == 0 || k == 0 || i == nx - 1 || j == ny - 1 || k == nz - 1) {
        *bound = 0.0;
        return centre;
    }
    const int64_t steps[] = {1, -1, nx, -nx, nx * ny, -nx * ny};
    double sum = 0.0, magnitude = fabs(centre);
    for (int s = 0; s < 6; s++) {
        sum += number_at(a, 0, a->i + steps[s]);
        magnitude += fabs(number_at(a, 0, a->i + steps[s]));
    }
    *bound = 10.0 * a->u * magnitude;
    return HANSE_STENCIL_CENTRE * centre + HANSE_STENCIL_SIDE * sum;
}

static double csr_row(const struct ask *a, double *bound)
{
    const int32_t *start = a->trial->buffers[0].data, *column = a->trial->buffers[1].data;
    const double *value = a->trial->buffers[2].data, *x = a->trial->buffers[3].data;
    long double sum = 0.0L, magnitude = 0.0L;
    for (int32_t e = start[a->i]; e < start[a->i + 1]; e++) {
        sum += (long double)value[e] * x[column[e]];
        magnitude += fabsl((long double)value[e] * x[column[e]]);
    }
    *bound = (double)sum_bound(a, start[a->i + 1] - start[a->i], magnitude);
    return (double)sum;
}

/* The position of row i among the sorted ones lies within its window. */
static double sell_row(const struct ask *a, double *bound)
{
    const int32_t *chunk = a->trial->buffers[0].data, *column = a->trial->buffers[1].data;
    const double *value = a->trial->buffers[2].data, *x = a->trial->buffers[4].data;
    const int32_t *order = a->trial->buffers[3].data;
    int64_t at = a->i / HANSE_SELL_WINDOW * HANSE_SELL_WINDOW;
    while (order[at] != a->i) {
        at++;
    }
    int64_t c = at / HANSE_SELL_CHUNK;
    long double sum = 0.0L, magnitude = 0.0L;
    int64_t width = (chunk[c + 1] - chunk[c]) / HANSE_SELL_CHUNK;
    for (int64_t e = 0; e < width; e++) {
        int64_t entry = chunk[c] + e * HANSE_SELL_CHUNK + at % HANSE_SELL_CHUNK;
        sum += (long double)value[entry] * x[column[entry]];
        magnitude += fabsl((long double)value[entry] * x[column[entry]]);
    }
    *bound = (double)sum_bound(a, (double)width, magnitude);
    return (double)sum;
}

/* Element i is a real or an imaginary part. Worst case per pass of a radix-2 scheme is below
 * 8 u in the 1-norm. */
static double fft(const struct ask *a, double *bound)
{
    int64_t n = a->x[0], transform = a->i / (2 * n), k = a->i / 2 % n;
    const double *x = (const double *)a->trial->buffers[0].data + transform * 2 * n;
    long double real = 0.0L, imaginary = 0.0L, magnitude = 0.0L;
    for (int64_t j = 0; j < n; j++) {
        long double angle = -2.0L * 3.14159265358979323846264338327950288L *
                            (long double)(j * k % n) / (long double)n;
        long double c = cosl(angle), s = sinl(angle);
        real += x[2 * j] * c - x[2 * j + 1] * s;
        imaginary += x[2 * j] * s + x[2 * j + 1] * c;
        magnitude += fabsl((long double)x[2 * j]) + fabsl((long double)x[2 * j + 1]);
    }
    *bound = (double)(8.0L * (log2l((long double)n) + 1.0L) * a->u * magnitude);
    return (double)(a->i % 2 == 0 ? real : imaginary);
}

static double total(const struct ask *a, double *bound)
{
    long double sum = 0.0L, magnitude = 0.0L;
    for (int64_t i = 0; i < a->x[0]; i++) {
        sum += number_at(a, 0, i);
        magnitude += fabsl((long double)number_at(a, 0, i));
    }
    *bound = (double)sum_bound(a, (double)a->x[0], magnitude);
    return (double)sum;
}

static double over_ranks(const struct ask *a, double *bound)
{
    double sum = 0.0, magnitude = 0.0;
    for (int64_t r = 0; r < a->x[1]; r++) {
        double x = number_at(a, 0, r * a->x[0] + a->i % a->x[0]);
        sum += x;
        magnitude += fabs(x);
    }
    *bound = (double)sum_bound(a, (double)a->x[1], magnitude);
    return sum;
}

double hanse__trial_reference(const struct hanse_trial *trial, int buffer, int64_t i,
                              int64_t turn, double *bound)
{
    const struct ask a = {trial,  trial->key.shape.extent,
                          buffer, i,
                          turn,   trial->key.precision == HANSE_FP64 ? 0x1p-53 : 0x1p-24};
    *bound = 0.0;
    switch (trial->key.kernel) {
    case HANSE_KERNEL_STREAM_READ:
        return total(&a, bound);
    case HANSE_KERNEL_STREAM_COPY:
        return number_at(&a, 0, i);
    case HANSE_KERNEL_STREAM_TRIAD:
        *bound = 2.0 * a.u * (fabs(number_at(&a, 0, i)) + 3.0 * fabs(number_at(&a, 1, i)));
        return number_at(&a, 0, i) + HANSE_TRIAD_SCALAR * number_at(&a, 1, i);
    case HANSE_KERNEL_FMA_PEAK:
    case HANSE_KERNEL_MATRIX_PEAK:
        /* x ← x / 2 + 1, from any start: after 60 steps nothing else is left. */
        *bound = 4.0 * a.u;
        return 2.0;
    case HANSE_KERNEL_GEMM:
        return gemm(&a, bound);
    case HANSE_KERNEL_SKINNY:
        return skinny(&a, bound);
    case HANSE_KERNEL_ATTENTION_PREFILL:
    case HANSE_KERNEL_ATTENTION_DECODE:
        return attention(&a, bound);
    case HANSE_KERNEL_RMSNORM:
        return rmsnorm(&a, bound);
    case HANSE_KERNEL_SWIGLU:
        return swiglu(&a, bound);
    case HANSE_KERNEL_SOFTMAX:
        return softmax(&a, bound);
    case HANSE_KERNEL_ADAMW:
        return adamw(&a, bound);
    case HANSE_KERNEL_STENCIL7:
        return stencil7(&a, bound);
    case HANSE_KERNEL_SPMV_CSR:
        return csr_row(&a, bound);
    case HANSE_KERNEL_SPMV_SELL:
        return sell_row(&a, bound);
    case HANSE_KERNEL_FFT:
        return fft(&a, bound);
    case HANSE_KERNEL_RING_ALLREDUCE:
        return over_ranks(&a, bound);
    default:
        return 0.0;
    }
}

double hanse__trial_reference_cost(const struct hanse_trial *trial)
{
    const int64_t *x = trial->key.shape.extent;
    switch (trial->key.kernel) {
    case HANSE_KERNEL_GEMM:
    case HANSE_KERNEL_SKINNY:
        return (double)x[2];
    case HANSE_KERNEL_ATTENTION_PREFILL:
    case HANSE_KERNEL_ATTENTION_DECODE:
        return (double)(x[2] * x[3]);
    case HANSE_KERNEL_RMSNORM:
        return (double)x[1];
    case HANSE_KERNEL_SOFTMAX:
        return 10.0 * (double)x[1];
    case HANSE_KERNEL_SPMV_CSR:
        return (double)x[1];
    case HANSE_KERNEL_SPMV_SELL:
        return (double)(2 * x[1] + HANSE_SELL_WINDOW);
    case HANSE_KERNEL_FFT:
        return 50.0 * (double)x[0];
    case HANSE_KERNEL_STREAM_READ:
        return (double)x[0];
    default:
        return 10.0;
    }
}

int64_t hanse_trial_calls(const struct hanse_trial_key *key)
{
    switch (key->kernel) {
    case HANSE_KERNEL_CHASE: {
        int64_t lines = key->shape.extent[0] / 64;
        return lines / ((lines + HANSE_CHASE_LINES - 1) / HANSE_CHASE_LINES);
    }
    case HANSE_KERNEL_BARRIER:
        return HANSE_BARRIERS;
    case HANSE_KERNEL_TCP_PINGPONG:
        return 2 * HANSE_ROUND_TRIPS;
    default:
        return 1;
    }
}

/* --- judging ------------------------------------------------------------------------------ */

static enum hanse_status complain(struct hanse_context *ctx, const struct hanse_trial *trial,
                                  int64_t i, double got, double want, double bound)
{
    char text[160];
    hanse_trial_describe(&trial->key, text, sizeof text);
    return hanse__fail(ctx, HANSE_ERR_TARGET,
                       "%s: element %lld must be %.9g ± %.2g, got %.9g: no speed is given",
                       text, (long long)i, want, bound, got);
}

static double output_at(const struct hanse_trial *trial, int buffer, int64_t i)
{
    return hanse__number(trial->buffers[buffer].data, held_in(trial), 1, i);
}

static enum hanse_status check_element(struct hanse_context *ctx,
                                       const struct hanse_trial *trial, int buffer, int64_t i,
                                       int64_t turn)
{
    double bound, want = hanse__trial_reference(trial, buffer, i, turn, &bound);
    double got = output_at(trial, buffer, i);
    if (!(fabs(got - want) <= bound)) { /* NaN fails too */
        return complain(ctx, trial, i, got, want, bound);
    }
    return HANSE_OK;
}

/* Budget of multiply-adds for the references of one check. */
static const double CHECK_BUDGET = 4e6;

static enum hanse_status check_numbers(struct hanse_context *ctx,
                                       const struct hanse_trial *trial, int buffer,
                                       int64_t turn, uint64_t seed)
{
    size_t size = hanse__number_bytes(held_in(trial), 1);
    int64_t n = (int64_t)(trial->buffers[buffer].bytes / size);
    double affordable = fmax(CHECK_BUDGET / hanse__trial_reference_cost(trial), 1.0);
    struct hanse_stream stream;
    hanse_stream_init(&stream, seed, 0, (uint64_t)buffer, "elements to check");
    for (int64_t i = 0; i < n; i++) {
        double got = output_at(trial, buffer, i);
        if (isnan(got)) {
            return complain(ctx, trial, i, got, 0.0, 0.0);
        }
    }
    if (affordable >= (double)n) {
        for (int64_t i = 0; i < n; i++) {
            HANSE_TRY(check_element(ctx, trial, buffer, i, turn));
        }
        return HANSE_OK;
    }
    /* The ends, where an off-by-one shows, and a random choice. */
    HANSE_TRY(check_element(ctx, trial, buffer, 0, turn));
    HANSE_TRY(check_element(ctx, trial, buffer, n - 1, turn));
    for (double c = 0.0; c < affordable; c += 1.0) {
        int64_t i = (int64_t)(hanse_stream_uniform(&stream) * (double)n);
        HANSE_TRY(check_element(ctx, trial, buffer, i, turn));
    }
    return HANSE_OK;
}

/* Kernels that move bytes: buffer 1 must be buffer 0. */
static enum hanse_status check_bytes(struct hanse_context *ctx, const struct hanse_trial *trial,
                                     int64_t turn)
{
    const unsigned char *want = trial->buffers[0].data, *got = trial->buffers[1].data;
    size_t n = trial->buffers[1].bytes;
    if (trial->key.kernel == HANSE_KERNEL_CHASE) {
        int64_t at = *(const int64_t *)trial->buffers[1].data, start = 8 * turn;
        return at == start ? HANSE_OK : complain(ctx, trial, 0, (double)at, (double)start, 0.0);
    }
    for (size_t i = 0; i < n; i++) {
        if (got[i] != want[i]) {
            return complain(ctx, trial, (int64_t)i, got[i], want[i], 0.0);
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_trial_check(struct hanse_context *ctx, const struct hanse_trial *trial,
                                    int64_t turn, uint64_t seed)
{
    if (trial->key.precision == HANSE_BYTES) {
        return trial->n_buffers == 2 ? check_bytes(ctx, trial, turn) : HANSE_OK;
    }
    for (int b = 0; b < trial->n_buffers; b++) {
        if (trial->buffers[b].use == HANSE_BUFFER_OUT) {
            HANSE_TRY(check_numbers(ctx, trial, b, turn, seed));
        }
    }
    return HANSE_OK;
}
