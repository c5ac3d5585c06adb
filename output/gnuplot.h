/*
 * gnuplot, as hanse uses it: scripts that hold their data, one look for every chart.
 *
 * A script is built as a text, so that it can be kept and changed by hand. Nothing from a
 * scenario reaches gnuplot but as a quoted text that gnuplot does not interpret. Shared inside
 * output.
 */
#ifndef HANSE_OUTPUT_GNUPLOT_H
#define HANSE_OUTPUT_GNUPLOT_H

#include "output/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Okabe and Ito's colours, in the order lines are given them. */
enum { HANSE_GNUPLOT_COLOURS = 8 };
extern const char *const hanse__gnuplot_colours[HANSE_GNUPLOT_COLOURS];

/* Adds a text that gnuplot takes as it is, in quotes. */
void hanse__gnuplot_text(struct hanse_text *script, const char *words);

/* Adds what every script starts with: the terminal that the path's ending asks for, and the
 * look. HANSE_ERR_INPUT when it is neither .svg nor .png. */
enum hanse_status hanse__gnuplot_begin(struct hanse_text *script, const char *path);

/* Runs the script, which must write `path`. HANSE_ERR_IO: gnuplot is not installed, failed or
 * could not write it. */
enum hanse_status hanse__gnuplot_run(const struct hanse_text *script, const char *path);

#ifdef __cplusplus
}
#endif
#endif
