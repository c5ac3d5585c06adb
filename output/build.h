/*
 * From the journal to the result file. Shared inside output.
 *
 * One thread walks the journal in the order of tasks, so what comes out depends on neither the
 * order of finishing nor the number of threads. Records are read in place from the journal's
 * map, view by view: nothing larger than one view of one case is ever held, so a study may be
 * larger than memory.
 */
#ifndef HANSE_OUTPUT_BUILD_H
#define HANSE_OUTPUT_BUILD_H

#include "output/h5.h"
#include "output/journal.h"
#include "output/results.h"

enum { HANSE__FORMAT_VERSION = 1 };

struct hanse__build {
    struct hanse_context *ctx;
    const struct hanse_study *study;
    const struct hanse_provenance *provenance;
    struct hanse__journal *journal;
    struct hanse_view *views;
    size_t n_views;
    struct hanse_window *windows;
    size_t n_windows;
    size_t tile_bytes; /* about what a tile of replications may take, see build_views.c */
    struct hanse__h5 h5;
};

/* Builds the file at PATH from a journal that holds every task. tile_bytes 0: the default; the
 * numbers in the file don't depend on it. */
enum hanse_status hanse__build(struct hanse_context *ctx, const char *path,
                               const struct hanse_study *study,
                               const struct hanse_provenance *provenance,
                               struct hanse__journal *journal, size_t tile_bytes);

/* /series and /summary. */
void hanse__build_views(struct hanse__build *build);
/* /scenario, /design, /events, /failures, /provenance. */
void hanse__build_tables(struct hanse__build *build);

/* Parts that files of experiments share: attributes of the file, /scenario, /provenance. */
void hanse__build_describe(struct hanse__build *build);
void hanse__build_scenario(struct hanse__build *build);
void hanse__build_provenance(struct hanse__build *build);

/* HANSE_ERR_INPUT when a file is at PATH that came from another scenario. */
enum hanse_status hanse__may_replace(struct hanse_context *ctx, const char *path,
                                     const struct hanse_study *study,
                                     const struct hanse_provenance *provenance);

/* The record of a task; false, with the build's status set, when it can't be had. */
bool hanse__build_record(struct hanse__build *build, uint32_t case_index, bool central,
                         uint32_t replication, struct hanse_record *record);
/* Zeroed memory; NULL, with the build's status set, when there is none. */
void *hanse__build_alloc(struct hanse__build *build, size_t n, size_t size);

#endif
