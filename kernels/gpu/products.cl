/* Matrix products without matrix units: gemm, and skinny with weights of every width. */

/* A group makes a tile of C, each of its items an 8 × 8 block; pieces of A and B pass through
 * the group's memory. Rows there are longer than the tile, so that columns fall into
 * different banks. */
#define GEMM(name, T)                                                                          \
    KERNEL(GPU_GROUP)                                                                          \
    name(global const T *restrict a, global const T *restrict b, global T *restrict c, long m, \
         long n, long k)                                                                       \
    {                                                                                          \
        SHARED T la[GPU_DEPTH][GPU_TILE + 4], lb[GPU_DEPTH][GPU_TILE + 4];                     \
        long tiles = (n + GPU_TILE - 1) / GPU_TILE;                                            \
        long i0 = get_group_id(0) / tiles * GPU_TILE, j0 = get_group_id(0) % tiles * GPU_TILE; \
        int item = get_local_id(0), r = item / 8 * 8, s = item % 8 * 8;                        \
        T sums[8][8] = {{0}};                                                                  \
        for (long k0 = 0; k0 < k; k0 += GPU_DEPTH) {                                           \
            for (int e = item; e < GPU_TILE * GPU_DEPTH; e += GPU_GROUP) {                     \
                long i = i0 + e / GPU_DEPTH, ka = k0 + e % GPU_DEPTH;                          \
                long j = j0 + e % GPU_TILE, kb = k0 + e / GPU_TILE;                            \
                la[e % GPU_DEPTH][e / GPU_DEPTH] = i < m && ka < k ? a[i * k + ka] : (T)0;     \
                lb[e / GPU_TILE][e % GPU_TILE] = j < n && kb < k ? b[kb * n + j] : (T)0;       \
            }                                                                                  \
            SYNC;                                                                              \
            for (int d = 0; d < GPU_DEPTH; d++) {                                              \
                T x[8], y[8];                                                                  \
                UNROLL for (int p = 0; p < 8; p++)                                             \
                {                                                                              \
                    x[p] = la[d][r + p];                                                       \
                    y[p] = lb[d][s + p];                                                       \
                }                                                                              \
                UNROLL for (int p = 0; p < 64; p++)                                            \
                {                                                                              \
                    sums[p / 8][p % 8] = fma(x[p / 8], y[p % 8], sums[p / 8][p % 8]);          \
                }                                                                              \
            }                                                                                  \
            SYNC;                                                                              \
        }                                                                                      \
        UNROLL for (int p = 0; p < 64; p++)                                                    \
        {                                                                                      \
            long i = i0 + r + p / 8, j = j0 + s + p % 8;                                       \
            if (i < m && j < n) {                                                              \
                c[i * n + j] = sums[p / 8][p % 8];                                             \
            }                                                                                  \
        }                                                                                      \
    }
GEMM(gemm_fp64, double)
GEMM(gemm_fp32, float)

/* --- skinny ------------------------------------------------------------------------------- */

DEVICE float bf16(uint bits)
{
    return as_float(bits << 16);
}

DEVICE uint word_of(uint4 words, int i)
{
    return i == 0 ? words.x : i == 1 ? words.y : i == 2 ? words.z : words.w;
}

/* Weight i of quad q among those that lie in sixteen bytes. The scale of four-bit weights is
 * one for just these; that of eight-bit ones is the row's and comes at the end. */
#define WEIGHT_fp32(raw, q, i, scale) as_float(word_of(raw, i))
#define WEIGHT_bf16(raw, q, i, scale) bf16((word_of(raw, (q)*2 + (i) / 2) >> ((i) % 2 * 16)) & 0xFFFFu)
#define WEIGHT_int8(raw, q, i, scale)                                                          \
    ((float)((int)(word_of(raw, q) << (24 - (i)*8)) >> 24))
#define WEIGHT_int4(raw, q, i, scale)                                                          \
    ((float)((int)((word_of(raw, (q) % 4) >> ((i)*8 + (q) / 4 * 4)) & 15u) - 8) * scale)

#define NO_SCALE(group) 0.0f
#define GROUP_SCALE(group) bf16(((global const ushort *)scales)[group])
#define NO_ROW_SCALE(row) 1.0f
#define ROW_SCALE(row) ((global const float *)scales)[turn * n + (row)]

/* A group makes GPU_ROWS outputs for TOKENS tokens at a time. An item takes sixteen bytes of
 * each row's weights, QUADS times four, and the activations that meet them. In the end the
 * items' sums are added in two steps, by as many items as there are parts. */
