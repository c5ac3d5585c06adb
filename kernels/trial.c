#include "kernels/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

/* --- random data -------------------------------------------------------------------------- */

/* Scales: bf16 from 0.01 to 0.02. */
static void fill_scales(struct hanse_buffer *buffer, uint64_t *state)
{
    uint16_t *halves = buffer->data;
    for (size_t i = 0; i < buffer->bytes / 2; i++) {
        float x = 0.01f + 0.01f * fabsf((float)hanse__random(state));
        halves[i] = (uint16_t)(hanse__bits_of(x) >> 16);
    }
}

/* --- buffers ------------------------------------------------------------------------------ */

/* Huge pages where the machine has them: a table walk per 4 KiB is no property of a kernel. */
static void *take_room(struct hanse_context *ctx, size_t bytes)
{
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 4096;
    size_t rounded = (bytes / alignment + 1) * alignment;
    void *room = aligned_alloc(alignment, rounded);
    if (room == NULL) {
        hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: a buffer of %zu bytes", bytes);
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    if (alignment == HUGE_PAGE) {
        madvise(room, rounded, MADV_HUGEPAGE);
    }
#endif
    memset(room, 0, rounded);
    return room;
}

static struct hanse_buffer *add(struct hanse_context *ctx, struct hanse_trial *trial,
                                double bytes, enum hanse_buffer_use use)
{
    struct hanse_buffer *buffer = &trial->buffers[trial->n_buffers];
    buffer->bytes = (size_t)bytes;
    buffer->use = use;
    buffer->data = take_room(ctx, buffer->bytes);
    if (buffer->data != NULL) {
        trial->n_buffers++;
    }
    return buffer->data != NULL ? buffer : NULL;
}

/* A buffer of n random elements. */
static bool add_in(struct hanse_context *ctx, struct hanse_trial *trial, double n,
                   uint64_t *state)
{
    enum hanse_precision precision =
        trial->key.precision == HANSE_FP64 ? HANSE_FP64 : HANSE_FP32;
    struct hanse_buffer *buffer =
        add(ctx, trial, n * hanse_precision_bytes(precision), HANSE_BUFFER_IN);
    if (buffer != NULL) {
        hanse__fill(buffer->data, buffer->bytes, precision, state);
    }
    return buffer != NULL;
}

static bool add_out(struct hanse_context *ctx, struct hanse_trial *trial, double n)
{
    double size = trial->key.precision == HANSE_FP64 ? 8.0 : 4.0;
    return add(ctx, trial, n * size, HANSE_BUFFER_OUT) != NULL;
}

/* --- the data of each kernel -------------------------------------------------------------- */

struct maker {
    struct hanse_context *ctx;
    struct hanse_trial *trial;
    const int64_t *x; /* extents */
    double cache_bytes;
    uint64_t state;
};

/* n_in vectors in and n_out out, of n elements each. */
static bool make_vectors(struct maker *m, double n, int n_in, int n_out)
{
    for (int i = 0; i < n_in; i++) {
        if (!add_in(m->ctx, m->trial, n, &m->state)) {
            return false;
        }
    }
    for (int i = 0; i < n_out; i++) {
        if (!add_out(m->ctx, m->trial, n)) {
            return false;
        }
    }
    return true;
}

/* n elements of a product's operand. */
static bool add_operand(struct maker *m, double n)
{
    enum hanse_precision precision = m->trial->key.precision;
    struct hanse_buffer *buffer =
        add(m->ctx, m->trial, n * (double)hanse__number_bytes(precision, 0), HANSE_BUFFER_IN);
    if (buffer != NULL) {
        hanse__fill(buffer->data, buffer->bytes, precision, &m->state);
    }
    return buffer != NULL;
}

/* And of its result. */
static bool add_result(struct maker *m, double n)
{
    double size = (double)hanse__number_bytes(m->trial->key.precision, 1);
    return add(m->ctx, m->trial, size * n, HANSE_BUFFER_OUT) != NULL;
}

static bool make_gemm(struct maker *m)
{
    double a = (double)m->x[0], b = (double)m->x[1], c = (double)m->x[2];
    return add_operand(m, a * c) && add_operand(m, c * b) && add_result(m, a * b);
}

static bool make_weights(struct maker *m, double n, double k)
{
    enum hanse_precision precision = m->trial->key.precision;
    double bytes = n * k * hanse_precision_bytes(precision);
    double scales = precision == HANSE_INT8   ? 4.0 * n
                    : precision == HANSE_INT4 ? 2.0 * n * k / HANSE_INT4_GROUP
                                              : 0.0;
    m->trial->copies = (int64_t)ceil(4.0 * m->cache_bytes / bytes);
    m->trial->copies = m->trial->copies < 1 ? 1 : m->trial->copies;
    struct hanse_buffer *w =
        add(m->ctx, m->trial, bytes * (double)m->trial->copies, HANSE_BUFFER_IN);
    struct hanse_buffer *s =
        w != NULL ? add(m->ctx, m->trial, scales * (double)m->trial->copies, HANSE_BUFFER_IN)
                  : NULL;
    if (s == NULL) {
        return false;
    }
    hanse__fill(w->data, w->bytes, precision, &m->state);
    if (precision == HANSE_INT8) {
        hanse__fill(s->data, s->bytes, HANSE_FP32, &m->state);
    } else if (precision == HANSE_INT4) {
        fill_scales(s, &m->state);
    }
    return true;
}

static bool make_skinny(struct maker *m)
{
    double tokens = (double)m->x[0], n = (double)m->x[1], k = (double)m->x[2];
    return make_weights(m, n, k) && add_in(m->ctx, m->trial, tokens * k, &m->state) &&
           add_out(m->ctx, m->trial, tokens * n);
}

static bool make_prefill(struct maker *m)
{
    double q = (double)(m->x[0] * m->x[2] * m->x[3]);
    double kv = (double)(m->x[1] * m->x[2] * m->x[3]);
    return add_operand(m, q) && add_operand(m, kv) && add_operand(m, kv) && add_result(m, q);
}

/* A random order of 0 … n - 1 (Fisher and Yates). */
static void shuffle(int32_t *numbers, int64_t n, uint64_t *state)
{
    for (int64_t i = 0; i < n; i++) {
        numbers[i] = (int32_t)i;
    }
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)(hanse__random_bits(state) % (uint64_t)(i + 1));
        int32_t held = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = held;
    }
}

