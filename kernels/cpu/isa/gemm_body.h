/*
 * C = A B, A and C row-major, for one kind of elements; included once for each with
 *
 *   NAME     of the functions          DEPTH  k-block
 *   SOURCE   of A's elements           READ   what becomes of one when it is packed
 *   ELEMENT  packed: float, double, a word of two or four small numbers; LANES in a VECTOR
 *   SUM      vector of sums; MULTIPLY_ADD(sum, element of A, vector of B)
 *   RESULT   of C's elements; RESULTS a vector of them, TO_RESULTS of a SUM
 *   PACK_B   where B is not rows of SOURCE; FLIP: what turns a word's sign bits
 *
 * Blocks as by Goto and van de Geijn (2008): a DEPTH × WIDTH piece of B, packed once and shared
 * by all threads, lies in the last-level cache; each thread packs as many rows × DEPTH of A as
 * half of its second level holds; the innermost kernel keeps ROWS × VECTORS vectors of C in
 * registers, reads B as vectors and broadcasts A. With 32 registers (AVX-512) 8 × 3 of them,
 * with 16 6 × 2.
 */
#ifdef ELEMENT

#if HANSE_VECTOR == 64
#define ROWS 8
#define VECTORS 3
#else
#define ROWS 6
#define VECTORS 2
#endif
#define COLUMNS (VECTORS * LANES)
#define WIDTH (COLUMNS * 64)

#if ROWS == 8 && defined(PACKS_AS_IT_IS)
/* Eight rows' next eight elements, turned: interleaving each row with the one four further on
 * three times over brings element (i, j) to (j, i). */
HANSE__INLINE void NAME(turn)(ELEMENT *to, const SOURCE *from, int64_t stride)
{
    typedef ELEMENT eight __attribute__((vector_size(8 * sizeof(ELEMENT))));
    eight x[8], y[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        memcpy(&x[i], from + i * stride, sizeof x[i]);
#ifdef FLIP
        x[i] ^= FLIP;
#endif
    }
#pragma GCC unroll 3
    for (int round = 0; round < 3; round++) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            y[2 * i] = __builtin_shufflevector(x[i], x[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
            y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
        }
        memcpy(x, y, sizeof x);
    }
    memcpy(to, x, sizeof x);
}
#endif

/* Panels of ROWS rows: column after column, short panels filled with zeros. */
static void NAME(pack_a)(ELEMENT *to, const SOURCE *a, int64_t stride, int64_t rows,
                         int64_t depth)
{
    for (int64_t r = 0; r < rows; r += ROWS, to += ROWS * depth) {
        int64_t done = 0;
#if ROWS == 8 && defined(PACKS_AS_IT_IS)
        for (; r + ROWS <= rows && done + 8 <= depth; done += 8) {
            NAME(turn)(to + done * ROWS, a + r * stride + done, stride);
        }
#endif
        for (int64_t i = 0; i < ROWS; i++) {
            const SOURCE *from = a + (r + i) * stride;
            for (int64_t k = done; k < depth; k++) {
                to[k * ROWS + i] = r + i < rows ? READ(from[k]) : (ELEMENT)0;
            }
        }
    }
}

#ifndef PACK_B
/* A panel of so many columns from j on: row after row. */
static void NAME(pack_b)(ELEMENT *to, const struct hanse__cpu_job *job, int64_t j, int64_t k0,
                         int64_t depth, int64_t columns)
{
    int64_t n = job->trial->key.shape.extent[1];
    const SOURCE *b = (const SOURCE *)job->trial->buffers[1].data + k0 * n + j;
    for (int64_t k = 0; k < depth; k++, b += n, to += columns) {
#ifdef PACKS_AS_IT_IS
        if (j + columns <= n) {
            memcpy(to, b, (size_t)columns * sizeof *to);
            continue;
        }
#endif
        for (int64_t i = 0; i < columns; i++) {
            to[i] = j + i < n ? READ(b[i]) : (ELEMENT)0;
        }
    }
}
#define PACK_B NAME(pack_b)
#endif

/* The innermost loop for `wide` of a panel's vectors: fewer where C ends within the panel. */
HANSE__INLINE void NAME(micro)(int64_t depth, const ELEMENT *a, const ELEMENT *b,
                               SUM sums[ROWS][VECTORS], int wide)
{
    SUM c[ROWS][VECTORS] = {{{0}}};
    for (int64_t k = 0; k < depth; k++, a += ROWS, b += COLUMNS) {
        VECTOR row[VECTORS];
        __builtin_prefetch(b + 8 * COLUMNS);
#pragma GCC unroll 3
        for (int v = 0; v < wide; v++) {
            memcpy(&row[v], b + v * LANES, sizeof row[v]);
        }
#pragma GCC unroll 8
        for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 3
            for (int v = 0; v < wide; v++) {
                c[i][v] = MULTIPLY_ADD(c[i][v], a[i], row[v]);
            }
        }
    }
    memcpy(sums, c, sizeof c);
}

/* The part of a tile that C has, element by element. */
static void NAME(edge)(SUM sums[ROWS][VECTORS], RESULT *c, int64_t stride, int64_t rows,
                       int64_t columns, bool first)
{
    RESULT flat[ROWS * COLUMNS];
    for (int64_t i = 0; i < ROWS * VECTORS; i++) {
        RESULTS results = TO_RESULTS(sums[i / VECTORS][i % VECTORS]);
        memcpy(flat + i * LANES, &results, sizeof results);
    }
    for (int64_t i = 0; i < rows && i < ROWS; i++) {
        for (int64_t j = 0; j < columns && j < COLUMNS; j++) {
            RESULT sum = flat[i * COLUMNS + j];
            c[i * stride + j] = first ? sum : sum + c[i * stride + j];
        }
    }
}

