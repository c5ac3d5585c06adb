/*
 * Attention in bf16 on matrix units, without the table of scores (Dao et al. 2022): causal
 * prefill, and decode from a paged cache.
 *
 * A warp attends with sixteen rows of queries at a time. In prefill these are sixteen tokens of
 * a prompt; keys and values pass through the group's memory, 64 tokens at a time, while those
 * before are worked on. In decode they are the heads that share a key-value head: a page of
 * sixteen tokens is then one product. Pages are dealt out to warps, many to a sequence, and a
 * second kernel adds what they found. Running maximum and sum are kept in base two; weights are
 * rounded to bf16 before they meet the values, their sum is not.
 */
#define FLASH_TOKENS 64
#define FLASH_PAGE 16
#define FLASH_STAGES 3

/* The words of a row of sixteen queries, or zero: a fragment of A for each 16 of width. */
#define TAKE_QUERY(name, D)                                                                    \
    DEVICE void name(uint *q, global const ushort *low, global const ushort *high, int lane)   \
    {                                                                                          \
        UNROLL for (int i = 0; i < D / 4; i++)                                                 \
        {                                                                                      \
            global const ushort *row = i % 2 == 0 ? low : high;                                \
            int at = i / 4 * 16 + i % 4 / 2 * 8 + lane % 4 * 2;                                \
            q[i] = row != 0 ? *(global const uint *)(row + at) : 0u;                           \
        }                                                                                      \
    }
TAKE_QUERY(take_query_64, 64)
TAKE_QUERY(take_query_128, 128)

/* Sixteen rows attend to 16 T tokens, of which each row sees those before its limit, one at
 * least in the end. */
#define ATTEND(name, D, T, PLACE)                                                              \
    DEVICE void name(float *o, float *top, float *sum, const uint *q,                          \
                     SHARED_POINTER const char *keys, SHARED_POINTER const char *values,       \
                     long first, const long *limit, float scale, int lane)                     \
    {                                                                                          \
        float s[2 * T][4], highest[2], shrink[2];                                              \
        UNROLL for (int i = 0; i < 8 * T; i++)                                                 \
        {                                                                                      \
            s[i / 4][i % 4] = 0.0f;                                                            \
        }                                                                                      \
        UNROLL for (int i = 0; i < T * D / 16; i++)                                            \
        {                                                                                      \
            uint b[4];                                                                         \
            int j = i % T, k = i / T;                                                          \
            load_rows(b, keys + PLACE(j * 16 + lane / 16 * 8 + lane % 8,                       \
                                      k * 2 + lane / 8 % 2));                                  \
            mma_bf16(s[2 * j], q + 4 * k, b);                                                  \
            mma_bf16(s[2 * j + 1], q + 4 * k, b + 2);                                          \
        }                                                                                      \
        UNROLL for (int r = 0; r < 2; r++)                                                     \
        {                                                                                      \
            highest[r] = top[r];                                                               \
            UNROLL for (int i = 0; i < 4 * T; i++)                                             \
            {                                                                                  \
                long token = first + i / 2 * 8 + lane % 4 * 2 + i % 2;                         \
                float *score = &s[i / 2][2 * r + i % 2];                                       \
                *score = token < limit[r] ? *score : -INFINITY;                                \
                highest[r] = fmax(highest[r], *score);                                         \
            }                                                                                  \
            highest[r] = quad_highest(highest[r]);                                             \
            shrink[r] = exp2_of((top[r] - highest[r]) * scale);                                \
            top[r] = highest[r];                                                               \
            sum[r] *= shrink[r];                                                               \
            UNROLL for (int i = 0; i < 4 * T; i++)                                             \
            {                                                                                  \
                float *score = &s[i / 2][2 * r + i % 2];                                       \
                *score = exp2_of((*score - highest[r]) * scale);                               \
                sum[r] += *score;                                                              \
            }                                                                                  \
        }                                                                                      \
        UNROLL for (int i = 0; i < D / 2; i++)                                                 \
        {                                                                                      \
            o[i] *= shrink[i / 2 % 2];                                                         \
        }                                                                                      \
        UNROLL for (int j = 0; j < T; j++)                                                     \
        {                                                                                      \
            uint a[4];                                                                         \
            UNROLL for (int i = 0; i < 4; i++)                                                 \
            {                                                                                  \
                const float *two = &s[2 * j + i / 2][i % 2 * 2];                               \
                a[i] = pack_bf16(two[0], two[1]);                                              \
            }                                                                                  \
            UNROLL for (int i = 0; i < D / 16; i++)                                            \
            {                                                                                  \
                uint b[4];                                                                     \
                load_columns(b, values + PLACE(j * 16 + lane % 16, i * 2 + lane / 16));        \
                mma_bf16(o + 8 * i, a, b);                                                     \
                mma_bf16(o + 8 * i + 4, a, b + 2);                                             \
            }                                                                                  \
        }                                                                                      \
    }