static bool make_decode(struct maker *m)
{
    const int64_t *x = m->x;
    int64_t pages = x[4] * ((x[2] + HANSE_PAGE_TOKENS - 1) / HANSE_PAGE_TOKENS);
    double cache = (double)(pages * HANSE_PAGE_TOKENS * x[1] * x[3]);
    double q = (double)(x[4] * x[0] * x[3]);
    if (!add_operand(m, q) || !add_operand(m, cache) || !add_operand(m, cache)) {
        return false;
    }
    struct hanse_buffer *table = add(m->ctx, m->trial, 4.0 * (double)pages, HANSE_BUFFER_IN);
    if (table == NULL) {
        return false;
    }
    shuffle(table->data, pages, &m->state);
    return add_result(m, q);
}

static bool make_rmsnorm(struct maker *m)
{
    double area = (double)(m->x[0] * m->x[1]);
    return add_in(m->ctx, m->trial, area, &m->state) &&
           add_in(m->ctx, m->trial, (double)m->x[1], &m->state) &&
           add_out(m->ctx, m->trial, area);
}

/* Second moments are squares. */
static bool make_adamw(struct maker *m)
{
    if (!make_vectors(m, (double)m->x[0], 4, 3)) {
        return false;
    }
    float *v = m->trial->buffers[3].data;
    for (int64_t i = 0; i < m->x[0]; i++) {
        v[i] = v[i] * v[i];
    }
    return true;
}

