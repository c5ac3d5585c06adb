/*
 * The numbers of one SWF line. Shared by swf.c and its tests.
 */
#ifndef HANSE_SCRIPTING_SWF_SCAN_H
#define HANSE_SCRIPTING_SWF_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE__SWF_FIELDS = 18, HANSE__SWF_USED = 10 };

/* The fields, from 0, that become part of a job; the others only have to be numbers. */
extern const unsigned char hanse__swf_used[HANSE__SWF_USED];

/* True, with values[HANSE__SWF_FIELDS] set where they are used, for a line of exactly so many
 * whole numbers, those of at most 15 digits, separated by blanks or tabs. False says nothing:
 * the line may still be good. 64 bytes behind the line must be readable. */
bool hanse__swf_scan(const char *text, size_t length, double *values);
/* The same with what every processor has, for tests. */
bool hanse__swf_scan_narrow(const char *text, size_t length, double *values);

#ifdef __cplusplus
}
#endif
#endif
