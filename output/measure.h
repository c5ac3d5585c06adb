/*
 * Measures: how a quantity is written for people.
 *
 * Results are stored in base units ("1", "EUR", "kWh"); a reader wants "63 %", "1.2 billion
 * EUR", "48 GWh". A measure fixes factor and unit once per table or chart, from the largest
 * value in it, so that figures side by side can be compared. How many decimals a figure gets
 * follows from its interval: digits that the interval drowns are not printed.
 */
#ifndef HANSE_OUTPUT_MEASURE_H
#define HANSE_OUTPUT_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_FIGURE_BYTES = 256, HANSE_UNIT_BYTES = 64 };

struct hanse_measure {
    double factor;                             /* shown = stored × factor */
    char unit[HANSE_UNIT_BYTES];               /* "%", "million EUR", "" for a plain count */
    char unit_of_difference[HANSE_UNIT_BYTES]; /* "points" for "%", else the same */
};

/* `share`: a ratio of like to like, shown in per cent. `largest`: greatest absolute value. */
struct hanse_measure hanse__measure(const char *stored_unit, bool share, double largest);

/* "12 345.6" with narrow spaces between thousands and a true minus; "–" for NaN. Decimals so
 * that `half_width` (in shown units, NaN or 0: none) keeps one to two digits. */
const char *hanse__figure(char buffer[HANSE_FIGURE_BYTES], double shown, double half_width);

/* "63 % (59–67 %)"; with a negative bound "−28 points (−31 to −25 points)". Values as
 * stored. Without an interval (NaN): "63 % (no interval)". */
const char *hanse__figure_interval(char buffer[HANSE_FIGURE_BYTES],
                                   const struct hanse_measure *measure, bool difference,
                                   double value, double low, double high);

/* A number that is exact because somebody chose it: "70 %". */
const char *hanse__figure_exact(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, double value);

/* The two halves of the above: "63 %" and "59–67 %". */
const char *hanse__figure_value(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, bool difference,
                                double value, double half_width);
const char *hanse__figure_range(char buffer[HANSE_FIGURE_BYTES],
                                const struct hanse_measure *measure, bool difference,
                                double low, double high);

/* Round tick values that cover low .. high, at most `most` (2 .. 16) of them; returns how
 * many. Steps are 1, 2, 2.5 or 5 times a power of ten. */
size_t hanse__ticks(double low, double high, size_t most, double ticks[16]);

#ifdef __cplusplus
}
#endif
#endif
