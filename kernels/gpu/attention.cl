/* Attention without matrix units. A group per query and head. Tokens in pieces of GPU_GROUP: an
 * item scores one token, then each item adds up some components; running maximum and sum as in
 * kernels/cpu/isa/attention.c (Milakov and Gimelshein 2018). */
#define PAGE 16

#define ATTENTION(KEY, TOKENS)                                                                 \
    SHARED float scores[GPU_GROUP], tops[GPU_GROUP];                                           \
    int item = get_local_id(0);                                                                \
    long query = get_group_id(0) / h, head = get_group_id(0) % h, kv = head / (h / g);         \
    float scale = 1.0f / sqrt((float)d), top = -INFINITY, sum = 0.0f;                          \
    float acc[256 / GPU_GROUP] = {0};                                                          \
    global const float4 *row = (global const float4 *)(q + (query * h + head) * d);            \
    for (long t0 = 0; t0 < TOKENS; t0 += GPU_GROUP) {                                          \
        long t = t0 + item;                                                                    \
        float score = -INFINITY;                                                               \
        if (t < TOKENS) {                                                                      \
            global const float4 *key = (global const float4 *)(k + KEY(t));                    \
            float part = 0.0f, other = 0.0f;                                                   \
            for (long j = 0; j < d / 4; j++) {                                                 \
                float4 x = row[j], y = key[j];                                                 \
                part = fma(x.y, y.y, fma(x.x, y.x, part));                                     \
                other = fma(x.w, y.w, fma(x.z, y.z, other));                                   \
            }                                                                                  \
            score = (part + other) * scale;                                                    \
        }                                                                                      \
        tops[item] = score;                                                                    \
        SYNC;                                                                                  \
        float highest = top;                                                                   \
        for (int i = 0; i < GPU_GROUP; i++) {                                                  \
            highest = fmax(highest, tops[i]);                                                  \
        }                                                                                      \
        scores[item] = t < TOKENS ? exp(score - highest) : 0.0f;                               \
        SYNC;                                                                                  \
        float shrink = exp(top - highest), added = 0.0f;                                       \
        for (int i = 0; i < GPU_GROUP; i++) {                                                  \
            added += scores[i];                                                                \
        }                                                                                      \
        sum = sum * shrink + added;                                                            \
        top = highest;                                                                         \
        UNROLL for (int c = 0; c < 256 / GPU_GROUP; c++)                                       \
        {                                                                                      \
            if (c * GPU_GROUP + item < d) {                                                    \
                float a = acc[c] * shrink;                                                     \
                for (int i = 0; i < GPU_GROUP && t0 + i < TOKENS; i++) {                       \
                    a = fma(scores[i], v[KEY(t0 + i) + c * GPU_GROUP + item], a);              \
                }                                                                              \
                acc[c] = a;                                                                    \
            }                                                                                  \
        }                                                                                      \
        SYNC;                                                                                  \
    }                                                                                          \
    UNROLL for (int c = 0; c < 256 / GPU_GROUP; c++)                                           \
    {                                                                                          \
        if (c * GPU_GROUP + item < d) {                                                        \
            o[(query * h + head) * d + c * GPU_GROUP + item] = acc[c] / sum;                   \
        }                                                                                      \
    }

#define IN_PROMPT(t) (((t) * g + kv) * d)
#define IN_PAGES(t) (((table[query * pages + (t) / PAGE] * g + kv) * PAGE + (t) % PAGE) * d)

KERNEL(GPU_GROUP)
attention_prefill(global const float *restrict q, global const float *restrict k,
                  global const float *restrict v, global float *restrict o, long h, long g,
                  long s, long d)
{
    ATTENTION(IN_PROMPT, (query + 1))
}

KERNEL(GPU_GROUP)
attention_decode(global const float *restrict q, global const float *restrict k,
                 global const float *restrict v, global const int *restrict table,
                 global float *restrict o, long h, long g, long s, long d)
{
    long pages = (s + PAGE - 1) / PAGE;
    ATTENTION(IN_PAGES, s)
}
