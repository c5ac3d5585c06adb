/* The scorecard and the regret table as text, for the summary on a terminal. */
#ifndef HANSE_OUTPUT_SUMMARY_SHOWN_H
#define HANSE_OUTPUT_SUMMARY_SHOWN_H

#include <stdio.h>

#include "output/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prints what the scenario wants shown beside its headline; nothing when it names nothing.
 * HANSE_ERR_MEMORY, HANSE_ERR_IO. */
enum hanse_status hanse__summary_shown(const struct hanse_digest *digest, FILE *file);

/* "6.74 ± 0.06" in shown units; only the mean when the half-width is NaN, and no more digits
 * than a hundredth of a per cent. */
const char *hanse__plus_minus(char *words, size_t size, const struct hanse_measure *measure,
                              double shown, double half_width);

/* The first so many columns of a text, cut between characters. */
const char *hanse__cut(char *word, size_t size, const char *words, size_t columns);

/* Pads to a width counted in characters, not bytes. What is too long ends in "…" on the left;
 * the right one never cuts. */
void hanse__print_left(FILE *file, const char *words, size_t width);
void hanse__print_right(FILE *file, const char *words, size_t width);

/* Headings of n columns, each broken between words over as many lines as it takes, behind a
 * first column that says `left`. Moves words[i] to their ends. */
void hanse__print_headings(FILE *file, const char *left, size_t left_width, const char **words,
                           size_t n, size_t width);

/* A text in lines of at most so many columns, and an end of line. */
void hanse__print_wrapped(FILE *file, const char *words, size_t columns);

#ifdef __cplusplus
}
#endif
#endif