/* Lengths of rows: uniform from z / 2 to 3 z / 2, r z entries in all; a row has no column
 * twice. Bands of ± 8 z around the diagonal: neither dense nor the worst case for the cache. */
static bool make_csr(struct maker *m)
{
    int64_t rows = m->x[0], z = m->x[1], total = rows * z, at = 0;
    struct hanse_buffer *starts =
        add(m->ctx, m->trial, 4.0 * (double)(rows + 1), HANSE_BUFFER_IN);
    struct hanse_buffer *columns =
        starts != NULL ? add(m->ctx, m->trial, 4.0 * (double)total, HANSE_BUFFER_IN) : NULL;
    if (columns == NULL || !add_in(m->ctx, m->trial, (double)total, &m->state) ||
        !add_in(m->ctx, m->trial, (double)rows, &m->state) ||
        !add_out(m->ctx, m->trial, (double)rows)) {
        return false;
    }
    int32_t *start = starts->data, *column = columns->data;
    for (int64_t r = 0; r < rows; r++) {
        /* Rows in pairs, one as much longer as the other is shorter. */
        int64_t spread = (int64_t)(hanse__random_bits(&m->state) % (uint64_t)(z / 2 + 1));
        int64_t length = r % 2 == 1 ? 2 * z - (at - start[r - 1]) : z + spread;
        length = r % 2 == 0 && r + 1 == rows ? z : length;
        start[r] = (int32_t)at;
        int64_t stride = rows / (length + 1) < 16 ? rows / (length + 1) : 16;
        int64_t first = r - stride * length / 2;
        first = first < 0 ? 0 : first;
        first = first > rows - stride * length ? rows - stride * length : first;
        for (int64_t e = 0; e < length; e++) {
            int64_t jitter = (int64_t)(hanse__random_bits(&m->state) % (uint64_t)stride);
            column[at++] = (int32_t)(first + e * stride + jitter);
        }
    }
    start[rows] = (int32_t)at;
    return true;
}

/* Longest first within a window, by insertion: windows are short. */
static void sort_window(int32_t *order, int64_t n, const int32_t *start)
{
    for (int64_t i = 1; i < n; i++) {
        int32_t row = order[i];
        int64_t j = i;
        for (; j > 0 &&
               start[row + 1] - start[row] > start[order[j - 1] + 1] - start[order[j - 1]];
             j--) {
            order[j] = order[j - 1];
        }
        order[j] = row;
    }
}

/* Entries of the chunk that begins at row position `first`, padding included. */
static int64_t chunk_width(const int32_t *order, const int32_t *start, int64_t first,
                           int64_t rows)
{
    int64_t width = 0;
    for (int64_t i = first; i < first + HANSE_SELL_CHUNK && i < rows; i++) {
        int64_t length = start[order[i] + 1] - start[order[i]];
        width = length > width ? length : width;
    }
    return width;
}

/* Padding multiplies column 0 by zero. */
static void fill_sell(struct hanse_trial *sell, const struct hanse_trial *csr, int64_t rows)
{
    const int32_t *start = csr->buffers[0].data, *column = csr->buffers[1].data;
    const double *value = csr->buffers[2].data;
    int32_t *chunk = sell->buffers[0].data, *to_column = sell->buffers[1].data;
    double *to_value = sell->buffers[2].data;
    const int32_t *order = sell->buffers[3].data;
    for (int64_t c = 0; c * HANSE_SELL_CHUNK < rows; c++) {
        for (int64_t i = 0; i < HANSE_SELL_CHUNK && c * HANSE_SELL_CHUNK + i < rows; i++) {
            int32_t row = order[c * HANSE_SELL_CHUNK + i];
            for (int32_t e = 0; e < start[row + 1] - start[row]; e++) {
                int64_t to = chunk[c] + (int64_t)e * HANSE_SELL_CHUNK + i;
                to_column[to] = column[start[row] + e];
                to_value[to] = value[start[row] + e];
            }
        }
    }
}

