#include "output/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"
#define EN_DASH "\xe2\x80\x93"
#define NARROW_SPACE "\xe2\x80\xaf"
#define NO_BREAK_SPACE "\xc2\xa0"

struct scale {
    const char *stored; /* NULL: any unit, the name goes before it */
    double from;        /* smallest largest value it is used for */
    double factor;
    const char *shown;
};

/* First row that fits wins. */
static const struct scale scales[] = {
    {"kWh", 1e9, 1e-9, "TWh"},       {"kWh", 1e6, 1e-6, "GWh"},    {"kWh", 1e4, 1e-3, "MWh"},
    {"g", 1e12, 1e-12, "Mt"},        {"g", 1e9, 1e-9, "kt"},       {"g", 1e6, 1e-6, "t"},
    {"kg", 1e9, 1e-9, "Mt"},         {"kg", 1e6, 1e-6, "kt"},      {"kg", 1e4, 1e-3, "t"},
    {NULL, 1e12, 1e-12, "trillion"}, {NULL, 1e9, 1e-9, "billion"}, {NULL, 1e6, 1e-6, "million"},
    {NULL, 1e5, 1e-3, "thousand"},
};

static void set_unit(struct hanse_measure *measure, const char *word, const char *unit)
{
    bool plain = strcmp(unit, "1") == 0;

    snprintf(measure->unit, sizeof measure->unit, "%s%s%s", word,
             word[0] != '\0' && !plain ? " " : "", plain ? "" : unit);
    for (char *c = measure->unit; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c; /* UDUNITS names have no spaces: "H100_h" */
    }
    memcpy(measure->unit_of_difference, measure->unit, sizeof measure->unit);
}

struct hanse_measure hanse__measure(const char *stored_unit, bool share, double largest)
{
    struct hanse_measure measure = {.factor = 1.0};

    if (share) {
        return (struct hanse_measure){100.0, "%", "points"};
    }
    set_unit(&measure, "", stored_unit);
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        const struct scale *scale = &scales[i];

        if (largest >= scale->from && (!scale->stored || !strcmp(scale->stored, stored_unit))) {
            measure.factor = scale->factor;
            set_unit(&measure, scale->shown, scale->stored ? "1" : stored_unit);
            break;
        }
    }
    return measure;
}

/* How many decimals to print: the interval's first digit, a second one when it is 1; without
 * an interval three significant digits of the value. */
static int decimals_for(double shown, double half_width)
{
    /* What is lost in rounding is no interval. */
    bool has_interval = half_width > 1e-9 * fabs(shown);
    double scale = has_interval ? half_width / 2.0 : fabs(shown) / 200.0;

    if (!(scale > 0.0) || isinf(scale)) {
        return 0;
    }
    return (int)fmin(6.0, fmax(0.0, -floor(log10(scale) + 0.0001)));
}

/* Copies plain digits with narrow spaces between thousands. */
static void group(char *out, size_t capacity, const char *plain)
{
    size_t whole = strcspn(plain, ".");
    size_t at = 0;

    for (size_t i = 0; plain[i] != '\0' && at + 5 < capacity; i++) {
        if (i > 0 && i < whole && whole > 4 && (whole - i) % 3 == 0) {
            memcpy(out + at, NARROW_SPACE, 3);
            at += 3;
        }
        out[at++] = plain[i];
    }
    out[at] = '\0';
}

static void write_number(char *out, size_t capacity, double shown, int decimals)
{
    char plain[400];
    char grouped[64];

    if (isnan(shown)) {
        snprintf(out, capacity, EN_DASH);
        return;
    }
    if (isinf(shown) || fabs(shown) >= 1e18) {
        snprintf(out, capacity, "%s%.3g", shown < 0 ? MINUS : "", fabs(shown));
        return;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(shown));
    group(grouped, sizeof grouped, plain);
    /* What rounds to nought has no sign. */
    snprintf(out, capacity, "%s%s",
             shown < 0 && strspn(plain, "0.") != strlen(plain) ? MINUS : "", grouped);
}

const char *hanse__figure(char buffer[HANSE_FIGURE_BYTES], double shown, double half_width)
{
    write_number(buffer, HANSE_FIGURE_BYTES, shown, decimals_for(shown, half_width));
    return buffer;
}

static const char *unit_of(const struct hanse_measure *measure, bool difference)
{
    return difference ? measure->unit_of_difference : measure->unit;
}

static const char *gap(const char *unit)
{
    return unit[0] != '\0' ? NO_BREAK_SPACE : "";
}

/* A hundredth of a per cent is enough for anyone. */
static double coarsen(const struct hanse_measure *measure, double half_width)
{
    double shown = half_width * measure->factor;

    return strcmp(measure->unit, "%") == 0 && shown > 0.0 && shown < 0.02 ? 0.02 : shown;
}

const char *hanse__figure_value(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, bool difference,
                                double value, double half_width)
{
    char number[64];
    double shown = value * measure->factor;
    const char *unit = unit_of(measure, difference);

    write_number(number, sizeof number, shown,
                 decimals_for(shown, coarsen(measure, half_width)));
    snprintf(buffer, HANSE_FIGURE_BYTES, "%s%s%s", number, gap(unit), unit);
    return buffer;
}

const char *hanse__figure_range(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, bool difference,
                                double low, double high)
{
    char from[48], to[48];
    double factor = measure->factor;
    const char *unit = unit_of(measure, difference);
    int decimals = decimals_for(high * factor, coarsen(measure, (high - low) / 2.0));

    if (isnan(low) || isnan(high)) {
        snprintf(buffer, HANSE_FIGURE_BYTES, "no interval");
        return buffer;
    }
    write_number(from, sizeof from, low * factor, decimals);
    write_number(to, sizeof to, high * factor, decimals);
    snprintf(buffer, HANSE_FIGURE_BYTES, "%s%s%s%s%s", from, low < 0.0 ? " to " : EN_DASH, to,
             gap(unit), unit);
    return buffer;
}

const char *hanse__figure_interval(char buffer[HANSE_FIGURE_BYTES],
                                   const struct hanse_measure *measure, bool difference,
                                   double value, double low, double high)
{
    char estimate[HANSE_FIGURE_BYTES], range[HANSE_FIGURE_BYTES];

    hanse__figure_value(estimate, measure, difference, value, (high - low) / 2.0);
    hanse__figure_range(range, measure, difference, low, high);
    /* Cut where absurd: numbers are under 48 bytes, units under 64. */
    snprintf(buffer, HANSE_FIGURE_BYTES, "%.120s (%.120s)", estimate, range);
    return buffer;
}

const char *hanse__figure_exact(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, double value)
{
    snprintf(buffer, HANSE_FIGURE_BYTES, "%.4g%s%s", value * measure->factor,
             gap(measure->unit), measure->unit);
    return buffer;
}

static double round_step(double rough)
{
    static const double nice[] = {1.0, 2.0, 2.5, 5.0, 10.0};
    double power = pow(10.0, floor(log10(rough)));

    for (size_t i = 0; i < 5; i++) {
        if (nice[i] * power >= rough * (1.0 - 1e-9)) {
            return nice[i] * power;
        }
    }
    return 10.0 * power;
}

size_t hanse__ticks(double low, double high, size_t most, double ticks[16])
{
    size_t n = 0;
    double step;

    if (!(high > low) || isinf(high - low) || most < 2) {
        return 0;
    }
    step = round_step((high - low) / (double)(most - 1));
    for (double i = ceil(low / step - 1e-9); i * step <= high + 1e-9 * step && n < 16; i++) {
        ticks[n++] = i * step;
    }
    return n;
}
