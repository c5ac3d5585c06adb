/*
 * Hopper's matrix units by wgmma: their peak, and gemm, in fp16, bf16 and int8; in fp8 it is
 * hopper8.cl that makes them of the same text.
 *
 * gemm: a group of two times four warps makes a tile of 128 × 256. Pieces of 128 bytes of depth pass
 * through the group's memory, four places in a ring: while the matrix units work on one piece,
 * the next two are on the way. A place is written again only after all have passed the barrier
 * that follows the products which read it.
 */
#define HIGH 128
#define WIDE_TILE 256
#define PIECE_A (HIGH * 128)
#define PIECE_B (WIDE_TILE * 128)
#define RING 4

/* --- peak --------------------------------------------------------------------------------- */

/* As in matrix.cl: ones times ones, wherever they lie. */
#define HOPPER_PEAK(name, T, MMA, ONES, DEPTH)                                                 \
    KERNEL(256) name(global float *out, long steps)                                            \
    {                                                                                          \
        DYNAMIC_SHARED(ring);                                                                  \
        for (int i = get_local_id(0); i < (PIECE_A + PIECE_B) / 4; i += 256) {                 \
            ((SHARED_POINTER uint *)ring)[i] = ONES;                                           \
        }                                                                                      \
        PUBLISH;                                                                               \
        SYNC;                                                                                  \
        ulong da = describe(ring, 16, 1024), db = describe(ring + PIECE_A, PIECE_B / 4, 1024); \
        T d[128];                                                                              \
        UNROLL for (int i = 0; i < 128; i++)                                                   \
        {                                                                                      \
            d[i] = 0;                                                                          \
        }                                                                                      \
        for (long i = 0; i < steps; i++) {                                                     \
            open_products();                                                                   \
            UNROLL for (int h = 0; h < 4; h++)                                                 \
            {                                                                                  \
                MMA(d, da, db);                                                                \
            }                                                                                  \
            close_products();                                                                  \
            wait_products(0);                                                                  \
        }                                                                                      \
        double mean = 0.0;                                                                     \
        UNROLL for (int i = 0; i < 128; i++)                                                   \
        {                                                                                      \
            mean += (double)d[i];                                                              \
        }                                                                                      \
        if (get_global_id(0) < 64) {                                                           \
            out[get_global_id(0)] =                                                            \
                (float)(mean * 2.0 / ((double)(128 * 4 * DEPTH) * (double)steps));             \
        }                                                                                      \
    }
#ifndef EIGHT_BITS_ALONE
HOPPER_PEAK(hopper_peak_fp16, float, wgmma_fp16, 0x3C003C00u, 16)
HOPPER_PEAK(hopper_peak_bf16, float, wgmma_bf16, 0x3F803F80u, 16)
HOPPER_PEAK(hopper_peak_int8, int, wgmma_int8, 0x01010101u, 32)
#endif

/* --- gemm --------------------------------------------------------------------------------- */

/* As copy_piece in matrix.cl, by 256 items. Rows longer than 128 bytes lie side by side. */
#define COPY_ROWS(name, BYTES, BLOCKS)                                                         \
    DEVICE void name(SHARED_POINTER char *to, global const char *from, long bytes, long left,  \
                     long offset)                                                              \
    {                                                                                          \
        UNROLL for (int i = 0; i < BYTES / 16 / 256; i++)                                      \
        {                                                                                      \
            int at = i * 256 + get_local_id(0), r = at / BLOCKS, c = at % BLOCKS;              \
            bool there = r < left && offset + c * 16 < bytes;                                  \
            copy16(to + c / 8 * (BYTES / (BLOCKS / 8)) + place8(r, c % 8),                     \
                   there ? from + r * bytes + offset + c * 16 : from, there ? 16 : 0);         \
        }                                                                                      \
    }
COPY_ROWS(copy_rows_a, PIECE_A, 8)
COPY_ROWS(copy_rows_b, PIECE_B, 8)
COPY_ROWS(copy_deep_b, PIECE_B, 32)

