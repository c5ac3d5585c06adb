/*
 * Matrix units by mma.sync: their peak, and gemm in fp16, bf16, tf32 and int8.
 *
 * gemm: a group of four warps makes a tile of 128 × 128, each warp a quarter. Pieces of A and B
 * of 64 bytes of depth go from memory to the group's memory past the registers (cp.async),
 * three pieces at a time on the way. Blocks of sixteen bytes are stored at places that an
 * exclusive or with the row decides, so that neither the copies nor ldmatrix meet in a bank.
 * Neighbouring groups take tiles of neighbouring rows, which share B in the second-level cache.
 */
#define TILE 128
#define PIECE 8192 /* bytes of a piece of A, and of B: TILE × 64 */
#define PIECES 3

/* --- peak --------------------------------------------------------------------------------- */

#define PEAK_CHAINS 8

/* Ones times ones: after `steps` products every sum is steps × depth, an exact number. */
#define MATRIX_PEAK(name, MMA, T, R, ONE, A, B, D, DEPTH)                                      \
    KERNEL(GPU_WIDE) name(global float *out, long steps)                                       \
    {                                                                                          \
        R a[A], b[B];                                                                          \
        T d[PEAK_CHAINS][D];                                                                   \
        for (int i = 0; i < A; i++) {                                                          \
            a[i] = ONE;                                                                        \
        }                                                                                      \
        for (int i = 0; i < B; i++) {                                                          \
            b[i] = ONE;                                                                        \
        }                                                                                      \
        UNROLL for (int i = 0; i < PEAK_CHAINS * D; i++)                                       \
        {                                                                                      \
            d[i / D][i % D] = 0;                                                               \
        }                                                                                      \
        for (long i = 0; i < steps; i++) {                                                     \
            UNROLL for (int c = 0; c < PEAK_CHAINS; c++)                                       \
            {                                                                                  \
                MMA(d[c], a, b);                                                               \
            }                                                                                  \
        }                                                                                      \
        double mean = 0.0;                                                                     \
        for (int i = 0; i < PEAK_CHAINS * D; i++) {                                            \
            mean += (double)d[i / D][i % D];                                                   \
        }                                                                                      \
        mean = mean * 2.0 / ((double)(PEAK_CHAINS * D * DEPTH) * (double)steps);               \
        if (get_global_id(0) < 64) {                                                           \
            STORE_PEAK(out, get_global_id(0), mean);                                           \
        }                                                                                      \
    }

#define STORE_PEAK(out, i, x) (out)[i] = (float)(x)
MATRIX_PEAK(matrix_peak_fp16, mma_fp16, float, uint, 0x3C003C00u, 4, 2, 4, 16)
MATRIX_PEAK(matrix_peak_bf16, mma_bf16, float, uint, 0x3F803F80u, 4, 2, 4, 16)
MATRIX_PEAK(matrix_peak_tf32, mma_tf32, float, uint, 0x3F800000u, 4, 2, 4, 8)
MATRIX_PEAK(matrix_peak_int8, mma_int8, int, uint, 0x01010101u, 4, 2, 4, 32)
#undef STORE_PEAK
#define STORE_PEAK(out, i, x) ((global double *)(out))[i] = (x)
MATRIX_PEAK(matrix_peak_fp64, mma_fp64, double, double, 1.0, 1, 1, 2, 4)

/* --- gemm --------------------------------------------------------------------------------- */

/* Copies a piece: BLOCKS blocks to a row. `bytes`: of a row of the matrix; `left`: rows that
 * there are from the piece's first on; `offset`: its first byte within a row. */
#define COPY_PIECE(name, BLOCKS, PLACE)                                                        \
    DEVICE void name(SHARED_POINTER char *to, global const char *from, long bytes, long left,  \
                     long offset)                                                              \
    {                                                                                          \
        UNROLL for (int i = 0; i < PIECE / 16 / 128; i++)                                      \
        {                                                                                      \
            int at = i * 128 + get_local_id(0), r = at / BLOCKS, c = at % BLOCKS;              \
            bool there = r < left && offset + c * 16 < bytes;                                  \
            copy16(to + PLACE(r, c), there ? from + r * bytes + offset + c * 16 : from,        \
                   there ? 16 : 0);                                                            \
        }                                                                                      \
    }
COPY_PIECE(copy_piece4, 4, place4)
COPY_PIECE(copy_piece16, 16, place16)
COPY_PIECE(copy_piece32, 32, place32)

/* Sixteen columns of B for 32 bytes of depth: two fragments. `k`: 0 or 1, the step within the
 * piece; `j`: the first column within the tile. */
DEVICE void take_columns16(uint *b, SHARED_POINTER const char *piece, int k, int j, int lane)
{
    load_columns(b, piece + place16(k * 16 + lane % 16, j / 8 + lane / 16));
}

DEVICE void take_columns8(uint *b, SHARED_POINTER const char *piece, int k, int j, int lane)
{
    load_rows(b, piece + place4(j + lane / 16 * 8 + lane % 8, k * 2 + lane / 8 % 2));
}

