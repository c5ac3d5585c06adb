#include "kernels/number.h"

/* What the state grows by with each draw. */
static const uint64_t STRIDE = 0x9E3779B97F4A7C15u;

/* SplitMix64 (Steele et al. 2014): a gigabyte of inputs must not take longer than its runs. */
uint64_t hanse__random_bits(uint64_t *state)
{
    uint64_t z = *state += STRIDE;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double hanse__random(uint64_t *state)
{
    return ((double)(hanse__random_bits(state) >> 11) + 0.5) * 0x1p-52 - 1.0;
}

static void fill_bytes(unsigned char *to, size_t bytes, uint64_t *state)
{
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        uint64_t word = hanse__random_bits(state);
        size_t n = bytes - i < sizeof word ? bytes - i : sizeof word;
        memcpy(to + i, &word, n);
    }
}

/* Between 1/16 and 1, either sign. */
static uint16_t random_fp16(uint64_t bits)
{
    return (uint16_t)((bits & 0x83FF) | (11 + (bits >> 10 & 3)) << 10);
}

/* Uniform, cut to bf16 and not rounded: so it is exact. */
static uint16_t random_bf16(uint64_t bits)
{
    float x = ((float)(bits & 0xFFFF) + 0.5f) * 0x1p-15f - 1.0f;
    return (uint16_t)(hanse__bits_of(x) >> 16);
}

/* Between 1/16 and 1, either sign, as random_fp16. */
static void fill_fp8(uint8_t *to, size_t n, uint64_t *state)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++, bits >>= 8) {
        bits = i % 8 == 0 ? hanse__random_bits(state) : bits;
        to[i] = (uint8_t)((bits & 0x87) | (3 + (bits >> 3 & 3)) << 3);
    }
}

/* Four numbers of a draw: sixteen of its bits for each. */
static void fill_halves(uint16_t *to, size_t n, enum hanse_precision precision, uint64_t *state)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++, bits >>= 16) {
        bits = i % 4 == 0 ? hanse__random_bits(state) : bits;
        to[i] = precision == HANSE_FP16 ? random_fp16(bits) : random_bf16(bits);
    }
}

static void fill_part(void *data, size_t bytes, enum hanse_precision precision, uint64_t *state)
{
    if (precision == HANSE_INT8 || precision == HANSE_INT4 || precision == HANSE_BYTES) {
        fill_bytes(data, bytes, state);
        return;
    }
    size_t n = bytes / hanse__number_bytes(precision, 0);
    if (precision == HANSE_FP8) {
        fill_fp8(data, n, state);
        return;
    }
    if (precision == HANSE_FP16 || precision == HANSE_BF16) {
        fill_halves(data, n, precision, state);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (precision == HANSE_FP64) {
            ((double *)data)[i] = hanse__random(state);
        } else if (precision == HANSE_TF32) { /* cut, not rounded */
            ((uint32_t *)data)[i] = hanse__bits_of((float)hanse__random(state)) & ~0x1FFFu;
        } else {
            ((float *)data)[i] = (float)hanse__random(state);
        }
    }
}

/* Bytes that a draw fills: a number of four bytes and more takes one for itself. */
static size_t bytes_of_draw(enum hanse_precision precision)
{
    return precision == HANSE_FP32 || precision == HANSE_TF32 ? 4 : 8;
}

/* All threads, each a piece: where a piece's draws begin is known without making the ones
 * before, so that the numbers are the same for any number of threads. */
void hanse__fill(void *data, size_t bytes, enum hanse_precision precision, uint64_t *state)
{
    enum { PIECE = 1 << 20 };
    size_t draw = bytes_of_draw(precision), pieces = (bytes + PIECE - 1) / PIECE;
    uint64_t first = *state;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < pieces; p++) {
        uint64_t at = first + STRIDE * (uint64_t)(p * (PIECE / draw));
        size_t n = bytes - p * PIECE < PIECE ? bytes - p * PIECE : PIECE;
        fill_part((char *)data + p * PIECE, n, precision, &at);
    }
    *state = first + STRIDE * (uint64_t)((bytes + draw - 1) / draw);
}
