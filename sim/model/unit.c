#include "sim/model/unit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 32, MAX_POWER = 16 };

struct named {
    const char *name;
    double scale;
    struct hanse_dim dim;
};

#define TIME(n)                                                                                \
    {                                                                                          \
        .power = { [HANSE_BASE_H] = (n) }                                                      \
    }
#define ENERGY                                                                                 \
    {                                                                                          \
        .power = { [HANSE_BASE_KWH] = 1 }                                                      \
    }
#define POWER                                                                                  \
    {                                                                                          \
        .power = { [HANSE_BASE_KWH] = 1, [HANSE_BASE_H] = -1 }                                 \
    }
#define ONE(base)                                                                              \
    {                                                                                          \
        .power = { [HANSE_BASE_##base] = 1 }                                                   \
    }
#define PLAIN                                                                                  \
    {                                                                                          \
        .power = { 0 }                                                                         \
    }
#define KIBI 1024.0

/* Hour, kilowatt-hour and so on have scale 1: they are the base units. */
static const struct named units[] = {
    {"us", 1e-6 / 3600, TIME(1)},
    {"ms", 1e-3 / 3600, TIME(1)},
    {"s", 1.0 / 3600, TIME(1)},
    {"min", 1.0 / 60, TIME(1)},
    {"h", 1, TIME(1)},
    {"day", 24, TIME(1)},
    {"week", 168, TIME(1)},
    {"month", 730, TIME(1)},
    {"year", 8760, TIME(1)},
    {"Hz", 3600, TIME(-1)},
    {"W", 1e-3, POWER},
    {"kW", 1, POWER},
    {"MW", 1e3, POWER},
    {"GW", 1e6, POWER},
    {"TW", 1e9, POWER},
    {"J", 1.0 / 3.6e6, ENERGY},
    {"kJ", 1.0 / 3.6e3, ENERGY},
    {"MJ", 1.0 / 3.6, ENERGY},
    {"GJ", 1e3 / 3.6, ENERGY},
    {"Wh", 1e-3, ENERGY},
    {"kWh", 1, ENERGY},
    {"MWh", 1e3, ENERGY},
    {"GWh", 1e6, ENERGY},
    {"TWh", 1e9, ENERGY},
    {"EUR", 1, ONE(EUR)},
    {"kEUR", 1e3, ONE(EUR)},
    {"MEUR", 1e6, ONE(EUR)},
    {"GEUR", 1e9, ONE(EUR)},
    {"USD", 1, ONE(USD)},
    {"kUSD", 1e3, ONE(USD)},
    {"MUSD", 1e6, ONE(USD)},
    {"GUSD", 1e9, ONE(USD)},
    {"B", 1, ONE(BYTE)},
    {"kB", 1e3, ONE(BYTE)},
    {"MB", 1e6, ONE(BYTE)},
    {"GB", 1e9, ONE(BYTE)},
    {"TB", 1e12, ONE(BYTE)},
    {"PB", 1e15, ONE(BYTE)},
    {"KiB", KIBI, ONE(BYTE)},
    {"MiB", KIBI *KIBI, ONE(BYTE)},
    {"GiB", KIBI *KIBI *KIBI, ONE(BYTE)},
    {"TiB", KIBI *KIBI *KIBI *KIBI, ONE(BYTE)},
    {"bit", 1.0 / 8, ONE(BYTE)},
    {"kbit", 1e3 / 8, ONE(BYTE)},
    {"Mbit", 1e6 / 8, ONE(BYTE)},
    {"Gbit", 1e9 / 8, ONE(BYTE)},
    {"Tbit", 1e12 / 8, ONE(BYTE)},
    {"FLOP", 1, ONE(FLOP)},
    {"MFLOP", 1e6, ONE(FLOP)},
    {"GFLOP", 1e9, ONE(FLOP)},
    {"TFLOP", 1e12, ONE(FLOP)},
    {"PFLOP", 1e15, ONE(FLOP)},
    {"EFLOP", 1e18, ONE(FLOP)},
    {"token", 1, ONE(TOKEN)},
    {"ktoken", 1e3, ONE(TOKEN)},
    {"Mtoken", 1e6, ONE(TOKEN)},
    {"Gtoken", 1e9, ONE(TOKEN)},
    {"Ttoken", 1e12, ONE(TOKEN)},
    {"person", 1, ONE(PERSON)},
    {"kperson", 1e3, ONE(PERSON)},
    {"Mperson", 1e6, ONE(PERSON)},
    {"prompt", 1, ONE(PROMPT)},
    {"kprompt", 1e3, ONE(PROMPT)},
    {"Mprompt", 1e6, ONE(PROMPT)},
    {"H100_h", 1, ONE(WORK)},
    {"g", 1, ONE(G)},
    {"kg", 1e3, ONE(G)},
    {"t", 1e6, ONE(G)},
    {"kt", 1e9, ONE(G)},
    {"Mt", 1e12, ONE(G)},
    {"mm", 1e-3, ONE(M)},
    {"cm", 1e-2, ONE(M)},
    {"m", 1, ONE(M)},
    {"km", 1e3, ONE(M)},
    {"degree", 1, ONE(DEGREE)},
    {"K", 1, ONE(KELVIN)},
    {"percent", 0.01, PLAIN},
};
enum { N_UNITS = sizeof units / sizeof units[0] };

static const char *const base_names[HANSE_BASE_COUNT] = {
    "h",      "kWh",    "EUR",    "USD", "B", "FLOP",   "token",
    "person", "prompt", "H100_h", "g",   "m", "degree", "K",
};

bool hanse_unit_named(size_t i, const char **name, struct hanse_unit *unit)
{
    if (i >= N_UNITS) {
        return false;
    }
    *name = units[i].name;
    unit->scale = units[i].scale;
    unit->dim = units[i].dim;
    return true;
}

bool hanse_dim_equal(const struct hanse_dim *a, const struct hanse_dim *b)
{
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

static const struct named *find(const char *name, size_t length)
{
    for (size_t i = 0; i < N_UNITS; i++) {
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

static enum hanse_status unknown(struct hanse_context *ctx, const char *text, const char *name,
                                 size_t length)
{
    const char *names[N_UNITS];
    char word[MAX_NAME] = "";
    if (length >= sizeof word) {
        length = sizeof word - 1;
    }
    memcpy(word, name, length);
    for (size_t i = 0; i < N_UNITS; i++) {
        names[i] = units[i].name;
    }
    const char *near = hanse__nearest(word, names, N_UNITS);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "unit '%s': there is no unit '%s'%s%s%s", text,
                       word, near ? " (did you mean '" : "", near ? near : "",
                       near ? "'?)" : "");
}

static enum hanse_status malformed(struct hanse_context *ctx, const char *text,
                                   const char *expected, const char *at)
{
    return hanse__fail(ctx, HANSE_ERR_INPUT, "unit '%s': expected %s, got '%s'", text, expected,
                       at);
}

/* A factor without its power: a name, or a positive whole number such as the 1 of "1/year". */
static enum hanse_status parse_atom(struct hanse_context *ctx, const char *text,
                                    const char **cursor, struct hanse_unit *unit)
{
    const char *start = *cursor;
    memset(unit, 0, sizeof *unit);
    if (isdigit((unsigned char)*start)) {
        char *end;
        unit->scale = (double)strtoull(start, &end, 10);
        *cursor = end;
        return unit->scale > 0 ? HANSE_OK : malformed(ctx, text, "a number above 0", start);
    }
    size_t length = 0;
    while (isalnum((unsigned char)start[length]) || start[length] == '_') {
        length++;
    }
    if (length == 0) {
        return malformed(ctx, text, "a unit's name", start);
    }
    const struct named *found = find(start, length);
    if (found == NULL) {
        return unknown(ctx, text, start, length);
    }
    *cursor = start + length;
    unit->scale = found->scale;
    unit->dim = found->dim;
    return HANSE_OK;
}

/* The n of "^n", 1 when there is none. */
static enum hanse_status parse_power(struct hanse_context *ctx, const char *text,
                                     const char **cursor, int *power)
{
    *power = 1;
    if (**cursor != '^') {
        return HANSE_OK;
    }
    char *end;
    long value = strtol(*cursor + 1, &end, 10);
    if (end == *cursor + 1 || value < -MAX_POWER || value > MAX_POWER) {
        return malformed(ctx, text, "a power from -16 to 16", *cursor + 1);
    }
    *power = (int)value;
    *cursor = end;
    return HANSE_OK;
}

static enum hanse_status multiply(struct hanse_context *ctx, const char *text,
                                  struct hanse_unit *unit, const struct hanse_unit *factor,
                                  int power)
{
    /* Dividing, not multiplying by an inverse, keeps "1/year" equal to 1 divided by a year. */
    if (power < 0) {
        unit->scale /= pow(factor->scale, -power);
    } else {
        unit->scale *= pow(factor->scale, power);
    }
    for (int i = 0; i < HANSE_BASE_COUNT; i++) {
        int sum = unit->dim.power[i] + power * factor->dim.power[i];
        if (sum < -MAX_POWER || sum > MAX_POWER) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "unit '%s': the power of %s must be from -16 to 16, got %d",
                               text, base_names[i], sum);
        }
        unit->dim.power[i] = (int8_t)sum;
    }
    return HANSE_OK;
}

static void skip_blanks(const char **cursor)
{
    while (**cursor == ' ') {
        ++*cursor;
    }
}

enum hanse_status hanse_unit_parse(struct hanse_context *ctx, const char *text,
                                   struct hanse_unit *unit)
{
    struct hanse_unit result = {.scale = 1};
    const char *cursor = text;
    int sign = 1;
    for (;;) {
        struct hanse_unit factor;
        int power;
        skip_blanks(&cursor);
        HANSE_TRY(parse_atom(ctx, text, &cursor, &factor));
        HANSE_TRY(parse_power(ctx, text, &cursor, &power));
        HANSE_TRY(multiply(ctx, text, &result, &factor, sign * power));
        skip_blanks(&cursor);
        if (*cursor == '\0') {
            *unit = result;
            return HANSE_OK;
        }
        if (*cursor != '*' && *cursor != '/') {
            return malformed(ctx, text, "'*', '/' or '^'", cursor);
        }
        sign = *cursor == '/' ? -1 : 1;
        cursor++;
    }
}

static void append(char *text, size_t size, const char *joint, const char *name, int power)
{
    size_t used = strlen(text);
    if (power == 1) {
        snprintf(text + used, size - used, "%s%s", used > 0 || *joint == '/' ? joint : "",
                 name);
    } else {
        snprintf(text + used, size - used, "%s%s^%d", used > 0 || *joint == '/' ? joint : "",
                 name, power);
    }
}

char *hanse_dim_text(const struct hanse_dim *dim, char *text, size_t size)
{
    static const struct hanse_dim power = POWER;
    if (hanse_dim_equal(dim, &power)) {
        snprintf(text, size, "kW");
        return text;
    }
    text[0] = '\0';
    for (int i = 0; i < HANSE_BASE_COUNT; i++) {
        if (dim->power[i] > 0) {
            append(text, size, "*", base_names[i], dim->power[i]);
        }
    }
    if (text[0] == '\0') {
        snprintf(text, size, "1");
    }
    for (int i = 0; i < HANSE_BASE_COUNT; i++) {
        if (dim->power[i] < 0) {
            append(text, size, "/", base_names[i], -dim->power[i]);
        }
    }
    return text;
}
