/*
 * Decimal numbers of traces, read fast and exactly.
 *
 * What comes out is the double nearest to the text, as strtod gives it. Up to 15 digits and a
 * power of ten up to 22 are both exact in a double, so one division or multiplication rounds
 * once and is right (Clinger, 1990); anything longer goes to strtod. Words like "nan", "inf"
 * and "0x10" are no numbers here, and blanks around a number are not part of it.
 */
#ifndef HANSE_SCRIPTING_DECIMAL_H
#define HANSE_SCRIPTING_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The whole of text[length] as a finite number. */
bool hanse__decimal(const char *text, size_t length, double *number);

#ifdef __cplusplus
}
#endif
#endif