static bool layout_sell(struct maker *m, const struct hanse_trial *csr)
{
    int64_t rows = m->x[0], n_chunks = (rows + HANSE_SELL_CHUNK - 1) / HANSE_SELL_CHUNK;
    const int32_t *start = csr->buffers[0].data;
    int32_t *order = malloc((size_t)rows * sizeof *order);
    struct hanse_buffer *chunks =
        order != NULL ? add(m->ctx, m->trial, 4.0 * (double)(n_chunks + 1), HANSE_BUFFER_IN)
                      : NULL;
    bool good = chunks != NULL;
    if (good) {
        int32_t *chunk = chunks->data;
        for (int64_t i = 0; i < rows; i++) {
            order[i] = (int32_t)i;
        }
        for (int64_t w = 0; w < rows; w += HANSE_SELL_WINDOW) {
            sort_window(order + w, rows - w < HANSE_SELL_WINDOW ? rows - w : HANSE_SELL_WINDOW,
                        start);
        }
        for (int64_t c = 0; c < n_chunks; c++) {
            chunk[c + 1] =
                (int32_t)(chunk[c] + HANSE_SELL_CHUNK *
                                         chunk_width(order, start, c * HANSE_SELL_CHUNK, rows));
        }
        double padded = chunk[n_chunks];
        good = add(m->ctx, m->trial, 4.0 * padded, HANSE_BUFFER_IN) != NULL &&
               add(m->ctx, m->trial, 8.0 * padded, HANSE_BUFFER_IN) != NULL &&
               add(m->ctx, m->trial, 4.0 * (double)rows, HANSE_BUFFER_IN) != NULL &&
               add(m->ctx, m->trial, 8.0 * (double)rows, HANSE_BUFFER_IN) != NULL &&
               add_out(m->ctx, m->trial, (double)rows);
    }
    if (good) {
        memcpy(m->trial->buffers[3].data, order, (size_t)rows * sizeof *order);
        memcpy(m->trial->buffers[4].data, csr->buffers[3].data, (size_t)rows * sizeof(double));
        fill_sell(m->trial, csr, rows);
    }
    free(order);
    return good;
}

static void free_buffers(struct hanse_trial *trial)
{
    for (int b = 0; b < trial->n_buffers; b++) {
        free(trial->buffers[b].data);
    }
    trial->n_buffers = 0;
}

static bool make_sell(struct maker *m)
{
    struct hanse_trial csr = {.key = m->trial->key};
    struct maker inner = *m;
    inner.trial = &csr;
    bool good = make_csr(&inner) && layout_sell(m, &csr);
    free_buffers(&csr);
    return good;
}

/* e^(−2πi j/n) for j < n, and room for the passes. */
static bool make_fft(struct maker *m)
{
    double n = (double)m->x[0], b = (double)m->x[1];
    if (!add_in(m->ctx, m->trial, 2.0 * n * b, &m->state)) {
        return false;
    }
    struct hanse_buffer *roots = add(m->ctx, m->trial, 16.0 * n, HANSE_BUFFER_IN);
    if (roots == NULL || !add_out(m->ctx, m->trial, 2.0 * n * b)) {
        return false;
    }
    double *root = roots->data;
    for (int64_t j = 0; j < m->x[0]; j++) {
        long double angle = -2.0L * 3.14159265358979323846264338327950288L * (long double)j /
                            (long double)m->x[0];
        root[2 * j] = (double)cosl(angle);
        root[2 * j + 1] = (double)sinl(angle);
    }
    return add(m->ctx, m->trial, 16.0 * n * b, HANSE_BUFFER_SCRATCH) != NULL;
}

/* Cycles through all cache lines in random order, which no prefetcher follows: cycle c starts
 * at line c and goes through the c-th part of the other lines, shuffled. */
