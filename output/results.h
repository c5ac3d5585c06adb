/*
 * Result files: a journal while the study runs, one HDF5 file when it is whole.
 *
 * Each finished task is appended to OUT.h5.part with one write (checksummed, fsynced every
 * second). When all tasks are there, one thread builds OUT.h5 from the journal in task order
 * under a temporary name and renames it. A killed run loses the tasks in flight, no more;
 * resuming reads the journal and the final file is byte for byte what an undisturbed run
 * gives. Nothing in the file depends on wall clock, host or number of threads.
 */
#ifndef HANSE_OUTPUT_RESULTS_H
#define HANSE_OUTPUT_RESULTS_H

#include "sim/study/study.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_source_text {
    const char *name; /* relative path as the scenario named it */
    const char *text;
    size_t length;
};

/* What a file says about its making. */
struct hanse_provenance {
    const char *program_version;
    const char *command; /* canonical: without -o and --threads */
    const char *processor_class;
    const struct hanse_source_text *sources;
    size_t n_sources;
};

struct hanse_writer;

struct hanse_writer_options {
    bool force;  /* replace a file that came from another scenario */
    bool resume; /* continue from PATH.part */
};

/* Opens PATH.part. HANSE_ERR_INPUT: PATH is there and came from another scenario (without
 * force), or the journal to resume belongs to another study. HANSE_ERR_IO: the machine. */
enum hanse_status hanse_writer_create(struct hanse_context *ctx, const char *path,
                                      const struct hanse_study *study,
                                      const struct hanse_provenance *provenance,
                                      const struct hanse_writer_options *options,
                                      struct hanse_writer **writer);
/* Closes files. An unfinished journal stays on disk. */
void hanse_writer_destroy(struct hanse_writer *writer);
/* The sink to run the study into; its `end` builds and renames the final file. */
struct hanse_sink hanse_writer_sink(struct hanse_writer *writer);
/* Flags per task that the journal already held, for hanse_run_options.done. */
const unsigned char *hanse_writer_done(const struct hanse_writer *writer);

/* --- reading back --------------------------------------------------------------------------
 */

struct hanse_results;

enum hanse_status hanse_results_open(struct hanse_context *ctx, const char *path,
                                     struct hanse_results **results);
void hanse_results_close(struct hanse_results *results);

#ifdef __cplusplus
}
#endif
#endif