/* SIZE: bytes of an element. TURNED: B is n × k, its rows the columns of the product; otherwise
 * a piece of it has 64 rows of four times 128 bytes. */
#define HOPPER_GEMM(name, T, SIZE, MMA, TURNED, STORE)                                         \
    KERNEL(256)                                                                                \
    name(global const char *a, global const char *b, global void *c, long m, long n, long k)   \
    {                                                                                          \
        DYNAMIC_SHARED(ring);                                                                  \
        int item = get_local_id(0), lane = item % 32, warp = item / 32;                        \
        long tiles_m = (m + HIGH - 1) / HIGH, tiles_n = (n + WIDE_TILE - 1) / WIDE_TILE;       \
        long band = get_group_id(0) / (8 * tiles_n) * 8, of = get_group_id(0) % (8 * tiles_n); \
        long high = min(8, tiles_m - band);                                                    \
        long i0 = (band + of % high) * HIGH, j0 = of / high * WIDE_TILE;                       \
        long row_a = k * SIZE, row_b = (TURNED ? k : n) * SIZE;                                \
        long steps = (k * SIZE + 127) / 128;                                                   \
        global const char *from_a = a + i0 * row_a, *from_b = TURNED ? b + j0 * row_b : b;     \
        T d[128];                                                                              \
        UNROLL for (int i = 0; i < 128; i++)                                                   \
        {                                                                                      \
            d[i] = 0;                                                                          \
        }                                                                                      \
        for (long s = -2; s < steps; s++) {                                                    \
            if (s >= 0) {                                                                      \
                wait_copies(1);                                                                \
                PUBLISH;                                                                       \
                SYNC;                                                                          \
            }                                                                                  \
            long ahead = s + 2;                                                                \
            SHARED_POINTER char *to = ring + ahead % RING * (PIECE_A + PIECE_B);               \
            if (ahead < steps) {                                                               \
                copy_rows_a(to, from_a, row_a, m - i0, ahead * 128);                           \
                if (TURNED) {                                                                  \
                    copy_rows_b(to + PIECE_A, from_b, row_b, n - j0, ahead * 128);             \
                } else {                                                                       \
                    copy_deep_b(to + PIECE_A, from_b + ahead * 64 * row_b, row_b,              \
                                k - ahead * 64, j0 * SIZE);                                    \
                }                                                                              \
            }                                                                                  \
            commit_copies();                                                                   \
            if (s < 0) {                                                                       \
                continue;                                                                      \
            }                                                                                  \
            SHARED_POINTER const char *piece = ring + s % RING * (PIECE_A + PIECE_B);          \
            ulong da = describe(piece + warp / 4 * (PIECE_A / 2), 16, 1024);                   \
            ulong db = describe(piece + PIECE_A, TURNED ? 16 : PIECE_B / 4, 1024);             \
            open_products();                                                                   \
            UNROLL for (int h = 0; h < 4; h++)                                                 \
            {                                                                                  \
                MMA(d, da + h * 2, db + h * (TURNED ? 2 : 128));                               \
            }                                                                                  \
            close_products();                                                                  \
            wait_products(1);                                                                  \
        }                                                                                      \
        wait_products(0);                                                                      \
        UNROLL for (int i = 0; i < 128; i += 2)                                                \
        {                                                                                      \
            long row = i0 + warp * 16 + i / 2 % 2 * 8 + lane / 4;                              \
            long column = j0 + i / 4 * 8 + lane % 4 * 2;                                       \
            if (row < m && column < n) {                                                       \
                STORE(c, row * n + column, &d[i]);                                             \
            }                                                                                  \
        }                                                                                      \
    }
#ifndef EIGHT_BITS_ALONE
HOPPER_GEMM(hopper_gemm_fp16, float, 2, wgmma_fp16, 0, store_fp16)
HOPPER_GEMM(hopper_gemm_bf16, float, 2, wgmma_bf16, 0, store_bf16)
HOPPER_GEMM(hopper_gemm_int8, int, 1, wgmma_int8, 1, store_int8)
#endif