static bool make_chase(struct maker *m)
{
    enum { LINE = 64, CELLS = LINE / sizeof(int64_t) };
    int64_t lines = m->x[0] / LINE,
            cycles = (lines + HANSE_CHASE_LINES - 1) / HANSE_CHASE_LINES;
    struct hanse_buffer *buffer =
        add(m->ctx, m->trial, (double)(lines * LINE), HANSE_BUFFER_IN);
    if (buffer == NULL || add(m->ctx, m->trial, 8.0, HANSE_BUFFER_OUT) == NULL) {
        return false;
    }
    int64_t *order = malloc(((size_t)lines + 1) * sizeof *order);
    if (order == NULL) {
        return false;
    }
    for (int64_t i = 0; i < lines; i++) {
        order[i] = i;
    }
    for (int64_t i = lines - 1; i > cycles; i--) {
        int64_t rest = i - cycles + 1;
        int64_t j = cycles + (int64_t)(hanse__random_bits(&m->state) % (uint64_t)rest);
        int64_t held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
    int64_t *cells = buffer->data, others = lines - cycles;
    for (int64_t c = 0; c < cycles; c++) {
        int64_t at = c;
        for (int64_t i = others * c / cycles; i < others * (c + 1) / cycles; i++) {
            cells[at * CELLS] = order[cycles + i] * CELLS;
            at = order[cycles + i];
        }
        cells[at * CELLS] = c * CELLS;
    }
    m->trial->copies = cycles;
    free(order);
    return true;
}

static bool make_transfer(struct maker *m)
{
    struct hanse_buffer *from = add(m->ctx, m->trial, (double)m->x[0], HANSE_BUFFER_IN);
    if (from == NULL || add(m->ctx, m->trial, (double)m->x[0], HANSE_BUFFER_OUT) == NULL) {
        return false;
    }
    hanse__fill(from->data, from->bytes, HANSE_BYTES, &m->state);
    return true;
}

static bool make(struct maker *m)
{
    double n = (double)m->x[0], area = n * (double)m->x[1];
    switch (m->trial->key.kernel) {
    case HANSE_KERNEL_STREAM_READ:
        return add_in(m->ctx, m->trial, n, &m->state) && add_out(m->ctx, m->trial, 1.0);
    case HANSE_KERNEL_STREAM_COPY:
        return make_vectors(m, n, 1, 1);
    case HANSE_KERNEL_STREAM_TRIAD:
        return make_vectors(m, n, 2, 1);
    case HANSE_KERNEL_FMA_PEAK:
    case HANSE_KERNEL_MATRIX_PEAK:
        return add_out(m->ctx, m->trial, 64.0);
    case HANSE_KERNEL_GEMM:
        return make_gemm(m);
    case HANSE_KERNEL_SKINNY:
        return make_skinny(m);
    case HANSE_KERNEL_ATTENTION_PREFILL:
        return make_prefill(m);
    case HANSE_KERNEL_ATTENTION_DECODE:
        return make_decode(m);
    case HANSE_KERNEL_RMSNORM:
        return make_rmsnorm(m);
    case HANSE_KERNEL_SWIGLU:
        return make_vectors(m, area, 2, 1);
    case HANSE_KERNEL_SOFTMAX:
        return make_vectors(m, area, 1, 1);
    case HANSE_KERNEL_ADAMW:
        return make_adamw(m);
    case HANSE_KERNEL_STENCIL7:
        return make_vectors(m, area * (double)m->x[2], 1, 1);
    case HANSE_KERNEL_SPMV_CSR:
        return make_csr(m);
    case HANSE_KERNEL_SPMV_SELL:
        return make_sell(m);
    case HANSE_KERNEL_FFT:
        return make_fft(m);
    case HANSE_KERNEL_CHASE:
        return make_chase(m);
    case HANSE_KERNEL_RING_ALLREDUCE:
        return add_in(m->ctx, m->trial, area, &m->state) && add_out(m->ctx, m->trial, area);
    case HANSE_KERNEL_LAUNCH:
    case HANSE_KERNEL_BARRIER:
        return true;
    default:
        return make_transfer(m);
    }
}

/* --- shapes ------------------------------------------------------------------------------- */

/* What the extents must divide by, kernel by kernel; 0: an extent the kernel has not. */
static enum hanse_status check_shape(struct hanse_context *ctx,
                                     const struct hanse_trial_key *key)
{
    const struct hanse_kernel_kind *kind = hanse_kernel_kind(key->kernel);
    const int64_t *x = key->shape.extent;
    char text[128];
    hanse_trial_describe(key, text, sizeof text);
    for (int i = 0; i < HANSE_EXTENTS; i++) {
        bool has = kind->extents[i] != NULL;
        if (has ? x[i] < 1 || x[i] > (int64_t)1 << 40 : x[i] != 0) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: extent %d must be %s, got %lld",
                               text, i + 1, has ? "1 … 2^40" : "0", (long long)x[i]);
        }
    }
    const char *rule = NULL;
    if (key->kernel == HANSE_KERNEL_SKINNY && x[2] % 64 != 0) {
        rule = "k must be a multiple of 64";
    } else if ((key->kernel == HANSE_KERNEL_ATTENTION_PREFILL ||
                key->kernel == HANSE_KERNEL_ATTENTION_DECODE) &&
               (x[3] % 32 != 0 || x[3] > 256 || x[0] % x[1] != 0 || x[0] / x[1] > 16)) {
        rule = "width must be a multiple of 32 up to 256, heads 1 to 16 times kv_heads";
    } else if (key->kernel == HANSE_KERNEL_CHASE && x[0] % 64 != 0) {
        rule = "bytes must be a multiple of 64";
    } else if (key->kernel == HANSE_KERNEL_FFT && (x[0] & (x[0] - 1)) != 0) {
        rule = "n must be a power of two";
    } else if ((key->kernel == HANSE_KERNEL_SPMV_CSR ||
                key->kernel == HANSE_KERNEL_SPMV_SELL) &&
               x[0] < 2 * x[1] + 2) {
        rule = "rows must be more than twice the entries of a row";
    }
    return rule == NULL ? HANSE_OK : hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s", text, rule);
}

