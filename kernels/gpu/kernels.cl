/*
 * The accelerators' kernels: OpenCL C 1.2, nothing beyond it but fp64, so any vendor's device
 * and PoCL run them. Work and layouts are those of sim/model/kernel.h and kernels/trial.h.
 * Groups are one-dimensional. G is the size of a group where a kernel needs to know it: the
 * host compiles with -DG=64.
 */
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

#define PAGE 16
#define CHUNK 32
#define INT4_GROUP 32

kernel void launch(void)
{
}

/* --- streams ------------------------------------------------------------------------------ */

kernel void stream_copy(global const double *a, global double *c, long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        c[i] = a[i];
    }
}

kernel void stream_triad(global const double *b, global const double *c, global double *a,
                         long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        a[i] = fma(3.0, c[i], b[i]);
    }
}

/* Twelve chains of x ← x / 2 + 1; what is not 2 in the end shows. */
#define PEAK(name, T)                                                                          \
    kernel void name(global T *out, long steps)                                                \
    {                                                                                          \
        T x[12];                                                                               \
        for (int c = 0; c < 12; c++) {                                                         \
            x[c] = (T)(c + get_local_id(0));                                                   \
        }                                                                                      \
        for (long i = 0; i < steps; i++) {                                                     \
            _Pragma("unroll") for (int c = 0; c < 12; c++)                                     \
            {                                                                                  \
                x[c] = fma(x[c], (T)0.5, (T)1.0);                                              \
            }                                                                                  \
        }                                                                                      \
        T mean = 0;                                                                            \
        for (int c = 0; c < 12; c++) {                                                         \
            mean += x[c] / (T)12.0;                                                            \
        }                                                                                      \
        if (get_global_id(0) < 64) {                                                           \
            out[get_global_id(0)] = mean;                                                      \
        }                                                                                      \
    }
PEAK(fma_peak_fp64, double)
PEAK(fma_peak_fp32, float)

/* --- products ----------------------------------------------------------------------------- */

/* A group makes a 32 × 32 tile of C, each of its 64 items a 4 × 4 block; pieces of A and B of
 * depth 16 pass through local memory. */
#define TILE 32
#define DEPTH 16
#define GEMM(name, T)                                                                          \
    kernel void name(global const T *a, global const T *b, global T *c, long m, long n, long k)   \
    {                                                                                          \
        local T la[DEPTH][TILE], lb[DEPTH][TILE];                                              \
        long tiles = (n + TILE - 1) / TILE;                                                    \
        long i0 = get_group_id(0) / tiles * TILE, j0 = get_group_id(0) % tiles * TILE;         \
        int item = get_local_id(0), r = item / 8 * 4, s = item % 8 * 4;                        \
        T sums[4][4] = {{0}};                                                                  \
        for (long k0 = 0; k0 < k; k0 += DEPTH) {                                               \
            for (int e = item; e < TILE * DEPTH; e += G) {                                     \
                long i = i0 + e / DEPTH, ka = k0 + e % DEPTH;                                  \
                long j = j0 + e % TILE, kb = k0 + e / TILE;                                    \
                la[e % DEPTH][e / DEPTH] = i < m && ka < k ? a[i * k + ka] : (T)0;             \
                lb[e / TILE][e % TILE] = j < n && kb < k ? b[kb * n + j] : (T)0;               \
            }                                                                                  \
            barrier(CLK_LOCAL_MEM_FENCE);                                                      \
            for (int d = 0; d < DEPTH; d++) {                                                  \
                for (int x = 0; x < 4; x++) {                                                  \
                    for (int y = 0; y < 4; y++) {                                              \
                        sums[x][y] = fma(la[d][r + x], lb[d][s + y], sums[x][y]);              \
                    }                                                                          \
                }                                                                              \
            }                                                                                  \
            barrier(CLK_LOCAL_MEM_FENCE);                                                      \
        }                                                                                      \
        for (int x = 0; x < 4; x++) {                                                          \
            for (int y = 0; y < 4; y++) {                                                      \
                if (i0 + r + x < m && j0 + s + y < n) {                                        \
                    c[(i0 + r + x) * n + j0 + s + y] = sums[x][y];                             \
                }                                                                              \
            }                                                                                  \
        }                                                                                      \
    }
GEMM(gemm_fp64, double)
GEMM(gemm_fp32, float)

