#include "scripting/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 400, EXACT_DIGITS = 15, EXACT_POWER = 22 };

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number taken apart. */
struct parts {
    bool negative;
    uint64_t digits; /* the leading ones, as a whole number */
    int n_digits;    /* without leading zeros; all that `digits` holds when <= EXACT_DIGITS */
    int power;       /* digits x 10^power */
};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Digits from `at` on; returns where they end. */
static const char *take_digits(const char *at, const char *end, struct parts *parts)
{
    for (; at < end && is_digit(*at); at++) {
        parts->n_digits += parts->n_digits > 0 || *at != '0';
        if (parts->n_digits <= EXACT_DIGITS) {
            parts->digits = parts->digits * 10 + (uint64_t)(*at - '0');
        }
    }
    return at;
}

/* An exponent's value is cut off where every number is out of range anyway. */
static const char *take_exponent(const char *at, const char *end, struct parts *parts)
{
    bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    const char *first = at;
    int value = 0;
    for (; at < end && is_digit(*at); at++) {
        value = value < 10000 ? value * 10 + (*at - '0') : value;
    }
    parts->power += negative ? -value : value;
    return at > first ? at : NULL;
}

/* Is text[length] a number by its looks? */
static bool take_apart(const char *text, size_t length, struct parts *parts)
{
    const char *at = text, *end = text + length;
    *parts = (struct parts){.negative = at < end && *at == '-'};
    at += at < end && (*at == '-' || *at == '+');
    const char *first = at;
    at = take_digits(at, end, parts);
    ptrdiff_t n = at - first;
    if (at < end && *at == '.') {
        first = ++at;
        at = take_digits(at, end, parts);
        parts->power = -(int)(at - first);
        n += at - first;
    }
    if (n > 0 && at < end && (*at == 'e' || *at == 'E')) {
        at = take_exponent(at + 1, end, parts);
    }
    return n > 0 && at == end;
}

static bool by_library(const char *text, size_t length, double *number)
{
    char copy[MOST_BYTES + 1];
    memcpy(copy, text, length);
    copy[length] = '\0';
    *number = strtod(copy, NULL);
    return isfinite(*number);
}

bool hanse__decimal(const char *text, size_t length, double *number)
{
    struct parts parts;
    if (length > MOST_BYTES || !take_apart(text, length, &parts)) {
        return false;
    }
    if (parts.n_digits > EXACT_DIGITS || abs(parts.power) > EXACT_POWER) {
        return by_library(text, length, number);
    }
    double value = (double)parts.digits;
    value = parts.power < 0 ? value / powers[-parts.power] : value * powers[parts.power];
    *number = parts.negative ? -value : value;
    return true;
}