#define SKINNY(name, TOKENS, QUADS, WEIGHT, SCALE, LAST_SCALE)                                 \
    KERNEL(GPU_GROUP)                                                                          \
    name(global const void *w, global const void *scales, global const float *restrict x,      \
         global float *restrict y, long turn, long m, long n, long k)                          \
    {                                                                                          \
        SHARED float room[GPU_ROWS * TOKENS][GPU_GROUP + 1];                                   \
        global const uint4 *words = (global const uint4 *)w;                                   \
        int item = get_local_id(0);                                                            \
        long row = get_group_id(0) * GPU_ROWS, per_row = k / (4 * QUADS), first[GPU_ROWS];     \
        for (int r = 0; r < GPU_ROWS; r++) {                                                   \
            first[r] = (turn * n + min(row + r, n - 1)) * per_row;                             \
        }                                                                                      \
        for (long t0 = 0; t0 < m; t0 += TOKENS) {                                              \
            float sums[GPU_ROWS][TOKENS];                                                      \
            UNROLL for (int s = 0; s < GPU_ROWS * TOKENS; s++)                                 \
            {                                                                                  \
                sums[s / TOKENS][s % TOKENS] = 0.0f;                                           \
            }                                                                                  \
            for (long j = item; j < per_row; j += GPU_GROUP) {                                 \
                uint4 raw[GPU_ROWS];                                                           \
                float scale[GPU_ROWS];                                                         \
                UNROLL for (int r = 0; r < GPU_ROWS; r++)                                      \
                {                                                                              \
                    raw[r] = words[first[r] + j];                                              \
                    scale[r] = SCALE(first[r] + j);                                            \
                }                                                                              \
                UNROLL for (int q = 0; q < QUADS; q++)                                         \
                {                                                                              \
                    float quad[GPU_ROWS][4];                                                   \
                    UNROLL for (int e = 0; e < GPU_ROWS * 4; e++)                              \
                    {                                                                          \
                        quad[e / 4][e % 4] = WEIGHT(raw[e / 4], q, e % 4, scale[e / 4]);       \
                    }                                                                          \
                    UNROLL for (int t = 0; t < TOKENS; t++)                                    \
                    {                                                                          \
                        float4 v = ((global const float4 *)(x + min(t0 + t, m - 1) *           \
                                                                    k))[j * QUADS + q];        \
                        UNROLL for (int r = 0; r < GPU_ROWS; r++)                              \
                        {                                                                      \
                            float sum = fma(quad[r][0], v.x, sums[r][t]);                      \
                            sum = fma(quad[r][1], v.y, sum);                                   \
                            sum = fma(quad[r][2], v.z, sum);                                   \
                            sums[r][t] = fma(quad[r][3], v.w, sum);                            \
                        }                                                                      \
                    }                                                                          \
                }                                                                              \
            }                                                                                  \
            SYNC;                                                                              \
            UNROLL for (int s = 0; s < GPU_ROWS * TOKENS; s++)                                 \
            {                                                                                  \
                room[s][item] = sums[s / TOKENS][s % TOKENS];                                  \
            }                                                                                  \
            SYNC;                                                                              \
            int parts = GPU_GROUP / (GPU_ROWS * TOKENS), of = item / parts;                    \
            float part = 0.0f;                                                                 \
            for (int i = 0; i < GPU_GROUP / parts; i++) {                                      \
                part += room[of][item % parts * (GPU_GROUP / parts) + i];                      \
            }                                                                                  \
            SYNC;                                                                              \
            room[of][item % parts] = part;                                                     \
            SYNC;                                                                              \
            int r = item / TOKENS, t = item % TOKENS;                                          \
            if (r < GPU_ROWS && row + r < n && t0 + t < m) {                                   \
                float sum = 0.0f;                                                              \
                for (int i = 0; i < parts; i++) {                                              \
                    sum += room[item][i];                                                      \
                }                                                                              \
                y[(t0 + t) * n + row + r] = sum * LAST_SCALE(row + r);                         \
            }                                                                                  \
        }                                                                                      \
    }
SKINNY(skinny_fp32_one, 1, 1, WEIGHT_fp32, NO_SCALE, NO_ROW_SCALE)
SKINNY(skinny_bf16_one, 1, 2, WEIGHT_bf16, NO_SCALE, NO_ROW_SCALE)
SKINNY(skinny_int8_one, 1, 4, WEIGHT_int8, NO_SCALE, ROW_SCALE)
SKINNY(skinny_int4_one, 1, 8, WEIGHT_int4, GROUP_SCALE, NO_ROW_SCALE)
SKINNY(skinny_fp32, GPU_TOKENS, 1, WEIGHT_fp32, NO_SCALE, NO_ROW_SCALE)
SKINNY(skinny_bf16, GPU_TOKENS, 2, WEIGHT_bf16, NO_SCALE, NO_ROW_SCALE)
SKINNY(skinny_int8, GPU_TOKENS, 4, WEIGHT_int8, NO_SCALE, ROW_SCALE)
SKINNY(skinny_int4, GPU_TOKENS, 8, WEIGHT_int4, GROUP_SCALE, NO_ROW_SCALE)