/* Sum over a group, in a tree; all items get it. */
float group_sum(float x, local float *room)
{
    int item = get_local_id(0);
    room[item] = x;
    for (int half_size = G / 2; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_size) {
            room[item] += room[item + half_size];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = room[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum;
}

float bf16(ushort bits)
{
    return as_float((uint)bits << 16);
}

/* Weight j of a row in each precision; scales of int8 are per row and come at the end. */
#define W_fp32(j) (((global const float *)w)[at + (j)])
#define W_bf16(j) bf16(((global const ushort *)w)[at + (j)])
#define W_int8(j) ((float)((global const char *)w)[at + (j)])
#define W_int4(j)                                                                              \
    ((float)((int)((((global const uchar *)w)[(at + (j)) / INT4_GROUP * 16 + (j) % 16] >>      \
                    ((j) % INT4_GROUP < 16 ? 0 : 4)) &                                         \
                   15) -                                                                       \
             8) *                                                                              \
     bf16(((global const ushort *)scales)[(at + (j)) / INT4_GROUP]))

/* A group per output row; tokens in fours, so that a weight is decoded once for four. */
#define SKINNY(name, WEIGHT, SCALE)                                                            \
    kernel void name(global const void *w, global const void *scales, global const float *x,   \
                     global float *y, long turn, long m, long n, long k)                       \
    {                                                                                          \
        local float room[G];                                                                   \
        long row = get_group_id(0), at = (turn * n + row) * k;                                 \
        for (long t = 0; t < m; t += 4) {                                                      \
            float sums[4] = {0};                                                               \
            for (long j = get_local_id(0); j < k; j += G) {                                    \
                float weight = WEIGHT(j);                                                      \
                for (int s = 0; s < 4; s++) {                                                  \
                    sums[s] = fma(weight, x[min(t + s, m - 1) * k + j], sums[s]);              \
                }                                                                              \
            }                                                                                  \
            for (int s = 0; s < 4; s++) {                                                      \
                float sum = group_sum(sums[s], room) * SCALE;                                  \
                if (get_local_id(0) == 0 && t + s < m) {                                       \
                    y[(t + s) * n + row] = sum;                                                \
                }                                                                              \
            }                                                                                  \
        }                                                                                      \
    }
SKINNY(skinny_fp32, W_fp32, 1.0f)
SKINNY(skinny_bf16, W_bf16, 1.0f)
SKINNY(skinny_int8, W_int8, ((global const float *)scales)[turn * n + row])
SKINNY(skinny_int4, W_int4, 1.0f)

/* --- attention ---------------------------------------------------------------------------- */

/* A group per query and head. Tokens in pieces of G: an item scores one token, then each item
 * adds up some components; running maximum and sum as in kernels/cpu/isa/attention.c. */
#define ATTENTION(KEY, TOKENS, OUT)                                                            \
    local float scores[G], tops[G];                                                            \
    int item = get_local_id(0);                                                                \
    long query = get_group_id(0) / h, head = get_group_id(0) % h, kv = head / (h / g);         \
    float scale = 1.0f / sqrt((float)d), top = -INFINITY, sum = 0.0f, acc[256 / G] = {0};      \
    global const float *row = q + (query * h + head) * d;                                      \
    for (long t0 = 0; t0 < TOKENS; t0 += G) {                                                  \
        long t = t0 + item;                                                                    \
        float score = -INFINITY;                                                               \
        if (t < TOKENS) {                                                                      \
            score = 0.0f;                                                                      \
            for (long j = 0; j < d; j++) {                                                     \
                score = fma(row[j], k[KEY(t) + j], score);                                     \
            }                                                                                  \
            score *= scale;                                                                    \
        }                                                                                      \
        tops[item] = score;                                                                    \
        barrier(CLK_LOCAL_MEM_FENCE);                                                          \
        float highest = top;                                                                   \
        for (int i = 0; i < G; i++) {                                                          \
            highest = fmax(highest, tops[i]);                                                  \
        }                                                                                      \
        scores[item] = t < TOKENS ? exp(score - highest) : 0.0f;                               \
        barrier(CLK_LOCAL_MEM_FENCE);                                                          \
        float shrink = exp(top - highest), added = 0.0f;                                       \
        for (int i = 0; i < G; i++) {                                                          \
            added += scores[i];                                                                \
        }                                                                                      \
        sum = sum * shrink + added;                                                            \
        top = highest;                                                                         \
        for (int c = 0; c * G + item < d; c++) {                                               \
            float a = acc[c] * shrink;                                                         \
            for (int i = 0; i < G && t0 + i < TOKENS; i++) {                                   \
                a = fma(scores[i], v[KEY(t0 + i) + c * G + item], a);                          \
            }                                                                                  \
            acc[c] = a;                                                                        \
        }                                                                                      \
        barrier(CLK_LOCAL_MEM_FENCE);                                                          \
    }                                                                                          \
    for (int c = 0; c * G + item < d; c++) {                                                   \
        OUT[(query * h + head) * d + c * G + item] = acc[c] / sum;                             \
    }

#define IN_PROMPT(t) (((t) * g + kv) * d)
#define IN_PAGES(t) (((table[query * pages + (t) / PAGE] * g + kv) * PAGE + (t) % PAGE) * d)

kernel void attention_prefill(global const float *q, global const float *k,
                              global const float *v, global float *o, long h, long g, long s,
                              long d)
{
    ATTENTION(IN_PROMPT, (query + 1), o)
}

kernel void attention_decode(global const float *q, global const float *k,
                             global const float *v, global const int *table, global float *o,
                             long h, long g, long s, long d)
{
    long pages = (s + PAGE - 1) / PAGE;
    ATTENTION(IN_PAGES, s, o)
}

/* --- elementwise -------------------------------------------------------------------------- */

kernel void rmsnorm(global const float *x, global const float *w, global float *y, long c)
{
    local float room[G];
    long first = get_group_id(0) * c;
    float squares = 0.0f;
    for (long j = get_local_id(0); j < c; j += G) {
        squares = fma(x[first + j], x[first + j], squares);
    }
    float inverse = 1.0f / sqrt(group_sum(squares, room) / (float)c + 1e-5f);
    for (long j = get_local_id(0); j < c; j += G) {
        y[first + j] = x[first + j] * inverse * w[j];
    }
}

kernel void swiglu(global const float *x, global const float *y, global float *out, long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        out[i] = x[i] / (1.0f + exp(-x[i])) * y[i];
    }
}

kernel void softmax(global const float *x, global float *y, long c)
{
    local float room[G], tops[G];
    long first = get_group_id(0) * c;
    float top = -INFINITY, sum = 0.0f;
    for (long j = get_local_id(0); j < c; j += G) {
        top = fmax(top, x[first + j]);
    }
    tops[get_local_id(0)] = top;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < G; i++) {
        top = fmax(top, tops[i]);
    }
    for (long j = get_local_id(0); j < c; j += G) {
        float e = exp(x[first + j] - top);
        y[first + j] = e;
        sum += e;
    }
    float inverse = 1.0f / group_sum(sum, room);
    for (long j = get_local_id(0); j < c; j += G) {
        y[first + j] *= inverse;
    }
}

