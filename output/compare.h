/*
 * Comparison: two or more result files, and where they differ.
 *
 * Every total in /summary that both files have, for every case and window they share, gives a
 * difference. When both files used the same seed the replications were run under the same
 * luck, so the interval is of the paired differences; else it is Welch's. Rows are ranked by
 * the difference over its standard error: what differs most surely comes first. Beside them
 * stand the scenario's values that differ, which is usually why.
 */
#ifndef HANSE_OUTPUT_COMPARE_H
#define HANSE_OUTPUT_COMPARE_H

#include <stdio.h>

#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_compare_row {
    const char *case_name, *window, *output, *unit, *long_name;
    double base, other;     /* means */
    double diff, low, high; /* other − base, 95 % interval */
    double score;           /* |diff| ÷ standard error; infinity when it never varies */
    bool paired;
    bool identical; /* not one replication differs */
};

struct hanse_compare_input {
    const char *case_name, *kind, *name, *key;
    const char *base, *other; /* as people read them; NULL: not there */
};

struct hanse_comparison {
    struct hanse_compare_row *rows; /* highest score first; identical ones are left out */
    size_t n_rows;
    size_t n_compared; /* rows in all */
    struct hanse_compare_input *inputs;
    size_t n_inputs;
};

/* Both results must stay open while the comparison is used. HANSE_ERR_INPUT: the files share
 * no case or no output. Free with hanse_comparison_fini. */
enum hanse_status hanse_comparison_init(struct hanse_comparison *comparison,
                                        struct hanse_context *ctx, struct hanse_results *base,
                                        struct hanse_results *other);
void hanse_comparison_fini(struct hanse_comparison *comparison);

/* Prints at most `most` rows (0: all) as a table of 100 columns, then the inputs. */
enum hanse_status hanse_comparison_print(const struct hanse_comparison *comparison,
                                         struct hanse_context *ctx, const char *base_name,
                                         const char *other_name, size_t most, FILE *file);

#ifdef __cplusplus
}
#endif
#endif
