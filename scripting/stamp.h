/*
 * Time stamps of traces, to the nanosecond.
 *
 * A stamp is a date with a time of day ("2023-11-16 18:15:46.6805900", with a 'T' between and
 * a zone "Z" or "+01:00" behind if it likes; without one it counts as UTC) or a plain number of
 * seconds from an origin of its own. Kept as whole nanoseconds, so that the difference of two
 * stamps is exact: seconds since 1970 in a double would lose the seventh digit.
 */
#ifndef HANSE_SCRIPTING_STAMP_H
#define HANSE_SCRIPTING_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with the stamp, as "must be …"; NULL when *ns holds it and *dated says of which
 * kind it is. Digits past the ninth must be zeros. Dates of 1950 to 2200 and
 * seconds below 4e9, so that differences don't overflow. */
const char *hanse__stamp(const char *text, size_t length, int64_t *ns, bool *dated);

#ifdef __cplusplus
}
#endif
#endif
