/* What the files of the reader share. */
#ifndef HANSE_OUTPUT_RESULTS_INSIDE_H
#define HANSE_OUTPUT_RESULTS_INSIDE_H

#include <hdf5.h>

#include "output/results.h"

/* Whatever was handed out is on this chain and goes when the results are closed. */
struct block {
    struct block *next;
    double room[]; /* aligned for anything */
};

/* What was read once is found again by the hash of its path: a page asks some 10,000 times. */
struct texts {
    uint64_t key;
    const char *path;
    const char *const *items;
    size_t n;
};

struct numbers {
    uint64_t key;
    struct hanse_variable variable;
};

struct list {
    const char *group;
    const char *const *names;
    size_t n;
};

/* An axis that datasets name by reference. */
struct axis {
    hobj_ref_t reference;
    const char *name;
};

/* The columns of /scenario, found once: rows are asked for one by one, some 10,000 of them. */
enum scenario_text {
    TEXT_KIND,
    TEXT_NAME,
    TEXT_KEY,
    TEXT_UNIT,
    TEXT_LABEL,
    TEXT_TYPE,
    TEXT_TEXT,
    TEXT_FILE,
    TEXT_HOW,
    TEXT_VIA,
    TEXT_SOURCE,
    TEXT_EVIDENCE,
    N_SCENARIO_TEXTS
};
enum scenario_number {
    NUMBER_CASE,
    NUMBER_NUMBER,
    NUMBER_UNCERTAIN,
    NUMBER_LINE,
    N_SCENARIO_NUMBERS
};
struct scenario_columns {
    bool known;
    struct {
        const char *const *items;
        size_t n;
    } texts[N_SCENARIO_TEXTS];
    struct {
        const double *items;
        size_t n;
    } numbers[N_SCENARIO_NUMBERS];
};

struct hanse_results {
    struct hanse_context *ctx;
    const char *path;
    hid_t file;
    H5E_auto2_t old_handler; /* HDF5's own printing of errors is off while a file is open */
    void *old_handler_data;
    struct block *blocks;
    struct texts *texts;
    size_t n_texts, texts_capacity;
    struct numbers *variables;
    size_t n_variables, variables_capacity;
    struct list *lists;
    size_t n_lists, lists_capacity;
    struct axis *axes;
    size_t n_axes, axes_capacity;
    struct scenario_columns scenario;
};

/* Zeroed memory, or a copy of a text, that lasts until the results are closed; NULL, with a
 * sentence on the context, when there is none. */
void *hanse__results_take(struct hanse_results *results, size_t n, size_t size);
const char *hanse__results_keep(struct hanse_results *results, const char *text);
/* "the file is damaged". */
enum hanse_status hanse__results_unreadable(struct hanse_results *results, const char *path);
/* A text attribute of an object, "" when there is none. */
const char *hanse__results_text(struct hanse_results *results, hid_t object, const char *name);

/* Texts of a one-dimensional dataset; n = 0 and HANSE_OK when there is no such dataset. Owned
 * by the results, read once. */
enum hanse_status hanse__results_texts(struct hanse_results *results, const char *path,
                                       const char *const **texts, size_t *n);
/* A variable that was read already, NULL when it wasn't. */
const struct hanse_variable *hanse__results_known(const struct hanse_results *results,
                                                  const char *path);
/* What a variable is, all but its numbers: data is NULL. */
enum hanse_status hanse__results_shape(struct hanse_results *results, const char *path,
                                       struct hanse_variable *variable);
/* Numbers likewise. */
enum hanse_status hanse__results_numbers(struct hanse_results *results, const char *path,
                                         const double **numbers, size_t *n);

#endif
