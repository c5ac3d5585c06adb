/* What the two halves of the reader share: columns of text by path. */
#ifndef HANSE_OUTPUT_RESULTS_INSIDE_H
#define HANSE_OUTPUT_RESULTS_INSIDE_H

#include "output/results.h"

/* Texts of a one-dimensional dataset; n = 0 and HANSE_OK when there is no such dataset. Owned
 * by the results, read once. */
enum hanse_status hanse__results_texts(struct hanse_results *results, const char *path,
                                       const char *const **texts, size_t *n);
/* Numbers likewise. */
enum hanse_status hanse__results_numbers(struct hanse_results *results, const char *path,
                                         const double **numbers, size_t *n);
/* For messages. */
struct hanse_context *hanse__results_context(struct hanse_results *results);

#endif