kernel void adamw(global const float *p, global const float *g, global const float *m,
                  global const float *v, global float *p_out, global float *m_out,
                  global float *v_out, long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        float m1 = 0.9f * m[i] + (1.0f - 0.9f) * g[i];
        float v1 = 0.95f * v[i] + (1.0f - 0.95f) * g[i] * g[i];
        p_out[i] = p[i] - 1e-3f * (m1 / (sqrt(v1) + 1e-8f) + 0.1f * p[i]);
        m_out[i] = m1;
        v_out[i] = v1;
    }
}

/* --- grids and sparse --------------------------------------------------------------------- */

kernel void stencil7(global const double *u, global double *v, long nx, long ny, long nz)
{
    long plane = nx * ny;
    for (long at = get_global_id(0); at < plane * nz; at += get_global_size(0)) {
        long i = at % nx, j = at / nx % ny, k = at / plane;
        bool edge = i == 0 || j == 0 || k == 0 || i == nx - 1 || j == ny - 1 || k == nz - 1;
        v[at] = edge ? u[at]
                     : 0.5 * u[at] + (1.0 / 12.0) * (u[at - 1] + u[at + 1] + u[at - nx] +
                                                     u[at + nx] + u[at - plane] + u[at + plane]);
    }
}

kernel void spmv_csr(global const int *start, global const int *column,
                     global const double *value, global const double *x, global double *y,
                     long rows)
{
    for (long r = get_global_id(0); r < rows; r += get_global_size(0)) {
        double sum = 0.0;
        for (int e = start[r]; e < start[r + 1]; e++) {
            sum = fma(value[e], x[column[e]], sum);
        }
        y[r] = sum;
    }
}

kernel void spmv_sell(global const int *chunk, global const int *column,
                      global const double *value, global const int *order,
                      global const double *x, global double *y, long rows)
{
    for (long at = get_global_id(0); at < rows; at += get_global_size(0)) {
        double sum = 0.0;
        for (int e = chunk[at / CHUNK] + at % CHUNK; e < chunk[at / CHUNK + 1]; e += CHUNK) {
            sum = fma(value[e], x[column[e]], sum);
        }
        y[order[at]] = sum;
    }
}
