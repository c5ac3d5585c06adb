#include "scripting/swf_scan.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_WIDE 1
#define WIDE __attribute__((target("avx2,bmi,bmi2")))
#else
#define HAVE_WIDE 0
#endif

/* The body of both scans, compiled once for any processor and once for wide ones. */
#define INLINED static inline __attribute__((always_inline))

enum { BLOCK = 64, WORD_DIGITS = 8, ROOM = HANSE__SWF_FIELDS + BLOCK };

/* clang-format off */
#define USED {0, 1, 3, 4, 7, 8, 11, 12, 14, 15}
/* clang-format on */
const unsigned char hanse__swf_used[HANSE__SWF_USED] = USED;

/* A block by kind of character: bit i is byte i. */
struct masks {
    uint64_t blank, digit, minus;
};

/* --- masks -------------------------------------------------------------------------------- */

#if HAVE_WIDE
WIDE INLINED struct masks look_wide(const char *text)
{
    const __m256i space = _mm256_set1_epi8(' '), tab = _mm256_set1_epi8('\t');
    const __m256i dash = _mm256_set1_epi8('-');
    const __m256i zero = _mm256_set1_epi8('0'), nine = _mm256_set1_epi8(9);
    uint64_t blank[2], digit[2], minus[2];
    for (int i = 0; i < 2; i++) {
        __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32 * i));
        __m256i d = _mm256_sub_epi8(c, zero);
        __m256i b = _mm256_or_si256(_mm256_cmpeq_epi8(c, space), _mm256_cmpeq_epi8(c, tab));
        blank[i] = (uint32_t)_mm256_movemask_epi8(b);
        digit[i] =
            (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(d, nine), d));
        minus[i] = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(c, dash));
    }
    return (struct masks){blank[0] | blank[1] << 32, digit[0] | digit[1] << 32,
                          minus[0] | minus[1] << 32};
}

INLINED struct masks look(const char *text)
{
    const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t');
    const __m128i dash = _mm_set1_epi8('-');
    const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
    struct masks masks = {0, 0, 0};
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        __m128i d = _mm_sub_epi8(c, zero);
        __m128i blank = _mm_or_si128(_mm_cmpeq_epi8(c, space), _mm_cmpeq_epi8(c, tab));
        __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(d, nine), d);
        masks.blank |= (uint64_t)(uint32_t)_mm_movemask_epi8(blank) << i;
        masks.digit |= (uint64_t)(uint32_t)_mm_movemask_epi8(digit) << i;
        masks.minus |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, dash)) << i;
    }
    return masks;
}
#else
static struct masks look(const char *text)
{
    struct masks masks = {0, 0, 0};
    for (int i = 0; i < BLOCK; i++) {
        char c = text[i];
        masks.blank |= (uint64_t)(c == ' ' || c == '\t') << i;
        masks.digit |= (uint64_t)((unsigned char)(c - '0') < 10) << i;
        masks.minus |= (uint64_t)(c == '-') << i;
    }
    return masks;
}
#endif

/* Where fields begin. False when there are not as many as there should be, or the line holds
 * anything but whole numbers. A carry of 1 stands for the byte before the block. */
INLINED bool find_fields(const char *text, size_t length, uint32_t *begin,
                         struct masks (*look_at)(const char *text))
{
    uint64_t carry_full = 0, carry_minus = 0, odd = 0;
    uint32_t n = 0;
    for (size_t at = 0; at < length && n <= HANSE__SWF_FIELDS; at += BLOCK) {
        struct masks m = look_at(text + at);
        size_t left = length - at;
        uint64_t within = left >= BLOCK ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
        uint64_t full = ~m.blank & within, minus = m.minus & within;
        uint64_t before_full = full << 1 | carry_full;
        odd |= (full & ~(m.digit | minus)) | (minus & before_full) |
               ((minus << 1 | carry_minus) & ~(m.digit & within));
        for (uint64_t bits = full & ~before_full; bits != 0; bits &= bits - 1) {
            begin[n++] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits);
        }
        carry_full = full >> 63;
        carry_minus = minus >> 63;
    }
    return (odd | carry_minus) == 0 && n == HANSE__SWF_FIELDS;
}

/* --- numbers ------------------------------------------------------------------------------ */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* The digits at the front of eight bytes, and how many: '0' to '9' become 0 to 9, the first
 * byte that is none of these shows where they end, what follows is shifted out; then pairs of
 * digits are added up, then all four pairs at once. */
INLINED uint64_t read_word(const char *text, unsigned *n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), pairs = UINT64_C(0x000000FF000000FF);
    uint64_t word;
    memcpy(&word, text, sizeof word);
    word ^= ones * '0';
    uint64_t beyond = (word | (word + ones * 0x76)) & (ones * 0x80);
    unsigned bits = beyond != 0 ? (unsigned)__builtin_ctzll(beyond) & 56 : 64;
    word = word << (32 - bits / 2) << (32 - bits / 2); /* 64 at once is not allowed */
    word = word * 10 + (word >> 8);
    *n = bits / 8;
    return ((word & pairs) * (100 + (UINT64_C(1000000) << 32)) +
            ((word >> 16) & pairs) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}
#else
static uint64_t read_word(const char *text, unsigned *n)
{
    uint64_t value = 0;
    for (*n = 0; *n < WORD_DIGITS && (unsigned char)(text[*n] - '0') < 10; ++*n) {
        value = value * 10 + (uint64_t)(text[*n] - '0');
    }
    return value;
}
#endif

/* False when there are more than 15. */
INLINED bool read_number(const char *text, uint64_t *number)
{
    static const uint32_t powers[WORD_DIGITS] = {1,     10,     100,     1000,
                                                 10000, 100000, 1000000, 10000000};
    unsigned n;
    *number = read_word(text, &n);
    if (n < WORD_DIGITS) {
        return true;
    }
    uint64_t rest = read_word(text + WORD_DIGITS, &n);
    if (n == WORD_DIGITS) {
        return false;
    }
    *number = *number * powers[n] + rest;
    return true;
}

INLINED bool read_fields(const char *text, const uint32_t *begin, double *values)
{
    static const unsigned char used[HANSE__SWF_USED] = USED;
#pragma GCC unroll 10
    for (int i = 0; i < HANSE__SWF_USED; i++) {
        int f = used[i];
        const char *at = text + begin[f];
        bool negative = *at == '-';
        uint64_t number;
        if (negative && (unsigned char)(at[2] - '0') > 9) { /* -1: what is not known */
            values[f] = (double)('0' - at[1]);
            continue;
        }
        if (!read_number(at + negative, &number)) {
            return false;
        }
        int64_t sign = -(int64_t)negative;
        values[f] = (double)(((int64_t)number ^ sign) - sign);
    }
    return true;
}

/* --- both scans --------------------------------------------------------------------------- */

bool hanse__swf_scan_narrow(const char *text, size_t length, double *values)
{
    uint32_t begin[ROOM];
    return find_fields(text, length, begin, look) && read_fields(text, begin, values);
}

#if HAVE_WIDE
WIDE static bool scan_wide(const char *text, size_t length, double *values)
{
    uint32_t begin[ROOM];
    return find_fields(text, length, begin, look_wide) && read_fields(text, begin, values);
}

bool hanse__swf_scan(const char *text, size_t length, double *values)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")
               ? scan_wide(text, length, values)
               : hanse__swf_scan_narrow(text, length, values);
}
#else
bool hanse__swf_scan(const char *text, size_t length, double *values)
{
    return hanse__swf_scan_narrow(text, length, values);
}
#endif