/* One tile of C: overwritten by the first block of k, added to by the others. */
static void NAME(tile)(int64_t depth, const ELEMENT *a, const ELEMENT *b, RESULT *c,
                       int64_t stride, int64_t rows, int64_t columns, bool first)
{
    SUM sums[ROWS][VECTORS];
    /* What the sums will be added to is on its way while they are made. */
    for (int64_t i = 0; i < ROWS && i < rows; i++) {
        for (int64_t at = 0; at < COLUMNS && at < columns; at += 64 / (int64_t)sizeof *c) {
            __builtin_prefetch(c + i * stride + at, 1);
        }
    }
    if (columns <= LANES) {
        NAME(micro)(depth, a, b, sums, 1);
    } else if (columns <= 2 * LANES) {
        NAME(micro)(depth, a, b, sums, 2);
    } else {
        NAME(micro)(depth, a, b, sums, VECTORS);
    }
    if (rows < ROWS || columns < COLUMNS) {
        NAME(edge)(sums, c, stride, rows, columns, first);
        return;
    }
    for (int i = 0; i < ROWS; i++) {
        for (int v = 0; v < VECTORS; v++) {
            RESULT *at = c + i * stride + v * LANES;
            RESULTS before = {0}, results = TO_RESULTS(sums[i][v]);
            if (!first) {
                memcpy(&before, at, sizeof before);
            }
            results += before;
            memcpy(at, &results, sizeof results);
        }
    }
}

/* All tiles of a packed piece of A (rows × depth) with the packed piece of B. */
static void NAME(block)(const ELEMENT *a, const ELEMENT *b, RESULT *c, int64_t stride,
                        int64_t rows, int64_t columns, int64_t depth, bool first)
{
    for (int64_t j = 0; j < columns; j += COLUMNS) {
        for (int64_t i = 0; i < rows; i += ROWS) {
            NAME(tile)
            (depth, a + i * depth, b + j * depth, c + i * stride + j, stride, rows - i,
             columns - j, first);
        }
    }
}

struct NAME(sizes) {
    int64_t m, n, k;
    int64_t height; /* rows of A at once: fewer when threads would idle */
};

/* One thread's part of a column block of C; all threads of the region call it together. */
static void NAME(columns)(const struct NAME(sizes) * s, const struct hanse__cpu_job *job,
                          RESULT *c, int64_t j0, int64_t k0)
{
    const SOURCE *a = job->trial->buffers[0].data;
    ELEMENT *packed_b = job->room;
    ELEMENT *packed_a = (ELEMENT *)((char *)job->room + HANSE__ROOM_SHARED +
                                    (size_t)omp_get_thread_num() * HANSE__ROOM_OWN);
    int64_t columns = s->n - j0 < WIDTH ? s->n - j0 : WIDTH;
    int64_t depth = s->k - k0 < DEPTH ? s->k - k0 : DEPTH;
#pragma omp for schedule(static)
    for (int64_t j = 0; j < columns; j += COLUMNS) {
        PACK_B(packed_b + j * depth, job, j0 + j, k0, depth, COLUMNS);
    }
#pragma omp for schedule(dynamic)
    for (int64_t i = 0; i < s->m; i += s->height) {
        int64_t rows = s->m - i < s->height ? s->m - i : s->height;
        NAME(pack_a)(packed_a, a + i * s->k + k0, s->k, rows, depth);
        NAME(block)
        (packed_a, packed_b, c + i * s->n + j0, s->n, rows, columns, depth, k0 == 0);
    }
}

/* Rows that half of the second level holds, but at least four pieces for each thread, so that
 * none waits long for the last. */
static int64_t NAME(height)(const struct hanse__cpu_job *job, int64_t m)
{
    double room =
        0.5 * job->own_bytes < HANSE__ROOM_OWN ? 0.5 * job->own_bytes : HANSE__ROOM_OWN;
    int64_t most = (int64_t)(room / (DEPTH * sizeof(ELEMENT))) / ROWS * ROWS;
    int64_t fair = (m / (4 * job->n_threads) + ROWS) / ROWS * ROWS;
    int64_t height = fair < most ? fair : most;
    return height < ROWS ? ROWS : height;
}

/* C += A B in units of ELEMENT: k of them in a row of A. All threads of the region call it. */
static void NAME(product)(const struct hanse__cpu_job *job, RESULT *c, int64_t k)
{
    const int64_t *x = job->trial->key.shape.extent;
    const struct NAME(sizes) s = {x[0], x[1], k, NAME(height)(job, x[0])};
    for (int64_t j = 0; j < s.n; j += WIDTH) {
        for (int64_t k0 = 0; k0 < s.k; k0 += DEPTH) {
            NAME(columns)(&s, job, c, j, k0);
        }
    }
}

#undef ROWS
#undef VECTORS
#undef COLUMNS
#undef WIDTH
#undef NAME
#undef DEPTH
#undef SOURCE
#undef READ
#undef ELEMENT
#undef LANES
#undef VECTOR
#undef SUM
#undef MULTIPLY_ADD
#undef RESULT
#undef RESULTS
#undef TO_RESULTS
#undef PACK_B
#undef PACKS_AS_IT_IS
#undef FLIP

#endif
