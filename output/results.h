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
    /* The scenario's, as typed, or NULL. In the file its folder is cut from the command and
     * from the names of files, so that it does not matter from where a study is run. */
    const char *path;
    const char *processor_class;
    const struct hanse_source_text *sources;
    size_t n_sources;
};

struct hanse_writer;

struct hanse_writer_options {
    bool force;  /* replace a file that came from another scenario */
    bool resume; /* continue from PATH.part */
};

/* Opens PATH.part. HANSE_ERR_INPUT: PATH is there and came from another scenario (another name
 * of the scenario's own text), PATH.part holds finished tasks and is not to be resumed (both
 * without force), or the journal to resume belongs to another study. HANSE_ERR_IO: the machine.
 * The study and the provenance's texts must outlive the writer; `options` may be NULL. */
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
/* Points `record` at a finished task in the journal: good until the next one is written. */
enum hanse_status hanse_writer_record(struct hanse_writer *writer, struct hanse_context *ctx,
                                      uint64_t task, struct hanse_record *record);
uint64_t hanse_writer_n_done(const struct hanse_writer *writer);
/* Bytes of the resumed journal that were torn or damaged; their tasks run again. */
uint64_t hanse_writer_n_dropped_bytes(const struct hanse_writer *writer);

/* The command that PATH's interrupted run was started with, as its provenance had it; free it
 * with hanse__free. HANSE_ERR_INPUT when there is no journal beside PATH or it is damaged. */
enum hanse_status hanse_writer_command(struct hanse_context *ctx, const char *path,
                                       char **command);

/* --- reading back ---------------------------------------------------------------------------
 *
 * Everything a function below hands out belongs to the results and lasts until they are closed.
 * One thread at a time. The file is read lazily and each dataset once. */

struct hanse_results;

/* HANSE_ERR_IO: no such file or unreadable. HANSE_ERR_INPUT: not HDF5, not hanse's, or of a
 * format version that this program doesn't read. */
enum hanse_status hanse_results_open(struct hanse_context *ctx, const char *path,
                                     struct hanse_results **results);
void hanse_results_close(struct hanse_results *results);

/* The path the file was opened by. */
const char *hanse_results_path(const struct hanse_results *results);

/* A text attribute of the file: "title", "question", "currency", "start", "command",
 * "program_version" …; "" when the file has none of that name. */
const char *hanse_results_attribute(struct hanse_results *results, const char *name);
/* A number attribute of the file: "seed", "hypothetical" (0 or 1), "base_year" …; NaN when the
 * file has none of that name. */
double hanse_results_number(struct hanse_results *results, const char *name);

/* Sizes of axes: "case", "replication", "central_replication", "time", "window", "region" …;
 * 0 when the file has no such axis. */
size_t hanse_results_size(struct hanse_results *results, const char *axis);

/* The texts along a text axis ("case", "window", a kind such as "region") or beside it
 * ("case_label", "window_label", "region_label"). HANSE_ERR_INPUT with a suggestion when there
 * is none of that name. */
enum hanse_status hanse_results_labels(struct hanse_results *results, const char *axis,
                                       const char *const **labels, size_t *n);

enum { HANSE_VARIABLE_RANK = 6 };

/* A dataset of numbers; the last dimension varies fastest; NaN is a missing value. */
struct hanse_variable {
    const char *path, *name, *unit, *long_name;
    int rank;
    size_t dims[HANSE_VARIABLE_RANK];
    const char *dim_names[HANSE_VARIABLE_RANK]; /* "case", "time", "region" … */
    const double *data;
    size_t n; /* product of dims */
};

/* Reads a variable by its path, "/series/on_time_share_p50". HANSE_ERR_INPUT, with the nearest
 * path, when there is none. */
enum hanse_status hanse_results_variable(struct hanse_results *results, const char *path,
                                         struct hanse_variable *variable);
/* A text attribute of a variable beyond those above: "reducer" ("sum", "mean", "last",
 * "per_year" or "ratio"), of ratios "numerator" and "denominator" (views by name), "comment";
 * "" none. */
const char *hanse_results_variable_attribute(struct hanse_results *results, const char *path,
                                             const char *name);
bool hanse_results_has(struct hanse_results *results, const char *path);
/* Names of the number datasets in a group ("/summary", "/series", "/design"), sorted. */
enum hanse_status hanse_results_list(struct hanse_results *results, const char *group,
                                     const char *const **names, size_t *n);

/* The windows of the summary; 0 is the whole horizon. Hours since the start. */
struct hanse_results_window {
    const char *name, *label;
    double from_h, to_h;
    bool shade; /* to be shaded in charts */
};
size_t hanse_results_n_windows(struct hanse_results *results);
enum hanse_status hanse_results_window(struct hanse_results *results, size_t i,
                                       struct hanse_results_window *window);

/* Rows of /scenario: every resolved value of every case, case by case. */
size_t hanse_results_n_values(struct hanse_results *results);
enum hanse_status hanse_results_value(struct hanse_results *results, size_t i,
                                      uint32_t *case_index, struct hanse_resolved *value);

/* Rows of /failures: replications that failed and are kept out of every mean. */
struct hanse_results_failure {
    uint32_t case_index, replication;
    bool central;
    const char *reason;
};
size_t hanse_results_n_failures(struct hanse_results *results);
enum hanse_status hanse_results_failure(struct hanse_results *results, size_t i,
                                        struct hanse_results_failure *failure);

/* Rows of /events, in task order. */
struct hanse_results_event {
    uint32_t case_index, replication;
    double time_h, value;
    const char *what, *kind, *entity;
};
size_t hanse_results_n_events(struct hanse_results *results);
enum hanse_status hanse_results_event(struct hanse_results *results, size_t i,
                                      struct hanse_results_event *event);

/* The texts the study was made from, as /provenance holds them; 0 is the scenario itself. */
size_t hanse_results_n_sources(struct hanse_results *results);
enum hanse_status hanse_results_source(struct hanse_results *results, size_t i,
                                       struct hanse_source_text *source, const char **sha256);

#ifdef __cplusplus
}
#endif
#endif