ATTEND(attend_prompt_64, 64, 4, place8)
ATTEND(attend_prompt_128, 128, 4, place16)
ATTEND(attend_page_64, 64, 1, place8)
ATTEND(attend_page_128, 128, 1, place16)

/* --- prefill ------------------------------------------------------------------------------ */

/* Keys or values of 64 tokens from `first` on; zero past the prompt's end. */
#define COPY_TOKENS(name, D, PLACE)                                                            \
    DEVICE void name(SHARED_POINTER char *to, global const ushort *from, long first, long s,   \
                     long stride)                                                              \
    {                                                                                          \
        UNROLL for (int i = 0; i < FLASH_TOKENS * D / 8 / 128; i++)                            \
        {                                                                                      \
            int at = i * 128 + get_local_id(0), r = at / (D / 8), c = at % (D / 8);            \
            bool there = first + r < s;                                                        \
            copy16(to + PLACE(r, c), there ? from + (first + r) * stride + c * 8 : from,       \
                   there ? 16 : 0);                                                            \
        }                                                                                      \
    }
COPY_TOKENS(copy_tokens_64, 64, place8)
COPY_TOKENS(copy_tokens_128, 128, place16)

/* A group takes 64 queries of one head; the longest rows begin first. */
#define PREFILL(name, D, TAKE, COPY, ATTEND)                                                   \
    KERNEL(128)                                                                                \
    name(global const ushort *q, global const ushort *k, global const ushort *v,               \
         global uint *o, long h, long g, long s, long d)                                       \
    {                                                                                          \
        DYNAMIC_SHARED(room);                                                                  \
        int lane = get_local_id(0) % 32, warp = get_local_id(0) / 32;                          \
        long tiles = (s + FLASH_TOKENS - 1) / FLASH_TOKENS, head = get_group_id(0) % h;        \
        long q0 = (tiles - 1 - get_group_id(0) / h) * FLASH_TOKENS;                            \
        long low = q0 + warp * 16 + lane / 4, high = low + 8, kv = head / (h / g);             \
        long limit[2] = {min(low, s - 1) + 1, min(high, s - 1) + 1};                           \
        long steps = (min(q0 + FLASH_TOKENS, s) + FLASH_TOKENS - 1) / FLASH_TOKENS;            \
        float acc[D / 2], top[2] = {-INFINITY, -INFINITY}, sum[2] = {0.0f, 0.0f};              \
        float scale = 1.44269504f / sqrt((float)D);                                            \
        uint query[D / 4];                                                                     \
        global const ushort *keys = k + kv * D, *values = v + kv * D;                          \
        TAKE(query, q + ((limit[0] - 1) * h + head) * D, q + ((limit[1] - 1) * h + head) * D,  \
             lane);                                                                            \
        UNROLL for (int i = 0; i < D / 2; i++)                                                 \
        {                                                                                      \
            acc[i] = 0.0f;                                                                     \
        }                                                                                      \
        for (long i = -1; i < steps; i++) {                                                    \
            SHARED_POINTER char *to = room + (i + 1) % 2 * (FLASH_TOKENS * D * 4);             \
            if (i + 1 < steps) {                                                               \
                COPY(to, keys, (i + 1) * FLASH_TOKENS, s, g * D);                              \
                COPY(to + FLASH_TOKENS * D * 2, values, (i + 1) * FLASH_TOKENS, s, g * D);     \
            }                                                                                  \
            commit_copies();                                                                   \
            if (i < 0) {                                                                       \
                continue;                                                                      \
            }                                                                                  \
            wait_copies(1);                                                                    \
            SYNC;                                                                              \
            SHARED_POINTER const char *piece = room + i % 2 * (FLASH_TOKENS * D * 4);          \
            ATTEND(acc, top, sum, query, piece, piece + FLASH_TOKENS * D * 2,                  \
                   i * FLASH_TOKENS, limit, scale, lane);                                      \
            SYNC;                                                                              \
        }                                                                                      \
        UNROLL for (int r = 0; r < 2; r++)                                                     \
        {                                                                                      \
            float inverse = 1.0f / quad_sum(sum[r]);                                           \
            long row = r == 0 ? low : high;                                                    \
            UNROLL for (int i = 0; i < D / 8; i++)                                             \
            {                                                                                  \
                if (row < s) {                                                                 \
                    o[((row * h + head) * D + i * 8) / 2 + lane % 4] = pack_bf16(              \
                        acc[4 * i + 2 * r] * inverse, acc[4 * i + 2 * r + 1] * inverse);       \
                }                                                                              \
            }                                                                                  \
        }                                                                                      \
    }
