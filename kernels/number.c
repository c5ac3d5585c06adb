#include "kernels/number.h"

/* SplitMix64 (Steele et al. 2014): a gigabyte of inputs must not take longer than its runs. */
uint64_t hanse__random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
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
static uint16_t random_fp16(uint64_t *state)
{
    uint64_t bits = hanse__random_bits(state);
    return (uint16_t)((bits & 0x83FF) | (11 + (bits >> 16 & 3)) << 10);
}

/* Cut, not rounded: so they are exact. */
static uint32_t random_bits_of_float(uint32_t kept, uint64_t *state)
{
    return hanse__bits_of((float)hanse__random(state)) & kept;
}

void hanse__fill(void *data, size_t bytes, enum hanse_precision precision, uint64_t *state)
{
    if (precision == HANSE_INT8 || precision == HANSE_INT4 || precision == HANSE_BYTES) {
        fill_bytes(data, bytes, state);
        return;
    }
    size_t n = bytes / hanse__number_bytes(precision, 0);
    for (size_t i = 0; i < n; i++) {
        switch (precision) {
        case HANSE_FP64:
            ((double *)data)[i] = hanse__random(state);
            break;
        case HANSE_FP16:
            ((uint16_t *)data)[i] = random_fp16(state);
            break;
        case HANSE_BF16:
            ((uint16_t *)data)[i] = (uint16_t)(random_bits_of_float(~0u, state) >> 16);
            break;
        case HANSE_TF32:
            ((uint32_t *)data)[i] = random_bits_of_float(~0x1FFFu, state);
            break;
        default:
            ((float *)data)[i] = (float)hanse__random(state);
        }
    }
}