DEVICE void take_columns32(uint *b, SHARED_POINTER const char *piece, int k, int j, int lane)
{
    UNROLL for (int i = 0; i < 4; i++)
    {
        int row = k * 8 + lane % 4 + i % 2 * 4, column = j + i / 2 * 8 + lane / 4;
        b[i] = *(SHARED_POINTER const uint *)(piece + place32(row, column / 4) + column % 4 * 4);
    }
}

/* SIZE: bytes of an element. ROWS_OF_B: rows of its piece. TURNED: B is n × k. */
#define MATRIX_GEMM(name, T, SIZE, MMA, COPY_B, ROWS_OF_B, TURNED, TAKE, STORE)                \
    KERNEL(128)                                                                                \
    name(global const char *a, global const char *b, global void *c, long m, long n, long k)   \
    {                                                                                          \
        SHARED ALIGNED char room[PIECES][2][PIECE];                                            \
        int item = get_local_id(0), lane = item % 32, warp = item / 32;                        \
        int i1 = warp / 2 * 64, j1 = warp % 2 * 64;                                            \
        long tiles_m = (m + TILE - 1) / TILE, tiles_n = (n + TILE - 1) / TILE;                 \
        long band = get_group_id(0) / (8 * tiles_n) * 8, of = get_group_id(0) % (8 * tiles_n); \
        long high = min(8, tiles_m - band);                                                    \
        long i0 = (band + of % high) * TILE, j0 = of / high * TILE;                            \
        long row_a = k * SIZE, row_b = (TURNED ? k : n) * SIZE;                                \
        long steps = (k * SIZE + 63) / 64;                                                     \
        global const char *from_a = a + i0 * row_a, *from_b = TURNED ? b + j0 * row_b : b;     \
        T d[4][8][4];                                                                          \
        UNROLL for (int i = 0; i < 128; i++)                                                   \
        {                                                                                      \
            d[i / 32][i / 4 % 8][i % 4] = 0;                                                   \
        }                                                                                      \
        for (long s = -(PIECES - 1); s < steps; s++) {                                         \
            long ahead = s + PIECES - 1;                                                       \
            if (s >= 0) {                                                                      \
                wait_copies(PIECES - 2);                                                       \
                SYNC;                                                                          \
            }                                                                                  \
            if (ahead < steps) {                                                               \
                SHARED_POINTER char *to = room[ahead % PIECES][0];                             \
                copy_piece4(to, from_a, row_a, m - i0, ahead * 64);                            \
                if (TURNED) {                                                                  \
                    COPY_B(to + PIECE, from_b, row_b, n - j0, ahead * 64);                     \
                } else {                                                                       \
                    COPY_B(to + PIECE, from_b + ahead * ROWS_OF_B * row_b, row_b,              \
                           k - ahead * ROWS_OF_B, j0 * SIZE);                                  \
                }                                                                              \
            }                                                                                  \
            commit_copies();                                                                   \
            if (s < 0) {                                                                       \
                continue;                                                                      \
            }                                                                                  \
            SHARED_POINTER const char *piece = room[s % PIECES][0];                            \
            UNROLL for (int h = 0; h < 2; h++)                                                 \
            {                                                                                  \
                uint fa[4][4], fb[4][4];                                                       \
                UNROLL for (int i = 0; i < 4; i++)                                             \
                {                                                                              \
                    load_rows(fa[i], piece + place4(i1 + i * 16 + lane % 16,                   \
                                                    h * 2 + lane / 16));                       \
                    TAKE(fb[i], piece + PIECE, h, j1 + i * 16, lane);                          \
                }                                                                              \
                UNROLL for (int i = 0; i < 32; i++)                                            \
                {                                                                              \
                    MMA(d[i / 8][i % 8], fa[i / 8], &fb[i % 8 / 2][i % 2 * 2]);                \
                }                                                                              \
            }                                                                                  \
        }                                                                                      \
        UNROLL for (int i = 0; i < 64; i++)                                                    \
        {                                                                                      \
            long row = i0 + i1 + i / 16 * 16 + i % 2 * 8 + lane / 4;                           \
            long column = j0 + j1 + i / 2 % 8 * 8 + lane % 4 * 2;                              \
            if (row < m && column < n) {                                                       \
                STORE(c, row * n + column, &d[i / 16][i / 2 % 8][i % 2 * 2]);                  \
            }                                                                                  \
        }                                                                                      \
    }
MATRIX_GEMM(matrix_gemm_fp16, float, 2, mma_fp16, copy_piece16, 32, 0, take_columns16,
            store_fp16)
MATRIX_GEMM(matrix_gemm_bf16, float, 2, mma_bf16, copy_piece16, 32, 0, take_columns16,
            store_bf16)
MATRIX_GEMM(matrix_gemm_tf32, float, 4, mma_tf32, copy_piece32, 16, 0, take_columns32,
            store_tf32)
MATRIX_GEMM(matrix_gemm_int8, int, 1, mma_int8, copy_piece4, 128, 1, take_columns8, store_int8)