PREFILL(flash_prefill_64, 64, take_query_64, copy_tokens_64, attend_prompt_64)
PREFILL(flash_prefill_128, 128, take_query_128, copy_tokens_128, attend_prompt_128)

/* --- decode ------------------------------------------------------------------------------- */

/* A page of one key-value head lies in one piece; a warp copies it alone. */
#define COPY_PAGE(name, D, PLACE)                                                              \
    DEVICE void name(SHARED_POINTER char *to, global const ushort *from, int lane)             \
    {                                                                                          \
        UNROLL for (int i = 0; i < FLASH_PAGE * D / 8 / 32; i++)                               \
        {                                                                                      \
            int at = i * 32 + lane;                                                            \
            copy16(to + PLACE(at / (D / 8), at % (D / 8)), from + at * 8, 16);                 \
        }                                                                                      \
    }
COPY_PAGE(copy_page_64, 64, place8)
COPY_PAGE(copy_page_128, 128, place16)

/* Two warps to a group, each a part for itself: pages part, part + parts, … of one sequence and
 * key-value head. What it found goes to `found`: for each sequence, head and part its D sums,
 * the maximum and the sum of weights. */
#define DECODE(name, D, TAKE, COPY, ATTEND)                                                    \
    KERNEL(64)                                                                                 \
    name(global const ushort *q, global const ushort *k, global const ushort *v,               \
         global const int *table, global float *found, long h, long g, long s, long splits)    \
    {                                                                                          \
        SHARED ALIGNED char room[2][FLASH_STAGES][2][FLASH_PAGE * D * 2];                      \
        int lane = get_local_id(0) % 32, warp = get_local_id(0) / 32;                          \
        long parts = 2 * splits, part = get_group_id(0) % splits * 2 + warp;                   \
        long kv = get_group_id(0) / splits % g, sequence = get_group_id(0) / splits / g;       \
        long heads = h / g, pages = (s + FLASH_PAGE - 1) / FLASH_PAGE;                         \
        long steps = part < pages ? (pages - part + parts - 1) / parts : 0;                    \
        long limit[2] = {s, s};                                                                \
        float acc[D / 2], top[2] = {-INFINITY, -INFINITY}, sum[2] = {0.0f, 0.0f};              \
        float scale = 1.44269504f / sqrt((float)D);                                            \
        uint query[D / 4];                                                                     \
        global const ushort *first = q + (sequence * h + kv * heads) * D;                      \
        TAKE(query, lane / 4 < heads ? first + lane / 4 * D : 0,                               \
             lane / 4 + 8 < heads ? first + (lane / 4 + 8) * D : 0, lane);                     \
        UNROLL for (int i = 0; i < D / 2; i++)                                                 \
        {                                                                                      \
            acc[i] = 0.0f;                                                                     \
        }                                                                                      \
        for (long i = 1 - FLASH_STAGES; i < steps; i++) {                                      \
            long ahead = i + FLASH_STAGES - 1;                                                 \
            WARP_SYNC;                                                                         \
            if (ahead < steps) {                                                               \
                long page = table[sequence * pages + part + ahead * parts];                    \
                SHARED_POINTER char *to = room[warp][ahead % FLASH_STAGES][0];                 \
                COPY(to, k + (page * g + kv) * FLASH_PAGE * D, lane);                          \
                COPY(to + FLASH_PAGE * D * 2, v + (page * g + kv) * FLASH_PAGE * D, lane);     \
            }                                                                                  \
            commit_copies();                                                                   \
            if (i < 0) {                                                                       \
                continue;                                                                      \
            }                                                                                  \
            wait_copies(FLASH_STAGES - 1);                                                     \
            WARP_SYNC;                                                                         \
            SHARED_POINTER const char *piece = room[warp][i % FLASH_STAGES][0];                \
            ATTEND(acc, top, sum, query, piece, piece + FLASH_PAGE * D * 2,                    \
                   (part + i * parts) * FLASH_PAGE, limit, scale, lane);                       \
        }                                                                                      \
        UNROLL for (int r = 0; r < 2; r++)                                                     \
        {                                                                                      \
            float total = quad_sum(sum[r]);                                                    \
            long row = lane / 4 + 8 * r;                                                       \
            global float *to =                                                                 \
                found + ((sequence * h + kv * heads + row) * parts + part) * (D + 2);          \
            UNROLL for (int i = 0; i < D / 4; i++)                                             \
            {                                                                                  \
                if (row < heads) {                                                             \
                    to[i / 2 * 8 + lane % 4 * 2 + i % 2] = acc[i / 2 * 4 + 2 * r + i % 2];     \
                }                                                                              \
            }                                                                                  \
            if (row < heads && lane % 4 == 0) {                                                \
                to[D] = top[r];                                                                \
                to[D + 1] = total;                                                             \
            }                                                                                  \
        }                                                                                      \
    }
DECODE(flash_decode_64, 64, take_query_64, copy_page_64, attend_page_64)
DECODE(flash_decode_128, 128, take_query_128, copy_page_128, attend_page_128)

/* A group to a sequence and head, an item to two components: what the parts found, each scaled
 * to the highest maximum of all. A part without pages found −∞ and nothing. */
KERNEL(64)
flash_merge(global const float *found, global uint *o, long d, long parts)
{
    int item = get_local_id(0);
    global const float *from = found + get_group_id(0) * parts * (d + 2);
    float top = -INFINITY, sum = 0.0f, x = 0.0f, y = 0.0f;
    float scale = 1.44269504f / sqrt((float)d);
    for (long p = 0; p < parts; p++) {
        top = fmax(top, from[p * (d + 2) + d]);
    }
    if (2 * item >= d) {
        return;
    }
    for (long p = 0; p < parts; p++) {
        global const float *part = from + p * (d + 2);
        float weight = exp2_of((part[d] - top) * scale);
        sum += weight * part[d + 1];
        x += weight * part[2 * item];
        y += weight * part[2 * item + 1];
    }
    o[get_group_id(0) * d / 2 + item] = pack_bf16(x / sum, y / sum);
}