void hanse_trial_describe(const struct hanse_trial_key *key, char *text, size_t size)
{
    int used = snprintf(text, size, "%s %s", hanse_kernel_kind(key->kernel)->name,
                        hanse_precision_name(key->precision));
    for (int i = 0; i < HANSE_EXTENTS && key->shape.extent[i] != 0 && used > 0; i++) {
        used += snprintf(text + used, (size_t)used < size ? size - (size_t)used : 0, "%s%lld",
                         i == 0 ? " " : "×", (long long)key->shape.extent[i]);
    }
    if (key->variant[0] != '\0' && used > 0 && (size_t)used < size) {
        snprintf(text + used, size - (size_t)used, " %s", key->variant);
    }
}

enum hanse_status hanse_trial_create(struct hanse_context *ctx,
                                     const struct hanse_trial_key *key, double cache_bytes,
                                     uint64_t seed, struct hanse_trial **trial)
{
    HANSE_TRY(check_shape(ctx, key));
    *trial = hanse__alloc(ctx, 1, sizeof **trial);
    if (*trial == NULL) {
        return HANSE_ERR_MEMORY;
    }
    (*trial)->key = *key;
    (*trial)->copies = 1;
    struct maker m = {ctx, *trial, key->shape.extent, cache_bytes, seed};
    if (!make(&m)) {
        hanse_trial_destroy(*trial);
        *trial = NULL;
        return HANSE_ERR_MEMORY;
    }
    hanse_trial_poison(*trial);
    return HANSE_OK;
}

void hanse_trial_destroy(struct hanse_trial *trial)
{
    if (trial != NULL) {
        free_buffers(trial);
        hanse__free(trial);
    }
}

void hanse_trial_poison(struct hanse_trial *trial)
{
    for (int b = 0; b < trial->n_buffers; b++) {
        if (trial->buffers[b].use == HANSE_BUFFER_OUT) {
            /* All ones is a NaN in every format of floating point. */
            memset(trial->buffers[b].data, 0xFF, trial->buffers[b].bytes);
        }
    }
}
